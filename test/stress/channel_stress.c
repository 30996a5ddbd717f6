/*
 * Many threads on one channel, waiting and selecting: each value arrives once, in order, and none
 * sleeps on.
 */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <time.h>

#include <test/mailbox/channel/threads.h>

enum { SIDE = 4, VALUES = 20000, CHANNELS = 3 };

static const size_t capacities[] = {0, 1, 2, 100, ACT_CHANNEL_UNBOUNDED};
enum { KINDS = 5 };

/* One thread's part: what it sends and receives over, and what it has seen. */
struct part {
    struct pipe   pipes[CHANNELS];
    int           pipes_count;
    int64_t       from, count; /* sends from, from + 1, ... */
    act_millis    timeout;
    int64_t       sum, received;
    int64_t       last[SIDE]; /* from each sender */
    struct thread thread;
};

/* Values of one sender over one channel come in order. */
static void note(struct part *part, int64_t value)
{
    int64_t *last = &part->last[value / VALUES];
    if (value < *last && part->pipes_count == 1)
        abort();
    *last = value;
    part->sum += value;
    part->received++;
}

static void sends(void *argument)
{
    struct part *part = argument;
    for (int64_t i = 0; i < part->count; i++) {
        int64_t    value = part->from + i;
        act_result result;
        while ((result = act_channel_send(part->pipes[0].sender, &value, part->timeout)) ==
                   ACT_TIMED_OUT ||
               result == ACT_FULL)
            if (part->timeout == 0)
                sched_yield();
        if (result != ACT_OK)
            abort();
    }
    act_sender_drop(&part->pipes[0].sender);
}

static void receives(void *argument)
{
    struct part *part = argument;
    int64_t      value;
    act_result   result;
    while ((result = act_channel_receive(part->pipes[0].receiver, &value, part->timeout)) !=
           ACT_DISCONNECTED) {
        if (result == ACT_OK)
            note(part, value);
        else if (part->timeout == 0)
            sched_yield();
    }
    act_receiver_drop(&part->pipes[0].receiver);
}

static void selects_sends(void *argument)
{
    struct part    *part = argument;
    act_select_case cases[CHANNELS];
    size_t          chosen;
    int64_t         value = part->from;
    act_result      result;
    for (int i = 0; i < CHANNELS; i++)
        cases[i] = (act_select_case)ACT_SELECT_SEND(part->pipes[i].sender, &value);
    for (; value < part->from + part->count; value++) {
        while ((result = act_select(&chosen, cases, CHANNELS, part->timeout)) == ACT_TIMED_OUT)
            continue;
        if (result != ACT_OK)
            abort();
    }
    for (int i = 0; i < CHANNELS; i++)
        act_sender_drop(&part->pipes[i].sender);
}

/* Named first, then tried: another may have been faster. */
static act_result receive_what_is_ready(struct part *part, act_select_case *cases, size_t *chosen,
                                        int64_t *value)
{
    if (act_select_ready(chosen, cases, CHANNELS, part->timeout) != ACT_OK)
        return ACT_EMPTY;
    return act_channel_receive(cases[*chosen].receiver, value, 0);
}

static void receive_all(struct part *part, bool is_named_first)
{
    act_select_case cases[CHANNELS];
    size_t          chosen;
    int64_t         value;
    int             left = CHANNELS;
    for (int i = 0; i < CHANNELS; i++)
        cases[i] = (act_select_case)ACT_SELECT_RECEIVE(part->pipes[i].receiver,
                                                       is_named_first ? NULL : &value);
    while (left > 0) {
        act_result result = is_named_first ? receive_what_is_ready(part, cases, &chosen, &value)
                                           : act_select(&chosen, cases, CHANNELS, part->timeout);
        if (result == ACT_OK) {
            note(part, value);
        } else if (result == ACT_DISCONNECTED) {
            cases[chosen] = (act_select_case)ACT_SELECT_OFF;
            left--;
        } else if (part->timeout == 0) {
            sched_yield();
        }
    }
    for (int i = 0; i < CHANNELS; i++)
        act_receiver_drop(&part->pipes[i].receiver);
}

static void selects_receives(void *argument)
{
    receive_all(argument, false);
}

static void selects_receives_without_waiting(void *argument)
{
    struct part *part = argument;
    part->timeout = 0;
    receive_all(part, false);
}

static void receives_what_is_ready(void *argument)
{
    receive_all(argument, true);
}

static void join_all(struct part *parts, int64_t expected)
{
    int64_t sum = 0, received = 0;
    for (int i = 0; i < 2 * SIDE; i++) {
        thread_join(&parts[i].thread);
        sum += parts[i].sum;
        received += parts[i].received;
    }
    ck_assert_int_eq(received, expected);
    ck_assert_int_eq(sum, expected * (expected - 1) / 2);
}

static void run(size_t capacity, act_millis timeout, int channels, job *sender, job *receiver)
{
    struct part parts[2 * SIDE] = {0};
    struct pipe pipes[CHANNELS];
    for (int i = 0; i < channels; i++)
        pipes[i] = pipe_make(capacity);
    for (int i = 0; i < 2 * SIDE; i++) {
        struct part *part = &parts[i];
        *part = (struct part){
            .pipes_count = channels, .from = i * VALUES, .count = VALUES, .timeout = timeout};
        for (int j = 0; j < SIDE; j++)
            part->last[j] = -1;
        for (int j = 0; j < channels; j++) {
            if (i < SIDE)
                part->pipes[j].sender = act_sender_clone(pipes[j].sender);
            else
                part->pipes[j].receiver = act_receiver_clone(pipes[j].receiver);
        }
    }
    for (int i = 0; i < channels; i++)
        pipe_drop(&pipes[i]);
    for (int i = 0; i < 2 * SIDE; i++)
        thread_start(&parts[i].thread, i < SIDE ? sender : receiver, &parts[i]);
    join_all(parts, SIDE * VALUES);
}

static void many_to_many_waiting(void)
{
    for (int kind = 0; kind < KINDS; kind++)
        run(capacities[kind], ACT_FOREVER, 1, sends, receives);
}

static void many_to_many_with_short_timeouts(void)
{
    for (int kind = 0; kind < KINDS; kind++)
        run(capacities[kind], 1, 1, sends, receives);
}

static void many_to_many_never_waiting(void)
{
    for (int kind = 1; kind < KINDS; kind++)
        run(capacities[kind], 0, 1, sends, receives);
}

static void selects_on_both_sides(void)
{
    for (int kind = 0; kind < KINDS; kind++)
        run(capacities[kind], ACT_FOREVER, CHANNELS, selects_sends, selects_receives);
}

static void selects_with_short_timeouts(void)
{
    for (int kind = 0; kind < KINDS; kind++)
        run(capacities[kind], 1, CHANNELS, selects_sends, selects_receives);
}

/* They may be selected while they look, and give up at once. */
static void selects_that_never_wait_lose_nothing(void)
{
    for (int kind = 0; kind < KINDS; kind++)
        run(capacities[kind], ACT_FOREVER, CHANNELS, selects_sends,
            selects_receives_without_waiting);
}

static void a_thread_that_hears_that_a_case_is_ready_misses_none(void)
{
    for (int kind = 0; kind < KINDS; kind++)
        run(capacities[kind], ACT_FOREVER, CHANNELS, selects_sends, receives_what_is_ready);
}

static int64_t used_nanoseconds(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

/* A moment in place, then asleep: a tenth of the time it waits is far more than that takes. */
static void a_thread_that_waits_uses_no_processor_time(void)
{
    enum { WAIT = 100 };
    int64_t value = 0, began = used_nanoseconds();
    size_t  chosen, waits = 0;
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe     pipe = pipe_make(capacities[kind]);
        act_select_case one = ACT_SELECT_RECEIVE(pipe.receiver, &value);
        ck_assert_int_eq(act_channel_receive(pipe.receiver, &value, WAIT), ACT_TIMED_OUT);
        ck_assert_int_eq(act_select(&chosen, &one, 1, WAIT), ACT_TIMED_OUT);
        for (size_t i = 0; i < capacities[kind] && i < 1000; i++)
            ck_assert_int_eq(put(&pipe, 1), ACT_OK);
        if (capacities[kind] != ACT_CHANNEL_UNBOUNDED)
            ck_assert_int_eq(act_channel_send(pipe.sender, &value, WAIT), ACT_TIMED_OUT);
        waits += capacities[kind] != ACT_CHANNEL_UNBOUNDED ? 3 : 2;
        pipe_drop(&pipe);
    }
    ck_assert_int_lt(used_nanoseconds() - began, (int64_t)waits * WAIT * 100000);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(many_to_many_waiting),
    TEST_CASE(many_to_many_with_short_timeouts),
    TEST_CASE(many_to_many_never_waiting),
    TEST_CASE(selects_on_both_sides),
    TEST_CASE(selects_with_short_timeouts),
    TEST_CASE(selects_that_never_wait_lose_nothing),
    TEST_CASE(a_thread_that_hears_that_a_case_is_ready_misses_none),
    TEST_CASE(a_thread_that_waits_uses_no_processor_time),
    END_OF_CASES,
};
