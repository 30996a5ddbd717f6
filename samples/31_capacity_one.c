/* A channel with room for one value: the second send waits for room. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

static void send_three(act_thread *self, void *argument)
{
    act_sender *sender = argument;
    (void)self;
    for (int value = 2; value <= 3; value++)
        must(act_channel_send(sender, &value, ACT_FOREVER));
    act_sender_drop(&sender);
}

int main(void)
{
    act_thread   *thread;
    act_sender   *sender;
    act_receiver *receiver;
    int           value = 1;
    must(act_channel_create(&sender, &receiver, sizeof value, 1));
    printf("1: %s\n", act_result_text(act_channel_send(sender, &value, 0)));
    value = 2;
    printf("2: %s\n", act_result_text(act_channel_send(sender, &value, 0)));
    must(act_thread_spawn(&thread, send_three, sender)); /* waits with its 2 until 1 is taken */
    ACT_CHANNEL_FOR(receiver, value)
    printf("received %d\n", value);
    must(act_thread_join(&thread, NULL));
    act_receiver_drop(&receiver);
    return 0;
}
