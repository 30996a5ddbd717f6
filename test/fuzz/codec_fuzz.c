/* Any bytes: they are refused, or they are a message that is written, read and printed the same again. Internal. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <mailbox/message/codec.h>
#include <mailbox/message/print.h>
#include <test/mailbox/message/protocol.h>

enum { MESSAGE_MAX = 1 << 20 };

static unsigned char once[MESSAGE_MAX], twice[MESSAGE_MAX];
static char          text[MESSAGE_MAX];

static void must(int holds)
{
    if (!holds)
        abort();
}

static size_t encode(const act_message *message, unsigned char *bytes)
{
    size_t count;
    must(act_message_encode(message, zoo_schema(), bytes, MESSAGE_MAX, &count) == ACT_OK);
    return count;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t count);

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t count)
{
    act_message *message, *again;
    char         complaint[100];
    act_result   result = act_message_decode(&message, zoo_schema(), bytes, count, MESSAGE_MAX / 8, complaint,
                                             sizeof complaint);
    if (result != ACT_OK) {
        must(result == ACT_MALFORMED && complaint[0] != '\0');
        return 0;
    }
    size_t once_count = encode(message, once);
    must(act_message_decode(&again, zoo_schema(), once, once_count, 0, NULL, 0) == ACT_OK);
    must(encode(again, twice) == once_count && memcmp(once, twice, once_count) == 0);
    must(act_message_print_json(text, sizeof text, message, zoo_schema()) == strlen(text));
    must(act_message_print(text, sizeof text, message, zoo_schema()) == strlen(text));
    act_message_free(&message);
    act_message_free(&again);
    return 0;
}
