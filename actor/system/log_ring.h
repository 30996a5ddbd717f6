/* The ring in which records of the log wait to be written. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_LOG_RING_H
#define ACT_ACTOR_SYSTEM_LOG_RING_H

#include <actor/system/log_record.h>
#include <mailbox/base/atomics.h>

/*
 * A bounded queue of many writers and one reader. A slot's turn says whose it is: 2 * lap, the
 * writer of that lap; 2 * lap + 1, the reader; so zeroed memory is an empty ring. A writer that was
 * preempted in its slot holds up the reader, never another writer; a writer that finds the ring
 * full goes away at once.
 */
struct act__log_slot {
    _Atomic uint64_t       turn;
    struct act__log_record record;
};

enum { ACT__LOG_SLOTS = 1024 };

struct act__log_ring {
    struct act__log_slot *slots;
    _Atomic uint64_t tail ACT__ALIGNED; /* of all writers: how many slots they have taken */
    _Atomic uint64_t      lost;         /* records that had no place */
    uint64_t head         ACT__ALIGNED; /* the reader's: how many it has given back */
};

bool act__log_ring_create(struct act__log_ring *ring);
void act__log_ring_destroy(struct act__log_ring *ring);
/*
 * Copies the record in; any thread, never waits. Returns: false if it was full, and the record is
 * counted as lost.
 */
bool act__log_ring_push(struct act__log_ring *ring, const struct act__log_record *record);
/* The oldest record; NULL: none that is complete. The reader only. */
const struct act__log_record *act__log_ring_first(struct act__log_ring *ring);
/* Gives that one's slot back. */
void                          act__log_ring_drop_first(struct act__log_ring *ring);

#endif
