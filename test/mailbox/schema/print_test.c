/* Typed messages as text and as JSON: whole, cut, escaped, and without what is secret. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <mailbox/message/envelope.h>
#include <mailbox/schema/print.h>
#include <test/kit/kit.h>
#include <test/mailbox/schema/protocol.h>

static act_message *message;
static char         text[8192];

static void prints(const char *expected)
{
    size_t length = act_message_print(text, sizeof text, message, zoo_schema());
    ck_assert_str_eq(text, expected);
    ck_assert_uint_eq(length, strlen(expected));
}

static void is_json(const char *expected)
{
    size_t length = act_message_print_json(text, sizeof text, message, zoo_schema());
    ck_assert_str_eq(text, expected);
    ck_assert_uint_eq(length, strlen(expected));
    act_message_free(&message);
}

#define MAKE(...) ck_assert_int_eq(act_message_make(&message, __VA_ARGS__), ACT_OK)

static void scalars_are_written_as_they_are(void)
{
    MAKE(zoo_scalars, .yes = true, .i8 = -1, .i16 = -2, .i32 = -3, .i64 = INT64_MIN, .u8 = 1,
         .u16 = 2, .u32 = 3, .u64 = UINT64_MAX, .f = 0.5f, .d = -1e300, .pid = {1, 0x8000002},
         .ref = {255}, .color = color_green);
    prints(
        "zoo_scalars {yes: true, i8: -1, i16: -2, i32: -3, i64: -9223372036854775808, u8: 1, u16: "
        "2, u32: 3, "
        "u64: 18446744073709551615, f: 0.5, d: -1.0000000000000001e+300, pid: <1.2.1>, ref: "
        "#ff, "
        "color: color_green}");
    is_json("{\"zoo_scalars\":{\"yes\":true,"
            "\"i8\":-1,\"i16\":-2,\"i32\":-3,\"i64\":\"-9223372036854775808\",\"u8\":1,"
            "\"u16\":2,"
            "\"u32\":3,\"u64\":\"18446744073709551615\",\"f\":0.5,\"d\":-1.0000000000000001e+300,"
            "\"pid\":\"<1.2.1>\",\"ref\":\"ff\",\"color\":\"color_green\"}}");
}

static void numbers_that_json_has_not_are_strings(void)
{
    MAKE(zoo_scalars, .i64 = (int64_t)1 << 53, .u64 = ((uint64_t)1 << 53) + 1, .f = -INFINITY,
         .d = NAN, .color = (enum color)99);
    is_json(
        "{\"zoo_scalars\":{\"yes\":false,\"i8\":0,\"i16\":0,\"i32\":0,\"i64\":9007199254740992,"
        "\"u8\":0,\"u16\":0,"
        "\"u32\":0,\"u64\":\"9007199254740993\",\"f\":\"-inf\",\"d\":\"nan\",\"pid\":\"<none>\","
        "\"ref\":\"0\","
        "\"color\":99}}");
}

static void what_is_optional_and_empty_is_left_away(void)
{
    MAKE(zoo_optional);
    prints("zoo_optional {}");
    is_json("{\"zoo_optional\":{}}");
    MAKE(zoo_optional, .d = -0.0, .point = {0, 1}, .address = {0, 0, 0, 1});
    prints("zoo_optional {d: -0, point: {x: 0, y: 1}, address: [0, 0, 0, 1]}");
    is_json("{\"zoo_optional\":{\"d\":-0,\"point\":{\"x\":0,\"y\":1},\"address\":[0,0,0,1]}}");
}

static void secrets_are_not_told(void)
{
    struct person person = {.name = "Ada", .password = "hunter2"};
    MAKE(zoo_outside, .people = {&person, 1});
    act_message_print(text, sizeof text, message, zoo_schema());
    ck_assert_ptr_nonnull(strstr(text, "people: [{name: \"Ada\", password: ***}]"));
    act_message_print_json(text, sizeof text, message, zoo_schema());
    ck_assert_ptr_nonnull(strstr(text, "\"people\":[{\"name\":\"Ada\",\"password\":\"***\"}]"));
    ck_assert_ptr_null(strstr(text, "hunter2"));
    act_message_free(&message);
}

static void texts_are_escaped(void)
{
    MAKE(zoo_optional, .text = "a\"b\\c\n\t\x7f\xc3\xa4\xff\xe2\x82");
    prints("zoo_optional {text: \"a\\\"b\\\\c\\n\\x09\\x7f\\xc3\\xa4\\xff\\xe2\\x82\"}");
    is_json("{\"zoo_optional\":{\"text\":\"a\\\"b\\\\c\\n\\u0009\\u007f\xc3\xa4\\ufffd\\ufffd"
            "\\ufffd\"}}");
}

static void only_what_is_utf8_stays_in_json(void)
{
    static const char *const bad[] = {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80",
                                      "\xf0\x82\x82\xac"};
    static const char *const good[] = {"\xc2\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf",
                                       "\xef\xbf\xbf"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        MAKE(zoo_optional, .text = bad[i]);
        act_message_print_json(text, sizeof text, message, zoo_schema());
        for (const char *at = text; *at != '\0'; at++)
            ck_assert_int_ge(*at, 0); /* all escaped */
        act_message_free(&message);
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        MAKE(zoo_optional, .text = good[i]);
        act_message_print_json(text, sizeof text, message, zoo_schema());
        ck_assert_ptr_nonnull(strstr(text, good[i]));
        act_message_free(&message);
    }
}

static void bytes_are_hex_or_base64(void)
{
    MAKE(zoo_optional, .bytes = {"\xff\x00", 2});
    prints("zoo_optional {bytes: <ff00>}");
    is_json("{\"zoo_optional\":{\"bytes\":\"/wA=\"}}");
    MAKE(zoo_optional, .bytes = {"foobar", 6});
    is_json("{\"zoo_optional\":{\"bytes\":\"Zm9vYmFy\"}}"); /* RFC 4648, 10 */
}

static void what_is_long_is_cut_in_text_and_whole_in_json(void)
{
    static char    many[101];
    static int64_t numbers[20];
    memset(many, 'x', 100);
    MAKE(zoo_optional, .text = many, .bytes = {many, 100}, .list = {numbers, 20});
    act_message_print(text, sizeof text, message, zoo_schema());
    ck_assert_ptr_nonnull(strstr(text, "xxx\"..., bytes: <78"));
    ck_assert_ptr_nonnull(
        strstr(text, "78...>, list: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...]}"));
    ck_assert_uint_gt(act_message_print_json(text, sizeof text, message, zoo_schema()),
                      100 + 134 + 40);
    ck_assert_ptr_null(strstr(text, "..."));
    act_message_free(&message);
}

static void unions_and_lists_are_written_to_the_end(void)
{
    static const struct point              corners[] = {{1, 2}, {3, 4}};
    static const struct act_union_of_shape shapes[] = {{.tag = shape_circle_tag,
                                                        .as.shape_circle = {{1, 2}, 3}},
                                                       {.tag = (enum act_tags_of_shape)0}};
    MAKE(zoo_outside, .text = "t",
         .shape = {.tag = shape_polygon_tag, .as.shape_polygon = {{corners, 2}}},
         .shapes = {shapes, 2});
    prints(
        "zoo_outside {text: \"t\", bytes: <>, numbers: [0, 0, 0], texts: [\"\", \"\"], list: [], "
        "names: [], blobs: [], "
        "colors: [], people: [], shape: shape_polygon {corners: [{x: 1, y: 2}, {x: 3, y: 4}]}, "
        "shapes: [shape_circle "
        "{centre: {x: 1, y: 2}, radius: 3}, nothing], ends: [{x: 0, y: 0}, {x: 0, y: 0}]}");
    act_message_print_json(text, sizeof text, message, zoo_schema());
    ck_assert_ptr_nonnull(strstr(
        text, "\"shape\":{\"shape_polygon\":{\"corners\":[{\"x\":1,\"y\":2},{\"x\":3,\"y\":4}]}},"
              "\"shapes\":[{\"shape_circle\":{\"centre\":{\"x\":1,\"y\":2},\"radius\":3}},null]"));
    act_message_free(&message);
}

static void a_line_is_cut_at_its_room(void)
{
    char whole[512], cut[512];
    MAKE(zoo_optional, .text = "a\"\xc3\xa4 text", .number = 5, .bytes = {"xyz", 3});
    for (int json = 0; json < 2; json++) {
        size_t (*print)(char *, size_t, const act_message *, const act_type *) =
            json ? act_message_print_json : act_message_print;
        size_t length = print(whole, sizeof whole, message, zoo_schema());
        ck_assert_uint_eq(print(NULL, 0, message, zoo_schema()), length);
        for (size_t room = 1; room <= length + 1; room++) {
            memset(cut, '#', sizeof cut);
            ck_assert_uint_eq(print(cut, room, message, zoo_schema()), length);
            ck_assert_uint_eq(strlen(cut), room - 1);
            ck_assert_int_eq(strncmp(cut, whole, room - 1), 0);
            ck_assert_int_eq(cut[room], '#');
        }
    }
    act_message_free(&message);
}

static void a_message_that_is_not_known_shows_its_tag(void)
{
    MAKE(shape_circle, .radius = 1);
    prints("tag 1811302419 16 bytes");
    is_json("{\"tag\":1811302419}");
    ck_assert_int_eq(act_message_create_value(&message, 7, act_int64(-5)), ACT_OK);
    prints("tag 7 -5");
    act_message_print(text, sizeof text, message, NULL);
    ck_assert_str_eq(text, "tag 7 -5");
    act_message_free(&message);
}

static void a_reason_is_written_with_its_text(void)
{
    message = act__message_make(ACT_MESSAGE_DOWN, ACT_VALUE_REASON, 0);
    *act__message_reason_of(message) =
        (struct act__reason){ACT_EXIT_ERROR, 7, act__reason_text_make()};
    snprintf(act__message_reason_of(message)->text->text, ACT_EXIT_TEXT_MAX, "out of \"paper\"\n");
    prints("DOWN error 7 \"out of \\\"paper\\\"\\n\"");
    act_message_free(&message);
    message = act__message_make(ACT_MESSAGE_EXIT, ACT_VALUE_REASON, 0);
    *act__message_reason_of(message) = (struct act__reason){ACT_EXIT_KILLED, 0, NULL};
    prints("EXIT killed");
    act_message_free(&message);
    message = act__message_make(UINT32_C(0xFFFFFF22), ACT_VALUE_NOTHING, 0);
    prints("tag 0xffffff22");
    is_json("{\"tag\":4294967074}");
}

const struct kit_case kit_cases[] = {
    TEST_CASE(scalars_are_written_as_they_are),
    TEST_CASE(numbers_that_json_has_not_are_strings),
    TEST_CASE(what_is_optional_and_empty_is_left_away),
    TEST_CASE(secrets_are_not_told),
    TEST_CASE(texts_are_escaped),
    TEST_CASE(only_what_is_utf8_stays_in_json),
    TEST_CASE(bytes_are_hex_or_base64),
    TEST_CASE(what_is_long_is_cut_in_text_and_whole_in_json),
    TEST_CASE(unions_and_lists_are_written_to_the_end),
    TEST_CASE(a_line_is_cut_at_its_room),
    TEST_CASE(a_message_that_is_not_known_shows_its_tag),
    TEST_CASE(a_reason_is_written_with_its_text),
    END_OF_CASES,
};
