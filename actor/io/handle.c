/* What listeners and connections have in common: an owner, one notice at a time, and an end. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/handle.h>

_Static_assert(ACT_MESSAGE_TCP_CONNECTED == ACT_MESSAGE_TCP_ACCEPTABLE + 1, "tags follow the bits");
_Static_assert(ACT_MESSAGE_TCP_READABLE == ACT_MESSAGE_TCP_ACCEPTABLE + 2, "tags follow the bits");
_Static_assert(ACT_MESSAGE_TCP_WRITABLE == ACT_MESSAGE_TCP_ACCEPTABLE + 3, "tags follow the bits");
_Static_assert(ACT_MESSAGE_TCP_CLOSED == ACT_MESSAGE_TCP_ACCEPTABLE + 4, "tags follow the bits");
_Static_assert(ACT_MESSAGE_TCP_IDLE == ACT_MESSAGE_TCP_ACCEPTABLE + 5, "tags follow the bits");

static void free_if_done(struct act__handle *handle)
{
    if (handle->closed && !handle->in_flight && !handle->held)
        act__free(handle);
}

static void push_next(struct act__handle *handle)
{
    if (handle->in_flight || handle->pending == 0)
        return;
    if ((handle->pending & ACT__TELL_ENDED) != 0)
        handle->pending = (uint8_t)((handle->pending & ~ACT__TELL_ENDED) | ACT__TELL_READABLE);
    int first = __builtin_ctz(handle->pending);
    handle->pending &= (uint8_t)(handle->pending - 1);
    handle->notice.message.tag = ACT_MESSAGE_TCP_ACCEPTABLE + (uint32_t)first;
    handle->in_flight = true;
    act__notice_push(handle->loop->worker, handle->owner, &handle->notice);
}

static void retired(struct act__worker *worker, struct act__notice *notice)
{
    struct act__handle *handle = act__container(notice, struct act__handle, notice);
    (void)worker; /* the loop's: the owner is bound to it */
    handle->in_flight = false;
    if (handle->closed)
        free_if_done(handle);
    else
        push_next(handle);
}

static void release(struct act__belonging *belonging)
{
    struct act__handle *handle = act__container(belonging, struct act__handle, belonging);
    handle->close(handle);
}

bool act__handle_may_open(const act_self *self)
{
    return self->worker->loop != NULL;
}

void act__handle_open(struct act__handle *handle, act_self *self, void (*close)(struct act__handle *handle))
{
    struct act__worker *worker = self->worker;
    handle->belonging.release = release;
    handle->notice.retired = retired;
    handle->notice.message.act_bits = ACT__HOME_OWNED;
    handle->notice.message.kind = ACT_VALUE_POINTER;
    handle->notice.message.as.pointer = handle;
    handle->loop = worker->loop;
    handle->owner = act__local_of(self);
    handle->close = close;
    act__set_add(&self->belongings, &handle->belonging.member);
    worker->loop->used_count++;
    /* relaxed: whoever schedules the actor next gets the token from the end of this turn, and sees this with it. */
    act__store(&self->route, (uint16_t)(worker->index + 1));
}

void act__handle_tell(struct act__handle *handle, unsigned what)
{
    handle->pending |= (uint8_t)what;
    push_next(handle);
}

void act__handle_close(struct act__handle *handle)
{
    act__set_remove(&handle->belonging.member);
    handle->loop->used_count--;
    handle->closed = true;
    handle->pending = 0;
    handle->notice.message.tag = ACT__TAG_VOID; /* if it is in the inbox it is passed over there */
    free_if_done(handle);
}

void act__handle_let_go(struct act__handle *handle)
{
    handle->held = false;
    free_if_done(handle);
}
