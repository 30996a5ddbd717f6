/* How replies leave a connection. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/batch.h>
#include <samples/kv/service/connection_state.h>

/* Small replies are gathered and copied once; large ones are sent from where they lie. */
enum { OUT_BYTES_MAX = 64 * 1024, OUT_BYTES_KEPT = 16 * 1024, MOVED_BYTES_MIN = 16 * 1024 };

/* A client that takes nothing in a second is left; in a fifth of one when the service stops. */
enum { LINGER_MS = 50, LINGER_ROUNDS_MAX = 20, LINGER_ROUNDS_STOPPING_MAX = 4 };

/* Returns: true when the socket has taken it. */
static bool was_taken(act_self *self, struct kv_connection *connection, act_result result,
                      size_t count)
{
    connection->blocked = result == ACT_FULL;
    if (result == ACT_OK)
        kv_count(&connection->service->traffic.bytes_out, count);
    else if (result == ACT_CLOSED)
        kv_connection_end(self, connection, ACT_EXIT_NORMAL, NULL);
    else if (result != ACT_FULL)
        kv_connection_end(self, connection, ACT_EXIT_ERROR, KV_END_NO_MEMORY);
    return result == ACT_OK;
}

static bool flush(act_self *self, struct kv_connection *connection)
{
    struct kv_buffer *out = &connection->out;
    if (out->count == 0)
        return true;
    if (!was_taken(self, connection, act_tcp_write(connection->tcp, out->data, out->count),
                   out->count))
        return false;
    if (out->capacity > OUT_BYTES_KEPT)
        kv_buffer_release(out);
    kv_buffer_truncate(out, 0);
    return true;
}

/* The socket becomes a holder of the message, or the owner of the memory. */
static bool send_moved(act_self *self, struct kv_connection *connection, struct kv_slot *slot)
{
    act_result result;
    size_t     count = slot->reply.count;
    if (slot->message != NULL) {
        kv_replies_hold(slot->message);
        result = act_tcp_write_moved(connection->tcp, slot->reply.data, count, kv_replies_let_go,
                                     slot->message);
        if (result != ACT_OK)
            kv_replies_let_go(slot->message);
    } else {
        result = act_tcp_write_moved(connection->tcp, slot->reply.data, count, kv_memory_free,
                                     slot->memory);
        if (result == ACT_OK)
            slot->memory = NULL;
    }
    return was_taken(self, connection, result, count);
}

static bool send_reply(act_self *self, struct kv_connection *connection, struct kv_slot *slot)
{
    struct kv_buffer *out = &connection->out;
    bool              is_constant = slot->message == NULL && slot->memory == NULL;
    if (slot->reply.count >= MOVED_BYTES_MIN && !is_constant)
        return flush(self, connection) && send_moved(self, connection, slot);
    kv_buffer_append(out, slot->reply.data, slot->reply.count);
    if (out->failed)
        kv_connection_end(self, connection, ACT_EXIT_ERROR, KV_END_NO_MEMORY);
    return !out->failed;
}

void kv_connection_write(act_self *self, struct kv_connection *connection)
{
    struct kv_slot *slot;
    while ((slot = kv_pending_front(&connection->pending)) != NULL && slot->waiting == 0) {
        if (connection->blocked || connection->phase >= KV_PHASE_LINGERING)
            return;
        if (connection->out.count >= OUT_BYTES_MAX && !flush(self, connection))
            return;
        if (!send_reply(self, connection, slot))
            return;
        kv_pending_pop(&connection->pending);
    }
    if (!connection->blocked && connection->phase < KV_PHASE_LINGERING)
        flush(self, connection);
}

/* ---- The end ---- */

static void arm_linger(act_self *self, struct kv_connection *connection)
{
    act_ref timer;
    if (connection->linger_armed)
        return;
    if (act_tell_after(self, &timer, act_self_pid(self), LINGER_MS, kv_linger) != ACT_OK)
        kv_connection_end(self, connection, ACT_EXIT_ERROR, KV_END_NO_MEMORY);
    connection->linger_armed = true;
}

void kv_connection_linger(act_self *self, struct kv_connection *connection)
{
    if (connection->phase == KV_PHASE_ANSWERING) {
        connection->phase = KV_PHASE_LINGERING;
        act_tcp_shutdown(connection->tcp);
        act_tcp_pause(connection->tcp, false);
        connection->linger_unsent = act_tcp_unsent(connection->tcp);
    }
    act_tcp_consume(connection->tcp, SIZE_MAX);
    if (act_tcp_unsent(connection->tcp) == 0 && act_tcp_input_ended(connection->tcp))
        kv_connection_end(self, connection, ACT_EXIT_NORMAL, NULL);
    else
        arm_linger(self, connection);
}

void kv_connection_linger_on(act_self *self, struct kv_connection *connection)
{
    size_t   unsent = act_tcp_unsent(connection->tcp);
    uint32_t rounds_max = connection->draining ? LINGER_ROUNDS_STOPPING_MAX : LINGER_ROUNDS_MAX;
    connection->linger_armed = false;
    connection->linger_rounds =
        unsent < connection->linger_unsent ? 0 : connection->linger_rounds + 1;
    connection->linger_unsent = unsent;
    if (connection->linger_rounds >= rounds_max)
        kv_connection_end(self, connection, ACT_EXIT_NORMAL, NULL);
    else
        kv_connection_linger(self, connection);
}
