/* A message that owns more than its bytes. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_MESSAGE_EXTENSION_H
#define ACT_MAILBOX_MESSAGE_EXTENSION_H

#include <mailbox/base/atomics.h>
#include <mailbox/message/message.h>

struct act_type; /* mailbox/schema/schema.h */

/*
 * Lies in front of an envelope whose home is ACT__HOME_EXTENDED, in the same block: so no other
 * message pays for it, neither in bytes nor, as its home is not 0, in what is done to free it.
 */
struct act__extension {
    const struct act_type *type;
    void (*release)(act_message *message); /* what the payload owns; or NULL */
    act_message     *keeps;                /* another one, which lives as long as this; or NULL */
    _Atomic uint64_t holders;    /* 1; of one that is shared, it and each that shares it */
    uint64_t         size_class; /* of the block; of 8 bytes, so that as.bytes stays aligned to
                                    them */
};

static inline struct act__extension *act__extension_of(const act_message *message)
{
    return (struct act__extension *)(uintptr_t)message - 1;
}

/* As act__message_make, with the payload of a type; one holder. NULL: no memory. */
act_message *act__extended_make(const struct act_type *type, uint32_t tag, size_t bytes_count,
                                void (*release)(act_message *message));
/* Frees it; what its payload owns has been seen to. */
void         act__extended_drop(act_message *message);
/* So many holders let it go: the last of all frees it and what it owns. */
void         act__extended_let_go(act_message *message, uint64_t holders);

/*
 * A message for many receivers has its payload once, in an extended message that nothing writes to
 * any more. Each receiver's inbox gets an envelope with the home ACT__HOME_SHARING, that is a
 * holder of it; the receiver's handler gets the extended message itself. So whatever reads a
 * message reads this one as any other: only what looks into an inbox meets the envelope.
 */
struct act__sharing { /* the envelope's payload */
    act_message *shared;
    uint64_t     size_class; /* of the envelope */
};

static inline struct act__sharing *act__sharing_of(const act_message *envelope)
{
    return (struct act__sharing *)(uintptr_t)envelope->as.bytes;
}

/* The caller has made it a holder of `shared`. NULL: no memory. */
act_message *act__sharing_make(act_message *shared);
/* Frees the envelope alone: what it has held is held by the caller. */
void         act__sharing_drop(act_message *envelope);

#endif
