/* Requests for memory, which can be made to fail, and regions whose addresses never move. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/memory.h>

#include <pthread.h>
#include <string.h>

#include <mailbox/base/atomics.h>
#include <test/kit/kit.h>

static bool is_zero(const char *bytes, size_t count)
{
    return count == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0);
}

static void memory_is_zeroed_and_lines_are_aligned(void)
{
    for (size_t bytes = 1; bytes < 300; bytes += 7) {
        char *some = act__allocate(bytes), *lines = act__allocate_lines(bytes);
        ck_assert(some != NULL && lines != NULL);
        ck_assert_uint_eq((uintptr_t)lines % ACT__CACHE_LINE, 0);
        ck_assert(is_zero(some, bytes) && is_zero(lines, bytes));
        memset(some, 1, bytes); /* the next may lie here */
        memset(lines, 1, bytes);
        act__free(some);
        act__free(lines);
    }
}

/* Which of the next eight requests fail, the first of them the lowest bit. */
static unsigned failures(void)
{
    unsigned failed = 0;
    for (unsigned i = 0; i < 8; i++) {
        void *memory = i % 2 == 0 ? act__allocate(8) : act__allocate_lines(8);
        failed |= (unsigned)(memory == NULL) << i;
        act__free(memory);
    }
    return failed;
}

static void the_request_that_is_named_fails(void)
{
    act__memory_fail_at(3, false);
    ck_assert_uint_eq(failures(), 4);
    ck_assert_uint_eq(act__memory_requests(), 8);
    act__memory_fail_at(3, true);
    ck_assert_uint_eq(failures(), 0xfc);
    act__memory_fail_at(0, true);
    ck_assert_uint_eq(failures(), 0);
}

enum { STEP = 1 << 20 }; /* a region is so large, or a multiple of it */

static void a_region_is_given_out_in_order_up_to_its_limit(void)
{
    struct act__region region;
    ck_assert(act__region_reserve(&region, 2 * STEP));
    char *first = act__region_take(&region, 64), *rest;
    ck_assert_ptr_eq(first, region.base);
    ck_assert(is_zero(first, 64));
    rest = act__region_take(&region, 2 * STEP - 128);
    ck_assert_ptr_eq(rest, first + 64);
    ck_assert(is_zero(rest, 2 * STEP - 128)); /* and all of it can be read */
    ck_assert_ptr_null(act__region_take(&region, 65));
    ck_assert_ptr_eq(act__region_take(&region, 64), first + 2 * STEP - 64);
    ck_assert_ptr_null(act__region_take(&region, 1));
    act__region_release(&region);
    ck_assert_ptr_null(region.base);
    act__region_release(&region); /* nothing happens */
}

static void what_was_taken_has_its_entries_in_the_table(void)
{
    enum { OBJECT = 64, OBJECTS = STEP / OBJECT };
    struct act__region region;
    ck_assert(act__region_reserve_with_table(&region, 2 * STEP, OBJECT));
    _Atomic uint32_t *table = act__region_table(&region);
    ck_assert_ptr_eq((char *)table, region.base + 2 * STEP);
    for (uint32_t i = 0; i < 2 * OBJECTS; i++) {
        char *object = act__region_take(&region, OBJECT);
        ck_assert_ptr_nonnull(object);
        ck_assert_uint_eq(act__load(&table[i]), 0);
        act__store(&table[i], i + 1);
        ck_assert(is_zero(object, OBJECT));
    }
    ck_assert_ptr_null(act__region_take(&region, 1)); /* the table begins there */
    ck_assert_uint_eq(act__load(&table[0]), 1);
    ck_assert_uint_eq(act__load(&table[2 * OBJECTS - 1]), 2 * OBJECTS);
    act__region_release(&region);
}

static void a_region_without_memory_stays_as_it_was(void)
{
    struct act__region region;
    act__memory_fail_at(1, false);
    ck_assert(!act__region_reserve(&region, STEP));
    ck_assert(act__region_reserve(&region, STEP));
    char *first = act__region_take(&region, 64);
    act__memory_fail_at(1, false);
    ck_assert_ptr_null(act__region_take(&region, 64));
    ck_assert_ptr_eq(act__region_take(&region, 64), first + 64);
    act__region_release(&region);
}

enum { THREADS = 4, PIECES = 20000, PIECE = 64 };

static struct act__region shared;

static void *take_pieces(void *marks)
{
    for (int i = 0; i < PIECES; i++) {
        char *piece = act__region_take(&shared, PIECE);
        ck_assert(piece != NULL && is_zero(piece, PIECE));
        memset(piece, *(const char *)marks, PIECE);
    }
    return NULL;
}

static void threads_get_pieces_of_their_own(void)
{
    static const char marks[THREADS] = {1, 2, 3, 4};
    pthread_t         threads[THREADS];
    size_t            counts[THREADS + 1] = {0};
    ck_assert(act__region_reserve(&shared, (size_t)THREADS * PIECES * PIECE));
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(
            pthread_create(&threads[i], NULL, take_pieces, (void *)(uintptr_t)&marks[i]), 0);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < (size_t)THREADS * PIECES * PIECE; i++)
        counts[(unsigned char)shared.base[i]]++;
    for (int i = 1; i <= THREADS; i++)
        ck_assert_uint_eq(counts[i], (size_t)PIECES * PIECE);
    act__region_release(&shared);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(memory_is_zeroed_and_lines_are_aligned),
    TEST_CASE(the_request_that_is_named_fails),
    TEST_CASE(a_region_is_given_out_in_order_up_to_its_limit),
    TEST_CASE(what_was_taken_has_its_entries_in_the_table),
    TEST_CASE(a_region_without_memory_stays_as_it_was),
    TEST_CASE(threads_get_pieces_of_their_own),
    END_OF_CASES,
};
