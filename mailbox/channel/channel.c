/* How channels are made, cloned, dropped and asked. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/channel/channel_record.h>

#include <stdio.h>
#include <stdlib.h>

#include <mailbox/base/memory.h>

/* A block of an unbounded channel holds this much, but at least a few values. */
enum { BLOCK_BYTES = 2016, BLOCK_VALUES_MIN = 4 };

/*
 * A thread that finds a lock taken keeps off while many values go through. Where only one can wait
 * the other side comes to a stop meanwhile.
 */
enum { LOCK_PAUSES = 64, LOCK_PAUSES_OF_ONE = 4 };

struct act_channel *act__channel_make(enum act__channel_kind kind, size_t value_bytes)
{
    struct act_channel *channel = act__allocate_lines(sizeof *channel);
    if (channel == NULL)
        return NULL;
    act__fork_watch(ACT__FORK_ACTORS, NULL);
    channel->words =
        act__forks + (kind != ACT__CHANNEL_BUFFERED || value_bytes != sizeof(uint64_t));
    channel->kind = kind;
    channel->sender.side.lock_pauses = channel->receiver.side.lock_pauses = LOCK_PAUSES_OF_ONE;
    channel->value_bytes = (uint32_t)value_bytes;
    channel->step_bytes = value_bytes != 0 ? (uint32_t)value_bytes : 1;
    return channel;
}

/*
 * The chain of an unbounded channel begins with an empty block that is full; a bounded one is a
 * ring of one block.
 */
static act_result prepare_blocks(struct act_channel *channel, size_t capacity)
{
    size_t             step = channel->step_bytes;
    struct act__block *block = &channel->first;
    bool               is_ring = capacity != ACT_CHANNEL_UNBOUNDED;
    size_t count = BLOCK_BYTES / step > BLOCK_VALUES_MIN ? BLOCK_BYTES / step : BLOCK_VALUES_MIN;
    if (is_ring && (capacity > UINT32_MAX / step ||
                    (block = act__allocate(sizeof *block + step * capacity)) == NULL))
        return ACT_NO_MEMORY;
    channel->block_bytes = (uint32_t)((is_ring ? capacity : count) * step);
    channel->ring_bytes = is_ring ? channel->block_bytes : 0;
    channel->limit = is_ring ? 2 * (uint64_t)capacity : INT64_MAX;
    channel->sender.side.block = channel->receiver.side.block = block;
    channel->sender.side.place = channel->receiver.side.place = is_ring ? 0 : channel->block_bytes;
    return ACT_OK;
}

act_result act_channel_create(act_sender **sender, act_receiver **receiver, size_t value_bytes,
                              size_t capacity)
{
    enum act__channel_kind kind = capacity == 0 ? ACT__CHANNEL_RENDEZVOUS : ACT__CHANNEL_BUFFERED;
    if (value_bytes > ACT_CHANNEL_VALUE_BYTES_MAX)
        return ACT_INVALID;
    struct act_channel *channel = act__channel_make(kind, value_bytes);
    if (channel == NULL)
        return ACT_NO_MEMORY;
    if (kind == ACT__CHANNEL_BUFFERED && prepare_blocks(channel, capacity) != ACT_OK) {
        act__free(channel);
        return ACT_NO_MEMORY;
    }
    if (capacity > 1)
        channel->sender.side.lock_pauses = channel->receiver.side.lock_pauses = LOCK_PAUSES;
    atomic_init(&channel->sender.side.handles, 1);
    atomic_init(&channel->receiver.side.handles, 1);
    atomic_init(&channel->sides, 2);
    *sender = &channel->sender;
    *receiver = &channel->receiver;
    return ACT_OK;
}

void act_channel_release_with(act_receiver *receiver, void (*release)(void *value))
{
    act__channel_of_receiver(receiver)->release = release;
}

/* ---------------------------------------------------------------------------------- clone, drop */

/* A handle that counts for nothing was used: nothing that follows could be right. */
static void must_live(uint32_t handles, const char *what)
{
    if (act__likely(handles != 0))
        return;
    fprintf(stderr, "act: %s was dropped more often than it was made\n", what);
    abort();
}

act_sender *act_sender_clone(act_sender *sender)
{
    must_live(act__add(&sender->side.handles, 1), "a sender");
    return sender;
}

act_receiver *act_receiver_clone(act_receiver *receiver)
{
    must_live(act__add(&receiver->side.handles, 1), "a receiver");
    return receiver;
}

/* Returns: whether it was the last of its side. */
static bool give_up(struct act__side *side, const char *what)
{
    /*
     * release, acquire: pairs with itself; what all other holders have done has happened before the
     * last one goes.
     */
    uint32_t handles = atomic_fetch_sub_explicit(&side->handles, 1, memory_order_acq_rel);
    must_live(handles, what);
    return handles == 1;
}

static void leave(struct act_channel *channel)
{
    /*
     * release, acquire: pairs with itself, as in give_up; the other side frees what this one has
     * used.
     */
    if (atomic_fetch_sub_explicit(&channel->sides, 1, memory_order_acq_rel) != 1)
        return;
    if (channel->kind == ACT__CHANNEL_BUFFERED)
        act__buffered_free(channel);
    act__free(channel);
}

/* The lock of a side's waiters. */
static struct act__side *lock_for(struct act_channel *channel, struct act__side *side)
{
    return channel->kind == ACT__CHANNEL_RENDEZVOUS ? &channel->sender.side : side;
}

/* From now on none registers at this side; its waiters are told. */
static void close_side(struct act_channel *channel, struct act__side *side)
{
    struct act__side *locked = lock_for(channel, side);
    act__side_lock(locked);
    /* release: pairs with the acquire loads in has_value and act__buffered_is_ready */
    atomic_fetch_or_explicit(&side->position, ACT__LAST, memory_order_release);
    act__side_unlock(locked);
    act__side_wake(side, locked, true);
}

void act_sender_drop(act_sender **sender)
{
    if (*sender == NULL)
        return;
    struct act_channel *channel = act__channel_of_sender(*sender);
    *sender = NULL;
    if (act__channel_has_forked(channel) || !give_up(&channel->sender.side, "a sender"))
        return;
    close_side(channel, &channel->sender.side);
    leave(channel);
}

void act_receiver_drop(act_receiver **receiver)
{
    if (*receiver == NULL)
        return;
    struct act_channel *channel = act__channel_of_receiver(*receiver);
    *receiver = NULL;
    if (act__channel_has_forked(channel) || !give_up(&channel->receiver.side, "a receiver"))
        return;
    act__side_lock(&channel->sender.side);
    channel->sender.side.is_cut = true; /* from now on nothing is sent */
    act__side_unlock(&channel->sender.side);
    close_side(channel, &channel->receiver.side);
    if (channel->kind == ACT__CHANNEL_BUFFERED)
        act__buffered_clear(channel);
    leave(channel);
}

/* ------------------------------------------------------------------------------------ questions */

const act_channel *act_sender_channel(const act_sender *sender)
{
    return act__channel_of_sender(sender);
}

const act_channel *act_receiver_channel(const act_receiver *receiver)
{
    return act__channel_of_receiver(receiver);
}

size_t act_channel_length(const act_channel *channel)
{
    uint64_t tail, head;
    if (channel->kind == ACT__CHANNEL_RENDEZVOUS)
        return 0;
    if (channel->kind == ACT__CHANNEL_TIMER) {
        int64_t due = act__load(&channel->due);
        return due != INT64_MAX && due <= act__channel_clock();
    }
    do { /* until both belong to the same moment; acquire: the first cannot pass the second, nor
            that the third */
        tail = act__load_acquire(&channel->sender.side.position);
        head = act__load_acquire(&channel->receiver.side.position);
    } while (act__load(&channel->sender.side.position) != tail);
    return (size_t)((tail / 2) - (head / 2));
}

size_t act_channel_capacity(const act_channel *channel)
{
    return channel->limit == INT64_MAX ? ACT_CHANNEL_UNBOUNDED : (size_t)(channel->limit / 2);
}
