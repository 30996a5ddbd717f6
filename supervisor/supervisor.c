/*
 * The supervisor: an actor that traps exits and takes one step of its work for each message.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <supervisor/record.h>

#include <stdio.h>
#include <string.h>

#include <actor/system.h>
#include <actor/typed.h>
#include <supervisor/memory.h>
#include <supervisor/spec_check.h>

/* ---------------------------------------------------------------------------- later, by message */

void act__pending_add(struct act__supervisor *supervisor, struct act__child *child)
{
    if (child->is_pending)
        return;
    child->is_pending = true;
    child->pending_next = NULL;
    if (supervisor->pending_first == NULL)
        supervisor->pending_first = child;
    else
        supervisor->pending_last->pending_next = child;
    supervisor->pending_last = child;
}

static struct act__child *take_pending(struct act__supervisor *supervisor)
{
    struct act__child *child = supervisor->pending_first;
    if (child != NULL) {
        supervisor->pending_first = child->pending_next;
        child->is_pending = false;
    }
    return child;
}

/* Rare: only a child that is dropped while there was no memory to stop it properly. */
static void remove_pending(struct act__supervisor *supervisor, struct act__child *child)
{
    struct act__child *others = supervisor->pending_first;

    if (!child->is_pending)
        return;
    supervisor->pending_first = NULL;
    for (struct act__child *next; others != NULL; others = next) {
        next = others->pending_next;
        others->is_pending = false;
        if (others != child)
            act__pending_add(supervisor, others);
    }
}

/* Until all children run, what is to be done later waits for that. */
static void continue_later(act_self *self, struct act__supervisor *supervisor)
{
    bool anything =
        (supervisor->pending_first != NULL && supervisor->phase != ACT__SUPERVISOR_STARTING) ||
        (!act__requests_are_empty(&supervisor->held) &&
         supervisor->phase == ACT__SUPERVISOR_RUNNING);

    /* A send that fails is tried again with the next message: the envelope is still there. */
    if (anything && supervisor->next_step != NULL)
        (void)!act_send(self, act_self_pid(self), &supervisor->next_step);
}

/* Of one that was killed: it may have unlinked itself. */
static void await_end(act_self *self, struct act__supervisor *supervisor, struct act__child *child)
{
    if (!act__child_watch(self, child))
        act__pending_add(supervisor, child);
}

static void handle_pending(act_self *self, struct act__supervisor *supervisor,
                           struct act__child *child)
{
    if (child->state == ACT__CHILD_STOPPING)
        act__child_stop_again(self, supervisor, child);
    else if (child->state == ACT__CHILD_RESTARTING && supervisor->phase == ACT__SUPERVISOR_RUNNING)
        act__child_restart(self, supervisor, child);
    else if (child->is_killed && !act_pid_is_none(act__child_pid(child)))
        await_end(self, supervisor, child);
}

/* ------------------------------------------------------------------------------------- requests */

/*
 * One that waits to be restarted is known by the pid that it had, which leads to the handover that
 * it has left.
 */
static struct act__child *find_child_by_pid(const struct act__supervisor *supervisor, act_pid pid)
{
    struct act__child *child =
        act_pid_is_none(pid) ? NULL : act__children_by_pid(&supervisor->children, pid);
    act_pid handover;

    if (child != NULL || act_handover_of(supervisor->system, pid, &handover) != ACT_OK)
        return child;
    child = supervisor->children.first;
    while (child != NULL && child->handover != handover.local)
        child = child->order_next;
    return child;
}

static struct act__child *find_child_asked_for(struct act__supervisor *supervisor,
                                               const act_message      *request)
{
    const struct act__request *asked = (const struct act__request *)(const void *)request->as.bytes;
    if (request->tag == ACT__TAG_CANCEL_TASK)
        return act__children_by_task(&supervisor->children, asked->task);
    return request->tag == ACT__TAG_TERMINATE_CHILD_PID
               ? find_child_by_pid(supervisor, asked->pid)
               : act__children_by_id(&supervisor->children, asked->id);
}

/* It waited for another start. */
static void cancel_restart(act_self *self, struct act__supervisor *supervisor,
                           struct act__child *child)
{
    act__delay_call_off(self, child);
    act__child_rest(self, child);
    if (!act__child_stays(supervisor, child))
        act__child_drop(supervisor, child);
    else if (act__restarts_groups(supervisor))
        act__group_go_without(self, supervisor, child);
}

static void terminate_child(act_self *self, struct act__supervisor *supervisor,
                            act_message *request)
{
    struct act__child    *child = find_child_asked_for(supervisor, request);
    act_supervisor_answer answer = {.result = child != NULL ? ACT_OK : ACT_NOT_FOUND};

    if (child == NULL || act_pid_is_none(act__child_pid(child))) {
        act__request_answer(self, request, &answer);
        if (child != NULL && child->state != ACT__CHILD_DOWN)
            cancel_restart(self, supervisor, child);
        return;
    }
    act__requests_add(&child->waiting, request);
    if (child->state != ACT__CHILD_STOPPING)
        act__child_stop(self, supervisor, child);
}

static void start_child(act_self *self, struct act__supervisor *supervisor, act_message *request)
{
    struct act__child *child = request->as.resource.pointer;
    const char        *id = child->plan->id;
    struct act__child *there = act__children_by_id(&supervisor->children, id);

    if (there != NULL && there->state == ACT__CHILD_STOPPING) {
        act__requests_add(&there->waiting, request);
        return;
    }
    if ((child->plan->significant && supervisor->auto_shutdown == ACT_AUTO_SHUTDOWN_NEVER) ||
        (id[0] == '\0' && supervisor->strategy != ACT_STRATEGY_DYNAMIC)) {
        act__start_answer(self, child, ACT_INVALID, act_pid_none());
    } else if (there == NULL && act__children_are_full(supervisor)) {
        act__start_answer(self, child, ACT_FULL, act_pid_none());
    } else if (there == NULL) {
        (void)act_message_take_resource(request);
        act__children_add(&supervisor->children, child);
        act__child_start(self, supervisor, child, ACT__START_REQUEST);
    } else {
        act__start_answer(self, child, ACT_EXISTS, act__child_pid(there));
    }
    act_message_free(&request); /* and the child, if it is still in there */
}

/*
 * Whether what restart_child and delete_child ask for can be done; else the request is answered, or
 * waits.
 */
static bool is_at_rest(act_self *self, struct act__child *child, act_message *request)
{
    act_supervisor_answer answer = {.result = ACT_NOT_FOUND};

    if (child != NULL && child->state == ACT__CHILD_DOWN)
        return true;
    if (child != NULL && child->state == ACT__CHILD_STOPPING) {
        act__requests_add(&child->waiting, request);
        return false;
    }
    if (child != NULL)
        answer = (act_supervisor_answer){.result = ACT_EXISTS, .child = act__child_pid(child)};
    act__request_answer(self, request, &answer);
    return false;
}

static void restart_child(act_self *self, struct act__supervisor *supervisor, act_message *request)
{
    struct act__child *child = find_child_asked_for(supervisor, request);

    if (!is_at_rest(self, child, request))
        return;
    child->answer = request;
    act__child_start(self, supervisor, child, ACT__START_AGAIN);
}

static void delete_child(act_self *self, struct act__supervisor *supervisor, act_message *request)
{
    const act_supervisor_answer deleted = {.result = ACT_OK};
    struct act__child          *child = find_child_asked_for(supervisor, request);

    if (!is_at_rest(self, child, request))
        return;
    act__child_drop(supervisor, child);
    act__request_answer(self, request, &deleted);
}

static bool fits_template(const struct act__supervisor *supervisor, size_t args_bytes)
{
    return args_bytes == 0 || args_bytes == supervisor->template->plan->behavior->args_bytes;
}

void act__request_release_args(const struct act__supervisor *supervisor, act_message *request)
{
    struct act__request *asked = (struct act__request *)(void *)request->as.bytes;
    size_t               args_bytes = request->bytes_count - sizeof *asked;

    if (request->tag == ACT__TAG_START_CHILD_ARGS && supervisor->template != NULL &&
        args_bytes != 0 && fits_template(supervisor, args_bytes) &&
        act__plan_args_release(supervisor->template->plan) != NULL)
        act__user_code_call(act__plan_args_release(supervisor->template->plan), asked->args);
}

static void start_child_args(act_self *self, struct act__supervisor *supervisor,
                             act_message *request)
{
    const struct act__request *asked = (const struct act__request *)(const void *)request->as.bytes;
    size_t                     args_bytes = request->bytes_count - sizeof *asked;
    act_supervisor_answer      refused = {.result = ACT_INVALID};
    struct act__child         *child = NULL;

    if (fits_template(supervisor, args_bytes)) {
        refused.result = act__children_are_full(supervisor) ? ACT_FULL : ACT_NO_MEMORY;
        if (refused.result != ACT_FULL)
            child = act__child_clone(supervisor->template, args_bytes != 0 ? asked->args : NULL);
    }
    if (child == NULL) {
        if (refused.result != ACT_INVALID)
            act__request_release_args(supervisor, request);
        act__request_answer(self, request, &refused);
        return;
    }
    child->answer = request;
    act__children_add(&supervisor->children, child);
    act__child_start(self, supervisor, child, ACT__START_REQUEST);
}

/* Calls with an id make no sense where there is a template, nor the others where all have ids. */
static bool makes_sense(const struct act__supervisor *supervisor, uint32_t tag)
{
    bool is_simple = tag == ACT__TAG_START_CHILD_ARGS || tag == ACT__TAG_TERMINATE_CHILD_PID;
    if (supervisor->strategy == ACT_STRATEGY_DYNAMIC)
        return tag != ACT__TAG_START_CHILD_ARGS && tag != ACT__TAG_RUN_TASK &&
               tag != ACT__TAG_CANCEL_TASK;
    if (tag == ACT__TAG_RUN_TASK || tag == ACT__TAG_CANCEL_TASK)
        return supervisor->template != NULL &&
               supervisor->template->plan->behavior == &act__task_behavior;
    return is_simple == (supervisor->template != NULL);
}

static void refuse(act_self *self, act_message *request)
{
    const act_supervisor_answer invalid = {.result = ACT_INVALID};

    if (request->tag == ACT__TAG_START_CHILD) {
        act__start_answer(self, request->as.resource.pointer, ACT_INVALID, act_pid_none());
        act_message_free(&request);
    } else {
        act__request_answer(self, request, &invalid);
    }
}

static void handle_request(act_self *self, struct act__supervisor *supervisor, act_message *request)
{
    if (!makes_sense(supervisor, request->tag))
        refuse(self, request);
    else if (request->tag == ACT__TAG_RUN_TASK)
        act__task_start(self, supervisor, request);
    else if (request->tag == ACT__TAG_START_CHILD_ARGS)
        start_child_args(self, supervisor, request);
    else if (request->tag == ACT__TAG_START_CHILD)
        start_child(self, supervisor, request);
    else if (act__asks_to_stop_child(request))
        terminate_child(self, supervisor, request);
    else if (request->tag == ACT__TAG_RESTART_CHILD)
        restart_child(self, supervisor, request);
    else
        delete_child(self, supervisor, request);
}

/*
 * Changes wait until all children run, so that start order is spec order; and none overtakes
 * another.
 */
static void receive_request(act_self *self, struct act__supervisor *supervisor)
{
    act_message *request = act_take(self);

    if (request->tag == ACT__TAG_START_CHILD)
        act__request_pass_asker(((struct act__child *)request->as.resource.pointer)->answer,
                                request);
    if (supervisor->phase == ACT__SUPERVISOR_RUNNING &&
        act__requests_are_empty(&supervisor->held)) {
        handle_request(self, supervisor, request);
    } else {
        act__requests_add(&supervisor->held, request);
        if (supervisor->phase == ACT__SUPERVISOR_STOPPING)
            act__refuse_held(self, supervisor);
    }
}

static void get_childspec(act_self *self, struct act__supervisor *supervisor, act_message *request)
{
    const act_supervisor_answer not_found = {.result = ACT_NOT_FOUND};
    struct act__child          *child = find_child_asked_for(supervisor, request);

    if (child != NULL)
        act__answer_children(self, request, child, 1);
    else
        act__request_answer(self, request, &not_found);
}

/* ----------------------------------------------------------------------------- what children do */

bool act__child_watch(act_self *self, struct act__child *child)
{
    act_ref monitor; /* never taken back: see forget_instance */

    if (!child->is_watched)
        child->is_watched = act_monitor(self, &monitor, act__child_pid(child)) == ACT_OK;
    return child->is_watched;
}

static void abandon_handover(act_system *system, struct act__child *child)
{
    if (child->handover == 0)
        return;
    act_handover_abandon(system, (act_pid){.local = child->handover});
    child->handover = 0;
}

void act__child_rest(act_self *self, struct act__child *child)
{
    child->state = ACT__CHILD_DOWN;
    abandon_handover(act_self_system(self), child);
}

void act__child_drop(struct act__supervisor *supervisor, struct act__child *child)
{
    remove_pending(supervisor, child);
    abandon_handover(supervisor->system, child);
    act__children_remove(&supervisor->children, child);
    act__child_let_go(child);
}

static bool waits_to_be_restarted(const struct act__child *child)
{
    return child->state == ACT__CHILD_RESTARTING || child->state == ACT__CHILD_DELAYED;
}

static bool any_waits(const struct act__supervisor *supervisor, bool only_significant)
{
    for (const struct act__child *child = supervisor->children.first; child != NULL;
         child = child->order_next)
        if (waits_to_be_restarted(child) && (child->plan->significant || !only_significant))
            return true;
    return false;
}

/*
 * A significant child has ended by itself and is not restarted. Whether it was the last is to be
 * seen when all is settled: those of a group that is being restarted have not ended for good,
 * whether they wait or do not run just now.
 */
static void judge_significant_end(act_self *self, struct act__supervisor *supervisor)
{
    if (!supervisor->significant_ended || supervisor->phase != ACT__SUPERVISOR_RUNNING)
        return;
    if (supervisor->auto_shutdown == ACT_AUTO_SHUTDOWN_ALL_SIGNIFICANT) {
        if (act__restarts_groups(supervisor) && any_waits(supervisor, false))
            return;
        supervisor->significant_ended = false;
        if (supervisor->children.significant_count > 0 || any_waits(supervisor, true))
            return;
    }
    supervisor->tree_end = ACT_TREE_END_DONE;
    act__supervisor_stop(self, supervisor, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL));
}

static void handle_child_end(act_self *self, struct act__supervisor *supervisor,
                             struct act__child *child, act_exit_reason reason)
{
    bool again = child->plan->restart == ACT_RESTART_PERMANENT ||
                 (child->plan->restart == ACT_RESTART_TRANSIENT && !act_exit_is_clean(reason));

    child->state = ACT__CHILD_DOWN;
    if (child->plan->significant && !again)
        supervisor->significant_ended = true;
    if (!again && !act__child_stays(supervisor, child)) {
        act__child_drop(supervisor, child);
    } else if (again && supervisor->phase == ACT__SUPERVISOR_RUNNING) {
        act__child_restart(self, supervisor, child);
    } else if (again) {
        child->state = ACT__CHILD_RESTARTING;
        act__pending_add(supervisor, child);
    } else {
        act__child_rest(self, child);
    }
}

static void forget_instance(act_self *self, struct act__supervisor *supervisor,
                            struct act__child *child)
{
    if (child->has_timer)
        act_cancel_timer(self, child->timer);
    /*
     * The monitor's DOWN, if it is still to come, belongs to no child then: taking it back would
     * look through the inbox.
     */
    child->has_timer = child->is_watched = false;
    act_pid handover;
    child->handover = 0;
    if (act_handover_of(act_self_system(self), act__child_pid(child), &handover) == ACT_OK)
        child->handover = handover.local;
    act__children_set_pid(&supervisor->children, child, act_pid_none());
}

static void handle_child_gone(act_self *self, struct act__supervisor *supervisor,
                              struct act__child *child, act_exit_reason reason)
{
    act__tell_event(self, supervisor, child,
                    (act_supervision_event){.what = ACT_SUPERVISION_ENDED,
                                            .child = act__child_pid(child),
                                            .kind = reason.kind,
                                            .code = reason.code});
    child->end_kind = (uint8_t)reason.kind;
    child->end_code = reason.code;
    if (child->is_task)
        act__task_ended(self, child, reason);
    forget_instance(self, supervisor, child);
    child->since = act_now(self);
    if (supervisor->phase == ACT__SUPERVISOR_STOPPING || child->state == ACT__CHILD_STOPPING ||
        (supervisor->phase == ACT__SUPERVISOR_CLEARING && child->in_group))
        act__child_stopped(self, supervisor, child);
    else if (child->state == ACT__CHILD_STARTING)
        act__child_start_ended(self, supervisor, child, reason);
    else
        handle_child_end(self, supervisor, child, reason);
}

/* -------------------------------------------------------------------------------- what it hears */

static void receive_exit(act_self *self, struct act__supervisor *supervisor,
                         const act_message *message)
{
    act_pid            sender = act_message_sender(message);
    struct act__child *child = act__children_by_pid(&supervisor->children, sender);
    act_pid            handover;

    if (child != NULL && act_handover_of(act_self_system(self), sender, &handover) == ACT_EXISTS) {
        /*
         * It only pretends to have ended. It does now, and its end counts: the next must not meet
         * it.
         */
        act__child_kill(self, child);
        await_end(self, supervisor, child);
    } else if (child != NULL) {
        handle_child_gone(self, supervisor, child, act_message_reason(message));
    } else if (act_pid_is_none(sender) && act_message_reason(message).kind == ACT_EXIT_KILL) {
        act__supervisor_abort(self, supervisor);
    } else if (act_pid_is_none(sender) || act_pid_equal(sender, act_self_parent(self))) {
        if (supervisor->phase != ACT__SUPERVISOR_STOPPING)
            supervisor->tree_end = ACT_TREE_END_TOLD;
        act__supervisor_stop(self, supervisor, act_message_reason(message));
    }
}

static void receive_continue(act_self *self, struct act__supervisor *supervisor)
{
    struct act__child *child;
    act_message       *request;

    supervisor->next_step = act_take(self);
    if ((child = take_pending(supervisor)) != NULL)
        handle_pending(self, supervisor, child);
    else if (supervisor->phase == ACT__SUPERVISOR_RUNNING &&
             (request = act__requests_take(&supervisor->held)) != NULL)
        handle_request(self, supervisor, request);
}

/* What comes from a child, or is about one. */
static void receive_about_child(act_self *self, struct act__supervisor *supervisor,
                                const act_message *message)
{
    bool               is_timer = message->tag == ACT__TAG_STOP_TIME_IS_UP;
    act_pid            pid = is_timer ? message->as.pid : act_message_sender(message);
    struct act__child *child = act__children_by_pid(&supervisor->children, pid);

    if (is_timer && act_pid_is_none(pid))
        act__all_are_overdue(self, supervisor);
    else if (child == NULL && message->tag == ACT_MESSAGE_DOWN)
        act__subscriber_ended(supervisor, message->ref);
    if (child == NULL)
        return;
    if (message->tag == ACT_MESSAGE_STARTED)
        child->has_begun |= act_started_has_begun(message);
    if (is_timer)
        act__child_is_overdue(self, child);
    else if (message->tag == ACT_MESSAGE_DOWN)
        handle_child_gone(self, supervisor, child, act_message_reason(message));
    else if (child->state == ACT__CHILD_STARTING && child->start_result == ACT_OK)
        act__child_started(self, supervisor, child, (act_result)message->as.int64);
    else if (child->state == ACT__CHILD_STOPPING && message->as.int64 == ACT_OK)
        act__start_answer(self, child, ACT_OK, pid); /* it did start, if only to be stopped at
                                                        once */
}

static void handle(act_self *self, struct act__supervisor *supervisor, const act_message *message)
{
    switch (message->tag) {
    case ACT_MESSAGE_EXIT: receive_exit(self, supervisor, message); break;
    case ACT_MESSAGE_STARTED:
    case ACT_MESSAGE_DOWN:
    case ACT__TAG_STOP_TIME_IS_UP: receive_about_child(self, supervisor, message); break;
    case ACT__TAG_CONTINUE: receive_continue(self, supervisor); break;
    case ACT__TAG_START_CHILD:
    case ACT__TAG_TERMINATE_CHILD:
    case ACT__TAG_RESTART_CHILD:
    case ACT__TAG_DELETE_CHILD:
    case ACT__TAG_START_CHILD_ARGS:
    case ACT__TAG_RUN_TASK:
    case ACT__TAG_CANCEL_TASK:
    case ACT__TAG_TERMINATE_CHILD_PID: receive_request(self, supervisor); break;
    case ACT__TAG_COUNT_CHILDREN: act__answer_count(self, supervisor, act_take(self)); break;
    case ACT__TAG_WHICH_CHILDREN:
        act__answer_children(self, act_take(self), supervisor->children.first,
                             supervisor->children.count);
        break;
    case ACT__TAG_GET_CHILDSPEC: get_childspec(self, supervisor, act_take(self)); break;
    case ACT__TAG_SUBSCRIBE: act__subscribe(self, supervisor, act_take(self)); break;
    case ACT__TAG_UNSUBSCRIBE: act__unsubscribe(self, supervisor, act_take(self)); break;
    case ACT__TAG_DELAY_IS_OVER:
        act__delay_is_over(self, supervisor, message->as.resource.pointer);
        break;
    default: act_unknown(self, message); break;
    }
    judge_significant_end(self, supervisor);
    continue_later(self, supervisor);
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct act__supervisor *supervisor = *(struct act__supervisor **)state;

    act__lock_leavable(&supervisor->mutex);
    handle(self, supervisor, message);
    act__unlock_leavable(&supervisor->mutex);
}

static act_result init(act_self *self, void *state, const void *args)
{
    struct act__supervisor *supervisor = *(struct act__supervisor *const *)args;

    *(struct act__supervisor **)state = supervisor;
    act__lock_leavable(&supervisor->mutex);
    supervisor->tree_end = ACT_TREE_END_GAVE_UP; /* unless it turns out otherwise */
    supervisor->pid = act_self_pid(self);
    supervisor->since = act_now(self);
    supervisor->cursor = supervisor->children.first;
    if (act_trap_exits(self, true) == ACT_OK && act_trap_kill(self) == ACT_OK)
        act__start_next(self, supervisor);
    else
        act__supervisor_stop(self, supervisor,
                             act_exit_reason_make(ACT_EXIT_ERROR, ACT_NO_MEMORY, NULL));
    act__unlock_leavable(&supervisor->mutex);
    return ACT_OK; /* what could not be started is told by the announcement and the end */
}

/* ------------------------------------------------------------------------ birth and abandonment */

static const act_behavior running_behavior = {
    .name = "supervisor",
    .state_bytes = sizeof(struct act__supervisor *),
    .args_bytes = sizeof(struct act__supervisor *),
    .init = init,
    .receive = receive,
};

/*
 * However it has ended. What its children refer to goes when the last of their instances has gone,
 * too.
 */
static void destroy(void *context)
{
    struct act__supervisor *supervisor = context;

    act__tree_leave(supervisor);
    if (supervisor->is_root)
        act_system_tree_ended(supervisor->system, (act_tree_end)supervisor->tree_end);
    act__requests_free(&supervisor->held);
    act__subscribers_free(supervisor);
    for (struct act__child *child = supervisor->children.first; child != NULL;
         child = child->order_next) {
        act__requests_free(&child->waiting);
        abandon_handover(supervisor->system, child);
    }
    act__children_fini(&supervisor->children);
    act__restart_window_fini(&supervisor->window);
    act_message_free(&supervisor->next_step);
    act_message_free(&supervisor->announcement);
    if (supervisor->template != NULL)
        act__child_let_go(supervisor->template);
    if (supervisor->from != NULL)
        act__child_let_go(supervisor->from);
    act__supervisor_free(supervisor);
}

/* It never came to be: what the spec refers to still belongs to the caller. */
static void discard(struct act__supervisor *supervisor)
{
    while (supervisor->children.first != NULL) {
        struct act__child *child = supervisor->children.first;
        act__children_remove(&supervisor->children, child);
        act__child_forget(child);
    }
    if (supervisor->template != NULL)
        act__child_forget(supervisor->template);
    supervisor->template = NULL;
    destroy(supervisor);
}

static bool add_children(struct act__supervisor *supervisor, const act_supervisor_spec *spec)
{
    for (size_t i = 0; i < spec->children_count; i++) {
        struct act__child *child = act__child_create(&spec->children[i]);
        if (child == NULL)
            return false;
        if (spec->strategy == ACT_STRATEGY_SIMPLE_ONE_FOR_ONE)
            supervisor->template = child;
        else
            act__children_add(&supervisor->children, child);
    }
    return true;
}

/* All that it will need to go on without memory is made here. NULL: there is no memory. */
static struct act__supervisor *create(const act_supervisor_spec *spec, bool announces)
{
    struct act__supervisor *supervisor = act__supervisor_allocate(sizeof *supervisor);

    if (supervisor == NULL)
        return NULL;
    supervisor->strategy = (uint8_t)spec->strategy;
    supervisor->auto_shutdown = (uint8_t)spec->auto_shutdown;
    supervisor->backoff = spec->backoff;
    supervisor->children_max = spec->children_max;
    supervisor->tree_end = ACT_TREE_END_EARLY;
    act__children_init(&supervisor->children);
    act__restart_window_init(&supervisor->window, spec->intensity,
                             spec->period != 0 ? spec->period : ACT_SECONDS(5));
    if (!add_children(supervisor, spec) ||
        act__request_create_value(&supervisor->next_step, ACT__TAG_CONTINUE, act_nothing()) !=
            ACT_OK ||
        (announces && act__request_create_value(&supervisor->announcement, ACT_MESSAGE_STARTED,
                                                act_int64(0)) != ACT_OK)) {
        discard(supervisor);
        return NULL;
    }
    return supervisor;
}

/* Exactly one of self and system is not NULL. The options become the supervisor's own. */
static act_result spawn(act_self *self, act_system *system, act_pid *pid,
                        const act_supervisor_spec *spec, struct act__spawn_options *options,
                        struct act__child *from)
{
    act_spawn_options      *mine = &options->spawn;
    struct act__supervisor *supervisor = create(spec, self != NULL && mine->announce);

    if (supervisor == NULL)
        return ACT_NO_MEMORY;
    if ((supervisor->from = from) != NULL)
        act__child_hold(from);
    supervisor->system = self != NULL ? act_self_system(self) : system;
    if (mine->name != NULL)
        snprintf(supervisor->name, sizeof supervisor->name, "%s", mine->name);
    act__tree_enter(supervisor);
    mine->announce = false; /* init returns long before all children run */
    supervisor->on_end = (act_on_end){
        .run = destroy, .context = supervisor, .label = from != NULL ? from->plan->id : NULL};
    options->lifecycle.on_end = &supervisor->on_end;
    if ((supervisor->is_root = self == NULL))
        act_system_tree_begins(supervisor->system);
    act_result result = self != NULL
                            ? act_spawn_link(self, pid, &running_behavior, &supervisor, mine)
                            : act_system_spawn(system, pid, &running_behavior, &supervisor, mine);
    if (result != ACT_OK) {
        supervisor->tree_end = ACT_TREE_END_TOLD;
        discard(supervisor);
    }
    return result;
}

static bool read_options(struct act__spawn_options *ours, const act_spawn_options *theirs)
{
    return act__spawn_options_read(ours, theirs) && ours->spawn.inbox_max == 0 &&
           ours->lifecycle.on_end == NULL &&
           (ours->lifecycle.handover == ACT_HANDOVER_NONE ||
            ours->lifecycle.handover == ACT_HANDOVER_DROP);
}

act_result act__supervisor_spawn_link(act_self *self, act_pid *pid, const act_supervisor_spec *spec,
                                      struct act__spawn_options *options, struct act__child *from)
{
    return spawn(self, NULL, pid, spec, options, from);
}

/* From a handler or from a thread: self or system. */
static act_result check_and_spawn(act_self *self, act_system *system, act_pid *pid,
                                  const act_supervisor_spec *spec, const act_spawn_options *options)
{
    struct act__spawn_options ours;
    if (!read_options(&ours, options) || act_supervisor_check(spec, NULL, 0) != ACT_OK)
        return ACT_INVALID;
    return spawn(self, system, pid, spec, &ours, NULL);
}

act_result act_supervisor_spawn_link(act_self *self, act_pid *supervisor,
                                     const act_supervisor_spec *spec,
                                     const act_spawn_options   *options)
{
    return check_and_spawn(self, NULL, supervisor, spec, options);
}

act_result act_system_spawn_supervisor(act_system *system, act_pid *supervisor,
                                       const act_supervisor_spec *spec,
                                       const act_spawn_options   *options)
{
    return check_and_spawn(NULL, system, supervisor, spec, options);
}

/* ---------------------------------------------------------------------- supervisors as children */

/* Reached only if a program spawns the behaviour of such a spec itself. */
static act_result init_by_itself(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    return ACT_INVALID;
}

static void receive_nothing(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

const act_behavior act__supervisor_behavior = {
    .name = "supervisor",
    .args_bytes = sizeof(act_supervisor_spec),
    .init = init_by_itself,
    .receive = receive_nothing,
};

act_child_spec act_supervisor_child(const char *id, const act_supervisor_spec *spec)
{
    act_child_spec child = {
        .id = id,
        .behavior = &act__supervisor_behavior,
        .args = spec,
        .restart = ACT_RESTART_PERMANENT,
        .shutdown = ACT_FOREVER,
        .type = ACT_CHILD_SUPERVISOR,
    };
    return child;
}
