/* A child that outlasts its .shutdown is killed, as log and act_system_run say. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/judge.h>

/* Asks for the stop itself, so that it cannot come before this child is there. */
static act_result begin(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    act_system_stop(act_self_system(self));
    return act_trap_exits(self, true);
}

static const act_behavior stubborn = {.name = "stubborn", .init = begin, .receive = hears_nothing};
static const act_child_spec      child = {.id = "w", .behavior = &stubborn, .shutdown = 50};
static const act_supervisor_spec root = {.children = &child, .children_count = 1, .intensity = 1};

int main(void)
{
    act_system *system;
    act_pid     pid;
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.log = keep_log)));
    must(act_system_spawn_supervisor(system, &pid, &root, NULL));
    act_result result = act_system_run(system);
    must(act_system_destroy(&system));
    int told = logged("child \"w\" had 50 ms to end and is killed");
    return judge(result == ACT_TIMED_OUT && told == 1, "run: %s; logged %d times",
                 act_result_text(result), told);
}
