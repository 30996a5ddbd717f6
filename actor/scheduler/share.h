/* When a worker takes what waits in the queues of others. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_SHARE_H
#define ACT_ACTOR_SCHEDULER_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include <mailbox/base/atomics.h>

struct act__pool_thread;
struct act__station;
struct act__task;
struct act__worker_pool;

/* A station's part in sharing. */
struct act__share {
    bool     is_sentry;   /* it is the pool's; the worker's own, as the next three */
    uint8_t  quiet_looks; /* one after the other, at which nothing waited */
    uint32_t pause;       /* nanoseconds until the sentry looks again */
    int64_t  stole_at;    /* nanoseconds of the pool's clock; 0: it has slept since */

    /* For those that look; written by the station's thread when it looks at the clock. */
    _Atomic uint32_t turn_time ACT__ALIGNED; /* nanoseconds, the mean of the last turns */
    _Atomic int64_t            looked;       /* when that was, by the pool's clock */

    /*
     * The oldest newborn, and since when it has been that: see note_oldest. Written by those that
     * look.
     */
    _Atomic uint64_t oldest_seen ACT__ALIGNED;
};

void              act__share_init(struct act__share *share);
/* `turns`, 64 at most, have taken so long. */
void              act__share_measure(struct act__share *share, int64_t nanoseconds, uint32_t turns);
/* What waits for too long elsewhere. Returns: an actor to run; NULL: none does. */
struct act__task *act__share_steal(struct act__worker_pool *pool, struct act__pool_thread *thread);
/*
 * Of a worker that has said that it sleeps. Returns: the nanoseconds after which it must look
 * again, as it is the sentry; 0: it may sleep until it is woken.
 */
uint32_t          act__share_watch(struct act__worker_pool *pool, struct act__station *station);
/* The worker is not the sentry any more. Returns: whether it was. */
bool              act__share_relieve(struct act__worker_pool *pool, struct act__station *station);

#endif
