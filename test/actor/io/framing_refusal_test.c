/* Frames where the program does something else in between, or wants what cannot be. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/framing.h>

#include <string.h>

#include <event2/buffer.h>

#include <actor/io/tcp_record.h>
#include <test/actor/io/net.h>
#include <test/kit/kit.h>
#include <test/mailbox/schema/carrier.h>

typedef void job(act_tcp *tcp);

static job *current_job;

static void do_job(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    if (message->tag != NET_DO)
        return;
    current_job(mine->tcp);
    act_answer_value(self, message, NET_DO, act_int64(0));
    net_leave(self);
}

static const act_behavior worker = NET_BEHAVIOR(struct net_connection, net_pid_init, do_job);

/* Runs it once, in the handler of a connection's owner. */
static void run_job(job *run)
{
    struct net net = {0};
    current_job = run;
    int fd = net_open(&net, &worker);
    net_ask(&net, net_hear_pid(&net));
    net_close(&net, fd);
}

/* As if it came in one piece of the input's own. */
static void feed(act_tcp *tcp, const char *text)
{
    ck_assert_int_eq(evbuffer_add_reference(tcp->input, text, strlen(text), NULL, NULL), 0);
}

static act_result next(act_tcp *tcp, act_frames *frames, const char *expected)
{
    static const act_framing lines = {.kind = ACT_FRAMING_LINE};
    act_bytes                line;
    act_result               result = act_tcp_next_frame(tcp, frames, &lines, &line);
    if (result == ACT_OK) {
        ck_assert_uint_eq(line.bytes_count, strlen(expected));
        ck_assert_mem_eq(line.data, expected, line.bytes_count);
    }
    return result;
}

static void consume_between(act_tcp *tcp)
{
    static const char other[] = "a frame of another framing";
    act_frames        frames = {0};
    feed(tcp, other);
    ck_assert_int_eq(next(tcp, &frames, ""), ACT_EMPTY);
    act_tcp_consume(tcp, strlen(other));
    feed(tcp, "ab\nc"); /* less than was seen */
    ck_assert_int_eq(next(tcp, &frames, "ab"), ACT_OK);
    ck_assert_int_eq(next(tcp, &frames, ""), ACT_EMPTY);
    act_tcp_consume(tcp, 1);
    feed(tcp, "\nefghi"); /* more */
    ck_assert_int_eq(next(tcp, &frames, ""), ACT_OK);
    ck_assert_int_eq(next(tcp, &frames, ""), ACT_EMPTY);
}

static void frames_of_another_framing_may_be_dropped_in_between(void)
{
    run_job(consume_between);
}

static void count_release(void *count)
{
    ++*(int *)count;
}

/* It cannot leave the process: so it stays the caller's. */
static void write_resource(act_tcp *tcp)
{
    int released = 0;
    ck_assert_int_eq(act_tcp_write_message(tcp, carrier_named, .name = "one",
                                           .socket = {&released, count_release}),
                     ACT_LOCAL);
    ck_assert_int_eq(released, 0);
    ck_assert_uint_eq(evbuffer_get_length(tcp->output), 0);
}

static void a_resource_that_is_not_written_stays_the_callers(void)
{
    run_job(write_resource);
}

/* Its last bytes, with the first of the delimiter, would be the delimiter. */
static void write_early_end(act_tcp *tcp)
{
    static const act_framing blank_line = {.kind = ACT_FRAMING_DELIMITER, .delimiter = "\r\n\r\n"};
    static const char *const early[] = {"a\r\n", "\r\n", "a\r\n\r\nb", "a\r\n\r\n"};
    static const char *const whole[] = {"a\r\nb", "a\r", "\n", ""};
    for (size_t i = 0; i < sizeof early / sizeof *early; i++)
        ck_assert_int_eq(act_tcp_write_frame(tcp, &blank_line, early[i], strlen(early[i])),
                         ACT_INVALID);
    ck_assert_uint_eq(evbuffer_get_length(tcp->output), 0);
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        ck_assert_int_eq(act_tcp_write_frame(tcp, &blank_line, whole[i], strlen(whole[i])), ACT_OK);
}

static void a_frame_that_would_end_early_is_not_written(void)
{
    run_job(write_early_end);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(frames_of_another_framing_may_be_dropped_in_between),
    TEST_CASE(a_resource_that_is_not_written_stays_the_callers),
    TEST_CASE(a_frame_that_would_end_early_is_not_written),
    END_OF_CASES,
};
