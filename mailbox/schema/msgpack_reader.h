/*
 * Reads msgpack a token at a time, from bytes of any source: allocates nothing, never recurses.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_SCHEMA_MSGPACK_READER_H
#define ACT_MAILBOX_SCHEMA_MSGPACK_READER_H

#include <mailbox/base/api.h>

enum act__token_kind {
    ACT__TOKEN_NIL,
    ACT__TOKEN_BOOL,     /* number: 0 or 1 */
    ACT__TOKEN_UNSIGNED, /* number; any integer that is not negative, however it was written */
    ACT__TOKEN_NEGATIVE, /* negative; and number, the same bits: a compiler may look at it first */
    ACT__TOKEN_REAL,
    ACT__TOKEN_STR, /* bytes, count */
    ACT__TOKEN_BIN,
    ACT__TOKEN_EXT,
    ACT__TOKEN_ARRAY, /* count values follow, if the count is true: it is held against nothing */
    ACT__TOKEN_MAP,   /* count keys and values follow, likewise */
    /* Only when act__read returns false: */
    ACT__TOKEN_CUT_OFF, /* not even a first byte is there */
    ACT__TOKEN_UNUSED   /* the one byte that begins nothing */
};

struct act__token {
    enum act__token_kind kind;
    uint64_t             number;
    int64_t              negative;
    double               real;
    const uint8_t       *bytes;
    size_t               count;
};

struct act__reader {
    const uint8_t *at, *end;
};

static inline void act__reader_init(struct act__reader *reader, const void *bytes, size_t count)
{
    reader->at = bytes;
    reader->end = reader->at + count;
}

/*
 * Returns: false if it is not whole. The kind is then what it would have been, UNSIGNED for any
 *          integer; of a str, bin or ext bytes and count are what its header says, with count more
 *          than is there, or 0 where the header itself is cut.
 */
static inline bool act__read(struct act__reader *reader, struct act__token *token);

/* The same; act__read has the commonest of all in it. */
bool act__read_any(struct act__reader *reader, struct act__token *token);

/*
 * Passes over one value, whatever is in it. Returns: false as above, of the token that is not
 * whole.
 */
bool act__skip(struct act__reader *reader, struct act__token *token);

/* What nil is written as, and the first byte that is not itself a small number. */
#define ACT__NIL_BYTE    0xc0
#define ACT__NUMBERS_END 0x80

static inline bool act__read(struct act__reader *reader, struct act__token *token)
{
    if (reader->at == reader->end || *reader->at >= ACT__NUMBERS_END)
        return act__read_any(reader, token);
    token->kind = ACT__TOKEN_UNSIGNED;
    token->number = *reader->at++;
    return true;
}

#endif
