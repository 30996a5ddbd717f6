/*
 * The messages between connections and shards: batches of commands, and batches of their replies.
 */
/* SPDX-License-Identifier: MIT */
#ifndef KV_BATCH_H
#define KV_BATCH_H

#include <act.h>

#include <samples/kv/service/service.h>

/*
 * What a connection has read in one go goes to each shard in one message, and so do the answers: a
 * pipelining client costs a few messages for many commands. Each command carries the number of its
 * slot in the connection's ring of pending commands (pending.h), and its reply carries it back.
 */

/* One command at the front of a batch. */
struct kv_batch_item {
    const struct kv_command *command;
    uint32_t                 slot;
    uint32_t                 argc;
    uint32_t                 bytes;  /* how much of the message it takes */
    const uint32_t          *counts; /* of the arguments, whose bytes follow */
};

/**
 * Appends a command, with a copy of its arguments.
 *
 * batch: *batch is NULL, and then made, or a batch that was not sent; it may move. Returns: how
 * many bytes it took; 0 without memory or for more than a message can hold: nothing was appended.
 */
KV_MUST_CHECK size_t kv_batch_add(act_message **batch, const struct kv_command *command,
                                  uint32_t slot, struct kv_request request);

/* Shows the first command not yet dropped. Returns: false when there is none. */
KV_MUST_CHECK bool kv_batch_front(const act_message *batch, struct kv_batch_item *item);

/* Finds a command's arguments. argv: room for item->argc views, valid as long as the message. */
void kv_batch_argv(const struct kv_batch_item *item, struct kv_bytes *argv);

/* Drops the first command. */
void kv_batch_drop(act_message *batch);

/* Makes a batch without commands, to ask (act_ask) about a flight. Returns: NULL without memory. */
KV_MUST_CHECK act_message *kv_batch_probe(uint32_t flight);
KV_MUST_CHECK bool         kv_batch_is_probe(const act_message *batch);

/* Makes one that asks for the shard's table. Returns: NULL without memory. */
KV_MUST_CHECK act_message *kv_batch_borrow(void);
KV_MUST_CHECK bool         kv_batch_is_borrow(const act_message *batch);

/* ---- Replies ---- */

/*
 * They are collected in a buffer, which becomes a message. Begins the reply for a slot; append it,
 * then end it, which takes no memory: a command that was done does not lose its reply. Returns:
 * where it begins.
 */
size_t kv_replies_open(struct kv_buffer *replies, uint32_t slot);
void   kv_replies_close(struct kv_buffer *replies, size_t start);

/**
 * Makes the message that answers a batch.
 *
 * left: of the batch's flight.
 * Returns: NULL without memory.
 */
KV_MUST_CHECK act_message *kv_replies_message(const struct kv_buffer *replies,
                                              const act_message *batch, enum kv_left left);

/* Sends it to the batch's sender: as an answer if that has asked. Taken, also if that is gone. */
void kv_replies_send(act_self *self, const act_message *batch, act_message *replies);

/* One walk over the replies of a message. */
struct kv_replies_walk {
    act_message *message;
    size_t       at;
};

KV_MUST_CHECK bool kv_replies_next(struct kv_replies_walk *walk, uint32_t *slot,
                                   struct kv_bytes *reply);

/* The message lives as long as it is held. */
void kv_replies_hold(act_message *replies);
void kv_replies_let_go(void *replies);

#endif
