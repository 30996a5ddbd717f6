/*
 * A barrier that every running thread of the process passes, paid for by the caller alone.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_MEMBARRIER_H
#define ACT_ACTOR_SCHEDULER_MEMBARRIER_H

#include <linux/membarrier.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Once, before the first. Returns: whether there is one; Linux has had it since 4.14. */
static inline bool act__membarrier_register(void)
{
    return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

/*
 * What another thread has written before it is seen by the caller after it; or that thread will see
 * what the caller wrote.
 */
static inline void act__membarrier(void)
{
    (void)syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
}

#endif
