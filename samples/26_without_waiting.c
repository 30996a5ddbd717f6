/* A receive that does not wait leaves time for other work. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

/* Sends when main has done some work. */
struct ends {
    act_receiver *worked;
    act_sender   *sender;
};

static void send_later(act_thread *self, void *argument)
{
    struct ends *ends = argument;
    int          value = 100;
    (void)self;
    must(act_channel_receive(ends->worked, &value, ACT_FOREVER));
    value = 100;
    must(act_channel_send(ends->sender, &value, ACT_FOREVER));
    act_sender_drop(&ends->sender);
}

int main(void)
{
    act_thread   *thread;
    act_sender   *worked;
    act_receiver *receiver;
    struct ends   ends;
    int           value, work = 1;
    act_result    result;
    must(act_channel_create(&worked, &ends.worked, sizeof work, ACT_CHANNEL_UNBOUNDED));
    must(act_channel_create(&ends.sender, &receiver, sizeof value, 1));
    result = act_channel_receive(receiver, &value, 0);
    printf("at first: %s\n", act_result_text(result));
    must(act_thread_spawn(&thread, send_later, &ends));
    printf("other work\n");
    must(act_channel_send(worked, &work, ACT_FOREVER));
    while ((result = act_channel_receive(receiver, &value, 0)) == ACT_EMPTY)
        work++; /* more of it */
    printf("then: %d\n", value);
    must(act_thread_join(&thread, NULL));
    printf("at last: %s\n", act_result_text(act_channel_receive(receiver, &value, 0)));
    act_sender_drop(&worked);
    act_receiver_drop(&ends.worked);
    act_receiver_drop(&receiver);
    return 0;
}
