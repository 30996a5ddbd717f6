/* Many senders, one receiver, one word: an intrusive queue of envelopes. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_INBOX_MPSC_QUEUE_H
#define ACT_MAILBOX_INBOX_MPSC_QUEUE_H

#include <mailbox/base/atomics.h>
#include <mailbox/base/check.h>
#include <mailbox/base/gap.h>
#include <mailbox/message/message.h>

/*
 *              push   fetch  idle   wake    at the same time
 *     push      yes    yes    yes    yes
 *     fetch     yes    no     no     no     the receiver only, while it holds the token; peek and
 *                                           detach likewise
 *     idle      yes    no     no     no     the receiver only; gives the token up
 *     wake      yes    no     no     yes    a thread with more for the receiver than messages
 *
 * `word` is the newest envelope, whose act_next leads to older ones; or IDLE: the receiver sleeps;
 * or OPEN: the receiver has the token and nothing waits. The thread that replaces IDLE by something
 * else gets the token and must see that the receiver runs. The exchange in push tells: that is the
 * only atomic instruction of a send to an inbox without a bound.
 *
 * The receiver does not take the list out. It reads `word`, handles what is newer than the envelope
 * it saw there last, its *boundary*, and leaves by exchanging the boundary for IDLE: two atomic
 * instructions for a message that wakes an actor and puts it to sleep again, not three. The price:
 * the boundary envelope must not be freed or sent on while `word` may hold it, because the same
 * address could come back as a new message and pass for the old one. inbox.h keeps that rule.
 */
enum { ACT__QUEUE_OPEN = 0, ACT__QUEUE_IDLE = 1 };

struct act__mpsc_queue {
    _Atomic uintptr_t word;
};

/* In act_next while a push is between its exchange and its store. */
#define ACT__NEXT_PENDING ((uintptr_t)2)

static inline void act__mpsc_init(struct act__mpsc_queue *queue)
{
    atomic_init(&queue->word, ACT__QUEUE_IDLE);
}

/* Any thread. Returns: true if the caller now has the token and must schedule the receiver. */
static inline bool act__mpsc_push(struct act__mpsc_queue *queue, act_message *message)
{
    __atomic_store_n(&message->act_next, (act_message *)ACT__NEXT_PENDING, __ATOMIC_RELAXED);
    /*
     * release: publishes the envelope; pairs with the acquire load in act__mpsc_fetch (a later push
     * of another thread continues the release sequence). acquire: pairs with the release in
     * act__mpsc_idle; the next holder of the token sees what its last one did to the receiver.
     */
    uintptr_t older = act__exchange_acq_rel(&queue->word, (uintptr_t)message);
    act__gap("inbox.exchanged");
    /*
     * release: pairs with the acquire in act__mpsc_older; what is older is published by its own
     * push.
     */
    __atomic_store_n(&message->act_next, (act_message *)older, __ATOMIC_RELEASE);
    return older == ACT__QUEUE_IDLE;
}

/* Any thread. Returns: true if the receiver slept and the caller now has the token. */
static inline bool act__mpsc_wake(struct act__mpsc_queue *queue)
{
    uintptr_t idle = ACT__QUEUE_IDLE;
    /*
     * seq_cst: with the flag the caller set before, against act__mpsc_idle and the flag read after
     * it.
     */
    return atomic_compare_exchange_strong_explicit(&queue->word, &idle, ACT__QUEUE_OPEN,
                                                   memory_order_seq_cst, memory_order_seq_cst);
}

/*
 * The link of an envelope whose push may not have finished: its sender is between two instructions.
 */
static inline uintptr_t act__mpsc_older(act_message *message)
{
    unsigned  rounds = 0;
    uintptr_t older;
    /* acquire: pairs with the release store in act__mpsc_push. */
    while ((older = (uintptr_t)__atomic_load_n(&message->act_next, __ATOMIC_ACQUIRE)) ==
           ACT__NEXT_PENDING)
        act__wait_a_moment(&rounds);
    return older;
}

/*
 * What was pushed after `boundary` (NULL: everything), oldest first, ended by NULL; NULL if nothing
 * was. *newest is the last of them and the next boundary. Receiver only.
 */
static inline act_message *act__mpsc_fetch(struct act__mpsc_queue *queue,
                                           const act_message *boundary, act_message **newest)
{
    uintptr_t    at = act__load_acquire(&queue->word); /* pairs with the release in
                                                          act__mpsc_push */
    act_message *list = NULL;
    if (at == (uintptr_t)boundary)
        return NULL;
    *newest = (act_message *)at; /* after the comparison: the caller may keep the boundary there */
    while (at != (uintptr_t)boundary && at > ACT__QUEUE_IDLE) {
        act_message *message = (act_message *)at;
        at = act__mpsc_older(message);
        message->act_next = list;
        list = message;
    }
    return list;
}

/*
 * The only envelope that was pushed after `boundary`, if its push is done; else NULL. Receiver
 * only.
 */
static inline act_message *act__mpsc_peek(struct act__mpsc_queue *queue,
                                          const act_message      *boundary)
{
    uintptr_t at = act__load_acquire(&queue->word); /* pairs with the release in act__mpsc_push */
    if (at == (uintptr_t)boundary || at <= ACT__QUEUE_IDLE)
        return NULL;
    act_message *message = (act_message *)at;
    /* acquire: pairs with the release store in act__mpsc_push. */
    uintptr_t    older = (uintptr_t)__atomic_load_n(&message->act_next, __ATOMIC_ACQUIRE);
    return older == (uintptr_t)boundary || older <= ACT__QUEUE_IDLE ? message : NULL;
}

/*
 * Puts the receiver to sleep if nothing is newer than `boundary` (NULL: OPEN). Returns: whether it
 * sleeps; the token is then gone.
 */
static inline bool act__mpsc_idle(struct act__mpsc_queue *queue, const act_message *boundary)
{
    uintptr_t expected = (uintptr_t)boundary;
    /*
     * seq_cst includes the release that pairs with the acquire in push; the rest is for
     * act__mpsc_wake.
     */
    return atomic_compare_exchange_strong_explicit(&queue->word, &expected, ACT__QUEUE_IDLE,
                                                   memory_order_seq_cst, memory_order_relaxed);
}

/* Takes the boundary out of `word` if nothing is newer. Returns: whether it did. Receiver only. */
static inline bool act__mpsc_detach(struct act__mpsc_queue *queue, const act_message *boundary)
{
    uintptr_t expected = (uintptr_t)boundary;
    return atomic_compare_exchange_strong_explicit(&queue->word, &expected, ACT__QUEUE_OPEN,
                                                   memory_order_relaxed, memory_order_relaxed);
}

#endif
