/* Requests: exactly one answer comes back, whatever happens to the one that was asked. */
/* SPDX-License-Identifier: MIT */
#include <test/actor/fixture.h>

static act_pid    a, b, c;
static act_asker  asker;
static act_millis timeout;
static act_result result;

static void open_three(void)
{
    fixture_open();
    timeout = 100;
    asker = (act_asker){{0, 0}, {0}};
    a = fixture_spawn();
    b = fixture_spawn();
    c = fixture_spawn();
}

static void asks(act_self *self)
{
    act_message *message;
    ck_assert_int_eq(act_message_create_value(&message, TAG_A, act_int64(20)), ACT_OK);
    result = act_ask_message(self, &fixture_ref, fixture_other, &message, timeout);
    if (result == ACT_OK)
        ck_assert_ptr_null(message);
    else
        ck_assert_ptr_nonnull(message);
    act_message_free(&message);
}

static int answers(act_pid actor)
{
    return fixture_count(actor, TAG_B) + fixture_count(actor, ACT_MESSAGE_DOWN) +
           fixture_count(actor, ACT_MESSAGE_TIMED_OUT);
}

static void doubles(act_self *self, void *state, const act_message *message)
{
    (void)state;
    ck_assert_uint_ne(message->ref.value, 0);
    act_answer_value(self, message, TAG_B, act_int64(2 * message->as.int64));
}

static const act_behavior doubler = {.name = "doubler", .receive = doubles};

static void an_answer_comes_back_with_the_asks_reference(void)
{
    open_three();
    b = fixture_spawn_as(&doubler, NULL, NULL);
    fixture_let_about(a, asks, b);
    const struct note *reply = fixture_only(a, TAG_B);
    ck_assert_int_eq((int)reply->value, 40);
    ck_assert(act_ref_equal(reply->ref, fixture_ref));
    ck_assert(act_pid_equal(reply->sender, b));
    fixture_advance(1000);
    ck_assert_int_eq(answers(a), 1);
    fixture_close();
}

static void an_ask_without_an_answer_times_out_in_time(void)
{
    open_three();
    fixture_let_about(a, asks, b);
    fixture_advance(99);
    ck_assert_int_eq(answers(a), 0);
    fixture_advance(1);
    const struct note *out = fixture_only(a, ACT_MESSAGE_TIMED_OUT);
    ck_assert(act_ref_equal(out->ref, fixture_ref));
    ck_assert(act_pid_is_none(out->sender));
    fixture_let(b, panics);
    fixture_advance(1000);
    ck_assert_int_eq(answers(a), 1);
    fixture_close();
}

static void an_ask_may_wait_for_ever(void)
{
    open_three();
    timeout = ACT_FOREVER;
    fixture_let_about(a, asks, b);
    fixture_advance((act_millis)1 << 39);
    ck_assert_int_eq(answers(a), 0);
    fixture_let(b, exits_normally);
    ck_assert_int_eq(fixture_only(a, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_NORMAL);
    fixture_close();
}

static void a_timeout_out_of_range_is_refused(void)
{
    static const act_millis bad[] = {0, -2, -1000, INT64_MIN};
    open_three();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        timeout = bad[i];
        fixture_let_about(a, asks, b);
        ck_assert_int_eq(result, ACT_INVALID);
    }
    ck_assert_int_eq(fixture_count(b, TAG_A), 0);
    fixture_close();
}

static void a_timeout_may_be_as_long_as_one_likes(void)
{
    static const act_millis long_ones[] = {(act_millis)1 << 40, ((act_millis)1 << 40) + 1,
                                           INT64_MAX - 1, INT64_MAX};
    open_three();
    for (size_t i = 0; i < sizeof long_ones / sizeof long_ones[0]; i++) {
        timeout = long_ones[i];
        fixture_let_about(a, asks, b);
        ck_assert_int_eq(result, ACT_OK);
        fixture_advance(ACT_SECONDS(100));
    }
    ck_assert_int_eq(answers(a), 0);
    fixture_let(b, exits_normally);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN), 4);
    fixture_close();
}

static void the_end_of_the_asked_is_the_answer(void)
{
    open_three();
    fixture_let_about(a, asks, b);
    fixture_let(b, exits_with_an_error);
    const struct note *down = fixture_only(a, ACT_MESSAGE_DOWN);
    ck_assert(act_ref_equal(down->ref, fixture_ref));
    ck_assert(act_pid_equal(down->sender, b));
    ck_assert_int_eq(down->kind, ACT_EXIT_ERROR);
    fixture_advance(1000);
    ck_assert_int_eq(answers(a), 1);
    fixture_close();
}

static void an_ask_of_the_dead_is_answered_down(void)
{
    open_three();
    fixture_let(b, exits_normally);
    fixture_let_about(a, asks, b);
    ck_assert_int_eq(result, ACT_OK);
    ck_assert_int_eq(fixture_only(a, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_NO_ACTOR);
    ck_assert(act_pid_equal(fixture_only(a, ACT_MESSAGE_DOWN)->sender, b));
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 1);
    fixture_advance(1000);
    ck_assert_int_eq(answers(a), 1);
    fixture_close();
}

static void an_ask_of_one_that_never_was_is_answered_down(void)
{
    static const act_pid never[] = {
        {0, 0}, {0, 77}, {0, UINT64_C(5) << 27 | 3}, {0, UINT64_MAX}, {3, 1}};
    open_three();
    for (int i = 0; i < (int)(sizeof never / sizeof never[0]); i++) {
        fixture_let_about(a, asks, never[i]);
        ck_assert_int_eq(result, ACT_OK);
        ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN), i + 1);
        ck_assert(act_ref_equal(fixture_nth(a, ACT_MESSAGE_DOWN, i)->ref, fixture_ref));
        ck_assert(act_pid_equal(fixture_nth(a, ACT_MESSAGE_DOWN, i)->sender, never[i]));
    }
    fixture_advance(1000);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_TIMED_OUT), 0);
    fixture_close();
}

static void two_in_a_row(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_answer_value(self, message, TAG_B, act_int64(1));
    act_answer_value(self, message, TAG_B, act_int64(2));
    exits_with_an_error(self);
}

static const act_behavior chatty = {.name = "chatty", .receive = two_in_a_row};

static void only_the_first_answer_counts(void)
{
    open_three();
    b = fixture_spawn_as(&chatty, NULL, NULL);
    fixture_let_about(a, asks, b);
    ck_assert_int_eq((int)fixture_only(a, TAG_B)->value, 1);
    fixture_advance(1000);
    ck_assert_int_eq(answers(a), 1);
    ck_assert_uint_eq(fixture_counters().late_replies, 1);
    ck_assert_int_eq(fixture_dead_letters(ACT_NOT_FOUND), 1);
    fixture_close();
}

/* ----------------------------------------------------------------------------- later, by others */

static void remembers(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == TAG_A)
        asker = act_message_asker(message);
    else
        scripted_receive(self, state, message);
}

static const act_behavior rememberer = {.name = "rememberer", .receive = remembers};

static void replies(act_self *self)
{
    act_message *message;
    ck_assert_int_eq(act_message_create_value(&message, TAG_B, act_int64(7)), ACT_OK);
    result = act_reply_message(self, asker, &message);
    if (result == ACT_OK)
        ck_assert_ptr_null(message);
    act_message_free(&message);
}

static void a_reply_may_come_after_the_handler_has_returned(void)
{
    open_three();
    b = fixture_spawn_as(&rememberer, NULL, NULL);
    fixture_let_about(a, asks, b);
    fixture_advance(50);
    fixture_let(b, replies);
    ck_assert_int_eq((int)fixture_only(a, TAG_B)->value, 7);
    fixture_advance(1000);
    ck_assert_int_eq(answers(a), 1);
    fixture_close();
}

static void any_actor_may_reply(void)
{
    open_three();
    b = fixture_spawn_as(&rememberer, NULL, NULL);
    fixture_let_about(a, asks, b);
    fixture_let(c, replies);
    ck_assert(act_pid_equal(fixture_only(a, TAG_B)->sender, c));
    fixture_close();
}

static void a_late_reply_is_dropped_and_counted(void)
{
    open_three();
    b = fixture_spawn_as(&rememberer, NULL, NULL);
    fixture_let_about(a, asks, b);
    fixture_advance(100);
    fixture_let(b, replies);
    ck_assert_int_eq(fixture_count(a, TAG_B), 0);
    ck_assert_int_eq(answers(a), 1);
    ck_assert_uint_eq(fixture_counters().late_replies, 1);
    ck_assert_int_eq(fixture_dead_letters(ACT_NOT_FOUND), 1);
    fixture_close();
}

static void a_late_reply_is_not_taken_for_one_to_a_newer_ask(void)
{
    open_three();
    b = fixture_spawn_as(&rememberer, NULL, NULL);
    fixture_let_about(a, asks, b);
    act_asker first = asker;
    fixture_advance(100);
    fixture_let_about(a, asks, b); /* the record of the first ask may be used again */
    asker = first;
    fixture_let(b, replies);
    ck_assert_int_eq(fixture_count(a, TAG_B), 0);
    fixture_advance(100);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_TIMED_OUT), 2);
    fixture_close();
}

static void a_reply_to_the_dead_is_refused(void)
{
    open_three();
    b = fixture_spawn_as(&rememberer, NULL, NULL);
    fixture_let_about(a, asks, b);
    fixture_let(a, exits_normally);
    fixture_let(b, replies);
    ck_assert_int_eq(result, ACT_NO_ACTOR);
    fixture_close();
}

static void a_reply_to_no_ask_is_refused(void)
{
    open_three();
    asker = (act_asker){a, {0}};
    fixture_let(b, replies);
    ck_assert_int_eq(result, ACT_INVALID);
    b = fixture_spawn_as(&chatty, NULL, NULL);
    act_system_tell_value(fixture.system, b, TAG_A, act_nothing());
    fixture_run();
    ck_assert_int_eq(fixture.dead_letters_count, 0);
    fixture_close();
}

static void replies_all_sorts(act_self *self)
{
    static const uint64_t refs[] = {1, 2, 3, UINT64_MAX, UINT64_C(1) << 30, UINT64_C(3) << 29 | 4};
    for (size_t i = 0; i < sizeof refs / sizeof refs[0]; i++) {
        asker = (act_asker){a, {refs[i]}};
        replies(self);
        ck_assert_int_eq(result, ACT_OK);
    }
}

static void a_reply_to_what_never_was_an_ask_is_late(void)
{
    open_three();
    fixture_let_about(a, monitors, c); /* a monitor is no ask */
    fixture_let(b, replies_all_sorts);
    asker = (act_asker){a, fixture_ref};
    fixture_let(b, replies);
    ck_assert_int_eq(fixture_count(a, TAG_B), 0);
    ck_assert_uint_eq(fixture_counters().late_replies, 7);
    fixture_let(c, panics);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN), 1);
    fixture_close();
}

static void takes_and_replies(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_asker    from = act_message_asker(message);
    act_message *mine = act_take(self);
    mine->as.int64++;
    mine->tag = TAG_B;
    ck_assert_int_eq(act_reply_message(self, from, &mine), ACT_OK);
}

static const act_behavior thrifty = {.name = "thrifty", .receive = takes_and_replies};

static void the_request_may_be_sent_back_as_the_reply(void)
{
    open_three();
    b = fixture_spawn_as(&thrifty, NULL, NULL);
    fixture_let_about(a, asks, b);
    ck_assert_int_eq((int)fixture_only(a, TAG_B)->value, 21);
    fixture_close();
}

/* Once told to, it sends the request on that it has taken. */
static act_message *taken;

static void takes(act_self *self, void *state, const act_message *message)
{
    act_ref timer;
    (void)state;
    if (taken == NULL) {
        taken = act_take(self);
        return;
    }
    (void)message;
    result = act_send(self, c, &taken);
    if (result == ACT_OK)
        return;
    ck_assert_int_eq(act_send_name(self, "third", &taken), ACT_INVALID);
    ck_assert_int_eq(act_send_after(self, &timer, c, &taken, 1), ACT_INVALID);
    ck_assert_int_eq(act_system_send(fixture.system, c, &taken), ACT_INVALID);
}

static const act_behavior keeper = {.name = "keeper", .receive = takes};

static void names_itself(act_self *self)
{
    ck_assert_int_eq(act_register(self, "third"), ACT_OK);
}

static void open_keeper(void)
{
    open_three();
    taken = NULL;
    fixture_let(c, names_itself);
    b = fixture_spawn_as(&keeper, NULL, NULL);
    fixture_let_about(a, asks, b);
}

static void a_request_that_waits_for_its_answer_is_not_sent_on(void)
{
    open_keeper();
    act_system_tell_value(fixture.system, b, TAG_C, act_nothing());
    fixture_run();
    ck_assert_int_eq(result, ACT_INVALID);
    asker = act_message_asker(taken); /* nothing was changed in it */
    act_message_free(&taken);
    fixture_let(c, replies);
    ck_assert(act_ref_equal(fixture_only(a, TAG_B)->ref, fixture_ref));
    ck_assert_int_eq(answers(a), 1);
    fixture_close();
}

static void a_request_whose_ask_is_over_may_be_sent_on_and_is_none_any_more(void)
{
    open_keeper();
    fixture_advance(100);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_TIMED_OUT), 1);
    act_system_tell_value(fixture.system, b, TAG_C, act_nothing());
    fixture_run();
    ck_assert_int_eq(result, ACT_OK);
    ck_assert_uint_eq(fixture_only(c, TAG_A)->ref.value, 0);
    ck_assert(act_pid_equal(fixture_only(c, TAG_A)->sender, b));
    fixture_close();
}

static void tries_to_pass_on(act_self *self, void *state, const act_message *message)
{
    act_ref ask;
    (void)state;
    (void)message;
    act_message *mine = act_take(self);
    act_tell_value(self, c, TAG_C, act_nothing()); /* its inbox is full */
    ck_assert_int_eq(act_forward(self, c, &mine), ACT_FULL);
    ck_assert_int_eq(act_ask_message(self, &ask, c, &mine, 50), ACT_FULL);
    ck_assert_int_eq(act_send_after(self, &ask, (act_pid){1, c.local}, &mine, 1), ACT_NO_NODE);
    mine->tag = TAG_B;
    ck_assert_int_eq(act_reply_message(self, act_message_asker(mine), &mine), ACT_OK);
}

static const act_behavior proxy = {.name = "proxy", .receive = tries_to_pass_on};

static void a_request_that_could_not_be_passed_on_can_be_answered(void)
{
    open_three();
    c = fixture_spawn_as(&scripted, NULL, ACT_SPAWN_OPTIONS(.inbox_max = 1));
    b = fixture_spawn_as(&proxy, NULL, NULL);
    fixture_let_about(a, asks, b);
    ck_assert(act_ref_equal(fixture_only(a, TAG_B)->ref, fixture_ref));
    ck_assert_int_eq(fixture_count(c, TAG_C), 1);
    fixture_close();
}

/* -------------------------------------------------------------------------------- ended by hand */

static void asks_and_demonitors(act_self *self)
{
    asks(self);
    demonitors(self);
}

static void a_demonitored_ask_has_no_answer(void)
{
    open_three();
    b = fixture_spawn_as(&rememberer, NULL, NULL);
    fixture_let_about(a, asks_and_demonitors, b);
    fixture_let(b, replies);
    fixture_let(b, panics);
    fixture_advance(1000);
    ck_assert_int_eq(answers(a), 0);
    fixture_close();
}

static void demonitors_and_notes(act_self *self)
{
    demonitors(self);
    note_down(self, TAG_C);
}

static void no_answer_is_seen_after_demonitor(void)
{
    open_three();
    b = fixture_spawn_as(&rememberer, NULL, NULL);
    fixture_let_about(a, asks, b);
    fixture_tell_to(b, kit_round() % 2 ? replies : exits_normally);
    fixture_tell_to(a, does_nothing);
    fixture_tell_to(a, demonitors_and_notes);
    fixture_run();
    for (int i = 0, undone = 0; i < fixture.notes_count; i++) {
        undone |= fixture.notes[i].tag == TAG_C;
        ck_assert(!(undone &&
                    (fixture.notes[i].tag == TAG_B || fixture.notes[i].tag == ACT_MESSAGE_DOWN)));
    }
    fixture_close();
}

static void a_stranger_cannot_end_an_ask(void)
{
    open_three();
    b = fixture_spawn_as(&rememberer, NULL, NULL);
    fixture_let_about(a, asks, b);
    fixture_let(c, demonitors);
    fixture_let(b, demonitors);
    fixture_let(b, replies);
    ck_assert_int_eq(fixture_count(a, TAG_B), 1);
    fixture_close();
}

static void sends_a_demonitor_and_asks(act_self *self)
{
    action first = demonitors; /* finds the request in its own inbox, with the reference of the
                                  ask */
    act_tell_bytes(self, fixture_other, TAG_DO, &first, sizeof first);
    asks(self);
}

static void a_request_that_waits_is_not_taken_back_by_its_receiver(void)
{
    open_three();
    fixture_let_about(a, sends_a_demonitor_and_asks, b);
    ck_assert_int_eq(fixture_count(b, TAG_A), 1);
    fixture_close();
}

static void asks_itself(act_self *self)
{
    fixture_other = act_self_pid(self);
    asks(self);
}

static void an_ask_of_oneself_times_out(void)
{
    open_three();
    fixture_let(a, asks_itself);
    ck_assert_int_eq(fixture_count(a, TAG_A), 1);
    fixture_advance(100);
    ck_assert_int_eq(answers(a), 1);
    fixture_close();
}

static void asks_and_ends(act_self *self)
{
    asks(self);
    exits_normally(self);
}

static void an_asker_that_ends_leaves_nothing(void)
{
    open_three();
    fixture_let_about(a, asks_and_ends, b);
    fixture_advance(1000);
    ck_assert_int_eq(fixture_count(b, TAG_A), 1);
    fixture_close();
}

static int released;

static void release(void *nothing)
{
    (void)nothing;
    released++;
}

static void asks_with_a_resource(act_self *self)
{
    act_value value = act_resource_value(&released, release);
    result = act_ask_value(self, &fixture_ref, fixture_other, TAG_A, value, timeout);
}

static void a_resource_of_a_failed_ask_is_still_the_askers(void)
{
    open_three();
    released = 0;
    timeout = 0;
    fixture_let_about(a, asks_with_a_resource, b);
    ck_assert_int_eq(result, ACT_INVALID);
    ck_assert_int_eq(released, 0);
    timeout = 5;
    fixture_let_about(a, asks_with_a_resource, b);
    ck_assert_int_eq(released, 1); /* b did not take it */
    fixture_close();
}

/* ------------------------------------------------------------------- what became of the request */

static void ask_and_wait(void)
{
    fixture_other = b;
    fixture_tell_to(a, asks);
}

static act_fate fate_told(void)
{
    return fixture_only(a, ACT_MESSAGE_DOWN)->fate;
}

static void a_request_whose_handler_has_ended_in_it_was_begun(void)
{
    static const action ends[] = {panics, exits_with_an_error, exits_normally};
    for (int i = 0; i < 3; i++) {
        open_three();
        fixture_let_about(a, asks, b); /* the scripted actor notes it, and does not answer */
        fixture_let(b, ends[i]);
        ck_assert_int_eq(fate_told(), ACT_FATE_BEGUN);
        fixture_close();
    }
}

static void a_request_that_waited_was_not_begun(void)
{
    static const action ends[] = {panics, exits_with_an_error, exits_normally};
    for (int i = 0; i < 4; i++) {
        open_three();
        if (i < 3)
            fixture_tell_to(b, ends[i]);
        else
            ck_assert_int_eq(act_system_exit_actor(fixture.system, b,
                                                   act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                             ACT_OK);
        ask_and_wait();
        fixture_run();
        ck_assert_int_eq(fixture_count(b, TAG_A), 0);
        ck_assert_int_eq(fate_told(), ACT_FATE_UNBEGUN);
        fixture_close();
    }
}

static void a_request_to_the_dead_was_not_begun(void)
{
    open_three();
    fixture_let(b, exits_normally);
    fixture_let_about(a, asks, b);
    ck_assert_int_eq(fate_told(), ACT_FATE_UNBEGUN);
    fixture_close();
}

static void refuses(act_self *self)
{
    (void)act_refuse(self, asker, act_exit_reason_make(ACT_EXIT_NO_ACTOR, 0, NULL));
}

static void notes_asker(act_self *self, void *state, const act_message *message)
{
    (void)state;
    asker = act_message_asker(message);
    refuses(self);
}

static const act_behavior refuser = {.name = "refuser", .receive = notes_asker};

static void a_request_that_was_refused_was_begun(void)
{
    open_three();
    b = fixture_spawn_as(&refuser, NULL, NULL);
    fixture_let_about(a, asks, b);
    ck_assert_int_eq(fate_told(), ACT_FATE_BEGUN);
    fixture_close();
}

static void fills_and_ends(act_self *self)
{
    for (int i = 0; i < 4; i++)
        act_tell_value(self, act_self_pid(self), TAG_C, act_nothing());
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static void a_request_that_made_room_was_not_begun(void)
{
    open_three();
    b = fixture_spawn_as(&scripted, NULL,
                         ACT_SPAWN_OPTIONS(.inbox_max = 3, .inbox_policy = ACT_INBOX_DROP_OLDEST));
    fixture_run();
    fixture_tell_to(b, fills_and_ends);
    ask_and_wait();
    fixture_run();
    ck_assert_int_eq(fate_told(), ACT_FATE_UNBEGUN);
    ck_assert_int_eq(fixture_count(b, TAG_A), 0);
    fixture_close();
}

/* Whatever the order of all that comes: a request that is answered UNBEGUN was never handled. */
static void an_asker_that_is_told_that_it_was_not_begun_can_ask_again(void)
{
    open_three();
    fixture_other = b;
    for (int i = 0; i < 5; i++) {
        fixture_tell_to(a, asks);
        fixture_tell_to(c, asks);
        if (i == 2)
            fixture_tell_to(b, panics);
    }
    fixture_run();
    int unbegun = 0, all = 0;
    for (int i = 0; i < fixture.notes_count; i++) {
        all += fixture.notes[i].tag == ACT_MESSAGE_DOWN;
        unbegun +=
            fixture.notes[i].tag == ACT_MESSAGE_DOWN && fixture.notes[i].fate == ACT_FATE_UNBEGUN;
    }
    ck_assert_int_eq(all, 10);
    ck_assert_int_eq(unbegun, 10 - fixture_count(b, TAG_A));
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(a_request_whose_handler_has_ended_in_it_was_begun),
    FIXTURE_CASE(a_request_that_waited_was_not_begun),
    FIXTURE_CASE(a_request_to_the_dead_was_not_begun),
    FIXTURE_CASE(a_request_that_was_refused_was_begun),
    FIXTURE_CASE(a_request_that_made_room_was_not_begun),
    TEST_CASE(an_asker_that_is_told_that_it_was_not_begun_can_ask_again, .rounds = 30),
    FIXTURE_CASE(an_answer_comes_back_with_the_asks_reference),
    FIXTURE_CASE(an_ask_without_an_answer_times_out_in_time),
    FIXTURE_CASE(an_ask_may_wait_for_ever),
    FIXTURE_CASE(a_timeout_out_of_range_is_refused),
    FIXTURE_CASE(a_timeout_may_be_as_long_as_one_likes),
    FIXTURE_CASE(the_end_of_the_asked_is_the_answer),
    FIXTURE_CASE(an_ask_of_the_dead_is_answered_down),
    FIXTURE_CASE(an_ask_of_one_that_never_was_is_answered_down),
    FIXTURE_CASE(only_the_first_answer_counts),
    FIXTURE_CASE(a_reply_may_come_after_the_handler_has_returned),
    FIXTURE_CASE(any_actor_may_reply),
    FIXTURE_CASE(a_late_reply_is_dropped_and_counted),
    FIXTURE_CASE(a_late_reply_is_not_taken_for_one_to_a_newer_ask),
    FIXTURE_CASE(a_reply_to_the_dead_is_refused),
    FIXTURE_CASE(a_reply_to_no_ask_is_refused),
    FIXTURE_CASE(a_reply_to_what_never_was_an_ask_is_late),
    FIXTURE_CASE(the_request_may_be_sent_back_as_the_reply),
    FIXTURE_CASE(a_request_that_waits_for_its_answer_is_not_sent_on),
    FIXTURE_CASE(a_request_whose_ask_is_over_may_be_sent_on_and_is_none_any_more),
    FIXTURE_CASE(a_request_that_could_not_be_passed_on_can_be_answered),
    FIXTURE_CASE(a_demonitored_ask_has_no_answer),
    TEST_CASE(no_answer_is_seen_after_demonitor, .rounds = 30),
    FIXTURE_CASE(a_stranger_cannot_end_an_ask),
    FIXTURE_CASE(a_request_that_waits_is_not_taken_back_by_its_receiver),
    FIXTURE_CASE(an_ask_of_oneself_times_out),
    FIXTURE_CASE(an_asker_that_ends_leaves_nothing),
    FIXTURE_CASE(a_resource_of_a_failed_ask_is_still_the_askers),
    END_OF_CASES,
};
