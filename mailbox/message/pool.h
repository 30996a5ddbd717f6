/* Envelopes by size class: a cache per thread, whole batches handed between threads. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_MESSAGE_POOL_H
#define ACT_MAILBOX_MESSAGE_POOL_H

#include <mailbox/base/atomics.h>
#include <mailbox/base/memory.h>
#include <mailbox/base/sanitize.h>
#include <mailbox/message/message.h>

/*
 * Threads: take and give, any, at the same time. A block may be given by another
 * thread than took it. Each thread has a magazine of up to a batch per class, and some spare
 * batches; beyond that full batches go to the depot, where threads get them that have none. Neither
 * locks nor calls malloc, except for blocks above the largest class.
 *
 *     thread: take <-> [magazine] <-> [full batch]... --- full batch ---> depot, one stack
 *                                                     <-- full batch ---  per class
 */

/* Class c holds blocks of 64 << c bytes. */
#define ACT__POOL_CLASSES    7
#define ACT__POOL_CLASS_HEAP 7 /* not pooled: from act__allocate */
#define ACT__POOL_BYTES_MAX  ((size_t)64 << (ACT__POOL_CLASSES - 1))

/* A free block. `next` chains a batch; the batch's first block also knows how many there are. */
struct act__pool_block {
    struct act__pool_block *next;
    size_t                  batch_count;
    struct act__pool_block *next_batch; /* among a thread's spare batches */
};

/* What a thread has at hand of one class: taken from and given to. */
struct act__pool_magazine {
    struct act__pool_block *first;
    uint32_t                count;
    uint32_t                count_max; /* a full batch; 0 until this thread is known to the pool */
    struct act__pool_block *reserve;   /* full batches, newest first */
    uint32_t                reserve_count;
};

struct act__pool_cache {
    struct act__pool_magazine magazine[ACT__POOL_CLASSES];
};

extern _Thread_local struct act__pool_cache act__pool_cache;

/* The class for a block of so many bytes. */
static inline unsigned act__pool_class(size_t bytes)
{
    if (act__likely(bytes <= 64))
        return 0;
    if (bytes > ACT__POOL_BYTES_MAX)
        return ACT__POOL_CLASS_HEAP;
    return 64u - (unsigned)__builtin_clzll(bytes - 1) - 6u;
}

/* When the magazine is empty or full, or the block is from the heap. */
void *act__pool_take_elsewhere(unsigned *size_class, size_t bytes);
void  act__pool_give_elsewhere(void *memory, unsigned size_class);

static inline void *act__pool_take_from(struct act__pool_magazine *magazine, unsigned c)
{
    struct act__pool_block *block = magazine->first;
    magazine->first = block->next;
    magazine->count--;
    act__unpoison(block, (size_t)64 << c);
    return block;
}

/* A block of this class, if the thread has one at hand; else NULL. */
static inline void *act__pool_take_at_hand(unsigned c)
{
    struct act__pool_magazine *magazine = &act__pool_cache.magazine[c];
    return act__unlikely(magazine->count == 0 || act__memory_fails())
               ? NULL
               : act__pool_take_from(magazine, c);
}

/*
 * A block, not zeroed; NULL when there is no memory. *size_class may become ACT__POOL_CLASS_HEAP.
 * Any thread.
 */
static inline void *act__pool_take(unsigned *size_class, size_t bytes)
{
    unsigned c = act__memory_fails() ? (*size_class = ACT__POOL_CLASS_HEAP) : *size_class;
    struct act__pool_magazine *magazine = &act__pool_cache.magazine[c];
    if (act__unlikely(c >= ACT__POOL_CLASSES || magazine->count == 0))
        return act__pool_take_elsewhere(size_class, bytes);
    return act__pool_take_from(magazine, c);
}

/* Gives a block back. Any thread. */
static inline void act__pool_give(void *memory, unsigned size_class)
{
    struct act__pool_magazine *magazine = &act__pool_cache.magazine[size_class];
    if (act__unlikely(size_class >= ACT__POOL_CLASSES || magazine->count >= magazine->count_max)) {
        act__pool_give_elsewhere(memory, size_class);
        return;
    }
    struct act__pool_block *block = memory;
    block->next = magazine->first;
    magazine->first = block;
    magazine->count++;
    act__poison((char *)block + sizeof *block, ((size_t)64 << size_class) - sizeof *block);
}

/*
 * Memory of the pool that is free is kept up to 8 MiB a size class; of what is free beyond that,
 * whole pages are given back to the system.
 */

/* Gives the calling thread's batches to the depot; done by itself when a thread ends. */
void act__pool_flush(void);

/*
 * Blocks that are neither in the depot nor in the calling thread's cache; for tests, when nothing
 * runs.
 */
size_t act__pool_outstanding(void);

#endif
