/* What the library calls of a program may call the library: no mutex is held then. */
/* SPDX-License-Identifier: MIT */
#include <sched.h>
#include <stdlib.h>

#include <actor/system.h>
#include <supervisor/supervisor.h>
#include <supervisor/tree.h>
#include <test/kit/kit.h>

enum { GO = 1, LETTER, LETTERS = 5 };

static act_system *the_system;
static act_pid     small, root;
static _Atomic int calls, stuck, done;

static void must(act_result result)
{
    if (result != ACT_OK)
        abort();
}

static void do_nothing(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

static const act_behavior idle = {.name = "idle", .receive = do_nothing};

/* Each of these takes another mutex of the library's. */
static void call_everything(void)
{
    act_pid      pid;
    act_tree    *tree;
    act_counters counters;
    (void)!act_whereis(the_system, &pid, "small");
    must(act_tree_take(the_system, &tree));
    act_tree_free(&tree);
    act_system_counters(the_system, &counters);
    if (act_system_spawn(the_system, &pid, &idle, NULL, NULL) == ACT_OK) { /* not while it stops */
        (void)!act_system_join(the_system, pid, NULL, 0);
        must(act_system_exit_actor(the_system, pid, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)));
    }
    calls++;
}

static void release(void *unused)
{
    (void)unused;
    call_everything();
}

static void hear_letter(void *context, act_pid to, const act_message *message, act_result why)
{
    (void)context, (void)to, (void)message, (void)why;
    call_everything();
}

static void log_line(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
    call_everything();
}

static void begin(act_system_options options)
{
    calls = stuck = done = 0;
    must(act_system_create(&the_system, &options));
}

static void begin_plain(void)
{
    begin(*ACT_SYSTEM_OPTIONS(.workers_count = 2));
}

static void wait_for(_Atomic int *what, int least)
{
    while (*what < least)
        sched_yield();
}

/* --------------------------------------------------------------------- messages without a place */

static void be_stuck(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    stuck = 1;
    while (!done)
        sched_yield();
}

static const act_behavior stucks = {.name = "stucks", .receive = be_stuck};

static void spawn_stuck(void)
{
    must(act_system_spawn(the_system, &small, &stucks, NULL,
                          ACT_SPAWN_OPTIONS(.name = "small", .inbox_max = 1,
                                            .inbox_policy = ACT_INBOX_DROP_NEWEST)));
    act_system_tell_value(the_system, small, GO, act_nothing());
    wait_for(&stuck, 1);
    act_system_tell_value(the_system, small, GO, act_nothing()); /* this one has the place */
}

static void send_to_name(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    for (int i = 0; i < LETTERS; i++) {
        act_message *mine;
        must(act_message_create_value(&mine, LETTER, act_resource_value(&calls, release)));
        must(act_send_name(self, "small", &mine));
    }
    done = 1;
}

static const act_behavior sends = {.name = "sends", .receive = send_to_name};

static void a_release_of_what_a_name_had_no_place_for(void)
{
    act_pid pid;
    begin_plain();
    spawn_stuck();
    must(act_system_spawn(the_system, &pid, &sends, NULL, NULL));
    act_system_tell_value(the_system, pid, GO, act_nothing());
    wait_for(&done, 1);
    ck_assert_int_eq(calls, LETTERS);
    act_system_destroy(&the_system);
}

/* No ask is dropped in silence, so the message is still the thread's own. */
static void a_release_of_what_a_thread_could_not_ask(void)
{
    act_message *request, *reply;
    begin_plain();
    spawn_stuck();
    must(act_message_create_value(&request, LETTER, act_resource_value(&calls, release)));
    ck_assert_int_eq(act_system_ask_message(the_system, small, &request, &reply, ACT_MS(1)),
                     ACT_FULL);
    ck_assert_int_eq(calls, 0);
    act_message_free(&request);
    ck_assert_int_eq(calls, 1);
    done = 1;
    act_system_destroy(&the_system);
}

/* ------------------------------------------------------------------------ what a thread is sent */

/* Something that the thread has not asked for, before the answer. */
static void say_more(act_self *self, void *state, const act_message *message)
{
    act_message *mine;
    (void)state;
    must(act_message_create_value(&mine, LETTER, act_resource_value(&calls, release)));
    must(act_send(self, act_message_sender(message), &mine));
    act_answer_value(self, message, GO, act_nothing());
}

static const act_behavior says_more = {.name = "says more", .receive = say_more};

static void a_release_and_the_hook_of_what_a_waiting_thread_is_sent(void)
{
    act_pid      pid;
    act_message *request, *reply;
    begin(*ACT_SYSTEM_OPTIONS(.workers_count = 2, .dead_letter = hear_letter));
    must(act_system_spawn(the_system, &pid, &says_more, NULL, NULL));
    must(act_message_create_value(&request, GO, act_nothing()));
    must(act_system_ask_message(the_system, pid, &request, &reply, ACT_FOREVER));
    act_message_free(&reply);
    ck_assert_int_eq(calls, 2);
    act_system_destroy(&the_system);
}

/* The exit of the pid that a thread has while it waits ends nothing. */
static void kill_asker(act_self *self, void *state, const act_message *message)
{
    (void)state;
    for (int i = 0; i < LETTERS; i++)
        must(act_exit_other(self, act_message_sender(message),
                            act_exit_reason_make(ACT_EXIT_KILL, i, "a text")));
    act_answer_value(self, message, GO, act_nothing());
}

static const act_behavior kills = {.name = "kills", .receive = kill_asker};

static void a_thread_whose_pid_is_killed_has_its_answer(void)
{
    act_pid      pid;
    act_message *request, *reply;
    begin_plain();
    must(act_system_spawn(the_system, &pid, &kills, NULL, NULL));
    must(act_message_create_value(&request, GO, act_nothing()));
    must(act_system_ask_message(the_system, pid, &request, &reply, ACT_FOREVER));
    act_message_free(&reply);
    act_system_destroy(&the_system);
}

/* ---------------------------------------------------------------------------------- supervisors */

static act_result ignore(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    return ACT_IGNORE;
}

static const act_behavior ignores = {
    .name = "ignores", .args_bytes = sizeof(int), .init = ignore, .receive = do_nothing};

static void release_more(void *unused)
{
    (void)unused;
    call_everything();
}

static void order_children(act_self *self, void *state, const act_message *message)
{
    int                  number = 7;
    act_ref              ask;
    const act_child_spec spec = {.id = "a",
                                 .behavior = &ignores,
                                 .args = &number,
                                 .args_release = release,
                                 .kept_bytes = 8,
                                 .kept_release = release_more,
                                 .restart = ACT_RESTART_TEMPORARY};
    (void)state;
    if (message->tag == GO)
        must(act_supervisor_start_child(self, &ask, root, &spec, ACT_FOREVER));
    else
        done = 1;
}

static const act_behavior orders = {.name = "orders", .receive = order_children};

static void begin_supervised(act_system_options options, const act_behavior *client)
{
    act_pid             pid;
    act_supervisor_spec spec = {.intensity = 1};
    begin(options);
    must(act_system_spawn_supervisor(the_system, &root, &spec, NULL));
    must(act_system_spawn(the_system, &pid, client, NULL, NULL));
    act_system_tell_value(the_system, pid, GO, act_nothing());
}

static void the_releases_of_a_child_that_a_supervisor_drops(void)
{
    begin_supervised(*ACT_SYSTEM_OPTIONS(.workers_count = 2), &orders);
    wait_for(&done, 1);
    wait_for(&calls, 2);
    act_system_destroy(&the_system);
}

static void confuse_supervisor(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    act_tell_value(self, root, LETTER, act_nothing());
}

static const act_behavior confuses = {.name = "confuses", .receive = confuse_supervisor};

static void the_log_and_the_hook_of_what_a_supervisor_does_not_know(void)
{
    begin_supervised(*ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = log_line,
                                         .dead_letter = hear_letter),
                     &confuses);
    wait_for(&calls, 2);
    act_system_destroy(&the_system);
}

#define USER_CASE(function) TEST_CASE(function, .timeout_seconds = 60)

const struct kit_case kit_cases[] = {
    USER_CASE(a_release_of_what_a_name_had_no_place_for),
    USER_CASE(a_release_of_what_a_thread_could_not_ask),
    USER_CASE(a_release_and_the_hook_of_what_a_waiting_thread_is_sent),
    USER_CASE(a_thread_whose_pid_is_killed_has_its_answer),
    USER_CASE(the_releases_of_a_child_that_a_supervisor_drops),
    USER_CASE(the_log_and_the_hook_of_what_a_supervisor_does_not_know),
    END_OF_CASES,
};
