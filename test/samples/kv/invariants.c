/* What is always true of a store between two commands, crashed or not. */
/* SPDX-License-Identifier: MIT */
#include <test/kit/kit.h>
#include <test/samples/kv/invariants.h>

struct sums {
    size_t entries, expiring, bytes;
};

static void add_entry(const struct kv_store *store, const struct kv_entry *entry, struct sums *sums)
{
    ck_assert(entry->hash == kv_hash(store->seed, kv_entry_key(entry)));
    ck_assert_uint_le(entry->value_count, entry->value_capacity);
    ck_assert_int_ge(entry->expires_at_ms, 0);
    sums->entries++;
    sums->expiring += entry->expires_at_ms != KV_NEVER_EXPIRES;
    sums->bytes += sizeof *entry + entry->key_count + entry->value_capacity;
}

/* before: buckets that are empty already, because they have moved. */
static void add_table(const struct kv_store *store, const struct kv_table *table, size_t before,
                      struct sums *sums)
{
    struct sums own = {0};
    if (table == NULL)
        return;
    ck_assert_uint_eq(table->buckets_count & (table->buckets_count - 1), 0);
    for (size_t i = 0; i < table->buckets_count; i++) {
        ck_assert(i >= before || table->buckets[i] == NULL);
        for (const struct kv_entry *entry = table->buckets[i]; entry != NULL; entry = entry->next) {
            ck_assert_uint_eq(entry->hash & (table->buckets_count - 1), i);
            add_entry(store, entry, &own);
        }
    }
    ck_assert_uint_eq(own.entries, table->used_count);
    sums->entries += own.entries;
    sums->expiring += own.expiring;
    sums->bytes += own.bytes;
}

void assert_sound(const struct kv_store *store)
{
    struct sums sums = {0};
    ck_assert(store->next_table == NULL || store->table != NULL);
    add_table(store, store->table, store->moved_count, &sums);
    add_table(store, store->next_table, 0, &sums);
    ck_assert_uint_eq(sums.entries, kv_store_count(store));
    ck_assert_uint_eq(sums.expiring, store->expiring_count);
    ck_assert_uint_eq(sums.bytes, store->entries_bytes);
}
