/*
 * An actor whose handler takes a millisecond once in a thousand messages, beside others that answer
 * pings: how long an answer takes. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

#include <stdlib.h>

enum { PING = 1, PONG, WORK, DONE };
enum { LONG_EVERY = 1000, LONG_NANOSECONDS = 1000000 };

static void worker_receive(act_self *self, void *state, const act_message *message)
{
    int64_t *handled = state, end;
    if (++*handled % LONG_EVERY == 0) {
        end = bench_clock() + LONG_NANOSECONDS;
        while (bench_clock() < end)
            continue;
    }
    act_tell_value(self, act_message_sender(message), DONE, act_nothing());
}

static const act_behavior worker = {
    .name = "worker", .state_bytes = sizeof(int64_t), .receive = worker_receive};

static void answerer_receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_tell_value(self, act_message_sender(message), PONG, act_int64(message->as.int64));
}

static const act_behavior answerer = {.name = "answerer", .receive = answerer_receive};

/*
 * ---- the director: a ping to each is under way all the time, and with each goes some work, as
 * long as the worker keeps up: what a flood costs is not asked here ----
 */

struct director {
    int64_t  actors, n, sent, answered, working, began;
    int64_t *took; /* nanoseconds, of each ping */
    act_pid  worker;
};

static void ping(act_self *self, struct director *director, act_pid to)
{
    director->sent++;
    if (director->working < director->actors) {
        director->working++;
        act_tell_value(self, director->worker, WORK, act_nothing());
    }
    act_tell_value(self, to, PING, act_int64(bench_clock()));
}

static act_result begin(act_self *self, void *state, const void *args)
{
    struct director *director = state;
    act_pid          pid;
    *director = *(const struct director *)args;
    director->took = bench_alloc(self, (size_t)director->n * sizeof *director->took);
    bench_must(act_spawn(self, &director->worker, &worker, NULL, NULL));
    director->began = bench_clock();
    for (int64_t i = 0; i < director->actors; i++) {
        bench_must(act_spawn(self, &pid, &answerer, NULL, NULL));
        ping(self, director, pid);
    }
    return ACT_OK;
}

static void end(act_self *self, struct director *director)
{
    int64_t elapsed = bench_clock() - director->began, n = director->n, *took = director->took;
    qsort(took, (size_t)n, sizeof *took, bench_compare);
    bench_end_with(self, elapsed, n, " p50_us=%.1f p99_us=%.1f p999_us=%.1f",
                   (double)took[n / 2] / 1e3, (double)took[n * 99 / 100] / 1e3,
                   (double)took[n * 999 / 1000] / 1e3);
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct director *director = state;
    if (message->tag == DONE) {
        director->working--;
        return;
    }
    director->took[director->answered++] = bench_clock() - message->as.int64;
    if (director->answered == director->n)
        end(self, director);
    else if (director->sent < director->n)
        ping(self, director, act_message_sender(message));
}

static const act_behavior director = {
    .name = "long_handler",
    .state_bytes = sizeof(struct director),
    .args_bytes = sizeof(struct director),
    .init = begin,
    .receive = receive,
};

void bench_long_handler(void)
{
    struct director args = {.actors = bench_number("actors", 1, 1000000)};
    args.n = bench_number("n", args.actors, INT32_MAX);
    bench_run(&director, &args, NULL);
}
