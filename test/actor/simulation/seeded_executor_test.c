/*
 * The simulation itself: the seed decides the order and nothing else does; time is virtual and
 * steps are counted.
 */
/* SPDX-License-Identifier: MIT */
#include <test/actor/fixture.h>

static act_pid players[10];

/* Sends on at random until it has had enough, and sometimes fails on the way. */
static void plays(act_self *self, void *state, const act_message *message)
{
    act_ref timer;
    (void)message;
    if (++*(int *)state == 50)
        exits_normally(self);
    if (act_random(self) % 50 == 0)
        act_panic(self, "at random");
    act_pid other = players[act_random(self) % 10];
    if (act_random(self) % 4 == 0)
        (void)!act_tell_after_value(self, &timer, other, TAG_A, act_nothing(),
                                    (act_millis)(act_random(self) % 20));
    act_tell_value(self, other, TAG_A, act_nothing());
    act_tell_value(self, players[act_random(self) % 10], TAG_A, act_nothing());
}

static const act_behavior player = {.name = "player", .state_bytes = sizeof(int), .receive = plays};

static uint64_t course_of(uint64_t seed)
{
    memset(&fixture, 0, sizeof fixture);
    ck_assert_int_eq(act_simulation_create(&fixture.simulation, seed,
                                           FIXTURE_OPTIONS(.workers_count = 7)),
                     ACT_OK);
    fixture.system = act_simulation_system(fixture.simulation);
    for (int i = 0; i < 10; i++)
        players[i] = fixture_spawn_as(&player, NULL, NULL);
    for (int i = 0; i < 10; i++)
        act_system_tell_value(fixture.system, players[i], TAG_A, act_nothing());
    fixture_run();
    fixture_advance(100);
    uint64_t signature = act_simulation_signature(fixture.simulation);
    act_simulation_destroy(&fixture.simulation);
    return signature;
}

static void the_same_seed_takes_the_same_course(void)
{
    uint64_t seed = (uint64_t)kit_round() * 12345;
    uint64_t signature = course_of(seed);
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(course_of(seed), signature);
}

static void other_seeds_take_other_courses(void)
{
    uint64_t signatures[50];
    for (uint64_t seed = 0; seed < 50; seed++) {
        signatures[seed] = course_of(seed);
        for (uint64_t other = 0; other < seed; other++)
            ck_assert_uint_ne(signatures[seed], signatures[other]);
    }
}

/*
 * Ten actors that were told something at once run in some order: over the seeds each comes first at
 * some time.
 */
static void any_of_those_that_are_runnable_may_be_next(void)
{
    bool first[10] = {false};
    for (uint64_t seed = 0; seed < 300; seed++) {
        memset(&fixture, 0, sizeof fixture);
        ck_assert_int_eq(act_simulation_create(&fixture.simulation, seed, NULL), ACT_OK);
        fixture.system = act_simulation_system(fixture.simulation);
        for (int i = 0; i < 10; i++)
            players[i] = fixture_spawn();
        for (int i = 0; i < 10; i++)
            act_system_tell_value(fixture.system, players[i], TAG_A, act_nothing());
        fixture_run();
        for (int i = 0; i < 10; i++)
            first[i] |= act_pid_equal(fixture.notes[0].by, players[i]);
        act_simulation_destroy(&fixture.simulation);
    }
    for (int i = 0; i < 10; i++)
        ck_assert(first[i]);
}

static void goes_on_for_ever(act_self *self, void *state, const act_message *message)
{
    (void)state;
    (void)message;
    act_tell_value(self, act_self_pid(self), TAG_A, act_nothing());
}

static const act_behavior restless = {.name = "restless", .receive = goes_on_for_ever};

static void a_loop_is_stopped_after_so_many_turns(void)
{
    uint64_t steps = 0;
    fixture_open();
    act_system_tell_value(fixture.system, fixture_spawn_as(&restless, NULL, NULL), TAG_A,
                          act_nothing());
    ck_assert_int_eq(act_simulation_run(fixture.simulation, &steps, 1000), ACT_FULL);
    ck_assert_uint_eq(steps, 1000);
    ck_assert_int_eq(act_simulation_advance(fixture.simulation, 10, 1000), ACT_FULL);
    act_simulation_destroy(&fixture.simulation); /* also this ends */
    ck_assert_uint_eq(act__pool_outstanding(), fixture.outstanding);
}

static void threads_cannot_wait_for_a_simulation(void)
{
    act_message *message, *reply;
    fixture_open();
    act_pid a = fixture_spawn();
    ck_assert_int_eq(act_message_create(&message, TAG_A, 0), ACT_OK);
    ck_assert_int_eq(act_system_ask_message(fixture.system, a, &message, &reply, 100), ACT_INVALID);
    act_message_free(&message);
    ck_assert_int_eq(act_system_join(fixture.system, a, NULL, 0), ACT_INVALID);
    ck_assert_int_eq(act_system_run(fixture.system), ACT_INVALID);
    ck_assert_uint_eq(act_system_workers_count(fixture.system), 1);
    fixture_close();
}

static void a_blocking_actor_runs_like_any_other(void)
{
    fixture_open();
    act_pid a = fixture_spawn_as(&scripted, NULL, ACT_SPAWN_OPTIONS(.blocking = true));
    act_pid b = fixture_spawn_as(&scripted, NULL, ACT_SPAWN_OPTIONS(.worker = 1));
    ck_assert(fixture_lives(a) && fixture_lives(b));
    fixture_let(a, panics);
    fixture_let(b, panics);
    fixture_close();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(the_same_seed_takes_the_same_course, .rounds = 10),
    TEST_CASE(other_seeds_take_other_courses, .timeout_seconds = 30),
    TEST_CASE(any_of_those_that_are_runnable_may_be_next, .timeout_seconds = 30),
    FIXTURE_CASE(a_loop_is_stopped_after_so_many_turns),
    FIXTURE_CASE(threads_cannot_wait_for_a_simulation),
    FIXTURE_CASE(a_blocking_actor_runs_like_any_other),
    END_OF_CASES,
};
