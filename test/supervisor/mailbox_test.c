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
    return act_whereis(rig_system, &pid, "bee") == ACT_NOT_FOUND;
}

/* b is told to fail, and then to say x. */
static void fail_and_say_x(void)
{
    rig_clear_log();
    rig_tell(&b, RIG_DO_FAIL);
    rig_tell(&b, RIG_DO_SAY_X);
    rig_run();
}

/* ----------------------------------------------------------------------------------------- kept */

static void what_waits_is_kept_in_order(void)
{
    begin();
    start();
    rig_clear_log();
    rig_tell(&b, RIG_DO_FAIL);
    rig_tell(&b, RIG_DO_SAY_X);
    rig_tell(&b, RIG_DO_SAY_Y);
    rig_tell(&b, RIG_DO_SAY_X);
    rig_run();
    LOG_IS("b- b+ bx by bx ");
    rig_end();
}

static void what_waits_is_kept_when_a_child_is_killed(void)
{
    begin();
    start();
    rig_clear_log();
    rig_tell(&b, RIG_DO_SAY_X);
    ck_assert_int_eq(
        act_system_exit(rig_system, b.pid, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)), ACT_OK);
    rig_run();
    ck_assert_ptr_nonnull(strstr(rig_log, "bx"));
    rig_end();
}

static void a_name_stays_through_a_delay_and_its_messages_wait(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    delay_restarts();
    start();
    fail_and_say_x();
    LOG_IS("b- ");
    rig_tell_name("bee", RIG_DO_SAY_Y);
    rig_advance(50);
    rig_tell_name("bee", RIG_DO_SAY_Z);
    rig_advance(49);
    LOG_IS("b- ");
    rig_advance(1);
    LOG_IS("b- b+ bx by bz ");
    rig_end();
}

static void who_has_the_pid_of_a_name_in_between_has_the_next_ones(void)
{
    act_pid between;
    begin_named(ACT_MAILBOX_KEEP);
    delay_restarts();
    start();
    fail_and_say_x();
    ck_assert_int_eq(act_whereis(rig_system, &between, "bee"), ACT_OK);
    rig_advance(100);
    ck_assert(act_pid_equal(between, b.pid));
    rig_end();
}

static void what_waits_survives_starts_that_fail(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    b.fail_first = 2, b.fail_count = 3,
    b.fail_how = (enum rig_failure)(kit_round() % 2 == 0 ? RIG_REFUSE : RIG_PANIC);
    start();
    fail_and_say_x();
    ck_assert_int_eq(b.starts, 5);
    ck_assert_ptr_nonnull(strstr(rig_log, "b+ bx"));
    rig_end();
}

static void a_group_keeps_what_waits_for_each(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    spec.strategy = ACT_STRATEGY_ONE_FOR_ALL;
    c.traps = true, c.end_delay = 10; /* and waits */
    start();
    rig_clear_log();
    tell(&a, RIG_DO_FAIL);
    rig_tell_name("bee", RIG_DO_SAY_X);
    rig_tell(&c, RIG_DO_SAY_Y); /* still there */
    rig_advance(9);
    rig_tell_name("bee", RIG_DO_SAY_Z);
    rig_advance(1);
    ck_assert_ptr_nonnull(strstr(rig_log, "cy"));
    ck_assert_int_eq(b.starts, 2);
    ck_assert(strstr(rig_log, "bx") != NULL && strstr(rig_log, "bz") != NULL);
    rig_end();
}

static void a_template_keeps_what_waits(void)
{
    begin();
    spec.strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE;
    spec.children_count = 1;
    b.self = &b;
    start();
    (void)rig_call((struct rig_call){.what = RIG_START_ARGS, .supervisor = root, .plan = &b});
    fail_and_say_x();
    LOG_IS("b- b+ bx ");
    rig_end();
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
    ck_assert_int_eq(act_whereis(rig_system, &pid, "bee"), ACT_OK);
    ck_assert_int_eq(act_system_exit(rig_system, pid, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    rig_run();
    ck_assert_int_eq(act_whereis(rig_system, &pid, "bee"), ACT_OK);
    struct rig_call call = {.what = RIG_COUNT, .supervisor = pid};
    rig_ask(&call);
    rig_run();
    ck_assert_uint_eq(call.tag, 0);
    rig_advance(100);
    ck_assert_uint_eq(call.answer.active_count, 1);
    rig_end();
}

/* ------------------------------------------------------------------------- dropped, tried again */

static void a_mailbox_to_drop_keeps_only_what_comes_later(void)
{
    begin_named(ACT_MAILBOX_DROP);
    delay_restarts();
    start();
    fail_and_say_x();
    rig_tell_name("bee", RIG_DO_SAY_Y);
    rig_advance(100);
    LOG_IS("b- b+ by ");
    rig_end();
}

static void the_message_that_fails_is_tried_again_so_often(void)
{
    begin_named(ACT_MAILBOX_REDELIVER);
    start();
    rig_clear_log();
    rig_tell(&b, RIG_DO_PANIC);
    rig_tell(&b, RIG_DO_SAY_X);
    rig_run();
    LOG_IS("b- b+ b- b+ b- b+ bx ");
    rig_end();
}

static void the_message_that_fails_is_lost_by_default(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    start();
    rig_clear_log();
    rig_tell(&b, RIG_DO_PANIC);
    rig_tell(&b, RIG_DO_SAY_X);
    rig_run();
    LOG_IS("b- b+ bx ");
    rig_end();
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
    (void)rig_call((struct rig_call){.what = RIG_START_ARGS, .supervisor = root, .plan = &b});
    rig_clear_log();
    tell(&b, RIG_DO_PANIC);
    LOG_IS("b- b+ b- b+ ");
    rig_end();
}

/* ------------------------------------------------------------------------------------- given up */

static void a_child_that_is_terminated_frees_its_name(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    start();
    rig_clear_log();
    ck_assert_int_eq(rig_terminate(root, "b"), ACT_OK);
    ck_assert(name_is_free());
    ck_assert_int_eq(rig_restart(root, "b").result, ACT_OK);
    ck_assert(!name_is_free());
    LOG_IS("b- b+ ");
    rig_end();
}

static void a_restart_that_is_forgone_frees_the_name(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    delay_restarts();
    start();
    fail_and_say_x();
    ck_assert_int_eq(rig_terminate(root, "b"), ACT_OK);
    ck_assert(name_is_free());
    ck_assert_int_eq(rig_delete(root, "b").result, ACT_OK);
    rig_advance(100);
    LOG_IS("b- ");
    rig_end();
}

static void a_child_that_is_not_restarted_frees_its_name(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    child[1].restart = kit_round() % 2 == 0 ? ACT_RESTART_TRANSIENT : ACT_RESTART_TEMPORARY;
    start();
    tell(&b, RIG_DO_NORMAL);
    ck_assert(name_is_free());
    rig_end();
}

static void a_child_that_ignores_its_restart_frees_its_name(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    if (kit_round() % 2 == 0)
        spec.strategy = ACT_STRATEGY_ONE_FOR_ALL;
    b.fail_first = 2, b.fail_count = 1, b.fail_how = RIG_IGNORE;
    start();
    tell(&b, RIG_DO_FAIL);
    ck_assert(name_is_free());
    ck_assert_int_eq(rig_restart(root, "b").result, ACT_OK);
    ck_assert(!name_is_free());
    rig_end();
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
        ck_assert_int_eq(act_system_exit(rig_system, root,
                                         act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                         ACT_OK);
    rig_run();
    ck_assert(name_is_free());
    rig_end();
}

static void too_many_restarts_free_the_names(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    spec.intensity = 0;
    start();
    fail_and_say_x();
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    ck_assert(name_is_free());
    ck_assert_ptr_null(strstr(rig_log, "bx"));
    rig_end();
}

static void a_group_that_is_stopped_half_way_frees_the_names(void)
{
    begin_named(ACT_MAILBOX_KEEP);
    spec.strategy = ACT_STRATEGY_ONE_FOR_ALL;
    a.traps = true, a.end_delay = 10; /* the last to stop */
    start();
    tell(&c, RIG_DO_FAIL);
    ck_assert(!name_is_free() && !b.alive && a.alive);
    stop();
    rig_advance(10);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    ck_assert(name_is_free());
    rig_end();
}

const struct kit_fact kit_facts[] = {
    FACT(what_waits_is_kept_in_order, ROUNDS),
    FACT(what_waits_is_kept_when_a_child_is_killed, ROUNDS),
    FACT(a_name_stays_through_a_delay_and_its_messages_wait, ROUNDS),
    FACT(who_has_the_pid_of_a_name_in_between_has_the_next_ones, ROUNDS),
    FACT(what_waits_survives_starts_that_fail, ROUNDS),
    FACT(a_group_keeps_what_waits_for_each, ROUNDS),
    FACT(a_template_keeps_what_waits, ROUNDS),
    FACT(a_supervisor_keeps_its_name, ROUNDS),
    FACT(a_mailbox_to_drop_keeps_only_what_comes_later, ROUNDS),
    FACT(the_message_that_fails_is_tried_again_so_often, ROUNDS),
    FACT(the_message_that_fails_is_lost_by_default, ROUNDS),
    FACT(a_template_tries_again, ROUNDS),
    FACT(a_child_that_is_terminated_frees_its_name, ROUNDS),
    FACT(a_restart_that_is_forgone_frees_the_name, ROUNDS),
    FACT(a_child_that_is_not_restarted_frees_its_name, ROUNDS),
    FACT(a_child_that_ignores_its_restart_frees_its_name, ROUNDS),
    FACT(the_end_of_the_supervisor_frees_the_names, ROUNDS),
    FACT(too_many_restarts_free_the_names, ROUNDS),
    FACT(a_group_that_is_stopped_half_way_frees_the_names, ROUNDS),
    END_OF_FACTS,
};
