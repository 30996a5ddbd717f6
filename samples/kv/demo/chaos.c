/* Crashes a random shard ten times a second, over a connection of its own. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/demo/demo.h>

#include <inttypes.h>
#include <stdio.h>

enum { PERIOD_MS = 100, CONNECT_MS = 5000 };

struct chaos {
    struct demo *demo;
    act_tcp     *tcp;
    bool         is_waiting, is_stopping;
};

static void lose(act_self *self, struct chaos *chaos)
{
    kv_count(&chaos->demo->numbers.lost, 1);
    act_stop(self);
}

/* Timers keep the pace however long an answer takes. */
static void arm(act_self *self)
{
    act_ref timer;
    if (act_tell_after(self, &timer, act_self_pid(self), PERIOD_MS, demo_panic) != ACT_OK)
        act_panic(self, "no memory for a timer");
}

static void crash_one(act_self *self, struct chaos *chaos)
{
    char text[80];
    int  count = snprintf(text, sizeof text, "DEBUG PANIC demo:%" PRIu64 "\r\n", act_random(self));
    arm(self);
    if (chaos->is_waiting || chaos->is_stopping)
        return;
    chaos->is_waiting = true;
    kv_count(&chaos->demo->numbers.panics, 1);
    if (act_tcp_write(chaos->tcp, text, (size_t)count) != ACT_OK)
        lose(self, chaos);
}

static void finish_if_told(act_self *self, struct chaos *chaos)
{
    if (!chaos->is_stopping || chaos->is_waiting)
        return;
    act_tcp_close(&chaos->tcp);
    act_stop(self);
}

/* The shard crashes before it can answer, so TRYAGAIN is the only right reply. */
static void read_reply(act_self *self, struct chaos *chaos)
{
    const uint8_t    *bytes;
    struct demo_reply reply;
    size_t            count = act_tcp_input(chaos->tcp, &bytes);
    size_t            used = demo_reply_read(&reply, bytes, count);
    if (used == SIZE_MAX || (used == 0 && act_tcp_input_ended(chaos->tcp))) {
        lose(self, chaos);
    } else if (used > 0) {
        if (!demo_reply_is_try_again(&reply))
            kv_count(&chaos->demo->numbers.wrong, 1);
        act_tcp_consume(chaos->tcp, used);
        chaos->is_waiting = false;
    }
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct chaos *chaos = state;
    switch (message->tag) {
    case ACT_MESSAGE_TCP_CONNECTED: arm(self); break;
    case ACT_MESSAGE_TCP_READABLE: read_reply(self, chaos); break;
    case ACT_MESSAGE_TCP_CLOSED: lose(self, chaos); break;
    case demo_panic_tag: crash_one(self, chaos); break;
    case demo_stop_tag: chaos->is_stopping = true; break;
    }
    finish_if_told(self, chaos);
}

static act_result init(act_self *self, void *state, const void *args)
{
    struct chaos *chaos = state;
    chaos->demo = *(struct demo *const *)args;
    return act_tcp_connect(self, &chaos->tcp, "127.0.0.1", chaos->demo->port, CONNECT_MS, NULL);
}

const act_behavior demo_chaos = {
    .name = "chaos",
    .state_bytes = sizeof(struct chaos),
    .args_bytes = sizeof(struct demo *),
    .init = init,
    .receive = receive,
};
