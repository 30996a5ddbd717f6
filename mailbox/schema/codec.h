/* Typed messages as bytes and back: msgpack, bounded, for bytes from any source. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_SCHEMA_CODEC_H
#define ACT_MAILBOX_SCHEMA_CODEC_H

#include "schema.h"

ACT_BEGIN_DECLS

/*
 * The format, in which every language that has MessagePack can speak with actors
 * (doc/interchange.md: how, and what each of them needs to mind): a message is an array of two, its
 * tag and a map from field numbers to values, a struct that map alone. BOOL: bool. Integers, REF
 * and ENUM: the shortest int. FLOAT, DOUBLE: float 32, 64. TEXT: str. BYTES: bin. PID: array of
 * node and local. UNION: a message, or nil. ARRAY, LIST: array. Optional fields that are zero or
 * empty are omitted.
 *
 * Always read, too: an int or the other float for a FLOAT or DOUBLE, unless it is too large for
 * that; str for BYTES; ints that are longer than need be; maps in any order, with keys that are not
 * known, whose values are passed over whatever they are.
 *
 * Neither written nor read: messages of a type that has a RESOURCE.
 *
 * Read unless .strict is asked for (act_decode_options), as many libraries can write nothing else:
 *
 *     a key that is text or bin    the field's number in decimal: no sign, no leading zero; or a
 *                                  float without a fraction
 *     an array in place of a map   the fields 1, 2, ... in this order, with nil for those that are
 *                                  not there
 *     nil                          for OPTIONAL, LIST, TEXT and BYTES: nothing, empty
 *     bin                          for TEXT, and for ARRAY(UINT8, n) and LIST(UINT8), which are
 *                                  written as arrays: what is always bytes is better declared as
 *                                  BYTES
 *     a float                      without a fraction and up to 2^53, for any integer that has
 *                                  room for it
 *     unknown ENUM constants       kept as their number: act_enum_is_known; written again as that
 *     unknown members of a UNION   as none, and counted
 *
 * A map that has entries, none of them with a number from 1 to ACT_FIELD_NUMBER_MAX or nil as its
 * key, where fields are declared, is refused: its writer has taken the fields' names for keys, and
 * none of its data would arrive. TEXT has no NUL in it and should be UTF-8, which is not looked at.
 * Limits are the same for all.
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
 * Returns: ACT_OK; ACT_FULL (no room; what was written is of no use); ACT_NOT_FOUND (no message of
 *          the schema); ACT_INVALID (a union in it is none of its schema's); ACT_LOCAL (its type
 *          has a RESOURCE).
 */
ACT_API ACT_MUST_CHECK act_result act_message_encode(const act_message *message,
                                                     const act_type *schema, void *bytes,
                                                     size_t room, size_t *bytes_count)
    ACT_NONNULL(1, 2, 5);

/* Takes a piece. Returns: 0; else no more is handed out. */
typedef int act_encode_write(void *context, const void *bytes, size_t count);

/**
 * The same, handed out piece by piece as it is made: to fwrite or a hash. To libevent's buffers:
 * <actor/io/encode.h>.
 *
 * Returns: ACT_OK; ACT_OS (write did not return 0); ACT_NOT_FOUND, ACT_INVALID, ACT_LOCAL, as
 *          above.
 */
ACT_API ACT_MUST_CHECK act_result act_message_encode_to(const act_message *message,
                                                        const act_type    *schema,
                                                        act_encode_write *write, void *context)
    ACT_NONNULL(1, 2, 3);

/**
 * Makes a message from bytes. All of them must be one message.
 *
 * Nothing is allocated before all was read and found good, and then once: each size is held against
 * the bytes that are there and against message_max. Nesting costs no stack beyond what the schema
 * itself nests.
 *
 * message      Set on ACT_OK; yours.
 * message_max  The most bytes the message may have when it is made, 0: ACT_MESSAGE_BYTES_MAX. A
 *              list of small things can be larger than its bytes by the size of their struct.
 * complaint    May be NULL. Where an English sentence is written on ACT_MALFORMED and
 *              ACT_TRUNCATED, with the whole way to the first fault: "order.lines[3].price: found
 *              text, expected a float". "" otherwise. Cut at complaint_bytes.
 *
 * Threads: any.
 * Returns: ACT_OK; ACT_TRUNCATED (nothing is wrong but that the bytes end, so more of them may make
 *          it a message); ACT_MALFORMED (no msgpack, no message of the schema, a field that is
 *          missing or not of its kind, out of its range or there twice, a text with a NUL in it,
 *          something behind it, or more than message_max: whatever else comes, it is no message);
 *          ACT_NO_MEMORY.
 */
ACT_API ACT_MUST_CHECK act_result act_message_decode(act_message **message, const act_type *schema,
                                                     const void *bytes, size_t bytes_count,
                                                     size_t message_max, char *complaint,
                                                     size_t complaint_bytes) ACT_NONNULL(1, 2);

typedef struct act_decode_options {
    size_t  size;          /* sizeof(act_decode_options); set by ACT_DECODE_OPTIONS */
    size_t  message_max;   /* as of act_message_decode */
    bool    strict;        /* only what is "always "
                                "read" above: keys are ints, nothing is converted, and constants and
                              members that are not known are refused */
    size_t *unknown_count; /* NULL, or set on ACT_OK: how many members of unions were not known,
                              and read as none */
} act_decode_options;

/* ACT_DECODE_OPTIONS(.strict = true): a pointer to pass to act_message_decode_with. */
#define ACT_DECODE_OPTIONS(...)                                                                    \
    ((const act_decode_options *)ACT__FIELDS(act_decode_options,                                   \
                                             .size = sizeof(act_decode_options), __VA_ARGS__))

/**
 * The same with options. Returns: as act_message_decode; ACT_INVALID (options->size was not set).
 */
ACT_API ACT_MUST_CHECK act_result act_message_decode_with(act_message   **message,
                                                          const act_type *schema, const void *bytes,
                                                          size_t                    bytes_count,
                                                          const act_decode_options *options,
                                                          char *complaint, size_t complaint_bytes)
    ACT_NONNULL(1, 2, 5);

/**
 * How many members of unions were not known and read as none, in all messages of this process.
 * Threads: any.
 */
ACT_API uint64_t act_decode_unknown_members(void);

/* How far a stream has been looked through. Zeroed at first; its members are the library's. */
typedef struct act_message_stream {
    size_t   act_passed;
    uint64_t act_awaited, act_tokens;
} act_message_stream;

/**
 * Says how many bytes the next message of a stream takes, for act_message_decode, or that more are
 * needed. What the message is of and whether it is good is not looked at.
 *
 * bytes          What has come and was not yet decoded, from the beginning of a message on: at the
 *                next call with the same stream the same bytes and more, wherever they lie then.
 *                Each is looked at once, so bytes that drip in cost no more than others.
 * bytes_max      The most bytes a message may take, 0: ACT_MESSAGE_BYTES_MAX. One that has said
 *                that it will take more is not waited for.
 * message_bytes  Set on ACT_OK: how many they are. On ACT_TRUNCATED: how many they will be at
 *                least, more than there are and no more than bytes_max.
 *
 * Threads: any, one at a time.
 * Returns: ACT_OK (the stream is at the beginning again: go on behind the message); ACT_TRUNCATED
 *          (wait); ACT_MALFORMED (no msgpack, no array of a tag and a map, or too long: hang up, as
 *          it cannot be said where the next one begins); ACT_INVALID (fewer bytes than at the last
 *          call).
 */
ACT_API ACT_MUST_CHECK act_result act_message_stream_next(act_message_stream *stream,
                                                          const void *bytes, size_t bytes_count,
                                                          size_t bytes_max, size_t *message_bytes)
    ACT_NONNULL(1, 5);

ACT_END_DECLS

#endif
