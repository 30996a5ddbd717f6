/* A connection's ways to the shards. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/batch.h>
#include <samples/kv/service/connection_state.h>
#include <samples/kv/service/shard.h>

/*
 * While more replies than this wait for an earlier one, only the executor that owes that one gets
 * more to do.
 */
enum { HELD_BYTES_MAX = 1024 * 1024, RETRY_MS = 1 };

static const char no_memory[] = "-" KV_ERROR_NO_MEMORY "\r\n";

void kv_upstream_add(struct kv_connection *connection, uint32_t index,
                     const struct kv_command *command, uint32_t slot, struct kv_request request)
{
    struct kv_upstream *upstream = &connection->upstreams[index];
    bool                is_first = upstream->next == NULL;
    size_t              bytes = kv_batch_add(&upstream->next, command, slot, request);
    if (bytes == 0) {
        kv_pending_answer(&connection->pending, slot, index, kv_bytes_text(no_memory), NULL);
        return;
    }
    if (is_first)
        upstream->next_first = slot;
    upstream->next_bytes += bytes;
    connection->request_bytes += bytes;
    if (!upstream->in_flight && !upstream->is_gone)
        connection->to_send |= kv_upstream_bit(index);
}

/* ---- Sending ---- */

void kv_connection_retry(act_self *self, struct kv_connection *connection)
{
    act_ref timer;
    if (connection->retrying)
        return;
    if (act_tell_after(self, &timer, act_self_pid(self), RETRY_MS, kv_retry) != ACT_OK)
        kv_connection_end(self, connection, ACT_EXIT_ERROR, KV_END_NO_MEMORY);
    connection->retrying = true;
}

/* The monitor is there before the first command is: none can get lost unseen. */
static bool find(act_self *self, struct kv_connection *connection, uint32_t index)
{
    struct kv_upstream *upstream = &connection->upstreams[index];
    if (!act_pid_is_none(upstream->pid))
        return true;
    act_pid pid;
    if (act_whereis(act_self_system(self), &pid, connection->service->executor_names[index]) !=
            ACT_OK ||
        act_monitor(self, &upstream->monitor, pid) != ACT_OK) {
        kv_connection_retry(self, connection);
        return false;
    }
    upstream->pid = pid;
    return true;
}

/*
 * What it answers comes behind what the flight, if it is still there, is answered with. One that is
 * under way, to an instance before or for a flight before, ends first: till then the upstream stays
 * one that has something to send.
 */
static void send_probe(act_self *self, struct kv_connection *connection, uint32_t index)
{
    struct kv_upstream *upstream = &connection->upstreams[index];
    if (upstream->probe.value != 0)
        return;
    act_message *probe = kv_batch_probe(upstream->flight);
    if (probe != NULL &&
        act_ask_message(self, &upstream->probe, upstream->pid, &probe, ACT_FOREVER) == ACT_OK) {
        connection->to_send &= ~kv_upstream_bit(index);
        return;
    }
    act_message_free(&probe);
    kv_connection_retry(self, connection);
}

static void send_batch(act_self *self, struct kv_connection *connection, uint32_t index)
{
    struct kv_upstream *upstream = &connection->upstreams[index];
    bool                is_rest = upstream->rest != NULL;
    act_message       **batch = is_rest ? &upstream->rest : &upstream->next;
    upstream->flight = kv_flight_next(upstream->flight, index);
    act_edit(kv_batch, *batch)->flight = upstream->flight;
    connection->to_send &= ~kv_upstream_bit(index);
    upstream->in_flight = act_send(self, upstream->pid, batch) == ACT_OK;
    upstream->is_gone = !upstream->in_flight;
    if (upstream->in_flight && !is_rest) {
        upstream->flight_bytes = upstream->next_bytes;
        upstream->next_bytes = 0;
    }
}

static void send_next(act_self *self, struct kv_connection *connection, uint32_t index)
{
    if (!find(self, connection, index))
        return;
    if (connection->upstreams[index].in_flight)
        send_probe(self, connection, index);
    else
        send_batch(self, connection, index);
}

void kv_upstreams_give_back(act_self *self, struct kv_connection *connection)
{
    for (uint64_t upstreams = connection->to_return; upstreams != 0; upstreams &= upstreams - 1) {
        uint32_t index = (uint32_t)__builtin_ctzll(upstreams);
        if (!find(self, connection, index))
            continue;
        connection->to_return &= ~kv_upstream_bit(index);
        act_result ignored =
            act_send(self, connection->upstreams[index].pid, &connection->upstreams[index].lent);
        (void)ignored; /* if that one is gone its DOWN makes us try again */
    }
}

/* An actor that has borrowed one table goes on whatever its client does, too. */
void kv_upstreams_send(act_self *self, struct kv_connection *connection)
{
    struct kv_slot *front = kv_pending_front(&connection->pending);
    bool            is_borrowing = connection->loan.is_borrowing;
    uint64_t        allowed = connection->to_send & ~connection->to_return;
    if (front == NULL || (connection->blocked && !is_borrowing))
        return;
    if (connection->pending.held_bytes > HELD_BYTES_MAX && !is_borrowing)
        allowed &= front->waiting;
    for (; allowed != 0; allowed &= allowed - 1)
        send_next(self, connection, (uint32_t)__builtin_ctzll(allowed));
}

/* ---- Receiving ---- */

static void wake(struct kv_connection *connection, uint32_t index)
{
    struct kv_upstream *upstream = &connection->upstreams[index];
    upstream->in_flight = false;
    if (upstream->rest == NULL) {
        connection->request_bytes -= upstream->flight_bytes;
        upstream->flight_bytes = 0;
    }
    connection->to_send &= ~kv_upstream_bit(index); /* a probe may have been due */
    if (upstream->rest != NULL || upstream->next != NULL)
        connection->to_send |= kv_upstream_bit(index);
}

/* The upstream that waits for it; NULL: none does, it was answered otherwise. */
static struct kv_upstream *upstream_of(const struct kv_connection *connection, uint32_t flight)
{
    uint32_t            index = kv_upstream_of_flight(flight);
    struct kv_upstream *upstream =
        index < connection->upstreams_count ? &connection->upstreams[index] : NULL;
    return upstream != NULL && upstream->in_flight && upstream->flight == flight ? upstream : NULL;
}

/* None of the flight's commands that are not answered was executed, nor will be. */
static void fail_flight(struct kv_connection *connection, uint32_t index)
{
    const struct kv_upstream *upstream = &connection->upstreams[index];
    const struct kv_loan     *loan = &connection->loan;
    uint32_t end = loan->command != NULL ? loan->slot : kv_pending_end(&connection->pending);
    kv_pending_fail(&connection->pending, index,
                    upstream->next != NULL ? upstream->next_first : end);
}

/* It is answered, or the one that it has asked is gone. Returns: false if it is none. */
static bool end_probe(struct kv_connection *connection, act_ref ask)
{
    for (uint32_t i = 0; ask.value != 0 && i < connection->upstreams_count; i++) {
        if (act_ref_equal(connection->upstreams[i].probe, ask)) {
            connection->upstreams[i].probe = (act_ref){0};
            return true;
        }
    }
    return false;
}

void kv_upstream_replies(act_self *self, struct kv_connection *connection,
                         const act_message *message)
{
    act_ref                  ref = message->ref;
    struct kv_replies_walk   walk = {.message = act_take(self)};
    const struct kv_replies *replies = act_view(kv_replies, walk.message);
    uint32_t                 index = kv_upstream_of_flight(replies->flight), slot;
    struct kv_bytes          reply;
    end_probe(connection, ref);
    if (upstream_of(connection, replies->flight) != NULL) {
        while (kv_replies_next(&walk, &slot, &reply))
            kv_pending_answer(&connection->pending, slot, index, reply, walk.message);
        if (replies->left == KV_LEFT_UNKNOWN && !connection->loan.is_borrowing)
            fail_flight(connection, index);
        if (replies->left != KV_LEFT_SOME)
            wake(connection, index); /* what was borrowed in vain is borrowed again:
                                        kv_loan_go_on */
    }
    kv_replies_let_go(walk.message);
}

void kv_upstream_rest(act_self *self, struct kv_connection *connection, const act_message *message)
{
    const struct kv_batch *batch = act_view(kv_batch, message);
    struct kv_upstream    *upstream = upstream_of(connection, batch->flight);
    if (upstream == NULL)
        return;
    upstream->rest = act_take(self);
    wake(connection, kv_upstream_of_flight(batch->flight));
}

/* ---- Borrowing ---- */

bool kv_upstream_borrow(struct kv_connection *connection, uint32_t index)
{
    struct kv_upstream *upstream = &connection->upstreams[index];
    upstream->next = kv_batch_borrow();
    if (upstream->next == NULL)
        return false;
    upstream->next_first = kv_pending_end(&connection->pending);
    if (!upstream->is_gone)
        connection->to_send |= kv_upstream_bit(index);
    return true;
}

bool kv_upstream_is_busy(const struct kv_connection *connection, uint32_t index)
{
    const struct kv_upstream *upstream = &connection->upstreams[index];
    return upstream->in_flight || upstream->rest != NULL || upstream->next != NULL ||
           (upstream->lent != NULL && !connection->loan.is_borrowing);
}

void kv_upstream_lent(act_self *self, struct kv_connection *connection, const act_message *message)
{
    const struct kv_shard_table *table = message->as.resource.pointer;
    struct kv_upstream          *upstream = &connection->upstreams[table->index];
    act_message                 *lent = act_take(self);
    if (connection->loan.is_borrowing && upstream->in_flight && upstream->lent == NULL) {
        upstream->lent = lent;
        connection->loan.lent |= kv_upstream_bit(table->index);
        wake(connection, table->index);
    } else if (act_send(self, act_message_sender(lent), &lent) != ACT_OK) {
        act_message_free(&lent);
    }
}

void kv_upstream_down(struct kv_connection *connection, act_ref monitor)
{
    uint32_t index = 0;
    if (end_probe(connection, monitor))
        return; /* the DOWN of the upstream's monitor, before or behind this one, makes the next */
    while (index < connection->upstreams_count &&
           !act_ref_equal(connection->upstreams[index].monitor, monitor))
        index++;
    if (index == connection->upstreams_count)
        return;
    struct kv_upstream *upstream = &connection->upstreams[index];
    upstream->pid = act_pid_none();
    upstream->monitor = (act_ref){0};
    upstream->is_gone = false;
    if (upstream->in_flight || upstream->rest != NULL || upstream->next != NULL)
        connection->to_send |= kv_upstream_bit(index);
    if (upstream->lent != NULL && !connection->loan.is_borrowing)
        connection->to_return |= kv_upstream_bit(index);
}
