/* What a ref to an ask, a monitor or a timer is made of. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SIGNAL_REF_H
#define ACT_ACTOR_SIGNAL_REF_H

#include <mailbox/base/atomics.h>
#include <mailbox/base/types.h>

/*
 * A ref leads to a record, a bond or a timer, that is used again and again. The record's generation
 * is odd while it is in use, and the ref carries it, so a ref that is over leads to nothing.
 */

/* The bits of a ref that are the index of its bond or timer; the lowest tells which of both. */
#define ACT__REF_INDEX_BITS 27
#define ACT__REF_IS_TIMER   1

/* The index in a ref to a bond or to a timer; SIZE_MAX for a ref to the other. */
static inline size_t act__ref_index(act_ref ref, unsigned is_timer)
{
    size_t mask = (UINT64_C(1) << (ACT__REF_INDEX_BITS - 1)) - 1;
    return (ref.value & ACT__REF_IS_TIMER) == is_timer ? ref.value >> 1 & mask : SIZE_MAX;
}

static inline act_ref act__ref_make(uint64_t generation, size_t index, unsigned is_timer)
{
    act_ref ref = {generation << ACT__REF_INDEX_BITS | (uint64_t)index << 1 | is_timer};
    return ref;
}

/* Whether the ref leads to the record with this index, which has this generation now. */
static inline bool act__ref_is_of(act_ref ref, uint64_t generation, size_t index, unsigned is_timer)
{
    return (generation & 1) != 0 && act__ref_make(generation, index, is_timer).value == ref.value;
}

/*
 * A use begins or ends. When it begins the caller has a release fence behind this, before it writes
 * anything of the record: a thread that sees a field of this use sees its generation. (Not here:
 * where it is inlined from a header gcc 12 says -Wtsan of it, as a fence is unknown to
 * ThreadSanitizer; in a C file, where the macro is of a system header, it does not.)
 */
static inline void act__ref_next_use(_Atomic uint64_t *generation)
{
    act__store(generation, act__load(generation) + 1);
}

#endif
