/*
 * The commands: one table of them, where each is executed, and how the answers of several shards
 * become one.
 */
/* SPDX-License-Identifier: MIT */
#ifndef KV_COMMAND_H
#define KV_COMMAND_H

#include <samples/kv/resp.h>
#include <samples/kv/store.h>

/* Where a command is executed. */
enum kv_place {
    KV_PLACE_CONNECTION,  /* by the connection itself */
    KV_PLACE_SHARD,       /* by the shard that owns argv[1] */
    KV_PLACE_SPLIT,       /* by every shard that owns one of the keys, each with its part of them */
    KV_PLACE_EVERY_SHARD, /* by all shards, with the arguments unchanged */
    KV_PLACE_CURSOR,      /* by the shard whose number the cursor in argv[1] carries, and all
                             behind it */
    KV_PLACE_TOGETHER,    /* by the connection, which has the stores of all shards concerned
                             meanwhile (session.h) */
    KV_PLACE_ACTOR,       /* by the actors: kv_debug_parse() says what to do */
};

/*
 * How the replies of several shards become one. Whatever the merge, an error among them is the
 * whole reply.
 */
enum kv_merge {
    KV_MERGE_NONE,        /* there is one reply only */
    KV_MERGE_ORDERED,     /* arrays, one element for each key: back in the order of the keys */
    KV_MERGE_CONCATENATE, /* arrays: one after the other */
    KV_MERGE_SUM,         /* integers */
    KV_MERGE_SAME,        /* all say the same */
    KV_MERGE_FIRST_PAGE,  /* of SCAN: the first that has keys, or leaves some in its shard; else
                             the last */
};

enum kv_command_flag {
    KV_COMMAND_WRITE = 1,
    KV_COMMAND_READONLY = 2,
    KV_COMMAND_DENYOOM = 4, /* may need more memory */
    KV_COMMAND_FAST = 8,
    KV_COMMAND_ADMIN = 16,
    KV_COMMAND_AT_ONCE = 32, /* MULTI does not put it aside */
};

struct kv_call;
struct kv_together;

struct kv_command {
    const char   *name;  /* lower case */
    int           arity; /* arguments, the name included; negative: at least so many */
    unsigned      flags;
    int           first_key, last_key, key_step; /* 0, 0, 0: no keys; last_key -1: the last
                                                    argument */
    enum kv_place place;
    enum kv_merge merge;
    /*
     * Writes the reply; false without memory, and then nothing has changed. For KV_PLACE_ACTOR it
     * only checks.
     */
    bool (*run)(const struct kv_call *call);
    const char *group, *summary;
};

/* What lies between MULTI and EXEC. */
struct kv_multi {
    bool             is_open, is_spoilt; /* spoilt: a command was refused, so EXEC will be */
    struct kv_buffer requests;           /* as session.h has them */
    size_t           count;
    uint64_t         shards; /* that they concern */
};

/*
 * What one connection remembers; it belongs to the connection's actor. All zero except the id
 * is a valid new session.
 */
struct kv_session {
    int64_t                  id;
    struct kv_buffer         name; /* CLIENT SETNAME; empty: none */
    struct kv_buffer         library_name, library_version;
    int64_t                  connected_at_ms;
    struct kv_multi          multi;
    struct kv_watcher       *watcher; /* NULL: WATCH was not said, or is over */
    struct kv_buffer         watched; /* its requests */
    uint64_t                 watched_shards;
    const struct kv_command *latest;  /* many a client says the same again and again */
    bool                     closing; /* after QUIT: send what is due, then close */
    bool                     is_http; /* because the client takes us for a web server */
    bool                     is_lost; /* because replies are */
};

/* What INFO tells; the caller fills it. */
struct kv_info {
    uint16_t port;
    int64_t  process_id, uptime_seconds;
    uint64_t workers_count, shards_count, shard_restarts;
    uint64_t connections_now, connections_total, commands_total, bytes_in_total, bytes_out_total;
    uint64_t keys_count, expiring_count, memory_bytes, hits, misses, expired;
};

/* One execution of a command. */
struct kv_call {
    const struct kv_command *command;
    size_t                   argc;
    const struct kv_bytes   *argv;
    struct kv_buffer        *reply;
    struct kv_limits         limits;
    int64_t                  now_ms;

    /* On a shard, else zero. */
    struct kv_store *store;
    uint32_t         shard, shards_count;

    /* On a connection, else zero. */
    struct kv_session        *session;
    const struct kv_info     *info;
    const struct kv_together *together; /* for KV_PLACE_TOGETHER */
};

/**
 * Finds the command of a request and checks its number of arguments.
 *
 * Returns: NULL when there is none or the arity is wrong; then the error reply is written.
 */
const struct kv_command *kv_command_of(struct kv_request request, struct kv_buffer *reply);

/**
 * Executes a command at its place: on the connection (session, info set) or on a shard (store,
 * shard, shards_count set).
 *
 * The reply is appended. A shard's change is committed last: whatever panics or faults before
 * leaves the store as it was, and kv_store_recover() frees what was prepared. When memory runs out
 * the reply is the error -OOM and nothing has changed. Returns: false only when there is no memory
 * even for that error; nothing has changed and nothing is appended.
 */
KV_MUST_CHECK bool kv_command_execute(const struct kv_call *call);

/* ---- Routing ---- */

static inline uint32_t kv_shard_of_key(struct kv_seed seed, struct kv_bytes key,
                                       uint32_t shards_count)
{
    return kv_hash_shard(kv_hash(seed, key), shards_count);
}

/*
 * Returns: the one shard that executes a KV_PLACE_SHARD request, or the first for a KV_PLACE_CURSOR
 * one.
 */
uint32_t kv_route_one(const struct kv_command *command, struct kv_request request,
                      struct kv_seed seed, uint32_t shards_count);

/*
 * Returns: the set of shards that a request concerns, whatever its place. EXEC's are not known here
 * (session.h).
 */
uint64_t kv_route_shards(const struct kv_command *command, struct kv_request request,
                         struct kv_seed seed, uint32_t shards_count);

/* Returns: how many keys a request has. */
size_t kv_route_keys_count(const struct kv_command *command, struct kv_request request);

/*
 * Says for each key, in order, which shard owns it. shard_of_key: room for kv_route_keys_count().
 */
void kv_route_keys(const struct kv_command *command, struct kv_request request, struct kv_seed seed,
                   uint32_t shards_count, uint32_t *shard_of_key);

/**
 * Collects a shard's part of a KV_PLACE_SPLIT request: the command's name, then its keys (and
 * values), in order.
 *
 * part: room for request.argc views. Returns: how many views were written, 0 when no key is this
 * shard's.
 */
size_t kv_route_part(const struct kv_command *command, struct kv_request request,
                     const uint32_t *shard_of_key, uint32_t shard, struct kv_bytes *part);

/**
 * Makes one reply of several shards' replies.
 *
 * replies: one for each shard, empty for a shard that was not asked. shard_of_key, keys_count: for
 * KV_MERGE_ORDERED, else NULL, 0. A missing or malformed reply gives an error reply. Running out of
 * memory sets out->failed.
 */
void kv_merge_replies(enum kv_merge merge, const struct kv_bytes *replies, uint32_t shards_count,
                      const uint32_t *shard_of_key, size_t keys_count, struct kv_buffer *out);

/* What is answered without memory, as redis words it. */
#define KV_ERROR_NO_MEMORY "OOM command not allowed when used memory > 'maxmemory'."

/* ---- DEBUG ---- */

enum kv_debug_kind { KV_DEBUG_SLEEP, KV_DEBUG_PANIC, KV_DEBUG_TREE };

struct kv_debug {
    enum kv_debug_kind kind;     /* TREE: answer with the supervision tree */
    int64_t            sleep_ms; /* answer +OK after this time */
    struct kv_bytes    key;      /* crash the shard that owns it */
};

/* Returns: false when it is none of them; then the reply is written (an error, or the help). */
bool kv_debug_parse(struct kv_request request, struct kv_debug *debug, struct kv_buffer *reply);

#endif
