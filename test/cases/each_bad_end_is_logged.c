/* An error, a kill, a panic and a supervisor that gives up are each logged, once. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/judge.h>

enum { FAIL = 1, PANIC };

static act_simulation *simulation;

static void receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == FAIL)
        act_exit(self, an_error("out of paper"));
    if (message->tag == PANIC)
        act_panic(self, "out of ink");
}

static const act_behavior   behavior = {.name = "printer", .receive = receive};
static const act_child_spec worker = {
    .id = "w", .behavior = &behavior, .options = ACT_SPAWN_OPTIONS(.name = "worker")};
static const act_supervisor_spec inner = {.children = &worker, .children_count = 1, .intensity = 2};

static act_pid the_worker(void)
{
    act_pid pid;
    must(act_whereis(act_simulation_system(simulation), &pid, "worker"));
    return pid;
}

static void tell(uint32_t tag)
{
    act_system_tell_value(act_simulation_system(simulation), the_worker(), tag, act_nothing());
    must(act_simulation_run(simulation, NULL, 0));
}

static void kill_worker(void)
{
    act_exit_reason reason = act_exit_reason_make(ACT_EXIT_KILL, 0, NULL);
    must(act_system_exit_actor(act_simulation_system(simulation), the_worker(), reason));
    must(act_simulation_run(simulation, NULL, 0));
}

int main(void)
{
    act_pid                   pid;
    const act_child_spec      below = act_supervisor_child("inner", &inner);
    const act_supervisor_spec root = {.children = &below, .children_count = 1, .intensity = 1};
    must(act_simulation_create(&simulation, 1, ACT_SYSTEM_OPTIONS(.log = keep_log)));
    act_system *system = act_simulation_system(simulation);
    must(act_system_spawn_supervisor(system, &pid, &root, NULL));
    must(act_simulation_run(simulation, NULL, 0));
    tell(FAIL);
    kill_worker();
    tell(PANIC);
    must(act_whereis(system, &pid, "worker"));
    int errors = logged("out of paper"), kills = logged("killed"), panics = logged("panic: ");
    int given_up = logged("gives up: more than 2 restarts");
    must(act_simulation_destroy(&simulation));
    return judge(errors == 1 && kills == 1 && panics >= 1 && given_up == 1,
                 "logged: %d errors, %d kills, %d panics, given up %d times", errors, kills, panics,
                 given_up);
}
