/* The one door to the allocator. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/memory.h>

#include <stdlib.h>

bool (*kv_memory_hook)(enum kv_memory_event event);

static bool allowed(void)
{
    return kv_memory_hook == NULL || kv_memory_hook(KV_MEMORY_ALLOCATE);
}

void *kv_memory_allocate(size_t count)
{
    return allowed() ? malloc(count) : NULL;
}

void *kv_memory_allocate_zeroed(size_t count)
{
    return allowed() ? calloc(1, count) : NULL;
}

void *kv_memory_resize(void *old, size_t count)
{
    return allowed() ? realloc(old, count) : NULL;
}

void kv_memory_before_release(void)
{
    if (kv_memory_hook != NULL)
        (void)kv_memory_hook(KV_MEMORY_RELEASE);
}

void kv_memory_free(void *memory)
{
    free(memory);
}
