/*
 * Type-stable objects by index: actors, bonds, timers. A cache per worker, batches between them.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_SLAB_H
#define ACT_ACTOR_PROCESS_SLAB_H

#include <pthread.h>

#include <mailbox/base/atomics.h>
#include <mailbox/base/memory.h>

/* Lies somewhere in each object and is used only while the object is free. */
struct act__slab_link {
    struct act__slab_link *next, *next_batch;
};

struct act__slab {
    struct act__region     region;
    size_t                 object_bytes, link_offset;
    pthread_mutex_t        mutex; /* of the batches; taken once per ACT__SLAB_BATCH objects */
    struct act__slab_link *batches;
};

#define ACT__SLAB_BATCH   64
#define ACT__SLAB_RESERVE 8 /* full batches that a worker keeps for itself, as in pool.c */

/* One worker's free objects. Zeroed is empty. */
struct act__slab_cache {
    struct act__slab_link *current, *reserve; /* reserve: full batches, newest first */
    uint32_t               current_count, reserve_count;
};

bool act__slab_create(struct act__slab *slab, size_t object_bytes, size_t link_offset,
                      size_t objects_max);
void act__slab_destroy(struct act__slab *slab);

/* When the cache has nothing at hand, or is full. */
void               *act__slab_take_elsewhere(struct act__slab *slab, struct act__slab_cache *cache);
void                act__slab_make_room(struct act__slab *slab, struct act__slab_cache *cache);
/*
 * An object: zeroed when it is used for the first time, else as it was when given, except
 * the link.
 */
static inline void *act__slab_take(struct act__slab *slab, struct act__slab_cache *cache)
{
    struct act__slab_link *link = cache->current;
    if (act__unlikely(act__memory_fails()))
        return NULL;
    if (act__unlikely(link == NULL))
        return act__slab_take_elsewhere(slab, cache);
    cache->current = link->next;
    cache->current_count--;
    return (char *)link - slab->link_offset;
}

static inline void act__slab_give(struct act__slab *slab, struct act__slab_cache *cache,
                                  void *object)
{
    struct act__slab_link *link =
        (struct act__slab_link *)(void *)((char *)object + slab->link_offset);
    if (act__unlikely(cache->current_count == ACT__SLAB_BATCH))
        act__slab_make_room(slab, cache);
    link->next = cache->current;
    cache->current = link;
    cache->current_count++;
}

static inline size_t act__slab_index(const struct act__slab *slab, const void *object)
{
    return (size_t)((const char *)object - slab->region.base) / slab->object_bytes;
}

/* NULL for an index that was never handed out: any number is safe. */
static inline void *act__slab_at(const struct act__slab *slab, size_t index)
{
    /* relaxed: what was handed out is known to a thread that was told its index. */
    size_t used_bytes = atomic_load_explicit(&slab->region.used_bytes, memory_order_relaxed);
    size_t offset = index * slab->object_bytes; /* cannot wrap round: an index has at most 32
                                                   bits, or is SIZE_MAX */
    return offset < used_bytes ? slab->region.base + offset : NULL;
}

#endif
