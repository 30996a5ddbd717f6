/* The actor that serves one client. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/connection.h>

#include <samples/kv/service/connection_state.h>
#include <samples/kv/service/host.h>

/* When the service stops, how long a client may take to get what it is owed. */
enum { GIVE_UP_MS = 2000 };

static void release(void *state)
{
    struct kv_connection *connection = state;
    for (uint32_t i = 0; i < connection->upstreams_count; i++) {
        act_message_free(&connection->upstreams[i].rest);
        act_message_free(&connection->upstreams[i].next);
        act_message_free(&connection->upstreams[i].lent); /* our DOWN tells the shard */
    }
    kv_pending_release(&connection->pending);
    kv_buffer_release(&connection->out);
    kv_buffer_release(&connection->loan.request);
    kv_session_release(&connection->session);
    kv_resp_parser_release(&connection->parser);
}

void kv_accepted_release(void *args)
{
    struct kv_accepted *accepted = *(struct kv_accepted **)args;
    act_socket_close(&accepted->socket);
    atomic_fetch_sub_explicit(&accepted->service->traffic.connections_now, 1, memory_order_relaxed);
    kv_memory_free(accepted);
}

void kv_connection_end(act_self *self, struct kv_connection *connection, act_exit_kind kind,
                       const char *why)
{
    connection->phase = KV_PHASE_ENDED;
    act_exit(self, act_exit_reason_make(kind, 0, why));
}

/* ---- Messages ---- */

/*
 * One round after every message: write what is ready, read what may be read, send it to the shards.
 */
static void advance(act_self *self, struct kv_connection *connection)
{
    if (connection->loan.command != NULL || connection->to_return != 0)
        kv_loan_go_on(self, connection); /* first: when it is over there may be more to read */
    do {
        kv_connection_write(self, connection);
    } while (kv_connection_read(self, connection));
    kv_connection_write(self, connection);
    kv_upstreams_send(self, connection);
    if (connection->blocked)
        kv_connection_take_in(self, connection);
    bool is_owed = connection->pending.count > 0 || connection->out.count > 0;
    if (connection->phase == KV_PHASE_LINGERING ||
        (connection->phase == KV_PHASE_ANSWERING && !is_owed))
        kv_connection_linger(self, connection);
}

/* The service stops: what has been read is answered, and no more is read. */
static void drain(act_self *self, struct kv_connection *connection)
{
    act_ref timer;
    if (connection->draining)
        return;
    connection->draining = true;
    if (connection->phase == KV_PHASE_OPEN)
        act_tcp_pause(connection->tcp, true);
    if (act_tell_after(self, &timer, act_self_pid(self), GIVE_UP_MS, kv_give_up) != ACT_OK)
        kv_connection_end(self, connection, ACT_EXIT_ERROR, KV_END_NO_MEMORY);
}

/*
 * The listener is the first to be stopped, and its end is how all clients hear of it at the same
 * time; the supervisor tells them one after the other.
 */
static void watch_listener(act_self *self, struct kv_connection *connection)
{
    act_pid listener;
    if (act_whereis(act_self_system(self), &listener, KV_NAME_LISTENER) != ACT_OK ||
        act_monitor(self, &connection->listener_monitor, listener) != ACT_OK)
        kv_connection_retry(self, connection);
}

static void down(act_self *self, struct kv_connection *connection, const act_message *message)
{
    if (!act_ref_equal(message->ref, connection->listener_monitor)) {
        kv_upstream_down(connection, message->ref);
        return;
    }
    connection->listener_monitor = (act_ref){0};
    if (act_message_reason(message).kind == ACT_EXIT_SHUTDOWN)
        drain(self, connection);
    else
        watch_listener(self, connection);
}

static void retry(act_self *self, struct kv_connection *connection)
{
    connection->retrying = false;
    if (connection->listener_monitor.value == 0 && !connection->draining)
        watch_listener(self, connection);
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct kv_connection *connection = state;
    switch (message->tag) {
    case kv_replies_tag: kv_upstream_replies(self, connection, message); break;
    case kv_batch_tag: kv_upstream_rest(self, connection, message); break;
    case KV_TAG_LENT: kv_upstream_lent(self, connection, message); break;
    case ACT_MESSAGE_TCP_WRITABLE: connection->blocked = false; break;
    case ACT_MESSAGE_TCP_CLOSED:
    case kv_give_up_tag: kv_connection_end(self, connection, ACT_EXIT_NORMAL, NULL); break;
    case ACT_MESSAGE_DOWN: down(self, connection, message); break;
    case ACT_MESSAGE_EXIT: drain(self, connection); break;
    case kv_retry_tag: retry(self, connection); break;
    case kv_linger_tag: kv_connection_linger_on(self, connection); break;
    }
    if (connection->phase != KV_PHASE_ENDED)
        advance(self, connection);
}

/* ---- Birth ---- */

static act_result init(act_self *self, void *state, const void *args)
{
    struct kv_connection *connection = state;
    struct kv_accepted   *accepted = *(struct kv_accepted *const *)args;
    struct kv_service    *service = accepted->service;
    connection->service = service;
    connection->session.id = accepted->id;
    connection->session.connected_at_ms = kv_host_time_ms();
    connection->upstreams_count = service->options.shards_count + 1;
    connection->upstreams =
        act_alloc(self, connection->upstreams_count * sizeof *connection->upstreams);
    kv_resp_parser_init(&connection->parser, service->limits);
    if (connection->upstreams == NULL)
        return ACT_NO_MEMORY;
    act_result result = act_defer(self, release, connection);
    if (result == ACT_OK)
        result = act_trap_exits(self, true);
    if (result == ACT_OK)
        result = act_tcp_open(self, &connection->tcp, &accepted->socket, NULL);
    if (result == ACT_OK)
        watch_listener(self, connection);
    return result;
}

const act_behavior kv_connection = {
    .name = "client",
    .state_bytes = sizeof(struct kv_connection),
    .args_bytes = sizeof(struct kv_accepted *),
    .init = init,
    .receive = receive,
    .schema = kv_schema,
};
