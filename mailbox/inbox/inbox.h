/* An actor's inbox: what its senders share, and what its receiver owns. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_INBOX_INBOX_H
#define ACT_MAILBOX_INBOX_INBOX_H

#include <mailbox/message/envelope.h>
#include <mailbox/inbox/mpsc_queue.h>

/*
 *               a push or wake finds IDLE                 the executor picks it
 *       IDLE ----------------------------> SCHEDULED ---------------------------> RUNNING
 *        ^                                     ^                                   |   |
 *        |                                     +------- its batch is spent --------+   |
 *        +----- act__inbox_sleep, unless more has come: then it goes on ---------------+
 *
 * SCHEDULED and RUNNING are "the token is held"; only its holder touches struct act__inbox_owned.
 * There is no closed state: the inbox of a dead actor is one whose owner takes nothing. A message
 * that is pushed to it wakes a run that makes it a dead letter, because its act_generation is not
 * the one that lives there. So a push can never find it closed too late.
 */

/* What senders touch. */
struct act__inbox_shared {
    struct act__mpsc_queue queue;
    _Atomic uint32_t       max;     /* messages; 0: no bound. Written by the spawner. */
    _Atomic uint32_t       waiting; /* let in and not yet handled; kept only under a bound.
                                       Written by all. */
};

/* What only the holder of the token touches. */
struct act__inbox_owned {
    act_message     *boundary; /* the newest that was fetched, while the queue's word may hold
                                  it; NULL: none */
    act_message     *head;     /* fetched, oldest first */
    act_message     *tail;
    /*
     * Of the messages from head to tail that take room: neither replies nor what came of signals.
     * Others may read it.
     */
    _Atomic uint32_t count;
#ifdef ACT_DEBUG
    _Atomic bool token_is_held; /* see act__token_got */
#else
    bool spent; /* the boundary was handled: to be freed once it no longer is the boundary */
#endif
    _Atomic bool is_watched; /* a timer looks after it: see actor/delivery/backpressure.c. All
                                write it. */
    /*
     * What a muted actor handles may wait here: set with each, cleared by a look that finds none.
     */
    uint16_t     has_priority : 1;
    /*
     * The actor's own, where they take no room: see actor/signal/link_index.c, and is_inherited in
     * signal.c
     */
    uint16_t     has_link_index : 1;
    uint16_t     before_count   : 13; /* or more of them */
#ifdef ACT_DEBUG
    uint16_t spent : 1; /* as above, where its byte is the token's */
#endif
};

#define ACT__BEFORE_MAX 0x1FFFu

static inline void act__inbox_init(struct act__inbox_shared *shared)
{
    act__mpsc_init(&shared->queue);
}

/*
 * Asks for a place for one message in a box that has a bound, lenient (ACT_INBOX_DROP_OLDEST: twice
 * the bound) or not. Any thread. Returns: whether there is one; it is then taken.
 */
static inline bool act__inbox_admit(struct act__inbox_shared *shared, bool lenient)
{
    uint32_t max = act__load(&shared->max);
    if (lenient)
        max = max > UINT32_MAX / 2 ? UINT32_MAX : 2 * max;
    if (act__add(&shared->waiting, 1) < max)
        return true;
    act__sub(&shared->waiting, 1);
    return false;
}

/*
 * A message has left the box, for a handler or as a dead letter: its place, if it had one, is free.
 */
static inline void act__inbox_leave(struct act__inbox_shared *shared, act_message *message)
{
    if (act__unlikely((message->act_bits & ACT__BIT_BOUNDED) != 0)) {
        message->act_bits &= (uint8_t)~ACT__BIT_BOUNDED;
        act__sub(&shared->waiting, 1);
    }
}

/*
 * A signal may be freed or sent on when it is applied; so none may stay the boundary. What came
 * since joins the list.
 */
void act__inbox_detach_signals(struct act__inbox_shared *shared, struct act__inbox_owned *owned);

/*
 * What was pushed since the last fetch, oldest first, ended by NULL; the caller applies signals and
 * appends messages. No signal among it is the boundary: signals may be freed or sent on at once.
 * *freed, here and below: a message retired earlier that may be freed now, or NULL.
 */
static inline act_message *act__inbox_fetch(struct act__inbox_shared *shared,
                                            struct act__inbox_owned *owned, act_message **freed)
{
    act_message *before = owned->boundary,
                *list = act__mpsc_fetch(&shared->queue, before, &owned->boundary);
    *freed = NULL;
    if (list == NULL)
        return NULL;
    if (owned->spent) {
        owned->spent = false;
        *freed = before;
    }
    if (act__unlikely(act__message_is_signal(owned->boundary)))
        act__inbox_detach_signals(shared, owned);
    return list;
}

/* With one writer no locked instruction is needed. */
static inline void act__inbox_count_more(struct act__inbox_owned *owned, uint32_t more)
{
    act__store(&owned->count, act__load(&owned->count) + more);
}

static inline void act__inbox_append(struct act__inbox_owned *owned, act_message *message)
{
    message->act_next = NULL;
    if (owned->tail != NULL)
        owned->tail->act_next = message;
    else
        owned->head = message;
    owned->tail = message;
    act__inbox_count_more(owned, act__message_takes_room(message));
}

/* The same in front of those that wait. */
static inline void act__inbox_prepend(struct act__inbox_owned *owned, act_message *message)
{
    message->act_next = owned->head;
    owned->head = message;
    if (owned->tail == NULL)
        owned->tail = message;
    act__inbox_count_more(owned, act__message_takes_room(message));
}

/* The same for a list of `count` messages that all take room. */
static inline void act__inbox_append_list(struct act__inbox_owned *owned, act_message *first,
                                          act_message *last, uint32_t count)
{
    last->act_next = NULL;
    if (owned->tail != NULL)
        owned->tail->act_next = first;
    else
        owned->head = first;
    owned->tail = last;
    act__inbox_count_more(owned, count);
}

/* The oldest that was fetched; NULL if none waits. */
static inline act_message *act__inbox_pop(struct act__inbox_owned *owned)
{
    act_message *message = owned->head;
    if (message == NULL)
        return NULL;
    owned->head = message->act_next;
    if (owned->head == NULL)
        owned->tail = NULL;
    act__inbox_count_more(owned, 0u - act__message_takes_room(message));
    return message;
}

/* Whether nothing waits that act__inbox_fetch would give. Relaxed: a hint. */
static inline bool act__inbox_is_empty(const struct act__inbox_shared *shared,
                                       const struct act__inbox_owned  *owned)
{
    return act__load(&shared->queue.word) == (uintptr_t)owned->boundary;
}

/*
 * `message` was peeked at and leaves the queue: it is the boundary now. Returns: one to be freed,
 * or NULL.
 */
static inline act_message *act__inbox_advance(struct act__inbox_owned *owned, act_message *message)
{
    act_message *freed = owned->spent ? owned->boundary : NULL;
    owned->boundary = message;
    owned->spent = false;
    return freed;
}

/*
 * The caller is done with a message it popped. Returns: whether it may be freed now; else it is the
 * boundary, and a later call gives it out as *freed.
 */
static inline bool act__inbox_retire(struct act__inbox_owned *owned, const act_message *message)
{
    if (message != owned->boundary)
        return true;
    owned->spent = true;
    return false;
}

/*
 * Makes sure that `message` is not the boundary, so that it may be sent on. Returns: what had to be
 * fetched for that, as act__inbox_fetch; NULL if nothing.
 */
act_message *act__inbox_detach(struct act__inbox_shared *shared, struct act__inbox_owned *owned,
                               const act_message *message);

/*
 * Goes to sleep if nothing waits; head must be NULL. Returns: whether it sleeps; the token is then
 * gone, and with it the right to touch the inbox.
 */
static inline bool act__inbox_sleep(struct act__inbox_shared *shared,
                                    struct act__inbox_owned *owned, act_message **freed)
{
    /*
     * Another thread may hold the token the moment the exchange is done, so the fields change
     * before.
     */
    act_message *boundary = owned->boundary;
    bool         spent = owned->spent;
    owned->boundary = NULL;
    owned->spent = false;
    *freed = spent ? boundary : NULL;
    act__gap("inbox.sleeps");
    if (act__likely(act__mpsc_idle(&shared->queue, boundary)))
        return true;
    owned->boundary = boundary;
    owned->spent = spent;
    *freed = NULL;
    return false;
}

#endif
