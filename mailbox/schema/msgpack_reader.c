/* The headers of msgpack, as its specification lists them. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/schema/msgpack_reader.h>

#include <string.h>

/* A big-endian number of 1, 2, 4 or 8 bytes. Returns: false if it is cut off. */
static bool take_number(struct act__reader *reader, size_t bytes, uint64_t *number)
{
    if ((size_t)(reader->end - reader->at) < bytes)
        return false;
    *number = 0;
    for (size_t i = 0; i < bytes; i++)
        *number = *number << 8 | *reader->at++;
    return true;
}

static bool is_counted(struct act__reader *reader, struct act__token *token,
                       enum act__token_kind kind, uint64_t count)
{
    size_t left = (size_t)(reader->end - reader->at);
    token->kind = kind;
    token->count = (size_t)count;
    if (kind == ACT__TOKEN_ARRAY || kind == ACT__TOKEN_MAP)
        return true;
    token->bytes = reader->at;
    if (count > left)
        return false;
    reader->at += count;
    return true;
}

/* Its header is cut off. */
static bool is_uncounted(struct act__reader *reader, struct act__token *token,
                         enum act__token_kind kind)
{
    token->kind = kind;
    token->bytes = reader->end;
    token->count = 0;
    return false;
}

/* The count is a number of so many bytes. */
static bool read_counted(struct act__reader *reader, struct act__token *token,
                         enum act__token_kind kind, size_t bytes)
{
    uint64_t count;
    return take_number(reader, bytes, &count) ? is_counted(reader, token, kind, count)
                                              : is_uncounted(reader, token, kind);
}

/* One byte more: the extension's type. */
static bool read_ext(struct act__reader *reader, struct act__token *token, size_t bytes)
{
    uint64_t count;
    return take_number(reader, bytes, &count) ? is_counted(reader, token, ACT__TOKEN_EXT, count + 1)
                                              : is_uncounted(reader, token, ACT__TOKEN_EXT);
}

static bool read_unsigned(struct act__reader *reader, struct act__token *token, size_t bytes)
{
    token->kind = ACT__TOKEN_UNSIGNED;
    return take_number(reader, bytes, &token->number);
}

static bool read_signed(struct act__reader *reader, struct act__token *token, size_t bytes)
{
    unsigned unused = 64 - 8 * (unsigned)bytes;
    token->kind = ACT__TOKEN_UNSIGNED;
    if (!take_number(reader, bytes, &token->number))
        return false;
    token->negative = (int64_t)(token->number << unused) >> unused;
    token->number = (uint64_t)token->negative;
    if (token->negative < 0)
        token->kind = ACT__TOKEN_NEGATIVE;
    return true;
}

static bool read_real(struct act__reader *reader, struct act__token *token, size_t bytes)
{
    uint64_t number;
    float    narrow;
    token->kind = ACT__TOKEN_REAL;
    if (!take_number(reader, bytes, &number))
        return false;
    if (bytes == sizeof token->real) {
        memcpy(&token->real, &number, sizeof token->real);
    } else {
        uint32_t half = (uint32_t)number;
        memcpy(&narrow, &half, sizeof narrow);
        token->real = (double)narrow;
    }
    return true;
}

static bool read_bool(struct act__token *token, bool yes)
{
    token->kind = ACT__TOKEN_BOOL;
    token->number = yes;
    return true;
}

/* Those of one byte that says what follows: 0xc0 to 0xdf. */
static bool read_marked(struct act__reader *reader, struct act__token *token, uint8_t mark)
{
    switch (mark) {
    case 0xc0: token->kind = ACT__TOKEN_NIL; return true;
    case 0xc2: return read_bool(token, false);
    case 0xc3: return read_bool(token, true);
    case 0xc4: return read_counted(reader, token, ACT__TOKEN_BIN, 1);
    case 0xc5: return read_counted(reader, token, ACT__TOKEN_BIN, 2);
    case 0xc6: return read_counted(reader, token, ACT__TOKEN_BIN, 4);
    case 0xc7: return read_ext(reader, token, 1);
    case 0xc8: return read_ext(reader, token, 2);
    case 0xc9: return read_ext(reader, token, 4);
    case 0xca: return read_real(reader, token, 4);
    case 0xcb: return read_real(reader, token, 8);
    case 0xcc: return read_unsigned(reader, token, 1);
    case 0xcd: return read_unsigned(reader, token, 2);
    case 0xce: return read_unsigned(reader, token, 4);
    case 0xcf: return read_unsigned(reader, token, 8);
    case 0xd0: return read_signed(reader, token, 1);
    case 0xd1: return read_signed(reader, token, 2);
    case 0xd2: return read_signed(reader, token, 4);
    case 0xd3: return read_signed(reader, token, 8);
    case 0xd9: return read_counted(reader, token, ACT__TOKEN_STR, 1);
    case 0xda: return read_counted(reader, token, ACT__TOKEN_STR, 2);
    case 0xdb: return read_counted(reader, token, ACT__TOKEN_STR, 4);
    case 0xdc: return read_counted(reader, token, ACT__TOKEN_ARRAY, 2);
    case 0xdd: return read_counted(reader, token, ACT__TOKEN_ARRAY, 4);
    case 0xde: return read_counted(reader, token, ACT__TOKEN_MAP, 2);
    case 0xdf: return read_counted(reader, token, ACT__TOKEN_MAP, 4);
    case 0xc1: token->kind = ACT__TOKEN_UNUSED; return false;
    default: return is_counted(reader, token, ACT__TOKEN_EXT, (UINT64_C(1) << (mark - 0xd4)) + 1);
    }
}

bool act__read_any(struct act__reader *reader, struct act__token *token)
{
    if (reader->at == reader->end) {
        token->kind = ACT__TOKEN_CUT_OFF;
        return false;
    }
    uint8_t mark = *reader->at++;
    if (mark >= 0xe0) {
        token->kind = ACT__TOKEN_NEGATIVE;
        token->negative = (int8_t)mark;
        token->number = (uint64_t)token->negative;
        return true;
    }
    if (mark >= 0xc0)
        return read_marked(reader, token, mark);
    if (mark >= 0xa0)
        return is_counted(reader, token, ACT__TOKEN_STR, mark & 31);
    if (mark >= 0x90)
        return is_counted(reader, token, ACT__TOKEN_ARRAY, mark & 15);
    if (mark >= 0x80)
        return is_counted(reader, token, ACT__TOKEN_MAP, mark & 15);
    token->kind = ACT__TOKEN_UNSIGNED;
    token->number = mark;
    return true;
}

/* More than any input has tokens, and far enough from the largest number to add a map to. */
#define TO_COME_MAX (UINT64_C(1) << 62)

bool act__skip(struct act__reader *reader, struct act__token *token)
{
    for (uint64_t to_come = 1; to_come > 0; to_come--) {
        if (!act__read(reader, token))
            return false;
        if (token->kind == ACT__TOKEN_ARRAY)
            to_come += token->count;
        else if (token->kind == ACT__TOKEN_MAP)
            to_come += 2 * (uint64_t)token->count;
        if (to_come > TO_COME_MAX)
            to_come = TO_COME_MAX;
    }
    return true;
}
