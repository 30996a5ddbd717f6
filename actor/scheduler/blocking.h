/* Threads for actors whose handlers may block. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_BLOCKING_H
#define ACT_ACTOR_SCHEDULER_BLOCKING_H

#include <pthread.h>

#include <actor/scheduler/executor.h>

struct act__blocking_thread;

/*
 * Threads come when actors wait and none is idle, and go after some idle seconds; one stays. An
 * actor that finds all living_max taken is counted; that one has waited long is told by a thread of
 * its own, as all others may be stuck.
 */
struct act__blocking_pool {
    pthread_mutex_t              mutex; /* of all below */
    pthread_cond_t               work, gone;
    /* wait for a thread, through run_next */
    struct act__task            *first, *last;
    /* living or not: their records are used again */
    struct act__blocking_thread *threads;
    uint32_t              living_count, idle_count, waiting_count, living_max; /* waiting: actors */
    bool                  ending;
    bool                  watched;   /* a thread tells of waits that are long, while there are
                                        any */
    pthread_cond_t        watch;     /* for that thread: something waits, or all is to end */
    struct act__task     *marked;    /* one of those that wait, ... */
    act_millis            marked_at; /* ... at least since then; NULL: none waits */
    act_millis            told_at;
    struct act__executor *executor;
    struct act_system    *system;
};

void       act__blocking_init(struct act__blocking_pool *pool, struct act__executor *executor,
                              struct act_system *system, uint32_t living_max);
/* Makes sure there is a thread. */
act_result act__blocking_prepare(struct act__blocking_pool *pool);
void       act__blocking_schedule(struct act__blocking_pool *pool, struct act__task *task);
void act__blocking_each(struct act__blocking_pool *pool, act__runner_visit *visit, void *context);
/* Calls visit, under the mutex, for every actor whose turn is under way. */
void act__blocking_each_turn(struct act__blocking_pool *pool, act__turn_visit *visit,
                             void *context);
/*
 * Lets all threads end and waits for that until a time (NULL: for ever), and for those that are in
 * no turn until a later one. Returns: how many have not ended.
 */
uint32_t act__blocking_end(struct act__blocking_pool *pool, const struct timespec *until,
                           const struct timespec *until_idle);
/* All threads have ended. */
void     act__blocking_destroy(struct act__blocking_pool *pool);

#endif
