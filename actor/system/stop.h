/* How a system ends its actors in order. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_STOP_H
#define ACT_ACTOR_SYSTEM_STOP_H

#include <actor/process/worker.h>
#include <actor/system.h>

/* What is waited for. */
enum act__ended {
    ACT__ENDED_ROOTS,
    ACT__ENDED_ALL,
    ACT__ENDED_CONNECTIONS /* those that are finishing: act_tcp_finish */
};
bool act__has_ended(const act_system *system, enum act__ended what);

/*
 * An orderly stop: the roots are told, newest first, then all that no root cared for, and what
 * has not ended within stop_timeout is killed. Connections that are finishing have as long. Only
 * the waiting differs from executor to executor.
 */
struct act__stop {
    act_system         *system;
    struct act__worker *worker; /* the caller's; NULL: it has none */
    /*
     * Waits for that until a time of the executor's clock; ACT_FOREVER: for ever. Returns: whether
     * it has come.
     */
    bool (*wait)(const struct act__stop *stop, enum act__ended what, act_millis until);
    bool       heeds_kill;   /* its waits end when act_system_kill is called */
    act_millis kill_timeout; /* how long the killed may take; ACT_FOREVER: they always end */
};

/* Returns: ACT_OK; ACT_TIMED_OUT: not within stop_timeout, and perhaps some have not ended. */
act_result act__stop_in_order(struct act__stop *stop);

/* `wait` of a thread that is not one of the system's. */
bool act__stop_wait(const struct act__stop *stop, enum act__ended what, act_millis until);

/* Waits for act_system_stop, and stops. Returns: as act_system_run. */
act_result act__stop_run(act_system *system);

/* Asks every living actor to shut down, or kills it; needs no memory. */
void act__control_set_all(act_system *system, struct act__worker *worker, uint8_t control);
/* An actor has ended: tells the thread that waits for the last. */
void act__system_actor_ended(act_system *system);

#endif
