/* A byte buffer that grows; replies are written into it. */
/* SPDX-License-Identifier: MIT */
#ifndef KV_BUFFER_H
#define KV_BUFFER_H

#include <samples/kv/bytes.h>
#include <samples/kv/memory.h>

/**
 * Zero-initialised memory is a valid empty buffer.
 *
 * When memory runs out an append writes nothing and sets `failed`, which stays set, and later
 * appends do nothing: many appends need one check at the end. kv_buffer_truncate clears it.
 */
struct kv_buffer {
    unsigned char *data;
    size_t         count;
    size_t         capacity;
    bool           failed;
};

/*
 * Makes room, so that the next appends of together more_count bytes cannot fail. Returns: false
 * without memory.
 */
KV_MUST_CHECK bool kv_buffer_reserve(struct kv_buffer *buffer, size_t more_count);

/* Appends; the bytes may not lie inside the buffer itself. */
void kv_buffer_append(struct kv_buffer *buffer, const void *data, size_t count);
void kv_buffer_append_text(struct kv_buffer *buffer, const char *text);
void kv_buffer_append_byte(struct kv_buffer *buffer, unsigned char byte);
void kv_buffer_append_integer(struct kv_buffer *buffer, int64_t value);
void kv_buffer_append_unsigned(struct kv_buffer *buffer, uint64_t value);

/* Cuts the end off, back to count bytes, and forgets a failure. */
void kv_buffer_truncate(struct kv_buffer *buffer, size_t count);

/* Frees the memory and leaves a valid empty buffer. */
void kv_buffer_release(struct kv_buffer *buffer);

static inline struct kv_bytes kv_buffer_bytes(const struct kv_buffer *buffer)
{
    return kv_bytes_of(buffer->data, buffer->count);
}

#endif
