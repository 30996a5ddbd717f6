/* A thread panics: what it had deferred is released, the others go on, and its join tells why. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

#include <string.h>

static void drop(void *sender)
{
    act_sender_drop(sender);
}

static void fail(act_thread *self, void *argument)
{
    must(act_thread_defer(self, drop, argument)); /* however it ends, none waits for it in vain */
    act_thread_panic(self, "oops, %d things went wrong", 2);
}

int main(void)
{
    act_thread     *thread;
    act_sender     *sender;
    act_receiver   *receiver;
    act_exit_report report;
    int             value;
    must(act_channel_create(&sender, &receiver, sizeof value, 1));
    must(act_thread_spawn(&thread, fail, &sender));
    printf("receive: %s\n", act_result_text(act_channel_receive(receiver, &value, ACT_FOREVER)));
    must(act_thread_join(&thread, &report));
    printf("join: %s, %s\n", act_exit_kind_text(report.kind), strchr(report.text, ' ') + 1);
    printf("main goes on\n");
    act_receiver_drop(&receiver);
    return 0;
}
