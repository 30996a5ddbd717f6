/*
 * The picture of the supervision tree: what is in it, in which order, and that it is of one moment.
 */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <mailbox/base/memory.h>
#include <supervisor/tree.h>
#include <test/supervisor/family.h>

static act_tree *tree;

static void take(void)
{
    act_tree_free(&tree);
    ck_assert_int_eq(act_tree_take(fixture_system, &tree), ACT_OK);
}

static const act_tree_row *row_of(const char *id)
{
    for (size_t i = 0; i < tree->rows_count; i++)
        if (strcmp(tree->rows[i].id, id) == 0)
            return &tree->rows[i];
    ck_abort_msg("no row \"%s\"", id);
    return NULL;
}

static void begin_tree(void)
{
    begin();
    tree = NULL;
}

static void end(void)
{
    act_tree_free(&tree);
    fixture_end();
}

#define STATE_IS(id, wanted) ck_assert_str_eq(act_tree_state_text(row_of(id)->state), wanted)

static void an_empty_system_has_no_rows(void)
{
    begin_tree();
    take();
    ck_assert_uint_eq(tree->rows_count, 0);
    end();
}

static void children_stand_behind_their_supervisor_in_start_order(void)
{
    static const char *const ids[] = {"", "a", "b", "c"};
    begin_tree();
    child[1].options = ACT_SPAWN_OPTIONS(.name = "bee");
    start();
    take();
    ck_assert_uint_eq(tree->rows_count, 4);
    ck_assert(tree->rows[0].parent == SIZE_MAX && tree->rows[0].depth == 0);
    ck_assert(act_pid_equal(tree->rows[0].pid, root));
    for (size_t i = 1; i < 4; i++) {
        ck_assert(tree->rows[i].parent == 0 && tree->rows[i].depth == 1);
        ck_assert_str_eq(tree->rows[i].id, ids[i]);
        ck_assert_str_eq(tree->rows[i].behavior_name, "worker");
        ck_assert_int_eq(tree->rows[i].state, ACT_TREE_RUNNING);
    }
    ck_assert(act_pid_equal(row_of("b")->pid, b.pid));
    ck_assert_str_eq(row_of("b")->name, "bee");
    ck_assert_str_eq(row_of("a")->name, "");
    end();
}

static void what_is_below_a_supervisor_stands_behind_it(void)
{
    static act_supervisor_spec lower, lowest;
    begin_tree();
    lowest = (act_supervisor_spec){
        .strategy = ACT_STRATEGY_REST_FOR_ONE, .children = &child[1], .children_count = 1};
    act_child_spec middle[] = {act_supervisor_child("lowest", &lowest), child[2]};
    lower = (act_supervisor_spec){
        .strategy = ACT_STRATEGY_ONE_FOR_ALL, .children = middle, .children_count = 2};
    child[3] = child[0];
    act_child_spec top[] = {act_supervisor_child("lower", &lower), child[3]};
    spec.children = top;
    spec.children_count = 2;
    start();
    take();
    static const char *const ids[] = {"", "lower", "lowest", "b", "c", "a"};
    static const size_t      parents[] = {SIZE_MAX, 0, 1, 2, 1, 0};
    static const uint32_t    depths[] = {0, 1, 2, 3, 2, 1};
    ck_assert_uint_eq(tree->rows_count, 6);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_str_eq(tree->rows[i].id, ids[i]);
        ck_assert(tree->rows[i].parent == parents[i] && tree->rows[i].depth == depths[i]);
    }
    ck_assert_int_eq(row_of("lower")->strategy, ACT_STRATEGY_ONE_FOR_ALL);
    ck_assert_int_eq(row_of("lowest")->strategy, ACT_STRATEGY_REST_FOR_ONE);
    ck_assert_int_eq(row_of("lower")->type, ACT_CHILD_SUPERVISOR);
    end();
}

static void it_shows_which_child_is_down_waits_or_stops(void)
{
    begin_tree();
    spec.backoff = (act_backoff){.min = 100, .max = 100};
    child[0].restart = ACT_RESTART_TRANSIENT;
    c.traps = true, c.end_delay = 50;
    start();
    fixture_advance(5);
    tell(&a, FIXTURE_DO_NORMAL);
    tell(&b, FIXTURE_DO_FAIL);
    fixture_ask(&(struct fixture_call){.what = FIXTURE_TERMINATE, .supervisor = root, .id = "c"});
    fixture_run();
    take();
    STATE_IS("a", "down");
    STATE_IS("b", "waiting");
    STATE_IS("c", "stopping");
    ck_assert(act_pid_is_none(row_of("a")->pid) && act_pid_is_none(row_of("b")->pid));
    ck_assert(act_pid_equal(row_of("c")->pid, c.pid));
    ck_assert_int_eq(row_of("a")->since, 5);
    fixture_advance(100);
    take();
    STATE_IS("b", "running");
    STATE_IS("c", "down");
    ck_assert_int_eq(row_of("b")->since, 105);
    ck_assert_uint_eq(row_of("b")->restarts_count, 1);
    ck_assert_uint_eq(tree->rows[0].restarts_count, 1);
    end();
}

static void it_shows_which_child_stops(void)
{
    begin_tree();
    b.traps = true, b.end_delay = 50;
    start();
    ck_assert_int_eq(act_system_exit_actor(fixture_system, root,
                                           act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)),
                     ACT_OK);
    fixture_run();
    take();
    ck_assert_int_eq(tree->rows[0].state, ACT_TREE_STOPPING);
    STATE_IS("a", "running");
    STATE_IS("b", "stopping");
    STATE_IS("c", "down");
    fixture_advance(50);
    take();
    ck_assert_uint_eq(tree->rows_count, 0);
    end();
}

static void it_can_be_taken_at_any_moment_of_a_start(void)
{
    begin_tree();
    root = (act_pid){0, 0};
    ck_assert_int_eq(act_system_spawn_supervisor(fixture_system, &root, &spec, NULL), ACT_OK);
    for (int turn = 0; turn < 40; turn++) {
        take();
        bool was_reached = false;
        ck_assert_uint_eq(tree->rows_count, 4);
        for (size_t i = 3; i >= 1; i--) { /* in start order: those behind one that has not
                                             started have not, either */
            was_reached = was_reached || tree->rows[i].state != ACT_TREE_DOWN;
            ck_assert(!was_reached || tree->rows[i].state != ACT_TREE_DOWN);
        }
        (void)!act_simulation_run(fixture_simulation, NULL, 1);
    }
    ck_assert_int_eq(tree->rows[3].state, ACT_TREE_RUNNING);
    end();
}

static void children_of_a_template_have_rows_without_ids(void)
{
    begin_tree();
    spec.strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE;
    spec.children_count = 1;
    b.self = &b;
    start();
    (void)fixture_call(
        (struct fixture_call){.what = FIXTURE_START_ARGS, .supervisor = root, .plan = &b});
    take();
    ck_assert_uint_eq(tree->rows_count, 2);
    ck_assert_str_eq(tree->rows[1].id, "");
    ck_assert(act_pid_equal(tree->rows[1].pid, b.pid));
    end();
}

static void another_systems_supervisors_are_not_in_it(void)
{
    act_simulation *another;
    act_pid         pid;
    begin_tree();
    start();
    ck_assert_int_eq(act_simulation_create(&another, 1, ACT_SYSTEM_OPTIONS(.actors_max = 100)),
                     ACT_OK);
    ck_assert_int_eq(act_system_spawn_supervisor(act_simulation_system(another), &pid,
                                                 &(act_supervisor_spec){.children_count = 0}, NULL),
                     ACT_OK);
    take();
    ck_assert_uint_eq(tree->rows_count, 4);
    act_simulation_destroy(&another);
    take();
    ck_assert_uint_eq(tree->rows_count, 4);
    end();
}

static void it_shows_how_many_messages_wait(void)
{
    act_pid pid;
    begin_tree();
    child[1].options = ACT_SPAWN_OPTIONS(.name = "bee", .inbox_max = 10);
    spec.backoff = (act_backoff){.min = 100, .max = 100};
    start();
    tell(&b, FIXTURE_DO_FAIL);
    fixture_tell_name("bee", FIXTURE_DO_SAY_X);
    fixture_tell_name("bee", FIXTURE_DO_SAY_Y);
    ck_assert_int_eq(act_whereis(fixture_system, &pid, "bee"), ACT_OK);
    ck_assert_uint_eq(act_inbox_length(fixture_system, pid), 2);
    fixture_run();
    ck_assert_uint_eq(act_inbox_length(fixture_system, pid), 2);
    ck_assert_uint_eq(act_inbox_length(fixture_system, a.pid), 0);
    fixture_advance(100);
    ck_assert_uint_eq(act_inbox_length(fixture_system, pid), 0);
    fixture_tell(&b, FIXTURE_DO_SAY_X);
    take();
    ck_assert_uint_eq(row_of("b")->inbox_length, 1);
    end();
}

static void without_memory_there_is_no_picture(void)
{
    begin_tree();
    start();
    act__memory_fail_at(1, true);
    ck_assert_int_eq(act_tree_take(fixture_system, &tree), ACT_NO_MEMORY);
    act__memory_fail_at(0, false);
    take(); /* nothing is left locked */
    end();
}

static void it_prints_a_line_for_each(void)
{
    char  text[1000] = "", wanted[1000], root_text[ACT_PID_TEXT_MAX], bee_text[ACT_PID_TEXT_MAX];
    FILE *file = fmemopen(text, sizeof text, "w");
    begin_tree();
    child[1].options = ACT_SPAWN_OPTIONS(.name = "bee");
    spec.children_count = 2;
    spec.backoff = (act_backoff){.min = 100, .max = 100};
    start();
    tell(&a, FIXTURE_DO_FAIL);
    fixture_tell(&b, FIXTURE_DO_SAY_X);
    take();
    act_tree_print(tree, file);
    fclose(file);
    act_pid_text(root_text, sizeof root_text, root);
    act_pid_text(bee_text, sizeof bee_text, b.pid);
    snprintf(wanted, sizeof wanted,
             "-: supervisor %s, one_for_one, running, 1 restart\n"
             "  a: worker, waiting, 1 restart\n"
             "  b: worker \"bee\" %s, running\n",
             root_text, bee_text);
    ck_assert_str_eq(text, wanted);
    ck_assert_str_eq(act_tree_state_text((act_tree_state)6), "unknown");
    end();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(an_empty_system_has_no_rows),
    TEST_CASE(children_stand_behind_their_supervisor_in_start_order, ROUNDS),
    TEST_CASE(what_is_below_a_supervisor_stands_behind_it, ROUNDS),
    TEST_CASE(it_shows_which_child_is_down_waits_or_stops, ROUNDS),
    TEST_CASE(it_shows_which_child_stops, ROUNDS),
    TEST_CASE(it_can_be_taken_at_any_moment_of_a_start, ROUNDS),
    TEST_CASE(children_of_a_template_have_rows_without_ids, ROUNDS),
    TEST_CASE(another_systems_supervisors_are_not_in_it, ROUNDS),
    TEST_CASE(it_shows_how_many_messages_wait, ROUNDS),
    TEST_CASE(without_memory_there_is_no_picture),
    TEST_CASE(it_prints_a_line_for_each, ROUNDS),
    END_OF_CASES,
};
