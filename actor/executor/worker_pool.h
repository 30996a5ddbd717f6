/* The pool of threads that runs actors. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_EXECUTOR_WORKER_POOL_H
#define ACT_ACTOR_EXECUTOR_WORKER_POOL_H

#include <pthread.h>

#include <actor/executor/blocking.h>
#include <actor/executor/inject_queue.h>
#include <actor/executor/loop.h>
#include <actor/executor/newborns.h>
#include <actor/executor/steal_deque.h>

/* One thread and what it runs next. */
struct act__pool_worker {
    struct act__worker      base;
    uint32_t                next_budget; /* how often in a row `next` may go before the others */
    int32_t                 until_look;  /* messages and turns until the clock is looked at */
    bool                    bound_turn;  /* actors bound to this worker go first every second time */
    act_millis              polled;      /* when the loop was last looked at */
    int64_t                 looked;      /* when the clock was: nanoseconds since the pool was made */
    uint32_t                turns;       /* since then */
    act_self               *bound_first, *bound_last; /* actors bound to this worker, through run_next */
    bool                    searching;   /* counted in the pool's `searching` */
    pthread_t               thread;
    bool                    has_ended;   /* the thread; under the pool's mutex */
    uint32_t                newborn_turns; /* how often a newborn was taken */
    bool                    oldest_is_due; /* the next newborn is to be the oldest, not the youngest */
    act_millis              oldest_taken;  /* when that was so last */
    struct act__steal_deque deque;
    struct act__newborns    newborns;

    _Atomic(act_self *)          posted ACT__ALIGNED; /* bound to this worker, from other threads, newest first */
    _Atomic(struct act__timer *) calls[2]; /* to arm and to cancel on this worker's wheel, from other threads */
    _Atomic uint32_t             asleep; /* see parking.c */
};

struct act__worker_pool {
    struct act__executor      base;
    struct act_system        *system;
    struct timespec           started;
    struct act__pool_worker  *workers;
    uint32_t                  threads_count; /* of those that were created */
    pthread_mutex_t           mutex;         /* of which threads have ended */
    pthread_cond_t            thread_ended;
    struct act__inject_queue  inject;
    struct act__blocking_pool blocking;
    _Atomic bool              ending;
    _Atomic uint32_t          sleepers ACT__ALIGNED; /* workers that are asleep and not yet woken */
    _Atomic uint32_t          searching; /* workers that were woken and have found nothing yet */
};

/* parking.c */
/* Some work can now be taken by anybody: wakes one worker, unless one is looking already. */
void act__parking_notify(struct act__worker_pool *pool);
/* Something is there for this worker: wakes it if it sleeps. Any thread. */
void act__parking_wake(struct act__worker_pool *pool, struct act__pool_worker *worker);
/* Nothing was found: sleeps until there may be something. */
void act__parking_sleep(struct act__worker_pool *pool, struct act__pool_worker *worker);
/* The worker has found work: wakes the next one if there may be more. */
void act__parking_found(struct act__worker_pool *pool, struct act__pool_worker *worker);

#endif
