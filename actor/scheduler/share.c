/* When a worker takes what waits in the queues of others. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/scheduler/share.h>

#include <actor/scheduler/run_queue.h>
#include <actor/scheduler/steal_deque.h>
#include <actor/scheduler/worker_pool.h>

/*
 * To carry a short turn over to another core costs more than to run it. So an idle worker does not
 * take what it sees, but what would wait for long, as far as the owner's last look at the clock
 * tells: half of a run queue in which the last would wait for SHARE_AFTER, or whose owner is late,
 * so it must be in a turn that is longer than others. A newborn may have more behind it than its
 * own turn: the oldest is taken when it has waited for NEWBORN_AFTER, or its owner is late.
 *
 * While something waits that is not yet to be taken, one idle worker is the sentry: it looks again
 * and again, with pauses between. So those that make work need not think of the idle ones: see
 * act__parking_offer.
 */
#define SHARE_AFTER     20000 /* nanoseconds, unless it says otherwise */
#define LATE_AFTER      10000 /* more than the turns until a look should take */
#define LOOKS_EVERY     50000 /* at least so often a look is expected, however long turns are */
#define NEWBORN_AFTER   10    /* microseconds */
#define TURN_TIME_FIRST 1000
#define TURN_TIME_MAX   1000000000
#define PAUSE_MIN       2000
#define PAUSE_MAX       80000
#define QUIET_LOOKS     4

void act__share_init(struct act__share *share)
{
    share->pause = PAUSE_MIN;
    act__store(&share->turn_time, TURN_TIME_FIRST);
}

/* Of 64 turns or so; the latest count most. */
void act__share_measure(struct act__share *share, int64_t nanoseconds, uint32_t turns)
{
    if (turns - 1 >= ACT__LOOK_AFTER)
        return; /* another thread had the station then */
    int64_t before = act__load(&share->turn_time);
    int64_t after = before + (nanoseconds - before * turns) / ACT__LOOK_AFTER;
    act__store(&share->turn_time, (uint32_t)(after < TURN_TIME_MAX ? after : TURN_TIME_MAX));
}

/* What is looked at here is a hint, all of it, and so read relaxed. */

static bool is_late(const struct act__share *share, int64_t now)
{
    int64_t expected = (int64_t)act__load(&share->turn_time) * ACT__LOOK_AFTER;
    return now - act__load(&share->looked) >=
           LATE_AFTER + (expected < LOOKS_EVERY ? expected : LOOKS_EVERY);
}

static bool queue_is_due(const struct act__station *victim, int64_t now)
{
    uint64_t count = act__run_queue_count(&victim->run_queue);
    return count != 0 && (count * act__load(&victim->share.turn_time) >= SHARE_AFTER ||
                          is_late(&victim->share, now));
}

/*
 * Returns: for how many microseconds `head` has been the oldest, as far as looks tell. In one word,
 * as others may look at the same time; that it goes round after an hour does no harm.
 */
static uint32_t note_oldest(_Atomic uint64_t *seen, uint32_t head, int64_t now)
{
    uint64_t before = act__load(seen);
    uint32_t micros = (uint32_t)(now / 1000);
    if (before != 0 && (uint32_t)before == head)
        return micros - (uint32_t)(before >> 32);
    act__store(seen, (uint64_t)micros << 32 | head);
    return 0;
}

static bool newborn_is_due(struct act__station *victim, int64_t now)
{
    uint32_t head = act__load(&victim->newborns.head);
    if ((int32_t)act__steal_deque_count(&victim->newborns) <= 0) {
        act__store(&victim->share.oldest_seen, 0);
        return false;
    }
    return note_oldest(&victim->share.oldest_seen, head, now) >= NEWBORN_AFTER ||
           is_late(&victim->share, now);
}

struct act__task *act__share_steal(struct act__worker_pool *pool, struct act__pool_thread *thread)
{
    struct act__station *station = thread->station;
    uint32_t             many = pool->base.workers_count, count;
    uint32_t             from = act__random_below(&thread->base.random, many);
    int64_t              now = act__pool_nanoseconds(pool);
    for (uint32_t i = 0; i < many; i++) {
        struct act__station *victim = &pool->stations[(from + i) % many];
        struct act__task    *task = NULL;
        if (victim == station)
            continue;
        if (queue_is_due(victim, now))
            task = act__run_queue_steal(&station->run_queue, &victim->run_queue, &count);
        if (task == NULL && newborn_is_due(victim, now)) {
            task = act__steal_deque_oldest(&victim->newborns);
            count = 1;
        }
        if (task != NULL) {
            act__count_more(&thread->base.stolen, count);
            station->share.stole_at = now;
            return task;
        }
    }
    return NULL;
}

/* ----------------------------------------------------------------------------------- the sentry */

static bool anything_waits(struct act__worker_pool *pool)
{
    for (uint32_t i = 0; i < pool->base.workers_count; i++)
        if (!act__run_queue_is_empty(&pool->stations[i].run_queue) ||
            !act__steal_deque_is_empty(&pool->stations[i].newborns))
            return true;
    return false;
}

bool act__share_relieve(struct act__worker_pool *pool, struct act__station *station)
{
    if (!station->share.is_sentry)
        return false;
    station->share.is_sentry = false;
    /* seq_cst: before it is looked what waits; pairs with act__parking_offer. */
    atomic_store_explicit(&pool->has_sentry, false, memory_order_seq_cst);
    return true;
}

/* The next is twice as long, unless what was stolen has kept the worker busy. */
static uint32_t pause_of(struct act__worker_pool *pool, struct act__share *share)
{
    uint32_t pause = share->pause;
    if (share->stole_at != 0 && act__pool_nanoseconds(pool) - share->stole_at >= SHARE_AFTER)
        pause = PAUSE_MIN;
    share->stole_at = 0;
    share->pause = 2 * pause < PAUSE_MAX ? 2 * pause : PAUSE_MAX;
    return pause;
}

uint32_t act__share_watch(struct act__worker_pool *pool, struct act__station *station)
{
    struct act__share *share = &station->share;
    if (share->is_sentry && ++share->quiet_looks >= QUIET_LOOKS)
        act__share_relieve(pool, station); /* before it looks */
    if (anything_waits(pool)) {
        share->quiet_looks = 0;
        /* seq_cst: as in act__share_relieve. Another that is the sentry looks after this. */
        share->is_sentry = share->is_sentry ||
                           !atomic_exchange_explicit(&pool->has_sentry, true, memory_order_seq_cst);
    }
    return share->is_sentry ? pause_of(pool, share) : 0;
}
