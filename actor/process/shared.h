/* What the actors of one system share. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_SHARED_H
#define ACT_ACTOR_PROCESS_SHARED_H

#include <stdarg.h>

#include <actor/delivery/dead_letter.h>
#include <actor/process/cell.h>
#include <actor/process/fatal.h>
#include <actor/process/slab.h>
#include <actor/process/worker.h>
#include <actor/system.h>

struct act__names;

/*
 * What an actor's own parts tell the system of, which stands above them. None of it is on the way
 * of a message. actor/system/system.c has the table; each is the function of that name there.
 */
struct act__system_operations {
    /* A record about an actor, by the thread that runs it: act__log_of. */
    __attribute__((format(printf, 3, 0))) void (*log)(act_self *self, act_log_level level,
                                                      const char *format, va_list values);
    /* The same about any actor, by any thread: the local part of its pid, its behavior's name. */
    __attribute__((format(printf, 5, 0))) void (*log_about)(act_system *system, uint64_t local,
                                                            const char   *behavior,
                                                            act_log_level level, const char *format,
                                                            va_list values);
    /* This actor will run code of its own when it ends: if it is a root, it ends alone. */
    void (*root_will_speak)(act_self *self);
    /* A root that was told to end has wholly ended. */
    void (*root_has_ended)(act_system *system, struct act__worker *worker);
    /* An actor has ended while the system is closing. */
    void (*actor_ended)(act_system *system);
};

/* The first part of act__system_record. Written at creation unless said otherwise. */
struct act_system {
    struct act__slab                     cells, bonds, timers;
    struct act__names                   *names;
    struct act__executor                *executor;
    const struct act__system_operations *operations;
    act_system_options                   options; /* with the defaults filled in */

    struct act__worker      *outside; /* of all threads that have none: system_record.h */
    /* Counted by such threads. */
    _Atomic uint64_t         outside_sent, outside_dead_letters;
    struct act__dead_letters dead_letters;

    _Atomic uint32_t  finishing_count; /* connections; written by their workers: tcp_finish.c */
    _Atomic bool      closing;   /* no spawns from outside; ends are announced by actor_ended */
    _Atomic bool      overdue;   /* an actor was killed while it was closing */
    _Atomic bool      killing;   /* no spawns at all: what is left is being killed */
    _Atomic bool      abandoned; /* act_system_destroy has returned and callbacks still run: hooks
                                   are not called */
    uint32_t          forks;     /* act__forks when it was made: fork.h */
    _Atomic bool      is_run;    /* by a thread, in act_system_run */
    struct act__stack runner;    /* that one's; written before */
};

/* What the framework says in the log of an actor, by the thread that runs it; never waits. */
void act__log_of(act_self *self, act_log_level level, const char *format, ...) ACT_PRINTF(3, 4);

#endif
