/* What a system consists of. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_SYSTEM_RECORD_H
#define ACT_ACTOR_SYSTEM_SYSTEM_RECORD_H

#include <pthread.h>

#include <actor/signal/bond.h>
#include <actor/process/cell.h>
#include <actor/process/fatal.h>
#include <actor/system/service_manager.h>

/* Written at creation unless said otherwise. */
struct act_system {
    struct act__slab      cells, bonds, timers;
    struct act__names    *names;
    struct act__executor *executor;
    struct act__log      *log;     /* NULL: options.log is called */
    act_system_options    options; /* with the defaults filled in */

    /*
     * The worker of all ordinary threads, one at a time: what they do that needs caches (spawn,
     * ask, join) is rare. Guarded by foreign_mutex.
     */
    pthread_mutex_t    foreign_mutex;
    struct act__worker foreign_worker;

    /* Counted by threads that have no worker. */
    _Atomic uint64_t outside_sent, outside_dead_letters;

    /* Actors that ordinary threads spawned, oldest first. Guarded by roots_mutex. */
    pthread_mutex_t  roots_mutex;
    pthread_cond_t   root_ended; /* the last of them, or the last of all actors while `closing` */
    struct act__list roots;      /* not yet told to end */
    uint32_t         roots_told; /* and have not ended; see roots.c */
    bool             tells_roots;

    _Atomic uint32_t  trees_count; /* root supervisors; with the next two see lifecycle.h */
    _Atomic bool      gave_up;
    _Atomic bool      overdue;
    _Atomic bool      stop_asked;
    _Atomic bool      closing;    /* no spawns from outside; ends are announced by root_ended */
    _Atomic bool      killing;    /* no spawns at all: what is left is being killed */
    int               stop_event; /* an eventfd: act_system_stop must be async-signal-safe; -1 in
                                     a simulation */
    _Atomic bool      abandoned;  /* act_system_destroy has returned and callbacks still run:
                                     hooks are not called */
    act_system       *next_abandoned;
    uint32_t          forks;   /* act__forks when it was made: fork.h */
    _Atomic bool      is_run;  /* by this thread, in act_system_run */
    struct act__stack runner;  /* that one's; written before */
    bool              stopped; /* act_system_run's work is done; guarded by its caller being one */

    struct act__service_manager service_manager;
};

/*
 * The worker whose callbacks this thread runs, those of blocking actors and of simulations
 * included; NULL: none.
 */
extern _Thread_local struct act__worker *act__callbacks_here;

/*
 * Whether this thread may wait for actors of the system: not on a worker, of this system or
 * another; see system.h.
 */
bool act__may_wait_for(const struct act_system *system, act_pid pid);
/* Whether this thread may stop and take the system down: in none of its own callbacks, either. */
bool act__may_take_down(const struct act_system *system);

/* The worker of that system that this thread is; NULL: none. */
struct act__worker *act__worker_here(const struct act_system *system);

/*
 * The cell a pid leads to, whoever lives there; NULL for a slot that never was one. Any number is
 * safe.
 */
static inline act_self *act__cell_at(struct act_system *system, uint64_t local)
{
    size_t offset = (local & ACT__SLOT_MASK) * sizeof(act_self);
    return offset < act__load(&system->cells.region.used_bytes)
               ? (act_self *)(void *)(system->cells.region.base + offset)
               : NULL;
}

/*
 * A message goes to this receiver: whether the end of this turn is to hold the sender. Of one that
 * is muted only if much waits there; if that has stopped being muted meanwhile it counts one
 * message too many, which only hurries its relief.
 */
static inline __attribute__((always_inline)) void act__backpressure_sent(struct act__worker *worker,
                                                                         act_self *receiver)
{
    uint32_t muted = act__load(&receiver->muted);
    if (act__likely(muted == ACT__CALM))
        return;
    if ((muted & ACT__MUTED_BY) == 0 || act__add(&receiver->pressure, 1) >= worker->backlog_max / 2)
        worker->flooded = receiver;
}

/*
 * So many have come to one that was awake. The caller has just pushed, and so has the receiver's
 * first cache line: to count there costs little. Of two that count at once one may not count. See
 * backpressure.c.
 */
static inline __attribute__((always_inline)) void act__backpressure_came(struct act__worker *worker,
                                                                         act_self *receiver,
                                                                         uint32_t  count)
{
    /* relaxed, all: hints */
    if (act__unlikely(act__load(&receiver->muted) != ACT__CALM))
        return;
    uint32_t came = act__load(&receiver->pressure) + count;
    act__store(&receiver->pressure, came);
    if (act__unlikely(came > worker->backlog_max))
        act__backpressure_flooded(worker, receiver);
}

/* Messages, as one envelope, to an actor without a bound. */
static inline __attribute__((always_inline)) void act__backpressure_push(struct act__worker *worker,
                                                                         act_self    *receiver,
                                                                         act_message *envelope,
                                                                         uint32_t     count)
{
    if (!act__cell_push(worker->system, worker, receiver, envelope))
        act__backpressure_came(worker, receiver, count);
}

struct act__root {
    struct act__attachment attachment;
    struct act__list       place; /* in system->roots */
    act_system            *system;
    uint64_t               local;
    bool                   is_told;
    _Atomic bool           has_last_words; /* runs code when it ends: the order matters */
};

/* Creation and destruction around an executor, for act_system_create and the simulation. */
act_result act__system_make(act_system **system, const act_system_options *options);
void       act__system_free(act_system *system);

/* Living actors; exact when nothing runs, else not too few. */
uint64_t act__system_actors_count(act_system *system);
/* Asks every living actor to shut down, or kills it; needs no memory. */
void     act__control_set_all(act_system *system, struct act__worker *worker, uint8_t control);
/* An actor has ended: tells the thread that waits for the last. */
void     act__system_actor_ended(act_system *system);

/* roots.c. Tells the newest root to end, and then the others, as they end; `worker` may be NULL. */
void act__roots_tell(act_system *system, struct act__worker *worker);
/* Whether none is left. With roots_mutex, unless nothing runs. */
bool act__roots_are_gone(const act_system *system);
/* One that was told has wholly ended. */
void act__root_has_ended(act_system *system, struct act__worker *worker);

/*
 * log.c. A record about no actor, and one about an actor, by the thread that runs it. Any thread;
 * never wait.
 */
void act__log(act_system *system, act_log_level level, const char *format, ...) ACT_PRINTF(3, 4);
void act__log_of(act_self *self, act_log_level level, const char *format, ...) ACT_PRINTF(3, 4);
/* The same about an actor of another thread: the local part of its pid, its behavior's name. */
void act__log_about(act_system *system, uint64_t local, const char *behavior, act_log_level level,
                    const char *format, ...) ACT_PRINTF(5, 6);

#endif
