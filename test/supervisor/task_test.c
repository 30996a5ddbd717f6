/*
 * Tasks: each is answered once, by its function's message or with a DOWN that says why there is
 * none.
 */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/memory.h>
#include <supervisor/task.h>
#include <test/actor/fixture.h>

#include <stdlib.h>

static act_pid           asker, tasks;
static act_task_function function;
static const void       *args;
static size_t            args_bytes;
static act_millis        timeout;
static act_result        asked;
static int               runs;

static void open_tasks(void)
{
    const act_child_spec      task = act_task_child(NULL);
    const act_supervisor_spec spec = {
        .strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE, .children = &task, .children_count = 1};
    fixture_open();
    runs = 0;
    args = NULL;
    args_bytes = 0;
    timeout = ACT_FOREVER;
    asker = fixture_spawn();
    ck_assert_int_eq(act_system_spawn_supervisor(fixture.system, &tasks, &spec, NULL), ACT_OK);
    fixture_run();
}

static void asks(act_self *self)
{
    asked = act_task_run(self, &fixture_ref, tasks, function, args, args_bytes, timeout);
}

static void run_task(act_task_function what)
{
    function = what;
    fixture_let(asker, asks);
    ck_assert_int_eq(asked, ACT_OK);
}

static act_message *make_answer(int64_t value)
{
    act_message *message;
    ck_assert_int_eq(act_message_create_value(&message, TAG_A, act_int64(value)), ACT_OK);
    return message;
}

static act_message *answers_seven(act_self *self, const void *nothing)
{
    (void)self;
    ck_assert_ptr_null(nothing);
    runs++;
    return make_answer(7);
}

static act_message *answers_eight(act_self *self, const void *number)
{
    (void)self, (void)number;
    runs++;
    return make_answer(8);
}

static act_message *adds(act_self *self, const void *numbers)
{
    int64_t two[2];
    (void)self;
    ck_assert_uint_eq((uintptr_t)numbers % 8, 0);
    memcpy(two, numbers, sizeof two);
    return make_answer(two[0] + two[1]);
}

static act_message *panics_at_once(act_self *self, const void *nothing)
{
    (void)nothing;
    runs++;
    act_panic(self, "no such thing");
}

static act_message *exits(act_self *self, const void *nothing)
{
    (void)nothing;
    act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 42, "forty-two"));
    return NULL;
}

static act_message *answers_nothing(act_self *self, const void *nothing)
{
    (void)self, (void)nothing;
    return NULL;
}

static act_message *answers_and_exits(act_self *self, const void *nothing)
{
    act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 42, NULL));
    return answers_seven(self, nothing);
}

static void the_functions_message_is_the_answer(void)
{
    open_tasks();
    run_task(answers_seven);
    const struct note *note = fixture_only(asker, TAG_A);
    ck_assert_int_eq(note->value, 7);
    ck_assert(act_ref_equal(note->ref, fixture_ref));
    ck_assert_int_eq(fixture_count(asker, ACT_MESSAGE_DOWN), 0);
    fixture_close();
}

static void args_are_copied(void)
{
    int64_t two[] = {3, 4};
    open_tasks();
    args = two;
    args_bytes = sizeof two;
    function = adds;
    fixture_tell_to(asker, asks);
    (void)!act_simulation_run(fixture.simulation, NULL, 1); /* in most orders it has asked by now */
    fixture_run();
    ck_assert_int_eq(fixture_only(asker, TAG_A)->value, 7);
    fixture_close();
}

static void a_task_that_panics_is_a_down_with_its_text(void)
{
    open_tasks();
    run_task(panics_at_once);
    const struct note *down = fixture_only(asker, ACT_MESSAGE_DOWN);
    ck_assert(act_ref_equal(down->ref, fixture_ref));
    ck_assert_int_eq(down->kind, ACT_EXIT_PANIC);
    ck_assert_ptr_nonnull(strstr(down->text, "no such thing"));
    fixture_close();
}

static void a_task_that_fails_hurts_no_other(void)
{
    open_tasks();
    for (int i = 0; i < 20; i++)
        run_task(i % 2 == 0 ? panics_at_once : exits);
    run_task(answers_seven);
    fixture_only(asker, TAG_A);
    ck_assert_int_eq(fixture_count(asker, ACT_MESSAGE_DOWN), 20);
    ck_assert_int_eq(runs, 11); /* none was tried again */
    ck_assert(fixture_lives(tasks) && fixture_lives(asker));
    fixture_close();
}

enum { MANY = 200 };

static act_message *panics_with_its_number(act_self *self, const void *number)
{
    int mine;
    memcpy(&mine, number, sizeof mine);
    act_panic(self, "number %d.", mine);
}

static void asks_for_many(act_self *self)
{
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(
            act_task_run(self, &fixture_ref, tasks, function, &i, sizeof i, ACT_FOREVER), ACT_OK);
}

/*
 * Whatever memory there is: the supervisor, which hears of many in one turn, passes each text on.
 */
static void of_many_that_panic_together_each_is_told_with_its_text(void)
{
    bool told[MANY] = {false};
    open_tasks();
    function = panics_with_its_number;
    fixture_let(asker, asks_for_many);
    ck_assert_int_eq(fixture_count(asker, ACT_MESSAGE_DOWN), MANY);
    for (int i = 0; i < fixture.notes_count; i++) {
        const char *number = strstr(fixture.notes[i].text, "number ");
        if (fixture.notes[i].tag != ACT_MESSAGE_DOWN)
            continue;
        ck_assert_ptr_nonnull(number);
        told[strtol(number + strlen("number "), NULL, 10)] = true;
    }
    for (int i = 0; i < MANY; i++)
        ck_assert(told[i]);
    fixture_close();
}

static void a_task_without_an_answer_is_a_down_with_its_reason(void)
{
    open_tasks();
    run_task(exits);
    run_task(answers_nothing);
    ck_assert_int_eq(fixture_nth(asker, ACT_MESSAGE_DOWN, 0)->code, 42);
    ck_assert_str_eq(fixture_nth(asker, ACT_MESSAGE_DOWN, 0)->text, "forty-two");
    ck_assert_int_eq(fixture_nth(asker, ACT_MESSAGE_DOWN, 1)->kind, ACT_EXIT_NORMAL);
    fixture_close();
}

static void an_answer_is_one_whatever_comes_of_the_task(void)
{
    open_tasks();
    run_task(answers_and_exits);
    fixture_only(asker, TAG_A);
    ck_assert_int_eq(fixture_count(asker, ACT_MESSAGE_DOWN), 0);
    ck_assert_uint_eq(fixture_counters().late_replies, 0);
    fixture_close();
}

static act_pid task;

static act_message *waits_for_a_message(act_self *self, const void *nothing)
{
    (void)nothing;
    task = act_self_pid(self);
    act_tell_value(self, task, TAG_B, act_nothing()); /* a task gets no messages */
    act_tell_value(self, task, 1, act_nothing());
    return make_answer(1);
}

static void a_function_runs_once_whatever_is_sent_to_its_actor(void)
{
    open_tasks();
    run_task(waits_for_a_message);
    fixture_only(asker, TAG_A);
    ck_assert(!fixture_lives(task));
    fixture_close();
}

static void an_asker_that_gives_up_does_not_end_the_task(void)
{
    open_tasks();
    timeout = 10;
    run_task(answers_seven);
    function = answers_seven;
    fixture_tell_to(asker, asks);
    fixture_tell_to(asker, demonitors);
    fixture_run();
    ck_assert_int_eq(runs, 2);
    ck_assert_int_eq(fixture_count(asker, ACT_MESSAGE_DOWN), 0);
    fixture_let(asker, exits_normally);
    fixture_close();
}

static void the_end_of_the_supervisor_ends_and_answers_all(void)
{
    open_tasks();
    bool is_kill = kit_round() % 2 == 0;
    for (int i = 0; i < 3; i++) {
        function = answers_nothing;
        fixture_tell_to(asker, asks);
    }
    (void)!act_simulation_run(fixture.simulation, NULL, (uint64_t)kit_round());
    ck_assert_int_eq(
        act_system_exit_actor(fixture.system, tasks,
                              act_exit_reason_make(is_kill ? ACT_EXIT_KILL : ACT_EXIT_SHUTDOWN, 0,
                                                   NULL)),
        ACT_OK);
    fixture_run();
    int refused = fixture_count(asker, ACT_MESSAGE_DOWN);
    for (int i = 0; i < fixture.notes_count; i++) /* by a supervisor that has begun to stop */
        refused += fixture.notes[i].tag == ACT_MESSAGE_SUPERVISOR_ANSWER;
    ck_assert_int_eq(refused, 3);
    fixture_close();
}

static void more_tasks_than_the_limit_are_refused(void)
{
    const act_child_spec template = act_task_child(NULL);
    const act_supervisor_spec spec = {.strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE,
                                      .children = &template,
                                      .children_count = 1,
                                      .children_max = 2};
    open_tasks();
    ck_assert_int_eq(act_system_spawn_supervisor(fixture.system, &tasks, &spec, NULL), ACT_OK);
    function = answers_eight;
    fixture_let(asker, asks_for_many); /* the supervisor hears of many in one turn */
    int refused = 0;
    for (int i = 0; i < fixture.notes_count; i++) {
        const struct note *note = &fixture.notes[i];
        if (note->tag != ACT_MESSAGE_DOWN)
            continue;
        ck_assert(note->kind == ACT_EXIT_ERROR && note->code == ACT_FULL);
        refused++;
    }
    ck_assert_int_gt(refused, 0);
    ck_assert_int_eq(runs, MANY - refused);
    ck_assert_int_eq(fixture_count(asker, TAG_A), MANY - refused);
    run_task(answers_seven); /* there is room again */
    ck_assert_int_eq(runs, MANY - refused + 1);
    fixture_close();
}

/* A supervisor with a template that is no task. */
static void open_guests(void)
{
    const act_child_spec guest = {
        .id = "guest", .behavior = &scripted, .restart = ACT_RESTART_TEMPORARY};
    const act_supervisor_spec spec = {
        .strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE, .children = &guest, .children_count = 1};
    open_tasks();
    ck_assert_int_eq(act_system_spawn_supervisor(fixture.system, &tasks, &spec, NULL), ACT_OK);
}

static void a_supervisor_that_runs_no_tasks_refuses(void)
{
    open_guests();
    run_task(answers_seven);
    fixture_only(asker, ACT_MESSAGE_SUPERVISOR_ANSWER);
    ck_assert_int_eq(runs, 0);
    fixture_close();
}

static act_ref cancel;

static void cancels(act_self *self)
{
    ck_assert_int_eq(act_task_cancel(self, &cancel, tasks, fixture_ref, ACT_FOREVER), ACT_OK);
}

static act_result cancelled(void)
{
    act_supervisor_answer answer;
    const struct note    *note = fixture_only(asker, ACT_MESSAGE_SUPERVISOR_ANSWER);
    ck_assert(act_ref_equal(note->ref, cancel));
    memcpy(&answer.result, &note->value, sizeof answer.result); /* its first member */
    return answer.result;
}

static void asks_and_cancels(act_self *self)
{
    asks(self);
    cancels(self);
}

static void a_task_may_be_cancelled_before_its_function_is_called(void)
{
    open_tasks();
    function = answers_seven;
    fixture_let(asker, asks_and_cancels);
    if (fixture_count(asker, TAG_A) == 0) { /* in some orders it was done before */
        ck_assert_int_eq(runs, 0);
        ck_assert_int_eq(fixture_only(asker, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_SHUTDOWN);
        ck_assert(act_ref_equal(fixture_only(asker, ACT_MESSAGE_DOWN)->ref, fixture_ref));
        ck_assert_int_eq(cancelled(), ACT_OK);
    } else {
        ck_assert_int_eq(fixture_count(asker, ACT_MESSAGE_DOWN), 0);
    }
    fixture_close();
}

static act_message *cancels_itself_and_answers(act_self *self, const void *nothing)
{
    (void)nothing;
    (void)self;
    fixture_tell_to(asker, cancels);
    return make_answer(7);
}

static void a_function_that_answers_all_the_same_is_heard(void)
{
    open_tasks();
    run_task(cancels_itself_and_answers);
    ck_assert_int_eq(fixture_count(asker, TAG_A), 1);
    ck_assert_int_eq(fixture_count(asker, ACT_MESSAGE_DOWN), 0);
    ck_assert(cancelled() == ACT_OK || cancelled() == ACT_NOT_FOUND);
    fixture_close();
}

static void a_task_that_is_over_is_not_found(void)
{
    open_tasks();
    run_task(answers_seven);
    fixture_let(asker, cancels);
    ck_assert_int_eq(cancelled(), ACT_NOT_FOUND);
    ck_assert_int_eq(fixture_count(asker, TAG_A), 1);
    fixture_close();
}

static void what_is_no_supervisor_of_tasks_cancels_none(void)
{
    open_guests();
    fixture_let(asker, cancels);
    ck_assert_int_eq(cancelled(), ACT_INVALID);
    fixture_close();
}

static void odd_args_are_refused(void)
{
    open_tasks();
    function = answers_seven;
    args = &runs;
    fixture_let(asker, asks);
    ck_assert_int_eq(asked, ACT_INVALID);
    args = NULL;
    args_bytes = 1;
    fixture_let(asker, asks);
    ck_assert_int_eq(asked, ACT_INVALID);
    args = &runs;
    args_bytes = SIZE_MAX;
    fixture_let(asker, asks);
    ck_assert_int_eq(asked, ACT_INVALID);
    fixture_close();
}

static act_message *answers_or_not(act_self *self, const void *nothing)
{
    act_message *message = NULL;
    (void)self, (void)nothing;
    return act_message_create_value(&message, TAG_A, act_int64(1)) == ACT_OK ? message : NULL;
}

/* Whichever request for memory fails: there is an answer, or the ask says so. */
static void a_task_without_memory_is_answered_too(void)
{
    for (uint64_t n = 1; n < 60; n++) {
        open_tasks();
        function = answers_or_not;
        act_message *order;
        action       what = asks;
        ck_assert_int_eq(act_message_create(&order, TAG_DO, sizeof what), ACT_OK);
        memcpy(order->as.bytes, &what, sizeof what);
        asked = ACT_INVALID;
        ck_assert_int_eq(act_system_send(fixture.system, asker, &order), ACT_OK);
        act__memory_fail_at(n, n % 2 == 0);
        fixture_run();
        act__memory_fail_at(0, false);
        if (asked == ACT_OK)
            ck_assert_int_eq(fixture_count(asker, TAG_A) + fixture_count(asker, ACT_MESSAGE_DOWN),
                             1);
        else
            ck_assert_int_eq(asked, ACT_NO_MEMORY);
        fixture_close();
    }
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(the_functions_message_is_the_answer),
    FIXTURE_CASE(args_are_copied),
    FIXTURE_CASE(a_task_that_panics_is_a_down_with_its_text),
    FIXTURE_CASE(a_task_that_fails_hurts_no_other),
    FIXTURE_CASE(of_many_that_panic_together_each_is_told_with_its_text),
    FIXTURE_CASE(a_task_without_an_answer_is_a_down_with_its_reason),
    FIXTURE_CASE(an_answer_is_one_whatever_comes_of_the_task),
    FIXTURE_CASE(a_function_runs_once_whatever_is_sent_to_its_actor),
    FIXTURE_CASE(an_asker_that_gives_up_does_not_end_the_task),
    TEST_CASE(the_end_of_the_supervisor_ends_and_answers_all, .rounds = 40),
    FIXTURE_CASE(a_supervisor_that_runs_no_tasks_refuses),
    TEST_CASE(more_tasks_than_the_limit_are_refused, .rounds = 40),
    TEST_CASE(a_task_may_be_cancelled_before_its_function_is_called, .rounds = 40),
    FIXTURE_CASE(a_function_that_answers_all_the_same_is_heard),
    FIXTURE_CASE(a_task_that_is_over_is_not_found),
    FIXTURE_CASE(what_is_no_supervisor_of_tasks_cancels_none),
    FIXTURE_CASE(odd_args_are_refused),
    FIXTURE_CASE(a_task_without_memory_is_answered_too),
    END_OF_CASES,
};
