/* The time of day and secret random bits. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/host.h>

#include <sys/random.h>
#include <time.h>

int64_t kv_host_time_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t kv_host_clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct kv_seed kv_host_seed(void)
{
    struct kv_seed seed;
    /* Up to 256 bytes come whole once the kernel's generator is ready, and it waits until it is. */
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        seed = (struct kv_seed){(uint64_t)kv_host_time_ms(), (uint64_t)(uintptr_t)&seed};
    return seed;
}
