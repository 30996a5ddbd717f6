/* Timers as actors have them. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SIGNAL_TIMERS_H
#define ACT_ACTOR_SIGNAL_TIMERS_H

#include <actor/process/cell.h>

#define ACT__DELAY_MAX ((act_millis)1 << 40)

/*
 * A timer of `self`; message NULL: the timeout of the ask `ref`. `self` NULL: it watches the
 * receiver at cell `to`, see backpressure.c. NULL: no memory.
 */
struct act__timer *act__timer_arm(struct act__worker *worker, act_self *self, uint64_t to,
                                  act_message *message, act_ref ref, act_millis delay);
/* Takes it from its owner. Returns: whether it had not fired; it and its message are then gone. */
bool               act__timer_cancel(struct act__worker *worker, struct act__timer *timer);
void               act__timer_cancel_all(struct act__worker *worker, act_self *self);
/* Puts one that is in no wheel into that of this worker, to fire at timer->due. */
void               act__timer_start(struct act__worker *worker, struct act__timer *timer);
act_millis         act__timer_now(struct act__worker *worker);
/* Puts a watch that has fired into the wheel again. */
void    act__timer_again(struct act__worker *worker, struct act__timer *timer, act_millis delay);
/* Of one that is in use. */
act_ref act__timer_ref(struct act_system *system, const struct act__timer *timer);
/* Whether it is one of this actor's that fires once, and whose message goes to itself. */
bool    act__timer_is_to_self(act_self *self, act_ref ref);

#endif
