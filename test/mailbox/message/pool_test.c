/* The pool: blocks of their class, used again, none lost between threads. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <string.h>

#include <mailbox/message/pool.h>
#include <test/kit/kit.h>

static void each_size_has_the_least_class_that_holds_it(void)
{
    ck_assert_uint_eq(act__pool_class(0), 0);
    for (size_t bytes = 1; bytes <= ACT__POOL_BYTES_MAX; bytes++) {
        unsigned c = act__pool_class(bytes);
        if (c >= ACT__POOL_CLASSES || bytes > (size_t)64 << c || (c > 0 && bytes <= (size_t)32 << c))
            ck_abort_msg("%zu bytes are of class %u", bytes, c);
    }
    ck_assert_uint_eq(act__pool_class(ACT__POOL_BYTES_MAX + 1), ACT__POOL_CLASS_HEAP);
}

enum { BLOCKS = 3000 };
static unsigned char *blocks[BLOCKS];
static unsigned classes[BLOCKS];

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
        unsigned c = (unsigned)i % 3;
        uintptr_t *block = act__pool_take(&c, (size_t)64 << c);
        *block = c;
        uintptr_t *other = atomic_exchange_explicit(&lanes[(mine + i) % LANES][i % 64], block, memory_order_acq_rel);
        if (other != NULL)
            act__pool_give(other, (unsigned)*other);
    }
    return NULL;
}

static void blocks_may_be_given_by_another_thread(void)
{
    size_t outstanding = act__pool_outstanding();
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

const struct kit_fact kit_facts[] = {
    FACT(each_size_has_the_least_class_that_holds_it),
    FACT(blocks_do_not_overlap_and_all_come_back),
    FACT(blocks_may_be_given_by_another_thread, .timeout_seconds = 30),
    END_OF_FACTS,
};
