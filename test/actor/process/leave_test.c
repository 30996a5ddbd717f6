/*
 * A callback that is left otherwise than by returning or by a panic ends the process with a message
 * that names it.
 */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <ucontext.h>

#include <actor/simulation/simulation.h>
#include <actor/system.h>
#include <actor/thread.h>
#include <test/actor/child.h>

enum { GO = 1 };

static act_system *sys;
static sem_t       inside, never, out;
static pthread_t   worker_thread;
static int         cleaned;

static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

static act_system *make_system(void)
{
    if (sem_init(&inside, 0, 0) != 0 || sem_init(&never, 0, 0) != 0 || sem_init(&out, 0, 0) != 0 ||
        act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 1, .log = quiet,
                                                   .actors_max = 1 << 20)) != ACT_OK)
        abort();
    return sys;
}

static void spawn(act_system *system, const act_behavior *behavior, bool blocking)
{
    act_pid pid;
    if (act_system_spawn(system, &pid, behavior, NULL, ACT_SPAWN_OPTIONS(.blocking = blocking)) !=
        ACT_OK)
        _exit(99);
    act_system_tell_value(system, pid, GO, act_nothing());
}

/* ------------------------------------------------------------------------ pthread_exit, -cancel */

static act_result leaves_in_init(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    pthread_exit(NULL);
}

static void leaves(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    pthread_exit(NULL);
}

static void exits(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static void leaves_in_terminate(act_self *self, void *state, act_exit_reason reason)
{
    (void)self, (void)state, (void)reason;
    pthread_exit(NULL);
}

static const act_behavior leavers[] = {
    {.name = "leaver", .receive = leaves},
    {.name = "early leaver", .init = leaves_in_init, .receive = leaves},
    {.name = "late leaver", .receive = exits, .terminate = leaves_in_terminate},
};
static const char *const told[] = {
    "act: error: leaver <0.1.1>: its thread was left by pthread_exit",
    "act: error: early leaver <0.1.1>: its thread was left",
    "act: error: late leaver <0.1.1>: its thread was left"};

enum { LEAVERS = sizeof leavers / sizeof leavers[0] };

static void pthread_exit_in_a_callback_ends_the_process(void)
{
    if (forks()) {
        spawn(make_system(), &leavers[kit_round() % LEAVERS], kit_round() >= LEAVERS);
        sem_wait(&never);
    }
    child_has_aborted(told[kit_round() % LEAVERS]);
}

static void pthread_exit_in_a_simulated_callback_ends_the_process(void)
{
    act_simulation *simulation;
    if (forks()) {
        if (act_simulation_create(&simulation, 1, NULL) != ACT_OK)
            _exit(99);
        spawn(act_simulation_system(simulation), &leavers[kit_round()], false);
        _exit(act_simulation_run(simulation, NULL, 0) != ACT_OK);
    }
    child_has_aborted(told[kit_round()]);
}

static void waits(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    worker_thread = pthread_self();
    sem_post(&inside);
    sem_wait(&never);
}

static void tells_its_thread(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    worker_thread = pthread_self();
    sem_post(&inside);
}

static const act_behavior waiter = {.name = "waiter", .receive = waits},
                          teller = {.name = "teller", .receive = tells_its_thread};

static void cancel(const act_behavior *behavior, bool blocking)
{
    spawn(make_system(), behavior, blocking);
    sem_wait(&inside);
    pthread_cancel(worker_thread);
    sem_wait(&never);
}

static void pthread_cancel_in_a_callback_ends_the_process(void)
{
    if (forks())
        cancel(&waiter, kit_round() != 0);
    child_has_aborted(
        "act: error: waiter <0.1.1>: its thread was left by pthread_exit or pthread_cancel");
}

static void pthread_cancel_of_an_idle_worker_ends_the_process(void)
{
    if (forks())
        cancel(&teller, kit_round() != 0);
    child_has_aborted("its thread was left by pthread_exit or pthread_cancel");
}

/* -------------------------------------------------------------------------------------- longjmp */

#ifndef __SANITIZE_THREAD__ /* which follows each thread on its own stack */
static ucontext_t in_main;

/*
 * What longjmp does, without what some C libraries and sanitizers do when it goes to another stack.
 */
static void jumps_to_main(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    setcontext(&in_main);
}

static const act_behavior jumper = {.name = "jumper", .receive = jumps_to_main};

/*
 * So far below that the worker, which goes on above, does not write over the frames of this thread.
 */
static __attribute__((noinline)) void spawn_and_wait_below(act_system *system, bool blocking)
{
    volatile char gap[1 << 18];
    gap[0] = gap[sizeof gap - 1] = 0;
    spawn(system, &jumper, blocking);
    for (;;)
        pause();
}

static void jump_out(void)
{
    volatile bool is_back = false;
    act_system   *mine = make_system();
    getcontext(&in_main);
    if (is_back) {
        if (kit_round() % 2 != 0)
            _exit(act_system_run(mine) != ACT_OK);
        _exit(act_system_destroy(&mine) != ACT_OK);
    }
    is_back = true;
    spawn_and_wait_below(mine, kit_round() >= 2);
}

static void a_callback_left_by_a_jump_onto_mains_stack_is_noticed_at_the_next_call(void)
{
    if (forks())
        jump_out();
    child_has_aborted("act: error: jumper <0.1.1>: its callback was left by longjmp");
}

#define JUMPS_CASE                                                                                 \
    TEST_CASE(a_callback_left_by_a_jump_onto_mains_stack_is_noticed_at_the_next_call, .rounds = 4) \
    ,
#else
#define JUMPS_CASE
#endif

static jmp_buf before_the_run;

static void jumps_out(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    longjmp(before_the_run, 1);
}

static const act_behavior dreamer = {.name = "dreamer", .receive = jumps_out};

static void jump_out_of_a_dream(void)
{
    act_simulation *simulation;
    if (act_simulation_create(&simulation, 1, NULL) != ACT_OK)
        _exit(99);
    spawn(act_simulation_system(simulation), &dreamer, false);
    (void)setjmp(before_the_run);
    _exit(act_simulation_run(simulation, NULL, 0) != ACT_OK);
}

static void a_simulated_callback_left_by_longjmp_is_noticed_at_the_next_run(void)
{
    if (forks())
        jump_out_of_a_dream();
    child_has_aborted("act: error: dreamer <0.1.1>: its callback was left by longjmp");
}

/* ------------------------------------------------------------------------- threads of one's own */

static void clean(void *argument)
{
    cleaned++;
    (void)argument;
}

static void leaves_its_thread(act_thread *self, void *argument)
{
    (void)argument;
    if (act_thread_defer(self, clean, NULL) != ACT_OK)
        abort();
    if (kit_round() % 2 == 0)
        pthread_exit(NULL);
    pthread_cancel(pthread_self());
    pthread_testcancel();
}

static void a_thread_may_end_by_pthread_exit(void)
{
    act_thread     *thread;
    act_exit_report report;
    cleaned = 0;
    ck_assert_int_eq(act_thread_spawn(&thread, leaves_its_thread, NULL), ACT_OK);
    ck_assert_int_eq(act_thread_join(&thread, &report), ACT_OK);
    ck_assert_int_eq(report.kind, ACT_EXIT_NORMAL);
    ck_assert_int_eq(cleaned, 1);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(pthread_exit_in_a_callback_ends_the_process, .rounds = 2 * LEAVERS),
    TEST_CASE(pthread_exit_in_a_simulated_callback_ends_the_process, .rounds = LEAVERS),
    TEST_CASE(pthread_cancel_in_a_callback_ends_the_process, .rounds = 2),
    TEST_CASE(pthread_cancel_of_an_idle_worker_ends_the_process, .rounds = 2),
    JUMPS_CASE TEST_CASE(a_simulated_callback_left_by_longjmp_is_noticed_at_the_next_run),
    TEST_CASE(a_thread_may_end_by_pthread_exit, .rounds = 2),
    END_OF_CASES,
};
