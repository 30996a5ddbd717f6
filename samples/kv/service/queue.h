/* Messages that an actor has taken and not yet handled, in order. */
/* SPDX-License-Identifier: MIT */
#ifndef KV_QUEUE_H
#define KV_QUEUE_H

#include <act.h>

#include <samples/kv/memory.h>

/* A ring that grows. Zero is empty. */
struct kv_queue {
    act_message **messages;
    size_t        first, count, capacity; /* a power of two */
};

/* Returns: false without memory; the message is still the caller's. */
KV_MUST_CHECK bool kv_queue_push(struct kv_queue *queue, act_message *message);

/* As kv_queue_push, of one that was just popped: there is room. */
void kv_queue_put_back(struct kv_queue *queue, act_message *message);

/* Returns: the oldest, or NULL. The ring keeps its room until kv_queue_release. */
act_message *kv_queue_pop(struct kv_queue *queue);

/* Frees all. */
void kv_queue_release(struct kv_queue *queue);

#endif
