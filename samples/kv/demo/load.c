/* One connection of the load: it owns its keys, so it knows what each must hold. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/demo/demo.h>

#include <inttypes.h>
#include <stdio.h>

#include <samples/kv/service/host.h>

/* The first TEXTS_COUNT keys are SET, the others are counted up. */
enum { KEYS_COUNT = 100, TEXTS_COUNT = 50, CONNECT_MS = 5000 };

/*
 * A key's value follows from how often it was written. A write that got TRYAGAIN was not: the next
 * thing is to look.
 */
struct key {
    uint64_t writes_count;
};

struct load {
    struct demo *demo;
    uint32_t     id;
    act_tcp     *tcp;
    struct key   keys[KEYS_COUNT];
    uint32_t     key;         /* of the request under way */
    bool         is_write;    /* what that is */
    bool         is_stopping; /* every key is looked at once more */
    uint32_t     checked_count;
    int64_t      sent_at_us;
};

/* ---- Values ---- */

/* Writes what a key holds after so many writes; a text of 64 bytes, or a number. */
static int value_of(const struct load *load, uint32_t key, uint64_t writes_count, char text[80])
{
    if (key >= TEXTS_COUNT)
        return snprintf(text, 80, "%" PRIu64, writes_count);
    return snprintf(text, 80, "%08" PRIu32 ":%08" PRIu32 ":%046" PRIu64, load->id, key,
                    writes_count);
}

static bool holds(const struct load *load, const struct demo_reply *reply, uint64_t writes_count)
{
    char text[80];
    if (writes_count == 0)
        return reply->is_nil;
    int count = value_of(load, load->key, writes_count, text);
    return !reply->is_nil && kv_bytes_equal(reply->bytes, kv_bytes_of(text, (size_t)count));
}

/* ---- Requests ---- */

static void lose(act_self *self, struct load *load)
{
    kv_count(&load->demo->numbers.lost, 1);
    act_stop(self);
}

static void request(act_self *self, struct load *load, uint32_t key, bool is_write)
{
    char value[80], text[200];
    int  count;
    load->key = key;
    load->is_write = is_write;
    if (!is_write) {
        count = snprintf(text, sizeof text, "GET demo:%" PRIu32 ":%" PRIu32 "\r\n", load->id, key);
    } else if (key >= TEXTS_COUNT) {
        count = snprintf(text, sizeof text, "INCR demo:%" PRIu32 ":%" PRIu32 "\r\n", load->id, key);
    } else {
        value_of(load, key, load->keys[key].writes_count + 1, value);
        count = snprintf(text, sizeof text, "SET demo:%" PRIu32 ":%" PRIu32 " %s\r\n", load->id,
                         key, value);
    }
    load->sent_at_us = kv_host_clock_us();
    kv_count(&load->demo->numbers.sent, 1);
    if (act_tcp_write(load->tcp, text, (size_t)count) != ACT_OK)
        lose(self, load);
}

static void finish(act_self *self, struct load *load)
{
    act_tcp_close(&load->tcp);
    act_stop(self);
}

static void request_next(act_self *self, struct load *load, bool repeat)
{
    uint64_t dice = act_random(self);
    if (repeat)
        request(self, load, load->key, false);
    else if (!load->is_stopping)
        request(self, load, (uint32_t)(dice % KEYS_COUNT), (dice >> 32) % 2 == 0);
    else if (load->checked_count < KEYS_COUNT)
        request(self, load, load->checked_count++, false);
    else
        finish(self, load);
}

/* ---- Replies ---- */

static bool is_right(struct load *load, const struct demo_reply *reply)
{
    struct key *key = &load->keys[load->key];
    if (load->is_write) {
        key->writes_count++;
        return load->key >= TEXTS_COUNT
                   ? reply->type == ':' && holds(load, reply, key->writes_count)
                   : reply->type == '+' && kv_bytes_equal(reply->bytes, kv_bytes_text("OK"));
    }
    return reply->type == '$' && holds(load, reply, key->writes_count);
}

static void complain(const struct load *load, const struct demo_reply *reply)
{
    fprintf(stderr,
            "kv-demo: wrong reply to %s demo:%" PRIu32 ":%" PRIu32 ", written %" PRIu64
            " times: %c%.*s\n",
            load->is_write ? "a write of" : "GET", load->id, load->key,
            load->keys[load->key].writes_count, reply->type,
            reply->bytes.count < 100 ? (int)reply->bytes.count : 100, reply->bytes.data);
}

/* Returns: whether to look again. */
static bool take_reply(struct load *load, const struct demo_reply *reply)
{
    struct demo_numbers *numbers = &load->demo->numbers;
    kv_count(&numbers->answered, 1);
    demo_note_latency(numbers, kv_host_clock_us() - load->sent_at_us);
    if (demo_reply_is_try_again(reply)) {
        kv_count(&numbers->try_agains, 1);
        return true;
    }
    if (!is_right(load, reply)) {
        kv_count(&numbers->wrong, 1);
        complain(load, reply);
    }
    return false;
}

/* One request is under way at a time, so nothing lies behind its reply. */
static void read_reply(act_self *self, struct load *load)
{
    const uint8_t    *bytes;
    struct demo_reply reply;
    size_t            count = act_tcp_input(load->tcp, &bytes);
    size_t            used = demo_reply_read(&reply, bytes, count);
    if (used == SIZE_MAX || (used == 0 && act_tcp_input_ended(load->tcp))) {
        lose(self, load);
    } else if (used > 0) {
        bool again = take_reply(load, &reply);
        act_tcp_consume(load->tcp, used);
        request_next(self, load, again);
    }
}

/* ---- Life ---- */

static void receive(act_self *self, void *state, const act_message *message)
{
    struct load *load = state;
    switch (message->tag) {
    case ACT_MESSAGE_TCP_CONNECTED: request_next(self, load, false); break;
    case ACT_MESSAGE_TCP_READABLE: read_reply(self, load); break;
    case ACT_MESSAGE_TCP_CLOSED: lose(self, load); break;
    case demo_stop_tag: load->is_stopping = true; break;
    }
}

static act_result init(act_self *self, void *state, const void *args)
{
    struct load                 *load = state;
    const struct demo_load_args *mine = args;
    load->demo = mine->demo;
    load->id = mine->id;
    return act_tcp_connect(self, &load->tcp, "127.0.0.1", load->demo->port, CONNECT_MS, NULL);
}

const act_behavior demo_load = {
    .name = "load",
    .state_bytes = sizeof(struct load),
    .args_bytes = sizeof(struct demo_load_args),
    .init = init,
    .receive = receive,
};
