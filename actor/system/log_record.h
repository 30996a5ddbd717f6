/* A record of the log and the ring in which it waits to be written. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_LOG_RECORD_H
#define ACT_ACTOR_SYSTEM_LOG_RECORD_H

#include <actor/log.h>
#include <mailbox/base/atomics.h>

struct act__log_record {
    int64_t  at;     /* microseconds since 1970 */
    uint64_t lost;   /* records that the ring had had no place for, before this one */
    uint64_t local;  /* of the actor's pid; 0: none */
    uint32_t worker; /* ACT__NO_WORKER: none */
    uint16_t level;
    uint16_t text_bytes;             /* without the NUL */
    char     actor[ACT_NAME_MAX];    /* "": neither a name nor an id */
    char     behavior[ACT_NAME_MAX]; /* its name, perhaps cut; "": no actor */
    char     text[ACT_LOG_TEXT_MAX];
};

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

/* log_format.c */
enum {
    ACT__LOG_LINE_MAX = 4096
}; /* a pipe takes so many bytes whole, whatever other processes
                                      write */

/*
 * Writes a record as a line, or as a datagram of the journal. Returns: its bytes, the final newline
 * included.
 */
size_t act__log_line(char line[ACT__LOG_LINE_MAX], const struct act__log_record *record,
                     act_log_format format);

#endif
