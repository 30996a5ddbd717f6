/* Significant children: when their ends are their supervisor's. */
/* SPDX-License-Identifier: MIT */
#include <test/supervisor/family.h>

static void begin_significant(act_auto_shutdown auto_shutdown)
{
    begin();
    spec.auto_shutdown = auto_shutdown;
    for (int i = 0; i < 2; i++) {
        child[i].significant = true;
        child[i].restart = ACT_RESTART_TRANSIENT;
    }
}

/* How one significant child ends, and whether that is for good. */
static const struct {
    act_restart restart;
    uint32_t    end;
    bool        for_good;
} ends[] = {
    {ACT_RESTART_TRANSIENT, FIXTURE_DO_NORMAL, true},
    {ACT_RESTART_TRANSIENT, FIXTURE_DO_SHUTDOWN, true},
    {ACT_RESTART_TRANSIENT, FIXTURE_DO_FAIL, false},
    {ACT_RESTART_TRANSIENT, FIXTURE_DO_PANIC, false},
    {ACT_RESTART_TEMPORARY, FIXTURE_DO_NORMAL, true},
    {ACT_RESTART_TEMPORARY, FIXTURE_DO_SHUTDOWN, true},
    {ACT_RESTART_TEMPORARY, FIXTURE_DO_FAIL, true},
    {ACT_RESTART_TEMPORARY, FIXTURE_DO_PANIC, true},
};

static void for_each_end(act_auto_shutdown auto_shutdown, void (*then)(bool for_good))
{
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        begin_significant(auto_shutdown);
        child[0].restart = child[1].restart = ends[i].restart;
        start();
        tell(&a, ends[i].end);
        then(ends[i].for_good);
        if (ends[i].for_good && auto_shutdown == ACT_AUTO_SHUTDOWN_ALL_SIGNIFICANT) {
            tell(&b, ends[i].end);
            ROOT_ENDED(ACT_EXIT_SHUTDOWN);
        }
        fixture_end();
    }
}

static void any_has_ended(bool for_good)
{
    ck_assert_int_eq(fixture_end_kind(root), for_good ? (int)ACT_EXIT_SHUTDOWN : -1);
    ck_assert(for_good != c.alive);
}

static void any_significant_ends_it_with_the_first_by_kind_of_end(void)
{
    for_each_end(ACT_AUTO_SHUTDOWN_ANY_SIGNIFICANT, any_has_ended);
}

static void one_of_two_has_ended(bool for_good)
{
    ROOT_RUNS();
    ck_assert(a.alive != for_good && b.alive && c.alive);
}

static void all_significant_ends_it_with_the_last_by_kind_of_end(void)
{
    for_each_end(ACT_AUTO_SHUTDOWN_ALL_SIGNIFICANT, one_of_two_has_ended);
}

static void the_others_are_stopped_in_reverse_order(void)
{
    begin_significant(ACT_AUTO_SHUTDOWN_ANY_SIGNIFICANT);
    start();
    fixture_clear_log();
    tell(&b, FIXTURE_DO_NORMAL);
    LOG_IS("b- c- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void the_end_of_one_that_is_not_significant_changes_nothing(void)
{
    begin_significant(ACT_AUTO_SHUTDOWN_ANY_SIGNIFICANT);
    child[2].restart = ACT_RESTART_TEMPORARY;
    start();
    tell(&c, FIXTURE_DO_NORMAL);
    ROOT_RUNS();
    fixture_end();
}

static void one_that_is_terminated_has_not_ended_by_itself(void)
{
    for (int i = ACT_AUTO_SHUTDOWN_ANY_SIGNIFICANT; i <= ACT_AUTO_SHUTDOWN_ALL_SIGNIFICANT; i++) {
        begin_significant((act_auto_shutdown)i);
        start();
        ck_assert_int_eq(fixture_terminate(root, "a"), ACT_OK);
        ck_assert_int_eq(fixture_terminate(root, "b"), ACT_OK);
        ROOT_RUNS();
        fixture_end();
    }
}

/* As in OTP: only those that run are looked at. */
static void one_that_was_terminated_is_not_waited_for(void)
{
    begin_significant(ACT_AUTO_SHUTDOWN_ALL_SIGNIFICANT);
    start();
    ck_assert_int_eq(fixture_terminate(root, "a"), ACT_OK);
    tell(&b, FIXTURE_DO_NORMAL);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

/* In OTP it would be gone before the supervisor hears of the other. */
static void one_that_is_being_terminated_is_not_waited_for(void)
{
    begin_significant(ACT_AUTO_SHUTDOWN_ALL_SIGNIFICANT);
    a.traps = true;
    a.end_delay = 100;
    start();
    struct fixture_call call = {.what = FIXTURE_TERMINATE, .supervisor = root, .id = "a"};
    fixture_ask(&call);
    fixture_run();
    tell(&b, FIXTURE_DO_NORMAL);
    ck_assert(a.alive);
    fixture_advance(100);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

/* b fails and takes c with it; meanwhile a ends. */
static void begin_rest_for_one_without_a(void)
{
    begin_significant(ACT_AUTO_SHUTDOWN_ALL_SIGNIFICANT);
    spec.strategy = ACT_STRATEGY_REST_FOR_ONE;
    child[1].significant = false;
    child[1].restart = ACT_RESTART_PERMANENT;
    child[2].significant = true;
    child[2].restart = ACT_RESTART_TRANSIENT;
}

static void one_whose_group_is_being_restarted_has_not_ended(void)
{
    begin_rest_for_one_without_a();
    child[3] = child[2]; /* d is the significant one, and is gone while c takes its time */
    child[3].id = "d";
    child[3].args = fixture_child(&d).args;
    child[2].significant = false;
    spec.children_count = 4;
    c.traps = true;
    c.end_delay = 100;
    start();
    tell(&b, FIXTURE_DO_FAIL);
    tell(&a, FIXTURE_DO_NORMAL);
    ck_assert(c.alive && c.starts == 1 && !d.alive);
    fixture_advance(100);
    ROOT_RUNS();
    ck_assert(b.alive && c.alive && d.alive);
    tell(&d, FIXTURE_DO_NORMAL);
    fixture_advance(100);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void one_whose_group_waits_to_be_restarted_has_not_ended(void)
{
    begin_rest_for_one_without_a();
    spec.backoff = (act_backoff){.min = 100, .max = 100};
    start();
    tell(&b, FIXTURE_DO_FAIL);
    tell(&a, FIXTURE_DO_NORMAL);
    ck_assert(!c.alive);
    fixture_advance(100);
    ROOT_RUNS();
    ck_assert(b.alive && c.alive);
    tell(&c, FIXTURE_DO_NORMAL);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void one_stopped_for_its_sibling_has_not_ended_by_itself(void)
{
    begin_significant(ACT_AUTO_SHUTDOWN_ANY_SIGNIFICANT);
    spec.strategy = ACT_STRATEGY_ONE_FOR_ALL;
    child[1].restart = ACT_RESTART_TEMPORARY;
    start();
    tell(&c, FIXTURE_DO_FAIL);
    ROOT_RUNS();
    ck_assert(a.alive && !b.alive && c.alive);
    fixture_end();
}

static void one_that_ignores_has_not_ended(void)
{
    begin_significant(ACT_AUTO_SHUTDOWN_ANY_SIGNIFICANT);
    a.fail_first = 1, a.fail_count = 1, a.fail_how = FIXTURE_IGNORE;
    start();
    ROOT_RUNS();
    ck_assert(b.alive && c.alive);
    fixture_end();
}

static void one_that_ends_while_others_start_is_heeded_when_all_run(void)
{
    struct fixture_parent parent;
    begin_significant(ACT_AUTO_SHUTDOWN_ANY_SIGNIFICANT);
    fixture_parent_begin(&parent, &spec);
    for (int turns = 0; a.starts_ok == 0 && turns < 100; turns++)
        (void)!act_simulation_run(fixture_simulation, NULL, 1);
    fixture_tell(&a, FIXTURE_DO_NORMAL);
    fixture_run();
    ck_assert_int_eq(parent.started, ACT_OK);
    ck_assert_int_eq(parent.exit_kind, ACT_EXIT_SHUTDOWN);
    ck_assert_int_eq(c.starts_ok, 1);
    fixture_end();
}

static void an_added_child_can_be_significant(void)
{
    begin_significant(ACT_AUTO_SHUTDOWN_ANY_SIGNIFICANT);
    start();
    act_child_spec added = fixture_child(&d);
    added.significant = true;
    added.restart = ACT_RESTART_TEMPORARY;
    ck_assert_int_eq(fixture_start(root, &added).result, ACT_OK);
    tell(&d, FIXTURE_DO_PANIC);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void an_added_significant_child_is_refused_where_shutdown_is_never_automatic(void)
{
    begin();
    start();
    act_child_spec added = fixture_child(&d);
    added.significant = true;
    added.restart = ACT_RESTART_TEMPORARY;
    added.args_release = fixture_args_release;
    ck_assert_int_eq(fixture_start(root, &added).result, ACT_INVALID);
    ck_assert_int_eq(d.args_released, 1);
    ck_assert_int_eq(d.starts, 0);
    ck_assert_uint_eq(fixture_count(root).specs_count, 3);
    fixture_end();
}

static void a_clean_end_restarts_none_above(void)
{
    act_child_spec      inner_child;
    act_supervisor_spec inner = {.intensity = 1,
                                 .children = &inner_child,
                                 .children_count = 1,
                                 .auto_shutdown = ACT_AUTO_SHUTDOWN_ALL_SIGNIFICANT};
    begin();
    inner_child = fixture_child(&d);
    inner_child.significant = true;
    inner_child.restart = ACT_RESTART_TRANSIENT;
    child[1] = act_supervisor_child("inner", &inner);
    child[1].restart = ACT_RESTART_TRANSIENT;
    start();
    fixture_clear_log();
    tell(&d, FIXTURE_DO_NORMAL);
    LOG_IS("d- ");
    ROOT_RUNS();
    ck_assert_uint_eq(fixture_count(root).active_count, 2);
    fixture_end();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(any_significant_ends_it_with_the_first_by_kind_of_end, ROUNDS),
    TEST_CASE(all_significant_ends_it_with_the_last_by_kind_of_end, ROUNDS),
    TEST_CASE(the_others_are_stopped_in_reverse_order, ROUNDS),
    TEST_CASE(the_end_of_one_that_is_not_significant_changes_nothing, ROUNDS),
    TEST_CASE(one_that_is_terminated_has_not_ended_by_itself, ROUNDS),
    TEST_CASE(one_that_was_terminated_is_not_waited_for, ROUNDS),
    TEST_CASE(one_that_is_being_terminated_is_not_waited_for, ROUNDS),
    TEST_CASE(one_whose_group_is_being_restarted_has_not_ended, ROUNDS),
    TEST_CASE(one_whose_group_waits_to_be_restarted_has_not_ended, ROUNDS),
    TEST_CASE(one_stopped_for_its_sibling_has_not_ended_by_itself, ROUNDS),
    TEST_CASE(one_that_ignores_has_not_ended, ROUNDS),
    TEST_CASE(one_that_ends_while_others_start_is_heeded_when_all_run, ROUNDS),
    TEST_CASE(an_added_child_can_be_significant, ROUNDS),
    TEST_CASE(an_added_significant_child_is_refused_where_shutdown_is_never_automatic, ROUNDS),
    TEST_CASE(a_clean_end_restarts_none_above, ROUNDS),
    END_OF_CASES,
};
