/* A service and its tests in a simulation: minutes take no time, and each seed is another order. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>

/* ---- the service: a lock that is lent for a minute, as its holder may be gone for good ---- */

#define LOCK_MESSAGES(MESSAGE)                                                                     \
    MESSAGE(lock_take, ACT_NO_FIELDS)                                                              \
    MESSAGE(lock_lent, ACT_NO_FIELDS)                                                              \
    MESSAGE(lock_busy, ACT_NO_FIELDS)
ACT_SCHEMA(lock, LOCK_MESSAGES);

/* Until when it is lent is in a kept block: a crash returns nothing. */
static void receive(act_self *self, void *state, const act_message *message)
{
    act_millis *lent_until = act_kept(self), now = act_now(self);
    (void)state;
    if (message->tag != lock_take_tag)
        act_unknown(self, message);
    else if (now < *lent_until)
        act_answer(self, message, lock_busy);
    else {
        *lent_until = now + ACT_SECONDS(60);
        act_answer(self, message, lock_lent);
    }
}

static const act_behavior      lock = {.name = "lock", .receive = receive};
static const act_spawn_options lock_name = {.size = sizeof(act_spawn_options), .name = "lock"};
static const act_child_spec    child = {
       .id = "lock", .behavior = &lock, .options = &lock_name, .kept_bytes = sizeof(act_millis)};
static const act_supervisor_spec tree = {.intensity = 1, .children = &child, .children_count = 1};

/* ---- what a test can do: let actors take the lock, let it crash, let time pass ---- */

static int lent, busy; /* answers since the test began */

static act_result take(act_self *self, void *state, const void *args)
{
    act_pid    pid;
    act_ref    ask;
    act_result result = act_whereis(act_self_system(self), &pid, "lock");
    (void)state, (void)args;
    return result == ACT_OK ? act_ask(self, &ask, pid, ACT_SECONDS(1), lock_take) : result;
}

static void hear(act_self *self, void *state, const act_message *message)
{
    (void)state;
    lent += message->tag == lock_lent_tag;
    busy += message->tag == lock_busy_tag;
    act_stop(self);
}

static const act_behavior taker = {.name = "taker", .init = take, .receive = hear};

static bool try_lock(act_simulation *simulation, act_millis after, int takers)
{
    act_pid    pid;
    act_result result = act_simulation_advance(simulation, after, 1000);
    for (int i = 0; result == ACT_OK && i < takers; i++)
        result = act_system_spawn(act_simulation_system(simulation), &pid, &taker, NULL, NULL);
    return result == ACT_OK && act_simulation_run(simulation, NULL, 1000) == ACT_OK;
}

static bool crash(act_simulation *simulation)
{
    act_system *system = act_simulation_system(simulation);
    act_pid     pid;
    return act_whereis(system, &pid, "lock") == ACT_OK &&
           act_system_exit_actor(system, pid, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)) ==
               ACT_OK;
}

/* ---- the tests: each begins with a service that has just been started ---- */

static bool one_of_five_gets_it(act_simulation *simulation)
{
    return try_lock(simulation, 0, 5) && lent == 1 && busy == 4;
}

static bool it_is_free_after_a_minute(act_simulation *simulation)
{
    return try_lock(simulation, 0, 1) && try_lock(simulation, ACT_SECONDS(60) - 1, 1) &&
           busy == 1 && try_lock(simulation, 1, 1) && lent == 2;
}

static bool a_crash_changes_nothing(act_simulation *simulation)
{
    return try_lock(simulation, 0, 1) && try_lock(simulation, ACT_SECONDS(40), 1) && busy == 1 &&
           crash(simulation) && try_lock(simulation, 0, 1) && busy == 2 &&
           try_lock(simulation, ACT_SECONDS(20), 1) && lent == 2;
}

static bool succeeds(bool (*test)(act_simulation *simulation), int seed)
{
    const act_system_options *options = ACT_SYSTEM_OPTIONS(.log_level = ACT_LOG_ERROR);
    act_simulation           *simulation;
    act_pid                   pid;
    lent = busy = 0;
    if (act_simulation_create(&simulation, seed, options) != ACT_OK)
        return false;
    act_system *system = act_simulation_system(simulation);
    bool        is_good =
        act_system_spawn_supervisor(system, &pid, &tree, NULL) == ACT_OK && test(simulation);
    act_simulation_destroy(&simulation);
    return is_good;
}

/* The seed of a failure repeats it, step by step, as often as it takes to find the cause. */
static int run_test(const char *name, bool (*test)(act_simulation *simulation))
{
    for (int seed = 1; seed <= 50; seed++)
        if (!succeeds(test, seed)) {
            printf("not ok - %s, seed %d\n", name, seed);
            return 1;
        }
    printf("ok - %s, with 50 seeds\n", name);
    return 0;
}

int main(void)
{
    int failed = run_test("one of five gets it", one_of_five_gets_it);
    failed += run_test("it is free after a minute", it_is_free_after_a_minute);
    failed += run_test("a crash changes nothing", a_crash_changes_nothing);
    return failed != 0;
}
