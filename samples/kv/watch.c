/* Which keys of a store are watched by sessions. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/watch.h>

#include <stdatomic.h>

enum { BUCKETS_FIRST = 64, PURGE_FIRST = 64 };

struct kv_watcher {
    _Atomic uint32_t holders;
    _Atomic bool     is_told, is_dropped;
};

struct kv_watch {
    struct kv_watch   *next;
    struct kv_watcher *watcher;
    uint64_t           hash;
    size_t             key_count;
    unsigned char      key[];
};

/* ---- Watchers ---- */

struct kv_watcher *kv_watcher_make(void)
{
    struct kv_watcher *watcher = kv_memory_allocate_zeroed(sizeof *watcher);
    if (watcher != NULL)
        atomic_store(&watcher->holders, 1);
    return watcher;
}

static void let_go(struct kv_watcher *watcher)
{
    if (atomic_fetch_sub(&watcher->holders, 1) == 1)
        kv_memory_free(watcher);
}

void kv_watcher_drop(struct kv_watcher **watcher)
{
    struct kv_watcher *mine = *watcher;
    if (mine == NULL)
        return;
    *watcher = NULL;
    atomic_store(&mine->is_dropped, true);
    let_go(mine);
}

bool kv_watcher_is_told(const struct kv_watcher *watcher)
{
    return watcher != NULL && atomic_load(&watcher->is_told);
}

/* ---- Watches ---- */

static struct kv_watch **bucket_of(const struct kv_watches *watches, uint64_t hash)
{
    return &watches->buckets[hash & (watches->buckets_count - 1)];
}

static bool is_of(const struct kv_watch *watch, uint64_t hash, struct kv_bytes key)
{
    return watch->hash == hash && kv_bytes_equal(kv_bytes_of(watch->key, watch->key_count), key);
}

static void free_watch(struct kv_watches *watches, struct kv_watch **link)
{
    kv_memory_before_release();
    struct kv_watch *watch = *link;
    *link = watch->next;
    watches->count--;
    let_go(watch->watcher);
    kv_memory_free(watch);
}

/* Frees those that are of no more use: all, or those whose watchers were dropped. */
static void purge(struct kv_watches *watches, bool all)
{
    for (size_t i = 0; i < watches->buckets_count; i++) {
        struct kv_watch **link = &watches->buckets[i];
        while (*link != NULL) {
            if (all || atomic_load(&(*link)->watcher->is_dropped))
                free_watch(watches, link);
            else
                link = &(*link)->next;
        }
    }
    watches->purge_at = watches->count < PURGE_FIRST / 2 ? PURGE_FIRST : watches->count * 2;
}

/* Without memory the chains become longer. Returns: false when there is no table at all. */
static bool grow(struct kv_watches *watches)
{
    struct kv_watches larger = *watches;
    larger.buckets_count = watches->buckets_count == 0 ? BUCKETS_FIRST : watches->buckets_count * 2;
    larger.buckets = kv_memory_allocate_zeroed(larger.buckets_count * sizeof(struct kv_watch *));
    if (larger.buckets == NULL)
        return watches->buckets_count > 0;
    for (size_t i = 0; i < watches->buckets_count; i++) {
        while (watches->buckets[i] != NULL) {
            struct kv_watch *watch = watches->buckets[i];
            watches->buckets[i] = watch->next;
            watch->next = *bucket_of(&larger, watch->hash);
            *bucket_of(&larger, watch->hash) = watch;
        }
    }
    struct kv_watch **old = watches->buckets;
    *watches = larger;
    kv_memory_free(old);
    return true;
}

bool kv_watches_add(struct kv_watches *watches, uint64_t hash, struct kv_bytes key,
                    struct kv_watcher *watcher)
{
    if (watches->count >= watches->purge_at)
        purge(watches, false);
    if (watches->count >= watches->buckets_count && !grow(watches))
        return false;
    struct kv_watch **bucket = bucket_of(watches, hash);
    for (struct kv_watch *watch = *bucket; watch != NULL; watch = watch->next) {
        if (watch->watcher == watcher && is_of(watch, hash, key))
            return true;
    }
    struct kv_watch *watch = kv_memory_allocate(sizeof *watch + key.count);
    if (watch == NULL)
        return false;
    *watch = (struct kv_watch){
        .next = *bucket, .watcher = watcher, .hash = hash, .key_count = key.count};
    if (key.count > 0)
        memcpy(watch->key, key.data, key.count);
    atomic_fetch_add(&watcher->holders, 1);
    *bucket = watch;
    watches->count++;
    return true;
}

void kv_watches_tell(const struct kv_watches *watches, uint64_t hash, struct kv_bytes key)
{
    struct kv_watch *watch = watches->buckets_count > 0 ? *bucket_of(watches, hash) : NULL;
    for (; watch != NULL; watch = watch->next) {
        if (is_of(watch, hash, key))
            atomic_store(&watch->watcher->is_told, true);
    }
}

void kv_watches_tell_all(const struct kv_watches *watches,
                         bool (*is_there)(void *context, uint64_t hash, struct kv_bytes key),
                         void *context)
{
    for (size_t i = 0; i < watches->buckets_count; i++) {
        for (struct kv_watch *watch = watches->buckets[i]; watch != NULL; watch = watch->next) {
            if (is_there(context, watch->hash, kv_bytes_of(watch->key, watch->key_count)))
                atomic_store(&watch->watcher->is_told, true);
        }
    }
}

void kv_watches_release(struct kv_watches *watches)
{
    purge(watches, true);
    kv_memory_release(&watches->buckets);
    *watches = (struct kv_watches){0};
}
