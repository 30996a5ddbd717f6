/*
 * Channels: values of one size from any number of threads to any number of threads, and actors
 * among them. Public.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_CHANNEL_CHANNEL_H
#define ACT_MAILBOX_CHANNEL_CHANNEL_H

#include "../base/result.h"
#include "../base/types.h"

ACT_BEGIN_DECLS

/*
 * A channel has two sides, each with handles that are counted: clone one for each thread that uses
 * it, drop it when that thread is done. When the last sender is dropped, receivers take what waits
 * and then hear ACT_DISCONNECTED; when the last receiver is dropped, what waits is released and
 * senders hear ACT_DISCONNECTED at once. The channel ends with its last handle.
 *
 * Values are copied in and out. A value that could not be sent is still the caller's; each value
 * that was sent is received exactly once, or released.
 *
 * All functions may be called by any thread, several at once with the same handle; what a sender
 * wrote before it sent is visible to the receiver. A handler of an actor must not wait, so there
 * every timeout is 0: any other is answered with ACT_INVALID, except in a callback of a blocking
 * actor, which may wait. An actor is told by act_channel_notify (actor/notify.h) when values wait.
 *
 * In a child of fork() the channels of its parent are not there: to send, receive or select with
 * one is answered with ACT_FORKED, and dropping a handle does nothing.
 */
typedef struct act_sender   act_sender;
typedef struct act_receiver act_receiver;

/*
 * What both sides belong to: for act_channel_length and its neighbours. Two handles are of the same
 * channel if these pointers are equal.
 */
typedef struct act_channel act_channel;

/*
 * Capacities: any number of values; none at all: a send ends when a receiver has taken the value.
 */
#define ACT_CHANNEL_UNBOUNDED  SIZE_MAX
#define ACT_CHANNEL_RENDEZVOUS ((size_t)0)

/* The largest value; send what is larger as a pointer. */
#define ACT_CHANNEL_VALUE_BYTES_MAX ((size_t)1 << 16)

/* ----------------------------------------------------------------------------------- both sides */

/**
 * Makes a channel.
 *
 * sender, receiver  Set on ACT_OK: one handle each.
 * value_bytes       0 to ACT_CHANNEL_VALUE_BYTES_MAX. With 0 values are mere signals, and every
 *                   `value` may be NULL.
 * capacity          How many values can wait; their memory is taken at once. Or
 *                   ACT_CHANNEL_UNBOUNDED, ACT_CHANNEL_RENDEZVOUS.
 *
 * Owns:    both handles are yours to drop.
 * Threads: any.
 * Returns: ACT_OK; ACT_INVALID (value_bytes); ACT_NO_MEMORY.
 * See:     samples/22_send_from_a_thread.c
 */
ACT_API ACT_MUST_CHECK act_result act_channel_create(act_sender **sender, act_receiver **receiver,
                                                     size_t value_bytes, size_t capacity)
    ACT_NONNULL(1, 2);

/**
 * Says how to release a value that was not received: called for each that waits when the last
 * receiver is dropped.
 *
 * release  Must not use the channel. NULL: nothing needs to be released, as after creation.
 *
 * Threads: the one that made the channel, before it is shared.
 */
ACT_API void act_channel_release_with(act_receiver *receiver, void (*release)(void *value))
    ACT_NONNULL(1);

/** Makes one more handle of the same side; returns it. Never fails. Threads: any. */
ACT_API ACT_MUST_CHECK act_sender   *act_sender_clone(act_sender *sender) ACT_NONNULL_ALL;
ACT_API ACT_MUST_CHECK act_receiver *act_receiver_clone(act_receiver *receiver) ACT_NONNULL_ALL;

/**
 * Gives a handle back. With the last of its side the other side hears ACT_DISCONNECTED, those that
 * wait included.
 *
 * *sender, *receiver  Become NULL. NULL already: nothing happens. Dropped more often than made: the
 *                     program ends with a message, or AddressSanitizer tells, as the channel may be
 *                     gone.
 *
 * Threads: any.
 */
ACT_API void act_sender_drop(act_sender **sender) ACT_NONNULL_ALL;
ACT_API void act_receiver_drop(act_receiver **receiver) ACT_NONNULL_ALL;

/* -------------------------------------------------------------------------------- send, receive */

/**
 * Sends a value.
 *
 * value    The channel's value_bytes; copied.
 * timeout  0: do not wait. Else how long to wait for room, or, where nothing can wait, for a
 *          receiver; ACT_FOREVER.
 *
 * Owns:    on ACT_OK what the value stands for belongs to the channel; otherwise it is still yours.
 * Threads: any; a handler only with timeout 0.
 * Order:   values of one thread are received in the order sent.
 * Waits:   up to timeout. It uses no CPU while it waits, except for the first microseconds.
 * Returns: ACT_OK; ACT_FULL (timeout 0 and no room, or no receiver waits); ACT_TIMED_OUT;
 *          ACT_DISCONNECTED (no receiver is left); ACT_NO_MEMORY (only an unbounded channel);
 *          ACT_INVALID (a timeout below ACT_FOREVER, or one in a handler).
 */
ACT_API ACT_MUST_CHECK act_result act_channel_send(act_sender *sender, const void *value,
                                                   act_millis timeout) ACT_NONNULL(1);

/**
 * Receives the oldest value.
 *
 * value    Room for the channel's value_bytes; written only on ACT_OK.
 * timeout  As in act_channel_send, for a value.
 *
 * Owns:    on ACT_OK what the value stands for is yours.
 * Threads: any; a handler only with timeout 0.
 * Waits:   up to timeout, as act_channel_send.
 * Returns: ACT_OK; ACT_EMPTY (timeout 0); ACT_TIMED_OUT; ACT_DISCONNECTED (nothing waits and no
 *          sender is left); ACT_INVALID (as act_channel_send).
 */
ACT_API ACT_MUST_CHECK act_result act_channel_receive(act_receiver *receiver, void *value,
                                                      act_millis timeout) ACT_NONNULL(1);

/**
 * Sends a value; where there is no room the oldest that waits makes room and is handed back.
 *
 * evicted      Room for one value; written if there was no room.
 * was_evicted  Set on ACT_OK: whether *evicted was written; it is then yours.
 *
 * Threads: any. Never waits.
 * Returns: ACT_OK; ACT_DISCONNECTED; ACT_NO_MEMORY; ACT_INVALID (a channel of capacity 0, or no
 *          value).
 */
ACT_API ACT_MUST_CHECK act_result act_channel_force_send(act_sender *sender, const void *value,
                                                         void *evicted, bool *was_evicted)
    ACT_NONNULL(1, 4);

/*
 * ACT_CHANNEL_FOR(receiver, job) { use(job); }: receives into the variable until the last sender is
 * gone and nothing waits any more. ACT_CHANNEL_DRAIN does not wait: it ends when nothing waits.
 * Both may be left with break.
 */
#define ACT_CHANNEL_FOR(receiver, variable)                                                        \
    while (act_channel_receive((receiver), &(variable), ACT_FOREVER) == ACT_OK)
#define ACT_CHANNEL_DRAIN(receiver, variable)                                                      \
    while (act_channel_receive((receiver), &(variable), 0) == ACT_OK)

/* ------------------------------------------------------------------------------------ questions */

/** The channel that a handle belongs to; lives as long as the handle. Threads: any. */
ACT_API const act_channel *act_sender_channel(const act_sender *sender) ACT_NONNULL_ALL;
ACT_API const act_channel *act_receiver_channel(const act_receiver *receiver) ACT_NONNULL_ALL;

/**
 * How many values wait; 0 for capacity 0. With others at work it may have changed when you look.
 * Threads: any.
 */
ACT_API size_t act_channel_length(const act_channel *channel) ACT_NONNULL_ALL;

/** How many values can wait, as given to act_channel_create; 1 for a timer. Threads: any. */
ACT_API size_t act_channel_capacity(const act_channel *channel) ACT_NONNULL_ALL;

/** Whether a send would have to wait for room: always, for capacity 0. Threads: any. */
static inline bool act_channel_is_full(const act_channel *channel)
{
    return act_channel_length(channel) >= act_channel_capacity(channel);
}

/** Whether nothing waits: always, for capacity 0. Threads: any. */
static inline bool act_channel_is_empty(const act_channel *channel)
{
    return act_channel_length(channel) == 0;
}

/* --------------------------------------------------------------------------------------- timers */

/*
 * Receivers whose values come from the clock: each value is an act_millis, the time it was due.
 * They need no thread; no value is made before it is looked for. They are never disconnected. All
 * in real time, also in a simulation: an actor uses act_tell_after_value.
 */

/** The clock that timers and act_channel_until use: milliseconds, never goes back. Threads: any. */
ACT_API act_millis act_channel_now(void);

/**
 * One value after `delay`, 0 or more. Returns: ACT_OK, ACT_INVALID (delay), ACT_NO_MEMORY. Threads:
 * any.
 */
ACT_API ACT_MUST_CHECK act_result act_channel_after(act_receiver **receiver,
                                                    act_millis     delay) ACT_NONNULL_ALL;

/**
 * One value at a time of act_channel_now, at once if that has passed. Returns: ACT_OK,
 * ACT_NO_MEMORY. Threads: any.
 */
ACT_API ACT_MUST_CHECK act_result act_channel_at(act_receiver **receiver,
                                                 act_millis     time) ACT_NONNULL_ALL;

/**
 * A value every `period`, 1 or more, the first after one period. What was not taken in time is not
 * made up for. Returns: ACT_OK, ACT_INVALID (period), ACT_NO_MEMORY. Threads: any.
 */
ACT_API ACT_MUST_CHECK act_result act_channel_tick(act_receiver **receiver,
                                                   act_millis     period) ACT_NONNULL_ALL;

/** No value, ever. Returns: ACT_OK, ACT_NO_MEMORY. Threads: any. */
ACT_API ACT_MUST_CHECK act_result act_channel_never(act_receiver **receiver) ACT_NONNULL_ALL;

/**
 * The timeout that ends at a time of act_channel_now: several calls can share one deadline. 0 if it
 * has passed.
 */
static inline act_millis act_channel_until(act_millis time)
{
    act_millis now = act_channel_now();
    return time > now ? time - now : 0;
}

/* ------------------------------------------------------------------------------- typed wrappers */

/*
 * ACT_CHANNEL(job_channel, struct job) declares the types job_channel_sender and
 * job_channel_receiver and, with their names in front, create, send, receive, clone_sender,
 * clone_receiver, drop_sender and drop_receiver: as above, but a value or a handle of another type
 * does not compile. For all else take the handle inside: sender.untyped.
 *
 * With ACT_CHANNEL_OWNED the values are pointers that have one owner: send takes the address of the
 * pointer and, on ACT_OK, sets it to NULL, so that a use after the send cannot go unseen.
 */
#define ACT_CHANNEL(name, type)                                                                    \
    ACT__CHANNEL_ENDS(name, type)                                                                  \
    ACT__CHANNEL_CALL act_result name##_send(name##_sender sender, const type *value,              \
                                             act_millis timeout)                                   \
    {                                                                                              \
        return act_channel_send(sender.untyped, value, timeout);                                   \
    }                                                                                              \
    struct name##_needs_a_semicolon

#define ACT_CHANNEL_OWNED(name, type)                                                              \
    ACT__CHANNEL_ENDS(name, type *)                                                                \
    ACT__CHANNEL_CALL act_result name##_send(name##_sender sender, type **value,                   \
                                             act_millis timeout)                                   \
    {                                                                                              \
        act_result result = act_channel_send(sender.untyped, value, timeout);                      \
        if (result == ACT_OK)                                                                      \
            *value = NULL;                                                                         \
        return result;                                                                             \
    }                                                                                              \
    struct name##_needs_a_semicolon

/* A program that uses one of them need not use all. */
#define ACT__CHANNEL_DROP __attribute__((unused)) static inline
#define ACT__CHANNEL_CALL ACT_MUST_CHECK ACT__CHANNEL_DROP
#define ACT__CHANNEL_ENDS(name, type)                                                              \
    typedef struct name##_sender {                                                                 \
        act_sender *untyped;                                                                       \
    } name##_sender;                                                                               \
    typedef struct name##_receiver {                                                               \
        act_receiver *untyped;                                                                     \
    } name##_receiver;                                                                             \
    ACT__CHANNEL_CALL act_result name##_create(name##_sender *sender, name##_receiver *receiver,   \
                                               size_t capacity)                                    \
    {                                                                                              \
        return act_channel_create(&sender->untyped, &receiver->untyped, sizeof(type), capacity);   \
    }                                                                                              \
    ACT__CHANNEL_CALL act_result name##_receive(name##_receiver receiver, type *value,             \
                                                act_millis timeout)                                \
    {                                                                                              \
        return act_channel_receive(receiver.untyped, value, timeout);                              \
    }                                                                                              \
    ACT__CHANNEL_CALL name##_sender name##_clone_sender(name##_sender sender)                      \
    {                                                                                              \
        name##_sender clone = {act_sender_clone(sender.untyped)};                                  \
        return clone;                                                                              \
    }                                                                                              \
    ACT__CHANNEL_CALL name##_receiver name##_clone_receiver(name##_receiver receiver)              \
    {                                                                                              \
        name##_receiver clone = {act_receiver_clone(receiver.untyped)};                            \
        return clone;                                                                              \
    }                                                                                              \
    ACT__CHANNEL_DROP void name##_drop_sender(name##_sender *sender)                               \
    {                                                                                              \
        act_sender_drop(&sender->untyped);                                                         \
    }                                                                                              \
    ACT__CHANNEL_DROP void name##_drop_receiver(name##_receiver *receiver)                         \
    {                                                                                              \
        act_receiver_drop(&receiver->untyped);                                                     \
    }

ACT_END_DECLS

#endif
