/* An echo server on TCP: a listener, a supervised actor for each connection, and a client. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>

/* ---- a connection: its args are the accepted socket, which is now its own ---- */

static act_result open_connection(act_self *self, void *state, const void *args)
{
    act_socket *socket = *(act_socket *const *)args;
    act_result  result = act_tcp_open(self, state, &socket, NULL);
    act_socket_close(&socket); /* nothing happens if act_tcp_open has taken it */
    return result;
}

/*
 * What cannot be written yet stays unread, so that a client that reads nothing fills no memory.
 * Returns: whether the client has sent all, and it is on its way back.
 */
static bool echo_input(act_self *self, act_tcp *tcp)
{
    const uint8_t *bytes = NULL;
    size_t         count = act_tcp_input(tcp, &bytes);
    act_result     result = act_tcp_write(tcp, bytes, count);
    if (result == ACT_NO_MEMORY)
        act_panic(self, "no memory for %zu bytes", count);
    if (result != ACT_OK)
        return false; /* ACT_FULL: WRITABLE follows; ACT_CLOSED: CLOSED follows */
    act_tcp_consume(tcp, count);
    return act_tcp_input_ended(tcp);
}

static void serve_connection(act_self *self, void *state, const act_message *message)
{
    act_tcp **tcp = state;
    if (message->tag != ACT_MESSAGE_TCP_CLOSED && !echo_input(self, *tcp))
        return;
    act_tcp_finish(tcp, ACT_SECONDS(5)); /* the rest is sent, though this actor ends now */
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

/* The socket of a connection that is never begun is closed. */
static const act_behavior connection = {.name = "connection",
                                        .state_bytes = sizeof(act_tcp *),
                                        .args_bytes = sizeof(act_socket *),
                                        .args_release = act_socket_args_release,
                                        .init = open_connection,
                                        .receive = serve_connection};
static const act_child_spec template = {
    .id = "connection", .behavior = &connection, .restart = ACT_RESTART_TEMPORARY};
static const act_supervisor_spec connections = {
    .strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE, .children = &template, .children_count = 1};

/* ---- a client: sends a line, ends its side, and reads until the server ends its own ---- */

static act_result send_line(act_self *self, void *state, const void *args)
{
    static const char line[] = "Hello, echo!\n";
    act_tcp         **tcp = state;
    act_result        result =
        act_tcp_connect(self, tcp, "127.0.0.1", *(const uint16_t *)args, ACT_SECONDS(5), NULL);
    if (result == ACT_OK)
        result = act_tcp_write(*tcp, line, sizeof line - 1); /* leaves when it is connected */
    if (result == ACT_OK)
        act_tcp_shutdown(*tcp);
    return result;
}

static void read_echo(act_self *self, void *state, const act_message *message)
{
    act_tcp      **tcp = state;
    const uint8_t *bytes = NULL;
    if (message->tag == ACT_MESSAGE_TCP_CLOSED)
        act_panic(self, "the connection has broken");
    size_t count = act_tcp_input(*tcp, &bytes);
    if (count != 0)
        fwrite(bytes, 1, count, stdout);
    act_tcp_consume(*tcp, count);
    if (!act_tcp_input_ended(*tcp))
        return; /* connected, or there is more to come */
    printf("That was all.\n");
    act_tcp_close(tcp); /* nothing more is told of it */
    act_system_stop(act_self_system(self));
}

static const act_behavior client = {.name = "client",
                                    .state_bytes = sizeof(act_tcp *),
                                    .args_bytes = sizeof(uint16_t),
                                    .init = send_line,
                                    .receive = read_echo};

/* ---- the listener ---- */

struct listener {
    act_listener *socket;
    act_pid       connections;
};

static act_result open_listener(act_self *self, void *state, const void *args)
{
    struct listener *listener = state;
    act_pid          pid;
    act_result       result = act_tcp_listen(self, &listener->socket, "127.0.0.1", 0, NULL);
    (void)args;
    if (result == ACT_OK)
        result = act_supervisor_spawn_link(self, &listener->connections, &connections, NULL);
    if (result != ACT_OK)
        return result;
    uint16_t port = act_listener_port(listener->socket); /* asked for 0: one that is free */
    return act_spawn_link(self, &pid, &client, &port, NULL);
}

static void accept_clients(act_self *self, void *state, const act_message *message)
{
    struct listener *listener = state;
    act_socket      *socket;
    act_ref          ask;
    (void)message; /* ACCEPTABLE, or the supervisor's answer */
    while (act_tcp_accept(listener->socket, &socket) == ACT_OK)
        if (act_supervisor_start_child_args(self, &ask, listener->connections, &socket,
                                            sizeof(act_socket *), ACT_FOREVER) != ACT_OK)
            act_socket_close(&socket);
}

static const act_behavior listener = {.name = "listener",
                                      .state_bytes = sizeof(struct listener),
                                      .init = open_listener,
                                      .receive = accept_clients};

static const act_child_spec      child = {.id = "listener", .behavior = &listener};
static const act_supervisor_spec tree = {.intensity = 1, .children = &child, .children_count = 1};

int main(void)
{
    act_system *system;
    act_pid     supervisor;
    if (act_system_create(&system, NULL) != ACT_OK)
        return 1;
    act_result result = act_system_spawn_supervisor(system, &supervisor, &tree, NULL);
    if (result == ACT_OK)
        result = act_system_run(system); /* until the client stops it */
    act_system_destroy(&system);
    return result != ACT_OK;
}
