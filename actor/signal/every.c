/* Timers that fire again and again, without drift and without memory. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/signal/every.h>

#include <actor/delivery/dead_letter.h>
#include <actor/delivery/send.h>
#include <actor/process/debug.h>
#include <actor/process/fork.h>
#include <actor/process/pid.h>
#include <actor/process/shared.h>
#include <actor/process/slab.h>
#include <actor/process/worker.h>
#include <actor/signal/ref.h>
#include <actor/signal/timers.h>
#include <actor/typed.h>

/* For the next multiple of the period that is still to come. */
static void arm_next(struct act__worker *worker, struct act__timer *timer)
{
    act_millis late = act__timer_now(worker) - timer->due;
    timer->due += (late > 0 ? late / timer->period + 1 : 1) * timer->period;
    act__timer_start(worker, timer);
}

/* What is typed may refer to what lies behind it, so it is made anew. NULL: no memory. */
static act_message *copy_tick(const struct act__timer *timer)
{
    const act_message *tick = timer->message;
    act_message       *copy = NULL;
    if (timer->type == NULL) {
        copy = act__message_make(tick->tag, (act_value_kind)tick->kind, 0);
        if (copy != NULL)
            copy->as = tick->as;
    } else if (act_message_create_typed(&copy, timer->type, tick->as.bytes) != ACT_OK) {
        return NULL;
    }
    return copy;
}

static void send_copy(struct act__worker *worker, act_self *self, const struct act__timer *timer)
{
    act_pid      to = act__pid_of(timer->to);
    act_message *copy = copy_tick(timer);
    if (copy != NULL) {
        act__deliver_or_drop(worker->system, worker, act__local_of(self), to, copy);
        return;
    }
    act__count(&worker->sent);
    act__dead_letter(worker->system, worker, to, timer->message, ACT_NO_MEMORY);
}

static void append_tick(act_self *self, struct act__timer *timer)
{
    act_message *tick = timer->message;
    timer->tick_waits = true;
    tick->act_generation = (uint32_t)act__load(&self->generation);
    act__inbox_append(&self->inbox_owned, tick);
    self->inbox_owned.has_priority = true; /* one that is muted hears its timers */
}

bool act__every_fired(struct act__worker *worker, act_self *self, struct act__timer *timer)
{
    if (timer->is_over)
        return false;
    if (timer->to == act__local_of(self)) {
        append_tick(self, timer);
    } else {
        arm_next(worker, timer);
        send_copy(worker, self, timer);
    }
    return true;
}

void act__every_retired(struct act__worker *worker, const act_message *tick)
{
    struct act__timer *timer =
        act__slab_at(&worker->system->timers, act__ref_index(tick->ref, ACT__REF_IS_TIMER));
    timer->tick_waits = false;
    if (timer->is_over)
        act__timer_drop(&worker->run, timer);
    else
        arm_next(worker, timer);
}

bool act__every_end(struct act__worker *worker, struct act__timer *timer)
{
    timer->is_over = true;
    if (timer->tick_waits && worker->message != timer->message)
        timer->message->tag = ACT__TAG_VOID;
    return true;
}

/* ----------------------------------------------------------------------------- what actors call */

/* Takes the message over if it returns ACT_OK. */
static act_result arm_first(act_self *self, act_ref *ref, act_pid to, act_millis period,
                            act_message *tick, const act_type *type)
{
    struct act__timer *timer =
        act__timer_arm(self->worker, self, to.local, tick, (act_ref){0}, period);
    if (timer == NULL)
        return ACT_NO_MEMORY;
    /* It cannot have fired: its event is for the actor that runs this. */
    timer->period = period;
    timer->type = type;
    timer->tick_home = tick->act_bits;
    tick->act_bits = ACT__HOME_TICK;
    tick->act_sender = act__local_of(self);
    *ref = tick->ref = act__timer_ref(self->worker->system, timer);
    return ACT_OK;
}

static act_result check_tick(act_self *self, act_pid to, act_millis period)
{
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    if (period < 1 || period > ACT__DELAY_MAX)
        return ACT_INVALID;
    return to.node != 0 ? ACT_NO_NODE : ACT_OK;
}

act_result act_every_value(act_self *self, act_ref *timer, act_pid to, uint32_t tag,
                           act_value value, act_millis period)
{
    ACT__HANDLER_ONLY(self);
    act_result result = check_tick(self, to, period);
    if (result != ACT_OK)
        return result;
    if (tag == 0 || tag > ACT_TAG_MAX || value.kind == ACT_VALUE_RESOURCE)
        return ACT_INVALID;
    act_message *tick = act__message_make_value(tag, &value);
    if (tick == NULL)
        return ACT_NO_MEMORY;
    result = arm_first(self, timer, to, period, tick, NULL);
    if (result != ACT_OK)
        act__message_drop(tick);
    return result;
}

act_result act_every_typed(act_self *self, act_ref *timer, act_pid to, act_millis period,
                           const act_type *type, const void *fields)
{
    ACT__HANDLER_ONLY(self);
    act_message *tick;
    act_result   result = check_tick(self, to, period);
    if (result == ACT_OK && (type->flags & ACT_FIELD_LOCAL) != 0)
        result = ACT_INVALID; /* there is only one of a resource */
    if (result == ACT_OK)
        result = act_message_create_typed(&tick, type, fields);
    if (result != ACT_OK)
        return result;
    result = arm_first(self, timer, to, period, tick, type);
    if (result != ACT_OK)
        act__message_drop(tick);
    return result;
}
