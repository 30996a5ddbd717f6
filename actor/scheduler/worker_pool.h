/* The pool of threads that runs actors. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_WORKER_POOL_H
#define ACT_ACTOR_SCHEDULER_WORKER_POOL_H

#include <pthread.h>

#include <actor/scheduler/blocking.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/inject_queue.h>
#include <actor/scheduler/loop.h>
#include <actor/scheduler/monitor.h>
#include <actor/scheduler/run_queue.h>
#include <actor/scheduler/runner.h>
#include <actor/scheduler/share.h>
#include <actor/scheduler/steal_deque.h>
#include <actor/time/wheel.h>

struct act__station;

/*
 * Every so many messages or turns: a look at the clock, and the inject queue goes first, lest it
 * starve behind the worker's own. Messages, because a turn may have one or a whole batch: else
 * timers would wait for 64 batches.
 */
#define ACT__LOOK_AFTER 64

/* A thread that runs actors while it has a station, and sleeps as a spare while it has none. */
struct act__pool_thread {
    struct act__station        *station; /* NULL: displaced, or spare. Written with the monitor's
                                            mutex. */
    pthread_t                   id;
    struct act__station        *left; /* that it was displaced from, until the turn is over and
                                         the station knows; this and the next six: with the
                                         monitor's mutex */
    bool                        turn_is_over;
    bool                        has_ended;
    struct act__pool_thread    *next_spare;
    struct act__pool_thread    *next_displaced; /* from the same station */
    struct act__pool_thread    *next_wanting;
    struct act__suspended       suspended; /* while displaced: whose turn it is in */
    pthread_cond_t              moved;     /* it has got a station, or is to end */
    struct act__watched watched ACT__ALIGNED;
    struct act__runner base     ACT__ALIGNED; /* last: behind it is what the rooms above keep */
};

/*
 * What one worker's thread works at: what it runs next, its timers and its descriptors. See
 * station.h.
 */
struct act__station {
    struct act__pool_thread *thread; /* that works here; written with the monitor's mutex */
    uint32_t                 index;
    uint32_t                 lifo_budget; /* how often in a row `lifo_slot` may go before
                                                          the others */
    int32_t                  until_look;  /* messages and turns until the clock is
                                                          looked at */
    bool                     bound_turn;  /* actors bound to this worker go first
                                                          every second time */
    act_millis               polled;      /* when the loop was last looked at */
    uint32_t                 looked_turn; /* the thread's turn when it was; when, is in `share` */
    struct act__task        *bound_first, *bound_last; /* actors bound to this worker, through
                                                          run_next */
    bool                     searching;                /* counted in the pool's `searching` */
    uint32_t                 newborn_turns;            /* how often a newborn was taken */
    bool                     oldest_is_due;            /* the next newborn is to be the oldest,
                                                          not the youngest */
    act_millis               oldest_taken;             /* when that was so last */
    struct act__loop        *loop;
    struct act__run_queue    run_queue;
    struct act__steal_deque  newborns;
    struct act__timer_wheel  wheel;
    struct act__share        share;

    _Atomic(struct act__task *) posted ACT__ALIGNED; /* bound to this worker, from other threads,
                                                  newest first */
    _Atomic(struct act__timer *)       calls[2];     /* to arm and to cancel on this worker's wheel,
                                                  from other threads */
    _Atomic uint32_t                   asleep;       /* see parking.c */

    struct act__pool_thread *displaced ACT__ALIGNED; /* threads whose turns go on without this
                                                        station; the mutex */
    struct act__pool_thread           *wanted;       /* those of them that wait for it, the first
                                                        first; the mutex */
};

struct act__worker_pool {
    struct act__executor      base;
    struct act_system        *system;
    struct timespec           started;
    uint64_t                  seed;
    struct act__station      *stations;
    char                     *threads; /* of act__pool_thread, as long as a runner makes
                                                them: act__pool_thread_at; one for each station,
                                                and spares_max */
    size_t                    thread_bytes;
    uint32_t                  threads_count; /* records that were prepared; written with the
                                                monitor's mutex */
    pthread_cond_t            thread_ended;  /* with the monitor's mutex */
    struct act__inject_queue  inject;
    struct act__blocking_pool blocking;
    struct act__monitor       monitor;
    bool                      ending;       /* with the monitor's mutex */
    _Atomic uint32_t sleepers ACT__ALIGNED; /* workers that are asleep and not yet woken */
    _Atomic uint32_t          searching;    /* workers that were woken and have found nothing yet */
    _Atomic bool              has_sentry;   /* a worker looks after what waits: share.c */
};

static inline struct act__pool_thread *act__pool_thread_at(const struct act__worker_pool *pool,
                                                           uint32_t                       index)
{
    return (struct act__pool_thread *)(void *)(pool->threads + index * pool->thread_bytes);
}
static inline struct act__pool_thread *act__pool_thread_of(struct act__runner *runner)
{
    return act__container(runner, struct act__pool_thread, base);
}
static inline struct act__worker_pool *act__pool_of(struct act__executor *executor)
{
    return act__container(executor, struct act__worker_pool, base);
}
/* For any worker to run; `first` to `last` through run_next. Any thread. */
void       act__pool_inject(struct act__worker_pool *pool, struct act__task *first,
                            struct act__task *last, uint32_t count);
/* Arms what other threads have sent to this station's wheel. */
void       act__pool_run_armed(struct act__station *station);
/* Nanoseconds, and milliseconds, of the pool's clock. */
int64_t    act__pool_nanoseconds(const struct act__worker_pool *pool);
act_millis act__pool_now(const struct act__worker_pool *pool);
/*
 * Starts one more thread, which waits for a station. With the mutex. Returns: ACT_OK,
 * ACT_NO_MEMORY, ACT_OS.
 */
act_result act__pool_add_thread(struct act__worker_pool *pool, struct act__pool_thread **added);

struct act__pool_options {
    uint32_t   workers_count, spares_max, blocking_max;
    act_millis stuck_after; /* ACT_FOREVER: never */
    act_millis feeds_after; /* how often the service manager wants to hear of us; 0: it does not */
};

act_result act__worker_pool_create(struct act__executor **executor, struct act_system *system,
                                   const struct act__pool_options *options);

#endif
