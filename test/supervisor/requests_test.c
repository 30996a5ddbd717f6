/*
 * What can be asked of a supervisor, in each of its phases, and what children it takes on and lets
 * go.
 */
/* SPDX-License-Identifier: MIT */
#include <test/supervisor/family.h>

#include <stdio.h>

static act_child_spec added;

/* Children a and b; c is to be added. */
static void begin_two(void)
{
    begin();
    spec.children_count = 2;
    added = fixture_child(&c);
}

static void begin_and_start(void)
{
    begin_two();
    start();
}

/* c, which takes its time to end. */
static void add_slow_temporary(void)
{
    c.traps = true, c.end_delay = 100;
    added.restart = ACT_RESTART_TEMPORARY;
    (void)fixture_start(root, &added);
}

static struct fixture_call call(int what)
{
    struct fixture_call made = {.what = what, .supervisor = root, .spec = &added, .id = "c"};
    return made;
}

/* `made` is where the answer will be. */
static void ask_and_run(struct fixture_call *made, int what)
{
    *made = call(what);
    fixture_ask(made);
    fixture_run();
}

/* ---------------------------------------------------------------------------------- start_child */

static void start_child_starts_and_answers_with_the_pid(void)
{
    begin_and_start();
    act_supervisor_answer answer = fixture_start(root, &added);
    ck_assert_int_eq(answer.result, ACT_OK);
    ck_assert(act_pid_equal(answer.child, c.pid));
    LOG_IS("a+ b+ c+ ");
    fixture_clear_log();
    stop();
    LOG_IS("c- b- a- ");
    fixture_end();
}

static void an_added_child_is_restarted_like_the_others(void)
{
    begin_and_start();
    (void)fixture_start(root, &added);
    tell(&c, FIXTURE_DO_PANIC);
    LOG_IS("a+ b+ c+ c- c+ ");
    fixture_end();
}

static void start_child_of_a_running_id_answers_with_its_pid(void)
{
    begin_and_start();
    added.id = "b";
    added.args_release = fixture_args_release;
    act_supervisor_answer answer = fixture_start(root, &added);
    ck_assert_int_eq(answer.result, ACT_EXISTS);
    ck_assert(act_pid_equal(answer.child, b.pid));
    ck_assert_int_eq(c.starts, 0);
    ck_assert_int_eq(c.args_released, 1);
    fixture_end();
}

static void start_child_of_a_terminated_id_says_it_is_present(void)
{
    begin_and_start();
    ck_assert_int_eq(fixture_terminate(root, "b"), ACT_OK);
    added.id = "b";
    act_supervisor_answer answer = fixture_start(root, &added);
    ck_assert_int_eq(answer.result, ACT_EXISTS);
    ck_assert(act_pid_is_none(answer.child));
    fixture_end();
}

static void start_child_answers_what_init_answered_and_drops_the_spec(void)
{
    begin_and_start();
    c.fail_first = 1, c.fail_count = 1, c.fail_how = FIXTURE_REFUSE;
    added.args_release = fixture_args_release;
    ck_assert_int_eq(fixture_start(root, &added).result, ACT_OS);
    ck_assert_int_eq(c.args_released, 1);
    ck_assert_uint_eq(fixture_count(root).specs_count, 2);
    ck_assert_int_eq(fixture_end_kind(root), -1);
    ck_assert_int_eq(fixture_start(root, &added).result, ACT_OK);
    fixture_end();
}

static void start_child_answers_closed_if_it_panics_in_init(void)
{
    begin_and_start();
    c.fail_first = 1, c.fail_count = 1;
    c.fail_how = kit_round() % 2 == 0 ? FIXTURE_PANIC : FIXTURE_UNLINK_AND_PANIC;
    ck_assert_int_eq(fixture_start(root, &added).result, ACT_CLOSED);
    ck_assert_uint_eq(fixture_count(root).specs_count, 2);
    fixture_end();
}

static void start_child_that_ignores_keeps_the_spec(void)
{
    begin_and_start();
    c.fail_first = 1, c.fail_count = 1, c.fail_how = FIXTURE_IGNORE;
    ck_assert_int_eq(fixture_start(root, &added).result, ACT_IGNORE);
    ck_assert_uint_eq(fixture_count(root).specs_count, 3);
    ck_assert_int_eq(fixture_start(root, &added).result, ACT_EXISTS);
    fixture_end();
}

static void start_child_that_ignores_drops_a_temporary_spec(void)
{
    begin_and_start();
    c.fail_first = 1, c.fail_count = 1, c.fail_how = FIXTURE_IGNORE;
    added.restart = ACT_RESTART_TEMPORARY;
    ck_assert_int_eq(fixture_start(root, &added).result, ACT_IGNORE);
    ck_assert_uint_eq(fixture_count(root).specs_count, 2);
    fixture_end();
}

static void start_child_refuses_a_bad_spec_and_releases_its_args(void)
{
    struct fixture_call bad;
    begin_and_start();
    added.restart = (act_restart)9;
    added.args_release = fixture_args_release;
    ask_and_run(&bad, FIXTURE_START);
    ck_assert_int_eq(bad.asked, ACT_INVALID);
    ck_assert_int_eq(c.args_released, 1);
    fixture_end();
}

static void start_child_of_a_dead_supervisor_is_answered_with_down(void)
{
    struct fixture_call late;
    begin_and_start();
    added.args_release = fixture_args_release;
    stop();
    ask_and_run(&late, FIXTURE_START);
    ck_assert_int_eq(late.asked, ACT_OK);
    ck_assert_uint_eq(late.tag, ACT_MESSAGE_DOWN);
    ck_assert_int_eq(c.args_released, 1);
    fixture_end();
}

static void start_child_starts_a_supervisor(void)
{
    act_supervisor_spec below;
    act_child_spec      child_below;
    begin_and_start();
    child_below = fixture_child(&d);
    below = (act_supervisor_spec){.intensity = 1, .children = &child_below, .children_count = 1};
    added = act_supervisor_child("below", &below);
    ck_assert_int_eq(fixture_start(root, &added).result, ACT_OK);
    LOG_IS("a+ b+ d+ ");
    act_supervisor_answer counts = fixture_count(root);
    ck_assert_uint_eq(counts.supervisors_count, 1);
    ck_assert_uint_eq(counts.workers_count, 2);
    ck_assert_int_eq(fixture_terminate(root, "below"), ACT_OK);
    LOG_IS("a+ b+ d+ d- ");
    fixture_end();
}

/* ------------------------------------------------------------------------------ terminate_child */

static void terminate_child_stops_and_keeps_the_spec(void)
{
    begin_and_start();
    ck_assert_int_eq(fixture_terminate(root, "a"), ACT_OK);
    LOG_IS("a+ b+ a- ");
    ck_assert_int_eq(a.last_kind, ACT_EXIT_SHUTDOWN);
    act_supervisor_answer counts = fixture_count(root);
    ck_assert_uint_eq(counts.specs_count, 2);
    ck_assert_uint_eq(counts.active_count, 1);
    ck_assert_uint_eq(counts.restarts_count, 0);
    fixture_end();
}

static void terminate_child_drops_a_temporary_one(void)
{
    begin_and_start();
    added.restart = ACT_RESTART_TEMPORARY;
    (void)fixture_start(root, &added);
    ck_assert_int_eq(fixture_terminate(root, "c"), ACT_OK);
    ck_assert_uint_eq(fixture_count(root).specs_count, 2);
    ck_assert_int_eq(fixture_terminate(root, "c"), ACT_NOT_FOUND);
    fixture_end();
}

static void terminate_child_of_an_unknown_id_is_not_found(void)
{
    begin_and_start();
    ck_assert_int_eq(fixture_terminate(root, "none"), ACT_NOT_FOUND);
    ck_assert_int_eq(fixture_terminate(root, ""), ACT_NOT_FOUND);
    fixture_end();
}

static void terminate_child_of_one_that_does_not_run_is_ok(void)
{
    begin_and_start();
    ck_assert_int_eq(fixture_terminate(root, "a"), ACT_OK);
    ck_assert_int_eq(fixture_terminate(root, "a"), ACT_OK);
    fixture_end();
}

static void terminate_child_gives_it_its_time_and_then_kills(void)
{
    struct fixture_call slow;
    begin_two();
    a.traps = a.ignores_exits = true;
    start();
    slow = call(FIXTURE_TERMINATE);
    slow.id = "a";
    fixture_ask(&slow);
    fixture_advance(4999);
    ck_assert(a.alive && slow.tag == 0);
    fixture_advance(1);
    ck_assert(!a.alive);
    ck_assert_uint_eq(slow.tag, ACT_MESSAGE_SUPERVISOR_ANSWER);
    ck_assert_int_eq(slow.answer.result, ACT_OK);
    fixture_end();
}

static void a_supervisor_answers_others_while_it_waits_for_a_stop(void)
{
    struct fixture_call slow;
    begin_two();
    a.traps = a.ignores_exits = true;
    start();
    slow = call(FIXTURE_TERMINATE);
    slow.id = "a";
    fixture_ask(&slow);
    fixture_run();
    ck_assert_int_eq(fixture_start(root, &added).result, ACT_OK);
    tell(&b, FIXTURE_DO_FAIL);
    ck_assert(b.alive);
    ck_assert_uint_eq(fixture_count(root).active_count, 3);
    ck_assert_uint_eq(slow.tag, 0);
    fixture_advance(5000);
    ck_assert_int_eq(slow.answer.result, ACT_OK);
    fixture_end();
}

static void two_that_terminate_the_same_child_are_both_answered(void)
{
    struct fixture_call first, second;
    begin_two();
    a.traps = true, a.end_delay = 100;
    start();
    first = call(FIXTURE_TERMINATE), first.id = "a";
    second = first;
    fixture_ask(&first);
    fixture_run();
    fixture_ask(&second);
    fixture_run();
    ck_assert(first.tag == 0 && second.tag == 0);
    fixture_advance(100);
    ck_assert_int_eq(first.answer.result, ACT_OK);
    ck_assert_int_eq(second.answer.result, ACT_OK);
    ck_assert(first.tag != 0 && second.tag != 0);
    fixture_end();
}

static void start_child_of_an_id_that_is_stopping_starts_when_it_has_stopped(void)
{
    struct fixture_call first, again;
    begin_and_start();
    add_slow_temporary();
    first = call(FIXTURE_TERMINATE);
    again = call(FIXTURE_START);
    fixture_ask(&first);
    fixture_ask(&again);
    fixture_advance(99);
    LOG_IS("a+ b+ c+ ");
    ck_assert(first.tag == 0 && again.tag == 0);
    fixture_advance(1);
    LOG_IS("a+ b+ c+ c- c+ ");
    ck_assert_int_eq(again.answer.result, ACT_OK);
    fixture_end();
}

/* Terminate, start, terminate, start of one id, all waiting: each is done after the one before. */
static void requests_for_an_id_that_is_stopping_keep_their_order(void)
{
    struct fixture_call calls[4];
    begin_and_start();
    add_slow_temporary();
    for (int i = 0; i < 4; i++) {
        calls[i] = call(i % 2 == 0 ? FIXTURE_TERMINATE : FIXTURE_START);
        fixture_ask(&calls[i]);
    }
    fixture_advance(300);
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(calls[i].tag, ACT_MESSAGE_SUPERVISOR_ANSWER);
    ck_assert_int_eq(calls[0].answer.result, ACT_OK);
    /* The second terminate may come before c has run: then that start was in vain. */
    ck_assert(calls[1].answer.result == ACT_OK || calls[1].answer.result == ACT_CLOSED);
    ck_assert_int_eq(calls[2].answer.result, ACT_OK);
    ck_assert_int_eq(calls[3].answer.result, ACT_OK);
    ck_assert(c.alive);
    fixture_end();
}

static void terminate_child_ends_the_attempts_to_restart(void)
{
    struct fixture_call stopping;
    begin_two();
    spec.intensity = UINT32_MAX;
    a.fail_first = 2, a.fail_count = 1000000000, a.fail_how = FIXTURE_REFUSE;
    start();
    fixture_tell(&a, FIXTURE_DO_FAIL);
    ck_assert_int_eq(act_simulation_run(fixture_simulation, NULL, 500), ACT_FULL);
    stopping = call(FIXTURE_TERMINATE), stopping.id = "a";
    fixture_ask(&stopping);
    fixture_run();
    ck_assert_uint_eq(stopping.tag, ACT_MESSAGE_SUPERVISOR_ANSWER);
    ck_assert_int_eq(stopping.answer.result, ACT_OK);
    ck_assert_uint_eq(fixture_count(root).active_count, 1);
    ck_assert_int_eq(fixture_end_kind(root), -1);
    fixture_end();
}

static void requests_while_a_child_is_restarted_again_and_again_are_answered(void)
{
    struct fixture_call counting, listing, starting;
    begin_two();
    spec.intensity = UINT32_MAX;
    a.fail_first = 2, a.fail_count = 1000000000, a.fail_how = FIXTURE_REFUSE;
    start();
    fixture_tell(&a, FIXTURE_DO_FAIL);
    (void)!act_simulation_run(fixture_simulation, NULL, 500);
    counting = call(FIXTURE_COUNT), listing = call(FIXTURE_WHICH), starting = call(FIXTURE_START);
    fixture_ask(&counting);
    fixture_ask(&listing);
    fixture_ask(&starting);
    (void)!act_simulation_run(fixture_simulation, NULL, 500);
    ck_assert_uint_gt(counting.answer.restarts_count, 10);
    ck_assert_uint_eq(counting.answer.specs_count, 2);
    ck_assert_uint_eq(listing.rows_count, 2);
    ck_assert(listing.rows[0].is_restarting && !listing.rows[1].is_restarting);
    ck_assert_int_eq(starting.answer.result, ACT_OK);
    ck_assert_uint_eq(starting.tag, ACT_MESSAGE_SUPERVISOR_ANSWER);
    stop();
    fixture_end();
}

static void requests_while_stopping_are_answered(void)
{
    struct fixture_call counting, starting, ending;
    begin_two();
    b.traps = b.ignores_exits = true;
    start();
    stop();
    counting = call(FIXTURE_COUNT), starting = call(FIXTURE_START),
    ending = call(FIXTURE_TERMINATE), ending.id = "a";
    added.args_release = fixture_args_release;
    fixture_ask(&counting);
    fixture_ask(&starting);
    fixture_ask(&ending);
    fixture_run();
    ck_assert_uint_eq(counting.answer.active_count, 2);
    ck_assert_uint_eq(starting.tag, ACT_MESSAGE_SUPERVISOR_ANSWER);
    ck_assert_int_eq(starting.answer.result, ACT_CLOSED);
    ck_assert_int_eq(ending.answer.result, ACT_CLOSED);
    ck_assert_int_eq(c.args_released, 1);
    fixture_advance(5000);
    ck_assert_int_eq(fixture_end_kind(root), ACT_EXIT_SHUTDOWN);
    fixture_end();
}

/* At each possible moment of its start: all are answered, and the order of start stays. */
static void requests_while_starting_are_answered(void)
{
    for (uint64_t turns = 0; turns < 12; turns++) {
        struct fixture_call starting, ending, counting;
        begin_two();
        ck_assert_int_eq(act_system_spawn_supervisor(fixture_system, &root, &spec, NULL), ACT_OK);
        if (turns > 0)
            (void)!act_simulation_run(fixture_simulation, NULL, turns);
        starting = call(FIXTURE_START), ending = call(FIXTURE_TERMINATE),
        counting = call(FIXTURE_COUNT);
        fixture_ask(&starting);
        fixture_ask(&ending);
        fixture_ask(&counting);
        fixture_run();
        /* The terminate may come before c has run: then the start was in vain. */
        bool ran = starting.answer.result == ACT_OK;
        LOG_IS(ran ? "a+ b+ c+ c- " : "a+ b+ ");
        ck_assert(ran || starting.answer.result == ACT_CLOSED);
        ck_assert(starting.tag != 0 && ending.tag != 0 && counting.tag != 0);
        ck_assert_int_eq(ending.answer.result, ACT_OK);
        fixture_end();
    }
}

/* At each possible moment of the start of a child that is added: its asker is answered. */
static void a_start_that_a_stop_overtakes_is_answered(void)
{
    for (uint64_t turns = 1; turns < 10; turns++) {
        struct fixture_call starting;
        begin_two();
        start();
        starting = call(FIXTURE_START);
        fixture_ask(&starting);
        (void)!act_simulation_run(fixture_simulation, NULL, turns);
        stop();
        ck_assert_uint_ne(starting.tag, 0);
        ck_assert(!c.alive && !a.alive);
        fixture_end();
    }
}

static void requests_of_an_asker_that_is_gone_do_no_harm(void)
{
    struct fixture_call slow;
    begin_two();
    a.traps = a.ignores_exits = true;
    start();
    slow = call(FIXTURE_TERMINATE), slow.id = "a", slow.timeout = 10;
    fixture_ask(&slow);
    fixture_advance(20);
    ck_assert_uint_eq(slow.tag, ACT_MESSAGE_TIMED_OUT);
    fixture_advance(5000);
    ck_assert(!a.alive);
    fixture_end();
}

/* ------------------------------------------------------------------------------ which and count */

static void which_children_tells_each_in_start_order(void)
{
    struct fixture_call listing;
    begin_two();
    b.fail_first = 1, b.fail_count = 1, b.fail_how = FIXTURE_IGNORE;
    child[0].restart = ACT_RESTART_TRANSIENT;
    start();
    (void)fixture_start(root, &added);
    tell(&c, FIXTURE_DO_FAIL);
    tell(&c, FIXTURE_DO_FAIL);
    ask_and_run(&listing, FIXTURE_WHICH);
    ck_assert_uint_eq(listing.rows_count, 3);
    ck_assert_str_eq(listing.rows[0].id, "a");
    ck_assert_str_eq(listing.rows[1].id, "b");
    ck_assert_str_eq(listing.rows[2].id, "c");
    ck_assert(act_pid_equal(listing.rows[0].pid, a.pid));
    ck_assert(act_pid_is_none(listing.rows[1].pid));
    ck_assert_int_eq(listing.rows[0].restart, ACT_RESTART_TRANSIENT);
    ck_assert_int_eq(listing.rows[2].restart, ACT_RESTART_PERMANENT);
    ck_assert_uint_eq(listing.rows[2].restarts_count, 2);
    ck_assert_str_eq(listing.rows[2].behavior_name, "worker");
    ck_assert_uint_eq(fixture_count(root).restarts_count, 2);
    fixture_end();
}

static void which_children_tells_how_each_is_stopped_and_which_end_counts(void)
{
    struct fixture_call listing;
    begin_two();
    spec.auto_shutdown = ACT_AUTO_SHUTDOWN_ALL_SIGNIFICANT;
    child[0].restart = ACT_RESTART_TRANSIENT;
    child[0].significant = true;
    child[0].shutdown = ACT_SHUTDOWN_DEFAULT;
    child[1].shutdown = 70;
    start();
    ask_and_run(&listing, FIXTURE_WHICH);
    ck_assert_uint_eq(listing.rows_count, 2);
    ck_assert(listing.rows[0].significant && !listing.rows[1].significant);
    ck_assert_int_eq(listing.rows[0].shutdown, ACT_SECONDS(5)); /* what the default is */
    ck_assert_int_eq(listing.rows[1].shutdown, 70);
    fixture_end();
}

static void which_children_of_none_has_no_rows(void)
{
    struct fixture_call listing;
    begin_two();
    spec.children_count = 0;
    start();
    ask_and_run(&listing, FIXTURE_WHICH);
    ck_assert_uint_eq(listing.tag, ACT_MESSAGE_SUPERVISOR_ANSWER);
    ck_assert_uint_eq(listing.rows_count, 0);
    fixture_end();
}

static void questions_are_answered_also_while_it_starts_and_stops(void)
{
    struct fixture_call listing;
    begin_two();
    b.traps = true, b.end_delay = 100;
    start();
    stop();
    ask_and_run(&listing, FIXTURE_WHICH);
    ck_assert_uint_eq(listing.rows_count, 2);
    fixture_end();
}

/* ---------------------------------------------------------------------------------- kept blocks */

static int   kept_releases, kept_value;
static void *kept_released;

static void release_kept(void *kept)
{
    kept_releases++;
    kept_released = kept;
    kept_value = *(int *)kept;
}

static void keep(act_child_spec *keeper)
{
    kept_releases = 0;
    keeper->kept_bytes = sizeof(int);
    keeper->kept_release = release_kept;
}

static void a_kept_block_survives_each_end_of_an_instance(void)
{
    begin_two();
    keep(&child[0]);
    start();
    int *block = a.kept;
    ck_assert_ptr_nonnull(block);
    tell(&a, FIXTURE_DO_FAIL);
    tell(&a, FIXTURE_DO_PANIC);
    tell(&a, FIXTURE_DO_NORMAL);
    tell(&a, FIXTURE_DO_WRITE_KEPT_AND_PANIC);
    ck_assert_int_eq(act_system_exit_actor(fixture_system, a.pid,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    fixture_run();
    ck_assert_ptr_eq(a.kept, block);
    ck_assert_int_eq(*block, 6 + 100);
    ck_assert_int_eq(kept_releases, 0);
    ck_assert_ptr_null(b.kept);
    stop();
    ck_assert_int_eq(kept_releases, 1);
    ck_assert_ptr_eq(kept_released, block);
    ck_assert_int_eq(kept_value, 106);
    fixture_end();
    ck_assert_int_eq(kept_releases, 1);
}

static void a_kept_block_is_aligned_and_zeroed(void)
{
    begin_two();
    keep(&child[0]);
    child[0].kept_bytes = 1000001;
    a.fail_first = 1, a.fail_count = 1, a.fail_how = FIXTURE_IGNORE;
    start();
    ck_assert_uint_eq((uintptr_t)a.kept % 16, 0);
    size_t dirty = 0; /* one assertion: a million of them take minutes under a sanitizer */
    for (size_t i = sizeof(int); i < 1000001; i++)
        dirty += ((char *)a.kept)[i] != 0;
    ck_assert_uint_eq(dirty, 0);
    ck_assert_int_eq(*a.kept, 1);
    fixture_end();
    ck_assert_int_eq(kept_releases, 1);
}

static void a_kept_block_outlives_terminate_child(void)
{
    begin_two();
    keep(&child[0]);
    start();
    ck_assert_int_eq(fixture_terminate(root, "a"), ACT_OK);
    ck_assert_int_eq(kept_releases, 0);
    stop();
    ck_assert_int_eq(kept_releases, 1);
    fixture_end();
}

static void a_kept_block_goes_with_its_temporary_child(void)
{
    begin_and_start();
    keep(&added);
    added.restart = ACT_RESTART_TEMPORARY;
    added.args_release = fixture_args_release;
    (void)fixture_start(root, &added);
    ck_assert_int_eq(kept_releases, 0);
    tell(&c, FIXTURE_DO_PANIC);
    ck_assert_int_eq(kept_releases, 1);
    ck_assert_int_eq(c.args_released, 1);
    fixture_end();
    ck_assert_int_eq(kept_releases, 1);
}

static void a_kept_block_is_released_once_when_the_supervisor_is_killed(void)
{
    begin_two();
    keep(&child[0]);
    child[0].args_release = fixture_args_release;
    a.traps = a.ignores_exits = true;
    start();
    ck_assert_int_eq(act_system_exit_actor(fixture_system, root,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    fixture_run();
    ck_assert(!a.alive);
    ck_assert_int_eq(kept_releases, 1);
    ck_assert_int_eq(a.args_released, 1);
    fixture_end();
    ck_assert_int_eq(kept_releases, 1);
}

static void an_unlinked_child_has_its_kept_block_to_its_end(void)
{
    begin_two();
    keep(&child[0]);
    a.unlinks = true;
    start();
    ck_assert_int_eq(act_system_exit_actor(fixture_system, root,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    fixture_run();
    ck_assert(a.alive);
    ck_assert_int_eq(kept_releases, 0);
    tell(&a, FIXTURE_DO_WRITE_KEPT_AND_PANIC);
    ck_assert_int_eq(kept_releases, 1);
    ck_assert_int_eq(kept_value, 101);
    fixture_end();
}

static void args_of_a_supervisor_that_could_not_be_made_are_not_released(void)
{
    act_pid pid;
    begin_two();
    keep(&child[0]);
    child[0].args_release = fixture_args_release;
    child[1].restart = (act_restart)9;
    ck_assert_int_eq(act_system_spawn_supervisor(fixture_system, &pid, &spec, NULL), ACT_INVALID);
    child[1].restart = ACT_RESTART_PERMANENT;
    ck_assert_int_eq(act_system_spawn_supervisor(fixture_system, &pid, &spec,
                                                 ACT_SPAWN_OPTIONS(.worker = 200)),
                     ACT_INVALID);
    fixture_run();
    ck_assert_int_eq(a.args_released, 0);
    ck_assert_int_eq(kept_releases, 0);
    fixture_end();
}

/* -------------------------------------------------------------------------- a server's children */

enum { MANY = 10000 };
static unsigned many_alive, many_most, many_answers, many_ok;

static void one_less(void *unused)
{
    (void)unused;
    many_alive--;
}

static act_result one_of_many_init(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    if (act_defer(self, one_less, NULL) != ACT_OK)
        return ACT_NO_MEMORY;
    if (++many_alive > many_most)
        many_most = many_alive;
    return ACT_OK;
}

static void one_of_many_receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_exit(self,
             act_exit_reason_make(message->tag == 1 ? ACT_EXIT_NORMAL : ACT_EXIT_ERROR, 0, NULL));
}

static const act_behavior one_of_many = {
    .name = "one", .init = one_of_many_init, .receive = one_of_many_receive};

/* Asks for many children at once and ends each as soon as it hears of it, or when all run. */
static void crowd_receive(act_self *self, void *state, const act_message *message)
{
    static act_pid        pids[MANY];
    act_supervisor_answer answer;
    (void)state;

    if (message->tag == 1 || message->tag == 2) {
        many_answers = many_ok = 0;
        for (unsigned i = 0; i < MANY; i++) {
            char           id[16];
            act_ref        ref;
            act_child_spec one = {
                .id = id, .behavior = &one_of_many, .restart = ACT_RESTART_TEMPORARY};
            snprintf(id, sizeof id, "%u", i);
            ck_assert_int_eq(act_supervisor_start_child(self, &ref, root, &one, ACT_FOREVER),
                             ACT_OK);
        }
    } else if (act_supervisor_answer_read(message, &answer) == ACT_OK) {
        many_ok += answer.result == ACT_OK;
        pids[many_answers++] = answer.child;
        if (many_answers == MANY)
            for (unsigned i = 0; i < MANY; i++)
                act_tell_value(self, pids[i], 1 + i % 2, act_nothing());
    }
}

static const act_behavior crowd = {.name = "crowd", .receive = crowd_receive};

static void ten_thousand_temporary_children_come_and_go(void)
{
    act_pid pid;
    begin_and_start();
    many_most = 0;
    ck_assert_int_eq(act_system_spawn(fixture_system, &pid, &crowd, NULL, NULL), ACT_OK);
    for (int i = 0; i < 3; i++) {
        act_system_tell_value(fixture_system, pid, 1, act_nothing());
        fixture_run();
        ck_assert_uint_eq(many_ok, MANY);
        ck_assert_uint_eq(many_alive, 0);
        ck_assert_uint_eq(fixture_count(root).specs_count, 2);
    }
    ck_assert_uint_eq(many_most, MANY);
    ck_assert_uint_eq(fixture_count(root).restarts_count, 0);
    fixture_end();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(start_child_starts_and_answers_with_the_pid, ROUNDS),
    TEST_CASE(an_added_child_is_restarted_like_the_others, ROUNDS),
    TEST_CASE(start_child_of_a_running_id_answers_with_its_pid, ROUNDS),
    TEST_CASE(start_child_of_a_terminated_id_says_it_is_present, ROUNDS),
    TEST_CASE(start_child_answers_what_init_answered_and_drops_the_spec, ROUNDS),
    TEST_CASE(start_child_answers_closed_if_it_panics_in_init, ROUNDS),
    TEST_CASE(start_child_that_ignores_keeps_the_spec, ROUNDS),
    TEST_CASE(start_child_that_ignores_drops_a_temporary_spec, ROUNDS),
    TEST_CASE(start_child_refuses_a_bad_spec_and_releases_its_args, ROUNDS),
    TEST_CASE(start_child_of_a_dead_supervisor_is_answered_with_down, ROUNDS),
    TEST_CASE(start_child_starts_a_supervisor, ROUNDS),
    TEST_CASE(terminate_child_stops_and_keeps_the_spec, ROUNDS),
    TEST_CASE(terminate_child_drops_a_temporary_one, ROUNDS),
    TEST_CASE(terminate_child_of_an_unknown_id_is_not_found, ROUNDS),
    TEST_CASE(terminate_child_of_one_that_does_not_run_is_ok, ROUNDS),
    TEST_CASE(terminate_child_gives_it_its_time_and_then_kills, ROUNDS),
    TEST_CASE(a_supervisor_answers_others_while_it_waits_for_a_stop, ROUNDS),
    TEST_CASE(two_that_terminate_the_same_child_are_both_answered, ROUNDS),
    TEST_CASE(start_child_of_an_id_that_is_stopping_starts_when_it_has_stopped, ROUNDS),
    TEST_CASE(requests_for_an_id_that_is_stopping_keep_their_order, ROUNDS),
    TEST_CASE(terminate_child_ends_the_attempts_to_restart, ROUNDS),
    TEST_CASE(requests_while_a_child_is_restarted_again_and_again_are_answered, ROUNDS),
    TEST_CASE(requests_while_stopping_are_answered, ROUNDS),
    TEST_CASE(requests_while_starting_are_answered, ROUNDS),
    TEST_CASE(a_start_that_a_stop_overtakes_is_answered, ROUNDS),
    TEST_CASE(requests_of_an_asker_that_is_gone_do_no_harm, ROUNDS),
    TEST_CASE(which_children_tells_each_in_start_order, ROUNDS),
    TEST_CASE(which_children_tells_how_each_is_stopped_and_which_end_counts, ROUNDS),
    TEST_CASE(which_children_of_none_has_no_rows, ROUNDS),
    TEST_CASE(questions_are_answered_also_while_it_starts_and_stops, ROUNDS),
    TEST_CASE(a_kept_block_survives_each_end_of_an_instance, ROUNDS),
    TEST_CASE(a_kept_block_is_aligned_and_zeroed, ROUNDS),
    TEST_CASE(a_kept_block_outlives_terminate_child, ROUNDS),
    TEST_CASE(a_kept_block_goes_with_its_temporary_child, ROUNDS),
    TEST_CASE(a_kept_block_is_released_once_when_the_supervisor_is_killed, ROUNDS),
    TEST_CASE(an_unlinked_child_has_its_kept_block_to_its_end, ROUNDS),
    TEST_CASE(args_of_a_supervisor_that_could_not_be_made_are_not_released, ROUNDS),
    TEST_CASE(ten_thousand_temporary_children_come_and_go, .timeout_seconds = 60),
    END_OF_CASES,
};
