/* Many producers and one consumer, whose inbox has no bound, or a bound that the producers wait at. Internal. */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

/*
 * A producer sends so many, then tells itself to go on: a handler that sent everything would not let the framework
 * slow the actor, which takes effect between its turns.
 */
enum { CHUNK = 16 };

enum { GO = 1, VALUE, WANTS_ANSWER, ANSWER, SUM };

struct fanin {
    int64_t  producers, each;
    uint32_t cap; /* 0: none */
    int64_t  ready, began;
    act_pid  consumer, *pids;
};

/* ---- the producers ---- */

struct producer {
    act_pid      consumer;
    int64_t      next, each;
    /* With a bound: */
    int64_t      half;    /* of its share of the places */
    int          awaited; /* answers */
    act_message *refused; /* to be sent again */
};

static act_result producer_begin(act_self *self, void *state, const void *args)
{
    struct producer    *producer = state;
    const struct fanin *fanin = args;
    (void)self;
    producer->consumer = fanin->consumer;
    producer->each = fanin->each;
    producer->half = fanin->cap / 2 / fanin->producers;
    if (producer->half == 0)
        producer->half = 1;
    return ACT_OK;
}

static void produce(act_self *self, void *state, const act_message *message)
{
    struct producer *producer = state;
    for (int i = 0; i < CHUNK && producer->next < producer->each; i++)
        act_tell(self, producer->consumer, VALUE, act_int64(producer->next++));
    if (producer->next < producer->each)
        act_tell(self, act_self_pid(self), GO, act_nothing());
    (void)message;
}

static const act_behavior unbounded_producer = {
    .name = "unbounded producer",
    .state_bytes = sizeof(struct producer),
    .args_bytes = sizeof(struct fanin),
    .init = producer_begin,
    .receive = produce,
};

/* Returns: whether there was a place; if not the message is kept. */
static bool offer(act_self *self, struct producer *producer)
{
    uint32_t tag = (producer->next + 1) % producer->half == 0 ? WANTS_ANSWER : VALUE;
    if (producer->refused == NULL)
        bench_must(act_message_create_value(&producer->refused, tag, act_int64(producer->next)));
    act_result result = act_send(self, producer->consumer, &producer->refused);
    if (result == ACT_FULL)
        return false;
    bench_must(result);
    producer->next++;
    producer->awaited += tag == WANTS_ANSWER;
    return true;
}

/*
 * An inbox does not tell when it has room again, and asking it over and over keeps the others from running. So the
 * producers share its places: each sends two halves of its share, and another half when the consumer says that it has
 * taken one. Where there are more producers than places some are still refused.
 */
static void produce_bounded(act_self *self, void *state, const act_message *message)
{
    struct producer *producer = state;
    bool             room = true;
    producer->awaited -= message->tag == ANSWER;
    while (room && producer->awaited < 2 && producer->next < producer->each)
        room = offer(self, producer);
    if (!room && producer->awaited == 0)
        act_tell(self, act_self_pid(self), GO, act_nothing());
}

static const act_behavior bounded_producer = {
    .name = "bounded producer",
    .state_bytes = sizeof(struct producer),
    .args_bytes = sizeof(struct fanin),
    .init = producer_begin,
    .receive = produce_bounded,
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
    if (message->tag == WANTS_ANSWER)
        act_tell(self, act_message_sender(message), ANSWER, act_nothing());
    if (--consumer->awaited == 0)
        act_tell(self, act_self_parent(self), SUM, act_int64(consumer->sum));
}

static const act_behavior consumer = {
    .name = "consumer",
    .state_bytes = sizeof(struct consumer),
    .args_bytes = sizeof(int64_t),
    .init = consumer_begin,
    .receive = consume,
};

/* ---- the director ---- */

static act_result begin(act_self *self, void *state, const void *args)
{
    struct fanin *fanin = state;
    *fanin = *(const struct fanin *)args;
    int64_t awaited = fanin->producers * fanin->each;
    fanin->pids = bench_alloc(self, (size_t)fanin->producers * sizeof *fanin->pids);
    bench_must(act_spawn(self, &fanin->consumer, &consumer, &awaited,
                         ACT_SPAWN_OPTIONS(.inbox_max = fanin->cap, .inbox_policy = ACT_INBOX_REFUSE)));
    for (int64_t i = 0; i < fanin->producers; i++)
        bench_must(act_spawn(self, &fanin->pids[i], fanin->cap == 0 ? &unbounded_producer : &bounded_producer, fanin,
                             ACT_SPAWN_OPTIONS(.announce = true)));
    return ACT_OK;
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct fanin *fanin = state;
    if (message->tag == ACT_MESSAGE_STARTED && ++fanin->ready == fanin->producers) {
        fanin->began = bench_clock();
        for (int64_t i = 0; i < fanin->producers; i++)
            act_tell(self, fanin->pids[i], GO, act_nothing());
    } else if (message->tag == SUM) {
        int64_t elapsed = bench_clock() - fanin->began;
        bench_check(message->as.int64 == fanin->producers * bench_sum_below(fanin->each), "all values are in the sum");
        bench_end(self, elapsed, fanin->producers * fanin->each);
    }
}

static const act_behavior director = {
    .name = "fanin",
    .state_bytes = sizeof(struct fanin),
    .args_bytes = sizeof(struct fanin),
    .init = begin,
    .receive = receive,
};

static struct fanin arguments(void)
{
    struct fanin fanin = {.producers = bench_number("producers", 1, 1000000)};
    fanin.each = bench_number("n", fanin.producers, INT32_MAX) / fanin.producers;
    return fanin;
}

void bench_fanin(void)
{
    struct fanin fanin = arguments();
    bench_run(&director, &fanin, NULL);
}

void bench_fanin_bounded(void)
{
    struct fanin fanin = arguments();
    fanin.cap = (uint32_t)bench_number("cap", 1, UINT32_MAX);
    bench_run(&director, &fanin, NULL);
}
