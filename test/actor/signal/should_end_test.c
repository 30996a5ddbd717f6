/* A callback that runs hears that its actor is to end, whichever way that was said. */
/* SPDX-License-Identifier: MIT */
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <actor/system.h>
#include <supervisor/task.h>
#include <test/kit/kit.h>

enum { GO = 1, END };

static act_system  *sys;
static act_pid      supervisor, ward;
static sem_t        inside, outside;
static act_millis   timeout;
static _Atomic bool is_wrong;

static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

static void open_system(void)
{
    sem_init(&inside, 0, 0);
    sem_init(&outside, 0, 0);
    is_wrong = false;
    timeout = ACT_FOREVER;
    ck_assert_int_eq(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = quiet,
                                                                .actors_max = 1 << 20,
                                                                .stop_timeout = ACT_FOREVER)),
                     ACT_OK);
}

static void close_system(void)
{
    ck_assert_int_eq(act_system_destroy(&sys), ACT_OK);
    ck_assert(!is_wrong);
}

/* What a callback does that takes long: for ever, unless it is told. */
static void work(act_self *self)
{
    is_wrong |= act_should_end(self);
    sem_post(&inside);
    while (!act_should_end(self))
        sched_yield();
    sem_post(&outside);
}

static void works(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == GO)
        work(self);
}

static const act_behavior worker = {.name = "worker", .receive = works};

static act_pid spawn(const act_behavior *behavior, const act_spawn_options *options)
{
    act_pid pid;
    ck_assert_int_eq(act_system_spawn(sys, &pid, behavior, NULL, options), ACT_OK);
    act_system_tell_value(sys, pid, GO, act_nothing());
    return pid;
}

static void end(act_pid pid, act_exit_kind kind, int32_t code)
{
    ck_assert_int_eq(act_system_exit_actor(sys, pid, act_exit_reason_make(kind, code, NULL)),
                     ACT_OK);
}

static const struct {
    act_exit_kind kind;
    int32_t       code; /* with one the signal comes in an envelope */
} ways[] = {{ACT_EXIT_KILL, 0},
            {ACT_EXIT_SHUTDOWN, 0},
            {ACT_EXIT_KILL, 1},
            {ACT_EXIT_SHUTDOWN, 1},
            {ACT_EXIT_ERROR, 1}};

enum { WAYS = sizeof ways / sizeof ways[0] };

static void an_exit_signal_is_heard_in_a_callback(void)
{
    open_system();
    ward = spawn(&worker, ACT_SPAWN_OPTIONS(.blocking = kit_round() >= WAYS));
    sem_wait(&inside);
    end(ward, ways[kit_round() % WAYS].kind, ways[kit_round() % WAYS].code);
    sem_wait(&outside);
    act_exit_report report;
    ck_assert_int_eq(act_system_join(sys, ward, &report, ACT_FOREVER), ACT_OK);
    close_system();
}

static void a_stop_is_heard_in_a_callback(void)
{
    open_system();
    spawn(&worker, ACT_SPAWN_OPTIONS(.blocking = true));
    sem_wait(&inside);
    act_system_stop(sys);
    ck_assert_int_eq(act_system_run(sys), ACT_OK);
    close_system();
}

static act_result works_in_init(act_self *self, void *state, const void *args)
{
    const int *number = args;
    (void)state;
    is_wrong |= act_trap_exits(self, kit_round() % 2 != 0) != ACT_OK;
    work(self);
    is_wrong |= *number != 77; /* what came has not taken their place */
    return ACT_OK;
}

static const act_behavior beginner = {
    .name = "beginner", .args_bytes = sizeof(int), .init = works_in_init, .receive = works};

static void init_hears_it_and_has_its_args(void)
{
    const int number = 77;
    open_system();
    ck_assert_int_eq(act_system_spawn(sys, &ward, &beginner, &number, NULL), ACT_OK);
    sem_wait(&inside);
    end(ward, kit_round() < 2 ? ACT_EXIT_SHUTDOWN : ACT_EXIT_KILL, 0);
    sem_wait(&outside);
    end(ward, ACT_EXIT_KILL, 0);
    close_system();
}

static void leaves(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    is_wrong |= act_should_end(self);
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
    is_wrong |= !act_should_end(self);
}

static void hears_it_again(act_self *self, void *state, act_exit_reason reason)
{
    (void)state, (void)reason;
    is_wrong |= !act_should_end(self);
}

static const act_behavior leaver = {
    .name = "leaver", .receive = leaves, .terminate = hears_it_again};

static void an_actor_that_has_exited_hears_it(void)
{
    open_system();
    ward = spawn(&leaver, NULL);
    ck_assert_int_eq(act_system_join(sys, ward, NULL, ACT_FOREVER), ACT_OK);
    close_system();
}

/* ------------------------------------------------------------------------------ links, trapping */

static void links(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == END)
        act_panic(self, "told to");
    if (message->tag == GO && act_link(self, ward) != ACT_OK)
        abort();
    sem_post(&outside);
}

static const act_behavior linker = {.name = "linker", .receive = links};

static void the_end_of_a_linked_actor_is_heard(void)
{
    open_system();
    ward = spawn(&worker, ACT_SPAWN_OPTIONS(.blocking = true));
    sem_wait(&inside);
    act_pid other = spawn(&linker, NULL);
    sem_wait(&outside);
    act_system_tell_value(sys, other, END, act_nothing());
    sem_wait(&outside);
    close_system();
}

static act_result traps(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    return act_trap_exits(self, true);
}

static void works_trapping(act_self *self, void *state, const act_message *message)
{
    if (message->tag == ACT_MESSAGE_EXIT &&
        !act_pid_equal(act_message_sender(message), act_self_parent(self)))
        return;
    if (message->tag == ACT_MESSAGE_EXIT)
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
    works(self, state, message);
}

static const act_behavior trapper = {.name = "trapper", .init = traps, .receive = works_trapping};

static void one_that_traps_hears_its_parent_only(void)
{
    open_system();
    ward = spawn(&trapper, ACT_SPAWN_OPTIONS(.blocking = true));
    sem_wait(&inside);
    act_pid other = spawn(&linker, NULL);
    sem_wait(&outside);
    act_system_tell_value(sys, other, END, act_nothing());
    ck_assert_int_eq(act_system_join(sys, other, NULL, ACT_FOREVER), ACT_OK);
    ck_assert_int_eq(sem_trywait(&outside), -1);
    end(ward, ACT_EXIT_SHUTDOWN, 0);
    sem_wait(&outside);
    close_system();
}

/* ---------------------------------------------------------------------------------------- tasks */

static act_message *works_as_task(act_self *self, const void *args)
{
    (void)args;
    work(self);
    return NULL;
}

static void open_tasks(void)
{
    const act_child_spec      task = act_task_child(ACT_SPAWN_OPTIONS(.blocking = true));
    const act_supervisor_spec spec = {
        .strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE, .children = &task, .children_count = 1};
    open_system();
    ck_assert_int_eq(act_system_spawn_supervisor(sys, &supervisor, &spec, NULL), ACT_OK);
}

static void employs(act_self *self, void *state, const act_message *message)
{
    act_ref *ask = state;
    if (message->tag == GO &&
        act_task_run(self, ask, supervisor, works_as_task, NULL, 0, timeout) != ACT_OK)
        abort();
    if (message->tag == END)
        act_demonitor(self, *ask);
}

static const act_behavior employer = {
    .name = "employer", .state_bytes = sizeof(act_ref), .receive = employs};

static void a_task_hears_that_its_ask_has_timed_out(void)
{
    open_tasks();
    timeout = ACT_MS(50);
    spawn(&employer, NULL);
    sem_wait(&outside);
    is_wrong = false; /* on a slow machine it was over before the task looked first */
    close_system();
}

static void a_task_hears_that_its_asker_has_ended_or_lost_interest(void)
{
    open_tasks();
    act_pid asker = spawn(&employer, NULL);
    sem_wait(&inside);
    if (kit_round() % 2 != 0)
        end(asker, ACT_EXIT_KILL, 0);
    else
        act_system_tell_value(sys, asker, END, act_nothing());
    sem_wait(&outside);
    close_system();
}

static void cancels(act_self *self, void *state, const act_message *message)
{
    act_ref *asks = state;
    for (int i = 0; message->tag == GO && i < 2; i++)
        if (act_task_run(self, &asks[i], supervisor, works_as_task, NULL, 0, timeout) != ACT_OK)
            abort();
    if (message->tag == END &&
        act_task_cancel(self, &asks[2], supervisor, asks[kit_round() % 2], ACT_FOREVER) != ACT_OK)
        abort();
    if (message->tag == ACT_MESSAGE_SUPERVISOR_ANSWER || message->tag == ACT_MESSAGE_DOWN)
        sem_post(&outside);
}

static const act_behavior canceller = {
    .name = "canceller", .state_bytes = 3 * sizeof(act_ref), .receive = cancels};

/* Of two that run one is cancelled: that hears it, and ends; both, the ask and the cancel, hear. */
static void a_task_hears_that_it_is_cancelled_and_no_other_does(void)
{
    open_tasks();
    act_pid asker = spawn(&canceller, NULL);
    sem_wait(&inside);
    sem_wait(&inside);
    act_system_tell_value(sys, asker, END, act_nothing());
    for (int i = 0; i < 3; i++)
        sem_wait(&outside);
    ck_assert_int_eq(sem_trywait(&outside), -1);
    end(supervisor, ACT_EXIT_SHUTDOWN, 0);
    sem_wait(&outside);
    close_system();
}

static void a_task_hears_that_its_supervisor_ends(void)
{
    open_tasks();
    spawn(&employer, NULL);
    sem_wait(&inside);
    end(supervisor, kit_round() % 2 != 0 ? ACT_EXIT_KILL : ACT_EXIT_SHUTDOWN, 0);
    sem_wait(&outside);
    close_system();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(an_exit_signal_is_heard_in_a_callback, .rounds = 2 * WAYS),
    TEST_CASE(a_stop_is_heard_in_a_callback),
    TEST_CASE(init_hears_it_and_has_its_args, .rounds = 4),
    TEST_CASE(an_actor_that_has_exited_hears_it),
    TEST_CASE(the_end_of_a_linked_actor_is_heard),
    TEST_CASE(one_that_traps_hears_its_parent_only),
    TEST_CASE(a_task_hears_that_its_ask_has_timed_out),
    TEST_CASE(a_task_hears_that_its_asker_has_ended_or_lost_interest, .rounds = 2),
    TEST_CASE(a_task_hears_that_it_is_cancelled_and_no_other_does, .rounds = 2),
    TEST_CASE(a_task_hears_that_its_supervisor_ends, .rounds = 2),
    END_OF_CASES,
};
