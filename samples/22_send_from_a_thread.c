/* A thread sends a value, and main receives it. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

static void say_hello(act_thread *self, void *argument)
{
    act_sender *sender = argument;
    const char *value = "hello from the spawned thread";
    (void)self;
    must(act_channel_send(sender, &value, ACT_FOREVER));
    act_sender_drop(&sender);
}

int main(void)
{
    act_thread   *thread;
    act_sender   *sender;
    act_receiver *receiver;
    const char   *value;
    must(act_channel_create(&sender, &receiver, sizeof value, ACT_CHANNEL_UNBOUNDED));
    must(act_thread_spawn(&thread, say_hello, sender)); /* the sender is the thread's now */
    must(act_channel_receive(receiver, &value, ACT_FOREVER));
    printf("received: %s\n", value);
    must(act_thread_join(&thread, NULL));
    act_receiver_drop(&receiver);
    return 0;
}
