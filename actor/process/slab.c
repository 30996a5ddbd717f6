/* Type-stable objects by index. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/process/slab.h>

#include <mailbox/base/lock.h>

bool act__slab_create(struct act__slab *slab, size_t object_bytes, size_t link_offset,
                      size_t objects_max)
{
    slab->object_bytes = object_bytes;
    slab->link_offset = link_offset;
    slab->batches = NULL;
    pthread_mutex_init(&slab->mutex, NULL);
    return act__region_reserve(&slab->region, object_bytes * objects_max);
}

void act__slab_destroy(struct act__slab *slab)
{
    if (slab->object_bytes == 0)
        return;
    act__region_release(&slab->region);
    pthread_mutex_destroy(&slab->mutex);
    slab->object_bytes = 0;
}

static struct act__slab_link *pop_batch(struct act__slab *slab)
{
    act__lock(&slab->mutex);
    struct act__slab_link *batch = slab->batches;
    if (batch != NULL)
        slab->batches = batch->next_batch;
    act__unlock(&slab->mutex);
    return batch;
}

static void push_batch(struct act__slab *slab, struct act__slab_link *batch)
{
    act__lock(&slab->mutex);
    batch->next_batch = slab->batches;
    slab->batches = batch;
    act__unlock(&slab->mutex);
}

/* Returns: false if all that were ever handed out are in use, or in other caches. */
static bool refill(struct act__slab *slab, struct act__slab_cache *cache)
{
    if (cache->reserve != NULL) {
        cache->current = cache->reserve;
        cache->reserve = cache->reserve->next_batch;
        cache->reserve_count--;
    } else if ((cache->current = pop_batch(slab)) == NULL) {
        return false;
    }
    cache->current_count = ACT__SLAB_BATCH;
    return true;
}

void act__slab_make_room(struct act__slab *slab, struct act__slab_cache *cache)
{
    if (cache->reserve_count == ACT__SLAB_RESERVE) {
        push_batch(slab, cache->current);
    } else {
        cache->current->next_batch = cache->reserve;
        cache->reserve = cache->current;
        cache->reserve_count++;
    }
    cache->current = NULL;
    cache->current_count = 0;
}

void *act__slab_take_elsewhere(struct act__slab *slab, struct act__slab_cache *cache)
{
    if (!refill(slab, cache))
        return act__region_take(&slab->region, slab->object_bytes);
    struct act__slab_link *link = cache->current;
    cache->current = link->next;
    cache->current_count--;
    return (char *)link - slab->link_offset;
}
