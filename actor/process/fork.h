/* Whether a system has stayed behind in the parent of this process. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_FORK_H
#define ACT_ACTOR_PROCESS_FORK_H

#include <actor/process/shared.h>
#include <mailbox/base/fork.h>

/* A system is made. */
void act__fork_prepare(struct act_system *system);

/*
 * Whether it was made by a parent of this process. A simulation has no thread but its caller's, and
 * goes on in both.
 */
static inline bool act__has_forked(const struct act_system *system)
{
    return act__unlikely(system->forks != act__forks) && !system->executor->simulated;
}

/* The callback in which a child was forked has returned there. */
ACT_NORETURN void act__fork_returned(struct act__worker *worker);

#endif
