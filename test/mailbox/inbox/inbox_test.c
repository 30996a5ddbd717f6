/*
 * The inbox and its queue: what is pushed is fetched once, in order; no sleep misses a push; the
 * boundary rule.
 */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <mailbox/base/random.h>
#include <mailbox/inbox/inbox.h>
#include <test/kit/kit.h>

static struct act__inbox_shared shared;
static struct act__inbox_owned  owned;

static act_message *message(int64_t value)
{
    act_message *made;
    ck_assert_int_eq(act_message_create_value(&made, 1, act_int64(value)), ACT_OK);
    made->act_bits |= ACT__BIT_COUNTED;
    return made;
}

static void open_inbox(void)
{
    act__inbox_init(&shared);
    owned = (struct act__inbox_owned){0};
}

static void append_all(act_message *list)
{
    while (list != NULL) {
        act_message *next = list->act_next;
        act__inbox_append(&owned, list);
        list = next;
    }
}

static void fetch_all(void)
{
    act_message *freed;
    append_all(act__inbox_fetch(&shared, &owned, &freed));
    act_message_free(&freed);
}

static void finish(act_message *done)
{
    if (act__inbox_retire(&owned, done))
        act_message_free(&done);
}

static int64_t handle_one(void)
{
    act_message *next = act__inbox_pop(&owned);
    ck_assert_ptr_nonnull(next);
    int64_t value = next->as.int64;
    finish(next);
    return value;
}

static bool sleeps(void)
{
    act_message *freed;
    bool         slept = act__inbox_sleep(&shared, &owned, &freed);
    act_message_free(&freed);
    return slept;
}

static void the_first_push_gives_the_token(void)
{
    open_inbox();
    ck_assert(act__mpsc_push(&shared.queue, message(1)));
    ck_assert(!act__mpsc_push(&shared.queue, message(2)));
    fetch_all();
    ck_assert_int_eq(handle_one(), 1);
    ck_assert_int_eq(handle_one(), 2);
    ck_assert(sleeps());
    ck_assert(act__mpsc_push(&shared.queue, message(3)));
    fetch_all();
    ck_assert_int_eq(handle_one(), 3);
    ck_assert(sleeps());
}

static void a_receiver_that_has_something_new_does_not_sleep(void)
{
    open_inbox();
    ck_assert(act__mpsc_push(&shared.queue, message(1)));
    fetch_all();
    ck_assert_int_eq(handle_one(), 1);
    ck_assert(!act__mpsc_push(&shared.queue, message(2)));
    ck_assert(!sleeps());
    fetch_all();
    ck_assert_int_eq(handle_one(), 2);
    ck_assert(sleeps());
}

static void a_wake_gives_the_token_only_of_a_sleeper(void)
{
    open_inbox();
    ck_assert(act__mpsc_wake(&shared.queue));
    ck_assert(!act__mpsc_wake(&shared.queue));
    fetch_all();
    ck_assert_ptr_null(act__inbox_pop(&owned));
    ck_assert(sleeps());
    ck_assert(act__mpsc_wake(&shared.queue));
    ck_assert(!act__mpsc_push(&shared.queue, message(1)));
    ck_assert(!sleeps());
    fetch_all();
    ck_assert_int_eq(handle_one(), 1);
    ck_assert(sleeps());
}

/*
 * The rule of mpsc_queue.h: the newest that was fetched may not come back to the queue while the
 * word may hold it.
 */
static void the_boundary_is_kept_until_something_newer_was_fetched(void)
{
    open_inbox();
    act_message *first = message(1), *freed;
    ck_assert(act__mpsc_push(&shared.queue, first));
    fetch_all();
    ck_assert_ptr_eq(act__inbox_pop(&owned), first);
    ck_assert(!act__inbox_retire(&owned, first));
    act__mpsc_push(&shared.queue, message(2));
    append_all(act__inbox_fetch(&shared, &owned, &freed));
    ck_assert_ptr_eq(freed, first);
    act_message_free(&freed);
    ck_assert_int_eq(handle_one(), 2);
    ck_assert(sleeps());
}

static void a_detached_message_may_be_pushed_again(void)
{
    open_inbox();
    act_message *same = message(1);
    ck_assert(act__mpsc_push(&shared.queue, same));
    for (int i = 0; i < 10; i++) {
        fetch_all();
        ck_assert_ptr_eq(act__inbox_pop(&owned), same);
        ck_assert_ptr_null(act__inbox_detach(&shared, &owned, same));
        ck_assert(!act__mpsc_push(&shared.queue, same));
    }
    fetch_all();
    handle_one();
    ck_assert(sleeps());
}

static void to_detach_fetches_what_is_newer(void)
{
    open_inbox();
    act_message *first = message(1);
    ck_assert(act__mpsc_push(&shared.queue, first));
    fetch_all();
    ck_assert_ptr_eq(act__inbox_pop(&owned), first);
    act__mpsc_push(&shared.queue, message(2));
    act__mpsc_push(&shared.queue, message(3));
    append_all(act__inbox_detach(&shared, &owned, first));
    act_message_free(&first);
    ck_assert_int_eq(handle_one(), 2);
    ck_assert_int_eq(handle_one(), 3);
    ck_assert(sleeps());
}

static void no_signal_is_the_boundary(void)
{
    open_inbox();
    for (int newest = 0; newest < 8; newest++) {
        for (int i = 0; i < 3; i++) {
            act_message *next = message(i);
            if ((newest >> i & 1) != 0)
                next->act_bits |= ACT__BIT_SIGNAL;
            act__mpsc_push(&shared.queue, next);
        }
        fetch_all();
        ck_assert(owned.boundary == NULL || !act__message_is_signal(owned.boundary));
        for (int i = 0; i < 3; i++)
            ck_assert_int_eq(handle_one(), i);
    }
    ck_assert(sleeps());
}

static void a_gate_admits_up_to_its_bound(void)
{
    open_inbox();
    act__store(&shared.max, 3);
    for (int i = 0; i < 3; i++)
        ck_assert(act__inbox_admit(&shared, false));
    ck_assert(!act__inbox_admit(&shared, false));
    for (int i = 0; i < 3; i++)
        ck_assert(act__inbox_admit(&shared, true));
    ck_assert(!act__inbox_admit(&shared, true));
    act_message *one = message(1);
    act__inbox_leave(&shared, one); /* had no place */
    ck_assert_uint_eq(act__load(&shared.waiting), 6);
    one->act_bits |= ACT__BIT_BOUNDED;
    act__inbox_leave(&shared, one);
    act__inbox_leave(&shared, one);
    ck_assert_uint_eq(act__load(&shared.waiting), 5);
    act_message_free(&one);
    act__store(&shared.max, UINT32_MAX);
    ck_assert(act__inbox_admit(&shared, true));
}

/* All moves in random order against a counter: the values come out as they went in. */
static void in_any_order_of_moves_nothing_is_lost(void)
{
    struct act__random random;
    act__random_seed(&random, (uint64_t)kit_round());
    open_inbox();
    int64_t in = 0, out = 0;
    bool    token = false;
    for (int step = 0; step < 20000; step++) {
        uint32_t draw = act__random_below(&random, 10);
        if (draw < 4)
            token |= act__mpsc_push(&shared.queue, message(in++));
        else if (draw == 4)
            token |= act__mpsc_wake(&shared.queue);
        else if (token && draw < 7)
            fetch_all();
        else if (token && owned.head != NULL && draw < 9)
            ck_assert_int_eq(handle_one(), out++);
        else if (token && owned.head != NULL) { /* taken, and pushed again as the newest */
            act_message *mine = act__inbox_pop(&owned);
            ck_assert_int_eq(mine->as.int64, out++);
            append_all(act__inbox_detach(&shared, &owned, mine));
            mine->as.int64 = in++;
            ck_assert(!act__mpsc_push(&shared.queue, mine));
        } else if (token)
            token = !sleeps();
    }
    if (!token)
        ck_assert_int_eq(in, out);
    for (; token; token = !sleeps()) {
        fetch_all();
        while (owned.head != NULL)
            ck_assert_int_eq(handle_one(), out++);
    }
    ck_assert_int_eq(in, out);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(the_first_push_gives_the_token),
    TEST_CASE(a_receiver_that_has_something_new_does_not_sleep),
    TEST_CASE(a_wake_gives_the_token_only_of_a_sleeper),
    TEST_CASE(the_boundary_is_kept_until_something_newer_was_fetched),
    TEST_CASE(a_detached_message_may_be_pushed_again),
    TEST_CASE(to_detach_fetches_what_is_newer),
    TEST_CASE(no_signal_is_the_boundary),
    TEST_CASE(a_gate_admits_up_to_its_bound),
    TEST_CASE(in_any_order_of_moves_nothing_is_lost, .rounds = 20),
    END_OF_CASES,
};
