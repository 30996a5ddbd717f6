/* How long a restart waits, and the wait. Internal. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/record.h>

#define DOUBLINGS_MAX 40 /* more than any delay has */

/* One for all the children of a group strategy. */
static struct act__delay *delay_of(struct act__supervisor *supervisor, struct act__child *child)
{
    return act__restarts_groups(supervisor) ? &supervisor->delay : &child->delay;
}

void act__delay_started(act_self *self, struct act__supervisor *supervisor,
                        struct act__child *child)
{
    if (supervisor->backoff.max != 0)
        delay_of(supervisor, child)->since = act_now(self);
}

/* A delay less its random part. */
static act_millis add_jitter(act_self *self, act_millis delay, double jitter)
{
    double part = (double)(act_random(self) >> 11) / (double)(UINT64_C(1) << 53); /* from 0 to 1 */
    return delay - (act_millis)((double)delay * jitter * part);
}

/* Of the restart that is due; the next one is twice as long. */
static act_millis draw_delay(act_self *self, const act_backoff *backoff, struct act__delay *delay)
{
    act_millis reset_after =
        backoff->reset_after != 0 ? backoff->reset_after : (backoff->min + backoff->max) / 2;
    act_millis next = backoff->max;
    if (act_now(self) - delay->since >= reset_after)
        delay->doublings = 0;
    if (backoff->min <= backoff->max >> delay->doublings)
        next = backoff->min << delay->doublings;
    if (delay->doublings < DOUBLINGS_MAX)
        delay->doublings++;
    return add_jitter(self, next, backoff->jitter);
}

bool act__delay_restart(act_self *self, struct act__supervisor *supervisor,
                        struct act__child *child)
{
    act_message *message;
    if (supervisor->backoff.max == 0)
        return false;
    act_millis delay = draw_delay(self, &supervisor->backoff, delay_of(supervisor, child));
    if (delay == 0 ||
        act__request_create_value(&message, ACT__TAG_DELAY_IS_OVER,
                                  act_resource_value(child, act__child_let_go)) != ACT_OK)
        return false;
    act__child_hold(child);
    if (act_send_after(self, &child->timer, act_self_pid(self), &message, delay) != ACT_OK) {
        act_message_free(&message);
        return false;
    }
    child->has_timer = true;
    child->state = ACT__CHILD_DELAYED;
    act__tell_event(self, supervisor, child,
                    (act_supervision_event){.what = ACT_SUPERVISION_WAITS, .delay = delay});
    return true;
}

void act__delay_call_off(act_self *self, struct act__child *child)
{
    if (child->state != ACT__CHILD_DELAYED)
        return;
    child->state = ACT__CHILD_DOWN;
    child->has_timer = false;
    if (act_cancel_timer(self, child->timer) != ACT_OK)
        child->late_delays++; /* it has fired: its message is in the inbox */
}

void act__delay_is_over(act_self *self, struct act__supervisor *supervisor,
                        struct act__child *child)
{
    if (child->late_delays > 0) { /* the oldest comes first */
        child->late_delays--;
        return;
    }
    child->has_timer = false;
    if (child->state != ACT__CHILD_DELAYED) /* the supervisor stops */
        return;
    child->state = ACT__CHILD_DOWN; /* it waits no longer: nothing is to be called
                                                      off */
    if (supervisor->phase !=
        ACT__SUPERVISOR_RUNNING) { /* a group of which it is no part comes first */
        child->state = ACT__CHILD_RESTARTING;
        act__pending_add(supervisor, child);
    } else if (act__restarts_groups(supervisor)) {
        act__group_refill(self, supervisor, child);
    } else {
        act__child_start(self, supervisor, child, ACT__START_RESTART);
    }
}
