/*
 * When workers sleep and are woken: no wake-up is lost, and none is made that is not needed.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/scheduler/parking.h>

#include <actor/scheduler/inject_queue.h>
#include <actor/scheduler/loop.h>
#include <actor/scheduler/monitor.h>
#include <actor/scheduler/share.h>
#include <actor/scheduler/worker_pool.h>
#include <actor/time/wheel.h>
#include <mailbox/base/gap.h>

/*
 * A worker that found nothing says so (`asleep`, `sleepers`), looks once more, and sleeps in its
 * event loop. A thread that makes work first makes it visible and then reads `sleepers`. All four
 * accesses are sequentially consistent: either the maker sees the sleeper, or the sleeper sees the
 * work when it looks once more.
 *
 * One woken worker at a time looks for work; when it finds some it wakes the next
 * (act__parking_found). So a burst wakes as many workers as there is work for, one after the other,
 * and a single message wakes at most one.
 *
 * What waits in a worker's own queues is looked after by the sentry, a sleeper that looks now and
 * then: share.c. There is one when it is needed, as above: a maker that wakes none has seen it
 * (`has_sentry`), or no sleeper; and a sleeper looks at the queues after it has said that it
 * sleeps, or that it is the sentry no more.
 */

enum { AWAKE, ASLEEP, WOKEN_TO_SEARCH }; /* station->asleep */

static bool claim(struct act__worker_pool *pool, struct act__station *station, uint32_t to)
{
    uint32_t asleep = ASLEEP;
    if (!atomic_compare_exchange_strong_explicit(&station->asleep, &asleep, to,
                                                 memory_order_seq_cst, memory_order_seq_cst))
        return false;
    atomic_fetch_sub_explicit(&pool->sleepers, 1, memory_order_seq_cst);
    return true;
}

/* Returns: whether a sleeper was woken to search. */
static bool wake_a_searcher(struct act__worker_pool *pool)
{
    for (uint32_t i = 0; i < pool->base.workers_count; i++) {
        if (claim(pool, &pool->stations[i], WOKEN_TO_SEARCH)) {
            act__loop_wake(pool->stations[i].loop);
            return true;
        }
    }
    return false;
}

static bool any_sleeps(struct act__worker_pool *pool)
{
    for (uint32_t i = 0; i < pool->base.workers_count; i++)
        if (atomic_load_explicit(&pool->stations[i].asleep, memory_order_seq_cst) == ASLEEP)
            return true;
    return false;
}

void act__parking_notify(struct act__worker_pool *pool)
{
    if (pool->base.workers_count == 1)
        return act__parking_wake(pool, &pool->stations[0]);
    atomic_thread_fence(memory_order_seq_cst); /* between the work, made visible by the caller,
                                                  and what is read here */
    do {
        uint32_t none = 0;
        if (atomic_load_explicit(&pool->sleepers, memory_order_seq_cst) == 0)
            return;
        if (!atomic_compare_exchange_strong_explicit(&pool->searching, &none, 1,
                                                     memory_order_seq_cst, memory_order_seq_cst))
            return; /* the searcher will find it, or look once more before it sleeps */
        if (wake_a_searcher(pool))
            return;
        atomic_fetch_sub_explicit(&pool->searching, 1, memory_order_seq_cst);
        /*
         * Others have relied on this search, which woke none: they may have made work, and a
         * worker slept since.
         */
    } while (any_sleeps(pool));
}

void act__parking_offer(struct act__worker_pool *pool)
{
    /*
     * As in act__parking_notify; pairs with act__parking_sleep and act__share_relieve, too, which
     * write these two, and then the worker looks at the queues.
     */
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&pool->sleepers, memory_order_seq_cst) != 0 &&
        !atomic_load_explicit(&pool->has_sentry, memory_order_seq_cst))
        act__parking_notify(pool);
}

void act__parking_wake(struct act__worker_pool *pool, struct act__station *station)
{
    atomic_thread_fence(memory_order_seq_cst); /* as in act__parking_notify */
    if (atomic_load_explicit(&station->asleep, memory_order_seq_cst) == ASLEEP &&
        claim(pool, station, AWAKE))
        act__loop_wake(station->loop);
}

static void stop_searching(struct act__worker_pool *pool, struct act__station *station)
{
    station->searching = false;
    atomic_fetch_sub_explicit(&pool->searching, 1, memory_order_seq_cst);
}

void act__parking_found(struct act__worker_pool *pool, struct act__station *station)
{
    bool was_sentry = act__share_relieve(pool, station);
    if (!station->searching && !was_sentry)
        return;
    if (station->searching)
        stop_searching(pool, station);
    act__parking_notify(pool);
}

static bool anything_to_do(struct act__worker_pool *pool, struct act__station *station)
{
    /* seq_cst, all of them: see above. */
    return !act__inject_is_empty(&pool->inject) || atomic_load(&station->posted) != NULL ||
           atomic_load(&station->calls[0]) != NULL || atomic_load(&station->calls[1]) != NULL ||
           atomic_load(&station->thread->base.station_asked);
}

/* So short a pause is over before a sleep would have begun. */
#define SLEEP_MIN INT64_C(10000) /* nanoseconds */

static void pause_as_sentry(struct act__worker_pool *pool, struct act__station *station,
                            uint32_t nanoseconds)
{
    if (nanoseconds >= SLEEP_MIN) {
        act__loop_doze(station->loop, nanoseconds);
        return;
    }
    int64_t until = act__pool_nanoseconds(pool) + nanoseconds;
    while (act__pool_nanoseconds(pool) < until && act__load(&station->asleep) == ASLEEP)
        act__pause();
}

void act__parking_sleep(struct act__worker_pool *pool, struct act__pool_thread *thread)
{
    struct act__station *station = thread->station;
    if (station->searching)
        stop_searching(pool, station);
    atomic_store_explicit(&station->asleep, ASLEEP, memory_order_seq_cst);
    act__gap("parking.asleep");
    atomic_fetch_add_explicit(&pool->sleepers, 1, memory_order_seq_cst);
    act__gap("parking.counted");
    if (!anything_to_do(pool, station)) {
        uint32_t pause = act__share_watch(pool, station);
        if (pause != 0) {
            pause_as_sentry(pool, station, pause);
        } else {
            act__count(&thread->base.parked);
            act__loop_sleep(station->loop, act__wheel_next(&station->wheel));
        }
    }
    if (!claim(pool, station, AWAKE)) /* it was neither time nor the world that woke us */
        station->searching = atomic_exchange_explicit(&station->asleep, AWAKE,
                                                      memory_order_seq_cst) == WOKEN_TO_SEARCH;
    if (act__load(&thread->base.lifo_slot) != NULL)
        act__parking_found(pool, station); /* the loop has woken an actor, too, and that goes
                                              first */
    act__monitor_wake(pool, &pool->monitor);
}
