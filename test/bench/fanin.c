/* Many producers and one consumer, whose inbox has no bound: the framework slows them. Internal. */
/* SPDX-License-Identifier: MIT */
#include <test/bench/fanin.h>

/* ---- a producer ---- */

/*
 * So many are sent, then the actor tells itself to go on: a handler that sent everything could not
 * be muted, which takes effect between an actor's turns.
 */
enum { CHUNK = 16 };

struct producer {
    act_pid consumer;
    int64_t next, each;
};

static act_result producer_begin(act_self *self, void *state, const void *args)
{
    struct producer         *producer = state;
    const struct fanin_args *fanin = args;
    (void)self;
    producer->consumer = fanin->consumer;
    producer->each = fanin->each;
    return ACT_OK;
}

static void produce(act_self *self, void *state, const act_message *message)
{
    struct producer *producer = state;
    (void)message;
    for (int i = 0; i < CHUNK && producer->next < producer->each; i++)
        act_tell_value(self, producer->consumer, FANIN_VALUE, act_int64(producer->next++));
    if (producer->next < producer->each)
        act_tell_value(self, act_self_pid(self), FANIN_GO, act_nothing());
}

static const act_behavior producer = {
    .name = "producer",
    .state_bytes = sizeof(struct producer),
    .args_bytes = sizeof(struct fanin_args),
    .init = producer_begin,
    .receive = produce,
};

/* ---- the consumer ---- */

struct consumer {
    int64_t awaited, sum;
};

static act_result consumer_begin(act_self *self, void *state, const void *args)
{
    struct consumer *consumer = state;
    (void)self;
    consumer->awaited = *(const int64_t *)args;
    return ACT_OK;
}

static void consume(act_self *self, void *state, const act_message *message)
{
    struct consumer *consumer = state;
    consumer->sum += message->as.int64;
    if (message->tag == FANIN_MARKED)
        act_tell_value(self, act_message_sender(message), FANIN_ANSWER, act_nothing());
    if (--consumer->awaited == 0)
        act_tell_value(self, act_self_parent(self), FANIN_SUM, act_int64(consumer->sum));
}

static const act_behavior consumer = {
    .name = "consumer",
    .state_bytes = sizeof(struct consumer),
    .args_bytes = sizeof(int64_t),
    .init = consumer_begin,
    .receive = consume,
};

/* ---- the director ---- */

struct director {
    struct fanin_args   args;
    const act_behavior *producer;
    int64_t             ready, began;
    act_pid            *pids;
};

static act_result begin(act_self *self, void *state, const void *args)
{
    struct director *director = state;
    *director = *(const struct director *)args;
    int64_t count = director->args.producers, awaited = count * director->args.each;
    director->pids = bench_alloc(self, (size_t)count * sizeof *director->pids);
    bench_must(act_spawn(self, &director->args.consumer, &consumer, &awaited,
                         ACT_SPAWN_OPTIONS(.inbox_max = director->args.cap,
                                           .inbox_policy = ACT_INBOX_REFUSE)));
    for (int64_t i = 0; i < count; i++)
        bench_must(act_spawn(self, &director->pids[i], director->producer, &director->args,
                             ACT_SPAWN_OPTIONS(.announce = true)));
    return ACT_OK;
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct director *director = state;
    int64_t          count = director->args.producers, each = director->args.each;
    if (message->tag == ACT_MESSAGE_STARTED && ++director->ready == count) {
        director->began = bench_clock();
        for (int64_t i = 0; i < count; i++)
            act_tell_value(self, director->pids[i], FANIN_GO, act_nothing());
    } else if (message->tag == FANIN_SUM) {
        int64_t elapsed = bench_clock() - director->began;
        bench_check(message->as.int64 == count * bench_sum_below(each),
                    "all values are in the sum");
        bench_end(self, elapsed, count * each);
    }
}

static const act_behavior director = {
    .name = "director",
    .state_bytes = sizeof(struct director),
    .args_bytes = sizeof(struct director),
    .init = begin,
    .receive = receive,
};

void fanin_run(const act_behavior *kind, uint32_t cap)
{
    struct director args = {
        .args.producers = bench_number("producers", 1, 1000000), .args.cap = cap, .producer = kind};
    args.args.each = bench_number("n", args.args.producers, INT32_MAX) / args.args.producers;
    bench_run(&director, &args, NULL);
}

void bench_fanin(void)
{
    fanin_run(&producer, 0);
}
