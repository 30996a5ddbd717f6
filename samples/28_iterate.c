/* A loop over what is received ends with the last sender; here it is left early. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

static void count(act_thread *self, void *argument)
{
    act_sender *sender = argument;
    act_result  result = ACT_OK;
    (void)self;
    for (int value = 1; value <= 5 && result == ACT_OK; value++)
        result = act_channel_send(sender, &value, ACT_FOREVER);
    act_sender_drop(&sender);
}

int main(void)
{
    act_thread   *thread;
    act_sender   *sender;
    act_receiver *receiver;
    int           value;
    must(act_channel_create(&sender, &receiver, sizeof value, ACT_CHANNEL_UNBOUNDED));
    must(act_thread_spawn(&thread, count, sender));
    ACT_CHANNEL_FOR(receiver, value)
    {
        printf("got %d\n", value);
        if (value == 3)
            break;
    }
    printf("left early\n");
    ACT_CHANNEL_FOR(receiver, value)
    printf("then %d\n", value);
    printf("the stream has ended\n");
    must(act_thread_join(&thread, NULL));
    act_receiver_drop(&receiver);
    return 0;
}
