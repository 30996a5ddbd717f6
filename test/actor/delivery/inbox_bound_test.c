/* Bounded inboxes and their policies; unbounded ones, which mute their senders. */
/* SPDX-License-Identifier: MIT */
#include <test/actor/fixture.h>

enum { MAX = 3 };
static act_pid a, b, c;
static int     results[ACT_IGNORE + 1];

static void open_with(act_inbox_policy policy)
{
    memset(results, 0, sizeof results);
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn_as(&scripted, NULL,
                         ACT_SPAWN_OPTIONS(.inbox_max = MAX, .inbox_policy = policy));
    fixture_run();
}

/* Ten messages while b does not run. */
static void floods(act_self *self)
{
    act_message *message;
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(act_message_create_value(&message, TAG_A, act_int64(i)), ACT_OK);
        results[act_send(self, b, &message)]++;
        act_message_free(&message);
    }
}

static void a_full_inbox_refuses(void)
{
    open_with(ACT_INBOX_REFUSE);
    fixture_let(a, floods);
    ck_assert_int_eq(results[ACT_OK], MAX);
    ck_assert_int_eq(results[ACT_FULL], 10 - MAX);
    ck_assert_int_eq(fixture_count(b, TAG_A), MAX);
    ck_assert_int_eq(fixture.dead_letters_count, 0);
    fixture_let(a, floods); /* there is room again */
    ck_assert_int_eq(results[ACT_OK], 2 * MAX);
    fixture_close();
}

static void tells_a_flood(act_self *self)
{
    for (int i = 0; i < 10; i++)
        act_tell_value(self, b, TAG_A, act_int64(i));
}

static void what_is_told_to_a_full_inbox_is_a_dead_letter(void)
{
    open_with(ACT_INBOX_REFUSE);
    fixture_let(a, tells_a_flood);
    ck_assert_int_eq(fixture_count(b, TAG_A), MAX);
    ck_assert_int_eq(fixture_dead_letters(ACT_FULL), 10 - MAX);
    fixture_close();
}

static void a_full_inbox_drops_the_newest(void)
{
    open_with(ACT_INBOX_DROP_NEWEST);
    fixture_let(a, floods);
    ck_assert_int_eq(results[ACT_OK], 10);
    ck_assert_int_eq(fixture_count(b, TAG_A), MAX);
    for (int i = 0; i < MAX; i++)
        ck_assert_int_eq((int)fixture_nth(b, TAG_A, i)->value, i);
    ck_assert_int_eq(fixture_dead_letters(ACT_FULL), 10 - MAX);
    for (int i = 0; i < 10 - MAX; i++)
        ck_assert(act_pid_equal(fixture.dead_letters[i].sender, a));
    fixture_close();
}

static void a_full_inbox_drops_the_oldest(void)
{
    open_with(ACT_INBOX_DROP_OLDEST);
    fixture_let(a, floods);
    ck_assert_int_eq(results[ACT_OK], 10);
    /* b did not look meanwhile: 2 * MAX waited, then the older of those went. */
    ck_assert_int_eq(fixture_count(b, TAG_A), MAX);
    for (int i = 0; i < MAX; i++)
        ck_assert_int_eq((int)fixture_nth(b, TAG_A, i)->value, MAX + i);
    ck_assert_int_eq(fixture_dead_letters(ACT_FULL), 10 - MAX);
    fixture_close();
}

static void asks_often(act_self *self)
{
    act_ref ask;
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(act_ask_value(self, &ask, c, TAG_A, act_int64(i), ACT_FOREVER), ACT_OK);
}

static void answers(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_tell_value(self, b, TAG_C, act_int64(message->as.int64)); /* what has no right to pass */
    act_answer_value(self, message, TAG_B, act_int64(message->as.int64));
}

static const act_behavior answerer = {.name = "answerer", .receive = answers};

/* An ask without a timeout would else wait for ever. */
static void replies_pass_a_full_inbox_and_are_not_dropped(void)
{
    open_with((act_inbox_policy)(kit_round() % 3));
    c = fixture_spawn_as(&answerer, NULL, NULL);
    fixture_let(b, asks_often);
    ck_assert_int_eq(fixture_count(b, TAG_B), 10);
    ck_assert_int_eq(fixture_count(b, TAG_C) + fixture_dead_letters(ACT_FULL), 10);
    ck_assert_int_ge(fixture_count(b, TAG_C), MAX);
    fixture_close();
}

enum { CROWD = 20 };
static act_pid crowd[CROWD];

static void watches_the_crowd(act_self *self)
{
    act_ref ref;
    ck_assert_int_eq(act_trap_exits(self, true), ACT_OK);
    for (int i = 0; i < CROWD; i++) {
        ck_assert_int_eq(act_monitor(self, &ref, crowd[i]), ACT_OK);
        ck_assert_int_eq(act_link(self, crowd[i]), ACT_OK);
    }
}

/* Signals are never counted or refused, and no policy drops them once they have become messages. */
static void no_signal_is_refused_or_dropped(void)
{
    open_with((act_inbox_policy)(kit_round() % 3));
    for (int i = 0; i < CROWD; i++)
        crowd[i] = fixture_spawn();
    fixture_let(b, watches_the_crowd);
    for (int i = 0; i < CROWD; i++)
        fixture_tell_to(crowd[i], exits_normally);
    fixture_tell_to(a, tells_a_flood);
    fixture_run();
    ck_assert_int_eq(fixture_count(b, ACT_MESSAGE_DOWN), CROWD);
    ck_assert_int_eq(fixture_count(b, ACT_MESSAGE_EXIT), CROWD);
    ck_assert_int_eq(fixture_count(b, TAG_A) + fixture_dead_letters(ACT_FULL), 10);
    ck_assert_int_ge(fixture_count(b, TAG_A), MAX);
    fixture_close();
}

static void signals_take_no_place_from_messages(void)
{
    open_with(ACT_INBOX_DROP_OLDEST);
    for (int i = 0; i < CROWD; i++)
        crowd[i] = fixture_spawn();
    fixture_let(b, watches_the_crowd);
    for (int i = 0; i < CROWD; i++)
        fixture_let(crowd[i], exits_normally);
    fixture_let(a, tells_a_flood);
    ck_assert_int_eq(fixture_count(b, TAG_A), MAX);
    fixture_close();
}

static void asks_and_floods(act_self *self)
{
    act_message *message;
    tells_a_flood(self);
    ck_assert_int_eq(act_message_create(&message, TAG_B, 0), ACT_OK);
    results[act_ask_message(self, &fixture_ref, b, &message, 10)]++;
    act_message_free(&message);
}

static void an_ask_of_a_full_inbox_is_refused_and_leaves_nothing(void)
{
    static const act_inbox_policy policies[] = {ACT_INBOX_REFUSE, ACT_INBOX_DROP_NEWEST,
                                                ACT_INBOX_DROP_OLDEST};
    open_with(policies[kit_round() % 3]);
    results[ACT_FULL] = 0;
    fixture_let(a, asks_and_floods);
    ck_assert_int_eq(results[ACT_FULL], 1);
    fixture_let(b, exits_normally);
    fixture_advance(20);
    ck_assert_int_eq(fixture_count(b, TAG_B), 0);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN) + fixture_count(a, ACT_MESSAGE_TIMED_OUT),
                     0);
    fixture_close();
}

static void asks_and_then_floods(act_self *self)
{
    ck_assert_int_eq(act_ask_value(self, &fixture_ref, b, TAG_B, act_nothing(), ACT_FOREVER),
                     ACT_OK);
    tells_a_flood(self);
}

static void an_ask_that_is_dropped_for_newer_messages_is_answered(void)
{
    open_with(ACT_INBOX_DROP_OLDEST);
    fixture_let(a, asks_and_then_floods);
    const struct note *down = fixture_only(a, ACT_MESSAGE_DOWN);
    ck_assert(act_pid_equal(down->sender, b) && act_ref_equal(down->ref, fixture_ref));
    ck_assert(down->kind == ACT_EXIT_ERROR && down->code == ACT_FULL);
    ck_assert_int_eq((int)down->fate, ACT_FATE_UNBEGUN);
    ck_assert_int_eq(fixture_count(b, TAG_B), 0);
    ck_assert(fixture_lives(b));
    fixture_close();
}

/* ----------------------------------------------------------------------------- mute the sender */

enum { BACKLOG = 50, STREAM = 2000 };
static int sent_count, most_waiting;

static void pours(act_self *self)
{
    sent_count++;
    act_tell_value(self, c, TAG_A, act_nothing());
    act_tell_value(self, c, TAG_A, act_nothing());
    act_counters counters;
    act_system_counters(act_self_system(self), &counters);
    int waiting = (int)(counters.sent - counters.received - counters.dead_letters);
    most_waiting = waiting > most_waiting ? waiting : most_waiting;
}

static void streams(act_self *self, void *state, const act_message *message)
{
    (void)state;
    (void)message;
    if (sent_count == STREAM)
        return;
    pours(self);
    act_tell_value(self, act_self_pid(self), TAG_B, act_nothing());
}

static void swallows(act_self *self, void *state, const act_message *message)
{
    (void)self;
    (void)state;
    (void)message;
}

static const act_behavior stream = {.name = "stream", .receive = streams};
static const act_behavior sink = {.name = "sink", .receive = swallows};

static void a_sender_that_floods_is_muted(void)
{
    fixture_open_with(FIXTURE_OPTIONS(.backlog_max = BACKLOG));
    sent_count = most_waiting = 0;
    c = fixture_spawn_as(&sink, NULL, NULL);
    a = fixture_spawn_as(&stream, NULL, NULL);
    act_system_tell_value(fixture.system, a, TAG_B, act_nothing());
    fixture_run();
    ck_assert_int_eq(sent_count, STREAM);
    ck_assert_int_gt((int)fixture_counters().muted, 0);
    ck_assert_int_lt(most_waiting, 4 * BACKLOG);
    fixture_close();
}

/*
 * One that is asked by many, each ask a signal, and floods with each: what waits stays bounded, and
 * each is answered.
 */
enum { ASKERS = 8, ASKS = 1000 };
static int answers_count;

static void pours_and_answers(act_self *self, void *state, const act_message *message)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        pours(self);
    act_answer_value(self, message, TAG_A, act_nothing());
}

static void asks_the_stream(act_self *self, void *state, const act_message *message)
{
    act_ref ask;
    (void)state;
    answers_count += message->tag == TAG_A;
    if (answers_count < ASKS)
        ck_assert_int_eq(act_ask_value(self, &ask, a, TAG_B, act_nothing(), ACT_FOREVER), ACT_OK);
}

static const act_behavior asked_stream = {.name = "asked stream", .receive = pours_and_answers};
static const act_behavior asker = {.name = "asker", .receive = asks_the_stream};

static void a_sender_that_is_asked_is_muted(void)
{
    fixture_open_with(FIXTURE_OPTIONS(.backlog_max = BACKLOG));
    sent_count = most_waiting = answers_count = 0;
    c = fixture_spawn_as(&sink, NULL, NULL);
    a = fixture_spawn_as(&asked_stream, NULL, NULL);
    for (int i = 0; i < ASKERS; i++)
        act_system_tell_value(fixture.system, fixture_spawn_as(&asker, NULL, NULL), TAG_C,
                              act_nothing());
    fixture_run();
    ck_assert_int_ge(answers_count, ASKS);
    ck_assert_int_gt((int)fixture_counters().muted, 0);
    ck_assert_int_lt(most_waiting, 20 * BACKLOG);
    fixture_close();
}

/* b passes on to c more than c can handle, and is muted; a would not notice. */
static void streams_to_b(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    if (sent_count++ == STREAM)
        return;
    act_tell_value(self, b, TAG_A, act_nothing());
    act_tell_value(self, act_self_pid(self), TAG_B, act_nothing());
}

static void passes_on(act_self *self, void *state, const act_message *message)
{
    int sent_before = sent_count;
    (void)state, (void)message;
    for (int i = 0; i < 20; i++)
        pours(self);
    sent_count = sent_before;
}

static const act_behavior stream_to_b = {.name = "stream to b", .receive = streams_to_b};
static const act_behavior relay = {.name = "relay", .receive = passes_on};

static void a_sender_that_floods_a_muted_one_is_muted(void)
{
    fixture_open_with(FIXTURE_OPTIONS(.backlog_max = BACKLOG));
    sent_count = most_waiting = 0;
    c = fixture_spawn_as(&sink, NULL, NULL);
    b = fixture_spawn_as(&relay, NULL, NULL);
    a = fixture_spawn_as(&stream_to_b, NULL, NULL);
    act_system_tell_value(fixture.system, a, TAG_B, act_nothing());
    fixture_run();
    ck_assert_int_gt(sent_count, STREAM);
    ck_assert_int_lt(most_waiting, 80 * BACKLOG);
    fixture_close();
}

static void many_that_flood_are_all_muted_and_all_go_on(void)
{
    fixture_open_with(FIXTURE_OPTIONS(.backlog_max = BACKLOG));
    sent_count = most_waiting = 0;
    c = fixture_spawn_as(&sink, NULL, NULL);
    for (int i = 0; i < 10; i++)
        act_system_tell_value(fixture.system, fixture_spawn_as(&stream, NULL, NULL), TAG_B,
                              act_nothing());
    fixture_run();
    ck_assert_int_eq(sent_count, STREAM);
    ck_assert_int_ge((int)fixture_counters().muted, 10);
    ck_assert_int_lt(most_waiting, 20 * BACKLOG);
    fixture_close();
}

/* A flood that comes all at once, and then nothing: the muted must run again. */
static int floods_count;

static void floods_once(act_self *self)
{
    floods_count++;
    for (int i = 0; i < 4 * BACKLOG; i++)
        act_tell_value(self, c, TAG_A, act_nothing());
}

static void a_muted_sender_runs_again_when_the_receiver_has_caught_up(void)
{
    fixture_open_with(FIXTURE_OPTIONS(.backlog_max = BACKLOG));
    c = fixture_spawn_as(&sink, NULL, NULL);
    a = fixture_spawn();
    b = fixture_spawn();
    fixture_tell_to(a, floods_once);
    fixture_tell_to(b, floods_once);
    fixture_tell_to(a, floods_once);
    fixture_tell_to(b, floods_once);
    fixture_run();
    ck_assert_uint_eq(fixture_counters().received, 16 * BACKLOG + 4);
    ck_assert(fixture_lives(a) && fixture_lives(b));
    fixture_close();
}

static void floods_each_other(act_self *self)
{
    act_pid other = act_pid_equal(act_self_pid(self), a) ? b : a;
    for (int i = 0; i < 4 * BACKLOG; i++)
        act_tell_value(self, other, TAG_C, act_nothing());
}

static void two_that_flood_each_other_do_not_lock(void)
{
    fixture_open_with(FIXTURE_OPTIONS(.backlog_max = BACKLOG));
    a = fixture_spawn();
    b = fixture_spawn();
    for (int i = 0; i < 3; i++) {
        fixture_tell_to(a, floods_each_other);
        fixture_tell_to(b, floods_each_other);
    }
    fixture_run();
    ck_assert_int_eq(fixture_count(a, TAG_C), 12 * BACKLOG);
    ck_assert_int_eq(fixture_count(b, TAG_C), 12 * BACKLOG);
    fixture_close();
}

/* a floods c until it is muted. Returns: how often it was told to. */
static int flood_until_muted(void)
{
    int told = 0;
    fixture_open_with(FIXTURE_OPTIONS(.backlog_max = BACKLOG));
    floods_count = 0;
    c = fixture_spawn_as(&sink, NULL, NULL);
    a = fixture_spawn();
    for (; fixture_counters().muted == 0 && told < 1000; told++) {
        fixture_tell_to(a, floods_once);
        (void)!act_simulation_run(fixture.simulation, NULL, 1);
    }
    ck_assert_uint_ne(fixture_counters().muted, 0);
    return told;
}

static void a_muted_sender_runs_again_when_the_receiver_ends(void)
{
    int told = flood_until_muted();
    fixture_tell_to(a, floods_once);
    ck_assert_int_eq(act_system_exit_actor(fixture.system, c,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    fixture_run();
    ck_assert(!fixture_lives(c));
    ck_assert_int_eq(floods_count, told + 1);
    fixture_close();
}

static void a_muted_actor_hears_signals(void)
{
    act_exit_kind kind = kit_round() % 2 ? ACT_EXIT_KILL : ACT_EXIT_ERROR;
    (void)flood_until_muted();
    ck_assert_int_eq(act_system_exit_actor(fixture.system, a, act_exit_reason_make(kind, 0, NULL)),
                     ACT_OK);
    fixture_run();
    ck_assert(!fixture_lives(a));
    fixture_close();
}

/* c never runs long enough to catch up before the EXIT is handled. */
static void floods_much(act_self *self)
{
    for (int i = 0; i < 10; i++)
        floods_once(self);
}

static void a_muted_actor_that_traps_handles_an_exit(void)
{
    fixture_open_with(FIXTURE_OPTIONS(.backlog_max = BACKLOG));
    c = fixture_spawn_as(&sink, NULL, NULL);
    a = fixture_spawn();
    fixture_let(a, traps);
    fixture_tell_to(a, floods_much);
    while (fixture_counters().muted == 0) {
        fixture_tell_to(a, floods_once);
        (void)!act_simulation_run(fixture.simulation, NULL, 1);
    }
    uint64_t sent = fixture_counters().sent;
    ck_assert_int_eq(act_system_exit_actor(fixture.system, a,
                                           act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)),
                     ACT_OK);
    while (fixture_count(a, ACT_MESSAGE_EXIT) == 0)
        (void)!act_simulation_run(fixture.simulation, NULL, 1);
    ck_assert_uint_lt(fixture_counters().received, sent / 2);
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(a_full_inbox_refuses),
    FIXTURE_CASE(what_is_told_to_a_full_inbox_is_a_dead_letter),
    FIXTURE_CASE(a_full_inbox_drops_the_newest),
    FIXTURE_CASE(a_full_inbox_drops_the_oldest),
    TEST_CASE(replies_pass_a_full_inbox_and_are_not_dropped, .rounds = 30),
    TEST_CASE(no_signal_is_refused_or_dropped, .rounds = 60),
    FIXTURE_CASE(signals_take_no_place_from_messages),
    FIXTURE_CASE(an_ask_of_a_full_inbox_is_refused_and_leaves_nothing),
    FIXTURE_CASE(an_ask_that_is_dropped_for_newer_messages_is_answered),
    FIXTURE_CASE(a_sender_that_floods_is_muted),
    TEST_CASE(a_sender_that_is_asked_is_muted, .rounds = 50),
    TEST_CASE(a_sender_that_floods_a_muted_one_is_muted, .rounds = 50),
    FIXTURE_CASE(many_that_flood_are_all_muted_and_all_go_on),
    TEST_CASE(a_muted_sender_runs_again_when_the_receiver_has_caught_up, .rounds = 50),
    TEST_CASE(two_that_flood_each_other_do_not_lock, .rounds = 50),
    TEST_CASE(a_muted_sender_runs_again_when_the_receiver_ends, .rounds = 50),
    TEST_CASE(a_muted_actor_hears_signals, .rounds = 50),
    TEST_CASE(a_muted_actor_that_traps_handles_an_exit, .rounds = 50),
    END_OF_CASES,
};
