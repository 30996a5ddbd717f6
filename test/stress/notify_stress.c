/*
 * Actors that a channel tells end at once, and their systems with them: the gaps of that hand-over,
 * widened.
 */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include <actor/notify.h>
#include <actor/system.h>
#include <test/kit/kit.h>
#include <test/stress/gaps.h>

enum { AWAKE = 1, READY, SENDERS = 3, WAITERS = 4, TOLD = 4000, SYSTEMS = 400 };

static act_system   *the_system;
static act_sender   *sender;
static act_receiver *receiver;
static _Atomic int   told, asked, stops;

static void must(act_result result)
{
    if (result != ACT_OK)
        abort();
}

static void wait_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

static void *send_for_ever(void *unused)
{
    (void)unused;
    while (!stops) {
        (void)!act_channel_send(sender, &(int){1}, 0);
        sched_yield();
    }
    return NULL;
}

static void *send_once(void *unused)
{
    (void)unused;
    must(act_channel_send(sender, &(int){1}, 0));
    return NULL;
}

static void open_channel(void)
{
    told = asked = stops = 0;
    must(act_channel_create(&sender, &receiver, sizeof(int), 1));
}

static void close_channel(void)
{
    act_sender_drop(&sender);
    act_receiver_drop(&receiver);
}

/* -------------------------------------------------------------- an actor that is told, and ends */

static act_result ask(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    act_tell_value(self, act_self_pid(self), AWAKE, act_nothing());
    act_result result = act_channel_notify(self, receiver, READY);
    asked++;
    return result;
}

/*
 * It stays awake, so that the event is found while the thread that has pushed it is still at it.
 */
static void end_when_told(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == AWAKE) {
        act_tell_value(self, act_self_pid(self), AWAKE, act_nothing());
        return;
    }
    (void)!act_channel_receive(receiver, &(int){0}, 0);
    told++;
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static const act_behavior waiter = {.name = "waiter", .init = ask, .receive = end_when_told};

static void an_actor_waits_for_the_thread_that_tells_it(void)
{
    pthread_t thread;
    act_pid   pid;
    open_channel();
    must(act_system_create(&the_system, ACT_SYSTEM_OPTIONS(.workers_count = 1)));
    must(act_system_spawn(the_system, &pid, &waiter, NULL, NULL));
    while (asked == 0)
        sched_yield();
    gaps_hold("notify.pushed");
    ck_assert_int_eq(pthread_create(&thread, NULL, send_once, NULL), 0);
    while (told == 0) /* the event was handled, though its thread is not done */
        sched_yield();
    wait_a_little();
    ck_assert_int_eq(act_system_join(the_system, pid, NULL, 0), ACT_TIMED_OUT);
    gaps_close();
    ck_assert_int_eq(act_system_join(the_system, pid, NULL, ACT_FOREVER), ACT_OK);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    act_system_destroy(&the_system);
    close_channel();
}

static void waiters_that_end_when_they_are_told(void)
{
    pthread_t threads[SENDERS];
    open_channel();
    gaps_widen("notify", 2, 20000, 1);
    must(act_system_create(&the_system, ACT_SYSTEM_OPTIONS(.workers_count = 3)));
    for (int i = 0; i < SENDERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, send_for_ever, NULL), 0);
    for (int i = 0; i < TOLD / WAITERS; i++) {
        act_pid pids[WAITERS];
        for (int j = 0; j < WAITERS; j++)
            must(act_system_spawn(the_system, &pids[j], &waiter, NULL, NULL));
        for (int j = 0; j < WAITERS; j++)
            ck_assert_int_eq(act_system_join(the_system, pids[j], NULL, ACT_FOREVER), ACT_OK);
    }
    stops = 1;
    for (int i = 0; i < SENDERS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    gaps_close();
    ck_assert_int_eq(told, TOLD / WAITERS * WAITERS);
    act_system_destroy(&the_system);
    close_channel();
}

/* ------------------------------------------------------------ a system that ends under a thread */

static act_result only_ask(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    return act_channel_notify(self, receiver, READY);
}

static void go_on(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    while (act_channel_receive(receiver, &(int){0}, 0) == ACT_OK)
        told++;
    must(act_channel_notify(self, receiver, READY));
}

static const act_behavior taker = {.name = "taker", .init = only_ask, .receive = go_on};

static void *destroy(void *done)
{
    act_system_destroy(&the_system);
    *(_Atomic int *)done = 1;
    return NULL;
}

static void a_system_waits_for_the_thread_that_tells_its_actor(void)
{
    pthread_t   teller, destroyer;
    act_pid     pid;
    _Atomic int done = 0;
    open_channel();
    must(act_system_create(&the_system, ACT_SYSTEM_OPTIONS(.workers_count = 1)));
    must(act_system_spawn(the_system, &pid, &taker, NULL, NULL));
    gaps_hold("notify.scheduled");
    ck_assert_int_eq(pthread_create(&teller, NULL, send_once, NULL), 0);
    gaps_await();
    ck_assert_int_eq(pthread_create(&destroyer, NULL, destroy, &done), 0);
    wait_a_little();
    ck_assert_int_eq(done, 0);
    gaps_close();
    ck_assert_int_eq(pthread_join(destroyer, NULL), 0);
    ck_assert_int_eq(pthread_join(teller, NULL), 0);
    close_channel();
}

static void systems_that_end_while_threads_use_a_channel(void)
{
    pthread_t threads[SENDERS];
    open_channel();
    gaps_widen("", 8, 20000, 2);
    for (int i = 0; i < SENDERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, send_for_ever, NULL), 0);
    for (int i = 0; i < SYSTEMS; i++) {
        act_pid pid;
        must(act_system_create(&the_system,
                               ACT_SYSTEM_OPTIONS(.workers_count = 2, .actors_max = 100)));
        must(act_system_spawn(the_system, &pid, &taker, NULL, NULL));
        for (int before = told; told == before;)
            sched_yield();
        act_system_destroy(&the_system);
    }
    stops = 1;
    for (int i = 0; i < SENDERS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    gaps_close();
    close_channel();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(an_actor_waits_for_the_thread_that_tells_it),
    TEST_CASE(waiters_that_end_when_they_are_told),
    TEST_CASE(a_system_waits_for_the_thread_that_tells_its_actor),
    TEST_CASE(systems_that_end_while_threads_use_a_channel),
    END_OF_CASES,
};
