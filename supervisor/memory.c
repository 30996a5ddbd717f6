/*
 * Hands on the library's own memory: what supervision keeps lives longer than any handler.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <supervisor/memory.h>

#include <mailbox/base/memory.h>

void *act__supervisor_allocate(size_t bytes)
{
    return act__allocate(bytes);
}

void act__supervisor_free(void *memory)
{
    act__free(memory);
}
