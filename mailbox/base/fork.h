/* What of the library stays behind when the process forks. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_BASE_FORK_H
#define ACT_MAILBOX_BASE_FORK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A child of fork() has only the thread that called it. Locks that other threads held stay locked,
 * and descriptors are the parent's: so nothing that was made before is used, and each call that is
 * given it answers ACT_FORKED. What is made afterwards is the child's own.
 *
 * An even number: 2 more in the child, by its only thread, before fork() returns. What is made
 * remembers it.
 */
extern uint32_t act__forks;

enum act__fork_part { ACT__FORK_POOL, ACT__FORK_ACTORS, ACT__FORK_PARTS };

/*
 * Has act__forks counted from now on and, in the child, lets a part mend what is its own. mend
 * NULL: nothing. Any thread.
 */
void act__fork_watch(enum act__fork_part part, void (*mend)(void));

#endif
