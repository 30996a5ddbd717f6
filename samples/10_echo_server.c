/* An echo server on TCP: a listener, a supervised actor for each connection, and a client. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>

/* ---- an echo: serves a connection; its args are the accepted socket, now its own ---- */

static act_result open_socket(act_self *self, void *state, const void *args)
{
    act_tcp    *tcp; /* each of its events brings it along */
    act_socket *socket = *(act_socket *const *)args;
    act_result  result = act_tcp_open(self, &tcp, &socket, NULL);
    (void)state;
    act_socket_close(&socket); /* nothing happens if act_tcp_open has taken it */
    return result;
}

/* What cannot be written yet stays unread, so that a client that reads nothing fills no memory. */
static void serve(act_self *self, void *state, const act_message *message)
{
    act_tcp       *tcp = message->as.pointer; /* all it receives are events of its socket */
    const uint8_t *bytes = NULL;
    size_t         count = act_tcp_input(tcp, &bytes);
    act_result     result = act_tcp_write(tcp, bytes, count); /* ACT_FULL: WRITABLE follows */
    (void)state;
    if (result == ACT_OK)
        act_tcp_consume(tcp, count);
    if (result == ACT_NO_MEMORY)
        act_panic(self, "no memory for %zu bytes", count);
    if (message->tag == ACT_MESSAGE_TCP_CLOSED || (result == ACT_OK && act_tcp_input_ended(tcp))) {
        act_tcp_finish(&tcp, ACT_SECONDS(5)); /* sends the rest, though this actor ends now */
        act_stop(self);
    }
}

static const act_behavior echo = {
    .name = "echo",
    .args_bytes = sizeof(act_socket *),
    .args_release = act_socket_args_release, /* of an echo that was never started */
    .init = open_socket,
    .receive = serve};
static const act_child_spec template = {
    .id = "echo", .behavior = &echo, .restart = ACT_RESTART_TEMPORARY};
static const act_supervisor_spec echoes = {
    .strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE, .children = &template, .children_count = 1};

/* ---- a client: sends a line, ends its side, and reads until the server ends its own ---- */

static act_result send_line(act_self *self, void *state, const void *args)
{
    static const char line[] = "Hello, echo!\n";
    const uint16_t   *port = args;
    act_tcp          *tcp;
    act_result result = act_tcp_connect(self, &tcp, "127.0.0.1", *port, ACT_SECONDS(5), NULL);
    (void)state;
    if (result == ACT_OK)
        result = act_tcp_write(tcp, line, sizeof line - 1); /* leaves when it is connected */
    if (result == ACT_OK)
        act_tcp_shutdown(tcp);
    return result;
}

static void read_echo(act_self *self, void *state, const act_message *message)
{
    act_tcp       *tcp = message->as.pointer;
    const uint8_t *bytes = NULL;
    size_t         count = act_tcp_input(tcp, &bytes);
    (void)state;
    if (message->tag == ACT_MESSAGE_TCP_CLOSED)
        act_panic(self, "the connection has broken");
    if (!act_tcp_input_ended(tcp))
        return; /* connected, or there is more to come */
    printf("%.*sThat was all.\n", (int)count, (const char *)bytes);
    act_tcp_close(&tcp); /* nothing more is told of it */
    act_system_stop(act_self_system(self));
}

static const act_behavior client = {
    .name = "client", .args_bytes = sizeof(uint16_t), .init = send_line, .receive = read_echo};

/* ---- the listener: its state is the supervisor of the echoes ---- */

static act_result open_port(act_self *self, void *state, const void *args)
{
    act_listener *socket;
    act_pid       pid;
    act_result    result = act_tcp_listen(self, &socket, "127.0.0.1", 0, NULL);
    (void)args;
    if (result == ACT_OK)
        result = act_supervisor_spawn_link(self, state, &echoes, NULL);
    if (result != ACT_OK)
        return result;
    uint16_t port = act_listener_port(socket); /* asked for 0: one that is free */
    return act_spawn_link(self, &pid, &client, &port, NULL);
}

static void accept_all(act_self *self, void *state, const act_message *message)
{
    act_socket *socket;
    act_ref     ask;
    if (message->tag != ACT_MESSAGE_TCP_ACCEPTABLE)
        return; /* the supervisor's answer */
    while (act_tcp_accept(message->as.pointer, &socket) == ACT_OK)
        if (act_supervisor_start_child_args(self, &ask, *(act_pid *)state, &socket, sizeof socket,
                                            ACT_FOREVER) != ACT_OK)
            act_socket_close(&socket);
}

static const act_behavior listener = {
    .name = "listener", .state_bytes = sizeof(act_pid), .init = open_port, .receive = accept_all};

static const act_child_spec      child = {.id = "listener", .behavior = &listener};
static const act_supervisor_spec tree = {.intensity = 1, .children = &child, .children_count = 1};

int main(void)
{
    return act_system_main(&tree, NULL); /* until the client stops it, or a signal */
}
