/* Functions that wait for an answer: called once with it, or never, and freed in any case. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <actor/continuation.h>
#include <mailbox/base/memory.h>
#include <test/actor/fixture.h>

#define DESK_LOOK(FIELD)  FIELD(1, INT64, number)
#define DESK_FOUND(FIELD) FIELD(1, INT64, number)
#define DESK_MESSAGES(MESSAGE)                                                                     \
    MESSAGE(desk_look, DESK_LOOK)                                                                  \
    MESSAGE(desk_found, DESK_FOUND)
ACT_SCHEMA(desk, DESK_MESSAGES);

static act_pid a, b;
static int64_t asked;

/* ---- an actor that answers with the number it was asked for, at once or when told to ---- */

enum { ANSWERS_MAX = 2000 };

static struct desk {
    bool      keeps;
    int       count;
    act_asker askers[ANSWERS_MAX];
    int64_t   numbers[ANSWERS_MAX];
} desk;

static void answer_kept(act_self *self)
{
    for (int i = desk.count - 1; i >= 0; i--) /* not in the order of the asks */
        act_reply(self, desk.askers[i], desk_found, .number = desk.numbers[i]);
    desk.count = 0;
}

static void serve(act_self *self, void *state, const act_message *message)
{
    if (desk_tag_of(message) != desk_look_tag) {
        scripted_receive(self, state, message);
        return;
    }
    int64_t number = act_view(desk_look, message)->number;
    if (number < 0)
        act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 5, NULL));
    else if (!desk.keeps)
        act_answer(self, message, desk_found, .number = number);
    else
        desk.askers[desk.count] = act_message_asker(message), desk.numbers[desk.count++] = number;
}

static const act_behavior server = {
    .name = "desk", .state_bytes = 16, .receive = serve, .terminate = scripted_terminate};

static void open_both(void)
{
    fixture_open();
    asked = 7;
    desk.keeps = false;
    desk.count = 0;
    a = fixture_spawn();
    b = fixture_spawn_as(&server, NULL, NULL);
    fixture_run();
}

/* ------------------------------------------------------------------ what has come to a function */

struct place {
    int64_t row, column;
};
ACT_CONTINUATION(on_found, void, struct place);
ACT_CONTINUATION(on_count, void, int64_t);

static struct heard {
    int          count;
    uint32_t     tag;
    int64_t      number, sum;
    struct place place;
    act_ref      ref;
} heard;

static void hear(const act_message *answer)
{
    heard.count++;
    heard.tag = answer->tag;
    heard.ref = answer->ref;
    if (desk_tag_of(answer) == desk_found_tag)
        heard.number = act_view(desk_found, answer)->number;
}

static void on_found(act_self *self, void *state, const act_message *answer,
                     const struct place *place)
{
    (void)self;
    (void)state;
    ck_assert_uint_eq((uintptr_t)place % 16, 0);
    hear(answer);
    heard.place = *place;
}

static void on_count(act_self *self, void *state, const act_message *answer, const int64_t *count)
{
    (void)self;
    (void)state;
    hear(answer);
    if (heard.tag == desk_found_tag)
        ck_assert_int_eq(heard.number, *count);
    heard.sum += *count;
}

static void nothing_else_came(act_pid actor)
{
    ck_assert_int_eq(fixture_count(actor, desk_found_tag), 0);
    ck_assert_int_eq(fixture_count(actor, ACT_MESSAGE_DOWN), 0);
    ck_assert_int_eq(fixture_count(actor, ACT_MESSAGE_TIMED_OUT), 0);
}

/* ------------------------------------------------------------------------------- asks, each way */

static void asks(act_self *self)
{
    heard = (struct heard){0};
    ck_assert_int_eq(act_ask_then(self, &fixture_ref, b, 100, desk_look, (.number = asked),
                                  on_found, .row = 3, .column = 4),
                     ACT_OK);
}

static void the_function_gets_the_reply_and_its_context(void)
{
    open_both();
    asked = 7;
    fixture_let(a, asks);
    ck_assert_int_eq(heard.count, 1);
    ck_assert_int_eq(heard.number, 7);
    ck_assert(act_ref_equal(heard.ref, fixture_ref));
    ck_assert(heard.place.row == 3 && heard.place.column == 4);
    nothing_else_came(a);
    fixture_advance(1000);
    ck_assert_int_eq(heard.count, 1);
    fixture_close();
}

static void it_gets_the_end_of_the_one_that_was_asked(void)
{
    open_both();
    asked = -1;
    fixture_let(a, asks);
    ck_assert_int_eq(heard.count, 1);
    ck_assert_uint_eq(heard.tag, ACT_MESSAGE_DOWN);
    fixture_let(a, asks); /* it is gone */
    ck_assert_int_eq(heard.count, 1);
    ck_assert_uint_eq(heard.tag, ACT_MESSAGE_DOWN);
    nothing_else_came(a);
    fixture_close();
}

static void it_gets_the_timeout_and_no_reply_after_it(void)
{
    open_both();
    desk.keeps = true;
    fixture_let(a, asks);
    fixture_advance(99);
    ck_assert_int_eq(heard.count, 0);
    fixture_advance(1);
    ck_assert_int_eq(heard.count, 1);
    ck_assert_uint_eq(heard.tag, ACT_MESSAGE_TIMED_OUT);
    fixture_let(b, answer_kept);
    ck_assert_int_eq(heard.count, 1);
    ck_assert_uint_eq(fixture_counters().late_replies, 1);
    nothing_else_came(a);
    fixture_close();
}

static void asks_plainly_too(act_self *self)
{
    act_ref plain;
    asks(self);
    ck_assert_int_eq(act_ask(self, &plain, b, 100, desk_look, .number = 8), ACT_OK);
}

static void other_answers_come_to_receive(void)
{
    open_both();
    asked = 7;
    fixture_let(a, asks_plainly_too);
    ck_assert_int_eq(heard.count, 1);
    ck_assert_int_eq(fixture_only(a, desk_found_tag)->value, 8);
    fixture_close();
}

static void asks_much(act_self *self)
{
    heard = (struct heard){0};
    for (int64_t i = 0; i < 1000; i++) {
        ck_assert_int_eq(act_ask_then(self, NULL, b, ACT_FOREVER, desk_look, (.number = i),
                                      on_count, i),
                         ACT_OK);
    }
}

static void each_of_many_answers_finds_its_own(void)
{
    open_both();
    desk.keeps = true;
    fixture_let(a, asks_much);
    fixture_let(a, asks_much); /* while the others are open */
    fixture_let(b, answer_kept);
    ck_assert_int_eq(heard.count, 2000);
    ck_assert_int_eq(heard.sum, 999 * 1000);
    nothing_else_came(a);
    fixture_close();
}

static void asks_with_one_that_is_there(act_self *self)
{
    const struct place place = {.row = 8, .column = 9};
    act_ref            ask;
    heard = (struct heard){0};
    ck_assert_int_eq(act_ask(self, &ask, b, 100, desk_look, .number = 1), ACT_OK);
    ck_assert_int_eq(act_then_with(self, ask, on_found, &place), ACT_OK);
}

static void a_context_may_be_there_already(void)
{
    open_both();
    fixture_let(a, asks_with_one_that_is_there);
    ck_assert(heard.place.row == 8 && heard.place.column == 9);
    fixture_close();
}

static void takes_its_name(act_self *self)
{
    ck_assert_int_eq(act_register(self, "desk"), ACT_OK);
}

static void asks_by_name(act_self *self)
{
    heard = (struct heard){0};
    ck_assert_int_eq(act_ask_name_then(self, &fixture_ref, "desk", 100, desk_look, (.number = 7),
                                       on_found, .row = 3, .column = 4),
                     ACT_OK);
    act_result refused =
        act_ask_name_then(self, NULL, "none", 100, desk_look, (.number = 8), on_found, .row = 5);
    ck_assert_int_eq(refused, ACT_NOT_FOUND);
}

static void a_name_can_be_asked_so(void)
{
    open_both();
    fixture_let(b, takes_its_name);
    fixture_let(a, asks_by_name);
    ck_assert_int_eq(heard.count, 1);
    ck_assert_int_eq(heard.number, 7);
    ck_assert(act_ref_equal(heard.ref, fixture_ref));
    ck_assert(heard.place.row == 3 && heard.place.column == 4);
    fixture_close();
}

static void asks_itself(act_self *self)
{
    heard = (struct heard){0};
    ck_assert_int_eq(act_ask_then(self, NULL, act_self_pid(self), 100, desk_look, (.number = 5),
                                  on_count, 5),
                     ACT_OK);
}

static void a_request_to_oneself_is_no_answer(void)
{
    open_both();
    act_pid bounded = fixture_spawn_as(&scripted, NULL, ACT_SPAWN_OPTIONS(.inbox_max = 9));
    fixture_run();
    for (int i = 0; i < 2; i++) {
        act_pid one = i == 0 ? a : bounded;
        fixture_let(one, asks_itself); /* which does not answer */
        ck_assert_int_eq(fixture_count(one, desk_look_tag), 1);
        ck_assert_int_eq(heard.count, 0);
    }
    fixture_let(b, asks_itself);
    ck_assert_int_eq(heard.count, 1);
    ck_assert_int_eq(heard.number, 5);
    fixture_advance(100);
    fixture_close();
}

static void asks_and_takes_a_name(act_self *self)
{
    static int number;
    char       name[16];
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "name %d", number++);
        ck_assert_int_eq(act_ask_then(self, NULL, b, 100, desk_look, (.number = i), on_count, i),
                         ACT_OK);
        ck_assert_int_eq(act_register(self, name), ACT_OK);
    }
}

static void they_are_found_among_other_things_of_the_actors(void)
{
    open_both();
    heard = (struct heard){0};
    for (int i = 0; i < 3; i++)
        fixture_let(a, asks_and_takes_a_name);
    ck_assert_int_eq(heard.count, 9);
    ck_assert_int_eq(heard.sum, 9);
    fixture_let(a, exits_normally);
    act_pid none;
    ck_assert_int_eq(act_whereis(fixture.system, &none, "name 1"), ACT_NOT_FOUND);
    fixture_close();
}

ACT_CONTINUATION(asks_on, void, int64_t);

static void asks_on(act_self *self, void *state, const act_message *answer, const int64_t *left)
{
    (void)state;
    hear(answer);
    if (*left > 0)
        ck_assert_int_eq(act_ask_then(self, NULL, b, 100, desk_look, (.number = *left), asks_on,
                                      *left - 1),
                         ACT_OK);
}

static act_result asks_in_init(act_self *self, void *state, const void *args)
{
    (void)state;
    (void)args;
    return act_ask_then(self, NULL, b, 100, desk_look, (.number = 9), asks_on, 9);
}

static void a_function_may_ask_on_and_so_may_init(void)
{
    static const act_behavior chain = {
        .name = "chain", .init = asks_in_init, .receive = scripted_receive};
    open_both();
    heard = (struct heard){0};
    act_pid c = fixture_spawn_as(&chain, NULL, NULL);
    fixture_run();
    ck_assert_int_eq(heard.count, 10);
    ck_assert_int_eq(heard.number, 1);
    nothing_else_came(c);
    fixture_close();
}

ACT_CONTINUATION(takes, void, int64_t);

static act_message *taken;

static void takes(act_self *self, void *state, const act_message *answer, const int64_t *ignored)
{
    (void)state;
    (void)ignored;
    ck_assert_ptr_eq(taken = act_take(self), answer);
}

static void asks_to_take(act_self *self)
{
    ck_assert_int_eq(act_ask_then(self, NULL, b, 100, desk_look, (.number = 6), takes, 0), ACT_OK);
}

static void a_function_may_take_the_reply(void)
{
    open_both();
    fixture_let(a, asks_to_take);
    ck_assert_int_eq(act_view(desk_found, taken)->number, 6);
    act_message_free(&taken);
    fixture_close();
}

/* ------------------------------------------------------ what had a ref before: monitors, timers */

static void monitors_then(act_self *self)
{
    heard = (struct heard){0};
    monitors(self);
    ck_assert_int_eq(act_then(self, fixture_ref, on_found, .row = 1), ACT_OK);
    ck_assert_int_eq(act_then(self, fixture_ref, on_found, .row = 2), ACT_EXISTS);
}

static void a_monitors_down_comes_to_its_function(void)
{
    open_both();
    fixture_let_about(a, monitors_then, b);
    fixture_let(b, exits_normally);
    ck_assert_int_eq(heard.count, 1);
    ck_assert_uint_eq(heard.tag, ACT_MESSAGE_DOWN);
    ck_assert_int_eq(heard.place.row, 1);
    nothing_else_came(a);
    fixture_close();
}

static void no_function_is_called_for_a_monitor_that_was_taken_back(void)
{
    open_both();
    fixture_let_about(a, monitors_then, b);
    fixture_let(a, demonitors);
    fixture_let(b, exits_normally);
    ck_assert_int_eq(heard.count, 0);
    nothing_else_came(a);
    fixture_close();
}

static void waits(act_self *self)
{
    heard = (struct heard){0};
    ck_assert_int_eq(act_tell_after_value(self, &fixture_ref, act_self_pid(self), TAG_A,
                                          act_int64(1), 50),
                     ACT_OK);
    ck_assert_int_eq(act_then(self, fixture_ref, on_count, 12), ACT_OK);
}

static void a_timers_message_comes_to_its_function(void)
{
    open_both();
    fixture_let(a, waits);
    fixture_advance(49);
    ck_assert_int_eq(heard.count, 0);
    fixture_advance(1);
    ck_assert_int_eq(heard.count, 1);
    ck_assert_uint_eq(heard.tag, TAG_A);
    ck_assert(act_ref_equal(heard.ref, fixture_ref));
    ck_assert_int_eq(heard.sum, 12);
    ck_assert_int_eq(fixture_count(a, TAG_A), 0);
    fixture_close();
}

static void cancels_timer(act_self *self)
{
    ck_assert_int_eq(act_cancel_timer(self, fixture_ref), ACT_OK);
}

static void no_function_is_called_for_a_timer_that_was_cancelled(void)
{
    open_both();
    fixture_let(a, waits);
    fixture_let(a, cancels_timer);
    size_t before = act__pool_outstanding();
    for (int i = 0; i < 10; i++) {
        fixture_let(a, waits);
        fixture_let(a, cancels_timer);
    }
    ck_assert_uint_eq(act__pool_outstanding(), before);
    fixture_advance(1000);
    ck_assert_int_eq(heard.count, 0);
    fixture_close();
}

ACT_CONTINUATION(fills_inbox, void, int64_t);

static void fills_inbox(act_self *self, void *state, const act_message *answer,
                        const int64_t *ignored)
{
    (void)state;
    (void)answer;
    (void)ignored;
    act_tell_value(self, a, TAG_B, act_int64(0));
}

static void fills_inbox_later(act_self *self)
{
    act_ref timer;
    ck_assert_int_eq(
        act_tell_after_value(self, &timer, act_self_pid(self), TAG_A, act_int64(1), 50), ACT_OK);
    ck_assert_int_eq(act_then(self, timer, fills_inbox, 0), ACT_OK);
}

/* In some of the rounds the only place is taken when the timer fires. */
static void a_timers_function_is_called_though_the_inbox_is_full(void)
{
    open_both();
    a = fixture_spawn_as(&scripted, NULL, ACT_SPAWN_OPTIONS(.inbox_max = 1));
    fixture_run();
    fixture_let(b, fills_inbox_later);
    fixture_let(a, waits);
    fixture_advance(50);
    ck_assert_int_eq(heard.count, 1);
    ck_assert_int_eq(heard.sum, 12);
    ck_assert_int_eq(fixture_count(a, TAG_B), 1);
    fixture_close();
}

/* ----------------------------------------------------------------------- taken back, or no more */

static void cancels(act_self *self)
{
    ck_assert_int_eq(act_cancel_ask(self, fixture_ref), ACT_OK);
    ck_assert_int_eq(act_cancel_ask(self, fixture_ref), ACT_NOT_FOUND);
    ck_assert_int_eq(act_cancel_ask(self, (act_ref){0}), ACT_NOT_FOUND);
}

static void no_function_is_called_for_an_ask_that_was_cancelled(void)
{
    open_both();
    desk.keeps = true;
    fixture_let(a, asks);
    fixture_let(a, cancels);
    fixture_let(b, answer_kept);
    size_t before = act__pool_outstanding();
    for (int i = 0; i < 10; i++) {
        fixture_let(a, asks);
        fixture_let(a, cancels);
        fixture_let(b, answer_kept);
    }
    ck_assert_uint_eq(act__pool_outstanding(), before);
    fixture_advance(1000);
    ck_assert_int_eq(heard.count, 0);
    nothing_else_came(a);
    fixture_close();
}

/* In one inbox: first the message at which it cancels, then the reply. */
static void has_it_cancel_and_answers(act_self *self)
{
    act_message *message;
    action       what = cancels;
    ck_assert_int_eq(act_message_create(&message, TAG_DO, sizeof what), ACT_OK);
    memcpy(message->as.bytes, &what, sizeof what);
    ck_assert_int_eq(act_send(self, a, &message), ACT_OK);
    answer_kept(self);
}

static void a_reply_that_waits_is_dropped_with_its_function(void)
{
    open_both();
    desk.keeps = true;
    fixture_let(a, asks);
    fixture_let(b, has_it_cancel_and_answers);
    ck_assert_int_eq(heard.count, 0);
    ck_assert_int_eq(fixture_dead_letters(ACT_NOT_FOUND), 1);
    nothing_else_came(a);
    fixture_close();
}

static void a_handled_ask_cannot_be_cancelled(act_self *self)
{
    ck_assert_int_eq(act_cancel_ask(self, fixture_ref), ACT_NOT_FOUND);
    ck_assert_int_eq(act_then(self, fixture_ref, on_count, 1), ACT_NOT_FOUND);
    ck_assert_int_eq(act_then(self, (act_ref){0}, on_count, 1), ACT_NOT_FOUND);
    ck_assert_int_eq(act_tell_after_value(self, &fixture_ref, b, TAG_A, act_int64(1), 50), ACT_OK);
    ck_assert_int_eq(act_then(self, fixture_ref, on_count, 1), ACT_NOT_FOUND); /* to another */
}

static void asks_of_others(act_self *self)
{
    ck_assert_int_eq(act_then(self, fixture_ref, on_count, 1), ACT_NOT_FOUND);
    ck_assert_int_eq(act_cancel_ask(self, fixture_ref), ACT_NOT_FOUND);
}

static void what_brings_nothing_has_no_function(void)
{
    open_both();
    asked = 7;
    fixture_let(a, asks);
    fixture_let(a, a_handled_ask_cannot_be_cancelled);
    desk.keeps = true;
    fixture_let(a, asks);
    fixture_let(b, asks_of_others);
    fixture_let(b, answer_kept);
    ck_assert_int_eq(heard.count, 1);
    fixture_advance(50);
    fixture_close();
}

static void asks_and_monitors(act_self *self)
{
    asks_much(self);
    monitors_then(self);
    waits(self);
}

static void what_waits_is_freed_with_its_actor(void)
{
    static const action ends[] = {exits_normally, exits_with_an_error, panics};
    for (int i = 0; i < 3; i++) {
        open_both();
        desk.keeps = true;
        fixture_let_about(a, asks_and_monitors, b);
        fixture_let(a, ends[i]);
        fixture_let(b, answer_kept);
        fixture_advance(1000);
        ck_assert_int_eq(heard.count, 0);
        fixture_close();
    }
}

ACT_CONTINUATION(ends_there, void, int64_t);

static void ends_there(act_self *self, void *state, const act_message *answer, const int64_t *how)
{
    (void)state;
    hear(answer);
    if (*how == 0)
        act_panic(self, "at an answer");
    if (*how == 1)
        act_exit_now(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
    act_stop(self);
}

static int64_t way;

static void asks_to_end(act_self *self)
{
    heard = (struct heard){0};
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(
            act_ask_then(self, NULL, b, 100, desk_look, (.number = 1), ends_there, way), ACT_OK);
}

static void a_function_may_end_its_actor_in_any_way(void)
{
    static const act_exit_kind kinds[] = {ACT_EXIT_PANIC, ACT_EXIT_NORMAL, ACT_EXIT_NORMAL};
    for (way = 0; way < 3; way++) {
        open_both();
        fixture_let(a, asks_to_end);
        fixture_ended(a, kinds[way]);
        ck_assert_int_eq(heard.count, 1);
        fixture_close();
    }
}

/* ------------------------------------------------------------------------------ context, memory */

enum { LARGE = 100000 };

static void sees_all(act_self *self, void *state, const act_message *answer, const void *context)
{
    const unsigned char *bytes = context;
    (void)self;
    (void)state;
    hear(answer);
    for (size_t i = 0; i < LARGE; i++)
        ck_assert_uint_eq(bytes[i], (unsigned char)i);
}

static void sees_nothing(act_self *self, void *state, const act_message *answer,
                         const void *context)
{
    (void)self;
    (void)state;
    (void)context;
    hear(answer);
}

static void gives_little_and_much(act_self *self)
{
    static unsigned char bytes[LARGE];
    act_ref              ref;
    heard = (struct heard){0};
    for (size_t i = 0; i < LARGE; i++)
        bytes[i] = (unsigned char)i;
    ck_assert_int_eq(act_ask(self, &ref, b, 100, desk_look, .number = 1), ACT_OK);
    ck_assert_int_eq(act_then_call(self, ref, sees_all, bytes, LARGE), ACT_OK);
    ck_assert_int_eq(act_ask(self, &ref, b, 100, desk_look, .number = 1), ACT_OK);
    ck_assert_int_eq(act_then_call(self, ref, sees_nothing, NULL, 0), ACT_OK);
}

static void a_context_may_be_large_or_none(void)
{
    open_both();
    fixture_let(a, gives_little_and_much);
    ck_assert_int_eq(heard.count, 2);
    nothing_else_came(a);
    fixture_close();
}

static uint64_t   failing;
static act_result result;

static void asks_without_memory(act_self *self)
{
    heard = (struct heard){0};
    act__memory_fail_at(failing, true);
    result = act_ask_then(self, NULL, b, 100, desk_look, (.number = 1), on_found, .row = 1);
    act__memory_fail_at(0, false);
}

static void without_memory_nothing_is_asked(void)
{
    result = ACT_NO_MEMORY;
    for (failing = 1; result != ACT_OK; failing++) {
        open_both();
        fixture_let(a, asks_without_memory);
        ck_assert_int_eq(heard.count, result == ACT_OK);
        nothing_else_came(a);
        fixture_close();
    }
    ck_assert_uint_ge(failing, 4); /* the table, the function, the ask */
}

static void continues_without_memory(act_self *self)
{
    act_ref ref;
    heard = (struct heard){0};
    ck_assert_int_eq(act_ask(self, &ref, b, 100, desk_look, .number = 1), ACT_OK);
    act__memory_fail_at(failing, true);
    result = act_then(self, ref, on_found, .row = 1);
    act__memory_fail_at(0, false);
}

static void without_memory_the_answer_comes_to_receive(void)
{
    result = ACT_NO_MEMORY;
    for (failing = 1; result != ACT_OK; failing++) {
        open_both();
        fixture_let(a, continues_without_memory);
        ck_assert_int_eq(heard.count, result == ACT_OK);
        ck_assert_int_eq(fixture_count(a, desk_found_tag), result != ACT_OK);
        fixture_close();
    }
    ck_assert_uint_ge(failing, 3);
}

static void asks_wrongly(act_self *self)
{
    heard = (struct heard){0};
    ck_assert_int_eq(act_ask_then(self, NULL, b, 0, desk_look, (.number = 1), on_found, .row = 1),
                     ACT_INVALID);
}

static void an_ask_that_is_refused_calls_nothing(void)
{
    open_both();
    fixture_let(a, asks_wrongly);
    fixture_advance(1000);
    ck_assert_int_eq(heard.count, 0);
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(the_function_gets_the_reply_and_its_context),
    FIXTURE_CASE(it_gets_the_end_of_the_one_that_was_asked),
    FIXTURE_CASE(it_gets_the_timeout_and_no_reply_after_it),
    FIXTURE_CASE(other_answers_come_to_receive),
    FIXTURE_CASE(each_of_many_answers_finds_its_own),
    FIXTURE_CASE(a_context_may_be_there_already),
    FIXTURE_CASE(a_name_can_be_asked_so),
    FIXTURE_CASE(a_request_to_oneself_is_no_answer),
    FIXTURE_CASE(they_are_found_among_other_things_of_the_actors),
    FIXTURE_CASE(a_function_may_ask_on_and_so_may_init),
    FIXTURE_CASE(a_function_may_take_the_reply),
    FIXTURE_CASE(a_monitors_down_comes_to_its_function),
    FIXTURE_CASE(no_function_is_called_for_a_monitor_that_was_taken_back),
    FIXTURE_CASE(a_timers_message_comes_to_its_function),
    FIXTURE_CASE(no_function_is_called_for_a_timer_that_was_cancelled),
    TEST_CASE(a_timers_function_is_called_though_the_inbox_is_full, .rounds = 20),
    FIXTURE_CASE(no_function_is_called_for_an_ask_that_was_cancelled),
    FIXTURE_CASE(a_reply_that_waits_is_dropped_with_its_function),
    FIXTURE_CASE(what_brings_nothing_has_no_function),
    FIXTURE_CASE(what_waits_is_freed_with_its_actor),
    FIXTURE_CASE(a_function_may_end_its_actor_in_any_way),
    FIXTURE_CASE(a_context_may_be_large_or_none),
    FIXTURE_CASE(without_memory_nothing_is_asked),
    FIXTURE_CASE(without_memory_the_answer_comes_to_receive),
    FIXTURE_CASE(an_ask_that_is_refused_calls_nothing),
    END_OF_CASES,
};
