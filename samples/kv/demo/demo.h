/*
 * The demonstration: load actors that drive a kv over TCP and check every value, while its shards
 * are crashed.
 */
/* SPDX-License-Identifier: MIT */
#ifndef KV_DEMO_H
#define KV_DEMO_H

#include <samples/kv/service/service.h>

/*
 * Between the load's actors: kv listens there, the director's timer, check and end, chaos's
 * timer.
 */
#define DEMO_PORT(FIELD) FIELD(1, UINT16, port)
#define DEMO_MESSAGES(MESSAGE)                                                                     \
    MESSAGE(demo_port, DEMO_PORT)                                                                  \
    MESSAGE(demo_tick, ACT_NO_FIELDS)                                                              \
    MESSAGE(demo_stop, ACT_NO_FIELDS)                                                              \
    MESSAGE(demo_panic, ACT_NO_FIELDS)
ACT_SCHEMA(demo_talk, DEMO_MESSAGES);

/*
 * Latencies by size: each doubling has LATENCY_STEPS buckets, so a percentile is off by less than
 * 1/16.
 */
enum { LATENCY_STEPS = 16, LATENCY_BUCKETS = 32 * LATENCY_STEPS };

/* Written by the load, read by the director. */
struct demo_numbers {
    _Atomic uint64_t sent, answered, try_agains, wrong, lost, panics;
    _Atomic uint64_t latencies[LATENCY_BUCKETS]; /* of this second */
};

struct demo {
    uint32_t            seconds, connections_count;
    bool                stays, is_terminal;
    struct kv_service   service;
    struct demo_numbers numbers;
    _Atomic uint64_t    crashes_logged;
    act_system         *load_system;
    act_pid             director;
    uint16_t            port;   /* set before the load is started */
    bool                failed; /* the director's verdict; read when the load has stopped */
};

/* ---- numbers.c ---- */

void demo_note_latency(struct demo_numbers *numbers, int64_t microseconds);

/* The percentiles of what was noted since the last call, in milliseconds. */
struct demo_latencies {
    double p50, p99, max;
};

struct demo_latencies demo_take_latencies(struct demo_numbers *numbers);

/* ---- reply.c ---- */

/* One reply of the service; arrays are not asked for. */
struct demo_reply {
    char            type; /* '+', '-', ':' or '$' */
    bool            is_nil;
    struct kv_bytes bytes; /* without the framing */
};

/*
 * Returns: how many bytes the reply at the front takes, 0 when it is not yet complete, SIZE_MAX
 * when it is no reply.
 */
size_t demo_reply_read(struct demo_reply *reply, const uint8_t *bytes, size_t count);

bool demo_reply_is_try_again(const struct demo_reply *reply);

/* ---- actors ---- */

struct demo_load_args {
    struct demo *demo;
    uint32_t     id;
};

extern const act_behavior demo_load;     /* one connection; args: struct demo_load_args */
extern const act_behavior demo_chaos;    /* crashes shards; args: a pointer to the struct demo */
extern const act_behavior demo_director; /* starts and stops the others, and reports; args as the
                                            chaos's */

#endif
