/* The commands about keys: deletion, expiry, and walking over all of them. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/command_run.h>

static struct kv_entry *find(const struct kv_call *call)
{
    return kv_store_find(call->store, call->argv[1], call->now_ms);
}

static bool reply_integer(const struct kv_call *call, int64_t value)
{
    kv_resp_integer(call->reply, value);
    return true;
}

bool kv_run_del(const struct kv_call *call)
{
    int64_t removed = 0;
    for (size_t i = 1; i < call->argc; i++)
        removed += kv_store_remove(call->store, call->argv[i], call->now_ms);
    return reply_integer(call, removed);
}

bool kv_run_exists(const struct kv_call *call)
{
    int64_t found = 0;
    for (size_t i = 1; i < call->argc; i++)
        found += kv_store_find(call->store, call->argv[i], call->now_ms) != NULL;
    return reply_integer(call, found);
}

bool kv_run_type(const struct kv_call *call)
{
    kv_resp_simple(call->reply, find(call) != NULL ? "string" : "none");
    return true;
}

bool kv_run_dbsize(const struct kv_call *call)
{
    return reply_integer(call, (int64_t)kv_store_count(call->store));
}

bool kv_run_flush(const struct kv_call *call)
{
    bool known = call->argc == 1 || (call->argc == 2 && (kv_bytes_is_word(call->argv[1], "async") ||
                                                         kv_bytes_is_word(call->argv[1], "sync")));
    if (!known)
        return kv_refuse(call, KV_ERROR_SYNTAX);
    kv_store_flush(call->store);
    kv_resp_simple(call->reply, "OK");
    return true;
}

/* ---- Expiry ---- */

enum expire_flag { EXPIRE_NX = 1, EXPIRE_XX = 2, EXPIRE_GT = 4, EXPIRE_LT = 8 };

/* Returns: the flag, 0 for no known option. */
static unsigned expire_flag(struct kv_bytes word)
{
    static const char *const words[] = {"nx", "xx", "gt", "lt"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (kv_bytes_is_word(word, words[i]))
            return 1u << i;
    }
    return 0;
}

/* Returns: false when an error was replied. */
static bool read_expire_flags(const struct kv_call *call, unsigned *flags)
{
    *flags = 0;
    for (size_t i = 3; i < call->argc; i++) {
        unsigned flag = expire_flag(call->argv[i]);
        *flags |= flag;
        if (flag == 0) {
            kv_resp_error_about(call->reply, "ERR Unsupported option ", call->argv[i], "");
            return false;
        }
    }
    if ((*flags & EXPIRE_NX) != 0 && (*flags & ~(unsigned)EXPIRE_NX) != 0) {
        kv_resp_error(call->reply,
                      "ERR NX and XX, GT or LT options at the same time are not compatible");
        return false;
    }
    if ((*flags & EXPIRE_GT) != 0 && (*flags & EXPIRE_LT) != 0) {
        kv_resp_error(call->reply, "ERR GT and LT options at the same time are not compatible");
        return false;
    }
    return true;
}

/* An entry without expiry counts as one that expires last. */
static bool may_expire(const struct kv_entry *entry, unsigned flags, int64_t when_ms)
{
    bool has_expiry = entry->expires_at_ms != KV_NEVER_EXPIRES;
    if ((flags & EXPIRE_NX) != 0 && has_expiry)
        return false;
    if ((flags & EXPIRE_XX) != 0 && !has_expiry)
        return false;
    if ((flags & EXPIRE_GT) != 0 && (!has_expiry || when_ms <= entry->expires_at_ms))
        return false;
    return (flags & EXPIRE_LT) == 0 || !has_expiry || when_ms < entry->expires_at_ms;
}

static bool expire_at(const struct kv_call *call, unsigned flags, int64_t when_ms)
{
    struct kv_entry *entry = find(call);
    if (entry == NULL || !may_expire(entry, flags, when_ms))
        return reply_integer(call, 0);
    if (when_ms > call->now_ms)
        kv_store_set_expiry(call->store, entry, when_ms);
    else
        (void)kv_store_remove(call->store, call->argv[1], call->now_ms);
    return reply_integer(call, 1);
}

/* unit_ms: of the number given; base_ms: what it counts from. */
static bool expire(const struct kv_call *call, int64_t unit_ms, int64_t base_ms)
{
    unsigned flags;
    int64_t  when;
    if (!read_expire_flags(call, &flags))
        return true;
    if (!kv_bytes_to_integer(call->argv[2], &when))
        return kv_refuse(call, KV_ERROR_NOT_INTEGER);
    if (__builtin_mul_overflow(when, unit_ms, &when) ||
        __builtin_add_overflow(when, base_ms, &when))
        return kv_refuse_expire_time(call);
    return expire_at(call, flags, when);
}

bool kv_run_expire(const struct kv_call *call)
{
    return expire(call, 1000, call->now_ms);
}

bool kv_run_pexpire(const struct kv_call *call)
{
    return expire(call, 1, call->now_ms);
}

bool kv_run_expireat(const struct kv_call *call)
{
    return expire(call, 1000, 0);
}

bool kv_run_pexpireat(const struct kv_call *call)
{
    return expire(call, 1, 0);
}

/* Returns: when it expires, in units of so many ms; -1 for never, -2 for no such key. */
static int64_t expire_time(const struct kv_call *call, int64_t unit_ms)
{
    const struct kv_entry *entry = find(call);
    if (entry == NULL)
        return -2;
    return entry->expires_at_ms == KV_NEVER_EXPIRES
               ? -1
               : (entry->expires_at_ms + unit_ms / 2) / unit_ms;
}

bool kv_run_expiretime(const struct kv_call *call)
{
    return reply_integer(call, expire_time(call, 1000));
}

bool kv_run_pexpiretime(const struct kv_call *call)
{
    return reply_integer(call, expire_time(call, 1));
}

/* Returns: milliseconds left, -1 for never, -2 for no such key. */
static int64_t left_ms(const struct kv_call *call)
{
    const struct kv_entry *entry = find(call);
    if (entry == NULL)
        return -2;
    return entry->expires_at_ms == KV_NEVER_EXPIRES ? -1 : entry->expires_at_ms - call->now_ms;
}

bool kv_run_pttl(const struct kv_call *call)
{
    return reply_integer(call, left_ms(call));
}

bool kv_run_ttl(const struct kv_call *call)
{
    int64_t left = left_ms(call);
    return reply_integer(call, left < 0 ? left : left / 1000 + (left % 1000 >= 500));
}

bool kv_run_persist(const struct kv_call *call)
{
    struct kv_entry *entry = find(call);
    bool             changes = entry != NULL && entry->expires_at_ms != KV_NEVER_EXPIRES;
    if (changes)
        kv_store_set_expiry(call->store, entry, KV_NEVER_EXPIRES);
    return reply_integer(call, changes);
}

/* ---- KEYS and SCAN ---- */

/*
 * Keys that match, written behind the reply; how many there are is known, and put in front of them,
 * at the end.
 */
struct found_keys {
    struct kv_buffer *reply;
    struct kv_bytes   pattern;
    bool              any_type;
    size_t            seen_count, matched_count;
};

static void add_key(void *context, const struct kv_entry *entry)
{
    struct found_keys *found = context;
    found->seen_count++;
    if (!found->any_type || !kv_bytes_match(found->pattern, kv_entry_key(entry)))
        return;
    kv_resp_bulk(found->reply, kv_entry_key(entry));
    found->matched_count++;
}

/* Returns: false without memory. */
static bool insert(struct kv_buffer *reply, size_t at, struct kv_bytes text)
{
    if (reply->failed || !kv_buffer_reserve(reply, text.count))
        return false;
    memmove(reply->data + at + text.count, reply->data + at, reply->count - at);
    memcpy(reply->data + at, text.data, text.count);
    reply->count += text.count;
    return true;
}

bool kv_run_keys(const struct kv_call *call)
{
    struct found_keys found = {.reply = call->reply, .pattern = call->argv[1], .any_type = true};
    size_t            start = call->reply->count;
    uint64_t          cursor = 0;
    do {
        cursor = kv_store_scan(call->store, cursor, call->now_ms, add_key, &found);
    } while (cursor != 0 && !call->reply->failed);
    unsigned char    digits[32];
    struct kv_buffer header = {.data = digits, .capacity = sizeof digits};
    kv_resp_array(&header, found.matched_count);
    return insert(call->reply, start, kv_buffer_bytes(&header));
}

/* A page without keys is given only where so many did not match: a call has to come to an end. */
enum { UNMATCHED_MAX = 50000 };

struct scan_options {
    uint64_t cursor;
    int64_t  count;
};

/* Returns: NULL, or the error. */
static const char *read_scan_options(const struct kv_call *call, struct scan_options *options,
                                     struct found_keys *found)
{
    if (!kv_bytes_to_unsigned(call->argv[1], &options->cursor))
        return "ERR invalid cursor";
    for (size_t i = 2; i < call->argc; i += 2) {
        if (i + 1 == call->argc)
            return KV_ERROR_SYNTAX;
        struct kv_bytes word = call->argv[i], value = call->argv[i + 1];
        if (kv_bytes_is_word(word, "match"))
            found->pattern = value;
        else if (kv_bytes_is_word(word, "type"))
            found->any_type = kv_bytes_is_word(value, "string");
        else if (!kv_bytes_is_word(word, "count"))
            return KV_ERROR_SYNTAX;
        else if (!kv_bytes_to_integer(value, &options->count))
            return KV_ERROR_NOT_INTEGER;
        else if (options->count < 1)
            return KV_ERROR_SYNTAX;
    }
    return NULL;
}

/*
 * A cursor for clients is the table's cursor times the number of shards plus the shard; behind the
 * last comes 0.
 */
static uint64_t client_cursor(const struct kv_call *call, uint64_t cursor)
{
    if (cursor != 0)
        return cursor * call->shards_count + call->shard;
    return call->shard + 1 < call->shards_count ? call->shard + 1 : 0;
}

static bool insert_scan_header(const struct kv_call *call, size_t start, uint64_t cursor,
                               size_t keys_count)
{
    unsigned char    number[24], text[96];
    struct kv_buffer digits = {.data = number, .capacity = sizeof number};
    struct kv_buffer header = {.data = text, .capacity = sizeof text};
    kv_buffer_append_unsigned(&digits, cursor);
    kv_resp_array(&header, 2);
    kv_resp_bulk(&header, kv_buffer_bytes(&digits));
    kv_resp_array(&header, keys_count);
    return insert(call->reply, start, kv_buffer_bytes(&header));
}

bool kv_run_scan(const struct kv_call *call)
{
    struct scan_options options = {.count = 10};
    struct found_keys   found = {
          .reply = call->reply, .pattern = kv_bytes_text("*"), .any_type = true};
    size_t      start = call->reply->count;
    const char *error = read_scan_options(call, &options, &found);
    if (error != NULL)
        return kv_refuse(call, error);
    /* else an earlier shard is; see the merge */
    bool     is_begun = options.cursor % call->shards_count == call->shard;
    uint64_t cursor = is_begun ? options.cursor / call->shards_count : 0;
    int64_t  buckets_left = options.count > INT64_MAX / 10 ? INT64_MAX : options.count * 10;
    bool     more = kv_store_count(call->store) > 0;
    while (more) {
        cursor = kv_store_scan(call->store, cursor, call->now_ms, add_key, &found);
        more = found.matched_count > 0
                   ? --buckets_left > 0 && found.seen_count < (uint64_t)options.count
                   : found.seen_count < UNMATCHED_MAX;
        more = more && cursor != 0;
    }
    if (kv_store_count(call->store) == 0)
        cursor = 0;
    return insert_scan_header(call, start, client_cursor(call, cursor), found.matched_count);
}
