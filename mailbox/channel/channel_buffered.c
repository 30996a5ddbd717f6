/* Channels that values wait in, with a bound or without. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/channel/channel_record.h>

#include <mailbox/base/check.h>
#include <mailbox/base/lock.h>
#include <mailbox/base/memory.h>

enum { WORD_BYTES = 8 };

/* --------------------------------------------------------------------------------------- blocks */

static struct act__block *take_block(struct act_channel *channel)
{
    /* acquire: pairs with the release in give_block: its last reader is done with it. */
    struct act__block *block =
        act__load(&channel->spare) == NULL
            ? NULL
            : atomic_exchange_explicit(&channel->spare, NULL, memory_order_acquire);
    if (block == NULL)
        block = act__allocate(sizeof *block + channel->block_bytes);
    if (block != NULL)
        block->next = NULL;
    return block;
}

static void give_block(struct act_channel *channel, struct act__block *block)
{
    if (block != &channel->first) /* release: pairs with the acquire in take_block */
        act__free(atomic_exchange_explicit(&channel->spare, block, memory_order_acq_rel));
}

/* Where the next value goes; NULL: no memory. Under the senders' lock. */
static void *find_place_to_write(struct act_channel *channel, struct act__side *in)
{
    if (act__unlikely(in->place == channel->block_bytes)) {
        if (in->block->next == NULL && (in->block->next = take_block(channel)) == NULL)
            return NULL;
        in->block = in->block->next;
        in->place = 0;
    }
    return in->block->values + in->place;
}

/* Where the oldest value is; there is one. Under the receivers' lock. */
static void *find_place_to_read(struct act_channel *channel, struct act__side *out)
{
    if (act__unlikely(out->place == channel->block_bytes)) {
        struct act__block *old = out->block;
        out->block = old->next; /* written before the position that says that there is a value */
        out->place = 0;
        give_block(channel, old);
    }
    return out->block->values + out->place;
}

static inline bool carries_words(const struct act_channel *channel)
{
    return channel->words == act__forks; /* and so it was not made before a fork(), either */
}

/*
 * What is stored to the end comes after the value, side by side: so it is written to the cache
 * together.
 */
static inline uint32_t next_place(const struct act_channel *channel, const struct act__side *side)
{
    uint32_t place = side->place + channel->step_bytes;
    return place != channel->ring_bytes ? place : 0;
}

/* -------------------------------------------------------------------------------- send, receive */

/* Under the senders' lock. */
static bool has_room(struct act_channel *channel, struct act__side *in, uint64_t tail)
{
    if (act__likely(tail - in->other < channel->limit))
        return true;
    /* acquire: pairs with the release in take: the place has been read. */
    in->other = act__load_acquire(&channel->receiver.side.position) & ~ACT__LAST;
    return tail - in->other < channel->limit;
}

static inline void write_value(struct act_channel *channel, struct act__side *in, uint64_t tail,
                               void *place, const void *value, size_t bytes)
{
    uint32_t next = next_place(channel, in);
    act__value_copy(place, value, bytes);
    in->place = next;
    act__store_release(&in->position, tail + 2); /* pairs with the acquire in has_value: the
                                                    value, the block */
}

static inline __attribute__((always_inline)) act_result put(struct act_channel *channel,
                                                            struct act__side *in, uint64_t tail,
                                                            const void *value)
{
    void *place = find_place_to_write(channel, in);
    if (act__unlikely(place == NULL))
        return ACT_NO_MEMORY;
    write_value(channel, in, tail, place, value, channel->value_bytes);
    return ACT_OK;
}

static bool watches_first(const struct act__channel_list *list)
{
    return list->first != NULL && list->first->act_watches;
}

/* To a receiver that waits, if nothing older does. Under the senders' lock. */
static bool hand_over(struct act_channel *channel, struct act__side *in, const void *value,
                      struct act__selected *selected)
{
    if ((act__load(&channel->receiver.side.position) & ~ACT__LAST) != act__load(&in->position))
        return false;
    act_select_case *partner = act__cases_pair(&in->waiting, selected);
    if (partner != NULL) {
        act__value_copy(partner->value, value, channel->value_bytes);
        selected->watched = watches_first(&in->waiting);
    }
    return partner != NULL;
}

static inline act_result put_if_room(struct act_channel *channel, struct act__side *in,
                                     const void *value)
{
    uint64_t tail = act__load(&in->position);
    return act__likely(has_room(channel, in, tail)) ? put(channel, in, tail, value) : ACT_FULL;
}

/* Under the senders' lock. Sets *selected if a waiter is to be told. */
static act_result pass(struct act_channel *channel, struct act__side *in, const void *value,
                       struct act__selected *selected)
{
    if (in->waiting.first != NULL && hand_over(channel, in, value, selected))
        return ACT_OK;
    act_result result = put_if_room(channel, in, value);
    if (in->waiting.first != NULL && result == ACT_OK)
        *selected = act__cases_select(&in->waiting);
    return result;
}

/* Without a lock. `side`: where it was selected. */
static void tell(struct act__selected selected, struct act__side *side)
{
    if (selected.waiter == NULL)
        return;
    act__selected_wake(selected);
    if (selected.watched)
        act__side_wake(side, side, false);
}

/* Under the senders' lock, which it releases. */
static act_result send_to_waiting(struct act_channel *channel, struct act__side *in,
                                  const void *value)
{
    struct act__selected selected = {.waiter = NULL};
    act_result           result =
        act__likely(!in->is_cut) ? pass(channel, in, value, &selected) : ACT_DISCONNECTED;
    act__side_unlock(in);
    tell(selected, in);
    return result;
}

act_result act__buffered_send(struct act_channel *channel, const void *value)
{
    struct act__side *in = &channel->sender.side;
    act__side_lock(in);
    if (act__unlikely(in->waiting.first != NULL || in->is_cut))
        return send_to_waiting(channel, in, value);
    act_result result = put_if_room(channel, in, value);
    act__side_unlock(in);
    return result;
}

/* Under the receivers' lock. Returns: ACT_OK, ACT_EMPTY, ACT_DISCONNECTED. */
static act_result has_value(struct act_channel *channel, struct act__side *out, uint64_t head)
{
    if (act__likely(head != out->other))
        return ACT_OK;
    uint64_t tail =
        act__load_acquire(&channel->sender.side.position); /* pairs with the release in put */
    out->other = tail & ~ACT__LAST;
    if (head != out->other)
        return ACT_OK;
    return (tail & ACT__LAST) != 0 ? ACT_DISCONNECTED : ACT_EMPTY;
}

static inline void read_value(struct act_channel *channel, struct act__side *out, uint64_t head,
                              const void *place, void *value, size_t bytes)
{
    uint32_t next = next_place(channel, out);
    act__value_copy(value, place, bytes);
    out->place = next;
    act__store_release(&out->position, head + 2); /* pairs with the acquire in has_room */
}

static inline __attribute__((always_inline)) void take(struct act_channel *channel,
                                                       struct act__side *out, uint64_t head,
                                                       void *value)
{
    read_value(channel, out, head, find_place_to_read(channel, out), value, channel->value_bytes);
}

/* A place has become free while senders wait: the value of one of them is put there. */
static void refill(struct act_channel *channel)
{
    struct act__side    *in = &channel->sender.side, *out = &channel->receiver.side;
    struct act__selected sender = {.waiter = NULL}, receiver = {.waiter = NULL};
    act_select_case     *partner = NULL;
    act__side_lock(in);
    act__side_lock(out);
    if (has_room(channel, in, act__load(&in->position)) &&
        (partner = act__cases_pair(&out->waiting, &sender)) != NULL)
        (void)pass(channel, in, partner->value, &receiver);
    act__side_unlock(out);
    act__side_unlock(in);
    tell(sender, out);
    tell(receiver, in);
}

/*
 * Under the receivers' lock, which it releases; a place has become free. A watcher takes
 * none, so then all are told as after a send.
 */
static void offer_place(struct act_channel *channel, struct act__side *out)
{
    struct act__selected selected = {.waiter = NULL};
    bool                 is_watched = watches_first(&out->waiting);
    if (is_watched)
        selected = act__cases_select(&out->waiting);
    act__side_unlock(out);
    if (is_watched)
        tell(selected, out);
    else
        refill(channel);
}

act_result act__buffered_receive(struct act_channel *channel, void *value)
{
    struct act__side *out = &channel->receiver.side;
    act__side_lock(out);
    uint64_t   head = act__load(&out->position);
    act_result result = has_value(channel, out, head);
    if (act__likely(result == ACT_OK)) {
        take(channel, out, head, value);
        if (act__unlikely(out->waiting.first != NULL)) {
            offer_place(channel, out);
            return ACT_OK;
        }
    }
    act__side_unlock(out);
    return result;
}

act_result act_channel_force_send(act_sender *sender, const void *value, void *evicted,
                                  bool *was_evicted)
{
    struct act_channel *channel = act__channel_of_sender(sender);
    struct act__side   *in = &sender->side, *out = &channel->receiver.side;
    act_result          result = ACT_DISCONNECTED;
    if (act__channel_has_forked(channel))
        return ACT_FORKED;
    if (channel->kind != ACT__CHANNEL_BUFFERED ||
        (channel->value_bytes != 0 && (value == NULL || evicted == NULL)))
        return ACT_INVALID;
    act__side_lock(in);
    act__side_lock(out);
    uint64_t tail = act__load(&in->position), head = act__load(&out->position);
    if (!in->is_cut) {
        out->other = tail & ~ACT__LAST; /* what is taken here must not be ahead of it */
        *was_evicted = !has_room(channel, in, tail);
        if (*was_evicted)
            take(channel, out, head, evicted);
        result = put(channel, in, tail, value);
    }
    act__side_unlock(out);
    act__side_unlock(in);
    if (result == ACT_OK)
        act__side_wake(in, in, false);
    return result;
}

/* --------------------------------------------------------------------------- nothing in the way */

/*
 * What most sends and receives are: of one word, the lock is free, there is room or a value, none
 * waits. By itself this needs no stack frame; the next exchange of a lock waits for all that was
 * stored before it. Returns: whether it is done.
 */
static inline bool sends_at_once(act_sender *sender, const void *value)
{
    struct act_channel *channel = act__channel_of_sender(sender);
    struct act__side   *in = &sender->side;
    if (!carries_words(channel) || value == NULL || !act__side_try_lock(in))
        return false;
    uint64_t tail = act__load(&in->position);
    bool     can = !in->is_cut && in->waiting.first == NULL && in->place != channel->block_bytes &&
               has_room(channel, in, tail);
    if (act__likely(can))
        write_value(channel, in, tail, in->block->values + in->place, value, WORD_BYTES);
    act__side_unlock(in);
    return can;
}

static inline bool receives_at_once(act_receiver *receiver, void *value)
{
    struct act_channel *channel = act__channel_of_receiver(receiver);
    struct act__side   *out = &receiver->side;
    if (!carries_words(channel) || value == NULL || !act__side_try_lock(out))
        return false;
    uint64_t head = act__load(&out->position);
    bool     can = out->waiting.first == NULL && out->place != channel->block_bytes &&
               has_value(channel, out, head) == ACT_OK;
    if (act__likely(can))
        read_value(channel, out, head, out->block->values + out->place, value, WORD_BYTES);
    act__side_unlock(out);
    return can;
}

act_result act_channel_send(act_sender *sender, const void *value, act_millis timeout)
{
    if (act__likely(act__may_wait(timeout) && sends_at_once(sender, value)))
        return ACT_OK;
    return act__send_else(sender, value, timeout);
}

ACT__NOT_INTO_CALLER act_result act_channel_receive(act_receiver *receiver, void *value,
                                                    act_millis timeout)
{
    if (act__likely(act__may_wait(timeout) && receives_at_once(receiver, value)))
        return ACT_OK;
    return act__receive_else(receiver, value, timeout);
}

/* ------------------------------------------------------------------------------------ questions */

/*
 * The side that a case waits at is exact, if the caller has its lock; the other one may be behind,
 * which makes it look as if there were less room or more values than there are: ready in vain,
 * never the other way round.
 */
bool act__buffered_is_ready(struct act_channel *channel, const act_select_case *one)
{
    struct act__side *in = &channel->sender.side, *out = &channel->receiver.side;
    /* acquire, in this order: the first cannot pass the second. */
    if (one->sender != NULL) {
        uint64_t tail = act__load_acquire(&in->position) & ~ACT__LAST,
                 head = act__load_acquire(&out->position);
        return (head & ACT__LAST) != 0 || (int64_t)(tail - head) < (int64_t)channel->limit;
    }
    uint64_t head = act__load_acquire(&out->position) & ~ACT__LAST,
             tail = act__load_acquire(&in->position);
    return tail != head;
}

void act__buffered_clear(struct act_channel *channel)
{
    struct act__side *out = &channel->receiver.side;
    uint64_t          tail = act__load(&channel->sender.side.position) & ~ACT__LAST;
    for (uint64_t head = act__load(&out->position) & ~ACT__LAST; head != tail; head += 2) {
        void *value = find_place_to_read(channel, out);
        out->place = next_place(channel, out);
        if (channel->release != NULL)
            act__user_code_call(channel->release, value);
    }
    act__store(&out->position, tail | ACT__LAST); /* nothing waits any more */
}

void act__buffered_free(struct act_channel *channel)
{
    struct act__block *block = channel->receiver.side.block;
    if (block != &channel->first)
        act__free(block);
    act__free(act__load(&channel->spare));
}
