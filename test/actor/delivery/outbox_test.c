/*
 * What a handler sends to one actor in a row is handed over together: only a clock can tell.
 */
/* SPDX-License-Identifier: MIT */
#include <semaphore.h>

#include <mailbox/base/memory.h>
#include <test/actor/fixture.h>

enum { BURST = 8, LONG_BURST = 200 }; /* more than a fresh thread has envelopes at hand */

static act_pid a, b, c;

static void open_three(void)
{
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn();
    c = fixture_spawn();
}

static void send_burst(act_self *self, int many)
{
    for (int i = 0; i < many; i++)
        act_tell_value(self, b, TAG_A, act_int64(i));
}

/* What b has heard of the burst, in order, and then one message with this tag; 0: none. */
static void b_has_heard(int many, uint32_t then)
{
    int seen = 0;
    for (int i = 0; i < fixture.notes_count; i++) {
        if (!act_pid_equal(fixture.notes[i].by, b))
            continue;
        if (seen < many) {
            ck_assert_uint_eq(fixture.notes[i].tag, TAG_A);
            ck_assert_int_eq(fixture.notes[i].value, seen);
        } else if (seen == many) {
            ck_assert_uint_eq(fixture.notes[i].tag, then);
        }
        seen++;
    }
    ck_assert_int_ge(seen, many + (then != 0));
}

/* ----------------------------------------------------------------------- when it is handed over */

static void sends_a_long_burst(act_self *self)
{
    send_burst(self, LONG_BURST);
}

static void a_burst_of_any_length_arrives_in_order(void)
{
    open_three();
    fixture_let(a, sends_a_long_burst);
    b_has_heard(LONG_BURST, 0);
    fixture_close();
}

static void sends_two(act_self *self)
{
    send_burst(self, 2);
}

/* What was made to carry the second and was not needed must be given back, too. */
static void a_burst_of_two_arrives_in_order(void)
{
    open_three();
    fixture_let(a, sends_two);
    b_has_heard(2, 0);
    fixture_close();
}

static void sends_and_panics(act_self *self)
{
    send_burst(self, BURST);
    act_panic(self, "after a burst");
}

static void what_was_sent_before_a_panic_arrives(void)
{
    open_three();
    fixture_let(a, sends_and_panics);
    b_has_heard(BURST, 0);
    fixture_close();
}

static void a_burst_to_the_dead_is_dead_letters(void)
{
    open_three();
    fixture_tell_to(b, exits_normally);
    fixture_tell_to(a, sends_a_long_burst);
    fixture_run();
    ck_assert_int_eq(fixture_count(b, TAG_A) + fixture.dead_letters_count, LONG_BURST);
    fixture_close();
}

/*
 * Each message asks for memory once; the second also for the envelope of the burst, and the third
 * gets none.
 */
static void sends_with_memory_for_two(act_self *self)
{
    act__memory_fail_at(3, true);
    send_burst(self, BURST);
    act__memory_fail_at(0, false);
}

static void without_memory_for_a_burst_its_messages_go_one_by_one(void)
{
    open_three();
    fixture_let(a, sends_with_memory_for_two);
    b_has_heard(2, 0);
    ck_assert_int_eq(fixture_count(b, TAG_A), 2);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_MEMORY), BURST - 2);
    fixture_close();
}

/* --------------------------------------------------------------- what must not overtake a burst */

static void tells_b_something_else(act_self *self)
{
    act_tell_value(self, b, TAG_D, act_nothing());
}

static void sends_and_tells_c(act_self *self)
{
    action what = tells_b_something_else;
    send_burst(self, BURST);
    act_tell_bytes(self, c, TAG_DO, &what, sizeof what);
}

static void what_follows_from_a_later_message_comes_later(void)
{
    open_three();
    fixture_let(a, sends_and_tells_c);
    b_has_heard(BURST, TAG_D);
    fixture_close();
}

static void sends_and_asks_c(act_self *self)
{
    act_message *message;
    act_ref      ref;
    action       what = tells_b_something_else;
    send_burst(self, BURST);
    ck_assert_int_eq(act_message_create(&message, TAG_DO, sizeof what), ACT_OK);
    memcpy(message->as.bytes, &what, sizeof what);
    ck_assert_int_eq(act_ask_message(self, &ref, c, &message, ACT_FOREVER), ACT_OK);
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static void what_follows_from_a_later_ask_comes_later(void)
{
    open_three();
    fixture_let(a, sends_and_asks_c);
    b_has_heard(BURST, TAG_D);
    fixture_close();
}

static void sends_and_ends_b(act_self *self)
{
    send_burst(self, BURST);
    ck_assert_int_eq(act_exit_other(self, b, act_exit_reason_make(ACT_EXIT_ERROR, 7, NULL)),
                     ACT_OK);
}

static void a_signal_does_not_overtake_a_burst(void)
{
    open_three();
    fixture_let(b, traps);
    fixture_let(a, sends_and_ends_b);
    b_has_heard(BURST, ACT_MESSAGE_EXIT);
    fixture_close();
}

/* -------------------------------------------------------------------------- between two threads */

/*
 * In the simulation the next handler would push what the last one left. Here b has a thread of its
 * own.
 */
static act_system *sys;
static sem_t       all_are_there, newborn_is_done;
static int         heard;

static void is_told(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state;
    ck_assert_int_eq(message->as.int64, heard);
    if (++heard == BURST)
        sem_post(&all_are_there);
}

static const act_behavior audience = {.name = "audience", .receive = is_told};

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0)
        ;
}

static void open_threads(void)
{
    heard = 0;
    ck_assert_int_eq(sem_init(&all_are_there, 0, 0), 0);
    ck_assert_int_eq(sem_init(&newborn_is_done, 0, 0), 0);
    ck_assert_int_eq(act_system_create(&sys,
                                       ACT_SYSTEM_OPTIONS(.workers_count = 1, .log = fixture_log)),
                     ACT_OK);
    ck_assert_int_eq(
        act_system_spawn(sys, &b, &audience, NULL, ACT_SPAWN_OPTIONS(.blocking = true)), ACT_OK);
}

static void close_threads(void)
{
    act_system_destroy(&sys);
    sem_destroy(&all_are_there);
    sem_destroy(&newborn_is_done);
}

static void sends_in_receive(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    send_burst(self, BURST);
}

static void hears_and_ends(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    exits_normally(self);
}

static act_result sends_in_init(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    send_burst(self, BURST);
    return ACT_OK;
}

static void sends_in_terminate(act_self *self, void *state, act_exit_reason reason)
{
    (void)state, (void)reason;
    send_burst(self, BURST);
}

static void sends_of(void *argument)
{
    send_burst(argument, BURST);
}

static act_result defers_a_burst(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    return act_defer(self, sends_of, self);
}

static void panics_after_a_burst(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    send_burst(self, BURST);
    act_panic(self, "after a burst");
}

static const act_behavior senders[] = {
    {.name = "in receive", .receive = sends_in_receive},
    {.name = "in init", .init = sends_in_init, .receive = scripted_receive},
    {.name = "in terminate", .receive = hears_and_ends, .terminate = sends_in_terminate},
    {.name = "in a clean-up", .init = defers_a_burst, .receive = hears_and_ends},
    {.name = "before a panic", .receive = panics_after_a_burst},
};

static void a_burst_arrives_though_its_sender_does_nothing_more(void)
{
    for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++) {
        open_threads();
        ck_assert_int_eq(act_system_spawn(sys, &a, &senders[i], NULL, NULL), ACT_OK);
        if (senders[i].init != sends_in_init)
            act_system_tell_value(sys, a, TAG_A, act_nothing());
        wait_for(&all_are_there); /* would else not return */
        close_threads();
    }
}

/* It may wait for what follows from them. */
static void waits_for_the_last(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    send_burst(self, BURST);
    wait_for(&all_are_there);
    act_system_stop(sys);
}

static const act_behavior waiter = {.name = "waiter", .receive = waits_for_the_last};

static void a_blocking_actor_keeps_nothing_back(void)
{
    open_threads();
    ck_assert_int_eq(act_system_spawn(sys, &a, &waiter, NULL, ACT_SPAWN_OPTIONS(.blocking = true)),
                     ACT_OK);
    act_system_tell_value(sys, a, TAG_A, act_nothing());
    ck_assert_int_eq(act_system_run(sys), ACT_OK); /* would else time out */
    close_threads();
}

static act_result tells_the_last(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    act_tell_value(self, b, TAG_A, act_int64(BURST - 1));
    sem_post(&newborn_is_done);
    return ACT_OK;
}

static const act_behavior newborn = {
    .name = "newborn", .init = tells_the_last, .receive = scripted_receive};

static void sends_and_spawns(act_self *self, void *state, const act_message *message)
{
    act_pid pid;
    (void)state, (void)message;
    send_burst(self, BURST - 1);
    ck_assert_int_eq(act_spawn(self, &pid, &newborn, NULL, ACT_SPAWN_OPTIONS(.blocking = true)),
                     ACT_OK);
    wait_for(&newborn_is_done);
}

static const act_behavior parent = {.name = "parent", .receive = sends_and_spawns};

static void what_a_later_newborn_sends_comes_later(void)
{
    open_threads();
    ck_assert_int_eq(act_system_spawn(sys, &a, &parent, NULL, NULL), ACT_OK);
    act_system_tell_value(sys, a, TAG_A, act_nothing());
    wait_for(&all_are_there);
    close_threads();
}

static act_result traps_at_first(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    traps(self);
    sem_post(&newborn_is_done);
    return ACT_OK;
}

static void hears_until_its_end(act_self *self, void *state, const act_message *message)
{
    if (message->tag != ACT_MESSAGE_EXIT) {
        is_told(self, state, message);
        return;
    }
    ck_assert_int_eq(heard, BURST);
    sem_post(&newborn_is_done);
    exits_normally(self);
}

static const act_behavior child = {
    .name = "child", .init = traps_at_first, .receive = hears_until_its_end};

static void sends_and_shuts_down(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    ck_assert_int_eq(act_spawn(self, &b, &child, NULL, ACT_SPAWN_OPTIONS(.blocking = true)),
                     ACT_OK);
    wait_for(&newborn_is_done);
    send_burst(self, BURST);
    ck_assert_int_eq(act_exit_other(self, b, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)),
                     ACT_OK);
    wait_for(&newborn_is_done);
}

static const act_behavior ender = {.name = "ender", .receive = sends_and_shuts_down};

static void a_parents_shutdown_does_not_overtake_a_burst(void)
{
    open_threads();
    ck_assert_int_eq(act_system_spawn(sys, &a, &ender, NULL, NULL), ACT_OK);
    act_system_tell_value(sys, a, TAG_A, act_nothing());
    wait_for(&all_are_there);
    close_threads();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(a_burst_of_any_length_arrives_in_order),
    FIXTURE_CASE(a_burst_of_two_arrives_in_order),
    FIXTURE_CASE(what_was_sent_before_a_panic_arrives),
    FIXTURE_CASE(a_burst_to_the_dead_is_dead_letters),
    FIXTURE_CASE(without_memory_for_a_burst_its_messages_go_one_by_one),
    FIXTURE_CASE(what_follows_from_a_later_message_comes_later),
    FIXTURE_CASE(what_follows_from_a_later_ask_comes_later),
    FIXTURE_CASE(a_signal_does_not_overtake_a_burst),
    TEST_CASE(a_burst_arrives_though_its_sender_does_nothing_more, .timeout_seconds = 30),
    TEST_CASE(a_blocking_actor_keeps_nothing_back, .timeout_seconds = 30),
    TEST_CASE(what_a_later_newborn_sends_comes_later, .timeout_seconds = 30),
    TEST_CASE(a_parents_shutdown_does_not_overtake_a_burst, .timeout_seconds = 30),
    END_OF_CASES,
};
