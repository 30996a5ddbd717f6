/* Many producers and one consumer, whose inbox has a bound that they wait at. Internal. */
/* SPDX-License-Identifier: MIT */
#include <test/bench/fanin.h>

struct producer {
    act_pid      consumer;
    int64_t      next, each;
    int64_t      half;    /* of its share of the places */
    int          awaited; /* answers */
    act_message *refused; /* to be sent again */
};

static act_result begin(act_self *self, void *state, const void *args)
{
    struct producer         *producer = state;
    const struct fanin_args *fanin = args;
    (void)self;
    producer->consumer = fanin->consumer;
    producer->each = fanin->each;
    producer->half = fanin->cap / 2 / fanin->producers;
    if (producer->half == 0)
        producer->half = 1;
    return ACT_OK;
}

/* Returns: whether there was a place; if not the message is kept. */
static bool offer(act_self *self, struct producer *producer)
{
    uint32_t tag = (producer->next + 1) % producer->half == 0 ? FANIN_MARKED : FANIN_VALUE;
    if (producer->refused == NULL)
        bench_must(act_message_create_value(&producer->refused, tag, act_int64(producer->next)));
    act_result result = act_send(self, producer->consumer, &producer->refused);
    if (result == ACT_FULL)
        return false;
    bench_must(result);
    producer->next++;
    producer->awaited += tag == FANIN_MARKED;
    return true;
}

/*
 * An inbox does not tell when it has room again, and asking it over and over keeps the others from
 * running. So the producers share its places: each sends two halves of its share, and another half
 * when the consumer says that it has taken one. Where there are more producers than places some are
 * still refused.
 */
static void produce(act_self *self, void *state, const act_message *message)
{
    struct producer *producer = state;
    bool             room = true;
    producer->awaited -= message->tag == FANIN_ANSWER;
    while (room && producer->awaited < 2 && producer->next < producer->each)
        room = offer(self, producer);
    if (!room && producer->awaited == 0)
        act_tell_value(self, act_self_pid(self), FANIN_GO, act_nothing());
}

static const act_behavior producer = {
    .name = "bounded producer",
    .state_bytes = sizeof(struct producer),
    .args_bytes = sizeof(struct fanin_args),
    .init = begin,
    .receive = produce,
};

void bench_fanin_bounded(void)
{
    fanin_run(&producer, (uint32_t)bench_number("cap", 1, UINT32_MAX));
}
