/*
 * A supervisor when memory runs out, at each request for it: no child is lost, left behind or
 * released twice.
 */
/* SPDX-License-Identifier: MIT */
#include <test/supervisor/family.h>

#include <mailbox/base/memory.h>

static int                 kept_releases;
static act_spawn_options   names_of[3];
static act_child_spec      added, below_child;
static act_supervisor_spec below;
static struct fixture_plan e;
static act_strategy        strategy;
static act_backoff         backoff;

static void release_kept(void *kept)
{
    (void)kept;
    kept_releases++;
}

/*
 * Under root: a, b, c, and a supervisor with e. To be added: d. All that can be released is
 * counted.
 */
static void begin_counted(void)
{
    begin();
    for (int i = 0; i < 3; i++) {
        static const char *const names[3] = {"ada", NULL, "cy"};
        names_of[i] = *ACT_SPAWN_OPTIONS(.name = names[i]);
        child[i].options = &names_of[i];
        child[i].mailbox = (act_mailbox)i;
        child[i].redeliver_max = i == ACT_MAILBOX_REDELIVER ? 2 : 0;
        child[i].args_release = fixture_args_release;
        child[i].kept_bytes = sizeof(int);
        child[i].kept_release = release_kept;
    }
    kept_releases = 0;
    e = (struct fixture_plan){.id = "e"};
    below_child = fixture_child(&e);
    below = (act_supervisor_spec){.intensity = 3, .children = &below_child, .children_count = 1};
    child[3] = act_supervisor_child("below", &below);
    spec.children_count = 4;
    spec.strategy = strategy;
    spec.backoff = backoff;
    added = fixture_child(&d);
    added.args_release = fixture_args_release;
}

/* Runs, but not for ever: what lacks memory may go round in circles until there is some. */
static void run_a_while(void)
{
    (void)!act_simulation_advance(fixture_simulation, 100, 3000);
}

static struct fixture_call starting, ending, counting, listing, restarting, deleting;

/* Something of everything; any of it may fail for want of memory. */
static void live(void)
{
    run_a_while();
    starting = (struct fixture_call){.what = FIXTURE_START, .supervisor = root, .spec = &added};
    ending = (struct fixture_call){.what = FIXTURE_TERMINATE, .supervisor = root, .id = "b"};
    counting = (struct fixture_call){.what = FIXTURE_COUNT, .supervisor = root};
    listing = (struct fixture_call){.what = FIXTURE_WHICH, .supervisor = root};
    fixture_try_to_ask(&starting);
    run_a_while();
    fixture_tell(&a, FIXTURE_DO_FAIL);
    fixture_tell(&a, FIXTURE_DO_SAY_X);
    fixture_tell(&e, FIXTURE_DO_PANIC);
    fixture_tell(&e, FIXTURE_DO_SAY_X);
    run_a_while();
    fixture_try_to_ask(&ending);
    fixture_try_to_ask(&counting);
    fixture_try_to_ask(&listing);
    run_a_while();
    fixture_tell(&d, FIXTURE_DO_PANIC);
    fixture_tell(&c, FIXTURE_DO_PANIC);
    fixture_tell(&c, FIXTURE_DO_SAY_X);
    run_a_while();
    restarting = (struct fixture_call){.what = FIXTURE_RESTART, .supervisor = root, .id = "b"};
    deleting = (struct fixture_call){.what = FIXTURE_DELETE, .supervisor = root, .id = "b"};
    fixture_try_to_ask(&restarting);
    run_a_while();
    fixture_try_to_ask(&deleting);
    run_a_while();
}

static void is_answered(const struct fixture_call *call)
{
    ck_assert(!call->called || call->asked != ACT_OK || call->tag != 0);
}

/* Memory is back; everything can be ended and everyone is accounted for. */
static void end_counted(bool spawned, uint64_t n)
{
    act_counters counters;
    int          releases;

    act__memory_fail_at(0, false);
    if (spawned)
        stop();
    ck_assert_int_eq(act_simulation_advance(fixture_simulation, ACT_SECONDS(100), 100000), ACT_OK);
    ck_assert_msg(!a.alive && !b.alive && !c.alive && !d.alive && !e.alive, "request %u: %s",
                  (unsigned)n, fixture_log);
    releases = a.args_released + b.args_released + c.args_released;
    ck_assert_msg(releases == (spawned ? 3 : 0) && kept_releases == releases, "request %u",
                  (unsigned)n);
    ck_assert_int_eq(d.args_released, starting.called ? 1 : 0);
    act_system_counters(fixture_system, &counters);
    ck_assert_uint_eq(counters.spawned, counters.exited + 1); /* the client */
    ck_assert_uint_eq(counters.sent, counters.received + counters.dead_letters);
    is_answered(&starting);
    is_answered(&ending);
    is_answered(&counting);
    is_answered(&listing);
    is_answered(&restarting);
    is_answered(&deleting);
    fixture_end();
}

/*
 * Lives with the n-th request for memory failing, and all after it if `and_after`. Whether it came
 * to that.
 */
static bool live_without(uint64_t n, bool and_after)
{
    begin_counted();
    memset(&starting, 0, sizeof starting);
    ending = counting = listing = restarting = deleting = starting;
    act__memory_fail_at(n, and_after);
    bool spawned = act_system_spawn_supervisor(fixture_system, &root, &spec, NULL) == ACT_OK;
    if (spawned)
        live();
    bool came = act__memory_requests() >= n;
    end_counted(spawned, n);
    return came;
}

static void live_without_each(bool and_after)
{
    for (int i = 0; i < 6; i++) {
        uint64_t n = 1;
        strategy = (act_strategy)(i % 3);
        backoff = i < 3 ? (act_backoff){0} : (act_backoff){.min = 3, .max = 20};
        while (live_without(n, and_after))
            n++;
        ck_assert_uint_gt(n, 30);
    }
    strategy = ACT_STRATEGY_ONE_FOR_ONE;
    backoff = (act_backoff){0};
}

static void any_single_request_for_memory_may_fail(void)
{
    live_without_each(false);
}

static void memory_may_run_out_for_good_at_any_request(void)
{
    live_without_each(true);
}

/* The same for children made from a template. */
static bool live_simple_without(uint64_t n, bool and_after)
{
    act_counters        counters;
    struct fixture_call calls[] = {{.what = FIXTURE_START_ARGS, .plan = &b},
                                   {.what = FIXTURE_START_ARGS, .plan = &c},
                                   {.what = FIXTURE_TERMINATE_PID},
                                   {.what = FIXTURE_COUNT}};
    begin();
    b.self = &b, c.self = &c;
    b.unlinks = true;
    spec.strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE;
    spec.children_count = 1;
    child[0].args_release = fixture_args_release;
    act__memory_fail_at(n, and_after);
    bool spawned = act_system_spawn_supervisor(fixture_system, &root, &spec, NULL) == ACT_OK;
    for (int i = 0; spawned && i < 4; i++) {
        calls[i].supervisor = root;
        calls[i].child = c.pid;
        fixture_try_to_ask(&calls[i]);
        run_a_while();
        fixture_tell(&b, FIXTURE_DO_FAIL);
        run_a_while();
    }
    bool came = act__memory_requests() >= n;
    act__memory_fail_at(0, false);
    if (spawned)
        stop();
    ck_assert_int_eq(act_simulation_advance(fixture_simulation, ACT_SECONDS(100), 100000), ACT_OK);
    for (int i = 0; i < 4; i++)
        is_answered(&calls[i]);
    ck_assert(!b.alive && !c.alive);
    ck_assert_int_eq(a.args_released, spawned ? 1 : 0);
    act_system_counters(fixture_system, &counters);
    ck_assert_uint_eq(counters.spawned, counters.exited + 1); /* the client */
    fixture_end();
    return came;
}

static void children_made_from_a_template_live_without_memory_too(void)
{
    for (int and_after = 0; and_after < 2; and_after++) {
        uint64_t n = 1;
        while (live_simple_without(n, and_after != 0))
            n++;
        ck_assert_uint_gt(n, 15);
    }
}

/* The stop itself without any memory: times are cut short rather than waited for in vain. */
static void a_supervisor_stops_without_memory(void)
{
    begin();
    b.traps = b.ignores_exits = true;
    a.unlinks = true;
    start();
    act__memory_fail_at(1, true);
    ck_assert_int_eq(act_system_exit_actor(fixture_system, root,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    fixture_run();
    ck_assert(!b.alive && !c.alive);
    act__memory_fail_at(0, false);
    fixture_end();
}

/* The signal to stop needs memory when it comes from a thread; the stop of those below does not. */
static void children_stop_in_reverse_without_memory(void)
{
    begin();
    b.traps = b.ignores_exits = true;
    start();
    ck_assert_int_eq(act_system_exit_actor(fixture_system, root,
                                           act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)),
                     ACT_OK);
    act__memory_fail_at(1, true);
    fixture_run();
    ck_assert_str_eq(fixture_log, "a+ b+ c+ c- b- a- ");
    act__memory_fail_at(0, false);
    ck_assert_int_eq(fixture_end_kind(root), ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void a_restart_is_tried_until_there_is_memory(void)
{
    begin();
    spec.intensity = UINT32_MAX;
    start();
    fixture_tell(&b, FIXTURE_DO_FAIL);
    act__memory_fail_at(1, true);
    ck_assert_int_eq(act_simulation_run(fixture_simulation, NULL, 1000), ACT_FULL);
    ck_assert_int_eq(b.starts, 1);
    act__memory_fail_at(0, false);
    fixture_run();
    ck_assert(b.alive);
    ck_assert_int_eq(fixture_end_kind(root), -1);
    fixture_end();
}

static void what_waits_is_kept_until_there_is_memory(void)
{
    act_pid found;
    begin();
    spec.intensity = UINT32_MAX;
    child[1].options = ACT_SPAWN_OPTIONS(.name = "bee");
    start();
    fixture_clear_log();
    fixture_tell(&b, FIXTURE_DO_FAIL);
    fixture_tell(&b, FIXTURE_DO_SAY_X);
    fixture_tell(&b, FIXTURE_DO_SAY_Y);
    act__memory_fail_at(1, true);
    ck_assert_int_eq(act_simulation_run(fixture_simulation, NULL, 1000), ACT_FULL);
    ck_assert_int_eq(act_whereis(fixture_system, &found, "bee"), ACT_OK);
    ck_assert(!act_pid_equal(found, b.pid));
    act__memory_fail_at(0, false);
    fixture_run();
    ck_assert_str_eq(fixture_log, "b- b+ bx by ");
    ck_assert(act_pid_equal(found, b.pid));
    fixture_end();
}

/*
 * Whichever request fails: of an asker that was told so on the spot, of init, or else they are
 * released.
 */
static void args_that_no_init_was_called_with_are_released(void)
{
    for (uint64_t n = 1; n < 40; n++) {
        begin();
        b.self = &b;
        child[0].id = "template";
        child[0].args_release = fixture_args_release;
        spec.strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE;
        spec.children_count = 1;
        start();
        struct fixture_call adding = {
            .what = FIXTURE_START_ARGS, .supervisor = root, .plan = &b, .asked = ACT_INVALID};
        fixture_try_to_ask(&adding);
        act__memory_fail_at(n, n % 2 == 0);
        run_a_while();
        act__memory_fail_at(0, false);
        stop();
        ck_assert_int_eq(b.args_released, b.starts == 0 && adding.asked == ACT_OK ? 1 : 0);
        ck_assert_int_eq(a.args_released, 1);
        fixture_end();
    }
}

const struct kit_case kit_cases[] = {
    TEST_CASE(args_that_no_init_was_called_with_are_released),
    TEST_CASE(any_single_request_for_memory_may_fail, .rounds = 5, .timeout_seconds = 60),
    TEST_CASE(memory_may_run_out_for_good_at_any_request, .rounds = 5, .timeout_seconds = 60),
    TEST_CASE(children_made_from_a_template_live_without_memory_too, ROUNDS),
    TEST_CASE(a_supervisor_stops_without_memory, ROUNDS),
    TEST_CASE(children_stop_in_reverse_without_memory, ROUNDS),
    TEST_CASE(a_restart_is_tried_until_there_is_memory, ROUNDS),
    TEST_CASE(what_waits_is_kept_until_there_is_memory, ROUNDS),
    END_OF_CASES,
};
