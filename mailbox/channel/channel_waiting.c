/* Waiting for a channel: lists, selection, and sleep that uses no CPU. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/channel/channel_record.h>

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <mailbox/base/gap.h>

/*
 * In pauses of the processor, about 10 ns each. PAUSES_BEFORE_SLEEP: to be woken costs as much.
 * YIELD_EVERY: the thread that is waited for may be on the same CPU. LOOK_PAUSES: only the thread
 * that waits looks at what it looks at. SPIN_MAX: on another CPU the answer takes a third of it.
 */
enum { PAUSES_BEFORE_SLEEP = 512, YIELD_EVERY = 16, LOOK_PAUSES = 4, SPIN_MAX = 128 };

/* YIELDS_MAX: as many as there are before PAUSES_BEFORE_SLEEP. SHORT_NANOS: what they can take. */
enum { YIELDS_MAX = PAUSES_BEFORE_SLEEP / YIELD_EVERY, SHORT_NANOS = 50000 };

_Thread_local void *act__runs_here;

int64_t act__channel_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ------------------------------------------------------------------------------------- in place */

/* Asked once: on a single CPU nothing can happen while a thread waits in place. */
bool act__has_several_cpus(void)
{
    static _Atomic int known; /* written by the thread that asks first; all find the same */
    cpu_set_t          cpus;
    if (act__load(&known) == 0)
        act__store(&known, sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 1);
    return act__load(&known) > 1;
}

bool act__backoff(unsigned *spent, unsigned pauses)
{
    unsigned yields = *spent / YIELD_EVERY;
    if (act__has_several_cpus()) {
        for (*spent += pauses; pauses > 0; pauses--)
            act__pause();
    } else {
        *spent += YIELD_EVERY;
    }
    if (*spent / YIELD_EVERY != yields)
        sched_yield();
    return *spent < PAUSES_BEFORE_SLEEP;
}

/*
 * A thread that comes too late keeps off for a while: the one that is in does many values in that
 * time, on cache lines that it has.
 */
void act__side_lock_contended(struct act__side *side)
{
    unsigned spent = 0;
    do
        act__backoff(&spent, side->lock_pauses);
    while (act__load(&side->lock) != 0 ||
           atomic_exchange_explicit(&side->lock, 1, memory_order_acquire) != 0);
}

/* ---------------------------------------------------------------------------------------- lists */

/*
 * A watcher goes to the front: it takes nothing, so all watchers are woken on the way to the first
 * waiter that takes something.
 */
void act__cases_add(struct act__channel_list *list, act_select_case *one)
{
    act_select_case *after = one->act_watches ? NULL : list->last,
                    *before = one->act_watches ? list->first : NULL;
    one->act_listed = true;
    one->act_prev = after;
    one->act_next = before;
    *(after != NULL ? &after->act_next : &list->first) = one;
    *(before != NULL ? &before->act_prev : &list->last) = one;
}

void act__cases_remove(struct act__channel_list *list, act_select_case *one)
{
    one->act_listed = false;
    *(one->act_prev != NULL ? &one->act_prev->act_next : &list->first) = one->act_next;
    *(one->act_next != NULL ? &one->act_next->act_prev : &list->last) = one->act_prev;
}

bool act__case_try_select(act_select_case *one, struct act__selected *selected)
{
    struct act__waiter *waiter = one->act_waiter;
    uint32_t            looking = ACT__WAITER_LOOKING;
    /* relaxed: decides only which one ends the wait. What is handed over goes with `told`. */
    if (act__load(&waiter->state) != ACT__WAITER_LOOKING ||
        !atomic_compare_exchange_strong_explicit(&waiter->state, &looking,
                                                 ACT__WAITER_CHOSEN + one->act_index,
                                                 memory_order_relaxed, memory_order_relaxed))
        return false;
    *selected = (struct act__selected){
        .waiter = waiter, .woken = waiter->woken, .watched = one->act_watches};
    return true;
}

struct act__selected act__cases_select(struct act__channel_list *list)
{
    struct act__selected selected;
    act_select_case     *one;
    while ((one = list->first) != NULL) {
        act__cases_remove(list, one);
        if (act__case_try_select(one, &selected))
            return selected;
    }
    return (struct act__selected){.waiter = NULL};
}

act_select_case *act__cases_pair(struct act__channel_list *list, struct act__selected *selected)
{
    for (act_select_case *one = list->first, *next; one != NULL; one = next) {
        next = one->act_next;
        if (one->act_watches)
            continue;
        act__cases_remove(list, one);
        if (act__case_try_select(one, selected)) {
            one->act_done = true; /* its owner reads it once it was told */
            return one;
        }
    }
    return NULL;
}

static long call_futex(_Atomic uint32_t *word, int operation, uint32_t value,
                       const struct timespec *until)
{
    return syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, until, NULL,
                   FUTEX_BITSET_MATCH_ANY);
}

/*
 * Once told the waiter ends its wait, and its memory can be gone when it is woken: the kernel then
 * wakes none, or one in vain.
 */
void act__selected_wake(struct act__selected selected)
{
    act__gap("channel.selected");
    if (selected.woken != NULL)
        selected.woken(selected.waiter);
    /* release: pairs with the acquire in is_told: what was done with the waiter, and for it. */
    else if (atomic_exchange_explicit(&selected.waiter->told, ACT__WAITER_TOLD,
                                      memory_order_release) == ACT__WAITER_ASLEEP)
        call_futex(&selected.waiter->told, FUTEX_WAKE_BITSET, 1, NULL);
}

void act__side_wake(struct act__side *side, struct act__side *locked, bool all)
{
    struct act__selected selected;
    do {
        act__side_lock(locked);
        selected = act__cases_select(&side->waiting);
        act__side_unlock(locked);
        if (selected.waiter != NULL)
            act__selected_wake(selected);
    } while (selected.waiter != NULL && (all || selected.watched));
}

/* ---------------------------------------------------------------------------------- registering */

static bool is_ready(struct act_channel *channel, const act_select_case *one,
                     struct act__waiter *waiter)
{
    return channel->kind == ACT__CHANNEL_BUFFERED ? act__buffered_is_ready(channel, one)
                                                  : act__rendezvous_is_ready(channel, one, waiter);
}

/* The side that a case waits at: the other side's. */
static struct act__side *side_of(struct act_channel *channel, const act_select_case *one)
{
    return one->sender != NULL ? &channel->receiver.side : &channel->sender.side;
}

static struct act__side *lock_of(struct act_channel *channel, struct act__side *side)
{
    return channel->kind == ACT__CHANNEL_RENDEZVOUS ? &channel->sender.side : side;
}

/* Under the lock of the list. */
static struct act__selected select_watcher(struct act__channel_list *list)
{
    struct act__selected selected = {.waiter = NULL};
    if (list->first == NULL || !list->first->act_watches)
        return selected;
    selected = act__cases_select(list);
    selected.watched = list->first != NULL && list->first->act_watches; /* there are more */
    return selected;
}

static void wake_watchers(struct act__channel_list *list, struct act__side *locked,
                          struct act__selected selected)
{
    act__selected_wake(selected);
    while (selected.watched) {
        act__side_lock(locked);
        selected = select_watcher(list);
        act__side_unlock(locked);
        if (selected.waiter != NULL)
            act__selected_wake(selected);
    }
}

/*
 * In a rendezvous one that comes to take part is news for the watchers of the other side's list.
 * The case may be gone as soon as it is listed: its owner need not be on this thread.
 */
bool act__case_register(act_select_case *one, struct act__waiter *waiter)
{
    struct act_channel *channel = act__case_channel(one);
    struct act__side   *side = side_of(channel, one), *locked = lock_of(channel, side);
    struct act__side *here = one->sender != NULL ? &channel->sender.side : &channel->receiver.side;
    struct act__selected selected = {.waiter = NULL};
    one->act_waiter = waiter;
    one->act_done = false;
    act__gap("channel.lies_down");
    act__side_lock(locked);
    bool ready = is_ready(channel, one, waiter);
    if (!ready) {
        act__cases_add(&side->waiting, one);
        if (channel->kind == ACT__CHANNEL_RENDEZVOUS && !one->act_watches)
            selected = select_watcher(&here->waiting);
    }
    act__side_unlock(locked);
    if (act__unlikely(selected.waiter != NULL))
        wake_watchers(&here->waiting, locked, selected);
    return !ready;
}

bool act__case_unregister(act_select_case *one)
{
    struct act_channel *channel = act__case_channel(one);
    struct act__side   *side = side_of(channel, one), *locked = lock_of(channel, side);
    act__side_lock(locked);
    bool listed = one->act_listed;
    if (listed)
        act__cases_remove(&side->waiting, one);
    act__side_unlock(locked);
    return listed;
}

/* ---------------------------------------------------------------------------------------- sleep */

/* Whether none had selected it yet; from now on none can. */
static bool stop_waiting(struct act__waiter *waiter)
{
    uint32_t looking = ACT__WAITER_LOOKING;
    /* relaxed: as in act__case_try_select. */
    return atomic_compare_exchange_strong_explicit(&waiter->state, &looking, ACT__WAITER_AWAKE,
                                                   memory_order_relaxed, memory_order_relaxed);
}

static bool is_told(const struct act__waiter *waiter)
{
    /* acquire: pairs with the release in act__selected_wake. */
    return act__load_acquire(&waiter->told) == ACT__WAITER_TOLD;
}

/*
 * How this thread waits in place: `pauses` with the CPU to itself, then `yields` times it lets
 * others run. Which of them pays depends on where the thread is that it waits for. On another CPU
 * that answers within half a microsecond, and a yield gives this CPU away for a turn of a third
 * thread. On the same CPU it cannot answer before there is a yield. And a thread that waits long
 * has done both in vain. So each learns from its last waits: an answer during the pauses lets it
 * spin as long as it may, none halves that; a long sleep halves the yields.
 */
static _Thread_local struct {
    unsigned pauses, yields;
} patience = {YIELD_EVERY, YIELDS_MAX};

static unsigned halve_down_to(unsigned number, unsigned min)
{
    return number / 2 > min ? number / 2 : min;
}

static bool spin_until_told(const struct act__waiter *waiter, unsigned pauses)
{
    for (unsigned spent = 0; spent < pauses; spent++) {
        if (spent % LOOK_PAUSES == 0 && is_told(waiter))
            return true;
        act__pause();
    }
    return is_told(waiter);
}

/* Returns: whether it was told. On a single CPU only yields can help. */
static bool wait_in_place(const struct act__waiter *waiter)
{
    bool is_single = !act__has_several_cpus();
    act__gap("channel.in_place");
    if (!is_single && spin_until_told(waiter, patience.pauses)) {
        patience.pauses = SPIN_MAX;
        return true;
    }
    patience.pauses = halve_down_to(patience.pauses, YIELD_EVERY);
    for (unsigned i = 0; i < patience.yields; i++) {
        act__gap("channel.yields");
        sched_yield();
        if (spin_until_told(waiter, is_single ? 0 : YIELD_EVERY))
            return true;
    }
    return false;
}

/* Until told, or not selected by then. */
static void fall_asleep(struct act__waiter *waiter, int64_t until)
{
    struct timespec  time = {.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000};
    struct timespec *timeout = until == INT64_MAX ? NULL : &time;
    uint32_t         in_place = ACT__WAITER_IN_PLACE;
    /* acquire, if it was told: pairs as in is_told. */
    if (!atomic_compare_exchange_strong_explicit(&waiter->told, &in_place, ACT__WAITER_ASLEEP,
                                                 memory_order_acquire, memory_order_acquire))
        return;
    while (!is_told(waiter)) {
        act__gap("channel.asleep");
        if (call_futex(&waiter->told, FUTEX_WAIT_BITSET, ACT__WAITER_ASLEEP, timeout) == 0 ||
            errno != ETIMEDOUT)
            continue;
        if (stop_waiting(waiter))
            return;
        timeout = NULL; /* it was selected, and is told in a moment */
    }
}

/* What the next wait in place may take. */
static void learn_from_sleep(struct act__waiter *waiter, int64_t until)
{
    int64_t began = act__channel_clock();
    fall_asleep(waiter, until);
    bool is_short = is_told(waiter) && act__channel_clock() - began < SHORT_NANOS;
    patience.yields = is_short ? YIELDS_MAX : halve_down_to(patience.yields, 1);
}

uint32_t act__waiter_sleep(struct act__waiter *waiter, int64_t until, bool in_place)
{
    if (!in_place)
        fall_asleep(waiter, until);
    else if (!wait_in_place(waiter))
        learn_from_sleep(waiter, until);
    return act__load(&waiter->state);
}

uint32_t act__waiter_give_up(struct act__waiter *waiter)
{
    unsigned spent = 0;
    if (!stop_waiting(waiter))
        while (!is_told(waiter))
            act__backoff(&spent, LOOK_PAUSES);
    return act__load(&waiter->state);
}
