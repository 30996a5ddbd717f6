/*
 * What listeners and connections have in common: an owner, one event at a time, and an end.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/io/handle.h>

#include <actor/io/loop_record.h>
#include <actor/process/attachment.h>
#include <actor/process/cell.h>
#include <actor/process/worker.h>
#include <actor/scheduler/loop.h>
#include <actor/scheduler/runner.h>
#include <actor/scheduler/station.h>
#include <actor/signal/signal.h>
#include <mailbox/base/check.h>
#include <mailbox/base/lock.h>
#include <mailbox/channel/channel_record.h>

_Static_assert(ACT_MESSAGE_TCP_CONNECTED == ACT_MESSAGE_TCP_ACCEPTABLE + 1, "tags follow the bits");
_Static_assert(ACT_MESSAGE_TCP_READABLE == ACT_MESSAGE_TCP_ACCEPTABLE + 2, "tags follow the bits");
_Static_assert(ACT_MESSAGE_TCP_WRITABLE == ACT_MESSAGE_TCP_ACCEPTABLE + 3, "tags follow the bits");
_Static_assert(ACT_MESSAGE_TCP_CLOSED == ACT_MESSAGE_TCP_ACCEPTABLE + 4, "tags follow the bits");
_Static_assert(ACT_MESSAGE_TCP_IDLE == ACT_MESSAGE_TCP_ACCEPTABLE + 5, "tags follow the bits");

/* Of a closed one. */
static void leave_one(struct act__handle *handle)
{
    /* acq_rel, partner of itself: the last has seen what the others have done. */
    if (atomic_fetch_sub_explicit(&handle->left, 1, memory_order_acq_rel) == 1)
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
    handle->event.message.tag = handle->first_tag + (uint32_t)first;
    handle->in_flight = true;
    act__event_push(handle->loop->worker, handle->owner, &handle->event);
}

/* ----------------------------------------------------------------- owners that are on their way */

/*
 * An event that tells nothing brings the owner to the loop's worker, as it is bound to that by now
 * and its turn ends here.
 */
static void send_away(struct act__handle *handle, act_self *self)
{
    handle->away = true;
    handle->in_flight = true;
    handle->event.message.tag = ACT__TAG_VOID;
    act__event_push(self->worker, handle->owner, &handle->event);
    self->worker->run.batch = 0;
}

static void arrive(struct act__handle *handle)
{
    handle->away = false;
    handle->loop->used_count++;
    handle->arrive(handle);
}

static void retired(struct act__worker *worker, struct act__event *event)
{
    ACT__AT_STATION;
    struct act__handle *handle = act__container(event, struct act__handle, event);
    /* The worker is the loop's, unless it is closed: the owner is bound to it. */
    if (handle->away && !handle->closed) {
        act__check(worker->run.loop == handle->loop);
        arrive(handle);
    }
    if (handle->closed) {
        leave_one(handle);
        return;
    }
    handle->in_flight = false;
    if (handle->handled != NULL)
        handle->handled(handle);
    push_next(handle);
}

/* ------------------------------------------------------------- owners that are stuck: station.h */

struct act__worker *act__station_here(void)
{
    struct act__worker *here = act__runs_here;
    if (here != NULL)
        act__station_need(&here->run);
    return here;
}

static void make_late_call(struct act__late_call *call)
{
    struct act__late_call mine = *call;
    act__free(call);
    act__user_code_call(mine.function, mine.argument);
}

void act__call_late(struct act__late_call *call)
{
    struct act__worker *here = act__runs_here;
    call->next = NULL;
    if (here == NULL || act__load(&here->run.station_uses) == 0) {
        make_late_call(call);
    } else if (here->run.late_first == NULL) {
        here->run.late_first = here->run.late_last = call;
    } else {
        here->run.late_last->next = call;
        here->run.late_last = call;
    }
}

/* One of them may come here again: the loop has what it adds. */
static __attribute__((noinline)) void make_late_calls(struct act__worker *here)
{
    struct act__late_call *call;
    if (act__load(&here->run.station_uses) != 0 || here->run.calls_late)
        return;
    here->run.calls_late = true;
    while ((call = here->run.late_first) != NULL) {
        here->run.late_first = call->next;
        make_late_call(call);
    }
    here->run.calls_late = false;
}

void act__station_left(struct act__worker **here)
{
    if (*here == NULL)
        return;
    act__station_leave(&(*here)->run);
    if (act__unlikely((*here)->run.late_first != NULL))
        make_late_calls(*here);
}

static bool is_suspended(const struct act__loop *loop, uint64_t owner)
{
    const struct act__suspended *each = loop->suspended;
    while (each != NULL && each->owner != owner)
        each = each->next;
    return each != NULL;
}

bool act__handle_defers(struct act__handle *handle, struct event *event, short what)
{
    struct act__loop *loop = handle->loop;
    if (handle->closed) /* it has no owner */
        return false;
    if (act__likely(loop->suspended == NULL) || !is_suspended(loop, handle->owner))
        return false;
    for (unsigned i = 0; i < handle->deferred_count; i++)
        if (handle->deferred[i].event == event)
            return true;
    if (handle->deferred_count == 0) {
        handle->next_deferred = loop->deferred;
        loop->deferred = handle;
    }
    handle->deferred[handle->deferred_count++] = (struct act__deferred){event, what};
    if ((what & EV_ET) == 0)
        event_del(event); /* or it would be reported again and again */
    return true;
}

static void resume(struct act__handle *handle)
{
    for (unsigned i = 0; i < handle->deferred_count; i++) {
        struct act__deferred *one = &handle->deferred[i];
        if (!handle->wants(handle, one->event))
            continue; /* the owner has changed its mind meanwhile */
        if ((one->what & (EV_ET | EV_TIMEOUT)) != 0)
            event_active(one->event, one->what, 1);
        else if (event_add(one->event, NULL) != 0) /* what it tells is reported anew, if it is
                                                      still so */
            event_active(one->event, 0, 1);
    }
    handle->deferred_count = 0;
}

void act__handles_resume(struct act__loop *loop, uint64_t owner)
{
    struct act__handle **place = &loop->deferred;
    while (*place != NULL) {
        struct act__handle *handle = *place;
        if (handle->owner != owner) {
            place = &handle->next_deferred;
            continue;
        }
        *place = handle->next_deferred;
        resume(handle);
    }
}

static void forget_deferred(struct act__handle *handle)
{
    struct act__handle **place = &handle->loop->deferred;
    if (handle->deferred_count == 0)
        return;
    while (*place != handle)
        place = &(*place)->next_deferred;
    *place = handle->next_deferred;
    handle->deferred_count = 0;
}

/* --------------------------------------------------------------------------- owner and lifetime */

static void release(struct act__attachment *attachment)
{
    ACT__AT_STATION;
    struct act__handle *handle = act__container(attachment, struct act__handle, attachment);
    handle->close(handle);
}

bool act__handle_may_open(const act_self *self)
{
    return self->worker->run.loop != NULL;
}

void act__handles_stay(act_self *self)
{
    for (struct act__member *at = self->attachments.first; at != NULL; at = at->next) {
        struct act__attachment *attachment = act__container(at, struct act__attachment, member);
        struct act__handle     *handle = act__container(attachment, struct act__handle, attachment);
        if (attachment->release == release && handle->away)
            handle->stay(handle, self->worker->run.loop);
    }
}

void act__handle_open(struct act__handle *handle, act_self *self, struct act__loop *loop,
                      void (*close)(struct act__handle *handle),
                      bool (*wants)(struct act__handle *handle, struct event *event))
{
    handle->attachment.release = release;
    handle->event.retired = retired;
    handle->event.message.act_bits = ACT__HOME_OWNED;
    handle->event.message.kind = ACT_VALUE_POINTER;
    handle->event.message.as.pointer = handle;
    handle->loop = loop;
    handle->first_tag = ACT_MESSAGE_TCP_ACCEPTABLE;
    handle->owner = act__local_of(self);
    handle->close = close;
    handle->wants = wants;
    act__set_add(&self->attachments, &handle->attachment.member);
    /*
     * relaxed: the thread that schedules the actor next gets the token from the end of this turn,
     * and sees this with it.
     */
    act__store(&self->task.route, (uint16_t)(loop->index + 1));
    if (loop == self->worker->run.loop)
        loop->used_count++;
    else
        send_away(handle, self);
}

void act__handle_tell(struct act__handle *handle, unsigned what)
{
    if (handle->closed)
        return;
    handle->pending |= (uint8_t)what;
    push_next(handle);
}

void act__handle_close(struct act__handle *handle)
{
    act__set_remove(&handle->attachment.member);
    forget_deferred(handle);
    if (!handle->away)
        handle->loop->used_count--;
    uint8_t left = (uint8_t)(handle->holds + handle->in_flight);
    act__store(&handle->left, left); /* relaxed: what is left comes here by way of this worker */
    handle->closed = true;
    handle->pending = 0;
    handle->event.message.tag = ACT__TAG_VOID; /* if it is in the inbox it is passed over there */
    if (left == 0)
        act__free(handle);
}

void act__handle_let_go(struct act__handle *handle)
{
    if (handle->closed)
        leave_one(handle);
    else
        handle->holds--;
}
