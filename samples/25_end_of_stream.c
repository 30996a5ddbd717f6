/* A receive waits for a value, and then for the end of the stream. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

static void send_ping(act_thread *self, void *argument)
{
    act_sender *sender = argument;
    const char *ping = "ping";
    (void)self;
    must(act_channel_send(sender, &ping, ACT_FOREVER));
    act_sender_drop(&sender); /* it was the only one: the stream ends */
}

int main(void)
{
    act_thread   *thread;
    act_sender   *sender;
    act_receiver *receiver;
    const char   *value;
    must(act_channel_create(&sender, &receiver, sizeof value, 1));
    must(act_thread_spawn(&thread, send_ping, sender));
    must(act_channel_receive(receiver, &value, ACT_FOREVER));
    printf("first: %s\n", value);
    printf("second: %s\n", act_result_text(act_channel_receive(receiver, &value, ACT_FOREVER)));
    must(act_thread_join(&thread, NULL));
    act_receiver_drop(&receiver);
    return 0;
}
