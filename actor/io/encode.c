/* Typed messages into libevent's buffers: measured, then written where they stay. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/encode.h>

#include <event2/buffer.h>

act_result act_message_encode_evbuffer(const act_message *message, const act_type *schema,
                                       struct evbuffer *buffer)
{
    struct evbuffer_iovec room;
    size_t                bytes;
    act_result            result = act_message_encode(message, schema, NULL, 0, &bytes);
    if (result != ACT_FULL)
        return result;
    if (evbuffer_reserve_space(buffer, (ev_ssize_t)bytes, &room, 1) != 1)
        return ACT_NO_MEMORY;
    result = act_message_encode(message, schema, room.iov_base, room.iov_len, &room.iov_len);
    if (result == ACT_OK && evbuffer_commit_space(buffer, &room, 1) != 0)
        result = ACT_NO_MEMORY;
    return result;
}
