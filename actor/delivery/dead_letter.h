/* What becomes of a message that no actor receives. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_DELIVERY_DEAD_LETTER_H
#define ACT_ACTOR_DELIVERY_DEAD_LETTER_H

#include <actor/process/worker.h>

/*
 * Counts it, and tells the program's hook; without one the first of a minute is logged. The caller
 * frees it. `worker` may be NULL.
 */
void act__dead_letter(struct act_system *system, struct act__worker *worker, act_pid to,
                      const act_message *message, act_result why);

/* Of a system: when one was logged last, and how many were not since then. Any thread. */
struct act__dead_letters {
    _Atomic int64_t  logged_at; /* plus 1; 0: none was */
    _Atomic uint64_t unlogged;
};

#endif
