/*
 * Messages between actors: what arrives, in which order, its owner, and what becomes of the rest.
 */
/* SPDX-License-Identifier: MIT */
#include <test/actor/fixture.h>

static act_pid a, b;

static void open_two(void)
{
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn();
}

/* --------------------------------------------------------------------------------------- values */

static void tells_all_kinds(act_self *self)
{
    act_tell_value(self, b, TAG_A, act_nothing());
    act_tell_value(self, b, TAG_A, act_bool(true));
    act_tell_value(self, b, TAG_A, act_int64(INT64_MIN));
    act_tell_value(self, b, TAG_A, act_uint64(UINT64_MAX));
    act_tell_value(self, b, TAG_A, act_float64(0.5));
    act_tell_value(self, b, TAG_A, act_pid_value(a));
    act_tell_value(self, b, TAG_A, act_ref_value((act_ref){7}));
    act_tell_value(self, b, TAG_A, act_pointer(&fixture));
}

static int kinds_seen;

static void checks_kinds(act_self *self, void *state, const act_message *message)
{
    (void)state;
    ck_assert_uint_eq(message->tag, TAG_A);
    ck_assert_uint_eq(message->bytes_count, 0);
    ck_assert_uint_eq(message->ref.value, 0);
    ck_assert(act_pid_equal(act_message_sender(message), a));
    ck_assert(act_pid_equal(act_self_pid(self), b));
    switch (kinds_seen++) {
    case 0: ck_assert_int_eq(message->kind, ACT_VALUE_NOTHING); break;
    case 1: ck_assert(message->kind == ACT_VALUE_BOOL && message->as.boolean); break;
    case 2: ck_assert(message->kind == ACT_VALUE_INT64 && message->as.int64 == INT64_MIN); break;
    case 3: ck_assert(message->kind == ACT_VALUE_UINT64 && message->as.uint64 == UINT64_MAX); break;
    case 4: ck_assert(message->kind == ACT_VALUE_FLOAT64 && message->as.float64 == 0.5); break;
    case 5: ck_assert(message->kind == ACT_VALUE_PID && act_pid_equal(message->as.pid, a)); break;
    case 6: ck_assert(message->kind == ACT_VALUE_REF && message->as.ref.value == 7); break;
    default:
        ck_assert(message->kind == ACT_VALUE_POINTER && message->as.pointer == (void *)&fixture);
    }
}

static const act_behavior kinds_checker = {.name = "kinds checker", .receive = checks_kinds};

static void every_kind_of_value_arrives_as_it_was_sent(void)
{
    kinds_seen = 0;
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn_as(&kinds_checker, NULL, NULL);
    fixture_let(a, tells_all_kinds);
    ck_assert_int_eq(kinds_seen, 8);
    fixture_close();
}

static const size_t sizes[] = {0,   1,    7,    8,    23,   24,   25,   64,   87,    88,
                               89,  128,  215,  216,  217,  471,  472,  473,  983,   984,
                               985, 2007, 2008, 2009, 4055, 4056, 4057, 5000, 65536, 1000000};
enum { SIZES = sizeof sizes / sizeof sizes[0] };
static size_t sizes_seen;

static void tells_all_sizes(act_self *self)
{
    static unsigned char bytes[1000000];
    for (size_t i = 0; i < SIZES; i++) {
        memset(bytes, (int)i + 1, sizes[i]);
        act_tell_bytes(self, b, TAG_A, sizes[i] == 0 ? NULL : bytes, sizes[i]);
    }
}

static void checks_sizes(act_self *self, void *state, const act_message *message)
{
    static unsigned char bytes[1000000];
    size_t               expected = sizes[sizes_seen];
    (void)self;
    (void)state;
    ck_assert_int_eq(message->kind, ACT_VALUE_BYTES);
    ck_assert_uint_eq(message->bytes_count, expected);
    ck_assert_uint_eq((uintptr_t)message->as.bytes % 8, 0);
    ck_assert_int_eq(act_message_read(message, bytes, expected + 1), ACT_MALFORMED);
    ck_assert_int_eq(act_message_read(message, bytes, expected), ACT_OK);
    for (size_t i = 0; i < expected; i++)
        if (bytes[i] != sizes_seen + 1) /* Check notes each assertion in a file: too slow for
                                           every byte */
            ck_abort_msg("byte %zu of %zu is wrong", i, expected);
    sizes_seen++;
}

static const act_behavior sizes_checker = {.name = "sizes checker", .receive = checks_sizes};

static void bytes_of_every_size_class_arrive_whole(void)
{
    sizes_seen = 0;
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn_as(&sizes_checker, NULL, NULL);
    fixture_let(a, tells_all_sizes);
    ck_assert_uint_eq(sizes_seen, SIZES);
    fixture_close();
}

static void a_message_out_of_range_cannot_be_made(void)
{
    act_message *message = NULL;
    ck_assert_int_eq(act_message_create(&message, 0, 1), ACT_INVALID);
    ck_assert_int_eq(act_message_create(&message, ACT_TAG_MAX + 1, 1), ACT_INVALID);
    ck_assert_int_eq(act_message_create(&message, 1, ACT_MESSAGE_BYTES_MAX + 1), ACT_INVALID);
    ck_assert_int_eq(act_message_create_value(&message, 0, act_nothing()), ACT_INVALID);
    ck_assert_int_eq(act_message_create_value(&message, 1, (act_value){ACT_VALUE_BYTES, {false}}),
                     ACT_INVALID);
    ck_assert_int_eq(act_message_create_value(&message, 1,
                                              (act_value){(act_value_kind)-1, {false}}),
                     ACT_INVALID);
    ck_assert_ptr_null(message);
    ck_assert_int_eq(act_message_create(&message, ACT_TAG_MAX, 0), ACT_OK);
    act_message_free(&message);
    ck_assert_ptr_null(message);
    act_message_free(&message);
}

/* ------------------------------------------------------------------------------------ resources */

static int released[8];

static void release(void *counter)
{
    ++*(int *)counter;
}

static act_value resource(int i)
{
    return act_resource_value(&released[i], release);
}

static void tells_resources(act_self *self)
{
    for (int i = 0; i < 4; i++)
        act_tell_value(self, b, TAG_A + (uint32_t)i, resource(i));
}

static void takes_some(act_self *self, void *state, const act_message *message)
{
    (void)self;
    (void)state;
    if (message->tag != TAG_B)
        return;
    ck_assert_ptr_eq(act_message_take_resource(message), &released[1]);
    ck_assert_ptr_null(act_message_take_resource(message));
}

static const act_behavior taker_of_resources = {.name = "taker of resources",
                                                .receive = takes_some};

static void a_resource_is_released_once_unless_it_is_taken(void)
{
    memset(released, 0, sizeof released);
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn_as(&taker_of_resources, NULL, NULL);
    fixture_let(a, tells_resources);
    ck_assert(released[0] == 1 && released[1] == 0 && released[2] == 1 && released[3] == 1);
    fixture_close();
    ck_assert(released[0] == 1 && released[1] == 0 && released[2] == 1 && released[3] == 1);
}

static void a_resource_sent_to_the_dead_is_released(void)
{
    memset(released, 0, sizeof released);
    open_two();
    fixture_let(b, exits_normally);
    fixture_let(a, tells_resources);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(released[i], 1);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 4);
    fixture_close();
}

static void a_resource_that_waits_when_its_receiver_ends_is_released(void)
{
    memset(released, 0, sizeof released);
    open_two();
    fixture_tell_to(b, exits_normally);
    fixture_tell_to(a, tells_resources);
    fixture_run();
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(released[i], 1);
    fixture_close();
}

static void panics_with_a_resource(act_self *self, void *state, const act_message *message)
{
    (void)state;
    (void)message;
    act_panic(self, "with a resource in hand");
}

static const act_behavior panicker = {.name = "panicker", .receive = panics_with_a_resource};

static void a_resource_in_the_message_that_made_its_receiver_panic_is_released(void)
{
    memset(released, 0, sizeof released);
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn_as(&panicker, NULL, NULL);
    fixture_let(a, tells_resources);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(released[i], 1);
    fixture_close();
}

static void a_resource_in_a_message_that_waits_at_the_end_of_the_system_is_released(void)
{
    memset(released, 0, sizeof released);
    open_two();
    act_system_tell_value(fixture.system, b, TAG_A, resource(0));
    act_simulation_destroy(&fixture.simulation);
    ck_assert_int_eq(released[0], 1);
    ck_assert_uint_eq(act__pool_outstanding(), fixture.outstanding);
}

/* ------------------------------------------------------------------------------------ ownership */

static void sends_to_the_dead(act_self *self)
{
    act_message *message, *same;
    ck_assert_int_eq(act_message_create_value(&message, TAG_A, act_int64(5)), ACT_OK);
    message->ref.value = 77; /* as one that came as an ask and was taken: it can still be
                                answered */
    same = message;
    ck_assert_int_eq(act_send(self, b, &message), ACT_NO_ACTOR);
    ck_assert_ptr_eq(message, same);
    ck_assert(message->tag == TAG_A && message->as.int64 == 5 && message->ref.value == 77);
    ck_assert_int_eq(act_reply_message(self, (act_asker){b, {99}}, &message), ACT_NO_ACTOR);
    ck_assert(message == same && message->ref.value == 77);
    ck_assert_int_eq(act_system_send(fixture.system, b, &message), ACT_NO_ACTOR);
    ck_assert(message == same && message->ref.value == 77);
    ck_assert_int_eq(act_send(self, act_pid_none(), &message), ACT_NO_ACTOR);
    ck_assert_int_eq(act_send(self, (act_pid){0, UINT64_MAX}, &message), ACT_NO_ACTOR);
    ck_assert_int_eq(act_send(self, (act_pid){0, UINT64_C(99999)}, &message), ACT_NO_ACTOR);
    ck_assert_int_eq(act_send(self, (act_pid){1, a.local}, &message), ACT_NO_NODE);
    ck_assert_int_eq(act_send(self, a, &message), ACT_OK);
    ck_assert_ptr_null(message);
}

static act_result send_to(const char *text)
{
    act_pid      pid;
    act_message *message;
    ck_assert_int_eq(act_pid_parse(&pid, text), ACT_OK);
    ck_assert_int_eq(act_message_create_value(&message, TAG_A, act_int64(5)), ACT_OK);
    act_result result = act_system_send(fixture.system, pid, &message);
    act_message_free(&message);
    return result;
}

static void a_pid_that_was_read_is_one_like_any_other(void)
{
    open_two();
    fixture_let(b, exits_normally);
    ck_assert_int_eq(send_to("<0.1.1>"), ACT_OK);
    ck_assert_int_eq(send_to("<0.2.1>"), ACT_NO_ACTOR); /* has ended */
    ck_assert_int_eq(send_to("<0.1.2>"), ACT_NO_ACTOR); /* never an actor's */
    ck_assert_int_eq(send_to("<0.1.3>"), ACT_NO_ACTOR); /* is still to come */
    ck_assert_int_eq(send_to("<0.9.1>"), ACT_NO_ACTOR);
    ck_assert_int_eq(send_to("<0.0.1>"), ACT_NO_ACTOR);
    ck_assert_int_eq(send_to("<0.134217727.137438953471>"), ACT_NO_ACTOR);
    ck_assert_int_eq(send_to("<none>"), ACT_NO_ACTOR);
    ck_assert_int_eq(send_to("<1.1.1>"), ACT_NO_NODE);
    fixture_run();
    ck_assert_int_eq((int)fixture_only(a, TAG_A)->value, 5);
    fixture_close();
}

static void a_message_that_could_not_be_sent_is_still_the_senders(void)
{
    open_two();
    fixture_let(b, exits_normally);
    fixture_let(a, sends_to_the_dead);
    ck_assert_int_eq((int)fixture_only(a, TAG_A)->value, 5);
    ck_assert_int_eq(fixture.dead_letters_count, 0);
    fixture_close();
}

static void tells_none(act_self *self)
{
    act_tell_value(self, act_pid_none(), TAG_A, act_nothing());
    act_tell_value(self, (act_pid){0, UINT64_MAX}, TAG_B, act_nothing());
    act_tell_value(self, (act_pid){9, 1}, TAG_C, act_nothing());
    act_tell_bytes(self, b, TAG_D, NULL, ACT_MESSAGE_BYTES_MAX + 1);
}

static void what_cannot_be_told_is_a_dead_letter_with_its_reason(void)
{
    open_two();
    fixture_let(a, tells_none);
    ck_assert_int_eq(fixture.dead_letters_count, 4);
    ck_assert(fixture.dead_letters[0].tag == TAG_A && fixture.dead_letters[0].why == ACT_NO_ACTOR &&
              act_pid_is_none(fixture.dead_letters[0].to));
    ck_assert(fixture.dead_letters[1].tag == TAG_B && fixture.dead_letters[1].why == ACT_NO_ACTOR);
    ck_assert(fixture.dead_letters[2].tag == TAG_C && fixture.dead_letters[2].why == ACT_NO_NODE);
    ck_assert(fixture.dead_letters[3].tag == TAG_D && fixture.dead_letters[3].why == ACT_NO_MEMORY);
    fixture_close();
}

static void sends_on_to_the_dead_in_every_way(act_self *self)
{
    act_ref      ref;
    act_message *message;
    act_tell_value(self, b, TAG_A, act_nothing());
    ck_assert_int_eq(act_ask_value(self, &ref, b, TAG_B, act_nothing(), ACT_FOREVER), ACT_OK);
    ck_assert_int_eq(act_tell_after_value(self, &ref, b, TAG_C, act_nothing(), 0), ACT_OK);
    message = act_take(self); /* has come from another actor */
    ck_assert_int_eq(act_ask_message(self, &ref, b, &message, ACT_FOREVER), ACT_OK);
}

static void a_dead_letter_names_its_sender(void)
{
    open_two();
    fixture_let(b, exits_normally);
    fixture_let(a, sends_on_to_the_dead_in_every_way);
    fixture_advance(1);
    ck_assert_int_eq(fixture.dead_letters_count, 4);
    for (int i = 0; i < 4; i++)
        ck_assert(act_pid_equal(fixture.dead_letters[i].sender, a) &&
                  act_pid_equal(fixture.dead_letters[i].to, b));
    fixture_close();
}

/* --------------------------------------------------------------------------- taking, forwarding */

enum { RING = 10 };
static act_pid            ring[RING];
static const act_message *travelling;
static int                hops;

static void forwards(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (travelling != NULL)
        ck_assert_ptr_eq(message, travelling); /* always the same envelope */
    travelling = message;
    act_message *mine = act_take(self);
    ck_assert_ptr_eq(mine, message);
    ck_assert_ptr_null(act_take(self));
    if (mine->as.int64-- > 0) {
        int at = hops++ % RING;
        ck_assert(act_pid_equal(act_self_pid(self), ring[at]));
        ck_assert_int_eq(act_send(self, ring[(at + 1) % RING], &mine), ACT_OK);
        ck_assert_ptr_null(mine);
    }
    act_message_free(&mine);
}

static const act_behavior forwarder = {.name = "forwarder", .receive = forwards};

static void one_envelope_goes_round_a_ring(void)
{
    fixture_open();
    travelling = NULL;
    hops = 0;
    for (int i = 0; i < RING; i++)
        ring[i] = fixture_spawn_as(&forwarder, NULL, NULL);
    act_system_tell_value(fixture.system, ring[0], TAG_A, act_int64(1000));
    fixture_run();
    ck_assert_int_eq(hops, 1000);
    fixture_close();
}

static void what_a_thread_sends_on_is_no_ask(void)
{
    act_message *answer;
    fixture_open();
    a = fixture_spawn();
    ck_assert_int_eq(act_message_create_value(&answer, TAG_A, act_int64(1)), ACT_OK);
    answer->ref.value = 77; /* as one from act_system_ask */
    ck_assert_int_eq(act_system_send(fixture.system, a, &answer), ACT_OK);
    fixture_run();
    ck_assert_uint_eq(fixture_only(a, TAG_A)->ref.value, 0);
    fixture_close();
}

/* One actor to itself, also with others arriving meanwhile. */
static void forwards_to_itself(act_self *self, void *state, const act_message *message)
{
    int *count = state;
    (void)message;
    act_message *mine = act_take(self);
    if (++*count <= 100)
        ck_assert_int_eq(act_send(self, act_self_pid(self), &mine), ACT_OK);
    act_message_free(&mine);
}

static const act_behavior selfish = {
    .name = "selfish", .state_bytes = sizeof(int), .receive = forwards_to_itself};

static void an_actor_can_send_a_message_on_to_itself(void)
{
    fixture_open();
    a = fixture_spawn_as(&selfish, NULL, NULL);
    for (int i = 0; i < 7; i++)
        act_system_tell_value(fixture.system, a, TAG_A, act_int64(i));
    fixture_run();
    ck_assert_uint_eq(fixture_counters().received, 107);
    fixture_close();
}

static act_message *kept[10];
static int          kept_count;

static void keeps(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag != TAG_B) {
        kept[kept_count++] = act_take(self);
        return;
    }
    for (int i = 0; i < kept_count; i++) {
        ck_assert_int_eq((int)kept[i]->as.int64, i);
        ck_assert_int_eq(act_send(self, b, &kept[i]), ACT_OK);
    }
}

static const act_behavior keeper = {.name = "keeper", .receive = keeps};

static void taken_messages_can_be_kept_and_sent_on_later(void)
{
    fixture_open();
    b = fixture_spawn();
    kept_count = 0;
    a = fixture_spawn_as(&keeper, NULL, NULL);
    for (int i = 0; i < 10; i++)
        act_system_tell_value(fixture.system, a, TAG_A, act_int64(i));
    fixture_run();
    act_system_tell_value(fixture.system, a, TAG_B, act_nothing());
    fixture_run();
    ck_assert_int_eq(fixture_count(b, TAG_A), 10);
    for (int i = 0; i < 10; i++)
        ck_assert(fixture_nth(b, TAG_A, i)->value == i &&
                  act_pid_equal(fixture_nth(b, TAG_A, i)->sender, a));
    fixture_close();
}

static void keeps_and_drops(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == TAG_DO)
        act_panic(self, "with a message in hand");
    act_message *mine = act_take(self);
    act_message_free(&mine);
    ck_assert_ptr_null(act_take(self));
}

static const act_behavior dropper = {.name = "dropper", .receive = keeps_and_drops};

static void a_taken_message_may_be_freed_at_once(void)
{
    fixture_open();
    a = fixture_spawn_as(&dropper, NULL, NULL);
    for (int i = 0; i < 100; i++)
        act_system_tell_value(fixture.system, a, TAG_A, act_int64(i));
    act_system_tell_value(fixture.system, a, TAG_DO, act_nothing());
    fixture_run();
    fixture_close();
}

static void tries_to_take(act_self *self, void *state, const act_message *message)
{
    (void)state;
    note_message(self, message);
    if (message->tag > ACT_TAG_MAX)
        ck_assert_ptr_null(act_take(self));
}

static act_result traps_at_first(act_self *self, void *state, const void *args)
{
    (void)state;
    (void)args;
    act_ref      ref;
    act_message *message;
    ck_assert_int_eq(act_trap_exits(self, true), ACT_OK);
    ck_assert_int_eq(act_monitor(self, &ref, b), ACT_OK);
    ck_assert_int_eq(act_link(self, b), ACT_OK);
    ck_assert_int_eq(act_message_create(&message, TAG_A, 0), ACT_OK);
    ck_assert_int_eq(act_ask_message(self, &ref, act_self_pid(self), &message, 1), ACT_OK);
    ck_assert_ptr_null(act_take(self));
    return ACT_OK;
}

static const act_behavior greedy = {
    .name = "greedy", .init = traps_at_first, .receive = tries_to_take};

static void the_frameworks_own_messages_cannot_be_taken(void)
{
    open_two();
    a = fixture_spawn_as(&greedy, NULL, NULL);
    fixture_let(b, panics);
    fixture_advance(1);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_EXIT), 1);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN), 1);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_TIMED_OUT), 1);
    fixture_close();
}

/* ---------------------------------------------------------------------------------------- order */

enum { TALKERS = 8, WORDS = 100 };

static void tells_words(act_self *self)
{
    for (int i = 0; i < WORDS; i++)
        act_tell_value(self, b, TAG_A, act_int64(i));
}

static void order_is_kept_between_any_two(void)
{
    act_pid talkers[TALKERS];
    fixture_open();
    b = fixture_spawn();
    for (int t = 0; t < TALKERS; t++)
        talkers[t] = fixture_spawn();
    for (int t = 0; t < TALKERS; t++)
        fixture_tell_to(talkers[t], tells_words);
    fixture_run();
    int next[TALKERS] = {0};
    for (int n = 0; n < fixture.notes_count; n++)
        for (int t = 0; t < TALKERS; t++)
            if (act_pid_equal(fixture.notes[n].sender, talkers[t]))
                ck_assert_int_eq((int)fixture.notes[n].value, next[t]++);
    for (int t = 0; t < TALKERS; t++)
        ck_assert_int_eq(next[t], WORDS);
    fixture_close();
}

/* ------------------------------------------------------------------------------------- counters */

static void sent_is_received_plus_dead_letters(void)
{
    act_counters counters;
    open_two();
    fixture_let(a, tells_words);
    fixture_let(b, exits_normally);
    fixture_let(a, tells_words);
    counters = fixture_counters();
    ck_assert_uint_eq(counters.sent, 2 * WORDS + 3);
    ck_assert_uint_eq(counters.received, WORDS + 3);
    ck_assert_uint_eq(counters.dead_letters, WORDS);
    ck_assert_uint_eq(counters.spawned, 2);
    ck_assert_uint_eq(counters.exited, 1);
    ck_assert_uint_eq(counters.panicked, 0);
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(every_kind_of_value_arrives_as_it_was_sent),
    FIXTURE_CASE(bytes_of_every_size_class_arrive_whole),
    TEST_CASE(a_message_out_of_range_cannot_be_made),
    FIXTURE_CASE(a_pid_that_was_read_is_one_like_any_other),
    FIXTURE_CASE(a_resource_is_released_once_unless_it_is_taken),
    FIXTURE_CASE(a_resource_sent_to_the_dead_is_released),
    FIXTURE_CASE(a_resource_that_waits_when_its_receiver_ends_is_released),
    FIXTURE_CASE(a_resource_in_the_message_that_made_its_receiver_panic_is_released),
    FIXTURE_CASE(a_resource_in_a_message_that_waits_at_the_end_of_the_system_is_released),
    FIXTURE_CASE(a_message_that_could_not_be_sent_is_still_the_senders),
    FIXTURE_CASE(what_cannot_be_told_is_a_dead_letter_with_its_reason),
    FIXTURE_CASE(a_dead_letter_names_its_sender),
    FIXTURE_CASE(one_envelope_goes_round_a_ring),
    FIXTURE_CASE(what_a_thread_sends_on_is_no_ask),
    FIXTURE_CASE(an_actor_can_send_a_message_on_to_itself),
    FIXTURE_CASE(taken_messages_can_be_kept_and_sent_on_later),
    FIXTURE_CASE(a_taken_message_may_be_freed_at_once),
    FIXTURE_CASE(the_frameworks_own_messages_cannot_be_taken),
    FIXTURE_CASE(order_is_kept_between_any_two),
    FIXTURE_CASE(sent_is_received_plus_dead_letters),
    END_OF_CASES,
};
