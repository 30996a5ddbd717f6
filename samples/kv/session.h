/*
 * What a session does with a request before it is executed: MULTI puts it aside, a wrong protocol
 * ends it.
 */
/* SPDX-License-Identifier: MIT */
#ifndef KV_SESSION_H
#define KV_SESSION_H

#include <samples/kv/command.h>

/* What one session may put aside: commands behind MULTI; keys behind WATCH. */
enum { KV_ASIDE_BYTES_MAX = 128 * 1024 * 1024 };

/**
 * Takes a request.
 *
 * seed, shards_count: of the service, to note which shards a queued request concerns. Returns: the
 * command, to be executed now; NULL when the request is dealt with: it was refused, queued, or ends
 * the session (session->closing). A reply, if there is one, is written then.
 */
const struct kv_command *kv_session_take(struct kv_session *session, struct kv_request request,
                                         struct kv_seed seed, uint32_t shards_count,
                                         struct kv_buffer *reply);

/*
 * Returns: the set of shards that a command of this session concerns; EXEC's are those of all that
 * it executes.
 */
uint64_t kv_session_shards(const struct kv_session *session, const struct kv_command *command,
                           struct kv_request request, struct kv_seed seed, uint32_t shards_count);

/* Ends MULTI and drops what was queued. */
void kv_session_end_multi(struct kv_session *session);

/* Watches no key any more. */
void kv_session_unwatch(struct kv_session *session);

/* Frees everything. */
void kv_session_release(struct kv_session *session);

/* ---- With stores at hand ---- */

/* All that a request needs which concerns several shards at once. */
struct kv_together {
    struct kv_store *const *stores; /* by shard; those the request concerns are there, and the
                                       caller's alone */
    uint32_t                shards_count;
    struct kv_seed          seed;
    struct kv_limits        limits;
    int64_t                 now_ms;
    struct kv_session      *session;
    const struct kv_info   *info;
};

/**
 * Executes a request as one: a command of any place but KV_PLACE_ACTOR, its reply appended.
 *
 * Returns: false when it was not executed, since there was no memory for a reply. One that was
 * executed may have set reply->failed; and where replies of an EXEC are lost, session->is_lost.
 */
KV_MUST_CHECK bool kv_together_execute(const struct kv_together *together,
                                       const struct kv_command *command, struct kv_request request,
                                       struct kv_buffer *reply);

/* Requests that wait, one after the other, in the form they came in. */
KV_MUST_CHECK bool kv_requests_add(struct kv_buffer *requests, struct kv_request request);

/*
 * Calls run for each; the request is valid meanwhile. Returns: false without memory, or when a run
 * has.
 */
typedef bool       kv_request_run(void *context, struct kv_request request);
KV_MUST_CHECK bool kv_requests_each(const struct kv_buffer *requests, struct kv_limits limits,
                                    kv_request_run *run, void *context);

#endif
