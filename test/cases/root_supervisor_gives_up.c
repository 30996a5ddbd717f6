/* A root supervisor that gives up is logged with numbers, and act_system_run says so. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/judge.h>

static act_result begin(act_self *self, void *state, const void *args)
{
    act_ref timer;
    (void)state, (void)args;
    return act_tell_after_value(self, &timer, act_self_pid(self), 1, act_nothing(), 20);
}

static void fail(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    act_exit(self, an_error("bad luck"));
}

static const act_behavior        unlucky = {.name = "unlucky", .init = begin, .receive = fail};
static const act_child_spec      child = {.id = "unlucky", .behavior = &unlucky};
static const act_supervisor_spec root = {.children = &child, .children_count = 1, .intensity = 1};

int main(void)
{
    act_system *system;
    act_pid     pid;
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.log = keep_log)));
    must(act_system_spawn_supervisor(system, &pid, &root, NULL));
    act_result result = act_system_run(system);
    must(act_system_destroy(&system));
    int  told = logged("gives up: more than 1 restarts in 5000 ms; child \"unlucky\"");
    bool is_right = result == ACT_GAVE_UP && told == 1;
    return judge(is_right, "run: %s; logged %d times", act_result_text(result), told);
}
