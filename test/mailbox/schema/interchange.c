/*
 * Typed messages to and from another implementation of msgpack; interchange_test.sh stands between.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
/*
 * `write N`: N random messages, a line each: hex, blank, JSON. `read`: the JSON of each line of
 * hex.
 */
#include <stdio.h>
#include <stdlib.h>

#include <mailbox/schema/codec.h>
#include <mailbox/schema/print.h>
#include <test/mailbox/schema/protocol.h>
#include <test/mailbox/schema/random_message.h>

static unsigned char bytes[1 << 20];
static char          text[1 << 21];

static void show(const act_message *message)
{
    if (act_message_print_json(text, sizeof text, message, zoo_schema()) < sizeof text)
        puts(text);
}

static int write_all(int count)
{
    struct act__random random;
    act__random_seed(&random, 1);
    for (int i = 0; i < count; i++) {
        const void     *fields;
        size_t          bytes_count;
        act_message    *message;
        const act_type *type = random_message(&random, zoo_schema(), &fields);
        if (act_message_create_typed(&message, type, fields) != ACT_OK ||
            act_message_encode(message, zoo_schema(), bytes, sizeof bytes, &bytes_count) != ACT_OK)
            return 1;
        for (size_t j = 0; j < bytes_count; j++)
            printf("%02x", bytes[j]);
        putchar(' ');
        show(message);
        act_message_free(&message);
    }
    return 0;
}

static size_t from_hex(const char *line)
{
    size_t   count = 0;
    unsigned byte;
    while (sscanf(line + 2 * count, "%2x", &byte) == 1)
        bytes[count++] = (unsigned char)byte;
    return count;
}

static int read_all(void)
{
    static char line[1 << 21];
    char        complaint[200];
    while (fgets(line, sizeof line, stdin) != NULL) {
        act_message *message;
        if (act_message_decode(&message, zoo_schema(), bytes, from_hex(line), 0, complaint,
                               sizeof complaint) != ACT_OK) {
            puts(complaint);
            continue;
        }
        show(message);
        act_message_free(&message);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "write") == 0)
        return write_all(atoi(argv[2]));
    if (argc == 2 && strcmp(argv[1], "read") == 0)
        return read_all();
    fprintf(stderr, "usage: interchange write N | read\n");
    return 2;
}
