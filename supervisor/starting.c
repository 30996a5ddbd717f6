/*
 * Starts children: one after the other at first, then each on request or after its end. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <supervisor/record.h>

#include <stdio.h>

/* The mutex is not held meanwhile: see tree.c. */
static act_result spawn_supervisor(act_self *self, act_pid *pid, struct act__child *child)
{
    struct act__spawn_options options;
    act__child_options(child, &options);
    pthread_mutex_t *mutex = act__user_code_begin();
    act_result       result =
        act__supervisor_spawn_link(self, pid, act__child_args(child), &options, child);
    act__user_code_end(mutex);
    return result;
}

/*
 * Without an init it has started when it is there: no message need say so. One that others wait for
 * in a row is told of as all are, so that there is one step for each message.
 */
static bool starts_at_once(const struct act__child *child)
{
    return child->plan->behavior->init == NULL && child->start_cause != ACT__START_INITIAL &&
           child->start_cause != ACT__START_GROUP;
}

static act_result spawn_as(act_self *self, act_pid *pid, struct act__child *child)
{
    if (child->plan->behavior == &act__supervisor_behavior)
        return spawn_supervisor(self, pid, child);
    struct act__spawn_options options;
    act__child_options(child, &options);
    options.spawn.announce = !starts_at_once(child);
    options.lifecycle.rests = starts_at_once(child);
    act__child_hold(child);
    act_result result =
        act_spawn_link(self, pid, child->plan->behavior, act__child_args(child), &options.spawn);
    if (result != ACT_OK)
        act__child_let_go(child);
    return result;
}

/*
 * Into the handover of the instance before, if there is one. It is there still, unless another
 * has given it up.
 */
static act_result spawn(act_self *self, act_pid *pid, struct act__child *child)
{
    act_result result = spawn_as(self, pid, child);
    bool       is_lost = result == ACT_NO_ACTOR;

    if (result == ACT_OK || is_lost)
        child->handover = 0;
    return is_lost ? spawn_as(self, pid, child) : result;
}

void act__child_start(act_self *self, struct act__supervisor *supervisor, struct act__child *child,
                      enum act__start_cause cause)
{
    act_pid pid;

    child->start_cause = (uint8_t)cause;
    act__delay_started(self, supervisor, child);
    child->start_result = ACT_OK;
    child->is_killed = false;
    act_result result = spawn(self, &pid, child);
    if (result == ACT_OK) {
        child->state = ACT__CHILD_STARTING;
        child->since = act_now(self);
        act__children_set_pid(&supervisor->children, child, pid);
        if (starts_at_once(child))
            act__child_started(self, supervisor, child, ACT_OK);
    } else {
        child->start_result = result;
        child->end_kind = ACT_EXIT_ERROR;
        child->end_code = (int32_t)result;
        act__tell_event(self, supervisor, child,
                        (act_supervision_event){
                            .what = ACT_SUPERVISION_ENDED, .kind = ACT_EXIT_ERROR, .code = result});
        act__child_start_ended(self, supervisor, child,
                               act_exit_reason_make(ACT_EXIT_ERROR, (int32_t)result, NULL));
    }
}

static void log_giving_up(act_self *self, const struct act__supervisor *supervisor,
                          const struct act__child *child)
{
    char code[16] = "";

    if (child->end_code != 0)
        snprintf(code, sizeof code, " %d", (int)child->end_code);
    act_log(self, ACT_LOG_ERROR,
            "gives up: more than %u restarts in %lld ms; child \"%s\" ended last: %s%s",
            (unsigned)supervisor->window.intensity, (long long)supervisor->window.period,
            act__child_label(child), act_exit_kind_text((act_exit_kind)child->end_kind), code);
}

void act__child_restart(act_self *self, struct act__supervisor *supervisor,
                        struct act__child *child)
{
    child->state = ACT__CHILD_DOWN;
    if (!act__restart_window_allows(&supervisor->window, act_now(self))) {
        log_giving_up(self, supervisor, child);
        act__supervisor_stop(self, supervisor, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL));
        return;
    }
    child->restarts_count++;
    supervisor->restarts_count++;
    if (act__restarts_groups(supervisor))
        act__group_restart(self, supervisor, child);
    else if (!act__delay_restart(self, supervisor, child))
        act__child_start(self, supervisor, child, ACT__START_RESTART);
}

/* -------------------------------------------------------------------------- one after the other */

void act__supervisor_announce(act_self *self, struct act__supervisor *supervisor, int32_t result)
{
    if (supervisor->announcement == NULL)
        return;
    supervisor->announcement->as.int64 = result;
    if (act_send(self, act_self_parent(self), &supervisor->announcement) != ACT_OK)
        act_message_free(&supervisor->announcement); /* the parent has ended: its EXIT will come */
}

void act__start_next(act_self *self, struct act__supervisor *supervisor)
{
    if (supervisor->cursor == NULL) {
        supervisor->phase = ACT__SUPERVISOR_RUNNING;
        act__supervisor_announce(self, supervisor, ACT_OK);
    } else {
        act__child_start(self, supervisor, supervisor->cursor, ACT__START_INITIAL);
    }
}

static void pass_cursor(act_self *self, struct act__supervisor *supervisor, bool drop)
{
    struct act__child *child = supervisor->cursor;
    supervisor->cursor = child->order_next;
    if (child->start_result == ACT_IGNORE)
        act__child_rest(self, child);
    if (drop)
        act__child_drop(supervisor, child);
    act__start_next(self, supervisor);
}

/* ----------------------------------------------------------------------------- how a start ends */

void act__child_started(act_self *self, struct act__supervisor *supervisor,
                        struct act__child *child, act_result result)
{
    child->start_result = result;
    if (result != ACT_OK) {
        /*
         * It ends now. Only that it has ended counts: until then its name is taken. It may have
         * unlinked.
         */
        (void)act__child_watch(self, child);
        return;
    }
    child->state = ACT__CHILD_RUNNING;
    child->since = act_now(self);
    act__tell_event(self, supervisor, child,
                    (act_supervision_event){.what = ACT_SUPERVISION_STARTED,
                                            .child = act__child_pid(child)});
    act__start_answer(self, child, ACT_OK, act__child_pid(child));
    if (child != supervisor->cursor)
        return;
    if (supervisor->phase == ACT__SUPERVISOR_STARTING)
        pass_cursor(self, supervisor, false);
    else if (supervisor->phase == ACT__SUPERVISOR_REFILLING)
        act__refill_next(self, supervisor);
}

/* An end that looks clean would make a supervisor that could not start look so too. */
static act_exit_reason make_failure(struct act__child *child, act_exit_reason reason)
{
    if (!act_exit_is_clean(reason))
        return reason;
    return act_exit_reason_make(ACT_EXIT_ERROR, child->start_result,
                                "a child ended before it had started");
}

static void end_initial_start(act_self *self, struct act__supervisor *supervisor,
                              struct act__child *child, act_exit_reason reason)
{
    if (child->start_result == ACT_IGNORE)
        pass_cursor(self, supervisor, !act__child_stays(supervisor, child));
    else
        act__supervisor_stop(self, supervisor, make_failure(child, reason));
}

/* The actor that has the name of one that could not be started for that; none for other reasons. */
static act_pid find_holder(act_self *self, const struct act__child *child, act_result result)
{
    const char *name = child->plan->options.spawn.name;
    act_pid     holder;

    if (result != ACT_EXISTS || name == NULL ||
        act_whereis(act_self_system(self), &holder, name) != ACT_OK)
        return act_pid_none();
    return holder;
}

static void end_requested_start(act_self *self, struct act__supervisor *supervisor,
                                struct act__child *child)
{
    act_result result = (act_result)child->start_result;

    act__start_answer(self, child, result, find_holder(self, child, result));
    act__child_rest(self, child);
    bool keeps_spec = result == ACT_IGNORE && act__child_stays(supervisor, child);
    if (child->start_cause == ACT__START_REQUEST && !keeps_spec)
        act__child_drop(supervisor, child);
}

static void end_group_start(act_self *self, struct act__supervisor *supervisor,
                            struct act__child *child)
{
    if (child->start_result != ACT_IGNORE) {
        act__refill_failed(supervisor);
        return;
    }
    act__child_rest(self, child);
    supervisor->cursor = child->order_next;
    act__refill_next(self, supervisor);
}

void act__child_start_ended(act_self *self, struct act__supervisor *supervisor,
                            struct act__child *child, act_exit_reason reason)
{
    child->state = ACT__CHILD_DOWN;
    if (child->start_result == ACT_OK)
        child->start_result = ACT_CLOSED;
    switch ((enum act__start_cause)child->start_cause) {
    case ACT__START_INITIAL: end_initial_start(self, supervisor, child, reason); break;
    case ACT__START_REQUEST:
    case ACT__START_AGAIN: end_requested_start(self, supervisor, child); break;
    case ACT__START_RESTART:
        if (child->start_result != ACT_IGNORE) {
            child->state = ACT__CHILD_RESTARTING;
            act__pending_add(supervisor, child);
        } else {
            act__child_rest(self, child);
            if (!act__child_stays(supervisor, child))
                act__child_drop(supervisor, child);
        }
        break;
    case ACT__START_GROUP: end_group_start(self, supervisor, child); break;
    }
}
