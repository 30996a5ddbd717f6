/*
 * Links: which actors fall together, what trapping does, and what a monitor sees. In the
 * simulation, so the order is always the same.
 */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>

#define PRINTER_MESSAGES(MESSAGE) MESSAGE(printer_fail, ACT_NO_FIELDS)
ACT_SCHEMA(printer, PRINTER_MESSAGES);

/* ---- a worker: fails when told to ---- */

static void work(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (printer_tag_of(message) == printer_fail_tag)
        act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 7, "out of paper"));
}

/*
 * Runs however the actor ends, a panic included: the place to close what the framework does not
 * know.
 */
static void cleaned_up(void *name)
{
    printf("  %s: cleaned up\n", (const char *)name);
}

static act_result begin(act_self *self, void *state, const void *args)
{
    (void)state;
    return act_defer(self, cleaned_up, *(void *const *)args);
}

static const act_behavior worker = {
    .name = "worker",
    .args_bytes = sizeof(const char *),
    .init = begin,
    .receive = work,
};

/* ---- an office of two linked workers, and a chief that watches ---- */

static void report(const char *what, const act_message *message)
{
    act_exit_reason reason = act_message_reason(message);
    printf("  chief: %s: %s%s%s\n", what, act_exit_kind_text(reason.kind),
           reason.text != NULL ? ", " : "", reason.text != NULL ? reason.text : "");
}

struct chief {
    act_pid printer, copier;
    act_ref monitor;
};

static act_result open_office(act_self *self, void *state, const void *args)
{
    static const char *const names[] = {"printer", "copier"};
    struct chief            *chief = state;
    (void)args;
    act_result result = act_trap_exits(self, true); /* exits of linked actors come as messages */
    if (result == ACT_OK)
        result = act_spawn_link(self, &chief->printer, &worker, &names[0], NULL);
    if (result == ACT_OK)
        result = act_spawn_monitor(self, &chief->copier, &chief->monitor, &worker, &names[1], NULL);
    if (result == ACT_OK)
        act_tell(self, chief->printer, printer_fail);
    return result;
}

static void watch(act_self *self, void *state, const act_message *message)
{
    struct chief *chief = state;
    if (message->tag == ACT_MESSAGE_EXIT) {
        report("the linked worker ended", message);
        if (act_exit_other(self, chief->copier, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)) !=
            ACT_OK)
            act_panic(self, "cannot kill");
    } else if (message->tag == ACT_MESSAGE_DOWN) {
        report("the monitored worker ended", message);
        printf("  chief: I have trapped an exit and seen a DOWN, and I am still here\n");
        act_panic(self, "now I fall too");
    }
}

static const act_behavior chief = {
    .name = "chief",
    .state_bytes = sizeof(struct chief),
    .init = open_office,
    .receive = watch,
};

static void log_line(void *context, act_log_level level, const char *text)
{
    (void)context;
    (void)level;
    printf("log: %s\n", text);
}

int main(void)
{
    act_simulation *simulation;
    act_pid         pid;
    act_result result = act_simulation_create(&simulation, 3, ACT_SYSTEM_OPTIONS(.log = log_line));
    if (result != ACT_OK)
        return 1;
    result = act_system_spawn(act_simulation_system(simulation), &pid, &chief, NULL, NULL);
    if (result == ACT_OK)
        result = act_simulation_run(simulation, NULL, 1000);
    act_simulation_destroy(&simulation);
    return result != ACT_OK;
}
