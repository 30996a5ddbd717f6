/* What the local part of a pid is made of. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_BASE_PID_H
#define ACT_MAILBOX_BASE_PID_H

#include <mailbox/base/types.h>

#define ACT__SLOT_BITS 27
#define ACT__SLOT_MASK ((UINT64_C(1) << ACT__SLOT_BITS) - 1)

static inline uint64_t act__slot_of(uint64_t local)
{
    return local & ACT__SLOT_MASK;
}

static inline uint64_t act__generation_of(uint64_t local)
{
    return local >> ACT__SLOT_BITS;
}

/*
 * Whether an actor has this generation, or the handover that is to become one; an even one is that
 * of a free slot, or of a dead actor.
 */
static inline bool act__generation_is_live(uint64_t generation)
{
    return (generation & 1) != 0;
}

static inline uint64_t act__local_make(uint64_t generation, uint64_t slot)
{
    return generation << ACT__SLOT_BITS | slot;
}

/* Of this system. */
static inline act_pid act__pid_of(uint64_t local)
{
    act_pid pid = {0, local};
    return pid;
}

#endif
