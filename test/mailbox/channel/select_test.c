/*
 * What select does with one to a thousand cases. Retells crossbeam-channel's select, ready and
 * same_channel, and Go's chan.
 */
/* SPDX-License-Identifier: MIT */
#include <test/mailbox/channel/threads.h>

static const size_t capacities[] = {0, 1, ACT_CHANNEL_UNBOUNDED};
enum { KINDS = 3 };

/* ------------------------------------------------------------------------------ without waiting */

static void the_only_case_that_can_happen_happens(void)
{
    struct pipe full = pipe_make(1), empty = pipe_make(1), ready = pipe_make(1);
    int64_t     value = 5, room[2] = {0, 0};
    size_t      chosen = 99;
    ck_assert_int_eq(put(&full, 1), ACT_OK);
    ck_assert_int_eq(put(&ready, 7), ACT_OK);
    act_select_case cases[] = {
        ACT_SELECT_SEND(full.sender, &value),
        ACT_SELECT_RECEIVE(empty.receiver, &room[0]),
        ACT_SELECT_RECEIVE(ready.receiver, &room[1]),
        ACT_SELECT_OFF,
    };
    ck_assert_int_eq(act_select(&chosen, cases, 4, ACT_FOREVER), ACT_OK);
    ck_assert_uint_eq(chosen, 2);
    ck_assert_int_eq(room[1], 7);
    ck_assert_int_eq(act_select(&chosen, cases, 4, 0), ACT_TIMED_OUT);
    ck_assert_int_eq(act_select(&chosen, cases, 4, 1), ACT_TIMED_OUT);
    ck_assert_int_eq(got(&full), 1);
    ck_assert_int_eq(act_select(&chosen, cases, 4, 0), ACT_OK);
    ck_assert_uint_eq(chosen, 0);
    ck_assert_int_eq(got(&full), 5);
    pipe_drop(&full);
    pipe_drop(&empty);
    pipe_drop(&ready);
}

static void a_case_that_is_disconnected_is_chosen(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe pipe = pipe_make(capacities[kind]), other = pipe_make(capacities[kind]);
        int64_t     value = 0;
        size_t      chosen = 99;
        act_sender_drop(&pipe.sender);
        act_receiver_drop(&other.receiver);
        act_select_case receive[] = {ACT_SELECT_OFF, ACT_SELECT_RECEIVE(pipe.receiver, &value)};
        ck_assert_int_eq(act_select(&chosen, receive, 2, ACT_FOREVER), ACT_DISCONNECTED);
        ck_assert_uint_eq(chosen, 1);
        act_select_case send[] = {ACT_SELECT_SEND(other.sender, &value), ACT_SELECT_OFF};
        ck_assert_int_eq(act_select(&chosen, send, 2, ACT_FOREVER), ACT_DISCONNECTED);
        ck_assert_uint_eq(chosen, 0);
        ck_assert_int_eq(act_select_ready(&chosen, send, 2, 0), ACT_OK);
        pipe_drop(&pipe);
        pipe_drop(&other);
    }
}

static void among_those_that_can_each_has_the_same_chance(void)
{
    enum { CASES = 5, ROUNDS = 12000 };
    struct pipe     pipes[CASES];
    act_select_case cases[CASES];
    int64_t         value = 0;
    int             count[CASES] = {0};
    for (int i = 0; i < CASES; i++) {
        pipes[i] = pipe_make(1);
        cases[i] = (act_select_case)ACT_SELECT_RECEIVE(pipes[i].receiver, &value);
        if (i < 3)
            ck_assert_int_eq(put(&pipes[i], i), ACT_OK);
    }
    for (int i = 0; i < ROUNDS; i++) {
        size_t chosen;
        ck_assert_int_eq(act_select(&chosen, cases, CASES, ACT_FOREVER), ACT_OK);
        count[chosen]++;
        ck_assert_int_eq(put(&pipes[chosen], 0), ACT_OK);
    }
    for (int i = 0; i < 3; i++) /* 4,000 give or take 52; ten times as much is never seen */
        ck_assert_int_lt(abs(count[i] - ROUNDS / 3), 520);
    for (int i = 0; i < CASES; i++)
        pipe_drop(&pipes[i]);
}

static void a_biased_select_takes_the_first(void)
{
    struct pipe     one = pipe_make(3), two = pipe_make(3);
    int64_t         value;
    size_t          chosen;
    act_select_case cases[] = {ACT_SELECT_RECEIVE(one.receiver, &value),
                               ACT_SELECT_RECEIVE(two.receiver, &value)};
    for (int64_t i = 0; i < 3; i++) {
        ck_assert_int_eq(put(&one, i), ACT_OK);
        ck_assert_int_eq(put(&two, i), ACT_OK);
    }
    for (int i = 0; i < 6; i++) {
        ck_assert_int_eq(act_select_biased(&chosen, cases, 2, 0), ACT_OK);
        ck_assert_uint_eq(chosen, i / 3);
    }
    ck_assert_int_eq(act_select_biased(&chosen, cases, 2, 0), ACT_TIMED_OUT);
    pipe_drop(&one);
    pipe_drop(&two);
}

static void ready_names_a_case_and_does_nothing(void)
{
    struct pipe     one = pipe_make(1), two = pipe_make(1);
    size_t          chosen;
    act_select_case cases[] = {ACT_SELECT_RECEIVE(one.receiver, NULL),
                               ACT_SELECT_RECEIVE(two.receiver, NULL)};
    ck_assert_int_eq(act_select_ready(&chosen, cases, 2, 0), ACT_TIMED_OUT);
    ck_assert_int_eq(put(&two, 3), ACT_OK);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(act_select_ready(&chosen, cases, 2, ACT_FOREVER), ACT_OK);
        ck_assert_uint_eq(chosen, 1);
    }
    ck_assert_int_eq(got(&two), 3);
    pipe_drop(&one);
    pipe_drop(&two);
}

static void what_is_out_of_range_is_refused(void)
{
    static act_select_case many[ACT_SELECT_CASES_MAX + 1];
    struct pipe            pipe = pipe_make(1);
    int64_t                value;
    size_t                 chosen = 99;
    act_select_case        both = ACT_SELECT_RECEIVE(pipe.receiver, &value);
    both.sender = pipe.sender;
    ck_assert_int_eq(act_select(&chosen, many, ACT_SELECT_CASES_MAX + 1, 0), ACT_INVALID);
    ck_assert_int_eq(act_select(&chosen, many, 1, -2), ACT_INVALID);
    ck_assert_int_eq(act_select(&chosen, NULL, 0, ACT_FOREVER), ACT_INVALID);
    ck_assert_int_eq(act_select(&chosen, &both, 1, 0), ACT_INVALID);
    both = (act_select_case)ACT_SELECT_RECEIVE(pipe.receiver, NULL);
    ck_assert_int_eq(act_select(&chosen, &both, 1, 0), ACT_INVALID);
    ck_assert_int_eq(act_select(&chosen, NULL, 0, 1), ACT_TIMED_OUT);
    act__runs_here = &pipe;
    ck_assert_int_eq(act_select(&chosen, many, 1, 1), ACT_INVALID);
    act__runs_here = NULL;
    ck_assert_uint_eq(chosen, 99);
    pipe_drop(&pipe);
}

/* -------------------------------------------------------------------------------------- waiting */

struct selector {
    act_select_case *cases;
    size_t           count, chosen;
    bool             only_ready;
    act_result       result;
    struct thread    thread;
};

static void selects(void *argument)
{
    struct selector *selector = argument;
    selector->result = (selector->only_ready ? act_select_ready : act_select)(
        &selector->chosen, selector->cases, selector->count, ACT_FOREVER);
}

static void select_in_a_thread(struct selector *selector, act_select_case *cases, size_t count)
{
    *selector = (struct selector){.cases = cases, .count = count};
    thread_start(&selector->thread, selects, selector);
}

static void a_thousand_cases_are_waited_for_at_once(void)
{
    enum { CASES = ACT_SELECT_CASES_MAX };
    static struct pipe     pipes[CASES];
    static act_select_case cases[CASES];
    static int64_t         values[CASES];
    struct selector        selector;
    for (int i = 0; i < CASES; i++) {
        pipes[i] = pipe_make(capacities[i % KINDS]);
        cases[i] = (act_select_case)ACT_SELECT_RECEIVE(pipes[i].receiver, &values[i]);
    }
    for (int last = 0; last < KINDS; last++) {
        int one = CASES - 1 - last;
        select_in_a_thread(&selector, cases, CASES);
        for (int i = 0; i < CASES; i++)
            until_receivers_wait(pipes[i].sender, 1);
        ck_assert_int_eq(put(&pipes[one], one), ACT_OK);
        thread_join(&selector.thread);
        ck_assert_int_eq(selector.result, ACT_OK);
        ck_assert_uint_eq(selector.chosen, one);
        ck_assert_int_eq(values[one], one);
        for (int i = 0; i < CASES; i++)
            ck_assert_int_eq(
                listed_at(act__channel_of_sender(pipes[i].sender), &pipes[i].sender->side), 0);
    }
    for (int i = 0; i < CASES; i++)
        pipe_drop(&pipes[i]);
}

static void a_select_that_waits_can_be_met_by_another_select(void)
{
    struct pipe pipe = pipe_make(ACT_CHANNEL_RENDEZVOUS), quiet = pipe_make(ACT_CHANNEL_RENDEZVOUS);
    int64_t     sent = 17, received = 0, nothing = 0;
    act_select_case sends[] = {ACT_SELECT_RECEIVE(quiet.receiver, &nothing),
                               ACT_SELECT_SEND(pipe.sender, &sent)};
    act_select_case receives[] = {ACT_SELECT_RECEIVE(pipe.receiver, &received),
                                  ACT_SELECT_SEND(quiet.sender, &nothing)};
    struct selector selector;
    size_t          chosen;
    select_in_a_thread(&selector, sends, 2);
    until_senders_wait(pipe.receiver, 1);
    /* Both cases could be met by the other thread; it does exactly one. */
    ck_assert_int_eq(act_select(&chosen, receives, 2, ACT_FOREVER), ACT_OK);
    thread_join(&selector.thread);
    ck_assert_int_eq(selector.result, ACT_OK);
    ck_assert_uint_eq(selector.chosen, 1 - chosen);
    ck_assert_int_eq(received, chosen == 0 ? 17 : 0);
    pipe_drop(&pipe);
    pipe_drop(&quiet);
}

static void a_select_does_not_meet_itself(void)
{
    struct pipe     pipe = pipe_make(ACT_CHANNEL_RENDEZVOUS);
    int64_t         sent = 1, received = 0;
    size_t          chosen;
    act_select_case cases[] = {ACT_SELECT_RECEIVE(pipe.receiver, &received),
                               ACT_SELECT_SEND(pipe.sender, &sent)};
    ck_assert_int_eq(act_select(&chosen, cases, 2, 0), ACT_TIMED_OUT);
    ck_assert_int_eq(act_select(&chosen, cases, 2, 1), ACT_TIMED_OUT);
    pipe_drop(&pipe);
}

static void a_select_sends_to_itself_through_a_buffer(void)
{
    struct pipe     pipe = pipe_make(1);
    int64_t         sent = 4, received = 0;
    size_t          chosen;
    act_select_case cases[] = {ACT_SELECT_RECEIVE(pipe.receiver, &received),
                               ACT_SELECT_SEND(pipe.sender, &sent)};
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(act_select(&chosen, cases, 2, ACT_FOREVER), ACT_OK);
        ck_assert_uint_eq(chosen, 1 - i % 2);
    }
    ck_assert_int_eq(received, 4);
    pipe_drop(&pipe);
}

static void one_channel_may_be_in_several_cases(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe     pipe = pipe_make(capacities[kind]);
        int64_t         room[3] = {0, 0, 0};
        struct selector selector;
        act_select_case cases[3];
        for (int i = 0; i < 3; i++)
            cases[i] = (act_select_case)ACT_SELECT_RECEIVE(pipe.receiver, &room[i]);
        select_in_a_thread(&selector, cases, 3);
        until_receivers_wait(pipe.sender, 3);
        ck_assert_int_eq(put(&pipe, 6), ACT_OK);
        thread_join(&selector.thread);
        ck_assert_int_eq(room[0] + room[1] + room[2], 6);
        ck_assert_int_eq(room[selector.chosen], 6);
        pipe_drop(&pipe);
    }
}

static void the_end_of_a_channel_wakes_a_select(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe     pipe = pipe_make(capacities[kind]), quiet = pipe_make(1);
        int64_t         value;
        struct selector selector;
        act_select_case cases[] = {ACT_SELECT_RECEIVE(quiet.receiver, &value),
                                   ACT_SELECT_RECEIVE(pipe.receiver, &value)};
        select_in_a_thread(&selector, cases, 2);
        until_receivers_wait(pipe.sender, 1);
        act_sender_drop(&pipe.sender);
        thread_join(&selector.thread);
        ck_assert_int_eq(selector.result, ACT_DISCONNECTED);
        ck_assert_uint_eq(selector.chosen, 1);
        pipe_drop(&pipe);
        pipe_drop(&quiet);
    }
}

static void a_watcher_hears_of_a_value_and_leaves_it_to_one_that_takes(void)
{
    for (int kind = 1; kind < KINDS; kind++) {
        struct pipe     pipe = pipe_make(capacities[kind]);
        int64_t         value = 0;
        act_select_case watched[2], taken[] = {ACT_SELECT_RECEIVE(pipe.receiver, &value)};
        struct selector watchers[2], taker;
        select_in_a_thread(&taker, taken, 1);
        for (int i = 0; i < 2; i++) {
            watched[i] = (act_select_case)ACT_SELECT_RECEIVE(pipe.receiver, NULL);
            watchers[i] = (struct selector){.cases = &watched[i], .count = 1, .only_ready = true};
            thread_start(&watchers[i].thread, selects, &watchers[i]);
        }
        until_receivers_wait(pipe.sender, 3);
        ck_assert_int_eq(put(&pipe, 8), ACT_OK);
        thread_join(&taker.thread);
        for (int i = 0; i < 2; i++) {
            thread_join(&watchers[i].thread);
            ck_assert_int_eq(watchers[i].result, ACT_OK);
        }
        ck_assert_int_eq(value, 8);
        pipe_drop(&pipe);
    }
}

static void a_watcher_of_a_rendezvous_hears_that_a_thread_came(void)
{
    struct pipe     pipe = pipe_make(ACT_CHANNEL_RENDEZVOUS);
    int64_t         sent = 3;
    act_select_case watched = ACT_SELECT_RECEIVE(pipe.receiver, NULL),
                    sends = ACT_SELECT_SEND(pipe.sender, &sent);
    struct selector watcher = {.cases = &watched, .count = 1, .only_ready = true}, sender;
    thread_start(&watcher.thread, selects, &watcher);
    until_receivers_wait(pipe.sender, 1);
    ck_assert_int_eq(put(&pipe, 1), ACT_FULL); /* a watcher takes nothing */
    select_in_a_thread(&sender, &sends, 1);
    thread_join(&watcher.thread);
    ck_assert_int_eq(got(&pipe), 3);
    thread_join(&sender.thread);
    pipe_drop(&pipe);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(the_only_case_that_can_happen_happens),
    TEST_CASE(a_case_that_is_disconnected_is_chosen),
    TEST_CASE(among_those_that_can_each_has_the_same_chance),
    TEST_CASE(a_biased_select_takes_the_first),
    TEST_CASE(ready_names_a_case_and_does_nothing),
    TEST_CASE(what_is_out_of_range_is_refused),
    TEST_CASE(a_thousand_cases_are_waited_for_at_once),
    TEST_CASE(a_select_that_waits_can_be_met_by_another_select),
    TEST_CASE(a_select_does_not_meet_itself),
    TEST_CASE(a_select_sends_to_itself_through_a_buffer),
    TEST_CASE(one_channel_may_be_in_several_cases),
    TEST_CASE(the_end_of_a_channel_wakes_a_select),
    TEST_CASE(a_watcher_hears_of_a_value_and_leaves_it_to_one_that_takes),
    TEST_CASE(a_watcher_of_a_rendezvous_hears_that_a_thread_came),
    END_OF_CASES,
};
