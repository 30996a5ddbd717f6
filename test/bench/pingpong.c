/* Two actors, one message in flight, each answer one more than what was sent. Internal. */
/* SPDX-License-Identifier: MIT */
#include <test/bench/pingpong.h>

enum { BALL = 1 };

static void pong_receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_tell_value(self, act_message_sender(message), BALL, act_int64(message->as.int64 + 1));
}

static const act_behavior pong = {.name = "pong", .receive = pong_receive};

static act_result ping_begin(act_self *self, void *state, const void *args)
{
    struct ping *ping = state;
    ping_open(self, ping, args, &pong);
    act_tell_value(self, ping->pong, BALL, act_int64(0));
    return ACT_OK;
}

static void ping_receive(act_self *self, void *state, const act_message *message)
{
    struct ping *ping = state;
    if (ping_goes_on(self, ping, message->as.int64))
        act_tell_value(self, ping->pong, BALL, act_int64(ping->sent));
}

void bench_pingpong(void)
{
    ping_run(ping_begin, ping_receive);
}
