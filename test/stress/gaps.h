/*
 * How tests widen the library's gaps (mailbox/base/gap.h), so that rare orders of threads are
 * frequent.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_STRESS_GAPS_H
#define ACT_TEST_STRESS_GAPS_H

#include <stdint.h>

/*
 * From now on each thread that comes to a gap whose place begins with `place` ("": any) lets others
 * run there, one time in `one_in`: it yields, spins or sleeps, for up to nanos_max. `seed` decides
 * when and how long.
 */
void gaps_widen(const char *place, uint32_t one_in, uint32_t nanos_max, uint64_t seed);

/* From now on each thread that comes to this very place waits there until gaps_close. */
void gaps_hold(const char *place);

/* Returns when a thread waits there. */
void gaps_await(void);

/* Gaps are as they are. */
void gaps_close(void);

/* How often a thread was delayed or held since the gaps were widened. */
uint64_t gaps_count(void);

#endif
