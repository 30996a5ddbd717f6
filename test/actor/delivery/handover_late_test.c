/* A message that is on its way while those in a handover come and go: whose it is. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>

#include <actor/process/cell.h>
#include <mailbox/base/gap.h>
#include <test/actor/late_sender.h>

enum { INSTANCES = 5 };

static act_pid               parent, child;
static act_spawn_options     options;
static act_lifecycle_options lifecycle;

static void spawns_child(act_self *self)
{
    ck_assert_int_eq(act_spawn_link(self, &child, &scripted, NULL, &options), ACT_OK);
}

static void open_late(act_handover kind)
{
    fixture_open();
    lifecycle = *ACT_LIFECYCLE_OPTIONS(.handover = kind);
    options = *ACT_SPAWN_OPTIONS(.lifecycle = &lifecycle);
    parent = fixture_spawn();
    fixture_let(parent, traps);
    fixture_let(parent, spawns_child);
}

static void replace_child(void)
{
    fixture_let(child, exits_with_an_error);
    ck_assert_int_eq(act_handover_of(fixture.system, child, &lifecycle.takes_over), ACT_OK);
    fixture_let(parent, spawns_child);
}

static void close_late(void)
{
    act__gap_with(NULL);
    fixture_let(child, exits_normally);
    ck_assert_int_eq(act_handover_of(fixture.system, child, &lifecycle.takes_over), ACT_OK);
    act_handover_abandon(fixture.system, lifecycle.takes_over);
    fixture_close();
}

static void it_is_for_the_one_that_is_there_when_it_comes(void)
{
    for (int instances = 0; instances < INSTANCES; instances++) {
        open_late(ACT_HANDOVER_KEEP);
        late_begin(child);
        for (int i = 0; i < instances; i++)
            replace_child();
        late_go_on();
        fixture_run();
        fixture_only(child, TAG_A);
        ck_assert_int_eq(fixture.dead_letters_count, 0);
        close_late();
    }
}

static void it_is_a_dead_letter_where_what_waits_is_dropped(void)
{
    open_late(ACT_HANDOVER_DROP);
    late_begin(child);
    replace_child();
    replace_child();
    late_go_on();
    fixture_run();
    ck_assert_int_eq(fixture_count(child, TAG_A), 0);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 1);
    close_late();
}

/* The next actor in the cell, which has taken no handover, follows none. */
static void it_is_a_dead_letter_when_the_handover_was_abandoned(void)
{
    open_late(ACT_HANDOVER_KEEP);
    replace_child();
    late_begin(child);
    fixture_let(child, exits_normally);
    ck_assert_int_eq(act_handover_of(fixture.system, child, &lifecycle.takes_over), ACT_OK);
    act_handover_abandon(fixture.system, lifecycle.takes_over);
    fixture_run();
    lifecycle.takes_over = act_pid_none();
    fixture_let(parent, spawns_child);
    ck_assert_uint_eq(child.local & ACT__SLOT_MASK, late.to.local & ACT__SLOT_MASK);
    replace_child();
    late_go_on();
    fixture_run();
    ck_assert_int_eq(fixture_count(child, TAG_A), 0);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 1);
    close_late();
}

static void *abandon(void *ignored)
{
    act_handover_abandon(fixture.system, lifecycle.takes_over);
    return ignored;
}

/* Another thread does it after the last look at what was asked. */
static void abandon_as_it_sleeps(const char *place)
{
    if (strcmp(place, "inbox.sleeps") != 0)
        return;
    pthread_t other;
    act__gap_with(NULL);
    ck_assert_int_eq(pthread_create(&other, NULL, abandon, NULL), 0);
    ck_assert_int_eq(pthread_join(other, NULL), 0);
}

static void a_handover_can_be_abandoned_as_it_falls_asleep(void)
{
    open_late(ACT_HANDOVER_KEEP);
    fixture_let(child, exits_with_an_error);
    ck_assert_int_eq(act_handover_of(fixture.system, child, &lifecycle.takes_over), ACT_OK);
    act_system_tell_value(fixture.system, lifecycle.takes_over, TAG_A, act_nothing());
    act__gap_with(abandon_as_it_sleeps);
    fixture_run();
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 1);
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(it_is_for_the_one_that_is_there_when_it_comes),
    FIXTURE_CASE(it_is_a_dead_letter_where_what_waits_is_dropped),
    FIXTURE_CASE(it_is_a_dead_letter_when_the_handover_was_abandoned),
    FIXTURE_CASE(a_handover_can_be_abandoned_as_it_falls_asleep),
    END_OF_CASES,
};
