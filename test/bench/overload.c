/*
 * A producer that is twice as fast as its consumer, whose inbox has no bound: what is done, and in
 * how much memory.
 */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

enum { GO = 1, WORK, LAST, HANDLED, ENDLESS, STOP, SECOND };
enum { STEPS = 200, ALONE = 1000, CHUNK = 16 };

/* So many steps for a message are the consumer's work, and half of them the producer's. */
static uint32_t work(uint32_t x, int steps)
{
    for (int i = 0; i < steps; i++)
        x = bench_next(x);
    return bench_out(x);
}

/*
 * ---- the consumer: at a LAST it says how many have come since the one before, and in which time
 * ----
 */

struct consumer {
    int64_t  count, began;
    uint32_t sum;
};

static void consume(act_self *self, void *state, const act_message *message)
{
    struct consumer *consumer = state;
    if (consumer->count++ == 0)
        consumer->began = bench_clock();
    consumer->sum += work(message->as.uint64 & UINT32_MAX, STEPS);
    if (message->tag != LAST)
        return;
    int64_t found[] = {consumer->count, bench_clock() - consumer->began};
    act_tell_bytes(self, act_self_parent(self), HANDLED, found, sizeof found);
    consumer->count = 0;
}

static const act_behavior consumer = {
    .name = "consumer", .state_bytes = sizeof(struct consumer), .receive = consume};

/*
 * ---- the producer: ALONE messages, then, when it is told so, messages without end until it is
 * told to stop ----
 */

struct producer {
    act_pid  consumer;
    uint32_t x;
    bool     stopped;
};

static void produce_some(act_self *self, struct producer *producer, int count)
{
    for (int i = 0; i < count; i++) {
        producer->x = work(producer->x, STEPS / 2);
        act_tell_value(self, producer->consumer, WORK, act_uint64(producer->x));
    }
}

static act_result producer_begin(act_self *self, void *state, const void *args)
{
    struct producer *producer = state;
    producer->consumer = *(const act_pid *)args;
    produce_some(self, producer, ALONE);
    act_tell_value(self, producer->consumer, LAST, act_uint64(0));
    return ACT_OK;
}

static void produce(act_self *self, void *state, const act_message *message)
{
    struct producer *producer = state;
    if (producer->stopped)
        return;
    if (message->tag == STOP) {
        producer->stopped = true;
        act_tell_value(self, producer->consumer, LAST, act_uint64(0));
        return;
    }
    produce_some(self, producer, CHUNK);
    act_tell_value(self, act_self_pid(self), GO, act_nothing());
}

static const act_behavior producer = {
    .name = "producer",
    .state_bytes = sizeof(struct producer),
    .args_bytes = sizeof(act_pid),
    .init = producer_begin,
    .receive = produce,
};

/* ---- the director ---- */

struct director {
    act_pid producer;
    int64_t seconds, passed;
    double  alone; /* nanoseconds a message, ALONE of them */
    int64_t first_kib, last_kib;
};

static act_result begin(act_self *self, void *state, const void *args)
{
    struct director *director = state;
    act_pid          pid;
    *director = *(const struct director *)args;
    bench_must(act_spawn(self, &pid, &consumer, NULL, NULL));
    bench_must(act_spawn(self, &director->producer, &producer, &pid, NULL));
    return ACT_OK;
}

static void wait_a_second(act_self *self)
{
    act_ref timer;
    bench_must(act_tell_after_value(self, &timer, act_self_pid(self), SECOND, act_nothing(),
                                    ACT_SECONDS(1)));
}

/*
 * The resident size after the first second, when the inbox is as long as it gets, and after the
 * last.
 */
static void second(act_self *self, struct director *director)
{
    director->last_kib = bench_resident_bytes() / 1024;
    if (director->passed++ == 0)
        director->first_kib = director->last_kib;
    if (director->passed < director->seconds)
        wait_a_second(self);
    else
        act_tell_value(self, director->producer, STOP, act_nothing());
}

static void handled(act_self *self, struct director *director, const act_message *message)
{
    int64_t found[2];
    bench_must(act_message_read(message, found, sizeof found));
    if (director->alone == 0) {
        director->alone = (double)found[1] / (double)found[0];
        act_tell_value(self, director->producer, ENDLESS, act_nothing());
        wait_a_second(self);
        return;
    }
    bench_end_with(self, found[1], found[0], " alone_ns=%.1f rss_first_kib=%lld rss_last_kib=%lld",
                   director->alone, (long long)director->first_kib, (long long)director->last_kib);
}

static void receive(act_self *self, void *state, const act_message *message)
{
    if (message->tag == SECOND)
        second(self, state);
    else
        handled(self, state, message);
}

static const act_behavior director = {
    .name = "overload",
    .state_bytes = sizeof(struct director),
    .args_bytes = sizeof(struct director),
    .init = begin,
    .receive = receive,
};

void bench_overload(void)
{
    struct director args = {.seconds = bench_number("seconds", 1, 3600)};
    bench_run(&director, &args, NULL);
}
