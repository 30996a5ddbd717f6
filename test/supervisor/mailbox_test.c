/*
 * What waits for a child while it is restarted, and its name: kept, dropped, tried again, or given
 * up.
 */
/* SPDX-License-Identifier: MIT */
#include <test/supervisor/family.h>

/* b has a name and this mailbox. */
static void begin_named(act_mailbox mailbox)
{
    static act_spawn_options options;
    begin();
    options = *ACT_SPAWN_OPTIONS(.name = "bee");
    child[1].options = &options;
    child[1].mailbox = mailbox;
    child[1].redeliver_max = mailbox == ACT_MAILBOX_REDELIVER ? 2 : 0;
}

static void delay_restarts(void)
{
    spec.backoff = (act_backoff){.min = 100, .max = 100};
}

static bool name_is_free(void)
{
    act_pid pid;
    return act_whereis(fixture_system, &pid, "bee") == ACT_NOT_FOUND;
}

/* b is told to fail, and then to say x. */
static void fail_and_say_x(void)
{
    fixture_clear_log();
    fixture_tell(&b, FIXTURE_DO_FAIL);
    fixture_tell(&b, FIXTURE_DO_SAY_X);
    fixture_run();
}

/* ----------------------------------------------------------------------------------------- kept */

static void what_waits_is_kept_in_order(void)
{
    begin();
    start();
    fixture_clear_log();
    fixture_tell(&b, FIXTURE_DO_FAIL);
    fixture_tell(&b, FIXTURE_DO_SAY_X);
    fixture_tell(&b, FIXTURE_DO_SAY_Y);
    fixture_tell(&b, FIXTURE_DO_SAY_X);
    fixture_run();
    LOG_IS("b- b+ bx by bx ");
    fixture_end();
}

static void what_waits_is_kept_when_a_child_is_killed(void)
{
    begin();
    start();
    fixture_clear_log();
    fixture_tell(&b, FIXTURE_DO_SAY_X);
    ck_assert_int_eq(act_system_exit_actor(fixture_system, b.pid,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    fixture_run();
    ck_assert_ptr_nonnull(strstr(fixture_log, "bx"));
    fixture_end();
}

static void a_name_stays_through_a_delay_and_its_messages_wait(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    delay_restarts();
    start();
    fail_and_say_x();
    LOG_IS("b- ");
    fixture_tell_name("bee", FIXTURE_DO_SAY_Y);
    fixture_advance(50);
    fixture_tell_name("bee", FIXTURE_DO_SAY_Z);
    fixture_advance(49);
    LOG_IS("b- ");
    fixture_advance(1);
    LOG_IS("b- b+ bx by bz ");
    fixture_end();
}

static void the_pid_of_a_name_in_between_is_the_next_ones(void)
{
    act_pid between;
    begin_named(ACT_MAILBOX_KEEP);
    delay_restarts();
    start();
    fail_and_say_x();
    ck_assert_int_eq(act_whereis(fixture_system, &between, "bee"), ACT_OK);
    fixture_advance(100);
    ck_assert(act_pid_equal(between, b.pid));
    fixture_end();
}

static void what_waits_survives_starts_that_fail(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    b.fail_first = 2, b.fail_count = 3,
    b.fail_how = (enum fixture_failure)(kit_round() % 2 == 0 ? FIXTURE_REFUSE : FIXTURE_PANIC);
    start();
    fail_and_say_x();
    ck_assert_int_eq(b.starts, 5);
    ck_assert_ptr_nonnull(strstr(fixture_log, "b+ bx"));
    fixture_end();
}

static void a_group_keeps_what_waits_for_each(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    spec.strategy = ACT_STRATEGY_ONE_FOR_ALL;
    c.traps = true, c.end_delay = 10; /* and waits */
    start();
    fixture_clear_log();
    tell(&a, FIXTURE_DO_FAIL);
    fixture_tell_name("bee", FIXTURE_DO_SAY_X);
    fixture_tell(&c, FIXTURE_DO_SAY_Y); /* still there */
    fixture_advance(9);
    fixture_tell_name("bee", FIXTURE_DO_SAY_Z);
    fixture_advance(1);
    ck_assert_ptr_nonnull(strstr(fixture_log, "cy"));
    ck_assert_int_eq(b.starts, 2);
    ck_assert(strstr(fixture_log, "bx") != NULL && strstr(fixture_log, "bz") != NULL);
    fixture_end();
}

static void a_template_keeps_what_waits(void)
{
    begin();
    spec.strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE;
    spec.children_count = 1;
    b.self = &b;
    start();
    (void)fixture_call(
        (struct fixture_call){.what = FIXTURE_START_ARGS, .supervisor = root, .plan = &b});
    fail_and_say_x();
    LOG_IS("b- b+ bx ");
    fixture_end();
}

static void a_supervisor_keeps_its_name(void)
{
    static act_supervisor_spec below;
    act_pid                    pid;
    begin();
    below = (act_supervisor_spec){.children = &child[2], .children_count = 1};
    child[1] = act_supervisor_child("below", &below);
    child[1].options = ACT_SPAWN_OPTIONS(.name = "bee");
    spec.children_count = 2;
    delay_restarts();
    start();
    ck_assert_int_eq(act_whereis(fixture_system, &pid, "bee"), ACT_OK);
    ck_assert_int_eq(act_system_exit_actor(fixture_system, pid,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    fixture_run();
    ck_assert_int_eq(act_whereis(fixture_system, &pid, "bee"), ACT_OK);
    struct fixture_call call = {.what = FIXTURE_COUNT, .supervisor = pid};
    fixture_ask(&call);
    fixture_run();
    ck_assert_uint_eq(call.tag, 0);
    fixture_advance(100);
    ck_assert_uint_eq(call.answer.active_count, 1);
    fixture_end();
}

/* ------------------------------------------------------------------------- dropped, tried again */

static void a_mailbox_to_drop_keeps_only_what_comes_later(void)
{
    begin_named(ACT_MAILBOX_DROP);
    delay_restarts();
    start();
    fail_and_say_x();
    fixture_tell_name("bee", FIXTURE_DO_SAY_Y);
    fixture_advance(100);
    LOG_IS("b- b+ by ");
    fixture_end();
}

static void the_message_that_fails_is_tried_again_so_often(void)
{
    begin_named(ACT_MAILBOX_REDELIVER);
    start();
    fixture_clear_log();
    fixture_tell(&b, FIXTURE_DO_PANIC);
    fixture_tell(&b, FIXTURE_DO_SAY_X);
    fixture_run();
    LOG_IS("b- b+ b- b+ b- b+ bx ");
    fixture_end();
}

static void the_message_that_fails_is_lost_by_default(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    start();
    fixture_clear_log();
    fixture_tell(&b, FIXTURE_DO_PANIC);
    fixture_tell(&b, FIXTURE_DO_SAY_X);
    fixture_run();
    LOG_IS("b- b+ bx ");
    fixture_end();
}

static void a_template_tries_again(void)
{
    begin();
    spec.strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE;
    spec.children_count = 1;
    child[0].mailbox = ACT_MAILBOX_REDELIVER;
    child[0].redeliver_max = 1;
    b.self = &b;
    start();
    (void)fixture_call(
        (struct fixture_call){.what = FIXTURE_START_ARGS, .supervisor = root, .plan = &b});
    fixture_clear_log();
    tell(&b, FIXTURE_DO_PANIC);
    LOG_IS("b- b+ b- b+ ");
    fixture_end();
}

/* ------------------------------------------------------------------------------------- given up */

static void a_child_that_is_terminated_frees_its_name(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    start();
    fixture_clear_log();
    ck_assert_int_eq(fixture_terminate(root, "b"), ACT_OK);
    ck_assert(name_is_free());
    ck_assert_int_eq(fixture_restart(root, "b").result, ACT_OK);
    ck_assert(!name_is_free());
    LOG_IS("b- b+ ");
    fixture_end();
}

static void a_restart_that_is_cancelled_frees_the_name(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    delay_restarts();
    start();
    fail_and_say_x();
    ck_assert_int_eq(fixture_terminate(root, "b"), ACT_OK);
    ck_assert(name_is_free());
    ck_assert_int_eq(fixture_delete(root, "b").result, ACT_OK);
    fixture_advance(100);
    LOG_IS("b- ");
    fixture_end();
}

static void a_child_that_is_not_restarted_frees_its_name(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    child[1].restart = kit_round() % 2 == 0 ? ACT_RESTART_TRANSIENT : ACT_RESTART_TEMPORARY;
    start();
    tell(&b, FIXTURE_DO_NORMAL);
    ck_assert(name_is_free());
    fixture_end();
}

static void a_child_that_ignores_its_restart_frees_its_name(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    if (kit_round() % 2 == 0)
        spec.strategy = ACT_STRATEGY_ONE_FOR_ALL;
    b.fail_first = 2, b.fail_count = 1, b.fail_how = FIXTURE_IGNORE;
    start();
    tell(&b, FIXTURE_DO_FAIL);
    ck_assert(name_is_free());
    ck_assert_int_eq(fixture_restart(root, "b").result, ACT_OK);
    ck_assert(!name_is_free());
    fixture_end();
}

static void the_end_of_the_supervisor_frees_the_names(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    if (kit_round() % 2 == 0)
        delay_restarts();
    start();
    fail_and_say_x();
    if (kit_round() % 3 == 0)
        stop();
    else
        ck_assert_int_eq(act_system_exit_actor(fixture_system, root,
                                               act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                         ACT_OK);
    fixture_run();
    ck_assert(name_is_free());
    fixture_end();
}

static void too_many_restarts_free_the_names(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    spec.intensity = 0;
    start();
    fail_and_say_x();
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    ck_assert(name_is_free());
    ck_assert_ptr_null(strstr(fixture_log, "bx"));
    fixture_end();
}

static void a_group_that_is_stopped_half_way_frees_the_names(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    spec.strategy = ACT_STRATEGY_ONE_FOR_ALL;
    a.traps = true, a.end_delay = 10; /* the last to stop */
    start();
    tell(&c, FIXTURE_DO_FAIL);
    ck_assert(!name_is_free() && !b.alive && a.alive);
    stop();
    fixture_advance(10);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    ck_assert(name_is_free());
    fixture_end();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(what_waits_is_kept_in_order, ROUNDS),
    TEST_CASE(what_waits_is_kept_when_a_child_is_killed, ROUNDS),
    TEST_CASE(a_name_stays_through_a_delay_and_its_messages_wait, ROUNDS),
    TEST_CASE(the_pid_of_a_name_in_between_is_the_next_ones, ROUNDS),
    TEST_CASE(what_waits_survives_starts_that_fail, ROUNDS),
    TEST_CASE(a_group_keeps_what_waits_for_each, ROUNDS),
    TEST_CASE(a_template_keeps_what_waits, ROUNDS),
    TEST_CASE(a_supervisor_keeps_its_name, ROUNDS),
    TEST_CASE(a_mailbox_to_drop_keeps_only_what_comes_later, ROUNDS),
    TEST_CASE(the_message_that_fails_is_tried_again_so_often, ROUNDS),
    TEST_CASE(the_message_that_fails_is_lost_by_default, ROUNDS),
    TEST_CASE(a_template_tries_again, ROUNDS),
    TEST_CASE(a_child_that_is_terminated_frees_its_name, ROUNDS),
    TEST_CASE(a_restart_that_is_cancelled_frees_the_name, ROUNDS),
    TEST_CASE(a_child_that_is_not_restarted_frees_its_name, ROUNDS),
    TEST_CASE(a_child_that_ignores_its_restart_frees_its_name, ROUNDS),
    TEST_CASE(the_end_of_the_supervisor_frees_the_names, ROUNDS),
    TEST_CASE(too_many_restarts_free_the_names, ROUNDS),
    TEST_CASE(a_group_that_is_stopped_half_way_frees_the_names, ROUNDS),
    END_OF_CASES,
};
