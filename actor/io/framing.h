/*
 * Frames: where one line or message ends and the next begins, in what a connection brings. Public.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_IO_FRAMING_H
#define ACT_ACTOR_IO_FRAMING_H

#include "../../mailbox/schema/codec.h"
#include "io.h"

ACT_BEGIN_DECLS

/*
 *     static const act_framing lines = {.kind = ACT_FRAMING_LINE, .bytes_max = 1000};
 *
 *     act_bytes  line;
 *     act_result result;
 *     while ((result = act_tcp_next_frame(tcp, &client->frames, &lines, &line)) == ACT_OK)
 *         answer(client, line);
 *     if (result == ACT_EMPTY)
 *         return;                            more is to come, and will be told
 *     act_tcp_finish(&tcp, ACT_SECONDS(5));  the end, or nothing that can be read
 *     act_stop(self);
 *
 * Each byte is looked at once, however it comes, and of what waits no more is joined to one piece
 * than the frame needs. While a frame is not whole, input may grow beyond read_high_bytes
 * (act_tcp_want), but not beyond bytes_max and what marks the frame.
 */

/* What a frame is. */
typedef enum act_framing_kind {
    ACT_FRAMING_LINE,      /* ends in LF or CR LF, which are no part of it */
    ACT_FRAMING_DELIMITER, /* ends in .delimiter, which is no part of it */
    ACT_FRAMING_LENGTH,    /* begins with how many bytes it is, which is no part of it */
    ACT_FRAMING_MESSAGE    /* one message, in the format of codec.h, as it is */
} act_framing_kind;

/* The longest delimiter. */
#define ACT_FRAMING_DELIMITER_MAX 16

/* How a connection is cut into frames: the same for all of its life, or from some frame on. */
typedef struct act_framing {
    act_framing_kind kind;
    uint32_t         length_bytes;         /* of LENGTH: 1, 2, 4 or 8 */
    size_t           bytes_max;            /* of a frame; 0: 64 KiB */
    const char      *delimiter;            /* of DELIMITER: 1 to ACT_FRAMING_DELIMITER_MAX bytes */
    size_t           delimiter_bytes;      /* 0: it ends with a NUL, which does not belong to it */
    bool             little_endian;        /* of LENGTH; big-endian, as networks have it, if not */
    bool             length_counts_itself; /* of LENGTH: its own bytes, too */
    const void      *act_reserved[2];      /* NULL: leave them out. See mailbox/base/types.h. */
} act_framing;

/* How far a connection has been read. Zeroed at first; its members are the library's. */
typedef struct act_frames {
    size_t             act_used;     /* by the frame that was given last */
    size_t             act_seen;     /* of the one that is not whole */
    size_t             act_needed;   /* by that one, at least */
    uint64_t           act_consumed; /* by others, too: then nothing is seen */
    act_message_stream act_stream;
} act_frames;

/**
 * Gives the next frame, and drops the one that it gave before.
 *
 * frames  Of this connection and no other: keep it in the actor's state. What was given is unread
 *         until the next call; do not drop input by act_tcp_consume in between, other than whole
 *         frames of another framing after ACT_EMPTY.
 * frame   Set on ACT_OK: the frame, in the input: valid until the next call of this, or of
 *         act_tcp_consume, _close or _finish of this connection, or the handler's return. What is
 *         written meanwhile does not move it.
 *
 * Threads: the owner's handler.
 * Returns: ACT_OK; ACT_EMPTY (more must come: return, ACT_MESSAGE_TCP_READABLE or _CLOSED follows);
 *          ACT_CLOSED (the other side has ended its stream, or the connection is broken, and there
 *          are no more frames); ACT_TRUNCATED (the same, in the middle of a frame, which is what
 *          act_tcp_input shows); ACT_FULL (it is longer than bytes_max); ACT_MALFORMED (a length
 *          that is less than its own bytes; what can be no message, or one longer than bytes_max);
 *          ACT_INVALID (the framing). After those from ACT_CLOSED on it is always the same again:
 *          answer, and close.
 * See:     test/actor/io/framing_test.c
 */
ACT_API ACT_MUST_CHECK act_result act_tcp_next_frame(act_tcp *tcp, act_frames *frames,
                                                     const act_framing *framing,
                                                     act_bytes         *frame) ACT_NONNULL_ALL;

/**
 * Has the frame that was given last given again by the next call: what it asks for cannot be done
 * yet, as act_tcp_write has answered ACT_FULL.
 */
static inline void act_frames_keep(act_frames *frames)
{
    frames->act_used = 0;
}

/**
 * Gives the next line, without its end, as a text. As act_tcp_next_frame of ACT_FRAMING_LINE.
 *
 * line  Room for line_bytes, 2 or more; set on ACT_OK. A line has at most line_bytes - 1 bytes.
 *
 * Returns: also ACT_MALFORMED: there is a NUL in it; the next call goes on behind it. ACT_INVALID:
 *          line_bytes.
 * See:     samples/chat/chat.c
 */
ACT_API ACT_MUST_CHECK act_result act_tcp_next_line(act_tcp *tcp, act_frames *frames, char *line,
                                                    size_t line_bytes) ACT_NONNULL_ALL;

/**
 * Gives the message that is the next frame, of ACT_FRAMING_MESSAGE or any other. As
 * act_tcp_next_frame.
 *
 * message    Set on ACT_OK; yours. It does not lie in the input.
 * complaint  May be NULL. As of act_message_decode, on ACT_MALFORMED if the frame itself is whole;
 *            "" otherwise.
 *
 * Returns: also ACT_MALFORMED (the frame is no message of the schema: the next call goes on behind
 *          it) and ACT_NO_MEMORY (it is there at the next call).
 */
ACT_API ACT_MUST_CHECK act_result act_tcp_next_message(
    act_tcp *tcp, act_frames *frames, const act_framing *framing, const act_type *schema,
    act_message **message, char *complaint, size_t complaint_bytes) ACT_NONNULL(1, 2, 3, 4, 5);

/* ---------------------------------------------------------------------------------- writing */

/**
 * Sends a copy of bytes as one frame, whole or not at all: with its length before it, or what ends
 * it (of a line LF) behind it; a message as it is. As act_tcp_write.
 *
 * Returns: also ACT_INVALID: the framing, more than bytes_max, or what ends a frame is in it or
 *          would begin in it. A CR at the end of a line is no part of the line that is read.
 */
ACT_API ACT_MUST_CHECK act_result act_tcp_write_frame(act_tcp *tcp, const act_framing *framing,
                                                      const void *bytes, size_t count)
    ACT_NONNULL(1, 2);

/**
 * act_tcp_write_message(tcp, counter_add, .amount = 5): sends a message of a schema, encoded as
 * act_message_encode does, which is a frame of ACT_FRAMING_MESSAGE. As act_tcp_write.
 *
 * Returns: also ACT_INVALID, as act_message_create_typed; ACT_LOCAL (it has a resource, which stays
 *          yours).
 */
#define act_tcp_write_message(tcp, name, ...)                                                      \
    act_tcp_write_typed(tcp, name##_type, ACT__FIELDS(name, __VA_ARGS__))

/** The same for a type chosen at run time: type is counter_add_type, a function. */
ACT_API ACT_MUST_CHECK act_result act_tcp_write_typed(act_tcp *tcp, const act_type *(*type)(void),
                                                      const void *fields) ACT_NONNULL_ALL;

/**
 * The same for a message that is there, of this schema. It stays yours.
 *
 * Returns: also ACT_NOT_FOUND and ACT_INVALID, as act_message_encode.
 */
ACT_API ACT_MUST_CHECK act_result act_tcp_write_encoded(act_tcp *tcp, const act_message *message,
                                                        const act_type *schema) ACT_NONNULL_ALL;

ACT_END_DECLS

#endif
