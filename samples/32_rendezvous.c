/* Nothing waits in a channel of capacity 0: a send ends when the value has been taken, twice. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

static void take_two(act_thread *self, void *argument)
{
    int sum = 0, value;
    (void)self;
    for (int i = 0; i < 2; i++) {
        must(act_channel_receive(argument, &value, ACT_FOREVER));
        sum += value;
    }
    printf("taken: %d in all\n", sum);
}

int main(void)
{
    act_thread   *thread;
    act_sender   *sender;
    act_receiver *receiver;
    int           value = 42;
    must(act_channel_create(&sender, &receiver, sizeof value, ACT_CHANNEL_RENDEZVOUS));
    printf("nobody waits: %s\n", act_result_text(act_channel_send(sender, &value, 0)));
    printf("nobody comes: %s\n", act_result_text(act_channel_send(sender, &value, ACT_MS(10))));
    must(act_thread_spawn(&thread, take_two, receiver));
    must(act_channel_send(sender, &value, ACT_FOREVER));
    value = 99;
    must(act_channel_send(sender, &value, ACT_FOREVER));
    must(act_thread_join(&thread, NULL));
    act_sender_drop(&sender);
    act_receiver_drop(&receiver);
    return 0;
}
