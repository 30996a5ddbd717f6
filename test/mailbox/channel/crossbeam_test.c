/*
 * What crossbeam-channel's suites assert beyond the other tests here: doc/channel_cases.md says
 * which case is where.
 */
/* SPDX-License-Identifier: MIT */
#include <test/mailbox/channel/threads.h>

static const size_t capacities[] = {0, 1, 3, ACT_CHANNEL_UNBOUNDED};
enum { KINDS = 4, ROUNDS = 2000 };

static act_result send_and_wait(act_sender *sender, int64_t value)
{
    return act_channel_send(sender, &value, ACT_FOREVER);
}

static int64_t received(act_receiver *receiver)
{
    int64_t value;
    ck_assert_int_eq(act_channel_receive(receiver, &value, ACT_FOREVER), ACT_OK);
    return value;
}

/* ---------------------------------------------------------------------------- array, list, zero */

static void sends_and_takes(void *argument)
{
    struct pipe *pipe = argument;
    for (int64_t i = 0; i < ROUNDS; i++) {
        ck_assert_int_eq(put(pipe, i), ACT_OK);
        ck_assert_int_ge(got(pipe), 0);
    }
}

/* linearizable */
static void a_thread_that_has_sent_a_value_finds_one(void)
{
    enum { THREADS = 4 };
    for (int i = 0; i < 2; i++) {
        struct pipe   pipe = pipe_make(i == 0 ? THREADS : ACT_CHANNEL_UNBOUNDED);
        struct thread threads[THREADS];
        for (int j = 0; j < THREADS; j++)
            thread_start(&threads[j], sends_and_takes, &pipe);
        for (int j = 0; j < THREADS; j++)
            thread_join(&threads[j]);
        ck_assert_int_eq(got(&pipe), -ACT_EMPTY);
        pipe_drop(&pipe);
    }
}

enum { DEPTH = 200 };

struct nested {
    size_t      capacity;
    act_sender *sender;
};

static void sends_receivers(void *argument)
{
    struct nested *nested = argument;
    for (int i = 0; i < DEPTH; i++) {
        struct pipe next = pipe_make(nested->capacity);
        ck_assert_int_eq(send_and_wait(nested->sender, (int64_t)(intptr_t)next.receiver), ACT_OK);
        act_sender_drop(&nested->sender);
        nested->sender = next.sender;
    }
    act_sender_drop(&nested->sender);
}

static void a_channel_goes_through_a_channel(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe   pipe = pipe_make(capacities[kind]);
        struct nested nested = {capacities[kind], pipe.sender};
        struct thread thread;
        thread_start(&thread, sends_receivers, &nested);
        for (int i = 0; i < DEPTH; i++) {
            act_receiver *next = (act_receiver *)(intptr_t)received(pipe.receiver);
            act_receiver_drop(&pipe.receiver);
            pipe.receiver = next;
        }
        thread_join(&thread);
        ck_assert_int_eq(got(&pipe), -ACT_DISCONNECTED);
        act_receiver_drop(&pipe.receiver);
    }
}

static void sends_rounds(void *argument)
{
    struct pipe       *pipe = argument;
    const act_channel *channel = act_sender_channel(pipe->sender);
    for (int64_t i = 0; i < ROUNDS; i++) {
        ck_assert_int_eq(send_and_wait(pipe->sender, i), ACT_OK);
        ck_assert_uint_le(act_channel_length(channel), act_channel_capacity(channel));
    }
}

/* len, spsc */
static void a_length_is_never_above_the_capacity(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe        pipe = pipe_make(capacities[kind]);
        const act_channel *channel = act_receiver_channel(pipe.receiver);
        struct thread      thread;
        thread_start(&thread, sends_rounds, &pipe);
        for (int64_t i = 0; i < ROUNDS; i++) {
            ck_assert_int_eq(received(pipe.receiver), i);
            ck_assert_uint_le(act_channel_length(channel), act_channel_capacity(channel));
        }
        thread_join(&thread);
        ck_assert_uint_eq(act_channel_length(channel), 0);
        pipe_drop(&pipe);
    }
}

static void sends_one_and_goes(void *argument)
{
    struct pipe *pipe = argument;
    ck_assert_int_eq(send_and_wait(pipe->sender, 1), ACT_OK);
    act_sender_drop(&pipe->sender);
}

/* stress_oneshot; mpsc: oneshot_multi_thread_* */
static void a_channel_made_for_one_value_carries_it(void)
{
    for (int i = 0; i < ROUNDS / 2; i++) {
        struct pipe   pipe = pipe_make(capacities[i % KINDS]);
        struct thread thread;
        thread_start(&thread, sends_one_and_goes, &pipe);
        ck_assert_int_eq(received(pipe.receiver), 1);
        if (i % 2 == 0)
            act_receiver_drop(&pipe.receiver); /* while the other one goes */
        thread_join(&thread);
        pipe_drop(&pipe);
    }
}

struct talk {
    struct pipe   requests, answers;
    struct thread thread;
};

static void asks_until_it_has_enough(void *argument)
{
    struct talk *talk = argument;
    int64_t      value, sum = 0;
    while (sum < ROUNDS) {
        ACT_CHANNEL_DRAIN(talk->answers.receiver, value)
        sum += value;
        if (sum < ROUNDS)
            ck_assert_int_eq(send_and_wait(talk->requests.sender, 0), ACT_OK);
    } /* each request was answered, so the other one still waits for the next */
    act_receiver_drop(&talk->answers.receiver);
    act_sender_drop(&talk->requests.sender);
}

/* stress_iter, recv_try_iter */
static void an_asker_is_answered_until_it_goes(void)
{
    for (int kind = 1; kind < KINDS; kind++) {
        struct talk talk = {.requests = pipe_make(capacities[kind]),
                            .answers = pipe_make(capacities[kind])};
        int64_t     nothing;
        thread_start(&talk.thread, asks_until_it_has_enough, &talk);
        ACT_CHANNEL_FOR(talk.requests.receiver, nothing)
        if (send_and_wait(talk.answers.sender, 1) != ACT_OK)
            break;
        thread_join(&talk.thread);
        act_receiver_drop(&talk.requests.receiver);
        act_sender_drop(&talk.answers.sender);
    }
}

struct flood {
    act_sender   *sender;
    int64_t       sent;
    struct thread thread;
};

static void sends_until_no_receiver_is_left(void *argument)
{
    struct flood *flood = argument;
    while (send_and_wait(flood->sender, flood->sent) == ACT_OK)
        flood->sent++;
    act_sender_drop(&flood->sender);
}

static _Atomic int64_t released;
static void            release(void *value)
{
    (void)value;
    released++;
}

/* drops; list: gh_971; mpsc: port_gone_concurrent */
static void what_is_sent_while_the_last_receiver_goes_is_released_or_comes_back(void)
{
    for (int i = 0; i < 50 * KINDS; i++) {
        struct pipe  pipe = pipe_make(capacities[i % KINDS]);
        struct flood floods[2];
        act_channel_release_with(pipe.receiver, release);
        released = 0;
        for (int j = 0; j < 2; j++) {
            floods[j] = (struct flood){.sender = act_sender_clone(pipe.sender)};
            thread_start(&floods[j].thread, sends_until_no_receiver_is_left, &floods[j]);
        }
        for (int j = 0; j < 3; j++)
            (void)received(pipe.receiver);
        act_receiver_drop(&pipe.receiver);
        for (int j = 0; j < 2; j++)
            thread_join(&floods[j].thread);
        ck_assert_int_eq(released + 3, floods[0].sent + floods[1].sent);
        pipe_drop(&pipe);
    }
}

/* same_channel */
static void handles_of_one_channel_name_it_and_no_other(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe   one = pipe_make(capacities[kind]), two = pipe_make(capacities[kind]);
        act_sender   *sender = act_sender_clone(one.sender);
        act_receiver *receiver = act_receiver_clone(one.receiver);
        ck_assert_ptr_eq(act_sender_channel(sender), act_sender_channel(one.sender));
        ck_assert_ptr_eq(act_receiver_channel(receiver), act_sender_channel(one.sender));
        ck_assert_ptr_ne(act_sender_channel(sender), act_sender_channel(two.sender));
        ck_assert_ptr_ne(act_receiver_channel(receiver), act_receiver_channel(two.receiver));
        act_sender_drop(&sender);
        act_receiver_drop(&receiver);
        pipe_drop(&one);
        pipe_drop(&two);
    }
}

/* iter: recv_iter_break */
static void a_loop_may_be_left(void)
{
    struct pipe pipe = pipe_make(ACT_CHANNEL_UNBOUNDED);
    int64_t     value, count = 0;
    for (int64_t i = 0; i < 4; i++)
        ck_assert_int_eq(put(&pipe, 2), ACT_OK);
    ACT_CHANNEL_FOR(pipe.receiver, value)
    {
        if (count >= 3)
            break;
        count += value;
    }
    ck_assert_int_eq(count, 4);
    ck_assert_int_eq(got(&pipe), 2); /* what was not taken is still there */
    pipe_drop(&pipe);
}

/* -------------------------------------------------------------------------------- select, ready */

/* fairness_duplicates, duplicate_operations; Go: TestPseudoRandomSend */
static void each_of_several_cases_of_one_channel_has_the_same_chance(void)
{
    enum { CASES = 5, TURNS = 10000 };
    struct pipe     pipe = pipe_make(1);
    act_select_case receives[CASES], sends[CASES];
    int64_t         values[CASES], value;
    int             took[CASES] = {0}, gave[CASES] = {0};
    size_t          chosen;
    for (int i = 0; i < CASES; i++) {
        values[i] = i;
        receives[i] = (act_select_case)ACT_SELECT_RECEIVE(pipe.receiver, &value);
        sends[i] = (act_select_case)ACT_SELECT_SEND(pipe.sender, &values[i]);
    }
    for (int i = 0; i < TURNS; i++) {
        ck_assert_int_eq(act_select(&chosen, sends, CASES, ACT_FOREVER), ACT_OK);
        gave[chosen]++;
        ck_assert_int_eq(act_select(&chosen, receives, CASES, ACT_FOREVER), ACT_OK);
        took[chosen]++;
    }
    for (int i = 0; i < CASES; i++) { /* 2,000 give or take 40; ten times as much is never seen */
        ck_assert_int_lt(abs(took[i] - TURNS / CASES), 400);
        ck_assert_int_lt(abs(gave[i] - TURNS / CASES), 400);
    }
    pipe_drop(&pipe);
}

struct side {
    act_select_case cases[2];
    int             hits[2];
    struct thread   thread;
};

static void selects_rounds(void *argument)
{
    struct side *side = argument;
    size_t       chosen;
    for (int i = 0; i < ROUNDS; i++) {
        ck_assert_int_eq(act_select(&chosen, side->cases, 2, ACT_FOREVER), ACT_OK);
        side->hits[chosen]++;
    }
}

/* zero: fairness */
static void two_that_select_over_the_same_meet_at_each(void)
{
    struct pipe one = pipe_make(ACT_CHANNEL_RENDEZVOUS), two = pipe_make(ACT_CHANNEL_RENDEZVOUS);
    int64_t     sent = 1, got = 0;
    struct side takes = {
        .cases = {ACT_SELECT_RECEIVE(one.receiver, &got), ACT_SELECT_RECEIVE(two.receiver, &got)}};
    struct side gives = {
        .cases = {ACT_SELECT_SEND(one.sender, &sent), ACT_SELECT_SEND(two.sender, &sent)}};
    thread_start(&takes.thread, selects_rounds, &takes);
    selects_rounds(&gives);
    thread_join(&takes.thread);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(takes.hits[i], gives.hits[i]);
        ck_assert_int_ge(gives.hits[i], ROUNDS / 4);
    }
    pipe_drop(&one);
    pipe_drop(&two);
}

struct tries {
    struct pipe  *pipe, *quit;
    bool          sends;
    int64_t       done;
    struct thread thread;
};

static void tries_until_done_or_told(void *argument)
{
    struct tries *tries = argument;
    while (tries->done == 0 && got(tries->quit) != -ACT_DISCONNECTED) {
        if (tries->sends)
            tries->done = put(tries->pipe, 1) == ACT_OK;
        else
            tries->done = got(tries->pipe) == 2;
        sched_yield();
    }
}

/* loop_try */
static void a_select_that_waits_is_met_by_one_that_only_tries(void)
{
    for (int i = 0; i < 50; i++) {
        struct pipe in = pipe_make(ACT_CHANNEL_RENDEZVOUS), out = pipe_make(ACT_CHANNEL_RENDEZVOUS),
                    quit = pipe_make(1);
        struct tries sender = {.pipe = &in, .quit = &quit, .sends = true},
                     receiver = {.pipe = &out, .quit = &quit};
        int64_t         got = 0, sent = 2;
        act_select_case cases[] = {ACT_SELECT_RECEIVE(in.receiver, &got),
                                   ACT_SELECT_SEND(out.sender, &sent)};
        size_t          chosen;
        thread_start(&sender.thread, tries_until_done_or_told, &sender);
        thread_start(&receiver.thread, tries_until_done_or_told, &receiver);
        ck_assert_int_eq(act_select(&chosen, cases, 2, ACT_FOREVER), ACT_OK);
        act_sender_drop(&quit.sender);
        thread_join(&sender.thread);
        thread_join(&receiver.thread);
        ck_assert_int_eq(sender.done, chosen == 0);
        ck_assert_int_eq(receiver.done, chosen == 1);
        pipe_drop(&in);
        pipe_drop(&out);
        pipe_drop(&quit);
    }
}

/* cloning1, cloning2 */
static void a_clone_that_comes_and_goes_wakes_none(void)
{
    struct pipe one = pipe_make(ACT_CHANNEL_UNBOUNDED), two = pipe_make(ACT_CHANNEL_UNBOUNDED);
    int64_t     value;
    struct side side = {.cases = {ACT_SELECT_RECEIVE(one.receiver, &value),
                                  ACT_SELECT_RECEIVE(two.receiver, &value)}};
    thread_start(&side.thread, selects_rounds, &side);
    for (int64_t i = 0; i < ROUNDS; i++) {
        until_receivers_wait(two.sender, 1);
        act_sender *clone = act_sender_clone(one.sender);
        act_sender_drop(&clone);
        ck_assert_int_eq(put(&two, i), ACT_OK);
    }
    thread_join(&side.thread);
    ck_assert_int_eq(side.hits[1], ROUNDS);
    pipe_drop(&one);
    pipe_drop(&two);
}

/* preflight*, nesting */
static void a_select_takes_what_waits_before_it_hears_of_the_end(void)
{
    for (int kind = 1; kind < KINDS; kind++) {
        struct pipe     pipe = pipe_make(capacities[kind]);
        int64_t         value = 0;
        size_t          chosen;
        act_select_case one = ACT_SELECT_RECEIVE(pipe.receiver, &value);
        ck_assert_int_eq(put(&pipe, 5), ACT_OK);
        act_sender_drop(&pipe.sender);
        ck_assert_int_eq(act_select_ready(&chosen, &one, 1, ACT_FOREVER), ACT_OK);
        ck_assert_int_eq(act_select(&chosen, &one, 1, ACT_FOREVER), ACT_OK);
        ck_assert_int_eq(value, 5);
        ck_assert_int_eq(act_select_ready(&chosen, &one, 1, ACT_FOREVER), ACT_OK);
        ck_assert_int_eq(act_select(&chosen, &one, 1, ACT_FOREVER), ACT_DISCONNECTED);
        pipe_drop(&pipe);
    }
}

struct dancer {
    struct pipe  *pipe;
    int64_t       name, partner;
    struct thread thread;
};

static void finds_a_partner(void *argument)
{
    struct dancer  *dancer = argument;
    act_select_case cases[] = {ACT_SELECT_RECEIVE(dancer->pipe->receiver, &dancer->partner),
                               ACT_SELECT_SEND(dancer->pipe->sender, &dancer->name)};
    size_t          chosen;
    ck_assert_int_eq(act_select(&chosen, cases, 2, ACT_FOREVER), ACT_OK);
}

/* matching, matching_with_leftover, sync_and_clone, send_and_clone */
static void threads_that_would_send_or_receive_meet_in_pairs(void)
{
    enum { MANY = 21 };
    for (int count = MANY - 1; count <= MANY; count++) {
        struct pipe   pipe = pipe_make(ACT_CHANNEL_RENDEZVOUS);
        struct dancer dancers[MANY];
        int           heard = 0;
        for (int i = 0; i < count; i++) {
            dancers[i] = (struct dancer){.pipe = &pipe, .name = i + 1};
            thread_start(&dancers[i].thread, finds_a_partner, &dancers[i]);
        }
        if (count % 2 != 0)
            ck_assert_int_eq(send_and_wait(pipe.sender, MANY + 1), ACT_OK);
        for (int i = 0; i < count; i++) {
            thread_join(&dancers[i].thread);
            ck_assert_int_ne(dancers[i].partner, dancers[i].name);
            heard += dancers[i].partner != 0;
        }
        ck_assert_int_eq(heard, (count + 1) / 2);
        ck_assert_int_eq(got(&pipe), -ACT_EMPTY);
        pipe_drop(&pipe);
    }
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_thread_that_has_sent_a_value_finds_one),
    TEST_CASE(a_channel_goes_through_a_channel),
    TEST_CASE(a_length_is_never_above_the_capacity),
    TEST_CASE(a_channel_made_for_one_value_carries_it),
    TEST_CASE(an_asker_is_answered_until_it_goes),
    TEST_CASE(what_is_sent_while_the_last_receiver_goes_is_released_or_comes_back),
    TEST_CASE(handles_of_one_channel_name_it_and_no_other),
    TEST_CASE(a_loop_may_be_left),
    TEST_CASE(each_of_several_cases_of_one_channel_has_the_same_chance),
    TEST_CASE(two_that_select_over_the_same_meet_at_each),
    TEST_CASE(a_select_that_waits_is_met_by_one_that_only_tries),
    TEST_CASE(a_clone_that_comes_and_goes_wakes_none),
    TEST_CASE(a_select_takes_what_waits_before_it_hears_of_the_end),
    TEST_CASE(threads_that_would_send_or_receive_meet_in_pairs),
    END_OF_CASES,
};
