/* What a connection does with its client's bytes: it parses them and routes the commands. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/command_run.h>
#include <samples/kv/service/connection_state.h>
#include <samples/kv/service/host.h>

/*
 * Reading stops at this many commands, or bytes of commands, that are not answered, and at so many
 * bytes of replies.
 */
enum { PENDING_MAX = 1024, REQUEST_BYTES_MAX = 1024 * 1024, OUT_BYTES_MAX = 64 * 1024 };

/*
 * What may come behind the bytes wanted, and how much of what has come is looked at with them, in
 * one piece: a long request of short words would otherwise be read word by word.
 */
enum { AHEAD_BYTES = 64 * 1024, PIECE_BYTES = 256 * 1024 };

/* ---- Answers of the connection itself ---- */

/* In order: straight to the socket, or behind what is pending. */
static struct kv_buffer *begin_reply(struct kv_connection *connection, struct kv_buffer *own)
{
    return connection->pending.count == 0 ? &connection->out : own;
}

static void end_reply(act_self *self, struct kv_connection *connection, struct kv_buffer *own)
{
    uint32_t number;
    if (own->count == 0 && !own->failed)
        return;
    struct kv_slot *slot = kv_pending_push(&connection->pending, &number);
    if (slot != NULL)
        kv_pending_answer_own(&connection->pending, slot, own);
    else
        kv_connection_end(self, connection, ACT_EXIT_ERROR, KV_END_NO_MEMORY);
    kv_buffer_release(own);
}

static void execute_here(struct kv_connection *connection, const struct kv_command *command,
                         struct kv_request request, struct kv_buffer *reply)
{
    struct kv_info info;
    bool           tells = command->run == kv_run_info || command->run == kv_run_config;
    if (tells)
        kv_service_info(connection->service, &info);
    const struct kv_call call = {
        .command = command,
        .argc = request.argc,
        .argv = request.argv,
        .reply = reply,
        .limits = connection->service->limits,
        .now_ms = kv_host_time_ms(),
        .session = &connection->session,
        .info = tells ? &info : NULL,
    };
    if (!kv_command_execute(&call))
        reply->failed = true;
}

/* ---- Routing ---- */

static void send_one(act_self *self, struct kv_connection *connection, uint32_t upstream,
                     const struct kv_command *command, struct kv_request request)
{
    uint32_t        number;
    struct kv_slot *slot = kv_pending_push(&connection->pending, &number);
    if (slot == NULL) {
        kv_connection_end(self, connection, ACT_EXIT_ERROR, KV_END_NO_MEMORY);
        return;
    }
    slot->waiting = kv_upstream_bit(upstream);
    kv_upstream_add(connection, upstream, command, number, request);
}

/* Each shard gets the arguments that concern it: all of them if shard_of_key is NULL. */
static void send_parts(struct kv_connection *connection, const struct kv_command *command,
                       struct kv_request request, const uint32_t *shard_of_key,
                       struct kv_bytes *argv, uint32_t number, uint64_t upstreams)
{
    for (; upstreams != 0; upstreams &= upstreams - 1) {
        uint32_t          upstream = (uint32_t)__builtin_ctzll(upstreams);
        struct kv_request part = request;
        if (shard_of_key != NULL)
            part = (struct kv_request){
                kv_route_part(command, request, shard_of_key, upstream, argv), argv};
        kv_upstream_add(connection, upstream, command, number, part);
    }
}

static void send_many(act_self *self, struct kv_connection *connection,
                      const struct kv_command *command, struct kv_request request,
                      const uint32_t *shard_of_key, size_t keys_count, uint64_t upstreams)
{
    uint32_t         number;
    struct kv_bytes *argv =
        shard_of_key != NULL ? act_scratch(self, request.argc * sizeof *argv) : NULL;
    struct kv_slot *slot = kv_pending_push(&connection->pending, &number);
    if (slot == NULL || (argv == NULL && shard_of_key != NULL) ||
        !kv_pending_gather(slot, upstreams, connection->service->options.shards_count,
                           command->merge, shard_of_key, keys_count)) {
        kv_connection_end(self, connection, ACT_EXIT_ERROR, KV_END_NO_MEMORY);
        return;
    }
    send_parts(connection, command, request, shard_of_key, argv, number, upstreams);
}

static void route_keys(act_self *self, struct kv_connection *connection,
                       const struct kv_command *command, struct kv_request request)
{
    const struct kv_service *service = connection->service;
    size_t                   keys_count = kv_route_keys_count(command, request);
    uint32_t                *shard_of_key = act_scratch(self, keys_count * sizeof *shard_of_key);
    uint64_t                 upstreams = 0;
    if (shard_of_key == NULL) {
        kv_connection_end(self, connection, ACT_EXIT_ERROR, KV_END_NO_MEMORY);
        return;
    }
    kv_route_keys(command, request, service->seed, service->options.shards_count, shard_of_key);
    for (size_t i = 0; i < keys_count; i++)
        upstreams |= kv_upstream_bit(shard_of_key[i]);
    if ((upstreams & (upstreams - 1)) == 0)
        send_one(self, connection, shard_of_key[0], command, request);
    else
        send_many(self, connection, command, request, shard_of_key, keys_count, upstreams);
}

/* SLEEP has no key: it is the first shard that sleeps. */
static uint32_t debug_upstream(const struct kv_connection *connection, const struct kv_debug *debug)
{
    const struct kv_service *service = connection->service;
    if (debug->kind == KV_DEBUG_TREE)
        return kv_upstream_of_observer(service);
    if (debug->kind == KV_DEBUG_SLEEP)
        return 0;
    return kv_shard_of_key(service->seed, debug->key, service->options.shards_count);
}

static void route(act_self *self, struct kv_connection *connection,
                  const struct kv_command *command, struct kv_request request,
                  struct kv_buffer *reply)
{
    const struct kv_service *service = connection->service;
    uint32_t                 shards_count = service->options.shards_count, shard;
    struct kv_debug          debug;
    switch (command->place) {
    case KV_PLACE_CONNECTION: execute_here(connection, command, request, reply); break;
    case KV_PLACE_ACTOR:
        if (kv_debug_parse(request, &debug, reply))
            send_one(self, connection, debug_upstream(connection, &debug), command, request);
        break;
    case KV_PLACE_SHARD:
        send_one(self, connection, kv_route_one(command, request, service->seed, shards_count),
                 command, request);
        break;
    case KV_PLACE_CURSOR:
        shard = kv_route_one(command, request, service->seed, shards_count);
        send_many(self, connection, command, request, NULL, 0,
                  kv_upstream_bit(shards_count) - kv_upstream_bit(shard));
        break;
    case KV_PLACE_SPLIT: route_keys(self, connection, command, request); break;
    case KV_PLACE_EVERY_SHARD:
        send_many(self, connection, command, request, NULL, 0, kv_upstream_bit(shards_count) - 1);
        break;
    case KV_PLACE_TOGETHER: kv_loan_begin(self, connection, command, request); break;
    }
}

static void handle(act_self *self, struct kv_connection *connection, struct kv_request request)
{
    struct kv_buffer         own = {0};
    struct kv_buffer        *reply = begin_reply(connection, &own);
    const struct kv_service *service = connection->service;
    const struct kv_command *command = kv_session_take(&connection->session, request, service->seed,
                                                       service->options.shards_count, reply);
    if (command != NULL)
        route(self, connection, command, request, reply);
    end_reply(self, connection, &own);
    if (connection->session.is_http)
        kv_connection_end(self, connection, ACT_EXIT_ERROR,
                          "a client that takes us for a web server was refused");
    if (connection->session.closing && connection->phase == KV_PHASE_OPEN)
        connection->phase = KV_PHASE_ANSWERING;
}

/* ---- Parsing ---- */

static bool may_read(const struct kv_connection *connection)
{
    return connection->phase == KV_PHASE_OPEN && !connection->blocked &&
           connection->loan.command == NULL && connection->pending.count < PENDING_MAX &&
           connection->request_bytes < REQUEST_BYTES_MAX && connection->out.count < OUT_BYTES_MAX &&
           !connection->out.failed;
}

static void refuse(act_self *self, struct kv_connection *connection)
{
    struct kv_buffer own = {0};
    kv_resp_error(begin_reply(connection, &own), connection->parser.error);
    end_reply(self, connection, &own);
    if (connection->phase == KV_PHASE_OPEN)
        connection->phase = KV_PHASE_ANSWERING;
}

/* Half a request: the rest will come, or it is dropped. */
static void await_more(struct kv_connection *connection)
{
    if (connection->draining || act_tcp_input_ended(connection->tcp))
        connection->phase = KV_PHASE_ANSWERING;
    else
        act_tcp_want(connection->tcp, connection->parser.wanted_count + AHEAD_BYTES);
}

static void settle(act_self *self, struct kv_connection *connection, enum kv_parse parsed)
{
    if (parsed == KV_PARSE_ERROR)
        refuse(self, connection);
    else if (parsed == KV_PARSE_NO_MEMORY || connection->out.failed)
        kv_connection_end(self, connection, ACT_EXIT_ERROR, KV_END_NO_MEMORY);
    else if (parsed == KV_PARSE_MORE)
        await_more(connection);
}

/* Parses and handles what lies in front. Returns: why it stopped; MORE: there may be more of it. */
static enum kv_parse read_piece(act_self *self, struct kv_connection *connection)
{
    enum kv_parse  parsed = KV_PARSE_COMPLETE;
    const uint8_t *bytes = (const uint8_t *)""; /* there may be nothing */
    size_t used = 0, commands = 0, count_max = connection->parser.wanted_count + PIECE_BYTES;
    size_t count = act_tcp_input_front(connection->tcp, &bytes, count_max);
    if (count == 0)
        return KV_PARSE_NO_MEMORY; /* it is there, but could not be joined */
    while (parsed == KV_PARSE_COMPLETE && may_read(connection)) {
        struct kv_request request;
        size_t            taken;
        parsed = kv_resp_parse(&connection->parser, bytes + used, count - used, &request, &taken);
        if (parsed == KV_PARSE_COMPLETE) {
            handle(self, connection, request);
            commands++;
        }
        used += taken;
    }
    act_tcp_consume(connection->tcp, used);
    kv_count(&connection->service->traffic.bytes_in, used);
    kv_count(&connection->service->traffic.commands, commands);
    return parsed;
}

/* Else what there is would be made contiguous in vain. */
static bool has_enough(const struct kv_connection *connection)
{
    size_t unread = act_tcp_unread(connection->tcp);
    return unread > 0 && unread >= connection->parser.wanted_count;
}

bool kv_connection_read(act_self *self, struct kv_connection *connection)
{
    enum kv_parse parsed = KV_PARSE_MORE;
    if (!may_read(connection))
        return false;
    while (parsed == KV_PARSE_MORE && has_enough(connection))
        parsed = read_piece(self, connection);
    settle(self, connection, parsed);
    return connection->phase == KV_PHASE_OPEN && connection->out.count >= OUT_BYTES_MAX;
}

/*
 * Many a client writes all its requests before it reads a reply. It would wait for ever, and we
 * with it, if we took no more: so while it does not read its requests are taken all the same and
 * left unread, up to a bound.
 */
void kv_connection_take_in(act_self *self, struct kv_connection *connection)
{
    size_t unread = act_tcp_unread(connection->tcp);
    if (connection->phase != KV_PHASE_OPEN || !connection->blocked || connection->draining)
        return;
    if (unread < connection->service->limits.backlog_bytes_max)
        act_tcp_want(connection->tcp, unread + AHEAD_BYTES);
    else
        kv_connection_end(self, connection, ACT_EXIT_ERROR,
                          "a client did not read its replies and sent more than --backlog allows");
}
