/* Which shard gets what of a request, and one reply out of many. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/command.h>

uint32_t kv_route_one(const struct kv_command *command, struct kv_request request,
                      struct kv_seed seed, uint32_t shards_count)
{
    uint64_t cursor;
    if (command->place == KV_PLACE_SHARD)
        return kv_shard_of_key(seed, request.argv[1], shards_count);
    /* A malformed cursor goes to any shard, which refuses it. */
    return kv_bytes_to_unsigned(request.argv[1], &cursor) ? (uint32_t)(cursor % shards_count) : 0;
}

static size_t first_key(const struct kv_command *command)
{
    return (size_t)command->first_key;
}

static size_t key_step(const struct kv_command *command)
{
    return (size_t)command->key_step;
}

size_t kv_route_keys_count(const struct kv_command *command, struct kv_request request)
{
    if (command->first_key == 0 || request.argc <= first_key(command))
        return 0;
    if (command->last_key > 0)
        return ((size_t)command->last_key - first_key(command)) / key_step(command) + 1;
    return (request.argc - first_key(command)) / key_step(command);
}

void kv_route_keys(const struct kv_command *command, struct kv_request request, struct kv_seed seed,
                   uint32_t shards_count, uint32_t *shard_of_key)
{
    size_t keys_count = kv_route_keys_count(command, request);
    for (size_t i = 0; i < keys_count; i++)
        shard_of_key[i] = kv_shard_of_key(
            seed, request.argv[first_key(command) + i * key_step(command)], shards_count);
}

static uint64_t shards_of_keys(const struct kv_command *command, struct kv_request request,
                               struct kv_seed seed, uint32_t shards_count)
{
    uint64_t shards = 0;
    size_t   keys_count = kv_route_keys_count(command, request);
    for (size_t i = 0; i < keys_count; i++) {
        struct kv_bytes key = request.argv[first_key(command) + i * key_step(command)];
        shards |= UINT64_C(1) << kv_shard_of_key(seed, key, shards_count);
    }
    return shards;
}

uint64_t kv_route_shards(const struct kv_command *command, struct kv_request request,
                         struct kv_seed seed, uint32_t shards_count)
{
    uint64_t all = (UINT64_C(1) << shards_count) - 1;
    switch (command->place) {
    case KV_PLACE_CONNECTION:
    case KV_PLACE_ACTOR: return 0;
    case KV_PLACE_EVERY_SHARD: return all;
    case KV_PLACE_CURSOR:
        return all & ~((UINT64_C(1) << kv_route_one(command, request, seed, shards_count)) - 1);
    case KV_PLACE_SHARD:
    case KV_PLACE_SPLIT:
    case KV_PLACE_TOGETHER: break;
    }
    return shards_of_keys(command, request, seed, shards_count);
}

size_t kv_route_part(const struct kv_command *command, struct kv_request request,
                     const uint32_t *shard_of_key, uint32_t shard, struct kv_bytes *part)
{
    size_t keys_count = kv_route_keys_count(command, request);
    size_t step = key_step(command);
    size_t count = 1;
    part[0] = request.argv[0];
    for (size_t i = 0; i < keys_count; i++) {
        if (shard_of_key[i] != shard)
            continue;
        for (size_t j = 0; j < step; j++)
            part[count++] = request.argv[first_key(command) + i * step + j];
    }
    return count > 1 ? count : 0;
}

/* ---- Merging ---- */

static void malformed(struct kv_buffer *out, size_t start)
{
    kv_buffer_truncate(out, start);
    kv_resp_error(out, "ERR a shard's reply is missing or malformed");
}

/* Reads "<type><integer>\r\n" off the front. */
static bool take_number(struct kv_bytes *reply, char type, int64_t *number)
{
    const unsigned char *end = reply->count > 0 ? memchr(reply->data, '\r', reply->count) : NULL;
    if (end == NULL || reply->data[0] != (unsigned char)type)
        return false;
    size_t count = (size_t)(end - reply->data);
    if (count + 2 > reply->count ||
        !kv_bytes_to_integer(kv_bytes_of(reply->data + 1, count - 1), number))
        return false;
    *reply = kv_bytes_of(end + 2, reply->count - count - 2);
    return true;
}

/* Takes one bulk, or nil, off the front, as it is written. */
static bool take_bulk(struct kv_bytes *reply, struct kv_bytes *bulk)
{
    struct kv_bytes rest = *reply;
    int64_t         count;
    if (!take_number(&rest, '$', &count))
        return false;
    if (count >= 0) {
        if (rest.count < 2 || (uint64_t)count > rest.count - 2)
            return false;
        rest = kv_bytes_of(rest.data + count + 2, rest.count - (size_t)count - 2);
    }
    *bulk = kv_bytes_of(reply->data, reply->count - rest.count);
    *reply = rest;
    return true;
}

static bool merge_sum(const struct kv_bytes *replies, uint32_t shards_count, struct kv_buffer *out)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < shards_count; i++) {
        struct kv_bytes reply = replies[i];
        int64_t         number;
        if (reply.count == 0)
            continue;
        if (!take_number(&reply, ':', &number))
            return false;
        sum += number;
    }
    kv_resp_integer(out, sum);
    return true;
}

static bool merge_concatenated(const struct kv_bytes *replies, uint32_t shards_count,
                               struct kv_buffer *out)
{
    int64_t sum = 0, count;
    for (uint32_t i = 0; i < shards_count; i++) {
        struct kv_bytes reply = replies[i];
        if (reply.count > 0 && !take_number(&reply, '*', &count))
            return false;
        sum += replies[i].count > 0 ? count : 0;
    }
    kv_resp_array(out, (size_t)sum);
    for (uint32_t i = 0; i < shards_count; i++) {
        struct kv_bytes reply = replies[i];
        if (reply.count > 0 && take_number(&reply, '*', &count))
            kv_buffer_append(out, reply.data, reply.count);
    }
    return true;
}

/* Whether the walk goes on with this page: it has keys, or its shard has more. */
static bool is_next_page(struct kv_bytes page, uint32_t shards_count)
{
    struct kv_bytes cursor;
    int64_t         count, number;
    if (!take_number(&page, '*', &count) || !take_bulk(&page, &cursor) ||
        !take_number(&page, '*', &count))
        return true; /* whatever it is, it is not to be passed over */
    if (count > 0 || !take_number(&cursor, '$', &number) || cursor.count < 2)
        return true;
    return !kv_bytes_to_integer(kv_bytes_of(cursor.data, cursor.count - 2), &number) ||
           number >= shards_count;
}

static bool merge_first_page(const struct kv_bytes *replies, uint32_t shards_count,
                             struct kv_buffer *out)
{
    struct kv_bytes page = {0};
    for (uint32_t i = 0; i < shards_count; i++) {
        if (replies[i].count == 0)
            continue;
        page = replies[i];
        if (is_next_page(page, shards_count))
            break;
    }
    kv_buffer_append(out, page.data, page.count);
    return page.count > 0;
}

/*
 * Walks the keys and takes each one's element off its shard's array; rest: what is left of each
 * array.
 */
static bool append_in_order(struct kv_bytes *rest, uint32_t shards_count,
                            const uint32_t *shard_of_key, size_t keys_count, struct kv_buffer *out)
{
    struct kv_bytes bulk;
    int64_t         count;
    for (uint32_t i = 0; i < shards_count; i++) {
        if (rest[i].count > 0 && !take_number(&rest[i], '*', &count))
            return false;
    }
    kv_resp_array(out, keys_count);
    for (size_t i = 0; i < keys_count; i++) {
        if (shard_of_key[i] >= shards_count || !take_bulk(&rest[shard_of_key[i]], &bulk))
            return false;
        kv_buffer_append(out, bulk.data, bulk.count);
    }
    return true;
}

static bool merge_ordered(const struct kv_bytes *replies, uint32_t shards_count,
                          const uint32_t *shard_of_key, size_t keys_count, struct kv_buffer *out)
{
    struct kv_bytes *rest = kv_memory_allocate(shards_count * sizeof *rest);
    if (rest == NULL) {
        out->failed = true;
        return true;
    }
    memcpy(rest, replies, shards_count * sizeof *rest);
    bool done = append_in_order(rest, shards_count, shard_of_key, keys_count, out);
    kv_memory_release(&rest);
    return done;
}

static const struct kv_bytes *first_error(const struct kv_bytes *replies, uint32_t shards_count)
{
    for (uint32_t i = 0; i < shards_count; i++) {
        if (replies[i].count > 0 && replies[i].data[0] == '-')
            return &replies[i];
    }
    return NULL;
}

static bool append_first(const struct kv_bytes *replies, uint32_t shards_count,
                         struct kv_buffer *out)
{
    for (uint32_t i = 0; i < shards_count; i++) {
        if (replies[i].count > 0) {
            kv_buffer_append(out, replies[i].data, replies[i].count);
            return true;
        }
    }
    return false;
}

void kv_merge_replies(enum kv_merge merge, const struct kv_bytes *replies, uint32_t shards_count,
                      const uint32_t *shard_of_key, size_t keys_count, struct kv_buffer *out)
{
    size_t                 start = out->count;
    const struct kv_bytes *error = first_error(replies, shards_count);
    bool                   done;
    if (error != NULL)
        done = append_first(error, 1, out);
    else if (merge == KV_MERGE_SUM)
        done = merge_sum(replies, shards_count, out);
    else if (merge == KV_MERGE_CONCATENATE)
        done = merge_concatenated(replies, shards_count, out);
    else if (merge == KV_MERGE_ORDERED)
        done = merge_ordered(replies, shards_count, shard_of_key, keys_count, out);
    else if (merge == KV_MERGE_FIRST_PAGE)
        done = merge_first_page(replies, shards_count, out);
    else
        done = append_first(replies, shards_count, out);
    if (!done)
        malformed(out, start);
}
