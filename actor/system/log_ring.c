/*
 * The ring in which the log's records wait for the thread that writes them: see
 * doc/models/log_ring.pml. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/system/log_ring.h>

#include <string.h>

#include <actor/system/log_record.h>
#include <mailbox/base/memory.h>

bool act__log_ring_create(struct act__log_ring *ring)
{
    /* Zeroed by the system: a page is used when the first record comes to lie there. */
    ring->slots = act__allocate(ACT__LOG_SLOTS * sizeof *ring->slots);
    return ring->slots != NULL;
}

void act__log_ring_destroy(struct act__log_ring *ring)
{
    act__free(ring->slots);
    ring->slots = NULL;
}

/* The slot of that position; *turn becomes what it says when a writer may take it. */
static struct act__log_slot *slot_of(struct act__log_ring *ring, uint64_t position, uint64_t *turn)
{
    *turn = position / ACT__LOG_SLOTS * 2;
    return &ring->slots[position % ACT__LOG_SLOTS];
}

/* A slot of the caller's own; NULL: the ring is full. */
static struct act__log_slot *take_slot(struct act__log_ring *ring, uint64_t *turn)
{
    uint64_t position = act__load(&ring->tail);
    for (;;) {
        struct act__log_slot *slot = slot_of(ring, position, turn);
        /*
         * acquire: pairs with the release in act__log_ring_drop_first: the reader has done with
         * what was there.
         */
        uint64_t              is = act__load_acquire(&slot->turn);
        if (is < *turn)
            return NULL; /* the record of the lap before has not been read */
        if (is > *turn)
            position = act__load(&ring->tail); /* another writer was here since */
        else if (atomic_compare_exchange_weak_explicit(&ring->tail, &position, position + 1,
                                                       memory_order_relaxed, memory_order_relaxed))
            return slot;
    }
}

bool act__log_ring_push(struct act__log_ring *ring, const struct act__log_record *record)
{
    uint64_t              turn;
    struct act__log_slot *slot = take_slot(ring, &turn);
    if (slot == NULL) {
        act__add(&ring->lost, 1);
        return false;
    }
    memcpy(&slot->record, record, offsetof(struct act__log_record, text) + record->text_bytes + 1);
    slot->record.lost = act__load(&ring->lost);
    /*
     * seq_cst includes the release that pairs with act__log_ring_first; the rest is for
     * log_writer.c, which may be going to sleep.
     */
    atomic_store_explicit(&slot->turn, turn + 1, memory_order_seq_cst);
    return true;
}

const struct act__log_record *act__log_ring_first(struct act__log_ring *ring)
{
    uint64_t              turn;
    struct act__log_slot *slot = slot_of(ring, ring->head, &turn);
    /* seq_cst: see act__log_ring_push. */
    return atomic_load_explicit(&slot->turn, memory_order_seq_cst) == turn + 1 ? &slot->record
                                                                               : NULL;
}

void act__log_ring_drop_first(struct act__log_ring *ring)
{
    uint64_t              turn;
    struct act__log_slot *slot = slot_of(ring, ring->head, &turn);
    ring->head++;
    act__store_release(&slot->turn, turn + 2); /* pairs with the acquire in take_slot */
}
