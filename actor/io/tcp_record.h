/* What a connection consists of, and what its parts do to it. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_IO_TCP_RECORD_H
#define ACT_ACTOR_IO_TCP_RECORD_H

#include <event2/buffer.h>
#include <event2/event_struct.h>

#include <actor/io/address.h>
#include <actor/io/handle.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>

/*
 *      connect ---> CONNECTING ---------------+------> broken: `error` says why; the input that
 * act__tcp_connect_done |                     |        was read can still be looked at, output
 *                       v                     |        is dropped
 *      open -----> established ---------------+ act__tcp_break
 *                       |
 *                       +--- `ended`: the other side sends no more
 *                       +--- `ending`: the owner writes no more
 *                       |        +--- `shut`: and all of it is sent
 *                       +--- `finishing`: it has no owner any more, see tcp_finish.c
 */
struct act_tcp {
    struct act__handle     handle;
    struct act__after_turn after_turn; /* sends what the turn has written; the handle is held
                                          meanwhile */
    struct evbuffer       *input, *output;
    struct event           readable;
    struct event           writable; /* added only while connecting, and when the system has
                                        taken not all */
    struct event           timer;    /* until connected; then until idle */
    union act__address     peer;
    uint64_t               consumed;   /* how often: input was dropped */
    size_t                 read_limit; /* read_high, or more if the owner wants more */
    size_t                 read_high, read_low, write_high, write_low;
    size_t                 read_step; /* how much to make room for: follows what comes */
    act_millis             idle_timeout;
    void                  *context;   /* the owner's */
    act_millis             active_at; /* the last byte in or out; kept only with an idle_timeout */
    act_millis             due;       /* until connected, and while finishing: when the timer is to
                                         say that it took too long; ACT_FOREVER: never */
    act_tcp               *finishing_next, **finishing_place; /* in the loop's list */
    int                    fd;
    int                    error;
    /* full: the read marks; reading: event added */
    bool                   connecting, paused, full, reading, ended;
    /* blocked: the writable event is added */
    bool                   blocked, ending, shut, wants_writable;
    bool                   flushes;           /* in the worker's list, as after_turn */
    bool                   finishing, resets; /* resets: when its descriptor is closed */
};

/* tcp.c */
/* What was left 0 is as it stands for then. Returns: false if they are wrong. */
bool     act__tcp_options_read(act_tcp_options *ours, const act_tcp_options *theirs);
/*
 * A connection of this actor's, by options that were read. Takes fd over unless it returns NULL: no
 * memory.
 */
act_tcp *act__tcp_make(act_self *self, int fd, const union act__address *peer,
                       const act_tcp_options *options);
/* Sends what can be sent at once, and closes; resets if that is not all. */
void     act__tcp_end(struct act__handle *handle);
/* Gives back what it has, except its memory. */
void     act__tcp_drop(act_tcp *tcp);
/* It is watched by the loop of this worker: it was to go to another with its owner. */
void     act__tcp_stay(act_tcp *tcp);
/* It is of no more use except for its input. */
void     act__tcp_break(act_tcp *tcp, int error);
/* A byte has come or gone. */
void     act__tcp_touch(act_tcp *tcp);
/* The handshake is done, or there was none to wait for: events flow. */
void     act__tcp_established(act_tcp *tcp);
/* The timer is for this from now on; breaks the connection without memory. */
void     act__tcp_set_due(act_tcp *tcp, act_millis timeout);
/* The timer has come. Returns: whether it is time; else it is set again, as above. */
bool     act__tcp_is_due(act_tcp *tcp);
/* The handshake has this long; its end is an event. */
void     act__tcp_await_connect(act_tcp *tcp, act_millis timeout);

/* tcp_read.c */
void act__tcp_readable(evutil_socket_t fd, short what, void *argument);
/* Reads from the network exactly while it should. */
void act__tcp_update_reading(act_tcp *tcp);

/* tcp_write.c */
void       act__tcp_writable(evutil_socket_t fd, short what, void *argument);
void       act__tcp_flush_after_turn(struct act__after_turn *work);
/* Whether it takes more output; if not, the owner is told when it does. As act_tcp_write. */
act_result act__tcp_may_write(act_tcp *tcp);
/* There is more output: it leaves when the turn is over. */
void       act__tcp_flush_later(act_tcp *tcp);
/* Sends as much as the system takes. */
void       act__tcp_flush(act_tcp *tcp);

/* tcp_finish.c */
/*
 * Counts it, and has the connection reset when the descriptor is closed: the other side finds that
 * something is missing.
 */
void act__tcp_cut_off(const act_tcp *tcp);
/* While it is finishing: after each event; it may be gone then. */
void act__tcp_finish_go_on(act_tcp *tcp);
void act__tcp_finish_readable(act_tcp *tcp);
void act__tcp_finish_timed_out(act_tcp *tcp);
/* There is no more time for those of this loop. */
void act__tcp_finish_all(struct act__loop *loop);

/* tcp_connect.c */
/* The handshake has ended, well or not. */
void act__tcp_connect_done(act_tcp *tcp);

#endif
