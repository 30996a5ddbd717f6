/* Typed messages into libevent's buffers. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_IO_ENCODE_H
#define ACT_ACTOR_IO_ENCODE_H

#include "../../mailbox/schema/codec.h"

ACT_BEGIN_DECLS

struct evbuffer; /* <event2/buffer.h>, which this does not include */

/**
 * Writes a message as act_message_encode does, behind what the buffer holds: in one piece, and
 * whole or not at all. It is encoded twice, the first time only to see how long it is.
 *
 * Threads: whose the buffer is.
 * Returns: ACT_OK; ACT_NOT_FOUND, ACT_INVALID, as act_message_encode; ACT_NO_MEMORY (or the end of
 *          the buffer is frozen).
 */
ACT_API ACT_MUST_CHECK act_result act_message_encode_evbuffer(
    const act_message *message, const act_type *schema, struct evbuffer *buffer) ACT_NONNULL_ALL;

ACT_END_DECLS

#endif
