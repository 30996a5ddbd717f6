/* What Go's tests of channels and select assert, and crossbeam-channel's retelling of them: test/chan, runtime/chan_test. */
/* SPDX-License-Identifier: MIT */
#include <test/mailbox/channel/threads.h>

enum { PRIMES = 25, ROUNDS = 2000 };

/* ------------------------------------------------------------------------------------ sieve, fifo */

struct filter {
    act_receiver *from;
    act_sender   *to;
    int64_t       prime;
    struct thread thread;
};

static void filters(void *argument)
{
    struct filter *filter = argument;
    int64_t        value;
    ACT_CHANNEL_FOR(filter->from, value)
        if (value % filter->prime != 0 && act_channel_send(filter->to, &value, ACT_FOREVER) != ACT_OK)
            break;
    act_receiver_drop(&filter->from);
    act_sender_drop(&filter->to);
}

static void counts_from_two(void *argument)
{
    act_sender *sender = argument;
    for (int64_t i = 2; act_channel_send(sender, &i, ACT_FOREVER) == ACT_OK; i++)
        continue;
    act_sender_drop(&sender);
}

/* test/chan/sieve1.go: a chain of rendezvous, ended from behind. */
static void a_chain_of_filters_finds_primes_and_ends_when_its_end_is_dropped(void)
{
    struct filter chain[PRIMES];
    struct thread first;
    struct pipe   pipe = pipe_make(ACT_CHANNEL_RENDEZVOUS);
    int64_t       prime = 0;
    thread_start(&first, counts_from_two, pipe.sender);
    for (int i = 0; i < PRIMES; i++) {
        struct pipe next = pipe_make(ACT_CHANNEL_RENDEZVOUS);
        ck_assert_int_eq(act_channel_receive(pipe.receiver, &prime, ACT_FOREVER), ACT_OK);
        chain[i] = (struct filter){.from = pipe.receiver, .to = next.sender, .prime = prime};
        thread_start(&chain[i].thread, filters, &chain[i]);
        pipe = next;
    }
    ck_assert_int_eq(prime, 97);
    act_receiver_drop(&pipe.receiver);
    for (int i = 0; i < PRIMES; i++)
        thread_join(&chain[i].thread);
    thread_join(&first);
}

struct turn {
    struct pipe  *values, in, out;
    int64_t       mine;
    struct thread thread;
};

static void takes_its_turn(void *argument)
{
    struct turn *turn = argument;
    int64_t      nothing, value;
    ck_assert_int_eq(act_channel_receive(turn->in.receiver, &nothing, ACT_FOREVER), ACT_OK);
    ck_assert_int_eq(act_channel_receive(turn->values->receiver, &value, ACT_FOREVER), ACT_OK);
    ck_assert_int_eq(value, turn->mine);
    ck_assert_int_eq(act_channel_send(turn->out.sender, &nothing, ACT_FOREVER), ACT_OK);
}

/* test/chan/fifo.go, SynchFifo. */
static void threads_that_take_turns_receive_in_order(void)
{
    enum { COUNT = 20 };
    struct turn turns[COUNT];
    struct pipe values = pipe_make(ACT_CHANNEL_RENDEZVOUS), links[COUNT + 1];
    int64_t     value = 0;
    for (int i = 0; i <= COUNT; i++)
        links[i] = pipe_make(1);
    for (int i = 0; i < COUNT; i++) {
        turns[i] = (struct turn){.values = &values, .in = links[i], .out = links[i + 1], .mine = i};
        thread_start(&turns[i].thread, takes_its_turn, &turns[i]);
    }
    ck_assert_int_eq(put(&links[0], 0), ACT_OK);
    for (; value < COUNT; value++)
        ck_assert_int_eq(act_channel_send(values.sender, &value, ACT_FOREVER), ACT_OK);
    for (int i = 0; i < COUNT; i++)
        thread_join(&turns[i].thread);
    for (int i = 0; i <= COUNT; i++)
        pipe_drop(&links[i]);
    pipe_drop(&values);
}

/* ------------------------------------------------------------------------------------ double select */

struct doubles {
    struct pipe   pipes[4];
    struct thread thread;
};

static void sends_over_any(void *argument)
{
    struct doubles *doubles = argument;
    act_select_case cases[4];
    size_t          chosen;
    int64_t         value;
    for (int i = 0; i < 4; i++)
        cases[i] = (act_select_case)ACT_SELECT_SEND(doubles->pipes[i].sender, &value);
    for (value = 1; value <= ROUNDS; value++)
        ck_assert_int_eq(act_select(&chosen, cases, 4, ACT_FOREVER), ACT_OK);
    for (int i = 0; i < 4; i++)
        act_sender_drop(&doubles->pipes[i].sender);
}

/* test/chan/doubleselect.go. */
static void a_select_of_several_sends_does_one_of_them(void)
{
    static int      seen[ROUNDS + 1];
    struct doubles  doubles;
    act_select_case cases[4];
    int64_t         value;
    size_t          chosen;
    int             left = 4;
    for (int i = 0; i < 4; i++) {
        doubles.pipes[i] = pipe_make(ACT_CHANNEL_RENDEZVOUS);
        cases[i] = (act_select_case)ACT_SELECT_RECEIVE(doubles.pipes[i].receiver, &value);
    }
    thread_start(&doubles.thread, sends_over_any, &doubles);
    while (left > 0) {
        act_result result = act_select(&chosen, cases, 4, ACT_FOREVER);
        if (result == ACT_OK)
            ck_assert_int_eq(++seen[value], 1);
        else
            cases[chosen] = (act_select_case)ACT_SELECT_OFF, left--;
    }
    for (int i = 1; i <= ROUNDS; i++)
        ck_assert_int_eq(seen[i], 1);
    thread_join(&doubles.thread);
    for (int i = 0; i < 4; i++)
        pipe_drop(&doubles.pipes[i]);
}

/* --------------------------------------------------------------------------------------- self select */

struct self {
    struct pipe  *pipe;
    int64_t       name;
    bool          may_hear_itself;
    struct thread thread;
};

static void sends_or_receives(void *argument)
{
    struct self    *self = argument;
    int64_t         heard;
    act_select_case cases[] = {ACT_SELECT_SEND(self->pipe->sender, &self->name), ACT_SELECT_RECEIVE(self->pipe->receiver, &heard)};
    size_t          chosen;
    for (int i = 0; i < ROUNDS; i++) {
        act_result result = act_select(&chosen, cases, 2, ACT_MS(1)); /* at the end the other one may be done */
        if (result == ACT_OK && chosen == 1 && !self->may_hear_itself)
            ck_assert_int_ne(heard, self->name);
    }
}

/* runtime/chan_test.go, TestSelfSelect. */
static void two_that_send_and_receive_over_one_channel_do_not_hear_themselves(void)
{
    for (size_t capacity = 0; capacity <= 10; capacity += 10) {
        struct pipe pipe = pipe_make(capacity);
        struct self selves[2];
        for (int i = 0; i < 2; i++) {
            selves[i] = (struct self){.pipe = &pipe, .name = i, .may_hear_itself = capacity != 0};
            thread_start(&selves[i].thread, sends_or_receives, &selves[i]);
        }
        for (int i = 0; i < 2; i++)
            thread_join(&selves[i].thread);
        pipe_drop(&pipe);
    }
}

/* -------------------------------------------------------------------------------------- without waiting */

static void receives_at_once(void *argument)
{
    struct self *self = argument;
    self->name = got(self->pipe);
}

/* TestNonblockRecvRace: a value that was sent before the end is not missed. */
static void the_end_does_not_overtake_a_value(void)
{
    for (int i = 0; i < ROUNDS / 4; i++) {
        struct pipe pipe = pipe_make(1);
        struct self self = {.pipe = &pipe};
        ck_assert_int_eq(put(&pipe, 1), ACT_OK);
        thread_start(&self.thread, receives_at_once, &self);
        act_sender_drop(&pipe.sender);
        thread_join(&self.thread);
        ck_assert_int_eq(self.name, 1);
        pipe_drop(&pipe);
    }
}

struct race {
    struct pipe   one, two;
    _Atomic bool  over;
    struct thread thread;
};

/* There is always a value in one of them: the other is filled before this one is emptied. */
static void moves_a_value_to_and_fro(void *argument)
{
    struct race *race = argument;
    while (!race->over) {
        ck_assert_int_eq(put(&race->two, 1), ACT_OK);
        ck_assert_int_eq(got(&race->one), 1);
        ck_assert_int_eq(put(&race->one, 1), ACT_OK);
        ck_assert_int_eq(got(&race->two), 1);
    }
}

/* TestNonblockSelectRace */
static void a_select_that_does_not_wait_sees_all_cases_at_one_moment(void)
{
    static act_select_case cases[ACT_SELECT_CASES_MAX]; /* most are off: so time passes between the looks at two of them */
    struct race            race = {.one = pipe_make(1), .two = pipe_make(1)};
    size_t                 chosen;
    cases[0] = (act_select_case)ACT_SELECT_RECEIVE(race.one.receiver, NULL);
    cases[ACT_SELECT_CASES_MAX - 1] = (act_select_case)ACT_SELECT_RECEIVE(race.two.receiver, NULL);
    ck_assert_int_eq(put(&race.one, 1), ACT_OK);
    thread_start(&race.thread, moves_a_value_to_and_fro, &race);
    for (int i = 0; i < 10 * ROUNDS; i++)
        ck_assert_int_eq(act_select_ready(&chosen, cases, ACT_SELECT_CASES_MAX, 0), ACT_OK);
    race.over = true;
    thread_join(&race.thread);
    pipe_drop(&race.one);
    pipe_drop(&race.two);
}

const struct kit_fact kit_facts[] = {
    FACT(a_chain_of_filters_finds_primes_and_ends_when_its_end_is_dropped),
    FACT(threads_that_take_turns_receive_in_order),
    FACT(a_select_of_several_sends_does_one_of_them),
    FACT(two_that_send_and_receive_over_one_channel_do_not_hear_themselves),
    FACT(the_end_does_not_overtake_a_value),
    FACT(a_select_that_does_not_wait_sees_all_cases_at_one_moment),
    END_OF_FACTS,
};
