/* A keyed hash (SipHash-1-3): without the seed no client finds keys that collide. */
/* SPDX-License-Identifier: MIT */
#ifndef KV_HASH_H
#define KV_HASH_H

#include <samples/kv/bytes.h>

/* 128 secret random bits. */
struct kv_seed {
    uint64_t low, high;
};

uint64_t kv_hash(struct kv_seed seed, struct kv_bytes bytes);

/* Says which of the shards owns a hash. It looks at the high half, tables look at the low bits. */
static inline uint32_t kv_hash_shard(uint64_t hash, uint32_t shards_count)
{
    return (uint32_t)(((hash >> 32) * shards_count) >> 32);
}

#endif
