/* Connections that an actor begins, and where none can be opened. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/io.h>

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <actor/simulation/simulation.h>
#include <mailbox/channel/channel.h>
#include <test/actor/io/net.h>
#include <test/kit/kit.h>

/* The other side is a plain socket. */
struct target {
    int         fd;
    const char *host;
    uint16_t    port;
    act_millis  timeout;
};

static struct target listen_plainly(int backlog)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t          length = sizeof address;
    struct target      target = {socket(AF_INET, SOCK_STREAM, 0), "127.0.0.1", 0, ACT_SECONDS(20)};
    ck_assert_int_ge(target.fd, 0);
    ck_assert_int_eq(bind(target.fd, (struct sockaddr *)&address, length), 0);
    if (backlog >= 0)
        ck_assert_int_eq(listen(target.fd, backlog), 0);
    ck_assert_int_eq(getsockname(target.fd, (struct sockaddr *)&address, &length), 0);
    target.port = ntohs(address.sin_port);
    return target;
}

static act_result connect_init(act_self *self, void *state, const void *args)
{
    struct net_connection *mine = state;
    mine->net = ((const struct net_args *)args)->net;
    const struct target *target = mine->net->any;
    ck_assert_int_eq(act_tcp_connect(self, &mine->tcp, target->host, target->port, target->timeout,
                                     ACT_TCP_OPTIONS(.context = mine)),
                     ACT_OK);
    ck_assert_int_eq(act_tcp_write(mine->tcp, "early ", 6), ACT_OK); /* waits for the handshake */
    return ACT_OK;
}

static void connect_receive(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    const uint8_t         *bytes;
    char                   peer[60];
    ck_assert_ptr_eq(act_tcp_context(message->as.pointer), mine);
    if (message->tag == ACT_MESSAGE_TCP_CONNECTED) {
        ck_assert_int_eq(act_tcp_write(mine->tcp, "late", 4), ACT_OK);
        act_tcp_peer(mine->tcp, peer, sizeof peer);
        net_say(mine->net, "connected %s", peer);
    } else if (message->tag == ACT_MESSAGE_TCP_READABLE) {
        size_t count = act_tcp_input(mine->tcp, &bytes);
        if (count != 0)
            net_say(mine->net, "%.*s", (int)count, (const char *)bytes);
        act_tcp_consume(mine->tcp, count);
        if (act_tcp_input_ended(mine->tcp))
            net_leave(self);
    } else {
        ck_assert_int_eq(act_tcp_write(mine->tcp, "x", 1), ACT_CLOSED);
        net_other(self, mine, message);
    }
}

static const act_behavior connector =
    NET_BEHAVIOR(struct net_connection, connect_init, connect_receive);

/* Dials again and again, each time for another while, and says if it was told too early. */
struct impatient {
    struct net_connection connection;
    int                   dials;
    act_millis            dialled, timeout;
};
enum { DIALS = 40 };

static void dial(act_self *self, struct impatient *mine)
{
    const struct target *target = mine->connection.net->any;
    mine->timeout = 1 + mine->dials++ % 9;
    mine->dialled = act_channel_now();
    ck_assert_int_eq(act_tcp_connect(self, &mine->connection.tcp, target->host, target->port,
                                     mine->timeout, NULL),
                     ACT_OK);
}

static act_result impatient_init(act_self *self, void *state, const void *args)
{
    struct impatient *mine = state;
    mine->connection.net = ((const struct net_args *)args)->net;
    dial(self, mine);
    return ACT_OK;
}

static void impatient_receive(act_self *self, void *state, const act_message *message)
{
    struct impatient *mine = state;
    /* of whole milliseconds: never too few */
    act_millis        took = act_channel_now() - mine->dialled;
    ck_assert_uint_eq(message->tag, ACT_MESSAGE_TCP_CLOSED);
    ck_assert_int_eq(act_tcp_error(mine->connection.tcp), ETIMEDOUT);
    if (took < mine->timeout)
        net_say(mine->connection.net, "%lld ms instead of %lld", (long long)took,
                (long long)mine->timeout);
    act_tcp_close(&mine->connection.tcp);
    if (mine->dials < DIALS)
        dial(self, mine);
    else
        net_say(mine->connection.net, "never early");
}

static const act_behavior impatient =
    NET_BEHAVIOR(struct impatient, impatient_init, impatient_receive);

static void start_connecting(struct net *net, struct target *target)
{
    net_start(net, &(struct net_plan){0});
    net->any = target;
    net_spawn(net, &connector, &(struct net_args){net, NULL}, 0);
}

static void what_is_written_early_waits_for_the_handshake(void)
{
    struct net    net = {0};
    char          line[60];
    struct target target = listen_plainly(5);
    target.host = kit_round() == 0 ? "localhost" : "127.0.0.1";
    start_connecting(&net, &target);
    int fd = accept(target.fd, NULL, NULL);
    ck_assert_int_ge(fd, 0);
    net_expect(fd, "early late");
    snprintf(line, sizeof line, "connected 127.0.0.1:%u", target.port);
    net_expect_line(&net, line);
    net_send_text(fd, "hello");
    net_expect_line(&net, "hello");
    shutdown(fd, SHUT_WR);
    net_expect_end(fd);
    close(fd);
    close(target.fd);
    net_stop(&net);
}

static void a_refused_connection_is_told(void)
{
    struct net    net = {0};
    struct target target = listen_plainly(-1); /* the port is taken, and no socket listens */
    start_connecting(&net, &target);
    net_expect_line(&net, "closed: ECONNREFUSED");
    close(target.fd);
    net_stop(&net);
}

/* Linux drops what comes for a listener whose queue of accepted connections is full. */
static struct target listen_to_none(int filler[2])
{
    struct target      target = listen_plainly(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(target.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < 2; i++) {
        filler[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        ck_assert(connect(filler[i], (struct sockaddr *)&address, sizeof address) == 0 ||
                  errno == EINPROGRESS);
    }
    return target;
}

static void stop_listening(struct target target, const int filler[2])
{
    close(filler[0]);
    close(filler[1]);
    close(target.fd);
}

static void a_connection_without_an_answer_times_out(void)
{
    struct net    net = {0};
    int           filler[2];
    struct target target = listen_to_none(filler);
    target.timeout = ACT_MS(50);
    start_connecting(&net, &target);
    net_expect_line(&net, "closed: ETIMEDOUT");
    stop_listening(target, filler);
    net_stop(&net);
}

static void no_connection_times_out_early(void)
{
    struct net    net = {0};
    int           filler[2];
    struct target target = listen_to_none(filler);
    net_start(&net, &(struct net_plan){0});
    net.any = &target;
    net_spawn(&net, &impatient, &(struct net_args){&net, NULL}, 0);
    net_expect_line(&net, "never early");
    stop_listening(target, filler);
    net_stop(&net);
}

/* ------------------------------------------------------------------------------ what is refused */

static void refuses_nonsense(act_self *self)
{
    act_tcp      *tcp = NULL;
    act_listener *listener = NULL;
    ck_assert_int_eq(act_tcp_connect(self, &tcp, "no.such.host.example", 1, ACT_FOREVER, NULL),
                     ACT_INVALID);
    ck_assert_int_eq(act_tcp_connect(self, &tcp, "", 1, ACT_FOREVER, NULL), ACT_INVALID);
    ck_assert_int_eq(act_tcp_connect(self, &tcp, "127.0.0.1", 1, 0, NULL), ACT_INVALID);
    ck_assert_int_eq(act_tcp_connect(self, &tcp, "127.0.0.1", 1, -2, NULL), ACT_INVALID);
    ck_assert_int_eq(act_tcp_connect(self, &tcp, "127.0.0.1", 1, 1, &(act_tcp_options){.size = 1}),
                     ACT_INVALID);
    ck_assert_int_eq(act_tcp_connect(self, &tcp, "127.0.0.1", 1, 1,
                                     ACT_TCP_OPTIONS(.idle_timeout = -1)),
                     ACT_INVALID);
    ck_assert_int_eq(act_tcp_connect(self, &tcp, "127.0.0.1", 1, 1,
                                     ACT_TCP_OPTIONS(.read_high_bytes = 10, .read_low_bytes = 11)),
                     ACT_INVALID);
    ck_assert_int_eq(
        act_tcp_connect(self, &tcp, "127.0.0.1", 1, 1,
                        ACT_TCP_OPTIONS(.write_high_bytes = 10, .write_low_bytes = 11)),
        ACT_INVALID);
    ck_assert_int_eq(act_tcp_listen(self, &listener, "127.0.0.x", 0, NULL), ACT_INVALID);
    ck_assert_int_eq(act_tcp_listen(self, &listener, "::1", 0, &(act_listen_options){.size = 1}),
                     ACT_INVALID);
    ck_assert_ptr_null(tcp);
    ck_assert_ptr_null(listener);
}

static void ask_for_nonsense(act_self *self, void *state, const act_message *message)
{
    (void)state;
    refuses_nonsense(self);
    act_answer_value(self, message, NET_DO, act_int64(1));
}

static void ask_where_no_io_is(act_self *self, void *state, const act_message *message)
{
    act_tcp      *tcp = NULL;
    act_listener *listener = NULL;
    (void)state;
    ck_assert_int_eq(act_tcp_listen(self, &listener, "127.0.0.1", 0, NULL), ACT_INVALID);
    ck_assert_int_eq(act_tcp_connect(self, &tcp, "127.0.0.1", 1, 1, NULL), ACT_INVALID);
    act_answer_value(self, message, NET_DO, act_int64(2));
}

static void ask_in_simulation(act_self *self, void *state, const act_message *message)
{
    ask_where_no_io_is(self, state, message);
    ck_assert_int_eq(act_os_signal(self, SIGUSR1), ACT_INVALID);
    *(bool *)message->as.pointer = true;
}

static const act_behavior nonsense = {.name = "nonsense", .receive = ask_for_nonsense};
static const act_behavior nowhere = {.name = "nowhere", .receive = ask_where_no_io_is};
static const act_behavior simulated = {.name = "simulated", .receive = ask_in_simulation};

static void arguments_outside_their_range_are_refused(void)
{
    struct net net = {0};
    net_start(&net, &(struct net_plan){0});
    ck_assert_int_eq(net_ask(&net, net_spawn(&net, &nonsense, NULL, 0)), 1);
    net_stop(&net);
}

static void a_blocking_actor_opens_nothing(void)
{
    struct net net = {0};
    act_pid    pid;
    net_start(&net, &(struct net_plan){0});
    ck_assert_int_eq(act_system_spawn(net.system, &pid, &nowhere, NULL,
                                      ACT_SPAWN_OPTIONS(.blocking = true)),
                     ACT_OK);
    ck_assert_int_eq(net_ask(&net, pid), 2);
    net_stop(&net);
}

static void a_simulated_actor_opens_nothing(void)
{
    act_simulation *simulation;
    act_pid         pid;
    bool            asked = false;
    ck_assert_int_eq(act_simulation_create(&simulation, 1, NULL), ACT_OK);
    act_system *system = act_simulation_system(simulation);
    ck_assert_int_eq(act_system_spawn(system, &pid, &simulated, NULL, NULL), ACT_OK);
    act_system_tell_value(system, pid, NET_DO, act_pointer(&asked));
    ck_assert_int_eq(act_simulation_run(simulation, NULL, 1000), ACT_OK);
    ck_assert(asked);
    act_simulation_destroy(&simulation);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(what_is_written_early_waits_for_the_handshake, .rounds = 2),
    TEST_CASE(a_refused_connection_is_told, .rounds = 2),
    TEST_CASE(a_connection_without_an_answer_times_out, .rounds = 2),
    TEST_CASE(no_connection_times_out_early),
    TEST_CASE(arguments_outside_their_range_are_refused),
    TEST_CASE(a_blocking_actor_opens_nothing),
    TEST_CASE(a_simulated_actor_opens_nothing),
    END_OF_CASES,
};
