/*
 * A view of bytes that are owned elsewhere, and what is asked of it: comparison, numbers, glob
 * patterns.
 */
/* SPDX-License-Identifier: MIT */
#ifndef KV_BYTES_H
#define KV_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* May hold any byte, NUL included. data may be NULL when count is 0. */
struct kv_bytes {
    const unsigned char *data;
    size_t               count;
};

static inline struct kv_bytes kv_bytes_of(const void *data, size_t count)
{
    return (struct kv_bytes){.data = (const unsigned char *)data, .count = count};
}

static inline struct kv_bytes kv_bytes_text(const char *text)
{
    return kv_bytes_of(text, strlen(text));
}

bool kv_bytes_equal(struct kv_bytes one, struct kv_bytes other);

/*
 * Compares with a lower-case word, ignoring the case of ASCII letters. Returns: <0, 0, >0 as memcmp
 * does.
 */
int kv_bytes_compare_word(struct kv_bytes bytes, const char *word);

static inline bool kv_bytes_is_word(struct kv_bytes bytes, const char *word)
{
    return kv_bytes_compare_word(bytes, word) == 0;
}

/**
 * Reads the one decimal form a 64-bit integer has: an optional minus, no plus, no leading zero, no
 * blank, no "-0". Returns: false, with *value untouched, for anything else or out of range.
 */
bool kv_bytes_to_integer(struct kv_bytes bytes, int64_t *value);

/*
 * Reads decimal digits, leading zeros allowed. Returns: false, with *value untouched, when not that
 * or over 2^64-1.
 */
bool kv_bytes_to_unsigned(struct kv_bytes bytes, uint64_t *value);

/**
 * Says if a glob pattern (* ? [a-z] [^a-z] \x) matches the whole text.
 * Takes at most pattern.count * text.count steps, whatever the pattern.
 */
bool kv_bytes_match(struct kv_bytes pattern, struct kv_bytes text);

/* The same, ignoring the case of ASCII letters; text must be lower case. */
bool kv_bytes_match_word(struct kv_bytes pattern, const char *text);

#endif
