/*
 * A system with callbacks that do not return is destroyed in bounded time, and says what it leaves
 * behind.
 */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <actor/io/io.h>
#include <actor/lifecycle.h>
#include <actor/system.h>
#include <supervisor/task.h>
#include <test/kit/kit.h>

enum { GO = 1 };

static act_system     *sys;
static sem_t           stuck, way_out, hooks_way_out, thread_ended, clean, log_lines;
static pthread_key_t   at_thread_end;
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static char            logged[8192];
static _Atomic int     hooks_after;
static _Atomic bool    is_gone, letters_hang, reports_hang;

static void be_stuck_until(sem_t *way)
{
    ck_assert_int_eq(pthread_setspecific(at_thread_end, &at_thread_end), 0);
    sem_post(&stuck);
    while (sem_wait(way) != 0) /* the look at a stuck thread interrupts it */
        ck_assert_int_eq(errno, EINTR);
}

static void collect(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level;
    pthread_mutex_lock(&log_mutex);
    size_t used = strlen(logged);
    snprintf(logged + used, sizeof logged - used, "%s\n", text);
    pthread_mutex_unlock(&log_mutex);
    hooks_after += is_gone;
    sem_post(&log_lines);
    if (reports_hang && strstr(text, "is stuck") != NULL)
        be_stuck_until(&hooks_way_out);
}

static void tell_end(void *value)
{
    (void)value;
    sem_post(&thread_ended);
}

static void open_system(const act_system_options *options)
{
    sem_init(&stuck, 0, 0);
    sem_init(&way_out, 0, 0);
    sem_init(&hooks_way_out, 0, 0);
    sem_init(&thread_ended, 0, 0);
    sem_init(&clean, 0, 0);
    sem_init(&log_lines, 0, 0);
    logged[0] = '\0';
    hooks_after = 0;
    is_gone = letters_hang = reports_hang = false;
    ck_assert_int_eq(pthread_key_create(&at_thread_end, tell_end), 0);
    ck_assert_int_eq(act_system_create(&sys, options), ACT_OK);
}

#define SOON(...)                                                                                  \
    ACT_SYSTEM_OPTIONS(.workers_count = 1, .blocking_max = 1, .log = collect,                      \
                       .dead_letter = hears_letter, .stop_timeout = 20, .actors_max = 1 << 20,     \
                       __VA_ARGS__)
#define OPTIONS SOON(.destroy_timeout = 20)

static void be_stuck(void)
{
    be_stuck_until(&way_out);
}

static void hears_letter(void *context, act_pid to, const act_message *message, act_result why)
{
    (void)context, (void)to, (void)message, (void)why;
    hooks_after += is_gone;
    if (letters_hang)
        be_stuck();
}

static void tell_clean(void *argument)
{
    (void)argument;
    sem_post(&clean);
}

static void wait_until_logged(const char *text)
{
    for (bool found = false; !found;) {
        sem_wait(&log_lines);
        pthread_mutex_lock(&log_mutex);
        found = strstr(logged, text) != NULL;
        pthread_mutex_unlock(&log_mutex);
    }
}

static act_result begins(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    return act_defer(self, tell_clean, NULL);
}

static void hangs(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    be_stuck();
    /* the system is still there, and this a dead letter */
    act_tell_value(self, act_self_pid(self), GO, act_nothing());
}

static const act_behavior hanging = {.name = "hanging", .init = begins, .receive = hangs};

static act_pid spawn(const act_behavior *behavior, const act_spawn_options *options)
{
    act_pid pid;
    ck_assert_int_eq(act_system_spawn(sys, &pid, behavior, NULL, options), ACT_OK);
    act_system_tell_value(sys, pid, GO, act_nothing());
    return pid;
}

static void destroy_in_vain(void)
{
    ck_assert_int_eq(act_system_destroy(&sys), ACT_TIMED_OUT);
    ck_assert_ptr_null(sys);
    is_gone = true;
}

/* The stuck callback goes on in what is left of its system, to the very end of its thread. */
static void let_go(void)
{
    sem_post(&way_out);
    sem_wait(&clean);
    sem_wait(&thread_ended);
    ck_assert_int_eq(hooks_after, 0);
}

static void logged_has(const char *text)
{
    ck_assert_msg(strstr(logged, text) != NULL, "not in the log: %s\n%s", text, logged);
}

/* --------------------------------------------------------------------------------- what is left */

static void a_blocking_callback_that_does_not_return_is_left_behind(void)
{
    open_system(OPTIONS);
    spawn(&hanging, ACT_SPAWN_OPTIONS(.blocking = true, .name = "fred"));
    sem_wait(&stuck);
    destroy_in_vain();
    logged_has("act_system_destroy leaves behind hanging \"fred\" <0.1.1>: its callback has run "
               "for ");
    logged_has("timed out: 1 actors and 1 threads are left");
    let_go();
}

static void a_handler_on_a_worker_that_does_not_return_is_left_behind(void)
{
    open_system(OPTIONS);
    spawn(&hanging, NULL);
    sem_wait(&stuck);
    destroy_in_vain();
    logged_has("act_system_destroy leaves behind hanging <0.1.1>: its callback has run for ");
    logged_has("timed out: 1 actors and 1 threads are left");
    let_go();
}

static act_result listens(act_self *self, void *state, const void *args)
{
    ck_assert_int_eq(act_tcp_listen(self, state, "127.0.0.1", 0, NULL), ACT_OK);
    return begins(self, state, args);
}

/* Its end needs the station back, for the listener. */
static const act_behavior listening = {
    .name = "listening", .state_bytes = sizeof(act_listener *), .init = listens, .receive = hangs};

static void closes_late(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)message;
    be_stuck();
    act_listener_close(state);
}

static const act_behavior closing = {.name = "closing",
                                     .state_bytes = sizeof(act_listener *),
                                     .init = listens,
                                     .receive = closes_late};

/* Both have lost their station to another thread, and want it back when that has ended. */
static void threads_that_were_displaced_end_when_their_owners_of_sockets_return(void)
{
    open_system(SOON(.destroy_timeout = 20, .stuck_after = ACT_MS(10)));
    spawn(&listening, NULL);
    sem_wait(&stuck);
    wait_until_logged("listening <0.1.1> is stuck");
    spawn(&closing, NULL);
    sem_wait(&stuck);
    wait_until_logged("closing <0.2.1> is stuck");
    destroy_in_vain();
    sem_post(&way_out);
    let_go();
    sem_wait(&clean);
    sem_wait(&thread_ended);
}

static void an_actor_that_waits_behind_a_stuck_callback_is_named_too(void)
{
    open_system(OPTIONS);
    spawn(&hanging, ACT_SPAWN_OPTIONS(.blocking = true));
    sem_wait(&stuck);
    spawn(&hanging, ACT_SPAWN_OPTIONS(.blocking = true));
    destroy_in_vain();
    logged_has("leaves behind hanging <0.1.1>: its callback has run");
    logged_has("leaves behind hanging <0.2.1>: waits for its turn");
    let_go();
}

static void of_many_a_few_are_named_and_the_rest_counted(void)
{
    open_system(OPTIONS);
    for (int i = 0; i < 20; i++)
        spawn(&hanging, ACT_SPAWN_OPTIONS(.blocking = true));
    sem_wait(&stuck);
    destroy_in_vain();
    logged_has("leaves behind 12 more actors");
    let_go();
}

static void leaves_a_handover(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static const act_behavior hands_over = {.name = "hands_over", .receive = leaves_a_handover};

static void a_handover_is_no_actor_that_is_left_behind(void)
{
    open_system(OPTIONS);
    act_pid pid =
        spawn(&hands_over,
              ACT_SPAWN_OPTIONS(.lifecycle = ACT_LIFECYCLE_OPTIONS(.handover = ACT_HANDOVER_KEEP)));
    ck_assert_int_eq(act_system_join(sys, pid, NULL, ACT_FOREVER), ACT_OK);
    spawn(&hanging, NULL);
    sem_wait(&stuck);
    destroy_in_vain();
    logged_has("leaves behind hanging <0.2.3>: its callback has run");
    ck_assert_msg(strstr(logged, "hands_over") == NULL, "%s", logged);
    let_go();
}

static void hangs_in_terminate(act_self *self, void *state, act_exit_reason reason)
{
    (void)self, (void)state, (void)reason;
    be_stuck();
}

static void ignores(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

static void tells_that_it_lives(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    sem_post(&stuck);
}

static const act_behavior reluctant = {.name = "reluctant",
                                       .init = begins,
                                       .receive = tells_that_it_lives,
                                       .terminate = hangs_in_terminate};

static void a_stop_names_what_has_not_ended_in_time(void)
{
    open_system(SOON(.destroy_timeout = ACT_FOREVER));
    spawn(&reluctant, ACT_SPAWN_OPTIONS(.blocking = true));
    sem_wait(&stuck);
    act_system_stop(sys);
    ck_assert_int_eq(act_system_run(sys), ACT_TIMED_OUT);
    sem_wait(&stuck);
    logged_has("not ended within stop_timeout, is killed: reluctant <0.1.1>: its callback has run "
               "for ");
    sem_post(&way_out);
    ck_assert_int_eq(act_system_destroy(&sys), ACT_OK);
}

static void litters(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
    act_tell_value(self, act_self_pid(self), GO, act_nothing());
}

static const act_behavior litterer = {.name = "litterer", .init = begins, .receive = litters};

static void a_hook_that_does_not_return_is_left_behind(void)
{
    open_system(OPTIONS);
    letters_hang = true;
    spawn(&litterer, ACT_SPAWN_OPTIONS(.blocking = true));
    sem_wait(&stuck);
    destroy_in_vain();
    logged_has("1 threads are left");
    let_go();
}

static const act_behavior alive = {.name = "alive", .receive = tells_that_it_lives};

static void hangs_once(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    be_stuck();
}

static const act_behavior patient = {.name = "patient", .receive = hangs_once};

/* Nor does it keep the others from going on: the second that hangs has the one spare thread. */
static void a_hook_for_the_log_that_does_not_return_is_left_behind(void)
{
    open_system(SOON(.destroy_timeout = 20, .stuck_after = ACT_MS(10)));
    reports_hang = true;
    spawn(&patient, NULL);
    sem_wait(&stuck);
    sem_wait(&stuck); /* the hook, with its report */
    spawn(&patient, NULL);
    sem_wait(&stuck);
    spawn(&alive, NULL);
    sem_wait(&stuck);
    sem_post(&way_out);
    sem_post(&way_out);
    destroy_in_vain();
    logged_has("timed out: 0 actors and 1 threads are left");
    sem_post(&hooks_way_out);
    for (int i = 0; i < 3; i++)
        sem_wait(&thread_ended);
    ck_assert_int_eq(hooks_after, 0);
}

/* ---------------------------------------------------------------------------------------- tasks */

static act_pid tasks;

static act_message *hangs_as_task(act_self *self, const void *args)
{
    char copy[8];
    ck_assert_int_eq(act_defer(self, tell_clean, NULL), ACT_OK);
    be_stuck();
    memcpy(copy, args, sizeof copy); /* still there */
    ck_assert_str_eq(copy, "numbers");
    return NULL;
}

static act_result runs_a_task(act_self *self, void *state, const void *args)
{
    act_ref ask;
    (void)state, (void)args;
    return act_task_run(self, &ask, tasks, hangs_as_task, "numbers", 8, ACT_MS(1));
}

static const act_behavior employer = {.name = "employer", .init = runs_a_task, .receive = ignores};

static void a_task_that_does_not_return_is_left_behind_with_its_args(void)
{
    const act_child_spec      task = act_task_child(ACT_SPAWN_OPTIONS(.blocking = true));
    const act_supervisor_spec spec = {
        .strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE, .children = &task, .children_count = 1};
    open_system(OPTIONS);
    ck_assert_int_eq(act_system_spawn_supervisor(sys, &tasks, &spec, NULL), ACT_OK);
    spawn(&employer, NULL);
    sem_wait(&stuck);
    destroy_in_vain();
    logged_has("leaves behind task <0.3.1>: its callback has run for ");
    let_go();
}

static void nothing_is_left_of_callbacks_that_return(void)
{
    open_system(ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = collect,
                                   .destroy_timeout = ACT_FOREVER, .actors_max = 1 << 20));
    spawn(&litterer, ACT_SPAWN_OPTIONS(.blocking = true));
    spawn(&litterer, NULL);
    ck_assert_int_eq(act_system_destroy(&sys), ACT_OK);
    ck_assert_str_eq(logged, "");
    ck_assert_int_eq(act_system_destroy(&sys), ACT_OK); /* NULL */
    ck_assert_int_eq(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.destroy_timeout = -2)),
                     ACT_INVALID);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_blocking_callback_that_does_not_return_is_left_behind),
    TEST_CASE(a_handler_on_a_worker_that_does_not_return_is_left_behind),
    TEST_CASE(threads_that_were_displaced_end_when_their_owners_of_sockets_return,
              .timeout_seconds = 30),
    TEST_CASE(an_actor_that_waits_behind_a_stuck_callback_is_named_too),
    TEST_CASE(a_handover_is_no_actor_that_is_left_behind),
    TEST_CASE(of_many_a_few_are_named_and_the_rest_counted),
    TEST_CASE(a_stop_names_what_has_not_ended_in_time),
    TEST_CASE(a_hook_that_does_not_return_is_left_behind),
    TEST_CASE(a_hook_for_the_log_that_does_not_return_is_left_behind, .timeout_seconds = 30),
    TEST_CASE(a_task_that_does_not_return_is_left_behind_with_its_args),
    TEST_CASE(nothing_is_left_of_callbacks_that_return),
    END_OF_CASES,
};
