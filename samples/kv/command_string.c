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
    size_t count = entry != NULL ? entry->value_count : 0;
    if (call->argv[2].count > call->limits.bulk_bytes_max || count > call->limits.bulk_bytes_max - call->argv[2].count)
        return kv_refuse(call, "ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    if (!kv_store_append(call->store, call->argv[1], call->argv[2], call->now_ms))
        return false;
    kv_resp_integer(call->reply, (int64_t)(count + call->argv[2].count));
    return true;
}

/* ---- Integers ---- */

static bool set_integer(const struct kv_call *call, int64_t value, int64_t expires_at_ms)
{
    unsigned char digits[24];
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
    int64_t value = 0;
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

enum set_flag { SET_IF_FREE = 1, SET_IF_THERE = 2, SET_GET = 4, SET_KEEP_EXPIRY = 8, SET_EXPIRY = 16 };

enum expiry_kind { EXPIRY_SECONDS = 1, EXPIRY_ABSOLUTE = 2 };

struct set_options {
    unsigned flags;
    unsigned expiry_kind;
    struct kv_bytes expiry;
};

/* Which words exist, what they set, and which they cannot stand beside. */
static const struct set_word {
    const char *word;
    unsigned flag, excludes, expiry_kind;
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
    if ((options->flags & word->flag & SET_EXPIRY) != 0 && options->expiry_kind != word->expiry_kind)
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

/* Returns: NULL, or the error. */
static const char *read_set_expiry(const struct kv_call *call, const struct set_options *options, int64_t *when_ms)
{
    int64_t when;
    if (!kv_bytes_to_integer(options->expiry, &when))
        return KV_ERROR_NOT_INTEGER;
    bool absolute = (options->expiry_kind & EXPIRY_ABSOLUTE) != 0;
    int64_t unit = (options->expiry_kind & EXPIRY_SECONDS) != 0 ? 1000 : 1;
    if (when <= 0 || __builtin_mul_overflow(when, unit, &when) ||
        __builtin_add_overflow(when, absolute ? 0 : call->now_ms, &when))
        return "ERR invalid expire time in 'set' command";
    *when_ms = when;
    return NULL;
}

/* A time already past is fine for SET: the key is gone at once. */
static bool store_value(const struct kv_call *call, int64_t expires_at_ms)
{
    if (expires_at_ms == KV_NEVER_EXPIRES || expires_at_ms > call->now_ms)
        return kv_store_set(call->store, call->argv[1], call->argv[2], expires_at_ms);
    (void)kv_store_remove(call->store, call->argv[1], call->now_ms);
    return true;
}

static bool set_with_options(const struct kv_call *call, const struct set_options *options, int64_t expires_at_ms)
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
    if (!store_value(call, expires_at_ms))
        return false;
    if ((options->flags & SET_GET) == 0)
        kv_resp_simple(call->reply, "OK");
    return true;
}

bool kv_run_set(const struct kv_call *call)
{
    struct set_options options = {0};
    int64_t expires_at_ms = KV_NEVER_EXPIRES;
    if (!read_set_options(call, &options))
        return kv_refuse(call, KV_ERROR_SYNTAX);
    if ((options.flags & SET_EXPIRY) != 0) {
        const char *error = read_set_expiry(call, &options, &expires_at_ms);
        if (error != NULL)
            return kv_refuse(call, error);
    }
    if (options.flags != 0)
        return set_with_options(call, &options, expires_at_ms);
    if (!kv_store_set(call->store, call->argv[1], call->argv[2], KV_NEVER_EXPIRES))
        return false;
    kv_resp_simple(call->reply, "OK");
    return true;
}
