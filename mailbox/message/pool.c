/* Envelopes by size class: per-thread batches over lock-free depots over regions of stable addresses. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/message/pool.h>

#include <pthread.h>

#include <mailbox/base/atomics.h>
#include <mailbox/base/check.h>
#include <mailbox/base/fork.h>
#include <mailbox/base/memory.h>
#include <mailbox/base/sanitize.h>

/* Address space for each class; what does not fit comes from the heap. */
#define REGION_BYTES ((size_t)4 << 30)
/* Full batches that a thread keeps for itself: with fewer, actors that come and go in large numbers drift. */
#define SPARES_MAX 16

struct batch {
    struct act__pool_block *first;
    uint32_t                count;
};

/*
 * A stack of batches. `top` is the index of the first block of the topmost batch plus one, with a number
 * above it that changes with every push and pop: a thread that was preempted between reading `top` and
 * exchanging it would have to miss exactly 2^32 of them to be misled. The links lie beside the blocks, so
 * that a loser of the race reads a link and never a block that somebody uses.
 */
struct depot {
    _Atomic uint64_t   top ACT__ALIGNED;
    _Atomic uint32_t  *links; /* by block: index plus one of the batch below; the region's table */
    struct act__region region;
    size_t             block_bytes;
    uint32_t           batch_blocks;
    _Atomic size_t     carved_count;
};

static struct depot   depots[ACT__POOL_CLASSES];
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t  thread_end;

_Thread_local struct act__pool_cache act__pool_cache;

static void flush_at_thread_end(void *unused)
{
    (void)unused;
    act__pool_flush();
}

/* Another thread of the parent may have been about to back more of a region. */
static void in_child(void)
{
    for (unsigned c = 0; c < ACT__POOL_CLASSES; c++)
        act__store(&depots[c].region.growing, false);
}

static void prepare(void)
{
    act__fork_watch(ACT__FORK_POOL, in_child);
    if (pthread_key_create(&thread_end, flush_at_thread_end) != 0)
        return;
    for (unsigned c = 0; c < ACT__POOL_CLASSES; c++) {
        struct depot *depot = &depots[c];
        depot->block_bytes = (size_t)64 << c;
        depot->batch_blocks = 64u >> c < 4 ? 4 : 64u >> c;
        if (act__region_reserve_with_table(&depot->region, REGION_BYTES, depot->block_bytes))
            depot->links = act__region_table(&depot->region);
        else
            depot->batch_blocks = 0; /* without address space every block of this class comes from the heap */
    }
}

static uint32_t index_of(const struct depot *depot, const struct act__pool_block *block)
{
    return (uint32_t)((size_t)((const char *)block - depot->region.base) / depot->block_bytes);
}

/* `place` is an index plus one. */
static struct act__pool_block *block_at(const struct depot *depot, uint32_t place)
{
    return (struct act__pool_block *)(void *)(depot->region.base + (size_t)(place - 1) * depot->block_bytes);
}

static void depot_push(struct depot *depot, struct batch batch)
{
    uint32_t index = index_of(depot, batch.first);
    uint64_t top = act__load(&depot->top), next;
    batch.first->batch_count = batch.count;
    do {
        act__store(&depot->links[index], (uint32_t)top);
        next = ((top >> 32) + 1) << 32 | (index + 1);
        /* release: pairs with the acquire in depot_pop; publishes the link and the blocks' contents. */
    } while (!atomic_compare_exchange_weak_explicit(&depot->top, &top, next, memory_order_release,
                                                    memory_order_relaxed));
}

static struct batch depot_pop(struct depot *depot)
{
    struct batch batch = {NULL, 0};
    uint64_t     top = act__load_acquire(&depot->top), next; /* pairs with the release in depot_push */
    do {
        if ((uint32_t)top == 0)
            return batch;
        next = ((top >> 32) + 1) << 32 | act__load(&depot->links[(uint32_t)top - 1]);
        /* acquire on success and on failure: as above, for the batch that is then on top. */
    } while (!atomic_compare_exchange_weak_explicit(&depot->top, &top, next, memory_order_acquire,
                                                    memory_order_acquire));
    batch.first = block_at(depot, (uint32_t)top);
    batch.count = (uint32_t)batch.first->batch_count;
    return batch;
}

/* A batch of blocks that were never used. */
static struct batch carve(struct depot *depot)
{
    struct batch batch = {NULL, 0};
    char        *memory = act__region_take(&depot->region, depot->batch_blocks * depot->block_bytes);
    if (memory == NULL)
        return batch;
    act__add(&depot->carved_count, depot->batch_blocks);
    for (uint32_t i = depot->batch_blocks; i-- > 0;) {
        struct act__pool_block *block = (struct act__pool_block *)(void *)(memory + i * depot->block_bytes);
        block->next = batch.first;
        batch.first = block;
        act__poison((char *)block + sizeof *block, depot->block_bytes - sizeof *block);
    }
    batch.count = depot->batch_blocks;
    return batch;
}

/* The first use of a class by a thread: from now on its cache is flushed when it ends. */
static bool join_pool(unsigned c)
{
    pthread_once(&once, prepare);
    if (depots[c].batch_blocks == 0 || pthread_setspecific(thread_end, &act__pool_cache) != 0)
        return false;
    act__pool_cache.stock[c].count_max = depots[c].batch_blocks;
    return true;
}

static struct batch take_spare(struct act__pool_stock *stock)
{
    struct batch batch = {stock->spares, stock->count_max};
    stock->spares = batch.first->next_batch;
    stock->spares_count--;
    return batch;
}

static bool refill(unsigned c)
{
    struct act__pool_stock *stock = &act__pool_cache.stock[c];
    struct batch            batch;
    if (stock->count_max == 0 && !join_pool(c))
        return false;
    batch = stock->spares_count != 0 ? take_spare(stock) : depot_pop(&depots[c]);
    if (batch.first == NULL)
        batch = carve(&depots[c]);
    stock->first = batch.first;
    stock->count = batch.count;
    return batch.count != 0;
}

static void make_room(unsigned c)
{
    struct act__pool_stock *stock = &act__pool_cache.stock[c];
    if (stock->count == 0) /* it was not known to the pool yet */
        return;
    if (stock->spares_count == SPARES_MAX) {
        depot_push(&depots[c], (struct batch){stock->first, stock->count_max});
    } else {
        stock->first->next_batch = stock->spares;
        stock->spares = stock->first;
        stock->spares_count++;
    }
    stock->first = NULL;
    stock->count = 0;
}

void *act__pool_take_elsewhere(unsigned *size_class, size_t bytes)
{
    unsigned c = *size_class;
    if (c >= ACT__POOL_CLASSES || !refill(c)) {
        *size_class = ACT__POOL_CLASS_HEAP;
        return act__allocate(bytes);
    }
    return act__pool_take_from(&act__pool_cache.stock[c], c);
}

void act__pool_give_elsewhere(void *memory, unsigned c)
{
    if (c == ACT__POOL_CLASS_HEAP) {
        act__free(memory);
        return;
    }
    if (act__pool_cache.stock[c].count_max == 0 && !join_pool(c)) {
        /* A thread that would not be flushed when it ends keeps nothing. The pool is there: the block came from it. */
        depot_push(&depots[c], (struct batch){memory, 1});
        return;
    }
    make_room(c);
    act__pool_give(memory, c);
}

void act__pool_flush(void)
{
    for (unsigned c = 0; c < ACT__POOL_CLASSES; c++) {
        struct act__pool_stock *stock = &act__pool_cache.stock[c];
        if (stock->count != 0)
            depot_push(&depots[c], (struct batch){stock->first, stock->count});
        while (stock->spares_count != 0)
            depot_push(&depots[c], take_spare(stock));
        *stock = (struct act__pool_stock){.count = 0};
    }
}

size_t act__pool_outstanding(void)
{
    size_t outstanding = 0;
    for (unsigned c = 0; c < ACT__POOL_CLASSES; c++) {
        struct act__pool_stock *stock = &act__pool_cache.stock[c];
        size_t home = stock->count + (size_t)stock->spares_count * stock->count_max;
        for (uint32_t top = (uint32_t)act__load(&depots[c].top); top != 0; top = act__load(&depots[c].links[top - 1]))
            home += block_at(&depots[c], top)->batch_count;
        outstanding += act__load(&depots[c].carved_count) - home;
    }
    return outstanding;
}
