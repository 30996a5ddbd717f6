/*
 * Restarts several children as one: stops those that run, in reverse, and starts all in order.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <supervisor/record.h>

static void mark_group(struct act__supervisor *supervisor, const struct act__child *failed)
{
    bool in_group = supervisor->strategy == ACT_STRATEGY_ONE_FOR_ALL;
    for (struct act__child *child = supervisor->children.first; child != NULL;
         child = child->order_next) {
        in_group = in_group || child == failed;
        child->in_group = in_group;
    }
}

/* What had to wait for the group. */
static void settle(struct act__supervisor *supervisor)
{
    supervisor->phase = ACT__SUPERVISOR_RUNNING;
    supervisor->failed = NULL;
    for (struct act__child *child = supervisor->children.first; child != NULL;
         child = child->order_next)
        if (child->state == ACT__CHILD_RESTARTING)
            act__pending_add(supervisor, child);
}

/* -------------------------------------------------------------------------------------- to stop */

/* One that does not run: what was to become of it is up to the group now. */
static void clear(act_self *self, struct act__supervisor *supervisor, struct act__child *child)
{
    act__delay_call_off(self, child);
    child->state = ACT__CHILD_DOWN;
    if (child->plan->restart == ACT_RESTART_TEMPORARY)
        act__child_drop(supervisor, child);
}

static void is_clear(act_self *self, struct act__supervisor *supervisor)
{
    struct act__child *failed = supervisor->failed;
    if (act__delay_restart(self, supervisor, failed))
        settle(supervisor);
    else
        act__group_refill(self, supervisor, failed);
}

void act__clear_next(act_self *self, struct act__supervisor *supervisor)
{
    struct act__child *child = supervisor->cursor, *previous;

    for (; child != NULL && (!child->in_group || act_pid_is_none(act__child_pid(child)));
         child = previous) {
        previous = child->order_previous;
        if (child->in_group)
            clear(self, supervisor, child);
    }
    supervisor->cursor = child;
    if (child == NULL)
        is_clear(self, supervisor);
    else if (child->state != ACT__CHILD_STOPPING)
        act__child_stop(self, supervisor, child);
}

void act__group_restart(act_self *self, struct act__supervisor *supervisor,
                        struct act__child *failed)
{
    mark_group(supervisor, failed);
    supervisor->phase = ACT__SUPERVISOR_CLEARING;
    supervisor->failed = failed;
    supervisor->cursor = supervisor->children.last;
    act__clear_next(self, supervisor);
}

/* ------------------------------------------------------------------------------------- to start */

void act__refill_next(act_self *self, struct act__supervisor *supervisor)
{
    struct act__child *child = supervisor->cursor;

    while (child != NULL && (!child->in_group || !act_pid_is_none(act__child_pid(child))))
        child = child->order_next;
    supervisor->cursor = child;
    if (child == NULL) {
        settle(supervisor);
    } else {
        act__delay_call_off(self, child);
        act__child_start(self, supervisor, child, ACT__START_GROUP);
    }
}

static void refill(act_self *self, struct act__supervisor *supervisor)
{
    supervisor->phase = ACT__SUPERVISOR_REFILLING;
    supervisor->cursor = supervisor->children.first;
    act__refill_next(self, supervisor);
}

void act__group_refill(act_self *self, struct act__supervisor *supervisor,
                       struct act__child *failed)
{
    mark_group(supervisor, failed); /* again: during a delay children may have been added */
    refill(self, supervisor);
}

void act__group_go_without(act_self *self, struct act__supervisor *supervisor,
                           struct act__child *child)
{
    mark_group(supervisor, child);
    child->in_group = false;
    refill(self, supervisor);
}

void act__refill_failed(struct act__supervisor *supervisor)
{
    supervisor->cursor->state = ACT__CHILD_RESTARTING;
    settle(supervisor);
}
