/* Intensity and period: the edge of the window, and how much memory it may take. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/restart_window.h>

#include <stdlib.h>

#include <mailbox/base/memory.h>
#include <mailbox/base/random.h>
#include <test/kit/kit.h>

static struct act__restart_window window;

static bool allows(act_millis now)
{
    return act__restart_window_allows(&window, now);
}

static void begin(uint32_t intensity, act_millis period)
{
    act__restart_window_init(&window, intensity, period);
}

static void exactly_intensity_restarts_are_allowed(void)
{
    begin(3, 1000);
    ck_assert(allows(0) && allows(10) && allows(20));
    act__restart_window_fini(&window);
}

static void one_more_than_intensity_is_not(void)
{
    begin(3, 1000);
    ck_assert(allows(0) && allows(10) && allows(20));
    ck_assert(!allows(30));
    act__restart_window_fini(&window);
}

static void intensity_zero_allows_none(void)
{
    begin(0, 1000);
    ck_assert(!allows(5));
    act__restart_window_fini(&window);
}

static void a_restart_exactly_period_back_still_counts(void)
{
    begin(1, 1000);
    ck_assert(allows(0));
    ck_assert(!allows(1000));
    act__restart_window_fini(&window);
}

static void a_restart_longer_back_than_period_does_not(void)
{
    begin(1, 1000);
    ck_assert(allows(0));
    ck_assert(allows(1001));
    ck_assert(allows(2002));
    act__restart_window_fini(&window);
}

static void restarts_of_one_millisecond_count_each(void)
{
    begin(1000, 1);
    for (int i = 0; i < 1000; i++)
        ck_assert(allows(7));
    ck_assert(!allows(7));
    act__restart_window_fini(&window);
}

/* Against the rule written down naively: every restart, counted anew each time. */
static void it_agrees_with_counting_all_restarts(void)
{
    enum { RESTARTS = 3000 };
    static act_millis  all[RESTARTS];
    struct act__random random;
    act_millis         now = 0;
    act__random_seed(&random, (uint64_t)kit_round());
    uint32_t   intensity = (uint32_t)(act__random_next(&random) % 40);
    act_millis period = 1 + (act_millis)(act__random_next(&random) % 100);

    begin(intensity, period);
    for (int i = 0; i < RESTARTS; i++) {
        uint32_t count = 0;
        now += (act_millis)(act__random_next(&random) % 6);
        all[i] = now;
        for (int j = i; j >= 0 && now - all[j] <= period; j--)
            count++;
        ck_assert_msg(allows(now) == (count <= intensity), "round %d, restart %d", kit_round(), i);
    }
    act__restart_window_fini(&window);
}

static void the_default_period_is_exact_for_any_intensity(void)
{
    begin(5000, ACT_SECONDS(5));
    for (int i = 0; i < 5000; i++)
        ck_assert(allows(i));
    ck_assert(!allows(5000)); /* the one of 0 is exactly 5 s back */
    ck_assert(!allows(5000));
    act__restart_window_fini(&window);
}

static void a_huge_intensity_takes_no_memory_by_itself(void)
{
    act__memory_fail_at(0, false);
    begin(UINT32_MAX, ACT_SECONDS(3600 * 24));
    ck_assert(allows(1));
    ck_assert_uint_eq(act__memory_requests(), 0);
    act__restart_window_fini(&window);
}

static void a_long_period_takes_bounded_memory(void)
{
    begin(UINT32_MAX, (act_millis)1 << 40);
    for (act_millis i = 0; i < 100000; i++)
        ck_assert(allows(i));
    ck_assert_uint_le(window.capacity, ACT__WINDOW_RUNS_MAX);
    ck_assert_uint_eq(window.total, 100000);
    act__restart_window_fini(&window);
}

static void without_memory_it_never_allows_too_many(void)
{
    struct act__random random;
    act_millis         now = 0, all[300];
    act__random_seed(&random, 1);

    begin(20, 1000);
    act__memory_fail_at(1, true);
    for (int i = 0; i < 300; i++) {
        uint32_t count = 0;
        now += (act_millis)(act__random_next(&random) % 100);
        all[i] = now;
        for (int j = i; j >= 0 && now - all[j] <= 1000; j--)
            count++;
        if (allows(now))
            ck_assert_uint_le(count, 20);
    }
    act__memory_fail_at(0, false);
    act__restart_window_fini(&window);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(exactly_intensity_restarts_are_allowed),
    TEST_CASE(one_more_than_intensity_is_not),
    TEST_CASE(intensity_zero_allows_none),
    TEST_CASE(a_restart_exactly_period_back_still_counts),
    TEST_CASE(a_restart_longer_back_than_period_does_not),
    TEST_CASE(restarts_of_one_millisecond_count_each),
    TEST_CASE(it_agrees_with_counting_all_restarts, .rounds = 50),
    TEST_CASE(the_default_period_is_exact_for_any_intensity),
    TEST_CASE(a_huge_intensity_takes_no_memory_by_itself),
    TEST_CASE(a_long_period_takes_bounded_memory),
    TEST_CASE(without_memory_it_never_allows_too_many),
    END_OF_CASES,
};
