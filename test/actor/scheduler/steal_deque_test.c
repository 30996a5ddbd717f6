/*
 * A worker's newborns: the youngest for their owner, the oldest for a thief, nothing lost between
 * them.
 */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <actor/scheduler/steal_deque.h>
#include <test/kit/kit.h>

static struct act__steal_deque newborns;
static struct act__task        tasks[2 * ACT__STEAL_DEQUE_MAX];

static void empty(void)
{
    memset(&newborns, 0, sizeof newborns);
}

static void fill(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        ck_assert(act__steal_deque_push(&newborns, &tasks[i]));
}

static void the_youngest_comes_first(void)
{
    empty();
    fill(10);
    for (int i = 9; i >= 0; i--)
        ck_assert_ptr_eq(act__steal_deque_youngest(&newborns), &tasks[i]);
    ck_assert_ptr_null(act__steal_deque_youngest(&newborns));
    ck_assert(act__steal_deque_is_empty(&newborns));
}

static void the_oldest_is_stolen_first(void)
{
    empty();
    fill(10);
    for (int i = 0; i < 10; i++)
        ck_assert_ptr_eq(act__steal_deque_oldest(&newborns), &tasks[i]);
    ck_assert_ptr_null(act__steal_deque_oldest(&newborns));
    ck_assert(act__steal_deque_is_empty(&newborns));
}

static void both_ends_meet(void)
{
    empty();
    fill(5);
    ck_assert_ptr_eq(act__steal_deque_oldest(&newborns), &tasks[0]);
    ck_assert_ptr_eq(act__steal_deque_youngest(&newborns), &tasks[4]);
    ck_assert_ptr_eq(act__steal_deque_oldest(&newborns), &tasks[1]);
    ck_assert_uint_eq(act__steal_deque_count(&newborns), 2);
    ck_assert_ptr_eq(act__steal_deque_youngest(&newborns), &tasks[3]);
    ck_assert_ptr_eq(act__steal_deque_youngest(&newborns), &tasks[2]);
    ck_assert_ptr_null(act__steal_deque_oldest(&newborns));
    ck_assert_ptr_null(act__steal_deque_youngest(&newborns));
    fill(1); /* and it goes on */
    ck_assert_ptr_eq(act__steal_deque_youngest(&newborns), &tasks[0]);
}

static void a_full_one_refuses(void)
{
    empty();
    fill(ACT__STEAL_DEQUE_MAX);
    ck_assert(!act__steal_deque_push(&newborns, &tasks[ACT__STEAL_DEQUE_MAX]));
    ck_assert_ptr_eq(act__steal_deque_oldest(&newborns), &tasks[0]);
    ck_assert(act__steal_deque_push(&newborns, &tasks[ACT__STEAL_DEQUE_MAX]));
    ck_assert_ptr_eq(act__steal_deque_youngest(&newborns), &tasks[ACT__STEAL_DEQUE_MAX]);
}

static void it_works_where_its_numbers_wrap_round(void)
{
    empty();
    act__store(&newborns.head, UINT32_MAX - 2);
    act__store(&newborns.tail, UINT32_MAX - 2);
    fill(8);
    ck_assert_ptr_eq(act__steal_deque_oldest(&newborns), &tasks[0]);
    for (int i = 7; i > 0; i--)
        ck_assert_ptr_eq(act__steal_deque_youngest(&newborns), &tasks[i]);
    ck_assert(act__steal_deque_is_empty(&newborns));
}

/* ------------------------------------------------------------------------------------- parallel */

enum { ROUNDS = 400000, THIEVES = 2 };
static _Atomic uint32_t taken_count, thefts;
static _Atomic uint8_t  out[2 * ACT__STEAL_DEQUE_MAX]; /* 1: pushed and not yet taken */
static _Atomic bool     over;

static bool take(const struct act__task *task)
{
    if (task == NULL)
        return false;
    if (atomic_exchange(&out[task - tasks], 0) != 1)
        abort(); /* taken twice */
    act__add(&taken_count, 1);
    return true;
}

static void *steals(void *unused)
{
    while (!atomic_load(&over))
        if (take(act__steal_deque_oldest(&newborns)))
            act__add(&thefts, 1);
    return unused;
}

/* Now few, now many: the ends meet often. */
static void nothing_is_lost_or_taken_twice_between_an_owner_and_thieves(void)
{
    empty();
    pthread_t threads[THIEVES];
    uint32_t  pushed_count = 0;
    for (int i = 0; i < THIEVES; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, steals, NULL), 0);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct act__task *task = &tasks[i % (2 * ACT__STEAL_DEQUE_MAX)];
        if (atomic_exchange(&out[task - tasks], 1) == 0) {
            if (act__steal_deque_push(&newborns, task))
                pushed_count++;
            else
                atomic_store(&out[task - tasks], 0);
        }
        if (i % 2 == 0 || i % 1000 < 500)
            take(act__steal_deque_youngest(&newborns));
    }
    while (take(act__steal_deque_youngest(&newborns)))
        ;
    atomic_store(&over, true);
    for (int i = 0; i < THIEVES; i++)
        pthread_join(threads[i], NULL);
    ck_assert(act__steal_deque_is_empty(&newborns));
    ck_assert_uint_eq(taken_count, pushed_count);
    ck_assert_uint_gt(pushed_count, ROUNDS / 100);
    printf("# %u pushed, %u stolen\n", pushed_count, thefts);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(the_youngest_comes_first),
    TEST_CASE(the_oldest_is_stolen_first),
    TEST_CASE(both_ends_meet),
    TEST_CASE(a_full_one_refuses),
    TEST_CASE(it_works_where_its_numbers_wrap_round),
    TEST_CASE(nothing_is_lost_or_taken_twice_between_an_owner_and_thieves, .timeout_seconds = 60),
    END_OF_CASES,
};
