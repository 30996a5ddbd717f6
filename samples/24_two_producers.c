/* Two threads send through clones of one sender. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

static void produce(act_thread *self, void *argument)
{
    act_sender *sender = argument;
    (void)self;
    for (int value = 1; value <= 1000; value++)
        must(act_channel_send(sender, &value, ACT_FOREVER));
    act_sender_drop(&sender);
}

int main(void)
{
    act_thread   *one, *two;
    act_sender   *sender;
    act_receiver *receiver;
    int           value, count = 0, sum = 0;
    must(act_channel_create(&sender, &receiver, sizeof value, ACT_CHANNEL_UNBOUNDED));
    must(act_thread_spawn(&one, produce, act_sender_clone(sender)));
    must(act_thread_spawn(&two, produce, sender));
    ACT_CHANNEL_FOR(receiver, value)
    { /* until both have dropped their sender */
        count++;
        sum += value;
    }
    printf("%d values, sum %d\n", count, sum);
    must(act_thread_join(&one, NULL));
    must(act_thread_join(&two, NULL));
    act_receiver_drop(&receiver);
    return 0;
}
