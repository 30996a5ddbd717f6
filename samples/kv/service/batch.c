/* How commands and replies lie in messages. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/batch.h>

#include <samples/kv/command_run.h>
#include <samples/kv/service/service.h>

/* Offsets are from the message's first byte. Everything is aligned to 4. */
struct batch {
    uint32_t first, end; /* commands lie from first to end */
};

struct command_header {
    uint32_t bytes; /* all of it, header included */
    uint32_t slot;
    uint32_t index; /* in kv_commands */
    uint32_t argc;
    uint32_t counts[];
};

enum { FIRST_BYTES = 256 - offsetof(act_message, as), ALIGNMENT = 4 };

static size_t aligned(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

static struct batch *batch_of(act_message *message)
{
    return (struct batch *)(void *)message->as.bytes;
}

/* ---- Batches ---- */

static size_t command_bytes(struct kv_request request)
{
    size_t bytes = sizeof(struct command_header) + request.argc * sizeof(uint32_t);
    for (size_t i = 0; i < request.argc; i++)
        bytes += request.argv[i].count;
    return aligned(bytes);
}

/* Makes room behind what is there: a larger message takes its place. */
static bool reserve(act_message **batch, size_t more_bytes)
{
    size_t used = *batch != NULL ? batch_of(*batch)->end : sizeof(struct batch);
    size_t room = *batch != NULL ? (*batch)->bytes_count : FIRST_BYTES;
    act_message *larger;
    if (*batch != NULL && used + more_bytes <= room)
        return true;
    while (room < used + more_bytes)
        room = room * 2 + offsetof(act_message, as); /* the pool's blocks are powers of two, header included */
    if (act_message_create(&larger, KV_TAG_BATCH, room) != ACT_OK)
        return false;
    if (*batch != NULL)
        memcpy(larger->as.bytes, (*batch)->as.bytes, used);
    else
        *batch_of(larger) = (struct batch){sizeof(struct batch), sizeof(struct batch)};
    act_message_free(batch);
    *batch = larger;
    return true;
}

size_t kv_batch_add(
    act_message **batch, const struct kv_command *command, uint32_t slot, struct kv_request request)
{
    size_t bytes = command_bytes(request);
    if (!reserve(batch, bytes))
        return 0;
    struct batch *head = batch_of(*batch);
    struct command_header *header = (struct command_header *)(void *)((*batch)->as.bytes + head->end);
    header->bytes = (uint32_t)bytes;
    header->slot = slot;
    header->index = (uint32_t)(command - kv_commands);
    header->argc = (uint32_t)request.argc;
    unsigned char *at = (unsigned char *)(header->counts + request.argc);
    for (size_t i = 0; i < request.argc; i++) {
        header->counts[i] = (uint32_t)request.argv[i].count;
        if (request.argv[i].count > 0)
            memcpy(at, request.argv[i].data, request.argv[i].count);
        at += request.argv[i].count;
    }
    head->end += (uint32_t)bytes;
    return bytes;
}

bool kv_batch_front(const act_message *batch, struct kv_batch_item *item)
{
    const struct batch *head = (const struct batch *)(const void *)batch->as.bytes;
    if (head->first == head->end)
        return false;
    const struct command_header *header = (const struct command_header *)(const void *)(batch->as.bytes + head->first);
    *item = (struct kv_batch_item){
        &kv_commands[header->index], header->slot, header->argc, header->bytes, header->counts};
    return true;
}

void kv_batch_argv(const struct kv_batch_item *item, struct kv_bytes *argv)
{
    const unsigned char *at = (const unsigned char *)(item->counts + item->argc);
    for (uint32_t i = 0; i < item->argc; i++) {
        argv[i] = kv_bytes_of(at, item->counts[i]);
        at += item->counts[i];
    }
}

void kv_batch_drop(act_message *batch)
{
    struct kv_batch_item item;
    if (kv_batch_front(batch, &item))
        batch_of(batch)->first += item.bytes;
}

/* ---- Replies ---- */

struct replies {
    uint32_t holders;
    uint32_t more;
};

struct reply_header {
    uint32_t bytes; /* of the reply alone */
    uint32_t slot;
};

void kv_replies_begin(struct kv_buffer *replies)
{
    const struct replies head = {1, 0};
    kv_buffer_truncate(replies, 0);
    kv_buffer_append(replies, &head, sizeof head);
}

size_t kv_replies_open(struct kv_buffer *replies, uint32_t slot)
{
    const struct reply_header header = {0, slot};
    kv_buffer_append(replies, &header, sizeof header);
    return replies->count;
}

void kv_replies_close(struct kv_buffer *replies, size_t start)
{
    static const unsigned char padding[ALIGNMENT];
    uint32_t bytes = (uint32_t)(replies->count - start);
    kv_buffer_append(replies, padding, aligned(bytes) - bytes);
    if (!replies->failed)
        memcpy(replies->data + start - sizeof(struct reply_header), &bytes, sizeof bytes);
}

act_message *kv_replies_message(const struct kv_buffer *replies, bool more)
{
    act_message *message;
    if (replies->failed || act_message_create(&message, KV_TAG_REPLIES, replies->count) != ACT_OK)
        return NULL;
    memcpy(message->as.bytes, replies->data, replies->count);
    ((struct replies *)(void *)message->as.bytes)->more = more;
    return message;
}

bool kv_replies_next(struct kv_replies_walk *walk, uint32_t *slot, struct kv_bytes *reply)
{
    size_t at = walk->at == 0 ? sizeof(struct replies) : walk->at;
    struct reply_header header;
    if (at >= walk->message->bytes_count)
        return false;
    memcpy(&header, walk->message->as.bytes + at, sizeof header);
    *slot = header.slot;
    *reply = kv_bytes_of(walk->message->as.bytes + at + sizeof header, header.bytes);
    walk->at = at + sizeof header + aligned(header.bytes);
    return true;
}

bool kv_replies_has_more(const act_message *replies)
{
    return ((const struct replies *)(const void *)replies->as.bytes)->more;
}

void kv_replies_hold(act_message *replies)
{
    ((struct replies *)(void *)replies->as.bytes)->holders++;
}

void kv_replies_let_go(void *replies)
{
    act_message *message = replies;
    if (--((struct replies *)(void *)message->as.bytes)->holders == 0)
        act_message_free(&message);
}
