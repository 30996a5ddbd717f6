/*
 * TCP servers: one child spec that listens, accepts, and supervises an actor for each connection.
 * Public.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_SUPERVISOR_TCP_SERVER_H
#define ACT_SUPERVISOR_TCP_SERVER_H

#include "../actor/io/io.h"
#include "supervisor.h"

ACT_BEGIN_DECLS

/*
 *     static act_tcp_server chat = {
 *         .host = "127.0.0.1", .port = 7000, .connections_max = 2000, .connection = &client};
 *
 *     int main(void)
 *     {
 *         const act_child_spec      child = act_tcp_server_child("chat", &chat);
 *         const act_supervisor_spec tree = {.children = &child, .children_count = 1};
 *         return act_system_main(&tree, NULL);
 *     }
 *
 * What it is in the tree, all of it supervisors and children as others are:
 *
 *     chat                 one_for_one, with the intensity and back-off below
 *     |- connections       simple_one_for_one: a temporary child for each connection
 *     |  |- client ...
 *     |- chat              permanent: the listener, which accepts and has connections started
 *
 * In the log they are listener "chat" and client "chat", with their pids.
 *
 * A connection that fails hurts no other: that is logged, and nothing is restarted or counted. If
 * the listener fails it is restarted and listens again on the same port; connections go on, except
 * those that it had accepted and that had not begun. If the supervisor of connections fails, which
 * only a kill does to it, they end with it; the listener goes on. While the port is not to be had,
 * a listener that is restarted tries again, each time later, until intensity is used up: then the
 * server ends, and its parent decides. When the tree starts a port that is taken is an error at
 * once.
 *
 * When the server is told to stop it first listens no more; then all connections are told at the
 * same time, and killed when .drain is over. A connection hears of it in its terminate, which may
 * say goodbye by act_tcp_write and act_tcp_finish; or, if it traps exits, by an ACT_MESSAGE_EXIT
 * from its parent, and has until then to end its work. See system.h for stop_timeout, which holds
 * for the whole system and should be longer.
 *
 * Each connection goes to the worker with the fewest: io.h.
 */

/* What a connection's init is given. Valid until it returns. */
typedef struct act_tcp_server_args {
    act_tcp    *tcp;  /* the connection, opened, this actor's own: closed when it ends */
    const void *args; /* the server's */
} act_tcp_server_args;

/*
 * Zeroed except for what you set, and static as a rule: it must stay valid, and what you have set
 * unchanged, from act_tcp_server_child on as long as a supervisor keeps that. In one system at a
 * time, and once in it.
 */
typedef struct act_tcp_server {
    const char *host;            /* as of act_tcp_listen; NULL: all addresses */
    uint16_t    port;            /* 0: a free one, see act_tcp_server_port */
    uint32_t    connections_max; /* one more is refused; 0: as many as there are descriptors */
    /*
     * Of each connection: its init gets an act_tcp_server_args, of which args_bytes is the size.
     * It may have no init, as each event of its connection brings the act_tcp along. What its init
     * refuses, or cannot be started, is closed: an args_release is not called, as it has nothing to
     * release.
     */
    const act_behavior       *connection;
    const void               *args; /* for all of them; may be NULL */
    /*
     * A text for those that are refused, before they are closed; NULL: none. Such a one has a
     * descriptor for up to a second.
     */
    const char               *refusal;
    act_millis                drain;          /* as .shutdown of act_child_spec: 0: 5 s */
    const act_tcp_options    *tcp_options;    /* of each connection; NULL: the defaults */
    const act_listen_options *listen_options; /* NULL: the defaults */
    const act_spawn_options  *spawn_options;  /* of each connection; NULL: the defaults. No name, as
                                                 all would have it: act_register. */
    uint32_t                  intensity;      /* of restarts of the listener; 0: 10 ... */
    act_millis                period;         /* ... in this time; 0: 60 s */
    act_backoff               backoff;        /* of the same; all zero: from 100 ms to 5 s */
    const void               *act_reserved[6]; /* NULL: leave them out. See mailbox/base/types.h. */

    /* The library's: leave them out, too. */
    struct {
        struct act_tcp_server *self;
        act_supervisor_spec    server, connections;
        act_child_spec         children[2], connection;
        act_behavior           behavior;
        act_socket            *starting[128];
        char                   id[ACT_CHILD_ID_MAX];
        uint64_t               refused_count;
        uint32_t               connections_count;
        uint16_t               port;
    } act_own;
} act_tcp_server;

/**
 * Tells whether a server could be started, as act_supervisor_check, which asks this for each that
 * is in its tree.
 *
 * complaint  May be NULL. Where an English sentence naming the member is written on ACT_INVALID; ""
 *            otherwise. Cut at complaint_bytes.
 *
 * Threads: any; pure.
 * Returns: ACT_OK, ACT_INVALID.
 */
ACT_API act_result act_tcp_server_check(const act_tcp_server *server, char *complaint,
                                        size_t complaint_bytes) ACT_NONNULL(1);

/**
 * Makes the child spec of a server: permanent, shutdown ACT_FOREVER, as act_supervisor_child. What
 * comes before it in the tree runs before the first connection, and is stopped after the last; what
 * comes behind it can ask for its port.
 *
 * Owns:    *server is used by it: see there. What it has counted before is forgotten.
 * Threads: any.
 * See:     samples/10_echo_server.c, test/supervisor/tcp_server_test.c
 */
ACT_API act_child_spec act_tcp_server_child(const char *id, act_tcp_server *server) ACT_NONNULL_ALL;

/**
 * The port listened on, which is also logged. It stays the same when the listener is restarted.
 *
 * Threads: any.
 * Returns: 0 until it has listened for the first time.
 */
ACT_API uint16_t act_tcp_server_port(const act_tcp_server *server) ACT_NONNULL_ALL;

/** How many connections there are, those that are being started included. Threads: any. */
ACT_API uint32_t act_tcp_server_connections(const act_tcp_server *server) ACT_NONNULL_ALL;

/**
 * How many were refused, as there were connections_max. That is also logged, once a minute at most.
 * Threads: any.
 */
ACT_API uint64_t act_tcp_server_refused(const act_tcp_server *server) ACT_NONNULL_ALL;

ACT_END_DECLS

#endif
