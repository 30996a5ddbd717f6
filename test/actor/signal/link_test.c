/* Links and monitors: each rule of how actors hear of each other's end. */
/* SPDX-License-Identifier: MIT */
#include <test/actor/fixture.h>

static act_pid a, b, c;

/* Pids of none, now and before. */
static const act_pid never[] = {
    {0, 0}, {0, 77}, {0, UINT64_C(5) << 27 | 3}, {0, UINT64_MAX}, {0, UINT64_C(1) << 27 | 123456}};

static void open_three(void)
{
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn();
    c = fixture_spawn();
}

/* ---------------------------------------------------------------------------------------- links */

static void a_link_ends_the_other_with_the_same_reason(void)
{
    open_three();
    fixture_let_about(a, links, b);
    fixture_let(b, exits_with_an_error);
    fixture_ended(a, ACT_EXIT_ERROR);
    ck_assert_int_eq(fixture_only(a, TAG_TERMINATE)->code, 42);
    ck_assert_str_eq(fixture_only(a, TAG_TERMINATE)->text, "forty-two");
    ck_assert(!fixture_lives(a) && !fixture_lives(b) && fixture_lives(c));
    fixture_close();
}

static void a_link_works_both_ways(void)
{
    open_three();
    fixture_let_about(a, links, b);
    fixture_let(a, exits_with_an_error);
    fixture_ended(b, ACT_EXIT_ERROR);
    fixture_close();
}

static void links_carry_an_end_through_a_chain(void)
{
    open_three();
    fixture_let_about(a, links, b);
    fixture_let_about(b, links, c);
    fixture_let(a, panics);
    fixture_ended(c, ACT_EXIT_PANIC);
    ck_assert_ptr_nonnull(strstr(fixture_only(c, TAG_TERMINATE)->text, "out of order"));
    fixture_close();
}

static void a_normal_end_leaves_those_linked_alone(void)
{
    open_three();
    fixture_let_about(a, links, b);
    fixture_let(a, exits_normally);
    ck_assert(!fixture_lives(a) && fixture_lives(b));
    fixture_close();
}

static void exits_for_shutdown(act_self *self)
{
    act_exit(self, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL));
}

static void a_shutdown_ends_those_linked(void)
{
    open_three();
    fixture_let_about(a, links, b);
    fixture_let(a, exits_for_shutdown);
    fixture_ended(b, ACT_EXIT_SHUTDOWN);
    fixture_close();
}

static void a_trapped_exit_is_a_message(void)
{
    open_three();
    fixture_let(b, traps);
    fixture_let_about(a, links, b);
    fixture_let(a, exits_with_an_error);
    const struct note *exit = fixture_only(b, ACT_MESSAGE_EXIT);
    ck_assert(act_pid_equal(exit->sender, a));
    ck_assert_int_eq(exit->kind, ACT_EXIT_ERROR);
    ck_assert_int_eq(exit->code, 42);
    ck_assert_str_eq(exit->text, "forty-two");
    ck_assert(fixture_lives(b));
    fixture_close();
}

static void an_actor_that_traps_hears_also_of_a_normal_end(void)
{
    open_three();
    fixture_let(b, traps);
    fixture_let_about(b, links, a);
    fixture_let(a, exits_normally);
    ck_assert_int_eq(fixture_only(b, ACT_MESSAGE_EXIT)->kind, ACT_EXIT_NORMAL);
    fixture_close();
}

static void traps_no_more(act_self *self)
{
    ck_assert_int_eq(act_trap_exits(self, false), ACT_OK);
}

static void an_actor_that_traps_no_more_ends(void)
{
    open_three();
    fixture_let(b, traps);
    fixture_let(b, traps_no_more);
    fixture_let_about(b, links, a);
    fixture_let(a, exits_with_an_error);
    fixture_ended(b, ACT_EXIT_ERROR);
    fixture_close();
}

static void a_fails_and_b_hears_once(void)
{
    fixture_let(a, exits_with_an_error);
    ck_assert_int_eq(fixture_count(b, ACT_MESSAGE_EXIT), 1);
}

static void a_fails_and_b_lives(void)
{
    fixture_let(a, exits_with_an_error);
    ck_assert(fixture_lives(b));
}

static void links_many_times(act_self *self)
{
    for (int i = 0; i < 5; i++)
        links(self);
}

static void a_pair_has_at_most_one_link(void)
{
    open_three();
    fixture_let(b, traps);
    fixture_let_about(b, links_many_times, a);
    fixture_let_about(a, links_many_times, b); /* the other way round it is the same link */
    a_fails_and_b_hears_once();
    fixture_close();
}

static void one_unlink_undoes_many_links(void)
{
    open_three();
    fixture_let_about(b, links_many_times, a);
    fixture_let_about(b, unlinks, a);
    a_fails_and_b_lives();
    fixture_close();
}

/* Both ask for the link before either has heard of the other's wish: two records, one fate. */
static void two_that_link_at_once_hear_of_each_other_once(void)
{
    open_three();
    fixture_let(a, traps);
    fixture_let(b, traps);
    fixture_other = b;
    fixture_tell_to(a, links);
    fixture_run();
    fixture_other = a;
    fixture_tell_to(b, links);
    fixture_run();
    a_fails_and_b_hears_once();
    fixture_close();
}

static void links_to_b(act_self *self)
{
    ck_assert_int_eq(act_link(self, b), ACT_OK);
}

static void links_to_a(act_self *self)
{
    ck_assert_int_eq(act_link(self, a), ACT_OK);
}

static void unlinks_b(act_self *self)
{
    act_unlink(self, b);
}

static void links_that_cross_on_the_way_are_one(void)
{
    open_three();
    fixture_let(b, traps);
    fixture_tell_to(a, links_to_b); /* neither has run before both are told */
    fixture_tell_to(b, links_to_a);
    fixture_run();
    a_fails_and_b_hears_once();
    fixture_close();
}

static void one_unlink_undoes_links_that_crossed(void)
{
    open_three();
    fixture_tell_to(a, links_to_b);
    fixture_tell_to(b, links_to_a);
    fixture_run();
    fixture_let(a, unlinks_b);
    fixture_let(b, exits_with_an_error);
    ck_assert(fixture_lives(a));
    fixture_close();
}

static void a_link_to_oneself_is_nothing(void)
{
    open_three();
    fixture_let_about(a, links, a);
    ck_assert(fixture_lives(a));
    fixture_let(a, exits_with_an_error);
    fixture_ended(a, ACT_EXIT_ERROR);
    fixture_close();
}

static void a_link_to_the_dead_gives_no_actor(void)
{
    open_three();
    fixture_let(a, exits_normally);
    fixture_let_about(b, links, a);
    fixture_ended(b, ACT_EXIT_NO_ACTOR);
    fixture_close();
}

static void a_link_to_the_dead_gives_one_that_traps_a_message_from_them(void)
{
    open_three();
    fixture_let(a, exits_normally);
    fixture_let(b, traps);
    fixture_let_about(b, links, a);
    const struct note *exit = fixture_only(b, ACT_MESSAGE_EXIT);
    ck_assert_int_eq(exit->kind, ACT_EXIT_NO_ACTOR);
    ck_assert(act_pid_equal(exit->sender, a));
    fixture_close();
}

static void a_link_to_one_that_never_was_gives_no_actor_from_it(void)
{
    open_three();
    fixture_let(b, traps);
    for (int i = 0; i < (int)(sizeof never / sizeof never[0]); i++) {
        fixture_let_about(b, links, never[i]);
        ck_assert_int_eq(fixture_count(b, ACT_MESSAGE_EXIT), i + 1);
        const struct note *exit = fixture_nth(b, ACT_MESSAGE_EXIT, i);
        ck_assert_int_eq(exit->kind, ACT_EXIT_NO_ACTOR);
        ck_assert(act_pid_equal(exit->sender, never[i]));
    }
    fixture_close();
}

static void links_and_unlinks(act_self *self)
{
    links(self);
    unlinks(self);
}

static void a_link_undone_at_once_is_none(void)
{
    open_three();
    fixture_let_about(a, links_and_unlinks, b);
    fixture_let(b, exits_with_an_error);
    ck_assert(fixture_lives(a));
    fixture_let(c, exits_normally);
    fixture_let_about(a, links_and_unlinks, c);
    ck_assert(fixture_lives(a));
    fixture_close();
}

static void unlinks_and_links(act_self *self)
{
    unlinks(self);
    links(self);
}

static void an_actor_that_links_again_is_linked(void)
{
    open_three();
    fixture_let_about(a, links, b);
    fixture_let_about(a, unlinks_and_links, b);
    fixture_let(b, exits_with_an_error);
    fixture_ended(a, ACT_EXIT_ERROR);
    fixture_close();
}

static void the_other_side_may_unlink(void)
{
    open_three();
    fixture_let_about(a, links, b);
    fixture_let_about(b, unlinks, a);
    a_fails_and_b_lives();
    fixture_close();
}

static void to_unlink_a_stranger_is_nothing(void)
{
    open_three();
    fixture_let_about(a, unlinks, b);
    fixture_let_about(a, unlinks, a);
    fixture_let_about(a, unlinks, act_pid_none());
    ck_assert(fixture_lives(a));
    fixture_close();
}

/*
 * b is told to unlink and then a ends, or the other way round: in every order nothing is received
 * after.
 */
static void unlinks_and_notes(act_self *self)
{
    act_unlink(self, a);
    note_down(self, TAG_A);
}

static void none_is_noted_after_tag_a(act_pid by, uint32_t tag)
{
    for (int i = 0, undone = 0; i < fixture.notes_count; i++) {
        if (!act_pid_equal(fixture.notes[i].by, by))
            continue;
        undone |= fixture.notes[i].tag == TAG_A;
        ck_assert(!(undone && fixture.notes[i].tag == tag));
    }
}

static void no_exit_takes_effect_after_unlink(void)
{
    open_three();
    fixture_let(b, traps);
    fixture_let(b, links_to_a);
    fixture_tell_to(a, exits_with_an_error);
    fixture_tell_to(b, does_nothing);
    fixture_tell_to(b, unlinks_and_notes);
    fixture_run();
    none_is_noted_after_tag_a(b, ACT_MESSAGE_EXIT);
    fixture_close();
}

static void a_exits_b(act_self *self)
{
    ck_assert_int_eq(act_exit_other(self, b, act_exit_reason_make(ACT_EXIT_ERROR, 7, NULL)),
                     ACT_OK);
}

/* The exit came from a, but not through a link: to unlink has no say in it. */
static void unlink_leaves_a_sent_exit_alone(void)
{
    open_three();
    fixture_let(b, traps);
    fixture_tell_to(a, a_exits_b);
    fixture_run();
    ck_assert_int_eq(fixture_count(b, ACT_MESSAGE_EXIT), 1);
    fixture_tell_to(b, does_nothing); /* keeps b runnable, so that both wait in its inbox */
    fixture_tell_to(a, a_exits_b);
    fixture_tell_to(b, unlinks_and_notes);
    fixture_run();
    ck_assert_int_eq(fixture_count(b, ACT_MESSAGE_EXIT), 2);
    fixture_close();
}

static void tells_b_and_ends(act_self *self)
{
    act_tell_value(self, b, TAG_A, act_int64(1));
    act_tell_value(self, b, TAG_A, act_int64(2));
    exits_with_an_error(self);
    act_tell_value(self, b, TAG_A, act_int64(3));
}

static void a_trapped_exit_keeps_its_place_in_the_order(void)
{
    open_three();
    fixture_let(b, traps);
    fixture_let(b, links_to_a);
    fixture_let(a, tells_b_and_ends);
    ck_assert_int_eq(fixture_count(b, TAG_A), 3);
    ck_assert(fixture_only(b, ACT_MESSAGE_EXIT) > fixture_nth(b, TAG_A, 2));
    fixture_close();
}

/* ------------------------------------------------------------------------------------- monitors */

static void a_monitor_tells_of_every_end(void)
{
    static const action ends[] = {exits_normally, exits_with_an_error, exits_for_shutdown, panics};
    static const act_exit_kind kinds[] = {ACT_EXIT_NORMAL, ACT_EXIT_ERROR, ACT_EXIT_SHUTDOWN,
                                          ACT_EXIT_PANIC};
    fixture_open();
    a = fixture_spawn();
    for (int i = 0; i < 4; i++) {
        b = fixture_spawn();
        fixture_let_about(a, monitors, b);
        fixture_let(b, ends[i]);
        ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN), i + 1);
        const struct note *down = fixture_nth(a, ACT_MESSAGE_DOWN, i);
        ck_assert_int_eq(down->kind, kinds[i]);
        ck_assert(act_pid_equal(down->sender, b));
        ck_assert(act_ref_equal(down->ref, fixture_ref));
    }
    fixture_close();
}

static void a_monitor_is_one_way(void)
{
    open_three();
    fixture_let_about(a, monitors, b);
    fixture_let(a, panics);
    ck_assert(fixture_lives(b));
    ck_assert_int_eq(fixture_count(b, ACT_MESSAGE_DOWN), 0);
    fixture_close();
}

static act_ref refs[8];

static void monitors_b_many_times(act_self *self)
{
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(act_monitor(self, &refs[i], b), ACT_OK);
}

static void monitors_stack(void)
{
    open_three();
    fixture_let(a, monitors_b_many_times);
    fixture_let(b, exits_normally);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN), 8);
    for (int i = 0; i < 8; i++) {
        int seen = 0;
        for (int n = 0; n < 8; n++)
            seen += act_ref_equal(fixture_nth(a, ACT_MESSAGE_DOWN, n)->ref, refs[i]);
        ck_assert_int_eq(seen, 1);
    }
    fixture_close();
}

static void demonitors_the_third(act_self *self)
{
    act_demonitor(self, refs[2]);
}

static void demonitor_ends_only_one_of_many(void)
{
    open_three();
    fixture_let(a, monitors_b_many_times);
    fixture_let(a, demonitors_the_third);
    fixture_let(b, exits_normally);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN), 7);
    for (int n = 0; n < 7; n++)
        ck_assert(!act_ref_equal(fixture_nth(a, ACT_MESSAGE_DOWN, n)->ref, refs[2]));
    fixture_close();
}

static void a_monitor_of_the_dead_gives_no_actor(void)
{
    open_three();
    fixture_let(b, panics);
    fixture_let_about(a, monitors, b);
    const struct note *down = fixture_only(a, ACT_MESSAGE_DOWN);
    ck_assert_int_eq(down->kind, ACT_EXIT_NO_ACTOR);
    ck_assert(act_pid_equal(down->sender, b));
    ck_assert(act_ref_equal(down->ref, fixture_ref));
    fixture_close();
}

static void a_monitor_of_one_that_never_was_gives_no_actor_from_it(void)
{
    open_three();
    for (int i = 0; i < (int)(sizeof never / sizeof never[0]); i++) {
        fixture_let_about(a, monitors, never[i]);
        ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN), i + 1);
        ck_assert_int_eq(fixture_nth(a, ACT_MESSAGE_DOWN, i)->kind, ACT_EXIT_NO_ACTOR);
        ck_assert(act_pid_equal(fixture_nth(a, ACT_MESSAGE_DOWN, i)->sender, never[i]));
    }
    fixture_close();
}

static void monitors_and_demonitors(act_self *self)
{
    monitors(self);
    demonitors(self);
}

static void a_monitor_undone_at_once_is_none(void)
{
    open_three();
    fixture_let_about(a, monitors_and_demonitors, b);
    fixture_let(b, panics);
    fixture_let_about(a, monitors_and_demonitors, b);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN), 0);
    fixture_close();
}

static void demonitors_and_notes(act_self *self)
{
    demonitors(self);
    note_down(self, TAG_A);
}

static void no_down_is_seen_after_demonitor(void)
{
    open_three();
    fixture_let_about(a, monitors, b);
    fixture_tell_to(b, exits_normally);
    fixture_tell_to(a, does_nothing);
    fixture_tell_to(a, demonitors_and_notes);
    fixture_run();
    none_is_noted_after_tag_a(a, ACT_MESSAGE_DOWN);
    fixture_close();
}

static void demonitors_all_sorts(act_self *self)
{
    static const uint64_t refs_of_none[] = {
        0, 1, 2, 3, 77, UINT64_MAX, UINT64_C(1) << 40, UINT64_C(3) << 29 | 1};
    for (size_t i = 0; i < sizeof refs_of_none / sizeof refs_of_none[0]; i++)
        act_demonitor(self, (act_ref){refs_of_none[i]});
    demonitors(self); /* whatever it is */
    demonitors(self);
}

static void to_demonitor_what_is_none_is_nothing(void)
{
    open_three();
    fixture_let_about(a, monitors, b);
    fixture_let(c, demonitors_all_sorts); /* not c's */
    fixture_let(b, panics);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN), 1);
    fixture_let(a, demonitors_all_sorts);
    fixture_close();
}

static void down_comes_after_all_messages(void)
{
    open_three();
    fixture_let_about(b, monitors, a);
    fixture_let(a, tells_b_and_ends);
    ck_assert_int_eq(fixture_count(b, TAG_A), 3);
    ck_assert(fixture_only(b, ACT_MESSAGE_DOWN) > fixture_nth(b, TAG_A, 2));
    fixture_close();
}

static void an_actor_that_monitors_itself_hears_nothing(void)
{
    open_three();
    fixture_let_about(a, monitors, a);
    fixture_let(a, exits_normally);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN), 0);
    fixture_close();
}

/* ---------------------------------------------------------------------------------------- spawn */

static const action panics_in_init = panics;
static const action exits_in_init = exits_with_an_error;

static void spawns_linked_one_that_fails_at_once(act_self *self)
{
    ck_assert_int_eq(act_spawn_link(self, &fixture_other, &scripted, &panics_in_init, NULL),
                     ACT_OK);
}

static void spawns_monitored_one_that_fails_at_once(act_self *self)
{
    ck_assert_int_eq(act_spawn_monitor(self, &fixture_other, &fixture_ref, &scripted,
                                       &exits_in_init, NULL),
                     ACT_OK);
}

static void spawn_link_is_atomic(void)
{
    open_three();
    fixture_let(a, spawns_linked_one_that_fails_at_once);
    fixture_ended(a, ACT_EXIT_PANIC);
    fixture_let(b, traps);
    fixture_let(b, spawns_linked_one_that_fails_at_once);
    ck_assert_int_eq(fixture_only(b, ACT_MESSAGE_EXIT)->kind, ACT_EXIT_PANIC);
    ck_assert(act_pid_equal(fixture_only(b, ACT_MESSAGE_EXIT)->sender, fixture_other));
    fixture_close();
}

static void spawn_monitor_is_atomic(void)
{
    open_three();
    fixture_let(a, spawns_monitored_one_that_fails_at_once);
    const struct note *down = fixture_only(a, ACT_MESSAGE_DOWN);
    ck_assert_int_eq(down->kind, ACT_EXIT_ERROR);
    ck_assert_int_eq(down->code, 42);
    ck_assert(act_ref_equal(down->ref, fixture_ref));
    ck_assert(act_pid_equal(down->sender, fixture_other));
    fixture_close();
}

static void spawns_linked_and_fails(act_self *self)
{
    ck_assert_int_eq(act_spawn_link(self, &fixture_other, &scripted, NULL, NULL), ACT_OK);
    panics(self);
}

static void a_linked_child_ends_with_a_parent_that_fails_before_it_ran(void)
{
    open_three();
    fixture_let(a, spawns_linked_and_fails);
    ck_assert(!fixture_lives(fixture_other));
    fixture_close();
}

static void spawns_linked_and_unlinks(act_self *self)
{
    ck_assert_int_eq(act_spawn_link(self, &fixture_other, &scripted, &panics_in_init, NULL),
                     ACT_OK);
    act_unlink(self, fixture_other);
}

static void a_child_can_be_unlinked_before_it_ran(void)
{
    open_three();
    fixture_let(a, spawns_linked_and_unlinks);
    ck_assert(fixture_lives(a));
    fixture_close();
}

/* ------------------------------------------------------------------------------- many at a time */

enum { CROWD = 300 };
static act_pid crowd[CROWD];

static void links_and_monitors_the_crowd(act_self *self)
{
    act_ref ref;
    for (int i = 0; i < CROWD; i++) {
        ck_assert_int_eq(act_link(self, crowd[i]), ACT_OK);
        ck_assert_int_eq(act_monitor(self, &ref, crowd[i]), ACT_OK);
    }
}

static void one_hears_of_many(void)
{
    fixture_open();
    a = fixture_spawn();
    fixture_let(a, traps);
    for (int i = 0; i < CROWD; i++)
        crowd[i] = fixture_spawn();
    fixture_let(a, links_and_monitors_the_crowd);
    for (int i = 0; i < CROWD; i++)
        fixture_tell_to(crowd[i], exits_normally);
    fixture_run();
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_EXIT), CROWD);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN), CROWD);
    fixture_close();
}

static void many_hear_of_one(void)
{
    fixture_open();
    a = fixture_spawn();
    for (int i = 0; i < CROWD; i++) {
        crowd[i] = fixture_spawn();
        fixture_let_about(crowd[i], links, a);
    }
    fixture_let(a, panics);
    for (int i = 0; i < CROWD; i++)
        fixture_ended(crowd[i], ACT_EXIT_PANIC);
    fixture_close();
}

/* A pid of none yet, as one from another system: the next generation of b's cell. */
static void watches_one_to_come(act_self *self)
{
    act_pid born, to_come = {0, b.local + (UINT64_C(2) << 27)};
    act_ref monitor;
    ck_assert_int_eq(act_monitor(self, &monitor, to_come), ACT_OK);
    ck_assert_int_eq(act_link(self, to_come), ACT_OK);
    ck_assert_int_eq(act_spawn(self, &born, &scripted, NULL, NULL), ACT_OK);
    ck_assert(act_pid_equal(born, to_come));
    act_demonitor(self, monitor);
    act_unlink(self, to_come);
}

static void a_pid_of_none_yet_stays_one_of_none(void)
{
    open_three();
    fixture_let(b, exits_normally);
    fixture_let(a, watches_one_to_come);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN), 0);
    ck_assert(fixture_lives(a));
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(a_link_ends_the_other_with_the_same_reason),
    FIXTURE_CASE(a_link_works_both_ways),
    FIXTURE_CASE(links_carry_an_end_through_a_chain),
    FIXTURE_CASE(a_normal_end_leaves_those_linked_alone),
    FIXTURE_CASE(a_shutdown_ends_those_linked),
    FIXTURE_CASE(a_trapped_exit_is_a_message),
    FIXTURE_CASE(an_actor_that_traps_hears_also_of_a_normal_end),
    FIXTURE_CASE(an_actor_that_traps_no_more_ends),
    FIXTURE_CASE(a_pair_has_at_most_one_link),
    FIXTURE_CASE(one_unlink_undoes_many_links),
    FIXTURE_CASE(two_that_link_at_once_hear_of_each_other_once),
    FIXTURE_CASE(links_that_cross_on_the_way_are_one),
    FIXTURE_CASE(one_unlink_undoes_links_that_crossed),
    FIXTURE_CASE(a_link_to_oneself_is_nothing),
    FIXTURE_CASE(a_link_to_the_dead_gives_no_actor),
    FIXTURE_CASE(a_link_to_the_dead_gives_one_that_traps_a_message_from_them),
    FIXTURE_CASE(a_link_to_one_that_never_was_gives_no_actor_from_it),
    FIXTURE_CASE(a_link_undone_at_once_is_none),
    FIXTURE_CASE(an_actor_that_links_again_is_linked),
    FIXTURE_CASE(the_other_side_may_unlink),
    FIXTURE_CASE(to_unlink_a_stranger_is_nothing),
    TEST_CASE(no_exit_takes_effect_after_unlink, .rounds = 30),
    TEST_CASE(unlink_leaves_a_sent_exit_alone, .rounds = 30),
    FIXTURE_CASE(a_trapped_exit_keeps_its_place_in_the_order),
    FIXTURE_CASE(a_monitor_tells_of_every_end),
    FIXTURE_CASE(a_monitor_is_one_way),
    FIXTURE_CASE(monitors_stack),
    FIXTURE_CASE(demonitor_ends_only_one_of_many),
    FIXTURE_CASE(a_monitor_of_the_dead_gives_no_actor),
    FIXTURE_CASE(a_monitor_of_one_that_never_was_gives_no_actor_from_it),
    FIXTURE_CASE(a_monitor_undone_at_once_is_none),
    TEST_CASE(no_down_is_seen_after_demonitor, .rounds = 30),
    FIXTURE_CASE(to_demonitor_what_is_none_is_nothing),
    FIXTURE_CASE(down_comes_after_all_messages),
    FIXTURE_CASE(an_actor_that_monitors_itself_hears_nothing),
    FIXTURE_CASE(spawn_link_is_atomic),
    FIXTURE_CASE(spawn_monitor_is_atomic),
    FIXTURE_CASE(a_linked_child_ends_with_a_parent_that_fails_before_it_ran),
    FIXTURE_CASE(a_child_can_be_unlinked_before_it_ran),
    FIXTURE_CASE(one_hears_of_many),
    FIXTURE_CASE(many_hear_of_one),
    TEST_CASE(a_pid_of_none_yet_stays_one_of_none, .rounds = 20),
    END_OF_CASES,
};
