/* An echo server on TCP: one child spec, a supervised actor for each connection, and a client. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>

/* ---- an echo: serves a connection ---- */

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

static const act_behavior echo = {.name = "echo", .receive = serve};

/* ---- the server: listens on a free port, and supervises an echo for each connection ---- */

static act_tcp_server server = {.host = "127.0.0.1", .connections_max = 100, .connection = &echo};

/* ---- a client: sends a line, ends its side, and reads until the server ends its own ---- */

static act_result send_line(act_self *self, void *state, const void *args)
{
    static const char line[] = "Hello, echo!\n";
    uint16_t          port = act_tcp_server_port(&server); /* that is there by now */
    act_tcp          *tcp;
    act_result        result = act_tcp_connect(self, &tcp, "127.0.0.1", port, ACT_SECONDS(5), NULL);
    (void)state, (void)args;
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

static const act_behavior client = {.name = "client", .init = send_line, .receive = read_echo};

int main(void)
{
    const act_child_spec children[] = {
        act_tcp_server_child("server", &server),
        {.id = "client", .behavior = &client, .restart = ACT_RESTART_TRANSIENT},
    };
    const act_supervisor_spec tree = {.intensity = 1, .children = children, .children_count = 2};
    return act_system_main(&tree, NULL); /* until the client stops it, or a signal */
}
