/* Who waits for a channel: lists, claims, and sleep that uses no CPU. Internal. */
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
 * YIELD_EVERY: whoever is waited for may be on the same CPU. LOCK_PAUSES: many values go through in
 * that time. CLAIM_PAUSES: only the thread that waits looks at what it looks at.
 */
enum { PAUSES_BEFORE_SLEEP = 512, YIELD_EVERY = 16, LOCK_PAUSES = 64, CLAIM_PAUSES = 4 };

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
    static _Atomic int known; /* written by whoever asks first; all find the same */
    cpu_set_t          cpus;
    if (act__load(&known) == 0)
        act__store(&known, sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 1);
    return act__load(&known) > 1;
}

bool act__step_back(unsigned *spent, unsigned pauses)
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
 * Who comes too late keeps off for a while: whoever is in does many values in that time, on cache
 * lines that it has.
 */
void act__end_lock_contended(struct act__end *end)
{
    unsigned spent = 0;
    do
        act__step_back(&spent, LOCK_PAUSES);
    while (act__load(&end->lock) != 0 ||
           atomic_exchange_explicit(&end->lock, 1, memory_order_acquire) != 0);
}

/* ---------------------------------------------------------------------------------------- lists */

/*
 * Who watches goes to the front: he takes nothing, so all of them are woken on the way to the first
 * who does.
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

/*
 * Once claimed, the waiter may end its wait as soon as it gets the lock, so all that is needed of
 * it afterwards is copied before. Its memory can be gone when it is woken: the kernel then wakes
 * nobody, or somebody in vain.
 */
bool act__case_claim(act_select_case *one, struct act__claim *claim)
{
    struct act__waiter *waiter = one->act_waiter;
    uint32_t            state = act__load(&waiter->state);
    *claim =
        (struct act__claim){.waiter = waiter, .woken = waiter->woken, .watched = one->act_watches};
    do {
        if (state > ACT__WAITER_ASLEEP)
            return false;
        /* release: pairs with the acquire in act__waiter_sleep. acquire: with the release there. */
    } while (!atomic_compare_exchange_weak_explicit(&waiter->state, &state,
                                                    ACT__WAITER_CHOSEN + one->act_index,
                                                    memory_order_acq_rel, memory_order_relaxed));
    claim->asleep = state == ACT__WAITER_ASLEEP;
    return true;
}

struct act__claim act__cases_claim(struct act__channel_list *list)
{
    struct act__claim claim;
    act_select_case  *one;
    while ((one = list->first) != NULL) {
        act__cases_remove(list, one);
        if (act__case_claim(one, &claim))
            return claim;
    }
    return (struct act__claim){.waiter = NULL};
}

act_select_case *act__cases_meet(struct act__channel_list *list, struct act__claim *claim)
{
    for (act_select_case *one = list->first, *next; one != NULL; one = next) {
        next = one->act_next;
        if (one->act_watches)
            continue;
        act__cases_remove(list, one);
        if (act__case_claim(one, claim)) {
            one->act_done = true; /* he reads it under the lock, when he takes his cases off the
                                     lists */
            return one;
        }
    }
    return NULL;
}

static long futex(_Atomic uint32_t *word, int operation, uint32_t value,
                  const struct timespec *until)
{
    return syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, until, NULL,
                   FUTEX_BITSET_MATCH_ANY);
}

void act__claim_wake(struct act__claim claim)
{
    act__gap("channel.claimed");
    if (claim.woken != NULL)
        claim.woken(claim.waiter);
    else if (claim.asleep)
        futex(&claim.waiter->state, FUTEX_WAKE_BITSET, 1, NULL);
}

void act__end_wake(struct act__end *end, struct act__end *locked, bool all)
{
    struct act__claim claim;
    do {
        act__end_lock(locked);
        claim = act__cases_claim(&end->waiting);
        act__end_unlock(locked);
        if (claim.waiter != NULL)
            act__claim_wake(claim);
    } while (claim.waiter != NULL && (all || claim.watched));
}

/* ----------------------------------------------------------------------------------- lying down */

static bool is_ready(struct act_channel *channel, const act_select_case *one,
                     struct act__waiter *waiter)
{
    return channel->kind == ACT__CHANNEL_BUFFERED ? act__buffered_is_ready(channel, one)
                                                  : act__rendezvous_is_ready(channel, one, waiter);
}

/* The end that a case waits at: the other side's. */
static struct act__end *end_of(struct act_channel *channel, const act_select_case *one)
{
    return one->sender != NULL ? &channel->receiver.end : &channel->sender.end;
}

static struct act__end *lock_of(struct act_channel *channel, struct act__end *end)
{
    return channel->kind == ACT__CHANNEL_RENDEZVOUS ? &channel->sender.end : end;
}

/* Under the lock of the list. */
static struct act__claim claim_watcher(struct act__channel_list *list)
{
    struct act__claim claim = {.waiter = NULL};
    if (list->first == NULL || !list->first->act_watches)
        return claim;
    claim = act__cases_claim(list);
    claim.watched = list->first != NULL && list->first->act_watches; /* there are more */
    return claim;
}

static void wake_watchers(struct act__channel_list *list, struct act__end *locked,
                          struct act__claim claim)
{
    act__claim_wake(claim);
    while (claim.watched) {
        act__end_lock(locked);
        claim = claim_watcher(list);
        act__end_unlock(locked);
        if (claim.waiter != NULL)
            act__claim_wake(claim);
    }
}

/*
 * In a rendezvous who comes to take part is news for those who watch the list of the other side.
 * The case may be gone as soon as it is listed: whoever it belongs to need not be on this thread.
 */
bool act__case_lie_down(act_select_case *one, struct act__waiter *waiter)
{
    struct act_channel *channel = act__case_channel(one);
    struct act__end    *end = end_of(channel, one), *locked = lock_of(channel, end);
    struct act__end    *here = one->sender != NULL ? &channel->sender.end : &channel->receiver.end;
    struct act__claim   claim = {.waiter = NULL};
    one->act_waiter = waiter;
    one->act_done = false;
    act__gap("channel.lies_down");
    act__end_lock(locked);
    bool ready = is_ready(channel, one, waiter);
    if (!ready) {
        act__cases_add(&end->waiting, one);
        if (channel->kind == ACT__CHANNEL_RENDEZVOUS && !one->act_watches)
            claim = claim_watcher(&here->waiting);
    }
    act__end_unlock(locked);
    if (act__unlikely(claim.waiter != NULL))
        wake_watchers(&here->waiting, locked, claim);
    return !ready;
}

bool act__case_get_up(act_select_case *one)
{
    struct act_channel *channel = act__case_channel(one);
    struct act__end    *end = end_of(channel, one), *locked = lock_of(channel, end);
    act__end_lock(locked);
    bool listed = one->act_listed;
    if (listed)
        act__cases_remove(&end->waiting, one);
    act__end_unlock(locked);
    return listed;
}

/* ---------------------------------------------------------------------------------------- sleep */

/* Returns: whether the state is still the expected one, and now the other. */
static bool change(struct act__waiter *waiter, uint32_t expected, uint32_t state)
{
    /* release: pairs with the acquire in act__case_claim; acquire: with the release there. */
    return atomic_compare_exchange_strong_explicit(&waiter->state, &expected, state,
                                                   memory_order_acq_rel, memory_order_acquire);
}

uint32_t act__waiter_sleep(struct act__waiter *waiter, int64_t until, bool in_place)
{
    struct timespec  time = {.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000};
    struct timespec *timeout = until == INT64_MAX ? NULL : &time;
    unsigned         spent = 0;
    while (in_place && act__load_acquire(&waiter->state) == ACT__WAITER_LOOKING)
        in_place = act__step_back(&spent, CLAIM_PAUSES);
    if (change(waiter, ACT__WAITER_LOOKING, ACT__WAITER_ASLEEP))
        while (act__load_acquire(&waiter->state) == ACT__WAITER_ASLEEP)
            if (futex(&waiter->state, FUTEX_WAIT_BITSET, ACT__WAITER_ASLEEP, timeout) != 0 &&
                errno == ETIMEDOUT)
                change(waiter, ACT__WAITER_ASLEEP, ACT__WAITER_AWAKE);
    return act__load_acquire(&waiter->state);
}

uint32_t act__waiter_give_up(struct act__waiter *waiter)
{
    change(waiter, ACT__WAITER_LOOKING, ACT__WAITER_AWAKE);
    return act__load_acquire(&waiter->state);
}
