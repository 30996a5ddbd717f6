/* Finds frames in a connection's input, and writes them. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/framing.h>

#include <string.h>

#include <actor/io/encode.h>
#include <actor/io/tcp_record.h>
#include <actor/scheduler/station.h>
#include <mailbox/base/options.h>
#include <mailbox/message/envelope.h>

#define BYTES_MAX  ((size_t)64 << 10)
#define WINDOW     ((size_t)512) /* so much is joined and looked at at first; then twice as much */
#define LENGTH_MAX 8

static size_t most_of(const act_framing *framing)
{
    return framing->bytes_max != 0 ? framing->bytes_max : BYTES_MAX;
}

/* What ends a frame; of a line without the CR. */
static act_bytes mark_of(const act_framing *framing)
{
    act_bytes mark = {"\n", 1};
    if (framing->kind == ACT_FRAMING_DELIMITER)
        mark = (act_bytes){framing->delimiter, framing->delimiter_bytes != 0
                                                   ? framing->delimiter_bytes
                                                   : strlen(framing->delimiter)};
    return mark;
}

static bool framing_is_good(const act_framing *framing)
{
    uint32_t length = framing->length_bytes;
    if (!ACT__IS_KNOWN(framing) || framing->bytes_max > SIZE_MAX / 4)
        return false;
    switch (framing->kind) {
    case ACT_FRAMING_LINE:
    case ACT_FRAMING_MESSAGE: return true;
    case ACT_FRAMING_LENGTH: return length == 1 || length == 2 || length == 4 || length == 8;
    case ACT_FRAMING_DELIMITER:
        return framing->delimiter != NULL && mark_of(framing).bytes_count != 0 &&
               mark_of(framing).bytes_count <= ACT_FRAMING_DELIMITER_MAX;
    }
    return false;
}

/* -------------------------------------------------------------------------------------- reading */

/*
 * It is not whole: it takes `needed` at least, and `most` at most. What is asked for doubles, so
 * that what comes slowly is not read byte by byte.
 */
static act_result await_more(act_tcp *tcp, act_frames *frames, size_t needed, size_t most)
{
    size_t unread = act_tcp_unread(tcp), wanted = 2 * unread > needed ? 2 * unread : needed;
    if (act_tcp_input_ended(tcp) || act_tcp_error(tcp) != 0)
        return unread == 0 ? ACT_CLOSED : ACT_TRUNCATED;
    frames->act_needed = needed;
    act_tcp_want(tcp, wanted < most ? wanted : most);
    return ACT_EMPTY;
}

static act_result give_frame(act_frames *frames, act_bytes *frame, act_bytes found, size_t used)
{
    frames->act_used = used;
    frames->act_seen = frames->act_needed = 0;
    *frame = found;
    return ACT_OK;
}

/*
 * Shows more of the input than was seen before, if there is more: what lies in one piece anyway,
 * else twice as much.
 */
static size_t look_further(act_tcp *tcp, const act_frames *frames, const uint8_t **bytes)
{
    size_t window = evbuffer_get_contiguous_space(tcp->input);
    if (window <= frames->act_seen)
        window = 2 * frames->act_seen > WINDOW ? 2 * frames->act_seen : WINDOW;
    return act_tcp_input_front(tcp, bytes,
                               window > frames->act_needed ? window : frames->act_needed);
}

static act_result end_line(act_frames *frames, const act_framing *framing, const uint8_t *bytes,
                           size_t length, act_bytes *frame)
{
    size_t used = length + mark_of(framing).bytes_count;
    if (framing->kind == ACT_FRAMING_LINE && length > 0 && bytes[length - 1] == '\r')
        length--;
    return length > most_of(framing) ? ACT_FULL
                                     : give_frame(frames, frame, (act_bytes){bytes, length}, used);
}

static act_result next_delimited(act_tcp *tcp, act_frames *frames, const act_framing *framing,
                                 act_bytes *frame)
{
    act_bytes      mark = mark_of(framing);
    const uint8_t *bytes = NULL;
    size_t         most = most_of(framing) + mark.bytes_count + (framing->kind == ACT_FRAMING_LINE);
    for (;;) {
        size_t         count = look_further(tcp, frames, &bytes), again = mark.bytes_count - 1;
        size_t         from = frames->act_seen > again ? frames->act_seen - again : 0;
        const uint8_t *end =
            count == 0 ? NULL : memmem(bytes + from, count - from, mark.data, mark.bytes_count);
        if (end != NULL)
            return end_line(frames, framing, bytes, (size_t)(end - bytes), frame);
        frames->act_seen = count;
        if (count >= most)
            return ACT_FULL;
        if (count == act_tcp_unread(tcp) || count == 0)
            return await_more(tcp, frames, count + 1, most);
    }
}

static uint64_t read_length(const act_framing *framing, const uint8_t *bytes)
{
    uint64_t length = 0;
    uint32_t count = framing->length_bytes;
    for (uint32_t i = 0; i < count; i++)
        length = length << 8 | bytes[framing->little_endian ? count - 1 - i : i];
    return length;
}

static act_result next_with_length(act_tcp *tcp, act_frames *frames, const act_framing *framing,
                                   act_bytes *frame)
{
    size_t         header = framing->length_bytes;
    const uint8_t *bytes = NULL;
    if (act_tcp_input_front(tcp, &bytes, header) < header)
        return await_more(tcp, frames, header, header);
    uint64_t length = read_length(framing, bytes), itself = framing->length_counts_itself * header;
    if (length < itself)
        return ACT_MALFORMED;
    if (length - itself > most_of(framing))
        return ACT_FULL;
    size_t count = (size_t)(length - itself), used = header + count;
    if (act_tcp_unread(tcp) < used || act_tcp_input_front(tcp, &bytes, used) < used)
        return await_more(tcp, frames, used, used);
    return give_frame(frames, frame, (act_bytes){bytes + header, count}, used);
}

static act_result next_encoded(act_tcp *tcp, act_frames *frames, const act_framing *framing,
                               act_bytes *frame)
{
    size_t most = most_of(framing), needed = 1;
    for (;;) {
        const uint8_t *bytes = NULL;
        size_t         count = look_further(tcp, frames, &bytes);
        if (count == 0)
            return await_more(tcp, frames, 1, most);
        act_result result =
            act_message_stream_next(&frames->act_stream, bytes, count, most, &needed);
        if (result == ACT_OK)
            return give_frame(frames, frame, (act_bytes){bytes, needed}, needed);
        if (result != ACT_TRUNCATED)
            return result;
        frames->act_seen = count;
        if (act_tcp_unread(tcp) < needed)
            return await_more(tcp, frames, needed, most);
        frames->act_needed = needed;
    }
}

act_result act_tcp_next_frame(act_tcp *tcp, act_frames *frames, const act_framing *framing,
                              act_bytes *frame)
{
    if (!framing_is_good(framing))
        return ACT_INVALID;
    if (tcp->consumed != frames->act_consumed) /* frames of another framing, since ACT_EMPTY */
        *frames = (act_frames){.act_used = frames->act_used};
    act_tcp_consume(tcp, frames->act_used);
    frames->act_used = 0;
    frames->act_consumed = tcp->consumed;
    switch (framing->kind) {
    case ACT_FRAMING_LINE:
    case ACT_FRAMING_DELIMITER: return next_delimited(tcp, frames, framing, frame);
    case ACT_FRAMING_LENGTH: return next_with_length(tcp, frames, framing, frame);
    case ACT_FRAMING_MESSAGE: return next_encoded(tcp, frames, framing, frame);
    }
    return ACT_INVALID;
}

act_result act_tcp_next_line(act_tcp *tcp, act_frames *frames, char *line, size_t line_bytes)
{
    const act_framing framing = {.kind = ACT_FRAMING_LINE, .bytes_max = line_bytes - 1};
    act_bytes         frame;
    if (line_bytes < 2)
        return ACT_INVALID;
    act_result result = act_tcp_next_frame(tcp, frames, &framing, &frame);
    if (result != ACT_OK)
        return result;
    if (memchr(frame.data, '\0', frame.bytes_count) != NULL)
        return ACT_MALFORMED;
    memcpy(line, frame.data, frame.bytes_count);
    line[frame.bytes_count] = '\0';
    return ACT_OK;
}

act_result act_tcp_next_message(act_tcp *tcp, act_frames *frames, const act_framing *framing,
                                const act_type *schema, act_message **message, char *complaint,
                                size_t complaint_bytes)
{
    act_bytes frame;
    if (complaint != NULL && complaint_bytes > 0)
        complaint[0] = '\0';
    act_result result = act_tcp_next_frame(tcp, frames, framing, &frame);
    if (result != ACT_OK)
        return result;
    result = act_message_decode(message, schema, frame.data, frame.bytes_count, 0, complaint,
                                complaint_bytes);
    if (result == ACT_NO_MEMORY)
        act_frames_keep(frames);
    return result == ACT_TRUNCATED ? ACT_MALFORMED : result;
}

/* -------------------------------------------------------------------------------------- writing */

/* One behind the other, all or nothing. */
static act_result write_pieces(act_tcp *tcp, act_bytes first, act_bytes second)
{
    ACT__AT_STATION;
    struct evbuffer_iovec room;
    size_t                count = first.bytes_count + second.bytes_count;
    act_result            result = act__tcp_may_write(tcp);
    if (result != ACT_OK || count == 0)
        return result;
    if (evbuffer_reserve_space(tcp->output, (ev_ssize_t)count, &room, 1) != 1)
        return ACT_NO_MEMORY;
    if (first.bytes_count != 0)
        memcpy(room.iov_base, first.data, first.bytes_count);
    if (second.bytes_count != 0)
        memcpy((char *)room.iov_base + first.bytes_count, second.data, second.bytes_count);
    room.iov_len = count;
    if (evbuffer_commit_space(tcp->output, &room, 1) != 0)
        return ACT_NO_MEMORY;
    act__tcp_flush_later(tcp);
    return ACT_OK;
}

static act_result write_with_length(act_tcp *tcp, const act_framing *framing, act_bytes frame)
{
    uint8_t  header[LENGTH_MAX];
    uint32_t count = framing->length_bytes;
    uint64_t length = frame.bytes_count + (framing->length_counts_itself ? count : 0);
    if (count < LENGTH_MAX && length >> 8 * count != 0)
        return ACT_INVALID;
    for (uint32_t i = 0; i < count; i++)
        header[framing->little_endian ? i : count - 1 - i] = (uint8_t)(length >> 8 * i);
    return write_pieces(tcp, (act_bytes){header, count}, frame);
}

/* Whether the mark is in the frame, or begins in it and ends in the mark behind it. */
static bool ends_early(act_bytes frame, act_bytes mark)
{
    uint8_t joint[2 * ACT_FRAMING_DELIMITER_MAX];
    size_t  last = mark.bytes_count - 1; /* of the frame: with more the mark would be in it */
    if (frame.bytes_count < last)
        last = frame.bytes_count;
    if (frame.bytes_count == 0)
        return false;
    memcpy(joint, (const uint8_t *)frame.data + frame.bytes_count - last, last);
    memcpy(joint + last, mark.data, mark.bytes_count);
    return memmem(frame.data, frame.bytes_count, mark.data, mark.bytes_count) != NULL ||
           memmem(joint, last + mark.bytes_count, mark.data, mark.bytes_count) != joint + last;
}

/* What would end the frame earlier is refused: it may have come from a stranger. */
static act_result write_delimited(act_tcp *tcp, const act_framing *framing, act_bytes frame)
{
    act_bytes mark = mark_of(framing);
    return ends_early(frame, mark) ? ACT_INVALID : write_pieces(tcp, frame, mark);
}

act_result act_tcp_write_frame(act_tcp *tcp, const act_framing *framing, const void *bytes,
                               size_t count)
{
    act_bytes frame = {bytes, count};
    if (!framing_is_good(framing) || count > most_of(framing))
        return ACT_INVALID;
    switch (framing->kind) {
    case ACT_FRAMING_LINE:
    case ACT_FRAMING_DELIMITER: return write_delimited(tcp, framing, frame);
    case ACT_FRAMING_LENGTH: return write_with_length(tcp, framing, frame);
    case ACT_FRAMING_MESSAGE: return write_pieces(tcp, frame, (act_bytes){NULL, 0});
    }
    return ACT_INVALID;
}

act_result act_tcp_write_encoded(act_tcp *tcp, const act_message *message, const act_type *schema)
{
    ACT__AT_STATION;
    act_result result = act__tcp_may_write(tcp);
    if (result == ACT_OK)
        result = act_message_encode_evbuffer(message, schema, tcp->output);
    if (result == ACT_OK)
        act__tcp_flush_later(tcp);
    return result;
}

act_result act_tcp_write_typed(act_tcp *tcp, const act_type *(*type)(void), const void *fields)
{
    const act_type schema = {.name = "", .parts_count = 1, .messages = &type};
    act_message   *message;
    act_result     result = act_message_create_typed(&message, type(), fields);
    if (result != ACT_OK)
        return result;
    result = act_tcp_write_encoded(tcp, message, &schema);
    act__message_drop(message); /* resources, which cannot be written, stay the caller's */
    return result;
}
