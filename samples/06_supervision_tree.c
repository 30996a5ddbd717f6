/*
 * Three levels of supervisors: a failure climbs one level, and the tree is printed before,
 * meanwhile and after.
 */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>

#define CHILD_MESSAGES(MESSAGE) MESSAGE(child_crash, ACT_NO_FIELDS)
ACT_SCHEMA(child, CHILD_MESSAGES);

static void receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (child_tag_of(message) == child_crash_tag)
        act_panic(self, "told to crash");
}

static const act_behavior worker = {.name = "worker", .receive = receive};

static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

static act_result print_tree(act_system *system, const char *title)
{
    act_tree  *tree;
    act_result result = act_tree_take(system, &tree);
    if (result != ACT_OK)
        return result;
    printf("%s\n", title);
    for (size_t i = 0; i < tree->rows_count; i++) /* without pids, which act_tree_print would
                                                     print */
        printf("  %*s%s: %s%s\n", (int)(2 * tree->rows[i].depth), "",
               tree->rows[i].depth == 0 ? "root" : tree->rows[i].id,
               act_tree_state_text(tree->rows[i].state),
               tree->rows[i].restarts_count != 0 ? ", restarted" : "");
    act_tree_free(&tree);
    return ACT_OK;
}

/* The named worker crashes, and all that follows from it happens. */
static act_result crash(act_simulation *simulation, const char *name)
{
    act_system *system = act_simulation_system(simulation);
    act_pid     pid;
    act_result  result = act_whereis(system, &pid, name);
    if (result != ACT_OK)
        return result;
    act_system_tell(system, pid, child_crash);
    return act_simulation_run(simulation, NULL, 1000);
}

static act_result show(act_simulation *simulation)
{
    act_system *system = act_simulation_system(simulation);
    act_pid     root;

    /*
     * The reader may fail once in five seconds, then its supervisor gives up; the one above
     * restarts that, later.
     */
    const act_child_spec files[] = {
        {.id = "reader", .behavior = &worker, .options = ACT_SPAWN_OPTIONS(.name = "reader")},
        {.id = "writer", .behavior = &worker},
    };
    const act_supervisor_spec disk = {.intensity = 1, .children = files, .children_count = 2};
    const act_child_spec      parts[] = {act_supervisor_child("disk", &disk),
                                         {.id = "cache", .behavior = &worker}};
    const act_supervisor_spec store = {.strategy = ACT_STRATEGY_REST_FOR_ONE,
                                       .intensity = 1,
                                       .backoff = {.min = 100, .max = 1000},
                                       .children = parts,
                                       .children_count = 2};
    const act_child_spec      services[] = {act_supervisor_child("store", &store),
                                            {.id = "gateway", .behavior = &worker}};
    const act_supervisor_spec top = {.intensity = 1, .children = services, .children_count = 2};

    act_result result = act_system_spawn_supervisor(system, &root, &top, NULL);
    if (result == ACT_OK)
        result = act_simulation_run(simulation, NULL, 1000);
    if (result == ACT_OK)
        result = print_tree(system, "at first");
    if (result == ACT_OK)
        result = crash(simulation, "reader");
    if (result == ACT_OK)
        result = print_tree(system, "the reader has crashed");
    if (result == ACT_OK)
        result = crash(simulation, "reader");
    if (result == ACT_OK)
        result = print_tree(system, "and again: too often for its supervisor");
    if (result == ACT_OK)
        result = act_simulation_advance(simulation, 100, 1000);
    return result == ACT_OK ? print_tree(system, "100 ms later") : result;
}

int main(void)
{
    act_simulation *simulation;
    if (act_simulation_create(&simulation, 1, ACT_SYSTEM_OPTIONS(.log = quiet)) != ACT_OK)
        return 1;
    act_result result = show(simulation);
    act_simulation_destroy(&simulation);
    return result != ACT_OK;
}
