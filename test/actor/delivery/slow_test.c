/*
 * What a sender hears that an overloaded receiver holds, how far holding reaches, and how long it
 * lasts.
 */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/memory.h>
#include <test/actor/lab.h>

enum { BACKLOG = 10, PATIENCE = 16 * BACKLOG, FLOOD = 20, FIRST_LOOK = 200, LONGEST = 500 };

static act_pid           parent, child, seat, sender, other;
static act_spawn_options options;
static int               floods_count;

static void spawns_child(act_self *self)
{
    ck_assert_int_eq(act_spawn_link(self, &child, &puppet, NULL, &options), ACT_OK);
}

/*
 * A receiver that handles nothing, as it waits for its next instance; two actors that send to it;
 * and a trapping parent.
 */
static void open_seat(void)
{
    lab_open_with(LAB_OPTIONS(.stop_timeout = 0, .backlog_max = BACKLOG, .batch_max = 1));
    options = *ACT_SPAWN_OPTIONS(.seat = ACT_SEAT_KEEP);
    floods_count = 0;
    parent = lab_spawn();
    sender = lab_spawn();
    other = lab_spawn();
    lab_let(parent, traps);
    lab_let(parent, spawns_child);
    lab_let(child, exits_with_an_error);
    ck_assert_int_eq(act_seat_of(lab.system, child, &seat), ACT_OK);
}

static void close_seat(void)
{
    act_seat_leave(lab.system, seat);
    lab_close();
}

static void floods(act_self *self)
{
    floods_count++;
    for (int i = 0; i < FLOOD; i++)
        act_tell_value(self, seat, TAG_A, act_nothing());
}

static bool is_held(act_pid who)
{
    int floods_before = floods_count;
    lab_let(who, floods);
    return floods_count == floods_before;
}

/* It floods the seat until it is held, which the last of these floods shows. */
static void hold(act_pid who)
{
    for (int i = 0; !is_held(who); i++)
        ck_assert_int_lt(i, 2 * PATIENCE / FLOOD);
}

static void arms_a_timer(act_self *self)
{
    ck_assert_int_eq(
        act_tell_value_after(self, &lab_ref, act_self_pid(self), TAG_B, act_nothing(), 10), ACT_OK);
}

static void asks_in_vain(act_self *self)
{
    ck_assert_int_eq(act_ask_value(self, &lab_ref, other, TAG_A, act_nothing(), 10), ACT_OK);
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

static void a_held_actor_hears_its_timers_in_time(void)
{
    open_seat();
    lab_let(sender, arms_a_timer);
    hold(sender);
    lab_advance(9);
    ck_assert_int_eq(lab_count(sender, TAG_B), 0);
    lab_advance(1);
    ck_assert(act_ref_equal(lab_only(sender, TAG_B)->ref, lab_ref));
    ck_assert(is_held(sender));
    close_seat();
}

/* What a timer has brought may wait among other messages when the actor is held. */
static void a_held_actor_hears_a_timer_that_fired_before(void)
{
    open_seat();
    lab_let(sender, arms_a_timer);
    for (int i = 0; i < 2 * PATIENCE / FLOOD; i++)
        lab_tell_to(sender, floods);
    lab_advance(10);
    ck_assert_int_lt(floods_count, 2 * PATIENCE / FLOOD);
    lab_only(sender, TAG_B);
    close_seat();
}

static void a_held_actor_hears_that_an_ask_has_timed_out(void)
{
    open_seat();
    lab_let(sender, asks_in_vain);
    hold(sender);
    lab_advance(10);
    ck_assert(act_ref_equal(lab_only(sender, ACT_MESSAGE_TIMED_OUT)->ref, lab_ref));
    ck_assert(is_held(sender));
    close_seat();
}

/* Each in the order in which the same actor has sent; what others have sent waits. */
static void check_end(deed ties, uint32_t tag)
{
    open_seat();
    lab_let(sender, traps);
    lab_let_about(sender, ties, other);
    hold(sender);
    lab_let(parent, tells_it);
    lab_let(other, tells_it_and_exits);
    const struct note *told = lab_only(sender, TAG_C), *end = lab_only(sender, tag);
    ck_assert(act_pid_equal(told->sender, other));
    ck_assert(told < end);
    ck_assert(is_held(sender));
    close_seat();
}

static void a_held_actor_hears_a_down_after_what_was_sent_before(void)
{
    check_end(monitors, ACT_MESSAGE_DOWN);
}

static void a_held_actor_that_traps_hears_an_exit_after_what_was_sent_before(void)
{
    check_end(links, ACT_MESSAGE_EXIT);
}

/* Also one that is held can monitor then: it handles what its timers bring. */
static void will_monitor(act_self *self)
{
    deed         what = monitors;
    act_message *message;
    ck_assert_int_eq(act_message_create(&message, TAG_DO, sizeof what), ACT_OK);
    memcpy(message->as.bytes, &what, sizeof what);
    ck_assert_int_eq(act_send_after(self, &lab_ref, act_self_pid(self), &message, 10), ACT_OK);
}

static void tells_it_more_and_exits(act_self *self)
{
    act_tell_value(self, sender, TAG_D, act_nothing());
    exits_with_an_error(self);
}

/* The sender knows nothing of the first of two in one seat but what that has sent. */
static void what_those_before_in_its_seat_have_sent_is_heard_before_a_down(void)
{
    open_seat();
    lab_let(parent, spawns_child);
    act_pid first = child;
    lab_let(sender, will_monitor);
    hold(sender);
    lab_let(first, tells_it_and_exits);
    ck_assert_int_eq(act_seat_of(lab.system, first, &lab_other), ACT_OK);
    options = *ACT_SPAWN_OPTIONS(.takes_seat = lab_other);
    lab_let(parent, spawns_child);
    lab_advance(10);
    lab_let(child, tells_it_more_and_exits);
    const struct note *told = lab_only(sender, TAG_C), *more = lab_only(sender, TAG_D);
    ck_assert(told < more);
    ck_assert(more < lab_only(sender, ACT_MESSAGE_DOWN));
    ck_assert(is_held(sender));
    close_seat();
}

static act_pid helper;

static void asks_the_helper(act_self *self)
{
    ck_assert_int_eq(act_ask_value(self, &lab_ref, helper, TAG_A, act_nothing(), 10), ACT_OK);
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
 * The held sender has a turn when it is time; in that it asks, and is held again before it is
 * answered.
 */
static void ask_while_held(void)
{
    has_asked = false;
    lab_tell_to(sender, asks_and_floods);
    for (int i = 0; !has_asked; i++) {
        ck_assert_int_lt(i, 4 * LONGEST);
        lab_advance(1);
    }
    ck_assert_int_eq(lab_count(sender, TAG_D), 0);
}

/* It is in time, so nothing else answers the ask. */
static void the_answer_to_an_ask_of_a_held_actor_waits(void)
{
    open_seat();
    helper = lab_spawn_as(&helping, NULL, NULL);
    hold(sender);
    ask_while_held();
    lab_advance(20);
    ck_assert_int_eq(lab_count(sender, TAG_D), 0);
    lab_advance(LONGEST);
    ck_assert(act_ref_equal(lab_only(sender, TAG_D)->ref, lab_ref));
    ck_assert_int_eq(lab_count(sender, ACT_MESSAGE_TIMED_OUT), 0);
    close_seat();
}

static void an_answer_that_waits_comes_before_the_end_of_the_answerer(void)
{
    open_seat();
    helper = lab_spawn_as(&helping, NULL, NULL);
    lab_let(sender, monitors_the_helper);
    hold(sender);
    ask_while_held();
    act_system_tell_value(lab.system, helper, TAG_B, act_nothing());
    lab_run();
    const struct note *answer = lab_only(sender, TAG_D), *end = lab_only(sender, ACT_MESSAGE_DOWN);
    ck_assert(answer < end);
    close_seat();
}

static void rearms(act_self *self)
{
    ck_assert_int_eq(act_send_after(self, &lab_ref, act_self_pid(self),
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

/* One that lives by its timers alone goes on as if it were not held. */
static void who_floods_at_each_tick_is_held_between_ticks(void)
{
    open_seat();
    act_pid clock = lab_spawn_as(&clockwork, NULL, NULL);
    act_system_tell_value(lab.system, clock, TAG_A, act_nothing());
    lab_advance(50);
    ck_assert_int_eq(floods_count, 51);
    ck_assert_int_eq(
        act_system_exit(lab.system, clock, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)), ACT_OK);
    close_seat();
}

static void answers(act_self *self)
{
    act_answer_value(self, lab_message, TAG_D, act_nothing());
}

/* The ref of what a timer brings is no ask's. */
static void what_a_timer_brings_cannot_be_answered(void)
{
    act_message *message;
    lab_open();
    sender = lab_spawn();
    lab_let(sender, arms_a_timer);
    lab_advance(10);
    struct note note = *lab_only(sender, TAG_B);
    ck_assert_int_eq(act_message_create_value(&message, TAG_B, act_nothing()), ACT_OK);
    message->ref = note.ref;
    ck_assert_uint_eq(act_message_asker(message).ask.value, 0);
    act_message_free(&message);
    lab_let(sender, answers);
    ck_assert_int_eq(lab.letters_count, 0);
    lab_close();
}

/* ----------------------------------------------------------------------------------------- time */

static void who_is_held_by_one_that_does_not_run_has_a_turn_in_time(void)
{
    open_seat();
    hold(sender);
    int floods_before = floods_count;
    lab_advance(FIRST_LOOK);
    ck_assert_int_gt(floods_count, floods_before);
    for (int i = 0; i < 10; i++) {
        hold(sender);
        floods_before = floods_count;
        lab_advance(LONGEST);
        ck_assert_int_gt(floods_count, floods_before);
    }
    close_seat();
}

static void streams(act_self *self)
{
    floods(self);
    lab_tell_to(act_self_pid(self), streams);
}

/* What waits at one that does not run grows by a turn of each sender's at each look. */
static void a_flood_of_one_that_does_not_run_is_slow(void)
{
    open_seat();
    lab_tell_to(sender, streams);
    lab_tell_to(other, streams);
    lab_run();
    int floods_before = floods_count;
    lab_advance(60000);
    ck_assert_int_gt(floods_count, floods_before);
    ck_assert_int_lt(floods_count, floods_before + 2 * 2 * (60000 / LONGEST + 3));
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(act_system_exit(lab.system, i == 0 ? sender : other,
                                         act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                         ACT_OK);
    close_seat();
}

static void without_memory_for_its_watch_a_receiver_holds_none(void)
{
    open_seat();
    for (int i = 0; i < PATIENCE / FLOOD; i++)
        ck_assert(!is_held(sender));
    act_message *message;
    ck_assert_int_eq(act_message_create_value(&message, TAG_A, act_nothing()), ACT_OK);
    ck_assert_int_eq(act_system_send(lab.system, seat, &message), ACT_OK);
    act__memory_fail_at(1, true);
    (void)!act_simulation_run(lab.simulation, NULL, 1000);
    act__memory_fail_at(0, false);
    uint64_t slowed = lab_counters().slowed;
    lab_let(sender, floods);
    ck_assert_uint_eq(lab_counters().slowed, slowed);
    hold(sender); /* it is tried again with each message */
    close_seat();
}

/* ---------------------------------------------------------------------------------------- reach */

static void a_seat_holds_only_when_much_waits(void)
{
    open_seat();
    for (int i = 0; i < PATIENCE / FLOOD; i++)
        ck_assert(!is_held(sender));
    ck_assert_uint_eq(lab_counters().slowed, 0);
    close_seat();
}

static void floods_thrice(act_self *self)
{
    for (int i = 0; i < 3; i++)
        floods(self);
}

/* Nor does its sender find it overloaded before it has had a turn to look. */
static void a_seat_that_much_comes_to_at_once_holds_none(void)
{
    open_seat();
    lab_let(sender, floods_thrice);
    lab_let(sender, floods_thrice);
    ck_assert_int_eq(floods_count, 6);
    ck_assert_uint_eq(lab_counters().slowed, 0);
    close_seat();
}

static void floods_the_sender(act_self *self)
{
    for (int i = 0; i < BACKLOG; i++)
        act_tell_value(self, sender, TAG_D, act_nothing());
}

static void who_sends_little_to_a_held_actor_is_not_held(void)
{
    open_seat();
    hold(sender);
    for (int i = 0; i < BACKLOG / 2 - 2; i++)
        lab_let(other, tells_it);
    lab_let(other, arms_a_timer);
    uint64_t slowed = lab_counters().slowed;
    lab_let(other, does_nothing);
    lab_advance(10);
    lab_only(other, TAG_B);
    ck_assert_uint_eq(lab_counters().slowed, slowed);
    lab_let(other, floods_the_sender);
    ck_assert_uint_eq(lab_counters().slowed, slowed + 1);
    close_seat();
}

const struct kit_fact kit_facts[] = {
    LAB_FACT(a_held_actor_hears_its_timers_in_time),
    LAB_FACT(a_held_actor_hears_a_timer_that_fired_before),
    LAB_FACT(a_held_actor_hears_that_an_ask_has_timed_out),
    LAB_FACT(a_held_actor_hears_a_down_after_what_was_sent_before),
    LAB_FACT(a_held_actor_that_traps_hears_an_exit_after_what_was_sent_before),
    LAB_FACT(what_those_before_in_its_seat_have_sent_is_heard_before_a_down),
    LAB_FACT(the_answer_to_an_ask_of_a_held_actor_waits),
    LAB_FACT(an_answer_that_waits_comes_before_the_end_of_the_answerer),
    LAB_FACT(who_floods_at_each_tick_is_held_between_ticks),
    LAB_FACT(what_a_timer_brings_cannot_be_answered),
    LAB_FACT(who_is_held_by_one_that_does_not_run_has_a_turn_in_time),
    LAB_FACT(a_flood_of_one_that_does_not_run_is_slow),
    LAB_FACT(without_memory_for_its_watch_a_receiver_holds_none),
    LAB_FACT(a_seat_holds_only_when_much_waits),
    LAB_FACT(a_seat_that_much_comes_to_at_once_holds_none),
    LAB_FACT(who_sends_little_to_a_held_actor_is_not_held),
    END_OF_FACTS,
};
