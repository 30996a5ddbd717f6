/* Actors that are told and never wait, and threads that do, on the two ends of one channel. */
/* SPDX-License-Identifier: MIT */
#include <actor/notify.h>
#include <actor/system.h>
#include <actor/thread.h>
#include <test/kit/kit.h>

#include <sched.h>
#include <stdlib.h>

enum { SIDE = 3, VALUES = 10000, GO = 1, VALUE, ROOM };

/*
 * Whether actors leave what they cannot send and are given what they cannot receive, or are told
 * only.
 */
static bool is_later;

static act_sender     *sender;
static act_receiver   *receiver;
static _Atomic int64_t sum, received;

static void note(int64_t value)
{
    sum += value;
    received++;
}

/* --------------------------------------------------------------------------------------- actors */

static void must(act_result result)
{
    if (result != ACT_OK)
        abort();
}

/*
 * Receives until nothing more waits, and asks again; with capacity 0 the value comes in the
 * message.
 */
static void take(act_self *self, void *state, const act_message *message)
{
    int64_t    value;
    act_result result;
    (void)state;
    if (act_channel_take(message, &value) == ACT_OK)
        note(value);
    while ((result = act_channel_receive(receiver, &value, 0)) == ACT_OK)
        note(value);
    if (result == ACT_EMPTY)
        must(is_later ? act_channel_receive_later(self, receiver, VALUE)
                      : act_channel_notify(self, receiver, VALUE));
    else
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static act_result takes(act_self *self, void *state, const void *args)
{
    (void)state;
    (void)args;
    return act_channel_notify(self, receiver, VALUE);
}

static const act_behavior taker = {.name = "taker", .init = takes, .receive = take};

struct giver {
    act_sender *sender;
    int64_t     next;
};

static void drops(void *one)
{
    act_sender_drop(one);
}

static void give(act_self *self, void *state, const act_message *message)
{
    struct giver *giver = state;
    act_result    result = ACT_OK;
    (void)message;
    while (giver->next < VALUES &&
           (result = act_channel_send(giver->sender, &giver->next, 0)) == ACT_OK)
        giver->next++;
    if (result == ACT_FULL && is_later)
        must(act_channel_send_later(self, giver->sender, &(int64_t){giver->next++}, ROOM));
    else if (result == ACT_FULL)
        must(act_channel_notify_room(self, giver->sender, ROOM));
    else
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static act_result gives(act_self *self, void *state, const void *args)
{
    struct giver *giver = state;
    giver->sender = *(act_sender *const *)args;
    act_tell_value(self, act_self_pid(self), GO, act_nothing());
    return act_defer(self, drops, &giver->sender);
}

static const act_behavior giver = {.name = "giver",
                                   .state_bytes = sizeof(struct giver),
                                   .args_bytes = sizeof(act_sender *),
                                   .init = gives,
                                   .receive = give};

/* -------------------------------------------------------------------------------------- threads */

static void thread_gives(act_thread *self, void *argument)
{
    act_sender *mine = argument;
    (void)self;
    for (int64_t value = 0; value < VALUES; value++)
        must(act_channel_send(mine, &value, ACT_FOREVER));
    act_sender_drop(&mine);
}

static void thread_takes(act_thread *self, void *argument)
{
    int64_t value;
    (void)self;
    (void)argument;
    ACT_CHANNEL_FOR(receiver, value)
    note(value);
}

static void run(size_t capacity, int giving_actors, int giving_threads, int taking_actors,
                int taking_threads)
{
    act_system *system;
    act_pid     pids[2 * SIDE];
    act_thread *threads[2 * SIDE];
    int         pids_count = 0, threads_count = 0;
    sum = received = 0;
    must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 2)));
    must(act_channel_create(&sender, &receiver, sizeof(int64_t), capacity));
    for (int i = 0; i < taking_actors; i++)
        must(act_system_spawn(system, &pids[pids_count++], &taker, NULL, NULL));
    for (int i = 0; i < taking_threads; i++)
        must(act_thread_spawn(&threads[threads_count++], thread_takes, NULL));
    for (int i = 0; i < giving_actors; i++) {
        act_sender *clone = act_sender_clone(sender);
        must(act_system_spawn(system, &pids[pids_count++], &giver, &clone, NULL));
    }
    for (int i = 0; i < giving_threads; i++)
        must(act_thread_spawn(&threads[threads_count++], thread_gives, act_sender_clone(sender)));
    act_sender_drop(&sender);
    while (threads_count > 0)
        must(act_thread_join(&threads[--threads_count], NULL));
    while (pids_count > 0)
        must(act_system_join(system, pids[--pids_count], NULL, ACT_FOREVER));
    int64_t given = (int64_t)(giving_actors + giving_threads) * VALUES;
    ck_assert_int_eq(received, given);
    ck_assert_int_eq(sum, (int64_t)(giving_actors + giving_threads) * VALUES * (VALUES - 1) / 2);
    act_receiver_drop(&receiver);
    act_system_destroy(&system);
}

static const size_t capacities[] = {0, 1, 100, ACT_CHANNEL_UNBOUNDED};

static void run_all(int giving_actors, int giving_threads, int taking_actors, int taking_threads)
{
    for (int i = 0; i < 8; i++) {
        is_later = i % 2 == 0;
        run(capacities[i / 2], giving_actors, giving_threads, taking_actors, taking_threads);
    }
}

static void actors_take_what_threads_give(void)
{
    run_all(0, SIDE, SIDE, 0);
}

static void threads_take_what_actors_give(void)
{
    run_all(SIDE, 0, 0, SIDE);
}

static void actors_meet_actors(void)
{
    run_all(SIDE, 0, SIDE, 0);
}

static void all_of_them_at_once(void)
{
    run_all(SIDE, SIDE, SIDE, SIDE);
}

/* A channel tells an actor at the moment it ends, or when its system does. */
static void actors_end_while_they_are_told(void)
{
    for (int i = 0; i < 300; i++) {
        act_system *system;
        act_pid     pid;
        int64_t     value = 1;
        must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 1)));
        must(act_channel_create(&sender, &receiver, sizeof value, capacities[i % 4]));
        is_later = i / 4 % 2 == 0;
        must(act_system_spawn(system, &pid, &taker, NULL, NULL));
        must(act_system_exit_actor(system, pid, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)));
        for (int j = 0; j < i; j++)
            (void)!act_channel_send(sender, &value, 0);
        if (i % 2 == 0)
            act_sender_drop(&sender);
        act_system_destroy(&system);
        act_sender_drop(&sender);
        act_receiver_drop(&receiver);
    }
}

const struct kit_case kit_cases[] = {
    TEST_CASE(actors_take_what_threads_give),
    TEST_CASE(threads_take_what_actors_give),
    TEST_CASE(actors_meet_actors),
    TEST_CASE(all_of_them_at_once),
    TEST_CASE(actors_end_while_they_are_told),
    END_OF_CASES,
};
