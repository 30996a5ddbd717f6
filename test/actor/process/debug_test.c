/* What a debug build looks at, and what it says of each breach. */
/* SPDX-License-Identifier: MIT */
#include <actor/process/pid.h>
#include <actor/process/worker.h>
#include <actor/signal/bond.h>
#include <actor/signal/signal.h>
#include <actor/system/system_record.h>
#include <test/actor/child.h>
#include <test/actor/fixture.h>

/* Whatever is looked at: an actor's record is three cache lines. */
static void an_actor_has_192_bytes(void)
{
    ck_assert_uint_eq(sizeof(act_self), 192);
}

#ifdef ACT_DEBUG

static act_self *cell_of(act_pid pid)
{
    return act__cell_at(fixture.system, pid.local);
}

static void miscounts(act_self *self)
{
    act__inbox_count_more(&self->inbox_owned, 1);
}

static void an_inbox_that_counts_what_is_not_there_is_found(void)
{
    if (forks()) {
        fixture_open();
        fixture_let(fixture_spawn(), miscounts);
        _exit(0);
    }
    child_has_aborted("its inbox counts 1 messages and has 0");
}

static void loses_what_waits(act_self *self)
{
    act__take_in(self->worker, self);
    ck_assert_ptr_nonnull(self->inbox_owned.head);
    self->inbox_owned.head = self->inbox_owned.tail = NULL;
}

static void an_inbox_that_has_lost_messages_is_found(void)
{
    if (forks()) {
        fixture_open();
        act_pid pid = fixture_spawn();
        fixture_tell_to(pid, loses_what_waits);
        fixture_tell_to(pid, does_nothing);
        fixture_run();
        _exit(0);
    }
    child_has_aborted("its inbox counts 1 messages and has 0");
}

static void an_actor_that_is_run_without_its_token_is_found(void)
{
    if (forks()) {
        fixture_open();
        act_pid pid = fixture_spawn();
        act__turn_run(&cell_of(pid)->worker->run, &cell_of(pid)->task);
        _exit(0);
    }
    child_has_aborted("is run while it sleeps");
}

static void runs_itself(act_self *self)
{
    act__turn_run(&self->worker->run, &self->task);
}

static void an_actor_that_is_run_twice_is_found(void)
{
    if (forks()) {
        fixture_open();
        fixture_let(fixture_spawn(), runs_itself);
        _exit(0);
    }
    child_has_aborted("is run twice at the same time");
}

static void becomes_another_workers(act_self *self)
{
    self->worker = &act__record_of(fixture.system)->foreign_worker;
}

static void an_actor_that_another_worker_has_is_found(void)
{
    if (forks()) {
        fixture_open();
        fixture_let(fixture_spawn(), becomes_another_workers);
        _exit(0);
    }
    child_has_aborted("is run by a worker that does not have its token");
}

static void forgets_its_bonds(act_self *self)
{
    while (self->bonds.first != NULL)
        act__set_remove(self->bonds.first);
}

/* The first side of a bond, made so, ends without a word; the second does as it should. */
static void forget_a_bond(action make)
{
    fixture_open();
    act_pid first = fixture_spawn(), second = fixture_spawn();
    fixture_let_about(first, make, second);
    fixture_let(first, forgets_its_bonds);
    fixture_let(first, exits_normally);
    fixture_let(second, exits_normally);
    act_simulation_destroy(&fixture.simulation);
    _exit(0);
}

static void a_monitor_that_one_side_forgot_is_found(void)
{
    if (forks())
        forget_a_bond(monitors);
    child_has_aborted("a monitor of actor ");
    child_has_aborted(" is left: its first side did not end it");
}

static void a_link_that_one_side_forgot_is_found(void)
{
    if (forks())
        forget_a_bond(links);
    child_has_aborted("a link of actor ");
    child_has_aborted(" is left: its first side did not end it");
}

static void is_held_once_more(act_self *self)
{
    unsigned          side;
    struct act__bond *bond = act__bond_of_half(self->bonds.first, &side);
    act__store(&bond->holders, 3);
}

static void a_bond_that_is_held_once_more_is_found(void)
{
    if (forks()) {
        fixture_open();
        act_pid first = fixture_spawn(), second = fixture_spawn();
        fixture_let_about(first, monitors, second);
        fixture_let(first, is_held_once_more);
        act_simulation_destroy(&fixture.simulation);
        _exit(0);
    }
    child_has_aborted("a monitor of actor ");
}

static void links_another(act_self *self)
{
    (void)self;
    (void)!act_link(cell_of(fixture_other), fixture_other);
}

/* As a file that was compiled without ACT_DEBUG, which knows no line. */
static void a_call_for_another_actor_is_found(void)
{
    if (forks()) {
        fixture_open();
        act_pid first = fixture_spawn(), second = fixture_spawn();
        fixture_let_about(first, links_another, second);
        _exit(0);
    }
    child_has_aborted("act: act_link: actor ");
    child_has_aborted(" is none whose callback runs on this thread: that of ");
}

static void a_call_outside_all_callbacks_is_found(void)
{
    if (forks()) {
        fixture_open();
        act_exit(cell_of(fixture_spawn()), act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
        _exit(0);
    }
    child_has_aborted("act: act_exit: actor ");
    child_has_aborted(" is none whose callback runs on this thread: none does");
}

#endif

const struct kit_case kit_cases[] = {
    TEST_CASE(an_actor_has_192_bytes),
#ifdef ACT_DEBUG
    TEST_CASE(an_inbox_that_counts_what_is_not_there_is_found),
    TEST_CASE(an_inbox_that_has_lost_messages_is_found),
    TEST_CASE(an_actor_that_is_run_without_its_token_is_found),
    TEST_CASE(an_actor_that_is_run_twice_is_found),
    TEST_CASE(an_actor_that_another_worker_has_is_found),
    TEST_CASE(a_monitor_that_one_side_forgot_is_found),
    TEST_CASE(a_link_that_one_side_forgot_is_found),
    TEST_CASE(a_bond_that_is_held_once_more_is_found),
    TEST_CASE(a_call_for_another_actor_is_found),
    TEST_CASE(a_call_outside_all_callbacks_is_found),
#endif
    END_OF_CASES,
};
