/* Timers that fire again and again. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SIGNAL_EVERY_H
#define ACT_ACTOR_SIGNAL_EVERY_H

#include <actor/process/cell.h>
#include <actor/time/wheel.h>

/*
 *                        to another: a copy is sent, and
 *                   +------------------------------------------+
 *                   v                                          |
 *     armed, in the wheel ----> event in the owner's queue ----+
 *            ^                                                 | to the owner itself
 *            |                                                 v
 *            +---- handled ------------------- tick in the owner's inbox
 *
 * There is one event and one tick, and each is in one place at a time: so firing needs no memory,
 * two ticks never wait, and those that fall due meanwhile are left out. Cancelled outside of the
 * wheel it is over, and gone when that what is on its way has come.
 *
 * The tick has the message's own block of the pool. It is no user's message for the counters, and
 * ACT__HOME_TICK brings it back here when it was handled.
 */

/* Its event has come to its owner. Returns: whether it goes on; else it is to be dropped. */
bool act__every_fired(struct act__worker *worker, act_self *self, struct act__timer *timer);
/* Its tick was handled, or will not be. */
void act__every_retired(struct act__worker *worker, const act_message *tick);
/* It is cancelled while one of both is on its way. Returns: true. */
bool act__every_end(struct act__worker *worker, struct act__timer *timer);

#endif
