/*
 * A supervisor starts two workers and starts again what fails; a kept block outlives the failure.
 */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>

#define COUNTER_MESSAGES(MESSAGE)                                                                  \
    MESSAGE(counter_count, ACT_NO_FIELDS) MESSAGE(counter_crash, ACT_NO_FIELDS)
ACT_SCHEMA(counter, COUNTER_MESSAGES);

/* What a counter must not lose when it crashes: the supervisor keeps it for the next instance. */
struct kept {
    int counted, lives;
};

static act_result begin(act_self *self, void *state, const void *args)
{
    struct kept *kept = act_kept(self);
    (void)state;
    (void)args;
    kept->lives++;
    printf("  counter: life %d begins with %d counted\n", kept->lives, kept->counted);
    return ACT_OK;
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct kept *kept = act_kept(self);
    (void)state;
    if (counter_tag_of(message) == counter_count_tag)
        kept->counted++; /* one step that cannot fail half-way: this is all that a kept block
                            asks for */
    else if (counter_tag_of(message) == counter_crash_tag)
        act_panic(self, "crashed after %d", kept->counted);
}

static void end(act_self *self, void *state, act_exit_reason reason)
{
    (void)self;
    (void)state;
    printf("  counter: ends, %s\n", act_exit_kind_text(reason.kind));
}

static const act_behavior counter = {.name = "counter",
                                     .init = begin,
                                     .receive = receive,
                                     .terminate = end,
                                     .schema = counter_schema};

static void idle(act_self *self, void *state, const act_message *message)
{
    (void)self;
    (void)state;
    (void)message;
}

static act_result idle_begin(act_self *self, void *state, const void *args)
{
    (void)self;
    (void)state;
    (void)args;
    printf("  bystander: begins\n");
    return ACT_OK;
}

static const act_behavior bystander = {.name = "bystander", .init = idle_begin, .receive = idle};

/* The whole tree as data. */
static const act_child_spec children[] = {
    {.id = "counter",
     .behavior = &counter,
     .kept_bytes = sizeof(struct kept),
     .options = &(act_spawn_options){.size = sizeof(act_spawn_options), .name = "counter"}},
    {.id = "bystander", .behavior = &bystander},
};
static const act_supervisor_spec tree = {
    .strategy = ACT_STRATEGY_ONE_FOR_ONE,
    .intensity = 2,           /* the third failure within ... */
    .period = ACT_SECONDS(5), /* ... five seconds is one too many */
    .children = children,
    .children_count = 2,
};

static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

/* Says something to the counter of the moment, and lets everything come to rest. */
static act_result say(act_simulation *simulation, const act_type *what)
{
    act_system *system = act_simulation_system(simulation);
    act_pid     pid;
    if (act_whereis(system, &pid, "counter") == ACT_OK)
        act_system_tell_typed(system, pid, what, ""); /* no fields */
    else
        printf("nobody is called counter\n");
    return act_simulation_run(simulation, NULL, 1000);
}

int main(void)
{
    act_simulation *simulation;
    act_pid         supervisor;
    if (act_simulation_create(&simulation, 1, ACT_SYSTEM_OPTIONS(.log = quiet)) != ACT_OK)
        return 1;
    printf("start\n");
    act_result result =
        act_system_spawn_supervisor(act_simulation_system(simulation), &supervisor, &tree, NULL);
    if (result == ACT_OK)
        result = act_simulation_run(simulation, NULL, 1000);
    for (int round = 1; result == ACT_OK && round <= 4; round++) {
        result = say(simulation, counter_count_type());
        printf("crash %d\n", round);
        if (result == ACT_OK)
            result = say(simulation, counter_crash_type());
    }
    act_simulation_destroy(&simulation);
    return result != ACT_OK;
}
