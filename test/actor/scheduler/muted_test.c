/* Whatever a receiver does, its senders are muted once too much waits: each case waits for that. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>

#include <actor/lifecycle.h>
#include <test/kit/kit.h>

enum { GO = 1, MORE, LAST, BACKLOG = 100, BATCH = 4, MANY = 20 };

static act_system *sys;
static act_pid     receiver_pid, witness_pid;
static sem_t       is_stuck, let_go, is_done;
static uint64_t    stuck_at;  /* the message whose handler hangs; 0: init does */
static int         a_handler; /* messages that a sender's handler sends in a row */

static _Atomic uint64_t sent;    /* by the first of the senders */
static _Atomic bool     is_over; /* they are to stop */

/* Only when something is broken does it not come: then the test's time is up. */
static void wait_for(sem_t *event)
{
    while (sem_wait(event) != 0)
        ck_assert_int_eq(errno, EINTR);
}

static void hang(void)
{
    sem_post(&is_stuck);
    wait_for(&let_go);
}

static void start(uint32_t workers, act_millis stuck_after, uint64_t at)
{
    sem_init(&is_stuck, 0, 0);
    sem_init(&let_go, 0, 0);
    sem_init(&is_done, 0, 0);
    stuck_at = at;
    a_handler = 1;
    atomic_init(&sent, 0);
    atomic_init(&is_over, false);
    act_system_options options =
        *ACT_SYSTEM_OPTIONS(.workers_count = workers, .stuck_after = stuck_after,
                            .backlog_max = BACKLOG, .batch_max = BATCH);
    ck_assert_int_eq(act_system_create(&sys, &options), ACT_OK);
}

static void stop(void)
{
    ck_assert_int_eq(act_system_destroy(&sys), ACT_OK);
    sem_destroy(&is_stuck);
    sem_destroy(&let_go);
    sem_destroy(&is_done);
}

/* ------------------------------------------------------------------------------------ receivers */

static act_result begins(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    if (stuck_at == 0)
        hang();
    return ACT_OK;
}

/* Handles what comes in order, but hangs at one. */
static void receives(act_self *self, void *state, const act_message *message)
{
    uint64_t *count = state;
    (void)self;
    ck_assert_uint_eq((uint64_t)message->as.int64, ++*count);
    if (*count == stuck_at)
        hang();
    if (message->tag == LAST)
        sem_post(&is_done);
}

static const act_behavior receiver = {
    .name = "receiver", .state_bytes = sizeof(uint64_t), .init = begins, .receive = receives};

/* Answers when it is told to. */
static void answers_late(act_self *self, void *state, const act_message *message)
{
    act_asker *asker = state;
    if (message->tag == GO) {
        act_message *answer;
        ck_assert_int_eq(act_message_create_value(&answer, GO, act_nothing()), ACT_OK);
        ck_assert_int_eq(act_reply_message(self, *asker, &answer), ACT_OK);
        return;
    }
    *asker = act_message_asker(message);
    sem_post(&is_stuck);
}

static const act_behavior late = {
    .name = "late", .state_bytes = sizeof(act_asker), .receive = answers_late};

/* Waits in its first handler for the answer to an ask. */
static void asks(act_self *self, void *state, const act_message *message)
{
    uint64_t    *count = state;
    act_message *question, *answer;
    (void)self;
    if (++*count == 1) {
        ck_assert_int_eq(act_message_create_value(&question, MORE, act_nothing()), ACT_OK);
        ck_assert_int_eq(act_system_ask_message(sys, witness_pid, &question, &answer, ACT_FOREVER),
                         ACT_OK);
        act_message_free(&answer);
    }
    if (message->tag == LAST)
        sem_post(&is_done);
}

static const act_behavior asking = {
    .name = "asking", .state_bytes = sizeof(uint64_t), .receive = asks};

/* -------------------------------------------------------------------------------------- senders */

/* Sends one after the other, as fast as it can. */
static void streams(act_self *self, void *state, const act_message *message)
{
    uint64_t *count = state;
    (void)message;
    bool is_last = atomic_load(&is_over);
    for (int i = 1; i <= a_handler; i++) {
        uint32_t tag = is_last && i == a_handler ? LAST : MORE;
        act_tell_value(self, receiver_pid, tag, act_int64((int64_t)++ * count));
    }
    atomic_store(&sent, *count);
    if (!is_last)
        act_tell_value(self, act_self_pid(self), GO, act_nothing());
}

static const act_behavior streaming = {
    .name = "streaming", .state_bytes = sizeof(uint64_t), .receive = streams};

static act_pid spawn(const act_behavior *behavior, const act_spawn_options *options)
{
    act_pid pid;
    ck_assert_int_eq(act_system_spawn(sys, &pid, behavior, NULL, options), ACT_OK);
    return pid;
}

static void tell(act_pid to, uint32_t tag)
{
    act_system_tell_value(sys, to, tag, act_nothing());
}

static uint64_t times_muted(void)
{
    act_counters counters;
    act_system_counters(sys, &counters);
    return counters.muted;
}

/*
 * A watch gives those that are muted a turn now and then: what is sent since grows by that alone.
 */
static void check_that_the_sender_is_muted(void)
{
    uint64_t a_turn = (uint64_t)(BATCH * a_handler);
    while (times_muted() < 2)
        ck_assert_uint_le(atomic_load(&sent),
                          stuck_at + 2 * BACKLOG + (times_muted() + 3) * a_turn);
}

/* And goes on when the handler has returned. */
static void check_that_all_comes(void)
{
    atomic_store(&is_over, true);
    sem_post(&let_go);
    wait_for(&is_done);
}

static void check_muted(const act_spawn_options *options)
{
    receiver_pid = spawn(&receiver, options);
    if (stuck_at == 0)
        wait_for(&is_stuck);
    tell(spawn(&streaming, NULL), GO);
    if (stuck_at != 0)
        wait_for(&is_stuck);
    check_that_the_sender_is_muted();
    check_that_all_comes();
    stop();
}

static void by_one_that_hangs_in_its_first_handler(void)
{
    start(2, 0, 1);
    check_muted(NULL);
}

static void by_one_that_hangs_in_a_later_handler(void)
{
    start(2, 0, 1000);
    check_muted(NULL);
}

static void by_one_that_hangs_in_init(void)
{
    start(2, 0, 0);
    check_muted(NULL);
}

/* The only worker is the stuck one's: the sender runs when another thread has its station. */
static void by_one_whose_station_another_has(void)
{
    start(1, ACT_MS(10), 1);
    check_muted(NULL);
}

/* It has a worker for itself: where handlers are not watched, what else is there has to wait. */
static void by_one_that_is_not_watched(void)
{
    start(2, ACT_FOREVER, 0);
    check_muted(NULL);
}

static void by_one_with_a_thread_of_its_own(void)
{
    start(1, 0, 1);
    check_muted(ACT_SPAWN_OPTIONS(.blocking = true));
}

static void by_one_with_a_thread_of_its_own_that_hangs_in_init(void)
{
    start(1, 0, 0);
    check_muted(ACT_SPAWN_OPTIONS(.blocking = true));
}

static void though_each_handler_sends_many(void)
{
    start(2, 0, 1);
    a_handler = MANY;
    check_muted(NULL);
}

static void by_one_that_waits_for_an_answer(void)
{
    start(2, 0, 1);
    witness_pid = spawn(&late, NULL);
    receiver_pid = spawn(&asking, ACT_SPAWN_OPTIONS(.blocking = true));
    tell(spawn(&streaming, NULL), GO);
    wait_for(&is_stuck);
    check_that_the_sender_is_muted();
    atomic_store(&is_over, true);
    tell(witness_pid, GO);
    wait_for(&is_done);
    stop();
}

/* ---------------------------------------------------------------------------- ends and restarts */

static void panics_once(act_self *self, void *state, const act_message *message)
{
    if (message->tag == GO)
        act_panic(self, "to be restarted");
    receives(self, state, message);
}

static const act_behavior panicking = {
    .name = "panicking", .state_bytes = sizeof(uint64_t), .init = begins, .receive = panics_once};

/* As a supervisor does: the next instance takes over of the last, and hangs in its init. */
static void by_one_that_hangs_when_it_is_restarted(void)
{
    act_pid handover;
    start(2, 0, 1);
    receiver_pid =
        spawn(&panicking,
              ACT_SPAWN_OPTIONS(.lifecycle = ACT_LIFECYCLE_OPTIONS(.handover = ACT_HANDOVER_KEEP)));
    tell(receiver_pid, GO);
    ck_assert_int_eq(act_system_join(sys, receiver_pid, NULL, ACT_FOREVER), ACT_OK);
    ck_assert_int_eq(act_handover_of(sys, receiver_pid, &handover), ACT_OK);
    stuck_at = 0;
    receiver_pid = spawn(
        &receiver, ACT_SPAWN_OPTIONS(.lifecycle = ACT_LIFECYCLE_OPTIONS(.takes_over = handover)));
    wait_for(&is_stuck);
    tell(spawn(&streaming, NULL), GO);
    check_that_the_sender_is_muted();
    check_that_all_comes();
    stop();
}

/* Says when it runs. */
static void tells_the_test(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state;
    if (message->tag == LAST)
        sem_post(&is_done);
}

static const act_behavior witness = {.name = "witness", .receive = tells_the_test};

/* Floods until it is told to stop, and says to another when it does. */
static void streams_and_says_so(act_self *self, void *state, const act_message *message)
{
    bool is_last = atomic_load(&is_over);
    streams(self, state, message);
    if (is_last)
        act_tell_value(self, witness_pid, LAST, act_nothing());
}

static const act_behavior saying = {
    .name = "saying", .state_bytes = sizeof(uint64_t), .receive = streams_and_says_so};

static void hangs_once(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)message;
    if (++*(uint64_t *)state == 1)
        hang();
}

static const act_behavior hanging = {
    .name = "hanging", .state_bytes = sizeof(uint64_t), .receive = hangs_once};

/* Each of many is muted. Returns: how many. */
static int hold_many(void)
{
    enum { SENDERS = 10 };
    receiver_pid = spawn(&hanging, NULL);
    witness_pid = spawn(&witness, NULL);
    for (int i = 0; i < SENDERS; i++)
        tell(spawn(&saying, NULL), GO);
    wait_for(&is_stuck);
    while (times_muted() < SENDERS)
        continue;
    atomic_store(&is_over, true);
    return SENDERS;
}

static void until_its_handler_returns_though_they_are_many(void)
{
    start(2, 0, 1);
    int many = hold_many();
    sem_post(&let_go);
    while (many-- > 0)
        wait_for(&is_done);
    stop();
}

static void until_it_ends(void)
{
    start(2, 0, 1);
    int             many = hold_many();
    act_exit_reason kill = act_exit_reason_make(ACT_EXIT_KILL, 0, NULL);
    ck_assert_int_eq(act_system_exit_actor(sys, receiver_pid, kill), ACT_OK);
    sem_post(&let_go);
    while (many-- > 0)
        wait_for(&is_done);
    stop();
}

/* --------------------------------------------------------------------------- that are not muted */

static void answers(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_answer_value(self, message, LAST, act_nothing());
}

static const act_behavior answering = {.name = "answering", .receive = answers};

/* Asks for much at once, and hangs while the answers come. */
static void asks_for_much(act_self *self, void *state, const act_message *message)
{
    act_ref ref;
    (void)state;
    if (message->tag != GO)
        return;
    for (int i = 0; i < 10 * BACKLOG; i++)
        ck_assert_int_eq(act_ask_value(self, &ref, receiver_pid, MORE, act_nothing(), ACT_FOREVER),
                         ACT_OK);
    hang();
}

static const act_behavior demanding = {.name = "demanding", .receive = asks_for_much};

static void ask_as_thread(act_pid to)
{
    act_message *question, *answer;
    ck_assert_int_eq(act_message_create_value(&question, MORE, act_nothing()), ACT_OK);
    ck_assert_int_eq(act_system_ask_message(sys, to, &question, &answer, ACT_FOREVER), ACT_OK);
    act_message_free(&answer);
}

static void the_server_of_a_client_that_hangs_is_not_muted(void)
{
    start(2, 0, 1);
    receiver_pid = spawn(&answering, NULL);
    tell(spawn(&demanding, ACT_SPAWN_OPTIONS(.blocking = true)), GO);
    wait_for(&is_stuck);
    ask_as_thread(receiver_pid); /* after all that was asked before */
    ck_assert_uint_eq(times_muted(), 0);
    sem_post(&let_go);
    stop();
}

struct pest {
    act_asker asker;
    int       rounds;
    uint64_t  refused; /* once what it has sent has come */
};

static uint64_t letters(void)
{
    act_counters counters;
    act_system_counters(sys, &counters);
    return counters.dead_letters;
}

/*
 * At most half of what may wait does: the next are sent when the thread has refused those before.
 */
static void pesters_the_asker(act_self *self, void *state, const act_message *message)
{
    struct pest *pest = state;
    if (message->tag == MORE)
        *pest = (struct pest){act_message_asker(message), 0, letters()};
    while (letters() < pest->refused)
        sched_yield();
    if (pest->rounds++ == 10 * MANY) {
        act_message *answer;
        ck_assert_int_eq(act_message_create_value(&answer, LAST, act_nothing()), ACT_OK);
        ck_assert_int_eq(act_reply_message(self, pest->asker, &answer), ACT_OK);
        return;
    }
    for (int i = 0; i < BACKLOG / 2; i++)
        act_tell_value(self, pest->asker.pid, MORE, act_nothing());
    pest->refused += BACKLOG / 2;
    act_tell_value(self, act_self_pid(self), GO, act_nothing());
}

static const act_behavior pestering = {
    .name = "pestering", .state_bytes = sizeof(struct pest), .receive = pesters_the_asker};

static void a_thread_that_waits_for_its_answer_holds_no_sender(void)
{
    start(2, 0, 1);
    act_pid pid = spawn(&pestering, NULL);
    for (int i = 0; i < MANY; i++)
        ask_as_thread(pid);
    ck_assert_uint_eq(times_muted(), 0);
    stop();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(by_one_that_hangs_in_its_first_handler),
    TEST_CASE(by_one_that_hangs_in_a_later_handler),
    TEST_CASE(by_one_that_hangs_in_init),
    TEST_CASE(by_one_whose_station_another_has),
    TEST_CASE(by_one_that_is_not_watched),
    TEST_CASE(by_one_with_a_thread_of_its_own),
    TEST_CASE(by_one_with_a_thread_of_its_own_that_hangs_in_init),
    TEST_CASE(though_each_handler_sends_many),
    TEST_CASE(by_one_that_waits_for_an_answer),
    TEST_CASE(by_one_that_hangs_when_it_is_restarted),
    TEST_CASE(until_its_handler_returns_though_they_are_many),
    TEST_CASE(until_it_ends),
    TEST_CASE(the_server_of_a_client_that_hangs_is_not_muted),
    TEST_CASE(a_thread_that_waits_for_its_answer_holds_no_sender),
    END_OF_CASES,
};
