/* OS signals as messages. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/io.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include <test/actor/io/net.h>
#include <test/kit/kit.h>

/* Asks for SIGUSR1 and SIGUSR2, twice each. */
static act_result listen_init(act_self *self, void *state, const void *args)
{
    struct net_connection *mine = state;
    mine->net = ((const struct net_args *)args)->net;
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(act_os_signal(self, SIGUSR1), ACT_OK);
        ck_assert_int_eq(act_os_signal(self, SIGUSR2), ACT_OK);
    }
    net_say(mine->net, "listening");
    return ACT_OK;
}

static void listen_receive(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    if (message->tag == NET_DO) {
        act_answer_value(self, message, NET_DO, act_int64(0));
        return;
    }
    ck_assert_int_eq(message->tag, ACT_MESSAGE_OS_SIGNAL);
    net_say(mine->net, "%s", strsignal((int)message->as.int64));
}

static const act_behavior listening =
    NET_BEHAVIOR(struct net_connection, listen_init, listen_receive);

static act_pid listen_on(struct net *net, uint32_t worker)
{
    act_pid pid = net_spawn(net, &listening, &(struct net_args){net, NULL}, worker);
    net_expect_line(net, "listening");
    return pid;
}

static void stop_listening(struct net *net, act_pid pid)
{
    ck_assert_int_eq(act_system_exit_actor(net->system, pid,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    net_join(net, pid, ACT_EXIT_KILLED);
}

static void a_signal_is_told_on_every_worker(void)
{
    struct net net = {0};
    net_start(&net, &(struct net_plan){0});
    for (uint32_t worker = 0; worker <= net_workers(); worker++) {
        act_pid pid = listen_on(&net, worker);
        for (int i = 0; i < 100; i++) {
            raise(SIGUSR1);
            net_expect_line(&net, "User defined signal 1");
        }
        raise(SIGUSR2);
        net_expect_line(&net, "User defined signal 2");
        stop_listening(&net, pid);
    }
    net_stop(&net);
}

static void a_signal_is_told_to_all_that_asked(void)
{
    struct net net = {0};
    net_start(&net, &(struct net_plan){0});
    act_pid first = listen_on(&net, 1), second = listen_on(&net, net_workers());
    raise(SIGUSR1);
    net_expect_line(&net, "User defined signal 1");
    net_expect_line(&net, "User defined signal 1");
    stop_listening(&net, first);
    raise(SIGUSR2);
    net_expect_line(&net, "User defined signal 2");
    stop_listening(&net, second);
    net_stop(&net);
}

static void a_blocking_actor_is_told(void)
{
    struct net net = {0};
    act_pid    pid;
    net_start(&net, &(struct net_plan){0});
    ck_assert_int_eq(act_system_spawn(net.system, &pid, &listening, &(struct net_args){&net, NULL},
                                      ACT_SPAWN_OPTIONS(.blocking = true)),
                     ACT_OK);
    net_expect_line(&net, "listening");
    raise(SIGUSR1);
    net_expect_line(&net, "User defined signal 1");
    net_stop(&net);
}

/* ------------------------------------------------------------------------------------ as before */

static _Atomic int handled_before;

static void handle_before(int signal)
{
    (void)signal;
    atomic_fetch_add(&handled_before, 1);
}

static void what_was_done_with_a_signal_before_is_done_again(void)
{
    struct net       net = {0};
    struct sigaction mine = {.sa_handler = handle_before}, now;
    ck_assert_int_eq(sigaction(SIGUSR1, &mine, NULL), 0);
    atomic_store(&handled_before, 0);
    net_start(&net, &(struct net_plan){0});
    act_pid first = listen_on(&net, 0), second = listen_on(&net, 0);
    stop_listening(&net, first);
    raise(SIGUSR1);
    net_expect_line(&net, "User defined signal 1");
    ck_assert_int_eq(atomic_load(&handled_before), 0);
    stop_listening(&net, second);
    ck_assert_int_eq(sigaction(SIGUSR1, NULL, &now), 0);
    ck_assert(now.sa_handler == handle_before);
    raise(SIGUSR1);
    ck_assert_int_eq(atomic_load(&handled_before), 1);
    ck_assert_int_eq(sigaction(SIGUSR2, NULL, &now), 0);
    ck_assert(now.sa_handler == SIG_DFL);
    net_stop(&net);
    signal(SIGUSR1, SIG_DFL);
}

/* --------------------------------------------------------------------------------------- bursts */

struct counter {
    struct net *net;
    int64_t     count;
};

static act_result count_init(act_self *self, void *state, const void *args)
{
    struct counter *mine = state;
    mine->net = ((const struct net_args *)args)->net;
    return act_os_signal(self, SIGUSR1);
}

static void count_receive(act_self *self, void *state, const act_message *message)
{
    struct counter *mine = state;
    if (message->tag == NET_DO)
        act_answer_value(self, message, NET_DO, act_int64(mine->count));
    else
        mine->count++;
}

static const act_behavior counter = NET_BEHAVIOR(struct counter, count_init, count_receive);

#define BURST 2000

static void *raise_many(void *argument)
{
    (void)argument;
    for (int i = 0; i < BURST; i++)
        raise(SIGUSR1);
    return NULL;
}

static void a_burst_is_told_at_least_once_after_its_last_signal(void)
{
    struct net net = {0};
    pthread_t  thread[2];
    net_start(&net, &(struct net_plan){0});
    act_pid pid = net_spawn(&net, &counter, &(struct net_args){&net, NULL}, 0);
    ck_assert_int_eq(net_ask(&net, pid), 0);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&thread[i], NULL, raise_many, NULL), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(thread[i], NULL);
    int64_t before, after = net_ask(&net, pid);
    ck_assert_int_le(after, 2 * BURST);
    for (int i = 0; i < 50; i++) { /* whenever it comes, it is heard of */
        before = after;
        raise(SIGUSR1);
        while ((after = net_ask(&net, pid)) == before)
            continue;
    }
    net_stop(&net);
}

/* Actors that end while signals rain on them: the handler must not reach for what is gone. */
static void asking_and_ending_while_signals_come_is_safe(void)
{
    struct net       net = {0};
    pthread_t        thread;
    struct sigaction mine = {.sa_handler = handle_before}; /* or the process would die of it in
                                                              between */
    ck_assert_int_eq(sigaction(SIGUSR1, &mine, NULL), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, raise_many, NULL), 0);
    for (int system = 0; system < 5; system++) {
        net_start(&net, &(struct net_plan){0});
        for (int i = 0; i < 20; i++) {
            act_pid pid = net_spawn(&net, &counter, &(struct net_args){&net, NULL}, 0);
            net_ask(&net, pid);
            stop_listening(&net, pid);
        }
        net_stop(&net);
    }
    pthread_join(thread, NULL);
    signal(SIGUSR1, SIG_DFL);
}

/* -------------------------------------------------------------------------------------- refused */

static void ask_for_all(act_self *self, void *state, const act_message *message)
{
    static const int never[] = {0,      -1,     SIGKILL, SIGSTOP, SIGSEGV, SIGBUS,
                                SIGFPE, SIGILL, SIGABRT, 65,      1000};
    (void)state;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        ck_assert_int_eq(act_os_signal(self, never[i]), ACT_INVALID);
    act_answer_value(self, message, NET_DO, act_int64(act_os_signal(self, SIGUSR1)));
}

/* The C library keeps this one for itself. */
static void ask_for_internal(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_answer_value(self, message, NET_DO, act_int64(act_os_signal(self, 32)));
}

static const act_behavior asks_for_all = {.name = "asks for all", .receive = ask_for_all};
static const act_behavior asks_for_internal = {.name = "asks for internal",
                                               .receive = ask_for_internal};

static void signals_that_cannot_be_messages_are_refused(void)
{
    struct net net = {0};
    net_start(&net, &(struct net_plan){0});
    ck_assert_int_eq(net_ask(&net, net_spawn(&net, &asks_for_internal, NULL, 0)), ACT_OS);
    ck_assert_int_eq(net_ask(&net, net_spawn(&net, &asks_for_all, NULL, 0)), ACT_OK);
    net_stop(&net);
}

static void a_second_system_is_refused_until_the_first_has_done(void)
{
    struct net first = {0}, second = {0};
    net_start(&first, &(struct net_plan){0});
    net_start(&second, &(struct net_plan){0});
    act_pid pid = listen_on(&first, 0);
    ck_assert_int_eq(net_ask(&second, net_spawn(&second, &asks_for_all, NULL, 0)), ACT_EXISTS);
    stop_listening(&first, pid);
    ck_assert_int_eq(net_ask(&second, net_spawn(&second, &asks_for_all, NULL, 0)), ACT_OK);
    net_stop(&first);
    net_stop(&second);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_signal_is_told_on_every_worker, .rounds = 2, .timeout_seconds = 20),
    TEST_CASE(a_signal_is_told_to_all_that_asked, .rounds = 2),
    TEST_CASE(a_blocking_actor_is_told),
    TEST_CASE(what_was_done_with_a_signal_before_is_done_again, .rounds = 2),
    TEST_CASE(a_burst_is_told_at_least_once_after_its_last_signal, .rounds = 2,
              .timeout_seconds = 20),
    TEST_CASE(asking_and_ending_while_signals_come_is_safe, .rounds = 2, .timeout_seconds = 20),
    TEST_CASE(signals_that_cannot_be_messages_are_refused),
    TEST_CASE(a_second_system_is_refused_until_the_first_has_done),
    END_OF_CASES,
};
