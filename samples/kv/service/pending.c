/* The commands of one connection that are not yet answered. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/pending.h>

#include <samples/kv/service/batch.h>

enum { CAPACITY_FIRST = 16, CAPACITY_KEPT = 32 };

static const char try_again[] = "-TRYAGAIN shard restarted\r\n";
static const char no_memory[] = "-" KV_ERROR_NO_MEMORY "\r\n";

/* The parts of one reply, by upstream. */
struct kv_gather {
    enum kv_merge   merge;
    uint32_t        upstreams_count;
    size_t          keys_count;
    uint32_t       *shard_of_key;
    act_message   **messages;
    struct kv_bytes parts[];
};

static struct kv_slot *slot_at(const struct kv_pending *pending, uint32_t number)
{
    return &pending->slots[number & (pending->capacity - 1)];
}

/* ---- The ring ---- */

static bool grow(struct kv_pending *pending)
{
    struct kv_pending larger = *pending;
    larger.capacity = pending->capacity == 0 ? CAPACITY_FIRST : pending->capacity * 2;
    larger.slots = kv_memory_allocate(larger.capacity * sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (uint32_t i = pending->first; i != kv_pending_end(pending); i++)
        *slot_at(&larger, i) = *slot_at(pending, i);
    kv_memory_release(&pending->slots);
    *pending = larger;
    return true;
}

struct kv_slot *kv_pending_push(struct kv_pending *pending, uint32_t *number)
{
    if (pending->count == pending->capacity && !grow(pending))
        return NULL;
    *number = kv_pending_end(pending);
    pending->count++;
    struct kv_slot *slot = slot_at(pending, *number);
    *slot = (struct kv_slot){0};
    return slot;
}

struct kv_slot *kv_pending_slot(const struct kv_pending *pending, uint32_t number)
{
    return slot_at(pending, number);
}

struct kv_slot *kv_pending_front(const struct kv_pending *pending)
{
    return pending->count > 0 ? slot_at(pending, pending->first) : NULL;
}

static void release_gather(struct kv_gather **gather)
{
    for (uint32_t i = 0; *gather != NULL && i < (*gather)->upstreams_count; i++) {
        if ((*gather)->messages[i] != NULL)
            kv_replies_let_go((*gather)->messages[i]);
    }
    kv_memory_release(gather);
}

static void release_slot(struct kv_slot *slot)
{
    release_gather(&slot->gather);
    if (slot->message != NULL)
        kv_replies_let_go(slot->message);
    kv_memory_release(&slot->memory);
}

void kv_pending_pop(struct kv_pending *pending)
{
    struct kv_slot *slot = kv_pending_front(pending);
    pending->held_bytes -= slot->reply.count;
    release_slot(slot);
    pending->first++;
    if (--pending->count == 0 && pending->capacity > CAPACITY_KEPT) {
        kv_memory_release(&pending->slots);
        pending->capacity = 0;
    }
}

void kv_pending_release(struct kv_pending *pending)
{
    while (pending->count > 0)
        kv_pending_pop(pending);
    kv_memory_release(&pending->slots);
    pending->capacity = 0;
}

/* ---- Answers ---- */

static void answered(struct kv_pending *pending, struct kv_slot *slot, struct kv_bytes reply)
{
    slot->waiting = 0;
    slot->reply = reply;
    pending->held_bytes += reply.count;
}

void kv_pending_answer_own(struct kv_pending *pending, struct kv_slot *slot,
                           struct kv_buffer *reply)
{
    if (reply->failed) {
        kv_buffer_release(reply);
        answered(pending, slot, kv_bytes_text(no_memory));
        return;
    }
    slot->memory = reply->data;
    answered(pending, slot, kv_buffer_bytes(reply));
    *reply = (struct kv_buffer){0};
}

bool kv_pending_gather(struct kv_slot *slot, uint64_t upstreams, uint32_t upstreams_count,
                       enum kv_merge merge, const uint32_t *shard_of_key, size_t keys_count)
{
    size_t parts_bytes = upstreams_count * (sizeof(struct kv_bytes) + sizeof(act_message *));
    struct kv_gather *gather =
        kv_memory_allocate_zeroed(sizeof *gather + parts_bytes + keys_count * sizeof(uint32_t));
    if (gather == NULL)
        return false;
    gather->merge = merge;
    gather->upstreams_count = upstreams_count;
    gather->keys_count = keys_count;
    gather->messages = (act_message **)(void *)(gather->parts + upstreams_count);
    gather->shard_of_key = (uint32_t *)(void *)(gather->messages + upstreams_count);
    if (keys_count > 0)
        memcpy(gather->shard_of_key, shard_of_key, keys_count * sizeof *shard_of_key);
    slot->gather = gather;
    slot->waiting = upstreams;
    return true;
}

static void merge(struct kv_pending *pending, struct kv_slot *slot)
{
    struct kv_gather *gather = slot->gather;
    struct kv_buffer  reply = {0};
    kv_merge_replies(gather->merge, gather->parts, gather->upstreams_count, gather->shard_of_key,
                     gather->keys_count, &reply);
    kv_pending_answer_own(pending, slot, &reply);
    release_gather(&slot->gather);
}

/* message: NULL for a constant. */
static void take_part(struct kv_pending *pending, struct kv_slot *slot, uint32_t upstream,
                      struct kv_bytes reply, act_message *message)
{
    if (message != NULL)
        kv_replies_hold(message);
    if (slot->gather == NULL) {
        slot->message = message;
        answered(pending, slot, reply);
        return;
    }
    slot->gather->parts[upstream] = reply;
    slot->gather->messages[upstream] = message;
    slot->waiting &= ~(UINT64_C(1) << upstream);
    if (slot->waiting == 0)
        merge(pending, slot);
}

void kv_pending_answer(struct kv_pending *pending, uint32_t number, uint32_t upstream,
                       struct kv_bytes reply, act_message *message)
{
    if (number - pending->first >= pending->count)
        return;
    struct kv_slot *slot = slot_at(pending, number);
    if ((slot->waiting & UINT64_C(1) << upstream) != 0)
        take_part(pending, slot, upstream, reply, message);
}

void kv_pending_fail(struct kv_pending *pending, uint32_t upstream, uint32_t end)
{
    for (uint32_t i = pending->first; i != end; i++) {
        struct kv_slot *slot = slot_at(pending, i);
        if ((slot->waiting & UINT64_C(1) << upstream) != 0)
            take_part(pending, slot, upstream, kv_bytes_text(try_again), NULL);
    }
}
