/*
 * Requests that are executed with the stores of several shards at hand, and the commands that need
 * it.
 */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/command_run.h>
#include <samples/kv/session.h>

/* ---- One request ---- */

static struct kv_call call_of(const struct kv_together *together, const struct kv_command *command,
                              struct kv_request request, struct kv_buffer *reply)
{
    return (struct kv_call){
        .command = command,
        .argc = request.argc,
        .argv = request.argv,
        .reply = reply,
        .limits = together->limits,
        .now_ms = together->now_ms,
    };
}

static bool execute_on_shard(const struct kv_together *together, const struct kv_command *command,
                             struct kv_request request, uint32_t shard, struct kv_buffer *reply)
{
    struct kv_call call = call_of(together, command, request, reply);
    call.store = together->stores[shard];
    call.shard = shard;
    call.shards_count = together->shards_count;
    return kv_command_execute(&call);
}

static bool execute_here(const struct kv_together *together, const struct kv_command *command,
                         struct kv_request request, struct kv_buffer *reply)
{
    struct kv_call call = call_of(together, command, request, reply);
    call.session = together->session;
    call.info = together->info;
    call.together = together;
    return kv_command_execute(&call);
}

/* What the parts of a request over several shards need, in one piece of memory. */
struct parts {
    uint32_t         *shard_of_key;
    struct kv_bytes  *argv, *replies;
    struct kv_buffer *buffers;
};

static void *make_parts(struct parts *parts, size_t keys_count, size_t argc, uint32_t shards_count)
{
    size_t buffers_bytes = shards_count * sizeof *parts->buffers,
           replies_bytes = shards_count * sizeof *parts->replies;
    unsigned char *memory =
        kv_memory_allocate_zeroed(buffers_bytes + replies_bytes + argc * sizeof *parts->argv +
                                  keys_count * sizeof *parts->shard_of_key);
    if (memory == NULL)
        return NULL;
    parts->buffers = (void *)memory;
    parts->replies = (void *)(memory + buffers_bytes);
    parts->argv = parts->replies + shards_count;
    parts->shard_of_key = (void *)(parts->argv + argc);
    return memory;
}

static void execute_parts(const struct kv_together *together, const struct kv_command *command,
                          struct kv_request request, const struct parts *parts)
{
    uint64_t shards = kv_route_shards(command, request, together->seed, together->shards_count);
    for (uint32_t i = 0; i < together->shards_count; i++) {
        struct kv_request part = request;
        if ((shards & UINT64_C(1) << i) == 0)
            continue;
        if (command->place == KV_PLACE_SPLIT)
            part = (struct kv_request){
                kv_route_part(command, request, parts->shard_of_key, i, parts->argv), parts->argv};
        if (!execute_on_shard(together, command, part, i, &parts->buffers[i]))
            kv_resp_error(&parts->buffers[i], KV_ERROR_NO_MEMORY);
        parts->replies[i] = kv_buffer_bytes(&parts->buffers[i]);
    }
}

static bool execute_on_many(const struct kv_together *together, const struct kv_command *command,
                            struct kv_request request, struct kv_buffer *reply)
{
    struct parts parts;
    bool         is_split = command->place == KV_PLACE_SPLIT;
    size_t       keys_count = is_split ? kv_route_keys_count(command, request) : 0;
    void        *memory = make_parts(&parts, keys_count, request.argc, together->shards_count);
    if (memory == NULL) {
        kv_resp_error(reply, KV_ERROR_NO_MEMORY);
        return true;
    }
    if (is_split)
        kv_route_keys(command, request, together->seed, together->shards_count, parts.shard_of_key);
    execute_parts(together, command, request, &parts);
    kv_merge_replies(command->merge, parts.replies, together->shards_count, parts.shard_of_key,
                     keys_count, reply);
    for (uint32_t i = 0; i < together->shards_count; i++)
        kv_buffer_release(&parts.buffers[i]);
    kv_memory_release(&memory);
    return true;
}

bool kv_together_execute(const struct kv_together *together, const struct kv_command *command,
                         struct kv_request request, struct kv_buffer *reply)
{
    switch (command->place) {
    case KV_PLACE_CONNECTION:
    case KV_PLACE_TOGETHER:
    case KV_PLACE_ACTOR: break;
    case KV_PLACE_SHARD:
        return execute_on_shard(
            together, command, request,
            kv_route_one(command, request, together->seed, together->shards_count), reply);
    case KV_PLACE_CURSOR:
    case KV_PLACE_SPLIT:
    case KV_PLACE_EVERY_SHARD: return execute_on_many(together, command, request, reply);
    }
    return execute_here(together, command, request, reply);
}

/* ---- WATCH and EXEC ---- */

static struct kv_store *store_of(const struct kv_together *together, struct kv_bytes key)
{
    return together->stores[kv_shard_of_key(together->seed, key, together->shards_count)];
}

bool kv_run_watch(const struct kv_call *call)
{
    const struct kv_together *together = call->together;
    struct kv_session        *session = together->session;
    if (session->watched.count > KV_ASIDE_BYTES_MAX)
        return kv_refuse(call, "ERR too many keys are watched");
    if (session->watcher == NULL)
        session->watcher = kv_watcher_make();
    if (session->watcher == NULL ||
        !kv_requests_add(&session->watched, (struct kv_request){call->argc, call->argv}))
        return false;
    for (size_t i = 1; i < call->argc; i++) {
        struct kv_store *store = store_of(together, call->argv[i]);
        (void)kv_store_find(store, call->argv[i],
                            call->now_ms); /* one that has expired is not there */
        if (!kv_store_watch(store, call->argv[i], session->watcher)) {
            kv_session_unwatch(session);
            return false;
        }
        session->watched_shards |=
            UINT64_C(1) << kv_shard_of_key(together->seed, call->argv[i], together->shards_count);
    }
    kv_resp_simple(call->reply, "OK");
    return true;
}

/* What has expired since is told of when it is looked for. */
static bool look_at(void *context, struct kv_request request)
{
    const struct kv_call *call = context;
    for (size_t i = 1; i < request.argc; i++)
        (void)kv_store_find(store_of(call->together, request.argv[i]), request.argv[i],
                            call->now_ms);
    return true;
}

/*
 * A transaction is never done by half: where there is no memory for a reply, those before it make
 * room.
 */
struct transaction {
    const struct kv_together *together;
    struct kv_buffer         *reply;
    size_t                    start;
    bool                      is_lost; /* replies are */
};

static bool execute_queued(void *context, struct kv_request request)
{
    struct transaction      *transaction = context;
    const struct kv_command *command = kv_command_find(request.argv[0]);
    if (!kv_together_execute(transaction->together, command, request, transaction->reply)) {
        transaction->is_lost = true;
        kv_buffer_truncate(transaction->reply, transaction->start);
        return kv_together_execute(transaction->together, command, request, transaction->reply);
    }
    return true;
}

static void execute_all(const struct kv_call *call, const struct kv_multi *multi)
{
    struct transaction transaction = {call->together, call->reply, call->reply->count, false};
    kv_resp_array(call->reply, multi->count);
    bool done = kv_requests_each(&multi->requests, call->limits, execute_queued, &transaction);
    if (!done || transaction.is_lost || call->reply->failed)
        call->together->session->closing = call->together->session->is_lost = true;
}

bool kv_run_exec(const struct kv_call *call)
{
    struct kv_session *session = call->together->session;
    struct kv_multi    multi = session->multi;
    struct kv_call     mine = *call;
    session->multi = (struct kv_multi){0};
    bool done = kv_requests_each(&session->watched, call->limits, look_at, &mine);
    bool is_told = kv_watcher_is_told(session->watcher);
    kv_session_unwatch(session);
    if (done && is_told)
        kv_resp_nil_array(call->reply);
    else if (done)
        execute_all(call, &multi);
    kv_buffer_release(&multi.requests);
    return done;
}

/* ---- Commands with several keys that change together ---- */

static bool is_free(const struct kv_call *call, struct kv_bytes key)
{
    return kv_store_find(store_of(call->together, key), key, call->now_ms) == NULL;
}

static void end_all(const struct kv_call *call, void (*end)(struct kv_store *store))
{
    for (size_t i = 1; i < call->argc; i += 2)
        end(store_of(call->together, call->argv[i]));
}

bool kv_run_msetnx(const struct kv_call *call)
{
    bool all_free = true;
    for (size_t i = 1; i < call->argc; i += 2)
        all_free = all_free && is_free(call, call->argv[i]);
    for (size_t i = 1; all_free && i < call->argc; i += 2) {
        struct kv_store *store = store_of(call->together, call->argv[i]);
        if (!kv_store_prepare(store, call->argv[i], call->argv[i + 1], KV_NEVER_EXPIRES)) {
            end_all(call, kv_store_abandon);
            return false;
        }
    }
    if (all_free)
        end_all(call, kv_store_commit);
    kv_resp_integer(call->reply, all_free);
    return true;
}

/* Returns: false without memory. */
static bool copy_entry(const struct kv_call *call, const struct kv_entry *entry, struct kv_bytes to)
{
    return kv_store_set(store_of(call->together, to), to, kv_entry_value(entry),
                        entry->expires_at_ms);
}

static bool rename_key(const struct kv_call *call, bool replace)
{
    struct kv_bytes        from = call->argv[1], to = call->argv[2];
    struct kv_store       *store = store_of(call->together, from);
    const struct kv_entry *entry = kv_store_find(store, from, call->now_ms);
    if (entry == NULL)
        return kv_refuse(call, "ERR no such key");
    bool changes = !kv_bytes_equal(from, to) && (replace || is_free(call, to));
    if (changes) {
        entry = kv_store_find(store, from, call->now_ms); /* to look for another may have moved
                                                             it */
        if (!copy_entry(call, entry, to))
            return false;
        (void)kv_store_remove(store, from, call->now_ms);
    }
    if (replace)
        kv_resp_simple(call->reply, "OK");
    else
        kv_resp_integer(call->reply, changes);
    return true;
}

bool kv_run_rename(const struct kv_call *call)
{
    return rename_key(call, true);
}

bool kv_run_renamenx(const struct kv_call *call)
{
    return rename_key(call, false);
}

/* Returns: NULL, or the error. There is one database. */
static const char *read_copy_options(const struct kv_call *call, bool *replace)
{
    for (size_t i = 3; i < call->argc; i++) {
        int64_t database;
        if (kv_bytes_is_word(call->argv[i], "replace")) {
            *replace = true;
        } else if (!kv_bytes_is_word(call->argv[i], "db") || ++i == call->argc) {
            return KV_ERROR_SYNTAX;
        } else if (!kv_bytes_to_integer(call->argv[i], &database)) {
            return KV_ERROR_NOT_INTEGER;
        } else if (database != 0) {
            return "ERR DB index is out of range";
        }
    }
    return NULL;
}

bool kv_run_copy(const struct kv_call *call)
{
    bool            replace = false;
    const char     *error = read_copy_options(call, &replace);
    struct kv_bytes from = call->argv[1], to = call->argv[2];
    if (error != NULL)
        return kv_refuse(call, error);
    if (kv_bytes_equal(from, to))
        return kv_refuse(call, "ERR source and destination objects are the same");
    bool                   may_copy = replace || is_free(call, to);
    const struct kv_entry *entry =
        kv_store_find(store_of(call->together, from), from, call->now_ms);
    if (entry != NULL && may_copy && !copy_entry(call, entry, to))
        return false;
    kv_resp_integer(call->reply, entry != NULL && may_copy);
    return true;
}
