/* Invariants of the library itself: what must hold whatever callers do. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_BASE_CHECK_H
#define ACT_MAILBOX_BASE_CHECK_H

#include <stdio.h>
#include <stdlib.h>

/*
 * Always on: costs one predictable branch, and a broken invariant must not become a wrong answer.
 */
#define act__check(condition)                                                                      \
    ((condition) ? (void)0 : act__check_failed(#condition, __FILE__, __LINE__))

__attribute__((noreturn, cold)) static inline void act__check_failed(const char *condition,
                                                                     const char *file, int line)
{
    fprintf(stderr, "act: %s:%d: invariant broken: %s\n", file, line, condition);
    abort();
}

#endif
