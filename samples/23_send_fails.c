/* A send fails when the receiver is gone, and the value is still the sender's. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

#include <string.h>

int main(void)
{
    act_sender   *sender;
    act_receiver *receiver;
    char         *value = strdup("data to send");
    must(act_channel_create(&sender, &receiver, sizeof value, ACT_CHANNEL_UNBOUNDED));
    act_receiver_drop(&receiver);
    act_result result = act_channel_send(sender, &value, ACT_FOREVER);
    printf("send: %s\n", act_result_text(result));
    printf("still mine: %s\n", value);
    free(value);
    act_sender_drop(&sender);
    return 0;
}
