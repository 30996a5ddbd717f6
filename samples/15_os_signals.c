/* Signals of the operating system: SIGHUP reloads, SIGTERM stops the whole tree in order. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define SERVICE_MESSAGES(MESSAGE)                                                                  \
    MESSAGE(service_reload, ACT_NO_FIELDS)                                                         \
    MESSAGE(service_reloaded, ACT_NO_FIELDS)
ACT_SCHEMA(service, SERVICE_MESSAGES);

/* Sends the program a signal, as `kill -HUP` does: for this sample, which has to run by itself. */
static void signal_program(int number)
{
    kill(getpid(), number);
}

/* ---- a part of the service; its state is its name ---- */

static act_result part_begin(act_self *self, void *state, const void *args)
{
    const char **name = state;
    (void)self;
    *name = *(const char *const *)args;
    printf("%s: begins\n", *name);
    return ACT_OK;
}

static void part_receive(act_self *self, void *state, const act_message *message)
{
    if (service_tag_of(message) != service_reload_tag) {
        act_unknown(self, message);
        return;
    }
    printf("%s: reloads its configuration\n", *(const char **)state);
    act_answer(self, message, service_reloaded);
}

static void part_end(act_self *self, void *state, act_exit_reason reason)
{
    (void)self;
    printf("%s: ends, %s\n", *(const char **)state, act_exit_kind_text(reason.kind));
}

static const act_behavior part = {.name = "part",
                                  .state_bytes = sizeof(char *),
                                  .args_bytes = sizeof(char *),
                                  .init = part_begin,
                                  .receive = part_receive,
                                  .terminate = part_end};

/* ---- the actor that is told of signals ---- */

static act_result listen_to_signals(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    act_result result = act_os_signal(self, SIGHUP);
    if (result == ACT_OK)
        result = act_os_signal(self, SIGTERM);
    if (result == ACT_OK)
        signal_program(SIGHUP);
    return result;
}

static act_result reload(act_self *self)
{
    act_pid    store;
    act_ref    ask;
    act_result result = act_whereis(act_self_system(self), &store, "store");
    if (result == ACT_OK)
        result = act_ask(self, &ask, store, ACT_SECONDS(5), service_reload);
    return result;
}

/* It runs as any other handler: all that an actor may do can be done here. */
static void handle_signal(act_self *self, int number)
{
    if (number == SIGTERM) {
        printf("signals: SIGTERM\n");
        act_system_stop(act_self_system(self));
    } else {
        printf("signals: SIGHUP\n");
        if (reload(self) != ACT_OK)
            act_log(self, ACT_LOG_WARNING, "cannot reload");
    }
}

static void signals_receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == ACT_MESSAGE_OS_SIGNAL)
        handle_signal(self, (int)message->as.int64);
    else if (message->tag == service_reloaded_tag)
        signal_program(SIGTERM);
    else
        act_panic(self, "the store has not reloaded");
}

static const act_behavior signals = {
    .name = "signals", .init = listen_to_signals, .receive = signals_receive};

/* ---- the tree: started in this order, stopped in reverse ---- */

int main(void)
{
    static const char *const names[] = {"store", "gateway"};
    const act_child_spec     children[] = {
            {.id = "store",
             .behavior = &part,
             .args = &names[0],
             .options = ACT_SPAWN_OPTIONS(.name = "store")},
            {.id = "gateway", .behavior = &part, .args = &names[1]},
            {.id = "signals", .behavior = &signals},
    };
    const act_supervisor_spec tree = {.intensity = 1, .children = children, .children_count = 3};
    act_system               *system;
    act_pid                   supervisor;
    if (act_system_create(&system, NULL) != ACT_OK)
        return 1;
    act_result result = act_system_spawn_supervisor(system, &supervisor, &tree, NULL);
    if (result == ACT_OK)
        result = act_system_run(system);
    act_system_destroy(&system);
    printf("all has ended: %s\n", act_result_text(result));
    return result != ACT_OK;
}
