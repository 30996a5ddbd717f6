/* A receive gives up after a while, and tries again. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

static void send_late(act_thread *self, void *argument)
{
    act_sender *sender = argument;
    const char *value = "delayed message";
    (void)self;
    must(act_channel_send(sender, &value, ACT_FOREVER));
}

int main(void)
{
    act_thread   *thread;
    act_sender   *sender;
    act_receiver *receiver;
    const char   *value;
    must(act_channel_create(&sender, &receiver, sizeof value, 1));
    printf("after 20 ms: %s\n", act_result_text(act_channel_receive(receiver, &value, ACT_MS(20))));
    must(act_thread_spawn(&thread, send_late, sender));
    must(act_channel_receive(receiver, &value, ACT_SECONDS(20)));
    printf("within 20 s: %s\n", value);
    must(act_thread_join(&thread, NULL));
    act_sender_drop(&sender);
    act_receiver_drop(&receiver);
    return 0;
}
