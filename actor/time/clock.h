/* The monotonic clock for threads that wait. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_TIME_CLOCK_H
#define ACT_ACTOR_TIME_CLOCK_H

#include <pthread.h>
#include <time.h>

#include <mailbox/base/types.h>

/* Timed waits on this condition are until a time of act__clock_after. */
static inline void act__condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

/* 0 or more from now. */
static inline struct timespec act__clock_after(act_millis delay)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += delay / 1000;
    at.tv_nsec += delay % 1000 * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

static inline bool act__clock_is_before(const struct timespec *x, const struct timespec *y)
{
    return x->tv_sec != y->tv_sec ? x->tv_sec < y->tv_sec : x->tv_nsec < y->tv_nsec;
}

/*
 * Waits on a condition of act__condition_init. until NULL: for ever. Returns: false if that time
 * has come.
 */
static inline bool act__clock_wait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                                   const struct timespec *until)
{
    if (until == NULL)
        return pthread_cond_wait(condition, mutex) == 0;
    return pthread_cond_timedwait(condition, mutex, until) == 0;
}

#endif
