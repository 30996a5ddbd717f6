/*
 * What send, receive, clone and drop do, for each kind of channel. Retells crossbeam-channel's
 * array, list and zero.
 */
/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <string.h>

#include <mailbox/base/memory.h>
#include <test/mailbox/channel/threads.h>

static const size_t capacities[] = {0, 1, 3, ACT_CHANNEL_UNBOUNDED};
enum { KINDS = 4 };

/* ------------------------------------------------------------------------------ without waiting */

static void values_come_out_in_the_order_they_went_in(void)
{
    struct pipe pipe = pipe_make(ACT_CHANNEL_UNBOUNDED);
    for (int64_t i = 0; i < 5000; i++)
        ck_assert_int_eq(put(&pipe, i), ACT_OK);
    for (int64_t i = 0; i < 5000; i++)
        ck_assert_int_eq(got(&pipe), i);
    ck_assert_int_eq(got(&pipe), -ACT_EMPTY);
    pipe_drop(&pipe);
}

static void a_bounded_channel_is_full_at_its_capacity_and_goes_round(void)
{
    struct pipe pipe = pipe_make(3);
    for (int64_t round = 0; round < 50; round++) {
        for (int64_t i = 0; i < 3; i++)
            ck_assert_int_eq(put(&pipe, round + i), ACT_OK);
        ck_assert_int_eq(put(&pipe, 99), ACT_FULL);
        ck_assert_int_eq(got(&pipe), round);
        ck_assert_int_eq(put(&pipe, round + 3), ACT_OK);
        for (int64_t i = 1; i <= 3; i++)
            ck_assert_int_eq(got(&pipe), round + i);
        ck_assert_int_eq(got(&pipe), -ACT_EMPTY);
    }
    pipe_drop(&pipe);
}

static void a_rendezvous_needs_the_other_side_to_wait(void)
{
    struct pipe pipe = pipe_make(ACT_CHANNEL_RENDEZVOUS);
    ck_assert_int_eq(put(&pipe, 1), ACT_FULL);
    ck_assert_int_eq(got(&pipe), -ACT_EMPTY);
    pipe_drop(&pipe);
}

static void length_capacity_and_fullness_are_told(void)
{
    struct pipe        pipe = pipe_make(2);
    const act_channel *channel = act_sender_channel(pipe.sender);
    ck_assert_ptr_eq(channel, act_receiver_channel(pipe.receiver));
    ck_assert_uint_eq(act_channel_capacity(channel), 2);
    ck_assert(act_channel_is_empty(channel) && !act_channel_is_full(channel));
    ck_assert_int_eq(put(&pipe, 1), ACT_OK);
    ck_assert_uint_eq(act_channel_length(channel), 1);
    ck_assert(!act_channel_is_empty(channel) && !act_channel_is_full(channel));
    ck_assert_int_eq(put(&pipe, 1), ACT_OK);
    ck_assert(act_channel_is_full(channel));
    pipe_drop(&pipe);

    pipe = pipe_make(ACT_CHANNEL_UNBOUNDED);
    ck_assert_uint_eq(act_channel_capacity(act_sender_channel(pipe.sender)), ACT_CHANNEL_UNBOUNDED);
    ck_assert_int_eq(put(&pipe, 1), ACT_OK);
    ck_assert(!act_channel_is_full(act_sender_channel(pipe.sender)));
    pipe_drop(&pipe);

    pipe = pipe_make(ACT_CHANNEL_RENDEZVOUS);
    ck_assert(act_channel_is_full(act_sender_channel(pipe.sender)));
    ck_assert(act_channel_is_empty(act_sender_channel(pipe.sender)));
    pipe_drop(&pipe);
}

static void clones_are_of_the_same_channel(void)
{
    struct pipe one = pipe_make(1), two = pipe_make(1);
    act_sender *clone = act_sender_clone(one.sender);
    ck_assert_ptr_eq(act_sender_channel(clone), act_receiver_channel(one.receiver));
    ck_assert_ptr_ne(act_sender_channel(clone), act_receiver_channel(two.receiver));
    act_sender_drop(&clone);
    pipe_drop(&one);
    pipe_drop(&two);
}

static void values_of_each_size_arrive_whole(void)
{
    for (size_t bytes = 0; bytes <= 300; bytes += bytes < 20 ? 1 : 37) {
        for (int kind = 1; kind < KINDS; kind++) {
            act_sender   *sender;
            act_receiver *receiver;
            unsigned char sent[300], received[301];
            ck_assert_int_eq(act_channel_create(&sender, &receiver, bytes, capacities[kind]),
                             ACT_OK);
            for (int i = 0; i < 1000; i++) {
                memset(sent, i, sizeof sent);
                memset(received, i + 1, sizeof received);
                ck_assert_int_eq(act_channel_send(sender, bytes != 0 ? sent : NULL, 0), ACT_OK);
                ck_assert_int_eq(act_channel_receive(receiver, bytes != 0 ? received : NULL, 0),
                                 ACT_OK);
                ck_assert(memcmp(sent, received, bytes) == 0);
                ck_assert_int_eq(received[bytes], (unsigned char)(i + 1));
            }
            act_sender_drop(&sender);
            act_receiver_drop(&receiver);
        }
    }
}

static void what_is_out_of_range_is_refused(void)
{
    act_sender   *sender;
    act_receiver *receiver;
    int64_t       value = 0;
    ck_assert_int_eq(act_channel_create(&sender, &receiver, ACT_CHANNEL_VALUE_BYTES_MAX + 1, 1),
                     ACT_INVALID);
    ck_assert_int_eq(act_channel_create(&sender, &receiver, 8, SIZE_MAX - 1), ACT_NO_MEMORY);
    ck_assert_int_eq(act_channel_create(&sender, &receiver, sizeof value, 1), ACT_OK);
    ck_assert_int_eq(act_channel_send(sender, &value, -2), ACT_INVALID);
    ck_assert_int_eq(act_channel_receive(receiver, &value, -2), ACT_INVALID);
    ck_assert_int_eq(act_channel_send(sender, NULL, 0), ACT_INVALID);
    ck_assert_int_eq(act_channel_receive(receiver, NULL, 0), ACT_INVALID);
    act_sender_drop(&sender);
    act_receiver_drop(&receiver);
}

static void a_timeout_passes(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe pipe = pipe_make(capacities[kind]);
        int64_t     value = 7;
        ck_assert_int_eq(act_channel_receive(pipe.receiver, &value, 1), ACT_TIMED_OUT);
        ck_assert_int_eq(value, 7);
        while (kind < 3 && put(&pipe, 1) == ACT_OK)
            continue;
        ck_assert_int_eq(act_channel_send(pipe.sender, &value, 1),
                         kind < 3 ? ACT_TIMED_OUT : ACT_OK);
        pipe_drop(&pipe);
    }
}

/* ------------------------------------------------------------------------------------- the ends */

static void what_was_sent_is_received_after_the_last_sender_has_gone(void)
{
    struct pipe pipe = pipe_make(3);
    act_sender *clone = act_sender_clone(pipe.sender);
    ck_assert_int_eq(put(&pipe, 1), ACT_OK);
    ck_assert_int_eq(put(&pipe, 2), ACT_OK);
    act_sender_drop(&pipe.sender);
    ck_assert_ptr_null(pipe.sender);
    ck_assert_int_eq(got(&pipe), 1);
    act_sender_drop(&clone);
    ck_assert_int_eq(got(&pipe), 2);
    ck_assert_int_eq(got(&pipe), -ACT_DISCONNECTED);
    ck_assert_int_eq(got(&pipe), -ACT_DISCONNECTED);
    pipe_drop(&pipe);
}

static void without_receivers_nothing_is_sent(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe   pipe = pipe_make(capacities[kind]);
        act_receiver *clone = act_receiver_clone(pipe.receiver);
        int64_t       value = 0;
        act_receiver_drop(&pipe.receiver);
        ck_assert_int_eq(put(&pipe, 1), kind == 0 ? ACT_FULL : ACT_OK);
        act_receiver_drop(&clone);
        ck_assert_int_eq(put(&pipe, 1), ACT_DISCONNECTED);
        ck_assert_int_eq(act_channel_send(pipe.sender, &value, ACT_FOREVER), ACT_DISCONNECTED);
        pipe_drop(&pipe);
    }
}

static int     released;
static int64_t released_sum;
static void    release(void *value)
{
    int64_t copy;
    memcpy(&copy, value, sizeof copy);
    released++;
    released_sum += copy;
}

static void what_is_not_received_is_released_once(void)
{
    for (int kind = 1; kind < KINDS; kind++) {
        struct pipe pipe = pipe_make(capacities[kind]);
        int64_t     sent = 0;
        act_channel_release_with(pipe.receiver, release);
        released = 0;
        released_sum = 0;
        while (sent < 3000 && put(&pipe, sent) == ACT_OK)
            sent++;
        ck_assert_int_eq(got(&pipe), 0);
        act_receiver_drop(&pipe.receiver);
        ck_assert_int_eq(released, sent - 1);
        ck_assert_int_eq(released_sum, sent * (sent - 1) / 2);
        ck_assert_uint_eq(act_channel_length(act_sender_channel(pipe.sender)), 0);
        pipe_drop(&pipe);
        ck_assert_int_eq(released, sent - 1);
    }
}

static void a_forced_send_hands_the_oldest_back(void)
{
    struct pipe pipe = pipe_make(2);
    bool        was_evicted;
    for (int64_t i = 0; i < 20; i++) {
        int64_t evicted = -1;
        ck_assert_int_eq(act_channel_force_send(pipe.sender, &i, &evicted, &was_evicted), ACT_OK);
        ck_assert_int_eq(was_evicted, i >= 2);
        ck_assert_int_eq(evicted, i >= 2 ? i - 2 : -1);
    }
    ck_assert_int_eq(got(&pipe), 18);
    ck_assert_int_eq(got(&pipe), 19);
    ck_assert_int_eq(got(&pipe), -ACT_EMPTY);
    act_receiver_drop(&pipe.receiver);
    int64_t value = 0;
    ck_assert_int_eq(act_channel_force_send(pipe.sender, &value, &value, &was_evicted),
                     ACT_DISCONNECTED);
    pipe_drop(&pipe);
    pipe = pipe_make(ACT_CHANNEL_RENDEZVOUS);
    ck_assert_int_eq(act_channel_force_send(pipe.sender, &value, &value, &was_evicted),
                     ACT_INVALID);
    pipe_drop(&pipe);
}

static void a_handle_dropped_twice_ends_the_program(void)
{
    struct pipe pipe = pipe_make(1);
    act_sender *copy = pipe.sender;
    act_sender_drop(&pipe.sender);
    act_sender_drop(&copy);
}

static void a_null_handle_can_be_dropped(void)
{
    act_sender   *sender = NULL;
    act_receiver *receiver = NULL;
    act_sender_drop(&sender);
    act_receiver_drop(&receiver);
}

static void each_request_for_memory_may_fail(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe pipe;
        int64_t     value = 0;
        bool        failed = true;
        for (uint64_t n = 1; failed; n++) {
            act__memory_fail_at(n, false);
            act_result result =
                act_channel_create(&pipe.sender, &pipe.receiver, sizeof value, capacities[kind]);
            failed = result == ACT_NO_MEMORY;
            ck_assert(failed || result == ACT_OK);
        }
        act__memory_fail_at(1, true);
        ck_assert_int_eq(put(&pipe, 5), kind == 0 ? ACT_FULL : kind == 3 ? ACT_NO_MEMORY : ACT_OK);
        act__memory_fail_at(0, false);
        ck_assert_int_eq(put(&pipe, 6), kind == 0 || kind == 1 ? ACT_FULL : ACT_OK);
        ck_assert_int_eq(got(&pipe), kind == 0 ? -ACT_EMPTY : kind == 3 ? 6 : 5);
        pipe_drop(&pipe);
    }
}

/* -------------------------------------------------------------------------------------- waiting */

struct waiter {
    struct pipe  *pipe;
    act_millis    timeout;
    int64_t       value;
    act_result    result;
    struct thread thread;
};

static void receives(void *argument)
{
    struct waiter *waiter = argument;
    waiter->result = act_channel_receive(waiter->pipe->receiver, &waiter->value, waiter->timeout);
}

static void sends(void *argument)
{
    struct waiter *waiter = argument;
    waiter->result = act_channel_send(waiter->pipe->sender, &waiter->value, waiter->timeout);
}

static void start(struct waiter *waiter, struct pipe *pipe, job *run, int64_t value)
{
    *waiter = (struct waiter){.pipe = pipe, .timeout = ACT_FOREVER, .value = value};
    thread_start(&waiter->thread, run, waiter);
}

static void a_receiver_that_waits_gets_the_value(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe   pipe = pipe_make(capacities[kind]);
        struct waiter waiter;
        start(&waiter, &pipe, receives, 0);
        until_receivers_wait(pipe.sender, 1);
        ck_assert_int_eq(put(&pipe, 42), ACT_OK);
        thread_join(&waiter.thread);
        ck_assert_int_eq(waiter.result, ACT_OK);
        ck_assert_int_eq(waiter.value, 42);
        pipe_drop(&pipe);
    }
}

static void a_sender_that_waits_gets_in_when_there_is_room(void)
{
    for (int kind = 0; kind < 3; kind++) {
        struct pipe   pipe = pipe_make(capacities[kind]);
        struct waiter waiter;
        int64_t       sent = 0;
        while (put(&pipe, sent) == ACT_OK)
            sent++;
        start(&waiter, &pipe, sends, sent);
        until_senders_wait(pipe.receiver, 1);
        for (int64_t i = 0; i < sent + (kind == 0); i++)
            ck_assert_int_eq(got(&pipe), i);
        thread_join(&waiter.thread);
        ck_assert_int_eq(waiter.result, ACT_OK);
        ck_assert_int_eq(got(&pipe), kind == 0 ? -ACT_EMPTY : sent);
        pipe_drop(&pipe);
    }
}

/* Instead of waking a thread: so that one that waits stays where it is. */
static void wakes_none(struct act__waiter *waiter)
{
    (void)waiter;
}

static void a_value_is_handed_to_a_receiver_that_waits_and_takes_no_place(void)
{
    struct pipe        pipe = pipe_make(1);
    int64_t            value = 0;
    act_select_case    one = ACT_SELECT_RECEIVE(pipe.receiver, &value);
    struct act__waiter waiter = {.woken = wakes_none};
    ck_assert(act__case_register(&one, &waiter));
    ck_assert_int_eq(put(&pipe, 42), ACT_OK);
    ck_assert_int_eq(value, 42);
    ck_assert_uint_eq(act_channel_length(act_sender_channel(pipe.sender)), 0);
    ck_assert_int_eq(put(&pipe, 43), ACT_OK);
    ck_assert_int_eq(got(&pipe), 43);
    pipe_drop(&pipe);
}

static void a_place_that_becomes_free_is_given_to_a_sender_that_waits(void)
{
    struct pipe        pipe = pipe_make(1);
    int64_t            values[] = {2, 3};
    act_select_case    sends[] = {ACT_SELECT_SEND(pipe.sender, &values[0]),
                                  ACT_SELECT_SEND(pipe.sender, &values[1])};
    struct act__waiter waiters[] = {{.woken = wakes_none}, {.woken = wakes_none}};
    ck_assert_int_eq(put(&pipe, 1), ACT_OK);
    for (int i = 0; i < 2; i++)
        ck_assert(act__case_register(&sends[i], &waiters[i]));
    for (int64_t i = 1; i <= 2; i++) {
        ck_assert_int_eq(got(&pipe), i);
        ck_assert_int_eq(put(&pipe, 9), ACT_FULL);
    }
    ck_assert_int_eq(got(&pipe), 3);
    ck_assert_int_eq(got(&pipe), -ACT_EMPTY);
    pipe_drop(&pipe);
}

static void the_last_sender_wakes_all_receivers(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe   pipe = pipe_make(capacities[kind]);
        struct waiter waiters[3];
        for (int i = 0; i < 3; i++)
            start(&waiters[i], &pipe, receives, 0);
        until_receivers_wait(pipe.sender, 3);
        act_sender_drop(&pipe.sender);
        for (int i = 0; i < 3; i++) {
            thread_join(&waiters[i].thread);
            ck_assert_int_eq(waiters[i].result, ACT_DISCONNECTED);
        }
        pipe_drop(&pipe);
    }
}

static void the_last_receiver_wakes_all_senders(void)
{
    for (int kind = 0; kind < 3; kind++) {
        struct pipe   pipe = pipe_make(capacities[kind]);
        struct waiter waiters[3];
        while (put(&pipe, 1) == ACT_OK)
            continue;
        for (int i = 0; i < 3; i++)
            start(&waiters[i], &pipe, sends, 0);
        until_senders_wait(pipe.receiver, 3);
        act_receiver_drop(&pipe.receiver);
        for (int i = 0; i < 3; i++) {
            thread_join(&waiters[i].thread);
            ck_assert_int_eq(waiters[i].result, ACT_DISCONNECTED);
        }
        pipe_drop(&pipe);
    }
}

static void each_value_wakes_one_receiver_more(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe   pipe = pipe_make(capacities[kind]);
        struct waiter waiters[3];
        int64_t       sum = 0;
        for (int i = 0; i < 3; i++)
            start(&waiters[i], &pipe, receives, 0);
        until_receivers_wait(pipe.sender, 3);
        for (int i = 0; i < 3; i++) {
            int64_t value = 1 << i;
            ck_assert_int_eq(act_channel_send(pipe.sender, &value, ACT_FOREVER), ACT_OK);
        }
        for (int i = 0; i < 3; i++) {
            thread_join(&waiters[i].thread);
            sum += waiters[i].value;
        }
        ck_assert_int_eq(sum, 7);
        pipe_drop(&pipe);
    }
}

static void nothing_waits_in_a_rendezvous_for_a_thread_that_has_timed_out(void)
{
    struct pipe pipe = pipe_make(ACT_CHANNEL_RENDEZVOUS);
    int64_t     value = 1;
    ck_assert_int_eq(act_channel_send(pipe.sender, &value, 1), ACT_TIMED_OUT);
    ck_assert_int_eq(got(&pipe), -ACT_EMPTY);
    ck_assert_int_eq(act_channel_receive(pipe.receiver, &value, 1), ACT_TIMED_OUT);
    ck_assert_int_eq(put(&pipe, 2), ACT_FULL);
    pipe_drop(&pipe);
}

static void sends_five(void *argument)
{
    struct pipe *pipe = argument;
    for (int64_t i = 1; i <= 5; i++)
        ck_assert_int_eq(act_channel_send(pipe->sender, &i, ACT_FOREVER), ACT_OK);
    act_sender_drop(&pipe->sender);
}

static void a_loop_ends_with_the_last_sender(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe   pipe = pipe_make(capacities[kind]);
        struct thread thread;
        int64_t       value, sum = 0;
        thread_start(&thread, sends_five, &pipe);
        ACT_CHANNEL_FOR(pipe.receiver, value)
        sum += value;
        ck_assert_int_eq(sum, 15);
        thread_join(&thread);
        pipe_drop(&pipe);
    }
}

static void draining_ends_when_nothing_waits(void)
{
    struct pipe pipe = pipe_make(3);
    int64_t     value, sum = 0;
    ck_assert_int_eq(put(&pipe, 1), ACT_OK);
    ck_assert_int_eq(put(&pipe, 2), ACT_OK);
    ACT_CHANNEL_DRAIN(pipe.receiver, value)
    sum += value;
    ck_assert_int_eq(sum, 3);
    pipe_drop(&pipe);
}

static void a_thread_that_runs_handlers_may_not_wait(void)
{
    struct pipe pipe = pipe_make(1);
    int64_t     value = 0;
    act__runs_here = &pipe;
    ck_assert_int_eq(act_channel_receive(pipe.receiver, &value, ACT_FOREVER), ACT_INVALID);
    ck_assert_int_eq(act_channel_send(pipe.sender, &value, 1), ACT_INVALID);
    ck_assert_int_eq(act_channel_send(pipe.sender, &value, 0), ACT_OK);
    act__runs_here = NULL;
    pipe_drop(&pipe);
}

/* ---------------------------------------------------------------------------------------- types */

struct point {
    int x, y, z;
};
ACT_CHANNEL(point_channel, struct point);
ACT_CHANNEL_OWNED(name_channel, char);

static void a_typed_channel_carries_its_type(void)
{
    point_channel_sender   sender, clone;
    point_channel_receiver receiver, other;
    struct point           point = {1, 2, 3}, received;
    ck_assert_int_eq(point_channel_create(&sender, &receiver, 1), ACT_OK);
    clone = point_channel_clone_sender(sender);
    other = point_channel_clone_receiver(receiver);
    ck_assert_int_eq(point_channel_send(clone, &point, 0), ACT_OK);
    ck_assert_int_eq(point_channel_receive(other, &received, 0), ACT_OK);
    ck_assert_int_eq(received.z, 3);
    point_channel_drop_sender(&sender);
    point_channel_drop_sender(&clone);
    point_channel_drop_receiver(&receiver);
    point_channel_drop_receiver(&other);
}

static void an_owned_value_is_gone_once_it_is_sent(void)
{
    name_channel_sender   sender;
    name_channel_receiver receiver;
    char                 *name = strdup("ada"), *other = name, *received;
    ck_assert_int_eq(name_channel_create(&sender, &receiver, 1), ACT_OK);
    ck_assert_int_eq(name_channel_send(sender, &name, 0), ACT_OK);
    ck_assert_ptr_null(name);
    ck_assert_int_eq(name_channel_send(sender, &other, 0), ACT_FULL);
    ck_assert_ptr_nonnull(other);
    ck_assert_int_eq(name_channel_receive(receiver, &received, 0), ACT_OK);
    ck_assert_str_eq(received, "ada");
    free(received);
    name_channel_drop_sender(&sender);
    name_channel_drop_receiver(&receiver);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(values_come_out_in_the_order_they_went_in),
    TEST_CASE(a_bounded_channel_is_full_at_its_capacity_and_goes_round),
    TEST_CASE(a_rendezvous_needs_the_other_side_to_wait),
    TEST_CASE(length_capacity_and_fullness_are_told),
    TEST_CASE(clones_are_of_the_same_channel),
    TEST_CASE(values_of_each_size_arrive_whole),
    TEST_CASE(what_is_out_of_range_is_refused),
    TEST_CASE(a_timeout_passes),
    TEST_CASE(what_was_sent_is_received_after_the_last_sender_has_gone),
    TEST_CASE(without_receivers_nothing_is_sent),
    TEST_CASE(what_is_not_received_is_released_once),
    TEST_CASE(a_forced_send_hands_the_oldest_back),
    TEST_CASE(a_handle_dropped_twice_ends_the_program, .signal = SIGABRT),
    TEST_CASE(a_null_handle_can_be_dropped),
    TEST_CASE(each_request_for_memory_may_fail),
    TEST_CASE(a_receiver_that_waits_gets_the_value),
    TEST_CASE(a_sender_that_waits_gets_in_when_there_is_room),
    TEST_CASE(a_value_is_handed_to_a_receiver_that_waits_and_takes_no_place),
    TEST_CASE(a_place_that_becomes_free_is_given_to_a_sender_that_waits),
    TEST_CASE(the_last_sender_wakes_all_receivers),
    TEST_CASE(the_last_receiver_wakes_all_senders),
    TEST_CASE(each_value_wakes_one_receiver_more),
    TEST_CASE(nothing_waits_in_a_rendezvous_for_a_thread_that_has_timed_out),
    TEST_CASE(a_loop_ends_with_the_last_sender),
    TEST_CASE(draining_ends_when_nothing_waits),
    TEST_CASE(a_thread_that_runs_handlers_may_not_wait),
    TEST_CASE(a_typed_channel_carries_its_type),
    TEST_CASE(an_owned_value_is_gone_once_it_is_sent),
    END_OF_CASES,
};
