/* The listener of a TCP server, and what its connections begin and end with. Internal. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/tcp_server.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <actor/log.h>
#include <supervisor/tcp_listener.h>

#define CONNECTIONS_ID "connections"

enum {
    /* Connections that are accepted and not yet started: more wait outside. */
    STARTING_MAX = sizeof((act_tcp_server *)NULL)->act_own.starting / sizeof(act_socket *),
    ACCEPTED_MAX = 256, /* at one go, if many are refused: other actors want to run, too */
    LOOK_UP_AGAIN_MS = 20,
    RARELY_MS = 60000,
    REFUSAL_MS = 1000
};

/* The listener to itself. */
enum { LOOK_UP = 1, GO_ON };

/* ------------------------------------------------------------------------------ one connection */

/*
 * What the listener has each connection started with. Until its init takes it the socket stands in
 * server->act_own.starting[place], where the listener finds it if the start comes to nothing,
 * though the request for it, or the supervisor that had it, is gone without a trace.
 */
struct accepted {
    act_tcp_server *server;
    act_socket     *socket;
    uint32_t        place;
};

/* Only a number, with which nothing else is handed over: relaxed. */
static void count_connection(act_tcp_server *server)
{
    __atomic_fetch_add(&server->act_own.connections_count, 1, __ATOMIC_RELAXED);
}

static void uncount_connection(void *server)
{
    uint32_t *count = &((act_tcp_server *)server)->act_own.connections_count;
    __atomic_fetch_sub(count, 1, __ATOMIC_RELAXED);
}

/*
 * Returns: the socket, for the one that asks first; NULL for all others. Another may stand there by
 * then, at the same address: that one is taken for it, and its own start finds none.
 */
static act_socket *take_accepted(const struct accepted *accepted)
{
    act_socket *socket = accepted->socket;
    /* acq_rel, partner of itself: the one that takes it sees it as the listener made it. */
    bool        is_mine =
        __atomic_compare_exchange_n(&accepted->server->act_own.starting[accepted->place], &socket,
                                    NULL, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
    return is_mine ? socket : NULL;
}

/* Of one whose init is not called, or is called no more. */
static void release_accepted(void *args)
{
    const struct accepted *accepted = args;
    act_socket            *socket = take_accepted(accepted);
    if (socket != NULL)
        uncount_connection(accepted->server);
    act_socket_close(&socket);
}

/* Stands before the init of the user's behavior: whatever that does, nothing is left open. */
static act_result init_connection(act_self *self, void *state, const void *args)
{
    const struct accepted *accepted = args;
    act_tcp_server        *server = accepted->server;
    act_socket         *socket __attribute__((cleanup(act_socket_close))) = take_accepted(accepted);
    act_tcp_server_args given = {.args = server->args};
    if (socket == NULL) /* the listener has ended meanwhile */
        return ACT_IGNORE;
    if (act_defer(self, uncount_connection, server) != ACT_OK) {
        uncount_connection(server);
        return ACT_NO_MEMORY;
    }
    act_result result = act_tcp_open(self, &given.tcp, &socket, server->tcp_options);
    if (result == ACT_OK && server->connection->init != NULL)
        result = server->connection->init(self, state, &given);
    return result;
}

/* -------------------------------------------------------------------------------- the listener */

/* Something that is logged once a minute at most. */
struct rarely {
    act_millis next_at;
    uint64_t   count;
};

struct listener {
    act_tcp_server *server;
    act_listener   *socket;
    act_pid         connections; /* their supervisor; none: not known, or gone */
    act_ref         look_up, monitor;
    bool            left_off; /* with connections waiting outside */
    struct rarely   refused, failed;
    act_ref         starting[STARTING_MAX]; /* the ask of each place; 0: it is free */
};

/* How often it has happened since it was told last; 0: it is not yet time. */
static unsigned long long count_rarely(act_self *self, struct rarely *rarely)
{
    uint64_t count = ++rarely->count;
    if (act_now(self) < rarely->next_at)
        return 0;
    *rarely = (struct rarely){.next_at = act_now(self) + RARELY_MS};
    return count;
}

/* Its supervisor starts it again, later. */
static void fail_listener(act_self *self, act_result result)
{
    if (result != ACT_OK)
        act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, (int32_t)result, NULL));
}

static void refuse_connection(act_self *self, struct listener *listener, act_socket *socket)
{
    act_tcp_server    *server = listener->server;
    act_tcp           *tcp;
    unsigned long long count = count_rarely(self, &listener->refused);
    __atomic_fetch_add(&server->act_own.refused_count, 1, __ATOMIC_RELAXED);
    if (count != 0)
        act_log(self, ACT_LOG_WARNING, "there are %u connections: %llu more were refused",
                (unsigned)server->connections_max, count);
    /* Finished, not closed: it may have sent something, and would lose the text with that. */
    if (server->refusal != NULL && act_tcp_open(self, &tcp, &socket, NULL) == ACT_OK) {
        (void)!act_tcp_write(tcp, server->refusal, strlen(server->refusal));
        act_tcp_finish(&tcp, REFUSAL_MS);
    }
    act_socket_close(&socket);
}

static void start_connection(act_self *self, struct listener *listener, act_socket *socket,
                             uint32_t place)
{
    act_tcp_server *server = listener->server;
    struct accepted accepted = {server, socket, place};
    act_ref         ask;
    if (server->connections_max != 0 &&
        act_tcp_server_connections(server) >= server->connections_max) {
        refuse_connection(self, listener, socket);
        return;
    }
    count_connection(server);
    /* release, partner: take_accepted. */
    __atomic_store_n(&server->act_own.starting[place], socket, __ATOMIC_RELEASE);
    if (act_supervisor_start_child_args(self, &ask, listener->connections, &accepted,
                                        sizeof accepted, ACT_FOREVER) == ACT_OK)
        listener->starting[place] = ask;
    else
        release_accepted(&accepted);
}

/* The place in `starting` of an ask, or, if that is 0, a free one. */
static uint32_t find_place(const struct listener *listener, act_ref ask)
{
    uint32_t place = 0;
    while (place < STARTING_MAX && !act_ref_equal(listener->starting[place], ask))
        place++;
    return place;
}

static void log_accept_failure(act_self *self, struct listener *listener)
{
    int                error = errno;
    unsigned long long count = count_rarely(self, &listener->failed);
    if (count != 0)
        act_log(self, ACT_LOG_WARNING, "cannot accept, tries again: %s (%llu times)",
                strerror(error), count);
}

static void accept_connections(act_self *self, struct listener *listener)
{
    static const act_ref none = {0};
    uint32_t             place, count = 0;
    listener->left_off = true;
    while (!act_pid_is_none(listener->connections) &&
           (place = find_place(listener, none)) < STARTING_MAX) {
        if (count++ == ACCEPTED_MAX) {
            act_tell_value(self, act_self_pid(self), GO_ON, act_nothing());
            return;
        }
        act_socket *socket;
        act_result  result = act_tcp_accept(listener->socket, &socket);
        if (result == ACT_OK) {
            start_connection(self, listener, socket, place);
            continue;
        }
        if (result == ACT_OS)
            log_accept_failure(self, listener);
        listener->left_off = false; /* it is told when there are more */
        return;
    }
}

/* What was not started. The relaxed load is a hint: take_accepted decides. */
static void clear_place(act_tcp_server *server, uint32_t place)
{
    act_socket *socket = __atomic_load_n(&server->act_own.starting[place], __ATOMIC_RELAXED);
    if (socket != NULL)
        release_accepted(&(struct accepted){server, socket, place});
}

/* Of a listener that ends. */
static void clear_places(void *server)
{
    for (uint32_t place = 0; place < STARTING_MAX; place++)
        clear_place(server, place);
}

/* It has been started, or was refused, or its supervisor has ended before. */
static void end_start(struct listener *listener, act_ref ask)
{
    uint32_t place = find_place(listener, ask);
    if (ask.value == 0 || place == STARTING_MAX)
        return;
    listener->starting[place] = (act_ref){0};
    clear_place(listener->server, place);
}

static act_result look_connections_up(act_self *self, struct listener *listener)
{
    listener->connections = act_pid_none();
    return act_supervisor_get_childspec(self, &listener->look_up, act_self_parent(self),
                                        CONNECTIONS_ID, ACT_FOREVER);
}

/* Their supervisor, which may just be restarted. */
static void connections_found(act_self *self, struct listener *listener, const act_message *message)
{
    act_ref               timer;
    size_t                count;
    const act_child_info *info = act_supervisor_children_read(message, &count);
    if (info == NULL || act_pid_is_none(info->pid)) {
        fail_listener(self, act_tell_after_value(self, &timer, act_self_pid(self), LOOK_UP,
                                                 act_nothing(), LOOK_UP_AGAIN_MS));
        return;
    }
    listener->connections = info->pid;
    fail_listener(self, act_monitor(self, &listener->monitor, info->pid));
}

static void receive_listener(act_self *self, void *state, const act_message *message)
{
    struct listener *listener = state;
    bool             looks_again = message->tag == LOOK_UP || (message->tag == ACT_MESSAGE_DOWN &&
                                                   act_ref_equal(message->ref, listener->monitor));
    if (looks_again)
        fail_listener(self, look_connections_up(self, listener));
    else if (message->tag == ACT_MESSAGE_TCP_ACCEPTABLE)
        listener->left_off = true;
    else if (act_ref_equal(message->ref, listener->look_up))
        connections_found(self, listener, message);
    else
        end_start(listener, message->ref);
    if (listener->left_off)
        accept_connections(self, listener);
}

/* "127.0.0.1:7000"; long enough for any that listens. */
static void write_address(char text[80], const act_tcp_server *server, unsigned port)
{
    const char *host = server->host != NULL ? server->host : "*";
    snprintf(text, 80, strchr(host, ':') != NULL ? "[%s]:%u" : "%s:%u", host, port);
}

/* One that is restarted takes the port that the first one found. */
static act_result init_listener(act_self *self, void *state, const void *args)
{
    struct listener *listener = state;
    act_tcp_server  *server = *(act_tcp_server *const *)args;
    uint16_t         found = act_tcp_server_port(server), port = found != 0 ? found : server->port;
    char             address[80];
    listener->server = server;
    if (act_defer(self, clear_places, server) != ACT_OK)
        return ACT_NO_MEMORY;
    act_result result =
        act_tcp_listen(self, &listener->socket, server->host, port, server->listen_options);
    if (result == ACT_OS) {
        int error = errno;
        write_address(address, server, port);
        act_log(self, ACT_LOG_ERROR, "cannot listen on %s: %s", address, strerror(error));
    }
    if (result != ACT_OK)
        return result;
    port = act_listener_port(listener->socket);
    __atomic_store_n(&server->act_own.port, port, __ATOMIC_RELAXED);
    write_address(address, server, port);
    act_log(self, ACT_LOG_INFO, "listens on %s", address);
    return look_connections_up(self, listener);
}

const act_behavior act__tcp_listener = {
    .name = "listener",
    .state_bytes = sizeof(struct listener),
    .args_bytes = sizeof(act_tcp_server *),
    .init = init_listener,
    .receive = receive_listener,
};

/* ------------------------------------------------------------------------------------ the specs */

/* Always false, so that a check can end with it. */
ACT_PRINTF(3, 4)
static bool complain_about(char *complaint, size_t complaint_bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(complaint, complaint_bytes, format, arguments);
    va_end(arguments);
    return false;
}

static bool check_connection(const act_behavior *connection, char *complaint, size_t bytes)
{
    if (connection == NULL)
        return complain_about(complaint, bytes, "connection is NULL");
    const char *name = connection->name != NULL ? connection->name : "";
    if (connection->init != NULL && connection->args_bytes != sizeof(act_tcp_server_args))
        return complain_about(complaint, bytes,
                              "connection \"%s\" has args_bytes %zu, but what its init is given is "
                              "an act_tcp_server_args",
                              name, connection->args_bytes);
    return true;
}

static bool is_numeric(const char *host)
{
    struct in6_addr address;
    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

static bool check_options(const act_tcp_server *server, char *complaint, size_t bytes)
{
    if (server->tcp_options != NULL && server->tcp_options->size == 0)
        return complain_about(complaint, bytes, "tcp_options.size is 0; use ACT_TCP_OPTIONS");
    if (server->listen_options != NULL && server->listen_options->size == 0)
        return complain_about(complaint, bytes, "listen_options.size is 0; use ACT_LISTEN_OPTIONS");
    if (server->spawn_options != NULL && server->spawn_options->blocking)
        return complain_about(complaint, bytes,
                              "spawn_options.blocking is set, but a blocking actor has no sockets");
    for (size_t i = 0; i < sizeof server->act_reserved / sizeof server->act_reserved[0]; i++)
        if (server->act_reserved[i] != NULL)
            return complain_about(complaint, bytes,
                                  "sets something that this version of act does not know");
    return true;
}

static bool check_server(const act_tcp_server *server, char *complaint, size_t bytes)
{
    if (server->host != NULL && !is_numeric(server->host))
        return complain_about(complaint, bytes,
                              "host is \"%s\", which is no numeric IPv4 or IPv6 address",
                              server->host);
    return check_connection(server->connection, complaint, bytes) &&
           check_options(server, complaint, bytes);
}

act_result act_tcp_server_check(const act_tcp_server *server, char *complaint,
                                size_t complaint_bytes)
{
    if (complaint == NULL)
        complaint_bytes = 0;
    if (complaint_bytes > 0)
        complaint[0] = '\0';
    return check_server(server, complaint, complaint_bytes) ? ACT_OK : ACT_INVALID;
}

/* The user's, with our init before its own. */
static act_behavior wrap_connection(const act_behavior *connection)
{
    act_behavior behavior = {.name = "connection", .receive = receive_listener};
    if (connection != NULL) /* else the listener's check says so */
        behavior = *connection;
    behavior.args_bytes = sizeof(struct accepted);
    behavior.args_release = NULL;
    behavior.init = init_connection;
    return behavior;
}

act_child_spec act_tcp_server_child(const char *id, act_tcp_server *server)
{
    static const act_backoff backoff = {.min = ACT_MS(100), .max = ACT_SECONDS(5)};
    memset(&server->act_own, 0, sizeof server->act_own);
    server->act_own.self = server;
    snprintf(server->act_own.id, sizeof server->act_own.id, "%s", id);
    server->act_own.behavior = wrap_connection(server->connection);
    server->act_own.connection = (act_child_spec){.id = server->act_own.id,
                                                  .behavior = &server->act_own.behavior,
                                                  .args_release = release_accepted,
                                                  .restart = ACT_RESTART_TEMPORARY,
                                                  .shutdown = server->drain,
                                                  .options = server->spawn_options};
    server->act_own.connections = (act_supervisor_spec){.strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE,
                                                        .children = &server->act_own.connection,
                                                        .children_count = 1};
    server->act_own.children[0] =
        act_supervisor_child(CONNECTIONS_ID, &server->act_own.connections);
    server->act_own.children[1] = (act_child_spec){.id = server->act_own.id,
                                                   .behavior = &act__tcp_listener,
                                                   .args = &server->act_own.self,
                                                   .mailbox = ACT_MAILBOX_DROP};
    server->act_own.server =
        (act_supervisor_spec){.intensity = server->intensity != 0 ? server->intensity : 10,
                              .period = server->period != 0 ? server->period : ACT_SECONDS(60),
                              .backoff = server->backoff.max != 0 ? server->backoff : backoff,
                              .children = server->act_own.children,
                              .children_count = 2};
    return act_supervisor_child(id, &server->act_own.server);
}

/* ---------------------------------------------------------------------------- what can be asked */

uint16_t act_tcp_server_port(const act_tcp_server *server)
{
    return __atomic_load_n(&server->act_own.port, __ATOMIC_RELAXED);
}

uint32_t act_tcp_server_connections(const act_tcp_server *server)
{
    return __atomic_load_n(&server->act_own.connections_count, __ATOMIC_RELAXED);
}

uint64_t act_tcp_server_refused(const act_tcp_server *server)
{
    return __atomic_load_n(&server->act_own.refused_count, __ATOMIC_RELAXED);
}
