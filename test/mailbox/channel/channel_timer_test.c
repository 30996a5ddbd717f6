/* Receivers whose values come from the clock. Retells crossbeam-channel's after, tick and never. */
/* SPDX-License-Identifier: MIT */
#include <test/mailbox/channel/threads.h>

#include <mailbox/base/memory.h>

static act_receiver *timer_after(act_millis delay)
{
    act_receiver *receiver;
    ck_assert_int_eq(act_channel_after(&receiver, delay), ACT_OK);
    return receiver;
}

static void after_a_delay_there_is_one_value_and_never_another(void)
{
    act_millis    begin = act_channel_now(), value;
    act_receiver *receiver = timer_after(3);
    ck_assert_int_eq(act_channel_receive(receiver, &value, ACT_FOREVER), ACT_OK);
    ck_assert_int_ge(value, begin + 3);
    ck_assert_int_le(value, act_channel_now());
    ck_assert_int_eq(act_channel_receive(receiver, &value, 0), ACT_EMPTY);
    ck_assert_int_eq(act_channel_receive(receiver, &value, 1), ACT_TIMED_OUT);
    act_receiver_drop(&receiver);
}

static void no_value_comes_before_its_time(void)
{
    act_millis    value;
    act_receiver *receiver = timer_after(ACT_SECONDS(1000));
    ck_assert_int_eq(act_channel_receive(receiver, &value, 0), ACT_EMPTY);
    ck_assert_int_eq(act_channel_receive(receiver, &value, 1), ACT_TIMED_OUT);
    ck_assert_uint_eq(act_channel_length(act_receiver_channel(receiver)), 0);
    act_receiver_drop(&receiver);
}

static void a_time_that_has_passed_is_due_at_once(void)
{
    act_millis    value = 0, time = act_channel_now() - 50;
    act_receiver *receiver;
    ck_assert_int_eq(act_channel_at(&receiver, time), ACT_OK);
    ck_assert_uint_eq(act_channel_length(act_receiver_channel(receiver)), 1);
    ck_assert(act_channel_is_full(act_receiver_channel(receiver)));
    ck_assert_int_eq(act_channel_receive(receiver, &value, 0), ACT_OK);
    ck_assert_int_eq(value, time);
    ck_assert(act_channel_is_empty(act_receiver_channel(receiver)));
    act_receiver_drop(&receiver);
}

static void clones_share_the_one_value(void)
{
    act_receiver *receiver = timer_after(0), *clone = act_receiver_clone(receiver);
    act_millis    value;
    ck_assert_int_eq(act_channel_receive(receiver, &value, 0), ACT_OK);
    ck_assert_int_eq(act_channel_receive(clone, &value, 0), ACT_EMPTY);
    act_receiver_drop(&receiver);
    act_receiver_drop(&clone);
}

static void ticks_keep_their_distance_and_are_not_made_up_for(void)
{
    enum { PERIOD = 2 };
    act_millis    first, next;
    act_receiver *receiver;
    ck_assert_int_eq(act_channel_tick(&receiver, PERIOD), ACT_OK);
    ck_assert_int_eq(act_channel_receive(receiver, &first, ACT_FOREVER), ACT_OK);
    while (act_channel_now() < first + 5 * PERIOD) /* several ticks are missed */
        sched_yield();
    ck_assert_int_eq(act_channel_receive(receiver, &next, ACT_FOREVER), ACT_OK);
    ck_assert_int_eq((next - first) % PERIOD, 0);
    ck_assert_int_eq(act_channel_receive(receiver, &next, ACT_FOREVER), ACT_OK);
    ck_assert_int_ge(next, first + 5 * PERIOD); /* the one after now, not the one after the last */
    act_receiver_drop(&receiver);
}

static void never_never_comes(void)
{
    act_millis    value;
    act_receiver *receiver;
    ck_assert_int_eq(act_channel_never(&receiver), ACT_OK);
    ck_assert_int_eq(act_channel_receive(receiver, &value, 1), ACT_TIMED_OUT);
    ck_assert_uint_eq(act_channel_length(act_receiver_channel(receiver)), 0);
    act_receiver_drop(&receiver);
}

static void a_select_waits_for_the_first_of_several_timers(void)
{
    act_receiver   *late = timer_after(ACT_SECONDS(1000)), *soon = timer_after(2);
    struct pipe     pipe = pipe_make(1);
    act_millis      value;
    int64_t         other;
    size_t          chosen;
    act_select_case cases[] = {ACT_SELECT_RECEIVE(late, &value),
                               ACT_SELECT_RECEIVE(pipe.receiver, &other),
                               ACT_SELECT_RECEIVE(soon, &value)};
    ck_assert_int_eq(act_select_ready(&chosen, cases, 3, ACT_FOREVER), ACT_OK);
    ck_assert_uint_eq(chosen, 2);
    ck_assert_int_eq(act_select(&chosen, cases, 3, ACT_FOREVER), ACT_OK);
    ck_assert_uint_eq(chosen, 2);
    ck_assert_int_eq(act_select(&chosen, cases, 3, 1), ACT_TIMED_OUT);
    pipe_drop(&pipe);
    act_receiver_drop(&late);
    act_receiver_drop(&soon);
}

static void a_deadline_can_be_shared(void)
{
    struct pipe pipe = pipe_make(1);
    int64_t     value;
    act_millis  deadline = act_channel_now() + 3;
    while (act_channel_receive(pipe.receiver, &value, act_channel_until(deadline)) != ACT_EMPTY)
        ck_assert_int_le(act_channel_until(deadline), 3);
    ck_assert_int_ge(act_channel_now(), deadline);
    ck_assert_int_eq(act_channel_until(deadline), 0);
    pipe_drop(&pipe);
}

static void what_is_out_of_range_is_refused(void)
{
    act_receiver *receiver;
    ck_assert_int_eq(act_channel_after(&receiver, -1), ACT_INVALID);
    ck_assert_int_eq(act_channel_after(&receiver, INT64_MAX), ACT_INVALID);
    ck_assert_int_eq(act_channel_tick(&receiver, 0), ACT_INVALID);
    act__memory_fail_at(1, false);
    ck_assert_int_eq(act_channel_never(&receiver), ACT_NO_MEMORY);
    ck_assert_int_eq(act_channel_at(&receiver, INT64_MAX), ACT_OK);
    act_receiver_drop(&receiver);
}

/* fairness, fairness_duplicates: of after and of tick. */
static void timers_that_are_due_have_the_same_chance(void)
{
    enum { CASES = 4, ROUNDS = 4000 };
    int hits[CASES] = {0};
    for (int i = 0; i < ROUNDS; i++) {
        act_receiver   *one = timer_after(0), *two = timer_after(0);
        act_millis      value;
        size_t          chosen;
        act_select_case cases[] = {ACT_SELECT_RECEIVE(one, &value), ACT_SELECT_RECEIVE(two, &value),
                                   ACT_SELECT_RECEIVE(one, &value),
                                   ACT_SELECT_RECEIVE(two, &value)};
        ck_assert_int_eq(act_select(&chosen, cases, CASES, 0), ACT_OK);
        hits[chosen]++;
        act_receiver_drop(&one);
        act_receiver_drop(&two);
    }
    for (int i = 0; i < CASES; i++) /* 1,000 give or take 27; ten times as much is never seen */
        ck_assert_int_lt(abs(hits[i] - ROUNDS / CASES), 270);
}

/* --------------------------------------------------------------------------------------- shared */

enum { TIMERS = 300, TAKERS = 4 };

struct takers {
    act_receiver **timers;
    bool           only_ready;
    _Atomic int    taken;
};

static void takes_until_all_are_taken(void *argument)
{
    struct takers  *takers = argument;
    act_select_case cases[TIMERS];
    act_millis      value;
    size_t          chosen;
    for (int i = 0; i < TIMERS; i++)
        cases[i] = (act_select_case)ACT_SELECT_RECEIVE(takers->timers[i], &value);
    while (takers->taken < TIMERS) {
        if (!takers->only_ready)
            takers->taken += act_select(&chosen, cases, TIMERS, 1) == ACT_OK;
        else if (act_select_ready(&chosen, cases, TIMERS, 1) == ACT_OK)
            takers->taken += act_channel_receive(cases[chosen].receiver, &value, 0) == ACT_OK;
    }
}

/* select, ready, recv_two */
static void many_timers_are_each_taken_once_by_one_of_several_threads(void)
{
    for (int i = 0; i < 2; i++) {
        act_receiver *timers[TIMERS];
        struct thread threads[TAKERS];
        struct takers takers = {.timers = timers, .only_ready = i == 1};
        for (int j = 0; j < TIMERS; j++)
            timers[j] = timer_after(j % 10);
        for (int j = 0; j < TAKERS; j++)
            thread_start(&threads[j], takes_until_all_are_taken, &takers);
        for (int j = 0; j < TAKERS; j++)
            thread_join(&threads[j]);
        ck_assert_int_eq(takers.taken, TIMERS);
        for (int j = 0; j < TIMERS; j++)
            act_receiver_drop(&timers[j]);
    }
}

struct ticks {
    act_receiver *tick;
    act_millis    times[10];
};

static void takes_ten_ticks(void *argument)
{
    struct ticks *ticks = argument;
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(act_channel_receive(ticks->tick, &ticks->times[i], ACT_FOREVER), ACT_OK);
    act_receiver_drop(&ticks->tick);
}

/* tick: select, ready, recv_two */
static void a_tick_is_taken_by_one_of_several_threads(void)
{
    act_receiver *tick;
    struct thread threads[2];
    struct ticks  ticks[2];
    ck_assert_int_eq(act_channel_tick(&tick, 1), ACT_OK);
    for (int i = 0; i < 2; i++) {
        ticks[i].tick = act_receiver_clone(tick);
        thread_start(&threads[i], takes_ten_ticks, &ticks[i]);
    }
    for (int i = 0; i < 2; i++)
        thread_join(&threads[i]);
    for (int i = 0; i < 10; i++)
        for (int j = 0; j < 10; j++)
            ck_assert_int_ne(ticks[0].times[i], ticks[1].times[j]);
    act_receiver_drop(&tick);
}

static void clones_and_drops(void *argument)
{
    act_receiver *timer = argument;
    act_millis    value;
    (void)!act_channel_receive(timer, &value, 0);
    for (int i = 0; i < 50; i++) {
        act_receiver *clone = act_receiver_clone(timer);
        act_receiver_drop(&clone);
    }
    act_receiver_drop(&timer);
}

/* stress_clone */
static void clones_of_a_timer_come_and_go(void)
{
    for (int i = 0; i < 100; i++) {
        act_receiver *timer = timer_after(i % 3);
        struct thread threads[TAKERS];
        for (int j = 0; j < TAKERS; j++)
            thread_start(&threads[j], clones_and_drops, act_receiver_clone(timer));
        act_receiver_drop(&timer);
        for (int j = 0; j < TAKERS; j++)
            thread_join(&threads[j]);
    }
}

/* never: optional, tick_n */
static void never_stands_in_for_one_that_is_not_wanted(void)
{
    act_receiver *never, *tick;
    act_millis    value;
    size_t        chosen;
    int           steps = 0;
    ck_assert_int_eq(act_channel_never(&never), ACT_OK);
    ck_assert_int_eq(act_channel_tick(&tick, 1), ACT_OK);
    act_select_case one = ACT_SELECT_RECEIVE(tick, &value);
    while (act_select(&chosen, &one, 1, steps < 5 ? ACT_FOREVER : 2) == ACT_OK)
        if (++steps == 5)
            one = (act_select_case)ACT_SELECT_RECEIVE(never, &value);
    ck_assert_int_eq(steps, 5);
    ck_assert_ptr_ne(act_receiver_channel(never), act_receiver_channel(tick));
    act_receiver_drop(&never);
    act_receiver_drop(&tick);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(after_a_delay_there_is_one_value_and_never_another),
    TEST_CASE(no_value_comes_before_its_time),
    TEST_CASE(a_time_that_has_passed_is_due_at_once),
    TEST_CASE(clones_share_the_one_value),
    TEST_CASE(ticks_keep_their_distance_and_are_not_made_up_for),
    TEST_CASE(never_never_comes),
    TEST_CASE(a_select_waits_for_the_first_of_several_timers),
    TEST_CASE(a_deadline_can_be_shared),
    TEST_CASE(what_is_out_of_range_is_refused),
    TEST_CASE(timers_that_are_due_have_the_same_chance),
    TEST_CASE(many_timers_are_each_taken_once_by_one_of_several_threads),
    TEST_CASE(a_tick_is_taken_by_one_of_several_threads),
    TEST_CASE(clones_of_a_timer_come_and_go),
    TEST_CASE(never_stands_in_for_one_that_is_not_wanted),
    END_OF_CASES,
};
