/* A thread that has looked at its receiver, which lives, and sends when it is told to go on. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_ACTOR_LATE_SENDER_H
#define ACT_TEST_ACTOR_LATE_SENDER_H

#include <pthread.h>
#include <semaphore.h>

#include <mailbox/base/gap.h>
#include <test/actor/fixture.h>

static struct {
    act_pid   to;
    sem_t     is_there, may_go_on;
    pthread_t thread;
} late;

static _Thread_local bool is_late;

/* The gap hook, or called by it. */
static inline void late_hold_up(const char *place)
{
    if (!is_late || strcmp(place, "send.admitted") != 0)
        return;
    sem_post(&late.is_there);
    while (sem_wait(&late.may_go_on) != 0)
        continue;
}

static inline void *late_send(void *ignored)
{
    is_late = true;
    act_system_tell_value(fixture.system, late.to, TAG_A, act_nothing());
    return ignored;
}

/* TAG_A to this actor, which is not pushed yet. */
static inline void late_begin(act_pid to)
{
    late.to = to;
    ck_assert_int_eq(sem_init(&late.is_there, 0, 0), 0);
    ck_assert_int_eq(sem_init(&late.may_go_on, 0, 0), 0);
    act__gap_with(late_hold_up);
    ck_assert_int_eq(pthread_create(&late.thread, NULL, late_send, NULL), 0);
    while (sem_wait(&late.is_there) != 0)
        continue;
}

static inline void late_go_on(void)
{
    sem_post(&late.may_go_on);
    ck_assert_int_eq(pthread_join(late.thread, NULL), 0);
}

#endif
