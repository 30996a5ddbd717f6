/* A byte buffer that grows. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/buffer.h>

enum { FIRST_CAPACITY = 64, DIGITS_MAX = 20 };

bool kv_buffer_reserve(struct kv_buffer *buffer, size_t more_count)
{
    if (more_count <= buffer->capacity - buffer->count)
        return true;
    if (more_count > SIZE_MAX / 4 - buffer->count)
        return false;
    size_t needed = buffer->count + more_count;
    size_t capacity = buffer->capacity * 2 > needed ? buffer->capacity * 2 : needed;
    if (capacity < FIRST_CAPACITY)
        capacity = FIRST_CAPACITY;
    unsigned char *data = kv_memory_resize(buffer->data, capacity);
    if (data == NULL)
        return false;
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void kv_buffer_append(struct kv_buffer *buffer, const void *data, size_t count)
{
    if (buffer->failed || count == 0)
        return;
    if (!kv_buffer_reserve(buffer, count)) {
        buffer->failed = true;
        return;
    }
    memcpy(buffer->data + buffer->count, data, count);
    buffer->count += count;
}

void kv_buffer_append_text(struct kv_buffer *buffer, const char *text)
{
    kv_buffer_append(buffer, text, strlen(text));
}

void kv_buffer_append_byte(struct kv_buffer *buffer, unsigned char byte)
{
    kv_buffer_append(buffer, &byte, 1);
}

void kv_buffer_append_unsigned(struct kv_buffer *buffer, uint64_t value)
{
    unsigned char digits[DIGITS_MAX];
    size_t        at = DIGITS_MAX;
    do {
        digits[--at] = (unsigned char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    kv_buffer_append(buffer, digits + at, DIGITS_MAX - at);
}

void kv_buffer_append_integer(struct kv_buffer *buffer, int64_t value)
{
    if (value < 0)
        kv_buffer_append_byte(buffer, '-');
    kv_buffer_append_unsigned(buffer, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void kv_buffer_truncate(struct kv_buffer *buffer, size_t count)
{
    if (count < buffer->count)
        buffer->count = count;
    buffer->failed = false;
}

void kv_buffer_release(struct kv_buffer *buffer)
{
    kv_memory_release(&buffer->data);
    *buffer = (struct kv_buffer){0};
}
