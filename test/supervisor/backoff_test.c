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
    act_millis failed = act_simulation_now(rig_simulation);
    tell(&b, RIG_DO_FAIL);
    for (int i = 0; i < 10000 && !b.alive; i++)
        rig_advance(1);
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
    rig_end();
}

static void failed_attempts_wait_too(void)
{
    begin_waiting(10, 1000);
    b.fail_first = 2, b.fail_count = 3, b.fail_how = RIG_REFUSE;
    start();
    ck_assert_int_eq(absence(), 10 + 20 + 40 + 80);
    rig_end();
}

static void who_has_run_long_enough_begins_with_min_again(void)
{
    begin_waiting(10, 70);
    start();
    (void)absence();
    (void)absence();
    rig_advance(39); /* (10 + 70) / 2 is 40 */
    ck_assert_int_eq(absence(), 40);
    rig_advance(40);
    ck_assert_int_eq(absence(), 10);
    rig_end();
}

static void reset_after_can_be_given(void)
{
    begin_waiting(10, 70);
    spec.backoff.reset_after = 5;
    start();
    (void)absence();
    rig_advance(4);
    ck_assert_int_eq(absence(), 20);
    rig_advance(5);
    ck_assert_int_eq(absence(), 10);
    rig_end();
}

static void each_child_has_its_own_delay(void)
{
    begin_waiting(10, 1000);
    start();
    ck_assert_int_eq(absence(), 10);
    ck_assert_int_eq(absence(), 20);
    act_millis failed = act_simulation_now(rig_simulation);
    tell(&a, RIG_DO_FAIL);
    rig_advance(100);
    ck_assert_int_eq(a.started_at - failed, 10);
    rig_end();
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
    rig_end();
}

static void a_group_is_stopped_at_once_and_started_after_the_delay(void)
{
    begin_waiting(100, 1000);
    spec.strategy = ACT_STRATEGY_REST_FOR_ONE;
    start();
    rig_clear_log();
    tell(&b, RIG_DO_FAIL);
    LOG_IS("b- c- ");
    rig_advance(99);
    LOG_IS("b- c- ");
    rig_advance(1);
    LOG_IS("b- c- b+ c+ ");
    tell(&c, RIG_DO_FAIL); /* one delay for all of them */
    rig_advance(199);
    ck_assert(!c.alive);
    rig_advance(1);
    ck_assert(c.alive);
    rig_end();
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
    rig_end();
}

static void a_group_restart_that_fails_waits_and_stops_what_it_had_started(void)
{
    begin_waiting(100, 1000);
    spec.strategy = ACT_STRATEGY_ONE_FOR_ALL;
    b.fail_first = 2, b.fail_count = 1, b.fail_how = RIG_REFUSE;
    start();
    rig_clear_log();
    tell(&c, RIG_DO_FAIL);
    rig_advance(100);
    LOG_IS("c- b- a- a+ b- a- ");
    rig_advance(200);
    LOG_IS("c- b- a- a+ b- a- a+ b+ c+ ");
    rig_end();
}

static void one_before_a_group_that_waits_takes_it_along(void)
{
    begin_waiting(100, 1000);
    spec.strategy = ACT_STRATEGY_REST_FOR_ONE;
    start();
    rig_clear_log();
    tell(&b, RIG_DO_FAIL);
    rig_advance(50);
    tell(&a, RIG_DO_FAIL);
    rig_advance(199);
    LOG_IS("b- c- a- ");
    rig_advance(1);
    LOG_IS("b- c- a- a+ b+ c+ ");
    ck_assert_uint_eq(rig_count(root).restarts_count, 2);
    rig_end();
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
    tell(&b, RIG_DO_FAIL); /* c is killed at 10, b waits until 110 */
    rig_advance(60);
    ck_assert_int_eq(rig_restart(root, "c").result, ACT_OK);
    tell(&c, RIG_DO_FAIL); /* waits until 260 */
    ck_assert(!c.alive);
    rig_advance(50);
    ck_assert(b.alive && c.alive);
    rig_clear_log();
    struct rig_call terminate = {.what = RIG_TERMINATE, .supervisor = root, .id = "c"};
    rig_ask(&terminate);
    rig_advance(10);
    LOG_IS("c- ");
    rig_advance(1000);
    LOG_IS("c- ");
    rig_end();
}

static void who_waits_counts_as_restarting(void)
{
    begin_waiting(100, 1000);
    start();
    tell(&b, RIG_DO_FAIL);
    struct rig_call which = {.what = RIG_WHICH, .supervisor = root};
    rig_ask(&which);
    rig_run();
    ck_assert(which.rows[1].is_restarting && act_pid_is_none(which.rows[1].pid));
    ck_assert_int_eq(rig_restart(root, "b").result, ACT_EXISTS);
    ck_assert(act_pid_is_none(rig_restart(root, "b").child));
    ck_assert_int_eq(rig_delete(root, "b").result, ACT_EXISTS);
    ck_assert_uint_eq(rig_count(root).active_count, 2);
    rig_end();
}

static void terminate_child_ends_the_wait(void)
{
    begin_waiting(100, 1000);
    start();
    tell(&b, RIG_DO_FAIL);
    ck_assert_int_eq(rig_terminate(root, "b"), ACT_OK);
    rig_advance(1000);
    ck_assert_int_eq(b.starts, 1);
    ck_assert_int_eq(rig_restart(root, "b").result, ACT_OK);
    ck_assert_int_eq(rig_terminate(root, "b"), ACT_OK);
    ck_assert_int_eq(rig_delete(root, "b").result, ACT_OK);
    rig_end();
}

static void a_group_does_not_stay_down_for_one_that_is_terminated(void)
{
    begin_waiting(100, 1000);
    spec.strategy = ACT_STRATEGY_ONE_FOR_ALL;
    start();
    rig_clear_log();
    tell(&b, RIG_DO_FAIL);
    LOG_IS("b- c- a- ");
    ck_assert_int_eq(rig_terminate(root, "b"), ACT_OK);
    LOG_IS("b- c- a- a+ c+ ");
    rig_advance(1000);
    ck_assert_int_eq(b.starts, 1);
    ck_assert_int_eq(rig_restart(root, "b").result, ACT_OK);
    rig_end();
}

/*
 * The delay is over and its message is on its way, whatever happens to the child before that is
 * heard.
 */
static void a_wait_that_is_called_off_too_late_changes_nothing(void)
{
    begin_waiting(100, 1000);
    start();
    tell(&b, RIG_DO_FAIL);
    struct rig_call terminate = {.what = RIG_TERMINATE, .supervisor = root, .id = "b"};
    struct rig_call removal = {.what = RIG_DELETE, .supervisor = root, .id = "b"};
    rig_advance(99);
    rig_ask(&terminate);
    rig_ask(&removal);
    rig_advance(1);
    rig_run();
    ck_assert_int_eq(terminate.answer.result, ACT_OK);
    ck_assert(removal.answer.result == ACT_OK || removal.answer.result == ACT_EXISTS);
    rig_advance(1000);
    ck_assert_uint_eq(rig_count(root).specs_count, removal.answer.result == ACT_OK ? 2 : 3);
    stop();
    rig_end();
}

static void told_to_stop_it_does_not_wait(void)
{
    begin_waiting(100, 1000);
    start();
    rig_clear_log();
    tell(&b, RIG_DO_FAIL);
    stop();
    LOG_IS("b- c- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    rig_end();
}

static void intensity_counts_restarts_that_wait(void)
{
    begin_waiting(10, 10);
    spec.intensity = 2, spec.period = ACT_SECONDS(1);
    start();
    (void)absence();
    (void)absence();
    tell(&b, RIG_DO_FAIL);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    rig_end();
}

const struct kit_fact kit_facts[] = {
    FACT(each_restart_waits_twice_as_long_up_to_max, ROUNDS),
    FACT(failed_attempts_wait_too, ROUNDS),
    FACT(who_has_run_long_enough_begins_with_min_again, ROUNDS),
    FACT(reset_after_can_be_given, ROUNDS),
    FACT(each_child_has_its_own_delay, ROUNDS),
    FACT(jitter_takes_off_a_part_at_random, ROUNDS),
    FACT(a_group_is_stopped_at_once_and_started_after_the_delay, ROUNDS),
    FACT(a_group_waits_for_the_same_child_again_and_again, ROUNDS),
    FACT(a_group_restart_that_fails_waits_and_stops_what_it_had_started, ROUNDS),
    FACT(one_before_a_group_that_waits_takes_it_along, ROUNDS),
    FACT(a_group_that_starts_takes_along_one_that_waits, ROUNDS),
    FACT(who_waits_counts_as_restarting, ROUNDS),
    FACT(terminate_child_ends_the_wait, ROUNDS),
    FACT(a_group_does_not_stay_down_for_one_that_is_terminated, ROUNDS),
    FACT(a_wait_that_is_called_off_too_late_changes_nothing, ROUNDS),
    FACT(told_to_stop_it_does_not_wait, ROUNDS),
    FACT(intensity_counts_restarts_that_wait, ROUNDS),
    END_OF_FACTS,
};
