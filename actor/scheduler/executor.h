/*
 * The seam between actors and what they run on: a pool of threads, or one seeded thread. Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_EXECUTOR_H
#define ACT_ACTOR_SCHEDULER_EXECUTOR_H

#include <time.h>

#include <actor/scheduler/runner.h>
#include <mailbox/base/result.h>

typedef void act__runner_visit(struct act__runner *runner, void *context);
/* since: when the turn began, by the executor's clock; -1: not known. */
typedef void act__turn_visit(struct act__task *task, act_millis since, void *context);

/*
 * Time, randomness and the order in which actors run come only from here. All functions may be
 * called by any thread; `runner` is the calling one's, NULL if it has none.
 */
struct act__executor_operations {
    /*
     * The caller holds the actor's token and hands it over: act__turn_run(runner, task) will be
     * called once.
     */
    void (*schedule)(struct act__executor *executor, struct act__runner *runner,
                     struct act__task *task);
    /* The same for one that was just spawned. */
    void (*schedule_newborn)(struct act__executor *executor, struct act__runner *runner,
                             struct act__task *task);
    /* The same for an actor whose batch is spent: after all others that wait. */
    void (*yield)(struct act__executor *executor, struct act__runner *runner,
                  struct act__task *task);
    /* Milliseconds on a clock that never goes back. */
    act_millis (*now)(struct act__executor *executor);
    /*
     * Puts a timer into its wheel, or takes it out and drops it, from a thread that the wheel does
     * not belong to.
     */
    void (*call_wheel)(struct act__executor *executor, struct act__timer *timer, bool cancel);
    /* Makes sure that a blocking actor will find a thread. */
    act_result (*prepare_blocking)(struct act__executor *executor);
    /* The event loop of a worker, as long as threads run; not in a simulation. */
    struct act__loop *(*loop_at)(struct act__executor *executor, uint32_t index);
    /* Calls visit for every worker there is or was, the system's own excluded. */
    void (*each_worker)(struct act__executor *executor, act__runner_visit *visit, void *context);
    /* Calls visit for every actor whose turn is under way on a thread; its locks are held. */
    void (*each_turn)(struct act__executor *executor, act__turn_visit *visit, void *context);
    /*
     * Lets all threads end, each after its turn, and waits for that until a time (NULL: for ever).
     * Returns: how many have not ended; those use the executor and all of the system for as long as
     * they run.
     */
    uint32_t (*end_threads)(struct act__executor *executor, const struct timespec *until);
    /* Frees it. All threads have ended. */
    void (*destroy)(struct act__executor *executor);
};

struct act__executor {
    const struct act__executor_operations *operations;
    uint32_t                               workers_count;
    bool                                   simulated;
};

#endif
