/*
 * The store: what it keeps, when it forgets, how it grows, scans, and survives crashes and lack of
 * memory.
 */
/* SPDX-License-Identifier: MIT */
#include <test/kit/kit.h>
#include <test/samples/kv/dice.h>
#include <test/samples/kv/fault.h>
#include <test/samples/kv/invariants.h>

#include <stdio.h>

enum { NOW = 1000, KEYS_MAX = 5000 };

static struct kv_store store; /* zero bytes: a valid empty store */

static struct kv_bytes text(const char *word)
{
    return kv_bytes_text(word);
}

/* The i-th key, valid until the next but seven. */
static struct kv_bytes key(size_t i)
{
    static char names[8][32];
    char       *name = names[i % 8];
    snprintf(name, sizeof names[0], "key:%zu", i);
    return text(name);
}

static void set(struct kv_bytes name, const char *value, int64_t expires_at_ms)
{
    ck_assert(kv_store_set(&store, name, text(value), expires_at_ms));
}

static bool holds(struct kv_bytes name, const char *value, int64_t now_ms)
{
    const struct kv_entry *entry = kv_store_find(&store, name, now_ms);
    return entry != NULL && kv_bytes_equal(kv_entry_value(entry), text(value));
}

static void fill(size_t count)
{
    for (size_t i = 0; i < count; i++)
        set(key(i), "value", KV_NEVER_EXPIRES);
}

static void finish(void)
{
    assert_sound(&store);
    kv_store_release(&store);
    ck_assert(memcmp(&store, &(struct kv_store){0}, sizeof store) == 0);
}

static void zero_bytes_are_an_empty_store(void)
{
    ck_assert(kv_store_find(&store, text("a"), NOW) == NULL);
    ck_assert(!kv_store_remove(&store, text("a"), NOW));
    ck_assert_uint_eq(kv_store_count(&store), 0);
    ck_assert_uint_eq(kv_store_memory_bytes(&store), 0);
    ck_assert_uint_eq(kv_store_sweep(&store, NOW, 10), 0);
    ck_assert_uint_eq(kv_store_scan(&store, 0, NOW, NULL, NULL), 0);
    kv_store_recover(&store);
    kv_store_flush(&store);
    finish();
}

static void keys_and_values_may_be_any_bytes(void)
{
    struct kv_bytes name = kv_bytes_of("a\0\r\n", 4), value = kv_bytes_of("\0\xff", 2);
    ck_assert(kv_store_set(&store, name, value, KV_NEVER_EXPIRES));
    ck_assert(kv_store_set(&store, text(""), text(""), KV_NEVER_EXPIRES));
    ck_assert(kv_bytes_equal(kv_entry_value(kv_store_find(&store, name, NOW)), value));
    ck_assert(kv_store_find(&store, text("a"), NOW) == NULL);
    ck_assert(holds(text(""), "", NOW));
    finish();
}

static void setting_again_replaces_value_and_expiry(void)
{
    set(text("a"), "1", NOW + 10);
    set(text("a"), "22", KV_NEVER_EXPIRES);
    ck_assert(holds(text("a"), "22", NOW + 100));
    ck_assert_uint_eq(kv_store_count(&store), 1);
    finish();
}

static void an_entry_is_gone_when_its_time_has_come(void)
{
    set(text("a"), "1", NOW + 10);
    ck_assert(holds(text("a"), "1", NOW + 9));
    ck_assert(!holds(text("a"), "1", NOW + 10));
    ck_assert_uint_eq(kv_store_count(&store), 0);
    ck_assert_uint_eq(store.expired, 1);
    finish();
}

static void an_expiry_can_be_changed_and_taken_away(void)
{
    set(text("a"), "1", NOW + 10);
    kv_store_set_expiry(&store, kv_store_find(&store, text("a"), NOW), NOW + 20);
    ck_assert(holds(text("a"), "1", NOW + 19));
    kv_store_set_expiry(&store, kv_store_find(&store, text("a"), NOW), KV_NEVER_EXPIRES);
    ck_assert(holds(text("a"), "1", INT64_MAX));
    finish();
}

static void sweeping_finds_all_expired_in_bounded_calls(void)
{
    for (size_t i = 0; i < 1000; i++)
        set(key(i), "x", i % 2 == 0 ? NOW + 1 : NOW + 1000);
    size_t removed = 0, calls = 0;
    while (removed < 500 && calls++ < 1000) {
        size_t once = kv_store_sweep(&store, NOW + 1, 20);
        ck_assert_uint_le(once, 60);
        removed += once;
        assert_sound(&store);
    }
    ck_assert_uint_eq(removed, 500);
    ck_assert_uint_eq(kv_store_count(&store), 500);
    ck_assert_uint_eq(store.expiring_count, 500);
    finish();
}

static void appending_keeps_the_expiry(void)
{
    ck_assert(kv_store_append(&store, text("a"), text("one"), NOW));
    kv_store_set_expiry(&store, kv_store_find(&store, text("a"), NOW), NOW + 10);
    for (int i = 0; i < 5; i++)
        ck_assert(kv_store_append(&store, text("a"), text("-two"), NOW));
    ck_assert(holds(text("a"), "one-two-two-two-two-two", NOW));
    ck_assert(!holds(text("a"), "one-two-two-two-two-two", NOW + 10));
    finish();
}

static void a_table_grows_and_shrinks_without_losing_a_key(void)
{
    size_t largest = 0;
    for (size_t i = 0; i < KEYS_MAX; i++) {
        set(key(i), "value", KV_NEVER_EXPIRES);
        ck_assert(holds(key(i / 2), "value", NOW));
    }
    assert_sound(&store);
    largest = kv_store_memory_bytes(&store);
    for (size_t i = 10; i < KEYS_MAX; i++)
        ck_assert(kv_store_remove(&store, key(i), NOW));
    assert_sound(&store);
    for (size_t i = 0; i < 5000; i++)
        ck_assert(holds(key(i % 10), "value", NOW));
    ck_assert_uint_eq(kv_store_count(&store), 10);
    ck_assert_uint_lt(kv_store_memory_bytes(&store), largest / 100);
    finish();
}

static void many_keys_of_one_commit_find_room(void)
{
    for (size_t i = 0; i < KEYS_MAX; i++)
        ck_assert(kv_store_prepare(&store, key(i), text("value"), KV_NEVER_EXPIRES));
    ck_assert_uint_eq(kv_store_count(&store), 0);
    kv_store_commit(&store);
    ck_assert_uint_eq(kv_store_count(&store), KEYS_MAX);
    ck_assert_uint_ge(store.next_table != NULL ? store.next_table->buckets_count
                                               : store.table->buckets_count,
                      KEYS_MAX / 2);
    finish();
}

static void of_two_prepared_for_one_key_the_later_counts(void)
{
    ck_assert(kv_store_prepare(&store, text("a"), text("first"), KV_NEVER_EXPIRES));
    ck_assert(kv_store_prepare(&store, text("a"), text("second"), KV_NEVER_EXPIRES));
    kv_store_commit(&store);
    ck_assert(holds(text("a"), "second", NOW));
    finish();
}

static void what_is_abandoned_never_shows(void)
{
    set(text("a"), "old", KV_NEVER_EXPIRES);
    ck_assert(kv_store_prepare(&store, text("a"), text("new"), KV_NEVER_EXPIRES));
    kv_store_abandon(&store);
    kv_store_commit(&store);
    ck_assert(holds(text("a"), "old", NOW));
    finish();
}

static void flushing_empties_at_once_and_frees_little_by_little(void)
{
    fill(KEYS_MAX);
    kv_store_flush(&store);
    ck_assert_uint_eq(kv_store_count(&store), 0);
    ck_assert(store.flushed != NULL);
    fill(10);
    ck_assert_uint_eq(kv_store_count(&store), 10);
    for (int i = 0; i < KEYS_MAX; i++)
        kv_store_step(&store);
    ck_assert(store.flushed == NULL);
    ck_assert(holds(key(3), "value", NOW));
    finish();
}

static void a_seed_stays_while_there_are_keys(void)
{
    kv_store_set_seed(&store, (struct kv_seed){1, 2});
    fill(3);
    kv_store_set_seed(&store, (struct kv_seed){3, 4});
    ck_assert(store.seed.low == 1);
    ck_assert(holds(key(1), "value", NOW));
    finish();
}

/*
 * The values are CPython's, whose hash of bytes is SipHash-1-3, with PYTHONHASHSEED=0: a seed of
 * zeros.
 */
static void the_hash_is_siphash_1_3(void)
{
    struct kv_seed seed = {0, 0};
    ck_assert(kv_hash(seed, text("a")) == 0x407448d2b89b1813u);
    ck_assert(kv_hash(seed, text("abcdefgh")) == 0x3f7b849c0b8e35eau);
    ck_assert(kv_hash(seed, text("The quick brown fox")) == 0x975e410714568333u);
}

static void the_hash_depends_on_key_bytes_and_seed(void)
{
    struct kv_seed seed = {1, 2}, other = {1, 3};
    ck_assert(kv_hash(seed, text("a")) == kv_hash(seed, text("a")));
    ck_assert(kv_hash(seed, text("a")) != kv_hash(other, text("a")));
    ck_assert(kv_hash(seed, text("a")) != kv_hash(seed, kv_bytes_of("a\0", 2)));
    size_t shards[4] = {0};
    for (size_t i = 0; i < 4000; i++)
        shards[kv_hash_shard(kv_hash(seed, key(i)), 4)]++;
    for (size_t i = 0; i < 4; i++)
        ck_assert_uint_gt(shards[i], 800);
}

/* ---- Scanning ---- */

static unsigned char seen[KEYS_MAX];

static void see(void *context, const struct kv_entry *entry)
{
    uint64_t i;
    (void)context;
    struct kv_bytes digits = kv_bytes_of(entry->bytes + 4, entry->key_count - 4);
    ck_assert(kv_bytes_to_unsigned(digits, &i));
    if (i < KEYS_MAX)
        seen[i] = 1;
}

/* The first `kept` keys are there all the time, others come and go between the calls. */
static void scan_while(size_t kept, void (*change)(size_t call))
{
    uint64_t cursor = 0;
    size_t   calls = 0;
    memset(seen, 0, sizeof seen);
    do {
        cursor = kv_store_scan(&store, cursor, NOW, see, NULL);
        change(calls++);
        ck_assert_uint_lt(calls, 100000);
    } while (cursor != 0);
    for (size_t i = 0; i < kept; i++)
        ck_assert_msg(seen[i], "key %zu was not visited", i);
}

static void change_nothing(size_t call)
{
    (void)call;
}

static void grow(size_t call)
{
    if (call < 2000) {
        for (size_t i = 0; i < 3; i++)
            set(key(KEYS_MAX + call * 3 + i), "new", KV_NEVER_EXPIRES);
    }
}

static void shrink(size_t call)
{
    for (size_t i = 0; i < 40; i++)
        (void)kv_store_remove(&store, key(100 + (call * 40 + i) % (KEYS_MAX - 100)), NOW);
}

static uint64_t seed;

static void change_at_random(size_t call)
{
    bool removing = (call / 50) % 2 == 0;
    for (int i = 0; i < 30 && call < 5000; i++) {
        size_t any = 100 + dice_roll(&seed, KEYS_MAX - 100);
        if (removing)
            (void)kv_store_remove(&store, key(any), NOW);
        else
            set(key(any), "again", KV_NEVER_EXPIRES);
    }
}

static void a_scan_visits_all_keys_of_a_quiet_store(void)
{
    fill(KEYS_MAX);
    scan_while(KEYS_MAX, change_nothing);
    finish();
}

static void a_scan_visits_what_stays_while_the_table_grows(void)
{
    fill(100);
    scan_while(100, grow);
    ck_assert_uint_gt(kv_store_count(&store), 150);
    finish();
}

static void a_scan_visits_what_stays_while_the_table_shrinks(void)
{
    fill(KEYS_MAX);
    scan_while(100, shrink);
    finish();
}

static void a_scan_visits_what_stays_whatever_happens(void)
{
    seed = (uint64_t)kit_round();
    fill(KEYS_MAX);
    for (int i = 0; i < 5; i++)
        scan_while(100, change_at_random);
    finish();
}

static void a_scan_leaves_out_what_has_expired(void)
{
    memset(seen, 0, sizeof seen);
    set(key(1), "x", NOW);
    set(key(2), "x", NOW + 1);
    uint64_t cursor = 0;
    do {
        cursor = kv_store_scan(&store, cursor, NOW, see, NULL);
    } while (cursor != 0);
    ck_assert(!seen[1] && seen[2]);
    finish();
}

static void any_cursor_is_harmless(void)
{
    fill(100);
    for (int i = 0; i < 1000; i++) {
        (void)dice_roll(&seed, 1);
        (void)kv_store_scan(&store, seed, NOW, see, NULL);
    }
    (void)kv_store_scan(&store, UINT64_MAX, NOW, see, NULL);
    finish();
}

/* ---- Faults ---- */

/* What the change said; a crash says nothing. */
static bool outcome;

static void set_new(void *context)
{
    (void)context;
    outcome = kv_store_set(&store, text("new"), text("value"), KV_NEVER_EXPIRES);
}

static void set_old(void *context)
{
    (void)context;
    outcome = kv_store_set(&store, key(1), text("other"), NOW + 5);
}

static void append_old(void *context)
{
    (void)context;
    outcome = kv_store_append(&store, key(1), text("-more"), NOW);
}

static void remove_old(void *context)
{
    (void)context;
    (void)kv_store_remove(&store, key(1), NOW);
}

static void set_several(void *context)
{
    (void)context;
    for (size_t i = 0; i < 40; i++) {
        if (!kv_store_prepare(&store, key(i * 3), text("many"), KV_NEVER_EXPIRES)) {
            kv_store_abandon(&store);
            return;
        }
    }
    kv_store_commit(&store);
}

static void expire_old(void *context)
{
    (void)context;
    (void)kv_store_find(&store, key(2), NOW + 100000);
}

static void sweep_all(void *context)
{
    (void)context;
    (void)kv_store_sweep(&store, NOW + 100000, 100000);
}

static void flush(void *context)
{
    (void)context;
    kv_store_flush(&store);
    for (int i = 0; i < 100; i++)
        kv_store_step(&store);
}

static void (*const changes[])(void *context) = {set_new,     set_old,    append_old, remove_old,
                                                 set_several, expire_old, sweep_all,  flush};
enum { CHANGES_COUNT = sizeof changes / sizeof changes[0] };

/*
 * 16 keys fill the smallest table, so that the next one must grow; every second key has an expiry.
 */
static void prepare_round(size_t count)
{
    for (size_t i = 0; i < count; i++)
        set(key(i), "value", i % 2 == 0 ? NOW + 1000 : KV_NEVER_EXPIRES);
}

/* All of the 40 keys changed, or none. */
static void assert_several_all_or_none(void)
{
    bool first = holds(key(0), "many", NOW);
    for (size_t i = 0; i < 40; i++)
        ck_assert(holds(key(i * 3), "many", NOW) == first);
}

static void without_memory_nothing_changes(void)
{
    for (size_t count = 14; count < 19; count++) {
        for (size_t change = 0; change < CHANGES_COUNT; change++) {
            bool more = true;
            for (size_t nth = 0; more; nth++) {
                prepare_round(count);
                outcome = true;
                more = fault_refuse(nth, changes[change], NULL);
                ck_assert(change > 1 ||
                          outcome == (change == 1 ? holds(key(1), "other", NOW)
                                                  : holds(text("new"), "value", NOW)));
                assert_sound(&store);
                assert_several_all_or_none();
                ck_assert(store.prepared == NULL && store.garbage == NULL);
                kv_store_release(&store);
            }
        }
    }
}

static void assert_usable(void)
{
    set(text("after"), "crash", KV_NEVER_EXPIRES);
    ck_assert(holds(text("after"), "crash", NOW));
    fill(100);
    assert_sound(&store);
}

/* Everything is freed by recover and release: the sanitizer's leak check stands behind this. */
static void a_crash_at_any_allocation_or_release_leaves_the_store_sound(void)
{
    for (size_t count = 14; count < 19; count++) {
        for (size_t change = 0; change < CHANGES_COUNT; change++) {
            bool more = true;
            for (size_t nth = 0; more; nth++) {
                prepare_round(count);
                more = fault_crash(nth, changes[change], NULL);
                assert_sound(&store);
                kv_store_recover(&store);
                ck_assert(store.prepared == NULL && store.garbage == NULL &&
                          store.prepared_count == 0);
                assert_sound(&store);
                assert_several_all_or_none();
                assert_usable();
                kv_store_release(&store);
            }
        }
    }
}

static void recover(void *context)
{
    (void)context;
    kv_store_recover(&store);
}

static void a_crash_while_crashes_are_cleaned_up_is_cleaned_up(void)
{
    for (size_t nth = 0; nth < 60; nth++) {
        prepare_round(20);
        for (size_t i = 0; i < 5; i++)
            ck_assert(kv_store_prepare(&store, key(i), text("lost"), KV_NEVER_EXPIRES));
        (void)fault_crash(nth % 6, recover, NULL);
        kv_store_recover(&store);
        (void)fault_crash(nth, flush, NULL);
        kv_store_recover(&store);
        assert_usable();
        kv_store_release(&store);
    }
}

const struct kit_case kit_cases[] = {
    TEST_CASE(zero_bytes_are_an_empty_store),
    TEST_CASE(keys_and_values_may_be_any_bytes),
    TEST_CASE(setting_again_replaces_value_and_expiry),
    TEST_CASE(an_entry_is_gone_when_its_time_has_come),
    TEST_CASE(an_expiry_can_be_changed_and_taken_away),
    TEST_CASE(sweeping_finds_all_expired_in_bounded_calls),
    TEST_CASE(appending_keeps_the_expiry),
    TEST_CASE(a_table_grows_and_shrinks_without_losing_a_key),
    TEST_CASE(many_keys_of_one_commit_find_room),
    TEST_CASE(of_two_prepared_for_one_key_the_later_counts),
    TEST_CASE(what_is_abandoned_never_shows),
    TEST_CASE(flushing_empties_at_once_and_frees_little_by_little),
    TEST_CASE(a_seed_stays_while_there_are_keys),
    TEST_CASE(the_hash_is_siphash_1_3),
    TEST_CASE(the_hash_depends_on_key_bytes_and_seed),
    TEST_CASE(a_scan_visits_all_keys_of_a_quiet_store),
    TEST_CASE(a_scan_visits_what_stays_while_the_table_grows),
    TEST_CASE(a_scan_visits_what_stays_while_the_table_shrinks),
    TEST_CASE(a_scan_visits_what_stays_whatever_happens, .rounds = 10, .timeout_seconds = 60),
    TEST_CASE(a_scan_leaves_out_what_has_expired),
    TEST_CASE(any_cursor_is_harmless),
    TEST_CASE(without_memory_nothing_changes, .timeout_seconds = 60),
    TEST_CASE(a_crash_at_any_allocation_or_release_leaves_the_store_sound, .timeout_seconds = 60),
    TEST_CASE(a_crash_while_crashes_are_cleaned_up_is_cleaned_up),
    END_OF_CASES,
};
