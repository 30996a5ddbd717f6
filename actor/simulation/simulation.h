/*
 * A system that runs on the calling thread, in an order drawn from a seed, in virtual time. Public.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SIMULATION_SIMULATION_H
#define ACT_ACTOR_SIMULATION_SIMULATION_H

#include "../system.h"

ACT_BEGIN_DECLS

/*
 * The same actors, the same rules, but nothing happens by itself: actors run inside
 * act_simulation_run and act_simulation_advance only, one at a time, and which of the runnable ones
 * is next and how many messages it handles is drawn from the seed. The clock starts at 0 and stands
 * still except for act_simulation_advance.
 */
typedef struct act_simulation act_simulation;

/**
 * Makes a simulation and its system.
 *
 * options  May be NULL. workers_count and blocking_max are ignored.
 *
 * Owns:    you own it: act_simulation_destroy, which destroys the system too.
 * Threads: one thread at a time uses a simulation and its system.
 * Returns: ACT_OK, ACT_INVALID, ACT_NO_MEMORY.
 */
ACT_API ACT_MUST_CHECK act_result act_simulation_create(act_simulation **simulation, uint64_t seed,
                                                        const act_system_options *options)
    ACT_NONNULL(1);

/** The system; not to be destroyed by itself. */
ACT_API act_system *act_simulation_system(act_simulation *simulation) ACT_NONNULL_ALL;

/**
 * Runs until no actor is runnable, or steps_max turns have been taken. Time stands still.
 *
 * steps_count  May be NULL. Turns taken by this call.
 * steps_max    0: no limit.
 *
 * Order:   a function of the seed, the spawns and the messages only; the same on every machine.
 * Threads: not one of its own callbacks; those of another system may.
 * Returns: ACT_OK (nothing is runnable), ACT_FULL (steps_max reached: likely a loop), ACT_INVALID
 *          (called in one of its callbacks).
 */
ACT_API ACT_MUST_CHECK act_result act_simulation_run(act_simulation *simulation,
                                                     uint64_t *steps_count, uint64_t steps_max)
    ACT_NONNULL(1);

/**
 * Runs, then moves the clock from timer to timer, running after each, until `amount` has passed.
 *
 * amount     0 or more.
 * steps_max  Turns in all; 0: no limit.
 *
 * Threads: as act_simulation_run.
 * Returns: ACT_OK (all of amount has passed), ACT_FULL (steps_max reached before), ACT_INVALID
 *          (amount, or called in one of its callbacks).
 */
ACT_API ACT_MUST_CHECK act_result act_simulation_advance(act_simulation *simulation,
                                                         act_millis      amount,
                                                         uint64_t        steps_max) ACT_NONNULL_ALL;

/** The virtual time in milliseconds. */
ACT_API act_millis act_simulation_now(const act_simulation *simulation) ACT_NONNULL_ALL;

/**
 * A number that depends on every turn taken so far: which actor ran, when, and on which messages.
 * Two runs with the same signature took the same course.
 */
ACT_API uint64_t act_simulation_signature(const act_simulation *simulation) ACT_NONNULL_ALL;

/**
 * Stops the system in order, in virtual time, and frees everything.
 *
 * simulation  *simulation may be NULL: nothing happens. It becomes NULL.
 *
 * Threads: not one of its own callbacks.
 * Returns: ACT_OK (also for NULL), ACT_INVALID (called in one of its callbacks; nothing happens).
 */
ACT_API act_result act_simulation_destroy(act_simulation **simulation) ACT_NONNULL_ALL;

ACT_END_DECLS

#endif
