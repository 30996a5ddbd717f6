/*
 * Actors at both ends: a value for which there is no room is left there, and the next one comes in
 * a message.
 */
/* SPDX-License-Identifier: MIT */
#include <samples/must.h>

#define GIVER_MESSAGES(MESSAGE)                                                                    \
    MESSAGE(giver_begin, ACT_NO_FIELDS)                                                            \
    MESSAGE(giver_sent, ACT_NO_FIELDS)
ACT_SCHEMA(giver, GIVER_MESSAGES);

#define TAKER_MESSAGES(MESSAGE) MESSAGE(taker_value, ACT_NO_FIELDS)
ACT_SCHEMA(taker, TAKER_MESSAGES);

enum { NUMBERS = 100 };

static act_sender   *sender;
static act_receiver *receiver;

/* ---- one that gives: it goes on when what it left is sent ---- */

static act_result give_begin(act_self *self, void *state, const void *args)
{
    (void)state;
    (void)args;
    act_tell(self, act_self_pid(self), giver_begin);
    return ACT_OK;
}

static void give(act_self *self, void *state, const act_message *message)
{
    int *number = state;
    (void)message;
    while (*number < NUMBERS) {
        ++*number;
        if (act_channel_send(sender, number, 0) == ACT_FULL) {
            must(act_channel_send_later(self, sender, number, giver_sent_tag));
            return;
        }
    }
    printf("giver: done\n");
    act_sender_drop(&sender);
    act_stop(self);
}

/* ---- one that takes: a message without a value says that no sender is left ---- */

static act_result take_begin(act_self *self, void *state, const void *args)
{
    (void)state;
    (void)args;
    return act_channel_receive_later(self, receiver, taker_value_tag);
}

static void take(act_self *self, void *state, const act_message *message)
{
    int *sum = state, number;
    if (act_channel_take(message, &number) == ACT_OK) {
        *sum += number;
        must(act_channel_receive_later(self, receiver, taker_value_tag));
        return;
    }
    printf("taker: the sum is %d\n", *sum);
    act_stop(self);
}

static const act_behavior giver = {
    .name = "giver", .state_bytes = sizeof(int), .init = give_begin, .receive = give};
static const act_behavior taker = {
    .name = "taker", .state_bytes = sizeof(int), .init = take_begin, .receive = take};

int main(void)
{
    act_system *system;
    act_pid     gives, takes;
    must(act_system_create(&system, NULL));
    must(act_channel_create(&sender, &receiver, sizeof(int), 1));
    must(act_system_spawn(system, &takes, &taker, NULL, NULL));
    must(act_system_spawn(system, &gives, &giver, NULL, NULL));
    must(act_system_join(system, gives, NULL, ACT_FOREVER));
    must(act_system_join(system, takes, NULL, ACT_FOREVER));
    act_receiver_drop(&receiver);
    act_system_destroy(&system);
    return 0;
}
