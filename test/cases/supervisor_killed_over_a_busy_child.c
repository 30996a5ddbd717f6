/* A supervisor is killed: it starts again when its child has given up its name. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/judge.h>

enum { BUSY_MS = 300 };

static _Atomic int  starts;
static _Atomic bool is_busy, overlapped;

static act_result begin(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    overlapped = overlapped || is_busy;
    starts++;
    return ACT_OK;
}

static void be_busy(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    is_busy = true;
    sleep_ms(BUSY_MS);
    is_busy = false;
}

static const act_behavior   worker = {.name = "worker", .init = begin, .receive = be_busy};
static const act_child_spec leaf = {
    .id = "w", .behavior = &worker, .options = ACT_SPAWN_OPTIONS(.name = "w")};
static const act_supervisor_spec below = {.intensity = 5, .children = &leaf, .children_count = 1};

static act_pid named(act_system *system, const char *name)
{
    act_pid pid;
    must(act_whereis(system, &pid, name));
    return pid;
}

/* Makes the child busy, and kills its supervisor meanwhile. */
static void kill_supervisor(act_system *system)
{
    act_system_tell_value(system, named(system, "w"), 1, act_nothing());
    while (!is_busy)
        sleep_ms(1);
    act_exit_reason reason = act_exit_reason_make(ACT_EXIT_KILL, 0, NULL);
    must(act_system_exit_actor(system, named(system, "below"), reason));
}

int main(void)
{
    act_system    *system;
    act_pid        root_pid;
    act_child_spec child = act_supervisor_child("below", &below);
    child.options = ACT_SPAWN_OPTIONS(.name = "below");
    const act_supervisor_spec root = {.intensity = 5, .children = &child, .children_count = 1};
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = keep_log)));
    must(act_system_spawn_supervisor(system, &root_pid, &root, NULL));
    comes_to(&starts, 1, 20000);
    kill_supervisor(system);
    comes_to(&starts, 2, 20000);
    act_result joined = act_system_join(system, root_pid, NULL, BUSY_MS);
    int        given_up = logged("gives up"), times = starts;
    must(act_system_destroy(&system));
    return judge(joined == ACT_TIMED_OUT && times == 2 && !overlapped && given_up == 0,
                 "the root %s; %d starts%s; given up %d times",
                 joined == ACT_TIMED_OUT ? "runs" : "has ended", times,
                 overlapped ? ", one beside the other" : "", given_up);
}
