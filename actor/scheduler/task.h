/* What can be run: all that the scheduler knows of an actor. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_TASK_H
#define ACT_ACTOR_SCHEDULER_TASK_H

#include <mailbox/base/atomics.h>
#include <mailbox/base/types.h>

struct act__runner;

/*
 * The first part of an actor's record, so a task leads to its actor. The holder of the actor's
 * token gives the task to an executor, and one runner calls act__turn_run with it.
 */
struct act__task {
    struct act__task *run_next;    /* in a run queue; the holder of the token */
    _Atomic uint32_t  due;         /* in a run queue: see worker_pool.c */
    _Atomic uint16_t  route;       /* ACT__ROUTE_*; written by the spawner and by an actor that
                                      opens a socket */
    _Atomic uint8_t   batch_shift; /* its batch is the runner's batch_max halved so often:
                                      worker_pool.c */
    _Atomic uint8_t   mute_state;  /* ACT__MUTE_*: it waits with another actor instead of in a
                                      run queue. The scheduler leaves it alone: see backpressure.c
                                      */
};

_Static_assert(sizeof(struct act__task) == 16, "a quarter of a cache line of each actor");

/* Where an actor runs: a worker's index plus one, or one of these. */
enum {
    ACT__ROUTE_ANY = 0,
    ACT__ROUTE_FOREIGN = 0xFFFE, /* an ordinary thread that waits; see foreign.c */
    ACT__ROUTE_BLOCKING = 0xFFFF /* a thread of its own */
};

#define ACT__BATCH_SHIFT_NEW 2 /* of an actor of whose handlers nothing is known yet */

/* ----------------------------------------------------------- what the scheduler calls of actors */

/*
 * Implemented by actor/process/turn.c. Runs one actor for as many messages as the runner's `batch`
 * says, which the caller has set; and as long as turns are short and the runner's `credit` lasts,
 * the actor that each of them has woken. Returns: the last that had a turn.
 */
struct act__task *act__turn_run(struct act__runner *runner, struct act__task *task);

/* What a short turn takes off `credit`, which counts what the scheduler's until_look does. */
#define ACT__TURN_SHORT_COST 2

/*
 * Implemented by actor/process/exit.c. Called by an executor where a callback was left, by a
 * panic or act_exit_now: ends the actor and finishes its turn.
 */
void act__turn_recover(struct act__runner *runner);

/*
 * Implemented by actor/system/foreign.c. A cell that a waiting thread lives in has been pushed to
 * while it slept: the caller hands over its token.
 */
void act__foreign_ring(struct act__task *task);

/* For reports: the local part of an actor's pid and its behavior's name; 0 and NULL: it is dead. */
struct act__task_name {
    uint64_t    local;
    const char *behavior;
};

/* Implemented by actor/process/turn.c. Of one whose turn it is or that waits for one. */
struct act__task_name act__task_name(const struct act__task *task);

#endif
