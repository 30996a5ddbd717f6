/* What the scheduler has to say, in the words of the rooms above. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_REPORT_H
#define ACT_ACTOR_SCHEDULER_REPORT_H

#include <pthread.h>

#include <actor/scheduler/executor.h>

struct act__pool_thread;
struct act__worker_pool;

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
    const char              *behavior; /* its name */
    act_millis               lasted;
    uint32_t                 suppressed;
    bool                     no_spare;
    act_result               unfed; /* why the watchdog could not be fed */
};

/* Implemented by actor/system/stuck_report.c. */
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

#define ACT__REPORT_NAME_MAX 64

/* Blocking actors wait for a thread. */
struct act__wait_report {
    uint32_t   waiting_count, living_max;
    act_millis waited, longest_run;
    uint64_t   local;                          /* of the actor that has had its thread longest */
    char       behavior[ACT__REPORT_NAME_MAX]; /* its behavior's name */
};

/* Implemented by actor/system/wait_report.c. Tells it in the log, which may call the program. */
void act__wait_report_log(struct act_system *system, const struct act__wait_report *report);

/*
 * Implemented by actor/system/service_manager.c. The service manager hears that all workers go on:
 * each of them has passed a point since the last time.
 */
act_result act__watchdog_feed(struct act_system *system);

#endif
