/* Connections: bytes both ways, ends, and what is told of them. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/io.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <test/actor/io/net.h>
#include <test/kit/kit.h>

/* -------------------------------------------------------------------------------------- echoing */

static void what_is_sent_comes_back(void)
{
    struct net net = {0};
    int        fd = net_open(&net, &net_echo);
    net_expect_echo(fd);
    net_send_text(fd, "and again");
    net_expect(fd, "and again");
    shutdown(fd, SHUT_WR);
    net_expect_end(fd);
    net_close(&net, fd);
}

/* ----------------------------------------------------------------------------------------- ends */

static void a_panic_closes_its_connection_and_no_other(void)
{
    struct net net = {0};
    net_start(&net, &(struct net_plan){.connection = &net_echo});
    int good = net_dial(&net), bad = net_dial(&net);
    net_send_text(good, "one");
    net_expect(good, "one");
    net_send_text(bad, "!");
    net_expect_end(bad);
    net_send_text(good, "two");
    net_expect(good, "two");
    close(good);
    close(bad);
    net_stop(&net);
}

static void a_kill_closes_the_connection(void)
{
    struct net net = {0};
    int        fd = net_open(&net, &net_echo_with_pid);
    act_pid    pid = net_hear_pid(&net);
    net_expect_echo(fd);
    ck_assert_int_eq(act_system_exit_actor(net.system, pid,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    net_expect_end(fd);
    net_join(&net, pid, ACT_EXIT_KILLED);
    net_close(&net, fd);
}

static void a_reset_by_the_other_side_is_told(void)
{
    struct net net = {0};
    int        fd = net_open(&net, &net_echo);
    net_expect_echo(fd);
    net_reset(fd);
    net_expect_line(&net, "closed: ECONNRESET");
    net_stop(&net);
}

static void answer_at_end_receive(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    const uint8_t         *bytes;
    if (net_is_input(self, mine, message) && act_tcp_input_ended(mine->tcp)) {
        size_t count = act_tcp_input(mine->tcp, &bytes);
        ck_assert_int_eq(act_tcp_print(mine->tcp, "%zu %s", count, "bytes"), ACT_OK);
        ck_assert_uint_eq(act_tcp_unsent(mine->tcp), (size_t)snprintf(NULL, 0, "%zu bytes", count));
        net_leave(self);
    }
}

static const act_behavior answer_at_end =
    NET_BEHAVIOR(struct net_connection, net_init, answer_at_end_receive);

static void the_other_sides_end_leaves_our_side_open(void)
{
    struct net net = {0};
    int        fd = net_open(&net, &answer_at_end);
    net_send_text(fd, "hello");
    shutdown(fd, SHUT_WR);
    net_expect(fd, "5 bytes");
    net_expect_end(fd);
    net_close(&net, fd);
}

/* Sends what has come back when all of it is here, three bytes at a time. */
static void answer_in_threes_receive(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    const uint8_t         *bytes;
    size_t                 count;
    if (net_is_input(self, mine, message) && act_tcp_input_ended(mine->tcp)) {
        while ((count = act_tcp_input_front(mine->tcp, &bytes, 3)) != 0) {
            ck_assert_int_eq(act_tcp_write(mine->tcp, bytes, count), ACT_OK);
            ck_assert_int_eq(act_tcp_write(mine->tcp, ",", 1), ACT_OK);
            act_tcp_consume(mine->tcp, count);
        }
        net_leave(self);
    }
}

static const act_behavior answer_in_threes =
    NET_BEHAVIOR(struct net_connection, net_init, answer_in_threes_receive);

static void input_can_be_looked_at_by_its_front(void)
{
    struct net net = {0};
    int        fd = net_open(&net, &answer_in_threes);
    net_send_text(fd, "abcdefgh");
    shutdown(fd, SHUT_WR);
    net_expect(fd, "abc,def,gh,");
    net_expect_end(fd);
    net_close(&net, fd);
}

/* Says goodbye at the first byte, and tells what still comes. */
static void end_first_receive(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    const uint8_t         *bytes;
    if (!net_is_input(self, mine, message))
        return;
    size_t count = act_tcp_input(mine->tcp, &bytes);
    if (count != 0)
        net_say(mine->net, "%.*s", (int)count, (const char *)bytes);
    act_tcp_consume(mine->tcp, count);
    if (count != 0 && act_tcp_write(mine->tcp, "goodbye", 7) == ACT_CLOSED)
        net_say(mine->net, "not written");
    act_tcp_shutdown(mine->tcp);
    if (act_tcp_input_ended(mine->tcp)) {
        net_say(mine->net, "ended, error %d", act_tcp_error(mine->tcp));
        net_leave(self);
    }
}

static const act_behavior end_first =
    NET_BEHAVIOR(struct net_connection, net_init, end_first_receive);

static void our_end_leaves_the_other_side_open(void)
{
    struct net net = {0};
    int        fd = net_open(&net, &end_first);
    net_send_text(fd, "a");
    net_expect_line(&net, "a");
    net_expect(fd, "goodbye");
    net_expect_end(fd);
    net_send_text(fd, "b");
    net_expect_line(&net, "b");
    net_expect_line(&net, "not written");
    close(fd);
    net_expect_line(&net, "ended, error 0");
    net_stop(&net);
}

/* Answers each ask by what became of a write. */
static void write_on_receive(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    if (message->tag == NET_DO)
        act_answer_value(self, message, NET_DO, act_int64(act_tcp_write(mine->tcp, "x", 1)));
    else if (message->tag == ACT_MESSAGE_TCP_CLOSED)
        net_say(mine->net, "closed");
    else if (act_tcp_input_ended(mine->tcp))
        net_say(mine->net, "ended");
}

static const act_behavior write_on =
    NET_BEHAVIOR(struct net_connection, net_pid_init, write_on_receive);

static void writing_to_one_that_has_gone_is_told_and_raises_no_signal(void)
{
    struct net net = {0};
    int        fd = net_open(&net, &write_on);
    act_pid    pid = net_hear_pid(&net);
    shutdown(fd, SHUT_WR);
    net_expect_line(&net, "ended");
    net_reset(fd);
    int64_t result;
    while ((result = net_ask(&net, pid)) == ACT_OK)
        continue; /* the reset may still be on its way */
    ck_assert_int_eq(result, ACT_CLOSED);
    net_expect_line(&net, "closed");
    net_stop(&net);
}

static void say_goodbye(act_self *self, void *state, act_exit_reason reason)
{
    struct net_connection *mine = state;
    (void)self;
    (void)reason;
    ck_assert_int_eq(act_tcp_write(mine->tcp, "goodbye", 7), ACT_OK);
}

static const act_behavior polite = {
    .name = "polite",
    .state_bytes = sizeof(struct net_connection),
    .args_bytes = sizeof(struct net_args),
    .init = net_init,
    .receive = net_echo_receive,
    .terminate = say_goodbye,
};

static void what_terminate_writes_is_sent(void)
{
    struct net net = {0};
    net_start(&net, &(struct net_plan){.connection = &polite});
    int leaver = net_dial(&net), panicker = net_dial(&net);
    shutdown(leaver, SHUT_WR);
    net_send_text(panicker, "!");
    net_expect(leaver, "goodbye");
    net_expect(panicker, "goodbye");
    net_expect_end(leaver);
    net_expect_end(panicker);
    close(leaver);
    close(panicker);
    net_stop(&net);
}

/* ------------------------------------------------------------------- two connections, one actor */

struct pair {
    struct net *net;
    act_tcp    *tcp[2];
    int         count;
};

#define HOLD 20 /* waits in the handler */

static void pair_receive(act_self *self, void *state, const act_message *message)
{
    struct pair *mine = state;
    char         byte;
    if (message->tag == NET_GO) {
        act_socket *accepted = act_message_take_resource(message);
        ck_assert_int_eq(act_tcp_open(self, &mine->tcp[mine->count++], &accepted, NULL), ACT_OK);
    } else if (message->tag == HOLD) {
        net_say(mine->net, "busy");
        ck_assert_int_eq(read(*(int *)mine->net->any, &byte, 1), 1);
    } else if (message->tag == NET_DO) {
        act_answer_value(self, message, NET_DO, act_int64(mine->count));
    } else {
        ck_assert_int_eq(message->tag, ACT_MESSAGE_TCP_READABLE);
        net_say(mine->net, "heard");
        act_tcp_close(&mine->tcp[mine->tcp[0] == message->as.pointer]);
    }
}

static const act_behavior pair = NET_BEHAVIOR(struct pair, net_init, pair_receive);

/* Accepts for the pair. */
static void two_sockets_for(act_self *self, void *state, const act_message *message)
{
    struct pair  *mine = state;
    act_socket   *accepted;
    act_listener *listener = message->as.pointer;
    ck_assert_int_eq(message->tag, ACT_MESSAGE_TCP_ACCEPTABLE);
    while (act_tcp_accept(listener, &accepted) == ACT_OK)
        act_tell_value(self, *(act_pid *)mine->net->any, NET_GO,
                       act_resource_value(accepted, act_socket_release));
}

static act_result two_sockets_init(act_self *self, void *state, const void *args)
{
    struct pair  *mine = state;
    act_listener *listener;
    mine->net = ((const struct net_args *)args)->net;
    act_result result = act_tcp_listen(self, &listener, "127.0.0.1", 0, NULL);
    if (result == ACT_OK)
        net_say(mine->net, "%d", act_listener_port(listener));
    return result;
}

static const act_behavior two_sockets =
    NET_BEHAVIOR(struct pair, two_sockets_init, two_sockets_for);

static void a_closed_connection_is_heard_of_no_more(void)
{
    struct net net = {0};
    int        gate[2];
    net_start(&net, &(struct net_plan){0});
    act_pid pid = net_spawn(&net, &pair, &(struct net_args){&net, NULL}, 0);
    net.any = &pid;
    net_spawn(&net, &two_sockets, &(struct net_args){&net, NULL}, 0);
    net.port = (uint16_t)strtol(net_hear(&net), NULL, 10);
    int a = net_dial(&net), b = net_dial(&net);
    while (net_ask(&net, pid) != 2)
        continue;
    ck_assert_int_eq(pipe(gate), 0);
    net.any = &gate[0];
    act_system_tell_value(net.system, pid, HOLD, act_nothing());
    net_expect_line(&net, "busy");
    net_send_text(a, "x"); /* while the actor is busy: its worker hears of both at once */
    net_send_text(b, "y");
    ck_assert_int_eq(write(gate[1], "", 1), 1);
    net_expect_line(&net, "heard");
    ck_assert_int_eq(net_ask(&net, pid), 2); /* whatever else was in its inbox has been handled */
    char none;
    ck_assert_int_eq(recv(net.line[0], &none, 1, MSG_DONTWAIT), -1);
    close(a);
    close(b);
    net_stop(&net);
}

/* --------------------------------------------------------------------------------- from outside */

#define NUMBERS 20000

/* Writes each number it is sent. */
static void numbers_receive(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    if (message->tag == ACT_MESSAGE_TCP_READABLE)
        net_leave(self);
    else if (message->tag == NET_DO)
        ck_assert_int_eq(act_tcp_write(mine->tcp, &message->as.uint64, sizeof message->as.uint64),
                         ACT_OK);
    else
        net_other(self, mine, message);
}

static const act_behavior numbers =
    NET_BEHAVIOR(struct net_connection, net_pid_init, numbers_receive);

static void send_numbers(act_self *self, void *state, const act_message *message)
{
    (void)state;
    for (uint64_t i = 0; i < NUMBERS; i++)
        act_tell_value(self, message->as.pid, NET_DO, act_uint64(i));
}

static const act_behavior numberer = {.name = "numberer", .receive = send_numbers};

static void what_other_actors_send_through_messages_stays_in_order(void)
{
    struct net net = {0};
    net_start(&net,
              &(struct net_plan){.connection = &numbers,
                                 .options = ACT_TCP_OPTIONS(.write_high_bytes =
                                                                NUMBERS * sizeof(uint64_t) + 1)});
    int     fd = net_dial(&net);
    act_pid pid = net_hear_pid(&net), from = net_spawn(&net, &numberer, NULL, net_workers());
    act_system_tell_value(net.system, from, NET_DO, act_pid_value(pid));
    for (uint64_t i = 0; i < NUMBERS; i++) {
        uint64_t got;
        for (size_t have = 0; have < sizeof got;)
            have += net_read(fd, (char *)&got + have, sizeof got - have);
        ck_assert_uint_eq(got, i);
    }
    net_close(&net, fd);
}

/* --------------------------------------------------------------------------------------- moving */

static _Atomic int released;

static void count_release(void *argument)
{
    ck_assert_ptr_eq(argument, &released);
    atomic_fetch_add(&released, 1);
}

static char block[1 << 20];

/* One byte asks for a block; the reader may go away in the middle. */
static void moving_receive(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    const uint8_t         *bytes;
    if (!net_is_input(self, mine, message))
        return;
    for (size_t count = act_tcp_input(mine->tcp, &bytes); count != 0; count--) {
        ck_assert_int_eq(
            act_tcp_write_moved(mine->tcp, block, sizeof block, count_release, &released), ACT_OK);
        act_tcp_consume(mine->tcp, 1);
    }
    ck_assert_int_eq(act_tcp_write_moved(mine->tcp, block, 0, count_release, &released), ACT_OK);
    if (act_tcp_input_ended(mine->tcp))
        net_leave(self);
}

static const act_behavior moving =
    NET_BEHAVIOR(struct net_connection, net_pid_init, moving_receive);

static void moved_bytes_are_released_once_sent(void)
{
    struct net net = {0};
    atomic_store(&released, 0);
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (char)(i * 7 / 3);
    int     fd = net_open(&net, &moving);
    act_pid pid = net_hear_pid(&net);
    net_send_text(fd, "x");
    for (size_t have = 0; have < sizeof block;) {
        char   piece[5000];
        size_t got = net_read(fd, piece, sizeof piece);
        ck_assert_mem_eq(piece, block + have, got);
        have += got;
    }
    close(fd);
    net_join(&net, pid, ACT_EXIT_NORMAL);
    ck_assert_int_eq(atomic_load(&released), 3); /* the block, and nothing twice */
    net_stop(&net);
}

static void moved_bytes_are_released_when_the_connection_is_gone(void)
{
    struct net net = {0};
    atomic_store(&released, 0);
    net_start(&net, &(struct net_plan){.connection = &moving,
                                       .options = ACT_TCP_OPTIONS(.write_high_bytes = 64 << 20)});
    int     fd = net_dial(&net);
    act_pid pid = net_hear_pid(&net);
    net_send_text(fd, "xxxxxxxxxxxxxxxx");
    char byte;
    net_read(fd, &byte, 1);
    net_reset(fd);
    net_join(&net, pid, ACT_EXIT_NORMAL);
    ck_assert_int_ge(atomic_load(&released), 17);
    net_stop(&net);
}

/* ----------------------------------------------------------------------------------------- idle */

static void idle_receive(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    if (message->tag == ACT_MESSAGE_TCP_IDLE)
        net_say(mine->net, "idle");
    else if (message->tag == ACT_MESSAGE_TCP_READABLE)
        net_leave(self);
    else
        net_other(self, mine, message);
}

static const act_behavior idler = NET_BEHAVIOR(struct net_connection, net_init, idle_receive);

static void an_idle_connection_is_told_each_time(void)
{
    struct net net = {0};
    net_start(&net, &(struct net_plan){.connection = &idler,
                                       .options = ACT_TCP_OPTIONS(.idle_timeout = ACT_MS(20))});
    int fd = net_dial(&net);
    net_expect_line(&net, "idle");
    net_expect_line(&net, "idle");
    net_send_text(fd, "x");
    net_expect_end(fd);
    net_close(&net, fd);
}

struct patient {
    struct net_connection connection;
    act_millis            written_at;
};

/* Writes when asked, and says how long after that it was idle. */
static void patient_receive(act_self *self, void *state, const act_message *message)
{
    struct patient *mine = state;
    if (message->tag == NET_DO) {
        mine->written_at = act_now(self);
        act_answer_value(self, message, NET_DO,
                         act_int64(act_tcp_write(mine->connection.tcp, "x", 1)));
    } else if (message->tag == ACT_MESSAGE_TCP_IDLE) {
        net_say(mine->connection.net, "%lld", (long long)(act_now(self) - mine->written_at));
    } else if (message->tag != ACT_MESSAGE_TCP_READABLE) {
        net_other(self, &mine->connection, message);
    }
}

static const act_behavior patient = NET_BEHAVIOR(struct patient, net_pid_init, patient_receive);

/* A second, less patient server tells when some of the first one's patience has passed. */
static void a_byte_makes_idleness_begin_anew(void)
{
    struct net net = {0}, hourglass = {0};
    net_start(&net, &(struct net_plan){.connection = &patient,
                                       .options = ACT_TCP_OPTIONS(.idle_timeout = ACT_MS(150))});
    net_start(&hourglass,
              &(struct net_plan){.connection = &idler,
                                 .options = ACT_TCP_OPTIONS(.idle_timeout = ACT_MS(50))});
    int     fd = net_dial(&net);
    act_pid pid = net_hear_pid(&net);
    int     other = net_dial(&hourglass);
    net_expect_line(&hourglass, "idle");
    ck_assert_int_eq(net_ask(&net, pid), ACT_OK);
    net_expect(fd, "x");
    ck_assert_int_ge(strtol(net_hear(&net), NULL, 10), 150);
    close(fd);
    close(other);
    net_stop(&hourglass);
    net_stop(&net);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(what_is_sent_comes_back, .rounds = 2),
    TEST_CASE(a_panic_closes_its_connection_and_no_other, .rounds = 2),
    TEST_CASE(a_kill_closes_the_connection, .rounds = 2),
    TEST_CASE(a_reset_by_the_other_side_is_told, .rounds = 2),
    TEST_CASE(the_other_sides_end_leaves_our_side_open, .rounds = 2),
    TEST_CASE(input_can_be_looked_at_by_its_front, .rounds = 2),
    TEST_CASE(our_end_leaves_the_other_side_open, .rounds = 2),
    TEST_CASE(writing_to_one_that_has_gone_is_told_and_raises_no_signal, .rounds = 2),
    TEST_CASE(what_terminate_writes_is_sent, .rounds = 2),
    TEST_CASE(a_closed_connection_is_heard_of_no_more),
    TEST_CASE(what_other_actors_send_through_messages_stays_in_order, .rounds = 2,
              .timeout_seconds = 60),
    TEST_CASE(moved_bytes_are_released_once_sent, .rounds = 2, .timeout_seconds = 20),
    TEST_CASE(moved_bytes_are_released_when_the_connection_is_gone, .rounds = 2,
              .timeout_seconds = 20),
    TEST_CASE(an_idle_connection_is_told_each_time, .rounds = 2),
    TEST_CASE(a_byte_makes_idleness_begin_anew),
    END_OF_CASES,
};
