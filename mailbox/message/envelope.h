/* The envelope as the library sees it: its bits, and where it lives. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_MESSAGE_ENVELOPE_H
#define ACT_MAILBOX_MESSAGE_ENVELOPE_H

#include <mailbox/message/message.h>
#include <mailbox/message/pool.h>

/* The low half of act_bits: where the envelope lives, and so who frees it. 0 to 7 are pool.h's classes. */
enum {
    ACT__HOME_MASK = 15,
    ACT__HOME_BOND_0 = 8, /* actor/bond.h: end[0] and end[1] of a link, monitor or ask */
    ACT__HOME_BOND_1 = 9,
    ACT__HOME_TIMER = 10, /* actor/timers.h */
    ACT__HOME_OWNED = 11, /* in an object of the receiver's own: as.pointer leads to it (actor/io) */
    ACT__HOME_BORROWED = 12 /* on a stack, for the duration of a call */
};

/* The high half. */
enum {
    ACT__BIT_SIGNAL = 16, /* takes effect when fetched; its tag is one of actor/signal.h */
    ACT__BIT_REPLY = 32,  /* answers the ask `ref` of its receiver's */
    ACT__BIT_COUNTED = 64, /* a user's message: counts in the counters, may be taken */
    ACT__BIT_BOUNDED = 128 /* has taken a place under its receiver's bound */
};

static inline unsigned act__message_home(const act_message *message)
{
    return message->act_bits & ACT__HOME_MASK;
}

static inline bool act__message_is_pooled(const act_message *message)
{
    return act__message_home(message) <= 7;
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

/* A user's message that nobody has asked for: these make an inbox long, and its bound is for them. */
static inline bool act__message_takes_room(const act_message *message)
{
    return (message->act_bits & (ACT__BIT_COUNTED | ACT__BIT_REPLY)) == ACT__BIT_COUNTED;
}

/* As act_message_create without a check of the tag: for the library's own messages. */
act_message *act__message_make(uint32_t tag, act_value_kind kind, size_t bytes_count);
/* Frees a pooled envelope whose resource, if any, has been seen to. */
void act__message_drop(act_message *message);

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

static inline struct act__reason *act__message_reason_of(const act_message *message)
{
    return (struct act__reason *)(uintptr_t)message->as.bytes;
}

#endif
