/* act_exit_now, which leaves the callback, beside act_exit and act_stop, which return. */
/* SPDX-License-Identifier: MIT */
#include <test/actor/fixture.h>

static act_pid         a, b, child;
static act_exit_reason reason;
static act_self       *cleaning;
static volatile int    bottom; /* 0, which the compiler must not know */
static int             steps_count, one = 1;

static void step(void)
{
    steps_count++;
}

static void clean_int(int *unused)
{
    (void)unused;
    step();
}

static void clean(void *number)
{
    clean_int(number);
}

static void open_two(void)
{
    steps_count = 0;
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn();
}

static void leaves_from_below(act_self *self, int depth)
{
    int local __attribute__((cleanup(clean_int), unused)) = depth;
    if (depth == bottom)
        act_exit_now(self, reason);
    if (depth > 0)
        leaves_from_below(self, depth - 1);
    step(); /* never */
}

static void takes_and_leaves(act_self *self)
{
    act_message *mine __attribute__((cleanup(act_message_free))) = act_take(self);
    ck_assert_ptr_nonnull(mine);
    ck_assert(!act_is_ending(self));
    act_tell_value(self, b, TAG_A, act_nothing());
    steps_count = 0;
    leaves_from_below(self, 3);
}

static void let_leave(act_exit_kind kind)
{
    open_two();
    reason = act_exit_reason_make(kind, 7, "enough");
    fixture_let_about(b, monitors, a);
    fixture_let(a, takes_and_leaves);
}

static void to_exit_now_leaves_the_callback_and_runs_its_clean_ups(void)
{
    let_leave(ACT_EXIT_NORMAL);
    ck_assert_int_eq(steps_count, 4);
    ck_assert_int_eq(fixture_count(b, TAG_A), 1); /* what was sent before has gone out */
    ck_assert_int_eq(fixture_only(b, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_NORMAL);
    ck_assert_int_eq(fixture_only(b, ACT_MESSAGE_DOWN)->code, 7);
    ck_assert_str_eq(fixture_only(b, ACT_MESSAGE_DOWN)->text, "enough");
    fixture_ended(a, ACT_EXIT_NORMAL); /* terminate has run */
    ck_assert_uint_eq(fixture_counters().panicked, 0);
    ck_assert_str_eq(fixture.log, "");
    fixture_close(); /* looks for what is left */
}

static void to_exit_now_with_an_error_is_logged_as_one_and_is_no_panic(void)
{
    let_leave(ACT_EXIT_ERROR);
    ck_assert_int_eq(fixture_only(b, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_ERROR);
    ck_assert_uint_eq(fixture_counters().panicked, 0);
    ck_assert_ptr_nonnull(strstr(fixture.log, "error 7: enough"));
    fixture_close();
}

static void leaves(act_self *self)
{
    act_exit_now(self, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL));
}

static void the_message_in_hand_was_received(void)
{
    open_two();
    fixture_let(a, leaves);
    ck_assert_int_eq(fixture_dead_letters(ACT_PANICKED), 0);
    ck_assert_int_eq(fixture.dead_letters_count, 0);
    fixture_close();
}

static const action leaves_first = leaves;

static void spawns_one_that_leaves_init(act_self *self)
{
    ck_assert_int_eq(act_spawn(self, &child, &scripted, &leaves_first,
                               ACT_SPAWN_OPTIONS(.announce = true)),
                     ACT_OK);
}

static void to_exit_now_in_init_is_to_end_before_it_has_answered(void)
{
    open_two();
    fixture_let(a, spawns_one_that_leaves_init);
    ck_assert_int_eq(fixture_only(a, ACT_MESSAGE_STARTED)->value, ACT_CLOSED);
    ck_assert(!fixture_lives(child));
    ck_assert_int_eq(fixture_count(child, TAG_TERMINATE), 0);
    ck_assert_uint_eq(fixture_counters().panicked, 0);
    fixture_close();
}

static void leaves_at_the_end(act_self *self, void *state, act_exit_reason why)
{
    (void)state;
    ck_assert_int_eq(why.kind, ACT_EXIT_ERROR);
    ck_assert(act_is_ending(self));
    step();
    act_exit_now(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static void defers_and_fails(act_self *self)
{
    ck_assert_int_eq(act_defer(self, clean, &one), ACT_OK);
    exits_with_an_error(self);
    ck_assert(act_is_ending(self));
}

static void to_exit_now_in_terminate_leaves_only_that(void)
{
    act_behavior leaver = scripted;
    leaver.terminate = leaves_at_the_end;
    open_two();
    steps_count = 0;
    act_pid c = fixture_spawn_as(&leaver, NULL, NULL);
    fixture_let_about(b, monitors, c);
    fixture_let(c, defers_and_fails);
    ck_assert_int_eq(steps_count, 2); /* once, and the clean-up after it */
    ck_assert_int_eq(fixture_only(b, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_ERROR);
    fixture_close();
}

static void leaves_while_it_is_cleaned(int *which)
{
    clean_int(which);
    act_exit_now(cleaning, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static void panics_and_leaves(act_self *self)
{
    int local __attribute__((cleanup(leaves_while_it_is_cleaned), unused)) = 1;
    cleaning = self;
    steps_count = 0;
    act_panic(self, "first");
}

static void to_exit_now_in_the_clean_up_of_a_panic_adds_nothing(void)
{
    open_two();
    fixture_let_about(b, monitors, a);
    fixture_let(a, panics_and_leaves);
    ck_assert_int_eq(steps_count, 1);
    ck_assert_int_eq(fixture_only(b, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_PANIC);
    ck_assert_uint_eq(fixture_counters().panicked, 1);
    fixture_close();
}

static void stops(act_self *self)
{
    act_stop(self);
    ck_assert(act_is_ending(self));
    leaves(self); /* the first reason counts */
}

static void to_stop_is_to_exit_normally(void)
{
    open_two();
    fixture_let_about(b, monitors, a);
    fixture_let(a, stops);
    ck_assert_int_eq(fixture_only(b, ACT_MESSAGE_DOWN)->kind, ACT_EXIT_NORMAL);
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(to_exit_now_leaves_the_callback_and_runs_its_clean_ups),
    FIXTURE_CASE(to_exit_now_with_an_error_is_logged_as_one_and_is_no_panic),
    FIXTURE_CASE(the_message_in_hand_was_received),
    FIXTURE_CASE(to_exit_now_in_init_is_to_end_before_it_has_answered),
    FIXTURE_CASE(to_exit_now_in_terminate_leaves_only_that),
    FIXTURE_CASE(to_exit_now_in_the_clean_up_of_a_panic_adds_nothing),
    FIXTURE_CASE(to_stop_is_to_exit_normally),
    END_OF_CASES,
};
