/* Crashes a random shard ten times a second, over a connection of its own. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/demo/demo.h>

#include <inttypes.h>
#include <stdio.h>

enum { PERIOD_MS = 100, CONNECT_MS = 5000 };

struct saboteur {
    struct demo *demo;
    act_tcp     *tcp;
    bool         is_waiting, is_stopping;
};

static void lose(act_self *self, struct saboteur *saboteur)
{
    kv_count(&saboteur->demo->numbers.lost, 1);
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

/* Timers keep the pace however long an answer takes. */
static void arm(act_self *self)
{
    act_ref timer;
    if (act_tell_after(self, &timer, act_self_pid(self), PERIOD_MS, demo_panic) != ACT_OK)
        act_panic(self, "no memory for a timer");
}

static void crash_one(act_self *self, struct saboteur *saboteur)
{
    char text[80];
    int  count = snprintf(text, sizeof text, "DEBUG PANIC demo:%" PRIu64 "\r\n", act_random(self));
    arm(self);
    if (saboteur->is_waiting || saboteur->is_stopping)
        return;
    saboteur->is_waiting = true;
    kv_count(&saboteur->demo->numbers.panics, 1);
    if (act_tcp_write(saboteur->tcp, text, (size_t)count) != ACT_OK)
        lose(self, saboteur);
}

static void finish_if_told(act_self *self, struct saboteur *saboteur)
{
    if (!saboteur->is_stopping || saboteur->is_waiting)
        return;
    act_tcp_close(&saboteur->tcp);
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

/* The shard crashes before it can answer, so TRYAGAIN is the only right reply. */
static void read_reply(act_self *self, struct saboteur *saboteur)
{
    const uint8_t    *bytes;
    struct demo_reply reply;
    size_t            count = act_tcp_input(saboteur->tcp, &bytes);
    size_t            used = demo_reply_read(&reply, bytes, count);
    if (used == SIZE_MAX || (used == 0 && act_tcp_input_ended(saboteur->tcp))) {
        lose(self, saboteur);
    } else if (used > 0) {
        if (!demo_reply_is_try_again(&reply))
            kv_count(&saboteur->demo->numbers.wrong, 1);
        act_tcp_consume(saboteur->tcp, used);
        saboteur->is_waiting = false;
    }
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct saboteur *saboteur = state;
    switch (message->tag) {
    case ACT_MESSAGE_TCP_CONNECTED: arm(self); break;
    case ACT_MESSAGE_TCP_READABLE: read_reply(self, saboteur); break;
    case ACT_MESSAGE_TCP_CLOSED: lose(self, saboteur); break;
    case demo_panic_tag: crash_one(self, saboteur); break;
    case demo_stop_tag: saboteur->is_stopping = true; break;
    }
    finish_if_told(self, saboteur);
}

static act_result init(act_self *self, void *state, const void *args)
{
    struct saboteur *saboteur = state;
    saboteur->demo = *(struct demo *const *)args;
    return act_tcp_connect(self, &saboteur->tcp, "127.0.0.1", saboteur->demo->port, CONNECT_MS,
                           NULL);
}

const act_behavior demo_saboteur = {
    .name = "saboteur",
    .state_bytes = sizeof(struct saboteur),
    .args_bytes = sizeof(struct demo *),
    .init = init,
    .receive = receive,
};
