/*
 * What a sender hears that an overloaded receiver mutes, how far muting reaches, and how long it
 * lasts.
 */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/memory.h>
#include <test/actor/fixture.h>

enum { BACKLOG = 10, PATIENCE = 16 * BACKLOG, FLOOD = 20, FIRST_LOOK = 200, LONGEST = 500 };

static act_pid               parent, child, handover, sender, other;
static act_spawn_options     options;
static act_lifecycle_options lifecycle;
static int                   floods_count;

static void spawns_child(act_self *self)
{
    ck_assert_int_eq(act_spawn_link(self, &child, &scripted, NULL, &options), ACT_OK);
}

/*
 * A receiver that handles nothing, as it waits for its next instance; two actors that send to it;
 * and a trapping parent.
 */
static void open_handover(void)
{
    fixture_open_with(FIXTURE_OPTIONS(.stop_timeout = 0, .backlog_max = BACKLOG, .batch_max = 1));
    lifecycle = *ACT_LIFECYCLE_OPTIONS(.handover = ACT_HANDOVER_KEEP);
    options = *ACT_SPAWN_OPTIONS(.lifecycle = &lifecycle);
    floods_count = 0;
    parent = fixture_spawn();
    sender = fixture_spawn();
    other = fixture_spawn();
    fixture_let(parent, traps);
    fixture_let(parent, spawns_child);
    fixture_let(child, exits_with_an_error);
    ck_assert_int_eq(act_handover_of(fixture.system, child, &handover), ACT_OK);
}

static void close_handover(void)
{
    act_handover_abandon(fixture.system, handover);
    fixture_close();
}

static void floods(act_self *self)
{
    floods_count++;
    for (int i = 0; i < FLOOD; i++)
        act_tell_value(self, handover, TAG_A, act_nothing());
}

static bool is_muted(act_pid actor)
{
    int floods_before = floods_count;
    fixture_let(actor, floods);
    return floods_count == floods_before;
}

/* It floods the handover until it is muted, which the last of these floods shows. */
static void mute(act_pid actor)
{
    for (int i = 0; !is_muted(actor); i++)
        ck_assert_int_lt(i, 2 * PATIENCE / FLOOD);
}

static void arms_a_timer(act_self *self)
{
    ck_assert_int_eq(act_tell_after_value(self, &fixture_ref, act_self_pid(self), TAG_B,
                                          act_nothing(), 10),
                     ACT_OK);
}

static void asks_in_vain(act_self *self)
{
    ck_assert_int_eq(act_ask_value(self, &fixture_ref, other, TAG_A, act_nothing(), 10), ACT_OK);
}

static void tells_it(act_self *self)
{
    act_tell_value(self, sender, TAG_C, act_nothing());
}

static void tells_it_and_exits(act_self *self)
{
    tells_it(self);
    exits_with_an_error(self);
}

/* -------------------------------------------------------------------------------------- hearing */

static void a_muted_actor_hears_its_timers_in_time(void)
{
    open_handover();
    fixture_let(sender, arms_a_timer);
    mute(sender);
    fixture_advance(9);
    ck_assert_int_eq(fixture_count(sender, TAG_B), 0);
    fixture_advance(1);
    ck_assert(act_ref_equal(fixture_only(sender, TAG_B)->ref, fixture_ref));
    ck_assert(is_muted(sender));
    close_handover();
}

static void begins_to_tick(act_self *self)
{
    ck_assert_int_eq(
        act_every_value(self, &fixture_ref, act_self_pid(self), TAG_B, act_nothing(), 10), ACT_OK);
}

static void a_muted_actor_hears_each_tick(void)
{
    open_handover();
    fixture_let(sender, begins_to_tick);
    mute(sender);
    fixture_advance(35);
    ck_assert_int_eq(fixture_count(sender, TAG_B), 3);
    ck_assert(is_muted(sender));
    close_handover();
}

/* What a timer has brought may wait among other messages when the actor is muted. */
static void a_muted_actor_hears_a_timer_that_fired_before(void)
{
    open_handover();
    fixture_let(sender, arms_a_timer);
    for (int i = 0; i < 2 * PATIENCE / FLOOD; i++)
        fixture_tell_to(sender, floods);
    fixture_advance(10);
    ck_assert_int_lt(floods_count, 2 * PATIENCE / FLOOD);
    fixture_only(sender, TAG_B);
    close_handover();
}

static void a_muted_actor_hears_that_an_ask_has_timed_out(void)
{
    open_handover();
    fixture_let(sender, asks_in_vain);
    mute(sender);
    fixture_advance(10);
    ck_assert(act_ref_equal(fixture_only(sender, ACT_MESSAGE_TIMED_OUT)->ref, fixture_ref));
    ck_assert(is_muted(sender));
    close_handover();
}

/* Each in the order in which the same actor has sent; what others have sent waits. */
static void check_end(action ties, uint32_t tag)
{
    open_handover();
    fixture_let(sender, traps);
    fixture_let_about(sender, ties, other);
    mute(sender);
    fixture_let(parent, tells_it);
    fixture_let(other, tells_it_and_exits);
    const struct note *told = fixture_only(sender, TAG_C), *end = fixture_only(sender, tag);
    ck_assert(act_pid_equal(told->sender, other));
    ck_assert(told < end);
    ck_assert(is_muted(sender));
    close_handover();
}

static void a_muted_actor_hears_a_down_after_what_was_sent_before(void)
{
    check_end(monitors, ACT_MESSAGE_DOWN);
}

static void a_muted_actor_that_traps_hears_an_exit_after_what_was_sent_before(void)
{
    check_end(links, ACT_MESSAGE_EXIT);
}

/* Also one that is muted can monitor then: it handles what its timers bring. */
static void will_monitor(act_self *self)
{
    action       what = monitors;
    act_message *message;
    ck_assert_int_eq(act_message_create(&message, TAG_DO, sizeof what), ACT_OK);
    memcpy(message->as.bytes, &what, sizeof what);
    ck_assert_int_eq(act_send_after(self, &fixture_ref, act_self_pid(self), &message, 10), ACT_OK);
}

static void tells_it_more_and_exits(act_self *self)
{
    act_tell_value(self, sender, TAG_D, act_nothing());
    exits_with_an_error(self);
}

/* The sender knows nothing of the first of two in one handover but what that has sent. */
static void what_those_before_in_its_handover_have_sent_is_heard_before_a_down(void)
{
    open_handover();
    fixture_let(parent, spawns_child);
    act_pid first = child;
    fixture_let(sender, will_monitor);
    mute(sender);
    fixture_let(first, tells_it_and_exits);
    ck_assert_int_eq(act_handover_of(fixture.system, first, &fixture_other), ACT_OK);
    lifecycle = *ACT_LIFECYCLE_OPTIONS(.takes_over = fixture_other);
    options = *ACT_SPAWN_OPTIONS(.lifecycle = &lifecycle);
    fixture_let(parent, spawns_child);
    fixture_advance(10);
    fixture_let(child, tells_it_more_and_exits);
    const struct note *told = fixture_only(sender, TAG_C), *more = fixture_only(sender, TAG_D);
    ck_assert(told < more);
    ck_assert(more < fixture_only(sender, ACT_MESSAGE_DOWN));
    ck_assert(is_muted(sender));
    close_handover();
}

static act_pid helper;

static void asks_the_helper(act_self *self)
{
    ck_assert_int_eq(act_ask_value(self, &fixture_ref, helper, TAG_A, act_nothing(), 10), ACT_OK);
}

static void monitors_the_helper(act_self *self)
{
    act_ref ref;
    ck_assert_int_eq(act_monitor(self, &ref, helper), ACT_OK);
}

/* Answers at once what it is asked; at TAG_B it ends. */
static void helps(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == TAG_B)
        act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 0, NULL));
    else
        act_answer_value(self, message, TAG_D, act_nothing());
}

static const act_behavior helping = {.name = "helping", .receive = helps};

static bool has_asked;

static void asks_and_floods(act_self *self)
{
    has_asked = true;
    asks_the_helper(self);
    floods(self);
}

/*
 * The muted sender has a turn when it is time; in that it asks, and is muted again before it is
 * answered.
 */
static void ask_while_muted(void)
{
    has_asked = false;
    fixture_tell_to(sender, asks_and_floods);
    for (int i = 0; !has_asked; i++) {
        ck_assert_int_lt(i, 4 * LONGEST);
        fixture_advance(1);
    }
    ck_assert_int_eq(fixture_count(sender, TAG_D), 0);
}

/* It is in time, so nothing else answers the ask. */
static void the_answer_to_an_ask_of_a_muted_actor_waits(void)
{
    open_handover();
    helper = fixture_spawn_as(&helping, NULL, NULL);
    mute(sender);
    ask_while_muted();
    fixture_advance(20);
    ck_assert_int_eq(fixture_count(sender, TAG_D), 0);
    fixture_advance(LONGEST);
    ck_assert(act_ref_equal(fixture_only(sender, TAG_D)->ref, fixture_ref));
    ck_assert_int_eq(fixture_count(sender, ACT_MESSAGE_TIMED_OUT), 0);
    close_handover();
}

static void an_answer_that_waits_comes_before_the_end_of_the_answerer(void)
{
    open_handover();
    helper = fixture_spawn_as(&helping, NULL, NULL);
    fixture_let(sender, monitors_the_helper);
    mute(sender);
    ask_while_muted();
    act_system_tell_value(fixture.system, helper, TAG_B, act_nothing());
    fixture_run();
    const struct note *answer = fixture_only(sender, TAG_D),
                      *end = fixture_only(sender, ACT_MESSAGE_DOWN);
    ck_assert(answer < end);
    close_handover();
}

static void rearms(act_self *self)
{
    ck_assert_int_eq(act_send_after(self, &fixture_ref, act_self_pid(self),
                                    &(act_message *){act_take(self)}, 1),
                     ACT_OK);
    floods(self);
}

static void ticks(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    rearms(self);
}

static const act_behavior clockwork = {.name = "clockwork", .receive = ticks};

/* One that lives by its timers alone goes on as if it were not muted. */
static void a_sender_that_floods_at_each_tick_is_muted_between_ticks(void)
{
    open_handover();
    act_pid clock = fixture_spawn_as(&clockwork, NULL, NULL);
    act_system_tell_value(fixture.system, clock, TAG_A, act_nothing());
    fixture_advance(50);
    ck_assert_int_eq(floods_count, 51);
    ck_assert_int_eq(act_system_exit_actor(fixture.system, clock,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    close_handover();
}

static void answers(act_self *self)
{
    act_answer_value(self, fixture_message, TAG_D, act_nothing());
}

/* The ref of what a timer brings is no ask's. */
static void what_a_timer_brings_cannot_be_answered(void)
{
    act_message *message;
    fixture_open();
    sender = fixture_spawn();
    fixture_let(sender, arms_a_timer);
    fixture_advance(10);
    struct note note = *fixture_only(sender, TAG_B);
    ck_assert_int_eq(act_message_create_value(&message, TAG_B, act_nothing()), ACT_OK);
    message->ref = note.ref;
    ck_assert_uint_eq(act_message_asker(message).ask.value, 0);
    act_message_free(&message);
    fixture_let(sender, answers);
    ck_assert_int_eq(fixture.dead_letters_count, 0);
    fixture_close();
}

/* ----------------------------------------------------------------------------------------- time */

static void a_sender_that_is_muted_by_one_that_does_not_run_has_a_turn_in_time(void)
{
    open_handover();
    mute(sender);
    int floods_before = floods_count;
    fixture_advance(FIRST_LOOK);
    ck_assert_int_gt(floods_count, floods_before);
    for (int i = 0; i < 10; i++) {
        mute(sender);
        floods_before = floods_count;
        fixture_advance(LONGEST);
        ck_assert_int_gt(floods_count, floods_before);
    }
    close_handover();
}

static void streams(act_self *self)
{
    floods(self);
    fixture_tell_to(act_self_pid(self), streams);
}

/* What waits at one that does not run grows by a turn of each sender's at each look. */
static void a_flood_of_one_that_does_not_run_is_slow(void)
{
    open_handover();
    fixture_tell_to(sender, streams);
    fixture_tell_to(other, streams);
    fixture_run();
    int floods_before = floods_count;
    fixture_advance(60000);
    ck_assert_int_gt(floods_count, floods_before);
    ck_assert_int_lt(floods_count, floods_before + 2 * 2 * (60000 / LONGEST + 3));
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(act_system_exit_actor(fixture.system, i == 0 ? sender : other,
                                               act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                         ACT_OK);
    close_handover();
}

static void without_memory_for_its_watch_a_receiver_mutes_none(void)
{
    open_handover();
    for (int i = 0; i < PATIENCE / FLOOD; i++)
        ck_assert(!is_muted(sender));
    act_message *message;
    ck_assert_int_eq(act_message_create_value(&message, TAG_A, act_nothing()), ACT_OK);
    ck_assert_int_eq(act_system_send(fixture.system, handover, &message), ACT_OK);
    act__memory_fail_at(1, true);
    (void)!act_simulation_run(fixture.simulation, NULL, 1000);
    act__memory_fail_at(0, false);
    uint64_t muted = fixture_counters().muted;
    fixture_let(sender, floods);
    ck_assert_uint_eq(fixture_counters().muted, muted);
    mute(sender); /* it is tried again with each message */
    close_handover();
}

/* ---------------------------------------------------------------------------------------- reach */

static void a_handover_mutes_only_when_much_waits(void)
{
    open_handover();
    for (int i = 0; i < PATIENCE / FLOOD; i++)
        ck_assert(!is_muted(sender));
    ck_assert_uint_eq(fixture_counters().muted, 0);
    close_handover();
}

static void floods_thrice(act_self *self)
{
    for (int i = 0; i < 3; i++)
        floods(self);
}

/* Nor does its sender find it overloaded before it has had a turn to look. */
static void a_handover_that_much_comes_to_at_once_mutes_none(void)
{
    open_handover();
    fixture_let(sender, floods_thrice);
    fixture_let(sender, floods_thrice);
    ck_assert_int_eq(floods_count, 6);
    ck_assert_uint_eq(fixture_counters().muted, 0);
    close_handover();
}

static void floods_the_sender(act_self *self)
{
    for (int i = 0; i < BACKLOG; i++)
        act_tell_value(self, sender, TAG_D, act_nothing());
}

static void a_sender_of_little_to_a_muted_actor_is_not_muted(void)
{
    open_handover();
    mute(sender);
    for (int i = 0; i < BACKLOG / 2 - 2; i++)
        fixture_let(other, tells_it);
    fixture_let(other, arms_a_timer);
    uint64_t muted = fixture_counters().muted;
    fixture_let(other, does_nothing);
    fixture_advance(10);
    fixture_only(other, TAG_B);
    ck_assert_uint_eq(fixture_counters().muted, muted);
    fixture_let(other, floods_the_sender);
    ck_assert_uint_eq(fixture_counters().muted, muted + 1);
    close_handover();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(a_muted_actor_hears_its_timers_in_time),
    FIXTURE_CASE(a_muted_actor_hears_each_tick),
    FIXTURE_CASE(a_muted_actor_hears_a_timer_that_fired_before),
    FIXTURE_CASE(a_muted_actor_hears_that_an_ask_has_timed_out),
    FIXTURE_CASE(a_muted_actor_hears_a_down_after_what_was_sent_before),
    FIXTURE_CASE(a_muted_actor_that_traps_hears_an_exit_after_what_was_sent_before),
    FIXTURE_CASE(what_those_before_in_its_handover_have_sent_is_heard_before_a_down),
    FIXTURE_CASE(the_answer_to_an_ask_of_a_muted_actor_waits),
    FIXTURE_CASE(an_answer_that_waits_comes_before_the_end_of_the_answerer),
    FIXTURE_CASE(a_sender_that_floods_at_each_tick_is_muted_between_ticks),
    FIXTURE_CASE(what_a_timer_brings_cannot_be_answered),
    FIXTURE_CASE(a_sender_that_is_muted_by_one_that_does_not_run_has_a_turn_in_time),
    FIXTURE_CASE(a_flood_of_one_that_does_not_run_is_slow),
    FIXTURE_CASE(without_memory_for_its_watch_a_receiver_mutes_none),
    FIXTURE_CASE(a_handover_mutes_only_when_much_waits),
    FIXTURE_CASE(a_handover_that_much_comes_to_at_once_mutes_none),
    FIXTURE_CASE(a_sender_of_little_to_a_muted_actor_is_not_muted),
    END_OF_CASES,
};
