/* The commands that read and write values. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/command_run.h>

static struct kv_entry *find(const struct kv_call *call)
{
    struct kv_entry *entry = kv_store_find(call->store, call->argv[1], call->now_ms);
    if (entry != NULL)
        call->store->hits++;
    else
        call->store->misses++;
    return entry;
}

static void reply_value(const struct kv_call *call, const struct kv_entry *entry)
{
    if (entry != NULL)
        kv_resp_bulk(call->reply, kv_entry_value(entry));
    else
        kv_resp_nil(call->reply);
}

bool kv_run_get(const struct kv_call *call)
{
    reply_value(call, find(call));
    return true;
}

bool kv_run_strlen(const struct kv_call *call)
{
    const struct kv_entry *entry = find(call);
    kv_resp_integer(call->reply, entry != NULL ? entry->value_count : 0);
    return true;
}

bool kv_run_mget(const struct kv_call *call)
{
    kv_resp_array(call->reply, call->argc - 1);
    for (size_t i = 1; i < call->argc && !call->reply->failed; i++) {
        struct kv_call one = *call;
        one.argv = call->argv + i - 1;
        reply_value(call, find(&one));
    }
    return true;
}

/* All the shard's keys change in one commit, or none. */
bool kv_run_mset(const struct kv_call *call)
{
    for (size_t i = 1; i + 1 < call->argc; i += 2) {
        if (!kv_store_prepare(call->store, call->argv[i], call->argv[i + 1], KV_NEVER_EXPIRES)) {
            kv_store_abandon(call->store);
            return false;
        }
    }
    kv_store_commit(call->store);
    kv_resp_simple(call->reply, "OK");
    return true;
}

bool kv_run_setnx(const struct kv_call *call)
{
    bool free_key = kv_store_find(call->store, call->argv[1], call->now_ms) == NULL;
    if (free_key && !kv_store_set(call->store, call->argv[1], call->argv[2], KV_NEVER_EXPIRES))
        return false;
    kv_resp_integer(call->reply, free_key);
    return true;
}

bool kv_run_getset(const struct kv_call *call)
{
    reply_value(call, find(call));
    if (call->reply->failed)
        return false;
    return kv_store_set(call->store, call->argv[1], call->argv[2], KV_NEVER_EXPIRES);
}

bool kv_run_getdel(const struct kv_call *call)
{
    reply_value(call, find(call));
    if (call->reply->failed)
        return false;
    (void)kv_store_remove(call->store, call->argv[1], call->now_ms);
    return true;
}

bool kv_run_append(const struct kv_call *call)
{
    struct kv_entry *entry = kv_store_find(call->store, call->argv[1], call->now_ms);
    size_t           count = entry != NULL ? entry->value_count : 0;
    if (call->argv[2].count > call->limits.bulk_bytes_max ||
        count > call->limits.bulk_bytes_max - call->argv[2].count)
        return kv_refuse(call, "ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    if (!kv_store_append(call->store, call->argv[1], call->argv[2], call->now_ms))
        return false;
    kv_resp_integer(call->reply, (int64_t)(count + call->argv[2].count));
    return true;
}

/* ---- Integers ---- */

static bool set_integer(const struct kv_call *call, int64_t value, int64_t expires_at_ms)
{
    unsigned char    digits[24];
    struct kv_buffer text = {.data = digits, .capacity = sizeof digits};
    kv_buffer_append_integer(&text, value);
    if (!kv_store_set(call->store, call->argv[1], kv_buffer_bytes(&text), expires_at_ms))
        return false;
    kv_resp_integer(call->reply, value);
    return true;
}

static bool add(const struct kv_call *call, int64_t more)
{
    const struct kv_entry *entry = kv_store_find(call->store, call->argv[1], call->now_ms);
    int64_t                value = 0;
    if (entry != NULL && !kv_bytes_to_integer(kv_entry_value(entry), &value))
        return kv_refuse(call, KV_ERROR_NOT_INTEGER);
    if (__builtin_add_overflow(value, more, &value))
        return kv_refuse(call, KV_ERROR_OVERFLOW);
    return set_integer(call, value, entry != NULL ? entry->expires_at_ms : KV_NEVER_EXPIRES);
}

bool kv_run_incr(const struct kv_call *call)
{
    return add(call, 1);
}

bool kv_run_decr(const struct kv_call *call)
{
    return add(call, -1);
}

bool kv_run_incrby(const struct kv_call *call)
{
    int64_t more;
    if (!kv_bytes_to_integer(call->argv[2], &more))
        return kv_refuse(call, KV_ERROR_NOT_INTEGER);
    return add(call, more);
}

bool kv_run_decrby(const struct kv_call *call)
{
    int64_t less;
    if (!kv_bytes_to_integer(call->argv[2], &less))
        return kv_refuse(call, KV_ERROR_NOT_INTEGER);
    if (less == INT64_MIN)
        return kv_refuse(call, "ERR decrement would overflow");
    return add(call, -less);
}

/* ---- SET ---- */

enum set_flag {
    SET_IF_FREE = 1,
    SET_IF_THERE = 2,
    SET_GET = 4,
    SET_KEEP_EXPIRY = 8,
    SET_EXPIRY = 16
};

enum expiry_kind { EXPIRY_SECONDS = 1, EXPIRY_ABSOLUTE = 2 };

struct set_options {
    unsigned        flags;
    unsigned        expiry_kind;
    struct kv_bytes expiry;
};

/* Which words exist, what they set, and which they cannot stand beside. */
static const struct set_word {
    const char *word;
    unsigned    flag, excludes, expiry_kind;
} set_words[] = {
    {"nx", SET_IF_FREE, SET_IF_THERE, 0},
    {"xx", SET_IF_THERE, SET_IF_FREE, 0},
    {"get", SET_GET, 0, 0},
    {"keepttl", SET_KEEP_EXPIRY, SET_EXPIRY, 0},
    {"ex", SET_EXPIRY, SET_KEEP_EXPIRY, EXPIRY_SECONDS},
    {"px", SET_EXPIRY, SET_KEEP_EXPIRY, 0},
    {"exat", SET_EXPIRY, SET_KEEP_EXPIRY, EXPIRY_SECONDS | EXPIRY_ABSOLUTE},
    {"pxat", SET_EXPIRY, SET_KEEP_EXPIRY, EXPIRY_ABSOLUTE},
};

static const struct set_word *find_set_word(struct kv_bytes word)
{
    for (size_t i = 0; i < sizeof set_words / sizeof set_words[0]; i++) {
        if (kv_bytes_is_word(word, set_words[i].word))
            return &set_words[i];
    }
    return NULL;
}

static bool take_set_word(struct set_options *options, const struct set_word *word)
{
    if ((options->flags & word->excludes) != 0)
        return false;
    /* A second time is accepted only from the same unit of time, and the later number counts. */
    if ((options->flags & word->flag & SET_EXPIRY) != 0 &&
        options->expiry_kind != word->expiry_kind)
        return false;
    options->flags |= word->flag;
    if (word->flag == SET_EXPIRY)
        options->expiry_kind = word->expiry_kind;
    return true;
}

/* Returns: false on a syntax error. */
static bool read_set_options(const struct kv_call *call, struct set_options *options)
{
    for (size_t i = 3; i < call->argc; i++) {
        const struct set_word *word = find_set_word(call->argv[i]);
        if (word == NULL || !take_set_word(options, word))
            return false;
        if (word->flag != SET_EXPIRY)
            continue;
        if (++i == call->argc)
            return false;
        options->expiry = call->argv[i];
    }
    return true;
}

/* Reads a time of an expiry_kind. Returns: false when an error was replied. */
static bool read_expiry(const struct kv_call *call, struct kv_bytes text, unsigned kind,
                        int64_t *when_ms)
{
    int64_t when;
    if (!kv_bytes_to_integer(text, &when)) {
        kv_resp_error(call->reply, KV_ERROR_NOT_INTEGER);
        return false;
    }
    bool    absolute = (kind & EXPIRY_ABSOLUTE) != 0;
    int64_t unit = (kind & EXPIRY_SECONDS) != 0 ? 1000 : 1;
    if (when <= 0 || __builtin_mul_overflow(when, unit, &when) ||
        __builtin_add_overflow(when, absolute ? 0 : call->now_ms, &when)) {
        kv_refuse_expire_time(call);
        return false;
    }
    *when_ms = when;
    return true;
}

/* A time already past is fine for SET: the key is gone at once. */
static bool store_value(const struct kv_call *call, struct kv_bytes value, int64_t expires_at_ms)
{
    if (expires_at_ms == KV_NEVER_EXPIRES || expires_at_ms > call->now_ms)
        return kv_store_set(call->store, call->argv[1], value, expires_at_ms);
    (void)kv_store_remove(call->store, call->argv[1], call->now_ms);
    return true;
}

static bool set_with_options(const struct kv_call *call, const struct set_options *options,
                             int64_t expires_at_ms)
{
    const struct kv_entry *old = kv_store_find(call->store, call->argv[1], call->now_ms);
    if ((options->flags & SET_GET) != 0)
        reply_value(call, old);
    if (call->reply->failed)
        return false;
    if ((options->flags & (old != NULL ? SET_IF_FREE : SET_IF_THERE)) != 0) {
        if ((options->flags & SET_GET) == 0)
            kv_resp_nil(call->reply);
        return true;
    }
    if ((options->flags & SET_KEEP_EXPIRY) != 0 && old != NULL)
        expires_at_ms = old->expires_at_ms;
    if (!store_value(call, call->argv[2], expires_at_ms))
        return false;
    if ((options->flags & SET_GET) == 0)
        kv_resp_simple(call->reply, "OK");
    return true;
}

bool kv_run_set(const struct kv_call *call)
{
    struct set_options options = {0};
    int64_t            expires_at_ms = KV_NEVER_EXPIRES;
    if (!read_set_options(call, &options))
        return kv_refuse(call, KV_ERROR_SYNTAX);
    if ((options.flags & SET_EXPIRY) != 0 &&
        !read_expiry(call, options.expiry, options.expiry_kind, &expires_at_ms))
        return true;
    if (options.flags != 0)
        return set_with_options(call, &options, expires_at_ms);
    if (!kv_store_set(call->store, call->argv[1], call->argv[2], KV_NEVER_EXPIRES))
        return false;
    kv_resp_simple(call->reply, "OK");
    return true;
}

/* SETEX and PSETEX: key, time, value. */
static bool set_expiring(const struct kv_call *call, unsigned expiry_kind)
{
    int64_t expires_at_ms;
    if (!read_expiry(call, call->argv[2], expiry_kind, &expires_at_ms))
        return true;
    if (!store_value(call, call->argv[3], expires_at_ms))
        return false;
    kv_resp_simple(call->reply, "OK");
    return true;
}

bool kv_run_setex(const struct kv_call *call)
{
    return set_expiring(call, EXPIRY_SECONDS);
}

bool kv_run_psetex(const struct kv_call *call)
{
    return set_expiring(call, 0);
}

/* ---- GETEX ---- */

/* Returns: false on a syntax error. A word that SET has and GETEX has not is one. */
static bool read_getex_options(const struct kv_call *call, struct set_options *options,
                               bool *persist)
{
    for (size_t i = 2; i < call->argc; i++) {
        const struct set_word *word = find_set_word(call->argv[i]);
        bool                   is_persist = kv_bytes_is_word(call->argv[i], "persist");
        if (*persist || (is_persist && options->flags != 0))
            return false;
        *persist = is_persist;
        if (is_persist)
            continue;
        if (word == NULL || word->flag != SET_EXPIRY || options->flags != 0 || ++i == call->argc)
            return false;
        options->flags = SET_EXPIRY;
        options->expiry_kind = word->expiry_kind;
        options->expiry = call->argv[i];
    }
    return true;
}

bool kv_run_getex(const struct kv_call *call)
{
    struct set_options options = {0};
    int64_t            when_ms = KV_NEVER_EXPIRES;
    bool               persist = false;
    if (!read_getex_options(call, &options, &persist))
        return kv_refuse(call, KV_ERROR_SYNTAX);
    struct kv_entry *entry = find(call);
    if (entry != NULL && options.flags != 0 &&
        !read_expiry(call, options.expiry, options.expiry_kind, &when_ms))
        return true;
    reply_value(call, entry);
    if (call->reply->failed)
        return false;
    if (entry == NULL ||
        (options.flags == 0 && (!persist || entry->expires_at_ms == KV_NEVER_EXPIRES)))
        return true;
    if (options.flags != 0 && when_ms <= call->now_ms)
        (void)kv_store_remove(call->store, call->argv[1], call->now_ms);
    else
        kv_store_set_expiry(call->store, entry, when_ms);
    return true;
}

/* ---- Parts of a value ---- */

/* Counts from the end where it is negative. Returns: 0 to count. */
static size_t position_of(int64_t index, size_t count)
{
    if (index < 0)
        index = index + (int64_t)count < 0 ? 0 : index + (int64_t)count;
    return (uint64_t)index < count ? (size_t)index : count;
}

bool kv_run_getrange(const struct kv_call *call)
{
    int64_t first, last;
    if (!kv_bytes_to_integer(call->argv[2], &first) || !kv_bytes_to_integer(call->argv[3], &last))
        return kv_refuse(call, KV_ERROR_NOT_INTEGER);
    const struct kv_entry *entry = find(call);
    struct kv_bytes        value = entry != NULL ? kv_entry_value(entry) : kv_bytes_text("");
    bool                   is_none = first < 0 && last < 0 && first > last;
    size_t from = position_of(first, value.count), to = position_of(last, value.count);
    to += to < value.count;
    if (is_none || from >= to)
        value.count = 0;
    else
        value = kv_bytes_of(value.data + from, to - from);
    kv_resp_bulk(call->reply, value);
    return true;
}

bool kv_run_setrange(const struct kv_call *call)
{
    int64_t         offset;
    struct kv_bytes part = call->argv[3];
    if (!kv_bytes_to_integer(call->argv[2], &offset))
        return kv_refuse(call, KV_ERROR_NOT_INTEGER);
    if (offset < 0)
        return kv_refuse(call, "ERR offset is out of range");
    const struct kv_entry *entry = kv_store_find(call->store, call->argv[1], call->now_ms);
    if (part.count == 0) {
        kv_resp_integer(call->reply, entry != NULL ? entry->value_count : 0);
        return true;
    }
    if (part.count > call->limits.bulk_bytes_max ||
        (uint64_t)offset > call->limits.bulk_bytes_max - part.count)
        return kv_refuse(call, "ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    size_t count = (size_t)offset + part.count;
    if (entry != NULL && entry->value_count > count)
        count = entry->value_count;
    if (!kv_store_overwrite(call->store, call->argv[1], (size_t)offset, part, call->now_ms))
        return false;
    kv_resp_integer(call->reply, (int64_t)count);
    return true;
}
