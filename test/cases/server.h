/* A server for cases with sockets: its connections are actors of server_connection. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_CASES_SERVER_H
#define ACT_TEST_CASES_SERVER_H

#include <test/cases/judge.h>

static _Atomic int         port;              /* 0: it does not listen yet */
static const act_behavior *server_connection; /* its args: an act_socket * */

static act_result listen_here(act_self *self, void *state, const void *args)
{
    (void)args;
    must(act_tcp_listen(self, state, "127.0.0.1", 0, NULL));
    port = act_listener_port(*(act_listener **)state);
    return ACT_OK;
}

static void accept_all(act_self *self, void *state, const act_message *message)
{
    act_socket *accepted;
    act_pid     pid;
    (void)message;
    while (act_tcp_accept(*(act_listener **)state, &accepted) == ACT_OK)
        must(act_spawn(self, &pid, server_connection, &accepted, NULL));
}

static const act_behavior server = {.name = "server",
                                    .state_bytes = sizeof(act_listener *),
                                    .init = listen_here,
                                    .receive = accept_all};

#endif
