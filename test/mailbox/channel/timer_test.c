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
    act_select_case cases[] = {ACT_SELECT_RECEIVE(late, &value), ACT_SELECT_RECEIVE(pipe.receiver, &other),
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

const struct kit_fact kit_facts[] = {
    FACT(after_a_delay_there_is_one_value_and_never_another),
    FACT(no_value_comes_before_its_time),
    FACT(a_time_that_has_passed_is_due_at_once),
    FACT(clones_share_the_one_value),
    FACT(ticks_keep_their_distance_and_are_not_made_up_for),
    FACT(never_never_comes),
    FACT(a_select_waits_for_the_first_of_several_timers),
    FACT(a_deadline_can_be_shared),
    FACT(what_is_out_of_range_is_refused),
    END_OF_FACTS,
};
