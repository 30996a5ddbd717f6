/* What ping-pong is, whatever its messages are made of: pingpong.c and typed.c. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_BENCH_PINGPONG_H
#define ACT_TEST_BENCH_PINGPONG_H

#include <test/bench/bench.h>

struct ping {
    act_pid pong;
    int64_t n, sent, began;
};

/* Before the first message, which is 0. args: how often each sends. */
static inline void ping_open(act_self *self, struct ping *ping, const void *args,
                             const act_behavior *pong)
{
    ping->n = *(const int64_t *)args;
    bench_must(act_spawn(self, &ping->pong, pong, NULL, NULL));
    ping->began = bench_clock();
}

/* An answer has come. Returns: whether `sent`, one more, is to be sent; else it was the last. */
static inline bool ping_goes_on(act_self *self, struct ping *ping, int64_t number)
{
    bench_check(number == ping->sent + 1, "an answer is what was sent, plus one");
    if (number == 2 * ping->n - 1) {
        bench_end(self, bench_clock() - ping->began, 2 * ping->n);
        return false;
    }
    ping->sent = number + 1;
    return true;
}

/* A run of it. */
static inline void ping_run(act_result (*begin)(act_self *, void *, const void *),
                            void (*receive)(act_self *, void *, const act_message *))
{
    const act_behavior ping = {.name = "ping",
                               .state_bytes = sizeof(struct ping),
                               .args_bytes = sizeof(int64_t),
                               .init = begin,
                               .receive = receive};
    int64_t            n = bench_number("n", 1, INT32_MAX);
    bench_run(&ping, &n, NULL);
}

#endif
