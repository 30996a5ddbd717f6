/* args_release of act_supervisor_child gets the parent's copy of the supervisor's spec, once. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/judge.h>

static const act_behavior        behavior = {.name = "worker", .receive = hears_nothing};
static const act_child_spec      worker = {.id = "w", .behavior = &behavior};
static const act_supervisor_spec inner = {
    .children = &worker, .children_count = 1, .intensity = 77};
static act_supervisor_spec released;
static bool                was_a_copy;
static int                 releases;

static void release(void *args)
{
    releases++;
    was_a_copy = args != &inner;
    released = *(act_supervisor_spec *)args;
}

int main(void)
{
    act_simulation *simulation;
    act_pid         pid;
    act_child_spec  child = act_supervisor_child("inner", &inner);
    child.args_release = release;
    const act_supervisor_spec root = {.children = &child, .children_count = 1};
    must(act_simulation_create(&simulation, 1, NULL));
    must(act_system_spawn_supervisor(act_simulation_system(simulation), &pid, &root, NULL));
    must(act_simulation_run(simulation, NULL, 0));
    int early = releases;
    must(act_simulation_destroy(&simulation));
    bool is_inner = released.intensity == 77 && released.children == &worker;
    return judge(early == 0 && releases == 1 && was_a_copy && is_inner,
                 "released %d times, %d while it ran; %s, intensity %u", releases, early,
                 was_a_copy ? "a copy" : "the spec itself", released.intensity);
}
