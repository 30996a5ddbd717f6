/* The pool: blocks of their class, used again, none lost between threads. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <mailbox/message/pool.h>
#include <test/kit/kit.h>

static void each_size_has_the_least_class_that_holds_it(void)
{
    ck_assert_uint_eq(act__pool_class(0), 0);
    for (size_t bytes = 1; bytes <= ACT__POOL_BYTES_MAX; bytes++) {
        unsigned c = act__pool_class(bytes);
        if (c >= ACT__POOL_CLASSES || bytes > (size_t)64 << c ||
            (c > 0 && bytes <= (size_t)32 << c))
            ck_abort_msg("%zu bytes are of class %u", bytes, c);
    }
    ck_assert_uint_eq(act__pool_class(ACT__POOL_BYTES_MAX + 1), ACT__POOL_CLASS_HEAP);
}

enum { BLOCKS = 3000 };
static unsigned char *blocks[BLOCKS];
static unsigned       classes[BLOCKS];

static void blocks_do_not_overlap_and_all_come_back(void)
{
    size_t outstanding = act__pool_outstanding();
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < BLOCKS; i++) {
            size_t bytes = (size_t)(i * 37 % 5000) + 1;
            classes[i] = act__pool_class(bytes);
            blocks[i] = act__pool_take(&classes[i], bytes);
            ck_assert_ptr_nonnull(blocks[i]);
            memset(blocks[i], i % 251, bytes);
        }
        for (int i = 0; i < BLOCKS; i++) {
            size_t bytes = (size_t)(i * 37 % 5000) + 1;
            for (size_t b = 0; b < bytes; b += 31)
                if (blocks[i][b] != i % 251)
                    ck_abort_msg("block %d was written by another", i);
        }
        for (int i = 0; i < BLOCKS; i++)
            act__pool_give(blocks[(i * 7) % BLOCKS], classes[(i * 7) % BLOCKS]);
        ck_assert_uint_eq(act__pool_outstanding(), outstanding);
    }
    act__pool_flush();
    ck_assert_uint_eq(act__pool_outstanding(), outstanding);
}

enum { LANES = 4, PASSES = 20000 };
static void *_Atomic lanes[LANES][64];

/* Each thread takes blocks and leaves them for the next, which gives them back. */
static void *passes_on(void *argument)
{
    int mine = (int)(intptr_t)argument;
    for (int i = 0; i < PASSES; i++) {
        unsigned   c = (unsigned)i % 3;
        uintptr_t *block = act__pool_take(&c, (size_t)64 << c);
        *block = c;
        uintptr_t *other = atomic_exchange_explicit(&lanes[(mine + i) % LANES][i % 64], block,
                                                    memory_order_acq_rel);
        if (other != NULL)
            act__pool_give(other, (unsigned)*other);
    }
    return NULL;
}

static void blocks_may_be_given_by_another_thread(void)
{
    size_t    outstanding = act__pool_outstanding();
    pthread_t threads[LANES];
    for (intptr_t i = 0; i < LANES; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, passes_on, (void *)i), 0);
    for (int i = 0; i < LANES; i++)
        pthread_join(threads[i], NULL);
    for (int lane = 0; lane < LANES; lane++)
        for (int i = 0; i < 64; i++)
            if (lanes[lane][i] != NULL)
                act__pool_give(lanes[lane][i], (unsigned)*(uintptr_t *)lanes[lane][i]);
    ck_assert_uint_eq(act__pool_outstanding(), outstanding);
}

/* --------------------------------------------------------------------------------------- bursts */

#define PAGE_BYTES  ((size_t)4096)
#define BURST_BYTES ((size_t)24 << 20)
#define KEPT_BYTES  ((size_t)9 << 20) /* 8 MiB, and what the thread has at hand */

static void take_burst(unsigned char **burst, size_t count, unsigned size_class)
{
    for (size_t i = 0; i < count; i++) {
        unsigned c = size_class;
        burst[i] = act__pool_take(&c, (size_t)64 << c);
        if (burst[i] == NULL || c != size_class)
            ck_abort_msg("block %zu is of class %u", i, c);
        memset(burst[i], (int)(i % 251), (size_t)64 << c);
    }
}

/* In an order that is not that of taking, if `shuffles`. */
static void give_burst(unsigned char **burst, size_t count, unsigned size_class, bool shuffles)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = shuffles ? i * 7919 % count : i;
        if (burst[at][0] != at % 251 || burst[at][((size_t)64 << size_class) - 1] != at % 251)
            ck_abort_msg("block %zu was written by another", at);
        act__pool_give(burst[at], size_class);
    }
}

/*
 * Of the pages that the blocks lie in, those that are memory; one page is counted for each block
 * that begins in it.
 */
static size_t resident_bytes(unsigned char **burst, size_t count, unsigned size_class)
{
    size_t resident = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned char is_resident;
        void         *page = (void *)((uintptr_t)burst[i] / PAGE_BYTES * PAGE_BYTES);
        ck_assert_int_eq(mincore(page, PAGE_BYTES, &is_resident), 0);
        resident += (is_resident & 1) != 0 ? (size_t)64 << size_class : 0;
    }
    return resident;
}

static void memory_of_a_burst_is_given_back_but_for_some(void)
{
    size_t outstanding = act__pool_outstanding();
    for (unsigned c = 0; c < ACT__POOL_CLASSES; c += 3) {
        /* 7919 has no factor in common with it */
        size_t          count = (BURST_BYTES >> (6 + c)) / 7919 * 7919 + 1;
        unsigned char **burst = malloc(count * sizeof *burst);
        for (int round = 0; round < 3; round++) {
            take_burst(burst, count, c);
            give_burst(burst, count, c, round == 1);
            ck_assert_uint_eq(act__pool_outstanding(), outstanding);
            if (round != 1)
                ck_assert_uint_le(resident_bytes(burst, count, c), KEPT_BYTES);
        }
        free(burst);
    }
}

enum { BURSTERS = 4, BURST_ROUNDS = 4, BURST_BLOCKS = 6000 };

static void *bursts(void *unused)
{
    static const unsigned size_class = 5; /* four of these are more than a depot keeps */
    unsigned char       **burst = malloc(BURST_BLOCKS * sizeof *burst);
    (void)unused;
    for (int round = 0; round < BURST_ROUNDS; round++) {
        take_burst(burst, BURST_BLOCKS, size_class);
        give_burst(burst, BURST_BLOCKS, size_class, false);
    }
    free(burst);
    return NULL;
}

static void threads_that_burst_at_once_share_no_block(void)
{
    size_t    outstanding = act__pool_outstanding();
    pthread_t threads[BURSTERS];
    for (int i = 0; i < BURSTERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, bursts, NULL), 0);
    for (int i = 0; i < BURSTERS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(act__pool_outstanding(), outstanding);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(each_size_has_the_least_class_that_holds_it),
    TEST_CASE(blocks_do_not_overlap_and_all_come_back),
    TEST_CASE(blocks_may_be_given_by_another_thread, .timeout_seconds = 30),
    TEST_CASE(memory_of_a_burst_is_given_back_but_for_some, .timeout_seconds = 60),
    TEST_CASE(threads_that_burst_at_once_share_no_block, .timeout_seconds = 60),
    END_OF_CASES,
};
