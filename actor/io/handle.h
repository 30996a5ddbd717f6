/*
 * What listeners and connections have in common: an owner, one event at a time, and an end.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_IO_HANDLE_H
#define ACT_ACTOR_IO_HANDLE_H

#include <actor/io/io.h>
#include <actor/io/loop_record.h>
#include <actor/process/attachment.h>
#include <actor/process/cell.h>

/*
 * In this scope the calling thread has its station, and with it the loop; it may have to wait for
 * it. For every call of an owner's: its handler may have lasted so long that another thread runs
 * the loop (station.h).
 */
#define ACT__AT_STATION                                                                            \
    struct act__worker *act__here __attribute__((cleanup(act__station_left), unused)) =            \
        act__station_here()

struct act__worker *act__station_here(void);
void                act__station_left(struct act__worker **here);

/*
 * Has the program's code called, and `call` freed by act__free, at the end of the outermost such
 * scope: a callback that takes its time is to keep no other thread from the station. All callbacks
 * that come from inside a scope are called so.
 */
void act__call_late(struct act__late_call *call);

/* An event of libevent's that has come for a handle whose owner's handler goes on elsewhere. */
#define ACT__EVENTS_MAX 3
struct act__deferred {
    struct event *event;
    short         what;
};

/*
 *      opened ---- away: its owner is still to come to the loop's worker
 *        |           |
 *        v           v the event that brings it there is handled
 *      open ------ act__handle_close: the owner closes it, or ends -----> closed
 *                                                                           |
 *                                                        no event in an    |
 *                                                        inbox, no hold     v
 *                                                                         freed
 *
 * All of it is touched by the thread of its loop's worker only: the owner is bound to that worker,
 * so its handlers, its end, libevent's events and the fate of its own event all happen there. Only
 * while it is away the owner's last handler runs on another worker. The loop, and what belongs to
 * its worker, is left alone then: what is to be added there is added when the owner has come. And
 * when it is closed an event that is still in the inbox may end on any worker, as its owner ends:
 * `left` is touched then, and nothing else.
 */
struct act__handle {
    struct act__attachment attachment; /* of the owner */
    struct act__event      event;
    struct act__loop      *loop;
    struct act__handle    *next_deferred;             /* in the loop's list, while deferred_count
                                                         is not 0 */
    struct act__deferred   deferred[ACT__EVENTS_MAX]; /* events that are put off until the owner
                                                         is resumed */
    uint64_t               owner;
    uint32_t               first_tag; /* of the event of bit 0 of `pending`; others follow */
    /* the owner has come to the loop's worker: adds what is to be heard of */
    void (*arrive)(struct act__handle *handle);
    /* while it is away: the owner stays on the worker of this loop instead */
    void (*stay)(struct act__handle *handle, struct act__loop *loop);
    /* whether an event is to be added, or told of, now */
    bool (*wants)(struct act__handle *handle, struct event *event);
    /* NULL, or: the event was handled or passed over, and is not in flight any more */
    void (*handled)(struct act__handle *handle);
    /* the owner has ended: everything, act__handle_close included */
    void (*close)(struct act__handle *handle);
    uint8_t         deferred_count;
    uint8_t         pending;   /* ACT__TELL_*: what the owner is to be told and has not been */
    bool            away;      /* its owner has not come to the loop's worker */
    bool            in_flight; /* the event is in the owner's inbox, or being handled */
    uint8_t         holds;     /* that lead here: it is not to be freed yet; until it is closed */
    _Atomic uint8_t left;      /* when it is closed: holds, and the event if that is in flight */
    bool            closed;
};

/*
 * What there is to tell, first things first: bit n is the event with the tag
 * ACT_MESSAGE_TCP_ACCEPTABLE + n; or as first_tag says, see fd.c.
 */
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
/* What it has opened elsewhere in this handler is opened here instead: it cannot leave any more. */
void act__handles_stay(act_self *self);
/*
 * The actor becomes the owner and is bound to that loop's worker: the one that it is on or, if
 * `arrive` is set in the handle, another, where it goes after its handler. `handle` begins its
 * object, which act__free frees.
 */
void act__handle_open(struct act__handle *handle, act_self *self, struct act__loop *loop,
                      void (*close)(struct act__handle *handle),
                      bool (*wants)(struct act__handle *handle, struct event *event));
/* Tells the owner, now or when it has handled the event before. */
void act__handle_tell(struct act__handle *handle, unsigned what);
/* The owner hears nothing more; freed now or when nothing leads here any more. */
void act__handle_close(struct act__handle *handle);
/*
 * First in each event's callback. Returns: whether the event is put off, because the owner's
 * handler may be using the handle on another thread. It comes again later; `what` is 0 if it could
 * not be added again for lack of memory.
 */
bool act__handle_defers(struct act__handle *handle, struct event *event, short what);
/* The events that this owner's handles have put off. */
void act__handles_resume(struct act__loop *loop, uint64_t owner);
/* Something leads here, on its worker, until act__handle_let_go. */
static inline void act__handle_hold(struct act__handle *handle)
{
    handle->holds++;
}
void act__handle_let_go(struct act__handle *handle);

#endif
