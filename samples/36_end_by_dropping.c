/*
 * Dropping the last sender ends a worker once it has done what waits; an "exit" command ends it at
 * once.
 */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

#include <string.h>

static void work(act_thread *self, void *argument)
{
    const char *command;
    (void)self;
    ACT_CHANNEL_FOR(argument, command)
    {
        printf("worker: %s\n", command);
        if (strcmp(command, "exit") == 0) {
            printf("worker: told to exit\n");
            return;
        }
    }
    printf("worker: no sender is left\n");
}

static void run(const char *const *commands, int count)
{
    act_thread   *thread;
    act_sender   *sender;
    act_receiver *receiver;
    must(act_channel_create(&sender, &receiver, sizeof *commands, ACT_CHANNEL_UNBOUNDED));
    for (int i = 0; i < count; i++)
        must(act_channel_send(sender, &commands[i], ACT_FOREVER));
    act_sender_drop(&sender);
    must(act_thread_spawn(&thread, work, receiver));
    must(act_thread_join(&thread, NULL));
    act_receiver_drop(&receiver);
}

int main(void)
{
    const char *commands[] = {"hello", "work", "exit", "never done"};
    run(commands, 2);
    run(commands, 4);
    return 0;
}
