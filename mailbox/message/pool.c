/*
 * Envelopes by size class: per-thread batches over lock-free depots over regions of stable
 * addresses. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <mailbox/message/pool.h>

#include <pthread.h>
#include <sys/mman.h>

#include <mailbox/base/atomics.h>
#include <mailbox/base/check.h>
#include <mailbox/base/fork.h>
#include <mailbox/base/memory.h>
#include <mailbox/base/sanitize.h>

/* Address space for each class; what does not fit comes from the heap. */
#define REGION_BYTES ((size_t)4 << 30)
/*
 * Full batches that a thread keeps for itself: with fewer, actors that come and go in large numbers
 * drift.
 */
#define RESERVE_MAX 16
/* So much of each class lies free in its depot before memory is given back to the system. */
#define HOME_BYTES ((size_t)8 << 20)
/* Memory is given back by pages, each a whole number of blocks. */
#define PAGE_BYTES ((size_t)4096)

struct batch {
    struct act__pool_block *first;
    uint32_t                count;
};

/*
 * A stack of batches. `top` is the index of the first block of the topmost batch plus one, with a
 * number above it that changes with every push and pop: a thread that was preempted between reading
 * `top` and exchanging it would have to miss exactly 2^32 of them to be misled. The links lie
 * beside the blocks, so that a loser of the race reads a link and never a block in use.
 */
struct depot {
    _Atomic uint64_t top ACT__ALIGNED;
    _Atomic uint32_t    *links; /* by block: index plus one of the batch below; the region's
                                   table */
    struct act__region   region;
    size_t               block_bytes;
    uint32_t             batch_blocks;
    _Atomic size_t       carved_count; /* blocks that exist */
    _Atomic size_t       home_count;   /* of those, in the depot; a hint */
    _Atomic size_t       trim_at;      /* as many at home make it give back what it can */
    _Atomic bool         trimming;     /* a lock: of trim, and of the writers of the next */
    _Atomic uint32_t     page_first;   /* the place of the first block of a page that was given
                                          back; `links` lead on */
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
    for (unsigned c = 0; c < ACT__POOL_CLASSES; c++) {
        act__store(&depots[c].region.growing, false);
        act__store(&depots[c].trimming, false);
    }
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
            depot->batch_blocks = 0; /* without address space every block of this class comes
                                        from the heap */
        act__store(&depot->trim_at, HOME_BYTES / depot->block_bytes);
    }
}

static uint32_t index_of(const struct depot *depot, const struct act__pool_block *block)
{
    return (uint32_t)((size_t)((const char *)block - depot->region.base) / depot->block_bytes);
}

/* `place` is an index plus one. */
static struct act__pool_block *block_at(const struct depot *depot, uint32_t place)
{
    return (struct act__pool_block *)(void *)(depot->region.base +
                                              (size_t)(place - 1) * depot->block_bytes);
}

static void push_depot(struct depot *depot, struct batch batch)
{
    uint32_t index = index_of(depot, batch.first);
    uint64_t top = act__load(&depot->top), next;
    batch.first->batch_count = batch.count;
    act__add(&depot->home_count, batch.count);
    do {
        act__store(&depot->links[index], (uint32_t)top);
        next = ((top >> 32) + 1) << 32 | (index + 1);
        /*
         * release: pairs with the acquire in pop_depot; publishes the link and the blocks'
         * contents.
         */
    } while (!atomic_compare_exchange_weak_explicit(&depot->top, &top, next, memory_order_release,
                                                    memory_order_relaxed));
}

static struct batch pop_depot(struct depot *depot)
{
    struct batch batch = {NULL, 0};
    /* pairs with the release in push_depot */
    uint64_t     top = act__load_acquire(&depot->top), next;
    do {
        if ((uint32_t)top == 0)
            return batch;
        next = ((top >> 32) + 1) << 32 | act__load(&depot->links[(uint32_t)top - 1]);
        /* acquire on success and on failure: as above, for the batch that is then on top. */
    } while (!atomic_compare_exchange_weak_explicit(&depot->top, &top, next, memory_order_acquire,
                                                    memory_order_acquire));
    batch.first = block_at(depot, (uint32_t)top);
    batch.count = (uint32_t)batch.first->batch_count;
    act__sub(&depot->home_count, batch.count);
    return batch;
}

/* `count` blocks of memory that holds none. */
static struct batch make_batch(struct depot *depot, char *memory, uint32_t count)
{
    struct batch batch = {NULL, count};
    act__add(&depot->carved_count, count);
    for (uint32_t i = count; i-- > 0;) {
        struct act__pool_block *block =
            (struct act__pool_block *)(void *)(memory + i * depot->block_bytes);
        act__unpoison(block, sizeof *block);
        block->next = batch.first;
        batch.first = block;
        act__poison((char *)block + sizeof *block, depot->block_bytes - sizeof *block);
    }
    return batch;
}

static bool try_lock(struct depot *depot)
{
    return !atomic_exchange_explicit(&depot->trimming, true,
                                     memory_order_acquire); /* pairs with unlock */
}

static void unlock(struct depot *depot)
{
    act__store_release(&depot->trimming, false); /* pairs with try_lock */
}

/* The blocks of a page that had been given back; none if there is none, or others are at it. */
static struct batch carve_page(struct depot *depot)
{
    struct batch none = {NULL, 0};
    if (act__load(&depot->page_first) == 0 || !try_lock(depot))
        return none;
    uint32_t place = act__load(&depot->page_first);
    if (place != 0)
        act__store(&depot->page_first, act__load(&depot->links[place - 1]));
    unlock(depot);
    return place == 0 ? none
                      : make_batch(depot, (char *)block_at(depot, place),
                                   (uint32_t)(PAGE_BYTES / depot->block_bytes));
}

/* A batch of blocks that were never used, or not since their page was given back. */
static struct batch carve(struct depot *depot)
{
    struct batch batch = carve_page(depot);
    if (batch.count != 0)
        return batch;
    char *memory = act__region_take(&depot->region, depot->batch_blocks * depot->block_bytes);
    return memory == NULL ? batch : make_batch(depot, memory, depot->batch_blocks);
}

/* --------------------------------------------------------------------------- giving memory back */

/*
 * After a burst most blocks are free, and lie in the depot. A thread that pushes a batch there and
 * finds more than trim_at takes them all out, counts how many of each page there are, gives the
 * pages that are whole to the system, and puts the other blocks back in new batches. That reads
 * each block twice, so it is done for 8 MiB at a time and not again before twice as many are there
 * as were left.
 */

static size_t page_of(const struct depot *depot, const struct act__pool_block *block)
{
    return (size_t)((const char *)block - depot->region.base) / PAGE_BYTES;
}

/* Returns: the place of the first batch of all, which no other thread can reach any more. */
static uint32_t take_all(struct depot *depot)
{
    uint64_t top = act__load(&depot->top);
    /*
     * acquire: pairs with the release in push_depot, of each of them: an exchange carries on what
     * it replaces.
     */
    while (!atomic_compare_exchange_weak_explicit(&depot->top, &top, ((top >> 32) + 1) << 32,
                                                  memory_order_acquire, memory_order_relaxed))
        continue;
    return (uint32_t)top;
}

/* free_in_page[n] becomes how many blocks of page n there are. Returns: how many in all. */
static size_t count_free(struct depot *depot, uint32_t place, uint16_t *free_in_page)
{
    size_t count = 0;
    for (; place != 0; place = act__load(&depot->links[place - 1])) {
        struct act__pool_block *block = block_at(depot, place);
        count += block->batch_count;
        for (size_t i = block->batch_count; i > 0; i--, block = block->next)
            free_in_page[page_of(depot, block)]++;
    }
    return count;
}

static bool is_whole(const struct depot *depot, const uint16_t *free_in_page, size_t page)
{
    return free_in_page[page] == PAGE_BYTES / depot->block_bytes;
}

/* Into new batches, except those of whole pages. Returns: how many. */
static size_t put_back_some(struct depot *depot, uint32_t place, const uint16_t *free_in_page)
{
    struct batch batch = {NULL, 0};
    size_t       count = 0;
    while (place != 0) {
        struct act__pool_block *block = block_at(depot, place), *next;
        place = act__load(&depot->links[place - 1]);
        for (size_t i = block->batch_count; i > 0; i--, block = next) {
            next = block->next;
            if (is_whole(depot, free_in_page, page_of(depot, block)))
                continue;
            block->next = batch.first;
            batch.first = block;
            count++;
            if (++batch.count == depot->batch_blocks) {
                push_depot(depot, batch);
                batch = (struct batch){NULL, 0};
            }
        }
    }
    if (batch.count != 0)
        push_depot(depot, batch);
    return count;
}

/* The batches as they were. Returns: how many blocks. */
static size_t put_back_all(struct depot *depot, uint32_t place)
{
    size_t count = 0;
    while (place != 0) {
        struct batch batch = {block_at(depot, place),
                              (uint32_t)block_at(depot, place)->batch_count};
        place = act__load(&depot->links[place - 1]);
        push_depot(depot, batch);
        count += batch.count;
    }
    return count;
}

/* None of their blocks is in a batch, so their links are there for this. */
static void note_pages(struct depot *depot, size_t from, size_t to)
{
    uint32_t first = act__load(&depot->page_first);
    for (size_t page = from; page < to; page++) {
        uint32_t place = (uint32_t)(page * (PAGE_BYTES / depot->block_bytes)) + 1;
        act__store(&depot->links[place - 1], first);
        first = place;
    }
    act__store(&depot->page_first, first);
}

static void give_pages(struct depot *depot, const uint16_t *free_in_page, size_t pages_count)
{
    size_t from = 0;
    for (size_t page = 0; page <= pages_count; page++) {
        if (page < pages_count && is_whole(depot, free_in_page, page))
            continue;
        if (page > from) { /* if it fails they stay memory */
            (void)madvise(depot->region.base + from * PAGE_BYTES, (page - from) * PAGE_BYTES,
                          MADV_DONTNEED);
            note_pages(depot, from, page);
        }
        from = page + 1;
    }
}

static void trim(struct depot *depot)
{
    if (!try_lock(depot))
        return;
    uint32_t  first = take_all(depot);
    size_t    pages_count = act__load(&depot->region.used_bytes) / PAGE_BYTES, count, kept;
    uint16_t *free_in_page = act__allocate(pages_count * sizeof *free_in_page);
    if (free_in_page == NULL) {
        count = kept = put_back_all(depot, first);
    } else {
        count = count_free(depot, first, free_in_page);
        kept = put_back_some(depot, first, free_in_page);
        give_pages(depot, free_in_page, pages_count);
        act__free(free_in_page);
    }
    act__sub(&depot->home_count, count);
    act__sub(&depot->carved_count, count - kept);
    size_t least = HOME_BYTES / depot->block_bytes;
    act__store(&depot->trim_at, 2 * kept > least ? 2 * kept : least);
    unlock(depot);
}

static void go_home(struct depot *depot, struct batch batch)
{
    push_depot(depot, batch);
    if (act__unlikely(act__load(&depot->home_count) > act__load(&depot->trim_at)))
        trim(depot);
}

/* -------------------------------------------------------------------------- a thread's magazine */

/* The first use of a class by a thread: from now on its cache is flushed when it ends. */
static bool join_pool(unsigned c)
{
    pthread_once(&once, prepare);
    if (depots[c].batch_blocks == 0 || pthread_setspecific(thread_end, &act__pool_cache) != 0)
        return false;
    act__pool_cache.magazine[c].count_max = depots[c].batch_blocks;
    return true;
}

static struct batch take_spare(struct act__pool_magazine *magazine)
{
    struct batch batch = {magazine->reserve, magazine->count_max};
    magazine->reserve = batch.first->next_batch;
    magazine->reserve_count--;
    return batch;
}

static bool refill(unsigned c)
{
    struct act__pool_magazine *magazine = &act__pool_cache.magazine[c];
    struct batch               batch;
    if (magazine->count_max == 0 && !join_pool(c))
        return false;
    batch = magazine->reserve_count != 0 ? take_spare(magazine) : pop_depot(&depots[c]);
    if (batch.first == NULL)
        batch = carve(&depots[c]);
    magazine->first = batch.first;
    magazine->count = batch.count;
    return batch.count != 0;
}

static void make_room(unsigned c)
{
    struct act__pool_magazine *magazine = &act__pool_cache.magazine[c];
    if (magazine->count == 0) /* it was not known to the pool yet */
        return;
    if (magazine->reserve_count == RESERVE_MAX) {
        go_home(&depots[c], (struct batch){magazine->first, magazine->count_max});
    } else {
        magazine->first->next_batch = magazine->reserve;
        magazine->reserve = magazine->first;
        magazine->reserve_count++;
    }
    magazine->first = NULL;
    magazine->count = 0;
}

void *act__pool_take_elsewhere(unsigned *size_class, size_t bytes)
{
    unsigned c = *size_class;
    if (c >= ACT__POOL_CLASSES || !refill(c)) {
        *size_class = ACT__POOL_CLASS_HEAP;
        return act__allocate(bytes);
    }
    return act__pool_take_from(&act__pool_cache.magazine[c], c);
}

void act__pool_give_elsewhere(void *memory, unsigned c)
{
    if (c == ACT__POOL_CLASS_HEAP) {
        act__free(memory);
        return;
    }
    if (act__pool_cache.magazine[c].count_max == 0 && !join_pool(c)) {
        /*
         * A thread that would not be flushed when it ends keeps nothing. The pool is there: the
         * block came from it.
         */
        go_home(&depots[c], (struct batch){memory, 1});
        return;
    }
    make_room(c);
    act__pool_give(memory, c);
}

void act__pool_flush(void)
{
    for (unsigned c = 0; c < ACT__POOL_CLASSES; c++) {
        struct act__pool_magazine *magazine = &act__pool_cache.magazine[c];
        if (magazine->count != 0)
            push_depot(&depots[c], (struct batch){magazine->first, magazine->count});
        while (magazine->reserve_count != 0)
            push_depot(&depots[c], take_spare(magazine));
        *magazine = (struct act__pool_magazine){.count = 0};
    }
}

size_t act__pool_outstanding(void)
{
    size_t outstanding = 0;
    for (unsigned c = 0; c < ACT__POOL_CLASSES; c++) {
        struct act__pool_magazine *magazine = &act__pool_cache.magazine[c];
        size_t home = magazine->count + (size_t)magazine->reserve_count * magazine->count_max;
        for (uint32_t top = (uint32_t)act__load(&depots[c].top); top != 0;
             top = act__load(&depots[c].links[top - 1]))
            home += block_at(&depots[c], top)->batch_count;
        outstanding += act__load(&depots[c].carved_count) - home;
    }
    return outstanding;
}
