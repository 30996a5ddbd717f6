/*
 * Accepting when there are no descriptors; not under valgrind, which closes what it finds one too
 * many.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/io/io.h>

#include <arpa/inet.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <supervisor/tcp_server.h>
#include <test/actor/io/net.h>
#include <test/kit/kit.h>

static void limit_descriptors(rlim_t most)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = most;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void accepting_goes_on_when_descriptors_are_there_again(void)
{
    struct net    net = {0};
    struct rlimit before;
    int           fd[3];
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    net_start(&net, &(struct net_plan){.connection = &net_echo, .hold = true});
    for (int i = 0; i < 3; i++)
        fd[i] = net_dial(&net);
    int next = dup(0);
    close(next);
    limit_descriptors((rlim_t)next + 1); /* one more, not three */
    act_system_tell_value(net.system, net.server, NET_GO, act_nothing());
    net_expect_line(&net, "accept: EMFILE");
    net_expect_line(&net, "accept: EMFILE"); /* looked again, as promised */
    limit_descriptors(before.rlim_cur);
    for (int i = 0; i < 3; i++) {
        net_expect_echo(fd[i]);
        close(fd[i]);
    }
    net_stop(&net);
}

/* ------------------------------------------------------------------------------------- a server */

static act_result ignore_args(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    return ACT_OK;
}

static void echo_receive(act_self *self, void *state, const act_message *message)
{
    act_tcp       *tcp = message->as.pointer;
    const uint8_t *bytes = NULL;
    size_t         count = act_tcp_input(tcp, &bytes);
    (void)state;
    if (act_tcp_write(tcp, bytes, count) != ACT_OK || act_tcp_input_ended(tcp))
        net_leave(self);
    act_tcp_consume(tcp, count);
}

static const act_behavior echo = {.name = "echo",
                                  .args_bytes = sizeof(act_tcp_server_args),
                                  .init = ignore_args,
                                  .receive = echo_receive};

static _Atomic int failures_logged;

static void count_failures(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level;
    failures_logged += strstr(text, "cannot accept, tries again: ") != NULL;
}

static void connect_at(int fd, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
}

static void a_server_accepts_again_when_descriptors_are_there_again(void)
{
    static act_tcp_server server = {.host = "127.0.0.1", .connection = &echo};
    struct net            net = {0};
    struct rlimit         before;
    act_pid               root;
    int                   fd[3];
    failures_logged = 0;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    net_start(&net, &(struct net_plan){.log = count_failures});
    const act_child_spec      child = act_tcp_server_child("server", &server);
    const act_supervisor_spec tree = {.children = &child, .children_count = 1};
    ck_assert_int_eq(act_system_spawn_supervisor(net.system, &root, &tree, NULL), ACT_OK);
    while ((net.port = act_tcp_server_port(&server)) == 0)
        sched_yield();
    for (int i = 0; i < 3; i++)
        fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    limit_descriptors((rlim_t)fd[2] + 1);
    for (int i = 0; i < 3; i++)
        connect_at(fd[i], net.port);
    while (failures_logged == 0)
        sched_yield();
    limit_descriptors(before.rlim_cur);
    for (int i = 0; i < 3; i++) {
        net_expect_echo(fd[i]);
        close(fd[i]);
    }
    net_stop(&net);
    ck_assert_int_eq(failures_logged, 1); /* once a minute at most */
}

const struct kit_case kit_cases[] = {
    TEST_CASE(accepting_goes_on_when_descriptors_are_there_again, .rounds = 2,
              .timeout_seconds = 20),
    TEST_CASE(a_server_accepts_again_when_descriptors_are_there_again, .rounds = 2,
              .timeout_seconds = 20),
    END_OF_CASES,
};
