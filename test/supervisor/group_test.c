/*
 * one_for_all and rest_for_one: who is stopped and started, in which order, and what gets in
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
    rig_clear_log();
}

/* ----------------------------------------------------------------------- who and in which order */

static void one_for_all_stops_the_others_in_reverse_and_starts_all_in_order(void)
{
    struct rig_plan         *plans[] = {&a, &b, &c};
    static const char *const logs[] = {"a- c- b- a+ b+ c+ ", "b- c- a- a+ b+ c+ ",
                                       "c- b- a- a+ b+ c+ "};
    for (int i = 0; i < 3; i++) {
        begin_group(ACT_STRATEGY_ONE_FOR_ALL);
        start_quietly();
        tell(plans[i], i == 1 ? RIG_DO_PANIC : RIG_DO_FAIL);
        LOG_IS(logs[i]);
        ROOT_RUNS();
        rig_end();
    }
}

static void rest_for_one_restarts_it_and_those_after_it(void)
{
    struct rig_plan         *plans[] = {&a, &b, &c};
    static const char *const logs[] = {"a- c- b- a+ b+ c+ ", "b- c- b+ c+ ", "c- c+ "};
    for (int i = 0; i < 3; i++) {
        begin_group(ACT_STRATEGY_REST_FOR_ONE);
        start_quietly();
        tell(plans[i], RIG_DO_FAIL);
        LOG_IS(logs[i]);
        ROOT_RUNS();
        rig_end();
    }
}

static void a_killed_child_restarts_its_group(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    start_quietly();
    ck_assert_int_eq(
        act_system_exit(rig_system, b.pid, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)), ACT_OK);
    rig_run();
    LOG_IS("b- c- a- a+ b+ c+ ");
    rig_end();
}

static void an_end_that_is_not_restarted_restarts_nobody(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    child[0].restart = ACT_RESTART_TEMPORARY;
    child[1].restart = ACT_RESTART_TRANSIENT;
    start_quietly();
    tell(&a, RIG_DO_PANIC);
    tell(&b, RIG_DO_NORMAL);
    LOG_IS("a- b- ");
    ck_assert_uint_eq(rig_count(root).specs_count, 2);
    ROOT_RUNS();
    rig_end();
}

static void temporary_siblings_are_stopped_and_dropped(void)
{
    for (int i = 0; i < 2; i++) {
        begin_group(i == 0 ? ACT_STRATEGY_ONE_FOR_ALL : ACT_STRATEGY_REST_FOR_ONE);
        child[2].restart = ACT_RESTART_TEMPORARY;
        start_quietly();
        tell(&b, RIG_DO_FAIL);
        LOG_IS(i == 0 ? "b- c- a- a+ b+ " : "b- c- b+ ");
        ck_assert_uint_eq(rig_count(root).specs_count, 2);
        rig_end();
    }
}

static void rest_for_one_leaves_a_temporary_before_it_alone(void)
{
    begin_group(ACT_STRATEGY_REST_FOR_ONE);
    child[0].restart = ACT_RESTART_TEMPORARY;
    start_quietly();
    tell(&b, RIG_DO_FAIL);
    LOG_IS("b- c- b+ c+ ");
    ck_assert(a.alive);
    rig_end();
}

static void those_that_were_not_running_are_started_too(void)
{
    for (int i = 0; i < 2; i++) {
        begin_group(i == 0 ? ACT_STRATEGY_ONE_FOR_ALL : ACT_STRATEGY_REST_FOR_ONE);
        child[1].restart = ACT_RESTART_TRANSIENT;
        c.fail_first = 1, c.fail_count = 1, c.fail_how = RIG_IGNORE;
        start();
        tell(&b, RIG_DO_NORMAL);
        rig_clear_log();
        tell(&a, RIG_DO_FAIL);
        LOG_IS("a- a+ b+ c+ ");
        ck_assert_int_eq(rig_terminate(root, "c"), ACT_OK);
        rig_clear_log();
        tell(&a, RIG_DO_FAIL);
        LOG_IS("a- b- a+ b+ c+ ");
        rig_end();
    }
}

static void one_that_ignores_in_a_group_restart_is_passed_over(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    b.fail_first = 2, b.fail_count = 1, b.fail_how = RIG_IGNORE;
    start_quietly();
    tell(&c, RIG_DO_FAIL);
    ck_assert(a.alive && !b.alive && c.alive);
    ck_assert_uint_eq(rig_count(root).specs_count, 3);
    ROOT_RUNS();
    rig_end();
}

static void a_child_is_started_when_init_of_the_one_before_has_returned(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    b.after = &a, c.after = &b;
    start();
    a.starts_ok = b.starts_ok = 0;
    tell(&b, RIG_DO_FAIL);
    ck_assert(a.alive && b.alive && c.alive);
    rig_end();
}

/* ------------------------------------------------------------------------------------ intensity */

static void a_group_restart_counts_once(void)
{
    for (int i = 0; i < 2; i++) {
        begin_group(i == 0 ? ACT_STRATEGY_ONE_FOR_ALL : ACT_STRATEGY_REST_FOR_ONE);
        spec.intensity = 2;
        start();
        tell(&a, RIG_DO_FAIL);
        tell(&a, RIG_DO_FAIL);
        ROOT_RUNS();
        ck_assert_uint_eq(rig_count(root).restarts_count, 2);
        rig_clear_log();
        tell(&a, RIG_DO_FAIL);
        LOG_IS("a- c- b- ");
        ROOT_ENDED(ACT_EXIT_SHUTDOWN);
        rig_end();
    }
}

static void all_for_one_that_cannot_be_started_are_stopped_and_started_again(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    b.fail_first = 2, b.fail_count = 2, b.fail_how = RIG_REFUSE;
    start_quietly();
    tell(&c, RIG_DO_FAIL);
    LOG_IS("c- b- a- a+ b- a- a+ b- a- a+ b+ c+ ");
    ck_assert_uint_eq(rig_count(root).restarts_count, 3);
    rig_end();
}

static void the_rest_for_one_that_cannot_be_started_begins_with_that_one(void)
{
    begin_group(ACT_STRATEGY_REST_FOR_ONE);
    b.fail_first = 2, b.fail_count = 2, b.fail_how = RIG_PANIC;
    start_quietly();
    tell(&a, RIG_DO_FAIL);
    LOG_IS("a- c- b- a+ b- b- b+ c+ ");
    ck_assert_uint_eq(rig_count(root).restarts_count, 3);
    ck_assert_int_eq(a.starts, 2);
    rig_end();
}

static void a_group_that_never_starts_exceeds_the_intensity(void)
{
    for (int i = 0; i < 2; i++) {
        begin_group(i == 0 ? ACT_STRATEGY_ONE_FOR_ALL : ACT_STRATEGY_REST_FOR_ONE);
        spec.intensity = 5;
        c.fail_first = 2, c.fail_count = 1000, c.fail_how = i == 0 ? RIG_REFUSE : RIG_EXIT;
        start();
        tell(&b, RIG_DO_FAIL);
        ROOT_ENDED(ACT_EXIT_SHUTDOWN);
        ck_assert_int_le(c.starts, 1 + 5);
        ck_assert(!a.alive && !b.alive && !c.alive);
        rig_end();
    }
}

/* ------------------------------------------------------------------------- what gets in between */

static void siblings_are_given_their_time_and_then_killed(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    c.traps = c.ignores_exits = true;
    child[2].shutdown = ACT_MS(100);
    start_quietly();
    tell(&b, RIG_DO_FAIL);
    rig_advance(99);
    LOG_IS("b- ");
    rig_advance(1);
    LOG_IS("b- c- a- a+ b+ c+ ");
    rig_end();
}

static void one_that_fails_while_its_group_is_stopped_is_not_counted(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    c.traps = true, c.end_delay = 100;
    start_quietly();
    tell(&b, RIG_DO_FAIL);
    tell(&a, RIG_DO_FAIL);
    LOG_IS("b- a- ");
    rig_advance(100);
    LOG_IS("b- a- c- a+ b+ c+ ");
    ck_assert_uint_eq(rig_count(root).restarts_count, 1);
    rig_end();
}

static void one_before_the_rest_that_fails_meanwhile_is_restarted_afterwards(void)
{
    begin_group(ACT_STRATEGY_REST_FOR_ONE);
    c.traps = true, c.end_delay = 100;
    start_quietly();
    tell(&b, RIG_DO_FAIL);
    tell(&a, RIG_DO_FAIL);
    LOG_IS("b- a- ");
    rig_advance(200);
    LOG_IS("b- a- c- b+ c+ c- b- a+ b+ c+ ");
    ck_assert_uint_eq(rig_count(root).restarts_count, 2);
    rig_end();
}

static void told_to_stop_it_stops_in_the_midst_of_a_group_restart(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    c.traps = true, c.end_delay = 100;
    start_quietly();
    tell(&b, RIG_DO_FAIL);
    stop();
    rig_advance(200);
    LOG_IS("b- c- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    rig_end();
}

static void told_to_stop_it_stops_between_attempts(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    spec.intensity = 1000000;
    b.fail_first = 2, b.fail_count = 1000000, b.fail_how = RIG_REFUSE;
    start();
    rig_tell(&c, RIG_DO_FAIL);
    ck_assert_int_eq(act_simulation_run(rig_simulation, NULL, 1000), ACT_FULL);
    stop();
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    ck_assert(!a.alive && !b.alive && !c.alive);
    rig_end();
}

static void start_child_waits_until_the_group_runs(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    c.traps = true, c.end_delay = 100;
    start_quietly();
    tell(&b, RIG_DO_FAIL);
    act_child_spec  added = rig_child(&d);
    struct rig_call call = {.what = RIG_START, .supervisor = root, .spec = &added};
    rig_ask(&call);
    rig_run();
    ck_assert_uint_eq(call.tag, 0);
    ck_assert_uint_eq(rig_count(root).specs_count, 3);
    rig_advance(100);
    LOG_IS("b- c- a- a+ b+ c+ d+ ");
    ck_assert_int_eq(call.answer.result, ACT_OK);
    rig_end();
}

static void one_just_being_added_when_its_group_is_stopped_is_not_taken(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    start_quietly();
    act_child_spec  added = rig_child(&d);
    struct rig_call call = {.what = RIG_START, .supervisor = root, .spec = &added};
    rig_ask(&call);
    rig_tell(&a, RIG_DO_FAIL);
    rig_run();
    ck_assert(a.alive && b.alive && c.alive);
    ck_assert_uint_eq(call.tag, ACT_MESSAGE_SUPERVISOR_ANSWER);
    ck_assert(d.alive == (call.answer.result == ACT_OK));
    ck_assert_uint_eq(rig_count(root).specs_count, call.answer.result == ACT_OK ? 4 : 3);
    rig_end();
}

static void a_child_that_forges_its_end_restarts_the_group_once(void)
{
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    start_quietly();
    tell(&b, RIG_DO_FORGE);
    LOG_IS("b- c- a- a+ b+ c+ ");
    ck_assert_uint_eq(rig_count(root).restarts_count, 1);
    rig_end();
}

static void an_inner_supervisor_is_restarted_with_its_group(void)
{
    act_child_spec      inner_child;
    act_supervisor_spec inner = {.intensity = 1, .children = &inner_child, .children_count = 1};
    begin_group(ACT_STRATEGY_ONE_FOR_ALL);
    inner_child = rig_child(&d);
    child[1] = act_supervisor_child("inner", &inner);
    start_quietly();
    tell(&a, RIG_DO_FAIL);
    LOG_IS("a- c- d- a+ d+ c+ ");
    rig_clear_log();
    tell(&d, RIG_DO_FAIL);
    tell(&d, RIG_DO_FAIL); /* too often: the supervisor above restarts all */
    LOG_IS("d- d+ d- c- a- a+ d+ c+ ");
    rig_end();
}

const struct kit_fact kit_facts[] = {
    FACT(one_for_all_stops_the_others_in_reverse_and_starts_all_in_order, ROUNDS),
    FACT(rest_for_one_restarts_it_and_those_after_it, ROUNDS),
    FACT(a_killed_child_restarts_its_group, ROUNDS),
    FACT(an_end_that_is_not_restarted_restarts_nobody, ROUNDS),
    FACT(temporary_siblings_are_stopped_and_dropped, ROUNDS),
    FACT(rest_for_one_leaves_a_temporary_before_it_alone, ROUNDS),
    FACT(those_that_were_not_running_are_started_too, ROUNDS),
    FACT(one_that_ignores_in_a_group_restart_is_passed_over, ROUNDS),
    FACT(a_child_is_started_when_init_of_the_one_before_has_returned, ROUNDS),
    FACT(a_group_restart_counts_once, ROUNDS),
    FACT(all_for_one_that_cannot_be_started_are_stopped_and_started_again, ROUNDS),
    FACT(the_rest_for_one_that_cannot_be_started_begins_with_that_one, ROUNDS),
    FACT(a_group_that_never_starts_exceeds_the_intensity, ROUNDS),
    FACT(siblings_are_given_their_time_and_then_killed, ROUNDS),
    FACT(one_that_fails_while_its_group_is_stopped_is_not_counted, ROUNDS),
    FACT(one_before_the_rest_that_fails_meanwhile_is_restarted_afterwards, ROUNDS),
    FACT(told_to_stop_it_stops_in_the_midst_of_a_group_restart, ROUNDS),
    FACT(told_to_stop_it_stops_between_attempts, ROUNDS),
    FACT(start_child_waits_until_the_group_runs, ROUNDS),
    FACT(one_just_being_added_when_its_group_is_stopped_is_not_taken, ROUNDS),
    FACT(a_child_that_forges_its_end_restarts_the_group_once, ROUNDS),
    FACT(an_inner_supervisor_is_restarted_with_its_group, ROUNDS),
    END_OF_FACTS,
};
