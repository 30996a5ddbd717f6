/*
 * The table of one shard: keys and values of any bytes, with expiry. It outlives the actor that
 * serves it.
 */
/* SPDX-License-Identifier: MIT */
#ifndef KV_STORE_H
#define KV_STORE_H

#include <samples/kv/hash.h>
#include <samples/kv/memory.h>
#include <samples/kv/watch.h>

/*
 * What a crash may leave behind
 *
 * struct kv_store lies in memory that the supervisor keeps when the shard's actor crashes, and
 * hands to the next instance; everything else hangs off it. Zero bytes are a valid empty store.
 *
 * A change is made in three parts:
 *   prepare  everything that can fail or crash: hashing, allocating, copying. What is allocated
 *            goes into `prepared` at once; the table is not touched.
 *   commit   a short run of plain stores that swaps pointers and counts. It calls nothing outside
 *            store.c, allocates nothing and frees nothing. What it takes out of the table goes into
 *            `garbage`.
 *   release  frees the garbage, one at a time, each taken off the list first.
 *
 * A crash in prepare or release leaves the table as it was, or as it was to be: the next instance
 * calls kv_store_recover(), which frees `prepared` and `garbage`, and goes on. At most one block
 * leaks: one that had come from malloc and was not yet registered. Growing the table and freeing a
 * flushed one follow the same rule and are simply continued. A crash inside the commit itself (only
 * a fault of the machine could do that) is not covered.
 *
 * Threads: a store is used by one thread at a time. Time is a parameter everywhere, in milliseconds
 * and never negative; an entry is gone when now_ms has reached its expires_at_ms.
 */

#define KV_NEVER_EXPIRES 0

struct kv_entry {
    struct kv_entry *next;
    uint64_t         hash;
    int64_t          expires_at_ms; /* or KV_NEVER_EXPIRES */
    uint32_t         key_count;
    uint32_t         value_count;
    uint32_t         value_capacity;
    unsigned char    bytes[]; /* the key, then the value */
};

/* Chains of entries; the bucket is picked by the hash's low bits. */
struct kv_table {
    struct kv_table *next_flushed;
    size_t           buckets_count; /* a power of two */
    size_t           used_count;
    size_t           drained_count; /* of a flushed table: buckets before this are empty */
    struct kv_entry *buckets[];
};

struct kv_store {
    struct kv_seed    seed;
    struct kv_table  *table;       /* NULL while nothing was ever stored */
    struct kv_table  *next_table;  /* while the table changes its size, entries move here bucket
                                      by bucket */
    size_t            moved_count; /* buckets of `table` already moved */
    struct kv_entry  *prepared;    /* made but not committed, latest first */
    size_t            prepared_count;
    struct kv_entry  *garbage;        /* out of the table but not freed */
    struct kv_table  *flushed;        /* whole tables to be freed step by step */
    size_t            expiring_count; /* entries that have an expiry */
    size_t            entries_bytes;  /* of entries in the table */
    uint64_t          sweep_cursor;
    uint64_t          hits, misses, expired; /* since the start, for INFO */
    struct kv_watches watches;
    uint64_t          changes; /* commits since the start: whether a command that was cut short
                                  has changed anything */
};

/*
 * Sets the seed of a store that is still empty; later calls do nothing, so each instance may call
 * it.
 */
void kv_store_set_seed(struct kv_store *store, struct kv_seed seed);

/*
 * Frees what a crashed instance left half done. Each new instance calls it first; on a sound store
 * it does nothing.
 */
void kv_store_recover(struct kv_store *store);

/* Frees everything; the store is zero bytes again. */
void kv_store_release(struct kv_store *store);

/* Returns: the entry, valid until the next change; NULL when there is none or its time has come. */
struct kv_entry *kv_store_find(struct kv_store *store, struct kv_bytes key, int64_t now_ms);

/**
 * Makes an entry ready to replace or to become the key's; nothing shows until kv_store_commit().
 *
 * expires_at_ms: in the future, or KV_NEVER_EXPIRES. Key and value each below 4 GiB.
 * Returns: false without memory; call kv_store_abandon() then.
 */
KV_MUST_CHECK bool kv_store_prepare(struct kv_store *store, struct kv_bytes key,
                                    struct kv_bytes value, int64_t expires_at_ms);

/* Puts all prepared entries into the table, in the order they were prepared. Cannot fail. */
void kv_store_commit(struct kv_store *store);

/* Frees all prepared entries. */
void kv_store_abandon(struct kv_store *store);

/* Prepares and commits one entry. Returns: false without memory, and then nothing has changed. */
KV_MUST_CHECK bool kv_store_set(struct kv_store *store, struct kv_bytes key, struct kv_bytes value,
                                int64_t expires_at_ms);

/*
 * Appends to the key's value, or sets it; the expiry stays. Returns: false without memory, and
 * nothing has changed.
 */
KV_MUST_CHECK bool kv_store_append(struct kv_store *store, struct kv_bytes key,
                                   struct kv_bytes more, int64_t now_ms);

/*
 * Writes over a part of the key's value, with zero bytes where it was too short. As
 * kv_store_append.
 */
KV_MUST_CHECK bool kv_store_overwrite(struct kv_store *store, struct kv_bytes key, size_t offset,
                                      struct kv_bytes part, int64_t now_ms);

/* Returns: true when the key was there and is removed. */
bool kv_store_remove(struct kv_store *store, struct kv_bytes key, int64_t now_ms);

/* Changes when an entry expires; KV_NEVER_EXPIRES or a time in the future. */
void kv_store_set_expiry(struct kv_store *store, struct kv_entry *entry, int64_t expires_at_ms);

/*
 * Tells the watcher when the key is changed, or was there and is not. Returns: false without
 * memory.
 */
KV_MUST_CHECK bool kv_store_watch(struct kv_store *store, struct kv_bytes key,
                                  struct kv_watcher *watcher);

/*
 * Removes everything. It takes constant time; the memory is freed little by little by later calls.
 */
void kv_store_flush(struct kv_store *store);

/**
 * Removes expired entries, going on where the last call stopped.
 *
 * visits_max: stop after that many buckets and entries looked at. Returns: how many it removed.
 */
size_t kv_store_sweep(struct kv_store *store, int64_t now_ms, size_t visits_max);

/*
 * Goes on with what is done little by little: growing, shrinking, freeing. Each find does so as
 * well.
 */
void kv_store_step(struct kv_store *store);

typedef void (*kv_store_visit)(void *context, const struct kv_entry *entry);

/**
 * Visits the entries of one bucket (or a few, while the table changes its size).
 *
 * cursor: 0 to begin, then what the last call returned, until that is 0. Every key that is present
 * from the first to the last call is visited at least once, however the table grows or shrinks
 * between calls. visit must not change the store. Returns: the next cursor.
 */
uint64_t kv_store_scan(const struct kv_store *store, uint64_t cursor, int64_t now_ms,
                       kv_store_visit visit, void *context);

/* Expired entries count until they are removed. */
size_t kv_store_count(const struct kv_store *store);

/* What was asked of malloc for the entries and their table. */
size_t kv_store_memory_bytes(const struct kv_store *store);

static inline struct kv_bytes kv_entry_key(const struct kv_entry *entry)
{
    return kv_bytes_of(entry->bytes, entry->key_count);
}

static inline struct kv_bytes kv_entry_value(const struct kv_entry *entry)
{
    return kv_bytes_of(entry->bytes + entry->key_count, entry->value_count);
}

static inline bool kv_entry_is_expired(const struct kv_entry *entry, int64_t now_ms)
{
    return entry->expires_at_ms != KV_NEVER_EXPIRES && entry->expires_at_ms <= now_ms;
}

#endif
