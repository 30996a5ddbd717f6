/* Connections: bytes both ways, ends, and what is told of them. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/io.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <test/actor/io/net.h>
#include <test/kit/kit.h>

/* ----------------------------------------------------------------------------------- an echo server */

struct connection {
    struct net *net;
    act_tcp    *tcp;
};

static act_result connection_init(act_self *self, void *state, const void *args)
{
    struct connection *mine = state;
    mine->net = ((const struct net_args *)args)->net;
    mine->tcp = net_open(self, args);
    return ACT_OK;
}

static void echo(act_self *self, struct connection *mine)
{
    const uint8_t *bytes;
    size_t         count = act_tcp_input(mine->tcp, &bytes);
    if (count != 0) {
        if (bytes[0] == '!')
            act_panic(self, "as told");
        ck_assert_int_eq(act_tcp_write(mine->tcp, bytes, count), ACT_OK);
        act_tcp_consume(mine->tcp, count);
    }
    if (act_tcp_input_ended(mine->tcp))
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static void echo_receive(act_self *self, void *state, const act_message *message)
{
    struct connection *mine = state;
    switch (message->tag) {
    case ACT_MESSAGE_TCP_READABLE:
        ck_assert_ptr_eq(message->as.pointer, mine->tcp);
        echo(self, mine);
        break;
    case ACT_MESSAGE_TCP_CLOSED:
        net_say(mine->net, "closed: %s", strerrorname_np(act_tcp_error(mine->tcp)));
        act_tcp_close(&mine->tcp);
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
        break;
    default:
        ck_abort_msg("an unexpected message %x", message->tag);
    }
}

static const act_behavior echo_behavior = {
    .name = "echo",
    .state_bytes = sizeof(struct connection),
    .args_bytes = sizeof(struct net_args),
    .init = connection_init,
    .receive = echo_receive,
};

static void what_is_sent_comes_back(void)
{
    struct net net;
    net_start(&net, &(struct net_plan){.connection = &echo_behavior});
    int fd = net_dial(&net);
    net_send_text(fd, "hello");
    net_expect(fd, "hello");
    net_send_text(fd, "and again");
    net_expect(fd, "and again");
    shutdown(fd, SHUT_WR);
    net_expect_end(fd);
    close(fd);
    net_stop(&net);
}

static void a_panic_closes_its_connection_and_no_other(void)
{
    struct net net;
    net_start(&net, &(struct net_plan){.connection = &echo_behavior});
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

static void a_reset_by_the_other_side_is_told(void)
{
    struct net net;
    net_start(&net, &(struct net_plan){.connection = &echo_behavior});
    int fd = net_dial(&net);
    net_send_text(fd, "hello");
    net_expect(fd, "hello");
    net_reset(fd);
    ck_assert_str_eq(net_hear(&net), "closed: ECONNRESET");
    net_stop(&net);
}

const struct kit_fact kit_facts[] = {
    FACT(what_is_sent_comes_back, .rounds = 2),
    FACT(a_panic_closes_its_connection_and_no_other, .rounds = 2),
    FACT(a_reset_by_the_other_side_is_told, .rounds = 2),
    END_OF_FACTS,
};
