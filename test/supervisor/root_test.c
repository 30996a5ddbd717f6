/* Roots of trees in a system that runs: what act_system_run answers, and what is logged. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <string.h>

#include <actor/system.h>
#include <supervisor/supervisor.h>
#include <test/kit/kit.h>

enum { FAIL = 1, STOP, NORMAL };

static act_system         *system_now;
static char                logged[8192];
static pthread_mutex_t     log_mutex = PTHREAD_MUTEX_INITIALIZER;
static uint32_t            order; /* what the next worker tells itself in init: its args */
static bool                traps, refuses;
static act_child_spec      child;
static act_supervisor_spec spec;
static act_pid             root;

static void note_log(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level;
    pthread_mutex_lock(&log_mutex);
    strncat(logged, text, sizeof logged - strlen(logged) - 2);
    strcat(logged, "\n");
    pthread_mutex_unlock(&log_mutex);
}

static bool has_logged(const char *text)
{
    pthread_mutex_lock(&log_mutex);
    bool has = strstr(logged, text) != NULL;
    pthread_mutex_unlock(&log_mutex);
    return has;
}

static act_result worker_init(act_self *self, void *state, const void *args)
{
    uint32_t mine = *(const uint32_t *)args;
    (void)state;
    if (mine != 0)
        act_tell_value(self, act_self_pid(self), mine, act_nothing());
    if (traps && act_trap_exits(self, true) != ACT_OK)
        return ACT_NO_MEMORY;
    return refuses ? ACT_OS : ACT_OK;
}

static void worker_receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == FAIL)
        act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 7, "bad luck"));
    if (message->tag == NORMAL)
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
    if (message->tag == STOP)
        act_system_stop(act_self_system(self));
}

static const act_behavior worker = {
    .name = "worker", .args_bytes = sizeof order, .init = worker_init, .receive = worker_receive};

static void begin(void)
{
    logged[0] = '\0';
    order = 0;
    traps = refuses = false;
    child = (act_child_spec){.id = "w", .behavior = &worker, .args = &order};
    spec = (act_supervisor_spec){.intensity = 2, .children = &child, .children_count = 1};
    ck_assert_int_eq(act_system_create(&system_now,
                                       ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = note_log)),
                     ACT_OK);
}

static void start(void)
{
    ck_assert_int_eq(act_system_spawn_supervisor(system_now, &root, &spec, NULL), ACT_OK);
}

static act_result run_it(void)
{
    act_result result = act_system_run(system_now);
    act_system_destroy(&system_now);
    return result;
}

static void one_that_gives_up_ends_the_run_and_is_logged_with_numbers(void)
{
    begin();
    order = FAIL;
    start();
    ck_assert_int_eq(run_it(), ACT_GAVE_UP);
    ck_assert(
        has_logged("gives up: more than 2 restarts in 5000 ms; child \"w\" ended last: error 7"));
}

static void one_below_that_gives_up_is_logged_too(void)
{
    act_supervisor_spec below;
    begin();
    below = spec;
    below.intensity = 0;
    order = FAIL;
    act_child_spec below_child = act_supervisor_child("below", &below);
    spec = (act_supervisor_spec){.intensity = 0, .children = &below_child, .children_count = 1};
    start();
    ck_assert_int_eq(run_it(), ACT_GAVE_UP);
    ck_assert(
        has_logged("gives up: more than 0 restarts in 5000 ms; child \"w\" ended last: error 7"));
    ck_assert(has_logged(
        "gives up: more than 0 restarts in 5000 ms; child \"below\" ended last: shutdown"));
}

static void one_that_cannot_start_ends_the_run(void)
{
    begin();
    refuses = true;
    start();
    ck_assert_int_eq(run_it(), ACT_GAVE_UP);
}

static void one_that_is_killed_ends_the_run(void)
{
    begin();
    start();
    ck_assert_int_eq(act_system_exit_actor(system_now, root,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    ck_assert_int_eq(run_it(), ACT_GAVE_UP);
    ck_assert(has_logged("killed"));
}

static void one_that_is_told_to_stop_ends_alone(void)
{
    begin();
    start();
    ck_assert_int_eq(act_system_exit_actor(system_now, root,
                                           act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)),
                     ACT_OK);
    ck_assert_int_eq(act_system_join(system_now, root, NULL, ACT_FOREVER), ACT_OK);
    order = STOP;
    start();
    ck_assert_int_eq(run_it(), ACT_OK);
    ck_assert_str_eq(logged, "");
}

static void the_last_one_whose_work_is_done_ends_the_run(void)
{
    begin();
    child.restart = ACT_RESTART_TRANSIENT;
    child.significant = true;
    spec.auto_shutdown = ACT_AUTO_SHUTDOWN_ANY_SIGNIFICANT;
    order = NORMAL;
    start();
    ck_assert_int_eq(run_it(), ACT_OK);
    ck_assert_str_eq(logged, "");
}

static void a_child_that_had_to_be_killed_makes_the_result_so(void)
{
    begin();
    order = STOP;
    traps = true;
    child.shutdown = ACT_MS(1);
    start();
    ck_assert_int_eq(run_it(), ACT_TIMED_OUT);
    ck_assert(has_logged("child \"w\" had 1 ms to end and is killed"));
    ck_assert(has_logged("worker \"w\" <0.2.1> ended: killed\n"));
}

static void a_child_whose_spec_says_so_is_killed_in_silence(void)
{
    begin();
    order = STOP;
    traps = true;
    child.shutdown = ACT_SHUTDOWN_KILL;
    start();
    ck_assert_int_eq(run_it(), ACT_OK);
    ck_assert_str_eq(logged, "");
}

static void a_kill_is_logged(void)
{
    act_pid pid;
    begin();
    ck_assert_int_eq(act_system_spawn(system_now, &pid, &worker, &order,
                                      ACT_SPAWN_OPTIONS(.name = "victim")),
                     ACT_OK);
    ck_assert_int_eq(act_system_exit_actor(system_now, pid,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    ck_assert_int_eq(act_system_join(system_now, pid, NULL, ACT_FOREVER), ACT_OK);
    act_system_stop(system_now);
    ck_assert_int_eq(run_it(), ACT_OK); /* it was before the stop */
    ck_assert(has_logged("worker \"victim\" <0.1.1> ended: killed\n"));
}

enum { GUESTS = 50, ASK_FOR_GUESTS };
static int         guests_begun, guests_refused, answers_left;
static _Atomic int guests_released;

static void release_guest(void *args)
{
    (void)args;
    guests_released++;
}

static act_result guest_init(act_self *self, void *state, const void *args)
{
    (void)self, (void)state;
    return *(const int *)args > 0 ? ACT_OK : ACT_INVALID;
}

static void guest_receive(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

static const act_behavior guest = {
    .name = "guest", .args_bytes = sizeof(int), .init = guest_init, .receive = guest_receive};

/* Asks for all, counts the answers, and stops the system after the last. */
static void host_receive(act_self *self, void *state, const act_message *message)
{
    act_supervisor_answer answer;
    act_ref               ask;
    (void)state;
    if (message->tag == ASK_FOR_GUESTS) {
        for (int i = 1; i <= GUESTS; i++)
            ck_assert_int_eq(act_supervisor_start_child_args(self, &ask, root, &i, sizeof i,
                                                             ACT_FOREVER),
                             ACT_OK);
        return;
    }
    ck_assert_int_eq(act_supervisor_answer_read(message, &answer), ACT_OK);
    guests_begun += answer.result == ACT_OK;
    guests_refused += answer.result == ACT_NO_MEMORY;
    if (--answers_left == 0)
        act_system_stop(act_self_system(self));
}

static const act_behavior host = {.name = "host", .receive = host_receive};

static void args_of_children_for_which_there_is_no_room_are_released(void)
{
    act_pid pid;
    guests_begun = guests_refused = guests_released = 0;
    answers_left = GUESTS;
    child = (act_child_spec){.id = "guest",
                             .behavior = &guest,
                             .restart = ACT_RESTART_TEMPORARY,
                             .args_release = release_guest};
    spec = (act_supervisor_spec){
        .strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE, .children = &child, .children_count = 1};
    ck_assert_int_eq(act_system_create(&system_now,
                                       ACT_SYSTEM_OPTIONS(.workers_count = 2, .actors_max = 8)),
                     ACT_OK);
    start();
    ck_assert_int_eq(act_system_spawn(system_now, &pid, &host, NULL, NULL), ACT_OK);
    act_system_tell_value(system_now, pid, ASK_FOR_GUESTS, act_nothing());
    ck_assert_int_eq(run_it(), ACT_OK);
    ck_assert_int_gt(guests_refused, 0);
    ck_assert_int_eq(guests_begun + guests_refused, GUESTS);
    ck_assert_int_eq(guests_released, guests_refused);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(args_of_children_for_which_there_is_no_room_are_released),
    TEST_CASE(one_that_gives_up_ends_the_run_and_is_logged_with_numbers),
    TEST_CASE(one_below_that_gives_up_is_logged_too),
    TEST_CASE(one_that_cannot_start_ends_the_run),
    TEST_CASE(one_that_is_killed_ends_the_run),
    TEST_CASE(one_that_is_told_to_stop_ends_alone),
    TEST_CASE(the_last_one_whose_work_is_done_ends_the_run),
    TEST_CASE(a_child_that_had_to_be_killed_makes_the_result_so),
    TEST_CASE(a_child_whose_spec_says_so_is_killed_in_silence),
    TEST_CASE(a_kill_is_logged),
    END_OF_CASES,
};
