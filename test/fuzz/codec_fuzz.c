/*
 * Any bytes: they are refused, or they are a message that is written, read and printed the same
 * again. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <mailbox/schema/codec.h>
#include <mailbox/schema/print.h>
#include <test/mailbox/schema/protocol.h>

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

/*
 * Where a message ends is the same in one piece and in two, and what takes all of the bytes is not
 * called cut off.
 */
static void look_at_stream(const unsigned char *bytes, size_t count, act_result decoded)
{
    act_message_stream whole = {0}, halves = {0};
    size_t             takes = 0, takes_again = 0;
    act_result         result = act_message_stream_next(&whole, bytes, count, MESSAGE_MAX, &takes);
    if (act_message_stream_next(&halves, bytes, count / 2, MESSAGE_MAX, &takes_again) ==
        ACT_TRUNCATED)
        must(act_message_stream_next(&halves, bytes, count, MESSAGE_MAX, &takes_again) == result);
    must(result != ACT_OK || takes_again == takes);
    must(decoded != ACT_OK || (result == ACT_OK && takes == count));
    must(decoded != ACT_TRUNCATED || result != ACT_OK);
}

/*
 * What is read strictly is written so that all read it. That it is always read as the same
 * otherwise is no property: a key that is a text is passed over by one and a field for the other.
 */
static void look_strictly(const unsigned char *bytes, size_t count)
{
    const act_decode_options *strictly =
        ACT_DECODE_OPTIONS(.strict = true, .message_max = MESSAGE_MAX / 8);
    act_message *strict, *again;
    if (act_message_decode_with(&strict, zoo_schema(), bytes, count, strictly, NULL, 0) != ACT_OK)
        return;
    size_t once_count = encode(strict, once);
    must(act_message_decode_with(&again, zoo_schema(), once, once_count, strictly, NULL, 0) ==
         ACT_OK);
    act_message_free(&again);
    must(act_message_decode(&again, zoo_schema(), once, once_count, 0, NULL, 0) == ACT_OK);
    must(encode(again, twice) == once_count && memcmp(once, twice, once_count) == 0);
    act_message_free(&again);
    act_message_free(&strict);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t count);

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t count)
{
    act_message *message, *again;
    char         complaint[100];
    act_result   result = act_message_decode(&message, zoo_schema(), bytes, count, MESSAGE_MAX / 8,
                                             complaint, sizeof complaint);
    look_at_stream(bytes, count, result);
    look_strictly(bytes, count);
    if (result != ACT_OK) {
        must((result == ACT_MALFORMED || result == ACT_TRUNCATED) && complaint[0] != '\0');
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
