/*
 * dynamic: children that come at run time, each with a spec of its own, and leave nothing behind
 * when they have ended for good.
 */
/* SPDX-License-Identifier: MIT */
#include <test/supervisor/family.h>

#include <stdio.h>
#include <stdlib.h>

#include <mailbox/base/memory.h>
#include <supervisor/tree.h>

static act_child_spec    bee, cee, dee;
static act_spawn_options bee_options;

/* To be added: b, with a name and no id, c, with an id, and d, with neither. */
static void begin_dynamic(void)
{
    begin();
    spec.strategy = ACT_STRATEGY_DYNAMIC;
    spec.children = NULL;
    spec.children_count = 0;
    bee = fixture_child(&b);
    bee.id = NULL;
    bee_options = *ACT_SPAWN_OPTIONS(.name = "bee");
    bee.options = &bee_options;
    bee.args_release = fixture_args_release;
    cee = fixture_child(&c);
    cee.args_release = fixture_args_release;
    dee = fixture_child(&d);
    dee.id = NULL;
    dee.args_release = fixture_args_release;
}

static act_result terminate_pid(act_pid pid)
{
    return fixture_call((struct fixture_call){
                            .what = FIXTURE_TERMINATE_PID, .supervisor = root, .child = pid})
        .result;
}

static uint32_t specs_count(void)
{
    return fixture_count(root).specs_count;
}

static act_pid pid_of(const char *name)
{
    act_pid pid = act_pid_none();
    (void)!act_whereis(fixture_system, &pid, name);
    return pid;
}

/* ------------------------------------------------------------------------------- start and find */

static void it_begins_without_children(void)
{
    begin_dynamic();
    start();
    ck_assert_uint_eq(specs_count(), 0);
    ROOT_RUNS();
    stop();
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

static void each_child_has_a_spec_of_its_own(void)
{
    begin_dynamic();
    cee.restart = ACT_RESTART_TRANSIENT;
    dee.restart = ACT_RESTART_TEMPORARY;
    dee.shutdown = ACT_MS(7);
    start();
    ck_assert(act_pid_equal(fixture_start(root, &bee).child, b.pid));
    ck_assert(act_pid_equal(fixture_start(root, &cee).child, c.pid));
    ck_assert(act_pid_equal(fixture_start(root, &dee).child, d.pid));
    ck_assert(act_pid_equal(pid_of("bee"), b.pid));
    struct fixture_call which = {.what = FIXTURE_WHICH, .supervisor = root};
    fixture_ask(&which);
    fixture_run();
    ck_assert_uint_eq(which.rows_count, 3);
    ck_assert_str_eq(which.rows[0].id, "bee");
    ck_assert_str_eq(which.rows[1].id, "c");
    ck_assert_str_eq(which.rows[2].id, "");
    ck_assert(which.rows[0].restart == ACT_RESTART_PERMANENT &&
              which.rows[1].restart == ACT_RESTART_TRANSIENT &&
              which.rows[2].restart == ACT_RESTART_TEMPORARY);
    ck_assert(which.rows[1].shutdown == ACT_SECONDS(5) && which.rows[2].shutdown == ACT_MS(7));
    fixture_end();
}

static void a_child_is_restarted_with_its_args_and_its_name(void)
{
    begin_dynamic();
    start();
    (void)fixture_start(root, &bee);
    (void)fixture_start(root, &dee);
    tell(&b, FIXTURE_DO_FAIL);
    tell(&d, FIXTURE_DO_PANIC);
    LOG_IS("b+ d+ b- b+ d- d+ ");
    ck_assert(act_pid_equal(pid_of("bee"), b.pid));
    ck_assert_uint_eq(specs_count(), 2);
    fixture_end();
}

static void a_child_is_found_by_its_id_or_its_name(void)
{
    begin_dynamic();
    start();
    (void)fixture_start(root, &bee);
    (void)fixture_start(root, &cee);
    struct fixture_call get = {.what = FIXTURE_GET, .supervisor = root, .id = "bee"};
    fixture_ask(&get);
    fixture_run();
    ck_assert(get.rows_count == 1 && act_pid_equal(get.rows[0].pid, b.pid));
    get = (struct fixture_call){.what = FIXTURE_GET, .supervisor = root, .id = "c"};
    fixture_ask(&get);
    fixture_run();
    ck_assert(get.rows_count == 1 && act_pid_equal(get.rows[0].pid, c.pid));
    get = (struct fixture_call){.what = FIXTURE_GET, .supervisor = root, .id = ""};
    (void)fixture_start(root, &dee);
    fixture_ask(&get);
    fixture_run();
    ck_assert_int_eq(get.answer.result, ACT_NOT_FOUND);
    fixture_end();
}

/* -------------------------------------------------------------------------- what leaves nothing */

static void what_has_ended_for_good_leaves_nothing(void)
{
    static const struct {
        act_restart restart;
        uint32_t    end;
        bool        again;
    } table[] = {
        {ACT_RESTART_PERMANENT, FIXTURE_DO_NORMAL, true},
        {ACT_RESTART_TRANSIENT, FIXTURE_DO_NORMAL, false},
        {ACT_RESTART_TRANSIENT, FIXTURE_DO_SHUTDOWN, false},
        {ACT_RESTART_TRANSIENT, FIXTURE_DO_FAIL, true},
        {ACT_RESTART_TEMPORARY, FIXTURE_DO_FAIL, false},
        {ACT_RESTART_TEMPORARY, FIXTURE_DO_NORMAL, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        begin_dynamic();
        bee.restart = table[i].restart;
        start();
        (void)fixture_start(root, &bee);
        tell(&b, table[i].end);
        ck_assert_msg(b.alive == table[i].again, "row %zu", i);
        ck_assert_uint_eq(specs_count(), table[i].again ? 1 : 0);
        ck_assert_int_eq(b.args_released, table[i].again ? 0 : 1);
        ck_assert_int_eq(fixture_start(root, &bee).result, table[i].again ? ACT_EXISTS : ACT_OK);
        fixture_end();
    }
}

static void a_child_that_cannot_start_leaves_nothing(void)
{
    static const enum fixture_failure hows[] = {FIXTURE_REFUSE, FIXTURE_IGNORE, FIXTURE_PANIC};
    static const act_result           results[] = {ACT_OS, ACT_IGNORE, ACT_CLOSED};
    for (int i = 0; i < 3; i++) {
        begin_dynamic();
        start();
        b.fail_first = 1, b.fail_count = 1, b.fail_how = hows[i];
        ck_assert_int_eq(fixture_start(root, &bee).result, results[i]);
        ck_assert_uint_eq(specs_count(), 0);
        ck_assert_int_eq(b.args_released, 1);
        ck_assert_int_eq(fixture_start(root, &bee).result, ACT_OK);
        ROOT_RUNS();
        fixture_end();
    }
}

static void a_child_that_ignores_its_restart_leaves_nothing(void)
{
    for (int i = 0; i < 2; i++) {
        begin_dynamic();
        if (i == 1)
            spec.backoff = (act_backoff){.min = 10, .max = 10};
        b.fail_first = 2, b.fail_count = 1, b.fail_how = FIXTURE_IGNORE;
        start();
        (void)fixture_start(root, &bee);
        tell(&b, FIXTURE_DO_FAIL);
        fixture_advance(100);
        ck_assert_uint_eq(specs_count(), 0);
        ck_assert_int_eq(b.args_released, 1);
        ck_assert(act_pid_is_none(pid_of("bee")));
        fixture_end();
    }
}

static void a_child_is_terminated_by_pid_by_name_and_by_id(void)
{
    begin_dynamic();
    start();
    (void)fixture_start(root, &bee), (void)fixture_start(root, &cee);
    (void)fixture_start(root, &dee);
    ck_assert_int_eq(fixture_terminate(root, "bee"), ACT_OK);
    ck_assert_int_eq(fixture_terminate(root, "bee"), ACT_NOT_FOUND);
    ck_assert_int_eq(fixture_restart(root, "bee").result, ACT_NOT_FOUND);
    ck_assert_int_eq(terminate_pid(d.pid), ACT_OK);
    ck_assert_int_eq(terminate_pid(d.pid), ACT_NOT_FOUND);
    ck_assert_int_eq(fixture_terminate(root, "c"), ACT_OK);
    LOG_IS("b+ c+ d+ b- d- c- ");
    ck_assert_uint_eq(specs_count(), 0);
    ck_assert(b.args_released == 1 && c.args_released == 1 && d.args_released == 1);
    fixture_end();
}

static void one_that_waits_to_be_restarted_is_terminated_too(void)
{
    begin_dynamic();
    spec.backoff = (act_backoff){.min = 100, .max = 100};
    start();
    (void)fixture_start(root, &bee), (void)fixture_start(root, &dee);
    act_pid was = d.pid;
    tell(&b, FIXTURE_DO_FAIL);
    tell(&d, FIXTURE_DO_FAIL);
    ck_assert_int_eq(fixture_start(root, &bee).result, ACT_EXISTS); /* it is to come again */
    ck_assert_int_eq(fixture_terminate(root, "bee"), ACT_OK);
    ck_assert_int_eq(terminate_pid(was), ACT_OK);
    fixture_advance(1000);
    ck_assert(b.starts == 1 && d.starts == 1);
    ck_assert_uint_eq(specs_count(), 0);
    ck_assert_int_eq(fixture_start(root, &bee).result, ACT_OK);
    fixture_end();
}

static void one_that_is_told_to_stop_makes_room_for_the_next_of_its_name(void)
{
    begin_dynamic();
    b.traps = true, b.end_delay = 100;
    start();
    (void)fixture_start(root, &bee);
    struct fixture_call ending = {.what = FIXTURE_TERMINATE, .supervisor = root, .id = "bee"},
                        starting = {.what = FIXTURE_START, .supervisor = root, .spec = &bee};
    fixture_ask(&ending);
    fixture_run();
    fixture_ask(&starting);
    fixture_run();
    ck_assert_uint_eq(starting.tag, 0);
    fixture_advance(100);
    ck_assert_int_eq(ending.answer.result, ACT_OK);
    ck_assert_int_eq(starting.answer.result, ACT_OK);
    LOG_IS("b+ b- b+ ");
    fixture_end();
}

/* -------------------------------------------------------------------------------- names collide */

static void a_name_that_a_child_has_leads_to_it(void)
{
    begin_dynamic();
    start();
    (void)fixture_start(root, &bee);
    act_child_spec second = bee;
    second.args = &d.self;
    d.self = &d;
    act_supervisor_answer answer = fixture_start(root, &second);
    ck_assert_int_eq(answer.result, ACT_EXISTS);
    ck_assert(act_pid_equal(answer.child, b.pid));
    second.id = "other"; /* but the name is the same */
    answer = fixture_start(root, &second);
    ck_assert_int_eq(answer.result, ACT_EXISTS);
    ck_assert(act_pid_equal(answer.child, b.pid));
    ck_assert(d.starts == 0 && d.args_released == 2);
    ck_assert_uint_eq(specs_count(), 1);
    fixture_end();
}

/* Gives its name up, or fails, as it is told. */
static void hear_named(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == 1)
        ck_assert_int_eq(act_unregister(self, "bee"), ACT_OK);
    else
        act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 7, NULL));
}
static const act_behavior named = {.name = "named", .receive = hear_named};

static act_pid other;

static void spawn_other(void)
{
    ck_assert_int_eq(act_system_spawn(fixture_system, &other, &named, NULL,
                                      ACT_SPAWN_OPTIONS(.name = "bee")),
                     ACT_OK);
    fixture_run();
}

static void order(act_pid pid, uint32_t what)
{
    act_system_tell_value(fixture_system, pid, what, act_nothing());
    fixture_run();
}

static void a_name_that_another_actor_has_leads_to_that(void)
{
    begin_dynamic();
    start();
    spawn_other();
    act_supervisor_answer answer = fixture_start(root, &bee);
    ck_assert_int_eq(answer.result, ACT_EXISTS);
    ck_assert(act_pid_equal(answer.child, other));
    ck_assert(b.starts == 0 && b.args_released == 1);
    ck_assert_uint_eq(specs_count(), 0);
    fixture_end();
}

/* Each attempt counts as a restart. */
static void a_restart_without_the_name_is_tried_again_until_it_is_free(void)
{
    for (int is_freed = 0; is_freed < 2; is_freed++) {
        begin_dynamic();
        spec.intensity = 5;
        spec.backoff = (act_backoff){.min = 10, .max = 10};
        bee.behavior = &named;
        bee.args = NULL;
        start();
        act_pid child_pid = fixture_start(root, &bee).child;
        order(child_pid, 1);
        spawn_other();
        order(child_pid, 2);
        fixture_advance(20);
        ck_assert(act_pid_equal(pid_of("bee"), other));
        ck_assert_uint_eq(specs_count(), 1);
        if (is_freed == 1)
            order(other, 2);
        fixture_advance(1000);
        ck_assert_int_eq(fixture_end_kind(root), is_freed == 1 ? -1 : (int)ACT_EXIT_SHUTDOWN);
        ck_assert_int_eq(act_pid_equal(pid_of("bee"), other), is_freed == 0);
        ck_assert(!act_pid_is_none(pid_of("bee")));
        fixture_end();
    }
}

/* ------------------------------------------------------------------------------ what is refused */

static void there_can_be_a_limit(void)
{
    begin_dynamic();
    spec.children_max = 2;
    spec.backoff = (act_backoff){.min = 100, .max = 100};
    bee.restart = ACT_RESTART_TRANSIENT;
    start();
    (void)fixture_start(root, &bee), (void)fixture_start(root, &cee);
    ck_assert_int_eq(fixture_start(root, &dee).result, ACT_FULL);
    ck_assert_int_eq(d.args_released, 1);
    ck_assert_int_eq(fixture_start(root, &bee).result, ACT_EXISTS);
    tell(&b, FIXTURE_DO_FAIL); /* it will be back */
    ck_assert_int_eq(fixture_start(root, &dee).result, ACT_FULL);
    fixture_advance(100);
    tell(&b, FIXTURE_DO_NORMAL);
    ck_assert_int_eq(fixture_start(root, &dee).result, ACT_OK);
    ck_assert_uint_eq(specs_count(), 2);
    fixture_end();
}

static void the_limit_is_for_each_strategy(void)
{
    begin_dynamic();
    spec = (act_supervisor_spec){.children = child, .children_count = 1, .children_max = 2};
    child[0] = fixture_child(&a);
    start();
    ck_assert_int_eq(fixture_start(root, &cee).result, ACT_OK);
    dee.id = "d";
    ck_assert_int_eq(fixture_start(root, &dee).result, ACT_FULL);
    ck_assert_int_eq(d.args_released, 1);
    fixture_end();

    begin_dynamic();
    spec = (act_supervisor_spec){.strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE,
                                 .children = child,
                                 .children_count = 1,
                                 .children_max = 1};
    child[0] = fixture_child(&a);
    child[0].args_release = fixture_args_release;
    start();
    struct fixture_call adding = {.what = FIXTURE_START_ARGS, .supervisor = root, .plan = &b};
    ck_assert_int_eq(fixture_call(adding).result, ACT_OK);
    adding.plan = &d;
    ck_assert_int_eq(fixture_call(adding).result, ACT_FULL);
    ck_assert_int_eq(d.args_released, 1); /* its init will not do it */
    fixture_end();
}

static void only_dynamic_takes_children_without_an_id(void)
{
    begin_dynamic();
    spec = (act_supervisor_spec){.children = child, .children_count = 1};
    start();
    ck_assert_int_eq(fixture_start(root, &dee).result, ACT_INVALID);
    ck_assert_int_eq(d.args_released, 1);
    ck_assert_int_eq(fixture_start(root, &bee).result, ACT_OK);
    ck_assert_int_eq(fixture_terminate(root, "bee"), ACT_OK);
    ck_assert_int_eq(fixture_restart(root, "bee").result, ACT_OK); /* it was kept */
    fixture_end();
}

static void the_tree_shows_it(void)
{
    act_tree *tree;
    char     *text = NULL;
    size_t    bytes;
    begin_dynamic();
    start();
    (void)fixture_start(root, &bee), (void)fixture_start(root, &dee);
    ck_assert_int_eq(act_tree_take(fixture_system, &tree), ACT_OK);
    ck_assert_uint_eq(tree->rows_count, 3);
    FILE *file = open_memstream(&text, &bytes);
    act_tree_print(tree, file);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_ptr_nonnull(strstr(text, ", dynamic, running"));
    ck_assert_ptr_nonnull(strstr(text, "\n  bee: worker \"bee\" "));
    ck_assert_ptr_nonnull(strstr(text, "\n  -: worker "));
    free(text);
    act_tree_free(&tree);
    fixture_end();
}

static void start_child_args_makes_no_sense(void)
{
    begin_dynamic();
    start();
    ck_assert_int_eq(fixture_call((struct fixture_call){
                                      .what = FIXTURE_START_ARGS, .supervisor = root, .plan = NULL})
                         .result,
                     ACT_INVALID);
    fixture_end();
}

/* ------------------------------------------------------------------------------------- the stop */

static void all_are_told_to_stop_at_once_and_each_has_its_time(void)
{
    begin_dynamic();
    b.traps = c.traps = d.traps = true;
    b.ignores_exits = c.ignores_exits = true;
    d.end_delay = 200;
    bee.shutdown = ACT_MS(300);
    cee.shutdown = ACT_MS(100);
    start();
    (void)fixture_start(root, &bee), (void)fixture_start(root, &cee);
    (void)fixture_start(root, &dee);
    stop();
    fixture_advance(99);
    LOG_IS("b+ c+ d+ ");
    fixture_advance(1);
    LOG_IS("b+ c+ d+ c- ");
    fixture_advance(100);
    LOG_IS("b+ c+ d+ c- d- ");
    ROOT_RUNS();
    fixture_advance(100);
    LOG_IS("b+ c+ d+ c- d- b- ");
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    ck_assert(b.args_released == 1 && c.args_released == 1 && d.args_released == 1);
    fixture_end();
}

static const act_exit_reason kill_reason = {ACT_EXIT_KILL, 0, NULL};

/* At any moment of three starts, and of a stop that has begun. */
static void a_kill_meanwhile_leaves_none_behind(void)
{
    for (uint64_t turns = 0; turns < 24; turns++) {
        begin_dynamic();
        b.traps = d.traps = true, b.ignores_exits = true, d.end_delay = 100;
        start();
        struct fixture_call starting[3] = {
            {.what = FIXTURE_START, .supervisor = root, .spec = &bee},
            {.what = FIXTURE_START, .supervisor = root, .spec = &cee},
            {.what = FIXTURE_START, .supervisor = root, .spec = &dee}};
        for (int i = 0; i < 3; i++)
            fixture_ask(&starting[i]);
        if (turns % 2 == 1)
            fixture_run();
        (void)!act_simulation_run(fixture_simulation, NULL, turns);
        if (turns % 4 == 3)
            (void)!act_system_exit_actor(fixture_system, root,
                                         act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL));
        (void)!act_simulation_run(fixture_simulation, NULL, turns / 2);
        (void)!act_system_exit_actor(fixture_system, root, kill_reason);
        fixture_run();
        ck_assert(!b.alive && !c.alive && !d.alive);
        ck_assert(act_pid_is_none(pid_of("bee")));
        ROOT_ENDED(ACT_EXIT_KILLED);
        ck_assert(b.args_released == 1 && c.args_released == 1 && d.args_released == 1);
        fixture_end();
    }
}

/* ------------------------------------------------------------------------------- without memory */

static bool live_without(uint64_t n, bool and_after)
{
    act_counters        counters;
    struct fixture_call calls[] = {
        {.what = FIXTURE_START, .spec = &bee},    {.what = FIXTURE_START, .spec = &cee},
        {.what = FIXTURE_START, .spec = &dee},    {.what = FIXTURE_TERMINATE_PID},
        {.what = FIXTURE_TERMINATE, .id = "bee"}, {.what = FIXTURE_WHICH}};
    begin_dynamic();
    c.unlinks = true;
    bee.kept_bytes = 100;
    act__memory_fail_at(n, and_after);
    bool spawned = act_system_spawn_supervisor(fixture_system, &root, &spec, NULL) == ACT_OK;
    for (int i = 0; spawned && i < 6; i++) {
        calls[i].supervisor = root;
        calls[i].child = d.pid;
        fixture_try_to_ask(&calls[i]);
        (void)!act_simulation_advance(fixture_simulation, 100, 3000);
        if (i == 2)
            fixture_tell(&b, FIXTURE_DO_FAIL);
        (void)!act_simulation_advance(fixture_simulation, 100, 3000);
    }
    bool came = act__memory_requests() >= n;
    act__memory_fail_at(0, false);
    if (spawned)
        stop();
    ck_assert_int_eq(act_simulation_advance(fixture_simulation, ACT_SECONDS(100), 100000), ACT_OK);
    for (int i = 0; i < 6; i++)
        ck_assert(!calls[i].called || calls[i].asked != ACT_OK || calls[i].tag != 0);
    ck_assert(!b.alive && !c.alive && !d.alive);
    ck_assert_int_eq(b.args_released, calls[0].called);
    ck_assert_int_eq(c.args_released, calls[1].called);
    ck_assert_int_eq(d.args_released, calls[2].called);
    act_system_counters(fixture_system, &counters);
    ck_assert_uint_eq(counters.spawned, counters.exited + 1); /* the client */
    fixture_end();
    return came;
}

static void any_request_for_memory_may_fail(void)
{
    for (int and_after = 0; and_after < 2; and_after++) {
        uint64_t n = 1;
        while (live_without(n, and_after != 0))
            n++;
        ck_assert_uint_gt(n, 20);
    }
}

/* The timers of the stop cannot be had: their time is cut short. */
static void it_stops_without_memory(void)
{
    begin_dynamic();
    b.traps = d.traps = b.ignores_exits = d.ignores_exits = true;
    start();
    (void)fixture_start(root, &bee), (void)fixture_start(root, &dee);
    ck_assert_int_eq(act_system_exit_actor(fixture_system, root,
                                           act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)),
                     ACT_OK);
    act__memory_fail_at(1, true);
    fixture_run();
    ck_assert(!b.alive && !d.alive);
    act__memory_fail_at(0, false);
    fixture_run();
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    fixture_end();
}

/* --------------------------------------------------------------------------------- many of them */

enum { GUEST_ENDS = 1, COMING = 100000, STAYING = 1000, AT_A_TIME = 50 };

/* The args of one; all that it is given lies on the stack of the one that starts it. */
struct guest {
    unsigned number;
    bool     stays;
};
static unsigned guests_alive, guests_released, guests_asked, guests_started;

static void guest_leaves(void *context)
{
    (void)context;
    guests_alive--;
}

static act_result guest_comes(act_self *self, void *state, const void *args)
{
    const struct guest *guest = args;
    char                name[32];
    act_pid             found;
    (void)state;
    snprintf(name, sizeof name, "guest %u", guest->number);
    ck_assert_int_eq(act_whereis(act_self_system(self), &found, name), ACT_OK);
    ck_assert(act_pid_equal(found, act_self_pid(self)));
    guests_alive++;
    if (guest->stays)
        ck_assert_int_eq(act_trap_exits(self, true), ACT_OK);
    else
        act_tell_value(self, act_self_pid(self), GUEST_ENDS, act_nothing());
    return act_defer(self, guest_leaves, NULL);
}

/* Told to end it takes a second. */
static void guest_hears(act_self *self, void *state, const act_message *message)
{
    act_ref timer;
    (void)state;
    if (message->tag == GUEST_ENDS)
        act_stop(self);
    else
        ck_assert_int_eq(act_tell_after_value(self, &timer, act_self_pid(self), GUEST_ENDS,
                                              act_nothing(), ACT_SECONDS(1)),
                         ACT_OK);
}

static void guest_is_released(void *args)
{
    (void)args;
    guests_released++;
}

static const act_behavior guest_behavior = {.name = "guest",
                                            .args_bytes = sizeof(struct guest),
                                            .init = guest_comes,
                                            .receive = guest_hears};

static void ask_for_guest(act_self *self, bool stays)
{
    struct guest      guest = {guests_asked++, stays};
    char              name[32];
    act_spawn_options options = *ACT_SPAWN_OPTIONS(.name = name);
    act_child_spec    one = {.behavior = &guest_behavior,
                             .args = &guest,
                             .args_release = guest_is_released,
                             .restart =
                              guest.number % 2 == 0 ? ACT_RESTART_TEMPORARY : ACT_RESTART_TRANSIENT,
                             .options = &options};
    act_ref           ask;
    snprintf(name, sizeof name, "guest %u", guest.number);
    ck_assert_int_eq(act_supervisor_start_child(self, &ask, root, &one, ACT_FOREVER), ACT_OK);
    memset(&guest, 0xEE, sizeof guest);
    memset(name, 0xEE, sizeof name);
    memset(&options, 0xEE, sizeof options);
    memset(&one, 0xEE, sizeof one);
}

/* Value of the first message: how many, and whether they stay. */
static void host_hears(act_self *self, void *state, const act_message *message)
{
    int64_t              *wanted = state;
    act_supervisor_answer answer;
    if (act_supervisor_answer_read(message, &answer) == ACT_OK) {
        ck_assert_int_eq(answer.result, ACT_OK);
        guests_started++;
    } else {
        *wanted = message->as.int64;
    }
    unsigned count = (unsigned)(*wanted < 0 ? -*wanted : *wanted);
    while (guests_asked < count && guests_asked - guests_started < AT_A_TIME)
        ask_for_guest(self, *wanted < 0);
}
static const act_behavior host = {
    .name = "host", .state_bytes = sizeof(int64_t), .receive = host_hears};

static void have_guests(int64_t wanted)
{
    act_pid pid;
    guests_alive = guests_released = guests_asked = guests_started = 0;
    begin_dynamic();
    start();
    ck_assert_int_eq(act_system_spawn(fixture_system, &pid, &host, NULL, NULL), ACT_OK);
    act_system_tell_value(fixture_system, pid, 1, act_int64(wanted));
    fixture_run();
}

static void a_hundred_thousand_that_come_and_go_leave_nothing(void)
{
    size_t coming = (size_t)kit_many(COMING);
    have_guests((int64_t)coming);
    ck_assert_uint_eq(guests_started, coming);
    ck_assert_uint_eq(guests_released, coming); /* so each record is gone */
    ck_assert_uint_eq(specs_count(), 0);
    fixture_end();
}

static void a_thousand_that_take_a_second_each_stop_in_a_second(void)
{
    have_guests(-STAYING);
    ck_assert_uint_eq(guests_alive, STAYING);
    struct fixture_call ending = {.what = FIXTURE_TERMINATE, .supervisor = root, .id = "guest 500"};
    fixture_ask(&ending);
    fixture_advance(ACT_SECONDS(1));
    ck_assert_int_eq(ending.answer.result, ACT_OK);
    ck_assert_uint_eq(specs_count(), STAYING - 1);
    stop();
    fixture_advance(ACT_MS(999));
    ck_assert_uint_eq(guests_alive, STAYING - 1);
    fixture_advance(1);
    ck_assert_uint_eq(guests_alive, 0);
    ROOT_ENDED(ACT_EXIT_SHUTDOWN);
    ck_assert_uint_eq(guests_released, STAYING);
    fixture_end();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(it_begins_without_children, ROUNDS),
    TEST_CASE(each_child_has_a_spec_of_its_own, ROUNDS),
    TEST_CASE(a_child_is_restarted_with_its_args_and_its_name, ROUNDS),
    TEST_CASE(a_child_is_found_by_its_id_or_its_name, ROUNDS),
    TEST_CASE(what_has_ended_for_good_leaves_nothing, ROUNDS),
    TEST_CASE(a_child_that_cannot_start_leaves_nothing, ROUNDS),
    TEST_CASE(a_child_that_ignores_its_restart_leaves_nothing, ROUNDS),
    TEST_CASE(a_child_is_terminated_by_pid_by_name_and_by_id, ROUNDS),
    TEST_CASE(one_that_waits_to_be_restarted_is_terminated_too, ROUNDS),
    TEST_CASE(one_that_is_told_to_stop_makes_room_for_the_next_of_its_name, ROUNDS),
    TEST_CASE(a_name_that_a_child_has_leads_to_it, ROUNDS),
    TEST_CASE(a_name_that_another_actor_has_leads_to_that, ROUNDS),
    TEST_CASE(a_restart_without_the_name_is_tried_again_until_it_is_free, ROUNDS),
    TEST_CASE(there_can_be_a_limit, ROUNDS),
    TEST_CASE(the_limit_is_for_each_strategy, ROUNDS),
    TEST_CASE(only_dynamic_takes_children_without_an_id, ROUNDS),
    TEST_CASE(start_child_args_makes_no_sense, ROUNDS),
    TEST_CASE(the_tree_shows_it, ROUNDS),
    TEST_CASE(all_are_told_to_stop_at_once_and_each_has_its_time, ROUNDS),
    TEST_CASE(a_kill_meanwhile_leaves_none_behind, ROUNDS),
    TEST_CASE(any_request_for_memory_may_fail, .rounds = 5, .timeout_seconds = 60),
    TEST_CASE(it_stops_without_memory, ROUNDS),
    TEST_CASE(a_hundred_thousand_that_come_and_go_leave_nothing, .timeout_seconds = 120),
    TEST_CASE(a_thousand_that_take_a_second_each_stop_in_a_second, ROUNDS),
    END_OF_CASES,
};
