/* Where an idle worker sleeps and hears of the world: one event loop per worker. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_LOOP_H
#define ACT_ACTOR_SCHEDULER_LOOP_H

#include <time.h>

#include <actor/scheduler/executor.h>
#include <actor/scheduler/runner.h>

/* Implemented by actor/io/loop.c over libevent. All but act__loop_wake: the worker's own thread. */
struct act__loop;

/*
 * epoch: when the executor's clock was 0. On failure too, what *loop is set to must be destroyed.
 */
act_result act__loop_create(struct act__loop **loop, const struct timespec *epoch);
void       act__loop_destroy(struct act__loop *loop);

/* It is this worker's from now on. This and the next two: for the thread that holds its station. */
void act__loop_give(struct act__loop *loop, struct act__runner *runner);

/*
 * An actor whose handler goes on without its station: until it is resumed no event of its handles
 * is looked at.
 */
struct act__suspended {
    uint64_t               owner; /* the local part of its pid */
    struct act__suspended *next;
};
void act__loop_suspend(struct act__loop *loop, struct act__suspended *suspended);
void act__loop_resume(struct act__loop *loop, struct act__suspended *suspended);

/* Runs what is ready. */
void act__loop_poll(struct act__loop *loop);
/* The same; waits for it until the executor's clock says `until`, perhaps less; ACT_FOREVER. */
void act__loop_sleep(struct act__loop *loop, act_millis until);
/* The same; waits for so long, under a second, or less. */
void act__loop_doze(struct act__loop *loop, uint32_t nanoseconds);

/* Ends a wait, or the next one. Any thread. */
void act__loop_wake(struct act__loop *loop);

/* Whether there is anything but act__loop_wake to hear of. */
bool act__loop_is_used(const struct act__loop *loop);

#endif
