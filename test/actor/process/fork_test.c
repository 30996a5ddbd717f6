/*
 * In a child of fork() every call for what the parent has made answers ACT_FORKED; what the child
 * makes works.
 */
/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <actor/io/io.h>
#include <actor/notify.h>
#include <actor/lifecycle.h>
#include <actor/system.h>
#include <actor/thread.h>
#include <mailbox/channel/select.h>
#include <supervisor/task.h>
#include <test/actor/child.h>

enum { GO = 1, AFTER };

static act_system *sys;
static act_pid     answerer_pid, supervisor;
static act_thread *thread;
static sem_t       done, way_out;
static atomic_int  failures;

/* In a child, which has no Check. */
static void expect(act_result result, act_result right, int line)
{
    if (result != right) {
        failures++;
        dprintf(STDERR_FILENO, "line %d: %s, not %s\n", line, act_result_text(result),
                act_result_text(right));
    }
}

#define EXPECT(call, right) expect((call), (right), __LINE__)
#define FORKED(call)        EXPECT((call), ACT_FORKED)

/* In the child a lock of the hook's may be held by a thread that is not there. */
static pid_t parent;

static void is_of_parent(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
    failures += getpid() != parent; /* any thread logs */
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

static act_result make_system(act_system **system)
{
    return act_system_create(system, ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = is_of_parent,
                                                        .stuck_after = 10, .actors_max = 1 << 20));
}

/* Whether a thread of this process sleeps, as its directory under /proc says. */
static bool sleeps(const char *directory)
{
    char  path[64], line[512];
    char *state = NULL;
    snprintf(path, sizeof path, "/proc/self/task/%.20s/stat", directory);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return true; /* it has ended meanwhile */
    if (fgets(line, sizeof line, file) != NULL)
        state = strrchr(line, ')');
    fclose(file);
    return state != NULL && state[2] == 'S';
}

static bool others_sleep(void)
{
    DIR           *tasks = opendir("/proc/self/task");
    struct dirent *task;
    bool           all = true;
    ck_assert_ptr_nonnull(tasks);
    while (all && (task = readdir(tasks)) != NULL)
        all = task->d_name[0] == '.' || atoi(task->d_name) == getpid() || sleeps(task->d_name);
    closedir(tasks);
    return all;
}

/*
 * What begins still allocates, and a fork copies AddressSanitizer's allocator with the locks that
 * are held just then: the child's threads would wait for them for ever.
 */
static void wait_until_others_sleep(void)
{
    while (!others_sleep())
        sched_yield();
}

static void open_system(void)
{
    const act_child_spec      task = act_task_child(NULL);
    const act_supervisor_spec spec = {
        .strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE, .children = &task, .children_count = 1};
    sem_init(&done, 0, 0);
    sem_init(&way_out, 0, 0);
    failures = 0;
    parent = getpid();
    ck_assert_int_eq(make_system(&sys), ACT_OK);
    ck_assert_int_eq(act_system_spawn(sys, &answerer_pid, &answerer, NULL,
                                      ACT_SPAWN_OPTIONS(.name = "fred")),
                     ACT_OK);
    ck_assert_int_eq(act_system_spawn_supervisor(sys, &supervisor, &spec, NULL), ACT_OK);
    ck_assert_int_eq(act_thread_spawn(&thread, waits_for_end, NULL), ACT_OK);
    wait_until_others_sleep();
}

/* The parent has lost nothing by what its child has tried. */
static void close_system(void)
{
    act_message *message, *reply;
    ck_assert_int_eq(act_message_create_value(&message, GO, act_nothing()), ACT_OK);
    ck_assert_int_eq(act_system_ask_message(sys, answerer_pid, &message, &reply, ACT_FOREVER),
                     ACT_OK);
    act_message_free(&reply);
    sem_post(&way_out);
    ck_assert_int_eq(act_thread_join(&thread, NULL), ACT_OK);
    ck_assert_int_eq(act_system_destroy(&sys), ACT_OK);
}

static void end_child(void)
{
    _exit(failures != 0);
}

/* -------------------------------------------------------------------------------- from a thread */

static void try_system_calls(void)
{
    act_message    *message, *reply;
    act_pid         pid;
    act_counters    counters;
    act_exit_reason end = act_exit_reason_make(ACT_EXIT_KILL, 0, NULL);
    act_thread     *mine = thread;
    act_system     *system = sys;
    EXPECT(act_message_create_value(&message, GO, act_nothing()), ACT_OK);
    FORKED(act_system_spawn(sys, &pid, &answerer, NULL, NULL));
    FORKED(act_system_send(sys, answerer_pid, &message));
    FORKED(act_system_ask_message(sys, answerer_pid, &message, &reply, ACT_FOREVER));
    FORKED(act_system_join(sys, answerer_pid, NULL, ACT_FOREVER));
    FORKED(act_system_exit_actor(sys, answerer_pid, end));
    FORKED(act_whereis(sys, &pid, "fred"));
    FORKED(act_handover_of(sys, answerer_pid, &pid));
    FORKED(act_system_spawn_supervisor(sys, &pid, &(act_supervisor_spec){.intensity = 1}, NULL));
    FORKED(act_thread_join(&mine, NULL));
    act_system_tell_value(sys, answerer_pid, GO, act_nothing());
    act_system_stop(sys); /* not that of the parent */
    act_handover_abandon(sys, answerer_pid);
    act_system_counters(sys, &counters);
    act_system_log(sys, ACT_LOG_ERROR, "in the child");
    FORKED(act_system_ready(sys));
    FORKED(act_system_status(sys, "in the child"));
    FORKED(act_system_run(sys));
    FORKED(act_system_destroy(&system));
    act_message_free(&message);
}

static void a_child_of_a_thread_has_no_system(void)
{
    open_system();
    if (forks()) {
        try_system_calls();
        end_child();
    }
    child_was_content();
    close_system();
}

/* ------------------------------------------------------------------------------ from a callback */

struct opened {
    act_listener *listener;
    act_tcp      *tcp;
    act_fd       *watch;
    act_ref       timer;
};

static act_message *has_nothing_to_do(act_self *self, const void *args)
{
    (void)self, (void)args;
    return NULL;
}

static void try_messages(act_self *self, const act_message *request, act_ref waits)
{
    act_message *message;
    act_ref      ref;
    EXPECT(act_message_create_value(&message, GO, act_nothing()), ACT_OK);
    FORKED(act_send(self, answerer_pid, &message));
    FORKED(act_send(self, act_self_pid(self), &message));
    FORKED(act_ask_message(self, &ref, answerer_pid, &message, ACT_FOREVER));
    FORKED(act_ask_value(self, &ref, answerer_pid, GO, act_nothing(), ACT_MS(5)));
    FORKED(act_reply_message(self, (act_asker){answerer_pid, {2}}, &message));
    FORKED(act_refuse(self, act_message_asker(request),
                      act_exit_reason_make(ACT_EXIT_ERROR, 0, NULL)));
    FORKED(act_send_name(self, "fred", &message));
    FORKED(act_send_after(self, &ref, answerer_pid, &message, 0));
    message->ref = waits; /* as the request of an ask of the parent's that waits for its answer */
    FORKED(act_send(self, answerer_pid, &message));
    FORKED(act_send_name(self, "fred", &message));
    FORKED(act_send_after(self, &ref, answerer_pid, &message, 0));
    FORKED(act_system_send(sys, answerer_pid, &message));
    FORKED(act_forward(self, answerer_pid, &message));
    FORKED(act_tell_after_value(self, &ref, answerer_pid, GO, act_nothing(), 0));
    FORKED(act_every_value(self, &ref, answerer_pid, GO, act_nothing(), 1));
    FORKED(act_task_run(self, &ref, supervisor, has_nothing_to_do, NULL, 0, ACT_FOREVER));
    act_tell_value(self, answerer_pid, GO, act_nothing());
    act_answer_value(self, request, GO, act_nothing());
    act_message_free(&message);
}

static void try_ties(act_self *self)
{
    act_pid         pid;
    act_ref         ref;
    act_exit_reason end = act_exit_reason_make(ACT_EXIT_KILL, 0, NULL);
    FORKED(act_spawn(self, &pid, &answerer, NULL, NULL));
    FORKED(act_spawn_link(self, &pid, &answerer, NULL, NULL));
    FORKED(act_spawn_monitor(self, &pid, &ref, &answerer, NULL, NULL));
    FORKED(act_link(self, answerer_pid));
    FORKED(act_monitor(self, &ref, answerer_pid));
    FORKED(act_trap_exits(self, true));
    FORKED(act_exit_other(self, answerer_pid, end));
    FORKED(act_register(self, "frida"));
    FORKED(act_unregister(self, "fred"));
    FORKED(act_defer(self, free, NULL));
    act_unlink(self, answerer_pid);
    act_demonitor(self, (act_ref){3});
}

static void try_io(act_self *self, struct opened *opened)
{
    act_listener *listener;
    act_socket   *accepted;
    act_tcp      *other;
    act_fd       *watch;
    act_tcp      *tcp = opened->tcp;
    FORKED(act_cancel_timer(self, opened->timer));
    FORKED(act_tcp_listen(self, &listener, "127.0.0.1", 0, NULL));
    FORKED(act_tcp_connect(self, &other, "127.0.0.1", 1, ACT_FOREVER, NULL));
    FORKED(act_tcp_accept(opened->listener, &accepted));
    FORKED(act_tcp_write(opened->tcp, "x", 1));
    FORKED(act_os_signal(self, SIGUSR1));
    FORKED(act_fd_open(self, &watch, 0, NULL));
    FORKED(act_fd_want(opened->watch, 0));
    act_fd_close(&opened->watch);
    act_tcp_shutdown(opened->tcp);
    act_tcp_close(&opened->tcp); /* of the child's descriptors: the parent's stay */
    act_tcp_consume(tcp, 1);
    act_tcp_want(tcp, 1);
    act_tcp_pause(tcp, true);
    act_listener_close(&opened->listener);
}

static void open_io(act_self *self, struct opened *opened)
{
    int pair[2];
    if (pipe(pair) != 0 ||
        act_tell_after_value(self, &opened->timer, act_self_pid(self), GO, act_nothing(),
                             ACT_SECONDS(1000)) != ACT_OK ||
        act_tcp_listen(self, &opened->listener, "127.0.0.1", 0, NULL) != ACT_OK ||
        act_tcp_connect(self, &opened->tcp, "127.0.0.1", act_listener_port(opened->listener),
                        ACT_FOREVER, NULL) != ACT_OK ||
        act_fd_open(self, &opened->watch, pair[0], ACT_FD_OPTIONS(.owned = true)) != ACT_OK)
        abort();
    close(pair[1]);
}

/* Until another thread has what this one's handler holds up. */
static void be_stuck(void)
{
    act_counters counters = {0};
    while (counters.stuck == 0)
        act_system_counters(sys, &counters);
}

static void forks_at_go(act_self *self, void *state, const act_message *message)
{
    act_ref ask;
    if (message->tag == AFTER || message->tag == ACT_MESSAGE_TCP_ACCEPTABLE)
        sem_post(&done);
    if (message->tag != GO)
        return;
    open_io(self, state);
    if (kit_round() != 0)
        be_stuck();
    EXPECT(act_ask_value(self, &ask, answerer_pid, GO, act_nothing(), ACT_FOREVER), ACT_OK);
    if (forks()) {
        try_messages(self, message, ask);
        try_ties(self);
        try_io(self, state);
        try_system_calls();
        end_child();
    }
    act_demonitor(self, ask);
    sem_post(&done);
}

static const act_behavior forker = {
    .name = "forker", .state_bytes = sizeof(struct opened), .receive = forks_at_go};

static void spawn_and_go(const act_behavior *behavior, const act_spawn_options *options)
{
    act_pid pid;
    ck_assert_int_eq(act_system_spawn(sys, &pid, behavior, NULL, options), ACT_OK);
    act_system_tell_value(sys, pid, GO, act_nothing());
    act_system_tell_value(sys, pid, AFTER, act_nothing());
}

static void a_child_of_a_callback_has_no_actors(void)
{
    open_system();
    spawn_and_go(&forker, NULL);
    sem_wait(&done);
    sem_wait(&done); /* the next message has come, too, ... */
    sem_wait(&done); /* ... and what the event loop, which the child shares, has had to say */
    child_was_content();
    close_system();
}

static void returns_in_the_child(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == GO && forks() && kit_round() >= 2)
        act_panic(self, "in the child");
    sem_post(&done);
}

static const act_behavior returner = {.name = "returner", .receive = returns_in_the_child};

static void a_callback_that_returns_in_the_child_ends_it_with_a_message(void)
{
    open_system();
    spawn_and_go(&returner, ACT_SPAWN_OPTIONS(.blocking = kit_round() % 2 != 0));
    sem_wait(&done);
    sem_wait(&done);
    child_has_aborted("act: error: returner <0.3.1>: a callback has returned in a child of fork()");
    close_system();
}

/* ------------------------------------------------------------------------------------- channels */

static void try_channel(act_sender *sender, act_receiver *receiver)
{
    uint64_t        values[2] = {0};
    bool            was_evicted;
    size_t          chosen;
    act_select_case cases[] = {{.receiver = receiver, .value = values},
                               {.sender = sender, .value = values}};
    FORKED(act_channel_send(sender, values, 0));
    FORKED(act_channel_send(sender, values, ACT_FOREVER));
    FORKED(act_channel_receive(receiver, values, 0));
    FORKED(act_channel_receive(receiver, values, ACT_FOREVER));
    FORKED(act_channel_force_send(sender, values, values, &was_evicted));
    FORKED(act_select(&chosen, cases, 2, ACT_FOREVER));
    FORKED(act_select_ready(&chosen, cases, 2, 0));
    FORKED(act_select_biased(&chosen, cases, 1, ACT_FOREVER));
    act_sender_drop(&sender);
    act_receiver_drop(&receiver);
}

static const struct {
    size_t value_bytes, capacity;
} shapes[] = {{8, 4}, {16, 4}, {8, ACT_CHANNEL_UNBOUNDED}, {8, 0}, {0, 1}};

static void a_child_has_no_channels(void)
{
    act_sender   *sender;
    act_receiver *receiver, *ticks;
    uint64_t      values[2] = {1, 2};
    size_t value_bytes = shapes[kit_round()].value_bytes, capacity = shapes[kit_round()].capacity;
    failures = 0;
    ck_assert_int_eq(act_channel_create(&sender, &receiver, value_bytes, capacity), ACT_OK);
    ck_assert_int_eq(act_channel_tick(&ticks, 1), ACT_OK);
    ck_assert_int_eq(act_channel_send(sender, values, 0), capacity != 0 ? ACT_OK : ACT_FULL);
    if (forks()) {
        try_channel(sender, receiver);
        FORKED(act_channel_receive(ticks, values, ACT_FOREVER));
        EXPECT(act_channel_create(&sender, &receiver, value_bytes, 1), ACT_OK); /* its own */
        EXPECT(act_channel_send(sender, values, ACT_FOREVER), ACT_OK);
        EXPECT(act_channel_receive(receiver, values, ACT_FOREVER), ACT_OK);
        end_child();
    }
    child_was_content();
    ck_assert_int_eq(act_channel_receive(receiver, values, 0), capacity != 0 ? ACT_OK : ACT_EMPTY);
    act_sender_drop(&sender);
    act_receiver_drop(&receiver);
    act_receiver_drop(&ticks);
}

/* ------------------------------------------------------------------------------ the child's own */

static void use_own_system(void)
{
    act_message *message, *reply;
    parent = getpid();
    EXPECT(make_system(&sys), ACT_OK);
    EXPECT(act_system_spawn(sys, &answerer_pid, &answerer, NULL, ACT_SPAWN_OPTIONS(.name = "fred")),
           ACT_OK);
    EXPECT(act_message_create_value(&message, GO, act_nothing()), ACT_OK);
    EXPECT(act_system_ask_message(sys, answerer_pid, &message, &reply, ACT_FOREVER), ACT_OK);
    act_message_free(&reply);
    EXPECT(act_system_destroy(&sys), ACT_OK);
}

static __attribute__((unused)) void what_a_child_makes_works(void)
{
    open_system();
    if (forks()) {
        use_own_system();
        end_child();
    }
    child_was_content();
    close_system();
}

static void makes_its_own_in_the_child(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state;
    if (message->tag == GO && forks()) {
        use_own_system();
        end_child();
    }
    sem_post(&done);
}

static const act_behavior maker = {.name = "maker", .receive = makes_its_own_in_the_child};

static __attribute__((unused)) void what_the_child_of_a_callback_makes_works(void)
{
    open_system();
    spawn_and_go(&maker, NULL);
    sem_wait(&done);
    sem_wait(&done);
    child_was_content();
    close_system();
}

static __attribute__((unused)) void a_system_can_be_made_after_becoming_a_daemon(void)
{
    failures = 0;
    if (forks()) {
        int said = dup(STDERR_FILENO);
        if (daemon(1, 1) != 0)
            failures++;
        dup2(said, STDERR_FILENO);
        use_own_system();
        dprintf(STDERR_FILENO, "daemon: %d failures\n", failures);
        end_child();
    }
    child_was_content(); /* the one that has made the daemon; and read to the end of what that
                            says */
    ck_assert_str_eq(child_said, "daemon: 0 failures\n");
}

/* ThreadSanitizer does not let the child of a process with threads make any. */
#ifdef __SANITIZE_THREAD__
#define WHERE_CHILDREN_HAVE_THREADS(...)
#else
#define WHERE_CHILDREN_HAVE_THREADS(...) __VA_ARGS__
#endif

const struct kit_case kit_cases[] = {
    TEST_CASE(a_child_of_a_thread_has_no_system),
    TEST_CASE(a_child_of_a_callback_has_no_actors, .rounds = 2),
    TEST_CASE(a_callback_that_returns_in_the_child_ends_it_with_a_message, .rounds = 4),
    TEST_CASE(a_child_has_no_channels, .rounds = sizeof shapes / sizeof shapes[0]),
    WHERE_CHILDREN_HAVE_THREADS(TEST_CASE(what_a_child_makes_works),
                                TEST_CASE(what_the_child_of_a_callback_makes_works),
                                TEST_CASE(a_system_can_be_made_after_becoming_a_daemon), )
        END_OF_CASES,
};
