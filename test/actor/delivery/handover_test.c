/*
 * Handovers: what an actor leaves to the one that follows it, and what becomes of it if none
 * does.
 */
/* SPDX-License-Identifier: MIT */
#include <test/actor/fixture.h>

static act_pid               parent, other, child, handover;
static act_spawn_options     options;
static act_lifecycle_options lifecycle;
static act_result            spawned;

static void spawns_child(act_self *self)
{
    spawned = act_spawn_link(self, &child, &scripted, NULL, &options);
}

/* A trapping parent with one child that leaves this kind of handover, and a bystander. */
static void open_family(act_handover kind)
{
    fixture_open();
    lifecycle = *ACT_LIFECYCLE_OPTIONS(.handover = kind,
                                       .redeliver_max = kind == ACT_HANDOVER_REDELIVER ? 2 : 0);
    options = *ACT_SPAWN_OPTIONS(.name = "ada", .lifecycle = &lifecycle);
    parent = fixture_spawn();
    other = fixture_spawn();
    fixture_let(parent, traps);
    fixture_let(parent, spawns_child);
    ck_assert_int_eq(spawned, ACT_OK);
}

static void tell(act_pid actor, uint32_t tag)
{
    act_system_tell_value(fixture.system, actor, tag, act_int64(tag));
}

static act_result find_handover(void)
{
    return act_handover_of(fixture.system, child, &handover);
}

/* The child ends so, and has left its handover. */
static void end_child(action how)
{
    fixture_let(child, how);
    ck_assert_int_eq(find_handover(), ACT_OK);
}

static void take_handover(void)
{
    lifecycle.takes_over = handover;
    fixture_let(parent, spawns_child);
    ck_assert_int_eq(spawned, ACT_OK);
    ck_assert(act_pid_equal(child, handover));
}

static bool hears_in_order(act_pid actor, uint32_t first, uint32_t second)
{
    const struct note *a = fixture_only(actor, first), *b = fixture_only(actor, second);
    return a < b;
}

static bool name_leads_to(act_pid actor)
{
    act_pid found;
    return act_whereis(fixture.system, &found, "ada") == ACT_OK && act_pid_equal(found, actor);
}

/* ----------------------------------------------------------------------------------- what waits */

static void what_waits_is_for_the_next_in_order(void)
{
    open_family(ACT_HANDOVER_KEEP);
    fixture_tell_to(child, exits_with_an_error);
    tell(child, TAG_A);
    tell(child, TAG_B);
    fixture_run();
    ck_assert_int_eq(find_handover(), ACT_OK);
    ck_assert(!act_pid_equal(handover, child));
    ck_assert_int_eq(fixture.dead_letters_count, 0);
    act_pid before = child;
    take_handover();
    ck_assert(hears_in_order(child, TAG_A, TAG_B));
    ck_assert_int_eq(fixture_count(before, TAG_A), 0);
    fixture_close();
}

static void what_comes_meanwhile_waits_behind_it(void)
{
    open_family(ACT_HANDOVER_KEEP);
    fixture_tell_to(child, exits_with_an_error);
    tell(child, TAG_A);
    fixture_run();
    ck_assert_int_eq(find_handover(), ACT_OK);
    tell(handover, TAG_B);
    fixture_run();
    take_handover();
    ck_assert(hears_in_order(child, TAG_A, TAG_B));
    fixture_close();
}

static void what_waits_is_kept_however_the_actor_has_ended(void)
{
    open_family(ACT_HANDOVER_KEEP);
    for (int i = 0; i < 3; i++) {
        if (i == 2) { /* before its turn */
            tell(child, TAG_A);
            ck_assert_int_eq(act_system_exit_actor(fixture.system, child,
                                                   act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                             ACT_OK);
        } else {
            fixture_tell_to(child, i == 0 ? panics : exits_normally);
            tell(child, TAG_A);
        }
        fixture_run();
        ck_assert_int_eq(find_handover(), ACT_OK);
        take_handover();
        fixture_only(child, TAG_A);
    }
    fixture_close();
}

static void writes_to_itself(act_self *self)
{
    act_ref timer;
    act_tell_value(self, act_self_pid(self), TAG_A, act_nothing());
    ck_assert_int_eq(
        act_tell_after_value(self, &timer, act_self_pid(self), TAG_B, act_nothing(), 10), ACT_OK);
    ck_assert_int_eq(
        act_tell_after_value(self, &timer, act_self_pid(self), TAG_D, act_nothing(), 30), ACT_OK);
}

/* The next makes plans of its own: with those of the one before it would have two of each. */
static void what_an_actor_has_sent_to_itself_dies_with_it(void)
{
    open_family(kit_round() % 2 == 0 ? ACT_HANDOVER_KEEP : ACT_HANDOVER_REDELIVER);
    fixture_tell_to(child, writes_to_itself);
    fixture_tell_to(child, exits_with_an_error);
    tell(child, TAG_C);
    fixture_run();
    ck_assert_int_eq(find_handover(), ACT_OK);
    take_handover();
    fixture_advance(100);
    fixture_only(child, TAG_C);
    ck_assert_int_eq(
        fixture_count(child, TAG_A) + fixture_count(child, TAG_B) + fixture_count(child, TAG_D), 0);
    fixture_close();
}

/* Two messages at the same moment: the first ends it. */
static void arms_its_end(act_self *self)
{
    act_message *message;
    act_ref      timer;
    action       what = kit_round() % 2 == 0 ? panics : exits_with_an_error;
    ck_assert_int_eq(act_message_create(&message, TAG_DO, sizeof what), ACT_OK);
    memcpy(message->as.bytes, &what, sizeof what);
    ck_assert_int_eq(act_send_after(self, &timer, act_self_pid(self), &message, 10), ACT_OK);
    ck_assert_int_eq(
        act_tell_after_value(self, &timer, act_self_pid(self), TAG_B, act_nothing(), 10), ACT_OK);
}

static void a_timers_message_that_waits_dies_with_its_actor(void)
{
    open_family(ACT_HANDOVER_REDELIVER);
    fixture_let(child, arms_its_end);
    fixture_advance(10);
    ck_assert_int_eq(find_handover(), ACT_OK);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 1);
    ck_assert_int_eq(fixture_dead_letters(ACT_PANICKED),
                     kit_round() % 2 == 0); /* not tried again either */
    take_handover();
    fixture_advance(100);
    ck_assert_int_eq(fixture_count(child, TAG_B), 0);
    ck_assert(fixture_lives(child));
    fixture_close();
}

static void a_handover_to_drop_in_keeps_only_what_comes_meanwhile(void)
{
    open_family(ACT_HANDOVER_DROP);
    fixture_tell_to(child, exits_with_an_error);
    tell(child, TAG_A);
    fixture_run();
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 1);
    ck_assert_int_eq(find_handover(), ACT_OK);
    tell(handover, TAG_B);
    take_handover();
    ck_assert_int_eq(fixture_count(child, TAG_A), 0);
    fixture_only(child, TAG_B);
    fixture_close();
}

static void an_actor_without_a_handover_leaves_none(void)
{
    open_family(ACT_HANDOVER_NONE);
    ck_assert_int_eq(find_handover(), ACT_EXISTS);
    fixture_tell_to(child, exits_with_an_error);
    tell(child, TAG_A);
    fixture_run();
    ck_assert_int_eq(find_handover(), ACT_NO_ACTOR);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 1);
    ck_assert(!name_leads_to(child));
    fixture_close();
}

static void asks_for_it(act_self *self)
{
    act_message *message;
    ck_assert_int_eq(act_message_create_value(&message, TAG_A, act_nothing()), ACT_OK);
    ck_assert_int_eq(act_ask_message(self, &fixture_ref, fixture_other, &message, ACT_FOREVER),
                     ACT_OK);
}

static void an_ask_that_waited_is_answered_with_the_end(void)
{
    open_family(ACT_HANDOVER_KEEP);
    fixture_other = child;
    fixture_tell_to(child, exits_with_an_error);
    fixture_tell_to(other, asks_for_it);
    fixture_run(); /* in some orders the ask comes too late */
    ck_assert_int_eq(find_handover(), ACT_OK);
    fixture_only(other, ACT_MESSAGE_DOWN);
    ck_assert_int_eq(fixture.dead_letters_count, 1);
    take_handover();
    ck_assert_int_eq(fixture_count(child, TAG_A), 0);
    fixture_close();
}

/* ------------------------------------------------------------------------------------- the name */

static void a_name_stays_with_the_handover(void)
{
    open_family(ACT_HANDOVER_KEEP);
    ck_assert(name_leads_to(child));
    end_child(exits_with_an_error);
    ck_assert(name_leads_to(handover));
    take_handover();
    ck_assert(name_leads_to(child));
    end_child(panics);
    ck_assert(name_leads_to(handover));
    fixture_close();
}

static act_result registered;

static void registers_eve(act_self *self)
{
    registered = act_register(self, "eve");
}

static void a_name_that_was_registered_does_not_stay(void)
{
    act_pid found;
    open_family(ACT_HANDOVER_KEEP);
    fixture_let(child, registers_eve);
    end_child(exits_with_an_error);
    ck_assert_int_eq(act_whereis(fixture.system, &found, "eve"), ACT_NOT_FOUND);
    ck_assert(name_leads_to(handover));
    fixture_close();
}

static void unregisters_ada(act_self *self)
{
    ck_assert_int_eq(act_unregister(self, "ada"), ACT_OK);
}

static void a_name_that_was_given_up_is_taken_anew(void)
{
    act_pid found;
    open_family(ACT_HANDOVER_KEEP);
    fixture_let(child, unregisters_ada);
    end_child(exits_with_an_error);
    ck_assert_int_eq(act_whereis(fixture.system, &found, "ada"), ACT_NOT_FOUND);
    take_handover();
    ck_assert(name_leads_to(child));
    fixture_close();
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

static void a_send_to_the_name_reaches_the_actor_that_has_it_then(void)
{
    open_family(ACT_HANDOVER_KEEP);
    fixture_let(other, sends_to_ada);
    fixture_only(child, TAG_C);
    end_child(exits_with_an_error);
    fixture_let(other, sends_to_ada);
    ck_assert_int_eq(sent, ACT_OK);
    take_handover();
    fixture_only(child, TAG_C);
    act_handover_abandon(fixture.system, child);
    fixture_let(child, exits_normally);
    fixture_let(other, sends_to_ada);
    ck_assert_int_eq(sent, ACT_NOT_FOUND);
    fixture_close();
}

/* -------------------------------------------------------------------------- asks of a handover */

static void answers(act_self *self)
{
    act_answer_value(self, fixture_message, TAG_B, act_int64(5));
}

static void asks_to_answer(act_self *self)
{
    const action what = answers;
    act_message *message;
    ck_assert_int_eq(act_message_create(&message, TAG_DO, sizeof what), ACT_OK);
    memcpy(message->as.bytes, &what, sizeof what);
    ck_assert_int_eq(act_ask_message(self, &fixture_ref, fixture_other, &message, ACT_FOREVER),
                     ACT_OK);
}

static void an_ask_to_a_handover_is_answered_by_the_actor_that_takes_it(void)
{
    open_family(ACT_HANDOVER_DROP);
    end_child(panics);
    fixture_let_about(other, asks_to_answer, handover);
    ck_assert_int_eq(fixture_count(other, TAG_B), 0);
    take_handover();
    ck_assert_int_eq(fixture_only(other, TAG_B)->value, 5);
    fixture_close();
}

static void a_monitor_of_a_handover_is_one_of_the_actor_that_takes_it(void)
{
    open_family(ACT_HANDOVER_KEEP);
    end_child(exits_with_an_error);
    fixture_let_about(other, monitors, handover);
    fixture_let_about(other, links, handover);
    take_handover();
    ck_assert_int_eq(fixture_count(other, ACT_MESSAGE_DOWN), 0);
    fixture_let(other, traps);
    fixture_let(child, panics);
    ck_assert_int_eq(fixture_only(other, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_PANIC);
    ck_assert_int_eq(fixture_only(other, ACT_MESSAGE_EXIT)->kind, ACT_EXIT_PANIC);
    fixture_close();
}

static void a_monitor_of_an_actor_that_has_left_is_answered_at_once(void)
{
    open_family(ACT_HANDOVER_KEEP);
    end_child(exits_with_an_error);
    fixture_let_about(other, monitors, child);
    ck_assert_int_eq(fixture_only(other, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_NO_ACTOR);
    fixture_close();
}

static void the_parent_hears_of_each_end(void)
{
    open_family(ACT_HANDOVER_KEEP);
    for (int i = 1; i <= 3; i++) {
        end_child(exits_with_an_error);
        ck_assert_int_eq(fixture_count(parent, ACT_MESSAGE_EXIT), i);
        take_handover();
    }
    fixture_close();
}

static void an_exit_signal_to_a_handover_does_nothing(void)
{
    open_family(ACT_HANDOVER_KEEP);
    end_child(exits_with_an_error);
    ck_assert_int_eq(act_system_exit_actor(fixture.system, handover,
                                           act_exit_reason_make(ACT_EXIT_ERROR, 1, "why")),
                     ACT_OK);
    fixture_let_about(other, links, handover);
    fixture_let(other, exits_with_an_error);
    take_handover();
    ck_assert(fixture_lives(child));
    fixture_close();
}

static void a_handover_that_was_killed_ends_the_actor_that_takes_it(void)
{
    open_family(ACT_HANDOVER_KEEP);
    end_child(exits_with_an_error);
    ck_assert_int_eq(act_system_exit_actor(fixture.system, handover,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    fixture_run();
    take_handover();
    fixture_run();
    ck_assert_int_eq(find_handover(), ACT_OK);
    fixture_close();
}

/* ------------------------------------------------------------------------------------ the bound */

static void the_bound_holds_in_a_handover(void)
{
    act_message *message;
    fixture_open();
    lifecycle = *ACT_LIFECYCLE_OPTIONS(.handover = ACT_HANDOVER_KEEP);
    options = *ACT_SPAWN_OPTIONS(.name = "ada", .inbox_max = 3, .lifecycle = &lifecycle);
    parent = fixture_spawn();
    fixture_let(parent, traps);
    fixture_let(parent, spawns_child);
    fixture_tell_to(child, exits_with_an_error);
    tell(child, TAG_A); /* waits */
    fixture_run();
    ck_assert_int_eq(find_handover(), ACT_OK);
    tell(handover, TAG_B);
    tell(handover, TAG_C);
    ck_assert_int_eq(act_message_create_value(&message, TAG_D, act_nothing()), ACT_OK);
    ck_assert_int_eq(act_system_send(fixture.system, handover, &message), ACT_FULL);
    take_handover();
    ck_assert(hears_in_order(child, TAG_A, TAG_C));
    ck_assert_int_eq(act_system_send(fixture.system, child, &message), ACT_OK);
    fixture_run();
    fixture_only(child, TAG_D);
    fixture_close();
}

static int flood_left;

static void floods(act_self *self)
{
    for (int i = 0; i < 20; i++)
        act_tell_value(self, fixture_other, TAG_A, act_nothing());
    if (flood_left-- > 0)
        fixture_tell_to(act_self_pid(self), floods);
}

/*
 * A sender that was muted by one that ends goes on: with the next one, or when there will be
 * none.
 */
static void check_flood(bool is_taken)
{
    fixture_open_with(FIXTURE_OPTIONS(.stop_timeout = 0, .backlog_max = 10, .batch_max = 1));
    lifecycle = *ACT_LIFECYCLE_OPTIONS(.handover = ACT_HANDOVER_KEEP);
    options = *ACT_SPAWN_OPTIONS(.lifecycle = &lifecycle);
    parent = fixture_spawn();
    other = fixture_spawn();
    fixture_let(parent, traps);
    fixture_let(parent, spawns_child);
    end_child(panics);
    fixture_other = handover;
    flood_left = 99;
    fixture_let(other, floods);
    ck_assert_int_gt(flood_left, 0); /* muted */
    if (is_taken) {
        take_handover();
        ck_assert_int_eq(fixture_count(child, TAG_A), 2000);
    } else {
        act_handover_abandon(fixture.system, handover);
        fixture_run();
        ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 2000);
    }
    ck_assert_int_eq(flood_left, -1);
    fixture_close();
}

static void a_sender_that_floods_a_handover_waits_until_it_is_taken(void)
{
    check_flood(true);
}

static void a_sender_that_floods_a_handover_that_is_abandoned_goes_on(void)
{
    check_flood(false);
}

/* ------------------------------------------------------------------------------------- given up */

static void a_handover_that_is_abandoned_makes_dead_letters(void)
{
    act_pid found;
    open_family(ACT_HANDOVER_KEEP);
    fixture_tell_to(child, exits_with_an_error);
    tell(child, TAG_A);
    fixture_run();
    ck_assert_int_eq(find_handover(), ACT_OK);
    tell(handover, TAG_B);
    fixture_let_about(other, asks_for_it, handover);
    act_handover_abandon(fixture.system, handover);
    ck_assert_int_eq(act_whereis(fixture.system, &found, "ada"), ACT_NOT_FOUND); /* at once */
    fixture_run();
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 3);
    ck_assert_int_eq(fixture_only(other, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_NO_ACTOR);
    ck_assert_int_eq(find_handover(), ACT_NO_ACTOR);
    ck_assert(!fixture_lives(handover));
    lifecycle.takes_over = handover;
    fixture_let(parent, spawns_child);
    ck_assert_int_eq(spawned, ACT_NO_ACTOR);
    fixture_close();
}

static void abandons_the_childs_handover(void *nothing)
{
    (void)nothing;
    ck_assert_int_eq(find_handover(), ACT_EXISTS); /* not yet */
    act_handover_abandon(fixture.system, child);
}

static void a_handover_can_be_abandoned_while_it_is_made(void)
{
    static int resource;
    open_family(ACT_HANDOVER_DROP);
    fixture_tell_to(child, exits_with_an_error);
    act_system_tell_value(fixture.system, child, TAG_A,
                          act_resource_value(&resource, abandons_the_childs_handover));
    tell(child, TAG_B); /* the last one is released later */
    fixture_run();
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 2);
    ck_assert_int_eq(find_handover(), ACT_NO_ACTOR);
    fixture_close();
}

static void an_actor_can_be_told_to_leave_no_handover(void)
{
    open_family(ACT_HANDOVER_KEEP);
    act_handover_abandon(fixture.system, child);
    ck_assert_int_eq(find_handover(), ACT_EXISTS);
    tell(child, TAG_B); /* a turn in between */
    fixture_run();
    fixture_tell_to(child, exits_with_an_error);
    tell(child, TAG_A);
    fixture_run();
    ck_assert_int_eq(find_handover(), ACT_NO_ACTOR);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 1);
    fixture_close();
}

static void a_handover_is_taken_once(void)
{
    open_family(ACT_HANDOVER_KEEP);
    end_child(exits_with_an_error);
    act_pid before = child;
    take_handover();
    ck_assert_int_eq(act_handover_of(fixture.system, before, &handover), ACT_NO_ACTOR);
    fixture_let(parent, spawns_child);
    ck_assert_int_eq(spawned, ACT_NO_ACTOR);
    act_handover_abandon(fixture.system, before); /* nothing happens */
    end_child(panics);
    fixture_close();
}

static void a_handover_that_is_not_taken_ends_with_the_system(void)
{
    open_family(ACT_HANDOVER_KEEP);
    end_child(exits_with_an_error);
    tell(handover, TAG_A);
    fixture_run();
    fixture_let_about(other, monitors, handover);
    act_counters counters = fixture_counters();
    ck_assert_uint_eq(counters.sent, counters.received + 1);
    act_simulation_destroy(&fixture.simulation);
    ck_assert_uint_eq(act__pool_outstanding(), fixture.outstanding);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 1);
}

static void odd_pids_have_no_handover(void)
{
    act_pid pids[] = {{0, 0}, {7, 1}, {0, UINT64_MAX}, {0, 1u << 27}, {0, 1u << 28}};
    open_family(ACT_HANDOVER_KEEP);
    for (size_t i = 0; i < sizeof pids / sizeof pids[0]; i++) {
        ck_assert_int_eq(act_handover_of(fixture.system, pids[i], &handover), ACT_NO_ACTOR);
        act_handover_abandon(fixture.system, pids[i]);
    }
    fixture_close();
}

static void an_odd_handover_is_refused(void)
{
    open_family(ACT_HANDOVER_KEEP);
    const act_lifecycle_options odd[] = {
        *ACT_LIFECYCLE_OPTIONS(.handover = (act_handover)4),
        *ACT_LIFECYCLE_OPTIONS(.handover = (act_handover)-1),
        *ACT_LIFECYCLE_OPTIONS(.handover = ACT_HANDOVER_REDELIVER),
        *ACT_LIFECYCLE_OPTIONS(.handover = ACT_HANDOVER_KEEP, .redeliver_max = 1),
        *ACT_LIFECYCLE_OPTIONS(.handover = ACT_HANDOVER_REDELIVER,
                               .redeliver_max = ACT_REDELIVER_MAX + 1),
    };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        lifecycle = odd[i];
        fixture_let(parent, spawns_child);
        ck_assert_int_eq(spawned, ACT_INVALID);
    }
    fixture_close();
}

/* ----------------------------------------------------------- the message whose handler panicked */

static void the_message_that_failed_is_a_dead_letter(void)
{
    open_family(ACT_HANDOVER_KEEP);
    end_child(panics);
    ck_assert_int_eq(fixture_dead_letters(ACT_PANICKED), 1);
    ck_assert_int_eq(fixture.dead_letters[0].tag, TAG_DO);
    ck_assert(act_pid_equal(fixture.dead_letters[0].to, child));
    take_handover();
    ck_assert(fixture_lives(child));
    fixture_close();
}

static void it_is_redelivered_so_often_and_comes_first(void)
{
    open_family(ACT_HANDOVER_REDELIVER); /* twice */
    fixture_tell_to(child, panics);
    tell(child, TAG_A);
    for (int tries = 1; tries <= 3; tries++) {
        fixture_run();
        ck_assert_int_eq(fixture_dead_letters(ACT_PANICKED), tries == 3);
        ck_assert_int_eq(find_handover(), ACT_OK);
        lifecycle.takes_over = handover;
        fixture_let(parent, spawns_child);
    }
    fixture_only(child, TAG_A);
    fixture_close();
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
    open_family(ACT_HANDOVER_REDELIVER);
    for (int i = 0; i < 3; i++) {
        failures = 2;
        fixture_tell_to(child, panics_first);
        for (int tries = 0; tries < 2; tries++) {
            fixture_run();
            ck_assert_int_eq(find_handover(), ACT_OK);
            take_handover();
        }
        fixture_only(child, TAG_C);
    }
    ck_assert_int_eq(fixture.dead_letters_count, 0);
    fixture_close();
}

static void takes_and_panics(act_self *self)
{
    __attribute__((cleanup(act_message_free))) act_message *message = act_take(self);
    act_panic(self, "with %u", (unsigned)message->tag);
}

static void one_that_was_taken_is_not_redelivered(void)
{
    open_family(ACT_HANDOVER_REDELIVER);
    end_child(takes_and_panics);
    take_handover();
    ck_assert(fixture_lives(child));
    ck_assert_int_eq(fixture.dead_letters_count, 0);
    fixture_close();
}

static void one_that_fails_waits_through_a_failing_init(void)
{
    const action exits_in_init = exits_with_an_error;
    open_family(ACT_HANDOVER_REDELIVER);
    failures = 1;
    fixture_tell_to(child, panics_first);
    tell(child, TAG_A);
    fixture_run();
    ck_assert_int_eq(find_handover(), ACT_OK);
    lifecycle.takes_over = handover;
    ck_assert_int_eq(act_system_spawn(fixture.system, &child, &scripted, &exits_in_init, &options),
                     ACT_OK);
    fixture_run();
    ck_assert_int_eq(find_handover(), ACT_OK);
    take_handover();
    ck_assert(hears_in_order(child, TAG_C, TAG_A));
    fixture_close();
}

/* ----------------------------------------------------------------------------- what a DOWN says */

static void a_monitor_is_told_whether_what_waited_is_kept(void)
{
    static const struct {
        act_handover handover;
        act_fate     fate;
    } table[] = {{ACT_HANDOVER_NONE, ACT_FATE_DROPPED},
                 {ACT_HANDOVER_DROP, ACT_FATE_DROPPED},
                 {ACT_HANDOVER_KEEP, ACT_FATE_KEPT},
                 {ACT_HANDOVER_REDELIVER, ACT_FATE_KEPT}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        open_family(table[i].handover);
        fixture_let_about(other, monitors, child);
        fixture_tell_to(child, exits_with_an_error);
        tell(child, TAG_A);
        fixture_run();
        ck_assert_int_eq(fixture_only(other, ACT_MESSAGE_DOWN)->fate, table[i].fate);
        fixture_let_about(other, monitors, child); /* too late to know */
        ck_assert_int_eq(fixture_nth(other, ACT_MESSAGE_DOWN, 1)->fate, ACT_FATE_KEPT);
        act_handover_abandon(fixture.system, child);
        fixture_close();
    }
}

static void an_actor_that_was_told_to_leave_no_handover_keeps_nothing(void)
{
    open_family(ACT_HANDOVER_KEEP);
    fixture_let_about(other, monitors, child);
    act_handover_abandon(fixture.system, child);
    fixture_let(child, exits_with_an_error);
    ck_assert_int_eq(fixture_only(other, ACT_MESSAGE_DOWN)->fate, ACT_FATE_DROPPED);
    fixture_close();
}

static void asks_child(act_self *self)
{
    ck_assert_int_eq(act_ask_value(self, &fixture_ref, child, TAG_A, act_nothing(), ACT_FOREVER),
                     ACT_OK);
}

/* An ask is not handed on, so its DOWN is the last word. */
static void an_ask_that_waited_is_told_that_it_was_not_begun(void)
{
    open_family(ACT_HANDOVER_KEEP);
    fixture_tell_to(child, exits_with_an_error);
    fixture_tell_to(other, asks_child);
    fixture_run();
    const struct note *down = fixture_only(other, ACT_MESSAGE_DOWN);
    ck_assert_int_eq(down->fate,
                     fixture_count(child, TAG_A) == 1 ? ACT_FATE_BEGUN : ACT_FATE_UNBEGUN);
    act_pid before = child;
    int     heard = fixture_count(before, TAG_A);
    ck_assert_int_eq(find_handover(), ACT_OK);
    take_handover();
    ck_assert_int_eq(fixture_count(child, TAG_A) + fixture_count(before, TAG_A), heard);
    fixture_close();
}

static void an_ask_to_a_handover_that_is_abandoned_was_not_begun(void)
{
    open_family(ACT_HANDOVER_KEEP);
    end_child(exits_with_an_error);
    child = handover;
    fixture_let(other, asks_child);
    act_handover_abandon(fixture.system, handover);
    fixture_run();
    ck_assert_int_eq(fixture_only(other, ACT_MESSAGE_DOWN)->fate, ACT_FATE_UNBEGUN);
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(a_monitor_is_told_whether_what_waited_is_kept),
    FIXTURE_CASE(an_actor_that_was_told_to_leave_no_handover_keeps_nothing),
    TEST_CASE(an_ask_that_waited_is_told_that_it_was_not_begun, .rounds = 20),
    FIXTURE_CASE(an_ask_to_a_handover_that_is_abandoned_was_not_begun),
    FIXTURE_CASE(what_waits_is_for_the_next_in_order),
    FIXTURE_CASE(what_comes_meanwhile_waits_behind_it),
    FIXTURE_CASE(what_waits_is_kept_however_the_actor_has_ended),
    FIXTURE_CASE(what_an_actor_has_sent_to_itself_dies_with_it),
    FIXTURE_CASE(a_timers_message_that_waits_dies_with_its_actor),
    FIXTURE_CASE(a_handover_to_drop_in_keeps_only_what_comes_meanwhile),
    FIXTURE_CASE(an_actor_without_a_handover_leaves_none),
    FIXTURE_CASE(an_ask_that_waited_is_answered_with_the_end),
    FIXTURE_CASE(a_name_stays_with_the_handover),
    FIXTURE_CASE(a_name_that_was_registered_does_not_stay),
    FIXTURE_CASE(a_name_that_was_given_up_is_taken_anew),
    FIXTURE_CASE(a_send_to_the_name_reaches_the_actor_that_has_it_then),
    FIXTURE_CASE(an_ask_to_a_handover_is_answered_by_the_actor_that_takes_it),
    FIXTURE_CASE(a_monitor_of_a_handover_is_one_of_the_actor_that_takes_it),
    FIXTURE_CASE(a_monitor_of_an_actor_that_has_left_is_answered_at_once),
    FIXTURE_CASE(the_parent_hears_of_each_end),
    FIXTURE_CASE(an_exit_signal_to_a_handover_does_nothing),
    FIXTURE_CASE(a_handover_that_was_killed_ends_the_actor_that_takes_it),
    FIXTURE_CASE(the_bound_holds_in_a_handover),
    FIXTURE_CASE(a_sender_that_floods_a_handover_waits_until_it_is_taken),
    FIXTURE_CASE(a_sender_that_floods_a_handover_that_is_abandoned_goes_on),
    FIXTURE_CASE(a_handover_that_is_abandoned_makes_dead_letters),
    FIXTURE_CASE(a_handover_can_be_abandoned_while_it_is_made),
    FIXTURE_CASE(an_actor_can_be_told_to_leave_no_handover),
    FIXTURE_CASE(a_handover_is_taken_once),
    FIXTURE_CASE(a_handover_that_is_not_taken_ends_with_the_system),
    FIXTURE_CASE(odd_pids_have_no_handover),
    FIXTURE_CASE(an_odd_handover_is_refused),
    FIXTURE_CASE(the_message_that_failed_is_a_dead_letter),
    FIXTURE_CASE(it_is_redelivered_so_often_and_comes_first),
    FIXTURE_CASE(each_message_has_its_own_tries),
    FIXTURE_CASE(one_that_was_taken_is_not_redelivered),
    FIXTURE_CASE(one_that_fails_waits_through_a_failing_init),
    END_OF_CASES,
};
