/* What is no ask is none to take back: timers, whose messages wait or not, and monitors. */
/* SPDX-License-Identifier: MIT */
#include <sched.h>
#include <string.h>

#include <actor/actor.h>
#include <actor/continuation.h>
#include <actor/system.h>
#include <mailbox/base/gap.h>
#include <test/kit/kit.h>

enum { GO = 1, TICK, ONCE };

static act_pid     gone;
static _Atomic int ticks, downs, called, pushes;

ACT_CONTINUATION(on_once, void, int);

static void on_once(act_self *self, void *state, const act_message *answer, const int *context)
{
    (void)self, (void)state, (void)answer, (void)context;
    called++;
}

static void count_pushes(const char *place)
{
    pushes += strcmp(place, "signal.pushed") == 0;
}

/* What another thread's wheel and the one that is gone have sent waits then. */
static void await_all(act_self *self)
{
    while (pushes < 4) /* the monitor, its DOWN, two timers */
        sched_yield();
    act__gap_with(NULL);
    ck_assert(!act_should_end(self)); /* has all of it come in */
}

static void begin(act_self *self)
{
    act_ref refs[3];
    act_pid me = act_self_pid(self);
    pushes = 0;
    act__gap_with(count_pushes);
    ck_assert_int_eq(act_every_value(self, &refs[0], me, TICK, act_nothing(), 1), ACT_OK);
    ck_assert_int_eq(act_tell_after_value(self, &refs[1], me, ONCE, act_nothing(), 1), ACT_OK);
    ck_assert_int_eq(act_then(self, refs[1], on_once, 0), ACT_OK);
    ck_assert_int_eq(act_monitor(self, &refs[2], gone), ACT_OK);
    await_all(self);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(act_cancel_ask(self, refs[i]), ACT_NOT_FOUND);
    for (int i = 0; i < 2; i++)
        act_demonitor(self, refs[i]);
    /* Nor while nothing waits. */
    ck_assert_int_eq(act_every_value(self, &refs[0], me, TICK, act_nothing(), ACT_SECONDS(9)),
                     ACT_OK);
    ck_assert_int_eq(act_monitor(self, &refs[1], me), ACT_OK);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(act_cancel_ask(self, refs[i]), ACT_NOT_FOUND);
}

static void receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == GO)
        begin(self);
    else if (message->tag == TICK)
        ticks++;
    else if (message->tag == ACT_MESSAGE_DOWN)
        downs++;
}

/* Blocking: another thread has its timers. */
static const act_behavior behavior = {.name = "one", .receive = receive};

static void what_is_no_ask_is_not_taken_back(void)
{
    act_system *system;
    act_pid     pid;
    ticks = downs = called = 0;
    ck_assert_int_eq(act_system_create(&system, NULL), ACT_OK);
    gone = act_pid_none();
    ck_assert_int_eq(act_system_spawn(system, &pid, &behavior, NULL,
                                      ACT_SPAWN_OPTIONS(.blocking = true)),
                     ACT_OK);
    act_system_tell_value(system, pid, GO, act_nothing());
    while (ticks == 0 || downs == 0 || called == 0)
        sched_yield();
    ck_assert_int_eq(downs + called, 2);
    ck_assert_int_eq(act_system_destroy(&system), ACT_OK);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(what_is_no_ask_is_not_taken_back, .rounds = 3),
    END_OF_CASES,
};
