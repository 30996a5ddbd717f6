/* How commands and replies lie in messages. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/batch.h>

#include <samples/kv/command_run.h>

/* In both messages everything is aligned to 4. */
struct command_header {
    uint32_t bytes; /* all of it, header included */
    uint32_t slot;
    uint32_t index; /* in kv_commands */
    uint32_t argc;
    uint32_t counts[];
};

enum {
    HEAD_BYTES = offsetof(act_message, as) + sizeof(struct kv_batch),
    FIRST_BYTES = 256 - HEAD_BYTES,
    ALIGNMENT = 4
};

static size_t aligned(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
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
    const struct kv_batch *old = *batch != NULL ? act_view(kv_batch, *batch) : NULL;
    size_t                 used = old != NULL ? old->end : 0;
    size_t                 room = old != NULL ? old->commands.bytes_count : FIRST_BYTES;
    act_message           *larger;
    if (old != NULL && used + more_bytes <= room)
        return true;
    while (room < used + more_bytes)
        room = room * 2 + HEAD_BYTES; /* the pool's blocks are powers of two, header included */
    if (act_message_make(&larger, kv_batch, .end = (uint32_t)used, .commands = act_room(room)) !=
        ACT_OK)
        return false;
    if (old != NULL)
        memcpy(act_room_of(&act_view(kv_batch, larger)->commands), old->commands.data, used);
    act_message_free(batch);
    *batch = larger;
    return true;
}

size_t kv_batch_add(act_message **batch, const struct kv_command *command, uint32_t slot,
                    struct kv_request request)
{
    size_t bytes = command_bytes(request);
    if (!reserve(batch, bytes))
        return 0;
    struct kv_batch       *mine = act_edit(kv_batch, *batch);
    struct command_header *header =
        (void *)((unsigned char *)act_room_of(&mine->commands) + mine->end);
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
    mine->end += (uint32_t)bytes;
    return bytes;
}

bool kv_batch_front(const act_message *batch, struct kv_batch_item *item)
{
    const struct kv_batch *mine = act_view(kv_batch, batch);
    if (mine->first == mine->end)
        return false;
    const struct command_header *header =
        (const void *)((const unsigned char *)mine->commands.data + mine->first);
    *item = (struct kv_batch_item){&kv_commands[header->index], header->slot, header->argc,
                                   header->bytes, header->counts};
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
        act_edit(kv_batch, batch)->first += item.bytes;
}

/*
 * Both are empty; where they lie says which it is. One that was emptied lies behind a command,
 * which takes more bytes.
 */
enum { PROBE_AT = 0, BORROW_AT = 1 };

act_message *kv_batch_probe(uint32_t flight)
{
    act_message *probe;
    return act_message_make(&probe, kv_batch, .flight = flight) == ACT_OK ? probe : NULL;
}

bool kv_batch_is_probe(const act_message *batch)
{
    return act_view(kv_batch, batch)->end == PROBE_AT;
}

act_message *kv_batch_borrow(void)
{
    act_message *batch;
    return act_message_make(&batch, kv_batch, .first = BORROW_AT, .end = BORROW_AT) == ACT_OK
               ? batch
               : NULL;
}

bool kv_batch_is_borrow(const act_message *batch)
{
    return act_view(kv_batch, batch)->end == BORROW_AT;
}

/* ---- Replies ---- */

struct reply_header {
    uint32_t bytes; /* of the reply alone */
    uint32_t slot;
};

/* The one before is padded here and not when it ends: then there might be no memory. */
size_t kv_replies_open(struct kv_buffer *replies, uint32_t slot)
{
    static const unsigned char padding[ALIGNMENT];
    const struct reply_header  header = {0, slot};
    kv_buffer_append(replies, padding, aligned(replies->count) - replies->count);
    kv_buffer_append(replies, &header, sizeof header);
    return replies->count;
}

void kv_replies_close(struct kv_buffer *replies, size_t start)
{
    uint32_t bytes = (uint32_t)(replies->count - start);
    if (!replies->failed)
        memcpy(replies->data + start - sizeof(struct reply_header), &bytes, sizeof bytes);
}

act_message *kv_replies_message(const struct kv_buffer *replies, const act_message *batch,
                                enum kv_left left)
{
    const struct kv_replies fields = {
        .left = left,
        .flight = act_view(kv_batch, batch)->flight,
        .holders = 1,
        .replies = {replies->data, replies->count},
    };
    act_message *message;
    if (replies->failed || act_message_create_typed(&message, kv_replies_type(), &fields) != ACT_OK)
        return NULL;
    return message;
}

void kv_replies_send(act_self *self, const act_message *batch, act_message *replies)
{
    act_asker  asker = act_message_asker(batch);
    act_result sent;
    if (asker.ask.value != 0)
        sent = act_reply_message(self, asker, &replies);
    else
        sent = act_send(self, asker.pid, &replies);
    if (sent != ACT_OK)
        act_message_free(&replies);
}

bool kv_replies_next(struct kv_replies_walk *walk, uint32_t *slot, struct kv_bytes *reply)
{
    const act_bytes    *replies = &act_view(kv_replies, walk->message)->replies;
    struct reply_header header;
    if (walk->at >= replies->bytes_count)
        return false;
    const unsigned char *at = (const unsigned char *)replies->data + walk->at;
    memcpy(&header, at, sizeof header);
    *slot = header.slot;
    *reply = kv_bytes_of(at + sizeof header, header.bytes);
    walk->at += sizeof header + aligned(header.bytes);
    return true;
}

void kv_replies_hold(act_message *replies)
{
    act_edit(kv_replies, replies)->holders++;
}

void kv_replies_let_go(void *replies)
{
    act_message *message = replies;
    if (--act_edit(kv_replies, message)->holders == 0)
        act_message_free(&message);
}
