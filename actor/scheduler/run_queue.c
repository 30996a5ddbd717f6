/* A worker's run queue that others may take from. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/scheduler/run_queue.h>

#include <actor/scheduler/task.h>
#include <mailbox/base/gap.h>

static _Atomic(struct act__task *) *place(struct act__run_queue *queue, uint32_t at)
{
    return &queue->ring[at % ACT__RUN_QUEUE_SIZE];
}

bool act__run_queue_push(struct act__run_queue *queue, struct act__task *task)
{
    uint32_t tail = act__load(&queue->tail);
    /*
     * acquire: pairs with the release of a thief, which has read the places that are now written
     * again.
     */
    if (tail - act__load_acquire(&queue->head) == ACT__RUN_QUEUE_SIZE)
        return false;
    act__store(place(queue, tail), task);
    act__store_release(&queue->tail, tail + 1); /* pairs with the acquire in act__run_queue_steal:
                                                   the place is written */
    return true;
}

/* Moves the head from `head` by `count`. release: the places before it have been read. */
static bool advance(struct act__run_queue *queue, uint32_t head, uint32_t count)
{
    return atomic_compare_exchange_strong_explicit(&queue->head, &head, head + count,
                                                   memory_order_acq_rel, memory_order_relaxed);
}

struct act__task *act__run_queue_first(struct act__run_queue *queue)
{
    uint32_t head = act__load(&queue->head); /* relaxed: cells are never unmapped, and only a
                                                hint is read there */
    return head == act__load(&queue->tail) ? NULL : act__load(place(queue, head));
}

struct act__task *act__run_queue_pop(struct act__run_queue *queue)
{
    for (;;) {
        uint32_t head = act__load_acquire(&queue->head); /* pairs with advance() in a thief */
        if (head == act__load(&queue->tail))
            return NULL;
        struct act__task *task = act__load(place(queue, head));
        if (advance(queue, head, 1))
            return task;
    }
}

struct act__task *act__run_queue_steal(struct act__run_queue *queue, struct act__run_queue *victim,
                                       uint32_t *count)
{
    uint32_t tail = act__load(&queue->tail);
    for (;;) {
        uint32_t head = act__load_acquire(&victim->head); /* pairs with advance() of others */
        /* pairs with the release in act__run_queue_push */
        uint32_t many = act__load_acquire(&victim->tail) - head;
        many -= many / 2;
        if (many == 0)
            return NULL;
        if (many > ACT__RUN_QUEUE_SIZE / 2)
            continue; /* head and tail do not belong together */
        for (uint32_t i = 0; i < many; i++)
            act__store(place(queue, tail + i), act__load(place(victim, head + i)));
        act__gap("run_queue.copied");
        if (!advance(victim, head, many))
            continue;
        *count = many;
        struct act__task *task = act__load(place(queue, tail + many - 1));
        act__store_release(&queue->tail, tail + many - 1); /* pairs with the acquire of thieves */
        return task;
    }
}

struct act__task *act__run_queue_shed(struct act__run_queue *queue, struct act__task **last,
                                      uint32_t *count)
{
    uint32_t          head = act__load_acquire(&queue->head); /* pairs with advance() in a thief */
    uint32_t          many = (act__load(&queue->tail) - head) / 2;
    struct act__task *taken[ACT__RUN_QUEUE_SIZE / 2];
    if (many == 0)
        return NULL;
    for (uint32_t i = 0; i < many; i++)
        taken[i] = act__load(place(queue, head + i));
    if (!advance(queue, head, many))
        return NULL;
    for (uint32_t i = 0; i + 1 < many; i++)
        taken[i]->run_next = taken[i + 1];
    taken[many - 1]->run_next = NULL;
    *last = taken[many - 1];
    *count = many;
    return taken[0];
}
