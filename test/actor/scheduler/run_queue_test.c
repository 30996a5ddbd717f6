/*
 * A worker's run queue: first in first out for its owner, the older half for a thief, nothing lost
 * between them.
 */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <actor/scheduler/run_queue.h>
#include <test/kit/kit.h>

static struct act__run_queue own, others;
static struct act__task      tasks[4 * ACT__RUN_QUEUE_SIZE];

static void empty_both(void)
{
    memset(&own, 0, sizeof own);
    memset(&others, 0, sizeof others);
}

static void fill(struct act__run_queue *queue, uint32_t from, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        ck_assert(act__run_queue_push(queue, &tasks[from + i]));
}

static void the_oldest_is_popped_first(void)
{
    empty_both();
    fill(&own, 0, 10);
    for (int i = 0; i < 10; i++)
        ck_assert_ptr_eq(act__run_queue_pop(&own), &tasks[i]);
    ck_assert_ptr_null(act__run_queue_pop(&own));
    ck_assert(act__run_queue_is_empty(&own));
}

static void a_full_one_refuses_until_one_is_popped(void)
{
    empty_both();
    fill(&own, 0, ACT__RUN_QUEUE_SIZE);
    ck_assert(!act__run_queue_push(&own, &tasks[ACT__RUN_QUEUE_SIZE]));
    ck_assert_ptr_eq(act__run_queue_pop(&own), &tasks[0]);
    ck_assert(act__run_queue_push(&own, &tasks[ACT__RUN_QUEUE_SIZE]));
    for (uint32_t i = 1; i <= ACT__RUN_QUEUE_SIZE; i++)
        ck_assert_ptr_eq(act__run_queue_pop(&own), &tasks[i]);
    ck_assert(act__run_queue_is_empty(&own));
}

/* head and tail are numbers that run on and wrap round. */
static void it_works_where_its_numbers_wrap_round(void)
{
    empty_both();
    act__store(&own.head, UINT32_MAX - 5);
    act__store(&own.tail, UINT32_MAX - 5);
    fill(&own, 0, ACT__RUN_QUEUE_SIZE);
    ck_assert(!act__run_queue_push(&own, &tasks[0]));
    uint32_t count;
    ck_assert_ptr_nonnull(act__run_queue_steal(&others, &own, &count));
    ck_assert_uint_eq(count, ACT__RUN_QUEUE_SIZE / 2);
    for (uint32_t i = ACT__RUN_QUEUE_SIZE / 2; i < ACT__RUN_QUEUE_SIZE; i++)
        ck_assert_ptr_eq(act__run_queue_pop(&own), &tasks[i]);
}

static void a_thief_takes_the_older_half_rounded_up(void)
{
    empty_both();
    for (uint32_t many = 1; many <= 9; many++) {
        uint32_t count;
        fill(&own, 0, many);
        struct act__task *first = act__run_queue_steal(&others, &own, &count);
        ck_assert_uint_eq(count, (many + 1) / 2);
        ck_assert_ptr_eq(first, &tasks[count - 1]);
        for (uint32_t i = 0; i + 1 < count; i++)
            ck_assert_ptr_eq(act__run_queue_pop(&others), &tasks[i]);
        ck_assert(act__run_queue_is_empty(&others));
        for (uint32_t i = count; i < many; i++)
            ck_assert_ptr_eq(act__run_queue_pop(&own), &tasks[i]);
        ck_assert(act__run_queue_is_empty(&own));
    }
}

static void from_an_empty_one_nothing_is_stolen(void)
{
    empty_both();
    uint32_t count;
    ck_assert_ptr_null(act__run_queue_steal(&others, &own, &count));
    fill(&own, 0, 1);
    ck_assert_ptr_eq(act__run_queue_pop(&own), &tasks[0]);
    ck_assert_ptr_null(act__run_queue_steal(&others, &own, &count));
}

static void the_older_half_is_shed_as_a_chain(void)
{
    empty_both();
    uint32_t          count;
    struct act__task *last;
    fill(&own, 0, ACT__RUN_QUEUE_SIZE);
    struct act__task *at = act__run_queue_shed(&own, &last, &count);
    ck_assert_uint_eq(count, ACT__RUN_QUEUE_SIZE / 2);
    ck_assert_ptr_eq(last, &tasks[count - 1]);
    for (uint32_t i = 0; i < count; i++, at = at->run_next)
        ck_assert_ptr_eq(at, &tasks[i]);
    ck_assert_ptr_null(at);
    ck_assert_ptr_eq(act__run_queue_pop(&own), &tasks[count]);
}

static void of_none_and_of_one_nothing_is_shed(void)
{
    empty_both();
    uint32_t          count;
    struct act__task *last;
    ck_assert_ptr_null(act__run_queue_shed(&own, &last, &count));
    fill(&own, 0, 1);
    ck_assert_ptr_null(act__run_queue_shed(&own, &last, &count));
    ck_assert_ptr_eq(act__run_queue_pop(&own), &tasks[0]);
}

/* ------------------------------------------------------------------------------------- parallel */

enum { ROUNDS = 300000, THIEVES = 2 };
static struct act__run_queue stolen[THIEVES];
static _Atomic uint32_t      taken_count, pushed_count, thefts;
static _Atomic uint8_t       out[4 * ACT__RUN_QUEUE_SIZE]; /* 1: in the deques; 0: in none */
static _Atomic bool          over;

static void take(const struct act__task *task)
{
    if (atomic_exchange(&out[task - tasks], 0) != 1)
        abort(); /* taken twice */
    act__add(&taken_count, 1);
}

static void *steals(void *argument)
{
    struct act__run_queue *mine = argument;
    struct act__task      *task;
    uint32_t               count;
    while (!atomic_load(&over) || !act__run_queue_is_empty(&own)) {
        if ((task = act__run_queue_steal(mine, &own, &count)) == NULL)
            continue;
        act__add(&thefts, 1);
        do
            take(task);
        while ((task = act__run_queue_pop(mine)) != NULL);
    }
    return NULL;
}

static void nothing_is_lost_or_taken_twice_between_an_owner_and_thieves(void)
{
    empty_both();
    pthread_t threads[THIEVES];
    for (int i = 0; i < THIEVES; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, steals, &stolen[i]), 0);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct act__task *task = &tasks[i % (4 * ACT__RUN_QUEUE_SIZE)];
        if (atomic_load(&out[task - tasks]) == 0) {
            atomic_store(&out[task - tasks], 1);
            if (act__run_queue_push(&own, task))
                act__add(&pushed_count, 1);
            else
                atomic_store(&out[task - tasks], 0);
        }
        if (i % 3 == 0 && (task = act__run_queue_pop(&own)) != NULL)
            take(task);
    }
    atomic_store(&over, true);
    for (int i = 0; i < THIEVES; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(taken_count, pushed_count);
    ck_assert_uint_gt(pushed_count, ROUNDS / 100);
    printf("# %u pushed, %u thefts\n", pushed_count, thefts);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(the_oldest_is_popped_first),
    TEST_CASE(a_full_one_refuses_until_one_is_popped),
    TEST_CASE(it_works_where_its_numbers_wrap_round),
    TEST_CASE(a_thief_takes_the_older_half_rounded_up),
    TEST_CASE(from_an_empty_one_nothing_is_stolen),
    TEST_CASE(the_older_half_is_shed_as_a_chain),
    TEST_CASE(of_none_and_of_one_nothing_is_shed),
    TEST_CASE(nothing_is_lost_or_taken_twice_between_an_owner_and_thieves, .timeout_seconds = 60),
    END_OF_CASES,
};
