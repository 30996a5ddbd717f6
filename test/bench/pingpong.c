/* Two actors, one message in flight, each answer one more than what was sent. Internal. */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

enum { BALL = 1 };

static void pong_receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_tell_value(self, act_message_sender(message), BALL, act_int64(message->as.int64 + 1));
}

static const act_behavior pong = {.name = "pong", .receive = pong_receive};

struct ping {
    act_pid pong;
    int64_t n, sent, began;
};

static act_result ping_begin(act_self *self, void *state, const void *args)
{
    struct ping *ping = state;
    ping->n = *(const int64_t *)args;
    bench_must(act_spawn(self, &ping->pong, &pong, NULL, NULL));
    ping->began = bench_clock();
    act_tell_value(self, ping->pong, BALL, act_int64(0));
    return ACT_OK;
}

static void ping_receive(act_self *self, void *state, const act_message *message)
{
    struct ping *ping = state;
    bench_check(message->as.int64 == ping->sent + 1, "an answer is what was sent, plus one");
    if (message->as.int64 == 2 * ping->n - 1) {
        bench_end(self, bench_clock() - ping->began, 2 * ping->n);
        return;
    }
    ping->sent = message->as.int64 + 1;
    act_tell_value(self, ping->pong, BALL, act_int64(ping->sent));
}

static const act_behavior ping = {
    .name = "ping",
    .state_bytes = sizeof(struct ping),
    .args_bytes = sizeof(int64_t),
    .init = ping_begin,
    .receive = ping_receive,
};

void bench_pingpong(void)
{
    int64_t n = bench_number("n", 1, INT32_MAX);
    bench_run(&ping, &n, NULL);
}
