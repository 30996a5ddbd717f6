/* How an actor meets a channel: it never waits, and is told when it can go on. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_NOTIFY_H
#define ACT_ACTOR_NOTIFY_H

#include "actor.h"
#include "../mailbox/channel/channel.h"

ACT_BEGIN_DECLS

/**
 * Asks for one message when a value waits, or no sender is left: at once, if that is so already.
 * The handler then receives with timeout 0 until there is nothing more, and asks again.
 *
 * In a channel of capacity 0 nothing can wait but the receiver, so there asking is waiting: a send
 * hands its value over, and the message carries it, for act_channel_take.
 *
 * receiver  Counts as one more handle until the message has been handled or the actor ends.
 * tag       Of the message, 1 to ACT_TAG_MAX: a number of your own, or that of a schema's message
 *           (adder_ready_tag), by convention one without fields. Compare message->tag with it: to
 *           adder_tag_of and act_view it is no message of the schema. Its as.pointer is `receiver`,
 *           unless it carries a value.
 *
 * Owns:    the message is the framework's: act_take does not give it away.
 * Threads: handler.
 * Order:   none between this message and others.
 * Returns: ACT_OK; ACT_INVALID (tag, a timer, or capacity 0 with values above
 *          ACT_MESSAGE_INLINE_BYTES); ACT_NO_MEMORY.
 * See:     samples/39_actor_and_channel.c
 */
ACT_API ACT_MUST_CHECK act_result act_channel_notify(act_self *self, act_receiver *receiver,
                                                     uint32_t tag) ACT_NONNULL_ALL;

/**
 * Asks for one message when there is room (with capacity 0: when a receiver waits), or no receiver
 * is left.
 *
 * As act_channel_notify otherwise; the message's as.pointer is `sender`.
 */
ACT_API ACT_MUST_CHECK act_result act_channel_notify_room(act_self *self, act_sender *sender,
                                                          uint32_t tag) ACT_NONNULL_ALL;

/**
 * Asks for one value: now, or as soon as one is sent. The message carries it, for act_channel_take,
 * whatever the capacity; a message without one says that no sender is left.
 *
 * As act_channel_notify otherwise, but each value costs one message at most, and a sender that
 * finds this actor waiting hands over without a place in the channel.
 *
 * Returns: ACT_OK; ACT_INVALID (tag, a timer, or values above ACT_MESSAGE_INLINE_BYTES);
 *          ACT_NO_MEMORY.
 * See:     samples/40_left_for_later.c
 */
ACT_API ACT_MUST_CHECK act_result act_channel_receive_later(act_self *self, act_receiver *receiver,
                                                            uint32_t tag) ACT_NONNULL_ALL;

/**
 * Leaves a value that is to be sent now, or as soon as there is room (with capacity 0: a receiver).
 * One message says that it was sent; if it carries the value, for act_channel_take, it was not, as
 * no receiver is left.
 *
 * value  The channel's value_bytes, ACT_MESSAGE_INLINE_BYTES at most; copied.
 *
 * Owns:    on ACT_OK what the value stands for belongs to the channel. If the actor ends before
 *          there was room, or does not take back what could not be sent, it is released
 *          (act_channel_release_with).
 * Threads: handler.
 * Order:   what is sent before the message has come may overtake the value.
 * Returns: ACT_OK; ACT_INVALID (tag, no value, or one too large); ACT_NO_MEMORY.
 * See:     samples/40_left_for_later.c
 */
ACT_API ACT_MUST_CHECK act_result act_channel_send_later(act_self *self, act_sender *sender,
                                                         const void *value, uint32_t tag)
    ACT_NONNULL(1, 2);

/**
 * Takes the value out of a message of act_channel_receive_later, of act_channel_notify at a channel
 * of capacity 0, or of act_channel_send_later.
 *
 * value  Room for the channel's value_bytes.
 *
 * Owns:    on ACT_OK what the value stands for is yours. A value that the handler does not take, or
 *          that comes when the actor has ended, is released (act_channel_release_with).
 * Threads: handler, for the message it was given.
 * Returns: ACT_OK; ACT_EMPTY (there is none, or no more).
 */
ACT_API ACT_MUST_CHECK act_result act_channel_take(const act_message *message, void *value)
    ACT_NONNULL(1);

ACT_END_DECLS

#endif
