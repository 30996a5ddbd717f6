/* Workers that do as planned, a client that asks, and a log, all in one seeded simulation. */
/* SPDX-License-Identifier: MIT */
#include <test/supervisor/fixture.h>

#include <stdio.h>
#include <string.h>

act_simulation *fixture_simulation;
act_system     *fixture_system;
char            fixture_log[8192];

/* So many turns mean that an actor turns in circles. */
#define STEPS_MAX 5000000u

static act_pid client;

/* Ends that the client has heard of, newest first overwritten when full. */
static struct {
    act_pid pid;
    int     kind, code;
} ends[256];
static unsigned ends_count;

void fixture_note(const char *id, char what)
{
    size_t used = strlen(fixture_log);
    snprintf(fixture_log + used, sizeof fixture_log - used, "%s%c ", id, what);
}

void fixture_clear_log(void)
{
    fixture_log[0] = '\0';
}

/* -------------------------------------------------------------------------------------- workers */

static act_millis fixture_now(void)
{
    return act_simulation_now(fixture_simulation);
}

static void worker_has_ended(void *context)
{
    struct fixture_plan *plan = context;
    plan->alive = false;
    plan->ends++;
    plan->ended_at = fixture_now();
    fixture_note(plan->id, '-');
}

static act_result worker_fails(act_self *self, struct fixture_plan *plan)
{
    switch (plan->fail_how) {
    case FIXTURE_IGNORE: return ACT_IGNORE;
    case FIXTURE_UNLINK_AND_PANIC:
        act_unlink(self, act_self_parent(self));
        act_panic(self, "planned");
    case FIXTURE_PANIC: act_panic(self, "planned");
    case FIXTURE_EXIT:
        act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 7, "planned"));
        return ACT_OK;
    case FIXTURE_REFUSE: break;
    }
    return ACT_OS;
}

static act_result worker_init(act_self *self, void *state, const void *args)
{
    struct fixture_plan *plan = *(struct fixture_plan *const *)args;

    *(struct fixture_plan **)state = plan;
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
    plan->started_at = fixture_now();
    fixture_note(plan->id, '+');
    return ACT_OK;
}

static void worker_is_told_to_end(act_self *self, struct fixture_plan *plan)
{
    act_ref timer;

    if (plan->ignores_exits)
        return;
    if (plan->end_delay == 0 ||
        act_tell_after_value(self, &timer, act_self_pid(self), FIXTURE_DO_END, act_nothing(),
                             plan->end_delay) != ACT_OK)
        act_exit(self, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL));
}

static void worker_receive(act_self *self, void *state, const act_message *message)
{
    struct fixture_plan *plan = *(struct fixture_plan **)state;

    switch (message->tag) {
    case ACT_MESSAGE_EXIT: worker_is_told_to_end(self, plan); break;
    case FIXTURE_DO_FAIL:
        act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 7, "asked to"));
        break;
    case FIXTURE_DO_WRITE_KEPT_AND_PANIC: *plan->kept += 100; act_panic(self, "asked to");
    case FIXTURE_DO_PANIC: act_panic(self, "asked to");
    case FIXTURE_DO_SAY_X:
    case FIXTURE_DO_SAY_Y:
    case FIXTURE_DO_SAY_Z:
        fixture_note(plan->id, (char)('x' + (message->tag - FIXTURE_DO_SAY_X)));
        break;
    case FIXTURE_DO_NORMAL: act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL)); break;
    case FIXTURE_DO_SHUTDOWN:
    case FIXTURE_DO_END: act_exit(self, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)); break;
    case FIXTURE_DO_UNLINK: act_unlink(self, act_self_parent(self)); break;
    case FIXTURE_DO_FORGE:
        (void)!act_exit_other(
            self, act_pid_is_none(plan->forge_to) ? act_self_parent(self) : plan->forge_to,
            act_exit_reason_make(ACT_EXIT_ERROR, 8, "forged"));
        break;
    default: break;
    }
}

static void worker_terminate(act_self *self, void *state, act_exit_reason reason)
{
    struct fixture_plan *plan = *(struct fixture_plan **)state;

    plan->last_kind = reason.kind;
    if (plan->panics_at_end)
        act_panic(self, "in terminate");
}

const act_behavior fixture_worker = {
    .name = "worker",
    .state_bytes = sizeof(struct fixture_plan *),
    .args_bytes = sizeof(struct fixture_plan *),
    .init = worker_init,
    .receive = worker_receive,
    .terminate = worker_terminate,
};

act_child_spec fixture_child(struct fixture_plan *plan)
{
    plan->self = plan;
    act_child_spec spec = {.id = plan->id, .behavior = &fixture_worker, .args = &plan->self};
    return spec;
}

void fixture_args_release(void *args)
{
    (*(struct fixture_plan **)args)->args_released++;
}

/* --------------------------------------------------------------------------------------- client */

enum { CLIENT_ASK = 1, CLIENT_WATCH };

static struct fixture_call *calls[64];

static void client_asks(act_self *self, struct fixture_call *call)
{
    act_millis timeout = call->timeout != 0 ? call->timeout : ACT_FOREVER;

    call->called = true;
    switch (call->what) {
    case FIXTURE_START:
        call->asked =
            act_supervisor_start_child(self, &call->ref, call->supervisor, call->spec, timeout);
        break;
    case FIXTURE_START_ARGS:
        call->asked = act_supervisor_start_child_args(
            self, &call->ref, call->supervisor, call->plan != NULL ? &call->plan->self : NULL,
            call->plan != NULL ? sizeof call->plan->self : 0, timeout);
        break;
    case FIXTURE_TERMINATE_PID:
        call->asked = act_supervisor_terminate_child_pid(self, &call->ref, call->supervisor,
                                                         call->child, timeout);
        break;
    case FIXTURE_TERMINATE:
        call->asked =
            act_supervisor_terminate_child(self, &call->ref, call->supervisor, call->id, timeout);
        break;
    case FIXTURE_RESTART:
        call->asked =
            act_supervisor_restart_child(self, &call->ref, call->supervisor, call->id, timeout);
        break;
    case FIXTURE_DELETE:
        call->asked =
            act_supervisor_delete_child(self, &call->ref, call->supervisor, call->id, timeout);
        break;
    case FIXTURE_GET:
        call->asked =
            act_supervisor_get_childspec(self, &call->ref, call->supervisor, call->id, timeout);
        break;
    case FIXTURE_COUNT:
        call->asked = act_supervisor_count_children(self, &call->ref, call->supervisor, timeout);
        break;
    case FIXTURE_WHICH:
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

static void client_hears(struct fixture_call *call, const act_message *message)
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
    ck_assert_int_eq(act_system_send(fixture_system, client, &message), ACT_OK);
}

void fixture_ask(struct fixture_call *call)
{
    call->tag = 0;
    client_tell(CLIENT_ASK, act_pointer(call));
}

void fixture_try_to_ask(struct fixture_call *call)
{
    act_system_tell_value(fixture_system, client, CLIENT_ASK, act_pointer(call));
}

act_supervisor_answer fixture_call(struct fixture_call call)
{
    fixture_ask(&call);
    fixture_run();
    ck_assert_int_eq(call.asked, ACT_OK);
    ck_assert_uint_eq(call.tag, ACT_MESSAGE_SUPERVISOR_ANSWER);
    return call.answer;
}

act_supervisor_answer fixture_start(act_pid supervisor, const act_child_spec *spec)
{
    return fixture_call(
        (struct fixture_call){.what = FIXTURE_START, .supervisor = supervisor, .spec = spec});
}

act_result fixture_terminate(act_pid supervisor, const char *id)
{
    return fixture_call(
               (struct fixture_call){.what = FIXTURE_TERMINATE, .supervisor = supervisor, .id = id})
        .result;
}

act_supervisor_answer fixture_restart(act_pid supervisor, const char *id)
{
    return fixture_call(
        (struct fixture_call){.what = FIXTURE_RESTART, .supervisor = supervisor, .id = id});
}

act_supervisor_answer fixture_delete(act_pid supervisor, const char *id)
{
    return fixture_call(
        (struct fixture_call){.what = FIXTURE_DELETE, .supervisor = supervisor, .id = id});
}

act_supervisor_answer fixture_count(act_pid supervisor)
{
    return fixture_call((struct fixture_call){.what = FIXTURE_COUNT, .supervisor = supervisor});
}

void fixture_watch(act_pid pid)
{
    client_tell(CLIENT_WATCH, act_pid_value(pid));
    fixture_run();
}

static int end_of(act_pid pid)
{
    for (unsigned i = 0; i < ends_count && i < 256; i++)
        if (act_pid_equal(ends[i].pid, pid))
            return (int)i;
    return -1;
}

int fixture_end_kind(act_pid pid)
{
    int place = end_of(pid);
    return place < 0 ? -1 : ends[place].kind;
}

int fixture_end_code(act_pid pid)
{
    int place = end_of(pid);
    return place < 0 ? -1 : ends[place].code;
}

bool fixture_is_alive(act_pid pid)
{
    int before = end_of(pid);
    if (before >= 0)
        return false;
    fixture_watch(pid);
    return end_of(pid) < 0;
}

/* --------------------------------------------------------------------------------------- parent */

static act_result parent_init(act_self *self, void *state, const void *args)
{
    struct fixture_parent *parent = *(struct fixture_parent *const *)args;

    *(struct fixture_parent **)state = parent;
    parent->pid = act_self_pid(self);
    ck_assert_int_eq(act_trap_exits(self, true), ACT_OK);
    parent->spawned = act_supervisor_spawn_link(self, &parent->supervisor, parent->spec,
                                                ACT_SPAWN_OPTIONS(.announce = true));
    return ACT_OK;
}

static void parent_receive(act_self *self, void *state, const act_message *message)
{
    struct fixture_parent *parent = *(struct fixture_parent **)state;
    act_exit_reason        reason = act_message_reason(message);

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
    .state_bytes = sizeof(struct fixture_parent *),
    .args_bytes = sizeof(struct fixture_parent *),
    .init = parent_init,
    .receive = parent_receive,
};

void fixture_parent_begin(struct fixture_parent *parent, const act_supervisor_spec *spec)
{
    act_pid pid;

    memset(parent, 0, sizeof *parent);
    parent->spec = spec;
    parent->started = -1;
    parent->exit_kind = -1;
    ck_assert_int_eq(act_system_spawn(fixture_system, &pid, &parent_behavior, &parent, NULL),
                     ACT_OK);
    parent->pid = pid;
}

void fixture_parent_end(struct fixture_parent *parent)
{
    act_system_tell_value(fixture_system, parent->pid, 1, act_nothing());
}

/* ------------------------------------------------------------------------------- the simulation */

static void no_log(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

void fixture_begin_with(uint64_t seed, fixture_dead_letter *dead_letter)
{
    const act_system_options *options =
        ACT_SYSTEM_OPTIONS(.log = no_log, .dead_letter = dead_letter);
    ck_assert_int_eq(act_simulation_create(&fixture_simulation, seed, options), ACT_OK);
    fixture_system = act_simulation_system(fixture_simulation);
    fixture_clear_log();
    ends_count = 0;
    memset(calls, 0, sizeof calls);
    ck_assert_int_eq(act_system_spawn(fixture_system, &client, &client_behavior, NULL, NULL),
                     ACT_OK);
    fixture_run();
}

void fixture_begin(uint64_t seed)
{
    fixture_begin_with(seed, NULL);
}

void fixture_run(void)
{
    ck_assert_int_eq(act_simulation_run(fixture_simulation, NULL, STEPS_MAX), ACT_OK);
}

void fixture_advance(act_millis amount)
{
    ck_assert_int_eq(act_simulation_advance(fixture_simulation, amount, STEPS_MAX), ACT_OK);
}

void fixture_end(void)
{
    act_simulation_destroy(&fixture_simulation);
}

act_pid fixture_root(const act_supervisor_spec *spec)
{
    act_pid pid;
    ck_assert_int_eq(act_system_spawn_supervisor(fixture_system, &pid, spec, NULL), ACT_OK);
    fixture_run();
    return pid;
}

void fixture_tell(const struct fixture_plan *plan, uint32_t what)
{
    act_system_tell_value(fixture_system, plan->pid, what, act_nothing());
}

void fixture_tell_name(const char *name, uint32_t what)
{
    act_pid pid;
    ck_assert_int_eq(act_whereis(fixture_system, &pid, name), ACT_OK);
    act_system_tell_value(fixture_system, pid, what, act_nothing());
}
