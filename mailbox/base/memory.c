/* Memory requests that tests can let fail, and regions of stable addresses. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/memory.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <mailbox/base/atomics.h>

/*
 * Backed in steps of this size: large enough that the system call vanishes in the cost of using the
 * pages.
 */
#define STEP_BYTES ((size_t)1 << 20)

/*
 * What a region has beyond this it is given together with its pages, a step at a time: a page fault
 * for each, often two, as records are read before they are written, are a seventh of what a million
 * supervised children cost.
 */
#define PAGES_LATER_BYTES (4 * STEP_BYTES)

#ifndef MADV_POPULATE_WRITE /* C libraries older than Linux 5.14, and musl */
#define MADV_POPULATE_WRITE 23
#endif

#ifdef ACT_TESTING
static _Atomic uint64_t requests, failing_request;
static _Atomic bool     failing_on;

void act__memory_fail_at(uint64_t n, bool and_after)
{
    act__store(&failing_on, and_after);
    act__store(&failing_request, n);
    act__store(&requests, 0);
}

uint64_t act__memory_requests(void)
{
    return act__load(&requests);
}

bool act__memory_fails(void)
{
    uint64_t request = act__add(&requests, 1) + 1, failing = act__load(&failing_request);
    return failing != 0 && (request == failing || (act__load(&failing_on) && request > failing));
}
#endif

void *act__allocate(size_t bytes)
{
    return act__memory_fails() ? NULL : calloc(1, bytes);
}

void *act__allocate_lines(size_t bytes)
{
    bytes = (bytes + ACT__CACHE_LINE - 1) / ACT__CACHE_LINE * ACT__CACHE_LINE;
    void *memory = act__memory_fails() ? NULL : aligned_alloc(ACT__CACHE_LINE, bytes);
    return memory == NULL ? NULL : memset(memory, 0, bytes);
}

void act__free(void *memory)
{
    free(memory);
}

bool act__region_reserve(struct act__region *region, size_t limit_bytes)
{
    return act__region_reserve_with_table(region, limit_bytes, 0);
}

static size_t round_to_steps(size_t bytes)
{
    return (bytes + STEP_BYTES - 1) / STEP_BYTES * STEP_BYTES;
}

/* Of the table's beginning, for so much of the region. */
static size_t table_bytes_of(const struct act__region *region, size_t bytes)
{
    return region->object_bytes == 0 ? 0 : bytes / region->object_bytes * sizeof(uint32_t);
}

static size_t reserved_bytes_of(const struct act__region *region)
{
    return region->limit_bytes + table_bytes_of(region, region->limit_bytes);
}

bool act__region_reserve_with_table(struct act__region *region, size_t limit_bytes,
                                    size_t object_bytes)
{
    if (act__memory_fails())
        return false;
    region->object_bytes = object_bytes;
    region->limit_bytes = round_to_steps(limit_bytes);
    size_t bytes = reserved_bytes_of(region);
    void  *base = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        return false;
    (void)madvise(base, bytes, MADV_DONTDUMP); /* a core file must not hold gigabytes of nothing */
    region->base = base;
    act__store(&region->used_bytes, 0);
    act__store(&region->backed_bytes, 0);
    act__store(&region->growing, false);
    return true;
}

static bool back_pages(char *from, size_t bytes)
{
    bool backed = mprotect(from, bytes, PROT_READ | PROT_WRITE) == 0;
    (void)madvise(from, bytes, MADV_DODUMP);
    return backed;
}

/*
 * The table begins on a page and pages that are backed stay so: where the next ones begin need not
 * be known.
 */
static bool back_table(struct act__region *region, size_t to)
{
    return region->object_bytes == 0 ||
           back_pages(region->base + region->limit_bytes, table_bytes_of(region, to));
}

/*
 * Backs the region up to `end`. One thread at a time; others wait, which happens once per
 * STEP_BYTES.
 */
static bool back(struct act__region *region, size_t end)
{
    unsigned rounds = 0;
    bool     backed = true;
    /* acquire: pairs with the release below, so that the range a predecessor backed is seen. */
    while (atomic_exchange_explicit(&region->growing, true, memory_order_acquire))
        act__wait_a_moment(&rounds);
    size_t from = act__load(&region->backed_bytes);
    if (from < end) {
        size_t to = round_to_steps(end);
        backed = back_pages(region->base + from, to - from) && back_table(region, to);
        if (backed && from >= PAGES_LATER_BYTES)
            (void)madvise(region->base + from, to - from,
                          MADV_POPULATE_WRITE); /* before Linux 5.14: as before */
        if (backed)
            act__store_release(&region->backed_bytes, to); /* pairs with the acquire in
                                                              act__region_take */
    }
    act__store_release(&region->growing, false); /* pairs with the exchange above */
    return backed;
}

void *act__region_take(struct act__region *region, size_t bytes)
{
    if (act__memory_fails())
        return NULL;
    size_t start = act__load(&region->used_bytes);
    do {
        if (bytes > region->limit_bytes - start)
            return NULL;
        /* acquire: pairs with the release in back(): the pages are there before they are used. */
        if (start + bytes > act__load_acquire(&region->backed_bytes) &&
            !back(region, start + bytes))
            return NULL;
    } while (!atomic_compare_exchange_weak_explicit(&region->used_bytes, &start, start + bytes,
                                                    memory_order_relaxed, memory_order_relaxed));
    return region->base + start;
}

void act__region_release(struct act__region *region)
{
    if (region->base != NULL)
        munmap(region->base, reserved_bytes_of(region));
    region->base = NULL;
}
