/* A message that owns more than its bytes. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_MESSAGE_EXTENSION_H
#define ACT_MAILBOX_MESSAGE_EXTENSION_H

#include <mailbox/message/message.h>

struct act_type; /* mailbox/schema/schema.h */

/*
 * Lies in front of an envelope whose home is ACT__HOME_EXTENDED, in the same block: so no other
 * message pays for it, neither in bytes nor, as its home is not 0, in what is done to free it.
 */
struct act__extension {
    const struct act_type *type;
    void (*release)(act_message *message); /* what the payload owns; or NULL */
    uint64_t size_class;                   /* of the block; of 8 bytes, so that as.bytes stays
                                              aligned to them */
};

static inline struct act__extension *act__extension_of(const act_message *message)
{
    return (struct act__extension *)(uintptr_t)message - 1;
}

/* As act__message_make, with the payload of a type. NULL: no memory. */
act_message *act__extended_make(const struct act_type *type, uint32_t tag, size_t bytes_count,
                                void (*release)(act_message *message));
/* Frees it; what its payload owns has been seen to. */
void         act__extended_drop(act_message *message);
/* Releases that first. */
void         act__extended_free(act_message *message);

#endif
