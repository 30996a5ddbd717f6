/*
 * Nothing runs; once in a millisecond a thread tells an actor something: how long until that runs.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

#include <stdlib.h>
#include <time.h>

enum { PING = 1 };

/* ---- the caller: a blocking actor, whose thread is none of the workers' ---- */

struct caller {
    act_pid to;
    int64_t n;
};

static act_result call(act_self *self, void *state, const void *args)
{
    static const struct timespec pause = {.tv_nsec = 1000000};
    const struct caller         *caller = args;
    (void)state;
    for (int64_t i = 0; i < caller->n; i++) {
        nanosleep(&pause, NULL);
        act_tell_value(self, caller->to, PING, act_int64(bench_clock()));
    }
    return ACT_OK;
}

static void caller_receive(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

static const act_behavior caller = {
    .name = "caller", .args_bytes = sizeof(struct caller), .init = call, .receive = caller_receive};

/* ---- the director, which is called ---- */

struct wakeup {
    int64_t  n, count, began;
    int64_t *took; /* nanoseconds, of each call */
};

static act_result begin(act_self *self, void *state, const void *args)
{
    struct wakeup *wakeup = state;
    act_pid        pid;
    wakeup->n = *(const int64_t *)args;
    wakeup->took = bench_alloc(self, (size_t)wakeup->n * sizeof *wakeup->took);
    wakeup->began = bench_clock();
    struct caller from = {.to = act_self_pid(self), .n = wakeup->n};
    bench_must(act_spawn(self, &pid, &caller, &from, ACT_SPAWN_OPTIONS(.blocking = true)));
    return ACT_OK;
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct wakeup *wakeup = state;
    int64_t        n = wakeup->n, *took = wakeup->took, now = bench_clock();
    took[wakeup->count++] = now - message->as.int64;
    if (wakeup->count < n)
        return;
    qsort(took, (size_t)n, sizeof *took, bench_compare);
    bench_end_with(self, now - wakeup->began, n, " p50_us=%.1f p99_us=%.1f",
                   (double)took[n / 2] / 1e3, (double)took[n * 99 / 100] / 1e3);
}

static const act_behavior director = {
    .name = "wakeup",
    .state_bytes = sizeof(struct wakeup),
    .args_bytes = sizeof(int64_t),
    .init = begin,
    .receive = receive,
};

void bench_wakeup(void)
{
    int64_t n = bench_number("n", 1, 10000000);
    bench_run(&director, &n, NULL);
}
