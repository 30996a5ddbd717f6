/* Several producers and several consumers share one channel: each value is received once. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

enum { VALUES = 1000 };

static _Atomic int received, sum;

static void consume(act_thread *self, void *argument)
{
    act_receiver *receiver = argument;
    int           value;
    (void)self;
    ACT_CHANNEL_FOR(receiver, value)
    {
        received++;
        sum += value;
    }
    act_receiver_drop(&receiver);
}

static void produce(act_thread *self, void *argument)
{
    act_sender *sender = argument;
    (void)self;
    for (int value = 1; value <= VALUES; value++)
        must(act_channel_send(sender, &value, ACT_FOREVER));
    act_sender_drop(&sender);
}

int main(void)
{
    act_thread   *threads[4];
    act_sender   *sender;
    act_receiver *receiver;
    must(act_channel_create(&sender, &receiver, sizeof(int), 16));
    must(act_thread_spawn(&threads[0], produce, act_sender_clone(sender)));
    must(act_thread_spawn(&threads[1], produce, sender));
    must(act_thread_spawn(&threads[2], consume, act_receiver_clone(receiver)));
    must(act_thread_spawn(&threads[3], consume, receiver));
    for (int i = 0; i < 4; i++)
        must(act_thread_join(&threads[i], NULL));
    printf("received %d values, sum %d\n", received, sum);
    return 0;
}
