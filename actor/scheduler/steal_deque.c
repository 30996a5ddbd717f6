/* A worker's newly spawned actors. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/scheduler/steal_deque.h>

#include <actor/scheduler/task.h>
#include <mailbox/base/gap.h>

static _Atomic(struct act__task *) *place(struct act__steal_deque *newborns, uint32_t at)
{
    return &newborns->ring[at % ACT__STEAL_DEQUE_MAX];
}

/*
 * Takes the one at `head` from all others. seq_cst: against the store of tail in
 * act__steal_deque_youngest.
 */
static bool win(struct act__steal_deque *newborns, uint32_t head)
{
    return atomic_compare_exchange_strong_explicit(&newborns->head, &head, head + 1,
                                                   memory_order_seq_cst, memory_order_relaxed);
}

bool act__steal_deque_push(struct act__steal_deque *newborns, struct act__task *task)
{
    uint32_t tail = act__load(&newborns->tail);
    /* acquire: pairs with win() of a thief, which has read the place that is now written again. */
    if (tail - act__load_acquire(&newborns->head) >= ACT__STEAL_DEQUE_MAX)
        return false;
    act__store(place(newborns, tail), task);
    act__store_release(&newborns->tail, tail + 1); /* pairs with the load of tail in
                                                      act__steal_deque_oldest */
    return true;
}

struct act__task *act__steal_deque_youngest(struct act__steal_deque *newborns)
{
    uint32_t          tail = act__load(&newborns->tail) - 1;
    struct act__task *task;
    if ((int32_t)(tail - act__load(&newborns->head)) < 0)
        return NULL; /* only the owner adds, so it stays empty */
    /*
     * seq_cst: the place is claimed before head is read; a thief reads head before tail. Either the
     * thief sees that the place is gone, or the owner sees that head has come near, and both ask
     * win().
     */
    atomic_store_explicit(&newborns->tail, tail, memory_order_seq_cst);
    act__gap("steal_deque.claimed");
    uint32_t head = atomic_load_explicit(&newborns->head, memory_order_seq_cst);
    if ((int32_t)(tail - head) > 0)
        return act__load(place(newborns, tail));
    task = tail == head && win(newborns, head) ? act__load(place(newborns, tail)) : NULL;
    act__store(&newborns->tail, tail + 1);
    return task;
}

struct act__task *act__steal_deque_oldest(struct act__steal_deque *newborns)
{
    uint32_t head = atomic_load_explicit(&newborns->head, memory_order_seq_cst);
    uint32_t tail = atomic_load_explicit(&newborns->tail, memory_order_seq_cst);
    if ((int32_t)(tail - head) <= 0)
        return NULL;
    act__gap("steal_deque.looked");
    struct act__task *task =
        act__load(place(newborns, head)); /* before win(): then the place may be
                                                          written again */
    return win(newborns, head) ? task : NULL;
}
