/* A system: made, run, stopped in order and taken down. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_SYSTEM_H
#define ACT_ACTOR_SYSTEM_SYSTEM_H

#include <actor/process/worker.h>
#include <actor/system.h>

/* Creation and destruction around an executor, for act_system_create and the simulation. */
act_result act__system_make(act_system **system, const act_system_options *options);
void       act__system_free(act_system *system);

/*
 * Whether this thread may wait for actors of the system: not on a worker, of this system or
 * another; see actor/system.h.
 */
bool act__may_wait_for(const struct act_system *system, act_pid pid);
/* Whether this thread may stop and take the system down: in none of its own callbacks, either. */
bool act__may_take_down(const struct act_system *system);

#endif
