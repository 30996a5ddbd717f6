/* Commands of several kinds go through one channel, as a tagged union. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

struct command {
    enum { PROCESS, REPORT, SHUTDOWN } kind;
    union {
        const char *data;  /* to process */
        act_sender *reply; /* where the report goes: an int */
    } as;
};
ACT_CHANNEL(commands, struct command);

static void work(act_thread *self, void *argument)
{
    commands_receiver *receiver = argument;
    struct command     command;
    int                processed = 0;
    (void)self;
    while (commands_receive(*receiver, &command, ACT_FOREVER) == ACT_OK &&
           command.kind != SHUTDOWN) {
        if (command.kind == PROCESS)
            printf("worker: %d, %s\n", ++processed, command.as.data);
        else
            must(act_channel_send(command.as.reply, &processed, ACT_FOREVER));
    }
    printf("worker: shut down\n");
}

int main(void)
{
    act_thread       *thread;
    commands_sender   sender;
    commands_receiver receiver;
    act_sender       *reply;
    act_receiver     *report;
    int               processed;
    must(commands_create(&sender, &receiver, 8));
    must(act_channel_create(&reply, &report, sizeof processed, ACT_CHANNEL_RENDEZVOUS));
    must(act_thread_spawn(&thread, work, &receiver));
    must(
        commands_send(sender, &(struct command){.kind = PROCESS, .as.data = "first"}, ACT_FOREVER));
    must(commands_send(sender, &(struct command){.kind = PROCESS, .as.data = "second"},
                       ACT_FOREVER));
    must(commands_send(sender, &(struct command){.kind = REPORT, .as.reply = reply}, ACT_FOREVER));
    must(act_channel_receive(report, &processed, ACT_FOREVER));
    printf("report: %d processed\n", processed);
    must(commands_send(sender, &(struct command){.kind = SHUTDOWN}, ACT_FOREVER));
    must(act_thread_join(&thread, NULL));
    commands_drop_sender(&sender);
    commands_drop_receiver(&receiver);
    act_sender_drop(&reply);
    act_receiver_drop(&report);
    return 0;
}
