/* Where messages wait for the next instance of an actor. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_DELIVERY_HANDOVER_H
#define ACT_ACTOR_DELIVERY_HANDOVER_H

#include <actor/process/attachment.h>
#include <actor/process/cell.h>

/*
 * Whether the actor, which ends now and has ACT__CELL_HANDS_OVER, leaves a handover. Others can
 * abandon it from here on.
 */
bool      act__handover_hold(act_self *self);
/*
 * Its messages and its name (NULL: none), which are under its own pid till then, pass to the
 * handover's.
 */
void      act__handover_pass_on(struct act__worker *worker, act_self *self,
                                struct act__attachment *name);
/*
 * Others can take it from here on, and another actor's fields be written; or it was given up, and
 * is abandoned.
 */
void      act__handover_park(act_self *self);
/* Whether none will come. Then the holder of the token makes it a dead cell: */
bool      act__handover_is_abandoned(const act_self *self);
void      act__handover_clear(struct act__worker *worker, act_self *self);
/* The cell of a handover, for a spawn; NULL: there is no such handover. */
act_self *act__handover_take(struct act_system *system, act_pid handover);
/* The spawn has failed. */
void      act__handover_put_back(struct act_system *system, act_self *self);
/* All that are left, when no actor lives. */
void      act__handovers_clear(struct act_system *system);
/* The message whose handler has panicked. Returns: whether it waits for the next instance. */
bool      act__handover_redeliver(struct act__worker *worker, act_self *self, act_message *message);
/* That one is there: how often such a message may be tried again. */
void      act__handover_begin(act_self *self, uint32_t redeliver_max);

#endif
