/* What a worker's event loop consists of, for the other files of io/. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_IO_LOOP_RECORD_H
#define ACT_ACTOR_IO_LOOP_RECORD_H

#include <time.h>

#include <event2/event.h>

#include <actor/scheduler/loop.h>
#include <mailbox/base/atomics.h>

#ifdef ACT_TESTING
extern bool act__loop_reserves_nothing; /* libevent finds out by itself that there are no
                                           descriptors */
#endif

struct act__handle;
struct act_tcp;

/*
 * Touched by the thread that has its station only, except wake_fd, which others write to, what is
 * atomic, and what never changes: base, system, index.
 */
struct act__loop {
    struct act__worker    *worker;
    struct act_system     *system;
    uint32_t               index; /* of the worker */
    struct event_base     *base;
    struct event          *wake, *alarm;
    int                    wake_fd;
    int                    alarm_fd;
    act_millis             alarm_at;   /* on the executor's clock; ACT_FOREVER: it is not set */
    struct timespec        epoch;      /* when that clock was 0 */
    uint32_t               used_count; /* listeners and connections */
    struct act__suspended *suspended;  /* actors whose handlers go on without this loop */
    struct act_tcp        *finishing;  /* connections that have no owner any more: tcp_finish.c */
    struct act__handle    *deferred;   /* handles of theirs of which an event was put off */
    _Atomic uint32_t       connections_count; /* their owners are bound to this worker, or are about
                                                 to be; written by any worker, see placement.c */
    _Atomic bool           signals_asked; /* wake-ups may mean OS signals; written by any worker,
                                             see os_signal.c */
};

#endif
