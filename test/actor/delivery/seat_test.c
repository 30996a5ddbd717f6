/* Seats: what an actor leaves to the one that follows it, and what becomes of it if nobody does. */
/* SPDX-License-Identifier: MIT */
#include <test/actor/lab.h>

static act_pid           parent, other, child, seat;
static act_spawn_options options;
static act_result        spawned;

static void spawns_child(act_self *self)
{
    spawned = act_spawn_link(self, &child, &puppet, NULL, &options);
}

/* A trapping parent with one child that leaves this kind of seat, and a bystander. */
static void open_family(act_seat kind)
{
    lab_open();
    options = *ACT_SPAWN_OPTIONS(.name = "ada", .seat = kind,
                                 .redeliver_max = kind == ACT_SEAT_REDELIVER ? 2 : 0);
    parent = lab_spawn();
    other = lab_spawn();
    lab_let(parent, traps);
    lab_let(parent, spawns_child);
    ck_assert_int_eq(spawned, ACT_OK);
}

static void tell(act_pid who, uint32_t tag)
{
    act_system_tell_value(lab.system, who, tag, act_int64(tag));
}

static act_result find_seat(void)
{
    return act_seat_of(lab.system, child, &seat);
}

/* The child ends so, and has left its seat. */
static void end_child(deed how)
{
    lab_let(child, how);
    ck_assert_int_eq(find_seat(), ACT_OK);
}

static void take_seat(void)
{
    options.takes_seat = seat;
    lab_let(parent, spawns_child);
    ck_assert_int_eq(spawned, ACT_OK);
    ck_assert(act_pid_equal(child, seat));
}

static bool hears_in_order(act_pid who, uint32_t first, uint32_t second)
{
    const struct note *a = lab_only(who, first), *b = lab_only(who, second);
    return a < b;
}

static bool name_leads_to(act_pid who)
{
    act_pid found;
    return act_whereis(lab.system, &found, "ada") == ACT_OK && act_pid_equal(found, who);
}

/* ----------------------------------------------------------------------------------- what waits */

static void what_waits_is_for_the_next_in_order(void)
{
    open_family(ACT_SEAT_KEEP);
    lab_tell_to(child, exits_with_an_error);
    tell(child, TAG_A);
    tell(child, TAG_B);
    lab_run();
    ck_assert_int_eq(find_seat(), ACT_OK);
    ck_assert(!act_pid_equal(seat, child));
    ck_assert_int_eq(lab.letters_count, 0);
    act_pid before = child;
    take_seat();
    ck_assert(hears_in_order(child, TAG_A, TAG_B));
    ck_assert_int_eq(lab_count(before, TAG_A), 0);
    lab_close();
}

static void what_comes_meanwhile_waits_behind_it(void)
{
    open_family(ACT_SEAT_KEEP);
    lab_tell_to(child, exits_with_an_error);
    tell(child, TAG_A);
    lab_run();
    ck_assert_int_eq(find_seat(), ACT_OK);
    tell(seat, TAG_B);
    lab_run();
    take_seat();
    ck_assert(hears_in_order(child, TAG_A, TAG_B));
    lab_close();
}

static void what_waits_is_kept_however_the_actor_has_ended(void)
{
    open_family(ACT_SEAT_KEEP);
    for (int i = 0; i < 3; i++) {
        if (i == 2) { /* before its turn */
            tell(child, TAG_A);
            ck_assert_int_eq(act_system_exit(lab.system, child,
                                             act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                             ACT_OK);
        } else {
            lab_tell_to(child, i == 0 ? panics : exits_normally);
            tell(child, TAG_A);
        }
        lab_run();
        ck_assert_int_eq(find_seat(), ACT_OK);
        take_seat();
        lab_only(child, TAG_A);
    }
    lab_close();
}

static void writes_to_itself(act_self *self)
{
    act_ref timer;
    act_tell_value(self, act_self_pid(self), TAG_A, act_nothing());
    ck_assert_int_eq(
        act_tell_value_after(self, &timer, act_self_pid(self), TAG_B, act_nothing(), 10), ACT_OK);
    ck_assert_int_eq(
        act_tell_value_after(self, &timer, act_self_pid(self), TAG_D, act_nothing(), 30), ACT_OK);
}

/* The next makes plans of its own: with those of the one before it would have two of each. */
static void what_an_actor_has_sent_to_itself_dies_with_it(void)
{
    open_family(kit_round() % 2 == 0 ? ACT_SEAT_KEEP : ACT_SEAT_REDELIVER);
    lab_tell_to(child, writes_to_itself);
    lab_tell_to(child, exits_with_an_error);
    tell(child, TAG_C);
    lab_run();
    ck_assert_int_eq(find_seat(), ACT_OK);
    take_seat();
    lab_advance(100);
    lab_only(child, TAG_C);
    ck_assert_int_eq(lab_count(child, TAG_A) + lab_count(child, TAG_B) + lab_count(child, TAG_D),
                     0);
    lab_close();
}

/* Two messages at the same moment: the first ends it. */
static void arms_its_end(act_self *self)
{
    act_message *message;
    act_ref      timer;
    deed         what = kit_round() % 2 == 0 ? panics : exits_with_an_error;
    ck_assert_int_eq(act_message_create(&message, TAG_DO, sizeof what), ACT_OK);
    memcpy(message->as.bytes, &what, sizeof what);
    ck_assert_int_eq(act_send_after(self, &timer, act_self_pid(self), &message, 10), ACT_OK);
    ck_assert_int_eq(
        act_tell_value_after(self, &timer, act_self_pid(self), TAG_B, act_nothing(), 10), ACT_OK);
}

static void a_timers_message_that_waits_dies_with_its_actor(void)
{
    open_family(ACT_SEAT_REDELIVER);
    lab_let(child, arms_its_end);
    lab_advance(10);
    ck_assert_int_eq(find_seat(), ACT_OK);
    ck_assert_int_eq(lab_letters(ACT_NO_ACTOR), 1);
    ck_assert_int_eq(lab_letters(ACT_PANICKED), kit_round() % 2 == 0); /* not tried again either */
    take_seat();
    lab_advance(100);
    ck_assert_int_eq(lab_count(child, TAG_B), 0);
    ck_assert(lab_lives(child));
    lab_close();
}

static void a_seat_to_drop_in_keeps_only_what_comes_meanwhile(void)
{
    open_family(ACT_SEAT_DROP);
    lab_tell_to(child, exits_with_an_error);
    tell(child, TAG_A);
    lab_run();
    ck_assert_int_eq(lab_letters(ACT_NO_ACTOR), 1);
    ck_assert_int_eq(find_seat(), ACT_OK);
    tell(seat, TAG_B);
    take_seat();
    ck_assert_int_eq(lab_count(child, TAG_A), 0);
    lab_only(child, TAG_B);
    lab_close();
}

static void an_actor_without_a_seat_leaves_none(void)
{
    open_family(ACT_SEAT_NONE);
    ck_assert_int_eq(find_seat(), ACT_EXISTS);
    lab_tell_to(child, exits_with_an_error);
    tell(child, TAG_A);
    lab_run();
    ck_assert_int_eq(find_seat(), ACT_NO_ACTOR);
    ck_assert_int_eq(lab_letters(ACT_NO_ACTOR), 1);
    ck_assert(!name_leads_to(child));
    lab_close();
}

static void asks_for_it(act_self *self)
{
    act_message *message;
    ck_assert_int_eq(act_message_create_value(&message, TAG_A, act_nothing()), ACT_OK);
    ck_assert_int_eq(act_ask(self, &lab_ref, lab_other, &message, ACT_FOREVER), ACT_OK);
}

static void an_ask_that_waited_is_answered_with_the_end(void)
{
    open_family(ACT_SEAT_KEEP);
    lab_other = child;
    lab_tell_to(child, exits_with_an_error);
    lab_tell_to(other, asks_for_it);
    lab_run(); /* in some orders the ask comes too late */
    ck_assert_int_eq(find_seat(), ACT_OK);
    lab_only(other, ACT_MESSAGE_DOWN);
    ck_assert_int_eq(lab.letters_count, 1);
    take_seat();
    ck_assert_int_eq(lab_count(child, TAG_A), 0);
    lab_close();
}

/* ------------------------------------------------------------------------------------- the name */

static void a_name_stays_with_the_seat(void)
{
    open_family(ACT_SEAT_KEEP);
    ck_assert(name_leads_to(child));
    end_child(exits_with_an_error);
    ck_assert(name_leads_to(seat));
    take_seat();
    ck_assert(name_leads_to(child));
    end_child(panics);
    ck_assert(name_leads_to(seat));
    lab_close();
}

static act_result registered;

static void registers_eve(act_self *self)
{
    registered = act_register(self, "eve");
}

static void a_name_that_was_registered_does_not_stay(void)
{
    act_pid found;
    open_family(ACT_SEAT_KEEP);
    lab_let(child, registers_eve);
    end_child(exits_with_an_error);
    ck_assert_int_eq(act_whereis(lab.system, &found, "eve"), ACT_NOT_FOUND);
    ck_assert(name_leads_to(seat));
    lab_close();
}

static void unregisters_ada(act_self *self)
{
    ck_assert_int_eq(act_unregister(self, "ada"), ACT_OK);
}

static void a_name_that_was_given_up_is_taken_anew(void)
{
    act_pid found;
    open_family(ACT_SEAT_KEEP);
    lab_let(child, unregisters_ada);
    end_child(exits_with_an_error);
    ck_assert_int_eq(act_whereis(lab.system, &found, "ada"), ACT_NOT_FOUND);
    take_seat();
    ck_assert(name_leads_to(child));
    lab_close();
}

static act_result sent;

static void sends_to_ada(act_self *self)
{
    act_message *message;
    ck_assert_int_eq(act_message_create_value(&message, TAG_C, act_nothing()), ACT_OK);
    sent = act_send_name(self, "ada", &message);
    ck_assert((message == NULL) == (sent == ACT_OK));
    act_message_free(&message);
}

static void a_send_to_the_name_reaches_who_has_it_then(void)
{
    open_family(ACT_SEAT_KEEP);
    lab_let(other, sends_to_ada);
    lab_only(child, TAG_C);
    end_child(exits_with_an_error);
    lab_let(other, sends_to_ada);
    ck_assert_int_eq(sent, ACT_OK);
    take_seat();
    lab_only(child, TAG_C);
    act_seat_leave(lab.system, child);
    lab_let(child, exits_normally);
    lab_let(other, sends_to_ada);
    ck_assert_int_eq(sent, ACT_NOT_FOUND);
    lab_close();
}

/* ------------------------------------------------------------------------------ who asks a seat */

static void answers(act_self *self)
{
    act_answer_value(self, lab_message, TAG_B, act_int64(5));
}

static void asks_to_answer(act_self *self)
{
    const deed   what = answers;
    act_message *message;
    ck_assert_int_eq(act_message_create(&message, TAG_DO, sizeof what), ACT_OK);
    memcpy(message->as.bytes, &what, sizeof what);
    ck_assert_int_eq(act_ask(self, &lab_ref, lab_other, &message, ACT_FOREVER), ACT_OK);
}

static void an_ask_to_a_seat_is_answered_by_who_takes_it(void)
{
    open_family(ACT_SEAT_DROP);
    end_child(panics);
    lab_let_about(other, asks_to_answer, seat);
    ck_assert_int_eq(lab_count(other, TAG_B), 0);
    take_seat();
    ck_assert_int_eq(lab_only(other, TAG_B)->value, 5);
    lab_close();
}

static void a_monitor_of_a_seat_is_one_of_who_takes_it(void)
{
    open_family(ACT_SEAT_KEEP);
    end_child(exits_with_an_error);
    lab_let_about(other, monitors, seat);
    lab_let_about(other, links, seat);
    take_seat();
    ck_assert_int_eq(lab_count(other, ACT_MESSAGE_DOWN), 0);
    lab_let(other, traps);
    lab_let(child, panics);
    ck_assert_int_eq(lab_only(other, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_PANIC);
    ck_assert_int_eq(lab_only(other, ACT_MESSAGE_EXIT)->kind, ACT_EXIT_PANIC);
    lab_close();
}

static void a_monitor_of_who_has_left_is_answered_at_once(void)
{
    open_family(ACT_SEAT_KEEP);
    end_child(exits_with_an_error);
    lab_let_about(other, monitors, child);
    ck_assert_int_eq(lab_only(other, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_NO_ACTOR);
    lab_close();
}

static void the_parent_hears_of_each_end(void)
{
    open_family(ACT_SEAT_KEEP);
    for (int i = 1; i <= 3; i++) {
        end_child(exits_with_an_error);
        ck_assert_int_eq(lab_count(parent, ACT_MESSAGE_EXIT), i);
        take_seat();
    }
    lab_close();
}

static void an_exit_signal_to_a_seat_does_nothing(void)
{
    open_family(ACT_SEAT_KEEP);
    end_child(exits_with_an_error);
    ck_assert_int_eq(
        act_system_exit(lab.system, seat, act_exit_reason_make(ACT_EXIT_ERROR, 1, "why")), ACT_OK);
    lab_let_about(other, links, seat);
    lab_let(other, exits_with_an_error);
    take_seat();
    ck_assert(lab_lives(child));
    lab_close();
}

static void a_seat_that_was_killed_ends_who_takes_it(void)
{
    open_family(ACT_SEAT_KEEP);
    end_child(exits_with_an_error);
    ck_assert_int_eq(
        act_system_exit(lab.system, seat, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)), ACT_OK);
    lab_run();
    take_seat();
    lab_run();
    ck_assert_int_eq(find_seat(), ACT_OK);
    lab_close();
}

/* ------------------------------------------------------------------------------------ the bound */

static void the_bound_holds_in_a_seat(void)
{
    act_message *message;
    lab_open();
    options = *ACT_SPAWN_OPTIONS(.name = "ada", .seat = ACT_SEAT_KEEP, .inbox_max = 3);
    parent = lab_spawn();
    lab_let(parent, traps);
    lab_let(parent, spawns_child);
    lab_tell_to(child, exits_with_an_error);
    tell(child, TAG_A); /* waits */
    lab_run();
    ck_assert_int_eq(find_seat(), ACT_OK);
    tell(seat, TAG_B);
    tell(seat, TAG_C);
    ck_assert_int_eq(act_message_create_value(&message, TAG_D, act_nothing()), ACT_OK);
    ck_assert_int_eq(act_system_send(lab.system, seat, &message), ACT_FULL);
    take_seat();
    ck_assert(hears_in_order(child, TAG_A, TAG_C));
    ck_assert_int_eq(act_system_send(lab.system, child, &message), ACT_OK);
    lab_run();
    lab_only(child, TAG_D);
    lab_close();
}

static int flood_left;

static void floods(act_self *self)
{
    for (int i = 0; i < 20; i++)
        act_tell_value(self, lab_other, TAG_A, act_nothing());
    if (flood_left-- > 0)
        lab_tell_to(act_self_pid(self), floods);
}

/*
 * A sender that was held back by one that ends goes on: with the next one, or when there will be
 * none.
 */
static void check_flood(bool is_taken)
{
    lab_open_with(LAB_OPTIONS(.stop_timeout = 0, .backlog_max = 10, .batch_max = 1));
    options = *ACT_SPAWN_OPTIONS(.seat = ACT_SEAT_KEEP);
    parent = lab_spawn();
    other = lab_spawn();
    lab_let(parent, traps);
    lab_let(parent, spawns_child);
    end_child(panics);
    lab_other = seat;
    flood_left = 99;
    lab_let(other, floods);
    ck_assert_int_gt(flood_left, 0); /* held */
    if (is_taken) {
        take_seat();
        ck_assert_int_eq(lab_count(child, TAG_A), 2000);
    } else {
        act_seat_leave(lab.system, seat);
        lab_run();
        ck_assert_int_eq(lab_letters(ACT_NO_ACTOR), 2000);
    }
    ck_assert_int_eq(flood_left, -1);
    lab_close();
}

static void who_floods_a_seat_waits_for_who_takes_it(void)
{
    check_flood(true);
}

static void who_floods_a_seat_that_is_given_up_goes_on(void)
{
    check_flood(false);
}

/* ------------------------------------------------------------------------------------- given up */

static void a_seat_that_is_given_up_makes_dead_letters(void)
{
    act_pid found;
    open_family(ACT_SEAT_KEEP);
    lab_tell_to(child, exits_with_an_error);
    tell(child, TAG_A);
    lab_run();
    ck_assert_int_eq(find_seat(), ACT_OK);
    tell(seat, TAG_B);
    lab_let_about(other, asks_for_it, seat);
    act_seat_leave(lab.system, seat);
    ck_assert_int_eq(act_whereis(lab.system, &found, "ada"), ACT_NOT_FOUND); /* at once */
    lab_run();
    ck_assert_int_eq(lab_letters(ACT_NO_ACTOR), 3);
    ck_assert_int_eq(lab_only(other, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_NO_ACTOR);
    ck_assert_int_eq(find_seat(), ACT_NO_ACTOR);
    ck_assert(!lab_lives(seat));
    options.takes_seat = seat;
    lab_let(parent, spawns_child);
    ck_assert_int_eq(spawned, ACT_NO_ACTOR);
    lab_close();
}

static void gives_up_the_childs_seat(void *nothing)
{
    (void)nothing;
    ck_assert_int_eq(find_seat(), ACT_EXISTS); /* not yet */
    act_seat_leave(lab.system, child);
}

static void a_seat_can_be_given_up_while_it_is_made(void)
{
    static int resource;
    open_family(ACT_SEAT_DROP);
    lab_tell_to(child, exits_with_an_error);
    act_system_tell_value(lab.system, child, TAG_A,
                          act_resource_value(&resource, gives_up_the_childs_seat));
    tell(child, TAG_B); /* the last one is released later */
    lab_run();
    ck_assert_int_eq(lab_letters(ACT_NO_ACTOR), 2);
    ck_assert_int_eq(find_seat(), ACT_NO_ACTOR);
    lab_close();
}

static void an_actor_can_be_told_to_leave_no_seat(void)
{
    open_family(ACT_SEAT_KEEP);
    act_seat_leave(lab.system, child);
    ck_assert_int_eq(find_seat(), ACT_EXISTS);
    tell(child, TAG_B); /* a turn in between */
    lab_run();
    lab_tell_to(child, exits_with_an_error);
    tell(child, TAG_A);
    lab_run();
    ck_assert_int_eq(find_seat(), ACT_NO_ACTOR);
    ck_assert_int_eq(lab_letters(ACT_NO_ACTOR), 1);
    lab_close();
}

static void a_seat_is_taken_once(void)
{
    open_family(ACT_SEAT_KEEP);
    end_child(exits_with_an_error);
    act_pid before = child;
    take_seat();
    ck_assert_int_eq(act_seat_of(lab.system, before, &seat), ACT_NO_ACTOR);
    lab_let(parent, spawns_child);
    ck_assert_int_eq(spawned, ACT_NO_ACTOR);
    act_seat_leave(lab.system, before); /* nothing happens */
    end_child(panics);
    lab_close();
}

static void a_seat_that_nobody_takes_ends_with_the_system(void)
{
    open_family(ACT_SEAT_KEEP);
    end_child(exits_with_an_error);
    tell(seat, TAG_A);
    lab_run();
    lab_let_about(other, monitors, seat);
    act_counters counters = lab_counters();
    ck_assert_uint_eq(counters.sent, counters.received + 1);
    act_simulation_destroy(&lab.simulation);
    ck_assert_uint_eq(act__pool_outstanding(), lab.outstanding);
    ck_assert_int_eq(lab_letters(ACT_NO_ACTOR), 1);
}

static void odd_pids_have_no_seat(void)
{
    act_pid pids[] = {{0, 0}, {7, 1}, {0, UINT64_MAX}, {0, 1u << 27}, {0, 1u << 28}};
    open_family(ACT_SEAT_KEEP);
    for (size_t i = 0; i < sizeof pids / sizeof pids[0]; i++) {
        ck_assert_int_eq(act_seat_of(lab.system, pids[i], &seat), ACT_NO_ACTOR);
        act_seat_leave(lab.system, pids[i]);
    }
    lab_close();
}

static void an_odd_seat_is_refused(void)
{
    open_family(ACT_SEAT_KEEP);
    act_spawn_options odd[] = {
        *ACT_SPAWN_OPTIONS(.seat = (act_seat)4),
        *ACT_SPAWN_OPTIONS(.seat = (act_seat)-1),
        *ACT_SPAWN_OPTIONS(.seat = ACT_SEAT_REDELIVER),
        *ACT_SPAWN_OPTIONS(.seat = ACT_SEAT_KEEP, .redeliver_max = 1),
        *ACT_SPAWN_OPTIONS(.seat = ACT_SEAT_REDELIVER, .redeliver_max = ACT_REDELIVER_MAX + 1),
    };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        options = odd[i];
        lab_let(parent, spawns_child);
        ck_assert_int_eq(spawned, ACT_INVALID);
    }
    lab_close();
}

/* ----------------------------------------------------------- the message whose handler panicked */

static void the_message_that_failed_is_a_dead_letter(void)
{
    open_family(ACT_SEAT_KEEP);
    end_child(panics);
    ck_assert_int_eq(lab_letters(ACT_PANICKED), 1);
    ck_assert_int_eq(lab.letters[0].tag, TAG_DO);
    ck_assert(act_pid_equal(lab.letters[0].to, child));
    take_seat();
    ck_assert(lab_lives(child));
    lab_close();
}

static void it_is_redelivered_so_often_and_comes_first(void)
{
    open_family(ACT_SEAT_REDELIVER); /* twice */
    lab_tell_to(child, panics);
    tell(child, TAG_A);
    for (int tries = 1; tries <= 3; tries++) {
        lab_run();
        ck_assert_int_eq(lab_letters(ACT_PANICKED), tries == 3);
        ck_assert_int_eq(find_seat(), ACT_OK);
        options.takes_seat = seat;
        lab_let(parent, spawns_child);
    }
    lab_only(child, TAG_A);
    lab_close();
}

static int failures;

static void panics_first(act_self *self)
{
    if (failures-- > 0)
        act_panic(self, "%d more", failures);
    note_down(self, TAG_C);
}

static void each_message_has_its_own_tries(void)
{
    open_family(ACT_SEAT_REDELIVER);
    for (int i = 0; i < 3; i++) {
        failures = 2;
        lab_tell_to(child, panics_first);
        for (int tries = 0; tries < 2; tries++) {
            lab_run();
            ck_assert_int_eq(find_seat(), ACT_OK);
            take_seat();
        }
        lab_only(child, TAG_C);
    }
    ck_assert_int_eq(lab.letters_count, 0);
    lab_close();
}

static void takes_and_panics(act_self *self)
{
    __attribute__((cleanup(act_message_free))) act_message *message = act_take(self);
    act_panic(self, "with %u", (unsigned)message->tag);
}

static void one_that_was_taken_is_not_redelivered(void)
{
    open_family(ACT_SEAT_REDELIVER);
    end_child(takes_and_panics);
    take_seat();
    ck_assert(lab_lives(child));
    ck_assert_int_eq(lab.letters_count, 0);
    lab_close();
}

static void one_that_fails_waits_through_a_failing_init(void)
{
    const deed exits_in_init = exits_with_an_error;
    open_family(ACT_SEAT_REDELIVER);
    failures = 1;
    lab_tell_to(child, panics_first);
    tell(child, TAG_A);
    lab_run();
    ck_assert_int_eq(find_seat(), ACT_OK);
    options.takes_seat = seat;
    ck_assert_int_eq(act_system_spawn(lab.system, &child, &puppet, &exits_in_init, &options),
                     ACT_OK);
    lab_run();
    ck_assert_int_eq(find_seat(), ACT_OK);
    take_seat();
    ck_assert(hears_in_order(child, TAG_C, TAG_A));
    lab_close();
}

/* ----------------------------------------------------------------------------- what a DOWN says */

static void a_monitor_is_told_whether_what_waited_is_kept(void)
{
    static const struct {
        act_seat seat;
        act_fate fate;
    } table[] = {{ACT_SEAT_NONE, ACT_FATE_DROPPED},
                 {ACT_SEAT_DROP, ACT_FATE_DROPPED},
                 {ACT_SEAT_KEEP, ACT_FATE_KEPT},
                 {ACT_SEAT_REDELIVER, ACT_FATE_KEPT}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        open_family(table[i].seat);
        lab_let_about(other, monitors, child);
        lab_tell_to(child, exits_with_an_error);
        tell(child, TAG_A);
        lab_run();
        ck_assert_int_eq(lab_only(other, ACT_MESSAGE_DOWN)->fate, table[i].fate);
        lab_let_about(other, monitors, child); /* too late to know */
        ck_assert_int_eq(lab_nth(other, ACT_MESSAGE_DOWN, 1)->fate, ACT_FATE_KEPT);
        act_seat_leave(lab.system, child);
        lab_close();
    }
}

static void an_actor_that_was_told_to_leave_no_seat_keeps_nothing(void)
{
    open_family(ACT_SEAT_KEEP);
    lab_let_about(other, monitors, child);
    act_seat_leave(lab.system, child);
    lab_let(child, exits_with_an_error);
    ck_assert_int_eq(lab_only(other, ACT_MESSAGE_DOWN)->fate, ACT_FATE_DROPPED);
    lab_close();
}

static void asks_child(act_self *self)
{
    ck_assert_int_eq(act_ask_value(self, &lab_ref, child, TAG_A, act_nothing(), ACT_FOREVER),
                     ACT_OK);
}

/* An ask is not handed on, so its DOWN is the last word. */
static void an_ask_that_waited_is_told_that_it_was_not_begun(void)
{
    open_family(ACT_SEAT_KEEP);
    lab_tell_to(child, exits_with_an_error);
    lab_tell_to(other, asks_child);
    lab_run();
    const struct note *down = lab_only(other, ACT_MESSAGE_DOWN);
    ck_assert_int_eq(down->fate, lab_count(child, TAG_A) == 1 ? ACT_FATE_BEGUN : ACT_FATE_UNBEGUN);
    act_pid before = child;
    int     heard = lab_count(before, TAG_A);
    ck_assert_int_eq(find_seat(), ACT_OK);
    take_seat();
    ck_assert_int_eq(lab_count(child, TAG_A) + lab_count(before, TAG_A), heard);
    lab_close();
}

static void an_ask_to_a_seat_that_is_given_up_was_not_begun(void)
{
    open_family(ACT_SEAT_KEEP);
    end_child(exits_with_an_error);
    child = seat;
    lab_let(other, asks_child);
    act_seat_leave(lab.system, seat);
    lab_run();
    ck_assert_int_eq(lab_only(other, ACT_MESSAGE_DOWN)->fate, ACT_FATE_UNBEGUN);
    lab_close();
}

const struct kit_fact kit_facts[] = {
    LAB_FACT(a_monitor_is_told_whether_what_waited_is_kept),
    LAB_FACT(an_actor_that_was_told_to_leave_no_seat_keeps_nothing),
    FACT(an_ask_that_waited_is_told_that_it_was_not_begun, .rounds = 20),
    LAB_FACT(an_ask_to_a_seat_that_is_given_up_was_not_begun),
    LAB_FACT(what_waits_is_for_the_next_in_order),
    LAB_FACT(what_comes_meanwhile_waits_behind_it),
    LAB_FACT(what_waits_is_kept_however_the_actor_has_ended),
    LAB_FACT(what_an_actor_has_sent_to_itself_dies_with_it),
    LAB_FACT(a_timers_message_that_waits_dies_with_its_actor),
    LAB_FACT(a_seat_to_drop_in_keeps_only_what_comes_meanwhile),
    LAB_FACT(an_actor_without_a_seat_leaves_none),
    LAB_FACT(an_ask_that_waited_is_answered_with_the_end),
    LAB_FACT(a_name_stays_with_the_seat),
    LAB_FACT(a_name_that_was_registered_does_not_stay),
    LAB_FACT(a_name_that_was_given_up_is_taken_anew),
    LAB_FACT(a_send_to_the_name_reaches_who_has_it_then),
    LAB_FACT(an_ask_to_a_seat_is_answered_by_who_takes_it),
    LAB_FACT(a_monitor_of_a_seat_is_one_of_who_takes_it),
    LAB_FACT(a_monitor_of_who_has_left_is_answered_at_once),
    LAB_FACT(the_parent_hears_of_each_end),
    LAB_FACT(an_exit_signal_to_a_seat_does_nothing),
    LAB_FACT(a_seat_that_was_killed_ends_who_takes_it),
    LAB_FACT(the_bound_holds_in_a_seat),
    LAB_FACT(who_floods_a_seat_waits_for_who_takes_it),
    LAB_FACT(who_floods_a_seat_that_is_given_up_goes_on),
    LAB_FACT(a_seat_that_is_given_up_makes_dead_letters),
    LAB_FACT(a_seat_can_be_given_up_while_it_is_made),
    LAB_FACT(an_actor_can_be_told_to_leave_no_seat),
    LAB_FACT(a_seat_is_taken_once),
    LAB_FACT(a_seat_that_nobody_takes_ends_with_the_system),
    LAB_FACT(odd_pids_have_no_seat),
    LAB_FACT(an_odd_seat_is_refused),
    LAB_FACT(the_message_that_failed_is_a_dead_letter),
    LAB_FACT(it_is_redelivered_so_often_and_comes_first),
    LAB_FACT(each_message_has_its_own_tries),
    LAB_FACT(one_that_was_taken_is_not_redelivered),
    LAB_FACT(one_that_fails_waits_through_a_failing_init),
    END_OF_FACTS,
};
