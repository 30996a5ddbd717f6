/* Makes, reads and frees messages. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/message/message.h>

#include <string.h>

#include <mailbox/base/atomics.h>
#include <mailbox/base/check.h>
#include <mailbox/base/lock.h>
#include <mailbox/base/memory.h>
#include <mailbox/message/envelope.h>
#include <mailbox/message/pool.h>
#include <mailbox/message/reserved_tags.h>

_Static_assert(ACT_TAG_MAX == UINT32_C(0xFFFFFEFF) && sizeof(struct act__reserved_tags) <= 256,
               "the framework's own tags are above those of programs");
_Static_assert(sizeof(act_message) == 64, "an envelope is one cache line");
_Static_assert(offsetof(act_message, as) + ACT_MESSAGE_INLINE_BYTES == 64,
               "payloads go on behind the struct");
_Static_assert(sizeof(struct act__reason) <= ACT_MESSAGE_INLINE_BYTES,
               "a reason travels inside the envelope");

act_result act_message_create(act_message **message, uint32_t tag, size_t bytes_count)
{
    if (tag == 0 || tag > ACT_TAG_MAX || bytes_count > ACT_MESSAGE_BYTES_MAX)
        return ACT_INVALID;
    act_message *made = act__message_make(tag, ACT_VALUE_BYTES, bytes_count);
    if (made == NULL)
        return ACT_NO_MEMORY;
    *message = made;
    return ACT_OK;
}

act_result act_message_create_value(act_message **message, uint32_t tag, act_value value)
{
    if (tag == 0 || tag > ACT_TAG_MAX || (unsigned)value.kind > ACT_VALUE_RESOURCE)
        return ACT_INVALID;
    act_message *made = act__message_make_value(tag, &value);
    if (made == NULL)
        return ACT_NO_MEMORY;
    *message = made;
    return ACT_OK;
}

void *act_message_take_resource(const act_message *message)
{
    if (message->kind != ACT_VALUE_RESOURCE)
        return NULL;
    act_message *mine = (act_message *)(uintptr_t)message; /* only the view that a handler gets
                                                              is const */
    mine->kind = ACT_VALUE_NOTHING;
    return mine->as.resource.pointer;
}

void *act_resource_take(const act_resource *resource)
{
    act_resource *mine = (act_resource *)(uintptr_t)resource; /* as above */
    void         *pointer = mine->pointer;
    *mine = (act_resource){NULL, NULL};
    return pointer;
}

void act__message_empty(act_message *message)
{
    if (message->kind == ACT_VALUE_RESOURCE && message->as.resource.release != NULL)
        act__user_code_call(message->as.resource.release, message->as.resource.pointer);
    else if (message->kind == ACT_VALUE_REASON)
        act__reason_text_let_go(act__message_reason_of(message)->text);
}

void act__message_free_extended(act_message *message)
{
    act_message *extended = message;
    if (act__message_is_sharing(message)) {
        extended = act__sharing_of(message)->shared;
        act__sharing_drop(message);
    }
    act__extended_let_go(extended, 1);
}

void act_message_free(act_message **message)
{
    act_message *mine = *message;
    if (mine == NULL)
        return;
    act__check(act__message_is_pooled(mine));
    *message = NULL;
    act__message_free(mine);
}

act_result act_message_read(const act_message *message, void *bytes, size_t bytes_count)
{
    if (message->kind != ACT_VALUE_BYTES || message->bytes_count != bytes_count)
        return ACT_MALFORMED;
    if (bytes_count != 0)
        memcpy(bytes, message->as.bytes, bytes_count);
    return ACT_OK;
}

act_fate act_message_fate(const act_message *message)
{
    if (message->tag != ACT_MESSAGE_DOWN || message->kind != ACT_VALUE_REASON)
        return ACT_FATE_BEGUN;
    return (act_fate)message->as.bytes[sizeof(struct act__reason)];
}

act_exit_reason act_message_reason(const act_message *message)
{
    if (message->kind != ACT_VALUE_REASON)
        return act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL);
    const struct act__reason *reason = act__message_reason_of(message);
    return act_exit_reason_make((act_exit_kind)reason->kind, reason->code,
                                reason->text != NULL ? reason->text->text : NULL);
}

struct act__reason_text *act__reason_text_make(void)
{
    unsigned                 size_class = act__pool_class(sizeof(struct act__reason_text));
    struct act__reason_text *text = act__pool_take(&size_class, sizeof *text);
    if (text == NULL)
        return NULL;
    act__store(&text->holders, 1);
    text->size_class = (uint8_t)size_class;
    text->text[0] = '\0';
    return text;
}

void act__reason_text_hold(struct act__reason_text *text)
{
    if (text != NULL)
        act__add(&text->holders, 1);
}

void act__reason_text_let_go(struct act__reason_text *text)
{
    if (text == NULL)
        return;
    /* acq_rel: the last holder frees only after every other has read. */
    if (atomic_fetch_sub_explicit(&text->holders, 1, memory_order_acq_rel) == 1)
        act__pool_give(text, text->size_class);
}
