/* Memory that is given back all at once: an actor's own, and each worker's scratch. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_ARENA_H
#define ACT_ACTOR_PROCESS_ARENA_H

#include <mailbox/base/types.h>

/* Memory that is given back all at once; see arena.c. Zeroed is empty. */
struct act__arena {
    struct act__arena_chunk *chunk;
};

/*
 * Aligned to 16, not zeroed; NULL: no memory, or at the limit, unless it is the framework that
 * asks.
 */
void *act__arena_take(struct act__arena *arena, size_t bytes, bool framework);
void  act__arena_clear(struct act__arena *arena); /* gives everything back */
void  act__arena_reset(struct act__arena *arena); /* keeps one chunk for the next use */
bool  act__arena_limit(struct act__arena *arena, size_t bytes_max); /* before the first take */

#endif
