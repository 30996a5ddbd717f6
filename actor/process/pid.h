/* From a pid to the actor that it names. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_PID_H
#define ACT_ACTOR_PROCESS_PID_H

#include <actor/process/shared.h>

/* Of the cell of a slot, in bytes. */
static inline size_t act__offset_of(uint64_t local)
{
    return act__slot_of(local) * sizeof(act_self);
}

/*
 * The cell of a slot, the low bits of `local`, whatever lives there; NULL for a slot that never was
 * one. Any number is safe.
 */
static inline act_self *act__cell_at(struct act_system *system, uint64_t local)
{
    size_t offset = act__offset_of(local);
    return offset < act__load(&system->cells.region.used_bytes)
               ? (act_self *)(void *)(system->cells.region.base + offset)
               : NULL;
}

/*
 * The cell that a pid leads to, whatever has become of its actor; NULL: it is no actor's pid, or
 * another node's.
 */
static inline act_self *act__pid_cell(struct act_system *system, act_pid pid)
{
    bool is_ours = pid.node == 0 && act__generation_is_live(act__generation_of(pid.local));
    return is_ours ? act__cell_at(system, pid.local) : NULL;
}

/*
 * Finds the living actor that a pid names. It may end at any time after that: so a message carries
 * the generation that it is for, and its receiver compares again.
 *
 * order    Of the look at the cell's generation. memory_order_relaxed: just a hint, which saves a
 *          useless push. memory_order_acquire: pairs with the release in spawn.c and foreign.c;
 *          what the spawner writes (policy, bound, parent_hint) is then that of this generation.
 *
 * Returns: ACT_OK, and *cell is set; ACT_NO_ACTOR; ACT_NO_NODE.
 */
static inline __attribute__((always_inline)) act_result act__pid_resolve(act_self         **cell,
                                                                         struct act_system *system,
                                                                         act_pid            pid,
                                                                         memory_order       order)
{
    uint64_t  generation = act__generation_of(pid.local);
    size_t    offset = act__offset_of(pid.local);
    act_self *there = (act_self *)(void *)(system->cells.region.base + offset);
    if (act__unlikely(offset >= act__load(&system->cells.region.used_bytes) ||
                      atomic_load_explicit(&there->generation, order) != generation ||
                      !act__generation_is_live(generation) || pid.node != 0))
        return pid.node != 0 ? ACT_NO_NODE : ACT_NO_ACTOR;
    *cell = there;
    return ACT_OK;
}

#endif
