/*
 * Systems with real workers: made, used by threads, stopped in order, taken down without a trace.
 */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <actor/system.h>
#include <mailbox/message/pool.h>
#include <test/kit/kit.h>

enum { TAG_ASK = 1, TAG_END, TAG_PANIC, TAG_FLOOD, TAG_KEEP };

static act_system *sys;

static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

#define QUIETLY(...) ACT_SYSTEM_OPTIONS(.log = quiet, __VA_ARGS__)

/* Each round of a case has another number of workers. */
static uint32_t workers(void)
{
    static const uint32_t counts[] = {1, 2, 4};
    return counts[kit_round() % 3];
}

static void open_system(void)
{
    /* Far below the default: two of them must fit the address space that valgrind leaves. */
    ck_assert_int_eq(act_system_create(&sys,
                                       QUIETLY(.workers_count = workers(), .actors_max = 1 << 20)),
                     ACT_OK);
}

static void answers(act_self *self, void *state, const act_message *message)
{
    (void)state;
    switch (message->tag) {
    case TAG_ASK: act_answer_value(self, message, TAG_ASK, act_int64(2 * message->as.int64)); break;
    case TAG_END: act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 3, "told to")); break;
    case TAG_PANIC: act_panic(self, "told to"); break;
    case TAG_FLOOD: /* not the answer, but messages to the one that asks */
        for (int i = 0; i < 10; i++)
            act_tell_value(self, act_message_sender(message), TAG_END, act_int64(i));
        if (act_exit_other(self, act_message_sender(message),
                           act_exit_reason_make(ACT_EXIT_ERROR, 0, "gotcha")) != ACT_OK ||
            act_exit_other(self, act_message_sender(message),
                           act_exit_reason_make(ACT_EXIT_KILL, 1, "gotcha")) != ACT_OK)
            abort();
        act_answer_value(self, message, TAG_ASK, act_int64(77));
        break;
    default: break;
    }
}

static const act_behavior answerer = {.name = "answerer", .receive = answers};

static act_pid spawn(const act_behavior *behavior, const act_spawn_options *options)
{
    act_pid pid;
    ck_assert_int_eq(act_system_spawn(sys, &pid, behavior, NULL, options), ACT_OK);
    return pid;
}

static act_result ask(act_pid actor, uint32_t tag, int64_t value, int64_t *answer,
                      act_millis timeout)
{
    act_message *message, *reply;
    ck_assert_int_eq(act_message_create_value(&message, tag, act_int64(value)), ACT_OK);
    act_result result = act_system_ask_message(sys, actor, &message, &reply, timeout);
    act_message_free(&message);
    if (result != ACT_OK)
        return result;
    *answer = reply->tag == TAG_ASK ? reply->as.int64 : -1;
    act_message_free(&reply);
    return ACT_OK;
}

/* ------------------------------------------------------------------------------ made and unmade */

static void a_system_can_be_made_and_destroyed(void)
{
    act_system *none = NULL;
    act_system_destroy(&none);
    open_system();
    ck_assert_uint_eq(act_system_workers_count(sys), workers());
    act_system_destroy(&sys);
    ck_assert_ptr_null(sys);
}

static void options_out_of_range_are_refused(void)
{
    ck_assert_int_eq(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 257)),
                     ACT_INVALID);
    ck_assert_int_eq(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.actors_max = (1u << 27) + 1)),
                     ACT_INVALID);
    ck_assert_int_eq(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.stop_timeout = -2)), ACT_INVALID);
    ck_assert_int_eq(act_system_create(&sys, &(act_system_options){.size = 3}), ACT_INVALID);
}

static void a_stopped_system_runs_to_its_end(void)
{
    open_system();
    for (int i = 0; i < 20; i++)
        spawn(&answerer, NULL);
    act_system_stop(sys);
    act_system_stop(sys);
    ck_assert_int_eq(act_system_run(sys), ACT_OK);
    act_pid pid;
    ck_assert_int_eq(act_system_spawn(sys, &pid, &answerer, NULL, NULL), ACT_CLOSED);
    act_system_destroy(&sys);
}

static void hundred_systems_leave_nothing(void)
{
    size_t outstanding = act__pool_outstanding();
    int    fds = kit_entries_of("/proc/self/fd"), threads = kit_entries_of("/proc/self/task");
    for (int i = 0; i < 100; i++) {
        int64_t answer;
        open_system();
        act_pid a = spawn(&answerer, NULL);
        act_pid b = spawn(&answerer, ACT_SPAWN_OPTIONS(.blocking = true));
        ck_assert_int_eq(ask(a, TAG_ASK, i, &answer, ACT_FOREVER), ACT_OK);
        ck_assert_int_eq(ask(b, TAG_ASK, i, &answer, ACT_FOREVER), ACT_OK);
        act_system_tell_value(sys, a, i % 2 ? TAG_PANIC : TAG_KEEP, act_nothing());
        act_system_tell_value(sys, b, i % 2 ? TAG_PANIC : TAG_KEEP, act_nothing());
        act_system_destroy(&sys);
        ck_assert_uint_eq(act__pool_outstanding(), outstanding);
    }
    ck_assert_int_eq(kit_entries_of("/proc/self/fd"), fds);
    for (int i = 0; i < 100000 && kit_entries_of("/proc/self/task") != threads; i++)
        sched_yield(); /* detached threads are out of the system, but maybe not yet out of the
                          kernel */
    ck_assert_int_eq(kit_entries_of("/proc/self/task"), threads);
}

static void two_systems_live_side_by_side(void)
{
    int64_t answer;
    open_system();
    act_system *first = sys;
    act_pid     a = spawn(&answerer, ACT_SPAWN_OPTIONS(.name = "one"));
    open_system();
    act_pid b = spawn(&answerer, ACT_SPAWN_OPTIONS(.name = "one"));
    ck_assert_int_eq(ask(b, TAG_ASK, 1, &answer, ACT_FOREVER), ACT_OK);
    act_system_destroy(&sys);
    sys = first;
    ck_assert_int_eq(ask(a, TAG_ASK, 21, &answer, ACT_FOREVER), ACT_OK);
    ck_assert_int_eq((int)answer, 42);
    act_system_destroy(&sys);
}

/* ----------------------------------------------------------------------------- ordinary threads */

static void a_thread_can_ask(void)
{
    int64_t answer;
    open_system();
    act_pid a = spawn(&answerer, NULL);
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(ask(a, TAG_ASK, i, &answer, ACT_FOREVER), ACT_OK);
        ck_assert_int_eq((int)answer, 2 * i);
    }
    ck_assert_int_eq(ask(a, TAG_KEEP, 0, &answer, 5), ACT_TIMED_OUT);
    ck_assert_int_eq(ask(a, TAG_ASK, 0, &answer, 0), ACT_INVALID);
    ck_assert_int_eq(ask(a, TAG_ASK, 0, &answer, -5), ACT_INVALID);
    ck_assert_int_eq(ask(a, TAG_PANIC, 0, &answer, ACT_FOREVER), ACT_NO_ACTOR);
    ck_assert_int_eq(ask(a, TAG_ASK, 0, &answer, ACT_FOREVER), ACT_NO_ACTOR);
    ck_assert_int_eq(ask(act_pid_none(), TAG_ASK, 0, &answer, ACT_FOREVER), ACT_NO_ACTOR);
    act_system_destroy(&sys);
}

/* The cell of the actor that did not come to be is the next that a thread lives in. */
static void a_thread_can_ask_after_a_spawn_that_failed(void)
{
    static const act_behavior large = {.name = "large", .state_bytes = 1000, .receive = answers};
    size_t                    outstanding = act__pool_outstanding();
    int64_t                   answer;
    act_pid                   pid;
    open_system();
    act_pid a = spawn(&answerer, ACT_SPAWN_OPTIONS(.name = "one"));
    ck_assert_int_eq(act_system_spawn(sys, &pid, &large, NULL, ACT_SPAWN_OPTIONS(.name = "one")),
                     ACT_EXISTS);
    ck_assert_int_eq(ask(a, TAG_ASK, 1, &answer, ACT_FOREVER), ACT_OK);
    act_system_destroy(&sys);
    ck_assert_uint_eq(act__pool_outstanding(), outstanding);
}

static void only_an_answer_is_an_answer(void)
{
    int64_t answer;
    size_t  outstanding = act__pool_outstanding();
    open_system();
    act_pid a = spawn(&answerer, NULL);
    for (int i = 0; i < 50; i++) {
        ck_assert_int_eq(ask(a, TAG_FLOOD, 0, &answer, ACT_FOREVER), ACT_OK);
        ck_assert_int_eq((int)answer, 77);
    }
    act_system_destroy(&sys);
    ck_assert_uint_eq(act__pool_outstanding(), outstanding);
}

/* To the asker, which is no actor: it would wait for itself. */
static void forwards_back(act_self *self, void *state, const act_message *message)
{
    act_pid      asker = act_message_sender(message);
    act_message *mine = act_take(self);
    (void)state;
    if (act_forward(self, asker, &mine) != ACT_OK)
        abort();
}

static void a_request_that_is_forwarded_to_a_thread_is_no_answer(void)
{
    int64_t answer;
    open_system();
    act_pid router = spawn(&(act_behavior){.name = "router", .receive = forwards_back},
                           kit_round() % 2 == 0 ? NULL : ACT_SPAWN_OPTIONS(.blocking = true));
    ck_assert_int_eq(ask(router, TAG_ASK, 1, &answer, ACT_FOREVER), ACT_NO_ACTOR);
    act_system_destroy(&sys);
}

static void a_thread_can_join(void)
{
    act_exit_report report;
    open_system();
    act_pid a = spawn(&answerer, NULL), b = spawn(&answerer, NULL);
    ck_assert_int_eq(act_system_join(sys, a, &report, 0), ACT_TIMED_OUT);
    ck_assert_int_eq(act_system_join(sys, a, &report, 5), ACT_TIMED_OUT);
    ck_assert_int_eq(act_system_join(sys, a, &report, -5), ACT_INVALID);
    act_system_tell_value(sys, a, TAG_PANIC, act_nothing());
    ck_assert_int_eq(act_system_join(sys, a, &report, ACT_FOREVER), ACT_OK);
    ck_assert(report.kind == ACT_EXIT_PANIC ||
              report.kind == ACT_EXIT_NO_ACTOR); /* if it was quicker than we */
    if (report.kind == ACT_EXIT_PANIC)
        ck_assert_ptr_nonnull(strstr(report.text, "system_test.c:"));
    ck_assert_int_eq(act_system_join(sys, a, &report, ACT_FOREVER), ACT_OK);
    ck_assert(report.kind == ACT_EXIT_NO_ACTOR);
    ck_assert_int_eq(act_system_exit_actor(sys, b, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    ck_assert_int_eq(act_system_join(sys, b, NULL, ACT_FOREVER), ACT_OK);
    act_system_destroy(&sys);
}

enum { THREADS = 8 };
static act_pid targets[4];

static void *asks_many(void *argument)
{
    int64_t answer;
    for (int i = 0; i < 300; i++) {
        ck_assert_int_eq(ask(targets[i % 4], TAG_ASK, i, &answer, ACT_FOREVER), ACT_OK);
        if (answer != 2 * i)
            abort();
    }
    return argument;
}

/* They are killed while they wait, with a text. */
static void *asks_killers(void *argument)
{
    int64_t answer;
    for (int i = 0; i < 100; i++)
        if (ask(targets[i % 4], TAG_FLOOD, i, &answer, ACT_FOREVER) != ACT_OK || answer != 77)
            abort();
    return argument;
}

static void let_threads(void *(*body)(void *argument))
{
    pthread_t threads[THREADS];
    size_t    outstanding = act__pool_outstanding();
    open_system();
    for (int i = 0; i < 4; i++)
        targets[i] = spawn(&answerer, i == 3 ? ACT_SPAWN_OPTIONS(.blocking = true) : NULL);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, body, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    act_system_destroy(&sys);
    ck_assert_uint_eq(act__pool_outstanding(), outstanding);
}

static void many_threads_can_ask_at_once(void)
{
    let_threads(asks_many);
}

static void many_threads_can_be_killed_at_once_in_vain(void)
{
    let_threads(asks_killers);
}

/* ----------------------------------------------------------------------------------------- stop */

static _Atomic int order[16], order_count;

static act_result takes_its_number(act_self *self, void *state, const void *args)
{
    (void)args;
    *(intptr_t *)state = (intptr_t)act_kept(self);
    return ACT_OK;
}

static void says_its_number(act_self *self, void *state, act_exit_reason reason)
{
    (void)self;
    ck_assert_int_eq(reason.kind, ACT_EXIT_SHUTDOWN);
    order[order_count++] = (int)*(intptr_t *)state;
}

static const act_behavior numbered = {.name = "numbered",
                                      .state_bytes = sizeof(intptr_t),
                                      .init = takes_its_number,
                                      .receive = answers,
                                      .terminate = says_its_number};

static void roots_stop_in_reverse_order(void)
{
    open_system();
    order_count = 0;
    for (intptr_t i = 0; i < 10; i++) {
        int64_t answer;
        ck_assert_int_eq(ask(spawn(&numbered, ACT_SPAWN_OPTIONS(.kept = (void *)i)), TAG_ASK, 0,
                             &answer, ACT_FOREVER),
                         ACT_OK);
    }
    act_system_stop(sys);
    ck_assert_int_eq(act_system_run(sys), ACT_OK);
    ck_assert_int_eq(order_count, 10);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(order[i], 9 - i);
    act_system_destroy(&sys);
}

enum { MUTE = 500 };
static _Atomic uint64_t ended_before[16];

static void counts_those_before(act_self *self, void *state, act_exit_reason reason)
{
    act_counters counters;
    act_system_counters(sys, &counters);
    ended_before[*(intptr_t *)state] = counters.exited;
    says_its_number(self, state, reason);
}

static const act_behavior counting = {.name = "counting",
                                      .state_bytes = sizeof(intptr_t),
                                      .init = takes_its_number,
                                      .receive = answers,
                                      .terminate = counts_those_before};
static const act_behavior mute = {.name = "mute", .receive = answers};

/*
 * Those that run nothing when they end may go together; one that does finds all gone that were
 * spawned after it.
 */
static void mute_roots_stop_together_and_the_others_in_order(void)
{
    open_system();
    order_count = 0;
    for (intptr_t i = 0; i < 10; i++) {
        int64_t answer;
        act_pid one = spawn(&counting, ACT_SPAWN_OPTIONS(.kept = (void *)i));
        ck_assert_int_eq(ask(one, TAG_ASK, 0, &answer, ACT_FOREVER), ACT_OK);
        for (int m = 0; m < MUTE; m++)
            (void)spawn(&mute, NULL);
    }
    act_system_stop(sys);
    ck_assert_int_eq(act_system_run(sys), ACT_OK);
    ck_assert_int_eq(order_count, 10);
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(order[i], 9 - i);
        ck_assert_uint_eq(ended_before[i], (uint64_t)(10 - i) * MUTE + (uint64_t)(9 - i));
    }
    act_system_destroy(&sys);
}

static act_result traps_first(act_self *self, void *state, const void *args)
{
    (void)state;
    (void)args;
    return act_trap_exits(self, true);
}

static const act_behavior stubborn = {.name = "stubborn", .init = traps_first, .receive = answers};

static void an_actor_that_ignores_a_shutdown_is_killed_at_the_deadline(void)
{
    int64_t answer;
    ck_assert_int_eq(
        act_system_create(&sys, QUIETLY(.workers_count = workers(), .stop_timeout = 30)), ACT_OK);
    ck_assert_int_eq(ask(spawn(&stubborn, NULL), TAG_ASK, 0, &answer, ACT_FOREVER), ACT_OK);
    act_system_stop(sys);
    ck_assert_int_eq(act_system_run(sys), ACT_TIMED_OUT);
    act_system_destroy(&sys);
}

static void               respawns(act_self *self, void *state, act_exit_reason reason);
static const act_behavior hydra = {.name = "hydra", .receive = answers, .terminate = respawns};

static void respawns(act_self *self, void *state, act_exit_reason reason)
{
    act_pid pid;
    (void)state;
    (void)reason;
    for (int i = 0; i < 2; i++)
        if (act_spawn(self, &pid, &hydra, NULL, NULL) == ACT_OK)
            act_tell_value(self, pid, TAG_END, act_nothing());
}

static void actors_that_respawn_are_stopped_too(void)
{
    size_t outstanding = act__pool_outstanding();
    ck_assert_int_eq(act_system_create(&sys, QUIETLY(.workers_count = workers(), .stop_timeout = 20,
                                                     .actors_max = 2000)),
                     ACT_OK);
    act_system_tell_value(sys, spawn(&hydra, NULL), TAG_END, act_nothing());
    for (int i = 0; i < 5000 * (kit_round() % 2); i++)
        sched_yield();
    act_system_destroy(&sys);
    ck_assert_uint_eq(act__pool_outstanding(), outstanding);
}

static void stops_the_system(int signal_number)
{
    (void)signal_number;
    act_system_stop(sys);
}

static void a_signal_handler_may_stop_the_system(void)
{
    open_system();
    spawn(&answerer, NULL);
    signal(SIGALRM, stops_the_system);
    struct itimerspec soon = {.it_value = {0, 5000000}};
    timer_t           timer;
    ck_assert_int_eq(timer_create(CLOCK_MONOTONIC, NULL, &timer), 0);
    ck_assert_int_eq(timer_settime(timer, 0, &soon, NULL), 0);
    ck_assert_int_eq(act_system_run(sys), ACT_OK);
    timer_delete(timer);
    act_system_destroy(&sys);
}

static void stops_itself(act_self *self, void *state, const act_message *message)
{
    (void)state;
    (void)message;
    act_system_stop(act_self_system(self));
}

static const act_behavior stopper = {.name = "stopper", .receive = stops_itself};

static void a_handler_may_stop_the_system(void)
{
    open_system();
    act_system_tell_value(sys, spawn(&stopper, NULL), TAG_ASK, act_nothing());
    ck_assert_int_eq(act_system_run(sys), ACT_OK);
    act_system_destroy(&sys);
}

static _Atomic int released, made;

static void release(void *nothing)
{
    (void)nothing;
    released++;
}

static act_result arms_timers(act_self *self, void *state, const void *args)
{
    act_ref ref;
    (void)state;
    (void)args;
    for (int i = 0; i < 10; i++)
        if (act_tell_after_value(self, &ref, act_self_pid(self), TAG_KEEP,
                                 act_resource_value(&released, release), 100000) != ACT_OK)
            abort();
    made += 10; /* those that are stopped before their init make none */
    return ACT_OK;
}

static const act_behavior armed = {.name = "armed", .init = arms_timers, .receive = answers};

static void what_waits_at_the_end_is_released(void)
{
    size_t outstanding = act__pool_outstanding();
    open_system();
    released = made = 0;
    for (int i = 0; i < 20; i++) {
        act_pid pid = spawn(&armed, i % 4 == 0 ? ACT_SPAWN_OPTIONS(.blocking = true) : NULL);
        act_system_tell_value(sys, pid, TAG_KEEP, act_resource_value(&released, release));
    }
    act_system_destroy(&sys);
    ck_assert_int_eq(released, 20 + made);
    ck_assert_uint_eq(act__pool_outstanding(), outstanding);
}

/* ------------------------------------------------------------------------------------- blocking */

static pthread_barrier_t barrier;

static void meets(act_self *self, void *state, const act_message *message)
{
    (void)state;
    pthread_barrier_wait(&barrier);
    act_answer_value(self, message, TAG_ASK, act_int64(0));
}

static const act_behavior meeter = {.name = "meeter", .receive = meets};

/* Each blocks until all are there: as many threads are needed as there are actors. */
static void blocking_actors_can_wait_for_each_other(void)
{
    enum { MANY = 6 };
    act_pid pids[MANY];
    open_system();
    pthread_barrier_init(&barrier, NULL, MANY + 1);
    for (int i = 0; i < MANY; i++)
        pids[i] = spawn(&meeter, ACT_SPAWN_OPTIONS(.blocking = true));
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < MANY; i++)
            act_system_tell_value(sys, pids[i], TAG_ASK, act_nothing());
        pthread_barrier_wait(&barrier);
    }
    act_system_destroy(&sys);
    pthread_barrier_destroy(&barrier); /* the last to leave it has left the system */
}

static void blocking_actors_panic_like_any_other(void)
{
    act_exit_report report;
    open_system();
    for (int i = 0; i < 20; i++) {
        act_pid a = spawn(&answerer, ACT_SPAWN_OPTIONS(.blocking = true));
        act_system_tell_value(sys, a, TAG_PANIC, act_nothing());
        ck_assert_int_eq(act_system_join(sys, a, &report, ACT_FOREVER), ACT_OK);
    }
    act_system_destroy(&sys);
}

static _Atomic int heard[16], heard_count;

static void hears(act_self *self, void *state, const act_message *message)
{
    act_ref ref;
    (void)state;
    if (message->tag == TAG_ASK)
        for (int i = 0; i < 16; i++)
            ck_assert_int_eq(act_tell_after_value(self, &ref, act_self_pid(self), TAG_KEEP,
                                                  act_int64(i), 20),
                             ACT_OK);
    else
        heard[heard_count++] = (int)message->as.int64;
    if (heard_count == 16)
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static const act_behavior hearer = {.name = "hearer", .receive = hears};

/* A blocking actor arms its timers on a wheel of another thread. */
static void timers_of_a_blocking_actor_fire_in_the_order_they_were_armed(void)
{
    open_system();
    heard_count = 0;
    act_pid pid = spawn(&hearer, ACT_SPAWN_OPTIONS(.blocking = kit_round() % 2 == 0));
    act_system_tell_value(sys, pid, TAG_ASK, act_nothing());
    ck_assert_int_eq(act_system_join(sys, pid, NULL, ACT_FOREVER), ACT_OK);
    int sorted = 0;
    for (int i = 1; i < 16; i++)
        sorted += heard[i] > heard[i - 1];
    ck_assert_int_ge(sorted, 14); /* a millisecond may pass once while they are armed: still in
                                     order of due */
    ck_assert_int_eq(heard_count, 16);
    act_system_destroy(&sys);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_system_can_be_made_and_destroyed, .rounds = 3),
    TEST_CASE(options_out_of_range_are_refused),
    TEST_CASE(a_stopped_system_runs_to_its_end, .rounds = 6),
    TEST_CASE(hundred_systems_leave_nothing, .rounds = 3, .timeout_seconds = 30),
    TEST_CASE(two_systems_live_side_by_side, .rounds = 3),
    TEST_CASE(a_thread_can_ask, .rounds = 3),
    TEST_CASE(a_thread_can_ask_after_a_spawn_that_failed, .rounds = 3),
    TEST_CASE(only_an_answer_is_an_answer, .rounds = 3),
    TEST_CASE(a_request_that_is_forwarded_to_a_thread_is_no_answer, .rounds = 6),
    TEST_CASE(a_thread_can_join, .rounds = 3),
    TEST_CASE(many_threads_can_ask_at_once, .rounds = 3, .timeout_seconds = 30),
    TEST_CASE(many_threads_can_be_killed_at_once_in_vain, .rounds = 3, .timeout_seconds = 30),
    TEST_CASE(roots_stop_in_reverse_order, .rounds = 3),
    TEST_CASE(mute_roots_stop_together_and_the_others_in_order, .rounds = 6),
    TEST_CASE(an_actor_that_ignores_a_shutdown_is_killed_at_the_deadline, .rounds = 3),
    TEST_CASE(actors_that_respawn_are_stopped_too, .rounds = 6, .timeout_seconds = 20),
    TEST_CASE(a_signal_handler_may_stop_the_system, .rounds = 3),
    TEST_CASE(a_handler_may_stop_the_system, .rounds = 3),
    TEST_CASE(what_waits_at_the_end_is_released, .rounds = 6),
    TEST_CASE(blocking_actors_can_wait_for_each_other, .rounds = 3, .timeout_seconds = 20),
    TEST_CASE(blocking_actors_panic_like_any_other, .rounds = 3),
    TEST_CASE(timers_of_a_blocking_actor_fire_in_the_order_they_were_armed, .rounds = 6),
    END_OF_CASES,
};
