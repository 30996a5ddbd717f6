/*
 * Where all memory of the library comes from, so that tests can let any request for it fail.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_BASE_MEMORY_H
#define ACT_MAILBOX_BASE_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NULL when there is none. Zeroed. */
void *act__allocate(size_t bytes);
void *act__allocate_lines(size_t bytes); /* aligned to a cache line */
void  act__free(void *memory);

/*
 * Whether this request for memory is to fail: asked once by everything that hands out memory, pools
 * included. Always false in the installed library; the test build counts down to
 * act__memory_fail_at.
 */
#ifdef ACT_TESTING
bool     act__memory_fails(void);
/*
 * The n-th request from now fails, counted from 1, and if `and_after` all that follow; 0: none
 * fails.
 */
void     act__memory_fail_at(uint64_t n, bool and_after);
/* Requests since the last act__memory_fail_at. */
uint64_t act__memory_requests(void);
#else
static inline bool act__memory_fails(void)
{
    return false;
}
#endif

/*
 * A range of addresses that never moves and is never given back while it is in use. Reserved at
 * once, backed by memory from the front as `used` grows: objects in it can be reached by index, and
 * reading one that has been freed is always safe.
 */
struct act__region {
    char          *base;
    size_t         limit_bytes;
    size_t         object_bytes; /* that each have an entry in the table; 0: there is none */
    _Atomic size_t used_bytes;
    _Atomic size_t backed_bytes;
    _Atomic bool   growing;
};

/*
 * Whether the address space could be reserved. Nothing of it is resident, not even after mlockall,
 * until it is used.
 */
bool act__region_reserve(struct act__region *region, size_t limit_bytes);
/*
 * The same, and behind it a table of zeroed uint32_t, one for each `object_bytes` of the region,
 * backed as the region is: what was taken has its entries.
 */
bool act__region_reserve_with_table(struct act__region *region, size_t limit_bytes,
                                    size_t object_bytes);
static inline _Atomic uint32_t *act__region_table(const struct act__region *region)
{
    return (_Atomic uint32_t *)(void *)(region->base + region->limit_bytes);
}
/*
 * The next `bytes` of the region, zeroed; NULL at the limit or when there is no memory. Any thread.
 */
void *act__region_take(struct act__region *region, size_t bytes);
void  act__region_release(struct act__region *region);

#endif
