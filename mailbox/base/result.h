/* The one list of results that public functions return. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_BASE_RESULT_H
#define ACT_MAILBOX_BASE_RESULT_H

#include "api.h"

ACT_BEGIN_DECLS

/*
 * X(name, value, text): values never change and are never reused. ACT_FORKED is not listed with
 * each function: every one may answer it in a child of fork(), and only there (actor/actor.h,
 * mailbox/channel/channel.h).
 */
#define ACT_RESULTS(X)                                                                             \
    X(OK, 0, "success")                                                                            \
    X(NO_MEMORY, 1, "memory, or a configured limit, is exhausted")                                 \
    X(INVALID, 2, "an argument is outside its documented range")                                   \
    X(FULL, 3, "the queue is at capacity")                                                         \
    X(EMPTY, 4, "the queue holds no message")                                                      \
    X(CLOSED, 5, "the queue, actor or system takes no more work")                                  \
    X(NO_ACTOR, 6, "the pid names no living actor")                                                \
    X(NOT_FOUND, 7, "no such name, child or reference")                                            \
    X(EXISTS, 8, "the name or child id is taken")                                                  \
    X(TIMED_OUT, 9, "the timeout passed first")                                                    \
    X(MALFORMED, 10, "the bytes are not a known message")                                          \
    X(NO_NODE, 11, "the node is not connected")                                                    \
    X(OS, 12, "the operating system refused")                                                      \
    X(IGNORE, 13, "the actor chose not to run")                                                    \
    X(DISCONNECTED, 14, "the other side of the channel is gone")                                   \
    X(PANICKED, 15, "the handler that was given it has panicked")                                  \
    X(TRUNCATED, 16, "the bytes end before the message does")                                      \
    X(GAVE_UP, 17, "a root supervisor has ended before it was told to")                            \
    X(FORKED, 18, "made before fork(): only the parent has it")                                    \
    X(LOCAL, 19, "it has a resource, which cannot leave the process")

typedef enum act_result {
#define X(name, value, text) ACT_##name = value,
    ACT_RESULTS(X)
#undef X
} act_result;

/**
 * Says a result in a few English words.
 *
 * Threads: any; async-signal-safe.
 * Returns: a static text, never NULL; "unknown result" for a value outside the list.
 */
ACT_API const char *act_result_text(act_result result);

ACT_END_DECLS

#endif
