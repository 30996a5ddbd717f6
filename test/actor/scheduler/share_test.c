/* What an idle worker takes from another, and what it leaves there; without threads. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <actor/scheduler/worker_pool.h>
#include <test/kit/kit.h>

enum { WORKERS = 3, TASKS = 64, SHORT = 100, LONG = 10000 }; /* nanoseconds of a turn */
#define SOON INT64_C(1000000000000000000) /* its owner is not late, whatever the time is */

static struct act__worker_pool pool;
static struct act__station     stations[WORKERS];
static struct act__pool_thread threads[WORKERS];
static struct act__task        tasks[TASKS];

static struct act__station *const owner = &stations[0], *const thief = &stations[1];

/* The owner has a look at the clock behind it, and turns take so long. */
static void begin(uint32_t turn_time)
{
    memset(&pool, 0, sizeof pool);
    memset(stations, 0, sizeof stations);
    memset(threads, 0, sizeof threads);
    pool.base.workers_count = WORKERS;
    pool.stations = stations;
    for (int i = 0; i < WORKERS; i++) {
        act__share_init(&stations[i].share);
        act__store(&stations[i].share.looked, SOON);
        threads[i].station = &stations[i];
    }
    act__store(&owner->share.turn_time, turn_time);
}

static void queue(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        ck_assert(act__run_queue_push(&owner->run_queue, &tasks[i]));
}

static struct act__task *steal(void)
{
    return act__share_steal(&pool, &threads[1]);
}

/* --------------------------------------------------------------------------- what is left alone */

static void a_queue_that_is_soon_run_is_left_to_its_owner(void)
{
    begin(SHORT);
    queue(TASKS);
    ck_assert_ptr_null(steal());
    ck_assert_uint_eq(act__run_queue_count(&owner->run_queue), TASKS);
}

static void half_of_a_queue_is_taken_in_which_the_last_would_wait_long(void)
{
    begin(LONG);
    queue(1);
    ck_assert_ptr_null(steal());
    queue(3);
    ck_assert_ptr_nonnull(steal());
    ck_assert_uint_eq(act__run_queue_count(&owner->run_queue), 2);
    ck_assert_uint_eq(act__run_queue_count(&thief->run_queue), 1);
}

static void one_that_waits_for_an_owner_that_is_late_is_taken(void)
{
    begin(SHORT);
    queue(1);
    ck_assert_ptr_null(steal());
    act__store(&owner->share.looked, -SOON);
    ck_assert_ptr_eq(steal(), &tasks[0]);
}

static void a_newborn_is_taken_when_it_has_been_the_oldest_for_a_while(void)
{
    begin(LONG);
    for (int i = 0; i < 3; i++)
        ck_assert(act__steal_deque_push(&owner->newborns, &tasks[i]));
    ck_assert_ptr_null(steal());
    uint64_t seen = act__load(&owner->share.oldest_seen);
    act__store(&owner->share.oldest_seen, seen - (UINT64_C(1000) << 32)); /* microseconds */
    ck_assert_ptr_eq(steal(), &tasks[0]);
    ck_assert_ptr_null(steal()); /* the next has been that for no time */
}

static void newborns_of_an_owner_that_runs_them_are_left_to_it(void)
{
    begin(LONG);
    for (int i = 0; i < 3; i++) {
        ck_assert(act__steal_deque_push(&owner->newborns, &tasks[i]));
        ck_assert_ptr_null(steal());
        ck_assert_ptr_eq(act__steal_deque_youngest(&owner->newborns), &tasks[i]);
        ck_assert_ptr_null(steal()); /* that nothing waits is noted, too */
        ck_assert_uint_eq(act__load(&owner->share.oldest_seen), 0);
    }
}

/* ------------------------------------------------------------------------ how long a turn takes */

static void the_time_of_a_turn_follows_what_is_measured(void)
{
    struct act__share share;
    act__share_init(&share);
    act__share_measure(&share, INT64_C(64) * SHORT, 64);
    ck_assert_uint_eq(act__load(&share.turn_time), SHORT);
    act__share_measure(&share, INT64_C(64) * SHORT + 6400, 1); /* one of 64 that was long */
    ck_assert_uint_eq(act__load(&share.turn_time), SHORT + (64 * SHORT + 6400 - SHORT) / 64);
}

static void what_is_not_the_time_of_so_many_turns_is_not_counted(void)
{
    struct act__share share;
    act__share_init(&share);
    uint32_t first = act__load(&share.turn_time);
    act__share_measure(&share, LONG, 0);
    act__share_measure(&share, LONG, UINT32_MAX - 5); /* of a thread that has counted less */
    ck_assert_uint_eq(act__load(&share.turn_time), first);
    act__share_measure(&share, INT64_MAX / 2, 64);
    ck_assert_uint_gt(act__load(&share.turn_time), first);
}

/* ----------------------------------------------------------------------------------- the sentry */

static void one_worker_looks_again_while_something_waits(void)
{
    begin(SHORT);
    ck_assert_uint_eq(act__share_watch(&pool, thief), 0);
    ck_assert(!pool.has_sentry);
    queue(1);
    uint32_t first = act__share_watch(&pool, thief), second = act__share_watch(&pool, thief);
    ck_assert_uint_gt(first, 0);
    ck_assert_uint_eq(second, 2 * first);
    ck_assert(pool.has_sentry);
    ck_assert_uint_eq(act__share_watch(&pool, &stations[2]), 0); /* one is enough */
    ck_assert(!act__share_relieve(&pool, &stations[2]));
    ck_assert(act__share_relieve(&pool, thief));
    ck_assert_uint_gt(act__share_watch(&pool, &stations[2]), 0);
}

static void it_looks_a_few_times_more_when_nothing_waits(void)
{
    begin(SHORT);
    queue(1);
    ck_assert_uint_gt(act__share_watch(&pool, thief), 0);
    ck_assert_ptr_nonnull(act__run_queue_pop(&owner->run_queue));
    ck_assert_uint_gt(act__share_watch(&pool, thief), 0);
    int looks = 1;
    while (act__share_watch(&pool, thief) != 0)
        ck_assert_int_lt(looks++, 10);
    ck_assert(!pool.has_sentry);
}

static void its_pauses_grow_until_what_it_takes_keeps_it_busy(void)
{
    begin(SHORT);
    queue(1);
    uint32_t first = act__share_watch(&pool, thief), pause = first, before;
    do {
        before = pause;
        pause = act__share_watch(&pool, thief);
    } while (pause != before);
    ck_assert_uint_gt(pause, 10 * first);
    thief->share.stole_at = INT64_MAX; /* just now */
    ck_assert_uint_eq(act__share_watch(&pool, thief), pause);
    thief->share.stole_at = -SOON;
    ck_assert_uint_eq(act__share_watch(&pool, thief), first);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_queue_that_is_soon_run_is_left_to_its_owner),
    TEST_CASE(half_of_a_queue_is_taken_in_which_the_last_would_wait_long),
    TEST_CASE(one_that_waits_for_an_owner_that_is_late_is_taken),
    TEST_CASE(a_newborn_is_taken_when_it_has_been_the_oldest_for_a_while),
    TEST_CASE(newborns_of_an_owner_that_runs_them_are_left_to_it),
    TEST_CASE(the_time_of_a_turn_follows_what_is_measured),
    TEST_CASE(what_is_not_the_time_of_so_many_turns_is_not_counted),
    TEST_CASE(one_worker_looks_again_while_something_waits),
    TEST_CASE(it_looks_a_few_times_more_when_nothing_waits),
    TEST_CASE(its_pauses_grow_until_what_it_takes_keeps_it_busy),
    END_OF_CASES,
};
