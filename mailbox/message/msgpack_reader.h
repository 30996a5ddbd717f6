/* Reads msgpack a token at a time, from bytes of anybody's: allocates nothing, never recurses. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_MESSAGE_MSGPACK_READER_H
#define ACT_MAILBOX_MESSAGE_MSGPACK_READER_H

#include <mailbox/base/api.h>

enum act__token_kind {
    ACT__TOKEN_NIL,
    ACT__TOKEN_BOOL,     /* number: 0 or 1 */
    ACT__TOKEN_UNSIGNED, /* number; any integer that is not negative, however it was written */
    ACT__TOKEN_NEGATIVE, /* negative */
    ACT__TOKEN_REAL,
    ACT__TOKEN_STR,      /* bytes, count */
    ACT__TOKEN_BIN,
    ACT__TOKEN_EXT,
    ACT__TOKEN_ARRAY,    /* count values follow: no more than there are bytes left */
    ACT__TOKEN_MAP       /* count keys and values follow, likewise */
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

/* Returns: false if there is none, it is cut off, or it counts more than can follow. */
bool act__read(struct act__reader *reader, struct act__token *token);

/* Passes over one value, whatever is in it. Returns: false as above. */
bool act__skip(struct act__reader *reader);

#endif
