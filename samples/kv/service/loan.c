/*
 * Requests over several shards that are executed as one: by the connection, which borrows their
 * tables.
 */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/connection_state.h>
#include <samples/kv/service/host.h>
#include <samples/kv/service/shard.h>

/*
 *     wait until all that was read before is answered -> borrow a table, the next, ... -> execute
 *     -> give all back
 *
 * Tables are borrowed one after the other, those of lower shards first, so that of two that want
 * the same ones none waits for the other for ever. Meanwhile a shard puts aside what others send
 * it. It is executed within one turn, so a crash of a shard cannot come between; should this actor
 * end before, the shards hear of it and nothing has been done.
 */

void kv_loan_begin(act_self *self, struct kv_connection *connection,
                   const struct kv_command *command, struct kv_request request)
{
    const struct kv_service *service = connection->service;
    struct kv_loan          *loan = &connection->loan;
    struct kv_slot          *slot = kv_pending_push(&connection->pending, &loan->slot);
    if (slot == NULL || !kv_requests_add(&loan->request, request)) {
        kv_connection_end(self, connection, ACT_EXIT_ERROR, KV_END_NO_MEMORY);
        return;
    }
    loan->command = command;
    loan->wanted = kv_session_shards(&connection->session, command, request, service->seed,
                                     service->options.shards_count);
    slot->waiting = loan->wanted | kv_upstream_bit(0); /* not 0: it is not answered */
    kv_loan_go_on(self, connection);
}

/* ---- Executing ---- */

struct execution {
    const struct kv_together *together;
    const struct kv_command  *command;
    struct kv_buffer         *reply;
};

static bool execute_request(void *context, struct kv_request request)
{
    const struct execution *execution = context;
    return kv_together_execute(execution->together, execution->command, request, execution->reply);
}

static bool execute(struct kv_connection *connection, struct kv_buffer *reply)
{
    const struct kv_service *service = connection->service;
    struct kv_store         *stores[KV_SHARDS_MAX] = {NULL};
    struct kv_info           info;
    for (uint32_t i = 0; i < service->options.shards_count; i++) {
        if (connection->upstreams[i].lent != NULL)
            stores[i] =
                &((struct kv_shard_table *)connection->upstreams[i].lent->as.resource.pointer)
                     ->store;
    }
    kv_service_info(service, &info);
    const struct kv_together together = {
        .stores = stores,
        .shards_count = service->options.shards_count,
        .seed = service->seed,
        .limits = service->limits,
        .now_ms = kv_host_time_ms(),
        .session = &connection->session,
        .info = &info,
    };
    struct execution execution = {&together, connection->loan.command, reply};
    return kv_requests_each(&connection->loan.request, service->limits, execute_request,
                            &execution);
}

static void end_loan(struct kv_connection *connection)
{
    struct kv_loan *loan = &connection->loan;
    connection->to_return |= loan->lent;
    kv_buffer_release(&loan->request);
    *loan = (struct kv_loan){0};
}

static void finish(act_self *self, struct kv_connection *connection)
{
    struct kv_buffer reply = {0};
    struct kv_slot  *slot = kv_pending_slot(&connection->pending, connection->loan.slot);
    bool             done = execute(connection, &reply) && !connection->session.is_lost;
    end_loan(connection);
    kv_upstreams_give_back(self, connection); /* before anything else: others wait for it */
    if (done)
        kv_pending_answer_own(&connection->pending, slot, &reply);
    else
        kv_connection_end(self, connection, ACT_EXIT_ERROR, KV_END_NO_MEMORY);
    kv_buffer_release(&reply);
}

static bool is_any_busy(const struct kv_connection *connection)
{
    bool is_busy = false;
    for (uint32_t i = 0; i < connection->upstreams_count; i++)
        is_busy = is_busy || kv_upstream_is_busy(connection, i);
    return is_busy;
}

void kv_loan_go_on(act_self *self, struct kv_connection *connection)
{
    struct kv_loan *loan = &connection->loan;
    uint64_t        missing = loan->wanted & ~loan->lent;
    if (connection->to_return != 0)
        kv_upstreams_give_back(self, connection); /* that did not work at once */
    if (loan->command == NULL)
        return;
    if (missing == 0) {
        finish(self, connection);
    } else if (!is_any_busy(connection)) {
        loan->is_borrowing = true;
        if (!kv_upstream_borrow(connection, (uint32_t)__builtin_ctzll(missing)))
            kv_connection_end(self, connection, ACT_EXIT_ERROR, KV_END_NO_MEMORY);
    }
}
