/* What arrives at an actor besides messages. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SIGNAL_SIGNAL_H
#define ACT_ACTOR_SIGNAL_SIGNAL_H

#include <actor/process/cell.h>

enum {
    ACT__SIGNAL_START = 1, /* tags of signals on their way */
    ACT__SIGNAL_LINK,
    ACT__SIGNAL_MONITOR,
    ACT__SIGNAL_END,  /* unlink or demonitor */
    ACT__SIGNAL_EXIT, /* through a link, or sent */
    ACT__SIGNAL_DOWN,
    ACT__SIGNAL_TIMER,
    ACT__SIGNAL_OUTBOX /* carries messages: see send.c */
};

/* Pushes a signal, waking a receiver that is muted. `worker` may be NULL. */
void act__signal_push(struct act_system *system, struct act__worker *worker, uint64_t to,
                      act_message *signal);
/* Pushes an event of an object to its owner, as a message. */
void act__event_push(struct act__worker *worker, uint64_t to, struct act__event *event);
/*
 * Asks something of the actor `to`, without an envelope; never fails. A dead actor: nothing
 * happens.
 */
void act__control_set(struct act_system *system, struct act__worker *worker, uint64_t to,
                      uint8_t control);
/* Fetches; applies signals and takes messages in, or refuses them if no actor lives here. */
void act__take_in(struct act__worker *worker, act_self *self);
/* The same for a list that was fetched already. */
void act__take_in_list(struct act__worker *worker, act_self *self, act_message *list);
/*
 * A message that was popped or fetched and that no one will handle becomes a dead letter and is
 * freed.
 */
void act__refuse(struct act__worker *worker, act_self *self, act_message *message, act_result why);
/* Applies and clears `control`. */
void act__control_apply(struct act__worker *worker, act_self *self);
static inline void act__control_take(struct act__worker *worker, act_self *self)
{
    /*
     * One that is not born yet finds its bits when it lives: a stale run must not clear them.
     */
    if (act__unlikely(act__load(&self->control) != 0) && act__phase_is_living(self))
        act__control_apply(worker, self);
}

#endif
