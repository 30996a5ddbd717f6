/* Reads the service's replies. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/demo/demo.h>

static size_t read_bulk(struct demo_reply *reply, const uint8_t *bytes, size_t count, size_t line)
{
    int64_t length;
    if (!kv_bytes_to_integer(reply->bytes, &length))
        return SIZE_MAX;
    reply->is_nil = length < 0;
    if (reply->is_nil)
        return line;
    if (count < line + (size_t)length + 2)
        return 0;
    reply->bytes = kv_bytes_of(bytes + line, (size_t)length);
    return line + (size_t)length + 2;
}

size_t demo_reply_read(struct demo_reply *reply, const uint8_t *bytes, size_t count)
{
    const uint8_t *end = count > 0 ? memchr(bytes, '\n', count) : NULL;
    if (end == NULL)
        return 0;
    size_t line = (size_t)(end - bytes) + 1;
    if (line < 3 || end[-1] != '\r' || memchr("+-:$", bytes[0], 4) == NULL)
        return SIZE_MAX;
    *reply = (struct demo_reply){.type = (char)bytes[0], .bytes = kv_bytes_of(bytes + 1, line - 3)};
    return reply->type == '$' ? read_bulk(reply, bytes, count, line) : line;
}

bool demo_reply_is_try_again(const struct demo_reply *reply)
{
    return reply->type == '-' &&
           kv_bytes_equal(reply->bytes, kv_bytes_text("TRYAGAIN shard restarted"));
}
