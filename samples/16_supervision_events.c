/* What a supervisor tells: starts, ends, restarts that wait, and that it gives up; virtual time. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <inttypes.h>
#include <stdio.h>

#define PUMP_MESSAGES(MESSAGE) MESSAGE(pump_crash, ACT_NO_FIELDS)
ACT_SCHEMA(pump, PUMP_MESSAGES);

/* ---- what is supervised ---- */

static void pump_receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (pump_tag_of(message) == pump_crash_tag)
        act_panic(self, "no water");
}

static const act_behavior pump = {.name = "pump", .receive = pump_receive};

static const act_spawn_options pump_options = {.size = sizeof(act_spawn_options), .name = "pump"};
static const act_child_spec    children[] = {
       {.id = "valve", .behavior = &pump},
       {.id = "pump", .behavior = &pump, .options = &pump_options},
};
static const act_supervisor_spec plant = {
    .intensity = 2,
    .period = ACT_SECONDS(60),
    .backoff = {.min = ACT_SECONDS(1), .max = ACT_SECONDS(10)},
    .children = children,
    .children_count = 2,
};

/* ---- the watcher: is told what happens from when it has subscribed ---- */

static act_result subscribe(act_self *self, void *state, const void *args)
{
    act_ref    ask;
    act_pid    supervisor;
    act_result result = act_trap_exits(self, true); /* else that end would be its own */
    (void)state, (void)args;
    if (result == ACT_OK)
        result = act_supervisor_spawn_link(self, &supervisor, &plant, NULL);
    if (result == ACT_OK)
        result = act_supervisor_subscribe(self, &ask, supervisor, ACT_SECONDS(5));
    return result;
}

static void print_event(const act_supervision_event *event)
{
    printf("%5" PRId64 " ms: ", event->at);
    switch (event->what) {
    case ACT_SUPERVISION_STARTED: printf("%s has started\n", event->id); break;
    case ACT_SUPERVISION_ENDED:
        printf("%s has ended: %s\n", event->id, act_exit_kind_text(event->kind));
        break;
    case ACT_SUPERVISION_WAITS:
        printf("%s waits for %" PRId64 " ms\n", event->id, event->delay);
        break;
    case ACT_SUPERVISION_STOPS:
        printf("the supervisor stops after %u restarts\n", (unsigned)event->restarts_count);
        break;
    }
    if (event->missed_count != 0) /* there was no memory for them, or no room in the inbox */
        printf("%u before this were missed\n", (unsigned)event->missed_count);
}

static void watch(act_self *self, void *state, const act_message *message)
{
    act_supervision_event event;
    act_supervisor_answer answer;
    (void)state;
    if (act_supervision_event_read(message, &event) == ACT_OK)
        print_event(&event);
    else if (message->tag == ACT_MESSAGE_EXIT)
        act_stop(self);
    else if (act_supervisor_answer_read(message, &answer) != ACT_OK || answer.result != ACT_OK)
        act_panic(self, "cannot subscribe");
}

static const act_behavior watcher = {.name = "watcher", .init = subscribe, .receive = watch};

/* ---- what happens to the pump ---- */

static act_result crash_pump(act_simulation *simulation)
{
    act_system *system = act_simulation_system(simulation);
    act_pid     pid;
    act_result  result = act_whereis(system, &pid, "pump");
    if (result != ACT_OK)
        return result;
    act_system_tell(system, pid, pump_crash);
    return act_simulation_advance(simulation, ACT_SECONDS(5), 1000); /* no restart waits so long */
}

static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

int main(void)
{
    act_simulation *simulation;
    act_pid         pid;
    if (act_simulation_create(&simulation, 1, ACT_SYSTEM_OPTIONS(.log = quiet)) != ACT_OK)
        return 1;
    act_system *system = act_simulation_system(simulation);
    act_result  result = act_system_spawn(system, &pid, &watcher, NULL, NULL);
    if (result == ACT_OK)
        result = act_simulation_run(simulation, NULL, 1000);
    for (int crash = 1; result == ACT_OK && crash <= 3; crash++)
        result = crash_pump(simulation);
    act_simulation_destroy(&simulation);
    return result != ACT_OK;
}
