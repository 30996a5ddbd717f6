/* What a session does with a request before it is executed. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/session.h>

#include <samples/kv/command_run.h>

#define ERROR_TOO_LARGE "ERR the transaction is too large"

/* ---- Requests that wait ---- */

bool kv_requests_add(struct kv_buffer *requests, struct kv_request request)
{
    size_t start = requests->count;
    kv_resp_array(requests, request.argc);
    for (size_t i = 0; i < request.argc; i++)
        kv_resp_bulk(requests, request.argv[i]);
    if (!requests->failed)
        return true;
    kv_buffer_truncate(requests, start);
    return false;
}

bool kv_requests_each(const struct kv_buffer *requests, struct kv_limits limits,
                      kv_request_run *run, void *context)
{
    struct kv_resp_parser parser;
    struct kv_request     request;
    size_t                at = 0, used;
    enum kv_parse         parsed = KV_PARSE_COMPLETE;
    bool                  done = true;
    kv_resp_parser_init(&parser, limits);
    while (at < requests->count && parsed == KV_PARSE_COMPLETE) {
        parsed = kv_resp_parse(&parser, requests->data + at, requests->count - at, &request, &used);
        if (parsed == KV_PARSE_COMPLETE)
            done = run(context, request) && done; /* one that fails does not keep the others from
                                                     being executed */
        at += used;
    }
    kv_resp_parser_release(&parser);
    return done && parsed == KV_PARSE_COMPLETE;
}

/* ---- The session ---- */

void kv_session_end_multi(struct kv_session *session)
{
    kv_buffer_release(&session->multi.requests);
    session->multi = (struct kv_multi){0};
}

void kv_session_unwatch(struct kv_session *session)
{
    kv_watcher_drop(&session->watcher);
    kv_buffer_release(&session->watched);
    session->watched_shards = 0;
}

void kv_session_release(struct kv_session *session)
{
    kv_session_end_multi(session);
    kv_session_unwatch(session);
    kv_buffer_release(&session->name);
    kv_buffer_release(&session->library_name);
    kv_buffer_release(&session->library_version);
}

uint64_t kv_session_shards(const struct kv_session *session, const struct kv_command *command,
                           struct kv_request request, struct kv_seed seed, uint32_t shards_count)
{
    if (command->run == kv_run_exec)
        return session->multi.shards | session->watched_shards;
    return kv_route_shards(command, request, seed, shards_count);
}

/*
 * A web page can make a browser send these; what comes behind them, line by line, is not meant for
 * us.
 */
static bool is_http(struct kv_request request)
{
    return kv_bytes_is_word(request.argv[0], "post") || kv_bytes_is_word(request.argv[0], "host:");
}

static void spoil(struct kv_session *session, struct kv_buffer *reply, const char *error)
{
    kv_resp_error(reply, error);
    session->multi.is_spoilt = true;
}

static void put_aside(struct kv_session *session, const struct kv_command *command,
                      struct kv_request request, struct kv_seed seed, uint32_t shards_count,
                      struct kv_buffer *reply)
{
    struct kv_multi *multi = &session->multi;
    if (multi->requests.count > KV_ASIDE_BYTES_MAX) {
        spoil(session, reply, ERROR_TOO_LARGE);
    } else if (multi->is_spoilt) {
        kv_resp_simple(reply, "QUEUED"); /* it will not be executed */
    } else if (!kv_requests_add(&multi->requests, request)) {
        spoil(session, reply, KV_ERROR_NO_MEMORY);
    } else {
        multi->count++;
        multi->shards |= kv_route_shards(command, request, seed, shards_count);
        kv_resp_simple(reply, "QUEUED");
    }
}

/* Whether EXEC can go on; else it is answered. */
static bool may_execute(struct kv_session *session, struct kv_buffer *reply)
{
    if (session->multi.is_open && !session->multi.is_spoilt)
        return true;
    if (!session->multi.is_open) {
        kv_resp_error(reply, "ERR EXEC without MULTI");
        return false;
    }
    kv_resp_error(reply, "EXECABORT Transaction discarded because of previous errors.");
    kv_session_end_multi(session);
    kv_session_unwatch(session);
    return false;
}

/*
 * A command that is refused spoils what was put aside; an EXEC that is refused ends it, and what is
 * not meant for us ends the session without a reply. Returns: NULL.
 */
static const struct kv_command *note_refusal(struct kv_session *session, struct kv_request request,
                                             struct kv_buffer *reply, size_t start)
{
    bool is_exec = kv_bytes_is_word(request.argv[0], "exec");
    session->closing = session->is_http = is_http(request);
    session->multi.is_spoilt = session->multi.is_open;
    if (is_exec || session->is_http)
        kv_buffer_truncate(reply, start);
    if (!is_exec)
        return NULL;
    kv_resp_error(
        reply,
        "EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command");
    kv_session_end_multi(session);
    kv_session_unwatch(session);
    return NULL;
}

const struct kv_command *kv_session_take(struct kv_session *session, struct kv_request request,
                                         struct kv_seed seed, uint32_t shards_count,
                                         struct kv_buffer *reply)
{
    size_t                   start = reply->count;
    const struct kv_command *command = session->latest;
    if (command == NULL || !kv_bytes_is_word(request.argv[0], command->name))
        command = kv_command_find(request.argv[0]);
    session->latest = command;
    if (!kv_command_check(command, request, reply))
        return note_refusal(session, request, reply, start);
    if (command->run == kv_run_exec)
        return may_execute(session, reply) ? command : NULL;
    if (!session->multi.is_open || (command->flags & KV_COMMAND_AT_ONCE) != 0)
        return command;
    if (command->run == kv_run_watch)
        kv_resp_error(reply, "ERR WATCH inside MULTI is not allowed");
    else if (command->place == KV_PLACE_ACTOR)
        spoil(session, reply, "ERR Command not allowed inside a transaction");
    else
        put_aside(session, command, request, seed, shards_count, reply);
    return NULL;
}
