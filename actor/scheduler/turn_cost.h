/* What a turn costs: how long a batch may be, and how soon the scheduler looks around. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_TURN_COST_H
#define ACT_ACTOR_SCHEDULER_TURN_COST_H

#include <actor/scheduler/runner.h>
#include <actor/scheduler/task.h>
#include <actor/scheduler/worker_pool.h>

#define ACT__TURN_LONG       INT64_C(200000) /* nanoseconds */
#define ACT__BATCH_SHIFT_MAX 8

/*
 * A turn is to take no longer than ACT__TURN_LONG, whatever an actor's handlers do: one that needs
 * longer for a batch gets a smaller one next time, and one that is quick and falls behind a larger
 * one. `last` may have ended since: a hint does no harm.
 */
static inline void act__adapt_batch(struct act__task *last, int64_t took, bool is_behind)
{
    uint8_t shift = act__load(&last->batch_shift);
    if (took < ACT__TURN_LONG / 4 && is_behind && shift > 0)
        shift--;
    for (; took > ACT__TURN_LONG && shift < ACT__BATCH_SHIFT_MAX; took /= 2)
        shift++;
    act__store(&last->batch_shift, shift);
}

/*
 * What a turn that has not spent its batch counts towards ACT__LOOK_AFTER: one, and what it has
 * handled. A message of a new actor's counts one, a slow actor's more and a quick one's less, as
 * their batches are smaller and larger.
 */
static inline int32_t act__cost_of_turn(const struct act__runner *runner,
                                        const struct act__task   *task)
{
    /* of batch_max; more, where that was rounded up */
    uint32_t left = runner->batch << act__load(&task->batch_shift);
    return 1 + (int32_t)(left < runner->batch_max
                             ? (runner->batch_max - left) >> ACT__BATCH_SHIFT_NEW
                             : 0);
}

/*
 * For short turns after that of this actor: after a slow one none, and none goes before an actor
 * that is bound to the worker.
 */
static inline int32_t act__credit_of(const struct act__station *station,
                                     const struct act__task    *task)
{
    int32_t budget = (int32_t)station->lifo_budget * ACT__TURN_SHORT_COST;
    if (station->bound_first != NULL || act__load(&task->batch_shift) > ACT__BATCH_SHIFT_NEW)
        return 0;
    return budget < station->until_look ? budget : station->until_look;
}

/* After them. `last`: the last that had one; `short_turns`: those before it. */
static inline void act__count_turns(struct act__station *station, const struct act__runner *runner,
                                    const struct act__task *last, uint32_t short_turns)
{
    station->lifo_budget -= short_turns;
    station->until_look -= (int32_t)short_turns * ACT__TURN_SHORT_COST +
                           (runner->batch != 0 ? act__cost_of_turn(runner, last) : ACT__LOOK_AFTER);
}

#endif
