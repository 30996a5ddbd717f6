/* The same failure under each strategy: which children are stopped and which are started again. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>

enum { NAME_BYTES = 8 };

#define CHILD_MESSAGES(MESSAGE) MESSAGE(child_crash, ACT_NO_FIELDS)
ACT_SCHEMA(child, CHILD_MESSAGES);

/* The kept block has the name, for the sake of `end`, which is given no args. */
static act_result begin(act_self *self, void *state, const void *args)
{
    (void)state;
    snprintf(act_kept(self), NAME_BYTES, "%s", *(const char *const *)args);
    printf(" +%s", (const char *)act_kept(self));
    return ACT_OK;
}

static void receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (child_tag_of(message) == child_crash_tag)
        act_panic(self, "told to crash");
}

static void end(act_self *self, void *state, act_exit_reason reason)
{
    (void)state;
    printf(reason.kind == ACT_EXIT_PANIC ? " %s!" : " -%s", (const char *)act_kept(self));
}

static const act_behavior worker = {.name = "worker",
                                    .args_bytes = sizeof(char *),
                                    .init = begin,
                                    .receive = receive,
                                    .terminate = end};

static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

/* Three children, of which the second crashes. */
static act_result show(const char *title, act_strategy strategy)
{
    static const char *const names[] = {"a", "b", "c"};
    act_child_spec           children[3];
    act_simulation          *simulation;
    act_pid                  pid;
    for (int i = 0; i < 3; i++)
        children[i] = (act_child_spec){
            .id = names[i], .behavior = &worker, .args = &names[i], .kept_bytes = NAME_BYTES};
    children[1].options = ACT_SPAWN_OPTIONS(.name = "b");
    const act_supervisor_spec spec = {
        .strategy = strategy, .intensity = 1, .children = children, .children_count = 3};

    act_result result = act_simulation_create(&simulation, 1, ACT_SYSTEM_OPTIONS(.log = quiet));
    if (result != ACT_OK)
        return result;
    act_system *system = act_simulation_system(simulation);
    printf("%s\n  start:", title);
    result = act_system_spawn_supervisor(system, &pid, &spec, NULL);
    if (result == ACT_OK)
        result = act_simulation_run(simulation, NULL, 1000);
    printf("\n  b crashes:");
    if (result == ACT_OK && (result = act_whereis(system, &pid, "b")) == ACT_OK) {
        act_system_tell(system, pid, child_crash);
        result = act_simulation_run(simulation, NULL, 1000);
    }
    printf("\n  stop:");
    act_simulation_destroy(&simulation);
    printf("\n");
    return result;
}

int main(void)
{
    return show("one_for_one", ACT_STRATEGY_ONE_FOR_ONE) != ACT_OK ||
           show("one_for_all", ACT_STRATEGY_ONE_FOR_ALL) != ACT_OK ||
           show("rest_for_one", ACT_STRATEGY_REST_FOR_ONE) != ACT_OK;
}
