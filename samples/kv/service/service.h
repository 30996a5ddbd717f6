/*
 * What all actors of one key-value service share: its options, its numbers and its supervision
 * tree.
 */
/* SPDX-License-Identifier: MIT */
#ifndef KV_SERVICE_H
#define KV_SERVICE_H

#include <act.h>

#include <stdatomic.h>

#include <samples/kv/command.h>

/*
 * A connection has an upstream to each executor: the shards, then the observer. A set of
 * upstreams is 64 bits.
 */
enum { KV_UPSTREAMS_MAX = 64, KV_SHARDS_MAX = KV_UPSTREAMS_MAX - 1 };

/*
 * Commands for a shard or the observer, which lie from first to end; and back to the connection, if
 * some are left. Each time one is sent it is the upstream's next flight, whose number carries that
 * of the upstream. One without commands asks what became of that flight (upstreams.c), or for the
 * shard's table (loan.c).
 */
#define KV_BATCH(FIELD)                                                                            \
    FIELD(1, UINT32, first)                                                                        \
    FIELD(2, UINT32, end) FIELD(3, UINT32, flight) FIELD(4, SECRET(BYTES), commands)

static inline uint32_t kv_upstream_of_flight(uint32_t flight)
{
    return flight % KV_UPSTREAMS_MAX;
}

static inline uint32_t kv_flight_next(uint32_t flight, uint32_t upstream)
{
    return (flight / KV_UPSTREAMS_MAX + 1) * KV_UPSTREAMS_MAX + upstream;
}

/*
 * Their replies, of that flight. Counted: a slot whose reply lies in it, a socket that sends from
 * it.
 */
#define KV_REPLIES(FIELD)                                                                          \
    FIELD(1, UINT32, left)                                                                         \
    FIELD(2, UINT32, flight) FIELD(3, UINT32, holders) FIELD(4, SECRET(BYTES), replies)

/* What is left of a flight behind a message of replies. */
enum kv_left {
    KV_LEFT_NOTHING, /* all of it was executed */
    KV_LEFT_SOME,    /* the rest comes back, in a batch behind this message */
    KV_LEFT_UNKNOWN, /* there is no such flight: what of it was not answered was not executed,
                        and will not be */
};

/*
 * The answer to one that borrows: a struct kv_shard_table (shard.h) as a resource. It is the
 * connection's alone until that sends the message back, or ends.
 */
#define KV_TAG_LENT UINT32_C(1)

/*
 * The others are timers. A connection's: look again for the shards that were not there; has the
 * client got everything?; the service stops and will not wait any longer. A shard's: DEBUG SLEEP is
 * over; remove what has expired; and, sent at once, go on with what the instance before has left.
 */
#define KV_MESSAGES(MESSAGE)                                                                       \
    MESSAGE(kv_batch, KV_BATCH)                                                                    \
    MESSAGE(kv_replies, KV_REPLIES)                                                                \
    MESSAGE(kv_retry, ACT_NO_FIELDS)                                                               \
    MESSAGE(kv_linger, ACT_NO_FIELDS)                                                              \
    MESSAGE(kv_give_up, ACT_NO_FIELDS)                                                             \
    MESSAGE(kv_wake, ACT_NO_FIELDS)                                                                \
    MESSAGE(kv_care, ACT_NO_FIELDS)                                                                \
    MESSAGE(kv_go_on, ACT_NO_FIELDS)
ACT_SCHEMA(kv, KV_MESSAGES);

struct kv_options {
    const char *bind; /* a numeric address */
    uint16_t    port; /* 0: a free one */
    uint32_t    shards_count, workers_count, clients_max;
    uint32_t    backlog_megabytes; /* what a client that does not read its replies may have sent */
};

#define KV_OPTIONS_DEFAULT                                                                         \
    ((struct kv_options){.bind = "127.0.0.1",                                                      \
                         .port = 6380,                                                             \
                         .shards_count = 4,                                                        \
                         .clients_max = 10000,                                                     \
                         .backlog_megabytes = 64})

/* Written by all connections, read by INFO. */
struct kv_traffic {
    _Atomic uint64_t connections_now, connections_total, commands, bytes_in, bytes_out;
};

/* Written by the shard, read by INFO. A cache line each. */
struct kv_shard_numbers {
    _Alignas(64) _Atomic uint64_t restarts;
    _Atomic uint64_t keys, expiring, memory_bytes, hits, misses, expired;
};

struct kv_shard_args {
    struct kv_service *service;
    uint32_t           index;
};

struct kv_service {
    struct kv_options options;
    struct kv_limits  limits;
    struct kv_seed    seed;
    int64_t           started_at_ms;

    /* Called on a worker when clients can connect; may be NULL. */
    void (*listening)(void *context, const char *bind, uint16_t port);
    void *context;

    _Atomic uint32_t        port;         /* the one listened on, 0 before */
    _Atomic int             listen_errno; /* why listening failed, or 0 */
    struct kv_traffic       traffic;
    struct kv_shard_numbers shards[KV_SHARDS_MAX];

    /* The supervision tree (tree.c). */
    char                 executor_names[KV_UPSTREAMS_MAX][24];
    struct kv_shard_args shard_args[KV_SHARDS_MAX];
    act_spawn_options    executor_options[KV_UPSTREAMS_MAX];
    act_child_spec       executor_specs[KV_UPSTREAMS_MAX];
    act_supervisor_spec  upstreams_supervisor;
};

/* Names that actors are found by; an upstream's name is service->executor_names[upstream]. */
#define KV_NAME_ROOT        "kv"
#define KV_NAME_CONNECTIONS "kv-connections"
#define KV_NAME_LISTENER    "kv-listener"

static inline uint32_t kv_upstream_of_observer(const struct kv_service *service)
{
    return service->options.shards_count;
}

/* Makes the service; options.bind must stay valid. Zero memory before, nothing to release after. */
void kv_service_init(struct kv_service *service, const struct kv_options *options);

/**
 * Starts the supervision tree. The service must stay valid until the system is destroyed.
 *
 * root: the root supervisor; it ends by itself if a part cannot be started.
 */
ACT_MUST_CHECK act_result kv_service_start(struct kv_service *service, act_system *system,
                                           act_pid *root);

/* Fills in what INFO tells. */
void kv_service_info(const struct kv_service *service, struct kv_info *info);

/* Counts; relaxed, since only INFO reads it. */
static inline void kv_count(_Atomic uint64_t *counter, uint64_t more)
{
    atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

static inline uint64_t kv_read(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

#endif
