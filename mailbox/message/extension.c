/* Makes and frees messages that own more than their bytes. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/message/extension.h>

#include <mailbox/message/envelope.h>

_Static_assert(sizeof(struct act__extension) % 8 == 0, "as.bytes stays aligned to 8");
_Static_assert(sizeof(struct act__sharing) <= ACT_MESSAGE_INLINE_BYTES, "it lies in the envelope");

act_message *act__extended_make(const struct act_type *type, uint32_t tag, size_t bytes_count,
                                void (*release)(act_message *message))
{
    size_t                 bytes = sizeof(struct act__extension) + act__message_bytes(bytes_count);
    unsigned               size_class = act__pool_class(bytes);
    struct act__extension *extension = act__pool_take(&size_class, bytes);
    if (extension == NULL)
        return NULL;
    *extension = (struct act__extension){
        .type = type, .release = release, .holders = 1, .size_class = size_class};
    act_message *message = (act_message *)(void *)(extension + 1);
    act__message_init_new(message, ACT__HOME_EXTENDED, tag, ACT_VALUE_TYPED, bytes_count);
    return message;
}

void act__extended_drop(act_message *message)
{
    struct act__extension *extension = act__extension_of(message);
    act__pool_give(extension, (unsigned)extension->size_class);
}

void act__extended_let_go(act_message *message, uint64_t holders)
{
    struct act__extension *extension = act__extension_of(message);
    /* acq_rel: pairs with itself: what the others have read they have read before the last frees */
    if (atomic_fetch_sub_explicit(&extension->holders, holders, memory_order_acq_rel) != holders)
        return;
    if (extension->release != NULL)
        extension->release(message);
    act_message *kept = extension->keeps;
    act__extended_drop(message);
    if (kept != NULL)
        act__extended_let_go(kept, 1); /* which keeps none itself: act__shared_take */
}

act_message *act__sharing_make(act_message *shared)
{
    unsigned     size_class = 0;
    act_message *envelope = act__pool_take(&size_class, sizeof *envelope);
    if (envelope == NULL)
        return NULL;
    act__message_init_new(envelope, ACT__HOME_SHARING, shared->tag, ACT_VALUE_TYPED,
                          shared->bytes_count);
    *act__sharing_of(envelope) = (struct act__sharing){shared, size_class};
    return envelope;
}

void act__sharing_drop(act_message *envelope)
{
    act__pool_give(envelope, (unsigned)act__sharing_of(envelope)->size_class);
}
