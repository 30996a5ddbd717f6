/* A timer with a function fires while its actor ends: on another thread, after the last look. */
/* SPDX-License-Identifier: MIT */
#include <semaphore.h>
#include <string.h>

#include <actor/actor.h>
#include <actor/continuation.h>
#include <actor/lifecycle.h>
#include <actor/system.h>
#include <mailbox/base/gap.h>
#include <test/kit/kit.h>

static sem_t fired, may_push, pushed, has_ended;

static _Thread_local bool runs_the_actor;

static void await(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0)
        continue;
}

/* What the wheel's thread has fired reaches the inbox between two steps of the actor's end. */
static void meet(const char *place)
{
    if (!runs_the_actor && strcmp(place, "timers.fired") == 0) {
        sem_post(&fired);
        await(&may_push);
    } else if (!runs_the_actor && strcmp(place, "signal.pushed") == 0) {
        sem_post(&pushed);
    } else if (runs_the_actor && strcmp(place, "exit.let_go") == 0) {
        runs_the_actor = false;
        sem_post(&may_push);
        await(&pushed);
        act__gap_with(NULL);
        sem_post(&has_ended);
    }
}

ACT_CONTINUATION(on_tick, void, int64_t);

static void on_tick(act_self *self, void *state, const act_message *answer, const int64_t *context)
{
    (void)self, (void)state, (void)answer, (void)context;
    ck_abort_msg("its actor has ended");
}

static void wait_and_end(act_self *self, void *state, const act_message *message)
{
    act_ref timer;
    (void)state, (void)message;
    act__gap_with(meet);
    runs_the_actor = true;
    ck_assert_int_eq(act_tell_after_value(self, &timer, act_self_pid(self), 2, act_nothing(),
                                          ACT_MS(1)),
                     ACT_OK);
    ck_assert_int_eq(act_then(self, timer, on_tick, 1), ACT_OK);
    await(&fired);
    act_stop(self);
}

static const act_behavior waiter = {.name = "waiter", .receive = wait_and_end};

static void no_log(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

/* A blocking actor's timers are in the wheel of another thread. */
static void its_message_goes_with_the_actor(void)
{
    const act_lifecycle_options lifecycle = *ACT_LIFECYCLE_OPTIONS(.handover = ACT_HANDOVER_KEEP);
    act_system                 *system;
    act_pid                     pid, handover;
    act_result                  result;
    ck_assert_int_eq(sem_init(&fired, 0, 0) | sem_init(&may_push, 0, 0) | sem_init(&pushed, 0, 0) |
                         sem_init(&has_ended, 0, 0),
                     0);
    ck_assert_int_eq(
        act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 1, .log = no_log)), ACT_OK);
    ck_assert_int_eq(act_system_spawn(system, &pid, &waiter, NULL,
                                      ACT_SPAWN_OPTIONS(.blocking = true, .lifecycle = &lifecycle)),
                     ACT_OK);
    act_system_tell_value(system, pid, 1, act_nothing());
    await(&has_ended);
    while ((result = act_handover_of(system, pid, &handover)) == ACT_EXISTS)
        continue;
    ck_assert_int_eq(result, ACT_OK);
    act_handover_abandon(system, handover);
    act_system_destroy(&system);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(its_message_goes_with_the_actor),
    END_OF_CASES,
};
