/* The timing wheel against a sorted list: nothing early, late, lost, twice or out of order. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <actor/time/wheel.h>
#include <mailbox/base/random.h>
#include <test/kit/kit.h>

enum { TIMERS = 100000 };

static struct act__timer_wheel wheel;
static struct act__timer       timers[TIMERS];
static uint64_t                armed_at[TIMERS]; /* the how-manieth arming this was; 0: not in
                                                    the wheel */
static uint64_t                armings;
static struct act__random      random_bits;

static struct act__timer *timer_of(struct act__list *slot)
{
    return act__container(slot, struct act__timer, slot);
}

static void arm(int i, act_millis due)
{
    timers[i].due = due;
    armed_at[i] = ++armings;
    act__list_init(&timers[i].slot);
    act__wheel_add(&wheel, &timers[i]);
}

static int earlier(const void *x, const void *y)
{
    int i = *(const int *)x, j = *(const int *)y;
    if (timers[i].due != timers[j].due)
        return timers[i].due < timers[j].due ? -1 : 1;
    return armed_at[i] < armed_at[j] ? -1 : 1;
}

/* What the wheel gives for this step is exactly what a sort of all that are armed says. */
static int sorted[TIMERS], sorted_count, sorted_next;

static void sort_all(void)
{
    sorted_count = sorted_next = 0;
    for (int i = 0; i < TIMERS; i++)
        if (armed_at[i] != 0)
            sorted[sorted_count++] = i;
    qsort(sorted, (size_t)sorted_count, sizeof sorted[0], earlier);
}

static void advance_and_compare(act_millis now)
{
    struct act__list due;
    if (act__random_next(&random_bits) % 2 == 0)
        act__wheel_spread(&wheel);
    act__list_init(&due);
    act__wheel_advance(&wheel, now, &due);
    while (!act__list_is_empty(&due)) {
        struct act__timer *timer = timer_of(due.next);
        act__list_remove(&timer->slot);
        while (sorted_next < sorted_count && armed_at[sorted[sorted_next]] == 0)
            sorted_next++; /* cancelled */
        ck_assert_int_lt(sorted_next, sorted_count);
        ck_assert_int_eq((int)(timer - timers), sorted[sorted_next]);
        ck_assert_int_le(timer->due, now);
        armed_at[sorted[sorted_next++]] = 0;
    }
    while (sorted_next < sorted_count && armed_at[sorted[sorted_next]] == 0)
        sorted_next++;
    if (sorted_next < sorted_count) {
        ck_assert_int_gt(timers[sorted[sorted_next]].due, now);
        act_millis next = act__wheel_next(&wheel);
        ck_assert(next != ACT_FOREVER && next > now && next <= timers[sorted[sorted_next]].due);
    }
}

static uint64_t below(uint64_t bound)
{
    return act__random_next(&random_bits) % bound;
}

/* Spans of all lengths are as likely as each other. */
static act_millis some_span(int bits_max)
{
    return 1 + (act_millis)below(UINT64_C(1) << below((uint64_t)bits_max + 1));
}

static void timers_fire_as_a_sorted_list_says(void)
{
    static const int bits[] = {3, 6, 12, 18, 24, 30, 36, 40};
    act_millis       start = kit_round() % 2 == 0 ? 0 : (act_millis)below(UINT64_C(1) << 41);
    act__random_seed(&random_bits, (uint64_t)kit_round());
    act__wheel_init(&wheel, start);
    memset(armed_at, 0, sizeof armed_at);
    int bits_max = bits[kit_round() % 8];
    for (int i = 0; i < TIMERS; i++)
        arm(i, start + some_span(bits_max));
    sort_all();
    for (int i = 0; i < TIMERS / 4; i++) { /* some are cancelled, before and while others fire */
        int victim = (int)below(TIMERS);
        act__wheel_remove(&wheel, &timers[victim]);
        armed_at[victim] = 0;
    }
    act_millis now = start, end = start + ((act_millis)1 << bits_max) + 1;
    while (now < end) {
        now += some_span(bits_max);
        advance_and_compare(now);
        int victim = (int)below(TIMERS);
        act__wheel_remove(&wheel, &timers[victim]);
        armed_at[victim] = 0;
    }
    while (sorted_next < sorted_count && armed_at[sorted[sorted_next]] == 0)
        sorted_next++;
    ck_assert_int_eq(sorted_next, sorted_count);
}

/* Arming goes on while time does: few at once, so that sorting each time is quick. */
static void timers_armed_on_the_way_fire_in_order(void)
{
    static const int bits[] = {4, 7, 13, 20, 40};
    enum { FEW = 40 };
    act__random_seed(&random_bits, (uint64_t)kit_round() + 1000);
    act_millis now = (act_millis)below(UINT64_C(1) << 30);
    act__wheel_init(&wheel, now);
    memset(armed_at, 0, sizeof armed_at);
    for (int step = 0; step < 5000; step++) {
        int bits_max = bits[below(5)];
        for (int i = 0; i < FEW; i++)
            if (armed_at[i] == 0 && below(3) == 0)
                arm(i, now + some_span(bits_max));
        sorted_count = sorted_next = 0;
        for (int i = 0; i < FEW; i++)
            if (armed_at[i] != 0)
                sorted[sorted_count++] = i;
        qsort(sorted, (size_t)sorted_count, sizeof sorted[0], earlier);
        now += some_span(bits[below(5)]) - 1;
        advance_and_compare(now);
    }
}

/* Following act__wheel_next, as an idle worker does, no timer is late by a millisecond. */
static void nothing_is_late_when_the_wheel_is_asked(void)
{
    act__random_seed(&random_bits, (uint64_t)kit_round());
    act__wheel_init(&wheel, 0);
    memset(armed_at, 0, sizeof armed_at);
    enum { FEW = 1000 };
    for (int i = 0; i < FEW; i++)
        arm(i, some_span(40));
    int steps = 0, fired = 0;
    for (act_millis next; (next = act__wheel_next(&wheel)) != ACT_FOREVER; steps++) {
        struct act__list due;
        act__list_init(&due);
        act__wheel_advance(&wheel, next, &due);
        while (!act__list_is_empty(&due)) {
            struct act__timer *timer = timer_of(due.next);
            act__list_remove(&timer->slot);
            ck_assert_int_eq(timer->due, next);
            fired++;
        }
    }
    ck_assert_int_eq(fired, FEW);
    ck_assert_int_lt(steps, 7 * FEW);
}

static void what_is_due_already_fires_in_the_next_millisecond(void)
{
    struct act__list due;
    act__wheel_init(&wheel, 1000);
    arm(0, 1000);
    arm(1, 5);
    arm(2, 1001);
    ck_assert_int_eq(act__wheel_next(&wheel), 1001);
    act__list_init(&due);
    act__wheel_advance(&wheel, 1000, &due);
    ck_assert(act__list_is_empty(&due));
    act__wheel_advance(&wheel, 1001, &due);
    for (int i = 0; i < 3; i++) {
        ck_assert_ptr_eq(timer_of(due.next), &timers[i]);
        act__list_remove(due.next);
    }
    ck_assert(act__list_is_empty(&due));
}

/*
 * The next millisecond begins a slot of a coarser level with a timer in it, which is then spread.
 */
static void what_is_due_already_fires_in_the_next_millisecond_also_where_a_slot_is_spread(void)
{
    struct act__list due;
    act__wheel_init(&wheel, 0);
    arm(0, 2060);
    act__list_init(&due);
    act__wheel_advance(&wheel, 2047, &due);
    arm(1, 2047);
    act__wheel_spread(&wheel);
    ck_assert_int_eq(act__wheel_next(&wheel), 2048);
    act__wheel_advance(&wheel, 2048, &due);
    ck_assert_ptr_eq(timer_of(due.next), &timers[1]);
    act__list_remove(due.next);
    ck_assert(act__list_is_empty(&due));
}

static void a_timer_fires_also_where_the_coarsest_level_begins_again(void)
{
    const act_millis slot = (act_millis)1
                            << (ACT__WHEEL_FINE_BITS + (ACT__WHEEL_LEVELS - 2) * ACT__WHEEL_BITS);
    const act_millis turn = slot << (ACT__WHEEL_BITS + 1); /* where its slots are counted from 0
                                                              again */
    act__wheel_init(&wheel, turn - 10);
    memset(armed_at, 0, sizeof armed_at);
    arm(2, turn + 2 * slot + 7); /* in the coarsest level, alone */
    sort_all();
    advance_and_compare(turn - 10);
    arm(0, turn - 1);
    arm(1, turn + 5);
    sort_all();
    for (act_millis now = turn - 10; now < turn + 20; now++)
        advance_and_compare(now);
    advance_and_compare(turn + 3 * slot);
    ck_assert_int_eq(sorted_next, 3);
}

static bool finest_has(unsigned slots)
{
    for (unsigned slot = 0; slot < slots; slot++)
        if (!act__list_is_empty(&wheel.slots[slot]))
            return true;
    return false;
}

static void what_is_spread_before_its_time_is_not_spread_then(void)
{
    enum { ROUND = 1 << ACT__WHEEL_FINE_BITS, SOON = 3 * ROUND };
    act__wheel_init(&wheel, 0);
    memset(armed_at, 0, sizeof armed_at);
    for (int i = 0; i < 2 * ACT__WHEEL_SPREAD; i++)
        arm(i, SOON + i % ROUND);
    sort_all();
    advance_and_compare(ROUND);
    ck_assert(!finest_has(2 * ROUND));
    advance_and_compare(2 * ROUND); /* the next round of the finest level is now theirs */
    for (int i = 0; i < 2; i++)
        act__wheel_spread(&wheel);
    ck_assert(act__list_is_empty(&wheel.slots[2 * ROUND + SOON / ROUND]));
    ck_assert(finest_has(2 * ROUND));
    for (act_millis now = 2 * ROUND; now < SOON + ROUND; now++)
        advance_and_compare(now);
    ck_assert_int_eq(sorted_next, sorted_count);
}

static void one_armed_while_its_slot_is_spread_fires_behind_those_armed_before(void)
{
    enum { ROUND = 1 << ACT__WHEEL_FINE_BITS, DUE = 3 * ROUND + 7 };
    act__wheel_init(&wheel, 0);
    memset(armed_at, 0, sizeof armed_at);
    for (int i = 0; i < ACT__WHEEL_SPREAD + 10; i++)
        arm(i, DUE);
    sort_all();
    advance_and_compare(2 * ROUND);
    act__wheel_spread(&wheel); /* all but ten */
    arm(ACT__WHEEL_SPREAD + 10, DUE);
    sort_all();
    advance_and_compare(DUE);
    ck_assert_int_eq(sorted_next, ACT__WHEEL_SPREAD + 11);
}

static void an_empty_wheel_wants_nothing(void)
{
    struct act__list due;
    act__wheel_init(&wheel, 7);
    ck_assert_int_eq(act__wheel_next(&wheel), ACT_FOREVER);
    act__list_init(&due);
    act__wheel_advance(&wheel, (act_millis)1 << 60, &due);
    ck_assert(act__list_is_empty(&due));
    ck_assert_int_eq(act__wheel_next(&wheel), ACT_FOREVER);
}

static void a_wheel_of_cancelled_timers_becomes_empty(void)
{
    struct act__list due;
    act__wheel_init(&wheel, 0);
    for (int i = 0; i < 1000; i++)
        arm(i, 1 + 3 * i);
    for (int i = 0; i < 1000; i++)
        act__wheel_remove(&wheel, &timers[i]);
    act__list_init(&due);
    act__wheel_advance(&wheel, 5000, &due);
    ck_assert(act__list_is_empty(&due));
    ck_assert_int_eq(act__wheel_next(&wheel), ACT_FOREVER);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(timers_fire_as_a_sorted_list_says, .rounds = 16, .timeout_seconds = 60),
    TEST_CASE(timers_armed_on_the_way_fire_in_order, .rounds = 20, .timeout_seconds = 60),
    TEST_CASE(nothing_is_late_when_the_wheel_is_asked, .rounds = 20),
    TEST_CASE(what_is_due_already_fires_in_the_next_millisecond),
    TEST_CASE(what_is_due_already_fires_in_the_next_millisecond_also_where_a_slot_is_spread),
    TEST_CASE(a_timer_fires_also_where_the_coarsest_level_begins_again),
    TEST_CASE(what_is_spread_before_its_time_is_not_spread_then),
    TEST_CASE(one_armed_while_its_slot_is_spread_fires_behind_those_armed_before),
    TEST_CASE(an_empty_wheel_wants_nothing),
    TEST_CASE(a_wheel_of_cancelled_timers_becomes_empty),
    END_OF_CASES,
};
