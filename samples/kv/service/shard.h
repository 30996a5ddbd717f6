/* The actor that owns one shard of the key space. */
/* SPDX-License-Identifier: MIT */
#ifndef KV_SHARD_H
#define KV_SHARD_H

#include <act.h>

#include <samples/kv/store.h>

/*
 * Args: struct kv_shard_args. It executes the batches that connections send it (batch.h) and answers each with one
 * message. When it crashes, who waits for an answer hears DOWN; the next instance finds the table in the kept block.
 */
extern const act_behavior kv_shard;

/* What outlives an instance. */
struct kv_shard_kept {
    struct kv_store store;
    uint64_t starts_count;
};

void kv_shard_kept_release(void *kept);

#endif
