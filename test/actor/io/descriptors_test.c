/*
 * Accepting when there are no descriptors; not under valgrind, which closes what it finds one too
 * many.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/io/io.h>

#include <sys/resource.h>
#include <unistd.h>

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

const struct kit_case kit_cases[] = {
    TEST_CASE(accepting_goes_on_when_descriptors_are_there_again, .rounds = 2,
              .timeout_seconds = 20),
    END_OF_CASES,
};
