/* Latencies, counted by size. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/demo/demo.h>

static unsigned bucket_of(uint64_t microseconds)
{
    if (microseconds < LATENCY_STEPS)
        return (unsigned)microseconds;
    unsigned doublings =
        63u - (unsigned)__builtin_clzll(microseconds) - 4u; /* 4: LATENCY_STEPS is 2^4 */
    unsigned bucket =
        (doublings + 1) * LATENCY_STEPS + (unsigned)((microseconds >> doublings) - LATENCY_STEPS);
    return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

static double milliseconds_of(unsigned bucket)
{
    if (bucket < LATENCY_STEPS)
        return bucket / 1000.0;
    unsigned doublings = bucket / LATENCY_STEPS - 1;
    return (double)((uint64_t)(LATENCY_STEPS + bucket % LATENCY_STEPS) << doublings) / 1000.0;
}

void demo_note_latency(struct demo_numbers *numbers, int64_t microseconds)
{
    kv_count(&numbers->latencies[bucket_of(microseconds > 0 ? (uint64_t)microseconds : 0)], 1);
}

struct demo_latencies demo_take_latencies(struct demo_numbers *numbers)
{
    uint64_t              counts[LATENCY_BUCKETS], total = 0, seen = 0;
    struct demo_latencies latencies = {0};
    for (unsigned i = 0; i < LATENCY_BUCKETS; i++)
        total += counts[i] =
            atomic_exchange_explicit(&numbers->latencies[i], 0, memory_order_relaxed);
    for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
        if (counts[i] == 0)
            continue;
        if (seen * 2 < total)
            latencies.p50 = milliseconds_of(i);
        if (seen * 100 < total * 99)
            latencies.p99 = milliseconds_of(i);
        latencies.max = milliseconds_of(i);
        seen += counts[i];
    }
    return latencies;
}
