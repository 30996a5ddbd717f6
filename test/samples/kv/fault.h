/* Makes the n-th call of the allocator fail, or crash where it stands. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_SAMPLES_KV_FAULT_H
#define TEST_SAMPLES_KV_FAULT_H

#include <samples/kv/memory.h>

/*
 * Calls work(context) with the nth allocation (from 0) refused. Returns: true when there were so
 * many.
 */
bool fault_refuse(size_t nth, void (*work)(void *context), void *context);

/*
 * Leaves work(context) at the nth allocation or release, as a panic would. Returns: true when there
 * were so many.
 */
bool fault_crash(size_t nth, void (*work)(void *context), void *context);

#endif
