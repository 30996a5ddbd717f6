/*
 * xoshiro256** seeded through splitmix64 (Blackman, Vigna 2018): small, fast, the same everywhere.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_BASE_RANDOM_H
#define ACT_MAILBOX_BASE_RANDOM_H

#include <stdint.h>

struct act__random {
    uint64_t state[4];
};

static inline uint64_t act__mix(uint64_t *seed)
{
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline void act__random_seed(struct act__random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        random->state[i] = act__mix(&seed);
}

static inline uint64_t act__rotate(uint64_t x, int bits)
{
    return (x << bits) | (x >> (64 - bits));
}

static inline uint64_t act__random_next(struct act__random *random)
{
    uint64_t *s = random->state, result = act__rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = act__rotate(s[3], 45);
    return result;
}

/* 0 to bound - 1; the bias of the multiplication is below 2^-32 for the small bounds used here. */
static inline uint32_t act__random_below(struct act__random *random, uint32_t bound)
{
    return (uint32_t)(((act__random_next(random) >> 32) * bound) >> 32);
}

#endif
