/* Timers that fire again and again, in virtual time. */
/* SPDX-License-Identifier: MIT */
#include <test/actor/fixture.h>

#include <actor/typed.h>
#include <mailbox/base/memory.h>
#include <mailbox/schema/schema.h>

#define EVERY_NOTE(FIELD)       FIELD(1, INT32, number) FIELD(2, TEXT, text)
#define EVERY_MESSAGES(MESSAGE) MESSAGE(every_note, EVERY_NOTE)
ACT_SCHEMA(every, EVERY_MESSAGES);

static act_pid    a, b;
static act_millis period;
static act_result result;
static act_pid    to; /* none: to itself */

static void open_two(void)
{
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn();
    to = act_pid_none();
    period = 10;
}

static act_pid receiver_of(act_self *self)
{
    return act_pid_is_none(to) ? act_self_pid(self) : to;
}

static void begins(act_self *self)
{
    result = act_every_value(self, &fixture_ref, receiver_of(self), TAG_A, act_int64(5), period);
}

static void cancels(act_self *self)
{
    result = act_cancel_timer(self, fixture_ref);
}

/* ---------------------------------------------------------------------------------- each period */

static void a_tick_comes_each_period(void)
{
    open_two();
    fixture_let(a, begins);
    ck_assert_int_eq(result, ACT_OK);
    for (int i = 0; i < 20; i++) {
        fixture_advance(9);
        ck_assert_int_eq(fixture_count(a, TAG_A), i);
        fixture_advance(1);
        ck_assert_int_eq(fixture_count(a, TAG_A), i + 1);
        const struct note *tick = fixture_nth(a, TAG_A, i);
        ck_assert(act_pid_equal(tick->sender, a) && act_ref_equal(tick->ref, fixture_ref));
        ck_assert_int_eq((int)tick->value, 5);
    }
    fixture_close();
}

static void all_of_a_long_time_are_there(void)
{
    static const act_millis periods[] = {1, 7, 64, 1000, 4097};
    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
        open_two();
        period = periods[i];
        fixture_let(a, begins);
        fixture_advance(1000 * period + period - 1);
        ck_assert_int_eq(fixture_count(a, TAG_A), 1000);
        fixture_close();
    }
}

static void the_longest_period_is_as_good(void)
{
    open_two();
    period = (act_millis)1 << 40;
    fixture_let(a, begins);
    fixture_advance(period - 1);
    ck_assert_int_eq(fixture_count(a, TAG_A), 0);
    fixture_advance(1 + period);
    ck_assert_int_eq(fixture_count(a, TAG_A), 2);
    fixture_close();
}

static void ticks_for_another_are_messages_of_their_own(void)
{
    open_two();
    to = b;
    fixture_let(a, begins);
    fixture_advance(35);
    ck_assert_int_eq(fixture_count(b, TAG_A), 3);
    for (int i = 0; i < 3; i++) {
        const struct note *tick = fixture_nth(b, TAG_A, i);
        ck_assert(act_pid_equal(tick->sender, a) && tick->ref.value == 0 && tick->value == 5);
    }
    ck_assert_int_eq(fixture_count(a, TAG_A), 0);
    fixture_let(b, exits_normally);
    fixture_advance(20);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 2);
    fixture_close();
}

/* ---------------------------------------------------------------------------------------- typed */

static int  notes;
static bool takes;

static void hear_typed(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (every_tag_of(message) != every_note_tag) {
        scripted_receive(self, state, message);
        return;
    }
    const struct every_note *note = act_view(every_note, message);
    ck_assert_int_eq(note->number, 7);
    ck_assert_str_eq(note->text, "a text that is longer than an envelope has room for");
    notes++;
    if (takes)
        ck_assert_ptr_null(act_take(self));
}

static const act_behavior typed = {.name = "typed", .state_bytes = 16, .receive = hear_typed};

static void begins_typed(act_self *self)
{
    char text[] = "a text that is longer than an envelope has room for";
    result = act_every(self, &fixture_ref, receiver_of(self), period, every_note, .number = 7,
                       .text = text);
    memset(text, 'x', sizeof text);
}

static void typed_ticks_are_whole_each_time(void)
{
    for (int is_other = 0; is_other < 2; is_other++) {
        open_two();
        notes = 0;
        takes = is_other == 0; /* what is in use again and again cannot be taken */
        act_pid c = fixture_spawn_as(&typed, NULL, NULL);
        if (is_other)
            to = c;
        fixture_let(is_other ? a : c, begins_typed);
        ck_assert_int_eq(result, ACT_OK);
        fixture_advance(100);
        ck_assert_int_eq(notes, 10);
        fixture_close();
    }
}

/* -------------------------------------------------------------------------------------- refused */

static void begins_with_a_resource(act_self *self)
{
    result = act_every_value(self, &fixture_ref, act_self_pid(self), TAG_A,
                             act_resource_value(&notes, NULL), 10);
}

static void begins_with_tag_0(act_self *self)
{
    result = act_every_value(self, &fixture_ref, act_self_pid(self), 0, act_nothing(), 10);
}

static void begins_elsewhere(act_self *self)
{
    act_pid far = a;
    far.node = 3;
    result = act_every_value(self, &fixture_ref, far, TAG_A, act_nothing(), 10);
}

static void what_cannot_be_is_refused(void)
{
    static const act_millis bad[] = {0, -1, INT64_MIN, ((act_millis)1 << 40) + 1, INT64_MAX};
    open_two();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        period = bad[i];
        fixture_let(a, begins);
        ck_assert_int_eq(result, ACT_INVALID);
        fixture_let(a, begins_typed);
        ck_assert_int_eq(result, ACT_INVALID);
    }
    fixture_let(a, begins_with_a_resource);
    ck_assert_int_eq(result, ACT_INVALID);
    fixture_let(a, begins_with_tag_0);
    ck_assert_int_eq(result, ACT_INVALID);
    fixture_let(a, begins_elsewhere);
    ck_assert_int_eq(result, ACT_NO_NODE);
    fixture_close();
}

/* -------------------------------------------------------------------------------------- the end */

static void a_cancelled_one_ticks_no_more(void)
{
    for (int is_other = 0; is_other < 2; is_other++) {
        open_two();
        if (is_other)
            to = b;
        fixture_let(a, begins);
        fixture_advance(25);
        fixture_let(b, cancels); /* a stranger's */
        ck_assert_int_eq(result, ACT_NOT_FOUND);
        fixture_let(a, cancels);
        ck_assert_int_eq(result, ACT_OK);
        fixture_let(a, cancels);
        ck_assert_int_eq(result, ACT_NOT_FOUND);
        fixture_advance(100);
        ck_assert_int_eq(fixture_count(is_other ? b : a, TAG_A), 2);
        fixture_close();
    }
}

/* What a keeper does with its third tick. */
static action third;
static int    ticks;

static void keeps(act_self *self, void *state, const act_message *message)
{
    if (message->tag != TAG_A) {
        scripted_receive(self, state, message);
        return;
    }
    ck_assert(act_ref_equal(message->ref, fixture_ref));
    if (++ticks == 3)
        third(self);
    ck_assert_uint_eq(message->tag, TAG_A); /* also of one that was cancelled */
}

static act_result begins_first(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    begins(self);
    return result;
}

static const act_behavior keeper = {
    .name = "keeper", .state_bytes = 16, .init = begins_first, .receive = keeps};

static act_millis later;

static void begins_anew(act_self *self)
{
    cancels(self);
    ck_assert_int_eq(result, ACT_OK);
    cancels(self);
    ck_assert_int_eq(result, ACT_NOT_FOUND);
    period = later;
    begins(self);
}

static int keeper_ticks(action what)
{
    open_two();
    third = what;
    ticks = 0;
    fixture_spawn_as(&keeper, NULL, NULL);
    fixture_advance(100);
    fixture_close();
    return ticks;
}

static void exits_at_once(act_self *self)
{
    act_exit_now(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static void it_may_be_cancelled_or_end_in_its_own_tick(void)
{
    later = 35;
    ck_assert_int_eq(keeper_ticks(cancels), 3);
    ck_assert_int_eq(keeper_ticks(begins_anew), 5);
    ck_assert_int_eq(keeper_ticks(exits_normally), 3);
    ck_assert_int_eq(keeper_ticks(exits_at_once), 3);
    ck_assert_int_eq(keeper_ticks(panics), 3);
    ck_assert_int_eq(keeper_ticks(does_nothing), 10);
}

static action at_the_same_time;

static void meddles(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == TAG_B)
        at_the_same_time(self);
    else
        ticks++;
}

/* Of the two messages of one millisecond the other one comes first: it was armed first. */
static act_result begins_behind(act_self *self, void *state, const void *args)
{
    act_ref ref;
    (void)state, (void)args;
    ck_assert_int_eq(act_tell_after_value(self, &ref, act_self_pid(self), TAG_B, act_nothing(), 30),
                     ACT_OK);
    begins(self);
    return result;
}

static const act_behavior meddler = {.name = "meddler", .init = begins_behind, .receive = meddles};

static void a_tick_that_waits_is_not_received_any_more(void)
{
    static const action ends[] = {cancels, exits_normally, panics, exits_at_once};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        open_two();
        ticks = 0;
        period = 15;
        at_the_same_time = ends[i];
        fixture_spawn_as(&meddler, NULL, NULL);
        fixture_advance(100);
        ck_assert_int_eq(ticks, 1);
        fixture_close();
    }
}

static void killed_it_ends(void)
{
    open_two();
    fixture_let(a, begins);
    fixture_advance(15);
    ck_assert_int_eq(act_system_exit_actor(fixture.system, a,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    fixture_advance(100);
    ck_assert_int_eq(fixture_count(a, TAG_A), 1);
    fixture_close();
}

static void one_that_runs_at_the_end_of_the_system_is_freed(void)
{
    open_two();
    fixture_let(a, begins);
    fixture_let(a, begins_typed);
    to = b;
    fixture_let(a, begins_typed);
    fixture_advance(15);
    fixture_close(); /* which counts what is left in the pool */
}

/* --------------------------------------------------------------------------------------- bounds */

static void a_tick_needs_no_room(void)
{
    open_two();
    act_pid c = fixture_spawn_as(&scripted, NULL, ACT_SPAWN_OPTIONS(.inbox_max = 1));
    fixture_let(c, begins);
    fixture_advance(9);
    fixture_tell_to(c, does_nothing); /* its only place is taken */
    fixture_advance(1);
    ck_assert_int_eq(fixture_count(c, TAG_A), 1);
    ck_assert_int_eq(fixture.dead_letters_count, 0);
    fixture_close();
}

/* ------------------------------------------------------------------------------- without memory */

static void ticks_come_without_memory(void)
{
    open_two();
    fixture_let(a, begins);
    act__memory_fail_at(1, true);
    fixture_advance(100);
    act__memory_fail_at(0, false);
    ck_assert_int_eq(fixture_count(a, TAG_A), 10);
    fixture_close();
}

static void what_another_cannot_be_sent_is_a_dead_letter_and_the_next_comes(void)
{
    for (int is_typed = 0; is_typed < 2; is_typed++) {
        open_two();
        to = b;
        fixture_let(a, is_typed ? begins_typed : begins);
        fixture_advance(10);
        act__memory_fail_at(1, true);
        fixture_advance(30);
        act__memory_fail_at(0, false);
        ck_assert_int_eq(fixture_dead_letters(ACT_NO_MEMORY), 3);
        ck_assert_uint_eq(fixture.dead_letters[0].tag, is_typed ? every_note_tag : TAG_A);
        ck_assert(act_pid_equal(fixture.dead_letters[0].sender, a));
        fixture_advance(20);
        ck_assert_int_eq(fixture_count(b, is_typed ? every_note_tag : TAG_A), 3);
        fixture_close();
    }
}

static void it_begins_or_there_is_no_memory(void)
{
    open_two();
    fixture_let(a, begins);
    fixture_let(a, cancels);
    for (uint64_t n = 1; n < 20; n++) {
        fixture_tell_to(a, n % 2 == 0 ? begins : begins_typed);
        act__memory_fail_at(n, true);
        fixture_run();
        act__memory_fail_at(0, false);
        ck_assert(result == ACT_OK || result == ACT_NO_MEMORY);
        if (result == ACT_OK)
            fixture_let(a, cancels);
    }
    ck_assert_int_eq(result, ACT_OK);
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(a_tick_comes_each_period),
    FIXTURE_CASE(all_of_a_long_time_are_there),
    FIXTURE_CASE(the_longest_period_is_as_good),
    FIXTURE_CASE(ticks_for_another_are_messages_of_their_own),
    FIXTURE_CASE(typed_ticks_are_whole_each_time),
    FIXTURE_CASE(what_cannot_be_is_refused),
    FIXTURE_CASE(a_cancelled_one_ticks_no_more),
    FIXTURE_CASE(it_may_be_cancelled_or_end_in_its_own_tick),
    FIXTURE_CASE(a_tick_that_waits_is_not_received_any_more),
    FIXTURE_CASE(killed_it_ends),
    FIXTURE_CASE(one_that_runs_at_the_end_of_the_system_is_freed),
    FIXTURE_CASE(a_tick_needs_no_room),
    FIXTURE_CASE(ticks_come_without_memory),
    FIXTURE_CASE(what_another_cannot_be_sent_is_a_dead_letter_and_the_next_comes),
    FIXTURE_CASE(it_begins_or_there_is_no_memory),
    END_OF_CASES,
};
