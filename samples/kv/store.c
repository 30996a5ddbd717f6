/* The table of one shard: prepare, commit, release; store.h says why. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/store.h>

/*
 * A step moves at most one filled bucket, or passes EMPTY_BUCKETS_MAX empty ones, and frees at most
 * FREED_MAX entries. A table shrinks to a SHRINK_MAX'th at most, which bounds how many buckets one
 * scan call must visit while it shrinks.
 */
enum {
    BUCKETS_MIN = 16,
    EMPTY_BUCKETS_MAX = 16,
    FREED_MAX = 16,
    DRAINED_MAX = 64,
    SHRINK_MAX = 16
};

static size_t entry_bytes(const struct kv_entry *entry)
{
    return sizeof *entry + entry->key_count + entry->value_capacity;
}

/* ---- Release: freeing what is out of the table ---- */

static void free_list(struct kv_entry **list)
{
    while (*list != NULL) {
        kv_memory_before_release();
        struct kv_entry *entry = *list;
        *list = entry->next;
        kv_memory_free(entry);
    }
}

static void to_garbage(struct kv_store *store, struct kv_entry *entry)
{
    entry->next = store->garbage;
    store->garbage = entry;
}

/*
 * Moves some entries of a flushed table to the garbage. Returns: false when there are none left in
 * it.
 */
static bool drain(struct kv_store *store, struct kv_table *table)
{
    size_t freed = 0;
    size_t until = table->drained_count + DRAINED_MAX;
    while (table->drained_count < table->buckets_count && table->drained_count < until &&
           freed < FREED_MAX) {
        struct kv_entry *entry = table->buckets[table->drained_count];
        if (entry == NULL) {
            table->drained_count++;
            continue;
        }
        table->buckets[table->drained_count] = entry->next;
        to_garbage(store, entry);
        freed++;
    }
    return table->drained_count < table->buckets_count;
}

static void free_flushed_table(struct kv_store *store)
{
    kv_memory_before_release();
    struct kv_table *table = store->flushed;
    store->flushed = table->next_flushed;
    kv_memory_free(table);
}

static void free_some_flushed(struct kv_store *store)
{
    if (store->flushed == NULL)
        return;
    bool more = drain(store, store->flushed);
    free_list(&store->garbage);
    if (!more)
        free_flushed_table(store);
}

static void discard_table(struct kv_store *store, struct kv_table *table)
{
    if (table == NULL)
        return;
    table->next_flushed = store->flushed;
    store->flushed = table;
}

/* ---- The table's size ---- */

static struct kv_table *make_table(size_t buckets_count)
{
    if (buckets_count > (SIZE_MAX - sizeof(struct kv_table)) / sizeof(struct kv_entry *))
        return NULL;
    struct kv_table *table =
        kv_memory_allocate_zeroed(sizeof *table + buckets_count * sizeof(struct kv_entry *));
    if (table != NULL)
        table->buckets_count = buckets_count;
    return table;
}

static struct kv_entry **bucket_of(struct kv_table *table, uint64_t hash)
{
    return &table->buckets[hash & (table->buckets_count - 1)];
}

static void link_entry(struct kv_table *table, struct kv_entry *entry)
{
    struct kv_entry **bucket = bucket_of(table, entry->hash);
    entry->next = *bucket;
    *bucket = entry;
    table->used_count++;
}

static void finish_moving(struct kv_store *store)
{
    struct kv_table *old = store->table;
    old->drained_count = old->buckets_count;
    store->table = store->next_table;
    store->next_table = NULL;
    store->moved_count = 0;
    discard_table(store, old);
}

static void move_bucket(struct kv_store *store)
{
    struct kv_entry **bucket = &store->table->buckets[store->moved_count];
    while (*bucket != NULL) {
        struct kv_entry *entry = *bucket;
        *bucket = entry->next;
        store->table->used_count--;
        link_entry(store->next_table, entry);
    }
    store->moved_count++;
}

/* A commit of its own: it calls nothing that can fail. */
static void move_some(struct kv_store *store)
{
    if (store->next_table == NULL)
        return;
    for (int i = 0; i < EMPTY_BUCKETS_MAX && store->moved_count < store->table->buckets_count;
         i++) {
        bool filled = store->table->buckets[store->moved_count] != NULL;
        move_bucket(store);
        if (filled)
            break;
    }
    if (store->moved_count == store->table->buckets_count)
        finish_moving(store);
}

/*
 * Without memory the table stays as it is: longer chains, but right. Only the very first table is
 * indispensable.
 */
static bool resize(struct kv_store *store, size_t buckets_count)
{
    struct kv_table *table = make_table(buckets_count);
    if (table == NULL)
        return store->table != NULL;
    if (store->table == NULL)
        store->table = table;
    else
        store->next_table = table;
    return true;
}

static size_t buckets_for(size_t entries_count)
{
    size_t buckets_count = BUCKETS_MIN;
    while (buckets_count < entries_count && buckets_count <= SIZE_MAX / 4)
        buckets_count *= 2;
    return buckets_count;
}

/*
 * Makes room for what is prepared. Only a huge MSET outgrows a table that is still being moved to.
 */
static bool make_room(struct kv_store *store)
{
    size_t entries_count = kv_store_count(store) + store->prepared_count;
    while (store->next_table != NULL && entries_count / 2 > store->next_table->buckets_count)
        move_some(store);
    if (store->next_table != NULL ||
        (store->table != NULL && entries_count <= store->table->buckets_count))
        return true;
    return resize(store, buckets_for(entries_count));
}

static void shrink_if_sparse(struct kv_store *store)
{
    struct kv_table *table = store->table;
    if (table == NULL || store->next_table != NULL || table->buckets_count <= BUCKETS_MIN)
        return;
    if (table->used_count > table->buckets_count / 8)
        return;
    size_t least = table->buckets_count / SHRINK_MAX;
    size_t wanted = buckets_for(table->used_count * 2);
    (void)resize(store, wanted > least ? wanted : least);
}

void kv_store_step(struct kv_store *store)
{
    shrink_if_sparse(store);
    move_some(store);
    free_some_flushed(store);
}

/* ---- Finding ---- */

static struct kv_entry **find_in_table(struct kv_table *table, uint64_t hash, struct kv_bytes key)
{
    struct kv_entry **link = bucket_of(table, hash);
    for (; *link != NULL; link = &(*link)->next) {
        if ((*link)->hash == hash && kv_bytes_equal(kv_entry_key(*link), key))
            return link;
    }
    return NULL;
}

/* The pointer that leads to the key's entry, and the table it belongs to. */
struct place {
    struct kv_entry **link;
    struct kv_table  *table;
};

static struct place find_place(struct kv_store *store, uint64_t hash, struct kv_bytes key)
{
    struct place place = {.table = store->table};
    if (place.table != NULL)
        place.link = find_in_table(place.table, hash, key);
    if (place.link == NULL && store->next_table != NULL) {
        place.table = store->next_table;
        place.link = find_in_table(place.table, hash, key);
    }
    return place;
}

/* Part of a commit. */
static void count_entry(struct kv_store *store, const struct kv_entry *entry)
{
    store->entries_bytes += entry_bytes(entry);
    store->expiring_count += entry->expires_at_ms != KV_NEVER_EXPIRES;
}

static void uncount_entry(struct kv_store *store, const struct kv_entry *entry)
{
    store->entries_bytes -= entry_bytes(entry);
    store->expiring_count -= entry->expires_at_ms != KV_NEVER_EXPIRES;
}

/* Part of a commit, as well. */
static void tell(const struct kv_store *store, const struct kv_entry *entry)
{
    if (store->watches.count > 0)
        kv_watches_tell(&store->watches, entry->hash, kv_entry_key(entry));
}

/* The commit of a removal. */
static void unlink_entry(struct kv_store *store, struct place place)
{
    struct kv_entry *entry = *place.link;
    tell(store, entry);
    uncount_entry(store, entry);
    *place.link = entry->next;
    place.table->used_count--;
    to_garbage(store, entry);
}

/* Finds what is there and not expired; what is expired goes. */
static struct place find_alive(struct kv_store *store, struct kv_bytes key, int64_t now_ms)
{
    kv_store_step(store);
    struct place place = find_place(store, kv_hash(store->seed, key), key);
    if (place.link != NULL && kv_entry_is_expired(*place.link, now_ms)) {
        unlink_entry(store, place);
        store->expired++;
        free_list(&store->garbage);
        place.link = NULL;
    }
    return place;
}

struct kv_entry *kv_store_find(struct kv_store *store, struct kv_bytes key, int64_t now_ms)
{
    struct place place = find_alive(store, key, now_ms);
    return place.link != NULL ? *place.link : NULL;
}

bool kv_store_remove(struct kv_store *store, struct kv_bytes key, int64_t now_ms)
{
    struct place place = find_alive(store, key, now_ms);
    if (place.link == NULL)
        return false;
    store->changes++;
    unlink_entry(store, place);
    free_list(&store->garbage);
    return true;
}

/* ---- Setting ---- */

static struct kv_entry *prepare_entry(struct kv_store *store, struct kv_bytes key,
                                      size_t value_capacity, int64_t expires_at_ms)
{
    if (key.count > UINT32_MAX || value_capacity > UINT32_MAX)
        return NULL;
    struct kv_entry *entry = kv_memory_allocate(sizeof *entry + key.count + value_capacity);
    if (entry == NULL)
        return NULL;
    entry->next = store->prepared;
    store->prepared = entry;
    store->prepared_count++;
    entry->hash = kv_hash(store->seed, key);
    entry->expires_at_ms = expires_at_ms;
    entry->key_count = (uint32_t)key.count;
    entry->value_count = 0;
    entry->value_capacity = (uint32_t)value_capacity;
    if (key.count > 0)
        memcpy(entry->bytes, key.data, key.count);
    return entry;
}

static void extend_value(struct kv_entry *entry, struct kv_bytes more)
{
    if (more.count > 0)
        memcpy(entry->bytes + entry->key_count + entry->value_count, more.data, more.count);
    entry->value_count += (uint32_t)more.count;
}

bool kv_store_prepare(struct kv_store *store, struct kv_bytes key, struct kv_bytes value,
                      int64_t expires_at_ms)
{
    struct kv_entry *entry = prepare_entry(store, key, value.count, expires_at_ms);
    if (entry == NULL)
        return false;
    extend_value(entry, value);
    return make_room(store);
}

static void commit_entry(struct kv_store *store, struct kv_entry *entry)
{
    struct place place = find_place(store, entry->hash, kv_entry_key(entry));
    tell(store, entry);
    count_entry(store, entry);
    if (place.link == NULL) {
        link_entry(store->next_table != NULL ? store->next_table : store->table, entry);
        return;
    }
    struct kv_entry *old = *place.link;
    uncount_entry(store, old);
    entry->next = old->next;
    *place.link = entry;
    to_garbage(store, old);
}

static void reverse(struct kv_entry **list)
{
    struct kv_entry *reversed = NULL;
    while (*list != NULL) {
        struct kv_entry *entry = *list;
        *list = entry->next;
        entry->next = reversed;
        reversed = entry;
    }
    *list = reversed;
}

void kv_store_commit(struct kv_store *store)
{
    store->changes += store->prepared != NULL;
    reverse(&store->prepared);
    while (store->prepared != NULL) {
        struct kv_entry *entry = store->prepared;
        store->prepared = entry->next;
        store->prepared_count--;
        commit_entry(store, entry);
        move_some(store);
    }
    free_list(&store->garbage);
}

void kv_store_abandon(struct kv_store *store)
{
    free_list(&store->prepared);
    store->prepared_count = 0;
}

bool kv_store_set(struct kv_store *store, struct kv_bytes key, struct kv_bytes value,
                  int64_t expires_at_ms)
{
    if (!kv_store_prepare(store, key, value, expires_at_ms)) {
        kv_store_abandon(store);
        return false;
    }
    kv_store_commit(store);
    return true;
}

/* Doubles, so that many appends copy each byte a bounded number of times. */
static bool append_by_copy(struct kv_store *store, struct kv_entry *old, struct kv_bytes more)
{
    size_t           needed = (size_t)old->value_count + more.count;
    size_t           capacity = needed > UINT32_MAX / 2 ? needed : needed * 2;
    struct kv_entry *entry = prepare_entry(store, kv_entry_key(old), capacity, old->expires_at_ms);
    if (entry == NULL)
        return false;
    extend_value(entry, kv_entry_value(old));
    extend_value(entry, more);
    kv_store_commit(store);
    return true;
}

bool kv_store_append(struct kv_store *store, struct kv_bytes key, struct kv_bytes more,
                     int64_t now_ms)
{
    struct kv_entry *entry = kv_store_find(store, key, now_ms);
    if (entry == NULL)
        return kv_store_set(store, key, more, KV_NEVER_EXPIRES);
    if (more.count > entry->value_capacity - entry->value_count)
        return append_by_copy(store, entry, more);
    store->changes++;
    tell(store, entry);
    extend_value(entry, more); /* bytes behind the end first, the length last: that store is the
                                  commit */
    return true;
}

bool kv_store_overwrite(struct kv_store *store, struct kv_bytes key, size_t offset,
                        struct kv_bytes part, int64_t now_ms)
{
    const struct kv_entry *old = kv_store_find(store, key, now_ms);
    size_t           old_count = old != NULL ? old->value_count : 0, until = offset + part.count;
    size_t           count = old_count > until ? old_count : until;
    struct kv_entry *entry =
        prepare_entry(store, key, count, old != NULL ? old->expires_at_ms : KV_NEVER_EXPIRES);
    if (entry == NULL || !make_room(store)) {
        kv_store_abandon(store);
        return false;
    }
    if (old != NULL)
        extend_value(entry, kv_entry_value(old));
    memset(entry->bytes + entry->key_count + old_count, 0, count - old_count);
    memcpy(entry->bytes + entry->key_count + offset, part.data, part.count);
    entry->value_count = (uint32_t)count;
    kv_store_commit(store);
    return true;
}

void kv_store_set_expiry(struct kv_store *store, struct kv_entry *entry, int64_t expires_at_ms)
{
    store->changes++;
    tell(store, entry);
    uncount_entry(store, entry);
    entry->expires_at_ms = expires_at_ms;
    count_entry(store, entry);
}

/* ---- All entries ---- */

static uint64_t reversed_bits(uint64_t word)
{
    word = (word >> 1 & 0x5555555555555555u) | (word & 0x5555555555555555u) << 1;
    word = (word >> 2 & 0x3333333333333333u) | (word & 0x3333333333333333u) << 2;
    word = (word >> 4 & 0x0f0f0f0f0f0f0f0fu) | (word & 0x0f0f0f0f0f0f0f0fu) << 4;
    return __builtin_bswap64(word);
}

/*
 * Adds one to the cursor's bits under the mask, the highest of them counting least. Buckets that
 * share low bits are the ones that split or join when the table changes its size; counting this way
 * they are neighbours, so a cursor taken from one size means the same progress in another.
 */
static uint64_t next_cursor(uint64_t cursor, uint64_t mask)
{
    return reversed_bits(reversed_bits(cursor | ~mask) + 1);
}

typedef void (*bucket_visit)(void *context, struct kv_table *table, size_t bucket);

/* Visits the cursor's bucket in the smaller table and all it splits into in the larger one. */
static uint64_t visit_buckets(const struct kv_store *store, uint64_t cursor, bucket_visit visit,
                              void *context)
{
    struct kv_table *small = store->table, *large = store->next_table;
    if (small == NULL)
        return 0;
    if (large != NULL && large->buckets_count < small->buckets_count) {
        small = store->next_table;
        large = store->table;
    }
    uint64_t small_mask = small->buckets_count - 1;
    visit(context, small, cursor & small_mask);
    if (large == NULL)
        return next_cursor(cursor, small_mask);
    uint64_t large_mask = large->buckets_count - 1;
    do {
        visit(context, large, cursor & large_mask);
        cursor = next_cursor(cursor, large_mask);
    } while ((cursor & (small_mask ^ large_mask)) != 0);
    return cursor;
}

struct scan {
    int64_t        now_ms;
    kv_store_visit visit;
    void          *context;
};

static void scan_bucket(void *context, struct kv_table *table, size_t bucket)
{
    const struct scan *scan = context;
    for (const struct kv_entry *entry = table->buckets[bucket]; entry != NULL;
         entry = entry->next) {
        if (!kv_entry_is_expired(entry, scan->now_ms))
            scan->visit(scan->context, entry);
    }
}

uint64_t kv_store_scan(const struct kv_store *store, uint64_t cursor, int64_t now_ms,
                       kv_store_visit visit, void *context)
{
    struct scan scan = {.now_ms = now_ms, .visit = visit, .context = context};
    return visit_buckets(store, cursor, scan_bucket, &scan);
}

struct sweep {
    struct kv_store *store;
    int64_t          now_ms;
    size_t           visited_count, removed_count;
};

static void sweep_bucket(void *context, struct kv_table *table, size_t bucket)
{
    struct sweep     *sweep = context;
    struct kv_entry **link = &table->buckets[bucket];
    sweep->visited_count++;
    while (*link != NULL) {
        sweep->visited_count++;
        if (kv_entry_is_expired(*link, sweep->now_ms)) {
            unlink_entry(sweep->store, (struct place){.link = link, .table = table});
            sweep->store->expired++;
            sweep->removed_count++;
        } else {
            link = &(*link)->next;
        }
    }
}

size_t kv_store_sweep(struct kv_store *store, int64_t now_ms, size_t visits_max)
{
    struct sweep sweep = {.store = store, .now_ms = now_ms};
    while (store->expiring_count > 0 && sweep.visited_count < visits_max) {
        store->sweep_cursor = visit_buckets(store, store->sweep_cursor, sweep_bucket, &sweep);
        free_list(&store->garbage);
        if (store->sweep_cursor == 0)
            break;
    }
    kv_store_step(store);
    return sweep.removed_count;
}

bool kv_store_watch(struct kv_store *store, struct kv_bytes key, struct kv_watcher *watcher)
{
    return kv_watches_add(&store->watches, kv_hash(store->seed, key), key, watcher);
}

static bool is_there(void *context, uint64_t hash, struct kv_bytes key)
{
    const struct kv_store *store = context;
    return (store->table != NULL && find_in_table(store->table, hash, key) != NULL) ||
           (store->next_table != NULL && find_in_table(store->next_table, hash, key) != NULL);
}

void kv_store_flush(struct kv_store *store)
{
    kv_watches_tell_all(&store->watches, is_there, store);
    store->changes++;
    discard_table(store, store->table);
    store->table = NULL;
    discard_table(store, store->next_table);
    store->next_table = NULL;
    store->moved_count = 0;
    store->expiring_count = 0;
    store->entries_bytes = 0;
    kv_store_step(store);
}

size_t kv_store_count(const struct kv_store *store)
{
    size_t count = store->table != NULL ? store->table->used_count : 0;
    return store->next_table != NULL ? count + store->next_table->used_count : count;
}

static size_t table_bytes(const struct kv_table *table)
{
    return table == NULL ? 0 : sizeof *table + table->buckets_count * sizeof table->buckets[0];
}

size_t kv_store_memory_bytes(const struct kv_store *store)
{
    return store->entries_bytes + table_bytes(store->table) + table_bytes(store->next_table);
}

/* ---- Life ---- */

void kv_store_set_seed(struct kv_store *store, struct kv_seed seed)
{
    if (store->table == NULL && store->prepared == NULL && store->watches.count == 0)
        store->seed = seed;
}

void kv_store_recover(struct kv_store *store)
{
    kv_store_abandon(store);
    free_list(&store->garbage);
}

void kv_store_release(struct kv_store *store)
{
    kv_store_recover(store);
    kv_store_flush(store);
    while (store->flushed != NULL)
        free_some_flushed(store);
    kv_watches_release(&store->watches);
    *store = (struct kv_store){0};
}
