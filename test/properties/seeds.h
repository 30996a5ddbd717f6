/*
 * Properties that hold whatever the seed: one that is broken names the seed, and ACT_SEED runs it
 * alone. Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_PROPERTIES_SEEDS_H
#define ACT_TEST_PROPERTIES_SEEDS_H

#include <stdint.h>
#include <stdlib.h>

#include <test/kit/kit.h>

/* Which one is running. */
static uint64_t seed_now;

#define PROPERTY(condition) ((condition) ? (void)0 : property_is_broken(#condition, __LINE__))

static inline void property_is_broken(const char *condition, int line)
{
    ck_abort_msg("line %d: %s; run it alone with ACT_SEED=%llu", line, condition,
                 (unsigned long long)seed_now);
}

/* Runs so many seeds, other ones in each round; or the one that ACT_SEED says. */
static inline void for_each_seed(void (*property)(uint64_t seed), int seeds_a_round)
{
    const char *wanted = getenv("ACT_SEED");
    for (int i = 0; i < (wanted != NULL ? 1 : seeds_a_round); i++) {
        seed_now = (uint64_t)kit_round() * (uint64_t)seeds_a_round + (uint64_t)i;
        if (wanted != NULL)
            seed_now = strtoull(wanted, NULL, 0);
        property(seed_now);
    }
}

#endif
