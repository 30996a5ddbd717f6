/* Timers as actors have them, in virtual time. */
/* SPDX-License-Identifier: MIT */
#include <test/actor/fixture.h>

static act_pid    a, b;
static act_ref    refs[16];
static act_millis delay;
static act_result result;

static void open_two(void)
{
    fixture_open();
    a = fixture_spawn();
    b = fixture_spawn();
}

static void arms(act_self *self)
{
    result = act_tell_after_value(self, &fixture_ref, b, TAG_A, act_int64(1), delay);
}

static void let_arm(act_millis how_long)
{
    delay = how_long;
    fixture_let(a, arms);
}

static void a_timer_fires_in_its_millisecond(void)
{
    static const act_millis delays[] = {1,    2,    63,   64,     65,
                                        4095, 4096, 4097, 100000, (act_millis)1 << 40};
    open_two();
    for (int i = 0; i < (int)(sizeof delays / sizeof delays[0]); i++) {
        let_arm(delays[i]);
        fixture_advance(delays[i] - 1);
        ck_assert_int_eq(fixture_count(b, TAG_A), i);
        fixture_advance(1);
        ck_assert_int_eq(fixture_count(b, TAG_A), i + 1);
        ck_assert(act_pid_equal(fixture_nth(b, TAG_A, i)->sender, a));
    }
    fixture_close();
}

static void a_delay_of_0_is_over_within_a_millisecond(void)
{
    open_two();
    let_arm(0);
    fixture_advance(1);
    ck_assert_int_eq(fixture_count(b, TAG_A), 1);
    fixture_close();
}

static int released;

static void release(void *nothing)
{
    (void)nothing;
    released++;
}

static void arms_with_a_resource(act_self *self)
{
    result = act_tell_after_value(self, &fixture_ref, b, TAG_A,
                                  act_resource_value(&released, release), delay);
}

static void a_delay_out_of_range_is_refused(void)
{
    static const act_millis bad[] = {-1, -2, INT64_MIN, ((act_millis)1 << 40) + 1, INT64_MAX};
    open_two();
    released = 0;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        delay = bad[i];
        fixture_let(a, arms_with_a_resource);
        ck_assert_int_eq(result, ACT_INVALID);
        ck_assert_int_eq(released, 0); /* still the caller's */
    }
    fixture_close();
}

static void arms_many_for_one_moment(act_self *self)
{
    for (int i = 0; i < 16; i++)
        ck_assert_int_eq(act_tell_after_value(self, &refs[i], b, TAG_A, act_int64(i), 50), ACT_OK);
}

static void timers_of_one_millisecond_fire_in_the_order_they_were_armed(void)
{
    open_two();
    fixture_let(a, arms_many_for_one_moment);
    fixture_advance(50);
    ck_assert_int_eq(fixture_count(b, TAG_A), 16);
    for (int i = 0; i < 16; i++)
        ck_assert_int_eq((int)fixture_nth(b, TAG_A, i)->value, i);
    fixture_close();
}

static void arms_backwards(act_self *self)
{
    for (int i = 15; i >= 0; i--)
        ck_assert_int_eq(act_tell_after_value(self, &refs[i], b, TAG_A, act_int64(i), 100 * i + 1),
                         ACT_OK);
}

static void timers_fire_in_the_order_they_are_due(void)
{
    open_two();
    fixture_let(a, arms_backwards);
    fixture_advance(2000);
    ck_assert_int_eq(fixture_count(b, TAG_A), 16);
    for (int i = 0; i < 16; i++)
        ck_assert_int_eq((int)fixture_nth(b, TAG_A, i)->value, i);
    fixture_close();
}

static void cancels(act_self *self)
{
    result = act_cancel_timer(self, fixture_ref);
}

static void a_cancelled_timer_does_not_fire(void)
{
    open_two();
    let_arm(100);
    fixture_advance(99);
    fixture_let(a, cancels);
    ck_assert_int_eq(result, ACT_OK);
    fixture_let(a, cancels);
    ck_assert_int_eq(result, ACT_NOT_FOUND);
    fixture_advance(1000);
    ck_assert_int_eq(fixture_count(b, TAG_A), 0);
    fixture_close();
}

static void a_timer_that_has_fired_cannot_be_cancelled(void)
{
    open_two();
    let_arm(10);
    fixture_advance(10);
    fixture_let(a, cancels);
    ck_assert_int_eq(result, ACT_NOT_FOUND);
    ck_assert_int_eq(fixture_count(b, TAG_A), 1);
    fixture_close();
}

static void cancels_the_odd_ones(act_self *self)
{
    for (int i = 1; i < 16; i += 2)
        ck_assert_int_eq(act_cancel_timer(self, refs[i]), ACT_OK);
}

static void one_of_many_can_be_cancelled(void)
{
    open_two();
    fixture_let(a, arms_many_for_one_moment);
    fixture_let(a, cancels_the_odd_ones);
    fixture_advance(50);
    ck_assert_int_eq(fixture_count(b, TAG_A), 8);
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq((int)fixture_nth(b, TAG_A, i)->value, 2 * i);
    fixture_close();
}

static void a_stranger_cannot_cancel(void)
{
    open_two();
    let_arm(10);
    fixture_let(b, cancels);
    ck_assert_int_eq(result, ACT_NOT_FOUND);
    fixture_advance(10);
    ck_assert_int_eq(fixture_count(b, TAG_A), 1);
    fixture_close();
}

static void cancels_all_sorts(act_self *self)
{
    static const uint64_t none[] = {
        0, 1, 2, 3, 77, UINT64_MAX, UINT64_C(1) << 40 | 1, UINT64_C(3) << 29 | 3};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        ck_assert_int_eq(act_cancel_timer(self, (act_ref){none[i]}), ACT_NOT_FOUND);
    monitors(self); /* a reference, but not a timer's */
    ck_assert_int_eq(act_cancel_timer(self, fixture_ref), ACT_NOT_FOUND);
}

static void what_is_no_timer_cannot_be_cancelled(void)
{
    open_two();
    fixture_let_about(a, cancels_all_sorts, b);
    fixture_let(b, panics);
    ck_assert_int_eq(fixture_count(a, ACT_MESSAGE_DOWN), 1);
    fixture_close();
}

static void arms_and_cancels_in_turns(act_self *self)
{
    act_ref ref;
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(act_tell_after_value(self, &ref, b, TAG_B, act_nothing(), i * 13 % 977),
                         ACT_OK);
        ck_assert_int_eq(act_cancel_timer(self, ref), ACT_OK);
        ck_assert_int_eq(act_cancel_timer(self, ref), ACT_NOT_FOUND);
    }
}

static void a_cancelled_timer_is_used_again(void)
{
    open_two();
    fixture_let(a, arms_and_cancels_in_turns);
    fixture_advance(2000);
    ck_assert_int_eq(fixture_count(b, TAG_B), 0);
    fixture_close();
}

static void arms_with_a_resource_and_ends(act_self *self)
{
    arms_with_a_resource(self);
    exits_normally(self);
}

static void timers_end_with_their_owner(void)
{
    open_two();
    released = 0;
    delay = 10;
    fixture_let(a, arms_with_a_resource_and_ends);
    ck_assert_int_eq(released, 1);
    fixture_advance(100);
    ck_assert_int_eq(fixture_count(b, TAG_A), 0);
    fixture_close();
}

static void a_cancelled_resource_is_released(void)
{
    open_two();
    released = 0;
    delay = 10;
    fixture_let(a, arms_with_a_resource);
    fixture_let(a, cancels);
    ck_assert_int_eq(released, 1);
    fixture_close();
    ck_assert_int_eq(released, 1);
}

static void a_resource_in_a_timer_at_the_end_of_the_system_is_released(void)
{
    open_two();
    released = 0;
    delay = 10;
    fixture_let(a, arms_with_a_resource);
    fixture_close();
    ck_assert_int_eq(released, 1);
}

static void what_a_timer_sends_to_the_dead_is_a_dead_letter(void)
{
    open_two();
    released = 0;
    delay = 10;
    fixture_let(a, arms_with_a_resource);
    fixture_let(b, exits_normally);
    fixture_advance(10);
    ck_assert_int_eq(released, 1);
    ck_assert_int_eq(fixture_dead_letters(ACT_NO_ACTOR), 1);
    fixture_close();
}

/*
 * The clock stands on the very millisecond, and neither has run yet: cancelled or fired, never
 * both.
 */
static void cancel_and_fire_at_once_are_one_of_both(void)
{
    open_two();
    let_arm(10);
    fixture_advance(9);
    fixture_tell_to(a, cancels);
    fixture_advance(1);
    ck_assert_int_eq(fixture_count(b, TAG_A), result == ACT_NOT_FOUND);
    fixture_close();
}

static act_millis before, after;

static void looks_at_the_clock(act_self *self)
{
    before = act_now(self);
    fixture_message = NULL;
    after = act_now(self);
}

static void the_clock_is_virtual(void)
{
    open_two();
    fixture_let(a, looks_at_the_clock);
    ck_assert(before == 0 && after == 0);
    fixture_advance(12345);
    fixture_let(a, looks_at_the_clock);
    ck_assert(before == 12345 && after == 12345);
    ck_assert_int_eq(act_simulation_now(fixture.simulation), 12345);
    ck_assert_int_eq(act_simulation_advance(fixture.simulation, -1, 0), ACT_INVALID);
    fixture_close();
}

static void looks_at_the_clock_when_it_ends(act_self *self, void *state, act_exit_reason why)
{
    (void)state;
    (void)why;
    looks_at_the_clock(self);
}

static const act_behavior clocked = {
    .name = "clocked", .receive = scripted_receive, .terminate = looks_at_the_clock_when_it_ends};

static void the_clock_is_looked_at_anew_in_terminate(void)
{
    open_two();
    act_pid c = fixture_spawn_as(&clocked, NULL, NULL);
    fixture_let(c, looks_at_the_clock);
    fixture_advance(12345);
    ck_assert_int_eq(act_system_exit_actor(fixture.system, c,
                                           act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)),
                     ACT_OK);
    fixture_run();
    ck_assert(before == 12345 && after == 12345);
    fixture_close();
}

static void ticks(act_self *self, void *state, const act_message *message)
{
    act_ref ref;
    (void)message;
    if (++*(int *)state < 1000)
        ck_assert_int_eq(
            act_tell_after_value(self, &ref, act_self_pid(self), TAG_A, act_nothing(), 7), ACT_OK);
    else
        after = act_now(self);
}

static const act_behavior ticker = {.name = "ticker", .state_bytes = sizeof(int), .receive = ticks};

static void a_ticker_does_not_drift(void)
{
    open_two();
    act_pid t = fixture_spawn_as(&ticker, NULL, NULL);
    act_system_tell_value(fixture.system, t, TAG_A, act_nothing());
    after = 0;
    fixture_advance(10000);
    ck_assert_int_eq(after, 999 * 7);
    fixture_close();
}

const struct kit_case kit_cases[] = {
    FIXTURE_CASE(a_timer_fires_in_its_millisecond),
    FIXTURE_CASE(a_delay_of_0_is_over_within_a_millisecond),
    FIXTURE_CASE(a_delay_out_of_range_is_refused),
    FIXTURE_CASE(timers_of_one_millisecond_fire_in_the_order_they_were_armed),
    FIXTURE_CASE(timers_fire_in_the_order_they_are_due),
    FIXTURE_CASE(a_cancelled_timer_does_not_fire),
    FIXTURE_CASE(a_timer_that_has_fired_cannot_be_cancelled),
    FIXTURE_CASE(one_of_many_can_be_cancelled),
    FIXTURE_CASE(a_stranger_cannot_cancel),
    FIXTURE_CASE(what_is_no_timer_cannot_be_cancelled),
    FIXTURE_CASE(a_cancelled_timer_is_used_again),
    FIXTURE_CASE(timers_end_with_their_owner),
    FIXTURE_CASE(a_cancelled_resource_is_released),
    FIXTURE_CASE(a_resource_in_a_timer_at_the_end_of_the_system_is_released),
    FIXTURE_CASE(what_a_timer_sends_to_the_dead_is_a_dead_letter),
    FIXTURE_CASE(cancel_and_fire_at_once_are_one_of_both),
    FIXTURE_CASE(the_clock_is_virtual),
    FIXTURE_CASE(the_clock_is_looked_at_anew_in_terminate),
    FIXTURE_CASE(a_ticker_does_not_drift),
    END_OF_CASES,
};
