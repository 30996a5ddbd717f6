/* Which keys of a store are watched by sessions, and whether one of them was changed. */
/* SPDX-License-Identifier: MIT */
#ifndef KV_WATCH_H
#define KV_WATCH_H

#include <samples/kv/bytes.h>
#include <samples/kv/memory.h>

/*
 * A session watches keys of any stores with one watcher, which is told of the first change. It is
 * held by the session and by each watch; the session lets it go without asking the stores, which
 * find out by and by. Zero is a valid empty table of watches. Threads: a table is used by one
 * thread at a time, with its store; a watcher by any.
 */
struct kv_watcher;
struct kv_watch;

struct kv_watches {
    struct kv_watch **buckets;
    size_t            buckets_count; /* 0, or a power of two */
    size_t            count, purge_at;
};

/* Returns: NULL without memory. */
KV_MUST_CHECK struct kv_watcher *kv_watcher_make(void);

/* The session watches no more. *watcher may be NULL and becomes NULL. */
void kv_watcher_drop(struct kv_watcher **watcher);

/* Says if a key was changed; NULL: no. */
bool kv_watcher_is_told(const struct kv_watcher *watcher);

/* Lets the watcher know of changes of the key. Returns: false without memory. */
KV_MUST_CHECK bool kv_watches_add(struct kv_watches *watches, uint64_t hash, struct kv_bytes key,
                                  struct kv_watcher *watcher);

/*
 * The key is being changed. It calls nothing, allocates nothing and frees nothing: it may be part
 * of a commit.
 */
void kv_watches_tell(const struct kv_watches *watches, uint64_t hash, struct kv_bytes key);

/* Tells of the keys that is_there says are there: all are being removed. */
void kv_watches_tell_all(const struct kv_watches *watches,
                         bool (*is_there)(void *context, uint64_t hash, struct kv_bytes key),
                         void *context);

void kv_watches_release(struct kv_watches *watches);

#endif
