/*
 * one_for_all and rest_for_one: what is stopped and started, in which order, and what gets in
 * between.
 */
/* SPDX-License-Identifier: MIT */
#include <test/supervisor/family.h>

static void begin_group(act_strategy strategy)
{
    begin();
    spec.strategy = strategy;
}

static void start_quietly(void)
{
    start();
    fixture_clear_log();
}

/* --------------------------------------------------------------- which children, in which order */

static void one_for_all_stops_the_others_in_reverse_and_starts_all_in_order(void)
{
    struct fixture_plan     *plans[] = {&a, &b, &c};
    static const char *const logs[] = {"a- c- b- a+ b+ c+ ", "b- c- a- a+ b+ c+ ",
                                       "c- b- a- a+ b+ c+ "};
    for (int i = 0; i < 3; i++) {
        begin_group(ACT_STRATEGY_ONE_FOR_ALL);
        start_quietly();
        tell(plans[i], i == 1 ? FIXTURE_DO_PANIC : FIXTURE_DO_FAIL);
        LOG_IS(logs[i]);
        ROOT_RUNS();
        fixture_end();
    }
}

static void rest_for_one_restarts_it_and_those_after_it(void)
{
    struct fixture_plan     *plans[] = {&a, &b, &c};
    static const char *const logs[] = {"a- c- b- a+ b+ c+ ", "b- c- b+ c+ ", "c- c+ "};
    for (int i = 0; i < 3; i++) {
        begin_group(ACT_STRATEGY_REST_FOR_ONE);
        start_quietly();
        tell(plans[i], FIXTURE_DO_FAIL);
        LOG_IS(logs[i]);
        ROOT_RUNS();
        fixture_end();
    }
}

static void a_killed_child_restarts_its_group(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    start_quietly();
    ck_assert_int_eq(act_system_exit_actor(fixture_system, b.pid,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    fixture_run();
    LOG_IS("b- c- a- a+ b+ c+ ");
    fixture_end();
}

static void an_end_that_is_not_restarted_restarts_none(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    child[0].restart = ACT_RESTART_TEMPORARY;
    child[1].restart = ACT_RESTART_TRANSIENT;
    start_quietly();
    tell(&a, FIXTURE_DO_PANIC);
    tell(&b, FIXTURE_DO_NORMAL);
    LOG_IS("a- b- ");
    ck_assert_uint_eq(fixture_count(root).specs_count, 2);
    ROOT_RUNS();
    fixture_end();
}

static void temporary_siblings_are_stopped_and_dropped(void)
{
    for (int i = 0; i < 2; i++) {
        begin_group(i == 0 ? ACT_STRATEGY_ONE_FOR_ALL : ACT_STRATEGY_REST_FOR_ONE);
        child[2].restart = ACT_RESTART_TEMPORARY;
        start_quietly();
        tell(&b, FIXTURE_DO_FAIL);
        LOG_IS(i == 0 ? "b- c- a- a+ b+ " : "b- c- b+ ");
        ck_assert_uint_eq(fixture_count(root).specs_count, 2);
        fixture_end();
    }
}

static void rest_for_one_leaves_a_temporary_before_it_alone(void)
{
    begin_group(ACT_STRATEGY_REST_FOR_ONE);
    child[0].restart = ACT_RESTART_TEMPORARY;
    start_quietly();
    tell(&b, FIXTURE_DO_FAIL);
    LOG_IS("b- c- b+ c+ ");
    ck_assert(a.alive);
    fixture_end();
}

static void those_that_were_not_running_are_started_too(void)
{
    for (int i = 0; i < 2; i++) {
        begin_group(i == 0 ? ACT_STRATEGY_ONE_FOR_ALL : ACT_STRATEGY_REST_FOR_ONE);
        child[1].restart = ACT_RESTART_TRANSIENT;
        c.fail_first = 1, c.fail_count = 1, c.fail_how = FIXTURE_IGNORE;
        start();
        tell(&b, FIXTURE_DO_NORMAL);
        fixture_clear_log();
        tell(&a, FIXTURE_DO_FAIL);
        LOG_IS("a- a+ b+ c+ ");
        ck_assert_int_eq(fixture_terminate(root, "c"), ACT_OK);
        fixture_clear_log();
        tell(&a, FIXTURE_DO_FAIL);
        LOG_IS("a- b- a+ b+ c+ ");
        fixture_end();
    }
}

static void one_that_ignores_in_a_group_restart_is_passed_over(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    b.fail_first = 2, b.fail_count = 1, b.fail_how = FIXTURE_IGNORE;
    start_quietly();
    tell(&c, FIXTURE_DO_FAIL);
    ck_assert(a.alive && !b.alive && c.alive);
    ck_assert_uint_eq(fixture_count(root).specs_count, 3);
    ROOT_RUNS();
    fixture_end();
}

static void a_child_is_started_when_init_of_the_one_before_has_returned(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    b.after = &a, c.after = &b;
    start();
    a.starts_ok = b.starts_ok = 0;
    tell(&b, FIXTURE_DO_FAIL);
    ck_assert(a.alive && b.alive && c.alive);
    fixture_end();
}

/* ------------------------------------------------------------------------------------ intensity */

static void a_group_restart_counts_once(void)
{
    for (int i = 0; i < 2; i++) {
        begin_group(i == 0 ? ACT_STRATEGY_ONE_FOR_ALL : ACT_STRATEGY_REST_FOR_ONE);
        spec.intensity = 2;
        start();
        tell(&a, FIXTURE_DO_FAIL);
        tell(&a, FIXTURE_DO_FAIL);
        ROOT_RUNS();
        ck_assert_uint_eq(fixture_count(root).restarts_count, 2);
        fixture_clear_log();
        tell(&a, FIXTURE_DO_FAIL);
        LOG_IS("a- c- b- ");
        ROOT_ENDED(ACT_EXIT_SHUTDOWN);
        fixture_end();
    }
}

static void all_for_one_that_cannot_be_started_are_stopped_and_started_again(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    b.fail_first = 2, b.fail_count = 2, b.fail_how = FIXTURE_REFUSE;
    start_quietly();
    tell(&c, FIXTURE_DO_FAIL);
    LOG_IS("c- b- a- a+ b- a- a+ b- a- a+ b+ c+ ");
    ck_assert_uint_eq(fixture_count(root).restarts_count, 3);
    fixture_end();
}

static void the_rest_for_one_that_cannot_be_started_begins_with_that_one(void)
{
    begin_group(ACT_STRATEGY_REST_FOR_ONE);
    b.fail_first = 2, b.fail_count = 2, b.fail_how = FIXTURE_PANIC;
    start_quietly();
    tell(&a, FIXTURE_DO_FAIL);
    LOG_IS("a- c- b- a+ b- b- b+ c+ ");
    ck_assert_uint_eq(fixture_count(root).restarts_count, 3);
    ck_assert_int_eq(a.starts, 2);
    fixture_end();
}

static void a_group_that_never_starts_exceeds_the_intensity(void)
{
    for (int i = 0; i < 2; i++) {
        begin_group(i == 0 ? ACT_STRATEGY_ONE_FOR_ALL : ACT_STRATEGY_REST_FOR_ONE);
        spec.intensity = 5;
        c.fail_first = 2, c.fail_count = 1000, c.fail_how = i == 0 ? FIXTURE_REFUSE : FIXTURE_EXIT;
        start();
        tell(&b, FIXTURE_DO_FAIL);
        ROOT_ENDED(ACT_EXIT_SHUTDOWN);
        ck_assert_int_le(c.starts, 1 + 5);
        ck_assert(!a.alive && !b.alive && !c.alive);
        fixture_end();
    }
}

/* ------------------------------------------------------------------------- what gets in between */

static void siblings_are_given_their_time_and_then_killed(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    c.traps = c.ignores_exits = true;
    child[2].shutdown = ACT_MS(100);
    start_quietly();
    tell(&b, FIXTURE_DO_FAIL);
    fixture_advance(99);
    LOG_IS("b- ");
    fixture_advance(1);
    LOG_IS("b- c- a- a+ b+ c+ ");
    fixture_end();
}

static void one_that_fails_while_its_group_is_stopped_is_not_counted(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    c.traps = true, c.end_delay = 100;
    start_quietly();
    tell(&b, FIXTURE_DO_FAIL);
    tell(&a, FIXTURE_DO_FAIL);
    LOG_IS("b- a- ");
    fixture_advance(100);
    LOG_IS("b- a- c- a+ b+ c+ ");
    ck_assert_uint_eq(fixture_count(root).restarts_count, 1);
    fixture_end();
}

static void one_before_the_rest_that_fails_meanwhile_is_restarted_afterwards(void)
{
    begin_group(ACT_STRATEGY_REST_FOR_ONE);
    c.traps = true, c.end_delay = 100;
    start_quietly();
    tell(&b, FIXTURE_DO_FAIL);
    tell(&a, FIXTURE_DO_FAIL);
    LOG_IS("b- a- ");
    fixture_advance(200);
    LOG_IS("b- a- c- b+ c+ c- b- a+ b+ c+ ");
    ck_assert_uint_eq(fixture_count(root).restarts_count, 2);
    fixture_end();
}

static void told_to_stop_it_stops_in_the_midst_of_a_group_restart(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    c.traps = true, c.end_delay = 100;
    start_quietly();
    tell(&b, FIXTURE_DO_FAIL);
    stop();
    fixture_advance(200);
    LOG_IS("b- c- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void told_to_stop_it_stops_between_attempts(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    spec.intensity = 1000000;
    b.fail_first = 2, b.fail_count = 1000000, b.fail_how = FIXTURE_REFUSE;
    start();
    fixture_tell(&c, FIXTURE_DO_FAIL);
    ck_assert_int_eq(act_simulation_run(fixture_simulation, NULL, 1000), ACT_FULL);
    stop();
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    ck_assert(!a.alive && !b.alive && !c.alive);
    fixture_end();
}

static void start_child_waits_until_the_group_runs(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    c.traps = true, c.end_delay = 100;
    start_quietly();
    tell(&b, FIXTURE_DO_FAIL);
    act_child_spec      added = fixture_child(&d);
    struct fixture_call call = {.what = FIXTURE_START, .supervisor = root, .spec = &added};
    fixture_ask(&call);
    fixture_run();
    ck_assert_uint_eq(call.tag, 0);
    ck_assert_uint_eq(fixture_count(root).specs_count, 3);
    fixture_advance(100);
    LOG_IS("b- c- a- a+ b+ c+ d+ ");
    ck_assert_int_eq(call.answer.result, ACT_OK);
    fixture_end();
}

static void one_just_being_added_when_its_group_is_stopped_is_not_taken(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    start_quietly();
    act_child_spec      added = fixture_child(&d);
    struct fixture_call call = {.what = FIXTURE_START, .supervisor = root, .spec = &added};
    fixture_ask(&call);
    fixture_tell(&a, FIXTURE_DO_FAIL);
    fixture_run();
    ck_assert(a.alive && b.alive && c.alive);
    ck_assert_uint_eq(call.tag, ACT_MESSAGE_SUPERVISOR_ANSWER);
    ck_assert(d.alive == (call.answer.result == ACT_OK));
    ck_assert_uint_eq(fixture_count(root).specs_count, call.answer.result == ACT_OK ? 4 : 3);
    fixture_end();
}

static void a_child_that_forges_its_end_restarts_the_group_once(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    start_quietly();
    tell(&b, FIXTURE_DO_FORGE);
    LOG_IS("b- c- a- a+ b+ c+ ");
    ck_assert_uint_eq(fixture_count(root).restarts_count, 1);
    fixture_end();
}

static void an_inner_supervisor_is_restarted_with_its_group(void)
{
    act_child_spec      inner_child;
    act_supervisor_spec inner = {.intensity = 1, .children = &inner_child, .children_count = 1};
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    inner_child = fixture_child(&d);
    child[1] = act_supervisor_child("inner", &inner);
    start_quietly();
    tell(&a, FIXTURE_DO_FAIL);
    LOG_IS("a- c- d- a+ d+ c+ ");
    fixture_clear_log();
    tell(&d, FIXTURE_DO_FAIL);
    tell(&d, FIXTURE_DO_FAIL); /* too often: the supervisor above restarts all */
    LOG_IS("d- d+ d- c- a- a+ d+ c+ ");
    fixture_end();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(one_for_all_stops_the_others_in_reverse_and_starts_all_in_order, ROUNDS),
    TEST_CASE(rest_for_one_restarts_it_and_those_after_it, ROUNDS),
    TEST_CASE(a_killed_child_restarts_its_group, ROUNDS),
    TEST_CASE(an_end_that_is_not_restarted_restarts_none, ROUNDS),
    TEST_CASE(temporary_siblings_are_stopped_and_dropped, ROUNDS),
    TEST_CASE(rest_for_one_leaves_a_temporary_before_it_alone, ROUNDS),
    TEST_CASE(those_that_were_not_running_are_started_too, ROUNDS),
    TEST_CASE(one_that_ignores_in_a_group_restart_is_passed_over, ROUNDS),
    TEST_CASE(a_child_is_started_when_init_of_the_one_before_has_returned, ROUNDS),
    TEST_CASE(a_group_restart_counts_once, ROUNDS),
    TEST_CASE(all_for_one_that_cannot_be_started_are_stopped_and_started_again, ROUNDS),
    TEST_CASE(the_rest_for_one_that_cannot_be_started_begins_with_that_one, ROUNDS),
    TEST_CASE(a_group_that_never_starts_exceeds_the_intensity, ROUNDS),
    TEST_CASE(siblings_are_given_their_time_and_then_killed, ROUNDS),
    TEST_CASE(one_that_fails_while_its_group_is_stopped_is_not_counted, ROUNDS),
    TEST_CASE(one_before_the_rest_that_fails_meanwhile_is_restarted_afterwards, ROUNDS),
    TEST_CASE(told_to_stop_it_stops_in_the_midst_of_a_group_restart, ROUNDS),
    TEST_CASE(told_to_stop_it_stops_between_attempts, ROUNDS),
    TEST_CASE(start_child_waits_until_the_group_runs, ROUNDS),
    TEST_CASE(one_just_being_added_when_its_group_is_stopped_is_not_taken, ROUNDS),
    TEST_CASE(a_child_that_forges_its_end_restarts_the_group_once, ROUNDS),
    TEST_CASE(an_inner_supervisor_is_restarted_with_its_group, ROUNDS),
    END_OF_CASES,
};
