/* Restarts that wait: how long, what ends the wait, and what is heard meanwhile. */
/* SPDX-License-Identifier: MIT */
#include <test/supervisor/family.h>

static void begin_waiting(act_millis min, act_millis max)
{
    begin();
    spec.backoff = (act_backoff){.min = min, .max = max};
}

/* How long b stays away after it has failed: it has come back by then. */
static act_millis absence(void)
{
    act_millis failed = act_simulation_now(fixture_simulation);
    tell(&b, FIXTURE_DO_FAIL);
    for (int i = 0; i < 10000 && !b.alive; i++)
        fixture_advance(1);
    ck_assert(b.alive);
    return b.started_at - failed;
}

static void each_restart_waits_twice_as_long_up_to_max(void)
{
    begin_waiting(10, 70);
    start();
    static const act_millis delays[] = {10, 20, 40, 70, 70, 70};
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(absence(), delays[i]);
    ck_assert_int_eq(a.starts, 1);
    fixture_end();
}

static void failed_attempts_wait_too(void)
{
    begin_waiting(10, 1000);
    b.fail_first = 2, b.fail_count = 3, b.fail_how = FIXTURE_REFUSE;
    start();
    ck_assert_int_eq(absence(), 10 + 20 + 40 + 80);
    fixture_end();
}

static void a_child_that_has_run_long_enough_begins_with_min_again(void)
{
    begin_waiting(10, 70);
    start();
    (void)absence();
    (void)absence();
    fixture_advance(39); /* (10 + 70) / 2 is 40 */
    ck_assert_int_eq(absence(), 40);
    fixture_advance(40);
    ck_assert_int_eq(absence(), 10);
    fixture_end();
}

static void reset_after_can_be_given(void)
{
    begin_waiting(10, 70);
    spec.backoff.reset_after = 5;
    start();
    (void)absence();
    fixture_advance(4);
    ck_assert_int_eq(absence(), 20);
    fixture_advance(5);
    ck_assert_int_eq(absence(), 10);
    fixture_end();
}

static void each_child_has_its_own_delay(void)
{
    begin_waiting(10, 1000);
    start();
    ck_assert_int_eq(absence(), 10);
    ck_assert_int_eq(absence(), 20);
    act_millis failed = act_simulation_now(fixture_simulation);
    tell(&a, FIXTURE_DO_FAIL);
    fixture_advance(100);
    ck_assert_int_eq(a.started_at - failed, 10);
    fixture_end();
}

static void jitter_takes_off_a_part_at_random(void)
{
    static act_millis least = 1000, most;
    begin_waiting(1000, 1000);
    spec.backoff.jitter = 0.25;
    start();
    for (int i = 0; i < 20; i++) {
        act_millis waited = absence();
        least = waited < least ? waited : least;
        most = waited > most ? waited : most;
    }
    ck_assert_int_ge(least, 750);
    ck_assert_int_le(most, 1000);
    ck_assert_int_gt(most - least, 50);
    fixture_end();
}

static void a_group_is_stopped_at_once_and_started_after_the_delay(void)
{
    begin_waiting(100, 1000);
    spec.strategy = ACT_STRATEGY_REST_FOR_ONE;
    start();
    fixture_clear_log();
    tell(&b, FIXTURE_DO_FAIL);
    LOG_IS("b- c- ");
    fixture_advance(99);
    LOG_IS("b- c- ");
    fixture_advance(1);
    LOG_IS("b- c- b+ c+ ");
    tell(&c, FIXTURE_DO_FAIL); /* one delay for all of them */
    fixture_advance(199);
    ck_assert(!c.alive);
    fixture_advance(1);
    ck_assert(c.alive);
    fixture_end();
}

static void a_group_waits_for_the_same_child_again_and_again(void)
{
    static const act_millis delays[] = {10, 20, 40, 70, 70};
    begin_waiting(10, 70);
    spec.strategy = ACT_STRATEGY_ONE_FOR_ALL;
    start();
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(absence(), delays[i]);
    ck_assert_int_eq(c.starts_ok, 6);
    fixture_end();
}

static void a_group_restart_that_fails_waits_and_stops_what_it_had_started(void)
{
    begin_waiting(100, 1000);
    spec.strategy = ACT_STRATEGY_ONE_FOR_ALL;
    b.fail_first = 2, b.fail_count = 1, b.fail_how = FIXTURE_REFUSE;
    start();
    fixture_clear_log();
    tell(&c, FIXTURE_DO_FAIL);
    fixture_advance(100);
    LOG_IS("c- b- a- a+ b- a- ");
    fixture_advance(200);
    LOG_IS("c- b- a- a+ b- a- a+ b+ c+ ");
    fixture_end();
}

static void one_before_a_group_that_waits_takes_it_along(void)
{
    begin_waiting(100, 1000);
    spec.strategy = ACT_STRATEGY_REST_FOR_ONE;
    start();
    fixture_clear_log();
    tell(&b, FIXTURE_DO_FAIL);
    fixture_advance(50);
    tell(&a, FIXTURE_DO_FAIL);
    fixture_advance(199);
    LOG_IS("b- c- a- ");
    fixture_advance(1);
    LOG_IS("b- c- a- a+ b+ c+ ");
    ck_assert_uint_eq(fixture_count(root).restarts_count, 2);
    fixture_end();
}

/*
 * Two of a group wait: the first that is over starts both, and the other's timer is no longer in
 * the way.
 */
static void a_group_that_starts_takes_along_one_that_waits(void)
{
    begin_waiting(100, 1000);
    spec.strategy = ACT_STRATEGY_REST_FOR_ONE;
    c.traps = c.ignores_exits = true;
    child[2].shutdown = ACT_MS(10);
    start();
    tell(&b, FIXTURE_DO_FAIL); /* c is killed at 10, b waits until 110 */
    fixture_advance(60);
    ck_assert_int_eq(fixture_restart(root, "c").result, ACT_OK);
    tell(&c, FIXTURE_DO_FAIL); /* waits until 260 */
    ck_assert(!c.alive);
    fixture_advance(50);
    ck_assert(b.alive && c.alive);
    fixture_clear_log();
    struct fixture_call terminate = {.what = FIXTURE_TERMINATE, .supervisor = root, .id = "c"};
    fixture_ask(&terminate);
    fixture_advance(10);
    LOG_IS("c- ");
    fixture_advance(1000);
    LOG_IS("c- ");
    fixture_end();
}

static void a_child_that_waits_counts_as_restarting(void)
{
    begin_waiting(100, 1000);
    start();
    tell(&b, FIXTURE_DO_FAIL);
    struct fixture_call which = {.what = FIXTURE_WHICH, .supervisor = root};
    fixture_ask(&which);
    fixture_run();
    ck_assert(which.rows[1].is_restarting && act_pid_is_none(which.rows[1].pid));
    ck_assert_int_eq(fixture_restart(root, "b").result, ACT_EXISTS);
    ck_assert(act_pid_is_none(fixture_restart(root, "b").child));
    ck_assert_int_eq(fixture_delete(root, "b").result, ACT_EXISTS);
    ck_assert_uint_eq(fixture_count(root).active_count, 2);
    fixture_end();
}

static void terminate_child_ends_the_wait(void)
{
    begin_waiting(100, 1000);
    start();
    tell(&b, FIXTURE_DO_FAIL);
    ck_assert_int_eq(fixture_terminate(root, "b"), ACT_OK);
    fixture_advance(1000);
    ck_assert_int_eq(b.starts, 1);
    ck_assert_int_eq(fixture_restart(root, "b").result, ACT_OK);
    ck_assert_int_eq(fixture_terminate(root, "b"), ACT_OK);
    ck_assert_int_eq(fixture_delete(root, "b").result, ACT_OK);
    fixture_end();
}

static void a_group_does_not_stay_down_for_one_that_is_terminated(void)
{
    begin_waiting(100, 1000);
    spec.strategy = ACT_STRATEGY_ONE_FOR_ALL;
    start();
    fixture_clear_log();
    tell(&b, FIXTURE_DO_FAIL);
    LOG_IS("b- c- a- ");
    ck_assert_int_eq(fixture_terminate(root, "b"), ACT_OK);
    LOG_IS("b- c- a- a+ c+ ");
    fixture_advance(1000);
    ck_assert_int_eq(b.starts, 1);
    ck_assert_int_eq(fixture_restart(root, "b").result, ACT_OK);
    fixture_end();
}

/*
 * The delay is over and its message is on its way, whatever happens to the child before that is
 * heard.
 */
static void a_wait_that_is_called_off_too_late_changes_nothing(void)
{
    begin_waiting(100, 1000);
    start();
    tell(&b, FIXTURE_DO_FAIL);
    struct fixture_call terminate = {.what = FIXTURE_TERMINATE, .supervisor = root, .id = "b"};
    struct fixture_call removal = {.what = FIXTURE_DELETE, .supervisor = root, .id = "b"};
    fixture_advance(99);
    fixture_ask(&terminate);
    fixture_ask(&removal);
    fixture_advance(1);
    fixture_run();
    ck_assert_int_eq(terminate.answer.result, ACT_OK);
    ck_assert(removal.answer.result == ACT_OK || removal.answer.result == ACT_EXISTS);
    fixture_advance(1000);
    ck_assert_uint_eq(fixture_count(root).specs_count, removal.answer.result == ACT_OK ? 2 : 3);
    stop();
    fixture_end();
}

static void told_to_stop_it_does_not_wait(void)
{
    begin_waiting(100, 1000);
    start();
    fixture_clear_log();
    tell(&b, FIXTURE_DO_FAIL);
    stop();
    LOG_IS("b- c- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void intensity_counts_restarts_that_wait(void)
{
    begin_waiting(10, 10);
    spec.intensity = 2, spec.period = ACT_SECONDS(1);
    start();
    (void)absence();
    (void)absence();
    tell(&b, FIXTURE_DO_FAIL);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(each_restart_waits_twice_as_long_up_to_max, ROUNDS),
    TEST_CASE(failed_attempts_wait_too, ROUNDS),
    TEST_CASE(a_child_that_has_run_long_enough_begins_with_min_again, ROUNDS),
    TEST_CASE(reset_after_can_be_given, ROUNDS),
    TEST_CASE(each_child_has_its_own_delay, ROUNDS),
    TEST_CASE(jitter_takes_off_a_part_at_random, ROUNDS),
    TEST_CASE(a_group_is_stopped_at_once_and_started_after_the_delay, ROUNDS),
    TEST_CASE(a_group_waits_for_the_same_child_again_and_again, ROUNDS),
    TEST_CASE(a_group_restart_that_fails_waits_and_stops_what_it_had_started, ROUNDS),
    TEST_CASE(one_before_a_group_that_waits_takes_it_along, ROUNDS),
    TEST_CASE(a_group_that_starts_takes_along_one_that_waits, ROUNDS),
    TEST_CASE(a_child_that_waits_counts_as_restarting, ROUNDS),
    TEST_CASE(terminate_child_ends_the_wait, ROUNDS),
    TEST_CASE(a_group_does_not_stay_down_for_one_that_is_terminated, ROUNDS),
    TEST_CASE(a_wait_that_is_called_off_too_late_changes_nothing, ROUNDS),
    TEST_CASE(told_to_stop_it_does_not_wait, ROUNDS),
    TEST_CASE(intensity_counts_restarts_that_wait, ROUNDS),
    END_OF_CASES,
};
