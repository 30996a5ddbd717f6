/*
 * What a stop or a destroy has waited for in vain is told: which actors, and since when they run.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/system/left.h>

#include <stdio.h>

#include <actor/process/actor_text.h>
#include <actor/process/cell.h>
#include <actor/process/names.h>
#include <actor/process/pid.h>
#include <actor/process/shared.h>
#include <actor/process/slab.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/task.h>
#include <actor/system/log.h>

#define TOLD_MAX 8 /* of a million that wait for one that is stuck, the first few say enough */

struct left {
    uint64_t   local;
    act_millis since; /* of its turn; -1: not known */
    bool       runs;  /* on a thread; else it waits for a turn or a message */
};

struct found {
    act_system *system;
    struct left left[TOLD_MAX];
    uint32_t    count;
};

static bool is_found(const struct found *found, uint64_t local)
{
    for (uint32_t i = 0; i < found->count; i++)
        if (found->left[i].local == local)
            return true;
    return false;
}

/* Under the executor's locks: so it is told later. */
static void add_running(struct act__task *task, act_millis since, void *context)
{
    struct found *found = context;
    uint64_t      local = act__local_of(act__self_of(task));

    if (act__generation_is_live(act__generation_of(local)) && found->count < TOLD_MAX &&
        !is_found(found, local))
        found->left[found->count++] = (struct left){local, since, true};
}

/*
 * Any of them is set as long as none lives in a cell that its last actor has left as a handover;
 * see handover.c.
 */
#define HANDOVER_BITS (ACT__CONTROL_HOLDING | ACT__CONTROL_PARKED | ACT__CONTROL_ABANDON)

/*
 * The others; a thread that waits in act_system_ask has a cell, too, and a handover has one, but
 * they are no actors.
 */
static void add_waiting(struct found *found)
{
    act_self *cell;

    for (size_t slot = 1;
         found->count < TOLD_MAX && (cell = act__slab_at(&found->system->cells, slot)) != NULL;
         slot++) {
        uint64_t generation =
            act__load_acquire(&cell->generation); /* pairs with the release in spawn.c */
        uint64_t local = act__local_make(generation, slot);
        bool     is_handover = (act__load(&cell->control) & HANDOVER_BITS) != 0;
        if (act__generation_is_live(generation) && !is_handover &&
            act__load(&cell->task.route) != ACT__ROUTE_FOREIGN && !is_found(found, local))
            found->left[found->count++] = (struct left){local, -1, false};
    }
}

static void tell_one(act_system *system, act_log_level level, const char *what,
                     const struct left *left, act_millis asked)
{
    act_self  *cell = act__cell_at(system, left->local);
    act_millis now = system->executor->operations->now(system->executor);
    char       name[ACT_NAME_MAX], actor[ACT__ACTOR_TEXT_MAX], state[80] = "waits for its turn";

    act__names_name_of(system->names, left->local, name);
    if (left->runs)
        snprintf(state, sizeof state, "its callback has run for %s%.1f s",
                 left->since < 0 ? "more than " : "",
                 (double)(now - (left->since < 0 ? asked : left->since)) / 1000);
    act__actor_text(actor, left->local, cell->behavior->name, name);
    act__log(system, level, "%s %s: %s", what, actor, state);
}

void act__left_tell(act_system *system, act_log_level level, const char *what, act_millis asked)
{
    struct found found = {.system = system};

    system->executor->operations->each_turn(system->executor, add_running, &found);
    add_waiting(&found);
    for (uint32_t i = 0; i < found.count; i++)
        tell_one(system, level, what, &found.left[i], asked);
    uint64_t all = act__system_actors_count(system);
    if (found.count == TOLD_MAX && all > TOLD_MAX)
        act__log(system, level, "%s %llu more actors", what, (unsigned long long)(all - TOLD_MAX));
}
