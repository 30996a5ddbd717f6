/* What a handler has sent to one actor in a row, before it is pushed. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_DELIVERY_OUTBOX_H
#define ACT_ACTOR_DELIVERY_OUTBOX_H

#include <mailbox/message/envelope.h>

/*
 * What a handler has sent to one actor in a row, except the first of the row, which was pushed at
 * once: the others follow together. See send.c.
 */
struct act__outbox {
    uint64_t     to;       /* the local part of the last receiver's pid; 0: none yet */
    act_message *envelope; /* the signal that carries them; NULL: none was made yet */
    uint32_t     count;    /* of the messages in it */
    uint32_t     max;      /* messages that may wait in it; 0: none */
};

/* An outbox's envelope has 256 bytes, a place for each message, and is full with so many. */
#define ACT__OUTBOX_MAX 26u
static inline act_message **act__outbox_messages(act_message *signal)
{
    return (act_message **)(void *)signal->as.bytes;
}

#endif
