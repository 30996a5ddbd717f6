/*
 * restart_child, delete_child and get_childspec: what becomes of a spec whose child does not run.
 */
/* SPDX-License-Identifier: MIT */
#include <test/supervisor/family.h>

static void begin_two(void)
{
    begin();
    spec.children_count = 2;
}

static struct fixture_call call(int what)
{
    struct fixture_call made = {.what = what, .supervisor = root, .id = "a"};
    return made;
}

static void restart_child_starts_one_that_was_terminated(void)
{
    begin_two();
    start();
    ck_assert_int_eq(fixture_terminate(root, "a"), ACT_OK);
    fixture_clear_log();
    act_supervisor_answer answer = fixture_restart(root, "a");
    ck_assert_int_eq(answer.result, ACT_OK);
    ck_assert(act_pid_equal(answer.child, a.pid));
    LOG_IS("a+ ");
    ck_assert_uint_eq(fixture_count(root).restarts_count, 0);
    tell(&a, FIXTURE_DO_FAIL);
    ck_assert(a.alive);
    fixture_end();
}

static void restart_child_starts_one_that_has_ended_for_good(void)
{
    begin_two();
    child[0].restart = ACT_RESTART_TRANSIENT;
    start();
    tell(&a, FIXTURE_DO_NORMAL);
    ck_assert_int_eq(fixture_restart(root, "a").result, ACT_OK);
    ck_assert(a.alive);
    fixture_end();
}

static void restart_child_of_one_that_runs_answers_with_its_pid(void)
{
    begin_two();
    start();
    act_supervisor_answer answer = fixture_restart(root, "b");
    ck_assert_int_eq(answer.result, ACT_EXISTS);
    ck_assert(act_pid_equal(answer.child, b.pid));
    ck_assert_int_eq(b.starts, 1);
    fixture_end();
}

static void restart_child_that_cannot_start_keeps_the_spec(void)
{
    static const enum fixture_failure hows[] = {FIXTURE_REFUSE, FIXTURE_IGNORE, FIXTURE_PANIC};
    static const act_result           results[] = {ACT_OS, ACT_IGNORE, ACT_CLOSED};
    for (int i = 0; i < 3; i++) {
        begin_two();
        start();
        ck_assert_int_eq(fixture_terminate(root, "a"), ACT_OK);
        a.fail_first = 2, a.fail_count = 1, a.fail_how = hows[i];
        ck_assert_int_eq(fixture_restart(root, "a").result, results[i]);
        ck_assert_uint_eq(fixture_count(root).specs_count, 2);
        ck_assert_int_eq(fixture_restart(root, "a").result, ACT_OK);
        fixture_end();
    }
}

static void delete_child_drops_one_that_does_not_run(void)
{
    begin_two();
    child[0].args_release = fixture_args_release;
    start();
    act_supervisor_answer answer = fixture_delete(root, "a");
    ck_assert_int_eq(answer.result, ACT_EXISTS);
    ck_assert(act_pid_equal(answer.child, a.pid));
    ck_assert_int_eq(fixture_terminate(root, "a"), ACT_OK);
    ck_assert_int_eq(fixture_delete(root, "a").result, ACT_OK);
    ck_assert_int_eq(a.args_released, 1);
    ck_assert_uint_eq(fixture_count(root).specs_count, 1);
    ck_assert_int_eq(fixture_restart(root, "a").result, ACT_NOT_FOUND);
    ck_assert_int_eq(fixture_delete(root, "a").result, ACT_NOT_FOUND);
    fixture_end();
}

static void what_is_asked_of_one_that_is_being_stopped_waits_its_turn(void)
{
    begin_two();
    a.traps = true, a.end_delay = 50;
    start();
    struct fixture_call calls[] = {call(FIXTURE_TERMINATE), call(FIXTURE_RESTART),
                                   call(FIXTURE_DELETE), call(FIXTURE_TERMINATE),
                                   call(FIXTURE_DELETE)};
    for (int i = 0; i < 5; i++) {
        calls[i].id = "a";
        fixture_ask(&calls[i]);
        fixture_run();
        ck_assert_uint_eq(calls[i].tag, 0);
    }
    fixture_advance(200);
    static const act_result results[] = {ACT_OK, ACT_OK, ACT_EXISTS, ACT_OK, ACT_OK};
    /* terminated again before its init had run */
    bool                    was_early = calls[1].answer.result == ACT_CLOSED;
    for (int i = 0; i < 5; i++)
        ck_assert_msg(calls[i].answer.result == results[i] || (i == 1 && was_early), "call %d", i);
    ck_assert_int_eq(a.starts, was_early ? 1 : 2);
    ck_assert_uint_eq(fixture_count(root).specs_count, 1);
    fixture_end();
}

static void get_childspec_tells_what_holds(void)
{
    begin_two();
    child[1].restart = ACT_RESTART_TRANSIENT;
    start();
    struct fixture_call get = call(FIXTURE_GET);
    get.id = "b";
    fixture_ask(&get);
    fixture_run();
    ck_assert_uint_eq(get.rows_count, 1);
    ck_assert_str_eq(get.rows[0].id, "b");
    ck_assert_int_eq(get.rows[0].restart, ACT_RESTART_TRANSIENT);
    ck_assert_int_eq(get.rows[0].shutdown, ACT_SECONDS(5));
    ck_assert(!get.rows[0].significant && act_pid_equal(get.rows[0].pid, b.pid));
    get.id = "none";
    fixture_ask(&get);
    fixture_run();
    ck_assert_int_eq(get.answer.result, ACT_NOT_FOUND);
    ck_assert_uint_eq(get.rows_count, 0);
    fixture_end();
}

static void changes_are_refused_when_it_stops(void)
{
    begin_two();
    b.traps = true, b.end_delay = 50;
    start();
    stop();
    struct fixture_call calls[] = {call(FIXTURE_RESTART), call(FIXTURE_DELETE)};
    for (int i = 0; i < 2; i++) {
        calls[i].id = "a";
        fixture_ask(&calls[i]);
        fixture_run();
        ck_assert_int_eq(calls[i].answer.result, ACT_CLOSED);
    }
    fixture_advance(100);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(restart_child_starts_one_that_was_terminated, ROUNDS),
    TEST_CASE(restart_child_starts_one_that_has_ended_for_good, ROUNDS),
    TEST_CASE(restart_child_of_one_that_runs_answers_with_its_pid, ROUNDS),
    TEST_CASE(restart_child_that_cannot_start_keeps_the_spec, ROUNDS),
    TEST_CASE(delete_child_drops_one_that_does_not_run, ROUNDS),
    TEST_CASE(what_is_asked_of_one_that_is_being_stopped_waits_its_turn, ROUNDS),
    TEST_CASE(get_childspec_tells_what_holds, ROUNDS),
    TEST_CASE(changes_are_refused_when_it_stops, ROUNDS),
    END_OF_CASES,
};
