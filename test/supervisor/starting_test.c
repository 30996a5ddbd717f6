/* How a supervisor starts its children, and what happens when one cannot. */
/* SPDX-License-Identifier: MIT */
#include <test/supervisor/family.h>

static void children_start_in_order(void)
{
    begin();
    start();
    LOG_IS("a+ b+ c+ ");
    fixture_end();
}

static void a_child_starts_when_init_of_the_one_before_has_returned(void)
{
    begin();
    b.after = &a, c.after = &b;
    start();
    LOG_IS("a+ b+ c+ ");
    fixture_end();
}

static void a_supervisor_without_children_runs(void)
{
    begin();
    spec.children_count = 0;
    start();
    ROOT_RUNS();
    ck_assert_uint_eq(fixture_count(root).specs_count, 0);
    fixture_end();
}

static void a_failed_initial_start_stops_those_started_in_reverse(void)
{
    begin();
    c.fail_first = 1, c.fail_count = 1,
    c.fail_how = (enum fixture_failure)(kit_round() % 2 == 0 ? FIXTURE_REFUSE : FIXTURE_PANIC);
    start();
    LOG_IS("a+ b+ c- b- a- ");
    ROOT_ENDED(ACT_EXIT_NO_ACTOR); /* it was gone before the monitor came */
    fixture_end();
}

static void the_starter_hears_the_reason_of_a_failed_start(void)
{
    struct fixture_parent parent;
    begin();
    b.fail_first = 1, b.fail_count = 1, b.fail_how = FIXTURE_REFUSE;
    fixture_parent_begin(&parent, &spec);
    fixture_run();
    ck_assert_int_eq(parent.spawned, ACT_OK);
    ck_assert_int_eq(parent.started, ACT_OS);
    ck_assert_int_eq(parent.exits, 1);
    ck_assert_int_eq(parent.exit_kind, ACT_EXIT_ERROR);
    ck_assert_int_eq(parent.exit_code, ACT_OS);
    ck_assert_int_eq(c.starts, 0);
    fixture_end();
}

static void the_starter_hears_of_a_panic_in_init_with_its_text(void)
{
    struct fixture_parent parent;
    begin();
    b.fail_first = 1, b.fail_count = 1, b.fail_how = FIXTURE_PANIC;
    fixture_parent_begin(&parent, &spec);
    fixture_run();
    ck_assert_int_eq(parent.started, ACT_CLOSED);
    ck_assert_int_eq(parent.exit_kind, ACT_EXIT_PANIC);
    ck_assert(strstr(parent.exit_text, "planned") != NULL);
    LOG_IS("a+ b- a- ");
    fixture_end();
}

static void each_kth_child_may_fail_to_start(void)
{
    static const char *const   logs[] = {"a- ", "a+ b- a- ", "a+ b+ c- b- a- "};
    struct fixture_plan *const plans[] = {&a, &b, &c};
    for (int k = 0; k < 3; k++) {
        struct fixture_parent parent;
        begin();
        plans[k]->fail_first = 1, plans[k]->fail_count = 1;
        plans[k]->fail_how =
            (enum fixture_failure)(kit_round() % 2 == 0 ? FIXTURE_REFUSE : FIXTURE_PANIC);
        fixture_parent_begin(&parent, &spec);
        fixture_run();
        LOG_IS(logs[k]);
        ck_assert_int_ne(parent.started, ACT_OK);
        ck_assert_int_eq(parent.exits, 1);
        fixture_end();
    }
}

static void the_starter_hears_once_all_children_run(void)
{
    struct fixture_parent parent;
    begin();
    fixture_parent_begin(&parent, &spec);
    fixture_run();
    ck_assert_int_eq(parent.started, ACT_OK);
    ck_assert_int_eq(parent.exits, 0);
    LOG_IS("a+ b+ c+ ");
    fixture_end();
}

static void a_child_that_ignores_is_kept_without_an_actor(void)
{
    begin();
    b.fail_first = 1, b.fail_count = 1, b.fail_how = FIXTURE_IGNORE;
    start();
    ROOT_RUNS();
    ck_assert_int_eq(c.starts_ok, 1);
    ck_assert_uint_eq(fixture_count(root).specs_count, 3);
    ck_assert_uint_eq(fixture_count(root).active_count, 2);
    fixture_end();
}

static void a_temporary_child_that_ignores_is_dropped(void)
{
    begin();
    b.fail_first = 1, b.fail_count = 1, b.fail_how = FIXTURE_IGNORE;
    child[1].restart = ACT_RESTART_TEMPORARY;
    start();
    ck_assert_uint_eq(fixture_count(root).specs_count, 2);
    ck_assert_int_eq(c.starts_ok, 1);
    fixture_end();
}

static void a_child_that_unlinks_and_fails_in_init_does_not_hang_the_start(void)
{
    struct fixture_parent parent;
    begin();
    b.fail_first = 1, b.fail_count = 1, b.fail_how = FIXTURE_UNLINK_AND_PANIC;
    fixture_parent_begin(&parent, &spec);
    fixture_run();
    ck_assert_int_eq(parent.exits, 1);
    LOG_IS("a+ b- a- ");
    fixture_end();
}

static void a_taken_name_is_a_failed_start(void)
{
    struct fixture_parent parent;
    begin();
    child[0].options = child[1].options = ACT_SPAWN_OPTIONS(.name = "taken");
    fixture_parent_begin(&parent, &spec);
    fixture_run();
    ck_assert_int_eq(parent.started, ACT_EXISTS);
    ck_assert_int_eq(parent.exit_code, ACT_EXISTS);
    LOG_IS("a+ a- ");
    fixture_end();
}

static void a_bad_spec_is_refused_before_anything_starts(void)
{
    act_pid pid;
    begin();
    child[1].id = "a";
    ck_assert_int_eq(act_system_spawn_supervisor(fixture_system, &pid, &spec, NULL), ACT_INVALID);
    fixture_run();
    LOG_IS("");
    fixture_end();
}

static void a_supervisor_with_a_bounded_inbox_is_refused(void)
{
    act_pid pid;
    begin();
    ck_assert_int_eq(act_system_spawn_supervisor(fixture_system, &pid, &spec,
                                                 ACT_SPAWN_OPTIONS(.inbox_max = 3)),
                     ACT_INVALID);
    fixture_end();
}

static void specs_ids_args_and_options_are_copied(void)
{
    char    id[] = "a", name[] = "name";
    act_pid pid;
    begin();
    child[0].id = id;
    act_spawn_options options = *ACT_SPAWN_OPTIONS(.name = name);
    child[0].options = &options;
    ck_assert_int_eq(act_system_spawn_supervisor(fixture_system, &root, &spec, NULL), ACT_OK);
    memset(child, 0xff, sizeof child);
    memset(id, 0xff, sizeof id);
    memset(name, 'x', sizeof name - 1);
    memset(&options, 0xff, sizeof options);
    a.self = b.self = c.self = NULL;
    fixture_run();
    tell(&a, FIXTURE_DO_FAIL);
    LOG_IS("a+ b+ c+ a- a+ ");
    ck_assert_int_eq(act_whereis(fixture_system, &pid, "name"), ACT_OK);
    ck_assert(act_pid_equal(pid, a.pid));
    ck_assert_int_eq(fixture_terminate(root, "a"), ACT_OK);
    fixture_end();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(children_start_in_order, ROUNDS),
    TEST_CASE(a_child_starts_when_init_of_the_one_before_has_returned, ROUNDS),
    TEST_CASE(a_supervisor_without_children_runs, ROUNDS),
    TEST_CASE(a_failed_initial_start_stops_those_started_in_reverse, ROUNDS),
    TEST_CASE(the_starter_hears_the_reason_of_a_failed_start, ROUNDS),
    TEST_CASE(the_starter_hears_of_a_panic_in_init_with_its_text, ROUNDS),
    TEST_CASE(each_kth_child_may_fail_to_start, ROUNDS),
    TEST_CASE(the_starter_hears_once_all_children_run, ROUNDS),
    TEST_CASE(a_child_that_ignores_is_kept_without_an_actor, ROUNDS),
    TEST_CASE(a_temporary_child_that_ignores_is_dropped, ROUNDS),
    TEST_CASE(a_child_that_unlinks_and_fails_in_init_does_not_hang_the_start, ROUNDS),
    TEST_CASE(a_taken_name_is_a_failed_start, ROUNDS),
    TEST_CASE(a_bad_spec_is_refused_before_anything_starts),
    TEST_CASE(a_supervisor_with_a_bounded_inbox_is_refused),
    TEST_CASE(specs_ids_args_and_options_are_copied, ROUNDS),
    END_OF_CASES,
};
