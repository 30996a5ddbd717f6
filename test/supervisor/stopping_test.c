/* How a supervisor stops its children: in reverse, each given its time. */
/* SPDX-License-Identifier: MIT */
#include <test/supervisor/family.h>

static void children_stop_in_reverse(void)
{
    begin();
    start();
    rig_clear_log();
    stop();
    LOG_IS("c- b- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    ck_assert_int_eq(a.last_kind, ACT_EXIT_SHUTDOWN);
    rig_end();
}

static void system_stop_stops_in_reverse(void)
{
    begin();
    a.traps = b.traps = c.traps = true;
    start();
    rig_clear_log();
    rig_end();
    LOG_IS("c- b- a- ");
}

static void a_supervisor_ends_with_the_reason_its_stopper_gave(void)
{
    begin();
    start();
    ck_assert_int_eq(act_system_exit(rig_system, root,
                                     act_exit_reason_make(ACT_EXIT_ERROR, 33, "away")),
                     ACT_OK);
    rig_run();
    LOG_IS("a+ b+ c+ c- b- a- ");
    ROOT_ENDED(ACT_EXIT_ERROR);
    ck_assert_int_eq(rig_end_code(root), 33);
    rig_end();
}

static void a_supervisor_stops_in_order_when_its_parent_ends(void)
{
    struct rig_parent parent;
    begin();
    a.traps = b.traps = c.traps = true;
    rig_parent_begin(&parent, &spec);
    rig_run();
    rig_watch(parent.supervisor);
    rig_parent_end(&parent);
    rig_run();
    LOG_IS("a+ b+ c+ c- b- a- ");
    ck_assert_int_eq(rig_end_kind(parent.supervisor), ACT_EXIT_ERROR);
    ck_assert_int_eq(rig_end_code(parent.supervisor), 9);
    rig_end();
}

static void a_child_gets_its_time_to_end(void)
{
    begin();
    b.traps = true, b.end_delay = 4999;
    start();
    stop();
    LOG_IS("a+ b+ c+ c- ");
    rig_advance(4998);
    LOG_IS("a+ b+ c+ c- ");
    rig_advance(1);
    LOG_IS("a+ b+ c+ c- b- a- ");
    ck_assert_int_eq(b.last_kind, ACT_EXIT_SHUTDOWN);
    rig_end();
}

static void a_worker_is_killed_after_5_s_by_default(void)
{
    begin();
    b.traps = b.ignores_exits = true;
    start();
    stop();
    rig_advance(4999);
    LOG_IS("a+ b+ c+ c- ");
    rig_advance(1);
    LOG_IS("a+ b+ c+ c- b- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    rig_end();
}

static void a_child_is_killed_after_its_own_time(void)
{
    begin();
    b.traps = b.ignores_exits = true;
    child[1].shutdown = ACT_MS(70);
    start();
    stop();
    rig_advance(69);
    ck_assert(b.alive);
    rig_advance(1);
    LOG_IS("a+ b+ c+ c- b- a- ");
    rig_end();
}

static void a_child_may_be_killed_at_once(void)
{
    begin();
    b.traps = b.ignores_exits = true;
    child[1].shutdown = ACT_SHUTDOWN_KILL;
    start();
    stop();
    LOG_IS("a+ b+ c+ c- b- a- ");
    ck_assert_int_eq(act_simulation_now(rig_simulation), 0);
    ck_assert_int_eq(b.last_kind, 0); /* terminate was never called */
    rig_end();
}

static void a_child_may_be_waited_for_for_ever(void)
{
    begin();
    b.traps = true, b.end_delay = ACT_SECONDS(3600 * 24 * 30);
    child[1].shutdown = ACT_FOREVER;
    start();
    stop();
    rig_advance(ACT_SECONDS(3600 * 24 * 30) - 1);
    ck_assert(b.alive && a.alive);
    rig_advance(1);
    LOG_IS("a+ b+ c+ c- b- a- ");
    rig_end();
}

static void an_unlinked_child_does_not_hang_the_stop(void)
{
    begin();
    b.unlinks = true;
    start();
    stop();
    LOG_IS("a+ b+ c+ c- b- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    rig_end();
}

static void an_unlinked_child_that_has_ended_does_not_hang_the_stop(void)
{
    begin();
    b.unlinks = true;
    start();
    tell(&b, RIG_DO_FAIL);
    LOG_IS("a+ b+ c+ b- "); /* nobody hears of it, as in OTP */
    stop();
    LOG_IS("a+ b+ c+ b- c- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    rig_end();
}

static void a_child_that_ends_just_while_it_is_stopped_is_not_restarted(void)
{
    begin();
    start();
    rig_tell(&c, RIG_DO_FAIL);
    rig_tell(&b, RIG_DO_PANIC);
    rig_tell(&a, RIG_DO_NORMAL);
    stop();
    ck_assert(!a.alive && !b.alive && !c.alive);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    rig_end();
}

static void a_child_that_panics_in_terminate_is_stopped_all_the_same(void)
{
    begin();
    a.panics_at_end = b.panics_at_end = c.panics_at_end = true;
    start();
    stop();
    LOG_IS("a+ b+ c+ c- b- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    rig_end();
}

/* Stops it after each possible number of turns of its start. */
static void a_supervisor_can_be_stopped_while_it_starts(void)
{
    for (uint64_t turns = 1; turns < 14; turns++) {
        begin();
        ck_assert_int_eq(act_system_spawn_supervisor(rig_system, &root, &spec, NULL), ACT_OK);
        (void)!act_simulation_run(rig_simulation, NULL, turns);
        stop();
        ck_assert(!a.alive && !b.alive && !c.alive);
        ck_assert(!rig_is_alive(root));
        ck_assert_int_eq(a.starts, a.ends);
        rig_end();
    }
}

const struct kit_fact kit_facts[] = {
    FACT(children_stop_in_reverse, ROUNDS),
    FACT(system_stop_stops_in_reverse, ROUNDS),
    FACT(a_supervisor_ends_with_the_reason_its_stopper_gave, ROUNDS),
    FACT(a_supervisor_stops_in_order_when_its_parent_ends, ROUNDS),
    FACT(a_child_gets_its_time_to_end, ROUNDS),
    FACT(a_worker_is_killed_after_5_s_by_default, ROUNDS),
    FACT(a_child_is_killed_after_its_own_time, ROUNDS),
    FACT(a_child_may_be_killed_at_once, ROUNDS),
    FACT(a_child_may_be_waited_for_for_ever, ROUNDS),
    FACT(an_unlinked_child_does_not_hang_the_stop, ROUNDS),
    FACT(an_unlinked_child_that_has_ended_does_not_hang_the_stop, ROUNDS),
    FACT(a_child_that_ends_just_while_it_is_stopped_is_not_restarted, ROUNDS),
    FACT(a_child_that_panics_in_terminate_is_stopped_all_the_same, ROUNDS),
    FACT(a_supervisor_can_be_stopped_while_it_starts, ROUNDS),
    END_OF_FACTS,
};
