/*
 * What Go's tests of channels and select assert, and crossbeam-channel's retelling of them:
 * test/chan, runtime/chan_test.
 */
/* SPDX-License-Identifier: MIT */
#include <test/mailbox/channel/threads.h>

enum { PRIMES = 25, ROUNDS = 2000 };

/* ---------------------------------------------------------------------------------- sieve, fifo */

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

/* -------------------------------------------------------------------------------- double select */

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

/* ---------------------------------------------------------------------------------- self select */

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
    act_select_case cases[] = {ACT_SELECT_SEND(self->pipe->sender, &self->name),
                               ACT_SELECT_RECEIVE(self->pipe->receiver, &heard)};
    size_t          chosen;
    for (int i = 0; i < ROUNDS; i++) {
        /* at the end the other one may be done */
        act_result result = act_select(&chosen, cases, 2, ACT_MS(1));
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

/* ------------------------------------------------------------------------------ without waiting */

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
    static act_select_case cases[ACT_SELECT_CASES_MAX]; /* most are off: so time passes between
                                                           the looks at two of them */
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

struct end_race {
    struct pipe   one, two;
    act_result    result;
    struct thread thread;
};

static void selects_at_once(void *argument)
{
    struct end_race *race = argument;
    int64_t          value;
    size_t           chosen;
    act_select_case  cases[] = {ACT_SELECT_RECEIVE(race->one.receiver, &value),
                                ACT_SELECT_RECEIVE(race->two.receiver, &value)};
    race->result = act_select(&chosen, cases, 2, 0);
}

/* TestNonblockSelectRace2: the other channel ends before the value is taken. */
static void an_end_counts_as_a_value_at_any_moment(void)
{
    for (int i = 0; i < ROUNDS / 4; i++) {
        struct end_race race = {.one = pipe_make(1), .two = pipe_make(0)};
        ck_assert_int_eq(put(&race.one, 1), ACT_OK);
        thread_start(&race.thread, selects_at_once, &race);
        act_sender_drop(&race.two.sender);
        (void)got(&race.one);
        thread_join(&race.thread);
        ck_assert(race.result == ACT_OK || race.result == ACT_DISCONNECTED);
        pipe_drop(&race.one);
        pipe_drop(&race.two);
    }
}

/* test/chan/select.go: a case is turned off once it has happened. */
static void a_select_sends_while_there_is_room_and_then_nothing(void)
{
    struct pipe     pipes[] = {pipe_make(1), pipe_make(1)};
    int64_t         value = 1;
    size_t          chosen;
    act_select_case cases[2];
    for (int rounds = 0; rounds < 3; rounds++) {
        for (int i = 0; i < 2; i++)
            cases[i] = (act_select_case)ACT_SELECT_SEND(pipes[i].sender, &value);
        for (value = 1; act_select(&chosen, cases, 2, 0) == ACT_OK; value *= 2)
            cases[chosen] = (act_select_case)ACT_SELECT_OFF;
        ck_assert_int_eq(value, 4);
        ck_assert_int_eq(got(&pipes[0]) | got(&pipes[1]), 3);
    }
    pipe_drop(&pipes[0]);
    pipe_drop(&pipes[1]);
}

/* ---------------------------------------------------------------------------- threads that wait */

struct waits {
    act_select_case cases[3];
    size_t          count, chosen;
    act_result      result;
    struct thread   thread;
};

static void waits_for_cases(void *argument)
{
    struct waits *waits = argument;
    waits->result = act_select(&waits->chosen, waits->cases, waits->count, ACT_FOREVER);
}

/* TestSelectDuplicateChannel, test/chan/select6.go */
static void a_waiter_that_leaves_a_list_leaves_the_others_in_it(void)
{
    struct pipe  c = pipe_make(ACT_CHANNEL_RENDEZVOUS), d = pipe_make(ACT_CHANNEL_RENDEZVOUS);
    int64_t      values[2] = {0, 0};
    struct waits one = {.count = 3}, two = {.count = 1};
    one.cases[0] = one.cases[1] = two.cases[0] =
        (act_select_case)ACT_SELECT_RECEIVE(c.receiver, &values[0]);
    one.cases[2] = (act_select_case)ACT_SELECT_RECEIVE(d.receiver, &values[1]);
    thread_start(&one.thread, waits_for_cases, &one);
    until_receivers_wait(d.sender, 1);
    thread_start(&two.thread, waits_for_cases, &two);
    until_receivers_wait(c.sender, 3);
    ck_assert_int_eq(put(&d, 7), ACT_OK);
    thread_join(&one.thread);
    ck_assert_uint_eq(one.chosen, 2);
    ck_assert_int_eq(put(&c, 8), ACT_OK);
    thread_join(&two.thread);
    ck_assert_int_eq(values[0], 8);
    pipe_drop(&c);
    pipe_drop(&d);
}

static void sends_over(void *argument)
{
    struct waits *waits = argument;
    waits->result = act_channel_send(waits->cases[0].sender, waits->cases[0].value, ACT_FOREVER);
}

static void receives_over(void *argument)
{
    struct waits *waits = argument;
    waits->result =
        act_channel_receive(waits->cases[0].receiver, waits->cases[0].value, ACT_FOREVER);
}

/* test/chan/select7.go: a plain one, a select of one, a select of two. */
static void each_way_to_send_meets_each_way_to_receive(void)
{
    for (size_t i = 0; i < 18; i++) {
        struct pipe  pipe = pipe_make(i % 2), quiet = pipe_make(ACT_CHANNEL_RENDEZVOUS);
        int64_t      sent = 9, value = 0;
        struct waits taker = {.count = i % 3}, giver = {.count = i / 3 % 3};
        taker.cases[0] = (act_select_case)ACT_SELECT_RECEIVE(pipe.receiver, &value);
        taker.cases[1] = (act_select_case)ACT_SELECT_RECEIVE(quiet.receiver, &value);
        giver.cases[0] = (act_select_case)ACT_SELECT_SEND(pipe.sender, &sent);
        giver.cases[1] = (act_select_case)ACT_SELECT_OFF;
        thread_start(&taker.thread, taker.count != 0 ? waits_for_cases : receives_over, &taker);
        thread_start(&giver.thread, giver.count != 0 ? waits_for_cases : sends_over, &giver);
        thread_join(&taker.thread);
        thread_join(&giver.thread);
        ck_assert_int_eq(taker.result, ACT_OK);
        ck_assert_int_eq(giver.result, ACT_OK);
        ck_assert_int_eq(value, 9);
        pipe_drop(&pipe);
        pipe_drop(&quiet);
    }
}

/* --------------------------------------------------------------------------------- many of them */

struct hop {
    act_receiver *from;
    act_sender   *to;
    struct thread thread;
};

static void hands_on(void *argument)
{
    struct hop *hop = argument;
    int64_t     value;
    ACT_CHANNEL_FOR(hop->from, value)
    ck_assert_int_eq(act_channel_send(hop->to, &value, ACT_FOREVER), ACT_OK);
    act_receiver_drop(&hop->from);
    act_sender_drop(&hop->to);
}

/* test/chan/goroutines.go */
static void a_value_goes_through_a_hundred_threads(void)
{
    enum { THREADS = 100 };
    struct hop  hops[THREADS];
    struct pipe first = pipe_make(ACT_CHANNEL_RENDEZVOUS), last = first;
    int64_t     value = 1;
    for (int i = 0; i < THREADS; i++) {
        struct pipe next = pipe_make(ACT_CHANNEL_RENDEZVOUS);
        hops[i] = (struct hop){.from = last.receiver, .to = next.sender};
        thread_start(&hops[i].thread, hands_on, &hops[i]);
        last = next;
    }
    ck_assert_int_eq(act_channel_send(first.sender, &value, ACT_FOREVER), ACT_OK);
    act_sender_drop(&first.sender);
    ck_assert_int_eq(act_channel_receive(last.receiver, &value, ACT_FOREVER), ACT_OK);
    ck_assert_int_eq(act_channel_receive(last.receiver, &value, ACT_FOREVER), ACT_DISCONNECTED);
    for (int i = 0; i < THREADS; i++)
        thread_join(&hops[i].thread);
    act_receiver_drop(&last.receiver);
}

static void feeds(void *argument)
{
    struct pipe *pipe = argument;
    for (int64_t i = 1; i <= 10 * ROUNDS; i++)
        ck_assert_int_eq(act_channel_send(pipe->sender, &i, ACT_FOREVER), ACT_OK);
    act_sender_drop(&pipe->sender);
}

/* TestMultiConsumer */
static void what_many_take_and_hand_on_arrives_once(void)
{
    enum { WORKERS = 8 };
    struct hop    workers[WORKERS];
    struct pipe   work = pipe_make(3 * WORKERS), done = pipe_make(3 * WORKERS);
    struct thread feeder;
    int64_t       value, count = 0, sum = 0;
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (struct hop){.from = act_receiver_clone(work.receiver),
                                  .to = act_sender_clone(done.sender)};
        thread_start(&workers[i].thread, hands_on, &workers[i]);
    }
    act_sender_drop(&done.sender);
    thread_start(&feeder, feeds, &work);
    ACT_CHANNEL_FOR(done.receiver, value)
    {
        count++;
        sum += value;
    }
    ck_assert_int_eq(count, 10 * ROUNDS);
    ck_assert_int_eq(sum, count * (count + 1) / 2);
    thread_join(&feeder);
    for (int i = 0; i < WORKERS; i++)
        thread_join(&workers[i].thread);
    pipe_drop(&work);
    pipe_drop(&done);
}

/*
 * One of the threads of TestSelectStress: plain over one channel, or a select over all; each
 * channel ROUNDS times.
 */
enum { LANES = 4 };
struct lane {
    act_select_case cases[LANES];
    int64_t         left[LANES], value;
    struct thread   thread;
};

static void goes_on_until_nothing_is_left(void *argument)
{
    struct lane *lane = argument;
    size_t       chosen;
    int64_t      left = 0;
    for (int i = 0; i < LANES; i++)
        left += lane->left[i];
    for (; left > 0; left--) {
        ck_assert_int_eq(act_select(&chosen, lane->cases, LANES, ACT_FOREVER), ACT_OK);
        if (--lane->left[chosen] == 0)
            lane->cases[chosen] = (act_select_case)ACT_SELECT_OFF;
    }
}

static void many_plain_and_many_selecting_meet_over_the_same_channels(void)
{
    static const size_t capacities[LANES] = {0, 0, 2, 3};
    struct lane         lanes[2 * LANES + 2] = {0};
    struct pipe         pipes[LANES];
    for (int i = 0; i < LANES; i++) {
        pipes[i] = pipe_make(capacities[i]);
        for (int side = 0; side < 2; side++) {
            struct lane  *plain = &lanes[2 * i + side], *all = &lanes[2 * LANES + side];
            act_sender   *sender = side == 0 ? pipes[i].sender : NULL;
            act_receiver *receiver = side == 0 ? NULL : pipes[i].receiver;
            plain->cases[i] =
                (act_select_case){.sender = sender, .receiver = receiver, .value = &plain->value};
            all->cases[i] =
                (act_select_case){.sender = sender, .receiver = receiver, .value = &all->value};
            plain->left[i] = all->left[i] = ROUNDS;
        }
    }
    for (int i = 0; i < 2 * LANES + 2; i++)
        thread_start(&lanes[i].thread, goes_on_until_nothing_is_left, &lanes[i]);
    for (int i = 0; i < 2 * LANES + 2; i++)
        thread_join(&lanes[i].thread);
    for (int i = 0; i < LANES; i++)
        pipe_drop(&pipes[i]);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_chain_of_filters_finds_primes_and_ends_when_its_end_is_dropped),
    TEST_CASE(threads_that_take_turns_receive_in_order),
    TEST_CASE(a_select_of_several_sends_does_one_of_them),
    TEST_CASE(two_that_send_and_receive_over_one_channel_do_not_hear_themselves),
    TEST_CASE(the_end_does_not_overtake_a_value),
    TEST_CASE(a_select_that_does_not_wait_sees_all_cases_at_one_moment),
    TEST_CASE(an_end_counts_as_a_value_at_any_moment),
    TEST_CASE(a_select_sends_while_there_is_room_and_then_nothing),
    TEST_CASE(a_waiter_that_leaves_a_list_leaves_the_others_in_it),
    TEST_CASE(each_way_to_send_meets_each_way_to_receive),
    TEST_CASE(a_value_goes_through_a_hundred_threads),
    TEST_CASE(what_many_take_and_hand_on_arrives_once),
    TEST_CASE(many_plain_and_many_selecting_meet_over_the_same_channels),
    END_OF_CASES,
};
