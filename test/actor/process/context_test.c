/* Calls that must not be made in a callback answer ACT_INVALID there, and nothing happens. */
/* SPDX-License-Identifier: MIT */
#include <semaphore.h>
#include <stdatomic.h>

#include <actor/simulation/simulation.h>
#include <actor/system.h>
#include <actor/thread.h>
#include <test/kit/kit.h>

enum { GO = 1 };

static act_system     *sys, *other;
static act_pid         answerer_pid, other_pid;
static act_thread     *thread;
static act_simulation *simulation;
static sem_t           way_out;
static _Atomic int     failures;

/* Checks in a callback: Check's own would jump out of it. */
#define EXPECT(call, result) (failures += (call) != (result))

static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

static void answers(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_answer_value(self, message, GO, act_nothing());
}

static const act_behavior answerer = {.name = "answerer", .receive = answers};

static void waits_for_end(act_thread *self, void *argument)
{
    (void)self, (void)argument;
    sem_wait(&way_out);
}

static act_system *make_system(void)
{
    act_system *made;
    ck_assert_int_eq(act_system_create(&made, ACT_SYSTEM_OPTIONS(.workers_count = 1, .log = quiet,
                                                                 .actors_max = 1 << 20)),
                     ACT_OK);
    return made;
}

static void open_systems(void)
{
    failures = 0;
    sem_init(&way_out, 0, 0);
    sys = make_system();
    other = make_system();
    ck_assert_int_eq(act_system_spawn(sys, &answerer_pid, &answerer, NULL, NULL), ACT_OK);
    ck_assert_int_eq(act_system_spawn(other, &other_pid, &answerer, NULL, NULL), ACT_OK);
    ck_assert_int_eq(act_thread_spawn(&thread, waits_for_end, NULL), ACT_OK);
}

static void close_systems(void)
{
    sem_post(&way_out);
    ck_assert_int_eq(act_thread_join(&thread, NULL), ACT_OK);
    ck_assert_int_eq(act_system_destroy(&sys), ACT_OK);
    ck_assert_int_eq(act_system_destroy(&other), ACT_OK);
    ck_assert_int_eq(failures, 0);
}

static act_result ask(act_system *system, act_pid pid)
{
    act_message *message, *reply;
    if (act_message_create_value(&message, GO, act_nothing()) != ACT_OK)
        return ACT_NO_MEMORY;
    act_result result = act_system_ask_message(system, pid, &message, &reply, ACT_FOREVER);
    if (result == ACT_OK)
        act_message_free(&reply);
    act_message_free(&message);
    return result;
}

static void expect_no_waiting(void)
{
    act_system *mine = sys;
    EXPECT(ask(sys, answerer_pid), ACT_INVALID);
    EXPECT(ask(other, other_pid), ACT_INVALID);
    EXPECT(act_system_join(sys, answerer_pid, NULL, ACT_FOREVER), ACT_INVALID);
    EXPECT(act_system_join(sys, answerer_pid, NULL, 0), ACT_INVALID);
    EXPECT(act_thread_join(&thread, NULL), ACT_INVALID);
    EXPECT(act_system_run(sys), ACT_INVALID);
    EXPECT(act_system_run(other), ACT_INVALID);
    EXPECT(act_system_destroy(&mine), ACT_INVALID);
    EXPECT(mine == sys, true);
    mine = other;
    EXPECT(act_system_destroy(&mine), ACT_INVALID);
}

static act_result tries_in_init(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    expect_no_waiting();
    return ACT_OK;
}

static void tries_in_a_clean_up(void *argument)
{
    (void)argument;
    expect_no_waiting();
}

static void tries_in_receive(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    expect_no_waiting();
    EXPECT(act_defer(self, tries_in_a_clean_up, NULL), ACT_OK);
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static void tries_in_terminate(act_self *self, void *state, act_exit_reason reason)
{
    (void)self, (void)state, (void)reason;
    expect_no_waiting();
}

static const act_behavior offender = {.name = "offender",
                                      .init = tries_in_init,
                                      .receive = tries_in_receive,
                                      .terminate = tries_in_terminate};

static void run_to_its_end(act_system *system, const act_behavior *behavior,
                           const act_spawn_options *options)
{
    act_pid pid;
    ck_assert_int_eq(act_system_spawn(system, &pid, behavior, NULL, options), ACT_OK);
    act_system_tell_value(system, pid, GO, act_nothing());
    ck_assert_int_eq(act_system_join(system, pid, NULL, ACT_FOREVER), ACT_OK);
}

static void no_callback_on_a_worker_can_wait(void)
{
    open_systems();
    run_to_its_end(sys, &offender, NULL);
    close_systems();
}

/* ------------------------------------------------------------------------------ blocking actors */

static void does_what_blocking_actors_may(act_self *self, void *state, const act_message *message)
{
    act_system *mine = sys, *third = make_system();
    (void)state, (void)message;
    EXPECT(ask(sys, answerer_pid), ACT_OK);
    EXPECT(ask(other, other_pid), ACT_OK);
    EXPECT(act_system_join(sys, answerer_pid, NULL, 0), ACT_TIMED_OUT);
    EXPECT(ask(sys, act_self_pid(self)), ACT_INVALID); /* it would wait for itself */
    EXPECT(act_system_join(sys, act_self_pid(self), NULL, ACT_FOREVER), ACT_INVALID);
    EXPECT(act_system_run(sys), ACT_INVALID);
    EXPECT(act_system_destroy(&mine), ACT_INVALID);
    act_system_stop(third);
    EXPECT(act_system_run(third), ACT_OK);
    EXPECT(act_system_destroy(&third), ACT_OK);
    sem_post(&way_out);
    EXPECT(act_thread_join(&thread, NULL), ACT_OK);
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static const act_behavior blocker = {.name = "blocker", .receive = does_what_blocking_actors_may};

static void a_blocking_callback_can_wait_but_not_for_itself(void)
{
    open_systems();
    run_to_its_end(sys, &blocker, ACT_SPAWN_OPTIONS(.blocking = true));
    ck_assert_int_eq(act_thread_spawn(&thread, waits_for_end, NULL), ACT_OK);
    close_systems();
}

/* ---------------------------------------------------------------------------------- simulations */

static void tries_to_go_on(act_self *self, void *state, const act_message *message)
{
    act_simulation *mine = simulation;
    (void)self, (void)state, (void)message;
    EXPECT(act_simulation_run(simulation, NULL, 0), ACT_INVALID);
    EXPECT(act_simulation_advance(simulation, 1, 0), ACT_INVALID);
    EXPECT(act_simulation_destroy(&mine), ACT_INVALID);
    EXPECT(mine == simulation, true);
    failures += 100;
}

static const act_behavior dreamer = {.name = "dreamer", .receive = tries_to_go_on};

static void simulate(void)
{
    act_system *system = act_simulation_system(simulation);
    act_pid     pid;
    EXPECT(act_system_spawn(system, &pid, &dreamer, NULL, NULL), ACT_OK);
    act_system_tell_value(system, pid, GO, act_nothing());
    EXPECT(act_simulation_run(simulation, NULL, 0), ACT_OK);
    EXPECT(act_system_destroy(&system), ACT_INVALID);
    EXPECT(act_system_run(system), ACT_INVALID);
}

static void a_simulation_is_not_run_by_its_own_callbacks(void)
{
    failures = -100; /* the callback has run once */
    ck_assert_int_eq(act_simulation_create(&simulation, 1, NULL), ACT_OK);
    simulate();
    ck_assert_int_eq(act_simulation_destroy(&simulation), ACT_OK);
    ck_assert_int_eq(act_simulation_destroy(&simulation), ACT_OK); /* NULL */
    ck_assert_int_eq(failures, 0);
}

static void simulates(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    simulate();
    expect_no_waiting(); /* still on a worker */
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static const act_behavior simulant = {.name = "simulant", .receive = simulates};

static void a_callback_of_another_system_can_run_a_simulation(void)
{
    open_systems();
    failures = -100;
    ck_assert_int_eq(act_simulation_create(&simulation, 1, NULL), ACT_OK);
    run_to_its_end(sys, &simulant, NULL);
    ck_assert_int_eq(act_simulation_destroy(&simulation), ACT_OK);
    close_systems();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(no_callback_on_a_worker_can_wait),
    TEST_CASE(a_blocking_callback_can_wait_but_not_for_itself),
    TEST_CASE(a_simulation_is_not_run_by_its_own_callbacks),
    TEST_CASE(a_callback_of_another_system_can_run_a_simulation),
    END_OF_CASES,
};
