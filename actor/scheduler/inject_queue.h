/* Actors that no worker has in its own queue: from other threads, and overflow. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_INJECT_QUEUE_H
#define ACT_ACTOR_SCHEDULER_INJECT_QUEUE_H

#include <pthread.h>

#include <actor/scheduler/task.h>

/* One mutex: messages between actors do not come this way, and overflow comes 128 at a time. */
struct act__inject_queue {
    pthread_mutex_t   mutex;
    struct act__task *first, *last; /* through run_next */
    _Atomic uint32_t  count;        /* written under the mutex; read without it as a hint */
};

void              act__inject_init(struct act__inject_queue *queue);
void              act__inject_destroy(struct act__inject_queue *queue);
/* A chain from first to last through run_next, ended by NULL. */
void              act__inject_push(struct act__inject_queue *queue, struct act__task *first,
                                   struct act__task *last, uint32_t count);
/* Up to `most`, as a chain; *count says how many. NULL: none. */
struct act__task *act__inject_pop(struct act__inject_queue *queue, uint32_t most, uint32_t *count);

static inline bool act__inject_is_empty(struct act__inject_queue *queue)
{
    /* seq_cst: read after a worker has said that it goes to sleep; see parking.c. */
    return atomic_load_explicit(&queue->count, memory_order_seq_cst) == 0;
}

#endif
