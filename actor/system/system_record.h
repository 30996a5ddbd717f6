/* What a system consists of. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_SYSTEM_RECORD_H
#define ACT_ACTOR_SYSTEM_SYSTEM_RECORD_H

#include <pthread.h>

#include <actor/process/shared.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <actor/system/roots.h>
#include <actor/system/service_manager.h>

/* Written at creation unless said otherwise. */
struct act__system_record {
    struct act_system shared; /* what its actors know of it */
    struct act__log  *log;    /* NULL: options.log is called */

    /*
     * The worker of all ordinary threads, one at a time: what they do that needs caches (spawn,
     * ask, join) is rare. Guarded by foreign_mutex.
     */
    pthread_mutex_t    foreign_mutex;
    struct act__worker foreign_worker;

    struct act__roots roots;

    _Atomic uint32_t trees_count; /* root supervisors; with the next see lifecycle.h */
    _Atomic bool     gave_up;
    _Atomic bool     stop_asked;
    _Atomic bool     kill_asked; /* by act_system_kill; set by any thread */
    int              stop_event; /* an eventfd: act_system_stop must be async-signal-safe; -1 in
                                    a simulation */
    act_system      *next_abandoned;
    bool             stopped; /* act__stop_run's work is done; guarded by its caller being one */

    struct act__service_manager service_manager;
};

static inline struct act__system_record *act__record_of(const act_system *system)
{
    return (struct act__system_record *)(uintptr_t)system;
}

#endif
