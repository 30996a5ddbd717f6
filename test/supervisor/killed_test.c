/*
 * Supervisors that are killed: they end after all below them, so a new start of them meets
 * nothing of the old tree.
 */
/* SPDX-License-Identifier: MIT */
#include <supervisor/partition.h>
#include <test/supervisor/family.h>

static const act_exit_reason kill_reason = {ACT_EXIT_KILL, 0, NULL};
static act_spawn_options     names[3], middle_options;
static act_child_spec        middle_children[2], below_children[1], root_children[2];
static act_supervisor_spec   middle, below;

/*
 * root: d, middle; middle: a, below; below: b. All have names; b takes 100 ms to end when it is
 * told to. Intensities are such that one attempt in vain would be one too many.
 */
static void begin_named_tree(act_strategy strategy)
{
    static const char *const texts[] = {"ada", "bob", "dan"};
    begin();
    for (int i = 0; i < 3; i++)
        names[i] = *ACT_SPAWN_OPTIONS(.name = texts[i]);
    b.traps = true, b.end_delay = 100;
    below_children[0] = fixture_child(&b);
    below_children[0].options = &names[1];
    below = (act_supervisor_spec){.intensity = 0, .children = below_children, .children_count = 1};
    middle_children[0] = fixture_child(&a);
    middle_children[0].options = &names[0];
    middle_children[1] = act_supervisor_child("below", &below);
    middle =
        (act_supervisor_spec){.intensity = 0, .children = middle_children, .children_count = 2};
    root_children[0] = fixture_child(&d);
    root_children[0].options = &names[2];
    root_children[1] = act_supervisor_child("middle", &middle);
    middle_options = *ACT_SPAWN_OPTIONS(.name = "middle");
    root_children[1].options = &middle_options;
    spec = (act_supervisor_spec){
        .strategy = strategy, .intensity = 1, .children = root_children, .children_count = 2};
}

static act_pid pid_of(const char *name)
{
    act_pid pid = act_pid_none();
    (void)!act_whereis(fixture_system, &pid, name);
    return pid;
}

static void kill_one(act_pid pid)
{
    ck_assert_int_eq(act_system_exit_actor(fixture_system, pid, kill_reason), ACT_OK);
    fixture_run();
}

/* fixture_worker itself checks that no two instances of one worker live at a time. */
static void it_is_started_again_when_all_below_it_have_ended(void)
{
    for (act_strategy strategy = ACT_STRATEGY_ONE_FOR_ONE; strategy <= ACT_STRATEGY_REST_FOR_ONE;
         strategy++) {
        begin_named_tree(strategy);
        start();
        kill_one(pid_of("middle"));
        ck_assert(!a.alive && b.alive && a.starts == 1);
        fixture_advance(99);
        ck_assert(b.alive && a.starts == 1);
        fixture_advance(1);
        ck_assert(a.alive && b.alive && a.starts == 2 && b.starts == 2);
        ck_assert(act_pid_equal(pid_of("ada"), a.pid) && act_pid_equal(pid_of("bob"), b.pid));
        ck_assert_uint_eq(fixture_count(root).restarts_count, 1);
        ROOT_RUNS();
        fixture_end();
    }
}

static void the_kill_that_ends_its_time_to_stop_is_such_a_kill(void)
{
    begin_named_tree(ACT_STRATEGY_ONE_FOR_ALL);
    root_children[1].shutdown = ACT_MS(50);
    start();
    tell(&d, FIXTURE_DO_FAIL);
    fixture_advance(99);
    ck_assert(b.alive && b.starts == 1 && d.starts == 1);
    fixture_advance(1);
    ck_assert(b.alive && b.starts == 2 && d.starts == 2 && a.starts == 2);
    ck_assert_uint_eq(fixture_count(root).restarts_count, 1);
    ROOT_RUNS();
    fixture_end();
}

static void a_second_kill_changes_nothing(void)
{
    begin_named_tree(ACT_STRATEGY_ONE_FOR_ONE);
    start();
    act_pid killed = pid_of("middle");
    for (int i = 0; i < 3; i++) {
        kill_one(killed);
        fixture_advance(10);
    }
    ck_assert(b.alive && b.starts == 1);
    fixture_advance(100);
    ck_assert(a.alive && b.alive && a.starts == 2);
    ck_assert_uint_eq(fixture_count(root).restarts_count, 1);
    fixture_end();
}

static void a_kill_while_it_stops_ends_the_workers_at_once(void)
{
    begin();
    b.traps = b.ignores_exits = c.traps = true;
    c.end_delay = 1000;
    start();
    stop();
    ck_assert(b.alive && c.alive);
    kill_one(root);
    ck_assert(!a.alive && !b.alive && !c.alive);
    ROOT_ENDED(ACT_EXIT_KILLED);
    fixture_end();
}

static void a_root_is_joined_by_those_below_it(void)
{
    begin_named_tree(ACT_STRATEGY_ONE_FOR_ONE);
    start();
    kill_one(root);
    ROOT_RUNS();
    fixture_advance(100);
    ROOT_ENDED(ACT_EXIT_KILLED);
    start(); /* with the same names */
    ROOT_RUNS();
    ck_assert(a.starts == 2 && b.starts == 2 && d.starts == 2);
    fixture_end();
}

static void requests_to_it_are_answered(void)
{
    begin_named_tree(ACT_STRATEGY_ONE_FOR_ONE);
    start();
    act_pid             killed = pid_of("middle");
    struct fixture_call ending = {.what = FIXTURE_TERMINATE, .supervisor = killed, .id = "a"};
    kill_one(killed);
    fixture_ask(&ending);
    fixture_run();
    ck_assert_int_eq(ending.answer.result, ACT_CLOSED);
    fixture_advance(100);
    fixture_end();
}

static void partitions_come_back_with_their_names(void)
{
    act_partition     *partition;
    act_partition_spec parts = {
        .name = "part", .count = 4, .child = {.id = "x", .behavior = &fixture_worker}};
    struct fixture_plan *plans[] = {&a, &b, &c, &d};
    act_pid              pid;
    begin();
    for (int i = 0; i < 4; i++)
        plans[i]->self = plans[i];
    parts.child.args = plans;
    parts.args_each = true;
    ck_assert_int_eq(act_partition_create(&partition, &parts), ACT_OK);
    act_child_spec one = act_supervisor_child("partitions", act_partition_supervisor(partition));
    one.options = ACT_SPAWN_OPTIONS(.name = "parts");
    spec = (act_supervisor_spec){.intensity = 3, .children = &one, .children_count = 1};
    start();
    for (int i = 1; i <= 3; i++) {
        kill_one(pid_of("parts"));
        ck_assert_uint_eq(fixture_count(root).restarts_count, (uint32_t)i);
        for (uint64_t key = 0; key < 20; key++)
            ck_assert_int_eq(act_partition_find(partition, fixture_system, &pid, key), ACT_OK);
    }
    ROOT_RUNS();
    fixture_end();
    act_partition_destroy(&partition);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(it_is_started_again_when_all_below_it_have_ended, ROUNDS),
    TEST_CASE(the_kill_that_ends_its_time_to_stop_is_such_a_kill, ROUNDS),
    TEST_CASE(a_second_kill_changes_nothing, ROUNDS),
    TEST_CASE(a_kill_while_it_stops_ends_the_workers_at_once, ROUNDS),
    TEST_CASE(a_root_is_joined_by_those_below_it, ROUNDS),
    TEST_CASE(requests_to_it_are_answered, ROUNDS),
    TEST_CASE(partitions_come_back_with_their_names, ROUNDS),
    END_OF_CASES,
};
