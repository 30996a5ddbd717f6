/* Memory that is given back all at once: an actor's own, and each worker's scratch. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/process/arena.h>

#include <string.h>

#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/fork.h>
#include <actor/process/shared.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <mailbox/message/pool.h>

/*
 * The limit and the total lie in the newest chunk, so that an actor that asks for nothing pays for
 * nothing.
 */
struct act__arena_chunk {
    struct act__arena_chunk *next;
    size_t                   used, size;       /* bytes behind this header */
    size_t                   total, total_max; /* of all chunks, for act_alloc; max 0: no limit */
    unsigned                 size_class;
    char                     bytes[] __attribute__((aligned(16)));
};

#define CHUNK_MIN ((size_t)128)
#define CHUNK_MAX ((size_t)64 << 10)

static bool add_chunk(struct act__arena *arena, size_t bytes)
{
    struct act__arena_chunk *old = arena->chunk;
    size_t                   size = old == NULL ? CHUNK_MIN : 2 * (old->size + sizeof *old);
    unsigned                 size_class;
    if (size > CHUNK_MAX)
        size = CHUNK_MAX;
    if (size < bytes + sizeof *old)
        size = bytes + sizeof *old;
    size_class = act__pool_class(size);
    struct act__arena_chunk *chunk = act__pool_take(&size_class, size);
    if (chunk == NULL)
        return false;
    chunk->next = old;
    chunk->used = 0;
    chunk->size = size - sizeof *chunk;
    chunk->total = old == NULL ? 0 : old->total;
    chunk->total_max = old == NULL ? 0 : old->total_max;
    chunk->size_class = size_class;
    arena->chunk = chunk;
    return true;
}

void *act__arena_take(struct act__arena *arena, size_t bytes, bool framework)
{
    struct act__arena_chunk *chunk = arena->chunk;
    if (bytes > SIZE_MAX / 2)
        return NULL;
    bytes = bytes == 0 ? 16 : (bytes + 15) & ~(size_t)15;
    if (chunk != NULL && chunk->total_max != 0 && !framework &&
        chunk->total + bytes > chunk->total_max)
        return NULL;
    if (chunk == NULL || chunk->size - chunk->used < bytes) {
        if (!add_chunk(arena, bytes))
            return NULL;
        chunk = arena->chunk;
    }
    void *memory = chunk->bytes + chunk->used;
    chunk->used += bytes;
    chunk->total += framework ? 0 : bytes;
    return memory;
}

bool act__arena_limit(struct act__arena *arena, size_t bytes_max)
{
    if (!add_chunk(arena, 0))
        return false;
    arena->chunk->total_max = bytes_max;
    return true;
}

void act__arena_clear(struct act__arena *arena)
{
    while (arena->chunk != NULL) {
        struct act__arena_chunk *chunk = arena->chunk;
        arena->chunk = chunk->next;
        act__pool_give(chunk, chunk->size_class);
    }
}

void act__arena_reset(struct act__arena *arena)
{
    struct act__arena_chunk *newest = arena->chunk;
    if (newest == NULL || newest->used == 0)
        return;
    if (newest->size > CHUNK_MAX) { /* one giant request must not pin its memory for ever */
        act__arena_clear(arena);
        return;
    }
    struct act__arena rest = {newest->next};
    newest->next = NULL;
    newest->used = newest->total = 0;
    act__arena_clear(&rest);
}

void *act_alloc(act_self *self, size_t bytes)
{
    ACT__HANDLER_ONLY(self);
    void *memory = act__arena_take(&self->arena, bytes, false);
    return memory == NULL ? NULL : memset(memory, 0, bytes);
}

void *act_scratch(act_self *self, size_t bytes)
{
    ACT__HANDLER_ONLY(self);
    self->worker->unusual = true;
    return act__arena_take(&self->worker->scratch, bytes, false);
}

act_result act_defer(act_self *self, void (*clean_up)(void *argument), void *argument)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    act_on_end *defer = act__arena_take(&self->arena, sizeof *defer, true);
    if (defer == NULL)
        return ACT_NO_MEMORY;
    if (self->defers == NULL)
        self->worker->system->operations->root_will_speak(self);
    *defer = (act_on_end){.act_next = self->defers, .run = clean_up, .context = argument};
    self->defers = defer;
    return ACT_OK;
}
