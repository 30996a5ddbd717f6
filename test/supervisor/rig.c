/* Workers that do as planned, a client that asks, and a log, all in one seeded simulation. */
/* SPDX-License-Identifier: MIT */
#include <test/supervisor/rig.h>

#include <stdio.h>
#include <string.h>

act_simulation *rig_simulation;
act_system     *rig_system;
char            rig_log[8192];

/* So many turns mean that somebody turns in circles. */
#define STEPS_MAX 5000000u

static act_pid client;

/* Ends that the client has heard of, newest first overwritten when full. */
static struct {
    act_pid pid;
    int     kind, code;
} ends[256];
static unsigned ends_count;

void rig_note(const char *id, char what)
{
    size_t used = strlen(rig_log);
    snprintf(rig_log + used, sizeof rig_log - used, "%s%c ", id, what);
}

void rig_clear_log(void)
{
    rig_log[0] = '\0';
}

/* -------------------------------------------------------------------------------------- workers */

static act_millis rig_now(void)
{
    return act_simulation_now(rig_simulation);
}

static void worker_has_ended(void *context)
{
    struct rig_plan *plan = context;
    plan->alive = false;
    plan->ends++;
    plan->ended_at = rig_now();
    rig_note(plan->id, '-');
}

static act_result worker_fails(act_self *self, struct rig_plan *plan)
{
    switch (plan->fail_how) {
    case RIG_IGNORE: return ACT_IGNORE;
    case RIG_UNLINK_AND_PANIC: act_unlink(self, act_self_parent(self)); act_panic(self, "planned");
    case RIG_PANIC: act_panic(self, "planned");
    case RIG_EXIT:
        act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 7, "planned"));
        return ACT_OK;
    case RIG_REFUSE: break;
    }
    return ACT_OS;
}

static act_result worker_init(act_self *self, void *state, const void *args)
{
    struct rig_plan *plan = *(struct rig_plan *const *)args;

    *(struct rig_plan **)state = plan;
    ck_assert_msg(plan->after == NULL || plan->after->starts_ok > 0, "%s started too early",
                  plan->id);
    ck_assert_msg(!plan->alive, "two instances of %s at once", plan->id);
    if (act_defer(self, worker_has_ended, plan) != ACT_OK)
        return ACT_NO_MEMORY;
    plan->alive = true;
    plan->starts++;
    plan->pid = act_self_pid(self);
    plan->kept = act_kept(self);
    if (plan->kept != NULL)
        ++*plan->kept;
    if (plan->starts >= plan->fail_first && plan->starts < plan->fail_first + plan->fail_count)
        return worker_fails(self, plan);
    if (plan->unlinks)
        act_unlink(self, act_self_parent(self));
    if (plan->traps && act_trap_exits(self, true) != ACT_OK)
        return ACT_NO_MEMORY;
    plan->starts_ok++;
    plan->started_at = rig_now();
    rig_note(plan->id, '+');
    return ACT_OK;
}

static void worker_is_told_to_end(act_self *self, struct rig_plan *plan)
{
    act_ref timer;

    if (plan->ignores_exits)
        return;
    if (plan->end_delay == 0 || act_tell_value_after(self, &timer, act_self_pid(self), RIG_DO_END,
                                                     act_nothing(), plan->end_delay) != ACT_OK)
        act_exit(self, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL));
}

static void worker_receive(act_self *self, void *state, const act_message *message)
{
    struct rig_plan *plan = *(struct rig_plan **)state;

    switch (message->tag) {
    case ACT_MESSAGE_EXIT: worker_is_told_to_end(self, plan); break;
    case RIG_DO_FAIL: act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 7, "asked to")); break;
    case RIG_DO_WRITE_KEPT_AND_PANIC: *plan->kept += 100; act_panic(self, "asked to");
    case RIG_DO_PANIC: act_panic(self, "asked to");
    case RIG_DO_SAY_X:
    case RIG_DO_SAY_Y:
    case RIG_DO_SAY_Z: rig_note(plan->id, (char)('x' + (message->tag - RIG_DO_SAY_X))); break;
    case RIG_DO_NORMAL: act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL)); break;
    case RIG_DO_SHUTDOWN:
    case RIG_DO_END: act_exit(self, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)); break;
    case RIG_DO_UNLINK: act_unlink(self, act_self_parent(self)); break;
    case RIG_DO_FORGE:
        (void)!act_exit_other(
            self, act_pid_is_none(plan->forge_to) ? act_self_parent(self) : plan->forge_to,
            act_exit_reason_make(ACT_EXIT_ERROR, 8, "forged"));
        break;
    default: break;
    }
}

static void worker_terminate(act_self *self, void *state, act_exit_reason reason)
{
    struct rig_plan *plan = *(struct rig_plan **)state;

    plan->last_kind = reason.kind;
    if (plan->panics_at_end)
        act_panic(self, "in terminate");
}

const act_behavior rig_worker = {
    .name = "worker",
    .state_bytes = sizeof(struct rig_plan *),
    .args_bytes = sizeof(struct rig_plan *),
    .init = worker_init,
    .receive = worker_receive,
    .terminate = worker_terminate,
};

act_child_spec rig_child(struct rig_plan *plan)
{
    plan->self = plan;
    act_child_spec spec = {.id = plan->id, .behavior = &rig_worker, .args = &plan->self};
    return spec;
}

void rig_args_release(void *args)
{
    (*(struct rig_plan **)args)->args_released++;
}

/* --------------------------------------------------------------------------------------- client */

enum { CLIENT_ASK = 1, CLIENT_WATCH };

static struct rig_call *calls[64];

static void client_asks(act_self *self, struct rig_call *call)
{
    act_millis timeout = call->timeout != 0 ? call->timeout : ACT_FOREVER;

    call->called = true;
    switch (call->what) {
    case RIG_START:
        call->asked =
            act_supervisor_start_child(self, &call->ref, call->supervisor, call->spec, timeout);
        break;
    case RIG_START_ARGS:
        call->asked = act_supervisor_start_child_args(
            self, &call->ref, call->supervisor, call->plan != NULL ? &call->plan->self : NULL,
            call->plan != NULL ? sizeof call->plan->self : 0, timeout);
        break;
    case RIG_TERMINATE_PID:
        call->asked = act_supervisor_terminate_child_pid(self, &call->ref, call->supervisor,
                                                         call->child, timeout);
        break;
    case RIG_TERMINATE:
        call->asked =
            act_supervisor_terminate_child(self, &call->ref, call->supervisor, call->id, timeout);
        break;
    case RIG_RESTART:
        call->asked =
            act_supervisor_restart_child(self, &call->ref, call->supervisor, call->id, timeout);
        break;
    case RIG_DELETE:
        call->asked =
            act_supervisor_delete_child(self, &call->ref, call->supervisor, call->id, timeout);
        break;
    case RIG_GET:
        call->asked =
            act_supervisor_get_childspec(self, &call->ref, call->supervisor, call->id, timeout);
        break;
    case RIG_COUNT:
        call->asked = act_supervisor_count_children(self, &call->ref, call->supervisor, timeout);
        break;
    case RIG_WHICH:
        call->asked = act_supervisor_which_children(self, &call->ref, call->supervisor, timeout);
        break;
    }
    for (unsigned i = 0; call->asked == ACT_OK; i++) {
        if (calls[i] == NULL) {
            calls[i] = call;
            return;
        }
    }
}

static void client_hears(struct rig_call *call, const act_message *message)
{
    const act_child_info *rows = act_supervisor_children_read(message, &call->rows_count);

    call->tag = message->tag;
    if (rows != NULL && call->rows_count <= 32)
        memcpy(call->rows, rows, call->rows_count * sizeof rows[0]);
    if (message->tag == ACT_MESSAGE_SUPERVISOR_ANSWER)
        ck_assert_int_eq(act_supervisor_answer_read(message, &call->answer), ACT_OK);
    else
        ck_assert_int_eq(act_supervisor_answer_read(message, &call->answer), ACT_MALFORMED);
}

static void client_receive(act_self *self, void *state, const act_message *message)
{
    act_ref monitor;

    (void)state;
    if (message->tag == CLIENT_ASK) {
        client_asks(self, message->as.pointer);
    } else if (message->tag == CLIENT_WATCH) {
        ck_assert_int_eq(act_monitor(self, &monitor, message->as.pid), ACT_OK);
    } else {
        for (unsigned i = 0; i < 64; i++) {
            if (calls[i] != NULL && act_ref_equal(calls[i]->ref, message->ref)) {
                client_hears(calls[i], message);
                calls[i] = NULL;
                return;
            }
        }
        ck_assert_uint_eq(message->tag, ACT_MESSAGE_DOWN);
        ends[ends_count % 256].pid = act_message_sender(message);
        ends[ends_count % 256].kind = (int)act_message_reason(message).kind;
        ends[ends_count++ % 256].code = act_message_reason(message).code;
    }
}

static const act_behavior client_behavior = {.name = "client", .receive = client_receive};

static void client_tell(uint32_t tag, act_value value)
{
    act_message *message;
    ck_assert_int_eq(act_message_create_value(&message, tag, value), ACT_OK);
    ck_assert_int_eq(act_system_send(rig_system, client, &message), ACT_OK);
}

void rig_ask(struct rig_call *call)
{
    call->tag = 0;
    client_tell(CLIENT_ASK, act_pointer(call));
}

void rig_try_to_ask(struct rig_call *call)
{
    act_system_tell_value(rig_system, client, CLIENT_ASK, act_pointer(call));
}

act_supervisor_answer rig_call(struct rig_call call)
{
    rig_ask(&call);
    rig_run();
    ck_assert_int_eq(call.asked, ACT_OK);
    ck_assert_uint_eq(call.tag, ACT_MESSAGE_SUPERVISOR_ANSWER);
    return call.answer;
}

act_supervisor_answer rig_start(act_pid supervisor, const act_child_spec *spec)
{
    return rig_call((struct rig_call){.what = RIG_START, .supervisor = supervisor, .spec = spec});
}

act_result rig_terminate(act_pid supervisor, const char *id)
{
    return rig_call((struct rig_call){.what = RIG_TERMINATE, .supervisor = supervisor, .id = id})
        .result;
}

act_supervisor_answer rig_restart(act_pid supervisor, const char *id)
{
    return rig_call((struct rig_call){.what = RIG_RESTART, .supervisor = supervisor, .id = id});
}

act_supervisor_answer rig_delete(act_pid supervisor, const char *id)
{
    return rig_call((struct rig_call){.what = RIG_DELETE, .supervisor = supervisor, .id = id});
}

act_supervisor_answer rig_count(act_pid supervisor)
{
    return rig_call((struct rig_call){.what = RIG_COUNT, .supervisor = supervisor});
}

void rig_watch(act_pid pid)
{
    client_tell(CLIENT_WATCH, act_pid_value(pid));
    rig_run();
}

static int end_of(act_pid pid)
{
    for (unsigned i = 0; i < ends_count && i < 256; i++)
        if (act_pid_equal(ends[i].pid, pid))
            return (int)i;
    return -1;
}

int rig_end_kind(act_pid pid)
{
    int place = end_of(pid);
    return place < 0 ? -1 : ends[place].kind;
}

int rig_end_code(act_pid pid)
{
    int place = end_of(pid);
    return place < 0 ? -1 : ends[place].code;
}

bool rig_is_alive(act_pid pid)
{
    int before = end_of(pid);
    if (before >= 0)
        return false;
    rig_watch(pid);
    return end_of(pid) < 0;
}

/* --------------------------------------------------------------------------------------- parent */

static act_result parent_init(act_self *self, void *state, const void *args)
{
    struct rig_parent *parent = *(struct rig_parent *const *)args;

    *(struct rig_parent **)state = parent;
    parent->pid = act_self_pid(self);
    ck_assert_int_eq(act_trap_exits(self, true), ACT_OK);
    parent->spawned = act_supervisor_spawn_link(self, &parent->supervisor, parent->spec,
                                                ACT_SPAWN_OPTIONS(.announce = true));
    return ACT_OK;
}

static void parent_receive(act_self *self, void *state, const act_message *message)
{
    struct rig_parent *parent = *(struct rig_parent **)state;
    act_exit_reason    reason = act_message_reason(message);

    if (message->tag == ACT_MESSAGE_STARTED) {
        ck_assert_int_eq(parent->started, -1);
        ck_assert(act_pid_equal(act_message_sender(message), parent->supervisor));
        parent->started = message->as.int64;
    } else if (message->tag == ACT_MESSAGE_EXIT &&
               act_pid_equal(act_message_sender(message), parent->supervisor)) {
        parent->exits++;
        parent->exit_kind = (int)reason.kind;
        parent->exit_code = reason.code;
        snprintf(parent->exit_text, sizeof parent->exit_text, "%s",
                 reason.text != NULL ? reason.text : "");
    } else {
        act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 9, "told to"));
    }
}

static const act_behavior parent_behavior = {
    .name = "parent",
    .state_bytes = sizeof(struct rig_parent *),
    .args_bytes = sizeof(struct rig_parent *),
    .init = parent_init,
    .receive = parent_receive,
};

void rig_parent_begin(struct rig_parent *parent, const act_supervisor_spec *spec)
{
    act_pid pid;

    memset(parent, 0, sizeof *parent);
    parent->spec = spec;
    parent->started = -1;
    parent->exit_kind = -1;
    ck_assert_int_eq(act_system_spawn(rig_system, &pid, &parent_behavior, &parent, NULL), ACT_OK);
    parent->pid = pid;
}

void rig_parent_end(struct rig_parent *parent)
{
    act_system_tell_value(rig_system, parent->pid, 1, act_nothing());
}

/* ------------------------------------------------------------------------------- the simulation */

static void no_log(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

void rig_begin_with(uint64_t seed, rig_dead_letter *dead_letter)
{
    const act_system_options *options =
        ACT_SYSTEM_OPTIONS(.log = no_log, .dead_letter = dead_letter);
    ck_assert_int_eq(act_simulation_create(&rig_simulation, seed, options), ACT_OK);
    rig_system = act_simulation_system(rig_simulation);
    rig_clear_log();
    ends_count = 0;
    memset(calls, 0, sizeof calls);
    ck_assert_int_eq(act_system_spawn(rig_system, &client, &client_behavior, NULL, NULL), ACT_OK);
    rig_run();
}

void rig_begin(uint64_t seed)
{
    rig_begin_with(seed, NULL);
}

void rig_run(void)
{
    ck_assert_int_eq(act_simulation_run(rig_simulation, NULL, STEPS_MAX), ACT_OK);
}

void rig_advance(act_millis amount)
{
    ck_assert_int_eq(act_simulation_advance(rig_simulation, amount, STEPS_MAX), ACT_OK);
}

void rig_end(void)
{
    act_simulation_destroy(&rig_simulation);
}

act_pid rig_root(const act_supervisor_spec *spec)
{
    act_pid pid;
    ck_assert_int_eq(act_system_spawn_supervisor(rig_system, &pid, spec, NULL), ACT_OK);
    rig_run();
    return pid;
}

void rig_tell(const struct rig_plan *plan, uint32_t what)
{
    act_system_tell_value(rig_system, plan->pid, what, act_nothing());
}

void rig_tell_name(const char *name, uint32_t what)
{
    act_pid pid;
    ck_assert_int_eq(act_whereis(rig_system, &pid, name), ACT_OK);
    act_system_tell_value(rig_system, pid, what, act_nothing());
}
