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

#include <actor/lifecycle.h>
#include <actor/simulation/simulation.h>
#include <actor/system.h>
#include <actor/thread.h>
#include <mailbox/base/gap.h>
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

/* ------------------------------------------------------- releases, when no callback is left */

static act_self *owner; /* of what is released, whether or not it is still there */

static void panics_for_its_owner(void *unused)
{
    (void)unused;
    act_panic(owner, "from a release");
}

static void exits_for_its_owner(void *unused)
{
    (void)unused;
    cleaned++;
    act_exit(owner, act_exit_reason_make(ACT_EXIT_ERROR, 0, NULL));
}

static void (*release)(void *pointer);

/* Something that waits in its inbox when it ends. */
static void exits_before_its_message(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag != GO)
        return;
    owner = self;
    act_tell_value(self, act_self_pid(self), GO + 1, act_resource_value(&cleaned, release));
    act_stop(self);
}

static const act_behavior careless = {.name = "careless", .receive = exits_before_its_message};

static act_simulation *spawn_careless(act_handover handover)
{
    act_simulation *simulation;
    act_pid         pid;
    if (act_simulation_create(&simulation, 1, NULL) != ACT_OK ||
        act_system_spawn(
            act_simulation_system(simulation), &pid, &careless, NULL,
            ACT_SPAWN_OPTIONS(.lifecycle = ACT_LIFECYCLE_OPTIONS(.handover = handover))) != ACT_OK)
        abort();
    act_system_tell_value(act_simulation_system(simulation), pid, GO, act_nothing());
    return simulation;
}

static void a_release_that_panics_for_an_actor_that_has_ended_ends_the_process(void)
{
    static const act_handover handovers[] = {ACT_HANDOVER_NONE, ACT_HANDOVER_DROP};
    release = panics_for_its_owner;
    if (forks())
        _exit(act_simulation_run(spawn_careless(handovers[kit_round()]), NULL, 1000) != ACT_OK);
    child_has_aborted("act: error: careless <0.1.");
    child_has_aborted("in a release or a hook: there is no callback to leave");
}

static void a_release_cannot_end_an_actor_that_has_ended(void)
{
    act_counters    counters;
    act_simulation *simulation;
    cleaned = 0;
    release = exits_for_its_owner;
    simulation = spawn_careless(ACT_HANDOVER_NONE);
    ck_assert_int_eq(act_simulation_run(simulation, NULL, 1000), ACT_OK);
    act_system_counters(act_simulation_system(simulation), &counters);
    ck_assert_int_eq(cleaned, 1);
    ck_assert_uint_eq(counters.exited, 1);
    ck_assert_int_eq(act_simulation_destroy(&simulation), ACT_OK);
}

static sem_t              gone;
static _Thread_local bool is_late;

static void leaves_its_worker(void *unused)
{
    (void)unused;
    pthread_exit(NULL);
}

/* The thread that has asked is gone when what it is told is pushed. */
static void come_late(const char *place)
{
    if (!is_late || strcmp(place, "send.admitted") != 0)
        return;
    is_late = false;
    while (sem_wait(&gone) != 0)
        ;
}

static void tells_its_asker_late(act_self *self, void *state, const act_message *message)
{
    (void)state;
    is_late = true;
    act_tell_value(self, act_message_sender(message), GO,
                   act_resource_value(&cleaned, leaves_its_worker));
}

static const act_behavior late = {.name = "late", .receive = tells_its_asker_late};

static void ask_one_that_is_late(void)
{
    act_pid      pid;
    act_message *request, *reply;
    act_system  *system = make_system();
    act__gap_with(come_late);
    if (sem_init(&gone, 0, 0) != 0 || act_system_spawn(system, &pid, &late, NULL, NULL) != ACT_OK ||
        act_message_create_value(&request, GO, act_nothing()) != ACT_OK ||
        act_system_ask_message(system, pid, &request, &reply, 100) != ACT_TIMED_OUT)
        abort();
    sem_post(&gone);
    sem_wait(&never);
}

/* Its cell has no name: no actor has ever lived there. */
static void pthread_exit_in_a_release_for_a_thread_that_has_asked_ends_the_process(void)
{
    if (forks())
        ask_one_that_is_late();
    child_has_aborted("its thread was left by pthread_exit");
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
    TEST_CASE(a_release_that_panics_for_an_actor_that_has_ended_ends_the_process, .rounds = 2),
    TEST_CASE(a_release_cannot_end_an_actor_that_has_ended),
    TEST_CASE(pthread_exit_in_a_release_for_a_thread_that_has_asked_ends_the_process),
    JUMPS_CASE TEST_CASE(a_simulated_callback_left_by_longjmp_is_noticed_at_the_next_run),
    TEST_CASE(a_thread_may_end_by_pthread_exit, .rounds = 2),
    END_OF_CASES,
};
