/* What a thread needs to run actors. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_WORKER_H
#define ACT_ACTOR_PROCESS_WORKER_H

#include <actor/delivery/outbox.h>
#include <actor/process/arena.h>
#include <actor/process/cell.h>
#include <actor/process/exit.h>
#include <actor/process/slab.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/runner.h>

/* Runs when the current turn of an actor is over: I/O sends there what the turn has written. */
struct act__after_turn {
    struct act__after_turn *next;
    void (*run)(struct act__after_turn *work);
};

/*
 * The caches, clock and notes of a thread that runs actors. All of it belongs to that thread;
 * counters may be read by others. Each part is its file's.
 */
struct act__worker {
    struct act__runner run; /* what the scheduler has of it */
    struct act_system *system;

    /* turn.c */
    const act_message      *message;        /* what it is handling; NULL outside receive or when
                                               taken */
    act__counter            others_handled; /* messages not in `received`: EXIT, DOWN, events */
    act_millis              now;            /* as of this message; -1: not asked yet */
    bool                    unusual;        /* the handler has left what only a long turn looks
                                               for: nothing in `message`, something in one of
                                               after_turn, scratch and flooded, mail that was
                                               taken in, or an end that has begun */
    struct act__after_turn *after_turn;     /* newest first */
    struct act__arena       scratch;

    struct act__outbox outbox;

    /* backpressure.c */
    act_self *flooded;     /* the overloaded actor this turn has sent to, if any */
    uint32_t  backlog_max; /* waiting messages that make an actor overloaded */

    struct act__ending     ending;
    struct act__slab_cache cells, bonds, timers;

#define X(name, text) act__counter name;
    ACT_COUNTERS(X) /* those of the scheduler are in `run` */
#undef X
};

/* The worker of a runner; NULL: NULL. */
static inline struct act__worker *act__worker_of(const struct act__runner *runner)
{
    return (struct act__worker *)(uintptr_t)runner;
}

/* The other way round. */
static inline struct act__runner *act__runner_of(const struct act__worker *worker)
{
    return (struct act__runner *)(uintptr_t)worker;
}

/* Whose turn it is; NULL between turns. */
static inline act_self *act__current_of(const struct act__worker *worker)
{
    return act__self_of(act__load(&worker->run.current));
}

/* The worker of that system that this thread is; NULL: none. */
struct act__worker *act__worker_here(const struct act_system *system);

/* Living actors; exact when nothing runs, else not too few. */
uint64_t act__system_actors_count(act_system *system);

#endif
