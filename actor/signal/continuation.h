/* Functions that wait for an answer: see actor/continuation.h. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SIGNAL_CONTINUATION_H
#define ACT_ACTOR_SIGNAL_CONTINUATION_H

#include <actor/process/cell.h>

/*
 * An actor's continuations are found by the ref of what they wait for. While there are any it has
 * ACT__CELL_CONTINUES, and is asked for one wherever a ref comes to it or is given up:
 *
 *     act_then_call ---> waits ---- its answer is handled ---> runs ---> freed
 *                              |                                    |
 *                              |  taken back, refused,              |  the function ends the
 *                              v  or the actor ends                 v  handler: with the actor
 *                            freed                                freed
 */

/* Whether a function waits for what this ref brings. */
bool act__continuation_waits(act_self *self, act_ref ref);
/* Nothing will come of this ref. */
void act__continuation_forget(act_self *self, act_ref ref);
/* The answer is to be handled now. Returns: whether by act__continuation_run. */
bool act__continuation_begin(act_self *self, act_ref ref);
/* What `receive` is to the behavior: calls the function that was begun. */
void act__continuation_run(act_self *self, void *state, const act_message *answer);

static inline bool act__has_continuations(const act_self *self)
{
    return act__unlikely((self->flags & ACT__CELL_CONTINUES) != 0);
}

#endif
