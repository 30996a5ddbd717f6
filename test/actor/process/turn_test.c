/* A turn that had ended and goes on, as its actor was asked for something at that moment. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>

#include <actor/process/pid.h>
#include <mailbox/channel/channel_record.h>
#include <mailbox/base/gap.h>
#include <test/kit/kit.h>

static act_system *sys;
static act_pid     pid;
static sem_t       handled, first_sleeps, second_sleeps, first_may_go_on, is_set, may_wake, ended;
static bool        is_first_taken;
static bool        is_right_worker;

static _Thread_local bool kills;

static void wait_for(sem_t *event)
{
    while (sem_wait(event) != 0)
        ck_assert_int_eq(errno, EINTR);
}

/*
 * The first thread that has put the actor to sleep stops before it looks whether it must wake it,
 * and the one that kills it between what it asks and waking it. The others go on.
 */
static void hold_up(const char *place)
{
    if (strcmp(place, "turn.asleep") == 0) {
        if (__atomic_exchange_n(&is_first_taken, true, __ATOMIC_RELAXED)) {
            sem_post(&second_sleeps);
        } else {
            sem_post(&first_sleeps);
            wait_for(&first_may_go_on);
        }
    } else if (kills && strcmp(place, "signal.set") == 0) {
        sem_post(&is_set);
        wait_for(&may_wake);
    }
}

static void says_that_it_runs(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    sem_post(&handled);
}

static void looks_at_its_worker(void *context)
{
    (void)context;
    is_right_worker = act__cell_at(sys, pid.local)->worker == act__runs_here;
    sem_post(&ended);
}

static void *kill_it(void *ignored)
{
    kills = true;
    ck_assert_int_eq(act_system_exit_actor(sys, pid, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    return ignored;
}

/* Between the two another worker has run it: then it has what is that worker's. */
static void one_that_is_asked_as_it_falls_asleep_runs_on_one_worker(void)
{
    static const act_behavior behavior = {.name = "sleeper", .receive = says_that_it_runs};
    static act_on_end         on_end = {.run = looks_at_its_worker};
    sem_t *const              events[] = {&handled, &first_sleeps, &second_sleeps, &first_may_go_on,
                                          &is_set,  &may_wake,     &ended};
    pthread_t                 killer;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        ck_assert_int_eq(sem_init(events[i], 0, 0), 0);
    is_first_taken = false;
    ck_assert_int_eq(
        act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 2, .stuck_after = ACT_FOREVER)),
        ACT_OK);
    act__gap_with(hold_up);
    ck_assert_int_eq(
        act_system_spawn(sys, &pid, &behavior, NULL,
                         ACT_SPAWN_OPTIONS(.lifecycle = ACT_LIFECYCLE_OPTIONS(.on_end = &on_end))),
        ACT_OK);
    wait_for(&first_sleeps);
    act_system_tell_value(sys, pid, 1, act_nothing());
    wait_for(&handled);
    wait_for(&second_sleeps);
    ck_assert_int_eq(pthread_create(&killer, NULL, kill_it, NULL), 0);
    wait_for(&is_set);
    sem_post(&first_may_go_on);
    wait_for(&ended);
    ck_assert(is_right_worker);
    sem_post(&may_wake);
    ck_assert_int_eq(pthread_join(killer, NULL), 0);
    act__gap_with(NULL);
    act_system_destroy(&sys);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(one_that_is_asked_as_it_falls_asleep_runs_on_one_worker),
    END_OF_CASES,
};
