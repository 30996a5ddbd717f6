/* The demonstration's latencies: what it prints is what was measured. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/demo/demo.h>

#include <test/kit/kit.h>

static struct demo_numbers numbers;

static void note_all(int64_t from, int64_t to)
{
    for (int64_t i = from; i <= to; i++)
        demo_note_latency(&numbers, i);
}

/* A bucket begins at most 1/16 below what it counts. */
static void assert_about(double milliseconds, double expected)
{
    ck_assert_double_le(milliseconds, expected);
    ck_assert_double_ge(milliseconds, expected - expected / LATENCY_STEPS);
}

static void nothing_noted_is_zero(void)
{
    struct demo_latencies latencies = demo_take_latencies(&numbers);
    ck_assert_double_eq(latencies.p50, 0);
    ck_assert_double_eq(latencies.p99, 0);
    ck_assert_double_eq(latencies.max, 0);
}

static void one_latency_is_every_percentile(void)
{
    for (int64_t i = 0; i < INT64_C(1) << 34; i = i * 5 / 4 + 1) {
        demo_note_latency(&numbers, i);
        struct demo_latencies latencies = demo_take_latencies(&numbers);
        assert_about(latencies.p50, (double)i / 1000);
        ck_assert_double_eq(latencies.p50, latencies.p99);
        ck_assert_double_eq(latencies.p50, latencies.max);
    }
}

static void small_latencies_are_exact(void)
{
    note_all(1, 10);
    struct demo_latencies latencies = demo_take_latencies(&numbers);
    ck_assert_double_eq(latencies.p50, 0.005);
    ck_assert_double_eq(latencies.p99, 0.010);
    ck_assert_double_eq(latencies.max, 0.010);
}

static void percentiles_cut_where_they_say(void)
{
    note_all(1, 100000);
    struct demo_latencies latencies = demo_take_latencies(&numbers);
    assert_about(latencies.p50, 50);
    assert_about(latencies.p99, 99);
    assert_about(latencies.max, 100);
}

static void one_in_a_hundred_is_not_the_p99(void)
{
    for (int i = 0; i < 99; i++)
        demo_note_latency(&numbers, 10);
    demo_note_latency(&numbers, 1000000);
    struct demo_latencies latencies = demo_take_latencies(&numbers);
    ck_assert_double_eq(latencies.p99, 0.010);
    assert_about(latencies.max, 1000);
}

static void a_second_starts_from_nothing(void)
{
    note_all(1, 1000);
    (void)demo_take_latencies(&numbers);
    nothing_noted_is_zero();
}

static void what_is_out_of_range_counts_at_the_ends(void)
{
    demo_note_latency(&numbers, -5);
    struct demo_latencies latencies = demo_take_latencies(&numbers);
    ck_assert_double_eq(latencies.max, 0);
    demo_note_latency(&numbers, INT64_MAX);
    latencies = demo_take_latencies(&numbers);
    ck_assert_double_ge(latencies.max, 1e6);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(nothing_noted_is_zero),
    TEST_CASE(one_latency_is_every_percentile),
    TEST_CASE(small_latencies_are_exact),
    TEST_CASE(percentiles_cut_where_they_say),
    TEST_CASE(one_in_a_hundred_is_not_the_p99),
    TEST_CASE(a_second_starts_from_nothing),
    TEST_CASE(what_is_out_of_range_counts_at_the_ends),
    END_OF_CASES,
};
