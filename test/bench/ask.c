/* Ping-pong of asks: their answers come to `receive`, or to a function with a context. Internal. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <actor/continuation.h>
#include <test/bench/pingpong.h>

#define ASK_BALL(FIELD)       FIELD(1, INT64, number)
#define ASK_MESSAGES(MESSAGE) MESSAGE(ask_ball, ASK_BALL)
ACT_SCHEMA(ask, ASK_MESSAGES);

static void pong_receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_answer(self, message, ask_ball, .number = act_view(ask_ball, message)->number + 1);
}

static const act_behavior pong = {.name = "pong", .receive = pong_receive};

static void ask_plainly(act_self *self, struct ping *ping)
{
    act_ref ask;
    bench_must(act_ask(self, &ask, ping->pong, ACT_FOREVER, ask_ball, .number = ping->sent));
}

static act_result begin_plainly(act_self *self, void *state, const void *args)
{
    ping_open(self, state, args, &pong);
    ask_plainly(self, state);
    return ACT_OK;
}

static void receive_plainly(act_self *self, void *state, const act_message *message)
{
    if (ping_goes_on(self, state, act_view(ask_ball, message)->number))
        ask_plainly(self, state);
}

struct context {
    int64_t number, other;
};
ACT_CONTINUATION(on_answer, struct ping, struct context);

static void ask_with_context(act_self *self, struct ping *ping)
{
    bench_must(act_ask_then(self, NULL, ping->pong, ACT_FOREVER, ask_ball, (.number = ping->sent),
                            on_answer, .number = ping->sent));
}

static void on_answer(act_self *self, struct ping *ping, const act_message *answer,
                      const struct context *context)
{
    bench_check(context->number == ping->sent, "the context is that of this ask");
    if (ping_goes_on(self, ping, act_view(ask_ball, answer)->number))
        ask_with_context(self, ping);
}

static act_result begin_with_context(act_self *self, void *state, const void *args)
{
    ping_open(self, state, args, &pong);
    ask_with_context(self, state);
    return ACT_OK;
}

static void receive_none(act_self *self, void *state, const act_message *message)
{
    (void)self;
    (void)state;
    (void)message;
    bench_check(false, "all answers go to the function");
}

void bench_ask(void)
{
    bool is_plain = strcmp(bench_word("context", "no"), "no") == 0;
    ping_run(is_plain ? begin_plainly : begin_with_context,
             is_plain ? receive_plainly : receive_none);
}
