/*
 * The messages that other languages are asked for, and their way through them; languages_test.sh
 * stands between. Internal.
 */
/* SPDX-License-Identifier: MIT */
/*
 * `own`: what each language makes by itself. `write`: ours, in hex. `ours`: the same as text.
 * `read`: hex as text. `tags`: all.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <mailbox/schema/codec.h>
#include <mailbox/schema/print.h>
#include <test/mailbox/schema/cross.h>

static unsigned char bytes[1 << 16];
static char          text[1 << 17];
static bool          as_hex;

static void show(const act_message *message)
{
    if (act_message_print(text, sizeof text, message, x_schema()) < sizeof text)
        puts(text);
}

/* Shows it, in hex or as text. */
static void put_message(act_message *message)
{
    size_t count = 0;
    if (!as_hex)
        show(message);
    else if (act_message_encode(message, x_schema(), bytes, sizeof bytes, &count) != ACT_OK)
        puts("not encoded");
    for (size_t i = 0; i < count; i++)
        printf("%02x%s", bytes[i], i + 1 < count ? "" : "\n");
    act_message_free(&message);
}

#define PUT(...)                                                                                   \
    do {                                                                                           \
        act_message *made;                                                                         \
        if (act_message_make(&made, __VA_ARGS__) == ACT_OK)                                        \
            put_message(made);                                                                     \
    } while (0)

static const int32_t numbers[] = {1, -2, 3};

static void put_own(void)
{
    PUT(x_nothing);
    PUT(x_small, .amount = 5, .price = 1.5);
    PUT(x_int, .n = 1700000000000);
    PUT(x_text, .text = "Grüße");
    PUT(x_bytes, .bytes = {"\0\xff", 2});
    PUT(x_ints, .ints = {numbers, 3});
    PUT(x_opt, .text = "a", .b = true);
    PUT(x_opt, .point = {1, 2});
    PUT(x_opt, .shape = {.tag = shape_circle_tag, .as.shape_circle = {{1, 2}, 0.5}});
}

static void put_more(void)
{
    static const char *const texts[] = {"", "Grüße", "日本語", "a\nb"};
    static const struct line lines[] = {{.price = 2}, {.price = -0.25, .notes = {texts, 4}}};
    static const struct act_union_of_shape shapes[] = {{.tag = shape_none_tag},
                                                       {.tag = shape_circle_tag}};
    PUT(x_uint, .n = (UINT64_C(1) << 53) - 1);
    PUT(x_int, .n = -(INT64_C(1) << 53) + 1);
    PUT(x_double, .d = 1e300);
    PUT(x_float, .d = 0.5f);
    PUT(x_bool, .b = true);
    PUT(x_pid, .pid = {1, 0x8000001});
    PUT(x_octets, .address = {127, 0, 0, 1}, .key = {(const uint8_t *)"\0\1\xff", 3});
    PUT(order, .lines = {lines, 2}, .shapes = {shapes, 2}, .ends = {{1, 2}, {3, 4}}, .count = 200);
    PUT(x_all, .i8 = -128, .i16 = -32768, .i32 = INT32_MIN, .i64 = -1, .u8 = 255, .u16 = 65535,
        .u32 = UINT32_MAX, .u64 = 128, .f = 1.5f, .d = 1e-300, .b = true, .text = "text",
        .bytes = {"\xff\0", 2}, .ints = {numbers, 3}, .texts = {texts, 4}, .arr = {1, 2, 3},
        .opt = "opt", .color = color_odd, .point = {-1, 70000}, .shape = {.tag = shape_none_tag},
        .pid = {0, 1}, .ref = {77});
}

static void put_tags(void)
{
    const act_type *schema = x_schema();
    for (uint32_t i = 0; i < schema->parts_count; i++)
        printf("| %s | 0x%08" PRIx32 " |\n", schema->messages[i]()->name,
               schema->messages[i]()->tag);
}

static size_t from_hex(const char *line)
{
    size_t   count = 0;
    unsigned byte;
    while (count < sizeof bytes && sscanf(line + 2 * count, "%2x", &byte) == 1)
        bytes[count++] = (unsigned char)byte;
    return count;
}

static void read_all(void)
{
    static char line[1 << 18];
    char        complaint[200];
    while (fgets(line, sizeof line, stdin) != NULL) {
        act_message *message;
        if (act_message_decode(&message, x_schema(), bytes, from_hex(line), 0, complaint,
                               sizeof complaint) != ACT_OK) {
            puts(complaint);
            continue;
        }
        show(message);
        act_message_free(&message);
    }
}

int main(int argc, char **argv)
{
    const char *verb = argc == 2 ? argv[1] : "";
    as_hex = strcmp(verb, "write") == 0;
    if (strcmp(verb, "own") == 0) {
        put_own();
    } else if (as_hex || strcmp(verb, "ours") == 0) {
        put_own();
        put_more();
    } else if (strcmp(verb, "read") == 0) {
        read_all();
    } else if (strcmp(verb, "tags") == 0) {
        put_tags();
    } else {
        fprintf(stderr, "usage: cross own | write | ours | read | tags\n");
        return 2;
    }
    return 0;
}
