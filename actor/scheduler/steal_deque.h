/* A worker's newly spawned actors: it takes the youngest, thieves the oldest. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_STEAL_DEQUE_H
#define ACT_ACTOR_SCHEDULER_STEAL_DEQUE_H

#include <actor/scheduler/task.h>

/*
 *                 push   youngest   oldest    at the same time
 *     push         no       no        yes     the owner only
 *     youngest     no       no        yes     the owner only
 *     oldest       yes      yes       yes     all workers
 *
 * An actor that spawns others, which spawn others, would fill memory with a whole generation before
 * the first has ended, if they ran in the order they came: youngest first is depth first, and what
 * runs is still in the cache. A thief takes the oldest, which has the largest part of the work
 * behind it.
 *
 * The deque of Chase and Lev (SPAA 2005), in the form proved by Lê et al. (PPoPP 2013), without
 * growth.
 */
#define ACT__STEAL_DEQUE_MAX 1024u

struct act__steal_deque {
    _Atomic uint32_t head       ACT__ALIGNED; /* moved by all */
    _Atomic uint32_t tail       ACT__ALIGNED; /* moved by the owner */
    _Atomic(struct act__task *) ring[ACT__STEAL_DEQUE_MAX];
};

/* Returns: false if it is full. */
bool              act__steal_deque_push(struct act__steal_deque *newborns, struct act__task *task);
/* NULL: empty. */
struct act__task *act__steal_deque_youngest(struct act__steal_deque *newborns);
/* NULL: empty, or another was faster. */
struct act__task *act__steal_deque_oldest(struct act__steal_deque *newborns);

/* Owner: exact except for what thieves take. */
static inline uint32_t act__steal_deque_count(const struct act__steal_deque *newborns)
{
    return act__load(&newborns->tail) - act__load(&newborns->head);
}

static inline bool act__steal_deque_is_empty(struct act__steal_deque *newborns)
{
    /* seq_cst: read after a worker has said that it goes to sleep; see parking.c. */
    uint32_t head = atomic_load_explicit(&newborns->head, memory_order_seq_cst);
    return (int32_t)(atomic_load_explicit(&newborns->tail, memory_order_seq_cst) - head) <= 0;
}

#endif
