/*
 * The log: one line a record, written by a thread of its own, so that no actor ever waits for it.
 * Public.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_LOG_H
#define ACT_ACTOR_LOG_H

#include "actor.h"

ACT_BEGIN_DECLS

/* How urgent; the numbers are syslog's. */
typedef enum act_log_level {
    ACT_LOG_ERROR = 3,   /* something has failed: an actor has ended with an error or a panic */
    ACT_LOG_WARNING = 4, /* it went on, but should be looked at */
    ACT_LOG_INFO = 6,
    ACT_LOG_DEBUG = 7
} act_log_level;

/*
 * How a record is written. Those without an actor or a worker have "-" there in TEXT, and no such
 * key in the others.
 */
typedef enum act_log_format {
    ACT_LOG_FORMAT_AUTO,   /* JOURNAL if standard error is systemd's journal ($JOURNAL_STREAM),
                              else TEXT */
    ACT_LOG_FORMAT_TEXT,   /* 2026-11-28T09:29:11.123456Z error 0 divider "room/7" <0.5.3> ended:
                              panic: divider.c:27: division by zero */
    ACT_LOG_FORMAT_LOGFMT, /* time=... level=error worker=0 pid=<0.5.3> actor="room/7"
                              behavior="divider" text="ended: panic: ..." */
    ACT_LOG_FORMAT_JSON,   /* {"time":"...","level":"error","worker":0,"pid":"<0.5.3>",
                              "actor":"room/7","behavior":"divider","text":"ended: panic: ..."} */
    ACT_LOG_FORMAT_JOURNAL /* by the journal's own protocol: MESSAGE, PRIORITY, ACT_WORKER,
                              ACT_PID, ACT_ACTOR, ACT_BEHAVIOR, ACT_TIME; TEXT if its socket is not
                              there */
} act_log_format;

/*
 * A record is a line: time (UTC; in a simulation its own time since 1970), level, the worker whose
 * thread has logged it, the actor's behavior, its name, its pid as act_pid_text writes it, and the
 * text, after a colon if the actor has said it with act_log. The name, `actor`, is the registered
 * one, else the id that its supervisor has for it; left out where there is neither. Control
 * characters, and what is not UTF-8, are escaped as in C or JSON. A line has 4096 bytes at most.
 *
 * The calling thread puts the record into a ring of 1024, which was allocated with the system; one
 * thread writes what is in it, in that order. What does not fit, because nothing reads the log or
 * the disk is full, is lost: counted in act_counters.log_lost, and told in the log itself by a line
 * where the gap is, as soon as lines go out again. A descriptor that answers with an error loses
 * its records one by one; SIGPIPE is not raised. If the process crashes, what is still in the ring
 * is lost; what exit() finds there is written first, for a second at most. In a child of fork()
 * nothing is logged.
 */

/* The longest text of a record, its final NUL included; longer ones are cut and end in "...". */
#define ACT_LOG_TEXT_MAX 800

/**
 * Logs what an actor has to say, with its name and pid.
 *
 * level   One less urgent than the system's .log_level is passed over.
 * format  As printf's.
 *
 * Threads: handler. errno is left as it was.
 * Waits:   never; in a simulation for the line to be written, a second at most.
 */
ACT_API void act_log(act_self *self, act_log_level level, const char *format, ...) ACT_PRINTF(3, 4)
    ACT_NONNULL(1, 3);

/**
 * The same for code outside actors: a record without name and pid. Threads: any; not in an OS
 * signal's handler.
 */
ACT_API void act_system_log(act_system *system, act_log_level level, const char *format, ...)
    ACT_PRINTF(3, 4) ACT_NONNULL(1, 3);

/**
 * Waits until what was logged before has been written, or is lost. act_system_destroy does so
 * itself, for a second.
 *
 * timeout  0 or more, or ACT_FOREVER.
 *
 * Threads: any thread that may block; not a handler.
 * Returns: ACT_OK, also where nothing is written later (a simulation, or a .log of yours);
 *          ACT_TIMED_OUT; ACT_INVALID (timeout); ACT_CLOSED (in a child of fork(): the writing
 *          thread is its parent's).
 */
ACT_API ACT_MUST_CHECK act_result act_log_flush(act_system *system,
                                                act_millis  timeout) ACT_NONNULL_ALL;

ACT_END_DECLS

#endif
