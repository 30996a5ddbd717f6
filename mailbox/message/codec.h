/* Typed messages as bytes and back: msgpack, bounded, for bytes from anybody. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_MESSAGE_CODEC_H
#define ACT_MAILBOX_MESSAGE_CODEC_H

#include <mailbox/message/schema.h>

ACT_BEGIN_DECLS

/*
 * The format, for whoever speaks msgpack (github.com/msgpack/msgpack, spec.md): a message is an array of two, its tag
 * and a map from field numbers to values, a struct that map alone. BOOL: bool. Integers and ENUM: the shortest int. FLOAT,
 * DOUBLE: float 32, 64. TEXT: str. BYTES: bin. PID: array of node and local. REF: int. UNION: a message, or nil. ARRAY,
 * LIST: array. Optional fields that are zero or empty are left away.
 *
 * Read is also: an int or the other float for a FLOAT or DOUBLE, unless it is too large for that; str for BYTES; ints that are longer than need be; maps
 * in any order, with keys that are not known, whose values are passed over whatever they are.
 *
 * How a protocol may change: schema.h.
 */

/**
 * Writes a message as bytes.
 *
 * schema       That it is of.
 * bytes        Room for `room` bytes; may be NULL if room is 0.
 * bytes_count  Set on ACT_OK and ACT_FULL: how many it is, or would be.
 *
 * Threads: any that may read the message.
 * Returns: ACT_OK; ACT_FULL (no room; what was written is of no use); ACT_NOT_FOUND (no message of the schema); ACT_INVALID
 *          (a union in it is none of its schema's).
 */
ACT_API ACT_MUST_CHECK act_result act_message_encode(const act_message *message, const act_type *schema, void *bytes,
                                                     size_t room, size_t *bytes_count) ACT_NONNULL(1, 2, 5);

/**
 * The same, handed out piece by piece as it is made: to fwrite or a hash. To libevent's buffers: <actor/io/encode.h>.
 *
 * write  Takes a piece. Returns: 0; else no more is handed out.
 *
 * Returns: ACT_OK; ACT_OS (write did not return 0); ACT_NOT_FOUND, ACT_INVALID, as above.
 */
ACT_API ACT_MUST_CHECK act_result act_message_encode_to(const act_message *message, const act_type *schema,
                                                        int (*write)(void *context, const void *bytes, size_t count),
                                                        void *context) ACT_NONNULL(1, 2, 3);

/**
 * Makes a message from bytes. All of them must be one message.
 *
 * Nothing is allocated before all was read and found good, and then once: each count is held against the bytes that
 * are left, each size against message_max. Nesting costs no stack beyond what the schema itself nests.
 *
 * message      Set on ACT_OK; yours.
 * message_max  The most bytes the message may have when it is made, 0: ACT_MESSAGE_BYTES_MAX. A list of small things
 *              can be larger than its bytes by the size of their struct.
 * complaint    May be NULL. Where an English sentence is written on ACT_MALFORMED; "" otherwise. Cut at
 *              complaint_bytes.
 *
 * Threads: any.
 * Returns: ACT_OK; ACT_MALFORMED (no msgpack, no message of the schema, a field that is missing or not of its kind, one
 *          that is there twice, a text with a NUL in it, something behind it, or more than message_max);
 *          ACT_NO_MEMORY.
 */
ACT_API ACT_MUST_CHECK act_result act_message_decode(act_message **message, const act_type *schema, const void *bytes,
                                                     size_t bytes_count, size_t message_max, char *complaint,
                                                     size_t complaint_bytes) ACT_NONNULL(1, 2);

ACT_END_DECLS

#endif
