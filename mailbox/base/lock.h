/*
 * The library's mutexes, and the rule that the program's own code never runs under one. Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_BASE_LOCK_H
#define ACT_MAILBOX_BASE_LOCK_H

#include <pthread.h>

#include <mailbox/base/check.h>

/*
 * What a program has given us to call (a release, a hook, an on_end) may call us, and must find no
 * mutex held. Mostly the call is made when the lock is free again. Where it comes from deep inside,
 * the holder has said which lock to leave: act__user_code_begin lets go of it, and
 * act__user_code_end takes it again. The test build counts what a thread holds, and checks at each
 * such call that it is nothing.
 */
#ifdef ACT_TESTING
extern _Thread_local unsigned act__locks_held;
#define ACT__LOCKS_HELD_ADD(n) (act__locks_held += (n))
#define ACT__LOCKS_HELD_NONE() act__check(act__locks_held == 0)
#else
#define ACT__LOCKS_HELD_ADD(n) ((void)0)
#define ACT__LOCKS_HELD_NONE() ((void)0)
#endif

/* The mutex that this thread holds and can let go of at any time; NULL: none. */
extern _Thread_local pthread_mutex_t *act__lock_to_leave;

static inline void act__lock(pthread_mutex_t *mutex)
{
    pthread_mutex_lock(mutex);
    ACT__LOCKS_HELD_ADD(1u);
}

static inline void act__unlock(pthread_mutex_t *mutex)
{
    ACT__LOCKS_HELD_ADD(-1u);
    pthread_mutex_unlock(mutex);
}

/*
 * As act__lock, for a mutex that guards nothing half done whenever the program's code may run. Not
 * two at a time.
 */
static inline void act__lock_leavable(pthread_mutex_t *mutex)
{
    act__lock(mutex);
    act__lock_to_leave = mutex;
}

static inline void act__unlock_leavable(pthread_mutex_t *mutex)
{
    act__lock_to_leave = NULL;
    act__unlock(mutex);
}

/*
 * Around each call of the program's code that may come from under a lock. Returns: what the other
 * one is given.
 */
static inline pthread_mutex_t *act__user_code_begin(void)
{
    pthread_mutex_t *mutex = act__lock_to_leave;
    if (mutex != NULL)
        act__unlock_leavable(mutex);
    ACT__LOCKS_HELD_NONE();
    return mutex;
}

static inline void act__user_code_end(pthread_mutex_t *mutex)
{
    if (mutex != NULL)
        act__lock_leavable(mutex);
}

/* A release, or what is called like one. */
static inline void act__user_code_call(void (*function)(void *argument), void *argument)
{
    pthread_mutex_t *mutex = act__user_code_begin();
    function(argument);
    act__user_code_end(mutex);
}

#endif
