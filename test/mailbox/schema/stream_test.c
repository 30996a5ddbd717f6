/*
 * Bytes that come piece by piece: where a message ends, what is only cut off, and what nothing can
 * mend.
 */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <mailbox/base/random.h>
#include <mailbox/schema/codec.h>
#include <mailbox/message/pool.h>
#include <test/kit/kit.h>
#include <test/mailbox/schema/protocol.h>
#include <test/mailbox/schema/random_message.h>

enum { ROUNDS_COUNT = 10, MESSAGES_COUNT = 20, DEPTH = 1 << 20 };

static unsigned char      bytes[4 << 20];
static size_t             bytes_count;
static act_message       *message;
static act_message_stream stream;

/* Behind what is there. Returns: how many bytes it has. */
static size_t add_random(struct act__random *random)
{
    const void     *fields;
    size_t          count;
    const act_type *type = random_message(random, zoo_schema(), &fields);
    ck_assert_int_eq(act_message_create_typed(&message, type, fields), ACT_OK);
    ck_assert_int_eq(act_message_encode(message, zoo_schema(), bytes + bytes_count,
                                        sizeof bytes - bytes_count, &count),
                     ACT_OK);
    act_message_free(&message);
    bytes_count += count;
    return count;
}

static void set(const char *made, size_t count)
{
    memcpy(bytes, made, count);
    bytes_count = count;
    stream = (act_message_stream){0};
}
#define SET(made) set(made, sizeof made - 1)

/* Of bytes that lie at the end of their block, where a sanitizer sees one too many. */
static act_result decode_exactly(size_t count)
{
    unsigned char *exact = malloc(count + 1);
    memcpy(exact + 1, bytes, count);
    act_result result = act_message_decode(&message, zoo_schema(), exact + 1, count, 0, NULL, 0);
    free(exact);
    return result;
}

static act_result decode_strictly(size_t count)
{
    return act_message_decode_with(&message, zoo_schema(), bytes, count,
                                   ACT_DECODE_OPTIONS(.strict = true), NULL, 0);
}

/* -------------------------------------------------------------------------------------- cut off */

static void each_beginning_of_a_message_is_cut_off(void)
{
    struct act__random random;
    act__random_seed(&random, (uint64_t)kit_round());
    for (int i = 0; i < MESSAGES_COUNT; i++) {
        bytes_count = 0;
        add_random(&random);
        for (size_t count = 0; count < bytes_count; count++) {
            ck_assert_int_eq(decode_exactly(count), ACT_TRUNCATED);
            ck_assert_int_eq(decode_strictly(count), ACT_TRUNCATED);
        }
        ck_assert_int_eq(decode_exactly(bytes_count), ACT_OK);
        act_message_free(&message);
    }
    ck_assert_uint_eq(act__pool_outstanding(), 0);
}

/* A byte is changed: if a beginning is called malformed, so is whatever begins with it. */
static void what_is_malformed_stays_so_whatever_comes(void)
{
    struct act__random random;
    act__random_seed(&random, (uint64_t)kit_round());
    for (int i = 0; i < MESSAGES_COUNT; i++) {
        bytes_count = 0;
        add_random(&random);
        for (size_t at = 0; at < bytes_count && at < 200; at++) {
            unsigned char was = bytes[at];
            act_result    result = ACT_TRUNCATED;
            bytes[at] = (unsigned char)act__random_below(&random, 256);
            for (size_t count = at; count <= bytes_count && count < at + 60; count++) {
                act_result next = decode_exactly(count);
                ck_assert_msg(result != ACT_MALFORMED || next == ACT_MALFORMED, "%zu bytes of %zu",
                              count, bytes_count);
                if (next == ACT_OK)
                    act_message_free(&message);
                /* something is behind it, from here on */
                result = next == ACT_OK ? ACT_MALFORMED : next;
            }
            bytes[at] = was;
        }
    }
}

static void what_cannot_become_right_is_not_waited_for(void)
{
    static const struct {
        const char *bytes;
        size_t      count;
        act_result  result;
    } cases[] = {
        {"", 0, ACT_TRUNCATED},
        {"\x92", 1, ACT_TRUNCATED},
        {"\x92\xce\x67\xfe", 4, ACT_TRUNCATED},
        {"\x93", 1, ACT_MALFORMED},
        {"\xdd", 1, ACT_TRUNCATED},
        {"\xda\x01", 2, ACT_MALFORMED},
        {"GET ", 4, ACT_MALFORMED},
        {"\x92\xa1", 2, ACT_MALFORMED},
        {"\x92\xce\x67\xfe\x59\x7e\x81\x04\xa5xy", 11, ACT_TRUNCATED},
        {"\x92\xce\x67\xfe\x59\x7e\x81\x04\xa5x\0", 11,
         ACT_MALFORMED}, /* a NUL in what is there of the text */
        {"\x92\xce\x67\xfe\x59\x7e\x81\x04\xcd", 9,
         ACT_MALFORMED}, /* what is cut off would be a number */
        {"\x92\xce\x67\xfe\x59\x7e\x81\x04\xdb\x80\0\0\0", 13,
         ACT_MALFORMED}, /* larger than any message */
        {"\x92\xce\x67\xfe\x59\x7e\x81\x06\xdd\x80\0\0\0", 13, ACT_MALFORMED},
        {"\x92\xce\x67\xfe\x59\x7e\x81\x06\xdd\0\0\0\2\1", 14, ACT_TRUNCATED},
        {"\x92\xce\x67\xfe\x59\x7e\x81\x06\xdd\0\0\0\2\xa1", 14, ACT_MALFORMED},
        {"\x92\xce\x67\xfe\x59\x7e\x81\x09\xc4", 9, ACT_TRUNCATED},
        {"\x92\xce\x67\xfe\x59\x7e\x81\x09\xc4\x05", 10, ACT_MALFORMED}, /* 5 bytes for 4 */
        {"\x92\xce\x67\xfe\x59\x7e\x81\x63\xdf\xff\xff\xff\xff\xc0", 14, ACT_TRUNCATED},
        {"\x92\xce\x67\xfe\x59\x7e\x81\x63\xdf\xff\xff\xff\xff\xc1", 14, ACT_MALFORMED},
        {"\x92\xce\x67\xfe\x59\x7e\xdf\xff\xff\xff\xff", 11, ACT_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set(cases[i].bytes, cases[i].count);
        ck_assert_msg(decode_exactly(bytes_count) == cases[i].result, "case %zu", i);
    }
}

static void a_complaint_says_where_it_is_cut_off(void)
{
    char complaint[100];
    SET("\x92\xce\x67\xfe\x59\x7e\x81\x07\x82\x01");
    ck_assert_int_eq(act_message_decode(&message, zoo_schema(), bytes, bytes_count, 0, complaint,
                                        sizeof complaint),
                     ACT_TRUNCATED);
    ck_assert_str_eq(complaint, "zoo_optional.point.x: cut off");
}

/* -------------------------------------------------------------------------------------- streams */

static void a_stream_says_where_each_message_ends(void)
{
    struct act__random random;
    size_t             ends[MESSAGES_COUNT], begin = 0, end = 0, takes;
    act__random_seed(&random, (uint64_t)kit_round());
    bytes_count = 0;
    for (int i = 0; i < MESSAGES_COUNT; i++)
        end = ends[i] = end + add_random(&random);
    stream = (act_message_stream){0};
    int ended = 0;
    for (size_t count = 0; count <= bytes_count; count += act__random_below(&random, 40)) {
        act_result result;
        while ((result = act_message_stream_next(&stream, bytes + begin, count - begin, 0,
                                                 &takes)) == ACT_OK) {
            begin += takes;
            ck_assert_uint_eq(begin, ends[ended++]);
        }
        ck_assert_int_eq(result, ACT_TRUNCATED);
        ck_assert_uint_gt(takes, count - begin);
        ck_assert_uint_le(takes, ended < MESSAGES_COUNT ? ends[ended] - begin : 1);
    }
    while (act_message_stream_next(&stream, bytes + begin, bytes_count - begin, 0, &takes) ==
           ACT_OK)
        begin += takes, ended++;
    ck_assert_int_eq(ended, MESSAGES_COUNT);
}

static act_result next_of(size_t count, size_t bytes_max, size_t *takes)
{
    return act_message_stream_next(&stream, bytes, count, bytes_max, takes);
}

/* Were each byte looked at again at each call, this would take hours. */
static void bytes_that_drip_in_cost_no_more(void)
{
    static const size_t first[] = {1, 3, 3, 5};
    size_t              takes = 0, depth = (size_t)kit_many(DEPTH);
    SET("\x92\x07\x81\x63");
    memset(bytes + bytes_count, 0x91, depth);
    for (size_t count = 0; count < bytes_count + depth; count++) {
        ck_assert_int_eq(next_of(count, 0, &takes), ACT_TRUNCATED);
        ck_assert_uint_eq(takes, count < 4 ? first[count] : count + 1);
    }
    bytes[bytes_count + depth] = 0xc0;
    ck_assert_int_eq(next_of(bytes_count + depth + 1, 0, &takes), ACT_OK);
    ck_assert_uint_eq(takes, bytes_count + depth + 1);
}

static void what_is_announced_is_waited_for_only_within_the_limit(void)
{
    size_t takes = 0;
    SET("\x92\x07\x81\x01\xc6\0\0\x10\0");
    ck_assert_int_eq(next_of(bytes_count, 4105, &takes), ACT_TRUNCATED);
    ck_assert_uint_eq(takes, 4105);
    stream = (act_message_stream){0};
    ck_assert_int_eq(next_of(bytes_count, 4104, &takes), ACT_MALFORMED);
    SET("\x92\x07\xdf\xff\xff\xff\xff");
    ck_assert_int_eq(next_of(bytes_count, 0, &takes), ACT_MALFORMED);
    SET("\x92\x07\x81\x01\xdd\xff\xff\xff\xff");
    ck_assert_int_eq(next_of(bytes_count, 0, &takes), ACT_MALFORMED);
    SET("\x92\x07\x81\x01\xdd\0\0\0\x10");
    ck_assert_int_eq(next_of(bytes_count, 0, &takes), ACT_TRUNCATED);
    ck_assert_uint_eq(takes, bytes_count + 16);
    SET("\x92\x07\x80");
    ck_assert_int_eq(next_of(bytes_count, 2, &takes), ACT_MALFORMED);
    ck_assert_int_eq(next_of(bytes_count, 3, &takes), ACT_OK);
}

static void what_is_no_message_ends_a_stream_at_its_first_byte(void)
{
    static const struct {
        const char *bytes;
        size_t      count;
    } cases[] = {{"G", 1},
                 {"\xc1", 1},
                 {"\x93", 1},
                 {"\x80", 1},
                 {"\xda", 1},
                 {"\x92\xa1", 2},
                 {"\x92\xff", 2},
                 {"\x92\xc0", 2},
                 {"\x92\x07\x01", 3},
                 {"\x92\x07\xc4", 3},
                 {"\x92\x07\x81\xc1", 4},
                 {"\xdc\0\3", 3}};
    size_t takes;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set(cases[i].bytes, cases[i].count);
        for (size_t count = 0; count < bytes_count; count++)
            ck_assert_int_eq(next_of(count, 0, &takes), ACT_TRUNCATED);
        ck_assert_msg(next_of(bytes_count, 0, &takes) == ACT_MALFORMED, "case %zu", i);
    }
    SET("\xdd\0\0\0\2\x07\x80");
    ck_assert_int_eq(next_of(bytes_count, 0, &takes), ACT_OK);
    ck_assert_uint_eq(takes, bytes_count);
}

static void fewer_bytes_than_before_are_refused(void)
{
    size_t takes;
    SET("\x92\x07\x81\x01");
    ck_assert_int_eq(next_of(4, 0, &takes), ACT_TRUNCATED);
    ck_assert_int_eq(next_of(3, 0, &takes), ACT_INVALID);
    ck_assert_int_eq(next_of(4, 0, &takes), ACT_TRUNCATED);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(each_beginning_of_a_message_is_cut_off, .rounds = ROUNDS_COUNT),
    TEST_CASE(what_is_malformed_stays_so_whatever_comes, .rounds = ROUNDS_COUNT),
    TEST_CASE(what_cannot_become_right_is_not_waited_for),
    TEST_CASE(a_complaint_says_where_it_is_cut_off),
    TEST_CASE(a_stream_says_where_each_message_ends, .rounds = ROUNDS_COUNT),
    TEST_CASE(bytes_that_drip_in_cost_no_more),
    TEST_CASE(what_is_announced_is_waited_for_only_within_the_limit),
    TEST_CASE(what_is_no_message_ends_a_stream_at_its_first_byte),
    TEST_CASE(fewer_bytes_than_before_are_refused),
    END_OF_CASES,
};
