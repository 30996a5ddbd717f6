/*
 * The seam between actors and what they run on: a pool of threads, or one seeded thread. Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_EXECUTOR_H
#define ACT_ACTOR_SCHEDULER_EXECUTOR_H

#include <setjmp.h>
#include <time.h>
#include <unwind.h>

#include <actor/delivery/outbox.h>
#include <actor/process/arena.h>
#include <actor/process/slab.h>
#include <actor/system.h>
#include <actor/time/wheel.h>
#include <mailbox/base/atomics.h>
#include <mailbox/base/random.h>
#include <mailbox/message/envelope.h>

struct act__executor;
struct act__loop;

/* Runs when the current turn of an actor is over: I/O sends there what the turn has written. */
struct act__after_turn {
    struct act__after_turn *next;
    void (*run)(struct act__after_turn *work);
};

/* A call of the program's code that waits until the thread's station is not in use: io/handle.h. */
struct act__late_call {
    struct act__late_call *next;
    void (*function)(void *argument);
    void *argument;
};

/* One turn can need three texts: of act_exit, of a panic after it, and of a panic in terminate. */
#define ACT__SPARES 3

/*
 * What a thread needs to run actors: its caches, clock and notes about the turn it is in. All of it
 * belongs to that thread; counters may be read by others. The first member of each executor's own
 * worker.
 */
struct act__worker {
    struct act_system      *system;
    struct act__executor   *executor;
    _Atomic(act_self *)     lifo_slot;      /* to run after the current one; ACT__NO_LIFO_SLOT:
                                               this worker has no such place. Written by this
                                               thread, and by the monitor while it holds the
                                               station. */
    _Atomic(act_self *)     current;        /* whose turn it is; NULL between turns. Written by
                                               this thread. */
    _Atomic uint32_t        turn;           /* counts them; this and the next two: see station.h */
    _Atomic uint16_t        station_uses;   /* calls within each other that use the station;
                                               written by this thread */
    _Atomic bool            station_asked;  /* the station is held or taken by another, or wanted
                                               back */
    const act_message      *message;        /* what it is handling; NULL outside receive or when
                                               taken */
    act__counter            others_handled; /* messages not in `received`: EXIT, DOWN, events */
    act_millis              now;            /* as of this message; -1: not asked yet */
    struct act__after_turn *after_turn;     /* newest first */
    struct act__late_call  *late_first, *late_last;
    bool                    calls_late; /* them, one after the other */
    struct act__outbox      outbox;
    act_self               *flooded;        /* the overloaded actor this turn has sent to, if any */
    uint32_t                backlog_max;    /* waiting messages that make an actor overloaded;
                                               see backpressure.c */
    uint32_t                batch_max;      /* messages that an actor may handle in a turn at
                                               most: see batch_shift in cell.h */
    uint32_t                outbox_max;     /* messages that may wait in the outbox; 0: none */
    bool                    is_behind;      /* an actor has spent its batch, and as many messages
                                               wait */
    uint32_t                batch;          /* messages that the current actor may still handle
                                               in this turn */
    uint32_t                index;          /* 0 to workers_count - 1; ACT__NO_WORKER: not one of
                                               those */
    bool                    unwinding;      /* a panic is on its way to `recover` */
    uint8_t                 exit_stage;     /* how far the current actor's end has got; see
                                               exit.c */
    bool                    has_ended_root; /* one that was told to end, by the current actor's
                                               end */
    bool                    exit_agreed;    /* that is a kill that nobody need be told of */
    struct act__reason      exit_reason;    /* of the current actor, once its end is decided */

    struct act__slab_cache   cells, bonds, timers;
    struct act__timer_wheel *wheel; /* its station's; NULL: it has none */
    struct act__arena        scratch;
    struct act__reason_text *spares[ACT__SPARES]; /* so that a failure never has to ask for
                                                     memory */
    uint32_t                 spares_count;
    struct act__random       random;
    struct act__loop        *loop; /* its station's; NULL: no I/O on this thread */

    jmp_buf                  recover;     /* where a panic ends: the bottom of the thread's loop */
    char                    *stack_floor; /* the frame of that loop: a panic unwinds up to it */
    struct act__reason_text *panic_text;
    struct _Unwind_Exception panic;
    char                     ended_label[ACT_NAME_MAX]; /* of an on_end that was called; "": none */

#define X(name, text) act__counter name;
    ACT_COUNTERS(X)
#undef X
};

#define ACT__NO_WORKER    UINT32_MAX
#define ACT__NO_LIFO_SLOT ((act_self *)1)

/* Where an actor runs: a worker's index plus one, or one of these. */
enum {
    ACT__ROUTE_ANY = 0,
    ACT__ROUTE_FOREIGN = 0xFFFE, /* an ordinary thread that waits; see foreign.c */
    ACT__ROUTE_BLOCKING = 0xFFFF /* a thread of its own */
};

typedef void act__worker_visit(struct act__worker *worker, void *context);
/* since: when the turn began, by the executor's clock; -1: not known. */
typedef void act__turn_visit(act_self *self, act_millis since, void *context);

/*
 * Time, randomness and the order in which actors run come only from here. All functions may be
 * called by any thread; `worker` is the calling one's, NULL if it has none.
 */
struct act__executor_operations {
    /*
     * The caller holds the actor's token and hands it over: act__turn_run(worker, self) will be
     * called once.
     */
    void (*schedule)(struct act__executor *executor, struct act__worker *worker, act_self *self);
    /* The same for one that was just spawned. */
    void (*schedule_newborn)(struct act__executor *executor, struct act__worker *worker,
                             act_self *self);
    /* The same for an actor whose batch is spent: after all others that wait. */
    void (*yield)(struct act__executor *executor, struct act__worker *worker, act_self *self);
    /* Milliseconds on a clock that never goes back. */
    act_millis (*now)(struct act__executor *executor);
    /*
     * Puts a timer into its wheel, or takes it out and drops it, from a thread that the wheel does
     * not belong to.
     */
    void (*call_wheel)(struct act__executor *executor, struct act__timer *timer, bool cancel);
    /* Makes sure that a blocking actor will find a thread. */
    act_result (*prepare_blocking)(struct act__executor *executor);
    /* Calls visit for every worker there is or was, the system's own excluded. */
    void (*each_worker)(struct act__executor *executor, act__worker_visit *visit, void *context);
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

/*
 * Implemented by actor/process/turn.c. Runs one actor for a batch of messages; 0: as many as
 * batch_shift leaves it.
 */
void act__turn_run(struct act__worker *worker, act_self *self, uint32_t batch);

/*
 * Called by an executor where `recover` was jumped to: ends the actor that panicked and finishes
 * its turn.
 */
void act__turn_recover(struct act__worker *worker);
/* The rest of a turn. */
void act__turn_go_on(struct act__worker *worker);

/* The executors. */
act_result act__worker_pool_create(struct act__executor **executor, struct act_system *system,
                                   const act_system_options *options);

#endif
