/*
 * A server made of actors, clients made of plain sockets, and a line on which actors tell the test
 * what they see.
 */
/* SPDX-License-Identifier: MIT */
#include <test/actor/io/net.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include <mailbox/base/memory.h>
#include <test/kit/kit.h>

#define LINE_BYTES 100

/* --------------------------------------------------------------------------------------- memory */

static void *failing_malloc(size_t bytes)
{
    return act__memory_fails() ? NULL : malloc(bytes);
}

static void *failing_realloc(void *memory, size_t bytes)
{
    return act__memory_fails() ? NULL : realloc(memory, bytes);
}

static void silence(int severity, const char *text)
{
    (void)severity;
    (void)text;
}

void net_let_libevent_fail(void)
{
    event_set_mem_functions(failing_malloc, failing_realloc, free);
    event_set_log_callback(silence);
}

/* --------------------------------------------------------------------------------------- server */

struct server {
    struct net   *net;
    act_listener *listener;
    uint32_t      accepted;
    bool          held;
};

static void accept_all(act_self *self, struct server *server)
{
    struct net_args args = {.net = server->net};
    act_result      result;
    while ((result = act_tcp_accept(server->listener, &args.socket)) == ACT_OK) {
        uint32_t worker =
            server->net->plan.spread != 0 ? server->accepted++ % server->net->plan.spread + 1 : 0;
        act_pid pid;
        if (act_spawn(self, &pid, server->net->plan.connection, &args,
                      ACT_SPAWN_OPTIONS(.worker = worker)) != ACT_OK)
            act_socket_close(&args.socket);
    }
    if (result == ACT_OS)
        net_say(server->net, "accept: %s", strerrorname_np(errno));
}

static act_result server_init(act_self *self, void *state, const void *args)
{
    struct server *server = state;
    server->net = *(struct net *const *)args;
    server->held = server->net->plan.hold;
    return act_tcp_listen(self, &server->listener, "127.0.0.1", 0,
                          ACT_LISTEN_OPTIONS(.backlog = server->net->plan.backlog));
}

static void server_receive(act_self *self, void *state, const act_message *message)
{
    struct server *server = state;
    switch (message->tag) {
    case NET_DO:
        act_answer_value(self, message, NET_DO, act_int64(act_listener_port(server->listener)));
        break;
    case NET_CLOSE:
        act_listener_close(&server->listener);
        net_say(server->net, "listener closed");
        break;
    case NET_GO:
        server->held = false;
        accept_all(self, server);
        break;
    case ACT_MESSAGE_TCP_ACCEPTABLE:
        if (!server->held)
            accept_all(self, server);
        break;
    default: ck_abort_msg("an unexpected message %x", message->tag);
    }
}

static const act_behavior server_behavior = {
    .name = "server",
    .state_bytes = sizeof(struct server),
    .args_bytes = sizeof(struct net *),
    .init = server_init,
    .receive = server_receive,
};

/* --------------------------------------------------------------------------------------- system */

uint32_t net_workers(void)
{
    return kit_round() == 0 ? 1 : 4;
}

static void ignore_log(void *context, act_log_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

act_pid net_spawn(struct net *net, const act_behavior *behavior, const void *args, uint32_t worker)
{
    act_pid pid;
    ck_assert_int_eq(act_system_spawn(net->system, &pid, behavior, args,
                                      ACT_SPAWN_OPTIONS(.worker = worker)),
                     ACT_OK);
    return pid;
}

void net_start(struct net *net, const struct net_plan *plan)
{
    void *any = net->any;
    memset(net, 0, sizeof *net);
    net->any = any;
    net->plan = *plan;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, net->line), 0);
    act_system_options *options =
        ACT_SYSTEM_OPTIONS(.workers_count = plan->workers,
                           .actors_max = plan->actors_max != 0 ? plan->actors_max : 1 << 16,
                           .log = plan->log != NULL ? plan->log : ignore_log, .context = net,
                           .stop_timeout = plan->stop_timeout);
    if (options->workers_count == 0)
        options->workers_count = net_workers();
    ck_assert_int_eq(act_system_create(&net->system, options), ACT_OK);
    if (plan->connection == NULL)
        return;
    net->server = net_spawn(net, &server_behavior, &(struct net *){net}, 0);
    net->port = (uint16_t)net_ask(net, net->server);
}

void net_stop(struct net *net)
{
    act_system_destroy(&net->system);
    close(net->line[0]);
    close(net->line[1]);
}

int net_open(struct net *net, const act_behavior *connection)
{
    net_start(net, &(struct net_plan){.connection = connection});
    return net_dial(net);
}

void net_close(struct net *net, int fd)
{
    close(fd);
    net_stop(net);
}

/* ---------------------------------------------------------------------------------- connections */

act_result net_init(act_self *self, void *state, const void *args)
{
    const struct net_args *given = args;
    struct net_connection *mine = state;
    act_socket            *accepted = given->socket;
    mine->net = given->net;
    if (accepted == NULL)
        return ACT_OK;
    act_result result = act_tcp_open(self, &mine->tcp, &accepted, given->net->plan.options);
    ck_assert_int_eq(result == ACT_OK, accepted == NULL);
    if (result != ACT_OK)
        act_socket_close(&accepted);
    return result;
}

act_result net_pid_init(act_self *self, void *state, const void *args)
{
    act_result result = net_init(self, state, args);
    net_say(((const struct net_args *)args)->net, "%llu",
            (unsigned long long)act_self_pid(self).local);
    return result;
}

void net_leave(act_self *self)
{
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

void net_other(act_self *self, struct net_connection *mine, const act_message *message)
{
    ck_assert_msg(message->tag == ACT_MESSAGE_TCP_CLOSED, "an unexpected message %x", message->tag);
    ck_assert_ptr_eq(message->as.pointer, mine->tcp);
    net_say(mine->net, "closed: %s", strerrorname_np(act_tcp_error(mine->tcp)));
    net_leave(self);
}

bool net_is_input(act_self *self, struct net_connection *mine, const act_message *message)
{
    if (message->tag == ACT_MESSAGE_TCP_READABLE)
        return true;
    net_other(self, mine, message);
    return false;
}

void net_echo_receive(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    const uint8_t         *bytes;
    if (!net_is_input(self, mine, message))
        return;
    size_t count = act_tcp_input(mine->tcp, &bytes);
    if (count != 0) {
        if (bytes[0] == '!')
            act_panic(self, "as told");
        ck_assert_int_eq(act_tcp_write(mine->tcp, bytes, count), ACT_OK);
        act_tcp_consume(mine->tcp, count);
    }
    if (act_tcp_input_ended(mine->tcp))
        net_leave(self);
}

const act_behavior net_echo = NET_BEHAVIOR(struct net_connection, net_init, net_echo_receive);
const act_behavior net_echo_with_pid =
    NET_BEHAVIOR(struct net_connection, net_pid_init, net_echo_receive);

/* ----------------------------------------------------------------------------------------- line */

void net_say(struct net *net, const char *format, ...)
{
    char    text[LINE_BYTES];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    ck_assert_int_eq(send(net->line[1], text, strlen(text), 0), (int)strlen(text));
}

static void wait_until(int fd, short events)
{
    struct pollfd one = {.fd = fd, .events = events};
    int           ready;
    do
        ready = poll(&one, 1, NET_DEADLINE_MS);
    while (ready < 0 && errno == EINTR);
    ck_assert_msg(ready == 1, "nothing has happened for a long time");
}

const char *net_hear(struct net *net)
{
    static char text[LINE_BYTES];
    wait_until(net->line[0], POLLIN);
    ssize_t got = recv(net->line[0], text, sizeof text - 1, 0);
    ck_assert_int_ge(got, 0);
    text[got] = '\0';
    return text;
}

void net_expect_line(struct net *net, const char *text)
{
    ck_assert_str_eq(net_hear(net), text);
}

act_pid net_hear_pid(struct net *net)
{
    return (act_pid){0, strtoull(net_hear(net), NULL, 10)};
}

int64_t net_ask(struct net *net, act_pid pid)
{
    act_message *ask, *answer;
    ck_assert_int_eq(act_message_create(&ask, NET_DO, 0), ACT_OK);
    ck_assert_int_eq(act_system_ask_message(net->system, pid, &ask, &answer, NET_DEADLINE_MS),
                     ACT_OK);
    int64_t value = answer->as.int64;
    act_message_free(&answer);
    return value;
}

void net_join(struct net *net, act_pid pid, act_exit_kind kind)
{
    act_exit_report report;
    ck_assert_int_eq(act_system_join(net->system, pid, &report, NET_DEADLINE_MS), ACT_OK);
    ck_assert_msg(report.kind == kind || report.kind == ACT_EXIT_NO_ACTOR, "ended: %s %d: %s",
                  act_exit_kind_text(report.kind), report.code, report.text);
}

/* -------------------------------------------------------------------------------------- clients */

static int dial(const char *host, uint16_t port)
{
    struct sockaddr_in  v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    bool                is_v4 = inet_pton(AF_INET, host, &v4.sin_addr) == 1;
    int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    ck_assert_int_ge(fd, 0);
    ck_assert(is_v4 || inet_pton(AF_INET6, host, &v6.sin6_addr) == 1);
    if (connect(fd, is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6,
                is_v4 ? sizeof v4 : sizeof v6) != 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    ck_assert_int_eq(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes), 0);
    return fd;
}

int net_try_dial(struct net *net)
{
    return dial("127.0.0.1", net->port);
}

int net_dial(struct net *net)
{
    int fd = net_try_dial(net);
    ck_assert_msg(fd >= 0, "connect: %s", strerror(-fd));
    return fd;
}

int net_dial_at(const char *host, uint16_t port, uint16_t *own_port)
{
    struct sockaddr_in6 own; /* the port is at the same place in both families */
    socklen_t           length = sizeof own;
    int                 fd = dial(host, port);
    ck_assert_msg(fd >= 0, "connect: %s", strerror(-fd));
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&own, &length), 0);
    *own_port = ntohs(own.sin6_port);
    return fd;
}

void net_send(int fd, const void *bytes, size_t count)
{
    const char *at = bytes;
    while (count != 0) {
        wait_until(fd, POLLOUT);
        ssize_t sent = send(fd, at, count, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN)
            continue;
        ck_assert_msg(sent > 0, "send: %s", strerror(errno));
        at += sent;
        count -= (size_t)sent;
    }
}

void net_send_text(int fd, const char *text)
{
    net_send(fd, text, strlen(text));
}

size_t net_read(int fd, void *bytes, size_t most)
{
    wait_until(fd, POLLIN);
    ssize_t got = recv(fd, bytes, most, 0);
    ck_assert_msg(got >= 0 || errno == ECONNRESET, "recv: %s", strerror(errno));
    return (size_t)got;
}

void net_expect(int fd, const char *text)
{
    char   got[1000];
    size_t count = strlen(text), have = 0;
    ck_assert_uint_lt(count, sizeof got);
    while (have < count) {
        size_t more = net_read(fd, got + have, count - have);
        ck_assert_msg(more != 0 && more != (size_t)-1, "the stream has ended");
        have += more;
    }
    got[have] = '\0';
    ck_assert_str_eq(got, text);
}

void net_expect_echo(int fd)
{
    net_send_text(fd, "hello");
    net_expect(fd, "hello");
}

void net_expect_end(int fd)
{
    char   byte;
    size_t got = net_read(fd, &byte, 1);
    ck_assert_msg(got == 0 || got == (size_t)-1, "the stream goes on");
}

void net_reset(int fd)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    close(fd);
}
