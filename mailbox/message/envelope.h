/* The envelope as the library sees it: its bits, and where it lives. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_MESSAGE_ENVELOPE_H
#define ACT_MAILBOX_MESSAGE_ENVELOPE_H

#include <mailbox/message/extension.h>
#include <mailbox/message/message.h>
#include <mailbox/message/pool.h>

/*
 * The low half of act_bits: where the envelope lives, and so what frees it. 0 to 7 are pool.h's
 * classes.
 */
enum {
    ACT__HOME_MASK = 15,
    ACT__HOME_BOND_0 = 8, /* actor/signal/bond.h: end[0] and end[1] of a link, monitor or ask */
    ACT__HOME_BOND_1 = 9,
    ACT__HOME_TIMER = 10,    /* actor/time/wheel.h */
    ACT__HOME_OWNED = 11,    /* in an object of the receiver's own: struct act__event in
                               actor/process/cell.h */
    ACT__HOME_BORROWED = 12, /* on a stack, for the duration of a call */
    ACT__HOME_TICK = 13,     /* of the pool, and kept by the timer `ref` for the next time: see
                                actor/signal/every.h */
    ACT__HOME_EXTENDED = 14, /* behind a struct act__extension, which says what it owns */
    ACT__HOME_SHARING = 15,  /* an envelope for an extended one that many receive */
    ACT__HOME_SPECIAL = 8    /* the bit of all except pool.h's classes */
};

/* The high half. */
enum {
    ACT__BIT_SIGNAL = 16,  /* takes effect when fetched; its tag is an ACT__SIGNAL_ of
                              actor/process/cell.h */
    ACT__BIT_REPLY = 32,   /* answers the ask `ref` of its receiver's */
    ACT__BIT_COUNTED = 64, /* a user's message: counts in the counters, may be taken */
    ACT__BIT_BOUNDED = 128 /* has taken a place under its receiver's bound */
};

static inline unsigned act__message_home(const act_message *message)
{
    return message->act_bits & ACT__HOME_MASK;
}

/* Or shares one that is. */
static inline bool act__message_is_extended(const act_message *message)
{
    return act__message_home(message) >= ACT__HOME_EXTENDED;
}

static inline bool act__message_is_sharing(const act_message *message)
{
    return act__message_home(message) == ACT__HOME_SHARING;
}

/* What handlers and hooks see of a message from an inbox. */
static inline const act_message *act__message_shown(const act_message *message)
{
    return act__unlikely(act__message_is_sharing(message)) ? act__sharing_of(message)->shared
                                                           : message;
}

/* Whether act__message_free frees it. */
static inline bool act__message_is_pooled(const act_message *message)
{
    return act__message_home(message) <= 7 || act__message_is_extended(message);
}

static inline bool act__message_is_signal(const act_message *message)
{
    return (message->act_bits & ACT__BIT_SIGNAL) != 0;
}

static inline bool act__message_is_counted(const act_message *message)
{
    return (message->act_bits & ACT__BIT_COUNTED) != 0;
}

static inline bool act__message_is_reply(const act_message *message)
{
    return (message->act_bits & ACT__BIT_REPLY) != 0;
}

/*
 * A user's message that was not asked for: these make an inbox long, and its bound is for them.
 */
static inline bool act__message_takes_room(const act_message *message)
{
    return (message->act_bits & (ACT__BIT_COUNTED | ACT__BIT_REPLY)) == ACT__BIT_COUNTED;
}

/*
 * A user's message that neither answers an actor nor is awaited by one, and that its receiver,
 * `local`, has not sent to itself: the receiver's successor can handle it. The successor makes its
 * own plans, timers above all: with those of the one before it would have two of each.
 */
static inline bool act__message_is_for_anyone(const act_message *message, uint64_t local)
{
    return act__message_takes_room(message) && message->ref.value == 0 &&
           (message->act_sender != local || message->act_sender_node != 0);
}

/*
 * A message that waits in an inbox needs act_generation no more. One whose handler has panicked has
 * an even number there, which no generation has: 0, or twice as often as it may be tried again.
 */
static inline bool act__message_has_failed(const act_message *message)
{
    return (message->act_generation & 1) == 0;
}

/* One cache line of the pool with nothing that is freed with it. */
static inline bool act__message_is_plain(const act_message *message)
{
    return act__message_home(message) == 0 && message->kind != ACT_VALUE_RESOURCE &&
           message->kind != ACT_VALUE_REASON;
}

/* All but what is written when it is sent. */
static inline void act__message_init(act_message *message, unsigned home, uint32_t tag,
                                     act_value_kind kind, size_t bytes_count)
{
    message->act_bits = (uint8_t)home;
    message->kind = (uint8_t)kind;
    message->tag = tag;
    message->bytes_count = (uint32_t)bytes_count;
    message->ref.value = 0;
}

/* The same, with nothing of what is written then. */
static inline void act__message_init_new(act_message *message, unsigned home, uint32_t tag,
                                         act_value_kind kind, size_t bytes_count)
{
    act__message_init(message, home, tag, kind, bytes_count);
    message->act_next = NULL;
    message->act_sender = 0;
    message->act_generation = 0;
    message->act_sender_node = 0;
}

/* What an envelope takes with so many bytes of payload. */
static inline size_t act__message_bytes(size_t bytes_count)
{
    return bytes_count <= ACT_MESSAGE_INLINE_BYTES ? 64 : offsetof(act_message, as) + bytes_count;
}

/* As act_message_create without a check of the tag: for the library's own messages. */
static inline act_message *act__message_make(uint32_t tag, act_value_kind kind, size_t bytes_count)
{
    size_t       bytes = act__message_bytes(bytes_count);
    unsigned     size_class = act__pool_class(bytes);
    act_message *message = act__pool_take(&size_class, bytes);
    if (act__unlikely(message == NULL))
        return NULL;
    act__message_init_new(message, size_class, tag, kind, bytes_count);
    return message;
}

/* Word by word, as it was written: a wider copy would have to wait for the narrower stores. */
static inline void act__message_set(act_message *message, const act_value *value)
{
    message->as.act_words[0] = value->as.act_words[0];
    message->as.act_words[1] = value->as.act_words[1];
}

/* NULL: no memory, and a resource in it stays the caller's. */
static inline act_message *act__message_make_value(uint32_t tag, const act_value *value)
{
    act_message *message = act__message_make(tag, value->kind, 0);
    if (message != NULL)
        act__message_set(message, value);
    return message;
}

/* Frees a pooled envelope, of which no other is a holder, whose resources have been seen to. */
static inline void act__message_drop(act_message *message)
{
    if (act__unlikely(act__message_is_extended(message)))
        act__extended_drop(message);
    else
        act__pool_give(message, act__message_home(message));
}

/* Releases what the payload refers to. */
void act__message_empty(act_message *message);
/* Frees an extended message, or one that shares one, as its holder. */
void act__message_free_extended(act_message *message);

/* Frees a pooled envelope and what it carries. */
static inline void act__message_free(act_message *message)
{
    if (act__unlikely(act__message_is_extended(message))) {
        act__message_free_extended(message);
        return;
    }
    if (act__unlikely(message->kind == ACT_VALUE_RESOURCE || message->kind == ACT_VALUE_REASON))
        act__message_empty(message);
    act__pool_give(message, act__message_home(message));
}

/* What an exit reason with a text is kept in while signals that carry it are on their way. */
struct act__reason_text {
    _Atomic uint32_t holders;
    uint8_t          size_class;
    char             text[ACT_EXIT_TEXT_MAX];
};

/* The payload of signals and messages with a reason. */
struct act__reason {
    int32_t                  kind, code;
    struct act__reason_text *text; /* may be NULL */
};

struct act__reason_text *act__reason_text_make(void); /* NULL: no memory; one holder */
void                     act__reason_text_hold(struct act__reason_text *text);
void                     act__reason_text_let_go(struct act__reason_text *text);

/* In a DOWN, behind the reason. */
static inline void act__message_set_fate(act_message *message, act_fate fate)
{
    message->as.bytes[sizeof(struct act__reason)] = (uint8_t)fate;
}

static inline struct act__reason *act__message_reason_of(const act_message *message)
{
    return (struct act__reason *)(uintptr_t)message->as.bytes;
}

#endif
