/* Messages that no actor receives: counted, and told to the program, or logged now and then. */
/* SPDX-License-Identifier: MIT */
#include <test/actor/fixture.h>

#include <actor/typed.h>
#include <mailbox/schema/schema.h>

#define DEAD_LETTER_NOTE(FIELD)       FIELD(1, INT32, number)
#define DEAD_LETTER_MESSAGES(MESSAGE) MESSAGE(dead_letter_note, DEAD_LETTER_NOTE)
ACT_SCHEMA(dead_letter, DEAD_LETTER_MESSAGES);

static act_pid a, b;

static void open_two(void)
{
    act_behavior        reader = scripted;
    static act_behavior kept; /* the runtime keeps the pointer */
    reader.name = "reader";
    reader.schema = dead_letter_schema;
    kept = reader;
    fixture_open_with(ACT_SYSTEM_OPTIONS(.log = fixture_log, .stop_timeout = 0));
    a = fixture_spawn();
    b = fixture_spawn_as(&kept, NULL, ACT_SPAWN_OPTIONS(.name = "desk"));
    fixture_let(b, exits_normally);
}

static void tells_typed(act_self *self)
{
    act_tell(self, b, dead_letter_note, .number = 7);
}

static void tells(act_self *self)
{
    act_tell_value(self, b, TAG_A, act_int64(5));
}

static int log_lines(void)
{
    int count = 0;
    for (const char *at = fixture.log; (at = strchr(at, '\n')) != NULL; at++)
        count++;
    return count;
}

/* As fixture_close, which counts what the hook is told. */
static void close_two(void)
{
    act_simulation_destroy(&fixture.simulation);
    ck_assert_uint_eq(act__pool_outstanding(), fixture.outstanding);
}

static void the_first_is_logged_with_its_type_its_sender_and_the_reason(void)
{
    char sender[ACT_PID_TEXT_MAX], receiver[ACT_PID_TEXT_MAX], line[256];
    open_two();
    fixture_let(a, tells_typed);
    act_pid_text(sender, sizeof sender, a);
    act_pid_text(receiver, sizeof receiver, b);
    snprintf(line, sizeof line, "reader %s did not receive what %s has sent: dead_letter_note",
             receiver, sender);
    ck_assert_msg(strstr(fixture.log, line) == fixture.log, "%s", fixture.log);
    ck_assert_ptr_nonnull(strstr(fixture.log, act_result_text(ACT_NO_ACTOR)));
    ck_assert_int_eq(log_lines(), 1);
    close_two();
}

static void the_next_ones_of_a_minute_are_counted(void)
{
    open_two();
    for (int i = 0; i < 5; i++)
        fixture_let(a, tells);
    ck_assert_int_eq(log_lines(), 1);
    fixture_advance(ACT_SECONDS(60) - 1);
    fixture_let(a, tells);
    ck_assert_int_eq(log_lines(), 1);
    fixture_advance(1);
    fixture_let(a, tells);
    ck_assert_int_eq(log_lines(), 2);
    ck_assert_ptr_nonnull(strstr(fixture.log, "; 5 others since the last one logged"));
    ck_assert_uint_eq(fixture_counters().dead_letters, 7);
    close_two();
}

static void of_a_thread_or_to_none_it_is_logged_too(void)
{
    open_two();
    act_system_tell_value(fixture.system, act_pid_none(), TAG_A, act_nothing());
    ck_assert_ptr_nonnull(
        strstr(fixture.log, "actor <none> did not receive what <none> has sent: "));
    close_two();
}

static void what_is_left_when_the_system_stops_is_not_logged(void)
{
    open_two();
    for (int i = 0; i < 3; i++)
        act_system_tell_value(fixture.system, a, TAG_B, act_nothing());
    close_two();
    ck_assert_str_eq(fixture.log, "");
}

static void tells_itself_and_exits(act_self *self)
{
    act_tell_value(self, act_self_pid(self), TAG_A, act_nothing());
    exits_normally(self);
}

static void what_an_actor_has_sent_to_itself_is_not_logged(void)
{
    open_two();
    fixture_let(a, tells_itself_and_exits);
    ck_assert_uint_eq(fixture_counters().dead_letters, 1);
    ck_assert_str_eq(fixture.log, "");
    close_two();
}

static void a_program_that_listens_to_them_hears_all_and_none_is_logged(void)
{
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn();
    fixture_let(b, exits_normally);
    for (int i = 0; i < 5; i++)
        fixture_let(a, tells);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 5);
    ck_assert_str_eq(fixture.log, "");
    fixture_close();
}

static void answers(act_self *self)
{
    act_answer_value(self, fixture_message, TAG_B, act_int64(1));
    act_answer(self, fixture_message, dead_letter_note, .number = 1);
}

static void an_answer_to_what_was_no_ask_is_counted(void)
{
    fixture_open();
    a = fixture_spawn();
    fixture_let(a, answers);
    ck_assert_uint_eq(fixture_counters().unasked, 2);
    ck_assert_int_eq(fixture.dead_letters_count, 0);
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(the_first_is_logged_with_its_type_its_sender_and_the_reason),
    FIXTURE_CASE(the_next_ones_of_a_minute_are_counted),
    FIXTURE_CASE(of_a_thread_or_to_none_it_is_logged_too),
    FIXTURE_CASE(what_is_left_when_the_system_stops_is_not_logged),
    FIXTURE_CASE(what_an_actor_has_sent_to_itself_is_not_logged),
    FIXTURE_CASE(a_program_that_listens_to_them_hears_all_and_none_is_logged),
    FIXTURE_CASE(an_answer_to_what_was_no_ask_is_counted),
    END_OF_CASES,
};
