/* Sockets and signals when any request for memory may fail, libevent's own included. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/io.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mailbox/base/memory.h>
#include <test/actor/io/net.h>
#include <test/kit/kit.h>

/* Echoes; whatever it cannot do ends it. */
static void echo_receive(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    const uint8_t         *bytes;
    if (message->tag != ACT_MESSAGE_TCP_READABLE) {
        net_leave(self);
        return;
    }
    size_t count = act_tcp_input(mine->tcp, &bytes);
    if (count != 0 && act_tcp_write(mine->tcp, bytes, count) != ACT_OK)
        net_leave(self);
    act_tcp_consume(mine->tcp, count);
    if (!act_tcp_input_ended(mine->tcp))
        return;
    act_tcp_finish(&mine->tcp, ACT_SECONDS(20));
    net_leave(self);
}

static const act_behavior echo = NET_BEHAVIOR(struct net_connection, net_init, echo_receive);

/* Whether a client is served: it may also see its connection end, but not hang. */
static bool try_echo(struct net *net)
{
    char   got[5];
    size_t have = 0, more;
    int    fd = net_dial(net);
    bool   sent = send(fd, "hel", 3, MSG_NOSIGNAL) == 3;
    if (sent)
        sent = send(fd, "lo", 2, MSG_NOSIGNAL) == 2;
    while (sent && have < 5 && (more = net_read(fd, got + have, 5 - have)) != 0 &&
           more != (size_t)-1)
        have += more;
    close(fd);
    return have == 5 && memcmp(got, "hello", 5) == 0;
}

static void a_connection_without_memory_ends_and_the_next_one_is_served(void)
{
    struct net net = {0};
    bool       all = false;
    net_let_libevent_fail();
    act__memory_fail_at(0, false);
    net_start(&net,
              &(struct net_plan){.connection = &echo,
                                 .options = ACT_TCP_OPTIONS(.idle_timeout = ACT_SECONDS(60))});
    int failed = 0, served = 0;
    for (uint64_t n = 1; !all; n++) {
        act__memory_fail_at(n, false);
        bool fine = try_echo(&net);
        all = act__memory_requests() < n; /* it was served without so many requests */
        act__memory_fail_at(0, false);
        ck_assert(fine || !all);
        ck_assert(try_echo(&net));
        fine ? served++ : failed++;
    }
    ck_assert_int_gt(failed, 3);
    net_stop(&net);
}

/* ----------------------------------------------------------------------------- within a handler */

struct tries {
    struct net *net;
    act_tcp    *tcp;
    uint64_t    n;
};

/*
 * Opens all there is to open with the n-th request failing. Returns: whether all of it went well.
 */
static bool open_all(act_self *self, uint16_t port)
{
    act_listener *listener = NULL;
    act_tcp      *tcp = NULL;
    act_result    listened, connected, asked, written = ACT_NO_MEMORY;
    listened = act_tcp_listen(self, &listener, "127.0.0.1", 0, NULL);
    connected = act_tcp_connect(self, &tcp, "127.0.0.1", port, ACT_SECONDS(20), NULL);
    asked = act_os_signal(self, SIGUSR2);
    void *moved = malloc(10);
    if (connected == ACT_OK)
        written = act_tcp_write_moved(tcp, "x", 1, free, moved);
    if (written != ACT_OK)
        free(moved);
    else
        written = act_tcp_print(tcp, "%2000d", 5);
    ck_assert(written != ACT_OK || act_tcp_unsent(tcp) == 2001);
    ck_assert(listened == ACT_OK || listened == ACT_NO_MEMORY);
    ck_assert(connected == ACT_OK || connected == ACT_NO_MEMORY);
    ck_assert(asked == ACT_OK || asked == ACT_NO_MEMORY);
    ck_assert_int_eq(listened == ACT_OK, listener != NULL);
    ck_assert_int_eq(connected == ACT_OK, tcp != NULL);
    return listened == ACT_OK && connected == ACT_OK && asked == ACT_OK && written == ACT_OK;
}

static void try_receive(act_self *self, void *state, const act_message *message)
{
    struct tries *mine = state;
    if (message->tag != NET_DO)
        return; /* whatever became of a connection */
    act__memory_fail_at((uint64_t)mine->net->plan.backlog, false);
    bool fine = open_all(self, mine->net->port);
    bool reached = act__memory_requests() >= mine->net->plan.backlog;
    act__memory_fail_at(0, false);
    act_answer_value(self, message, NET_DO, act_int64(fine | reached << 1));
    net_leave(self);
}

static const act_behavior tries = NET_BEHAVIOR(struct tries, net_init, try_receive);

static void what_cannot_be_opened_leaves_nothing_behind(void)
{
    struct net net = {0};
    int64_t    outcome = 2;
    net_let_libevent_fail();
    act__memory_fail_at(0, false);
    net_start(&net, &(struct net_plan){.connection = &echo, .workers = 1});
    int before = kit_entries_of("/proc/self/fd"), failed = 0;
    for (uint32_t n = 1; (outcome & 2) != 0; n++) {
        net.plan.backlog = n; /* of no other use by now */
        act_pid pid = net_spawn(&net, &tries, &(struct net_args){&net, NULL}, 0);
        outcome = net_ask(&net, pid);
        net_join(&net, pid, ACT_EXIT_NORMAL);
        failed += (outcome & 1) == 0;
    }
    ck_assert_int_eq(outcome, 1);
    ck_assert_int_gt(failed, 6);
    ck_assert(try_echo(&net));
    while (kit_entries_of("/proc/self/fd") >
           before) /* the server's side of what was opened is closed
                                               soon */
        net_ask(&net, net.server);
    net_stop(&net);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_connection_without_memory_ends_and_the_next_one_is_served, .rounds = 2,
              .timeout_seconds = 60),
    TEST_CASE(what_cannot_be_opened_leaves_nothing_behind, .timeout_seconds = 60),
    END_OF_CASES,
};
