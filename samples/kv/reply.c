/* Writes RESP2 replies. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/resp.h>

static void line_end(struct kv_buffer *reply)
{
    kv_buffer_append(reply, "\r\n", 2);
}

static void number_line(struct kv_buffer *reply, char type, uint64_t number)
{
    kv_buffer_append_byte(reply, (unsigned char)type);
    kv_buffer_append_unsigned(reply, number);
    line_end(reply);
}

/* Ends a line of text; what was put into it since start may be anything a client sent. */
static void end_text_line(struct kv_buffer *reply, size_t start)
{
    for (size_t i = start; i < reply->count; i++) {
        if (reply->data[i] == '\r' || reply->data[i] == '\n')
            reply->data[i] = ' ';
    }
    line_end(reply);
}

static void text_line(struct kv_buffer *reply, char type, struct kv_bytes text)
{
    size_t start = reply->count;
    kv_buffer_append_byte(reply, (unsigned char)type);
    kv_buffer_append(reply, text.data, text.count);
    end_text_line(reply, start);
}

void kv_resp_simple(struct kv_buffer *reply, const char *text)
{
    text_line(reply, '+', kv_bytes_text(text));
}

void kv_resp_error(struct kv_buffer *reply, const char *text)
{
    text_line(reply, '-', kv_bytes_text(text));
}

void kv_resp_error_bytes(struct kv_buffer *reply, struct kv_bytes text)
{
    text_line(reply, '-', text);
}

void kv_resp_error_about(struct kv_buffer *reply, const char *before, struct kv_bytes about,
                         const char *after)
{
    size_t start = reply->count;
    kv_buffer_append_byte(reply, '-');
    kv_buffer_append_text(reply, before);
    kv_buffer_append(reply, about.data, about.count);
    kv_buffer_append_text(reply, after);
    end_text_line(reply, start);
}

void kv_resp_integer(struct kv_buffer *reply, int64_t value)
{
    kv_buffer_append_byte(reply, ':');
    kv_buffer_append_integer(reply, value);
    line_end(reply);
}

void kv_resp_bulk(struct kv_buffer *reply, struct kv_bytes bytes)
{
    number_line(reply, '$', bytes.count);
    kv_buffer_append(reply, bytes.data, bytes.count);
    line_end(reply);
}

void kv_resp_bulk_text(struct kv_buffer *reply, const char *text)
{
    kv_resp_bulk(reply, kv_bytes_text(text));
}

void kv_resp_nil(struct kv_buffer *reply)
{
    kv_buffer_append(reply, "$-1\r\n", 5);
}

void kv_resp_nil_array(struct kv_buffer *reply)
{
    kv_buffer_append(reply, "*-1\r\n", 5);
}

void kv_resp_array(struct kv_buffer *reply, size_t elements_count)
{
    number_line(reply, '*', elements_count);
}
