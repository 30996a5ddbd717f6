/* How a thread waits for a channel: in place, then asleep; and how it is told. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <mailbox/base/gap.h>
#include <test/mailbox/channel/threads.h>

/* Those that are waited for in place. */
static const size_t capacities[] = {0, 1};
enum { KINDS = 2 };

/* What the hooks have seen, and what they wait for. */
static _Atomic int  sleeps, yields;
static _Atomic bool is_selected, is_answered, is_over;

static void begin(act__gap_hook *hook)
{
    act__store(&sleeps, 0);
    act__store(&yields, 0);
    act__store(&is_selected, false);
    act__store(&is_answered, false);
    act__store(&is_over, false);
    act__gap_with(hook);
}

static void count(const char *place)
{
    if (strcmp(place, "channel.asleep") == 0)
        act__add(&sleeps, 1);
    else if (strcmp(place, "channel.yields") == 0)
        act__add(&yields, 1);
}

struct receiver {
    struct thread thread;
    act_receiver *receiver;
    act_millis    timeout;
    int64_t       value;
    act_result    result;
};

static void receives(void *argument)
{
    struct receiver *self = argument;
    self->result = act_channel_receive(self->receiver, &self->value, self->timeout);
    act__store(&is_over, true);
}

static void start(struct receiver *receiver, struct pipe *pipe, act_millis timeout)
{
    *receiver = (struct receiver){.receiver = pipe->receiver, .timeout = timeout};
    thread_start(&receiver->thread, receives, receiver);
}

/* ------------------------------------------------------------------------------------- in place */

/* Listed, it does not look before it was answered. */
static void hold_in_place(const char *place)
{
    count(place);
    while (strcmp(place, "channel.in_place") == 0 && !act__load_acquire(&is_answered))
        sched_yield();
}

static void an_answer_that_comes_in_place_puts_no_thread_to_sleep(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe     pipe = pipe_make(capacities[kind]);
        struct receiver receiver;
        begin(hold_in_place);
        start(&receiver, &pipe, ACT_FOREVER);
        until_receivers_wait(pipe.sender, 1);
        ck_assert_int_eq(put(&pipe, 42), ACT_OK);
        act__store_release(&is_answered, true); /* pairs with the acquire in hold_in_place */
        thread_join(&receiver.thread);
        act__gap_with(NULL);
        ck_assert_int_eq(receiver.result, ACT_OK);
        ck_assert_int_eq(receiver.value, 42);
        ck_assert_int_eq(act__load(&sleeps), 0);
        pipe_drop(&pipe);
    }
}

enum { WAITS = 10 };

struct waits {
    struct thread thread;
    struct pipe   pipe;
    int           yields[WAITS];
};

static void waits_in_vain(void *argument)
{
    struct waits *self = argument;
    int64_t       value;
    for (int i = 0; i < WAITS; i++) {
        act__store(&yields, 0);
        if (act_channel_receive(self->pipe.receiver, &value, 1) != ACT_TIMED_OUT)
            abort();
        self->yields[i] = act__load(&yields);
    }
}

/* In a thread of its own, which has learnt nothing yet. */
static void a_thread_that_waits_in_vain_soon_sleeps_almost_at_once(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct waits waits = {.pipe = pipe_make(capacities[kind])};
        begin(count);
        thread_start(&waits.thread, waits_in_vain, &waits);
        thread_join(&waits.thread);
        act__gap_with(NULL);
        ck_assert_int_gt(waits.yields[0], 1);
        for (int i = 1; i < WAITS; i++)
            ck_assert_int_le(waits.yields[i], waits.yields[i - 1]);
        ck_assert_int_eq(waits.yields[WAITS - 1], 1);
        ck_assert_int_ge(act__load(&sleeps), WAITS);
        pipe_drop(&waits.pipe);
    }
}

/* ----------------------------------------------------------------------------------------- told */

/*
 * The receiver goes to sleep once it is selected; and is told when its time is up and it is about
 * to sleep again.
 */
static void tell_late(const char *place)
{
    count(place);
    if (strcmp(place, "channel.asleep") == 0) {
        while (!act__load_acquire(&is_selected))
            sched_yield();
    } else if (strcmp(place, "channel.selected") == 0) {
        act__store_release(&is_selected, true); /* pairs with the acquire above */
        while (act__load(&sleeps) < 2 && !act__load(&is_over))
            sched_yield();
    }
}

static void a_deadline_after_the_selection_comes_too_late(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe     pipe = pipe_make(capacities[kind]);
        struct receiver receiver;
        begin(tell_late);
        start(&receiver, &pipe, 1);
        until_receivers_wait(pipe.sender, 1);
        ck_assert_int_eq(put(&pipe, 42), ACT_OK);
        thread_join(&receiver.thread);
        act__gap_with(NULL);
        ck_assert_int_eq(receiver.result, ACT_OK);
        ck_assert_int_eq(receiver.value, 42);
        pipe_drop(&pipe);
    }
}

static void one_that_has_given_up_is_passed_over_and_told_nothing(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct pipe        pipe = pipe_make(capacities[kind]);
        int64_t            value = 0;
        act_select_case    one = ACT_SELECT_RECEIVE(pipe.receiver, &value);
        struct act__waiter waiter = {.woken = NULL};
        ck_assert(act__case_register(&one, &waiter));
        ck_assert_uint_eq(act__waiter_give_up(&waiter), ACT__WAITER_AWAKE);
        ck_assert_int_eq(put(&pipe, 42), kind == 0 ? ACT_FULL : ACT_OK);
        ck_assert_uint_eq(act__load(&waiter.told), ACT__WAITER_IN_PLACE);
        act__case_unregister(&one);
        ck_assert_int_eq(value, 0);
        pipe_drop(&pipe);
    }
}

const struct kit_case kit_cases[] = {
    TEST_CASE(an_answer_that_comes_in_place_puts_no_thread_to_sleep),
    TEST_CASE(a_thread_that_waits_in_vain_soon_sleeps_almost_at_once),
    TEST_CASE(a_deadline_after_the_selection_comes_too_late),
    TEST_CASE(one_that_has_given_up_is_passed_over_and_told_nothing),
    END_OF_CASES,
};
