/* How a struct of options is read whose size is another than ours. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/options.h>

#include <string.h>

#include <test/kit/kit.h>

struct two {
    size_t   size;
    uint32_t first, second;
};

static void what_is_missing_is_zero_and_the_size_is_ours(void)
{
    struct two theirs = {offsetof(struct two, second), 7, 9}, ours = {1, 1, 1};
    ck_assert(act__options_read(&ours, sizeof ours, &theirs));
    ck_assert_uint_eq(ours.size, sizeof ours);
    ck_assert_uint_eq(ours.first, 7);
    ck_assert_uint_eq(ours.second, 0);
    theirs.size = offsetof(struct two, second) + 1; /* ends within: little-endian or not */
    ck_assert(act__options_read(&ours, sizeof ours, &theirs));
    ck_assert_uint_eq(ours.first, 7);
    ck_assert(act__options_read(&ours, sizeof ours, NULL));
    ck_assert_uint_eq(ours.size, sizeof ours);
    ck_assert_uint_eq(ours.first, 0);
}

/* A newer program's struct, as large as any. */
static union {
    struct two    known;
    unsigned char bytes[5000];
} newer;

static bool is_read(size_t size)
{
    struct two ours;
    newer.known = (struct two){size, 7, 9};
    if (!act__options_read(&ours, sizeof ours, &newer))
        return false;
    ck_assert_uint_eq(ours.size, sizeof ours);
    ck_assert_uint_eq(ours.first, 7);
    ck_assert_uint_eq(ours.second, 9);
    return true;
}

static void what_is_not_known_must_be_zero(void)
{
    ck_assert(is_read(sizeof newer.known + 8));
    newer.bytes[sizeof newer.known] = 1;
    ck_assert(!is_read(sizeof newer.known + 8));
    newer.bytes[sizeof newer.known] = 0;
    newer.bytes[sizeof newer.known + 7] = 1;
    ck_assert(!is_read(sizeof newer.known + 8));
    ck_assert(is_read(sizeof newer.known + 7)); /* what lies behind it is not its own */
    newer.bytes[sizeof newer.known + 7] = 0;
}

static void a_size_that_cannot_be_is_none(void)
{
    ck_assert(is_read(4096));
    ck_assert(!is_read(4097));
    ck_assert(!is_read(SIZE_MAX));
    ck_assert(!is_read(sizeof(size_t) - 1));
    ck_assert(!is_read(0));
}

static void words_are_zero_if_each_of_them_is(void)
{
    uint64_t words[3] = {0, 0, 0};
    ck_assert(act__words_are_zero(words, 3));
    for (size_t i = 0; i < 3; i++) {
        words[i] = UINT64_C(1) << 63;
        ck_assert(!act__words_are_zero(words, 3));
        ck_assert(act__words_are_zero(words, i));
        words[i] = 0;
    }
}

const struct kit_case kit_cases[] = {
    TEST_CASE(what_is_missing_is_zero_and_the_size_is_ours),
    TEST_CASE(what_is_not_known_must_be_zero),
    TEST_CASE(a_size_that_cannot_be_is_none),
    TEST_CASE(words_are_zero_if_each_of_them_is),
    END_OF_CASES,
};
