/* What a thread needs to run actors. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_WORKER_H
#define ACT_ACTOR_PROCESS_WORKER_H

#include <actor/scheduler/executor.h>

/* What every executor's worker needs before its first turn and after its last. */
bool act__worker_init(struct act__worker *worker, struct act_system *system, uint32_t index,
                      uint64_t seed);
void act__worker_fini(struct act__worker *worker);

/*
 * The worker whose callbacks this thread runs, those of blocking actors and of simulations
 * included; NULL: none.
 */
extern _Thread_local struct act__worker *act__callbacks_here;

/* The worker of that system that this thread is; NULL: none. */
struct act__worker *act__worker_here(const struct act_system *system);

/* Living actors; exact when nothing runs, else not too few. */
uint64_t act__system_actors_count(act_system *system);

#endif
