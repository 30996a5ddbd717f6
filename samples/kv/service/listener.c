/* The actor that accepts clients. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/listener.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

#include <samples/kv/service/connection.h>

struct listener {
    struct kv_service *service;
    act_listener      *socket;
};

/* ---- One client ---- */

/* Finished, not closed: it may have sent requests, and would lose the answer with those. */
static void turn_away(act_self *self, act_socket *socket)
{
    static const char sorry[] = "-ERR max number of clients reached\r\n";
    act_tcp          *tcp;
    if (act_tcp_open(self, &tcp, &socket, NULL) != ACT_OK) {
        act_socket_close(&socket);
        return;
    }
    act_result ignored = act_tcp_write(tcp, sorry, sizeof sorry - 1);
    (void)ignored;
    act_tcp_finish(&tcp, ACT_SECONDS(1));
}

static void start_client(act_self *self, act_pid supervisor, struct kv_accepted *accepted)
{
    char    id[ACT_CHILD_ID_MAX];
    act_ref ask;
    snprintf(id, sizeof id, "client-%lld", (long long)accepted->id);
    const act_child_spec spec = {
        .id = id,
        .behavior = &kv_connection,
        .args = &accepted,
        .args_release = kv_accepted_release,
        .restart = ACT_RESTART_TEMPORARY,
    };
    /* Whatever becomes of it, it is released and the socket with it. */
    act_result ignored = act_supervisor_start_child(self, &ask, supervisor, &spec, ACT_FOREVER);
    (void)ignored;
}

static void admit(act_self *self, struct kv_service *service, act_socket *socket)
{
    struct kv_accepted *accepted = kv_memory_allocate(sizeof *accepted);
    act_pid             supervisor;
    if (accepted == NULL ||
        act_whereis(act_self_system(self), &supervisor, KV_NAME_CONNECTIONS) != ACT_OK) {
        kv_memory_free(accepted);
        act_socket_close(&socket);
        return;
    }
    int64_t id = (int64_t)atomic_fetch_add(&service->traffic.connections_total, 1) + 1;
    *accepted = (struct kv_accepted){service, socket, id};
    kv_count(&service->traffic.connections_now, 1);
    start_client(self, supervisor, accepted);
}

/* ---- Accepting ---- */

static void accept_all(act_self *self, struct listener *listener)
{
    struct kv_service *service = listener->service;
    act_socket        *socket;
    while (act_tcp_accept(listener->socket, &socket) == ACT_OK) {
        if (kv_read(&service->traffic.connections_now) >= service->options.clients_max)
            turn_away(self, socket);
        else
            admit(self, service, socket);
    }
}

static void receive(act_self *self, void *state, const act_message *message)
{
    if (message->tag == ACT_MESSAGE_TCP_ACCEPTABLE)
        accept_all(self, state);
}

/*
 * "::", however it is written, is all addresses, those of IPv4 too; for the framework that is NULL.
 */
static const char *host_of(const char *bind)
{
    struct in6_addr address;
    return inet_pton(AF_INET6, bind, &address) == 1 && IN6_IS_ADDR_UNSPECIFIED(&address) ? NULL
                                                                                         : bind;
}

/* A restarted listener takes the port that the first one found. */
static act_result init(act_self *self, void *state, const void *args)
{
    struct listener   *listener = state;
    struct kv_service *service = *(struct kv_service *const *)args;
    listener->service = service;
    act_result result = act_tcp_listen(self, &listener->socket, host_of(service->options.bind),
                                       (uint16_t)atomic_load(&service->port), NULL);
    atomic_store(&service->listen_errno, result == ACT_OS ? errno : 0);
    if (result != ACT_OK)
        return result;
    uint16_t port = act_listener_port(listener->socket);
    atomic_store(&service->port, port);
    if (service->listening != NULL)
        service->listening(service->context, service->options.bind, port);
    return ACT_OK;
}

const act_behavior kv_listener = {
    .name = "listener",
    .state_bytes = sizeof(struct listener),
    .args_bytes = sizeof(struct kv_service *),
    .init = init,
    .receive = receive,
};
