/* Listening, accepting, and what is left when connections have come and gone. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/io.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include <actor/process/cell.h>
#include <actor/io/loop_record.h>
#include <actor/process/worker.h>
#include <mailbox/message/pool.h>
#include <test/actor/io/net.h>
#include <test/kit/kit.h>

/* -------------------------------------------------------------------------------------- closing */

static void a_closed_listener_refuses_and_its_connections_go_on(void)
{
    struct net net = {0};
    int        fd = net_open(&net, &net_echo);
    net_expect_echo(fd);
    act_system_tell_value(net.system, net.server, NET_CLOSE, act_nothing());
    net_expect_line(&net, "listener closed");
    ck_assert_int_eq(net_try_dial(&net), -ECONNREFUSED);
    net_expect_echo(fd);
    net_close(&net, fd);
}

static void a_listener_ends_with_its_actor(void)
{
    struct net net = {0};
    net_start(&net, &(struct net_plan){.connection = &net_echo});
    ck_assert_int_eq(act_system_exit_actor(net.system, net.server,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    net_join(&net, net.server, ACT_EXIT_KILLED);
    ck_assert_int_eq(net_try_dial(&net), -ECONNREFUSED);
    net_stop(&net);
}

/* ----------------------------------------------------------------------------- sockets unopened */

static act_result close_init(act_self *self, void *state, const void *args)
{
    struct net_args given = *(const struct net_args *)args;
    (void)self;
    (void)state;
    act_socket_close(&given.socket);
    ck_assert_ptr_null(given.socket);
    act_socket_close(&given.socket); /* nothing happens */
    return ACT_IGNORE;
}

static const act_behavior closing =
    NET_BEHAVIOR(struct net_connection, close_init, net_echo_receive);

static void a_socket_that_is_not_opened_can_be_closed(void)
{
    struct net net = {0};
    int        fd = net_open(&net, &closing);
    net_expect_end(fd);
    net_close(&net, fd);
}

/* ------------------------------------------------------------------------------ nothing is left */

static _Atomic long event_blocks;

static void *counted_malloc(size_t bytes)
{
    void *memory = malloc(bytes);
    atomic_fetch_add(&event_blocks, memory != NULL);
    return memory;
}

static void *counted_realloc(void *memory, size_t bytes)
{
    void *larger = realloc(memory, bytes);
    atomic_fetch_add(&event_blocks, memory == NULL && larger != NULL);
    return larger;
}

static void counted_free(void *memory)
{
    atomic_fetch_sub(&event_blocks, memory != NULL);
    free(memory);
}

static void open_and_drop(struct net *net, int i)
{
    int     fd = net_dial(net);
    act_pid pid = net_hear_pid(net);
    if (i % 3 != 0)
        net_expect_echo(fd);
    if (i % 2 == 0)
        close(fd);
    else
        net_reset(fd);
    if (i % 2 != 0)
        net_expect_line(net, "closed: ECONNRESET");
    net_join(net, pid, ACT_EXIT_NORMAL);
}

/* Only a worker whose loop is used looks at it when it is busy. */
static void tell_used(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_answer_value(self, message, NET_DO, act_int64(self->worker->run.loop->used_count));
}

static const act_behavior use_teller = {.name = "use teller", .receive = tell_used};

static int64_t used_everywhere(struct net *net)
{
    int64_t used = 0;
    for (uint32_t worker = 1; worker <= net_workers(); worker++)
        used += net_ask(net, net_spawn(net, &use_teller, NULL, worker));
    return used;
}

static void a_thousand_connections_leave_no_descriptor_and_no_memory(void)
{
    struct net net = {0};
    event_set_mem_functions(counted_malloc, counted_realloc, counted_free);
    net_start(&net, &(struct net_plan){.connection = &net_echo_with_pid, .spread = net_workers()});
    for (int i = 0; i < 20; i++)
        open_and_drop(&net, i);
    int  descriptors = kit_entries_of("/proc/self/fd");
    long blocks = atomic_load(&event_blocks);
    for (int i = 0; i < 1000; i++)
        open_and_drop(&net, i);
    ck_assert_int_eq(kit_entries_of("/proc/self/fd"), descriptors);
    ck_assert_int_eq(atomic_load(&event_blocks), blocks);
    ck_assert_int_eq(used_everywhere(&net), 1); /* the listener */
    net_stop(&net);
    ck_assert_int_eq(atomic_load(&event_blocks), 0);
}

static void connections_that_stand_when_the_system_stops_leave_nothing(void)
{
    int        fd[50], before = kit_entries_of("/proc/self/fd");
    struct net net = {0};
    size_t     pooled = act__pool_outstanding();
    net_start(&net, &(struct net_plan){.connection = &net_echo, .spread = net_workers()});
    for (int i = 0; i < 50; i++)
        fd[i] = net_dial(&net);
    for (int i = 0; i < 50; i++)
        net_expect_echo(fd[i]);
    net_stop(&net);
    for (int i = 0; i < 50; i++) {
        net_expect_end(fd[i]);
        close(fd[i]);
    }
    act__pool_flush();
    ck_assert_uint_eq(act__pool_outstanding(), pooled);
    ck_assert_int_eq(kit_entries_of("/proc/self/fd"), before);
}

/* -------------------------------------------------------------------------- addresses and ports */

struct listening {
    struct net *net;
};

static act_result listen_init(act_self *self, void *state, const void *args)
{
    struct listening *mine = state;
    act_listener     *listener, *second;
    mine->net = ((const struct net_args *)args)->net;
    const char *host = mine->net->any;
    act_result  result =
        act_tcp_listen(self, &listener, host, 0, ACT_LISTEN_OPTIONS(.reuse_port = true));
    if (result == ACT_OS) {
        net_say(mine->net, "0"); /* no such family on this machine */
        return ACT_OK;
    }
    ck_assert_int_eq(result, ACT_OK);
    uint16_t port = act_listener_port(listener);
    ck_assert_uint_ne(port, 0);
    /* A second one may share the port only if it says so. */
    ck_assert_int_eq(act_tcp_listen(self, &second, host, port, NULL), ACT_OS);
    ck_assert_int_eq(errno, EADDRINUSE);
    ck_assert_int_eq(
        act_tcp_listen(self, &second, host, port, ACT_LISTEN_OPTIONS(.reuse_port = true)), ACT_OK);
    ck_assert_uint_eq(act_listener_port(second), port);
    act_listener_close(&second);
    ck_assert_ptr_null(second);
    act_listener_close(&second);
    net_say(mine->net, "%u", port);
    return ACT_OK;
}

static act_result peer_init(act_self *self, void *state, const void *args)
{
    struct net_connection *mine = state;
    char                   text[60], cut[4];
    act_result             result = net_init(self, state, args);
    ck_assert_int_eq(result, ACT_OK);
    act_tcp_peer(mine->tcp, text, sizeof text);
    act_tcp_peer(mine->tcp, cut, sizeof cut);
    ck_assert_mem_eq(cut, text, 3);
    ck_assert_int_eq(cut[3], '\0');
    net_say(mine->net, "%s", text);
    return ACT_OK;
}

static const act_behavior peer_teller =
    NET_BEHAVIOR(struct net_connection, peer_init, net_echo_receive);

static void listening_receive(act_self *self, void *state, const act_message *message)
{
    struct listening *mine = state;
    struct net_args   args = {.net = mine->net};
    act_pid           pid;
    ck_assert_int_eq(message->tag, ACT_MESSAGE_TCP_ACCEPTABLE);
    while (act_tcp_accept(message->as.pointer, &args.socket) == ACT_OK)
        ck_assert_int_eq(act_spawn(self, &pid, &peer_teller, &args, NULL), ACT_OK);
}

static const act_behavior listening =
    NET_BEHAVIOR(struct listening, listen_init, listening_receive);

static void expect_peer(const char *host, const char *dial, const char *written)
{
    struct net net = {.any = (void *)(uintptr_t)host};
    char       expected[60];
    net_start(&net, &(struct net_plan){0});
    net_spawn(&net, &listening, &(struct net_args){&net, NULL}, 0);
    net.port = (uint16_t)strtol(net_hear(&net), NULL, 10);
    if (net.port != 0) {
        uint16_t mine;
        int      fd = net_dial_at(dial, net.port, &mine);
        snprintf(expected, sizeof expected, "%s:%u", written, mine);
        net_expect_line(&net, expected);
        net_expect_echo(fd);
        close(fd);
    }
    net_stop(&net);
}

static void both_families_are_listened_to_and_told_apart(void)
{
    expect_peer("127.0.0.1", "127.0.0.1", "127.0.0.1");
    expect_peer("::1", "::1", "[::1]");
    expect_peer(NULL, "127.0.0.1", "127.0.0.1");
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_closed_listener_refuses_and_its_connections_go_on, .rounds = 2),
    TEST_CASE(a_listener_ends_with_its_actor, .rounds = 2),
    TEST_CASE(a_socket_that_is_not_opened_can_be_closed, .rounds = 2),
    TEST_CASE(a_thousand_connections_leave_no_descriptor_and_no_memory, .rounds = 2,
              .timeout_seconds = 60),
    TEST_CASE(connections_that_stand_when_the_system_stops_leave_nothing, .rounds = 2,
              .timeout_seconds = 20),
    TEST_CASE(both_families_are_listened_to_and_told_apart, .rounds = 2),
    END_OF_CASES,
};
