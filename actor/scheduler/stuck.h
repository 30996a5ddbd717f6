/* What becomes of a station whose thread is in a turn that does not end. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_STUCK_H
#define ACT_ACTOR_SCHEDULER_STUCK_H

#include <actor/scheduler/worker_pool.h>

/* All with the monitor's mutex unless it says otherwise. */

/*
 * What a turn of `lasted` ms keeps others from: its station's timers and the actor it woke last go
 * on elsewhere, and after stuck_after, or if another thread wants the station back, a spare thread
 * gets all of it. Returns: whether it was to get it and there was none.
 */
bool act__stuck_relieve(struct act__worker_pool *pool, struct act__station *station, uint32_t turn,
                        act_millis lasted);
/* What displaced threads have left where no other looks. */
void act__stuck_sweep(struct act__worker_pool *pool);
/*
 * Of a thread between turns that was asked for its station. Without the mutex. Returns: whether it
 * still has one; else it may sleep as a spare.
 */
bool act__stuck_attend(struct act__worker_pool *pool, struct act__pool_thread *thread);
/*
 * A thread without a station waits for one. Without the mutex. Returns: false if it is to end
 * instead.
 */
bool act__stuck_wait(struct act__worker_pool *pool, struct act__pool_thread *thread);

/* The station is this thread's from now on, and not another's any more. With the mutex. */
void act__stuck_give(struct act__station *station, struct act__pool_thread *thread);
/* All threads are to end. */
void act__stuck_end(struct act__worker_pool *pool);
/* The last that a thread does. */
void act__stuck_leave(struct act__worker_pool *pool, struct act__pool_thread *thread);

#endif
