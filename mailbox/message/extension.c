/* Makes and frees messages that own more than their bytes. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/message/extension.h>

#include <mailbox/message/envelope.h>

_Static_assert(sizeof(struct act__extension) % 8 == 0, "as.bytes stays aligned to 8");

act_message *act__extended_make(const struct act_type *type, uint32_t tag, size_t bytes_count,
                                void (*release)(act_message *message))
{
    size_t                 bytes = sizeof(struct act__extension) + act__message_bytes(bytes_count);
    unsigned               size_class = act__pool_class(bytes);
    struct act__extension *extension = act__pool_take(&size_class, bytes);
    if (extension == NULL)
        return NULL;
    *extension = (struct act__extension){type, release, size_class};
    act_message *message = (act_message *)(void *)(extension + 1);
    act__message_init_new(message, ACT__HOME_EXTENDED, tag, ACT_VALUE_TYPED, bytes_count);
    return message;
}

void act__extended_drop(act_message *message)
{
    struct act__extension *extension = act__extension_of(message);
    act__pool_give(extension, (unsigned)extension->size_class);
}

void act__extended_free(act_message *message)
{
    struct act__extension *extension = act__extension_of(message);
    if (extension->release != NULL)
        extension->release(message);
    act__extended_drop(message);
}
