/* The thread that notices turns which do not end, and keeps the others going. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_MONITOR_H
#define ACT_ACTOR_SCHEDULER_MONITOR_H

#include <pthread.h>
#include <signal.h>

#include <actor/scheduler/executor.h>
#include <actor/scheduler/report.h>
#include <actor/scheduler/runner.h>

struct act__pool_options;
struct act__worker_pool;
struct act__pool_thread;
struct act__station;

/* What the monitor knows of a thread; its own. */
struct act__watched {
    uint32_t             turn;       /* when it looked last */
    bool                 is_running; /* whether it was in that turn then */
    act_millis           since;      /* when it saw that for the first time */
    act_millis           handling;   /* and the message in it that `progress` is about */
    struct act__progress progress;
    bool                 is_counted; /* as stuck */
    act_millis           told;       /* after how long it was reported last; 0: it was not */
    bool                 no_spare;   /* nothing could take its station over */
};

struct act__monitor {
    pthread_mutex_t          mutex; /* of which thread works where: see station.h */
    pthread_cond_t           wake;
    pthread_t                id;
    sigset_t                 mask;            /* of the thread that made the system: the workers' */
    bool                     started, ending; /* ending: with the mutex */
    bool                     may_hold;        /* there is membarrier(2) */
    _Atomic bool             rests;           /* until a worker wakes up: see act__monitor_wake */
    uint32_t                 quiet_looks;     /* one after the other, with all workers asleep */
    act_millis               period;
    act_millis               stuck_after; /* INT64_MAX: never */
    act_millis               feeds_after; /* how often the service manager wants to hear of us;
                                             0: it does not */
    act_millis               fed;
    uint32_t                 spares_max, spares_started;
    struct act__pool_thread *spares;              /* idle threads */
    struct act__runner      *runner;              /* what it fires timers and schedules with */
    act_millis               minute;              /* when the present minute of reports began */
    uint32_t                 reports, suppressed; /* in it; suppressed: also in those before,
                                                     untold */
    struct act__reporter     reporter;
};

/* After the stations and before their threads. */
act_result act__monitor_init(struct act__worker_pool        *pool,
                             const struct act__pool_options *options);
act_result act__monitor_start(struct act__worker_pool *pool);
/* Ends its thread: from then on no thread is displaced, and no report begins. */
void       act__monitor_stop(struct act__worker_pool *pool);
void       act__monitor_fini(struct act__worker_pool *pool);

/*
 * How long it pauses after a look: until the next one or, if it rests, until it is roused; but the
 * watchdog is fed in time, whenever the rest began.
 */
act_millis act__monitor_pause(const struct act__monitor *monitor, act_millis now, bool rests);

/* A worker has woken up. */
void               act__monitor_rouse(struct act__worker_pool *pool);
static inline void act__monitor_wake(struct act__worker_pool *pool, struct act__monitor *monitor)
{
    /* seq_cst: after `sleepers` was lowered; pairs with may_rest in monitor.c. */
    if (act__unlikely(atomic_load_explicit(&monitor->rests, memory_order_seq_cst)))
        act__monitor_rouse(pool);
}

#endif
