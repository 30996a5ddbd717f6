/* The gaps between two steps of a hand-over, which tests make wide. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_BASE_GAP_H
#define ACT_MAILBOX_BASE_GAP_H

/*
 * Two threads that hand something over have a few instructions in which an order that is rare can
 * be seen. In the test build a test can let them take long there; in the installed library a gap is
 * nothing. The places are named "file.step": what has just been done.
 */
#ifdef ACT_TESTING
#include <stddef.h>

#include <mailbox/base/atomics.h>

/*
 * Called at each gap, on the thread that is there. It may wait, and calls nothing of the library.
 */
typedef void                    act__gap_hook(const char *place);
extern _Atomic(act__gap_hook *) act__gap_here;

/* NULL: gaps are as they are. Any thread. */
static inline void act__gap_with(act__gap_hook *hook)
{
    act__store_release(&act__gap_here, hook); /* pairs with act__gap: what the hook reads was
                                                 written before */
}

static inline void act__gap(const char *place)
{
    act__gap_hook *hook = act__load_acquire(&act__gap_here); /* pairs with act__gap_with */
    if (act__unlikely(hook != NULL))
        hook(place);
}
#else
static inline void act__gap(const char *place)
{
    (void)place;
}
#endif

#endif
