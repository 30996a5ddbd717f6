/* A thread is spawned and joined. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

static void count(act_thread *self, void *go)
{
    int nothing;
    (void)self;
    (void)!act_channel_receive(go, &nothing, ACT_FOREVER); /* until main drops its sender */
    for (int i = 1; i <= 5; i++)
        printf("spawned thread: %d\n", i);
}

int main(void)
{
    act_thread   *thread;
    act_sender   *sender;
    act_receiver *go;
    must(act_channel_create(&sender, &go, sizeof(int), 1));
    must(act_thread_spawn(&thread, count, go));
    for (int i = 1; i <= 3; i++)
        printf("main thread: %d\n", i);
    act_sender_drop(&sender);
    must(act_thread_join(&thread, NULL));
    printf("joined\n");
    act_receiver_drop(&go);
    return 0;
}
