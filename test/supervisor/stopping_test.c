/* How a supervisor stops its children: in reverse, each given its time. */
/* SPDX-License-Identifier: MIT */
#include <test/supervisor/family.h>

static void children_stop_in_reverse(void)
{
    begin();
    start();
    fixture_clear_log();
    stop();
    LOG_IS("c- b- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    ck_assert_int_eq(a.last_kind, ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void system_stop_stops_in_reverse(void)
{
    begin();
    a.traps = b.traps = c.traps = true;
    start();
    fixture_clear_log();
    fixture_end();
    LOG_IS("c- b- a- ");
}

static void a_supervisor_ends_with_the_reason_its_stopper_gave(void)
{
    begin();
    start();
    ck_assert_int_eq(act_system_exit_actor(fixture_system, root,
                                           act_exit_reason_make(ACT_EXIT_ERROR, 33, "away")),
                     ACT_OK);
    fixture_run();
    LOG_IS("a+ b+ c+ c- b- a- ");
    ROOT_ENDED(ACT_EXIT_ERROR);
    ck_assert_int_eq(fixture_end_code(root), 33);
    fixture_end();
}

static void a_supervisor_stops_in_order_when_its_parent_ends(void)
{
    struct fixture_parent parent;
    begin();
    a.traps = b.traps = c.traps = true;
    fixture_parent_begin(&parent, &spec);
    fixture_run();
    fixture_watch(parent.supervisor);
    fixture_parent_end(&parent);
    fixture_run();
    LOG_IS("a+ b+ c+ c- b- a- ");
    ck_assert_int_eq(fixture_end_kind(parent.supervisor), ACT_EXIT_ERROR);
    ck_assert_int_eq(fixture_end_code(parent.supervisor), 9);
    fixture_end();
}

static void a_child_gets_its_time_to_end(void)
{
    begin();
    b.traps = true, b.end_delay = 4999;
    start();
    stop();
    LOG_IS("a+ b+ c+ c- ");
    fixture_advance(4998);
    LOG_IS("a+ b+ c+ c- ");
    fixture_advance(1);
    LOG_IS("a+ b+ c+ c- b- a- ");
    ck_assert_int_eq(b.last_kind, ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void a_worker_is_killed_after_5_s_by_default(void)
{
    begin();
    b.traps = b.ignores_exits = true;
    start();
    stop();
    fixture_advance(4999);
    LOG_IS("a+ b+ c+ c- ");
    fixture_advance(1);
    LOG_IS("a+ b+ c+ c- b- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void a_child_is_killed_after_its_own_time(void)
{
    begin();
    b.traps = b.ignores_exits = true;
    child[1].shutdown = ACT_MS(70);
    start();
    stop();
    fixture_advance(69);
    ck_assert(b.alive);
    fixture_advance(1);
    LOG_IS("a+ b+ c+ c- b- a- ");
    fixture_end();
}

static void a_child_may_be_killed_at_once(void)
{
    begin();
    b.traps = b.ignores_exits = true;
    child[1].shutdown = ACT_SHUTDOWN_KILL;
    start();
    stop();
    LOG_IS("a+ b+ c+ c- b- a- ");
    ck_assert_int_eq(act_simulation_now(fixture_simulation), 0);
    ck_assert_int_eq(b.last_kind, 0); /* terminate was never called */
    fixture_end();
}

static void a_child_may_be_waited_for_for_ever(void)
{
    begin();
    b.traps = true, b.end_delay = ACT_SECONDS(3600 * 24 * 30);
    child[1].shutdown = ACT_FOREVER;
    start();
    stop();
    fixture_advance(ACT_SECONDS(3600 * 24 * 30) - 1);
    ck_assert(b.alive && a.alive);
    fixture_advance(1);
    LOG_IS("a+ b+ c+ c- b- a- ");
    fixture_end();
}

static void an_unlinked_child_does_not_hang_the_stop(void)
{
    begin();
    b.unlinks = true;
    start();
    stop();
    LOG_IS("a+ b+ c+ c- b- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void an_unlinked_child_that_has_ended_does_not_hang_the_stop(void)
{
    begin();
    b.unlinks = true;
    start();
    tell(&b, FIXTURE_DO_FAIL);
    LOG_IS("a+ b+ c+ b- "); /* none is told, as in OTP */
    stop();
    LOG_IS("a+ b+ c+ b- c- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void a_child_that_ends_just_while_it_is_stopped_is_not_restarted(void)
{
    begin();
    start();
    fixture_tell(&c, FIXTURE_DO_FAIL);
    fixture_tell(&b, FIXTURE_DO_PANIC);
    fixture_tell(&a, FIXTURE_DO_NORMAL);
    stop();
    ck_assert(!a.alive && !b.alive && !c.alive);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void a_child_that_panics_in_terminate_is_stopped_all_the_same(void)
{
    begin();
    a.panics_at_end = b.panics_at_end = c.panics_at_end = true;
    start();
    stop();
    LOG_IS("a+ b+ c+ c- b- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

/* Stops it after each possible number of turns of its start. */
static void a_supervisor_can_be_stopped_while_it_starts(void)
{
    for (uint64_t turns = 1; turns < 14; turns++) {
        begin();
        ck_assert_int_eq(act_system_spawn_supervisor(fixture_system, &root, &spec, NULL), ACT_OK);
        (void)!act_simulation_run(fixture_simulation, NULL, turns);
        stop();
        ck_assert(!a.alive && !b.alive && !c.alive);
        ck_assert(!fixture_is_alive(root));
        ck_assert_int_eq(a.starts, a.ends);
        fixture_end();
    }
}

const struct kit_case kit_cases[] = {
    TEST_CASE(children_stop_in_reverse, ROUNDS),
    TEST_CASE(system_stop_stops_in_reverse, ROUNDS),
    TEST_CASE(a_supervisor_ends_with_the_reason_its_stopper_gave, ROUNDS),
    TEST_CASE(a_supervisor_stops_in_order_when_its_parent_ends, ROUNDS),
    TEST_CASE(a_child_gets_its_time_to_end, ROUNDS),
    TEST_CASE(a_worker_is_killed_after_5_s_by_default, ROUNDS),
    TEST_CASE(a_child_is_killed_after_its_own_time, ROUNDS),
    TEST_CASE(a_child_may_be_killed_at_once, ROUNDS),
    TEST_CASE(a_child_may_be_waited_for_for_ever, ROUNDS),
    TEST_CASE(an_unlinked_child_does_not_hang_the_stop, ROUNDS),
    TEST_CASE(an_unlinked_child_that_has_ended_does_not_hang_the_stop, ROUNDS),
    TEST_CASE(a_child_that_ends_just_while_it_is_stopped_is_not_restarted, ROUNDS),
    TEST_CASE(a_child_that_panics_in_terminate_is_stopped_all_the_same, ROUNDS),
    TEST_CASE(a_supervisor_can_be_stopped_while_it_starts, ROUNDS),
    END_OF_CASES,
};
