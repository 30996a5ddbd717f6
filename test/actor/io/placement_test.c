/* Which worker serves a connection, and what happens on the way there. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/io.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <actor/io/address.h>
#include <actor/process/worker.h>
#include <mailbox/base/memory.h>
#include <test/actor/io/net.h>
#include <test/kit/kit.h>

enum { WORKERS = 4, CLIENTS = 40 };

/* ------------------------------------------------------------------------------------- evenness */

/* Says on which worker each of its inputs is handled. */
static void say_worker(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    if (message->tag == ACT_MESSAGE_TCP_CONNECTED)
        net_say(mine->net, "%u", self->worker->run.index);
    else if (message->tag != ACT_MESSAGE_TCP_READABLE)
        net_other(self, mine, message);
    else if (act_tcp_input_ended(mine->tcp))
        net_leave(self);
    else
        net_say(mine->net, "%u", self->worker->run.index);
    if (mine->tcp != NULL)
        act_tcp_consume(mine->tcp, SIZE_MAX);
}

static const act_behavior saying = NET_BEHAVIOR(struct net_connection, net_init, say_worker);

static uint32_t hear_worker(struct net *net)
{
    unsigned worker;
    ck_assert_int_eq(sscanf(net_hear(net), "%u", &worker), 1);
    ck_assert_uint_lt(worker, WORKERS);
    return worker;
}

/* Workers may have one more than others when they choose at the same time. */
static void expect_even(const int *counts)
{
    for (int i = 0; i < WORKERS; i++) {
        ck_assert_int_ge(counts[i], CLIENTS / WORKERS - WORKERS);
        ck_assert_int_le(counts[i], CLIENTS / WORKERS + WORKERS);
    }
}

static void connections_opened_one_after_the_other_are_on_all_workers(void)
{
    struct net net = {0};
    int        fds[CLIENTS], counts[WORKERS] = {0};
    net_start(&net, &(struct net_plan){.connection = &saying, .workers = WORKERS});
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = net_dial(&net);
        net_send_text(fds[i], "x");
        counts[hear_worker(&net)]++;
    }
    for (int i = 0; i < WORKERS; i++)
        ck_assert_int_eq(counts[i], CLIENTS / WORKERS);
    for (int i = 0; i < CLIENTS; i++)
        close(fds[i]);
    net_stop(&net);
}

static void connections_accepted_in_a_burst_are_on_all_workers(void)
{
    struct net net = {0};
    int        fds[CLIENTS], counts[WORKERS] = {0};
    net_start(&net, &(struct net_plan){.connection = &saying, .workers = WORKERS, .hold = true});
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = net_dial(&net);
        net_send_text(fds[i], "x");
    }
    act_system_tell_value(net.system, net.server, NET_GO, act_nothing());
    for (int i = 0; i < CLIENTS; i++)
        counts[hear_worker(&net)]++;
    expect_even(counts);
    for (int i = 0; i < CLIENTS; i++)
        close(fds[i]);
    net_stop(&net);
}

static void room_that_has_become_free_is_taken_first(void)
{
    struct net net = {0};
    int        fds[CLIENTS];
    uint32_t   workers[CLIENTS];
    net_start(&net, &(struct net_plan){.connection = &saying, .workers = WORKERS});
    int before = kit_entries_of("/proc/self/fd");
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = net_dial(&net);
        net_send_text(fds[i], "x");
        workers[i] = hear_worker(&net);
    }
    for (int i = 0, kept = 0; i < CLIENTS; i++) { /* those of one worker end */
        if (workers[i] == 0)
            close(fds[i]);
        else
            fds[kept++] = fds[i];
    }
    int left = CLIENTS - CLIENTS / WORKERS;
    while (kit_entries_of("/proc/self/fd") > before + 2 * left)
        net_ask(&net, net.server);
    for (int i = 0; i < CLIENTS / WORKERS; i++) {
        fds[left + i] = net_dial(&net);
        net_send_text(fds[left + i], "x");
        ck_assert_uint_eq(hear_worker(&net), 0);
    }
    for (int i = 0; i < CLIENTS; i++)
        close(fds[i]);
    net_stop(&net);
}

static act_result connect_init(act_self *self, void *state, const void *args)
{
    struct net_connection *mine = state;
    mine->net = ((const struct net_args *)args)->net;
    return act_tcp_connect(self, &mine->tcp, "127.0.0.1", mine->net->port, ACT_SECONDS(20), NULL);
}

static const act_behavior connecting =
    NET_BEHAVIOR(struct net_connection, connect_init, say_worker);

static void connections_of_ones_own_are_on_all_workers(void)
{
    struct net net = {0};
    int        counts[WORKERS] = {0};
    net_start(&net, &(struct net_plan){.connection = &saying, .workers = WORKERS, .hold = true});
    for (int i = 0; i < CLIENTS; i++) {
        net_spawn(&net, &connecting, &(struct net_args){.net = &net}, 0);
        counts[hear_worker(&net)]++;
    }
    for (int i = 0; i < WORKERS; i++)
        ck_assert_int_eq(counts[i], CLIENTS / WORKERS);
    net_stop(&net);
}

static void an_actor_that_was_given_a_worker_stays_there(void)
{
    struct net net = {0};
    net_start(&net, &(struct net_plan){.connection = &saying, .workers = WORKERS, .hold = true});
    for (int i = 0; i < CLIENTS; i++) {
        net_spawn(&net, &connecting, &(struct net_args){.net = &net}, 3);
        ck_assert_uint_eq(hear_worker(&net), 2);
    }
    net_stop(&net);
}

/* --------------------------------------------------------------------------------- on their way */

/*
 * With two workers: the second is kept busy until the opener has begun, so that it begins on the
 * first, where a connection is already; so it has to go.
 */
struct journey {
    struct net net;
    int        busy[2], ends[2];
    act_pid    opener;
};

static void keep_busy(act_self *self, void *state, const act_message *message)
{
    char                   byte;
    struct net_connection *connection = state;
    (void)self;
    net_say(connection->net, "busy");
    ck_assert_int_eq(read(*(const int *)message->as.pointer, &byte, 1), 1);
}

static const act_behavior busy = NET_BEHAVIOR(struct net_connection, net_init, keep_busy);

/* An accepted connection whose other side is *fd. */
static act_socket *make_socket(int *fd)
{
    int         pair[2];
    act_socket *made = act__allocate(sizeof *made);
    ck_assert(made != NULL);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    ck_assert_int_eq(setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO,
                                &(struct timeval){.tv_sec = NET_DEADLINE_MS / 1000},
                                sizeof(struct timeval)),
                     0);
    ck_assert_int_eq(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
    made->fd = pair[0];
    *fd = pair[1];
    return made;
}

static void begin_journey(struct journey *it, const act_behavior *behavior,
                          const act_tcp_options *options)
{
    memset(it, 0, sizeof *it);
    net_start(&it->net, &(struct net_plan){.workers = 2, .options = options});
    it->net.any = it;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, it->busy), 0);
    struct net_args args = {&it->net, make_socket(&it->ends[0])};
    net_spawn(&it->net, &saying, &args, 1);
    net_send_text(it->ends[0], "x");
    net_expect_line(&it->net, "0");
    args.socket = NULL;
    act_pid other = net_spawn(&it->net, &busy, &args, 2);
    act_system_tell_value(it->net.system, other, NET_DO, act_pointer(&it->busy[0]));
    net_expect_line(&it->net, "busy");
    args.socket = make_socket(&it->ends[1]);
    it->opener = net_spawn(&it->net, behavior, &args, 0);
}

/* Any actor of this test. */
static void let_go(struct net *net)
{
    struct journey *it = net->any;
    ck_assert_int_eq(write(it->busy[1], "x", 1), 1);
}

/* A connection that has finished is over, and the system need not wait, when this end is, too. */
static void answer_end(struct journey *it)
{
    ck_assert_int_eq(shutdown(it->ends[1], SHUT_WR), 0);
}

static void end_journey(struct journey *it)
{
    net_stop(&it->net);
    for (int i = 0; i < 2; i++) {
        close(it->busy[i]);
        close(it->ends[i]);
    }
}

static act_result open_init(act_self *self, void *state, const void *args)
{
    act_result result = net_init(self, state, args);
    ck_assert_uint_eq(self->worker->run.index, 0);
    let_go(((const struct net_args *)args)->net);
    return result;
}

/* The other side of a second connection that is opened in the same handler. */
static int second_end;

static act_result open_two_init(act_self *self, void *state, const void *args)
{
    act_tcp    *second;
    act_socket *socket = make_socket(&second_end);
    act_result  result = net_init(self, state, args);
    ck_assert_int_eq(act_tcp_open(self, &second, &socket, NULL), ACT_OK);
    let_go(((const struct net_args *)args)->net);
    return result;
}

static act_result listen_too_init(act_self *self, void *state, const void *args)
{
    act_listener *listener;
    act_result    result = open_two_init(self, state, args);
    ck_assert_int_eq(act_tcp_listen(self, &listener, "127.0.0.1", 0, NULL), ACT_OK);
    return result;
}

static act_result listen_first_init(act_self *self, void *state, const void *args)
{
    act_listener *listener;
    ck_assert_int_eq(act_tcp_listen(self, &listener, "127.0.0.1", 0, NULL), ACT_OK);
    return open_two_init(self, state, args);
}

static const act_behavior two = NET_BEHAVIOR(struct net_connection, open_two_init, say_worker),
                          two_and_listener =
                              NET_BEHAVIOR(struct net_connection, listen_too_init, say_worker),
                          listener_and_two =
                              NET_BEHAVIOR(struct net_connection, listen_first_init, say_worker);

static void expect_both(const act_behavior *behavior, const char *worker)
{
    struct journey it;
    begin_journey(&it, behavior, NULL);
    net_send_text(it.ends[1], "x");
    net_expect_line(&it.net, worker);
    net_send_text(second_end, "x");
    net_expect_line(&it.net, worker);
    end_journey(&it);
    close(second_end);
}

static void two_opened_in_one_handler_are_on_one_worker(void)
{
    expect_both(&two, "1");
}

static void one_that_listens_in_the_same_handler_stays(void)
{
    expect_both(kit_round() % 2 == 0 ? &two_and_listener : &listener_and_two, "0");
}

static const act_behavior plain = NET_BEHAVIOR(struct net_connection, open_init, say_worker);

static void its_first_event_is_handled_there(void)
{
    struct journey it;
    begin_journey(&it, &plain, NULL);
    net_send_text(it.ends[1], "x");
    net_expect_line(&it.net, "1");
    end_journey(&it);
}

static void its_idle_time_runs_there(void)
{
    struct journey it;
    begin_journey(&it, &plain, ACT_TCP_OPTIONS(.idle_timeout = ACT_SECONDS(3600)));
    net_send_text(it.ends[1], "x");
    net_expect_line(&it.net, "1");
    end_journey(&it);
}

/* Told before it has begun, and by itself: in order, all of it where its connection is. */
static act_result tell_init(act_self *self, void *state, const void *args)
{
    act_result result = open_init(self, state, args);
    for (int i = 0; i < 3; i++)
        act_tell_value(self, act_self_pid(self), NET_DO, act_int64(i));
    return result;
}

static void say_all(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    if (message->tag == NET_DO)
        net_say(mine->net, "%d on %u", (int)message->as.int64, self->worker->run.index);
    else
        say_worker(self, state, message);
}

static const act_behavior telling = NET_BEHAVIOR(struct net_connection, tell_init, say_all);

static void what_it_is_told_meanwhile_is_handled_there_in_order(void)
{
    struct journey it;
    begin_journey(&it, &telling, NULL);
    net_expect_line(&it.net, "0 on 1");
    net_expect_line(&it.net, "1 on 1");
    net_expect_line(&it.net, "2 on 1");
    end_journey(&it);
}

/* More than write_high_bytes, in pieces; then it ends its side. */
static act_result write_init(act_self *self, void *state, const void *args)
{
    struct net_connection *mine = state;
    act_result             result = net_init(self, state, args);
    for (char c = 'a'; c < 'f'; c++)
        ck_assert_int_eq(act_tcp_write(mine->tcp, &c, 1), ACT_OK);
    act_tcp_shutdown(mine->tcp);
    let_go(mine->net);
    return result;
}

static const act_behavior writing = NET_BEHAVIOR(struct net_connection, write_init, say_worker);

static void what_it_has_written_meanwhile_is_sent(void)
{
    struct journey it;
    begin_journey(&it, &writing, ACT_TCP_OPTIONS(.write_high_bytes = 2));
    net_expect(it.ends[1], "abcde");
    net_expect_end(it.ends[1]);
    end_journey(&it);
}

static act_result write_and_end_init(act_self *self, void *state, const void *args)
{
    act_result result = write_init(self, state, args);
    net_leave(self);
    return result;
}

static const act_behavior ending =
    NET_BEHAVIOR(struct net_connection, write_and_end_init, say_worker);

static void one_that_ends_before_it_has_gone_sends_and_closes(void)
{
    struct journey it;
    begin_journey(&it, &ending, NULL);
    net_expect(it.ends[1], "abcde");
    net_expect_end(it.ends[1]);
    net_join(&it.net, it.opener, ACT_EXIT_NORMAL);
    end_journey(&it);
}

static act_result panic_init(act_self *self, void *state, const void *args)
{
    (void)open_init(self, state, args);
    act_panic(self, "as planned");
}

static const act_behavior panicking = NET_BEHAVIOR(struct net_connection, panic_init, say_worker);

static void one_that_panics_before_it_has_gone_closes(void)
{
    struct journey it;
    begin_journey(&it, &panicking, NULL);
    net_expect_end(it.ends[1]);
    net_join(&it.net, it.opener, ACT_EXIT_PANIC);
    end_journey(&it);
}

static act_result close_init(act_self *self, void *state, const void *args)
{
    struct net_connection *mine = state;
    act_result             result = open_init(self, state, args);
    act_tcp_close(&mine->tcp);
    return result;
}

static const act_behavior closing = NET_BEHAVIOR(struct net_connection, close_init, say_all);

static void one_that_closes_before_it_has_gone_lives_on(void)
{
    struct journey it;
    begin_journey(&it, &closing, NULL);
    net_expect_end(it.ends[1]);
    act_system_tell_value(it.net.system, it.opener, NET_DO, act_int64(5));
    net_expect_line(&it.net, "5 on 1");
    end_journey(&it);
}

static act_result finish_and_end_init(act_self *self, void *state, const void *args)
{
    struct net_connection *mine = state;
    act_result             result = write_init(self, state, args);
    act_tcp_finish(&mine->tcp, ACT_SECONDS(20));
    net_leave(self);
    return result;
}

static const act_behavior finishing =
    NET_BEHAVIOR(struct net_connection, finish_and_end_init, say_worker);

static void one_that_finishes_before_it_has_gone_may_end(void)
{
    struct journey it;
    begin_journey(&it, &finishing, NULL);
    net_join(&it.net, it.opener, ACT_EXIT_NORMAL);
    net_expect(it.ends[1], "abcde");
    net_expect_end(it.ends[1]);
    answer_end(&it);
    end_journey(&it);
}

static act_result finish_init(act_self *self, void *state, const void *args)
{
    struct net_connection *mine = state;
    act_result             result = write_init(self, state, args);
    act_tcp_finish(&mine->tcp, ACT_SECONDS(20));
    return result;
}

static const act_behavior finishing_early =
    NET_BEHAVIOR(struct net_connection, finish_init, say_all);

static void one_that_finishes_before_it_has_gone_lives_on(void)
{
    struct journey it;
    begin_journey(&it, &finishing_early, NULL);
    act_system_tell_value(it.net.system, it.opener, NET_DO, act_int64(5));
    net_expect_line(&it.net, "5 on 1");
    net_expect(it.ends[1], "abcde");
    net_expect_end(it.ends[1]);
    answer_end(&it);
    end_journey(&it);
}

/* The address of nothing: refused, at once or as an event. */
static act_result connect_badly_init(act_self *self, void *state, const void *args)
{
    struct net_connection *mine = state;
    struct net_args        given = *(const struct net_args *)args;
    mine->net = given.net;
    act_socket_close(&given.socket);
    act_result result = act_tcp_connect(self, &mine->tcp, "127.0.0.1", 1, ACT_SECONDS(3600), NULL);
    let_go(mine->net);
    return result;
}

static const act_behavior connecting_badly =
    NET_BEHAVIOR(struct net_connection, connect_badly_init, say_worker);

static void one_that_cannot_connect_hears_of_it_there(void)
{
    struct journey it;
    begin_journey(&it, &connecting_badly, NULL);
    net_expect_line(&it.net, "closed: ECONNREFUSED");
    net_join(&it.net, it.opener, ACT_EXIT_NORMAL);
    end_journey(&it);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(connections_opened_one_after_the_other_are_on_all_workers),
    TEST_CASE(connections_accepted_in_a_burst_are_on_all_workers),
    TEST_CASE(room_that_has_become_free_is_taken_first),
    TEST_CASE(connections_of_ones_own_are_on_all_workers),
    TEST_CASE(an_actor_that_was_given_a_worker_stays_there),
    TEST_CASE(its_first_event_is_handled_there),
    TEST_CASE(two_opened_in_one_handler_are_on_one_worker),
    TEST_CASE(one_that_listens_in_the_same_handler_stays, .rounds = 2),
    TEST_CASE(its_idle_time_runs_there),
    TEST_CASE(what_it_is_told_meanwhile_is_handled_there_in_order),
    TEST_CASE(what_it_has_written_meanwhile_is_sent),
    TEST_CASE(one_that_ends_before_it_has_gone_sends_and_closes),
    TEST_CASE(one_that_panics_before_it_has_gone_closes),
    TEST_CASE(one_that_closes_before_it_has_gone_lives_on),
    TEST_CASE(one_that_finishes_before_it_has_gone_may_end),
    TEST_CASE(one_that_finishes_before_it_has_gone_lives_on),
    TEST_CASE(one_that_cannot_connect_hears_of_it_there),
    END_OF_CASES,
};
