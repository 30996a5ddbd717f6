/* A message that comes late, into the cell that a spawn takes. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>

#include <actor/process/pid.h>
#include <mailbox/base/gap.h>
#include <test/actor/late_sender.h>

static act_pid spawner, gone, newborn, other;

/* Its receiver has ended, and its cell is the next that is taken. */
static void open_late(void)
{
    fixture_open();
    spawner = fixture_spawn();
    gone = fixture_spawn();
    late_begin(gone);
    fixture_let(gone, exits_normally);
}

static bool is_where_one_was(act_pid pid)
{
    return (pid.local & ACT__SLOT_MASK) == (gone.local & ACT__SLOT_MASK);
}

static void check_newborn(void)
{
    ck_assert(is_where_one_was(newborn));
    ck_assert_int_eq(fixture_count(newborn, TAG_INIT), 1);
    ck_assert_int_eq(fixture_count(newborn, TAG_B), 1);
    ck_assert_int_eq(fixture_count(newborn, TAG_A), 0);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 1);
}

static void close_late(void)
{
    act__gap_with(NULL);
    fixture_close();
}

static void notes_init(act_self *self)
{
    (void)note_down(self, TAG_INIT);
}

static void spawns(act_self *self)
{
    const action init = notes_init;
    ck_assert_int_eq(act_spawn(self, &newborn, &scripted, &init, NULL), ACT_OK);
    act_tell_value(self, newborn, TAG_B, act_nothing());
}

static void spawns_after_it_came(act_self *self)
{
    late_go_on();
    spawns(self);
    /* the run that it has woken has the token: the spawner leaves the cell as it is */
    ck_assert_int_eq(act__phase_of(act__pid_cell(fixture.system, newborn)), ACT__PHASE_FREE);
}

static void a_cell_that_it_has_woken_lives_when_START_is_fetched(void)
{
    open_late();
    fixture_let(spawner, spawns_after_it_came);
    check_newborn();
    close_late();
}

static void spawns_before_it_comes(act_self *self)
{
    spawns(self);
    late_go_on();
}

static void it_is_a_dead_letter_of_a_newborn_that_has_not_run(void)
{
    open_late();
    fixture_let(spawner, spawns_before_it_comes);
    check_newborn();
    close_late();
}

static const act_behavior plain = {.name = "plain", .receive = scripted_receive};

static void spawns_a_plain_one(act_self *self)
{
    ck_assert_int_eq(act_spawn(self, &newborn, &plain, NULL, NULL), ACT_OK);
    late_go_on();
    act_tell_value(self, newborn, TAG_B, act_nothing());
}

static void one_that_is_born_running_refuses_it(void)
{
    open_late();
    fixture_let(spawner, spawns_a_plain_one);
    ck_assert(is_where_one_was(newborn));
    ck_assert_int_eq(fixture_count(newborn, TAG_B), 1);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 1);
    close_late();
}

/* The spawner has the token of the cell, and the name is not looked at yet. */
static void let_it_come_to_a_held_cell(const char *place)
{
    late_hold_up(place);
    if (is_late || strcmp(place, "spawn.has_cell") != 0)
        return;
    act__gap_with(late_hold_up);
    late_go_on();
}

static void fails_to_spawn(act_self *self)
{
    act_result result =
        act_spawn(self, &other, &scripted, NULL, ACT_SPAWN_OPTIONS(.name = "taken"));
    ck_assert_int_eq(result, ACT_EXISTS);
}

static void takes_the_name(act_self *self)
{
    ck_assert_int_eq(act_register(self, "taken"), ACT_OK);
}

static void a_spawn_that_fails_leaves_it_to_the_cell(void)
{
    open_late();
    fixture_let(spawner, takes_the_name);
    act__gap_with(let_it_come_to_a_held_cell);
    fixture_let(spawner, fails_to_spawn);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 1);
    fixture_let(spawner, spawns);
    check_newborn();
    close_late();
}

static void *kill_newborn(void *ignored)
{
    ck_assert_int_eq(act_system_exit_actor(fixture.system, newborn,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    return ignored;
}

/* Another thread does it while the spawner has the token. */
static void kill_as_it_rests(const char *place)
{
    if (strcmp(place, "spawn.rests") != 0)
        return;
    pthread_t killer;
    act__gap_with(NULL);
    ck_assert_int_eq(pthread_create(&killer, NULL, kill_newborn, NULL), 0);
    ck_assert_int_eq(pthread_join(killer, NULL), 0);
}

static void spawns_one_that_rests(act_self *self)
{
    act_lifecycle_options *lifecycle = ACT_LIFECYCLE_OPTIONS(.rests = true);
    ck_assert_int_eq(
        act_spawn(self, &newborn, &plain, NULL, ACT_SPAWN_OPTIONS(.lifecycle = lifecycle)), ACT_OK);
}

static void one_that_rests_hears_of_its_kill(void)
{
    fixture_open();
    spawner = fixture_spawn();
    act__gap_with(kill_as_it_rests);
    fixture_let(spawner, spawns_one_that_rests);
    ck_assert(!fixture_lives(newborn));
    fixture_close();
}

static void one_that_rests_is_woken_by_a_message(void)
{
    fixture_open();
    spawner = fixture_spawn();
    fixture_let(spawner, spawns_one_that_rests);
    ck_assert(fixture_lives(newborn));
    act_system_tell_value(fixture.system, newborn, TAG_B, act_nothing());
    fixture_run();
    fixture_only(newborn, TAG_B);
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(a_cell_that_it_has_woken_lives_when_START_is_fetched),
    FIXTURE_CASE(it_is_a_dead_letter_of_a_newborn_that_has_not_run),
    FIXTURE_CASE(one_that_is_born_running_refuses_it),
    FIXTURE_CASE(a_spawn_that_fails_leaves_it_to_the_cell),
    FIXTURE_CASE(one_that_rests_hears_of_its_kill),
    FIXTURE_CASE(one_that_rests_is_woken_by_a_message),
    END_OF_CASES,
};
