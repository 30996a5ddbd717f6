/* TCP servers, with real sockets: what becomes of connections, of the listener, and of the rest. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/tcp_server.h>

#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mailbox/base/memory.h>
#include <supervisor/tree.h>
#include <test/actor/io/net.h>
#include <test/kit/kit.h>

enum { MANY = 200 };

static struct net net;
static act_pid    root;
static act_pid    killed; /* the last one: its supervisor may not have heard of that end yet */

/* ---------------------------------------------------------------------------------- connections */

struct client {
    struct net *net;
    act_tcp    *tcp;
};

static act_result begin_client(act_self *self, void *state, const void *args)
{
    const act_tcp_server_args *given = args;
    *(struct client *)state = (struct client){(void *)(uintptr_t)given->args, given->tcp};
    (void)self;
    return ACT_OK;
}

/* Echoes; at a "!" it panics, and a "p" is answered with its pid on the test's line. */
static void serve_client(act_self *self, void *state, const act_message *message)
{
    struct client *client = state;
    const uint8_t *bytes = NULL;
    if (message->tag == ACT_MESSAGE_TCP_CLOSED) {
        act_stop(self);
        return;
    }
    size_t count = act_tcp_input(client->tcp, &bytes);
    if (count != 0 && bytes[0] == '!')
        act_panic(self, "as told");
    if (count != 0 && bytes[0] == 'p')
        net_say(client->net, "%llu", (unsigned long long)act_self_pid(self).local);
    else if (act_tcp_write(client->tcp, bytes, count) != ACT_OK)
        act_stop(self);
    act_tcp_consume(client->tcp, count);
    if (act_tcp_input_ended(client->tcp))
        act_stop(self);
}

static void say_goodbye(act_self *self, void *state, act_exit_reason reason)
{
    struct client *client = state;
    (void)self;
    if (reason.kind == ACT_EXIT_SHUTDOWN && act_tcp_write(client->tcp, "bye\n", 4) == ACT_OK)
        act_tcp_finish(&client->tcp, ACT_SECONDS(20));
}

static const act_behavior client_behavior = {.name = "client",
                                             .state_bytes = sizeof(struct client),
                                             .args_bytes = sizeof(act_tcp_server_args),
                                             .init = begin_client,
                                             .receive = serve_client,
                                             .terminate = say_goodbye};

/* Without an init: each event brings the connection along. */
static void echo(act_self *self, void *state, const act_message *message)
{
    act_tcp       *tcp = message->as.pointer;
    const uint8_t *bytes = NULL;
    size_t         count = act_tcp_input(tcp, &bytes);
    (void)state;
    if (act_tcp_write(tcp, bytes, count) != ACT_OK || act_tcp_input_ended(tcp))
        act_stop(self);
    else
        act_tcp_consume(tcp, count);
}

static const act_behavior echo_behavior = {.name = "echo", .receive = echo};

/* ------------------------------------------------------------------------------------- a server */

static act_tcp_server server;

/* What it logs of listening and of not being able to; the rest is not looked at. */
static void hear_log(void *context, act_log_level level, const char *text)
{
    const char *words = strstr(text, "cannot listen");
    (void)level;
    if (words != NULL && net.any == &server)
        net_say(context, "%.13s", words);
}

static void spawn_server(void)
{
    const act_child_spec      child = act_tcp_server_child("server", &server);
    const act_supervisor_spec tree = {.children = &child, .children_count = 1};
    ck_assert_int_eq(act_system_spawn_supervisor(net.system, &root, &tree, NULL), ACT_OK);
}

/* Where the server listens is where the net's clients dial. */
static void await_port(void)
{
    while ((net.port = act_tcp_server_port(&server)) == 0)
        sched_yield();
}

static void start_system(void)
{
    killed = act_pid_none();
    net_start(&net, &(struct net_plan){.log = hear_log});
}

static void start(act_tcp_server how)
{
    server = how;
    server.host = "127.0.0.1";
    server.args = &net;
    if (server.connection == NULL)
        server.connection = &client_behavior;
    start_system();
    spawn_server();
    await_port();
}

static void await_connections(uint32_t count)
{
    while (act_tcp_server_connections(&server) != count)
        sched_yield();
}

/* By its id or its behavior's name. None: it does not run just now. */
static act_pid child_pid(const char *name)
{
    act_tree *tree;
    act_pid   pid = act_pid_none();
    ck_assert_int_eq(act_tree_take(net.system, &tree), ACT_OK);
    for (size_t i = 0; i < tree->rows_count; i++)
        if (tree->rows[i].state == ACT_TREE_RUNNING &&
            (strcmp(tree->rows[i].id, name) == 0 || strcmp(tree->rows[i].behavior_name, name) == 0))
            pid = tree->rows[i].pid;
    act_tree_free(&tree);
    return pid;
}

/* As soon as its supervisor has heard that it runs. */
static act_pid running_pid(const char *name)
{
    act_pid pid;
    while (act_pid_is_none(pid = child_pid(name)) || act_pid_equal(pid, killed))
        sched_yield();
    return pid;
}

/* Kills one of the server's own parts, and waits for its end. */
static void kill_child(const char *name)
{
    act_pid pid = killed = running_pid(name);
    ck_assert_int_eq(act_system_exit_actor(net.system, pid,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    ck_assert_int_eq(act_system_join(net.system, pid, NULL, NET_DEADLINE_MS), ACT_OK);
}

static void tell_root_to_stop(void)
{
    ck_assert_int_eq(act_system_exit_actor(net.system, root,
                                           act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)),
                     ACT_OK);
}

/* It listens again, sooner or later. */
static int dial_until_it_works(void)
{
    int fd;
    while ((fd = net_try_dial(&net)) < 0)
        sched_yield();
    return fd;
}

/* ------------------------------------------------------------------------------------ the cases */

static void a_free_port_is_found_and_connections_are_counted(void)
{
    start((act_tcp_server){.port = 0});
    int one = net_dial(&net), other = net_dial(&net);
    net_expect_echo(one);
    net_expect_echo(other);
    ck_assert_uint_eq(act_tcp_server_connections(&server), 2);
    close(one);
    await_connections(1);
    close(other);
    await_connections(0);
    ck_assert_uint_eq(act_tcp_server_refused(&server), 0);
    net_stop(&net);
}

static void a_connection_needs_no_init(void)
{
    start((act_tcp_server){.connection = &echo_behavior});
    int fd = net_dial(&net);
    net_expect_echo(fd);
    close(fd);
    await_connections(0);
    net_stop(&net);
}

static void one_too_many_is_told_why_and_closed(void)
{
    start((act_tcp_server){.connections_max = 2, .refusal = "no room\n"});
    int one = net_dial(&net), two = net_dial(&net);
    net_expect_echo(one);
    net_expect_echo(two);
    for (int i = 0; i < 3; i++) {
        int three = net_dial(&net);
        net_expect(three, "no room\n");
        net_expect_end(three);
        close(three);
    }
    ck_assert_uint_eq(act_tcp_server_refused(&server), 3);
    net_expect_echo(one);
    close(one);
    await_connections(1);
    one = net_dial(&net);
    net_expect_echo(one);
    close(one);
    close(two);
    net_stop(&net);
}

static void one_too_many_without_a_text_is_just_closed(void)
{
    start((act_tcp_server){.connections_max = 1});
    int one = net_dial(&net);
    net_expect_echo(one);
    int two = net_dial(&net);
    net_expect_end(two);
    close(one);
    close(two);
    net_stop(&net);
}

static void far_too_many_are_all_refused(void)
{
    int fd[MANY];
    start((act_tcp_server){.connections_max = 1});
    int one = net_dial(&net);
    net_expect_echo(one);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++)
            fd[i] = net_dial(&net);
        for (int i = 0; i < MANY; i++) {
            net_expect_end(fd[i]);
            close(fd[i]);
        }
    }
    ck_assert_uint_eq(act_tcp_server_refused(&server), 3 * MANY);
    net_expect_echo(one);
    close(one);
    net_stop(&net);
}

static void a_connection_that_crashes_hurts_no_other(void)
{
    start((act_tcp_server){0});
    int     other = net_dial(&net);
    act_pid listener = running_pid("listener");
    net_expect_echo(other);
    for (int i = 0; i < 30; i++) {
        int fd = net_dial(&net);
        net_send_text(fd, "!");
        net_expect_end(fd);
        close(fd);
    }
    await_connections(1);
    net_expect_echo(other);
    ck_assert(act_pid_equal(child_pid("listener"), listener));
    close(other);
    net_stop(&net);
}

static void a_listener_that_crashes_comes_back_and_connections_go_on(void)
{
    start((act_tcp_server){.backoff = {ACT_MS(1), ACT_MS(20), 0, 0}});
    int fd = net_dial(&net);
    net_expect_echo(fd);
    for (int i = 0; i < 3; i++) {
        kill_child("listener");
        net_expect_echo(fd);
        int next = dial_until_it_works(); /* where it was before */
        net_expect_echo(next);
        ck_assert_uint_eq(act_tcp_server_connections(&server), 2);
        close(next);
        await_connections(1);
    }
    ck_assert_uint_eq(act_tcp_server_port(&server), net.port);
    close(fd);
    net_stop(&net);
}

static void connections_end_with_their_supervisor_and_the_listener_goes_on(void)
{
    start((act_tcp_server){.backoff = {ACT_MS(1), ACT_MS(20), 0, 0}});
    int fd = net_dial(&net);
    net_expect_echo(fd);
    act_pid listener = running_pid("listener");
    kill_child("connections");
    net_expect_end(fd);
    close(fd);
    await_connections(0);
    fd = net_dial(&net); /* it may wait for the supervisor a while */
    net_send_text(fd, "hello");
    char byte;
    if (net_read(fd, &byte, 1) != 1) { /* it was handed to the one that ended */
        close(fd);
        fd = net_dial(&net);
        net_expect_echo(fd);
    }
    ck_assert(act_pid_equal(child_pid("listener"), listener));
    close(fd);
    net_stop(&net);
}

/* ------------------------------------------------------------------------------ inits that fail */

static act_result refuse_client(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    return ACT_OS;
}

static act_result ignore_client(act_self *self, void *state, const void *args)
{
    act_tcp *tcp = ((const act_tcp_server_args *)args)->tcp;
    (void)self, (void)state;
    if (act_tcp_write(tcp, "not now\n", 8) == ACT_OK)
        act_tcp_finish(&tcp, ACT_SECONDS(20));
    return ACT_IGNORE;
}

static act_result crash_client(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    act_panic(self, "in init");
}

static void leaves_nothing(act_result (*init)(act_self *, void *, const void *), const char *text)
{
    const act_behavior behavior = {.name = "failing",
                                   .args_bytes = sizeof(act_tcp_server_args),
                                   .init = init,
                                   .receive = serve_client};
    start((act_tcp_server){.connection = &behavior});
    for (int i = 0; i < 10; i++) {
        int fd = net_dial(&net);
        net_expect(fd, text);
        net_expect_end(fd);
        close(fd);
    }
    await_connections(0);
    net_stop(&net);
}

static void an_init_that_fails_leaves_nothing(void)
{
    int before = kit_entries_of("/proc/self/fd");
    leaves_nothing(refuse_client, "");
    leaves_nothing(ignore_client, "not now\n");
    leaves_nothing(crash_client, "");
    ck_assert_int_eq(kit_entries_of("/proc/self/fd"), before);
}

/* ------------------------------------------------------------------------------------ no memory */

/* Whether a client is served: it may also see its connection end, but not hang. */
static bool try_echo(void)
{
    char   got[5];
    size_t have = 0, more;
    int    fd = dial_until_it_works();
    if (send(fd, "hello", 5, MSG_NOSIGNAL) == 5)
        while (have < 5 && (more = net_read(fd, got + have, 5 - have)) != 0 && more != (size_t)-1)
            have += more;
    close(fd);
    return have == 5 && memcmp(got, "hello", 5) == 0;
}

static void a_connection_without_memory_ends_and_leaves_nothing(void)
{
    int  served = 0, failed = 0;
    bool all = false;
    net_let_libevent_fail();
    act__memory_fail_at(0, false);
    int before = kit_entries_of("/proc/self/fd");
    start((
        act_tcp_server){.backoff = {1, 2, 0, 0}, .intensity = 10000, .connection = &echo_behavior});
    for (uint64_t n = 1; !all; n++) {
        act__memory_fail_at(n, false);
        bool fine = try_echo();
        all = act__memory_requests() < n; /* it was served without so many requests */
        act__memory_fail_at(0, false);
        ck_assert(fine || !all);
        while (!try_echo()) /* the listener itself may be restarted */
            sched_yield();
        fine ? served++ : failed++;
    }
    ck_assert_int_gt(failed, 3);
    await_connections(0);
    net_stop(&net);
    ck_assert_int_eq(kit_entries_of("/proc/self/fd"), before);
}

static void children_that_cannot_be_spawned_leave_no_descriptor(void)
{
    enum { CLIENTS = 50 };
    int fd[CLIENTS], served = 0;
    server = (act_tcp_server){.host = "127.0.0.1", .connection = &client_behavior, .args = &net};
    net_start(&net, &(struct net_plan){.log = hear_log, .actors_max = 16});
    spawn_server();
    await_port();
    int before = kit_entries_of("/proc/self/fd");
    for (int i = 0; i < CLIENTS; i++)
        fd[i] = net_dial(&net);
    for (int i = 0; i < CLIENTS; i++) {
        char byte;
        if (send(fd[i], "x", 1, MSG_NOSIGNAL) == 1)
            served += net_read(fd[i], &byte, 1) == 1;
    }
    ck_assert_int_lt(served, CLIENTS);
    ck_assert_int_gt(served, 0);
    ck_assert_uint_eq(act_tcp_server_connections(&server), (uint32_t)served);
    for (int i = 0; i < CLIENTS; i++)
        close(fd[i]);
    await_connections(0);
    while (kit_entries_of("/proc/self/fd") > before)
        sched_yield();
    net_stop(&net);
}

/* ------------------------------------------------------------------------------------- the stop */

static void connections_say_goodbye_when_the_server_stops(void)
{
    enum { CLIENTS = 20 };
    int fd[CLIENTS];
    start((act_tcp_server){.drain = ACT_SECONDS(20)});
    for (int i = 0; i < CLIENTS; i++) {
        fd[i] = net_dial(&net);
        net_expect_echo(fd[i]);
    }
    tell_root_to_stop();
    for (int i = 0; i < CLIENTS; i++) {
        net_expect(fd[i], "bye\n");
        net_expect_end(fd[i]);
        close(fd[i]);
    }
    net_stop(&net);
}

/* Traps exits: says that it was told, and ends when the test says so; or never. */
static act_result begin_stubborn(act_self *self, void *state, const void *args)
{
    act_result result = begin_client(self, state, args);
    return result == ACT_OK ? act_trap_exits(self, true) : result;
}

static void be_stubborn(act_self *self, void *state, const act_message *message)
{
    struct client *client = state;
    if (message->tag == ACT_MESSAGE_EXIT)
        net_say(client->net, "told");
    else if (message->tag == NET_DO)
        act_stop(self);
    else if (message->tag == ACT_MESSAGE_TCP_READABLE)
        serve_client(self, state, message);
}

static const act_behavior stubborn = {.name = "stubborn",
                                      .state_bytes = sizeof(struct client),
                                      .args_bytes = sizeof(act_tcp_server_args),
                                      .init = begin_stubborn,
                                      .receive = be_stubborn};

static void first_it_stops_to_listen_and_then_connections_are_told(void)
{
    start((act_tcp_server){.connection = &stubborn, .drain = ACT_FOREVER});
    int fd = net_dial(&net);
    net_send_text(fd, "p");
    act_pid pid = net_hear_pid(&net);
    tell_root_to_stop();
    net_expect_line(&net, "told");
    ck_assert_int_eq(net_try_dial(&net), -ECONNREFUSED);
    net_expect_echo(fd); /* it has all the time it needs */
    act_system_tell_value(net.system, pid, NET_DO, act_nothing());
    net_expect_end(fd);
    close(fd);
    net_stop(&net);
}

static void what_has_not_ended_in_time_is_killed(void)
{
    enum { CLIENTS = 5 };
    int fd[CLIENTS];
    start((act_tcp_server){.connection = &stubborn, .drain = ACT_MS(50)});
    for (int i = 0; i < CLIENTS; i++) {
        fd[i] = net_dial(&net);
        net_expect_echo(fd[i]);
    }
    tell_root_to_stop();
    for (int i = 0; i < CLIENTS; i++)
        net_expect_line(&net, "told"); /* all at once: none waits for another's 50 ms */
    for (int i = 0; i < CLIENTS; i++) {
        net_expect_end(fd[i]);
        close(fd[i]);
    }
    ck_assert_int_eq(act_system_join(net.system, root, NULL, NET_DEADLINE_MS), ACT_OK);
    ck_assert_uint_eq(act_tcp_server_connections(&server), 0);
    net_stop(&net);
}

/* Dials as long as it can; `after` clients on, something happens. */
static int dial_many(int fd[MANY], int after, void (*happens)(void))
{
    int count = 0;
    while (count < MANY && (fd[count] = net_try_dial(&net)) >= 0)
        if (++count == after)
            happens();
    return count;
}

static void a_stop_while_connections_come_in_leaves_nothing(void)
{
    int fd[MANY], before = kit_entries_of("/proc/self/fd");
    for (int round = 0; round < 5; round++) {
        start((act_tcp_server){.connection = &echo_behavior});
        int count = dial_many(fd, 10 + round * 40, tell_root_to_stop);
        ck_assert_int_eq(act_system_join(net.system, root, NULL, NET_DEADLINE_MS), ACT_OK);
        ck_assert_uint_eq(act_tcp_server_connections(&server), 0);
        net_stop(&net);
        for (int i = 0; i < count; i++) {
            /* Linux may not tell one that was just being accepted until it sends something. */
            (void)!send(fd[i], "x", 1, MSG_NOSIGNAL);
            net_expect_end(fd[i]);
            close(fd[i]);
        }
    }
    ck_assert_int_eq(kit_entries_of("/proc/self/fd"), before);
}

static void kill_connections(void)
{
    kill_child("connections");
}

static void kill_all(void)
{
    act_system_kill(net.system);
    ck_assert_int_eq(act_system_exit_actor(net.system, root,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
}

static void a_kill_while_connections_come_in_leaves_nothing(void)
{
    int fd[MANY], before = kit_entries_of("/proc/self/fd");
    for (int round = 0; round < 10; round++) {
        start((act_tcp_server){.connection = &echo_behavior, .backoff = {1, 2, 0, 0}});
        int count = dial_many(fd, 10 + round * 15, round % 2 == 0 ? kill_connections : kill_all);
        net_stop(&net);
        ck_assert_uint_eq(act_tcp_server_connections(&server), 0);
        for (int i = 0; i < count; i++)
            close(fd[i]);
        ck_assert_int_eq(kit_entries_of("/proc/self/fd"), before);
    }
}

static void many_at_once_are_all_served(void)
{
    int fd[MANY];
    start((act_tcp_server){.connections_max = MANY});
    for (int i = 0; i < MANY; i++)
        fd[i] = net_dial(&net);
    for (int i = 0; i < MANY; i++)
        net_send_text(fd[i], "hello");
    for (int i = 0; i < MANY; i++)
        net_expect(fd[i], "hello");
    ck_assert_uint_eq(act_tcp_server_connections(&server), MANY);
    for (int i = 0; i < MANY; i++)
        close(fd[i]);
    await_connections(0);
    net_stop(&net);
}

/* ------------------------------------------------------------------------------------- the port */

/* Takes the port, as soon as it is to be had. */
static int occupy(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int                fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), 0);
    while (bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
        ck_assert_int_eq(errno, EADDRINUSE);
    ck_assert_int_eq(listen(fd, 5), 0);
    return fd;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_in address;
    socklen_t          length = sizeof address;
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    return ntohs(address.sin_port);
}

static void a_tree_does_not_start_where_the_port_is_taken(void)
{
    int taken = occupy(0);
    server = (act_tcp_server){
        .host = "127.0.0.1", .port = port_of(taken), .connection = &client_behavior};
    net.any = &server;
    start_system();
    spawn_server();
    net_expect_line(&net, "cannot listen");
    ck_assert_int_eq(act_system_join(net.system, root, NULL, NET_DEADLINE_MS), ACT_OK);
    ck_assert_uint_eq(act_tcp_server_port(&server), 0);
    close(taken);
    net_stop(&net);
}

static void a_listener_tries_again_until_the_port_is_free(void)
{
    net.any = &server;
    start((act_tcp_server){.backoff = {ACT_MS(100), ACT_MS(100), 0, 0}, .intensity = 10000});
    int fd = net_dial(&net);
    net_expect_echo(fd);
    kill_child("listener");
    int taken = occupy(net.port);
    net_expect_line(&net, "cannot listen");
    net_expect_line(&net, "cannot listen");
    net_expect_echo(fd);
    net.any = NULL;
    close(taken);
    int next = dial_until_it_works();
    net_expect_echo(next);
    close(next);
    close(fd);
    net_stop(&net);
}

/* It is the parent's that is over then: the tree ends. */
static void a_server_gives_up_when_its_intensity_is_used_up(void)
{
    start((act_tcp_server){.backoff = {ACT_MS(1), ACT_MS(1), 0, 0}, .intensity = 3});
    for (int i = 0; i < 3; i++)
        kill_child("listener");
    kill_child("listener");
    ck_assert_int_eq(act_system_join(net.system, root, NULL, NET_DEADLINE_MS), ACT_OK);
    net_stop(&net);
}

/* ------------------------------------------------------------------------------ what is refused */

static void expect_complaint(act_tcp_server how, const char *text)
{
    char complaint[300], whole[300];
    server = how;
    ck_assert_int_eq(act_tcp_server_check(&server, NULL, 0), ACT_INVALID);
    ck_assert_int_eq(act_tcp_server_check(&server, complaint, sizeof complaint), ACT_INVALID);
    ck_assert_str_eq(complaint, text);
    const act_child_spec      child = act_tcp_server_child("server", &server);
    const act_supervisor_spec tree = {.children = &child, .children_count = 1};
    ck_assert_int_eq(act_supervisor_check(&tree, whole, sizeof whole), ACT_INVALID);
    ck_assert_msg(strcmp(whole + strlen(whole) - strlen(text), text) == 0, "%s", whole);
    ck_assert_ptr_nonnull(strstr(whole, "child \"server\": "));
}

static void a_server_that_is_wrong_is_refused_with_a_sentence(void)
{
    static const act_behavior other_args = {.name = "other",
                                            .args_bytes = sizeof(act_socket *),
                                            .init = begin_client,
                                            .receive = serve_client};
    expect_complaint((act_tcp_server){0}, "connection is NULL");
    expect_complaint((act_tcp_server){.connection = &client_behavior, .host = "localhost"},
                     "host is \"localhost\", which is no numeric IPv4 or IPv6 address");
    expect_complaint((act_tcp_server){.connection = &other_args},
                     "connection \"other\" has args_bytes 8, but what its init is given is an "
                     "act_tcp_server_args");
    expect_complaint((act_tcp_server){.connection = &client_behavior,
                                      .spawn_options = ACT_SPAWN_OPTIONS(.blocking = true)},
                     "spawn_options.blocking is set, but a blocking actor has no sockets");
    expect_complaint((act_tcp_server){.connection = &client_behavior,
                                      .tcp_options = &(act_tcp_options){0}},
                     "tcp_options.size is 0; use ACT_TCP_OPTIONS");
    expect_complaint((act_tcp_server){.connection = &client_behavior,
                                      .listen_options = &(act_listen_options){0}},
                     "listen_options.size is 0; use ACT_LISTEN_OPTIONS");
    expect_complaint((act_tcp_server){.connection = &client_behavior, .act_reserved = {"x"}},
                     "sets something that this version of act does not know");
    server = (act_tcp_server){.connection = &client_behavior, .host = "::1"};
    ck_assert_int_eq(act_tcp_server_check(&server, NULL, 0), ACT_OK);
}

static void what_a_supervisor_would_refuse_is_refused_here_too(void)
{
    char complaint[300];
    server = (act_tcp_server){.connection = &client_behavior, .drain = -7};
    const act_child_spec      child = act_tcp_server_child("server", &server);
    const act_supervisor_spec tree = {.children = &child, .children_count = 1};
    ck_assert_int_eq(act_supervisor_check(&tree, complaint, sizeof complaint), ACT_INVALID);
    ck_assert_msg(strstr(complaint, "shutdown is -7 ms") != NULL, "%s", complaint);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_free_port_is_found_and_connections_are_counted, .rounds = 2),
    TEST_CASE(a_connection_needs_no_init, .rounds = 2),
    TEST_CASE(one_too_many_is_told_why_and_closed, .rounds = 2),
    TEST_CASE(one_too_many_without_a_text_is_just_closed, .rounds = 2),
    TEST_CASE(far_too_many_are_all_refused, .rounds = 2),
    TEST_CASE(a_connection_that_crashes_hurts_no_other, .rounds = 2),
    TEST_CASE(a_listener_that_crashes_comes_back_and_connections_go_on, .rounds = 2),
    TEST_CASE(connections_end_with_their_supervisor_and_the_listener_goes_on, .rounds = 2),
    TEST_CASE(an_init_that_fails_leaves_nothing, .rounds = 2),
    TEST_CASE(a_connection_without_memory_ends_and_leaves_nothing, .rounds = 2),
    TEST_CASE(children_that_cannot_be_spawned_leave_no_descriptor, .rounds = 2),
    TEST_CASE(connections_say_goodbye_when_the_server_stops, .rounds = 2),
    TEST_CASE(first_it_stops_to_listen_and_then_connections_are_told, .rounds = 2),
    TEST_CASE(what_has_not_ended_in_time_is_killed, .rounds = 2),
    TEST_CASE(a_stop_while_connections_come_in_leaves_nothing, .rounds = 2),
    TEST_CASE(a_kill_while_connections_come_in_leaves_nothing, .rounds = 2),
    TEST_CASE(many_at_once_are_all_served, .rounds = 2),
    TEST_CASE(a_tree_does_not_start_where_the_port_is_taken),
    TEST_CASE(a_listener_tries_again_until_the_port_is_free, .rounds = 2),
    TEST_CASE(a_server_gives_up_when_its_intensity_is_used_up),
    TEST_CASE(a_server_that_is_wrong_is_refused_with_a_sentence),
    TEST_CASE(what_a_supervisor_would_refuse_is_refused_here_too),
    END_OF_CASES,
};
