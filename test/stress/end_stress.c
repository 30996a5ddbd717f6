/* What comes while an actor ends, in the gaps of its end. */
/* SPDX-License-Identifier: MIT */
#include <sched.h>
#include <stdlib.h>

#include <actor/lifecycle.h>
#include <test/kit/kit.h>
#include <test/stress/gaps.h>

/* More helpers than are looked through one by one: see link_index.c. */
enum { GO = 1, HELPERS = 40, LINKERS = 8 };

static act_system *sys;
static act_pid friend, victim;
static _Atomic int linked, told;

static void must(act_result result)
{
    if (result != ACT_OK)
        abort();
}

static void wait_for(_Atomic int *number, int wanted)
{
    while (*number != wanted)
        sched_yield();
}

static void hear_nothing(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

static act_result trap(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    return act_trap_exits(self, true);
}

static const act_behavior helper = {.name = "helper", .receive = hear_nothing};
static const act_behavior trapper = {.name = "friend", .init = trap, .receive = hear_nothing};

/* Many bonds, and a link of its own making: it knows the pids that cross. */
static act_result tie(act_self *self, void *state, const void *args)
{
    act_ref ref;
    act_pid pid;
    (void)state, (void)args;
    for (int i = 0; i < HELPERS; i++)
        must(act_spawn_monitor(self, &pid, &ref, &helper, NULL, NULL));
    return act_link(self, friend);
}

static void end_now(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 7, NULL));
}

static const act_behavior tied = {.name = "tied", .init = tie, .receive = end_now};

static void link_or_hear(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == GO) {
        must(act_link(self, victim));
        linked++;
        return;
    }
    ck_assert_uint_eq(message->tag, ACT_MESSAGE_EXIT);
    told++;
}

static const act_behavior linker = {.name = "linker", .init = trap, .receive = link_or_hear};

/* Odd rounds leave a handover, which a successor would take. */
static void links_that_come_while_an_actor_ends_hear_of_it(void)
{
    act_pid      linkers[LINKERS];
    act_handover handover = kit_round() % 2 != 0 ? ACT_HANDOVER_KEEP : ACT_HANDOVER_NONE;
    linked = told = 0;
    /* Those that trap exits do not end when they are asked to. */
    must(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 2, .actors_max = 1 << 16,
                                                    .stop_timeout = ACT_MS(100))));
    must(act_system_spawn(sys, &friend, &trapper, NULL, NULL));
    must(act_system_spawn(sys, &victim, &tied, NULL,
                          ACT_SPAWN_OPTIONS(.lifecycle =
                                                ACT_LIFECYCLE_OPTIONS(.handover = handover))));
    for (int i = 0; i < LINKERS; i++)
        must(act_system_spawn(sys, &linkers[i], &linker, NULL, NULL));
    gaps_hold("exit.let_go");
    act_system_tell_value(sys, victim, GO, act_nothing());
    gaps_await();
    for (int i = 0; i < LINKERS; i++)
        act_system_tell_value(sys, linkers[i], GO, act_nothing());
    wait_for(&linked, LINKERS);
    gaps_close();
    wait_for(&told, LINKERS);
    must(act_system_destroy(&sys));
}

const struct kit_case kit_cases[] = {
    TEST_CASE(links_that_come_while_an_actor_ends_hear_of_it, .rounds = 4),
    END_OF_CASES,
};
