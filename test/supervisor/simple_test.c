/*
 * simple_one_for_one: children made from a template, by the thousand, without ids and without
 * order.
 */
/* SPDX-License-Identifier: MIT */
#include <test/supervisor/family.h>

static void begin_simple(void)
{
    begin();
    spec.strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE;
    spec.children_count = 1;
    child[0].id = "template";
    for (struct fixture_plan *const *plan = (struct fixture_plan *const[]){&b, &c, &d, NULL};
         *plan != NULL; plan++)
        (*plan)->self = *plan;
}

static act_supervisor_answer add(struct fixture_plan *plan)
{
    return fixture_call(
        (struct fixture_call){.what = FIXTURE_START_ARGS, .supervisor = root, .plan = plan});
}

static act_result terminate(act_pid pid)
{
    return fixture_call((struct fixture_call){
                            .what = FIXTURE_TERMINATE_PID, .supervisor = root, .child = pid})
        .result;
}

static void the_template_is_not_started(void)
{
    begin_simple();
    start();
    LOG_IS("");
    ck_assert_uint_eq(fixture_count(root).specs_count, 0);
    ROOT_RUNS();
    stop();
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void a_child_is_started_with_args_of_its_own(void)
{
    begin_simple();
    start();
    act_supervisor_answer answer = add(&b);
    ck_assert_int_eq(answer.result, ACT_OK);
    ck_assert(act_pid_equal(answer.child, b.pid));
    ck_assert_int_eq(add(&c).result, ACT_OK);
    ck_assert_int_eq(add(NULL).result, ACT_OK);
    LOG_IS("b+ c+ a+ "); /* a: the template's args */
    act_supervisor_answer count = fixture_count(root);
    ck_assert(count.specs_count == 3 && count.active_count == 3 && count.workers_count == 3);
    fixture_end();
}

static void a_child_is_restarted_with_its_args(void)
{
    begin_simple();
    start();
    (void)add(&b);
    (void)add(&c);
    tell(&b, FIXTURE_DO_FAIL);
    tell(&b, FIXTURE_DO_PANIC);
    LOG_IS("b+ c+ b- b+ b- b+ ");
    fixture_end();
}

static void permanent_transient_and_temporary_hold_as_ever(void)
{
    static const struct {
        act_restart restart;
        uint32_t    end;
        bool        again;
    } table[] = {
        {ACT_RESTART_PERMANENT, FIXTURE_DO_NORMAL, true},
        {ACT_RESTART_TRANSIENT, FIXTURE_DO_NORMAL, false},
        {ACT_RESTART_TRANSIENT, FIXTURE_DO_FAIL, true},
        {ACT_RESTART_TEMPORARY, FIXTURE_DO_FAIL, false},
        {ACT_RESTART_TEMPORARY, FIXTURE_DO_NORMAL, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        begin_simple();
        child[0].restart = table[i].restart;
        start();
        (void)add(&b);
        tell(&b, table[i].end);
        ck_assert_msg(b.alive == table[i].again, "row %zu", i);
        ck_assert_uint_eq(fixture_count(root).specs_count, table[i].again ? 1 : 0);
        fixture_end();
    }
}

static void a_child_that_cannot_start_is_dropped(void)
{
    static const enum fixture_failure hows[] = {FIXTURE_REFUSE, FIXTURE_IGNORE, FIXTURE_PANIC};
    static const act_result           results[] = {ACT_OS, ACT_IGNORE, ACT_CLOSED};
    for (int i = 0; i < 3; i++) {
        begin_simple();
        start();
        b.fail_first = 1, b.fail_count = 1, b.fail_how = hows[i];
        ck_assert_int_eq(add(&b).result, results[i]);
        ck_assert_uint_eq(fixture_count(root).specs_count, 0);
        ROOT_RUNS();
        fixture_end();
    }
}

/* Nothing could reach what is left of it: it has neither an id nor a pid. */
static void a_child_that_ignores_its_restart_is_dropped(void)
{
    for (int i = 0; i < 4; i++) {
        begin_simple();
        child[0].restart = i % 2 == 0 ? ACT_RESTART_PERMANENT : ACT_RESTART_TRANSIENT;
        if (i >= 2)
            spec.backoff = (act_backoff){.min = 10, .max = 10};
        b.fail_first = 2, b.fail_count = 1, b.fail_how = FIXTURE_IGNORE;
        start();
        (void)add(&b);
        (void)add(&c);
        act_pid was = b.pid;
        tell(&b, FIXTURE_DO_FAIL);
        fixture_advance(100);
        ck_assert_int_eq(b.starts, 2);
        act_supervisor_answer count = fixture_count(root);
        ck_assert(count.specs_count == 1 && count.active_count == 1);
        ck_assert_int_eq(terminate(was), ACT_NOT_FOUND);
        stop();
        ROOT_ENDED(ACT_EXIT_SHUTDOWN);
        ck_assert(!c.alive);
        fixture_end();
    }
}

static void a_child_is_terminated_by_its_pid_and_dropped(void)
{
    begin_simple();
    start();
    (void)add(&b);
    (void)add(&c);
    act_pid gone = b.pid;
    ck_assert_int_eq(terminate(gone), ACT_OK);
    ck_assert_int_eq(terminate(gone), ACT_NOT_FOUND);
    ck_assert_int_eq(terminate(act_pid_none()), ACT_NOT_FOUND);
    ck_assert_int_eq(terminate(root), ACT_NOT_FOUND);
    LOG_IS("b+ c+ b- ");
    ck_assert_uint_eq(fixture_count(root).specs_count, 1);
    fixture_end();
}

static void one_that_waits_to_be_restarted_is_terminated_by_the_pid_it_had(void)
{
    begin_simple();
    spec.backoff = (act_backoff){.min = 100, .max = 100};
    start();
    (void)add(&b);
    (void)add(&c);
    act_pid was = b.pid;
    tell(&c, FIXTURE_DO_FAIL);
    tell(&b, FIXTURE_DO_FAIL);
    ck_assert_int_eq(terminate(was), ACT_OK);
    ck_assert_int_eq(terminate(was), ACT_NOT_FOUND);
    fixture_advance(1000);
    ck_assert(b.starts == 1 && c.starts == 2 && c.alive);
    ck_assert_uint_eq(fixture_count(root).specs_count, 1);
    ck_assert_int_eq(terminate(was), ACT_NOT_FOUND);
    fixture_end();
}

static void calls_with_an_id_make_no_sense(void)
{
    begin_simple();
    start();
    act_child_spec added = fixture_child(&d);
    added.args_release = fixture_args_release;
    ck_assert_int_eq(fixture_start(root, &added).result, ACT_INVALID);
    ck_assert_int_eq(d.args_released, 1);
    ck_assert_int_eq(fixture_terminate(root, "template"), ACT_INVALID);
    ck_assert_int_eq(fixture_restart(root, "template").result, ACT_INVALID);
    ck_assert_int_eq(fixture_delete(root, "template").result, ACT_INVALID);
    fixture_end();
}

static void calls_without_an_id_make_no_sense_elsewhere(void)
{
    begin();
    start();
    d.self = &d;
    ck_assert_int_eq(add(&d).result, ACT_INVALID);
    ck_assert_int_eq(terminate(a.pid), ACT_INVALID);
    ck_assert(a.alive);
    fixture_end();
}

static void args_are_as_many_bytes_as_the_template_has(void)
{
    begin_simple();
    act_behavior argless = fixture_worker;
    argless.args_bytes = 0;
    child[0].behavior = &argless;
    child[0].args = NULL;
    start();
    ck_assert_int_eq(add(&b).result, ACT_INVALID);
    ck_assert_int_eq(b.starts, 0);
    fixture_end();
}

static void which_children_shows_no_ids(void)
{
    begin_simple();
    start();
    (void)add(&b);
    (void)add(&c);
    struct fixture_call which = {.what = FIXTURE_WHICH, .supervisor = root};
    fixture_ask(&which);
    fixture_run();
    ck_assert_uint_eq(which.rows_count, 2);
    ck_assert_str_eq(which.rows[0].id, "");
    ck_assert(act_pid_equal(which.rows[0].pid, b.pid) && act_pid_equal(which.rows[1].pid, c.pid));
    fixture_end();
}

static void all_are_told_to_stop_at_once(void)
{
    begin_simple();
    b.traps = c.traps = d.traps = true;
    b.end_delay = 100, c.end_delay = 50, d.end_delay = 150;
    start();
    (void)add(&b), (void)add(&c), (void)add(&d);
    stop();
    fixture_advance(149);
    LOG_IS("b+ c+ d+ c- b- ");
    fixture_advance(1);
    LOG_IS("b+ c+ d+ c- b- d- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void one_time_is_for_all_and_then_they_are_killed(void)
{
    begin_simple();
    child[0].shutdown = ACT_MS(100);
    b.traps = c.traps = d.traps = true;
    b.ignores_exits = d.ignores_exits = true;
    c.end_delay = 60;
    start();
    (void)add(&b), (void)add(&c), (void)add(&d);
    stop();
    fixture_advance(99);
    LOG_IS("b+ c+ d+ c- ");
    fixture_advance(1);
    ck_assert(!b.alive && !c.alive && !d.alive);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void a_template_may_say_that_its_children_are_killed_at_once(void)
{
    begin_simple();
    child[0].shutdown = ACT_SHUTDOWN_KILL;
    b.traps = c.traps = b.ignores_exits = c.ignores_exits = true;
    start();
    (void)add(&b), (void)add(&c);
    stop();
    ck_assert(!b.alive && !c.alive);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void those_that_end_badly_while_all_stop_do_no_harm(void)
{
    begin_simple();
    b.panics_at_end = c.panics_at_end = true;
    d.traps = true, d.end_delay = 100;
    start();
    (void)add(&b), (void)add(&c), (void)add(&d);
    stop();
    tell(&d, FIXTURE_DO_PANIC);
    ck_assert(!b.alive && !c.alive && !d.alive);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void a_restart_that_fails_again_and_again_hangs_none(void)
{
    begin_simple();
    spec.intensity = 1000000;
    b.fail_first = 2, b.fail_count = 1000000, b.fail_how = FIXTURE_REFUSE;
    start();
    (void)add(&b), (void)add(&c);
    fixture_tell(&b, FIXTURE_DO_FAIL);
    ck_assert_int_eq(act_simulation_run(fixture_simulation, NULL, 1000), ACT_FULL);
    struct fixture_call count = {.what = FIXTURE_COUNT, .supervisor = root};
    fixture_ask(&count);
    (void)!act_simulation_run(fixture_simulation, NULL, 1000);
    ck_assert_uint_eq(count.answer.specs_count, 2);
    stop();
    ck_assert(!c.alive);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void significant_children_end_it_too(void)
{
    for (int i = ACT_AUTO_SHUTDOWN_ANY_SIGNIFICANT; i <= ACT_AUTO_SHUTDOWN_ALL_SIGNIFICANT; i++) {
        begin_simple();
        spec.auto_shutdown = (act_auto_shutdown)i;
        child[0].significant = true;
        child[0].restart = ACT_RESTART_TRANSIENT;
        start();
        (void)add(&b), (void)add(&c);
        tell(&b, FIXTURE_DO_FAIL);
        ROOT_RUNS();
        tell(&b, FIXTURE_DO_NORMAL);
        ck_assert_int_eq(fixture_end_kind(root),
                         i == ACT_AUTO_SHUTDOWN_ANY_SIGNIFICANT ? (int)ACT_EXIT_SHUTDOWN : -1);
        tell(&c, FIXTURE_DO_NORMAL);
        ROOT_ENDED(ACT_EXIT_SHUTDOWN);
        fixture_end();
    }
}

static void one_that_has_unlinked_is_not_waited_for_in_vain(void)
{
    begin_simple();
    b.unlinks = true;
    start();
    (void)add(&b), (void)add(&c);
    tell(&b, FIXTURE_DO_NORMAL);
    stop();
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void the_template_is_released_with_the_last_child(void)
{
    begin_simple();
    child[0].args_release = fixture_args_release;
    child[0].kept_bytes = sizeof(int);
    start();
    (void)add(&b), (void)add(NULL);
    tell(&b, FIXTURE_DO_FAIL);
    ck_assert_int_eq(*b.kept, 2);
    ck_assert_int_eq(*a.kept, 1);
    ck_assert_int_eq(terminate(a.pid), ACT_OK);
    ck_assert_int_eq(a.args_released, 0);
    stop();
    ck_assert_int_eq(a.args_released, 1);
    ck_assert_int_eq(b.args_released, 0);
    fixture_end();
}

/*
 * Whose they are: of an asker that was refused on the spot or never heard, of init, or else they
 * are released.
 */
static void args_have_one_owner(const struct fixture_call *call)
{
    bool is_askers = call->asked != ACT_OK || call->tag == ACT_MESSAGE_DOWN ||
                     call->answer.result == ACT_INVALID;
    ck_assert_int_eq(b.args_released, b.starts == 0 && !is_askers ? 1 : 0);
    ck_assert_int_eq(a.args_released, 1); /* the template's own */
}

static struct fixture_call adding;

static void begin_adding(void)
{
    begin_simple();
    child[0].args_release = fixture_args_release;
    start();
    adding = (struct fixture_call){
        .what = FIXTURE_START_ARGS, .supervisor = root, .plan = &b, .asked = ACT_INVALID};
}

/* Told to stop, or killed, at any moment of a start. */
static void args_that_no_init_was_called_with_are_released_by_a_stop(void)
{
    for (uint64_t turns = 0; turns < 12; turns++) {
        bool is_kill = turns % 2 == 1;
        begin_adding();
        fixture_ask(&adding);
        (void)!act_simulation_run(fixture_simulation, NULL, turns);
        ck_assert_int_eq(
            act_system_exit_actor(fixture_system, root,
                                  act_exit_reason_make(is_kill ? ACT_EXIT_KILL : ACT_EXIT_SHUTDOWN,
                                                       0, NULL)),
            ACT_OK);
        fixture_run();
        args_have_one_owner(&adding);
        fixture_end();
    }
}

static void args_of_a_child_whose_init_has_failed_are_its_own(void)
{
    static const enum fixture_failure hows[] = {FIXTURE_REFUSE, FIXTURE_IGNORE, FIXTURE_PANIC,
                                                FIXTURE_EXIT};
    for (int i = 0; i < 4; i++) {
        begin_adding();
        b.fail_first = 1, b.fail_count = 1, b.fail_how = hows[i];
        fixture_ask(&adding);
        fixture_run();
        stop();
        ck_assert_int_eq(b.starts, i == 3 ? b.starts : 1);
        args_have_one_owner(&adding);
        fixture_end();
    }
}

static void intensity_is_counted_over_all(void)
{
    begin_simple();
    spec.intensity = 2;
    start();
    (void)add(&b), (void)add(&c);
    tell(&b, FIXTURE_DO_FAIL);
    tell(&c, FIXTURE_DO_FAIL);
    ROOT_RUNS();
    tell(&b, FIXTURE_DO_FAIL);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    ck_assert(!b.alive && !c.alive);
    fixture_end();
}

static void supervisors_can_be_made_from_a_template(void)
{
    act_child_spec      inner_child;
    act_supervisor_spec inner = {.intensity = 1, .children = &inner_child, .children_count = 1};
    begin_simple();
    inner_child = fixture_child(&d);
    child[0] = act_supervisor_child("template", &inner);
    start();
    ck_assert_int_eq(add(NULL).result, ACT_OK);
    LOG_IS("d+ ");
    ck_assert_uint_eq(fixture_count(root).supervisors_count, 1);
    stop();
    LOG_IS("d+ d- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

/* --------------------------------------------------------------------------- a hundred thousand */

enum { CROWD = 100000 };
static act_pid  crowd_pids[CROWD];
static unsigned crowd_started, crowd_stopped, crowd_alive;

static void crowd_member_ends(void *context)
{
    (void)context;
    crowd_alive--;
}

static act_result crowd_member_init(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    crowd_alive++;
    return act_defer(self, crowd_member_ends, NULL);
}

static void crowd_member_receive(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

static const act_behavior crowd_member = {
    .name = "member", .init = crowd_member_init, .receive = crowd_member_receive};

/* Starts them all, then terminates every other one, from the middle on. */
static void crowd_receive(act_self *self, void *state, const act_message *message)
{
    act_supervisor_answer answer;
    act_ref               ask;
    (void)state;
    if (message->tag == 1) {
        for (int i = 0; i < CROWD; i++)
            ck_assert_int_eq(
                act_supervisor_start_child_args(self, &ask, root, NULL, 0, ACT_FOREVER), ACT_OK);
        return;
    }
    ck_assert_int_eq(act_supervisor_answer_read(message, &answer), ACT_OK);
    ck_assert_int_eq(answer.result, ACT_OK);
    if (act_pid_is_none(answer.child)) {
        crowd_stopped++;
        return;
    }
    crowd_pids[crowd_started++] = answer.child;
    if (crowd_started == CROWD)
        for (int i = CROWD / 2; i < CROWD; i += 2)
            ck_assert_int_eq(act_supervisor_terminate_child_pid(self, &ask, root, crowd_pids[i],
                                                                ACT_FOREVER),
                             ACT_OK);
}

static const act_behavior crowd = {.name = "crowd", .receive = crowd_receive};

/* In seconds only because nothing looks through all of them for one. */
static void a_hundred_thousand_children_come_and_go(void)
{
    act_pid pid;
    begin_simple();
    crowd_started = crowd_stopped = crowd_alive = 0;
    child[0] = (act_child_spec){.id = "template", .behavior = &crowd_member};
    start();
    ck_assert_int_eq(act_system_spawn(fixture_system, &pid, &crowd, NULL, NULL), ACT_OK);
    act_system_tell_value(fixture_system, pid, 1, act_nothing());
    fixture_run();
    ck_assert_uint_eq(crowd_started, CROWD);
    ck_assert_uint_eq(crowd_stopped, CROWD / 4);
    ck_assert_uint_eq(crowd_alive, CROWD - CROWD / 4);
    ck_assert_uint_eq(fixture_count(root).active_count, CROWD - CROWD / 4);
    stop();
    ck_assert_uint_eq(crowd_alive, 0);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(the_template_is_not_started, ROUNDS),
    TEST_CASE(a_child_is_started_with_args_of_its_own, ROUNDS),
    TEST_CASE(a_child_is_restarted_with_its_args, ROUNDS),
    TEST_CASE(permanent_transient_and_temporary_hold_as_ever, ROUNDS),
    TEST_CASE(a_child_that_cannot_start_is_dropped, ROUNDS),
    TEST_CASE(a_child_that_ignores_its_restart_is_dropped, ROUNDS),
    TEST_CASE(a_child_is_terminated_by_its_pid_and_dropped, ROUNDS),
    TEST_CASE(one_that_waits_to_be_restarted_is_terminated_by_the_pid_it_had, ROUNDS),
    TEST_CASE(calls_with_an_id_make_no_sense, ROUNDS),
    TEST_CASE(calls_without_an_id_make_no_sense_elsewhere, ROUNDS),
    TEST_CASE(args_are_as_many_bytes_as_the_template_has, ROUNDS),
    TEST_CASE(which_children_shows_no_ids, ROUNDS),
    TEST_CASE(all_are_told_to_stop_at_once, ROUNDS),
    TEST_CASE(one_time_is_for_all_and_then_they_are_killed, ROUNDS),
    TEST_CASE(a_template_may_say_that_its_children_are_killed_at_once, ROUNDS),
    TEST_CASE(those_that_end_badly_while_all_stop_do_no_harm, ROUNDS),
    TEST_CASE(a_restart_that_fails_again_and_again_hangs_none, ROUNDS),
    TEST_CASE(significant_children_end_it_too, ROUNDS),
    TEST_CASE(one_that_has_unlinked_is_not_waited_for_in_vain, ROUNDS),
    TEST_CASE(the_template_is_released_with_the_last_child, ROUNDS),
    TEST_CASE(args_that_no_init_was_called_with_are_released_by_a_stop, ROUNDS),
    TEST_CASE(args_of_a_child_whose_init_has_failed_are_its_own, ROUNDS),
    TEST_CASE(intensity_is_counted_over_all, ROUNDS),
    TEST_CASE(supervisors_can_be_made_from_a_template, ROUNDS),
    TEST_CASE(a_hundred_thousand_children_come_and_go, .timeout_seconds = 120),
    END_OF_CASES,
};
