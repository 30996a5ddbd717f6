/*
 * Back-pressure: neither side can make the other keep more than its marks allow, and no byte is
 * lost by it.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/io/io.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <test/actor/io/net.h>
#include <test/kit/kit.h>

/* The byte at each place of a stream: it does not repeat within what could be lost or doubled. */
static uint8_t stream_byte(size_t place)
{
    return (uint8_t)((place * UINT64_C(0x9E3779B97F4A7C15)) >> 56);
}

static void fill(uint8_t *bytes, size_t count, size_t place)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = stream_byte(place + i);
}

static void expect_stream(const uint8_t *bytes, size_t count, size_t place)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i] != stream_byte(place + i))
            ck_abort_msg("byte %zu is wrong", place + i);
}

/* ---------------------------------------------------------------------------- both ways at once */

/* Echoes piece by piece; what does not fit waits in the input. */
static void echo_pieces(struct net_connection *mine)
{
    const struct act_tcp_options *marks = mine->net->plan.options;
    const uint8_t                *bytes;
    for (size_t count = act_tcp_input(mine->tcp, &bytes); count != 0;
         count = act_tcp_input(mine->tcp, &bytes)) {
        size_t     piece = count < 5 ? count : 5;
        act_result result = act_tcp_write(mine->tcp, bytes, piece);
        if (result == ACT_FULL)
            return;
        /* Check notes each assertion in a file: too slow for every few bytes. */
        if (result != ACT_OK || count > marks->read_high_bytes ||
            act_tcp_unsent(mine->tcp) >= marks->write_high_bytes + 5)
            ck_abort_msg("result %d, %zu in, %zu out", result, count, act_tcp_unsent(mine->tcp));
        act_tcp_consume(mine->tcp, piece);
    }
    if (act_tcp_input_ended(mine->tcp))
        act_tcp_shutdown(mine->tcp);
}

static void echo_receive(act_self *self, void *state, const act_message *message)
{
    if (message->tag == ACT_MESSAGE_TCP_READABLE || message->tag == ACT_MESSAGE_TCP_WRITABLE)
        echo_pieces(state);
    else
        net_other(self, state, message);
}

static const act_behavior echo = NET_BEHAVIOR(struct net_connection, net_init, echo_receive);

/* Sends the stream and reads it back, each as the socket allows. */
static void pass_through(int fd, size_t total)
{
    uint8_t bytes[3000];
    size_t  sent = 0, got = 0;
    while (got < total) {
        struct pollfd one = {.fd = fd, .events = sent < total ? POLLIN | POLLOUT : POLLIN};
        ck_assert_int_eq(poll(&one, 1, NET_DEADLINE_MS), 1);
        if ((one.revents & POLLOUT) != 0) {
            size_t count = total - sent < sizeof bytes ? total - sent : sizeof bytes;
            fill(bytes, count, sent);
            ssize_t taken = send(fd, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL);
            ck_assert(taken > 0 || errno == EAGAIN);
            sent += taken > 0 ? (size_t)taken : 0;
            if (sent == total)
                shutdown(fd, SHUT_WR);
        }
        if ((one.revents & POLLIN) != 0) {
            ssize_t count = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
            ck_assert_int_gt(count, 0);
            expect_stream(bytes, (size_t)count, got);
            got += (size_t)count;
        }
    }
    net_expect_end(fd);
}

static void all_bytes_arrive_in_order(const act_tcp_options *marks, size_t total)
{
    struct net net = {0};
    net_start(&net, &(struct net_plan){.connection = &echo, .options = marks});
    int fd = net_dial(&net);
    pass_through(fd, total);
    net_close(&net, fd);
}

static void bytes_pass_in_order_through_tiny_marks(void)
{
    all_bytes_arrive_in_order(ACT_TCP_OPTIONS(.read_high_bytes = 7, .write_high_bytes = 13), 50000);
}

static void bytes_pass_in_order_through_the_smallest_marks(void)
{
    all_bytes_arrive_in_order(ACT_TCP_OPTIONS(.read_high_bytes = 1, .write_high_bytes = 1), 5000);
}

static void bytes_pass_in_order_through_usual_marks(void)
{
    all_bytes_arrive_in_order(ACT_TCP_OPTIONS(.read_high_bytes = 65536, .write_high_bytes = 262144),
                              20 << 20);
}

static void bytes_pass_in_order_through_marks_that_are_one(void)
{
    all_bytes_arrive_in_order(ACT_TCP_OPTIONS(.read_high_bytes = 1000, .read_low_bytes = 1000,
                                              .write_high_bytes = 500, .write_low_bytes = 500),
                              1 << 20);
}

/* ----------------------------------------------------------------------- one that does not read */

#define STREAM_BYTES ((size_t)30 << 20)
#define PIECE_BYTES  ((size_t)1000)

struct source {
    struct net_connection connection;
    size_t                written;
    bool                  was_full;
};

static void pour(struct source *mine)
{
    const size_t high = mine->connection.net->plan.options->write_high_bytes;
    uint8_t      piece[PIECE_BYTES];
    act_result   result = ACT_OK;
    while (mine->written < STREAM_BYTES && result == ACT_OK) {
        size_t count = STREAM_BYTES - mine->written < sizeof piece ? STREAM_BYTES - mine->written
                                                                   : sizeof piece;
        fill(piece, count, mine->written);
        result = act_tcp_write(mine->connection.tcp, piece, count);
        if (result == ACT_OK)
            mine->written += count;
    }
    if (result == ACT_FULL) {
        ck_assert_uint_ge(act_tcp_unsent(mine->connection.tcp), high);
        ck_assert_uint_le(act_tcp_unsent(mine->connection.tcp), high + PIECE_BYTES);
        if (!mine->was_full)
            net_say(mine->connection.net, "full");
        mine->was_full = true;
    } else {
        ck_assert_int_eq(result, ACT_OK);
        act_tcp_shutdown(mine->connection.tcp);
    }
}

static void source_receive(act_self *self, void *state, const act_message *message)
{
    struct source *mine = state;
    if (message->tag == ACT_MESSAGE_TCP_WRITABLE) {
        ck_assert_uint_le(act_tcp_unsent(mine->connection.tcp),
                          mine->connection.net->plan.options->write_low_bytes);
        pour(mine);
    } else if (message->tag == ACT_MESSAGE_TCP_READABLE &&
               act_tcp_input_ended(mine->connection.tcp)) {
        net_leave(self);
    } else if (message->tag == ACT_MESSAGE_TCP_READABLE) {
        pour(mine);
    } else {
        net_other(self, &mine->connection, message);
    }
}

static const act_behavior source = NET_BEHAVIOR(struct source, net_init, source_receive);

static void expect_source(const act_tcp_options *marks)
{
    struct net     net = {0};
    static uint8_t bytes[100000];
    net_start(&net, &(struct net_plan){.connection = &source, .options = marks});
    int fd = net_dial(&net);
    net_send_text(fd, "x");
    net_expect_line(&net, "full");
    for (size_t have = 0; have < STREAM_BYTES;) {
        size_t got = net_read(fd, bytes, sizeof bytes);
        ck_assert_msg(got != 0 && got != (size_t)-1, "ended after %zu", have);
        expect_stream(bytes, got, have);
        have += got;
    }
    net_expect_end(fd);
    net_close(&net, fd);
}

static void one_that_does_not_read_is_written_to_again_when_it_does(void)
{
    expect_source(ACT_TCP_OPTIONS(.write_high_bytes = 256 << 10, .write_low_bytes = 64 << 10));
}

/* More waits than the system takes at once: it must come down to the low mark first. */
static void one_that_does_not_read_is_written_to_again_when_little_waits(void)
{
    expect_source(ACT_TCP_OPTIONS(.write_high_bytes = 16 << 20, .write_low_bytes = 1 << 10));
}

static void one_that_goes_without_reading_is_told(void)
{
    struct net net = {0};
    net_start(&net, &(struct net_plan){.connection = &source,
                                       .options = ACT_TCP_OPTIONS(.write_high_bytes = 256 << 10)});
    int fd = net_dial(&net);
    net_send_text(fd, "x");
    net_expect_line(&net, "full");
    net_reset(fd);
    net_expect_line(&net, "closed: ECONNRESET");
    net_stop(&net);
}

/* ------------------------------------------------ one that has ended its side, and reads slowly */

struct late_source {
    struct source source;
    int           events;
};

/* Writes from when the other side has ended its stream. Each event then is counted. */
static void late_source_receive(act_self *self, void *state, const act_message *message)
{
    struct late_source *mine = state;
    act_tcp            *tcp = mine->source.connection.tcp;
    if (message->tag == NET_DO) {
        act_answer_value(self, message, NET_DO, act_int64(mine->events));
        return;
    }
    if (message->tag == ACT_MESSAGE_TCP_READABLE) {
        act_tcp_consume(tcp, SIZE_MAX);
        if (!act_tcp_input_ended(tcp))
            return;
    } else if (message->tag == ACT_MESSAGE_TCP_WRITABLE) {
        mine->events++;
    } else {
        net_other(self, &mine->source.connection, message);
        return;
    }
    if (mine->source.written < STREAM_BYTES)
        pour(&mine->source);
    else if (act_tcp_unsent(tcp) == 0)
        net_say(mine->source.connection.net, "all is sent");
}

static const act_behavior late_source =
    NET_BEHAVIOR(struct late_source, net_pid_init, late_source_receive);

/* It is told once that all is sent: nothing else would come. */
static void an_owner_that_answers_after_the_end_of_input_is_told_that_all_is_sent(void)
{
    struct net     net = {0};
    static uint8_t bytes[100000];
    net_start(&net,
              &(struct net_plan){.connection = &late_source,
                                 .options = ACT_TCP_OPTIONS(.write_high_bytes = 2 * STREAM_BYTES)});
    int     fd = net_dial(&net);
    act_pid pid = net_hear_pid(&net);
    shutdown(fd, SHUT_WR);
    for (size_t have = 0; have < STREAM_BYTES;) {
        size_t got = net_read(fd, bytes, sizeof bytes);
        ck_assert_msg(got != 0 && got != (size_t)-1, "ended after %zu", have);
        expect_stream(bytes, got, have);
        have += got;
    }
    net_expect_end(fd);
    net_expect_line(&net, "all is sent");
    ck_assert_int_eq(net_ask(&net, pid), 1);
    net_close(&net, fd);
}

/* -------------------------------------------------------------------- one that is not read from */

#define HIGH 1000

struct reader {
    struct net_connection connection;
    size_t                seen;
};

/* Leaves its input alone until told: then wants more, takes all of it, or so many (below 0). */
static void reader_receive(act_self *self, void *state, const act_message *message)
{
    struct reader *mine = state;
    act_tcp       *tcp = mine->connection.tcp;
    const uint8_t *bytes = NULL;
    size_t         count = act_tcp_input(tcp, &bytes);
    if (message->tag == NET_DO) {
        act_answer_value(self, message, NET_DO, act_int64((int64_t)count));
    } else if (message->tag == NET_GO && message->as.int64 <= 0) {
        act_tcp_consume(tcp, message->as.int64 == 0 ? count : (size_t)-message->as.int64);
    } else if (message->tag == NET_GO) {
        act_tcp_want(tcp, (size_t)message->as.int64);
    } else if (message->tag == ACT_MESSAGE_TCP_READABLE) {
        if (count > mine->seen && count % HIGH == 0)
            net_say(mine->connection.net, "%zu", count);
        mine->seen = count;
        if (act_tcp_input_ended(tcp))
            net_leave(self);
    } else {
        net_other(self, &mine->connection, message);
    }
}

static const act_behavior reader = NET_BEHAVIOR(struct reader, net_pid_init, reader_receive);

static void unread_input_stays_below_the_mark_unless_more_is_wanted(void)
{
    struct net net = {0};
    uint8_t    bytes[3 * HIGH] = {0};
    net_start(&net, &(struct net_plan){.connection = &reader,
                                       .options = ACT_TCP_OPTIONS(.read_high_bytes = HIGH)});
    int     fd = net_dial(&net);
    act_pid pid = net_hear_pid(&net);
    net_send(fd, bytes, sizeof bytes);
    net_expect_line(&net, "1000");
    ck_assert_int_eq(net_ask(&net, pid), HIGH);
    act_system_tell_value(net.system, pid, NET_GO, act_int64(2 * HIGH));
    net_expect_line(&net, "2000");
    ck_assert_int_eq(net_ask(&net, pid), 2 * HIGH);
    /* consumed: what was wanted is forgotten */
    act_system_tell_value(net.system, pid, NET_GO, act_int64(0));
    net_send(fd, bytes, sizeof bytes);
    shutdown(fd, SHUT_WR);
    int64_t count = 0;
    while (count < HIGH)
        count = net_ask(&net, pid);
    ck_assert_int_eq(count, HIGH);
    act_system_tell_value(net.system, pid, NET_GO, act_int64(100 * HIGH));
    net_expect_end(fd);
    net_close(&net, fd);
}

static void reading_begins_again_at_the_lower_mark_and_not_before(void)
{
    enum { LOW = 600 };
    struct net net = {0};
    uint8_t    bytes[3 * HIGH] = {0};
    net_start(&net, &(struct net_plan){.connection = &reader,
                                       .options = ACT_TCP_OPTIONS(.read_high_bytes = HIGH,
                                                                  .read_low_bytes = LOW)});
    int     fd = net_dial(&net);
    act_pid pid = net_hear_pid(&net);
    net_send(fd, bytes, sizeof bytes);
    net_expect_line(&net, "1000");
    act_system_tell_value(net.system, pid, NET_GO, act_int64(-(HIGH - LOW - 1)));
    for (int i = 0; i < 50; i++)
        ck_assert_int_eq(net_ask(&net, pid), LOW + 1);
    act_system_tell_value(net.system, pid, NET_GO, act_int64(-1));
    for (int64_t count = 0; count != HIGH;) {
        count = net_ask(&net, pid);
        ck_assert(count == LOW || count == HIGH);
    }
    net_close(&net, fd);
}

/* -------------------------------------------------------------------------------------- pausing */

static void pausing_receive(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    const uint8_t         *bytes = NULL;
    if (message->tag == NET_GO) {
        act_tcp_pause(mine->tcp, message->as.boolean);
    } else if (message->tag == NET_DO) {
        act_answer_value(self, message, NET_DO,
                         act_int64((int64_t)act_tcp_input(mine->tcp, &bytes)));
    } else if (message->tag == ACT_MESSAGE_TCP_READABLE) {
        net_say(mine->net, "%zu", act_tcp_input(mine->tcp, &bytes));
        if (act_tcp_input_ended(mine->tcp))
            net_leave(self);
    } else {
        net_other(self, mine, message);
    }
}

static const act_behavior pausing =
    NET_BEHAVIOR(struct net_connection, net_pid_init, pausing_receive);

static void a_paused_connection_reads_nothing(void)
{
    struct net net = {0};
    int        fd = net_open(&net, &pausing);
    act_pid    pid = net_hear_pid(&net);
    net_send_text(fd, "abc");
    net_expect_line(&net, "3");
    act_system_tell_value(net.system, pid, NET_GO, act_bool(true));
    ck_assert_int_eq(net_ask(&net, pid), 3);
    net_send_text(fd, "defg");
    for (int i = 0; i < 100; i++) /* each ask wakes the worker, and its loop is looked at */
        ck_assert_int_eq(net_ask(&net, pid), 3);
    act_system_tell_value(net.system, pid, NET_GO, act_bool(false));
    net_expect_line(&net, "7");
    close(fd);
    net_expect_line(&net, "7");
    net_join(&net, pid, ACT_EXIT_NORMAL);
    net_stop(&net);
}

/* -------------------------------------------------------------------------------- a busy worker */

static void spin_receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_tell_value(self, act_self_pid(self), message->tag, act_nothing());
}

static const act_behavior spinner = {.name = "spinner", .receive = spin_receive};

static void a_busy_worker_hears_of_its_sockets(void)
{
    struct net net = {0};
    net_start(&net, &(struct net_plan){.connection = &echo,
                                       .workers = 1,
                                       .options = ACT_TCP_OPTIONS(.read_high_bytes = 100,
                                                                  .write_high_bytes = 100)});
    act_pid pid = net_spawn(&net, &spinner, NULL, 0);
    act_system_tell_value(net.system, pid, NET_DO, act_nothing());
    int fd = net_dial(&net);
    for (int i = 0; i < 20; i++) {
        net_send_text(fd, "hello");
        net_expect(fd, "hello");
    }
    close(fd);
    ck_assert_int_eq(act_system_exit_actor(net.system, pid,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    net_stop(&net);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(bytes_pass_in_order_through_tiny_marks, .rounds = 2, .timeout_seconds = 60),
    TEST_CASE(bytes_pass_in_order_through_the_smallest_marks, .rounds = 2, .timeout_seconds = 60),
    TEST_CASE(bytes_pass_in_order_through_usual_marks, .rounds = 2, .timeout_seconds = 60),
    TEST_CASE(bytes_pass_in_order_through_marks_that_are_one, .rounds = 2, .timeout_seconds = 60),
    TEST_CASE(one_that_does_not_read_is_written_to_again_when_it_does, .rounds = 2,
              .timeout_seconds = 60),
    TEST_CASE(one_that_does_not_read_is_written_to_again_when_little_waits, .rounds = 2,
              .timeout_seconds = 60),
    TEST_CASE(one_that_goes_without_reading_is_told, .rounds = 2, .timeout_seconds = 60),
    TEST_CASE(an_owner_that_answers_after_the_end_of_input_is_told_that_all_is_sent, .rounds = 2,
              .timeout_seconds = 60),
    TEST_CASE(unread_input_stays_below_the_mark_unless_more_is_wanted, .rounds = 2),
    TEST_CASE(reading_begins_again_at_the_lower_mark_and_not_before, .rounds = 2,
              .timeout_seconds = 20),
    TEST_CASE(a_paused_connection_reads_nothing, .rounds = 2),
    TEST_CASE(a_busy_worker_hears_of_its_sockets),
    END_OF_CASES,
};
