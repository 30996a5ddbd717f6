/* What a supervisor tells the actors that have subscribed to it. */
/* SPDX-License-Identifier: MIT */
#include <test/supervisor/family.h>

#include <stdio.h>

#include <mailbox/base/memory.h>

enum { SUBSCRIBE = 1, UNSUBSCRIBE, END };

/*
 * "+a -a:5/7 ~a:100 !:2 ": started, ended (kind/code), waits, stops; "(3)" before one: so many were
 * missed.
 */
static char       heard[4096];
static act_result answered;
static act_pid    listener;

static void note(const act_supervision_event *event)
{
    size_t used = strlen(heard);
    char  *end = heard + used;
    size_t room = sizeof heard - used;
    if (event->missed_count > 0)
        end += snprintf(end, room, "(missed)");
    switch (event->what) {
    case ACT_SUPERVISION_STARTED: snprintf(end, room - 20, "+%s ", event->id); break;
    case ACT_SUPERVISION_ENDED:
        snprintf(end, room - 20, "-%s:%s/%d ", event->id, act_exit_kind_text(event->kind),
                 (int)event->code);
        break;
    case ACT_SUPERVISION_WAITS:
        snprintf(end, room - 20, "~%s:%d ", event->id, (int)event->delay);
        break;
    case ACT_SUPERVISION_STOPS:
        snprintf(end, room - 20, "!%s ", act_exit_kind_text(event->kind));
        break;
    }
}

static void listens(act_self *self, void *state, const act_message *message)
{
    act_supervisor_answer answer;
    act_supervision_event event;
    act_ref               ask;
    (void)state;
    act_result asked;
    if (message->tag == SUBSCRIBE &&
        (asked = act_supervisor_subscribe(self, &ask, root, ACT_FOREVER)) != ACT_OK)
        answered = asked;
    else if (message->tag == UNSUBSCRIBE)
        ck_assert_int_eq(act_supervisor_unsubscribe(self, &ask, root, ACT_FOREVER), ACT_OK);
    else if (message->tag == END)
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
    else if (act_supervisor_answer_read(message, &answer) == ACT_OK)
        answered = answer.result;
    else if (act_supervision_event_read(message, &event) == ACT_OK)
        note(&event);
}

static const act_behavior listening = {.name = "listener", .receive = listens};

static act_result tell_listener(uint32_t what)
{
    answered = ACT_TIMED_OUT;
    act_system_tell_value(fixture_system, listener, what, act_nothing());
    fixture_run();
    return answered;
}

static void listen_with(const act_spawn_options *options)
{
    heard[0] = '\0';
    ck_assert_int_eq(act_system_spawn(fixture_system, &listener, &listening, NULL, options),
                     ACT_OK);
    ck_assert_int_eq(tell_listener(SUBSCRIBE), ACT_OK);
}

#define HEARD(text) ck_assert_str_eq(heard, text)

static void each_start_and_end_is_told_in_order(void)
{
    begin();
    spec.strategy = ACT_STRATEGY_REST_FOR_ONE;
    start();
    listen_with(NULL);
    tell(&b, FIXTURE_DO_FAIL);
    HEARD("-b:error/7 -c:shutdown/0 +b +c ");
    stop();
    HEARD("-b:error/7 -c:shutdown/0 +b +c !shutdown -c:shutdown/0 -b:shutdown/0 -a:shutdown/0 ");
    fixture_end();
}

static void attempts_that_fail_are_ends(void)
{
    begin();
    b.fail_first = 2, b.fail_count = 2, b.fail_how = FIXTURE_REFUSE;
    start();
    listen_with(NULL);
    tell(&b, FIXTURE_DO_PANIC);
    HEARD("-b:panic/0 -b:error/12 -b:error/12 +b ");
    fixture_end();
}

static void what_cannot_be_spawned_has_ended(void)
{
    begin();
    start();
    listen_with(NULL);
    act_child_spec added = fixture_child(&d);
    added.options = ACT_SPAWN_OPTIONS(.name = "taken");
    ck_assert_int_eq(fixture_start(root, &added).result, ACT_OK);
    added.id = "e";
    ck_assert_int_eq(fixture_start(root, &added).result, ACT_EXISTS);
    HEARD("+d -e:error/8 ");
    fixture_end();
}

static void a_wait_is_told_with_its_time(void)
{
    begin();
    spec.backoff = (act_backoff){.min = 100, .max = 1000};
    start();
    listen_with(NULL);
    tell(&b, FIXTURE_DO_FAIL);
    HEARD("-b:error/7 ~b:100 ");
    fixture_advance(100);
    HEARD("-b:error/7 ~b:100 +b ");
    fixture_end();
}

static void giving_up_is_told(void)
{
    begin();
    spec.intensity = 0;
    spec.children_count = 1;
    start();
    listen_with(NULL);
    tell(&a, FIXTURE_DO_FAIL);
    HEARD("-a:error/7 !shutdown ");
    fixture_end();
}

static void an_actor_that_has_unsubscribed_hears_nothing(void)
{
    begin();
    start();
    listen_with(NULL);
    ck_assert_int_eq(tell_listener(SUBSCRIBE), ACT_EXISTS);
    ck_assert_int_eq(tell_listener(UNSUBSCRIBE), ACT_OK);
    ck_assert_int_eq(tell_listener(UNSUBSCRIBE), ACT_NOT_FOUND);
    tell(&b, FIXTURE_DO_FAIL);
    HEARD("");
    fixture_end();
}

static void a_subscriber_that_has_ended_is_forgotten(void)
{
    act_counters before, after;
    begin();
    start();
    listen_with(NULL);
    (void)tell_listener(END);
    act_system_counters(fixture_system, &before);
    tell(&b, FIXTURE_DO_FAIL);
    ck_assert(b.alive);
    act_system_counters(fixture_system, &after);
    ck_assert_uint_eq(after.dead_letters, before.dead_letters);
    fixture_end();
}

static void without_memory_none_subscribes_or_everything_works(void)
{
    bool came = true;
    for (uint64_t n = 1; came; n++) {
        begin();
        start();
        heard[0] = '\0';
        ck_assert_int_eq(act_system_spawn(fixture_system, &listener, &listening, NULL, NULL),
                         ACT_OK);
        fixture_run();
        act__memory_fail_at(n, false);
        act_result result = tell_listener(SUBSCRIBE);
        came = act__memory_requests() >= n;
        act__memory_fail_at(0, false);
        ck_assert(result == ACT_OK || result == ACT_NO_MEMORY || result == ACT_TIMED_OUT);
        tell(&b, FIXTURE_DO_FAIL);
        HEARD(result == ACT_OK ? "-b:error/7 +b " : "");
        fixture_end();
        ck_assert_uint_lt(n, 1000);
    }
}

static void what_was_missed_is_counted(void)
{
    begin();
    spec.intensity = UINT32_MAX; /* each attempt without memory counts */
    start();
    listen_with(NULL);
    fixture_tell(&b, FIXTURE_DO_FAIL);
    act__memory_fail_at(1, true);
    (void)!act_simulation_run(fixture_simulation, NULL, 100);
    act__memory_fail_at(0, false);
    fixture_run();
    ck_assert(b.alive);
    tell(&c, FIXTURE_DO_FAIL);
    ck_assert_ptr_nonnull(strstr(heard, "(missed)"));
    ck_assert_ptr_nonnull(strstr(heard, "+c "));
    fixture_end();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(each_start_and_end_is_told_in_order, ROUNDS),
    TEST_CASE(attempts_that_fail_are_ends, ROUNDS),
    TEST_CASE(what_cannot_be_spawned_has_ended, ROUNDS),
    TEST_CASE(a_wait_is_told_with_its_time, ROUNDS),
    TEST_CASE(giving_up_is_told, ROUNDS),
    TEST_CASE(an_actor_that_has_unsubscribed_hears_nothing, ROUNDS),
    TEST_CASE(a_subscriber_that_has_ended_is_forgotten, ROUNDS),
    TEST_CASE(without_memory_none_subscribes_or_everything_works, ROUNDS),
    TEST_CASE(what_was_missed_is_counted, ROUNDS),
    END_OF_CASES,
};
