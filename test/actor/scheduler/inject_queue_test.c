/* The queue that all workers share: chains in, chains out, in order. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <actor/scheduler/inject_queue.h>
#include <test/kit/kit.h>

static struct act__inject_queue queue;
static struct act__task         tasks[16];

static void push(int from, int count)
{
    for (int i = from; i < from + count; i++)
        tasks[i].run_next = i + 1 < from + count ? &tasks[i + 1] : NULL;
    act__inject_push(&queue, &tasks[from], &tasks[from + count - 1], (uint32_t)count);
}

static void pop(uint32_t most, int from, int count)
{
    uint32_t          taken;
    struct act__task *at = act__inject_pop(&queue, most, &taken);
    ck_assert_int_eq((int)taken, count);
    for (int i = from; i < from + count; i++, at = at->run_next)
        ck_assert_ptr_eq(at, &tasks[i]);
    ck_assert_ptr_null(at);
}

static void what_is_pushed_is_popped_in_order(void)
{
    uint32_t taken;
    memset(&queue, 0, sizeof queue);
    act__inject_init(&queue);
    ck_assert(act__inject_is_empty(&queue));
    ck_assert_ptr_null(act__inject_pop(&queue, 5, &taken));
    push(0, 1);
    push(1, 3);
    ck_assert(!act__inject_is_empty(&queue));
    pop(10, 0, 4);
    ck_assert(act__inject_is_empty(&queue));
    act__inject_destroy(&queue);
}

static void at_most_so_many_are_popped(void)
{
    memset(&queue, 0, sizeof queue);
    act__inject_init(&queue);
    push(0, 7);
    pop(3, 0, 3);
    push(7, 2);
    pop(5, 3, 5);
    pop(5, 8, 1);
    ck_assert(act__inject_is_empty(&queue));
    push(9, 1); /* also after it was empty */
    pop(1, 9, 1);
    act__inject_destroy(&queue);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(what_is_pushed_is_popped_in_order),
    TEST_CASE(at_most_so_many_are_popped),
    END_OF_CASES,
};
