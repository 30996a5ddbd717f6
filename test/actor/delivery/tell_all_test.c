/* One message for many: made once, seen by each as if it were its own, freed after the last. */
/* SPDX-License-Identifier: MIT */
#include <actor/typed.h>
#include <mailbox/base/memory.h>
#include <mailbox/message/envelope.h>
#include <mailbox/schema/print.h>
#include <test/actor/fixture.h>
#include <test/mailbox/schema/carrier.h>
#include <test/mailbox/schema/protocol.h>

enum { READERS = 5 };

static const char long_text[] = "a text that is longer than what an envelope has room for";

static act_pid            a, readers[READERS], seen_from[READERS];
static int                seen[READERS];
static const act_message *seen_at[READERS];
static void (*also)(act_self *self, int i, const act_message *message); /* what a reader does */

static void reads(act_self *self, void *state, const act_message *message)
{
    int i = *(const int *)state;
    seen[i]++;
    seen_at[i] = message;
    seen_from[i] = act_message_sender(message);
    if (message->tag == zoo_optional_tag)
        ck_assert_str_eq(act_view(zoo_optional, message)->text, long_text);
    if (also != NULL)
        also(self, i, message);
}

static act_result begins(act_self *self, void *state, const void *args)
{
    (void)self;
    memcpy(state, args, sizeof(int));
    return ACT_OK;
}

static const act_behavior reader = {.name = "reader",
                                    .state_bytes = sizeof(int),
                                    .args_bytes = sizeof(int),
                                    .init = begins,
                                    .receive = reads,
                                    .schema = zoo_schema};

static void open_with(const act_spawn_options *options)
{
    memset(seen, 0, sizeof seen);
    also = NULL;
    fixture_open();
    a = fixture_spawn();
    for (int i = 0; i < READERS; i++)
        readers[i] = fixture_spawn_as(&reader, &i, options);
    fixture_run();
}

static void each_has_seen(int count)
{
    for (int i = 0; i < READERS; i++) {
        ck_assert_int_eq(seen[i], count);
        ck_assert(act_pid_equal(seen_from[i], a));
    }
}

static void tells_all(act_self *self)
{
    act_tell_all(self, readers, READERS, zoo_optional, .text = long_text, .number = 7);
}

static void all_receive_one_payload(void)
{
    open_with(NULL);
    fixture_let(a, tells_all);
    each_has_seen(1);
    for (int i = 1; i < READERS; i++)
        ck_assert_ptr_eq(seen_at[i], seen_at[0]);
    fixture_let(a, tells_all);
    each_has_seen(2);
    fixture_close();
}

static void tells_all_little(act_self *self)
{
    act_tell_all(self, readers, READERS, zoo_small, .amount = 7);
    act_tell_all(self, readers, READERS, zoo_nothing);
    act_tell_all(self, readers, 0, zoo_optional, .text = long_text);
    act_tell_all(self, NULL, 0, zoo_small, .amount = 7);
}

static void little_is_copied(void)
{
    open_with(NULL);
    fixture_let(a, tells_all_little);
    each_has_seen(2);
    for (int i = 1; i < READERS; i++)
        ck_assert_ptr_ne(seen_at[i], seen_at[0]);
    fixture_close();
}

static void tells_each_in_turn(act_self *self)
{
    const act_pid twice[] = {readers[0], readers[0]};
    act_tell(self, readers[0], zoo_optional, .text = long_text);
    tells_all(self);
    tells_all(self);
    act_tell(self, readers[0], zoo_small, .amount = 1);
    tells_all(self);
    act_tell_all(self, twice, 2, zoo_optional, .text = long_text);
}

static uint32_t tags[16];

static void notes_tag(act_self *self, int i, const act_message *message)
{
    (void)self;
    if (i == 0)
        tags[seen[0] - 1] = message->tag;
}

static void they_come_in_order(void)
{
    open_with(NULL);
    also = notes_tag;
    fixture_let(a, tells_each_in_turn);
    ck_assert_int_eq(seen[0], 7);
    ck_assert_int_eq(seen[1], 3);
    for (int i = 0; i < 7; i++)
        ck_assert_uint_eq(tags[i], i == 3 ? zoo_small_tag : zoo_optional_tag);
    fixture_close();
}

/* -------------------------------------------------------------------------- receivers that keep */

static act_message *taken[READERS];
static const char  *viewed[READERS];

static void takes(act_self *self, int i, const act_message *message)
{
    if (message->tag != zoo_optional_tag)
        return;
    viewed[i] = act_view(zoo_optional, message)->text;
    taken[i] = act_take(self);
    ck_assert_ptr_nonnull(taken[i]);
    ck_assert_ptr_null(act_take(self));
}

static void each_can_take_one_of_its_own(void)
{
    open_with(NULL);
    also = takes;
    fixture_let(a, tells_all);
    for (int i = 0; i < READERS; i++) {
        ck_assert_str_eq(viewed[i], long_text); /* lives as long as what was taken */
        ck_assert_str_eq(act_view(zoo_optional, taken[i])->text, long_text);
        ck_assert(act_pid_equal(act_message_sender(taken[i]), a));
        ck_assert_uint_eq(taken[i]->ref.value, 0);
        act_edit(zoo_optional, taken[i])->number = 100 + i;
    }
    for (int i = 0; i < READERS; i++) { /* in any order */
        ck_assert_int_eq(act_view(zoo_optional, taken[i])->number, 100 + i);
        ck_assert_str_eq(viewed[i], long_text);
        act_message_free(&taken[i]);
    }
    fixture_close();
}

static void takes_without_memory(act_self *self, int i, const act_message *message)
{
    (void)message;
    act__memory_fail_at(1, true);
    taken[i] = act_take(self);
    act__memory_fail_at(0, false);
    if (taken[i] == NULL && (taken[i] = act_take(self)) == NULL) /* it is still in hand */
        ck_abort_msg("it cannot be taken any more");
}

static void without_memory_it_is_still_in_hand(void)
{
    open_with(NULL);
    also = takes_without_memory;
    fixture_let(a, tells_all);
    for (int i = 0; i < READERS; i++)
        act_message_free(&taken[i]);
    fixture_close();
}

static void the_only_holder_takes_it_as_it_is(void)
{
    open_with(NULL);
    also = takes;
    readers[1] = readers[2] = readers[3] = readers[4] = act_pid_none();
    fixture_let(a, tells_all);
    ck_assert_ptr_eq(taken[0], seen_at[0]);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), READERS - 1);
    act_message_free(&taken[0]);
    fixture_close();
}

static void forwards(act_self *self, int i, const act_message *message)
{
    act_message *mine = act_take(self);
    (void)message;
    if (i + 1 < READERS)
        ck_assert_int_eq(act_forward(self, readers[i + 1], &mine), ACT_OK);
    act_message_free(&mine);
}

static void each_can_forward_it(void)
{
    open_with(NULL);
    also = forwards;
    fixture_let(a, tells_all);
    for (int i = 0; i < READERS; i++) {
        ck_assert_int_eq(seen[i], i + 1);
        ck_assert(act_pid_equal(seen_from[i], a));
    }
    fixture_close();
}

/* ------------------------------------------------------------------------- what is not received */

static void each_that_is_not_received_is_a_dead_letter(void)
{
    open_with(NULL);
    readers[1] = act_pid_none();
    readers[3] = fixture_spawn();
    fixture_let(readers[3], exits_normally);
    fixture_let(a, tells_all);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 2);
    ck_assert_uint_eq(fixture.dead_letters[0].tag, zoo_optional_tag);
    ck_assert(act_pid_equal(fixture.dead_letters[0].sender, a));
    ck_assert(seen[0] == 1 && seen[2] == 1 && seen[4] == 1);
    fixture_close();
}

static void full_inboxes_drop_it(void)
{
    static const act_inbox_policy policies[] = {ACT_INBOX_REFUSE, ACT_INBOX_DROP_NEWEST,
                                                ACT_INBOX_DROP_OLDEST};
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        open_with(ACT_SPAWN_OPTIONS(.inbox_max = 1, .inbox_policy = policies[i]));
        for (int j = 0; j < 3; j++)
            fixture_tell_to(a, tells_all);
        fixture_run();
        int all = 0;
        for (int j = 0; j < READERS; j++)
            all += seen[j];
        ck_assert_int_eq(all + fixture_dead_letters(ACT_FULL), 3 * READERS);
        fixture_close();
    }
}

static void panics_at_it(act_self *self, int i, const act_message *message)
{
    if (i == 0 && message->tag == zoo_optional_tag)
        act_panic(self, "cannot bear it");
}

static char       lost[200];
static act_result lost_why;

static void shows_lost(void *context, act_pid to, const act_message *message, act_result why)
{
    fixture_dead_letter(context, to, message, why);
    act_message_print(lost, sizeof lost, message, zoo_schema());
    lost_why = why;
}

static void one_that_panics_shows_it_and_the_others_have_it(void)
{
    open_with(NULL);
    also = panics_at_it;
    fixture_let(a, tells_all);
    each_has_seen(1);
    ck_assert_int_eq(fixture_dead_letters(ACT_PANICKED), 1);
    ck_assert_ptr_nonnull(strstr(fixture.log,
                                 "reader <0.2.1> panicked at a message of <0.1.1>: zoo_optional "
                                 "{number: 7, text: \"a text that is longer"));
    fixture_close();
}

static void hooks_see_the_message_itself(void)
{
    memset(&fixture, 0, sizeof fixture);
    fixture_open_with(ACT_SYSTEM_OPTIONS(.dead_letter = shows_lost, .log = fixture_log));
    a = fixture_spawn();
    for (int i = 0; i < READERS; i++)
        readers[i] = act_pid_none();
    fixture_let(a, tells_all);
    ck_assert_ptr_nonnull(strstr(lost, "zoo_optional {number: 7, text: \"a text that is longer"));
    ck_assert_int_eq(lost_why, ACT_NO_ACTOR);
    also = panics_at_it;
    readers[READERS - 1] = fixture_spawn_as(&reader, &(int){0}, NULL);
    lost[0] = '\0';
    fixture_let(a, tells_all);
    ck_assert_ptr_nonnull(strstr(lost, "zoo_optional {number: 7, text: \"a text that is longer"));
    ck_assert_int_eq(lost_why, ACT_PANICKED);
    fixture_close();
}

static void what_waits_when_the_system_stops_is_freed(void)
{
    open_with(NULL);
    fixture_tell_to(a, tells_all);
    ck_assert_int_eq(act_simulation_run(fixture.simulation, NULL, 2), ACT_FULL);
    act_simulation_destroy(&fixture.simulation);
    ck_assert_uint_eq(act__pool_outstanding(), fixture.outstanding);
}

static int released;

static void release(void *nothing)
{
    (void)nothing;
    released++;
}

static void tells_all_what_cannot_be(act_self *self)
{
    act_tell_all(self, readers, READERS, zoo_outside, .list = {NULL, 1});
    act_tell_all_typed(self, readers, READERS, carrier_socket_type(),
                       &(struct carrier_socket){{&released, release}});
}

static void what_cannot_be_shared_is_a_dead_letter_for_each(void)
{
    released = 0;
    open_with(NULL);
    fixture_let(a, tells_all_what_cannot_be);
    ck_assert_int_eq(fixture_dead_letters(ACT_INVALID), READERS);
    ck_assert_int_eq(fixture_dead_letters(ACT_LOCAL), READERS);
    ck_assert_int_eq(released, 1);
    fixture_close();
}

/* ------------------------------------------------------------------------------- without memory */

static uint64_t fail_at;

static void tells_all_without_memory(act_self *self)
{
    act__memory_fail_at(fail_at, true);
    tells_all(self);
    act__memory_fail_at(0, false);
}

static void without_memory_some_or_all_have_a_dead_letter(void)
{
    int none = 0, some = 0, each = 0;
    for (fail_at = 1; fail_at <= 2 * READERS + 4; fail_at++) {
        open_with(NULL);
        fixture_let(a, tells_all_without_memory);
        int all = 0, dead = fixture_dead_letters(ACT_NO_MEMORY);
        for (int i = 0; i < READERS; i++)
            all += seen[i];
        ck_assert_int_eq(all + dead, READERS);
        none += dead == 0;
        some += dead != 0 && dead != READERS;
        each += dead == READERS;
        fixture_close();
    }
    ck_assert(none != 0 && some != 0 && each != 0);
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(all_receive_one_payload),
    FIXTURE_CASE(little_is_copied),
    FIXTURE_CASE(they_come_in_order),
    FIXTURE_CASE(each_can_take_one_of_its_own),
    FIXTURE_CASE(without_memory_it_is_still_in_hand),
    FIXTURE_CASE(the_only_holder_takes_it_as_it_is),
    FIXTURE_CASE(each_can_forward_it),
    FIXTURE_CASE(each_that_is_not_received_is_a_dead_letter),
    FIXTURE_CASE(full_inboxes_drop_it),
    FIXTURE_CASE(one_that_panics_shows_it_and_the_others_have_it),
    FIXTURE_CASE(hooks_see_the_message_itself),
    FIXTURE_CASE(what_waits_when_the_system_stops_is_freed),
    FIXTURE_CASE(what_cannot_be_shared_is_a_dead_letter_for_each),
    FIXTURE_CASE(without_memory_some_or_all_have_a_dead_letter),
    END_OF_CASES,
};
