/* Tokens of msgpack, one for each way to write it, and what a cut leaves of them. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/schema/msgpack_reader.h>

#include <stdlib.h>
#include <string.h>

#include <test/kit/kit.h>

/* Bytes up to the end of a literal, whose own NUL is none of them. */
#define BYTES(literal) (literal), sizeof(literal) - 1

static struct act__token  token;
static struct act__reader reader;

/* On the heap and of exactly that size, so that a sanitizer sees a read beyond it. */
static bool read_bytes(const char *bytes, size_t count)
{
    static char *copy;
    free(copy);
    copy = malloc(count + (count == 0));
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes, count);
    memset(&token, 0xee, sizeof token);
    act__reader_init(&reader, copy, count);
    return act__read(&reader, &token);
}

/* Each beginning that is shorter is not whole, of this kind, and nothing is left to be read. */
static void reads_whole(const char *bytes, size_t count, enum act__token_kind kind)
{
    for (size_t cut = 1; cut < count; cut++) {
        ck_assert(!read_bytes(bytes, cut));
        ck_assert_int_eq(token.kind, kind == ACT__TOKEN_NEGATIVE ? ACT__TOKEN_UNSIGNED : kind);
    }
    ck_assert(read_bytes(bytes, count));
    ck_assert_int_eq(token.kind, kind);
    ck_assert_ptr_eq(reader.at, reader.end);
}

static void reads_number(const char *bytes, size_t count, uint64_t number)
{
    reads_whole(bytes, count, ACT__TOKEN_UNSIGNED);
    ck_assert_uint_eq(token.number, number);
}

static void reads_negative(const char *bytes, size_t count, int64_t number)
{
    reads_whole(bytes, count, ACT__TOKEN_NEGATIVE);
    ck_assert_int_eq(token.negative, number);
    ck_assert_uint_eq(token.number, (uint64_t)number);
}

static void an_integer_is_the_same_however_it_is_written(void)
{
    reads_number(BYTES("\x00"), 0);
    reads_number(BYTES("\x7f"), 127);
    reads_number(BYTES("\xcc\x05"), 5);
    reads_number(BYTES("\xcd\x01\x02"), 0x102);
    reads_number(BYTES("\xce\xff\x00\x00\x01"), 0xff000001);
    reads_number(BYTES("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), UINT64_MAX);
    reads_number(BYTES("\xd0\x7f"), 127);
    reads_number(BYTES("\xd1\x01\x00"), 256);
    reads_number(BYTES("\xd2\x7f\xff\xff\xff"), INT32_MAX);
    reads_number(BYTES("\xd3\x00\x00\x00\x00\x00\x00\x00\x07"), 7);
    reads_negative(BYTES("\xff"), -1);
    reads_negative(BYTES("\xe0"), -32);
    reads_negative(BYTES("\xd0\x80"), -128);
    reads_negative(BYTES("\xd1\xff\xfe"), -2);
    reads_negative(BYTES("\xd2\x80\x00\x00\x00"), INT32_MIN);
    reads_negative(BYTES("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"), INT64_MIN);
}

static void nil_bool_and_real_are_read(void)
{
    reads_whole(BYTES("\xc0"), ACT__TOKEN_NIL);
    reads_whole(BYTES("\xc2"), ACT__TOKEN_BOOL);
    ck_assert_uint_eq(token.number, 0);
    reads_whole(BYTES("\xc3"), ACT__TOKEN_BOOL);
    ck_assert_uint_eq(token.number, 1);
    reads_whole(BYTES("\xca\xbf\xc0\x00\x00"), ACT__TOKEN_REAL);
    ck_assert(token.real == -1.5);
    reads_whole(BYTES("\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a"), ACT__TOKEN_REAL);
    ck_assert(token.real == 0.1);
}

static void reads_text(const char *bytes, size_t count, enum act__token_kind kind)
{
    reads_whole(bytes, count, kind);
    ck_assert_uint_eq(token.count, 2);
    ck_assert_int_eq(memcmp(token.bytes, "ab", 2), 0);
}

static void texts_and_bytes_are_shown_where_they_lie(void)
{
    reads_text(BYTES("\xa2\x61\x62"), ACT__TOKEN_STR);
    reads_text(BYTES("\xd9\x02\x61\x62"), ACT__TOKEN_STR);
    reads_text(BYTES("\xda\x00\x02\x61\x62"), ACT__TOKEN_STR);
    reads_text(BYTES("\xdb\x00\x00\x00\x02\x61\x62"), ACT__TOKEN_STR);
    reads_text(BYTES("\xc4\x02\x61\x62"), ACT__TOKEN_BIN);
    reads_text(BYTES("\xc5\x00\x02\x61\x62"), ACT__TOKEN_BIN);
    reads_text(BYTES("\xc6\x00\x00\x00\x02\x61\x62"), ACT__TOKEN_BIN);
    reads_whole(BYTES("\xa0"), ACT__TOKEN_STR);
    ck_assert_uint_eq(token.count, 0);
}

/* Its type and its bytes. */
static void reads_extension(const char *bytes, size_t count, size_t data)
{
    reads_whole(bytes, count, ACT__TOKEN_EXT);
    ck_assert_uint_eq(token.count, 1 + data);
    ck_assert_int_eq(token.bytes[0], 't');
}

static void an_extension_has_a_byte_more_for_its_type(void)
{
    reads_extension(BYTES("\xd4t1"), 1);
    reads_extension(BYTES("\xd5t12"), 2);
    reads_extension(BYTES("\xd6t1234"), 4);
    reads_extension(BYTES("\xd7t12345678"), 8);
    reads_extension(BYTES("\xd8t1234567890123456"), 16);
    reads_extension(BYTES("\xc7\x01t1"), 1);
    reads_extension(BYTES("\xc8\x00\x01t1"), 1);
    reads_extension(BYTES("\xc9\x00\x00\x00\x01t1"), 1);
}

static void reads_count(const char *bytes, size_t count, enum act__token_kind kind, size_t values)
{
    reads_whole(bytes, count, kind);
    ck_assert_uint_eq(token.count, values);
}

static void an_array_or_map_is_only_counted(void)
{
    reads_count(BYTES("\x90"), ACT__TOKEN_ARRAY, 0);
    reads_count(BYTES("\x9f"), ACT__TOKEN_ARRAY, 15);
    reads_count(BYTES("\xdc\x01\x00"), ACT__TOKEN_ARRAY, 256);
    reads_count(BYTES("\xdd\xff\xff\xff\xff"), ACT__TOKEN_ARRAY, UINT32_MAX);
    reads_count(BYTES("\x80"), ACT__TOKEN_MAP, 0);
    reads_count(BYTES("\x8f"), ACT__TOKEN_MAP, 15);
    reads_count(BYTES("\xde\x01\x00"), ACT__TOKEN_MAP, 256);
    reads_count(BYTES("\xdf\xff\xff\xff\xff"), ACT__TOKEN_MAP, UINT32_MAX);
}

static void what_is_cut_still_says_how_long_it_would_be(void)
{
    ck_assert(!read_bytes(BYTES("\xdb\x00\x01\x00\x00xyz")));
    ck_assert_int_eq(token.kind, ACT__TOKEN_STR);
    ck_assert_uint_eq(token.count, 65536);
    ck_assert_int_eq(memcmp(token.bytes, "xyz", 3), 0);
    ck_assert(!read_bytes(BYTES("\xdb\x00\x01"))); /* not even that */
    ck_assert_uint_eq(token.count, 0);
    ck_assert(!read_bytes(BYTES("\xc9\xff\xff\xff\xfft")));
    ck_assert_uint_eq(token.count, (size_t)UINT32_MAX + 1);
}

static void nothing_and_the_unused_byte_are_no_token(void)
{
    ck_assert(!read_bytes("", 0));
    ck_assert_int_eq(token.kind, ACT__TOKEN_CUT_OFF);
    ck_assert(!read_bytes(BYTES("\xc1")));
    ck_assert_int_eq(token.kind, ACT__TOKEN_UNUSED);
}

static bool skip_bytes(const char *bytes, size_t count)
{
    act__reader_init(&reader, bytes, count);
    return act__skip(&reader, &token);
}

static void one_value_is_passed_over_with_all_that_is_in_it(void)
{
    static const char nested[] = "\x93\x82\xa1k\x91\x01\xa1l\x80\xc0\xc4\x02zz";
    ck_assert(skip_bytes(nested, sizeof nested)); /* its NUL is a value of its own: 0 */
    ck_assert_ptr_eq(reader.at, reader.end - 1);
    for (size_t cut = 0; cut < sizeof nested - 1; cut++)
        ck_assert(!skip_bytes(nested, cut));
    ck_assert(!skip_bytes(BYTES("\x92\x01\xc1")));
    ck_assert_int_eq(token.kind, ACT__TOKEN_UNUSED);
}

/* Each map says that it has 2^32 - 1 keys and values. */
static void counts_that_are_not_true_are_no_more_than_cut_off(void)
{
    static char maps[5 * 1000];
    for (size_t i = 0; i < sizeof maps; i++)
        maps[i] = i % 5 == 0 ? '\xdf' : '\xff';
    ck_assert(!skip_bytes(maps, sizeof maps));
    ck_assert_int_eq(token.kind, ACT__TOKEN_CUT_OFF);
    ck_assert_ptr_eq(reader.at, reader.end);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(an_integer_is_the_same_however_it_is_written),
    TEST_CASE(nil_bool_and_real_are_read),
    TEST_CASE(texts_and_bytes_are_shown_where_they_lie),
    TEST_CASE(an_extension_has_a_byte_more_for_its_type),
    TEST_CASE(an_array_or_map_is_only_counted),
    TEST_CASE(what_is_cut_still_says_how_long_it_would_be),
    TEST_CASE(nothing_and_the_unused_byte_are_no_token),
    TEST_CASE(one_value_is_passed_over_with_all_that_is_in_it),
    TEST_CASE(counts_that_are_not_true_are_no_more_than_cut_off),
    END_OF_CASES,
};
