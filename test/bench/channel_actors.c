/* Channels between actors, which never wait: they are told when they can go on. Internal. */
/* SPDX-License-Identifier: MIT */
#include <test/bench/channel.h>

enum { GO = 1, NEWS, SUM };

struct channel_work {
    act_sender   *sender;
    act_receiver *receiver;
    int64_t       count; /* of this actor */
};

/* -------------------------------------------------------------------------------------- senders */

struct giver {
    struct channel_work work;
    int64_t             next;
};

/*
 * Until there is no room; then the next value is left there, and the message says that it has gone.
 */
static void give(act_self *self, void *state, const act_message *message)
{
    struct giver *giver = state;
    act_result    result = ACT_OK;
    (void)message;
    while (result == ACT_OK && giver->next < giver->work.count) {
        result = act_channel_send(giver->work.sender, &giver->next, 0);
        if (result == ACT_FULL) {
            bench_must(act_channel_send_later(self, giver->work.sender, &giver->next, NEWS));
        }
        giver->next++;
    }
}

static act_result giver_begin(act_self *self, void *state, const void *args)
{
    struct giver *giver = state;
    giver->work = *(const struct channel_work *)args;
    act_tell_value(self, act_self_pid(self), GO, act_nothing());
    return ACT_OK;
}

static const act_behavior giver = {
    .name = "giver",
    .state_bytes = sizeof(struct giver),
    .args_bytes = sizeof(struct channel_work),
    .init = giver_begin,
    .receive = give,
};

/* ------------------------------------------------------------------------------------ receivers */

struct taker {
    struct channel_work work;
    int64_t             count, sum;
};

static void note(struct taker *taker, int64_t value)
{
    taker->count++;
    taker->sum += value;
}

/* Each takes its share: one value comes in the message, the others wait. */
static void take(act_self *self, void *state, const act_message *message)
{
    struct taker *taker = state;
    int64_t       value;
    if (act_channel_take(message, &value) == ACT_OK)
        note(taker, value);
    while (taker->count < taker->work.count &&
           act_channel_receive(taker->work.receiver, &value, 0) == ACT_OK)
        note(taker, value);
    if (taker->count == taker->work.count)
        act_tell_value(self, act_self_parent(self), SUM, act_int64(taker->sum));
    else
        bench_must(act_channel_receive_later(self, taker->work.receiver, NEWS));
}

static act_result taker_begin(act_self *self, void *state, const void *args)
{
    struct taker *taker = state;
    taker->work = *(const struct channel_work *)args;
    act_tell_value(self, act_self_pid(self), GO, act_nothing());
    return ACT_OK;
}

static const act_behavior taker = {
    .name = "taker",
    .state_bytes = sizeof(struct taker),
    .args_bytes = sizeof(struct channel_work),
    .init = taker_begin,
    .receive = take,
};

/* ------------------------------------------------------------------------------------- director */

struct director {
    struct channel_actors all;
    int64_t               began, sum;
    int                   reports;
};

static act_result begin(act_self *self, void *state, const void *args)
{
    struct director *director = state;
    act_pid          pid;
    director->all = *(const struct channel_actors *)args;
    struct channel_work work = {director->all.sender, director->all.receiver, director->all.each};
    director->began = bench_clock();
    for (int i = 0; i < director->all.senders; i++)
        bench_must(act_spawn(self, &pid, &giver, &work, NULL));
    work.count = director->all.senders * director->all.each / director->all.receivers;
    for (int i = 0; i < director->all.receivers; i++)
        bench_must(act_spawn(self, &pid, &taker, &work, NULL));
    return ACT_OK;
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct director *director = state;
    director->sum += message->as.int64;
    if (++director->reports < director->all.receivers)
        return;
    int64_t elapsed = bench_clock() - director->began;
    bench_check(director->sum == director->all.senders * bench_sum_below(director->all.each),
                "what was received is what was sent");
    bench_end(self, elapsed, director->all.senders * director->all.each);
}

static const act_behavior director = {
    .name = "director",
    .state_bytes = sizeof(struct director),
    .args_bytes = sizeof(struct channel_actors),
    .init = begin,
    .receive = receive,
};

void channel_between_actors(const struct channel_actors *all)
{
    bench_run(&director, all, NULL);
}
