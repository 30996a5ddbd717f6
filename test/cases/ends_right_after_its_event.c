/* An actor may end as soon as a channel has told it: nothing of it is used after that. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/judge.h>

enum { SPIN = 1, READY, ACTORS = 6, SENDERS = 3, RUN_MS = 3000 };

static act_sender   *sender;
static act_receiver *receiver;
static _Atomic bool  is_over;
static _Atomic long  ended;

static const act_behavior waiter;

static act_result begin(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    act_result result = act_channel_notify(self, receiver, READY);
    if (result == ACT_OK)
        act_tell_value(self, act_self_pid(self), SPIN, act_nothing());
    return result;
}

static void end(act_self *self)
{
    int     value;
    act_pid next;
    (void)!act_channel_receive(receiver, &value, 0); /* another may have had it */
    if (!is_over)
        must(act_spawn(self, &next, &waiter, NULL, NULL));
    ended++;
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

/* Stays awake, so that nothing has to wake it for the event. */
static void receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == SPIN)
        act_tell_value(self, act_self_pid(self), SPIN, act_nothing());
    else
        end(self);
}

static const act_behavior waiter = {.name = "waiter", .init = begin, .receive = receive};

static void *send_values(void *unused)
{
    int value = 1;
    (void)unused;
    while (!is_over)
        (void)!act_channel_send(sender, &value, 0); /* full is fine */
    return NULL;
}

int main(void)
{
    act_system *system;
    act_pid     pid;
    pthread_t   threads[SENDERS];
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 4, .log = no_log)));
    must(act_channel_create(&sender, &receiver, sizeof(int), 1));
    for (int i = 0; i < ACTORS; i++)
        must(act_system_spawn(system, &pid, &waiter, NULL, NULL));
    for (int i = 0; i < SENDERS; i++)
        must(pthread_create(&threads[i], NULL, send_values, NULL) == 0 ? ACT_OK : ACT_OS);
    sleep_ms(RUN_MS);
    is_over = true;
    for (int i = 0; i < SENDERS; i++)
        pthread_join(threads[i], NULL);
    must(act_system_destroy(&system));
    act_sender_drop(&sender);
    act_receiver_drop(&receiver);
    return judge(ended > 0, "%ld actors were told and ended", ended);
}
