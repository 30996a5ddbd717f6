/* Links and monitors: each rule of how actors hear of each other's end. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/memory.h>
#include <test/actor/lab.h>

static act_pid a, b, c;

static void open_three(void)
{
    lab_open();
    a = lab_spawn();
    b = lab_spawn();
    c = lab_spawn();
}

/* ---------------------------------------------------------------------------------------- links */

static void a_link_ends_the_other_with_the_same_reason(void)
{
    open_three();
    lab_let_about(a, links, b);
    lab_let(b, exits_with_an_error);
    lab_ended(a, ACT_EXIT_ERROR);
    ck_assert_int_eq(lab_only(a, TAG_TERMINATE)->code, 42);
    ck_assert_str_eq(lab_only(a, TAG_TERMINATE)->text, "forty-two");
    ck_assert(!lab_lives(a) && !lab_lives(b) && lab_lives(c));
    lab_close();
}

static void a_link_works_both_ways(void)
{
    open_three();
    lab_let_about(a, links, b);
    lab_let(a, exits_with_an_error);
    lab_ended(b, ACT_EXIT_ERROR);
    lab_close();
}

static void links_carry_an_end_through_a_chain(void)
{
    open_three();
    lab_let_about(a, links, b);
    lab_let_about(b, links, c);
    lab_let(a, panics);
    lab_ended(c, ACT_EXIT_PANIC);
    ck_assert_ptr_nonnull(strstr(lab_only(c, TAG_TERMINATE)->text, "out of order"));
    lab_close();
}

static void a_normal_end_leaves_those_linked_alone(void)
{
    open_three();
    lab_let_about(a, links, b);
    lab_let(a, exits_normally);
    ck_assert(!lab_lives(a) && lab_lives(b));
    lab_close();
}

static void exits_for_shutdown(act_self *self)
{
    act_exit(self, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL));
}

static void a_shutdown_ends_those_linked(void)
{
    open_three();
    lab_let_about(a, links, b);
    lab_let(a, exits_for_shutdown);
    lab_ended(b, ACT_EXIT_SHUTDOWN);
    lab_close();
}

static void a_trapped_exit_is_a_message(void)
{
    open_three();
    lab_let(b, traps);
    lab_let_about(a, links, b);
    lab_let(a, exits_with_an_error);
    const struct note *exit = lab_only(b, ACT_MESSAGE_EXIT);
    ck_assert(act_pid_equal(exit->sender, a));
    ck_assert_int_eq(exit->kind, ACT_EXIT_ERROR);
    ck_assert_int_eq(exit->code, 42);
    ck_assert_str_eq(exit->text, "forty-two");
    ck_assert(lab_lives(b));
    lab_close();
}

static void who_traps_hears_also_of_a_normal_end(void)
{
    open_three();
    lab_let(b, traps);
    lab_let_about(b, links, a);
    lab_let(a, exits_normally);
    ck_assert_int_eq(lab_only(b, ACT_MESSAGE_EXIT)->kind, ACT_EXIT_NORMAL);
    lab_close();
}

static void traps_no_more(act_self *self)
{
    ck_assert_int_eq(act_trap_exits(self, false), ACT_OK);
}

static void who_traps_no_more_ends(void)
{
    open_three();
    lab_let(b, traps);
    lab_let(b, traps_no_more);
    lab_let_about(b, links, a);
    lab_let(a, exits_with_an_error);
    lab_ended(b, ACT_EXIT_ERROR);
    lab_close();
}

static void links_many_times(act_self *self)
{
    for (int i = 0; i < 5; i++)
        links(self);
}

static void a_pair_has_at_most_one_link(void)
{
    open_three();
    lab_let(b, traps);
    lab_let_about(b, links_many_times, a);
    lab_let_about(a, links_many_times, b); /* the other way round it is the same link */
    lab_let(a, exits_with_an_error);
    ck_assert_int_eq(lab_count(b, ACT_MESSAGE_EXIT), 1);
    lab_close();
}

static void one_unlink_undoes_many_links(void)
{
    open_three();
    lab_let_about(b, links_many_times, a);
    lab_let_about(b, unlinks, a);
    lab_let(a, exits_with_an_error);
    ck_assert(lab_lives(b));
    lab_close();
}

/* Both ask for the link before either has heard of the other's wish: two records, one fate. */
static void two_that_link_at_once_hear_of_each_other_once(void)
{
    open_three();
    lab_let(a, traps);
    lab_let(b, traps);
    lab_other = b;
    lab_tell_to(a, links);
    lab_run();
    lab_other = a;
    lab_tell_to(b, links);
    lab_run();
    lab_let(a, exits_with_an_error);
    ck_assert_int_eq(lab_count(b, ACT_MESSAGE_EXIT), 1);
    lab_close();
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
    lab_let(b, traps);
    lab_tell_to(a, links_to_b); /* neither has run before both are told */
    lab_tell_to(b, links_to_a);
    lab_run();
    lab_let(a, exits_with_an_error);
    ck_assert_int_eq(lab_count(b, ACT_MESSAGE_EXIT), 1);
    lab_close();
}

static void one_unlink_undoes_links_that_crossed(void)
{
    open_three();
    lab_tell_to(a, links_to_b);
    lab_tell_to(b, links_to_a);
    lab_run();
    lab_let(a, unlinks_b);
    lab_let(b, exits_with_an_error);
    ck_assert(lab_lives(a));
    lab_close();
}

static void a_link_to_oneself_is_nothing(void)
{
    open_three();
    lab_let_about(a, links, a);
    ck_assert(lab_lives(a));
    lab_let(a, exits_with_an_error);
    lab_ended(a, ACT_EXIT_ERROR);
    lab_close();
}

static void a_link_to_the_dead_gives_no_actor(void)
{
    open_three();
    lab_let(a, exits_normally);
    lab_let_about(b, links, a);
    lab_ended(b, ACT_EXIT_NO_ACTOR);
    lab_close();
}

static void a_link_to_the_dead_gives_one_who_traps_a_message_from_them(void)
{
    open_three();
    lab_let(a, exits_normally);
    lab_let(b, traps);
    lab_let_about(b, links, a);
    const struct note *exit = lab_only(b, ACT_MESSAGE_EXIT);
    ck_assert_int_eq(exit->kind, ACT_EXIT_NO_ACTOR);
    ck_assert(act_pid_equal(exit->sender, a));
    lab_close();
}

static void a_link_to_who_never_was_gives_no_actor_from_them(void)
{
    const act_pid never[] = {{0, 0},
                             {0, 77},
                             {0, UINT64_C(5) << 27 | 3},
                             {0, UINT64_MAX},
                             {0, UINT64_C(1) << 27 | 123456}};
    open_three();
    lab_let(b, traps);
    for (int i = 0; i < (int)(sizeof never / sizeof never[0]); i++) {
        lab_let_about(b, links, never[i]);
        ck_assert_int_eq(lab_count(b, ACT_MESSAGE_EXIT), i + 1);
        const struct note *exit = lab_nth(b, ACT_MESSAGE_EXIT, i);
        ck_assert_int_eq(exit->kind, ACT_EXIT_NO_ACTOR);
        ck_assert(act_pid_equal(exit->sender, never[i]));
    }
    lab_close();
}

static void links_and_unlinks(act_self *self)
{
    links(self);
    unlinks(self);
}

static void a_link_undone_at_once_is_none(void)
{
    open_three();
    lab_let_about(a, links_and_unlinks, b);
    lab_let(b, exits_with_an_error);
    ck_assert(lab_lives(a));
    lab_let(c, exits_normally);
    lab_let_about(a, links_and_unlinks, c);
    ck_assert(lab_lives(a));
    lab_close();
}

static void unlinks_and_links(act_self *self)
{
    unlinks(self);
    links(self);
}

static void who_links_again_is_linked(void)
{
    open_three();
    lab_let_about(a, links, b);
    lab_let_about(a, unlinks_and_links, b);
    lab_let(b, exits_with_an_error);
    lab_ended(a, ACT_EXIT_ERROR);
    lab_close();
}

static void the_other_side_may_unlink(void)
{
    open_three();
    lab_let_about(a, links, b);
    lab_let_about(b, unlinks, a);
    lab_let(a, exits_with_an_error);
    ck_assert(lab_lives(b));
    lab_close();
}

static void to_unlink_a_stranger_is_nothing(void)
{
    open_three();
    lab_let_about(a, unlinks, b);
    lab_let_about(a, unlinks, a);
    lab_let_about(a, unlinks, act_pid_none());
    ck_assert(lab_lives(a));
    lab_close();
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

static void no_exit_takes_effect_after_unlink(void)
{
    open_three();
    lab_let(b, traps);
    lab_let(b, links_to_a);
    lab_tell_to(a, exits_with_an_error);
    lab_tell_to(b, does_nothing);
    lab_tell_to(b, unlinks_and_notes);
    lab_run();
    for (int i = 0, unlinked = 0; i < lab.notes_count; i++) {
        if (!act_pid_equal(lab.notes[i].by, b))
            continue;
        unlinked |= lab.notes[i].tag == TAG_A;
        ck_assert(!(unlinked && lab.notes[i].tag == ACT_MESSAGE_EXIT));
    }
    lab_close();
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
    lab_let(b, traps);
    lab_tell_to(a, a_exits_b);
    lab_run();
    ck_assert_int_eq(lab_count(b, ACT_MESSAGE_EXIT), 1);
    lab_tell_to(b, does_nothing); /* keeps b runnable, so that both wait in its inbox */
    lab_tell_to(a, a_exits_b);
    lab_tell_to(b, unlinks_and_notes);
    lab_run();
    ck_assert_int_eq(lab_count(b, ACT_MESSAGE_EXIT), 2);
    lab_close();
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
    lab_let(b, traps);
    lab_let(b, links_to_a);
    lab_let(a, tells_b_and_ends);
    ck_assert_int_eq(lab_count(b, TAG_A), 3);
    ck_assert(lab_only(b, ACT_MESSAGE_EXIT) > lab_nth(b, TAG_A, 2));
    lab_close();
}

/* ------------------------------------------------------------------------------------- monitors */

static void a_monitor_tells_of_every_end(void)
{
    static const deed ends[] = {exits_normally, exits_with_an_error, exits_for_shutdown, panics};
    static const act_exit_kind kinds[] = {ACT_EXIT_NORMAL, ACT_EXIT_ERROR, ACT_EXIT_SHUTDOWN,
                                          ACT_EXIT_PANIC};
    lab_open();
    a = lab_spawn();
    for (int i = 0; i < 4; i++) {
        b = lab_spawn();
        lab_let_about(a, monitors, b);
        lab_let(b, ends[i]);
        ck_assert_int_eq(lab_count(a, ACT_MESSAGE_DOWN), i + 1);
        const struct note *down = lab_nth(a, ACT_MESSAGE_DOWN, i);
        ck_assert_int_eq(down->kind, kinds[i]);
        ck_assert(act_pid_equal(down->sender, b));
        ck_assert(act_ref_equal(down->ref, lab_ref));
    }
    lab_close();
}

static void a_monitor_is_one_way(void)
{
    open_three();
    lab_let_about(a, monitors, b);
    lab_let(a, panics);
    ck_assert(lab_lives(b));
    ck_assert_int_eq(lab_count(b, ACT_MESSAGE_DOWN), 0);
    lab_close();
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
    lab_let(a, monitors_b_many_times);
    lab_let(b, exits_normally);
    ck_assert_int_eq(lab_count(a, ACT_MESSAGE_DOWN), 8);
    for (int i = 0; i < 8; i++) {
        int seen = 0;
        for (int n = 0; n < 8; n++)
            seen += act_ref_equal(lab_nth(a, ACT_MESSAGE_DOWN, n)->ref, refs[i]);
        ck_assert_int_eq(seen, 1);
    }
    lab_close();
}

static void demonitors_the_third(act_self *self)
{
    act_demonitor(self, refs[2]);
}

static void demonitor_ends_only_one_of_many(void)
{
    open_three();
    lab_let(a, monitors_b_many_times);
    lab_let(a, demonitors_the_third);
    lab_let(b, exits_normally);
    ck_assert_int_eq(lab_count(a, ACT_MESSAGE_DOWN), 7);
    for (int n = 0; n < 7; n++)
        ck_assert(!act_ref_equal(lab_nth(a, ACT_MESSAGE_DOWN, n)->ref, refs[2]));
    lab_close();
}

static void a_monitor_of_the_dead_gives_no_actor(void)
{
    open_three();
    lab_let(b, panics);
    lab_let_about(a, monitors, b);
    const struct note *down = lab_only(a, ACT_MESSAGE_DOWN);
    ck_assert_int_eq(down->kind, ACT_EXIT_NO_ACTOR);
    ck_assert(act_pid_equal(down->sender, b));
    ck_assert(act_ref_equal(down->ref, lab_ref));
    lab_close();
}

static void a_monitor_of_who_never_was_gives_no_actor_from_them(void)
{
    const act_pid never[] = {{0, 0},
                             {0, 77},
                             {0, UINT64_C(5) << 27 | 3},
                             {0, UINT64_MAX},
                             {0, UINT64_C(1) << 27 | 123456}};
    open_three();
    for (int i = 0; i < (int)(sizeof never / sizeof never[0]); i++) {
        lab_let_about(a, monitors, never[i]);
        ck_assert_int_eq(lab_count(a, ACT_MESSAGE_DOWN), i + 1);
        ck_assert_int_eq(lab_nth(a, ACT_MESSAGE_DOWN, i)->kind, ACT_EXIT_NO_ACTOR);
        ck_assert(act_pid_equal(lab_nth(a, ACT_MESSAGE_DOWN, i)->sender, never[i]));
    }
    lab_close();
}

static void monitors_and_demonitors(act_self *self)
{
    monitors(self);
    demonitors(self);
}

static void a_monitor_undone_at_once_is_none(void)
{
    open_three();
    lab_let_about(a, monitors_and_demonitors, b);
    lab_let(b, panics);
    lab_let_about(a, monitors_and_demonitors, b);
    ck_assert_int_eq(lab_count(a, ACT_MESSAGE_DOWN), 0);
    lab_close();
}

static void demonitors_and_notes(act_self *self)
{
    demonitors(self);
    note_down(self, TAG_A);
}

static void no_down_is_seen_after_demonitor(void)
{
    open_three();
    lab_let_about(a, monitors, b);
    lab_tell_to(b, exits_normally);
    lab_tell_to(a, does_nothing);
    lab_tell_to(a, demonitors_and_notes);
    lab_run();
    for (int i = 0, undone = 0; i < lab.notes_count; i++) {
        if (!act_pid_equal(lab.notes[i].by, a))
            continue;
        undone |= lab.notes[i].tag == TAG_A;
        ck_assert(!(undone && lab.notes[i].tag == ACT_MESSAGE_DOWN));
    }
    lab_close();
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
    lab_let_about(a, monitors, b);
    lab_let(c, demonitors_all_sorts); /* not c's */
    lab_let(b, panics);
    ck_assert_int_eq(lab_count(a, ACT_MESSAGE_DOWN), 1);
    lab_let(a, demonitors_all_sorts);
    lab_close();
}

static void down_comes_after_all_messages(void)
{
    open_three();
    lab_let_about(b, monitors, a);
    lab_let(a, tells_b_and_ends);
    ck_assert_int_eq(lab_count(b, TAG_A), 3);
    ck_assert(lab_only(b, ACT_MESSAGE_DOWN) > lab_nth(b, TAG_A, 2));
    lab_close();
}

static void who_monitors_itself_hears_nothing(void)
{
    open_three();
    lab_let_about(a, monitors, a);
    lab_let(a, exits_normally);
    ck_assert_int_eq(lab_count(a, ACT_MESSAGE_DOWN), 0);
    lab_close();
}

/* ---------------------------------------------------------------------------------------- spawn */

static const deed panics_in_init = panics;
static const deed exits_in_init = exits_with_an_error;

static void spawns_linked_one_that_fails_at_once(act_self *self)
{
    ck_assert_int_eq(act_spawn_link(self, &lab_other, &puppet, &panics_in_init, NULL), ACT_OK);
}

static void spawns_monitored_one_that_fails_at_once(act_self *self)
{
    ck_assert_int_eq(act_spawn_monitor(self, &lab_other, &lab_ref, &puppet, &exits_in_init, NULL),
                     ACT_OK);
}

static void spawn_link_is_atomic(void)
{
    open_three();
    lab_let(a, spawns_linked_one_that_fails_at_once);
    lab_ended(a, ACT_EXIT_PANIC);
    lab_let(b, traps);
    lab_let(b, spawns_linked_one_that_fails_at_once);
    ck_assert_int_eq(lab_only(b, ACT_MESSAGE_EXIT)->kind, ACT_EXIT_PANIC);
    ck_assert(act_pid_equal(lab_only(b, ACT_MESSAGE_EXIT)->sender, lab_other));
    lab_close();
}

static void spawn_monitor_is_atomic(void)
{
    open_three();
    lab_let(a, spawns_monitored_one_that_fails_at_once);
    const struct note *down = lab_only(a, ACT_MESSAGE_DOWN);
    ck_assert_int_eq(down->kind, ACT_EXIT_ERROR);
    ck_assert_int_eq(down->code, 42);
    ck_assert(act_ref_equal(down->ref, lab_ref));
    ck_assert(act_pid_equal(down->sender, lab_other));
    lab_close();
}

static void spawns_linked_and_fails(act_self *self)
{
    ck_assert_int_eq(act_spawn_link(self, &lab_other, &puppet, NULL, NULL), ACT_OK);
    panics(self);
}

static void a_linked_child_ends_with_a_parent_that_fails_before_it_ran(void)
{
    open_three();
    lab_let(a, spawns_linked_and_fails);
    ck_assert(!lab_lives(lab_other));
    lab_close();
}

static void spawns_linked_and_unlinks(act_self *self)
{
    ck_assert_int_eq(act_spawn_link(self, &lab_other, &puppet, &panics_in_init, NULL), ACT_OK);
    act_unlink(self, lab_other);
}

static void a_child_can_be_unlinked_before_it_ran(void)
{
    open_three();
    lab_let(a, spawns_linked_and_unlinks);
    ck_assert(lab_lives(a));
    lab_close();
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
    lab_open();
    a = lab_spawn();
    lab_let(a, traps);
    for (int i = 0; i < CROWD; i++)
        crowd[i] = lab_spawn();
    lab_let(a, links_and_monitors_the_crowd);
    for (int i = 0; i < CROWD; i++)
        lab_tell_to(crowd[i], exits_normally);
    lab_run();
    ck_assert_int_eq(lab_count(a, ACT_MESSAGE_EXIT), CROWD);
    ck_assert_int_eq(lab_count(a, ACT_MESSAGE_DOWN), CROWD);
    lab_close();
}

static void many_hear_of_one(void)
{
    lab_open();
    a = lab_spawn();
    for (int i = 0; i < CROWD; i++) {
        crowd[i] = lab_spawn();
        lab_let_about(crowd[i], links, a);
    }
    lab_let(a, panics);
    for (int i = 0; i < CROWD; i++)
        lab_ended(crowd[i], ACT_EXIT_PANIC);
    lab_close();
}

/*
 * A pid that is nobody's yet, as one from another system: the next life of the cell that b has
 * left.
 */
static void watches_one_to_come(act_self *self)
{
    act_pid born, to_come = {0, b.local + (UINT64_C(2) << 27)};
    act_ref monitor;
    ck_assert_int_eq(act_monitor(self, &monitor, to_come), ACT_OK);
    ck_assert_int_eq(act_link(self, to_come), ACT_OK);
    ck_assert_int_eq(act_spawn(self, &born, &puppet, NULL, NULL), ACT_OK);
    ck_assert(act_pid_equal(born, to_come));
    act_demonitor(self, monitor);
    act_unlink(self, to_come);
}

static void who_was_nobody_stays_so(void)
{
    open_three();
    lab_let(b, exits_normally);
    lab_let(a, watches_one_to_come);
    ck_assert_int_eq(lab_count(a, ACT_MESSAGE_DOWN), 0);
    ck_assert(lab_lives(a));
    lab_close();
}

/* ----------------------------------------------------------------------- links of one with many */

enum { MANY = 400, CHANGES = 4000 };
static act_pid many[MANY];
static bool    is_linked[MANY];

/* Now and then there is no memory: for the link, or for what only makes it quick to find. */
static void changes_links(act_self *self)
{
    for (int i = 0; i < CHANGES; i++) {
        int at = (int)(act_random(self) % MANY);
        act__memory_fail_at(1 + act_random(self) % 8, false);
        if (act_random(self) % 3 == 0) {
            act_unlink(self, many[at]);
            is_linked[at] = false;
        } else if (act_link(self, many[at]) == ACT_OK) {
            is_linked[at] = true;
        }
    }
    act__memory_fail_at(0, false);
}

static void links_to_the_hub(act_self *self)
{
    ck_assert_int_eq(act_link(self, a), ACT_OK);
}

static void check_links(int from)
{
    for (int i = from; i < MANY; i++) {
        int exits = 0;
        for (int n = 0; n < lab.notes_count; n++)
            exits += act_pid_equal(lab.notes[n].by, a) && lab.notes[n].tag == ACT_MESSAGE_EXIT &&
                     act_pid_equal(lab.notes[n].sender, many[i]);
        if (exits != is_linked[i])
            ck_abort_msg("%d exits of actor %d", exits, i);
    }
}

static void each_of_many_links_is_found(void)
{
    lab_open();
    a = lab_spawn();
    lab_let(a, traps);
    for (int i = 0; i < MANY; i++) {
        many[i] = lab_spawn();
        is_linked[i] = i % 5 == 0;
        if (is_linked[i])
            lab_tell_to(many[i], links_to_the_hub);
    }
    lab_let(a, changes_links);
    for (int i = 0; i < MANY; i += 7) { /* some link again from their side, at the same time */
        lab_tell_to(many[i], links_to_the_hub);
        is_linked[i] = true;
    }
    lab_run();
    for (int i = MANY / 2; i < MANY; i++)
        lab_tell_to(many[i], exits_with_an_error);
    lab_run();
    check_links(MANY / 2);
    lab_let(a, exits_with_an_error); /* ends those that it is still linked to, and no other */
    for (int i = 0; i < MANY / 2; i++)
        ck_assert_int_eq(lab_lives(many[i]), !is_linked[i]);
    lab_close();
}

const struct kit_fact kit_facts[] = {
    LAB_FACT(a_link_ends_the_other_with_the_same_reason),
    LAB_FACT(a_link_works_both_ways),
    LAB_FACT(links_carry_an_end_through_a_chain),
    LAB_FACT(a_normal_end_leaves_those_linked_alone),
    LAB_FACT(a_shutdown_ends_those_linked),
    LAB_FACT(a_trapped_exit_is_a_message),
    LAB_FACT(who_traps_hears_also_of_a_normal_end),
    LAB_FACT(who_traps_no_more_ends),
    LAB_FACT(a_pair_has_at_most_one_link),
    LAB_FACT(one_unlink_undoes_many_links),
    LAB_FACT(two_that_link_at_once_hear_of_each_other_once),
    LAB_FACT(links_that_cross_on_the_way_are_one),
    LAB_FACT(one_unlink_undoes_links_that_crossed),
    LAB_FACT(a_link_to_oneself_is_nothing),
    LAB_FACT(a_link_to_the_dead_gives_no_actor),
    LAB_FACT(a_link_to_the_dead_gives_one_who_traps_a_message_from_them),
    LAB_FACT(a_link_to_who_never_was_gives_no_actor_from_them),
    LAB_FACT(a_link_undone_at_once_is_none),
    LAB_FACT(who_links_again_is_linked),
    LAB_FACT(the_other_side_may_unlink),
    LAB_FACT(to_unlink_a_stranger_is_nothing),
    FACT(no_exit_takes_effect_after_unlink, .rounds = 30),
    FACT(unlink_leaves_a_sent_exit_alone, .rounds = 30),
    LAB_FACT(a_trapped_exit_keeps_its_place_in_the_order),
    LAB_FACT(a_monitor_tells_of_every_end),
    LAB_FACT(a_monitor_is_one_way),
    LAB_FACT(monitors_stack),
    LAB_FACT(demonitor_ends_only_one_of_many),
    LAB_FACT(a_monitor_of_the_dead_gives_no_actor),
    LAB_FACT(a_monitor_of_who_never_was_gives_no_actor_from_them),
    LAB_FACT(a_monitor_undone_at_once_is_none),
    FACT(no_down_is_seen_after_demonitor, .rounds = 30),
    LAB_FACT(to_demonitor_what_is_none_is_nothing),
    LAB_FACT(down_comes_after_all_messages),
    LAB_FACT(who_monitors_itself_hears_nothing),
    LAB_FACT(spawn_link_is_atomic),
    LAB_FACT(spawn_monitor_is_atomic),
    LAB_FACT(a_linked_child_ends_with_a_parent_that_fails_before_it_ran),
    LAB_FACT(a_child_can_be_unlinked_before_it_ran),
    LAB_FACT(each_of_many_links_is_found),
    LAB_FACT(one_hears_of_many),
    LAB_FACT(many_hear_of_one),
    FACT(who_was_nobody_stays_so, .rounds = 20),
    END_OF_FACTS,
};
