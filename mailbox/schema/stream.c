/*
 * Finds where a message ends in bytes that come piece by piece, and looks at none of them twice.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <mailbox/schema/codec.h>

#include <mailbox/schema/msgpack_reader.h>

/*
 * The tokens that every message begins with: an array of two, a tag, and a map or what may stand
 * for one.
 */
static bool fits_place(uint64_t place, const struct act__token *token, bool is_whole)
{
    if (token->kind == ACT__TOKEN_CUT_OFF)
        return true;
    switch (place) {
    case 0: return token->kind == ACT__TOKEN_ARRAY && (!is_whole || token->count == 2);
    case 1: return token->kind == ACT__TOKEN_UNSIGNED || token->kind == ACT__TOKEN_REAL;
    case 2: return token->kind == ACT__TOKEN_MAP || token->kind == ACT__TOKEN_ARRAY;
    default: return token->kind != ACT__TOKEN_UNUSED;
    }
}

/* How many tokens come inside of one that is whole. */
static uint64_t count_tokens(const struct act__token *token)
{
    return token->kind == ACT__TOKEN_ARRAY ? token->count
           : token->kind == ACT__TOKEN_MAP ? 2 * (uint64_t)token->count
                                           : 0;
}

/* The least that is needed of one that is cut off at `at`. */
static uint64_t bytes_of(const struct act__token *token, const uint8_t *at, const uint8_t *end)
{
    bool has_count = token->kind == ACT__TOKEN_STR || token->kind == ACT__TOKEN_BIN ||
                     token->kind == ACT__TOKEN_EXT;
    if (has_count && token->count != 0)
        return (uint64_t)(token->bytes - at) + token->count;
    return (uint64_t)(end - at) + 1;
}

static act_result end_stream(act_message_stream *stream, act_result result, size_t bytes,
                             size_t *message_bytes)
{
    *stream = (act_message_stream){0, 0, 0};
    *message_bytes = bytes;
    return result;
}

act_result act_message_stream_next(act_message_stream *stream, const void *bytes,
                                   size_t bytes_count, size_t bytes_max, size_t *message_bytes)
{
    struct act__token  token;
    struct act__reader reader;
    uint64_t           most = bytes_max != 0 ? bytes_max : ACT_MESSAGE_BYTES_MAX;
    uint64_t           awaited = stream->act_tokens == 0 ? 1 : stream->act_awaited, least;
    if (stream->act_passed > bytes_count)
        return ACT_INVALID;
    act__reader_init(&reader, bytes, bytes_count);
    reader.at += stream->act_passed;
    for (; awaited > 0; awaited--, stream->act_tokens++) {
        const uint8_t *at = reader.at;
        bool           is_whole = act__read(&reader, &token);
        stream->act_passed = (size_t)(at - (const uint8_t *)bytes);
        stream->act_awaited = awaited;
        if (!fits_place(stream->act_tokens, &token, is_whole))
            return end_stream(stream, ACT_MALFORMED, 0, message_bytes);
        if (is_whole)
            awaited += count_tokens(&token);
        /* Each token takes a byte at least. */
        least = is_whole ? (uint64_t)(reader.at - (const uint8_t *)bytes) + awaited - 1
                         : stream->act_passed + bytes_of(&token, at, reader.end) + awaited - 1;
        if (least > most)
            return end_stream(stream, ACT_MALFORMED, 0, message_bytes);
        if (!is_whole) {
            *message_bytes = (size_t)least;
            return ACT_TRUNCATED;
        }
    }
    return end_stream(stream, ACT_OK, (size_t)(reader.at - (const uint8_t *)bytes), message_bytes);
}
