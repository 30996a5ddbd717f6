/* Numbers that look random and are the same in every run. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_SAMPLES_KV_DICE_H
#define TEST_SAMPLES_KV_DICE_H

#include <stddef.h>
#include <stdint.h>

/* Returns: a number below sides, which is at most 2^32. seed: any; each roll changes it. */
static inline size_t dice_roll(uint64_t *seed, size_t sides)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(((*seed >> 32) * sides) >> 32);
}

#endif
