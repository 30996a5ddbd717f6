/*
 * Messages of a schema between actors: told, asked, answered, sent later, from a thread, lost and
 * unknown.
 */
/* SPDX-License-Identifier: MIT */
#include <sys/wait.h>
#include <unistd.h>

#include <actor/typed.h>
#include <mailbox/base/memory.h>
#include <mailbox/base/sanitize.h>
#include <test/actor/fixture.h>
#include <test/mailbox/schema/protocol.h>

static act_pid a, b;

static void open_two(void)
{
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn();
}

static void close_two(void)
{
    fixture_close();
}

static void tells_some(act_self *self)
{
    act_tell(self, b, zoo_small, .amount = -7);
    act_tell(self, b, zoo_nothing);
    act_tell(self, b, zoo_three, .a = 9, .b = 1, .c = 2); /* 24 bytes: not in registers */
    act_tell(self, b, zoo_optional, .text = "a text");    /* not even in the envelope */
}

static void messages_arrive_as_they_were_told(void)
{
    open_two();
    fixture_let(a, tells_some);
    const struct note *small = fixture_only(b, zoo_small_tag),
                      *nothing = fixture_only(b, zoo_nothing_tag),
                      *three = fixture_only(b, zoo_three_tag),
                      *optional = fixture_only(b, zoo_optional_tag);
    ck_assert(small < nothing && nothing < three && three < optional);
    ck_assert_int_eq(small->value, -7);
    ck_assert(act_pid_equal(small->sender, a));
    close_two();
}

static int seen;

static void reads(act_self *self, void *state, const act_message *message)
{
    (void)state;
    switch (zoo_tag_of(message)) {
    case zoo_small_tag:
        seen = (int)act_view(zoo_small, message)->amount;
        act_answer(self, message, zoo_optional, .text = "seen", .number = seen);
        break;
    case zoo_three_tag: seen = act_view(zoo_three, message)->c; break;
    case zoo_nothing_tag:
        act_answer(self, message, zoo_outside, .list = {NULL, 1}); /* no such thing */
        break;
    case zoo_optional_tag: seen = (int)strlen(act_view(zoo_optional, message)->text); break;
    case zoo_scalars_tag:
    case zoo_outside_tag:
    default: act_unknown(self, message); break;
    }
}

static const act_behavior reader = {.name = "reader", .receive = reads};

static void open_reader(void)
{
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn_as(&reader, NULL, NULL);
}

static void asks_small(act_self *self)
{
    ck_assert_int_eq(act_ask(self, &fixture_ref, b, 100, zoo_small, .amount = 12), ACT_OK);
}

static void asks_with_a_text(act_self *self)
{
    ck_assert_int_eq(act_ask(self, &fixture_ref, b, 100, zoo_optional, .text = "12345"), ACT_OK);
    ck_assert_int_eq(act_ask(self, &fixture_ref, b, 0, zoo_optional, .text = "12345"), ACT_INVALID);
    ck_assert_int_eq(act_ask(self, &fixture_ref, b, 100, zoo_outside, .list = {NULL, 1}),
                     ACT_INVALID);
}

static void an_ask_is_answered(void)
{
    open_reader();
    fixture_let(a, asks_small);
    ck_assert_int_eq(seen, 12);
    ck_assert(act_ref_equal(fixture_only(a, zoo_optional_tag)->ref, fixture_ref));
    fixture_let(a, asks_with_a_text);
    ck_assert_int_eq(seen, 5);
    close_two();
}

static void asks_nothing(act_self *self)
{
    ck_assert_int_eq(act_ask(self, &fixture_ref, b, 100, zoo_nothing), ACT_OK);
}

static void an_answer_that_cannot_be_is_a_down(void)
{
    open_reader();
    fixture_let(a, asks_nothing);
    ck_assert_int_eq(fixture_only(a, ACT_MESSAGE_DOWN)->code, ACT_INVALID);
    close_two();
}

static void tells_later(act_self *self)
{
    ck_assert_int_eq(act_tell_after(self, &fixture_ref, b, 50, zoo_optional, .text = "later"),
                     ACT_OK);
    ck_assert_int_eq(act_tell_after(self, &fixture_ref, b, -1, zoo_optional, .text = "never"),
                     ACT_INVALID);
}

static void a_message_can_be_told_later(void)
{
    open_reader();
    seen = 0;
    fixture_let(a, tells_later);
    fixture_advance(49);
    ck_assert_int_eq(seen, 0);
    fixture_advance(1);
    ck_assert_int_eq(seen, 5);
    close_two();
}

static void a_thread_can_tell(void)
{
    open_reader();
    act_system_tell(fixture.system, b, zoo_three, .c = 200);
    act_system_tell(fixture.system, b, zoo_outside, .list = {NULL, 1});
    fixture_run();
    ck_assert_int_eq(seen, 200);
    ck_assert_int_eq(fixture_dead_letters(ACT_INVALID), 1);
    close_two();
}

static void take_the_name(act_self *self)
{
    ck_assert_int_eq(act_register(self, "reader"), ACT_OK);
}

static void names_reader(act_self *self, void *state, const act_message *message)
{
    if (zoo_tag_of(message) == zoo_nothing_tag)
        take_the_name(self);
    else
        reads(self, state, message);
}

static void open_named_reader(void)
{
    static const act_behavior named = {.name = "named", .receive = names_reader};
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn_as(&named, NULL, NULL);
    act_system_tell(fixture.system, b, zoo_nothing);
    fixture_run();
}

static void tells_by_name(act_self *self)
{
    act_tell_name(self, "reader", zoo_three, .c = 31);
    act_tell_name(self, "writer", zoo_three, .c = 32);
    act_tell_name(self, "reader", zoo_outside, .list = {NULL, 1});
}

static void a_name_can_be_told(void)
{
    open_named_reader();
    fixture_let(a, tells_by_name);
    ck_assert_int_eq(seen, 31);
    ck_assert_int_eq(fixture_dead_letters(ACT_NOT_FOUND), 1);
    ck_assert_int_eq(fixture_dead_letters(ACT_INVALID), 1);
    close_two();
}

static void asks_by_name(act_self *self)
{
    act_message *mine;
    act_ref      none;
    ck_assert_int_eq(act_ask_name(self, &fixture_ref, "reader", 100, zoo_small, .amount = 8),
                     ACT_OK);
    ck_assert_int_eq(act_ask_name(self, &none, "writer", 100, zoo_small), ACT_NOT_FOUND);
    ck_assert_int_eq(act_ask_name(self, &none, "reader", 0, zoo_small), ACT_INVALID);
    ck_assert_int_eq(act_message_make(&mine, zoo_small, .amount = 9), ACT_OK);
    ck_assert_int_eq(act_ask_name_message(self, &none, "writer", &mine, 100), ACT_NOT_FOUND);
    ck_assert_ptr_nonnull(mine);
    ck_assert_int_eq(act_ask_name_message(self, &none, "reader", &mine, 100), ACT_OK);
    ck_assert_ptr_null(mine);
}

static void a_name_can_be_asked(void)
{
    open_named_reader();
    fixture_let(a, asks_by_name);
    ck_assert_int_eq(seen, 9);
    ck_assert_int_eq(fixture_count(a, zoo_optional_tag), 2);
    close_two();
}

static act_asker kept_asker;

static void keeps_asker(act_self *self, void *state, const act_message *message)
{
    (void)self;
    (void)state;
    kept_asker = act_message_asker(message);
}

static void replies_for_it(act_self *self)
{
    act_reply(self, kept_asker, zoo_optional, .text = "late", .number = 4);
    kept_asker.ask.value = 0;
    act_reply(self, kept_asker, zoo_optional, .text = "to none");
    act_reply_value(self, kept_asker, 9, act_int64(1));
}

static void an_asker_is_replied_to_later_and_by_another(void)
{
    static const act_behavior keeper = {.name = "keeper", .receive = keeps_asker};
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn_as(&keeper, NULL, NULL);
    act_pid other = fixture_spawn();
    fixture_let(a, asks_small);
    fixture_let(other, replies_for_it);
    ck_assert(act_ref_equal(fixture_only(a, zoo_optional_tag)->ref, fixture_ref));
    ck_assert(act_pid_equal(fixture_only(a, zoo_optional_tag)->sender, other));
    ck_assert_uint_eq(fixture_counters().unasked, 2);
    close_two();
}

static void tells_what_cannot_be(act_self *self)
{
    act_tell(self, b, zoo_outside, .list = {NULL, 1});
    act_tell(self, act_pid_none(), zoo_small, .amount = 1);
    act_tell(self, act_pid_none(), zoo_three, .a = 1);
}

static void what_cannot_be_told_is_a_dead_letter(void)
{
    open_two();
    fixture_let(a, tells_what_cannot_be);
    ck_assert_int_eq(fixture_dead_letters(ACT_INVALID), 1);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 2);
    act_counters counters = fixture_counters();
    ck_assert_uint_eq(counters.dead_letters, 3);
    close_two();
}

static void tells_an_untyped(act_self *self)
{
    act_tell_value(self, b, zoo_small_tag, act_int64(3)); /* the tag alone does not make it one */
    act_tell(self, b, shape_circle, .radius = 1);
}

static void what_is_unknown_is_counted_and_told(void)
{
    open_reader();
    seen = 0;
    fixture_let(a, tells_an_untyped);
    ck_assert_int_eq(seen, 0);
    ck_assert_uint_eq(fixture_counters().unknown, 2);
    ck_assert_uint_eq(fixture_counters().dead_letters, 0);
    ck_assert_int_eq(fixture_dead_letters(ACT_INVALID), 2);
    ck_assert_ptr_nonnull(
        strstr(fixture.log, "reader <0.2.1> does not know what <0.1.1> has sent: "));
    ck_assert_ptr_nonnull(strstr(fixture.log, " 3\n"));
    ck_assert_ptr_nonnull(strstr(fixture.log, " 16 bytes\n")); /* it is none of the zoo's */
    close_two();
}

static void falls(act_self *self, void *state, const act_message *message)
{
    (void)state;
    (void)message;
    act_panic(self, "cannot bear it");
}

static const act_behavior nervous = {.name = "nervous", .receive = falls, .schema = zoo_schema};
static const act_behavior blind = {.name = "blind", .receive = falls};

static act_pid spawn(const act_behavior *behavior)
{
    act_pid pid;
    ck_assert_int_eq(act_system_spawn(fixture.system, &pid, behavior, NULL, NULL), ACT_OK);
    return pid;
}

static void tells_a_secret(act_self *self)
{
    static char long_text[4000];
    memset(long_text, 'x', sizeof long_text - 1);
    act_tell(self, b, zoo_outside,
             .people = {&(struct person){.name = "Ada", .password = "sesame"}, 1});
    act_tell(self, spawn(&nervous), zoo_outside, .texts = {long_text, long_text},
             .names = {(const char *[]){long_text}, 1});
    act_tell(self, spawn(&blind), zoo_small, .amount = 5);
    act_tell_value(self, spawn(&nervous), 9, act_int64(-5));
}

static void a_crash_shows_the_message_without_its_secrets(void)
{
    fixture_open();
    a = fixture_spawn();
    b = spawn(&nervous);
    fixture_let(a, tells_a_secret);
    ck_assert_ptr_nonnull(
        strstr(fixture.log, "nervous <0.2.1> panicked at a message of <0.1.1>: "));
    ck_assert_ptr_nonnull(
        strstr(fixture.log, ": zoo_outside {text: \"\", bytes: <>, numbers: [0, 0, 0]"));
    ck_assert_ptr_nonnull(strstr(fixture.log, ": tag 9 -5\n")); /* none of its schema */
    ck_assert_ptr_nonnull(strstr(fixture.log, "blind <0.4.1> ended: panic: typed_test.c:"));
    ck_assert_ptr_null(strstr(fixture.log, "blind <0.4.1> panicked at"));
    ck_assert_ptr_nonnull(strstr(fixture.log, "people: [{name: \"Ada\", password: ***}]"));
    ck_assert_ptr_null(strstr(fixture.log, "sesame"));
    fixture_close();
}

#define YARD_MESSAGES(MESSAGE) ZOO_MESSAGES(MESSAGE) SHAPE_MESSAGES(MESSAGE)
ACT_SCHEMAS(yard, YARD_MESSAGES);

static void receives_both(act_self *self, void *state, const act_message *message)
{
    (void)state;
    switch (yard_tag_of(message)) {
    case zoo_small_tag: seen = 1; break;
    case shape_circle_tag: seen = 2; break;
    case zoo_three_tag:
    case shape_polygon_tag: act_panic(self, "not those");
    case zoo_nothing_tag:
    case zoo_optional_tag:
    case zoo_scalars_tag:
    case zoo_outside_tag:
    default: act_unknown(self, message); break;
    }
}

static const act_behavior of_both = {
    .name = "of both", .receive = receives_both, .schema = yard_schema};

static void tells_of_both(act_self *self)
{
    act_tell(self, b, zoo_small, .amount = 1);
    act_tell(self, b, shape_circle, .radius = 1);
    act_tell(self, b, zoo_nothing);
    act_tell(self, b, shape_polygon, .corners = {NULL, 0});
    act_tell(self, spawn(&of_both), zoo_three, .c = 3);
}

static void an_actor_of_two_schemas_knows_and_shows_both(void)
{
    fixture_open();
    seen = 0;
    a = fixture_spawn();
    b = spawn(&of_both);
    fixture_let(a, tells_of_both);
    ck_assert_int_eq(seen, 2);
    ck_assert_ptr_nonnull(strstr(fixture.log, "has sent: zoo_nothing {}"));
    ck_assert_ptr_nonnull(strstr(fixture.log, ": shape_polygon {corners: []}"));
    ck_assert_ptr_nonnull(strstr(fixture.log, ": zoo_three {a: 0, b: 0, c: 3}"));
    fixture_close();
}

static void tells_without_memory(act_self *self)
{
    act__memory_fail_at(1, true);
    act_tell(self, b, zoo_optional,
             .text = "this text is longer than what an envelope has room for: it takes more of the "
                     "pool than anything else does, so that none of it is at hand");
    ck_assert_int_eq(act_ask(self, &fixture_ref, b, 100, zoo_outside,
                             .bytes = {fixture.log, sizeof fixture.log}),
                     ACT_NO_MEMORY);
    act__memory_fail_at(0, false);
}

static void without_memory_a_message_is_a_dead_letter(void)
{
    open_two();
    fixture_let(a, tells_without_memory);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_MEMORY), 1);
    close_two();
}

#ifdef ACT__ADDRESS_SANITIZER

static const char *kept;

static void sends_and_keeps(act_self *self)
{
    act_message *message;
    ck_assert_int_eq(act_message_make(&message, zoo_optional, .text = "a text"), ACT_OK);
    kept = act_view(zoo_optional, message)->text;
    ck_assert_int_eq(act_send(self, b, &message), ACT_OK);
    act_tell(self, b, zoo_nothing); /* the last one a receiver has handled is freed later */
}

/* In a process of its own, whose end is the report. */
static void read_after_it_was_sent(int errors)
{
    dup2(errors, STDERR_FILENO);
    fixture_let(a, sends_and_keeps);
    (void)*(const volatile char *)kept;
    _exit(0);
}

static void what_was_sent_and_handled_is_reported_when_it_is_read(void)
{
    char    said[4096];
    int     ends[2], status;
    size_t  count = 0;
    ssize_t more;
    open_two();
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        read_after_it_was_sent(ends[1]);
    close(ends[1]);
    while ((more = read(ends[0], said + count, sizeof said - 1 - count)) > 0)
        count += (size_t)more;
    said[count] = '\0';
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_ne(status, 0);
    ck_assert_ptr_nonnull(strstr(said, "use-after-poison"));
    close_two();
}

#define ONLY_UNDER_ADDRESS_SANITIZER                                                               \
    FIXTURE_CASE(what_was_sent_and_handled_is_reported_when_it_is_read),
#else
#define ONLY_UNDER_ADDRESS_SANITIZER
#endif

const struct kit_case kit_cases[] = {
    ONLY_UNDER_ADDRESS_SANITIZER FIXTURE_CASE(messages_arrive_as_they_were_told),
    FIXTURE_CASE(an_ask_is_answered),
    FIXTURE_CASE(an_answer_that_cannot_be_is_a_down),
    FIXTURE_CASE(a_message_can_be_told_later),
    FIXTURE_CASE(a_thread_can_tell),
    FIXTURE_CASE(a_name_can_be_told),
    FIXTURE_CASE(a_name_can_be_asked),
    FIXTURE_CASE(an_asker_is_replied_to_later_and_by_another),
    FIXTURE_CASE(what_cannot_be_told_is_a_dead_letter),
    FIXTURE_CASE(what_is_unknown_is_counted_and_told),
    FIXTURE_CASE(a_crash_shows_the_message_without_its_secrets),
    FIXTURE_CASE(an_actor_of_two_schemas_knows_and_shows_both),
    FIXTURE_CASE(without_memory_a_message_is_a_dead_letter),
    END_OF_CASES,
};
