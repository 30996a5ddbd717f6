/* Timers as actors have them, in virtual time. */
/* SPDX-License-Identifier: MIT */
#include <test/actor/lab.h>

static act_pid    a, b;
static act_ref    refs[16];
static act_millis delay;
static act_result result;

static void open_two(void)
{
    lab_open();
    a = lab_spawn();
    b = lab_spawn();
}

static void arms(act_self *self)
{
    result = act_tell_value_after(self, &lab_ref, b, TAG_A, act_int64(1), delay);
}

static void let_arm(act_millis how_long)
{
    delay = how_long;
    lab_let(a, arms);
}

static void a_timer_fires_in_its_millisecond(void)
{
    static const act_millis delays[] = {1,    2,    63,   64,     65,
                                        4095, 4096, 4097, 100000, (act_millis)1 << 40};
    open_two();
    for (int i = 0; i < (int)(sizeof delays / sizeof delays[0]); i++) {
        let_arm(delays[i]);
        lab_advance(delays[i] - 1);
        ck_assert_int_eq(lab_count(b, TAG_A), i);
        lab_advance(1);
        ck_assert_int_eq(lab_count(b, TAG_A), i + 1);
        ck_assert(act_pid_equal(lab_nth(b, TAG_A, i)->sender, a));
    }
    lab_close();
}

static void a_delay_of_0_is_over_within_a_millisecond(void)
{
    open_two();
    let_arm(0);
    lab_advance(1);
    ck_assert_int_eq(lab_count(b, TAG_A), 1);
    lab_close();
}

static int released;

static void release(void *nothing)
{
    (void)nothing;
    released++;
}

static void arms_with_a_resource(act_self *self)
{
    result = act_tell_value_after(self, &lab_ref, b, TAG_A, act_resource_value(&released, release),
                                  delay);
}

static void a_delay_out_of_range_is_refused(void)
{
    static const act_millis bad[] = {-1, -2, INT64_MIN, ((act_millis)1 << 40) + 1, INT64_MAX};
    open_two();
    released = 0;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        delay = bad[i];
        lab_let(a, arms_with_a_resource);
        ck_assert_int_eq(result, ACT_INVALID);
        ck_assert_int_eq(released, 0); /* still the caller's */
    }
    lab_close();
}

static void arms_many_for_one_moment(act_self *self)
{
    for (int i = 0; i < 16; i++)
        ck_assert_int_eq(act_tell_value_after(self, &refs[i], b, TAG_A, act_int64(i), 50), ACT_OK);
}

static void timers_of_one_millisecond_fire_in_the_order_they_were_armed(void)
{
    open_two();
    lab_let(a, arms_many_for_one_moment);
    lab_advance(50);
    ck_assert_int_eq(lab_count(b, TAG_A), 16);
    for (int i = 0; i < 16; i++)
        ck_assert_int_eq((int)lab_nth(b, TAG_A, i)->value, i);
    lab_close();
}

static void arms_backwards(act_self *self)
{
    for (int i = 15; i >= 0; i--)
        ck_assert_int_eq(act_tell_value_after(self, &refs[i], b, TAG_A, act_int64(i), 100 * i + 1),
                         ACT_OK);
}

static void timers_fire_in_the_order_they_are_due(void)
{
    open_two();
    lab_let(a, arms_backwards);
    lab_advance(2000);
    ck_assert_int_eq(lab_count(b, TAG_A), 16);
    for (int i = 0; i < 16; i++)
        ck_assert_int_eq((int)lab_nth(b, TAG_A, i)->value, i);
    lab_close();
}

static void cancels(act_self *self)
{
    result = act_cancel_timer(self, lab_ref);
}

static void a_cancelled_timer_does_not_fire(void)
{
    open_two();
    let_arm(100);
    lab_advance(99);
    lab_let(a, cancels);
    ck_assert_int_eq(result, ACT_OK);
    lab_let(a, cancels);
    ck_assert_int_eq(result, ACT_NOT_FOUND);
    lab_advance(1000);
    ck_assert_int_eq(lab_count(b, TAG_A), 0);
    lab_close();
}

static void a_timer_that_has_fired_cannot_be_cancelled(void)
{
    open_two();
    let_arm(10);
    lab_advance(10);
    lab_let(a, cancels);
    ck_assert_int_eq(result, ACT_NOT_FOUND);
    ck_assert_int_eq(lab_count(b, TAG_A), 1);
    lab_close();
}

static void cancels_the_odd_ones(act_self *self)
{
    for (int i = 1; i < 16; i += 2)
        ck_assert_int_eq(act_cancel_timer(self, refs[i]), ACT_OK);
}

static void one_of_many_can_be_cancelled(void)
{
    open_two();
    lab_let(a, arms_many_for_one_moment);
    lab_let(a, cancels_the_odd_ones);
    lab_advance(50);
    ck_assert_int_eq(lab_count(b, TAG_A), 8);
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq((int)lab_nth(b, TAG_A, i)->value, 2 * i);
    lab_close();
}

static void a_stranger_cannot_cancel(void)
{
    open_two();
    let_arm(10);
    lab_let(b, cancels);
    ck_assert_int_eq(result, ACT_NOT_FOUND);
    lab_advance(10);
    ck_assert_int_eq(lab_count(b, TAG_A), 1);
    lab_close();
}

static void cancels_all_sorts(act_self *self)
{
    static const uint64_t none[] = {
        0, 1, 2, 3, 77, UINT64_MAX, UINT64_C(1) << 40 | 1, UINT64_C(3) << 29 | 3};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        ck_assert_int_eq(act_cancel_timer(self, (act_ref){none[i]}), ACT_NOT_FOUND);
    monitors(self); /* a reference, but not a timer's */
    ck_assert_int_eq(act_cancel_timer(self, lab_ref), ACT_NOT_FOUND);
}

static void what_is_no_timer_cannot_be_cancelled(void)
{
    open_two();
    lab_let_about(a, cancels_all_sorts, b);
    lab_let(b, panics);
    ck_assert_int_eq(lab_count(a, ACT_MESSAGE_DOWN), 1);
    lab_close();
}

static void arms_and_cancels_in_turns(act_self *self)
{
    act_ref ref;
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(act_tell_value_after(self, &ref, b, TAG_B, act_nothing(), i * 13 % 977),
                         ACT_OK);
        ck_assert_int_eq(act_cancel_timer(self, ref), ACT_OK);
        ck_assert_int_eq(act_cancel_timer(self, ref), ACT_NOT_FOUND);
    }
}

static void a_cancelled_timer_is_used_again(void)
{
    open_two();
    lab_let(a, arms_and_cancels_in_turns);
    lab_advance(2000);
    ck_assert_int_eq(lab_count(b, TAG_B), 0);
    lab_close();
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
    lab_let(a, arms_with_a_resource_and_ends);
    ck_assert_int_eq(released, 1);
    lab_advance(100);
    ck_assert_int_eq(lab_count(b, TAG_A), 0);
    lab_close();
}

static void a_cancelled_resource_is_released(void)
{
    open_two();
    released = 0;
    delay = 10;
    lab_let(a, arms_with_a_resource);
    lab_let(a, cancels);
    ck_assert_int_eq(released, 1);
    lab_close();
    ck_assert_int_eq(released, 1);
}

static void a_resource_in_a_timer_at_the_end_of_the_system_is_released(void)
{
    open_two();
    released = 0;
    delay = 10;
    lab_let(a, arms_with_a_resource);
    lab_close();
    ck_assert_int_eq(released, 1);
}

static void what_a_timer_sends_to_the_dead_is_a_dead_letter(void)
{
    open_two();
    released = 0;
    delay = 10;
    lab_let(a, arms_with_a_resource);
    lab_let(b, exits_normally);
    lab_advance(10);
    ck_assert_int_eq(released, 1);
    ck_assert_int_eq(lab_letters(ACT_NO_ACTOR), 1);
    lab_close();
}

/*
 * The clock stands on the very millisecond, and neither has run yet: cancelled or fired, never
 * both.
 */
static void cancel_and_fire_at_once_are_one_of_both(void)
{
    open_two();
    let_arm(10);
    lab_advance(9);
    lab_tell_to(a, cancels);
    lab_advance(1);
    ck_assert_int_eq(lab_count(b, TAG_A), result == ACT_NOT_FOUND);
    lab_close();
}

static act_millis before, after;

static void looks_at_the_clock(act_self *self)
{
    before = act_now(self);
    lab_message = NULL;
    after = act_now(self);
}

static void the_clock_is_virtual(void)
{
    open_two();
    lab_let(a, looks_at_the_clock);
    ck_assert(before == 0 && after == 0);
    lab_advance(12345);
    lab_let(a, looks_at_the_clock);
    ck_assert(before == 12345 && after == 12345);
    ck_assert_int_eq(act_simulation_now(lab.simulation), 12345);
    ck_assert_int_eq(act_simulation_advance(lab.simulation, -1, 0), ACT_INVALID);
    lab_close();
}

static void looks_at_the_clock_when_it_ends(act_self *self, void *state, act_exit_reason why)
{
    (void)state;
    (void)why;
    looks_at_the_clock(self);
}

static const act_behavior clocked = {
    .name = "clocked", .receive = puppet_receive, .terminate = looks_at_the_clock_when_it_ends};

static void the_clock_is_looked_at_anew_in_terminate(void)
{
    open_two();
    act_pid c = lab_spawn_as(&clocked, NULL, NULL);
    lab_let(c, looks_at_the_clock);
    lab_advance(12345);
    ck_assert_int_eq(
        act_system_exit(lab.system, c, act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)), ACT_OK);
    lab_run();
    ck_assert(before == 12345 && after == 12345);
    lab_close();
}

static void ticks(act_self *self, void *state, const act_message *message)
{
    act_ref ref;
    (void)message;
    if (++*(int *)state < 1000)
        ck_assert_int_eq(
            act_tell_value_after(self, &ref, act_self_pid(self), TAG_A, act_nothing(), 7), ACT_OK);
    else
        after = act_now(self);
}

static const act_behavior ticker = {.name = "ticker", .state_bytes = sizeof(int), .receive = ticks};

static void a_ticker_does_not_drift(void)
{
    open_two();
    act_pid t = lab_spawn_as(&ticker, NULL, NULL);
    act_system_tell_value(lab.system, t, TAG_A, act_nothing());
    after = 0;
    lab_advance(10000);
    ck_assert_int_eq(after, 999 * 7);
    lab_close();
}

const struct kit_fact kit_facts[] = {
    LAB_FACT(a_timer_fires_in_its_millisecond),
    LAB_FACT(a_delay_of_0_is_over_within_a_millisecond),
    LAB_FACT(a_delay_out_of_range_is_refused),
    LAB_FACT(timers_of_one_millisecond_fire_in_the_order_they_were_armed),
    LAB_FACT(timers_fire_in_the_order_they_are_due),
    LAB_FACT(a_cancelled_timer_does_not_fire),
    LAB_FACT(a_timer_that_has_fired_cannot_be_cancelled),
    LAB_FACT(one_of_many_can_be_cancelled),
    LAB_FACT(a_stranger_cannot_cancel),
    LAB_FACT(what_is_no_timer_cannot_be_cancelled),
    LAB_FACT(a_cancelled_timer_is_used_again),
    LAB_FACT(timers_end_with_their_owner),
    LAB_FACT(a_cancelled_resource_is_released),
    LAB_FACT(a_resource_in_a_timer_at_the_end_of_the_system_is_released),
    LAB_FACT(what_a_timer_sends_to_the_dead_is_a_dead_letter),
    LAB_FACT(cancel_and_fire_at_once_are_one_of_both),
    LAB_FACT(the_clock_is_virtual),
    LAB_FACT(the_clock_is_looked_at_anew_in_terminate),
    LAB_FACT(a_ticker_does_not_drift),
    END_OF_FACTS,
};
