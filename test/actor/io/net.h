/*
 * A server made of actors, clients made of plain sockets, and a line on which actors tell the test
 * what they see.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_ACTOR_IO_NET_H
#define ACT_TEST_ACTOR_IO_NET_H

#include <stdint.h>

#include <actor/io/io.h>
#include <actor/system.h>

#define NET_DEADLINE_MS 20000 /* only reached when something is broken */

struct net;

/* What a connection's actor is spawned with. */
struct net_args {
    struct net *net;
    act_socket *socket;
};

/* How a test's server behaves; zeroed members are defaults. */
struct net_plan {
    const act_behavior    *connection; /* args: struct net_args */
    const act_tcp_options *options;    /* of act_tcp_open */
    uint32_t               workers;    /* 0: as many as the round says, see net_workers */
    uint32_t               spread;     /* connections are spawned on the workers in turn */
    uint32_t               backlog;
    act_millis             stop_timeout; /* of the system; 0: its default */
    bool                   hold;         /* the server accepts nothing until it is told NET_GO */
    uint32_t               actors_max;   /* of the system; 0: 2^16 */
    void (*log)(void *net, act_log_level level, const char *text); /* NULL: nothing is logged */
};

struct net {
    struct net_plan plan;
    act_system     *system;
    void           *any; /* the test's own */
    act_pid         server;
    uint16_t        port;
    int             line[2];
};

/* What the state of every connection here begins with. */
struct net_connection {
    struct net *net;
    act_tcp    *tcp;
};

/* To the server; NET_DO, an ask, is answered with the port. */
#define NET_GO    1 /* accepts from now on */
#define NET_CLOSE 2 /* closes the listener */
/* To a connection, as its test likes. */
#define NET_DO 10

/* Rounds 0 and 1 of a case run with 1 and 4 workers. */
uint32_t net_workers(void);
/* Starts a system and, if the plan has a connection, a server on a free port of 127.0.0.1. */
void     net_start(struct net *net, const struct net_plan *plan);
void     net_stop(struct net *net);
/* The same with connections like this one, of which the first is dialled. */
int      net_open(struct net *net, const act_behavior *connection);
/* Closes that one, too. */
void     net_close(struct net *net, int fd);
act_pid net_spawn(struct net *net, const act_behavior *behavior, const void *args, uint32_t worker);

/* Connections and their like. The plan's connection is opened; net_pid_init also says its pid. */
act_result net_init(act_self *self, void *state, const void *args);
act_result net_pid_init(act_self *self, void *state, const void *args);
/*
 * Events that most treat alike: CLOSED is said, as "closed: ECONNRESET", and ends the actor;
 * others are wrong.
 */
void       net_other(act_self *self, struct net_connection *mine, const act_message *message);
/* Whether it is input; other events are treated as above. */
bool       net_is_input(act_self *self, struct net_connection *mine, const act_message *message);
/* Ends the actor, cleanly. */
void       net_leave(act_self *self);
#define NET_BEHAVIOR(state, init_function, receive_function)                                       \
    {                                                                                              \
        .name = #receive_function, .state_bytes = sizeof(state),                                   \
        .args_bytes = sizeof(struct net_args), .init = (init_function),                            \
        .receive = (receive_function)                                                              \
    }

/* Sends back what comes in, until that ends; panics at a "!" that comes first. */
void                      net_echo_receive(act_self *self, void *state, const act_message *message);
extern const act_behavior net_echo, net_echo_with_pid;

/* Any actor: one line for the test. */
__attribute__((format(printf, 2, 3))) void net_say(struct net *net, const char *format, ...);
/* The next line; fails the test at the deadline. The text is valid until the next call. */
const char                                *net_hear(struct net *net);
void                                       net_expect_line(struct net *net, const char *text);
act_pid                                    net_hear_pid(struct net *net);
/* An ask of NET_DO from the test's thread: returns its answer. */
int64_t                                    net_ask(struct net *net, act_pid pid);
/* Waits for the end of an actor, and of all that it owned. */
void net_join(struct net *net, act_pid pid, act_exit_kind kind);

/*
 * From now on libevent's memory fails where act__memory_fail_at says, too. Before there is a
 * system.
 */
void net_let_libevent_fail(void);

/* Plain blocking sockets with the deadline on each call. */
int    net_dial(struct net *net);
int    net_try_dial(struct net *net); /* -errno if it fails */
int    net_dial_at(const char *host, uint16_t port, uint16_t *own_port);
void   net_send(int fd, const void *bytes, size_t count);
void   net_send_text(int fd, const char *text);
size_t net_read(int fd, void *bytes, size_t most); /* once; 0: end of stream; -1 as size_t: reset */
void   net_expect(int fd, const char *text);       /* exactly this comes next */
void   net_expect_echo(int fd);                    /* of a word that is sent before */
void   net_expect_end(int fd);                     /* end of stream or reset */
void   net_reset(int fd);                          /* closes with a RST */

#endif
