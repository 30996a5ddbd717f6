/*
 * Timers in a hierarchical wheel, one per worker: arm, cancel and fire take constant time.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_TIME_WHEEL_H
#define ACT_ACTOR_TIME_WHEEL_H

#include <mailbox/base/list.h>
#include <mailbox/message/envelope.h>
#include <mailbox/message/message.h>

/*
 * G. Varghese, A. Lauck: Hashed and hierarchical timing wheels (1987). A round of the finest level
 * is 1,024 slots of a millisecond; of level l above it, 64 slots of 1,024 * 64^(l-1) ms. Each level
 * has two rounds, the present one and the next. A timer lies in the finest level that has its time,
 * and moves down as that comes near. A slot keeps the order of arming, so timers due in the same
 * millisecond fire in it.
 *
 * Because of the second round a slot can be spread over finer levels before its time, a few timers
 * now and then: spread all at once, those of a second, half a million of them, made one in a
 * hundred fire 3 ms late.
 */
#define ACT__WHEEL_FINE_BITS 10
#define ACT__WHEEL_BITS      6
#define ACT__WHEEL_LEVELS    7 /* a round of the coarsest is 1024 * 64^6 ms: 2,231 years */
/* Timers that act__wheel_spread moves down from each level: 10 us of work */
#define ACT__WHEEL_SPREAD 512
#define ACT__WHEEL_SLOTS                                                                           \
    (2 * ((1 << ACT__WHEEL_FINE_BITS) + (ACT__WHEEL_LEVELS - 1) * (1 << ACT__WHEEL_BITS)))

_Static_assert(ACT__WHEEL_SLOTS / 64 <= 64, "a summary is one word");

struct act__timer_wheel {
    act_millis       now;                           /* all that was due up to here has fired */
    uint64_t         filled[ACT__WHEEL_SLOTS / 64]; /* a bit for each slot: it is not empty */
    uint64_t         summary;                       /* a bit for each word of those: it is not 0 */
    struct act__list slots[ACT__WHEEL_SLOTS];       /* level by level, the finest first */
};

/*
 * Owned by an actor and lying in the wheel of the worker that armed it. `state` decides between the
 * wheel, which fires, and the owner, which cancels, possibly on another worker: the one that
 * changes ARMED has won. A fired timer travels to its owner as the signal `event`, which has room
 * in itself; so firing needs no memory and cannot get lost. The owner then sends the message on, or
 * turns the event into TIMED_OUT.
 */
struct act__timer {
    act_message        event;
    struct act__list   slot;         /* in the wheel; only its worker */
    struct act__member owned;        /* in the owner's cell->timers; only the owner */
    _Atomic uint64_t   generation;   /* odd while in use: makes the ref */
    struct act__timer *next_call[2]; /* on their way to the wheel's worker: to arm, to cancel */
    act_millis         due;
    act_message       *message; /* NULL: the timeout of the ask event.ref */
    uint64_t           to;
    _Atomic uint64_t   owner; /* written when it is armed; a stranger with its ref may look. 0: a
                                 watch, see backpressure.c */
    /* Of one that fires again and again, see actor/signal/every.h; only the owner. */
    const struct act_type *type;   /* of `message`, where it goes to another; NULL: a value */
    act_millis             period; /* 0: it fires once */
    _Atomic uint32_t       state;
    uint16_t               worker;     /* whose wheel */
    bool                   by_call;    /* armed by call_wheel: it may be on its way there, and is
                                   cancelled by another call */
    uint8_t                tick_home;  /* what frees `message` in the end */
    bool                   tick_waits; /* in the owner's inbox, or is being handled */
    bool is_over; /* cancelled while the event or the tick is on its way, and gone with
                            that */
};

enum { ACT__TIMER_ARMED, ACT__TIMER_FIRED, ACT__TIMER_CANCELLED };

void act__wheel_init(struct act__timer_wheel *wheel, act_millis now);
void act__wheel_add(struct act__timer_wheel *wheel, struct act__timer *timer);
void act__wheel_remove(struct act__timer_wheel *wheel, struct act__timer *timer);

/*
 * Moves the wheel to `now` and takes out what is due, in the order of due and then of arming. The
 * list must be empty before.
 */
void act__wheel_advance(struct act__timer_wheel *wheel, act_millis now, struct act__list *due);

/*
 * Moves some timers to finer levels before their time: to be called now and then, after
 * act__wheel_advance.
 */
void act__wheel_spread(struct act__timer_wheel *wheel);

/*
 * When the wheel wants to be advanced next, at the latest; ACT_FOREVER: it is empty. Never too
 * late.
 */
act_millis act__wheel_next(const struct act__timer_wheel *wheel);

#endif
