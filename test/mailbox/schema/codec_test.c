/*
 * Typed messages as msgpack and back: the same again, whatever they are; and nothing from bytes
 * that are wrong.
 */
/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mailbox/base/memory.h>
#include <mailbox/schema/codec.h>
#include <mailbox/message/pool.h>
#include <mailbox/schema/print.h>
#include <test/kit/kit.h>
#include <test/mailbox/schema/protocol.h>
#include <test/mailbox/schema/random_message.h>

enum { RANDOM_MESSAGES = 300, ROUNDS_COUNT = 10, MUTATED = 6 };

static unsigned char encoded[1 << 20], again[1 << 20];
static size_t        encoded_count;
static act_message  *message, *decoded;
static char          complaint[200];

static void encode(const act_type *schema)
{
    ck_assert_int_eq(act_message_encode(message, schema, encoded, sizeof encoded, &encoded_count),
                     ACT_OK);
}

static act_result decode(const act_type *schema)
{
    return act_message_decode(&decoded, schema, encoded, encoded_count, 0, complaint,
                              sizeof complaint);
}

static void free_both(void)
{
    act_message_free(&message);
    act_message_free(&decoded);
    ck_assert_uint_eq(act__pool_outstanding(), 0);
}

#define MAKE(...) ck_assert_int_eq(act_message_make(&message, __VA_ARGS__), ACT_OK)

/* What is encoded now, in hex. */
static void encoded_is(const char *hex)
{
    char text[512] = "";
    for (size_t i = 0; i < encoded_count && 2 * i + 2 < sizeof text; i++)
        snprintf(text + 2 * i, 3, "%02x", encoded[i]);
    ck_assert_str_eq(text, hex);
}

static void set_bytes(const char *bytes, size_t count)
{
    memcpy(encoded, bytes, count);
    encoded_count = count;
}
#define SET(bytes) set_bytes(bytes, sizeof bytes - 1)

/* "\x92\xce" and the tag, for a message by hand. */
static void set_message(uint32_t tag, const char *map, size_t count)
{
    const unsigned char head[] = {0x92,
                                  0xce,
                                  (unsigned char)(tag >> 24),
                                  (unsigned char)(tag >> 16),
                                  (unsigned char)(tag >> 8),
                                  (unsigned char)tag};
    memcpy(encoded, head, sizeof head);
    memcpy(encoded + sizeof head, map, count);
    encoded_count = sizeof head + count;
}
#define SET_MESSAGE(tag, map) set_message(tag, map, sizeof map - 1)

static void is_refused(act_result result, const char *why)
{
    ck_assert_int_eq(decode(zoo_schema()), result);
    ck_assert_str_eq(complaint, why);
    ck_assert_ptr_null(decoded);
}

static void is_malformed(const char *why)
{
    is_refused(ACT_MALFORMED, why);
}

static void is_cut_off(const char *why)
{
    is_refused(ACT_TRUNCATED, why);
}

/* ----------------------------------------------------------------------------------- round trip */

static void a_small_message_is_a_few_bytes(void)
{
    MAKE(zoo_three, .a = 1, .b = -2, .c = 200);
    encode(zoo_schema());
    char expected[64];
    snprintf(expected, sizeof expected,
             "92ce%08x8301010"
             "2fe03ccc8",
             (unsigned)zoo_three_tag);
    encoded_is(expected);
    free_both();
}

static void every_random_message_comes_back_the_same(void)
{
    static char        text[1 << 20], text_again[1 << 20];
    struct act__random random;
    act__random_seed(&random, (uint64_t)kit_round());
    for (int i = 0; i < RANDOM_MESSAGES; i++) {
        const void     *fields;
        size_t          count;
        const act_type *type = random_message(&random, zoo_schema(), &fields);
        ck_assert_int_eq(act_message_create_typed(&message, type, fields), ACT_OK);
        encode(zoo_schema());
        ck_assert_msg(decode(zoo_schema()) == ACT_OK, "%s", complaint);
        ck_assert_int_eq(zoo_tag_of(decoded), (int)type->tag);
        ck_assert_int_eq(act_message_encode(decoded, zoo_schema(), again, sizeof again, &count),
                         ACT_OK);
        ck_assert(count == encoded_count && memcmp(again, encoded, count) == 0);
        ck_assert_uint_lt(act_message_print_json(text, sizeof text, message, zoo_schema()),
                          sizeof text);
        act_message_print_json(text_again, sizeof text_again, decoded, zoo_schema());
        ck_assert_str_eq(text, text_again);
        free_both();
    }
}

static void what_was_decoded_lies_in_one_block(void)
{
    MAKE(zoo_outside, .text = "a text", .texts = {"one", "two"});
    encode(zoo_schema());
    ck_assert_int_eq(decode(zoo_schema()), ACT_OK);
    memset(encoded, 'x', encoded_count);
    ck_assert_str_eq(act_view(zoo_outside, decoded)->text, "a text");
    ck_assert_str_eq(act_view(zoo_outside, decoded)->texts[1], "two");
    free_both();
}

static void an_optional_text_that_is_not_there_is_empty_and_not_null(void)
{
    MAKE(zoo_optional);
    encode(zoo_schema());
    ck_assert_int_eq(decode(zoo_schema()), ACT_OK);
    ck_assert_str_eq(act_view(zoo_optional, decoded)->text, "");
    ck_assert_uint_eq(act_view(zoo_optional, decoded)->list.count, 0);
    ck_assert_int_eq(act_view(zoo_optional, decoded)->shape.tag, 0);
    free_both();
}

/* ------------------------------------------------------------------------------------ bad bytes */

static void what_is_cut_off_is_no_message(void)
{
    struct act__random random;
    const void        *fields;
    act__random_seed(&random, (uint64_t)kit_round());
    for (int i = 0; i < 20; i++) {
        const act_type *type = random_message(&random, zoo_schema(), &fields);
        ck_assert_int_eq(act_message_create_typed(&message, type, fields), ACT_OK);
        encode(zoo_schema());
        for (size_t count = 0; count < encoded_count; count++) {
            unsigned char *exact = malloc(count + 1); /* so that a sanitizer sees one byte too
                                                         many */
            memcpy(exact, encoded, count);
            ck_assert_int_eq(act_message_decode(&decoded, zoo_schema(), exact + 0, count, 0, NULL,
                                                0),
                             ACT_TRUNCATED);
            free(exact);
        }
        free_both();
    }
}

/* Each byte is made another: it is refused, or it is a message that comes back the same. */
static void a_changed_byte_does_no_harm(void)
{
    struct act__random random;
    const void        *fields;
    act__random_seed(&random, (uint64_t)kit_round());
    for (int i = 0; i < MUTATED; i++) {
        const act_type *type = random_message(&random, zoo_schema(), &fields);
        ck_assert_int_eq(act_message_create_typed(&message, type, fields), ACT_OK);
        encode(zoo_schema());
        for (size_t at = 0; at < encoded_count; at++) {
            unsigned char was = encoded[at];
            size_t        count;
            encoded[at] = (unsigned char)(was ^ (1 + act__random_below(&random, 255)));
            if (decode(zoo_schema()) == ACT_OK) {
                ck_assert_int_eq(
                    act_message_encode(decoded, zoo_schema(), again, sizeof again, &count), ACT_OK);
                act_message_free(&decoded);
                ck_assert_int_eq(
                    act_message_decode(&decoded, zoo_schema(), again, count, 0, NULL, 0), ACT_OK);
                act_message_free(&decoded);
            } else {
                ck_assert_str_ne(complaint, "");
            }
            encoded[at] = was;
        }
        free_both();
    }
}

static void five_bytes_cannot_ask_for_gigabytes(void)
{
    uint64_t before = act__memory_requests();
    SET("\xdd\xff\xff\xff\xff");
    is_malformed("zoo: found 4294967295 items, expected 2");
    SET("\xc6\xff\xff\xff\xff");
    is_malformed("zoo: found bytes, expected an array of a tag and a map");
    SET_MESSAGE(zoo_outside_tag, "\x81\x05\xdd\xff\xff\xff\xff");
    is_malformed("zoo_outside.list: too large: the message may have 1073741824 bytes");
    SET_MESSAGE(zoo_outside_tag, "\xdf\xff\xff\xff\xff");
    is_cut_off("zoo_outside: cut off");
    SET_MESSAGE(zoo_outside_tag, "\x81\xcd\x01\x00\xdf\x7f\xff\xff\xff");
    is_cut_off("zoo_outside: cut off");
    ck_assert_uint_eq(act__memory_requests(), before);
}

static void depth_costs_nothing(void)
{
    enum { DEPTH = 500000 };
    const unsigned char head[] = {0x92, 0xce, 0, 0, 0, 0, 0x81, 0x7f};
    set_message(zoo_nothing_tag, "\x81\x7f", 2); /* a field that is not known, and then arrays in
                                                    arrays */
    (void)head;
    memset(encoded + encoded_count, 0x91, DEPTH);
    encoded_count += DEPTH;
    encoded[encoded_count++] = 0xc0;
    ck_assert_int_eq(decode(zoo_schema()), ACT_OK);
    free_both();
    encoded_count--; /* the innermost is missing */
    is_cut_off("zoo_nothing: cut off");
}

static void what_is_not_of_its_kind_is_refused(void)
{
    SET("\x92\x07\x80");
    is_malformed("zoo: 7 is the tag of none of its messages");
    SET_MESSAGE(zoo_small_tag, "\x81\x01\xa1x");
    is_malformed("zoo_small.amount: found text, expected an integer");
    SET_MESSAGE(zoo_small_tag,
                "\x81\x01\xcf\xff\xff\xff\xff\xff\xff\xff\xff"); /* above INT64_MAX */
    is_malformed(
        "zoo_small.amount: 18446744073709551615 is out of range, expected -9223372036854775808 to "
        "9223372036854775807");
    SET_MESSAGE(zoo_three_tag, "\x83\x01\x01\x02\x01\x03\xcd\x01\x00"); /* 256 is no uint8 */
    is_malformed("zoo_three.c: 256 is out of range, expected 0 to 255");
    SET_MESSAGE(zoo_small_tag, "\x80");
    is_malformed("zoo_small.amount: missing");
    SET_MESSAGE(zoo_small_tag, "\x82\x01\x01\x01\x02");
    is_malformed("zoo_small.amount: is there twice");
    SET_MESSAGE(zoo_nothing_tag, "\x80\xc0");
    is_malformed("zoo_nothing: something is behind it");
    SET_MESSAGE(zoo_optional_tag, "\x81\x04\xa3x\0y");
    is_malformed("zoo_optional.text: a NUL in the text");
    SET_MESSAGE(zoo_optional_tag, "\x81\x09\x93\x01\x02\x03"); /* three of four */
    is_malformed("zoo_optional.address: found 3 items, expected 4");
}

static void what_others_may_write_is_read(void)
{
    SET_MESSAGE(
        zoo_small_tag,
        "\x81\x01\xd3\x00\x00\x00\x00\x00\x00\x00\x05"); /* longer than need be, and signed */
    ck_assert_int_eq(decode(zoo_schema()), ACT_OK);
    ck_assert_int_eq(act_view(zoo_small, decoded)->amount, 5);
    free_both();
    SET_MESSAGE(
        zoo_optional_tag,
        "\x83\x05\xa2hi\x02\x09\x03\xca\x3f\x00\x00\x00"); /* str for bytes, any order, float 32 */
    ck_assert_int_eq(decode(zoo_schema()), ACT_OK);
    ck_assert_uint_eq(act_view(zoo_optional, decoded)->bytes.bytes_count, 2);
    ck_assert_int_eq(act_view(zoo_optional, decoded)->number, 9);
    ck_assert(act_view(zoo_optional, decoded)->d == 0.5);
    free_both();
    SET_MESSAGE(
        zoo_nothing_tag,
        "\x84\xa1k\x01\x63\xd4\x01\x02\xc3\xc0\x81\x01\x02\x93\xc2\xcb\x00\x00\x00\x00\x00\x00\x00"
        "\x00\xff");
    ck_assert_int_eq(decode(zoo_schema()), ACT_OK); /* four that are not known */
    free_both();
}

/* --------------------------------------------------------------------------------------- limits */

static void a_message_has_at_most_as_many_bytes_as_are_allowed(void)
{
    static const char text[100] = "x";
    MAKE(zoo_optional, .text = "twelve bytes", .bytes = {text, 100});
    encode(zoo_schema());
    size_t exactly = message->bytes_count;
    ck_assert_int_eq(act_message_decode(&decoded, zoo_schema(), encoded, encoded_count, exactly,
                                        NULL, 0),
                     ACT_OK);
    ck_assert_uint_eq(decoded->bytes_count, exactly);
    act_message_free(&decoded);
    ck_assert_int_eq(act_message_decode(&decoded, zoo_schema(), encoded, encoded_count, exactly - 1,
                                        complaint, 200),
                     ACT_MALFORMED);
    ck_assert_str_eq(complaint, "zoo_optional.bytes: too large: the message may have 255 bytes");
    ck_assert_int_eq(act_message_decode(&decoded, zoo_schema(), encoded, encoded_count, 1,
                                        complaint, 200),
                     ACT_MALFORMED);
    free_both();
}

static void a_room_that_is_too_small_says_how_much_it_takes(void)
{
    size_t count = 0;
    MAKE(zoo_optional, .text = "a text", .number = 70000);
    encode(zoo_schema());
    for (size_t room = 0; room < encoded_count; room++) {
        memset(again, '#', sizeof encoded_count + room + 1);
        ck_assert_int_eq(act_message_encode(message, zoo_schema(), again, room, &count), ACT_FULL);
        ck_assert_uint_eq(count, encoded_count);
        ck_assert_int_eq(again[room], '#');
    }
    ck_assert_int_eq(act_message_encode(message, zoo_schema(), again, encoded_count, &count),
                     ACT_OK);
    ck_assert_int_eq(act_message_encode(message, shape_schema(), again, sizeof again, &count),
                     ACT_NOT_FOUND);
    free_both();
}

static int refuses(void *pieces, const void *bytes, size_t count)
{
    (void)bytes, (void)count;
    return --*(int *)pieces < 0;
}

static void a_sink_can_refuse_any_piece(void)
{
    int pieces = 0, left;
    MAKE(zoo_outside, .text = "text", .shape = {.tag = shape_circle_tag});
    do {
        left = pieces++;
    } while (act_message_encode_to(message, zoo_schema(), refuses, &left) == ACT_OS);
    ck_assert_int_gt(pieces, 20);
    free_both();
}

static void without_memory_nothing_is_made(void)
{
    static const char large[5000];
    MAKE(zoo_optional, .bytes = {large, sizeof large});
    encode(zoo_schema());
    act__memory_fail_at(1, true);
    ck_assert_int_eq(decode(zoo_schema()), ACT_NO_MEMORY);
    act__memory_fail_at(0, false);
    free_both();
}

/* ------------------------------------------------------------------------------------ evolution */

#define V1_ITEM(FIELD)       FIELD(1, INT32, amount) FIELD(2, TEXT, name)
#define V1_MESSAGES(MESSAGE) MESSAGE(v_item, V1_ITEM)
#define V2_ITEM(FIELD)                                                                             \
    FIELD(3, OPTIONAL(LIST(TEXT)), tags) FIELD(2, OPTIONAL(TEXT), name) FIELD(1, INT32, amount)
ACT_SCHEMA(v1, V1_MESSAGES);

/* The same message in the next version, as another program would have it. */
#define V2_MESSAGES(MESSAGE) MESSAGE(v_item2, V2_ITEM)
ACT_SCHEMA(v2, V2_MESSAGES);

static void rename_to(uint32_t tag)
{
    for (int i = 0; i < 4; i++)
        encoded[2 + i] = (unsigned char)(tag >> (24 - 8 * i));
}

static void old_bytes_are_read_by_the_new_and_new_ones_by_the_old(void)
{
    static const char *const tags[] = {"x", "y"};
    MAKE(v_item, .amount = 7, .name = "seven");
    encode(v1_schema());
    rename_to(v_item2_tag);
    ck_assert_int_eq(decode(v2_schema()), ACT_OK);
    ck_assert_int_eq(act_view(v_item2, decoded)->amount, 7);
    ck_assert_str_eq(act_view(v_item2, decoded)->name, "seven");
    ck_assert_uint_eq(act_view(v_item2, decoded)->tags.count, 0);
    free_both();
    MAKE(v_item2, .amount = 8, .name = "eight", .tags = {tags, 2});
    encode(v2_schema());
    rename_to(v_item_tag);
    ck_assert_int_eq(decode(v1_schema()), ACT_OK);
    ck_assert_int_eq(act_view(v_item, decoded)->amount, 8);
    free_both();
    MAKE(v_item2, .amount = 9); /* the name has become optional: v1 still needs it, and says so */
    encode(v2_schema());
    rename_to(v_item_tag);
    ck_assert_int_eq(decode(v1_schema()), ACT_MALFORMED);
    ck_assert_str_eq(complaint, "v_item.name: missing");
    free_both();
    ck_assert_uint_ne(act_schema_fingerprint(v1_schema()), act_schema_fingerprint(v2_schema()));
}

/* Written in November 2026, and read for ever. */
static void bytes_of_the_first_version_are_read(void)
{
    SET_MESSAGE(zoo_optional_tag,
                "\x86\x01\xc3\x02\xd1\xfe\xd4\x04\xa5"
                "a b c\x07\x82\x01\x01\x02\xff\x0b\xfd\xcd\x01\xf4\xc4\x02\x00\x01");
    ck_assert_msg(decode(zoo_schema()) == ACT_OK, "%s", complaint);
    const struct zoo_optional *o = act_view(zoo_optional, decoded);
    ck_assert(o->yes && o->number == -300 && strcmp(o->text, "a b c") == 0);
    ck_assert(o->point.x == 1 && o->point.y == -1 && o->color == color_odd);
    ck_assert(o->key.bytes_count == 2);
    ck_assert_int_eq(zoo_optional_tag, 0x67fe597e);
    free_both();
}

/* The only float of zoo_scalars, as a double. */
static void set_scalars_with(const char *eight_bytes)
{
    static const unsigned char half[] = {10, 0xca, 0x3f, 0, 0, 0};
    MAKE(zoo_scalars, .f = 0.5f);
    encode(zoo_schema());
    act_message_free(&message);
    unsigned char *at = memmem(encoded, encoded_count, half, sizeof half);
    ck_assert_ptr_nonnull(at);
    size_t behind = encoded_count - (size_t)(at + sizeof half - encoded);
    memmove(at + 10, at + sizeof half, behind);
    at[1] = 0xcb;
    memcpy(at + 2, eight_bytes, 8);
    encoded_count += 4;
}

static void a_double_for_a_float_is_taken_if_it_is_no_larger_than_that(void)
{
    set_scalars_with("\x47\xef\xff\xff\xe0\0\0\0"); /* FLT_MAX */
    ck_assert_int_eq(decode(zoo_schema()), ACT_OK);
    ck_assert(act_view(zoo_scalars, decoded)->f == FLT_MAX);
    free_both();
    set_scalars_with("\xff\xf0\0\0\0\0\0\0");
    ck_assert_int_eq(decode(zoo_schema()), ACT_OK);
    ck_assert(act_view(zoo_scalars, decoded)->f == -HUGE_VALF);
    free_both();
    set_scalars_with("\x47\xf0\0\0\0\0\0\0"); /* 2^128 */
    is_malformed(
        "zoo_scalars.f: 3.4028236692093846e+38 is out of range, expected a float of 32 bits");
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_small_message_is_a_few_bytes),
    TEST_CASE(every_random_message_comes_back_the_same, .rounds = ROUNDS_COUNT),
    TEST_CASE(what_was_decoded_lies_in_one_block),
    TEST_CASE(an_optional_text_that_is_not_there_is_empty_and_not_null),
    TEST_CASE(what_is_cut_off_is_no_message, .rounds = ROUNDS_COUNT),
    TEST_CASE(a_changed_byte_does_no_harm, .rounds = ROUNDS_COUNT),
    TEST_CASE(five_bytes_cannot_ask_for_gigabytes),
    TEST_CASE(depth_costs_nothing),
    TEST_CASE(what_is_not_of_its_kind_is_refused),
    TEST_CASE(what_others_may_write_is_read),
    TEST_CASE(a_message_has_at_most_as_many_bytes_as_are_allowed),
    TEST_CASE(a_room_that_is_too_small_says_how_much_it_takes),
    TEST_CASE(a_sink_can_refuse_any_piece),
    TEST_CASE(without_memory_nothing_is_made),
    TEST_CASE(old_bytes_are_read_by_the_new_and_new_ones_by_the_old),
    TEST_CASE(bytes_of_the_first_version_are_read),
    TEST_CASE(a_double_for_a_float_is_taken_if_it_is_no_larger_than_that),
    END_OF_CASES,
};
