/* Actors that no worker has in its own queue. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/scheduler/inject_queue.h>

#include <actor/scheduler/task.h>
#include <mailbox/base/lock.h>

void act__inject_init(struct act__inject_queue *queue)
{
    pthread_mutex_init(&queue->mutex, NULL);
}

void act__inject_destroy(struct act__inject_queue *queue)
{
    pthread_mutex_destroy(&queue->mutex);
}

void act__inject_push(struct act__inject_queue *queue, struct act__task *first,
                      struct act__task *last, uint32_t count)
{
    act__lock(&queue->mutex);
    if (queue->last != NULL)
        queue->last->run_next = first;
    else
        queue->first = first;
    queue->last = last;
    /*
     * seq_cst: before the caller looks for sleepers; pairs with act__inject_is_empty, as parking.c
     * tells.
     */
    atomic_fetch_add_explicit(&queue->count, count, memory_order_seq_cst);
    act__unlock(&queue->mutex);
}

struct act__task *act__inject_pop(struct act__inject_queue *queue, uint32_t most, uint32_t *count)
{
    uint32_t taken = 0;
    if (act__load(&queue->count) == 0) /* relaxed: a hint; a worker that goes to sleep
                                          asks act__inject_is_empty */
        return NULL;
    act__lock(&queue->mutex);
    struct act__task *first = queue->first, *last = NULL;
    for (struct act__task *at = first; at != NULL && taken < most; at = at->run_next, taken++)
        last = at;
    if (last != NULL) {
        queue->first = last->run_next;
        if (queue->first == NULL)
            queue->last = NULL;
        last->run_next = NULL;
        act__sub(&queue->count, taken);
    }
    act__unlock(&queue->mutex);
    *count = taken;
    return first;
}
