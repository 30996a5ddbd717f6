/* What the service asks of its host: the time of day and secret random bits. */
/* SPDX-License-Identifier: MIT */
#ifndef KV_HOST_H
#define KV_HOST_H

#include <samples/kv/hash.h>

/*
 * Milliseconds since 1970: keys may expire at a time of day, which the actors' monotonic clock does
 * not know.
 */
int64_t kv_host_time_ms(void);

/* Microseconds on a clock that never goes back: to measure latencies. */
int64_t kv_host_clock_us(void);

/* Bits that no client can guess. */
struct kv_seed kv_host_seed(void);

#endif
