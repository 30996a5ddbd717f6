/*
 * Where the lines of the log go: a descriptor or systemd's journal, written without ever waiting.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_LOG_SINK_H
#define ACT_ACTOR_SYSTEM_LOG_SINK_H

#include <sys/types.h>

#include <actor/log.h>

/*
 * Used by one thread at a time, in which SIGPIPE and SIGXFSZ are blocked. A descriptor may be a
 * pipe whose reader has stopped, and must not become non-blocking for other processes that have it
 * too: what is written to is the same file, opened once more from begin to end.
 */
struct act__log_sink {
    int            fd;      /* the user's, or 2 */
    int            own;     /* that file, opened again or a duplicate; -1: not now, or there is
                               no descriptor */
    bool           is_ours; /* opened again: it does not block */
    int            journal; /* a socket; -1: the journal is not used, or away at the moment */
    mode_t         type;    /* of fd: S_IFIFO and the like; 0: it is not open */
    act_log_format format;
    bool           is_closed; /* fd was not open at first: what may be opened under its number is
                                 not a log */
    bool           is_torn;   /* a line was begun that can never be ended */
};

enum act__log_fate {
    ACT__LOG_WRITTEN, /* the whole line */
    ACT__LOG_FULL,    /* nothing reads: when act__log_sink_fd can be written to, go on */
    ACT__LOG_FAILED,  /* the disk is full, or the journal away: worth another try later */
    ACT__LOG_REFUSED  /* for good */
};

/* Finds out what `fd` is and resolves ACT_LOG_FORMAT_AUTO. Cannot fail. */
void act__log_sink_open(struct act__log_sink *sink, int fd, act_log_format format);
void act__log_sink_close(struct act__log_sink *sink);

/* Around each row of lines. */
void act__log_sink_begin(struct act__log_sink *sink);
void act__log_sink_end(struct act__log_sink *sink);

/*
 * Writes from line[*done] to line[count] and moves *done on. line[0] is not of the line: it is room
 * for a newline, and *done begins with 1.
 */
enum act__log_fate act__log_sink_put(struct act__log_sink *sink, char *line, size_t count,
                                     size_t *done);
/* The line will not be ended. */
void               act__log_sink_give_up(struct act__log_sink *sink, size_t done);

/* To poll for POLLOUT. */
int act__log_sink_fd(const struct act__log_sink *sink);

#ifdef ACT_TESTING
extern const char *act__journal_path;
extern void (*act__log_sink_hook)(void); /* called before each write to a descriptor */
#endif

#endif
