/* When workers sleep and what wakes them. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_PARKING_H
#define ACT_ACTOR_SCHEDULER_PARKING_H

#include <actor/scheduler/worker_pool.h>

/* Some work can now be taken by any worker: wakes one worker, unless one is looking already. */
void act__parking_notify(struct act__worker_pool *pool);
/*
 * The same for what the caller's worker has in its own queues, and will run itself if it comes to
 * it: wakes none if another worker looks after such things. Of several workers.
 */
void act__parking_offer(struct act__worker_pool *pool);
/* Something is there for this worker: wakes it if it sleeps. Any thread. */
void act__parking_wake(struct act__worker_pool *pool, struct act__station *station);
/* Nothing was found: sleeps until there may be something. */
void act__parking_sleep(struct act__worker_pool *pool, struct act__pool_thread *thread);
/* The worker has found work: wakes the next one if there may be more. */
void act__parking_found(struct act__worker_pool *pool, struct act__station *station);

#endif
