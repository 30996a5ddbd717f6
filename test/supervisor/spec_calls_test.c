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

static struct rig_call call(int what)
{
    struct rig_call made = {.what = what, .supervisor = root, .id = "a"};
    return made;
}

static void restart_child_starts_one_that_was_terminated(void)
{
    begin_two();
    start();
    ck_assert_int_eq(rig_terminate(root, "a"), ACT_OK);
    rig_clear_log();
    act_supervisor_answer answer = rig_restart(root, "a");
    ck_assert_int_eq(answer.result, ACT_OK);
    ck_assert(act_pid_equal(answer.child, a.pid));
    LOG_IS("a+ ");
    ck_assert_uint_eq(rig_count(root).restarts_count, 0);
    tell(&a, RIG_DO_FAIL);
    ck_assert(a.alive);
    rig_end();
}

static void restart_child_starts_one_that_has_ended_for_good(void)
{
    begin_two();
    child[0].restart = ACT_RESTART_TRANSIENT;
    start();
    tell(&a, RIG_DO_NORMAL);
    ck_assert_int_eq(rig_restart(root, "a").result, ACT_OK);
    ck_assert(a.alive);
    rig_end();
}

static void restart_child_of_one_that_runs_answers_with_its_pid(void)
{
    begin_two();
    start();
    act_supervisor_answer answer = rig_restart(root, "b");
    ck_assert_int_eq(answer.result, ACT_EXISTS);
    ck_assert(act_pid_equal(answer.child, b.pid));
    ck_assert_int_eq(b.starts, 1);
    rig_end();
}

static void restart_child_that_cannot_start_keeps_the_spec(void)
{
    static const enum rig_failure hows[] = {RIG_REFUSE, RIG_IGNORE, RIG_PANIC};
    static const act_result       results[] = {ACT_OS, ACT_IGNORE, ACT_CLOSED};
    for (int i = 0; i < 3; i++) {
        begin_two();
        start();
        ck_assert_int_eq(rig_terminate(root, "a"), ACT_OK);
        a.fail_first = 2, a.fail_count = 1, a.fail_how = hows[i];
        ck_assert_int_eq(rig_restart(root, "a").result, results[i]);
        ck_assert_uint_eq(rig_count(root).specs_count, 2);
        ck_assert_int_eq(rig_restart(root, "a").result, ACT_OK);
        rig_end();
    }
}

static void delete_child_drops_one_that_does_not_run(void)
{
    begin_two();
    child[0].args_release = rig_args_release;
    start();
    act_supervisor_answer answer = rig_delete(root, "a");
    ck_assert_int_eq(answer.result, ACT_EXISTS);
    ck_assert(act_pid_equal(answer.child, a.pid));
    ck_assert_int_eq(rig_terminate(root, "a"), ACT_OK);
    ck_assert_int_eq(rig_delete(root, "a").result, ACT_OK);
    ck_assert_int_eq(a.args_released, 1);
    ck_assert_uint_eq(rig_count(root).specs_count, 1);
    ck_assert_int_eq(rig_restart(root, "a").result, ACT_NOT_FOUND);
    ck_assert_int_eq(rig_delete(root, "a").result, ACT_NOT_FOUND);
    rig_end();
}

static void what_is_asked_of_one_that_is_being_stopped_waits_its_turn(void)
{
    begin_two();
    a.traps = true, a.end_delay = 50;
    start();
    struct rig_call calls[] = {call(RIG_TERMINATE), call(RIG_RESTART), call(RIG_DELETE),
                               call(RIG_TERMINATE), call(RIG_DELETE)};
    for (int i = 0; i < 5; i++) {
        calls[i].id = "a";
        rig_ask(&calls[i]);
        rig_run();
        ck_assert_uint_eq(calls[i].tag, 0);
    }
    rig_advance(200);
    static const act_result results[] = {ACT_OK, ACT_OK, ACT_EXISTS, ACT_OK, ACT_OK};
    /* terminated again before its init had run */
    bool                    was_early = calls[1].answer.result == ACT_CLOSED;
    for (int i = 0; i < 5; i++)
        ck_assert_msg(calls[i].answer.result == results[i] || (i == 1 && was_early), "call %d", i);
    ck_assert_int_eq(a.starts, was_early ? 1 : 2);
    ck_assert_uint_eq(rig_count(root).specs_count, 1);
    rig_end();
}

static void get_childspec_tells_what_holds(void)
{
    begin_two();
    child[1].restart = ACT_RESTART_TRANSIENT;
    start();
    struct rig_call get = call(RIG_GET);
    get.id = "b";
    rig_ask(&get);
    rig_run();
    ck_assert_uint_eq(get.rows_count, 1);
    ck_assert_str_eq(get.rows[0].id, "b");
    ck_assert_int_eq(get.rows[0].restart, ACT_RESTART_TRANSIENT);
    ck_assert_int_eq(get.rows[0].shutdown, ACT_SECONDS(5));
    ck_assert(!get.rows[0].significant && act_pid_equal(get.rows[0].pid, b.pid));
    get.id = "nobody";
    rig_ask(&get);
    rig_run();
    ck_assert_int_eq(get.answer.result, ACT_NOT_FOUND);
    ck_assert_uint_eq(get.rows_count, 0);
    rig_end();
}

static void changes_are_refused_when_it_stops(void)
{
    begin_two();
    b.traps = true, b.end_delay = 50;
    start();
    stop();
    struct rig_call calls[] = {call(RIG_RESTART), call(RIG_DELETE)};
    for (int i = 0; i < 2; i++) {
        calls[i].id = "a";
        rig_ask(&calls[i]);
        rig_run();
        ck_assert_int_eq(calls[i].answer.result, ACT_CLOSED);
    }
    rig_advance(100);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    rig_end();
}

const struct kit_fact kit_facts[] = {
    FACT(restart_child_starts_one_that_was_terminated, ROUNDS),
    FACT(restart_child_starts_one_that_has_ended_for_good, ROUNDS),
    FACT(restart_child_of_one_that_runs_answers_with_its_pid, ROUNDS),
    FACT(restart_child_that_cannot_start_keeps_the_spec, ROUNDS),
    FACT(delete_child_drops_one_that_does_not_run, ROUNDS),
    FACT(what_is_asked_of_one_that_is_being_stopped_waits_its_turn, ROUNDS),
    FACT(get_childspec_tells_what_holds, ROUNDS),
    FACT(changes_are_refused_when_it_stops, ROUNDS),
    END_OF_FACTS,
};
