/* The actor that owns one shard of the key space. */
/* SPDX-License-Identifier: MIT */
#ifndef KV_SHARD_H
#define KV_SHARD_H

#include <act.h>

#include <samples/kv/buffer.h>
#include <samples/kv/service/queue.h>
#include <samples/kv/store.h>

/*
 * Args: struct kv_shard_args. It executes the batches that connections send it (batch.h) and
 * answers each with one message. A crash costs the answer of one command, the one in work: the next
 * instance finds in the kept block the table, the replies not yet sent and the batches not yet
 * executed, in its inbox (ACT_MAILBOX_KEEP) what came meanwhile, and goes on. So each command is
 * executed at most once and answered exactly once, and TRYAGAIN means not done.
 */
extern const act_behavior kv_shard;

/*
 * Held by the kept block and by each message that lends it: its memory outlives even the shards'
 * supervisor.
 */
struct kv_shard_table {
    struct kv_store  store; /* the shard's, or while it is lent the borrower's */
    uint32_t         index; /* the shard's */
    _Atomic uint32_t holders;
};

void kv_shard_table_let_go(void *table);

/* What outlives an instance. */
struct kv_shard_kept {
    struct kv_shard_table *table;    /* made by the first instance */
    act_pid                borrower; /* none: it is not lent */
    uint64_t               starts_count;
    act_message           *current;        /* the batch in work; its first command is the next,
                                              or the one in work */
    struct kv_queue        waiting;        /* batches behind it */
    struct kv_buffer       replies;        /* of the commands of `current` that are done */
    bool                   is_begun;       /* the first command is in work; when that began ... */
    size_t                 begun_at;       /* ... so long were the replies ... */
    uint64_t               changes_before; /* ... and so often had the table changed */
};

void kv_shard_kept_release(void *kept);

#endif
