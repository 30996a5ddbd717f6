/* A request that is forwarded: the ask goes with it, and has exactly one answer all the same. */
/* SPDX-License-Identifier: MIT */
#include <test/actor/fixture.h>

#include <actor/process/pid.h>
#include <actor/signal/bond.h>
#include <actor/signal/signal.h>
#include <mailbox/base/gap.h>

/*
 * a asks b, which keeps requests until it is told where to forward them to; c and d are scripted,
 * too, and write down what they hear.
 */
static act_pid      a, b, c, d;
static act_message *kept;
static act_asker    asker;
static act_millis   timeout;
static act_result   result;

static void asks(act_self *self)
{
    ck_assert_int_eq(
        act_ask_value(self, &fixture_ref, fixture_other, TAG_A, act_int64(20), timeout), ACT_OK);
}

static int answers(act_pid actor)
{
    return fixture_count(actor, TAG_B) + fixture_count(actor, ACT_MESSAGE_DOWN) +
           fixture_count(actor, ACT_MESSAGE_TIMED_OUT);
}

/* TAG_C, with the pid to forward to; all else is kept. */
static void routes(act_self *self, void *state, const act_message *message)
{
    act_pid to;
    (void)state;
    if (message->tag != TAG_C) {
        act_message_free(&kept);
        kept = act_take(self);
        return;
    }
    ck_assert_int_eq(act_message_read(message, &to, sizeof to), ACT_OK);
    result = act_forward(self, to, &kept);
    ck_assert((kept == NULL) == (result == ACT_OK));
}

static const act_behavior router = {.name = "router", .receive = routes};

static void open_four(void)
{
    fixture_open();
    timeout = 100;
    kept = NULL;
    a = fixture_spawn();
    b = fixture_spawn_as(&router, NULL, NULL);
    c = fixture_spawn();
    d = fixture_spawn();
}

static void tell_to_forward(act_pid from, act_pid to)
{
    act_message *message;
    ck_assert_int_eq(act_message_create(&message, TAG_C, sizeof to), ACT_OK);
    memcpy(message->as.bytes, &to, sizeof to);
    ck_assert_int_eq(act_system_send(fixture.system, from, &message), ACT_OK);
}

static void forward(act_pid from, act_pid to)
{
    tell_to_forward(from, to);
    fixture_run();
}

static void let_ask(void)
{
    open_four();
    fixture_let_about(a, asks, b);
}

static void note_asker(act_pid by)
{
    const struct note *request = fixture_only(by, TAG_A);
    asker = (act_asker){request->sender, request->ref};
}

static void replies(act_self *self)
{
    act_message *message;
    ck_assert_int_eq(act_message_create_value(&message, TAG_B, act_int64(40)), ACT_OK);
    ck_assert_int_eq(act_reply_message(self, asker, &message), ACT_OK);
}

/* c has the request and answers it: that is the one answer. */
static void close_after_answer_of_c(void)
{
    note_asker(c);
    fixture_let(c, replies);
    ck_assert_int_eq(fixture_count(a, TAG_B), 1);
    ck_assert_int_eq(answers(a), 1);
    fixture_close();
}

static void the_receiver_sees_the_asker_and_answers_it(void)
{
    let_ask();
    forward(b, c);
    ck_assert(act_pid_equal(fixture_only(c, TAG_A)->sender, a));
    ck_assert(act_ref_equal(fixture_only(c, TAG_A)->ref, fixture_ref));
    note_asker(c);
    fixture_let(c, replies);
    ck_assert_int_eq((int)fixture_only(a, TAG_B)->value, 40);
    ck_assert(act_ref_equal(fixture_only(a, TAG_B)->ref, fixture_ref));
    fixture_let(c, panics);
    fixture_advance(1000);
    ck_assert_int_eq(answers(a), 1);
    fixture_close();
}

static void the_end_of_the_receiver_is_the_answer(void)
{
    let_ask();
    forward(b, c);
    fixture_let(c, panics);
    ck_assert(act_pid_equal(fixture_only(a, ACT_MESSAGE_DOWN)->sender, c));
    ck_assert_int_eq(fixture_only(a, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_PANIC);
    ck_assert_int_eq(fixture_only(a, ACT_MESSAGE_DOWN)->fate, ACT_FATE_BEGUN);
    ck_assert(act_ref_equal(fixture_only(a, ACT_MESSAGE_DOWN)->ref, fixture_ref));
    fixture_close();
}

static void one_that_waits_at_its_receivers_end_was_begun_by_the_first(void)
{
    let_ask();
    fixture_tell_to(c, exits_normally);
    tell_to_forward(b, c);
    fixture_run();
    if (result == ACT_OK) { /* in some orders c has ended before */
        ck_assert_int_eq(fixture_only(a, ACT_MESSAGE_DOWN)->fate, ACT_FATE_BEGUN);
    } else {
        ck_assert_int_eq(result, ACT_NO_ACTOR);
        act_message_free(&kept);
        fixture_advance(1000);
    }
    ck_assert_int_eq(answers(a), 1);
    fixture_close();
}

static void the_end_of_the_one_that_has_forwarded_it_is_nothing(void)
{
    let_ask();
    forward(b, c);
    ck_assert_int_eq(act_system_exit_actor(fixture.system, b,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    fixture_run();
    ck_assert_int_eq(answers(a), 0);
    close_after_answer_of_c();
}

static void it_times_out_when_the_asker_has_said(void)
{
    let_ask();
    fixture_advance(60);
    forward(b, c);
    note_asker(c);
    fixture_advance(39);
    ck_assert_int_eq(answers(a), 0);
    fixture_advance(1);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_TIMED_OUT), 1);
    fixture_let(c, replies);
    ck_assert_uint_eq(fixture_counters().late_replies, 1);
    fixture_let(c, panics);
    ck_assert_int_eq(answers(a), 1);
    fixture_close();
}

static void an_asker_that_has_ended_or_lost_interest_hears_nothing(void)
{
    let_ask();
    forward(b, c);
    fixture_let(a, kit_round() % 2 != 0 ? demonitors : exits_normally);
    fixture_let(c, panics);
    fixture_advance(1000);
    ck_assert_int_eq(answers(a), 0);
    fixture_close();
}

static void what_cannot_be_forwarded_still_waits_for_its_answer(void)
{
    act_pid full;
    let_ask();
    fixture_let(d, exits_normally);
    forward(b, d);
    ck_assert_int_eq(result, ACT_NO_ACTOR);
    full = fixture_spawn_as(&scripted, NULL,
                            ACT_SPAWN_OPTIONS(.inbox_max = 1,
                                              .inbox_policy = (act_inbox_policy)(kit_round() % 2)));
    act_system_tell_value(fixture.system, full, TAG_D, act_nothing());
    tell_to_forward(b, full);
    fixture_run();
    if (result == ACT_FULL) /* in some orders there was room again */
        forward(b, c);
    else
        c = full;
    ck_assert_int_eq(result, ACT_OK);
    note_asker(c);
    fixture_let(c, replies);
    ck_assert_int_eq(fixture_count(a, TAG_B), 1);
    fixture_close();
}

static void it_may_go_on_from_actor_to_actor_and_back(void)
{
    act_pid others[3];
    let_ask();
    for (int i = 0; i < 3; i++)
        others[i] = fixture_spawn_as(&router, NULL, NULL);
    forward(b, others[0]);
    forward(others[0], others[1]);
    forward(others[1], others[2]);
    forward(others[2], b);
    forward(b, b);
    forward(b, others[0]);
    for (int i = 1; i < 3; i++)
        ck_assert_int_eq(act_system_exit_actor(fixture.system, others[i],
                                               act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                         ACT_OK);
    fixture_run();
    ck_assert_int_eq(answers(a), 0);
    if (kit_round() % 2 == 0) {
        forward(others[0], c);
        note_asker(c);
        fixture_let(c, replies);
        ck_assert_int_eq(fixture_count(a, TAG_B), 1);
    } else {
        ck_assert_int_eq(act_system_exit_actor(fixture.system, others[0],
                                               act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                         ACT_OK);
        fixture_run();
        ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN), 1);
        act_message_free(&kept);
    }
    ck_assert_int_eq(answers(a), 1);
    fixture_close();
}

static void refuses(act_self *self)
{
    result = act_refuse(self, asker, act_exit_reason_make(ACT_EXIT_ERROR, 3, "not today"));
}

static void only_the_receiver_can_refuse_it(void)
{
    let_ask();
    forward(b, c);
    note_asker(c);
    fixture_let(d, refuses);
    ck_assert_int_eq(result, ACT_NOT_FOUND);
    fixture_let(c, refuses);
    ck_assert_int_eq(result, ACT_OK);
    ck_assert_str_eq(fixture_only(a, ACT_MESSAGE_DOWN)->text, "not today");
    fixture_close();
}

static void tells(act_self *self)
{
    act_tell_value(self, fixture_other, TAG_A, act_int64(7));
}

static void one_that_is_over_is_none_any_more(void)
{
    let_ask();
    fixture_advance(100);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_TIMED_OUT), 1);
    forward(b, c);
    ck_assert_int_eq(result, ACT_OK);
    ck_assert(act_pid_equal(fixture_only(c, TAG_A)->sender, a));
    ck_assert_uint_eq(fixture_only(c, TAG_A)->ref.value, 0);
    fixture_close();
}

static void a_message_that_is_no_ask_keeps_its_sender(void)
{
    open_four();
    fixture_let_about(a, tells, b);
    forward(b, c);
    ck_assert(act_pid_equal(fixture_only(c, TAG_A)->sender, a));
    ck_assert_int_eq((int)fixture_only(c, TAG_A)->value, 7);
    fixture_let(c, panics);
    ck_assert_int_eq(answers(a), 0);
    fixture_close();
}

static void refuses_and_sends(act_self *self)
{
    asker = act_message_asker(kept);
    ck_assert_int_eq(act_send(self, c, &kept), ACT_INVALID);
    ck_assert_int_eq(act_refuse(self, asker, act_exit_reason_make(ACT_EXIT_ERROR, 3, NULL)),
                     ACT_OK);
    ck_assert_int_eq(act_send(self, c, &kept), ACT_OK);
}

/* TAG_C, with an action; all else is kept. */
static void keeps(act_self *self, void *state, const act_message *message)
{
    action act;
    (void)state;
    if (message->tag != TAG_C) {
        act_message_free(&kept);
        kept = act_take(self);
        return;
    }
    ck_assert_int_eq(act_message_read(message, &act, sizeof act), ACT_OK);
    act(self);
}

static const act_behavior keeper = {.name = "keeper", .receive = keeps};

static void tell_keeper(action act)
{
    act_message *message;
    ck_assert_int_eq(act_message_create(&message, TAG_C, sizeof act), ACT_OK);
    memcpy(message->as.bytes, &act, sizeof act);
    ck_assert_int_eq(act_system_send(fixture.system, b, &message), ACT_OK);
    fixture_run();
}

static void open_keeper(void)
{
    open_four();
    b = fixture_spawn_as(&keeper, NULL, NULL);
    fixture_let_about(a, asks, b);
}

static void a_request_that_was_refused_may_be_sent_on_at_once(void)
{
    open_keeper();
    tell_keeper(refuses_and_sends);
    ck_assert_int_eq(fixture_only(a, ACT_MESSAGE_DOWN)->code, 3);
    ck_assert_uint_eq(fixture_only(c, TAG_A)->ref.value, 0);
    ck_assert_int_eq(answers(a), 1);
    fixture_close();
}

static void forwards_to_c(act_self *self)
{
    result = act_forward(self, c, &kept);
}

static void forwards_to_c_and_floods_it(act_self *self)
{
    forwards_to_c(self);
    act_tell_value(self, c, TAG_D, act_nothing());
}

/* A full inbox whose oldest is dropped has room, and then it is this one. */
static void one_that_its_receiver_drops_is_answered_so(void)
{
    open_keeper();
    c = fixture_spawn_as(&scripted, NULL,
                         ACT_SPAWN_OPTIONS(.inbox_max = 1, .inbox_policy = ACT_INBOX_DROP_OLDEST));
    tell_keeper(forwards_to_c_and_floods_it);
    ck_assert_int_eq(result, ACT_OK);
    if (fixture_count(c, TAG_A) == 0) {
        ck_assert_int_eq(fixture_only(a, ACT_MESSAGE_DOWN)->code, ACT_FULL);
        ck_assert_int_eq(fixture_only(a, ACT_MESSAGE_DOWN)->fate, ACT_FATE_BEGUN);
    } else {
        fixture_advance(1000);
    }
    ck_assert_int_eq(answers(a), 1);
    fixture_close();
}

static void forwards_at_its_end(act_self *self)
{
    if (kit_round() % 2 == 0) {
        exits_with_an_error(self);
        forwards_to_c(self);
    } else { /* in terminate */
        act_exit_now(self, act_exit_reason_make(ACT_EXIT_ERROR, 2, NULL));
    }
}

static void forwards_in_terminate(act_self *self, void *state, act_exit_reason why)
{
    (void)state, (void)why;
    if (kept != NULL)
        forwards_to_c(self);
}

static void one_that_ends_may_still_forward_it(void)
{
    act_behavior ends = keeper;
    ends.terminate = forwards_in_terminate;
    open_four();
    b = fixture_spawn_as(&ends, NULL, NULL);
    fixture_let_about(a, asks, b);
    tell_keeper(forwards_at_its_end);
    ck_assert_int_eq(result, ACT_OK);
    ck_assert(!fixture_lives(b));
    ck_assert_int_eq(answers(a), 0);
    close_after_answer_of_c();
}

/* The message alone: the ask stays with the one that was asked. */
static void one_that_was_not_asked_forwards_the_message_alone(void)
{
    open_keeper();
    fixture_let(d, forwards_to_c);
    ck_assert_int_eq(result, ACT_OK);
    note_asker(c);
    fixture_let(c, refuses);
    ck_assert_int_eq(result, ACT_NOT_FOUND);
    if (kit_round() % 2 == 0) {
        fixture_let(c, replies);
        ck_assert_int_eq(fixture_count(a, TAG_B), 1);
    } else {
        tell_keeper(panics);
        ck_assert(act_pid_equal(fixture_only(a, ACT_MESSAGE_DOWN)->sender, b));
    }
    fixture_advance(1000);
    ck_assert_int_eq(answers(a), 1);
    fixture_close();
}

/* ----------------------------------------------------------------- over while it is under way */

static bool is_over;

/* The asker gives up at this place. As it sleeps meanwhile its token is at hand. */
static void give_up_at(const char *place)
{
    if (is_over || strcmp(place, kit_round() % 2 == 0 ? "bond.passed_on" : "bond.arrived") != 0)
        return;
    is_over = true;
    act_self *self = act__pid_cell(fixture.system, a);
    ck_assert(act__ask_answered(self->worker, self, fixture_ref));
}

static void an_ask_that_is_over_while_it_is_under_way_is_let_go(void)
{
    let_ask();
    is_over = false;
    act__gap_with(give_up_at);
    forward(b, c);
    act__gap_with(NULL);
    ck_assert(is_over);
    ck_assert(!act__ask_waits(fixture.system, fixture_ref));
    ck_assert(!act__ask_is_open(fixture.system, fixture_ref));
    fixture_let(c, panics);
    fixture_advance(1000);
    ck_assert_int_eq(answers(a), 0);
    fixture_close();
}

/* b hears that the ask is over only when c has it. As c sleeps its token is at hand, too. */
static void forwards_one_that_is_over(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag != TAG_A)
        return;
    act_message *request = act_take(self);
    ck_assert(act__ask_answered(self->worker, act__pid_cell(fixture.system, a), request->ref));
    ck_assert_int_eq(act_forward(self, c, &request), ACT_OK);
    act__take_in(self->worker, act__pid_cell(fixture.system, c));
}

static const act_behavior late_router = {.name = "late_router",
                                         .receive = forwards_one_that_is_over};

/* Meanwhile c forwards it back to b. */
static void send_back_at(const char *place)
{
    if (is_over || strcmp(place, "bond.follows") != 0)
        return;
    is_over = true;
    act_self *self = act__pid_cell(fixture.system, c);
    act__ask_pass_on(self->worker, self, fixture_ref, b.local);
}

static void one_that_comes_back_while_its_end_goes_after_it_is_let_go_once(void)
{
    open_four();
    b = fixture_spawn_as(&late_router, NULL, NULL);
    is_over = false;
    act__gap_with(send_back_at);
    fixture_let_about(a, asks, b);
    act__gap_with(NULL);
    ck_assert(is_over);
    ck_assert(!act__ask_is_open(fixture.system, fixture_ref));
    ck_assert_int_eq(act_system_exit_actor(fixture.system, b,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    fixture_let(c, panics);
    fixture_advance(1000);
    ck_assert_int_eq(answers(a), 0);
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(the_receiver_sees_the_asker_and_answers_it),
    FIXTURE_CASE(the_end_of_the_receiver_is_the_answer),
    FIXTURE_CASE(one_that_waits_at_its_receivers_end_was_begun_by_the_first),
    FIXTURE_CASE(the_end_of_the_one_that_has_forwarded_it_is_nothing),
    FIXTURE_CASE(it_times_out_when_the_asker_has_said),
    FIXTURE_CASE(an_asker_that_has_ended_or_lost_interest_hears_nothing),
    FIXTURE_CASE(what_cannot_be_forwarded_still_waits_for_its_answer),
    FIXTURE_CASE(it_may_go_on_from_actor_to_actor_and_back),
    FIXTURE_CASE(only_the_receiver_can_refuse_it),
    FIXTURE_CASE(one_that_is_over_is_none_any_more),
    FIXTURE_CASE(a_message_that_is_no_ask_keeps_its_sender),
    FIXTURE_CASE(a_request_that_was_refused_may_be_sent_on_at_once),
    FIXTURE_CASE(one_that_its_receiver_drops_is_answered_so),
    FIXTURE_CASE(one_that_ends_may_still_forward_it),
    FIXTURE_CASE(one_that_was_not_asked_forwards_the_message_alone),
    FIXTURE_CASE(an_ask_that_is_over_while_it_is_under_way_is_let_go),
    FIXTURE_CASE(one_that_comes_back_while_its_end_goes_after_it_is_let_go_once),
    END_OF_CASES,
};
