/*
 * Stops children: told to, given their time, then killed; and the supervisor when all are gone.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <supervisor/record.h>

#include <stdio.h>

/*
 * So often a stop tries to get its timer; then the child is killed at once rather than waited for
 * for ever.
 */
#define STOP_TRIES_MAX 1000u

/* ------------------------------------------------------------------------------------ one child */

void act__child_kill(act_self *self, struct act__child *child)
{
    child->is_killed = true;
    act_kill_agreed(self, act__child_pid(child));
}

/* That it ends so is logged by the system, with its pid. */
void act__child_is_overdue(act_self *self, struct act__child *child)
{
    act_log(self, ACT_LOG_WARNING, "child \"%s\" had %lld ms to end and is killed",
            act__child_label(child), (long long)child->plan->shutdown);
    child->is_killed = true;
    /* Never fails: a kill needs no memory. */
    (void)!act_exit_other(self, act__child_pid(child),
                          act_exit_reason_make(ACT_EXIT_KILL, 0, NULL));
}

static bool arm_timer(act_self *self, const struct act__supervisor *supervisor,
                      struct act__child *child)
{
    act_message *message;

    if (child->plan->shutdown < 0 || child->is_killed || child->has_timer || supervisor->has_timer)
        return true;
    if (act__request_create_value(&message, ACT__TAG_STOP_TIME_IS_UP,
                                  act_pid_value(act__child_pid(child))) != ACT_OK)
        return false;
    child->has_timer = act_send_after(self, &child->timer, act_self_pid(self), &message,
                                      child->plan->shutdown) == ACT_OK;
    if (!child->has_timer)
        act_message_free(&message);
    return child->has_timer;
}

void act__child_stop_again(act_self *self, struct act__supervisor *supervisor,
                           struct act__child *child)
{
    bool watched = act__child_watch(self, child);

    if (!arm_timer(self, supervisor, child)) {
        if (++child->stop_tries > STOP_TRIES_MAX)
            act__child_is_overdue(self, child);
    } else if (watched) {
        return;
    }
    act__pending_add(supervisor, child);
}

void act__child_stop(act_self *self, struct act__supervisor *supervisor, struct act__child *child)
{
    child->state = ACT__CHILD_STOPPING;
    supervisor->children.significant_count -= child->plan->significant;
    child->since = act_now(self);
    child->stop_tries = 0;
    if (supervisor->phase != ACT__SUPERVISOR_CLEARING ||
        !child->in_group) /* else it will be back */
        act_handover_abandon(supervisor->system, act__child_pid(child));
    /*
     * The monitor first: a child that has unlinked, or is dead already, must not be waited for in
     * vain.
     */
    (void)act__child_watch(self, child);
    if (child->plan->shutdown == ACT_SHUTDOWN_KILL ||
        (supervisor->is_killed && child->plan->type == ACT_CHILD_WORKER) ||
        act_exit_other(self, act__child_pid(child),
                       act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)) != ACT_OK)
        act__child_kill(self, child);
    act__child_stop_again(self, supervisor, child);
}

bool act__asks_to_stop_child(const act_message *request)
{
    return request->tag == ACT__TAG_TERMINATE_CHILD ||
           request->tag == ACT__TAG_TERMINATE_CHILD_PID || request->tag == ACT__TAG_CANCEL_TASK;
}

/*
 * Those that asked before another asked to start it anew have what they wanted; the rest is looked
 * at again.
 */
static void answer_waiting(act_self *self, struct act__supervisor *supervisor,
                           struct act__child *child)
{
    const act_supervisor_answer stopped = {.result = ACT_OK};
    act_message                *request;
    bool                        done = false;

    while ((request = act__requests_take(&child->waiting)) != NULL) {
        if (done || !act__asks_to_stop_child(request)) {
            done = true;
            act__requests_add(&supervisor->held, request);
        } else {
            act__request_answer(self, request, &stopped);
        }
    }
}

void act__refuse_held(act_self *self, struct act__supervisor *supervisor)
{
    const act_supervisor_answer closed = {.result = ACT_CLOSED};
    act_message                *request;

    while ((request = act__requests_take(&supervisor->held)) != NULL) {
        if (request->tag == ACT__TAG_START_CHILD) {
            act__start_answer(self, request->as.resource.pointer, ACT_CLOSED, act_pid_none());
            act_message_free(&request);
        } else {
            act__request_release_args(supervisor, request);
            act__request_answer(self, request, &closed);
        }
    }
}

static bool stops_all_at_once(const struct act__supervisor *supervisor)
{
    return supervisor->template != NULL || supervisor->strategy == ACT_STRATEGY_DYNAMIC ||
           supervisor->is_killed;
}

/*
 * Also for one that ended by itself while all are being stopped; those stay where they are till the
 * end.
 */
void act__child_stopped(act_self *self, struct act__supervisor *supervisor,
                        struct act__child *child)
{
    bool is_next = child == supervisor->cursor; /* and is wholly gone */
    bool was_refused = child->answer != NULL && child->start_cause == ACT__START_REQUEST;

    child->state = ACT__CHILD_DOWN;
    act__start_answer(self, child, ACT_CLOSED, act_pid_none());
    answer_waiting(self, supervisor, child);
    if (supervisor->phase == ACT__SUPERVISOR_STOPPING) {
        act__child_rest(self, child);
        act__refuse_held(self, supervisor);
        if (is_next || (stops_all_at_once(supervisor) && supervisor->children.by_pid.count == 0))
            act__stop_next(self, supervisor);
    } else if (supervisor->phase == ACT__SUPERVISOR_CLEARING && child->in_group) {
        if (is_next)
            supervisor->cursor = child->order_previous;
        if (was_refused || child->plan->restart == ACT_RESTART_TEMPORARY)
            act__child_drop(supervisor, child);
        if (is_next)
            act__clear_next(self, supervisor);
    } else if (!act__child_stays(supervisor, child)) {
        act__child_drop(supervisor, child);
    }
}

/* ---------------------------------------------------------------------------------- all of them */

void act__all_are_overdue(act_self *self, struct act__supervisor *supervisor)
{
    unsigned long count = supervisor->children.by_pid.count;

    if (count > 0) {
        act_log(self, ACT_LOG_WARNING, "%lu children had %lld ms to end and are killed", count,
                (long long)supervisor->template->plan->shutdown);
        act_system_overdue(act_self_system(self));
    }
    for (struct act__child *child = supervisor->children.first; child != NULL;
         child = child->order_next)
        if (!act_pid_is_none(act__child_pid(child)))
            act__child_kill(self, child);
}

static void end(act_self *self, struct act__supervisor *supervisor)
{
    bool says_itself = supervisor->end.kind == ACT_EXIT_ERROR && supervisor->end.code != ACT_OK;

    act__supervisor_announce(self, supervisor, says_itself ? supervisor->end.code : ACT_CLOSED);
    act_exit(self, supervisor->end);
}

void act__stop_next(act_self *self, struct act__supervisor *supervisor)
{
    struct act__child *child = supervisor->cursor;

    while (child != NULL && act_pid_is_none(act__child_pid(child))) {
        act__child_rest(self, child);
        child = child->order_previous;
    }
    supervisor->cursor = child;
    if (child == NULL)
        end(self, supervisor);
    else if (child->state != ACT__CHILD_STOPPING)
        act__child_stop(self, supervisor, child);
}

static void begin_all_stops(act_self *self, struct act__supervisor *supervisor)
{
    supervisor->cursor = NULL;
    for (struct act__child *child = supervisor->children.first; child != NULL;
         child = child->order_next) {
        if (act_pid_is_none(act__child_pid(child)))
            act__child_rest(self, child);
        else if (child->state != ACT__CHILD_STOPPING)
            act__child_stop(self, supervisor, child);
        else if (supervisor->is_killed && child->plan->type == ACT_CHILD_WORKER)
            act__child_kill(self, child);
    }
}

/*
 * Children made from a template have the same time to end. One timer is for all; without memory for
 * it their time is over.
 */
static void stop_all_in_one_time(act_self *self, struct act__supervisor *supervisor)
{
    act_millis   shutdown = supervisor->template->plan->shutdown;
    act_message *message = NULL;
    act_ref      timer;

    supervisor->has_timer = true;
    begin_all_stops(self, supervisor);
    if (shutdown < 0)
        return;
    if (act__request_create_value(&message, ACT__TAG_STOP_TIME_IS_UP,
                                  act_pid_value(act_pid_none())) != ACT_OK ||
        act_send_after(self, &timer, act_self_pid(self), &message, shutdown) != ACT_OK) {
        act_message_free(&message);
        act__all_are_overdue(self, supervisor);
    }
}

static void copy_reason(struct act__supervisor *supervisor, act_exit_reason reason)
{
    supervisor->end = reason;
    if (reason.text != NULL) {
        snprintf(supervisor->end_text, sizeof supervisor->end_text, "%s", reason.text);
        supervisor->end.text = supervisor->end_text;
    }
}

/* Whatever it was doing, it stops now. */
static void enter_stopping(act_self *self, struct act__supervisor *supervisor,
                           act_exit_reason reason)
{
    supervisor->phase = ACT__SUPERVISOR_STOPPING;
    act__tell_event(self, supervisor, NULL,
                    (act_supervision_event){
                        .what = ACT_SUPERVISION_STOPS, .kind = reason.kind, .code = reason.code});
    act__refuse_held(self, supervisor);
}

void act__supervisor_stop(act_self *self, struct act__supervisor *supervisor,
                          act_exit_reason reason)
{
    if (supervisor->phase == ACT__SUPERVISOR_STOPPING)
        return;
    copy_reason(supervisor, reason);
    enter_stopping(self, supervisor, reason);
    supervisor->cursor = supervisor->children.last;
    if (!stops_all_at_once(supervisor) || supervisor->children.by_pid.count == 0)
        act__stop_next(self, supervisor);
    else if (supervisor->template != NULL)
        stop_all_in_one_time(self, supervisor);
    else
        begin_all_stops(self, supervisor);
}

static void mark_linked(act_self *self, void *context, act_pid linked)
{
    struct act__supervisor *supervisor = context;
    struct act__child      *child = act__children_by_pid(&supervisor->children, linked);

    (void)self;
    if (child != NULL)
        child->is_linked = true;
}

/*
 * Those that have unlinked themselves are not ended by a kill of their supervisor, so they are not
 * waited for.
 */
static void forget_unlinked(act_self *self, struct act__supervisor *supervisor)
{
    act_each_link(self, mark_linked, supervisor);
    for (struct act__child *child = supervisor->children.first; child != NULL;
         child = child->order_next) {
        if (!child->is_linked && !act_pid_is_none(act__child_pid(child))) {
            act_handover_abandon(supervisor->system, act__child_pid(child));
            child->has_begun = true; /* to have unlinked */
            act__children_set_pid(&supervisor->children, child, act_pid_none());
        }
        child->is_linked = false;
    }
}

void act__supervisor_abort(act_self *self, struct act__supervisor *supervisor)
{
    const act_exit_reason killed = act_exit_reason_make(ACT_EXIT_KILLED, 0, NULL);

    supervisor->is_killed = true;
    forget_unlinked(self, supervisor);
    act_log(self, ACT_LOG_WARNING, "was killed, and with it %lu children",
            (unsigned long)supervisor->children.by_pid.count);
    copy_reason(supervisor, killed);
    if (supervisor->phase != ACT__SUPERVISOR_STOPPING)
        enter_stopping(self, supervisor, killed);
    begin_all_stops(self, supervisor);
    if (supervisor->children.by_pid.count == 0)
        act__stop_next(self, supervisor);
}
