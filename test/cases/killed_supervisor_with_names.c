/* A supervisor comes back with the names of its children, however long these take to end. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/verdict.h>

enum { BE_BUSY = 1, ANSWER, BUSY_MS = 300, PATIENCE = 20000 };

static act_system *sys;
static _Atomic int starts, busy, answers;

static act_result is_born(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    starts++;
    return ACT_OK;
}

static void work(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state;
    if (message->tag == BE_BUSY) {
        busy++;
        sleep_ms(BUSY_MS);
    } else if (message->tag == ANSWER) {
        answers++;
    }
}

static const act_behavior   worker = {.name = "worker", .init = is_born, .receive = work};
static const act_child_spec leaf = {
    .id = "leaf", .behavior = &worker, .options = ACT_SPAWN_OPTIONS(.name = "leaf")};
static const act_child_spec sibling = {
    .id = "sibling", .behavior = &worker, .options = ACT_SPAWN_OPTIONS(.name = "sibling")};
static const act_supervisor_spec inner = {.intensity = 3, .children = &leaf, .children_count = 1};

static act_pid named(const char *name)
{
    act_pid pid;
    must(act_whereis(sys, &pid, name));
    return pid;
}

/* Starts a tree, and makes the leaf busy. */
static act_pid tree(const act_supervisor_spec *spec, int leaves)
{
    act_pid root;
    starts = busy = answers = 0;
    must(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = no_log)));
    must(act_system_spawn_supervisor(sys, &root, spec, NULL));
    if (!comes_to(&starts, leaves, PATIENCE))
        judge_wrong("%d of %d workers have started", starts, leaves);
    act_system_tell_value(sys, named("leaf"), BE_BUSY, act_nothing());
    if (!comes_to(&busy, 1, PATIENCE))
        judge_wrong("the leaf does not become busy");
    return root;
}

static void comes_back(act_pid root, int leaves, const char *after)
{
    act_exit_report report;
    if (!comes_to(&starts, 2 * leaves, PATIENCE))
        judge_wrong("%s: %d starts, not %d", after, starts, 2 * leaves);
    act_system_tell_value(sys, named("leaf"), ANSWER, act_nothing());
    if (!comes_to(&answers, 1, PATIENCE))
        judge_wrong("%s: what has the leaf's name is no leaf", after);
    if (act_system_join(sys, root, &report, 0) != ACT_TIMED_OUT)
        judge_wrong("%s: the whole tree has given up: %s", after, report.text);
    must(act_system_destroy(&sys));
}

static void after_a_kill(void)
{
    act_child_spec middle = act_supervisor_child("middle", &inner);
    middle.options = ACT_SPAWN_OPTIONS(.name = "middle");
    const act_supervisor_spec top = {.intensity = 3, .children = &middle, .children_count = 1};
    act_pid                   root = tree(&top, 1);
    must(act_system_exit_actor(sys, named("middle"), act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)));
    comes_back(root, 1, "its supervisor was killed");
}

/* With its group, in which the supervisor has less time to stop than its child needs. */
static void after_a_siblings_failure(void)
{
    act_child_spec middle = act_supervisor_child("middle", &inner);
    middle.shutdown = BUSY_MS / 6;
    const act_child_spec      both[] = {sibling, middle};
    const act_supervisor_spec group = {.strategy = ACT_STRATEGY_ONE_FOR_ALL,
                                       .intensity = 3,
                                       .children = both,
                                       .children_count = 2};
    act_pid                   root = tree(&group, 2);
    must(act_system_exit_actor(sys, named("sibling"),
                               act_exit_reason_make(ACT_EXIT_ERROR, 5, NULL)));
    comes_back(root, 2, "a sibling has failed");
}

int main(void)
{
    after_a_kill();
    after_a_siblings_failure();
    return judge_right("supervisors and names come back when those before have ended");
}
