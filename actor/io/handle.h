/* What listeners and connections have in common: an owner, one notice at a time, and an end. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_IO_HANDLE_H
#define ACT_ACTOR_IO_HANDLE_H

#include <actor/cell.h>
#include <actor/io/io.h>
#include <actor/io/loop_record.h>

/*
 *      open ------ act__handle_close: the owner closes it, or ends -----> closed
 *                                                                           | no notice in an inbox, no hold
 *                                                                           v
 *                                                                         freed
 *
 * All of it is touched by the thread of its loop's worker only: the owner is bound to that worker, so its
 * handlers, its end, the events and the fate of the notice all happen there.
 */
struct act__handle {
    struct act__belonging belonging; /* of the owner */
    struct act__notice    notice;
    struct act__loop     *loop;
    uint64_t              owner;
    void (*close)(struct act__handle *handle); /* the owner has ended: everything, act__handle_close included */
    uint8_t               pending;   /* ACT__TELL_*: what the owner is to be told and has not been */
    bool                  in_flight; /* the notice is in the owner's inbox, or being handled */
    bool                  held;      /* something else leads here: not to be freed yet */
    bool                  closed;
};

/* What there is to tell, first things first: bit n is the notice with the tag ACT_MESSAGE_TCP_ACCEPTABLE + n. */
enum {
    ACT__TELL_ACCEPTABLE = 1,
    ACT__TELL_CONNECTED = 2,
    ACT__TELL_READABLE = 4, /* taken back when the owner looks at its input */
    ACT__TELL_WRITABLE = 8,
    ACT__TELL_CLOSED = 16,
    ACT__TELL_IDLE = 32,
    ACT__TELL_ENDED = 64 /* as READABLE, but never taken back */
};

/* Whether this actor may open something here. */
bool act__handle_may_open(const act_self *self);
/* The actor becomes the owner and is bound to its worker. `handle` begins its object, which act__free frees. */
void act__handle_open(struct act__handle *handle, act_self *self, void (*close)(struct act__handle *handle));
/* Tells the owner, now or when it has handled the notice before. */
void act__handle_tell(struct act__handle *handle, unsigned what);
/* The owner hears nothing more; freed now or when nothing leads here any more. */
void act__handle_close(struct act__handle *handle);
/* A hold is gone. */
void act__handle_let_go(struct act__handle *handle);

#endif
