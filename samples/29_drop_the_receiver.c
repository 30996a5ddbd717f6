/* The receiver goes while the sender is at work: the sender hears of it. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

static void count(act_thread *self, void *argument)
{
    act_sender *sender = argument;
    act_result  result;
    int         value = 1;
    (void)self;
    while ((result = act_channel_send(sender, &value, ACT_FOREVER)) == ACT_OK)
        value++;
    printf("sender: cannot send %d: %s\n", value, act_result_text(result));
    act_sender_drop(&sender);
}

int main(void)
{
    act_thread   *thread;
    act_sender   *sender;
    act_receiver *receiver;
    int           value;
    must(act_channel_create(&sender, &receiver, sizeof value, ACT_CHANNEL_RENDEZVOUS));
    must(act_thread_spawn(&thread, count, sender));
    must(act_channel_receive(receiver, &value, ACT_FOREVER));
    printf("receiver: got %d, and goes\n", value);
    act_receiver_drop(&receiver);
    must(act_thread_join(&thread, NULL));
    return 0;
}
