/* How senders that flood an actor are muted. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_DELIVERY_BACKPRESSURE_H
#define ACT_ACTOR_DELIVERY_BACKPRESSURE_H

#include <actor/delivery/send.h>
#include <actor/process/cell.h>
#include <actor/process/shared.h>
#include <actor/process/worker.h>

/* Whether its list is open: it is overloaded, or a sender has found it so. */
static inline bool act__mutes_senders(const act_self *self)
{
    /* relaxed: a sender may open it at any time, and then asks for a look: act__control_apply. */
    return (act__load(&self->muted) & ACT__MUTED_BY) == 0;
}
/*
 * After a fetch, and while overloaded after each message: says whether this actor is far behind,
 * and unmutes its senders when it no longer is.
 */
void               act__backpressure_update(struct act__worker *worker, act_self *self);
/* More than backlog_max have come to one that is calm since it last looked. By a sender. */
void               act__backpressure_flooded(struct act__worker *worker, act_self *receiver);
/* The receiver looks, after a fetch, as it may have been asked to. */
void               act__backpressure_look(struct act__worker *worker, act_self *self);
/* It ends: mutes none any more. */
void               act__backpressure_become_calm(struct act__worker *worker, act_self *self);
static inline void act__backpressure_end(struct act__worker *worker, act_self *self)
{
    if (act__unlikely(act__mutes_senders(self)))
        act__backpressure_become_calm(worker, self);
}
/* At the end of a turn: true if the actor is now muted and its token gone. */
bool act__backpressure_mute(struct act__worker *worker, act_self *self);
/*
 * At the beginning of a turn of one that was muted: signals take effect. Returns: false if it
 * was unmuted meanwhile; else *by is for act__backpressure_stay.
 */
bool act__backpressure_wake(struct act__worker *worker, act_self *self, uint32_t *by);
/*
 * Puts what one that is muted has to handle next in front of all that waits: an EXIT, a DOWN, a
 * timer's message or the time-out of an ask. Returns: false if there is none.
 */
bool act__backpressure_hears(act_self *self);
/* After that. Returns: true if it is muted again and its token gone. */
bool act__backpressure_stay(struct act__worker *worker, act_self *self, uint32_t by);
/* The watch of an overloaded receiver has fired. */
void act__backpressure_watch(struct act__worker *worker, struct act__timer *timer);

/* The end of this turn is to look whether that mutes its actor. */
static inline void act__backpressure_note(struct act__worker *worker, act_self *receiver)
{
    worker->flooded = receiver;
    worker->unusual = true;
}

/*
 * So many messages go to this receiver: whether the end of this turn is to mute the sender. Of one
 * that is muted only if much waits there; if that has stopped being muted meanwhile it counts them
 * twice, so that it is only unmuted the sooner.
 */
static inline __attribute__((always_inline)) void act__backpressure_sent(struct act__worker *worker,
                                                                         act_self *receiver,
                                                                         uint32_t  count)
{
    uint32_t muted = act__load(&receiver->muted);
    if (act__likely(muted == ACT__CALM))
        return;
    if ((muted & ACT__MUTED_BY) == 0 ||
        act__add(&receiver->pressure, count) + count > worker->backlog_max / 2)
        act__backpressure_note(worker, receiver);
}

/*
 * So many have come to one that was awake. The caller has just pushed, and so has the receiver's
 * first cache line: to count there costs little. Of two that count at once one may not count. See
 * backpressure.c.
 */
static inline __attribute__((always_inline)) void act__backpressure_came(struct act__worker *worker,
                                                                         act_self *receiver,
                                                                         uint32_t  count)
{
    /* relaxed, all: hints */
    if (act__unlikely(act__load(&receiver->muted) != ACT__CALM))
        return;
    uint32_t came = act__load(&receiver->pressure) + count;
    act__store(&receiver->pressure, came);
    if (act__unlikely(came > worker->backlog_max))
        act__backpressure_flooded(worker, receiver);
}

#endif
