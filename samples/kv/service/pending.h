/* The commands of one connection that are not yet answered, in the order they came. */
/* SPDX-License-Identifier: MIT */
#ifndef KV_PENDING_H
#define KV_PENDING_H

#include <act.h>

#include <samples/kv/command.h>

struct kv_gather;

/*
 * One command:  (pushed) --- the last part arrives, or its upstream fails ---> answered
 *                                                     --- it is the first ---> (popped)
 * The reply lies in a message from a shard, in memory of its own, or is a constant.
 */
struct kv_slot {
    uint64_t          waiting; /* the upstreams that owe a part of the reply; 0: answered */
    struct kv_bytes   reply;
    act_message      *message;
    unsigned char    *memory;
    struct kv_gather *gather; /* parts of several shards that become one reply */
};

/* A ring of slots; a slot's number goes with its command to the shard and back. Zero is empty. */
struct kv_pending {
    struct kv_slot *slots;
    uint32_t        first, count, capacity; /* first: a number; capacity: a power of two */
    size_t          held_bytes;             /* of replies that wait for earlier ones */
};

/* Returns: a new slot, all zero, with its number; NULL without memory. */
KV_MUST_CHECK struct kv_slot *kv_pending_push(struct kv_pending *pending, uint32_t *number);

/* A slot by its number, which is one that push gave and pop has not dropped. */
struct kv_slot *kv_pending_slot(const struct kv_pending *pending, uint32_t number);

/* The slot that has to be answered next, or NULL. */
struct kv_slot *kv_pending_front(const struct kv_pending *pending);

/* Drops the front slot, and lets go of where its reply lay. An empty ring keeps little memory. */
void kv_pending_pop(struct kv_pending *pending);

/* Frees everything. */
void kv_pending_release(struct kv_pending *pending);

/* Answers a slot with what a buffer holds, and takes its memory. */
void kv_pending_answer_own(struct kv_pending *pending, struct kv_slot *slot,
                           struct kv_buffer *reply);

/*
 * Makes a slot wait for a part from each upstream in the set. shard_of_key: copied. Returns: false
 * without memory.
 */
KV_MUST_CHECK bool kv_pending_gather(struct kv_slot *slot, uint64_t upstreams,
                                     uint32_t upstreams_count, enum kv_merge merge,
                                     const uint32_t *shard_of_key, size_t keys_count);

/*
 * A part has come in a replies message, which is held as long as it is needed. A number that waits
 * for none is ignored.
 */
void kv_pending_answer(struct kv_pending *pending, uint32_t number, uint32_t upstream,
                       struct kv_bytes reply, act_message *message);

/*
 * The executor that had these commands is gone: answers those before `end` that wait for the
 * upstream, each with its own error.
 */
void kv_pending_fail(struct kv_pending *pending, uint32_t upstream, uint32_t end);

/* The number that the next push will give. */
static inline uint32_t kv_pending_end(const struct kv_pending *pending)
{
    return pending->first + pending->count;
}

#endif
