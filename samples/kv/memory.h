/* The one door to the allocator, so that tests can refuse memory or crash at any chosen call. */
/* SPDX-License-Identifier: MIT */
#ifndef KV_MEMORY_H
#define KV_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#define KV_MUST_CHECK __attribute__((warn_unused_result))

enum kv_memory_event { KV_MEMORY_ALLOCATE, KV_MEMORY_RELEASE };

/**
 * Called before each allocation and each release when it is not NULL. False refuses an allocation
 * (ignored for a release). It may leave by longjmp or panic: that is a crash at this place. Only
 * tests write it.
 */
extern bool (*kv_memory_hook)(enum kv_memory_event event);

/* Returns: count bytes, or NULL. */
KV_MUST_CHECK void *kv_memory_allocate(size_t count);

/* Returns: count zero bytes, or NULL. */
KV_MUST_CHECK void *kv_memory_allocate_zeroed(size_t count);

/* Returns: old moved into count bytes, or NULL, and then old is untouched. old may be NULL. */
KV_MUST_CHECK void *kv_memory_resize(void *old, size_t count);

/*
 * Frees *slot and sets it to NULL; the slot is cleared first, so a crash in between leaks and never
 * frees twice.
 */
#define kv_memory_release(slot)                                                                    \
    do {                                                                                           \
        kv_memory_before_release();                                                                \
        void *kv_memory_released = *(slot);                                                        \
        *(slot) = NULL;                                                                            \
        kv_memory_free(kv_memory_released);                                                        \
    } while (0)

void kv_memory_before_release(void);
void kv_memory_free(void *memory);

#endif
