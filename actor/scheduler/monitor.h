/* The thread that notices turns which do not end, and keeps the others going. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_MONITOR_H
#define ACT_ACTOR_SCHEDULER_MONITOR_H

#include <pthread.h>
#include <signal.h>

#include <actor/scheduler/executor.h>

struct act__worker_pool;
struct act__pool_thread;
struct act__station;

/* What the monitor knows of a thread; its own. */
struct act__watched {
    uint32_t           turn;       /* when it looked last */
    bool               is_running; /* whether it was in that turn then */
    act_millis         since;      /* when it saw that for the first time */
    act_millis         handling;   /* and the message below in it */
    const act_message *message;
    uint64_t           handled;    /* messages, by this thread */
    bool               is_counted; /* as stuck */
    act_millis         told;       /* after how long it was reported last; 0: it was not */
    bool               no_spare;   /* nothing could take its station over */
};

/*
 * What the thread that writes reports is to do. A thread of its own: the files in which it looks
 * for names, and the program's hook for the log, may take as long as they like. Started for the
 * first report. All with the mutex.
 */
struct act__reporter {
    pthread_t                id;
    pthread_cond_t           work; /* there is some, or it is to end */
    bool                     started, has_ended;
    bool                     is_busy; /* it has something to do; what follows is what that is */
    bool                     looks;   /* at the thread: until then that must not end */
    struct act__pool_thread *thread;  /* NULL: it is `unfed` that it has to tell */
    uint32_t                 turn;    /* of the thread, and in it ... */
    uint64_t                 actor;
    const act_behavior      *behavior;
    act_millis               lasted;
    uint32_t                 suppressed;
    bool                     no_spare;
    act_result               unfed; /* why the watchdog could not be fed */
};

struct act__monitor {
    pthread_mutex_t          mutex; /* of who works where: see station.h */
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
    struct act__worker       worker;              /* what it fires timers and schedules with */
    act_millis               minute;              /* when the present minute of reports began */
    uint32_t                 reports, suppressed; /* in it; suppressed: also in those before,
                                                     untold */
    struct act__reporter     reporter;
};

/* After the stations and before their threads. */
act_result act__monitor_init(struct act__worker_pool *pool, const act_system_options *options);
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

/* stuck.c, all with the mutex unless it says otherwise */
/*
 * What a turn of `lasted` ms keeps others from: its station's timers and the actor it woke last go
 * on elsewhere, and after stuck_after, or if another thread wants the station back, a spare thread
 * gets all of it. Returns: whether it was to get it and there was none.
 */
bool act__stuck_relieve(struct act__worker_pool *pool, struct act__station *station, uint32_t turn,
                        act_millis lasted);
/* What displaced threads have left where nobody else looks. */
void act__stuck_sweep(struct act__worker_pool *pool);
/*
 * Of a thread between turns that was asked for its station. Without the mutex. Returns: whether it
 * still has one; else it may sleep as a spare.
 */
bool act__stuck_attend(struct act__worker_pool *pool, struct act__pool_thread *thread);
/*
 * A thread without a station waits for one. Without the mutex. Returns: false if it is to end
 * instead.
 */
bool act__stuck_wait(struct act__worker_pool *pool, struct act__pool_thread *thread);

/* stuck_report.c */
/*
 * Has it told which actor a thread is stuck with, in what and where, `lasted` ms after that began.
 * With the mutex. Returns: false if a report before is not done yet: it is to be tried again.
 */
bool act__stuck_report(struct act__worker_pool *pool, struct act__pool_thread *thread,
                       act_millis lasted);
/* Has it told that the watchdog could not be fed, unless a report is under way. With the mutex. */
void act__stuck_report_unfed(struct act__worker_pool *pool, act_result why);
/* The pool's threads may end after this: none is looked at any more. */
void act__stuck_report_stop(struct act__worker_pool *pool);
/*
 * After that. Waits for what is being written until a time (NULL: for ever), a second at least.
 * Returns: whether its thread has ended; else that is left to itself.
 */
bool act__stuck_report_join(struct act__worker_pool *pool, const struct timespec *until);
/* Installs what it needs to look at another thread. */
void act__stuck_report_init(void);

#endif
