/*
 * Sockets of a worker of which one handler does not return: others are served, its own wait and
 * lose nothing.
 */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <semaphore.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <test/actor/io/net.h>
#include <test/kit/kit.h>

enum { TIMES = 20 };

static sem_t            go;
static _Atomic uint16_t port;

static void wait_to_go(void)
{
    while (sem_wait(&go) != 0)
        ck_assert_int_eq(errno, EINTR);
}

static void echo_all(act_tcp *tcp)
{
    const uint8_t *bytes;
    size_t         count = act_tcp_input(tcp, &bytes);
    if (count == 0)
        return;
    ck_assert_int_eq(act_tcp_write(tcp, bytes, count), ACT_OK);
    act_tcp_consume(tcp, count);
}

static void release_slowly(void *net)
{
    net_say(net, "stuck");
    wait_to_go();
}

/* It is released in a call: "n" at once, "k" when it is closed, "e" when its owner ends. */
static void moves(act_self *self, struct net_connection *mine, char how)
{
    act_tcp_consume(mine->tcp, 1);
    size_t count = how == 'n' ? 0 : 5;
    ck_assert_int_eq(act_tcp_write_moved(mine->tcp, "moved", count, release_slowly, mine->net),
                     ACT_OK);
    if (how == 'n')
        ck_assert_int_eq(act_tcp_write(mine->tcp, "moved", 5), ACT_OK);
    if (how == 'k')
        act_tcp_close(&mine->tcp);
    if (how != 'n')
        net_leave(self);
}

/*
 * "s" makes its handler wait; what it had been given is still there afterwards. "c" closes then,
 * "p" panics. In "n", "k" and "e" a release waits.
 */
static void receives(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    const uint8_t         *bytes;
    if (!net_is_input(self, mine, message))
        return;
    size_t count = act_tcp_input(mine->tcp, &bytes);
    if (count == 0 && act_tcp_input_ended(mine->tcp)) {
        net_say(mine->net, "end");
        net_leave(self);
        return;
    }
    if (count != 0 && strchr("nke", bytes[0]) != NULL) {
        moves(self, mine, (char)bytes[0]);
        return;
    }
    if (count == 0 || strchr("scp", bytes[0]) == NULL) {
        echo_all(mine->tcp);
        return;
    }
    char how = (char)bytes[0];
    net_say(mine->net, "stuck");
    wait_to_go();
    ck_assert_int_eq(bytes[0], how);
    if (how == 'p')
        act_panic(self, "after all");
    act_tcp_consume(mine->tcp, 1);
    ck_assert_int_eq(act_tcp_write(mine->tcp, "late", 4), ACT_OK);
    echo_all(mine->tcp);
    if (how == 'c') {
        act_tcp_close(&mine->tcp);
        net_leave(self);
    }
}

static const act_behavior connection = NET_BEHAVIOR(struct net_connection, net_init, receives);

/* Returns: the first connection. */
static int start(struct net *net)
{
    sem_init(&go, 0, 0);
    net_start(net, &(struct net_plan){.connection = &connection, .workers = 1});
    return net_dial(net);
}

static void make_stuck(struct net *net, int fd, const char *how)
{
    net_send_text(fd, how);
    net_expect_line(net, "stuck");
}

/* Old connections and new ones. */
static void others_are_served(struct net *net, int other)
{
    for (int i = 0; i < TIMES; i++) {
        int fresh = net_dial(net);
        net_send_text(fresh, "fresh");
        net_expect(fresh, "fresh");
        net_send_text(other, "other");
        net_expect(other, "other");
        net_reset(fresh);
        net_expect_line(net, "closed: ECONNRESET");
    }
}

static void others_of_the_worker_are_served(void)
{
    struct net net = {0};
    int        stuck = start(&net), other = net_dial(&net);
    for (int i = 0; i < 3; i++) {
        make_stuck(&net, stuck, "s");
        net_send_text(stuck, "more"); /* comes while the handler looks at what came before */
        others_are_served(&net, other);
        sem_post(&go);
        net_expect(stuck, "latemore");
        net_send_text(stuck, "and on");
        net_expect(stuck, "and on");
    }
    close(stuck);
    net_close(&net, other);
}

static void others_are_served_while_a_release_waits(void)
{
    struct net net = {0};
    int        other = start(&net);
    for (const char *how = "nke"; *how != '\0'; how++) {
        int stuck = net_dial(&net);
        make_stuck(&net, stuck, (char[]){*how, '\0'});
        others_are_served(&net, other);
        sem_post(&go);
        net_expect(stuck, "moved");
        net_reset(stuck);
        if (*how == 'n')
            net_expect_line(&net, "closed: ECONNRESET");
    }
    net_close(&net, other);
}

static void two_are_stuck_and_come_back_in_either_order(void)
{
    struct net net = {0};
    int        first = start(&net), second = net_dial(&net), other = net_dial(&net);
    make_stuck(&net, first, "s1");
    others_are_served(&net, other);
    make_stuck(&net, second, "s2");
    others_are_served(&net, other);
    sem_post(&go);
    sem_post(&go);
    net_expect(first, "late1");
    net_expect(second, "late2");
    close(first);
    close(second);
    net_close(&net, other);
}

static void one_may_close_its_socket(void)
{
    struct net net = {0};
    int        stuck = start(&net), other = net_dial(&net);
    make_stuck(&net, stuck, "c");
    net_send_text(stuck, "more");
    others_are_served(&net, other);
    sem_post(&go);
    net_expect(stuck, "late");
    others_are_served(&net, other);
    close(stuck);
    net_close(&net, other);
}

static void one_may_panic(void)
{
    struct net net = {0};
    int        stuck = start(&net), other = net_dial(&net);
    make_stuck(&net, stuck, "p");
    others_are_served(&net, other);
    sem_post(&go);
    net_expect_end(stuck);
    others_are_served(&net, other);
    close(stuck);
    net_close(&net, other);
}

static void the_other_sides_end_is_told_afterwards(void)
{
    struct net net = {0};
    int        stuck = start(&net), other = net_dial(&net);
    make_stuck(&net, stuck, "s");
    shutdown(stuck, SHUT_WR);
    others_are_served(&net, other);
    sem_post(&go);
    net_expect(stuck, "late");
    net_expect_line(&net, "end");
    close(stuck);
    net_close(&net, other);
}

/* ------------------------------------------------------------------------------------ listeners */

struct door {
    struct net   *net;
    act_listener *listener;
    int           accepted;
};

static act_result listens(act_self *self, void *state, const void *args)
{
    struct door *door = state;
    door->net = ((const struct net_args *)args)->net;
    act_result result = act_tcp_listen(self, &door->listener, "127.0.0.1", 0, NULL);
    if (result == ACT_OK)
        port = act_listener_port(door->listener);
    return result;
}

/* Accepts one, waits, and accepts no more until it is told again. */
static void accepts(act_self *self, void *state, const act_message *message)
{
    struct door *door = state;
    act_socket  *socket;
    (void)self;
    if (message->tag == NET_DO) {
        act_answer_value(self, message, NET_DO, act_int64(port));
        return;
    }
    ck_assert_uint_eq(message->tag, ACT_MESSAGE_TCP_ACCEPTABLE);
    while (act_tcp_accept(door->listener, &socket) == ACT_OK) {
        act_socket_close(&socket);
        net_say(door->net, "accepted");
        if (door->accepted++ == 0)
            wait_to_go();
    }
}

static const act_behavior door = NET_BEHAVIOR(struct door, listens, accepts);

static void a_listener_of_a_stuck_owner_loses_no_connection(void)
{
    struct net net = {0};
    int        other = start(&net), fds[TIMES];
    act_pid    pid = net_spawn(&net, &door, &(struct net_args){.net = &net}, 1);
    ck_assert_int_ne(net_ask(&net, pid), 0);
    uint16_t own;
    close(net_dial_at("127.0.0.1", port, &own));
    net_expect_line(&net, "accepted");
    others_are_served(&net, other);
    for (int i = 0; i < TIMES; i++)
        fds[i] = net_dial_at("127.0.0.1", port, &own);
    others_are_served(&net, other);
    sem_post(&go);
    for (int i = 0; i < TIMES; i++) {
        net_expect_line(&net, "accepted");
        close(fds[i]);
    }
    close(net_dial_at("127.0.0.1", port, &own));
    net_expect_line(&net, "accepted");
    net_close(&net, other);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(others_of_the_worker_are_served, .rounds = 3),
    TEST_CASE(others_are_served_while_a_release_waits, .rounds = 3, .timeout_seconds = 30),
    TEST_CASE(two_are_stuck_and_come_back_in_either_order, .rounds = 3),
    TEST_CASE(one_may_close_its_socket, .rounds = 3),
    TEST_CASE(one_may_panic, .rounds = 3),
    TEST_CASE(the_other_sides_end_is_told_afterwards, .rounds = 3),
    TEST_CASE(a_listener_of_a_stuck_owner_loses_no_connection, .rounds = 3),
    END_OF_CASES,
};
