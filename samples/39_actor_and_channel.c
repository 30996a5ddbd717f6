/* An actor receives from a channel without waiting: it is told when values wait. */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

#define ADDER_MESSAGES(MESSAGE) MESSAGE(adder_ready, ACT_NO_FIELDS)
ACT_SCHEMA(adder, ADDER_MESSAGES);

static act_receiver *numbers;

static act_result begin(act_self *self, void *state, const void *args)
{
    (void)state;
    (void)args;
    return act_channel_notify(self, numbers, adder_ready_tag);
}

static void receive(act_self *self, void *state, const act_message *message)
{
    int       *sum = state, number;
    act_result result;
    (void)message;
    while ((result = act_channel_receive(numbers, &number, 0)) == ACT_OK)
        *sum += number;
    if (result == ACT_EMPTY) {
        must(act_channel_notify(self, numbers, adder_ready_tag));
        return;
    }
    printf("actor: the sum is %d, and no sender is left\n", *sum);
    act_stop(self);
}

static const act_behavior adder = {
    .name = "adder", .state_bytes = sizeof(int), .init = begin, .receive = receive};

int main(void)
{
    act_system *system;
    act_pid     pid;
    act_sender *sender;
    must(act_system_create(&system, NULL));
    must(act_channel_create(&sender, &numbers, sizeof(int), 4));
    must(act_system_spawn(system, &pid, &adder, NULL, NULL));
    for (int number = 1; number <= 100; number++)
        must(act_channel_send(sender, &number, ACT_FOREVER));
    act_sender_drop(&sender);
    must(act_system_join(system, pid, NULL, ACT_FOREVER));
    act_receiver_drop(&numbers);
    act_system_destroy(&system);
    return 0;
}
