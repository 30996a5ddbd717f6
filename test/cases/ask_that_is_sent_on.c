/* An ask that was taken cannot be lost by sending it on, and is answered when it is forwarded. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/judge.h>

#define SHOP_PRICE(FIELD) FIELD(1, INT32, number)
#define SHOP_MESSAGES(MESSAGE)                                                                     \
    MESSAGE(shop_ask, SHOP_PRICE)                                                                  \
    MESSAGE(shop_price, SHOP_PRICE)
ACT_SCHEMA(shop, SHOP_MESSAGES);

static act_pid    back, front;
static act_result sent, forwarded;
static int        price;
static uint32_t   answer_tag;

static void look_up(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_answer(self, message, shop_price, .number = act_view(shop_ask, message)->number * 2);
}

static void pass_on(act_self *self, void *state, const act_message *message)
{
    act_message *mine = act_take(self);
    (void)state, (void)message;
    sent = act_send(self, back, &mine);
    forwarded = mine != NULL ? act_forward(self, back, &mine) : ACT_INVALID;
    act_message_free(&mine);
}

static act_result begin(act_self *self, void *state, const void *args)
{
    act_ref ask;
    (void)state, (void)args;
    return act_ask(self, &ask, front, ACT_SECONDS(10), shop_ask, .number = 21);
}

static void hear(act_self *self, void *state, const act_message *message)
{
    (void)state;
    answer_tag = message->tag;
    if (message->tag == shop_price_tag)
        price = act_view(shop_price, message)->number;
    act_stop(self);
}

static const act_behavior clerk = {.name = "clerk", .receive = look_up};
static const act_behavior desk = {.name = "desk", .receive = pass_on};
static const act_behavior client = {.name = "client", .init = begin, .receive = hear};

int main(void)
{
    act_system *system;
    act_pid     pid;
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.log = no_log)));
    must(act_system_spawn(system, &back, &clerk, NULL, NULL));
    must(act_system_spawn(system, &front, &desk, NULL, NULL));
    must(act_system_spawn(system, &pid, &client, NULL, NULL));
    must(act_system_join(system, pid, NULL, ACT_SECONDS(20)));
    must(act_system_destroy(&system));
    return judge(sent == ACT_INVALID && forwarded == ACT_OK && price == 42,
                 "sent on: %s; forwarded: %s; the answer is %d (tag %x)", act_result_text(sent),
                 act_result_text(forwarded), price, answer_tag);
}
