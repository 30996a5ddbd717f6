/* A worker's run queue: first in, first out, and others may take half of it. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_RUN_QUEUE_H
#define ACT_ACTOR_SCHEDULER_RUN_QUEUE_H

#include <actor/scheduler/task.h>

/*
 *                 push   pop   steal    at the same time
 *     push         no    no     yes     the owner only
 *     pop          no    no     yes     the owner only; first and shed likewise
 *     steal        yes   yes    yes     other workers
 *
 * A ring with a head that all move by compare-exchange and a tail that only the owner moves; the
 * design of Go's run queues (runtime/proc.go, runqput and runqgrab).
 */
#define ACT__RUN_QUEUE_SIZE 256u

struct act__run_queue {
    _Atomic uint32_t head       ACT__ALIGNED; /* moved by all */
    _Atomic uint32_t tail       ACT__ALIGNED; /* moved by the owner */
    _Atomic(struct act__task *) ring[ACT__RUN_QUEUE_SIZE];
};

/* Returns: false if it is full. */
bool              act__run_queue_push(struct act__run_queue *queue, struct act__task *task);
/* The one that would be popped now, or was stolen just now. Owner only. NULL: empty. */
struct act__task *act__run_queue_first(struct act__run_queue *queue);
/* NULL: empty. */
struct act__task *act__run_queue_pop(struct act__run_queue *queue);
/*
 * Moves half of `victim`, at least one, into `queue`, which is the caller's and empty. Returns: one
 * of them; NULL: none.
 */
struct act__task *act__run_queue_steal(struct act__run_queue *queue, struct act__run_queue *victim,
                                       uint32_t *count);
/*
 * Takes the older half out as a chain through run_next, for when it is full. Owner only. NULL:
 * thieves were faster.
 */
struct act__task *act__run_queue_shed(struct act__run_queue *queue, struct act__task **last,
                                      uint32_t *count);

/* Any thread: a hint. */
static inline uint32_t act__run_queue_count(const struct act__run_queue *queue)
{
    uint32_t head = act__load(&queue->head), count = act__load(&queue->tail) - head;
    return count <= ACT__RUN_QUEUE_SIZE ? count : 0; /* else it has moved meanwhile */
}

static inline bool act__run_queue_is_empty(struct act__run_queue *queue)
{
    /* seq_cst: read after a worker has said that it goes to sleep; see parking.c. */
    uint32_t head = atomic_load_explicit(&queue->head, memory_order_seq_cst);
    return head == atomic_load_explicit(&queue->tail, memory_order_seq_cst);
}

#endif
