/*
 * The one place where a supervisor gets memory, so that tests can let any request for it fail.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_SUPERVISOR_MEMORY_H
#define ACT_SUPERVISOR_MEMORY_H

#include <stddef.h>

/* Zeroed, aligned to 16; NULL when there is none. */
void *act__supervisor_allocate(size_t bytes);
void  act__supervisor_free(void *memory);

#endif
