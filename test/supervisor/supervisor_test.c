/*
 * When children are restarted, when not, and when the supervisor gives up; and how it may be
 * killed.
 */
/* SPDX-License-Identifier: MIT */
#include <test/supervisor/family.h>

/* -------------------------------------------------------------------------------------- restart */

/* X(restart, how it ends, whether it is restarted) */
static const struct {
    act_restart restart;
    uint32_t    end;
    bool        again;
} restart_table[] = {
    {ACT_RESTART_PERMANENT, FIXTURE_DO_NORMAL, true},
    {ACT_RESTART_PERMANENT, FIXTURE_DO_SHUTDOWN, true},
    {ACT_RESTART_PERMANENT, FIXTURE_DO_FAIL, true},
    {ACT_RESTART_PERMANENT, FIXTURE_DO_PANIC, true},
    {ACT_RESTART_TRANSIENT, FIXTURE_DO_NORMAL, false},
    {ACT_RESTART_TRANSIENT, FIXTURE_DO_SHUTDOWN, false},
    {ACT_RESTART_TRANSIENT, FIXTURE_DO_FAIL, true},
    {ACT_RESTART_TRANSIENT, FIXTURE_DO_PANIC, true},
    {ACT_RESTART_TEMPORARY, FIXTURE_DO_NORMAL, false},
    {ACT_RESTART_TEMPORARY, FIXTURE_DO_SHUTDOWN, false},
    {ACT_RESTART_TEMPORARY, FIXTURE_DO_FAIL, false},
    {ACT_RESTART_TEMPORARY, FIXTURE_DO_PANIC, false},
};

static void permanent_transient_and_temporary_by_kind_of_end(void)
{
    for (size_t i = 0; i < sizeof restart_table / sizeof restart_table[0]; i++) {
        begin();
        child[1].restart = restart_table[i].restart;
        start();
        tell(&b, restart_table[i].end);
        ck_assert_msg(b.starts == (restart_table[i].again ? 2 : 1), "row %zu", i);
        ck_assert_msg(b.alive == restart_table[i].again, "row %zu", i);
        ck_assert(a.starts == 1 && c.starts == 1);
        bool dropped = restart_table[i].restart == ACT_RESTART_TEMPORARY;
        ck_assert_uint_eq(fixture_count(root).specs_count, dropped ? 2 : 3);
        ROOT_RUNS();
        fixture_end();
    }
}

static void a_killed_child_is_restarted(void)
{
    begin();
    child[1].restart = ACT_RESTART_TRANSIENT;
    start();
    ck_assert_int_eq(act_system_exit_actor(fixture_system, b.pid,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    fixture_run();
    LOG_IS("a+ b+ c+ b- b+ ");
    fixture_end();
}

static void one_for_one_restarts_only_the_child_that_failed(void)
{
    begin();
    start();
    act_pid before = b.pid;
    tell(&b, FIXTURE_DO_FAIL);
    LOG_IS("a+ b+ c+ b- b+ ");
    ck_assert(!act_pid_equal(before, b.pid));
    fixture_end();
}

static void a_child_that_panics_in_terminate_is_restarted_all_the_same(void)
{
    begin();
    b.panics_at_end = true;
    start();
    tell(&b, FIXTURE_DO_NORMAL);
    LOG_IS("a+ b+ c+ b- b+ ");
    fixture_end();
}

static void a_restarted_child_keeps_its_place_in_the_order(void)
{
    begin();
    start();
    tell(&a, FIXTURE_DO_FAIL);
    fixture_clear_log();
    stop();
    LOG_IS("c- b- a- ");
    fixture_end();
}

static void a_child_that_fails_while_others_start_is_restarted_afterwards(void)
{
    struct fixture_parent parent;
    begin();
    child[0].options = ACT_SPAWN_OPTIONS(.name = "early");
    fixture_parent_begin(&parent, &spec);
    for (int turns = 0; a.starts_ok == 0 && turns < 100; turns++)
        (void)!act_simulation_run(fixture_simulation, NULL, 1);
    fixture_tell(&a, FIXTURE_DO_FAIL);
    fixture_run();
    ck_assert_int_eq(parent.started, ACT_OK);
    ck_assert_int_eq(a.starts_ok, 2);
    ck_assert(a.alive && b.alive && c.alive);
    fixture_end();
}

static void a_name_is_free_for_the_new_instance(void)
{
    act_pid pid;
    begin();
    child[1].options = ACT_SPAWN_OPTIONS(.name = "b");
    start();
    for (int i = 0; i < 20; i++)
        tell(&b, i % 2 == 0 ? FIXTURE_DO_FAIL : FIXTURE_DO_PANIC);
    ck_assert_int_eq(b.starts_ok, 21);
    ck_assert_int_eq(act_whereis(fixture_system, &pid, "b"), ACT_OK);
    ck_assert(act_pid_equal(pid, b.pid));
    fixture_end();
}

/* ------------------------------------------------------------------------------------ intensity */

/* period 0: as by default. */
static void start_with_intensity(uint32_t intensity, act_millis period)
{
    begin();
    spec.intensity = intensity, spec.period = period;
    start();
}

static void exactly_intensity_restarts_in_period_are_done(void)
{
    start_with_intensity(3, ACT_MS(1000));
    for (int i = 0; i < 3; i++) {
        tell(&b, FIXTURE_DO_FAIL);
        fixture_advance(300);
    }
    ROOT_RUNS();
    ck_assert_int_eq(b.starts_ok, 4);
    fixture_end();
}

static void one_more_stops_all_in_reverse_and_then_itself(void)
{
    start_with_intensity(3, ACT_MS(1000));
    for (int i = 0; i < 3; i++)
        tell(&b, FIXTURE_DO_FAIL);
    fixture_clear_log();
    tell(&b, FIXTURE_DO_FAIL);
    LOG_IS("b- c- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void restarts_of_different_children_count_together(void)
{
    start_with_intensity(2, 0);
    tell(&a, FIXTURE_DO_FAIL);
    tell(&b, FIXTURE_DO_FAIL);
    ROOT_RUNS();
    tell(&c, FIXTURE_DO_FAIL);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void restarts_longer_back_than_period_are_forgotten(void)
{
    start_with_intensity(1, ACT_MS(500));
    for (int i = 0; i < 20; i++) {
        tell(&b, FIXTURE_DO_FAIL);
        fixture_advance(501);
    }
    ROOT_RUNS();
    tell(&b, FIXTURE_DO_FAIL);
    fixture_advance(500);
    tell(&b, FIXTURE_DO_FAIL);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void period_is_5_s_by_default(void)
{
    start_with_intensity(1, 0);
    tell(&b, FIXTURE_DO_FAIL);
    fixture_advance(5001);
    tell(&b, FIXTURE_DO_FAIL);
    ROOT_RUNS();
    fixture_advance(5000);
    tell(&b, FIXTURE_DO_FAIL);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void ends_that_need_no_restart_do_not_count(void)
{
    begin();
    spec.intensity = 0;
    child[1].restart = ACT_RESTART_TRANSIENT;
    child[2].restart = ACT_RESTART_TEMPORARY;
    start();
    tell(&b, FIXTURE_DO_NORMAL);
    tell(&c, FIXTURE_DO_FAIL);
    ROOT_RUNS();
    tell(&a, FIXTURE_DO_NORMAL);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void failed_start_attempts_count_as_restarts(void)
{
    begin();
    spec.intensity = 4;
    b.fail_first = 2, b.fail_count = 1000,
    b.fail_how = (enum fixture_failure)(kit_round() % 2 == 0 ? FIXTURE_REFUSE : FIXTURE_PANIC);
    start();
    tell(&b, FIXTURE_DO_FAIL);
    ck_assert_int_eq(b.starts, 1 + 4);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    ck_assert(!a.alive && !c.alive);
    fixture_end();
}

static void a_failed_restart_is_tried_again_until_it_succeeds(void)
{
    begin();
    b.fail_first = 2, b.fail_count = 6,
    b.fail_how = (enum fixture_failure)(kit_round() % 2 == 0 ? FIXTURE_REFUSE : FIXTURE_EXIT);
    start();
    tell(&b, FIXTURE_DO_FAIL);
    ck_assert_int_eq(b.starts, 8);
    ck_assert(b.alive);
    ck_assert_uint_eq(fixture_count(root).restarts_count, b.fail_how == FIXTURE_REFUSE ? 7 : 7);
    ROOT_RUNS();
    fixture_end();
}

static void a_restart_that_is_ignored_ends_the_matter(void)
{
    begin();
    b.fail_first = 2, b.fail_count = 1, b.fail_how = FIXTURE_IGNORE;
    start();
    tell(&b, FIXTURE_DO_FAIL);
    ck_assert_int_eq(b.starts, 2);
    ck_assert_uint_eq(fixture_count(root).specs_count, 3);
    ck_assert_uint_eq(fixture_count(root).active_count, 2);
    ROOT_RUNS();
    fixture_end();
}

static void shutdown_gets_in_between_the_attempts_of_a_restart(void)
{
    begin();
    spec.intensity = UINT32_MAX;
    b.fail_first = 2, b.fail_count = 1000000000, b.fail_how = FIXTURE_REFUSE;
    start();
    fixture_tell(&b, FIXTURE_DO_FAIL);
    ck_assert_int_eq(act_simulation_run(fixture_simulation, NULL, 1000),
                     ACT_FULL); /* it goes round in circles */
    stop();
    ck_assert_int_gt(b.starts, 50);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    ck_assert(!a.alive && !b.alive && !c.alive);
    fixture_end();
}

/* ----------------------------------------------------------------------------------- escalation */

static void escalation_goes_through_three_levels(void)
{
    act_child_spec      lower_child, middle_children[2], top_children[2];
    act_supervisor_spec lower, middle, top;
    begin();
    lower_child = child[0];
    lower = (act_supervisor_spec){.intensity = 1, .children = &lower_child, .children_count = 1};
    middle_children[0] = child[1];
    middle_children[1] = act_supervisor_child("lower", &lower);
    middle =
        (act_supervisor_spec){.intensity = 1, .children = middle_children, .children_count = 2};
    top_children[0] = child[2];
    top_children[1] = act_supervisor_child("middle", &middle);
    top = (act_supervisor_spec){.intensity = 1, .children = top_children, .children_count = 2};
    root = fixture_root(&top);
    fixture_watch(root);
    LOG_IS("c+ b+ a+ ");

    fixture_clear_log();
    tell(&a, FIXTURE_DO_FAIL);
    LOG_IS("a- a+ ");
    fixture_clear_log();
    tell(&a, FIXTURE_DO_FAIL); /* lower gives up, middle restarts it */
    LOG_IS("a- a+ ");
    tell(&a, FIXTURE_DO_FAIL);
    fixture_clear_log();
    tell(&a, FIXTURE_DO_FAIL); /* lower gives up, so does middle, top restarts that */
    LOG_IS("a- b- b+ a+ ");
    tell(&a, FIXTURE_DO_FAIL);
    tell(&a, FIXTURE_DO_FAIL);
    tell(&a, FIXTURE_DO_FAIL);
    fixture_clear_log();
    ROOT_RUNS();
    tell(&a, FIXTURE_DO_FAIL);
    LOG_IS("a- b- c- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void a_supervisor_below_that_cannot_start_fails_the_one_above(void)
{
    struct fixture_parent parent;
    act_supervisor_spec   below, above;
    act_child_spec        children[3];
    begin();
    b.fail_first = 1, b.fail_count = 1, b.fail_how = FIXTURE_REFUSE;
    below = (act_supervisor_spec){.intensity = 1, .children = child, .children_count = 2};
    children[0] = child[2];
    children[1] = act_supervisor_child("below", &below);
    children[2] = fixture_child(&d);
    above = (act_supervisor_spec){.intensity = 1, .children = children, .children_count = 3};
    fixture_parent_begin(&parent, &above);
    fixture_run();
    LOG_IS("c+ a+ b- a- c- ");
    ck_assert_int_eq(parent.started, ACT_OS);
    ck_assert_int_eq(parent.exit_kind, ACT_EXIT_ERROR);
    ck_assert_int_eq(parent.exit_code, ACT_OS);
    fixture_end();
}

static void a_child_after_a_supervisor_starts_when_all_below_that_run(void)
{
    act_supervisor_spec below, above;
    act_child_spec      children[2];
    begin();
    below = (act_supervisor_spec){.intensity = 1, .children = child, .children_count = 3};
    children[0] = act_supervisor_child("below", &below);
    children[1] = fixture_child(&d);
    above = (act_supervisor_spec){.intensity = 1, .children = children, .children_count = 2};
    root = fixture_root(&above);
    fixture_watch(root);
    LOG_IS("a+ b+ c+ d+ ");
    fixture_clear_log();
    stop();
    LOG_IS("d- c- b- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void a_supervisor_below_is_waited_for_for_ever(void)
{
    act_supervisor_spec below, above;
    act_child_spec      children[1];
    begin();
    b.traps = true, b.end_delay = ACT_SECONDS(1000);
    child[1].shutdown = ACT_FOREVER;
    below = (act_supervisor_spec){.intensity = 1, .children = child, .children_count = 2};
    children[0] = act_supervisor_child("below", &below);
    above = (act_supervisor_spec){.intensity = 1, .children = children, .children_count = 1};
    root = fixture_root(&above);
    fixture_watch(root);
    stop();
    fixture_advance(ACT_SECONDS(999));
    ROOT_RUNS();
    ck_assert(a.alive && b.alive);
    fixture_advance(ACT_SECONDS(1));
    LOG_IS("a+ b+ b- a- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

/* --------------------------------------------------------------------------- what is not for it */

static void exit_signals_of_strangers_are_ignored(void)
{
    act_child_spec      stranger;
    act_supervisor_spec elsewhere = {.children = &stranger, .children_count = 1};
    begin();
    stranger = fixture_child(&d);
    start();
    d.forge_to = root;
    (void)fixture_root(&elsewhere);
    tell(&d, FIXTURE_DO_FORGE);
    ROOT_RUNS();
    LOG_IS("a+ b+ c+ d+ ");
    fixture_end();
}

static void unknown_messages_are_logged_and_change_nothing(void)
{
    begin();
    start();
    for (uint32_t tag = 1; tag < 20; tag++)
        act_system_tell_value(fixture_system, root, tag, act_int64(7));
    act_system_tell_value(fixture_system, root, ACT_TAG_MAX, act_nothing());
    fixture_run();
    ROOT_RUNS();
    LOG_IS("a+ b+ c+ ");
    act_counters counters;
    act_system_counters(fixture_system, &counters);
    ck_assert_uint_eq(counters.unknown, 20);
    fixture_end();
}

static void a_child_that_only_pretends_to_have_ended_has_then(void)
{
    begin();
    b.traps = b.ignores_exits = true;
    start();
    act_pid before = b.pid;
    tell(&b, FIXTURE_DO_FORGE);
    ck_assert(!fixture_is_alive(before));
    ck_assert_int_eq(b.starts, 2);
    ROOT_RUNS();
    fixture_end();
}

static void a_child_that_has_unlinked_and_pretends_to_have_ended_has_then(void)
{
    begin();
    b.unlinks = true;
    start();
    act_pid before = b.pid;
    tell(&b, FIXTURE_DO_FORGE);
    ck_assert(!fixture_is_alive(before));
    ck_assert_int_eq(b.starts, 2);
    ROOT_RUNS();
    fixture_end();
}

static void a_kill_of_the_supervisor_leaves_no_orphan(void)
{
    act_supervisor_spec below, above;
    act_child_spec      children[3];
    begin();
    a.traps = true, a.end_delay = 100;
    b.traps = b.ignores_exits = true;
    c.traps = c.ignores_exits = true;
    below = (act_supervisor_spec){.intensity = 1, .children = child, .children_count = 2};
    children[0] = act_supervisor_child("below", &below);
    children[1] = child[2];
    children[2] = fixture_child(&d);
    above = (act_supervisor_spec){.intensity = 1, .children = children, .children_count = 3};
    root = fixture_root(&above);
    fixture_watch(root);
    ck_assert_int_eq(act_system_exit_actor(fixture_system, root,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    fixture_run();
    ck_assert(!c.alive && !d.alive);
    ck_assert(a.alive && b.alive); /* the supervisor below stops them in order */
    fixture_advance(5000);
    ck_assert(!b.alive && a.alive);
    ROOT_RUNS(); /* it ends after all of them */
    fixture_advance(100);
    ck_assert(!a.alive);
    ROOT_ENDED(ACT_EXIT_KILLED);
    fixture_end();
}

static void a_kill_while_children_start_leaves_no_orphan(void)
{
    for (uint64_t turns = 1; turns < 14; turns++) {
        begin();
        a.traps = b.traps = c.traps = true;
        a.ignores_exits = b.ignores_exits = c.ignores_exits = true;
        child[0].kept_bytes = child[1].kept_bytes = child[2].kept_bytes = sizeof(int);
        child[1].args_release = fixture_args_release;
        ck_assert_int_eq(act_system_spawn_supervisor(fixture_system, &root, &spec, NULL), ACT_OK);
        (void)!act_simulation_run(fixture_simulation, NULL, turns);
        ck_assert_int_eq(act_system_exit_actor(fixture_system, root,
                                               act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                         ACT_OK);
        fixture_run();
        ck_assert(!a.alive && !b.alive && !c.alive);
        ck_assert_int_eq(b.args_released, 1);
        fixture_end();
    }
}

static struct act_supervisor_spec released_spec;
static const void                *released_at;

static void note_spec(void *args)
{
    released_at = args;
    released_spec = *(act_supervisor_spec *)args;
}

static void args_release_of_a_supervisor_gets_the_copy_of_its_spec(void)
{
    act_child_spec      leaf;
    act_supervisor_spec below = {.intensity = 77, .children = &leaf, .children_count = 1};
    begin();
    leaf = fixture_child(&d);
    child[2] = act_supervisor_child("below", &below);
    child[2].args_release = note_spec;
    start();
    below.intensity = 1; /* was copied */
    released_at = NULL;
    stop();
    ck_assert(released_at != NULL && released_at != &below);
    ck_assert(released_spec.intensity == 77 && released_spec.children == &leaf);
    fixture_end();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(args_release_of_a_supervisor_gets_the_copy_of_its_spec),
    TEST_CASE(permanent_transient_and_temporary_by_kind_of_end, ROUNDS),
    TEST_CASE(a_killed_child_is_restarted, ROUNDS),
    TEST_CASE(one_for_one_restarts_only_the_child_that_failed, ROUNDS),
    TEST_CASE(a_child_that_panics_in_terminate_is_restarted_all_the_same, ROUNDS),
    TEST_CASE(a_restarted_child_keeps_its_place_in_the_order, ROUNDS),
    TEST_CASE(a_child_that_fails_while_others_start_is_restarted_afterwards, ROUNDS),
    TEST_CASE(a_name_is_free_for_the_new_instance, ROUNDS),
    TEST_CASE(exactly_intensity_restarts_in_period_are_done, ROUNDS),
    TEST_CASE(one_more_stops_all_in_reverse_and_then_itself, ROUNDS),
    TEST_CASE(restarts_of_different_children_count_together, ROUNDS),
    TEST_CASE(restarts_longer_back_than_period_are_forgotten, ROUNDS),
    TEST_CASE(period_is_5_s_by_default, ROUNDS),
    TEST_CASE(ends_that_need_no_restart_do_not_count, ROUNDS),
    TEST_CASE(failed_start_attempts_count_as_restarts, ROUNDS),
    TEST_CASE(a_failed_restart_is_tried_again_until_it_succeeds, ROUNDS),
    TEST_CASE(a_restart_that_is_ignored_ends_the_matter, ROUNDS),
    TEST_CASE(shutdown_gets_in_between_the_attempts_of_a_restart, ROUNDS),
    TEST_CASE(escalation_goes_through_three_levels, ROUNDS),
    TEST_CASE(a_supervisor_below_that_cannot_start_fails_the_one_above, ROUNDS),
    TEST_CASE(a_child_after_a_supervisor_starts_when_all_below_that_run, ROUNDS),
    TEST_CASE(a_supervisor_below_is_waited_for_for_ever, ROUNDS),
    TEST_CASE(exit_signals_of_strangers_are_ignored, ROUNDS),
    TEST_CASE(unknown_messages_are_logged_and_change_nothing, ROUNDS),
    TEST_CASE(a_child_that_only_pretends_to_have_ended_has_then, ROUNDS),
    TEST_CASE(a_child_that_has_unlinked_and_pretends_to_have_ended_has_then, ROUNDS),
    TEST_CASE(a_kill_of_the_supervisor_leaves_no_orphan, ROUNDS),
    TEST_CASE(a_kill_while_children_start_leaves_no_orphan, ROUNDS),
    END_OF_CASES,
};
