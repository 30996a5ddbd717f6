/* Counts restarts within the last `period`: whether one more is still allowed. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_SUPERVISOR_RESTART_WINDOW_H
#define ACT_SUPERVISOR_RESTART_WINDOW_H

#include <mailbox/base/types.h>

/*
 * Restarts of the same millisecond share a run, and runs are only kept while they are within the
 * period: the memory follows the restarts that really happen, never the intensity that is allowed.
 * Up to ACT__WINDOW_RUNS_MAX different milliseconds in one period are told apart exactly (the
 * default period of 5 s has 5,001). Beyond that, or when there is no memory, neighbouring runs are
 * merged into the later one: a restart then counts a little longer than it should, so the intensity
 * is never exceeded.
 */
#define ACT__WINDOW_RUNS_MAX    8192u
#define ACT__WINDOW_RUNS_INLINE 4u

struct act__restart_run {
    act_millis at;
    uint64_t   count;
};

struct act__restart_window {
    uint32_t                 intensity;
    act_millis               period;
    uint64_t                 total;    /* restarts in all runs */
    struct act__restart_run *runs;     /* a ring, oldest at first */
    uint32_t                 capacity; /* a power of two */
    uint32_t                 first, count;
    struct act__restart_run  few[ACT__WINDOW_RUNS_INLINE];
};

/* The window must not be moved afterwards. */
void act__restart_window_init(struct act__restart_window *window, uint32_t intensity,
                              act_millis period);
void act__restart_window_fini(struct act__restart_window *window);

/*
 * Counts a restart at `now`, which never goes back. Whether it may be done: false when it is one
 * more than intensity within the period; one that lies exactly `period` back still counts, as in
 * OTP.
 */
bool act__restart_window_allows(struct act__restart_window *window, act_millis now);

#endif
