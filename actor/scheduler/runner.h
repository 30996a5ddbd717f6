/* What runs tasks: the scheduler's part of what a thread needs for actors. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_RUNNER_H
#define ACT_ACTOR_SCHEDULER_RUNNER_H

#include <actor/scheduler/panic.h>
#include <actor/scheduler/task.h>
#include <mailbox/base/random.h>

struct act__executor;
struct act__loop;
struct act__timer;
struct act__timer_wheel;
struct act_system;

/* A call of the program's code that waits until the thread's station is not in use: io/handle.h. */
struct act__late_call {
    struct act__late_call *next;
    void (*function)(void *argument);
    void *argument;
};

/*
 * All of it belongs to its thread; counters may be read by others. The first member of
 * act__worker, which has what the rooms above keep for a thread: so one leads to the other.
 */
struct act__runner {
    struct act__executor       *executor;
    _Atomic(struct act__task *) lifo_slot;     /* to run after the current one;
                                                  ACT__NO_LIFO_SLOT: this runner has no such place.
                                                  Written by this thread, and by the monitor while
                                                  it holds the station. */
    _Atomic(struct act__task *) current;       /* whose turn it is; NULL between turns. Written
                                                  by this thread. */
    _Atomic uint32_t            turn;          /* counts them; this and the next two: station.h */
    _Atomic uint16_t            station_uses;  /* calls within each other that use the station;
                                                  written by this thread */
    _Atomic bool                station_asked; /* the station is held or taken by another, or
                                                  wanted back */
    bool                        is_behind;     /* an actor has spent its batch, and as many
                                                  messages wait */
    uint32_t                    batch;         /* messages that the current actor may still
                                                  handle in this turn */
    int32_t                     credit;        /* for short turns after this one: see act__turn_run;
                                                  0: none, as with blocking actors and in
                                                  simulations */
    _Atomic(struct act__task *) const *posted; /* its station's: no short turn goes first when there
                                                  is one */
    uint32_t                           batch_max; /* that an actor may handle in a turn at most: see
                                                  batch_shift in task.h */
    uint32_t                           index;     /* 0 to workers_count - 1; ACT__NO_WORKER: not one
                                                  of those */
    struct act__timer_wheel           *wheel;     /* its station's; NULL: it has none */
    struct act__loop                  *loop;      /* its station's; NULL: no I/O on this thread */
    struct act__random                 random;
    struct act__late_call             *late_first, *late_last;
    bool                               calls_late; /* them, one after the other */
    act__counter                       stolen, parked, stuck, thread_waits; /* see ACT_COUNTERS */
    /* of a callback: ends at the bottom of the thread's loop */
    struct act__panic                  panic;
};

#define ACT__NO_WORKER    UINT32_MAX
#define ACT__NO_LIFO_SLOT ((struct act__task *)1)

/* How many messages an actor may handle in a turn. */
static inline uint32_t act__batch_of(const struct act__runner *runner, const struct act__task *task)
{
    return 1 + ((runner->batch_max - 1) >> act__load(&task->batch_shift));
}

/*
 * The runner whose callbacks this thread runs, those of blocking actors and of simulations
 * included; NULL: none. In worker_pool.c.
 */
extern _Thread_local struct act__runner *act__callbacks_here;

/* ----------------------------------------------------- what the scheduler calls of rooms above */

/* Implemented by actor/process/worker.c. The bytes of a runner with what is kept behind it. */
extern const size_t act__runner_bytes;
/* Before its first turn. Zeroed before. Returns: false without memory. */
bool act__runner_init(struct act__runner *runner, struct act_system *system, uint32_t index,
                      uint64_t seed);
/* After its last. */
void act__runner_fini(struct act__runner *runner);

/*
 * What a thread is in the middle of: it goes on as long as this changes. `message` tells less than
 * the number, as it may be sent on, or another may have its memory.
 */
struct act__progress {
    const void *message; /* that it is handling */
    uint64_t    handled; /* messages, by this thread */
};
/* Of another thread: a hint. */
struct act__progress act__runner_progress(const struct act__runner *runner);

/*
 * Implemented by actor/process/fatal.c. A callback must come back to the loop that has called it,
 * by returning or by a panic. The caller of the loop's function has
 *
 *     struct act__runner *loop_of __attribute__((cleanup(act__loop_left))) = runner;
 *
 * and sets it to NULL after the call: unwinding by pthread_exit or pthread_cancel finds the runner.
 * In a frame of its own, as a panic unwinds the frame that it ends in, too.
 */
void act__loop_left(struct act__runner **runner);

/*
 * Implemented by actor/signal/timers.c. Fires what is due on a wheel that no other thread uses now.
 */
void act__timers_run(struct act__runner *runner, struct act__timer_wheel *wheel, act_millis now);
/* Frees a timer that is in no wheel and no set, with its message. */
void act__timer_drop(struct act__runner *runner, struct act__timer *timer);

#endif
