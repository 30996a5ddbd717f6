/* The actor that stops the system. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/shutdown.h>

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

struct shutdown {
    act_exit_report *report;
};

/* The root ends by itself only when restarts did not help, or a part could not be started. */
static void note_end(act_exit_report *report, act_exit_reason reason)
{
    report->kind = reason.kind;
    report->code = reason.code;
    snprintf(report->text, sizeof report->text, "%s",
             reason.text != NULL ? reason.text
                                 : "a part could not be started, or restarts did not help");
}

/* ---- SIGTERM while there is no such actor ---- */

static _Atomic int came_early; /* of any thread: two may be signalled at once */

static void note_sigterm(int signal)
{
    (void)signal;
    atomic_store_explicit(&came_early, 1,
                          memory_order_relaxed); /* lock-free, as a handler needs it */
}

void kv_shutdown_catch_sigterm(void)
{
    struct sigaction action = {.sa_handler = note_sigterm, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
}

/* ---- The actor ---- */

static void receive(act_self *self, void *state, const act_message *message)
{
    struct shutdown *shutdown = state;
    if (message->tag == ACT_MESSAGE_DOWN)
        note_end(shutdown->report, act_message_reason(message));
    if (message->tag == ACT_MESSAGE_DOWN || message->tag == ACT_MESSAGE_OS_SIGNAL)
        act_system_stop(act_self_system(self));
}

static act_result init(act_self *self, void *state, const void *args)
{
    struct shutdown               *shutdown = state;
    const struct kv_shutdown_args *mine = args;
    act_ref                        monitor;
    shutdown->report = mine->report;
    act_result result = act_os_signal(self, SIGTERM);
    if (result == ACT_OK)
        result = act_os_signal(self, SIGINT);
    if (result == ACT_OK)
        result = act_monitor(self, &monitor, mine->root);
    if (atomic_load_explicit(&came_early, memory_order_relaxed))
        act_system_stop(act_self_system(self));
    return result;
}

const act_behavior kv_shutdown = {
    .name = "shutdown",
    .state_bytes = sizeof(struct shutdown),
    .args_bytes = sizeof(struct kv_shutdown_args),
    .init = init,
    .receive = receive,
};
