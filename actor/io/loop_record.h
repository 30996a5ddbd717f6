/* What a worker's event loop consists of, for the other files of io/. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_IO_LOOP_RECORD_H
#define ACT_ACTOR_IO_LOOP_RECORD_H

#include <event2/event.h>

#include <actor/executor/loop.h>

/* Touched by its worker's thread only, but for wake_fd, which others write to. */
struct act__loop {
    struct act__worker *worker;
    struct event_base  *base;
    struct event       *wake;
    struct event       *timeout; /* ends a wait; only while waiting */
    int                 wake_fd;
    uint32_t            used_count; /* sockets and signals that are listened to */
};

#endif
