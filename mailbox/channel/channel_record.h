/* The inside of a channel, and what its kinds do. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_CHANNEL_CHANNEL_RECORD_H
#define ACT_MAILBOX_CHANNEL_CHANNEL_RECORD_H

#include <mailbox/base/atomics.h>
#include <mailbox/base/fork.h>
#include <mailbox/channel/select.h>

/*
 * Values go through a chain of blocks; the senders' side writes at its front, the receivers' side
 * reads at its back. Each side has a lock of its own, held for a few instructions, so that a sender
 * and a receiver do not disturb each other:
 *
 *             senders' lock           receivers' lock         both, senders' first
 *             send                    receive                 force_send
 *             a receiver registers    a sender registers      refill
 *             the last sender goes    the last receiver goes
 *
 * A waiter is listed where the others will come by: receivers at the senders' side, senders at the
 * receivers' side. There a receiver that found nothing looks again under the senders' lock, and is
 * listed only if there still is nothing: every later send sees it, every earlier one has been seen.
 * So no wake-up can be lost and a send pays nothing for it but a look at the list, on a cache line
 * that it has.
 *
 * A waiter that is listed need not come back for its value: a send into an empty channel hands its
 * value to a receiver that waits, and a receive puts the value of a sender that waits into the
 * place that it has freed. So with room for one value three go from a thread to another before both
 * have had a turn. Where that does not go (older values wait) one receiver is woken for each send;
 * the one that is woken for a channel tries that channel, and may find that another was faster.
 *
 * In a rendezvous channel only the senders' lock is used, and a thread that finds a waiter listed
 * copies the value from or to it.
 */
struct act__channel_list {
    act_select_case *first, *last;
};

struct act__block {
    struct act__block *next; /* NULL: the newest */
    unsigned char      values[];
};

/* Written by threads of this side, except `waiting` and `is_cut`: see above. */
struct act__side {
    _Atomic uint32_t         lock;
    _Atomic uint32_t         handles;
    _Atomic uint64_t         position; /* 2 * values that have passed here; ACT__LAST is added by
                                          the last handle's drop */
    uint64_t                 other;    /* the other side's position when last looked at, without
                                          ACT__LAST */
    struct act__block       *block;
    uint32_t                 place;       /* in block->values, in bytes */
    bool                     is_cut;      /* the other side's last handle is gone */
    uint8_t                  lock_pauses; /* between two looks at a lock that is taken */
    struct act__channel_list waiting;     /* cases of the other side */
};

#define ACT__LAST ((uint64_t)1)

struct act_sender {
    struct act__side side ACT__ALIGNED;
};
struct act_receiver {
    struct act__side side ACT__ALIGNED;
};

enum act__channel_kind { ACT__CHANNEL_BUFFERED, ACT__CHANNEL_RENDEZVOUS, ACT__CHANNEL_TIMER };

struct act_channel {
    struct act_sender      sender;
    struct act_receiver    receiver;
    uint64_t               limit;                   /* twice the capacity; INT64_MAX: none */
    uint32_t               value_bytes, step_bytes; /* from one value to the next: at least 1 */
    uint32_t               block_bytes, ring_bytes; /* of values; 0: there are more blocks, the
                                                       channel is unbounded */
    enum act__channel_kind kind;
    uint32_t               words; /* act__forks when it was made, if it is buffered and of one
                                     word, else one more */
    _Atomic uint32_t       sides; /* that have a handle; 1 or 2 at the beginning, the last one
                                     frees the channel */
    void (*release)(void *value);
    union {
        struct {
            _Atomic(struct act__block *) spare;
            struct act__block            first; /* what the first block of an unbounded channel
                                                   hangs on: no value */
        };
        struct {
            _Atomic int64_t due;    /* nanoseconds; INT64_MAX: never */
            int64_t         period; /* 0: once */
        };
    };
};

/* Whether it was made before fork(), by a parent of this process. */
static inline bool act__channel_has_forked(const struct act_channel *channel)
{
    return act__unlikely((channel->words & ~UINT32_C(1)) != act__forks);
}

static inline struct act_channel *act__channel_of_sender(const act_sender *sender)
{
    return (struct act_channel *)(uintptr_t)sender;
}

static inline struct act_channel *act__channel_of_receiver(const act_receiver *receiver)
{
    return (struct act_channel *)((uintptr_t)receiver - offsetof(struct act_channel, receiver));
}

/* Asked once: on a single CPU nothing can happen while a thread waits in place. */
bool act__has_several_cpus(void);
/*
 * Waits in place, or after a while lets others run. Returns: whether that was not too often yet; 0
 * spent at first.
 */
bool act__backoff(unsigned *spent, unsigned pauses);
/* Another thread has the lock. */
void act__side_lock_contended(struct act__side *side);

/* acquire: what one holder of the lock wrote the next one sees. Held for a few instructions. */
static inline void act__side_lock(struct act__side *side)
{
    if (act__unlikely(atomic_exchange_explicit(&side->lock, 1, memory_order_acquire) != 0))
        act__side_lock_contended(side);
}

/* acquire: as act__side_lock. */
static inline bool act__side_try_lock(struct act__side *side)
{
    return act__likely(atomic_exchange_explicit(&side->lock, 1, memory_order_acquire) == 0);
}

static inline void act__side_unlock(struct act__side *side)
{
    act__store_release(&side->lock, 0); /* pairs with the exchange in act__side_lock */
}

/* ------------------------------------------------------------------------------------ waiters */

/*
 * One wait for one or more cases. The thread that makes a case possible selects the waiter for it,
 * by setting `state`; only one can.
 *
 *     LOOKING ---- act__case_try_select: case i has become possible ----> CHOSEN + i
 *        |
 *        +-------- the timeout, or a case that was possible already ----> AWAKE
 *
 * The selector then moves the value, releases its locks and tells the waiter, by setting `told`.
 * Only then the waiter goes on: so it need not take the lock, and finds it free when it comes
 * again.
 *
 *     IN_PLACE ---- fall_asleep ----> ASLEEP
 *        |                               |
 *        +-------------------------------+---- act__selected_wake ----> TOLD
 */
struct act__waiter {
    _Atomic uint32_t state;
    _Atomic uint32_t told;                     /* a futex */
    void (*woken)(struct act__waiter *waiter); /* instead of telling a thread; NULL: a thread */
};

enum { ACT__WAITER_LOOKING, ACT__WAITER_AWAKE, ACT__WAITER_CHOSEN };
enum { ACT__WAITER_IN_PLACE, ACT__WAITER_ASLEEP, ACT__WAITER_TOLD };

/* A waiter that was selected and is to be woken once the lock is released. */
struct act__selected {
    struct act__waiter *waiter; /* NULL: none */
    void (*woken)(struct act__waiter *waiter);
    bool watched; /* it takes nothing: the next one should be woken, too */
};

/* All under the lock of the list, except act__selected_wake. */
void                 act__cases_add(struct act__channel_list *list, act_select_case *one);
void                 act__cases_remove(struct act__channel_list *list, act_select_case *one);
/* Takes the first off the list that can still be selected. */
struct act__selected act__cases_select(struct act__channel_list *list);
/*
 * Takes the first off the list that takes part and can still be selected: its case is done, its
 * value is to be copied from or to it before the lock is released. NULL: none.
 */
act_select_case *act__cases_pair(struct act__channel_list *list, struct act__selected *selected);
/* The same for a case off that list. Returns: whether it was selected. */
bool             act__case_try_select(act_select_case *one, struct act__selected *selected);
/* Once for each that was selected: until then it waits, and its memory is there. */
void             act__selected_wake(struct act__selected selected);
/* Wakes the waiters of the side: all, or all that only watch and one more. Without a lock. */
void             act__side_wake(struct act__side *side, struct act__side *locked, bool all);

/* Lists the case where it waits, if it is not ready. Returns: whether it was listed. */
bool     act__case_register(act_select_case *one, struct act__waiter *waiter);
/*
 * Takes it off the list. Returns: whether it was still listed; if not, and only then, the waiter
 * was selected for it, or that was tried. The case that a thread's waiter was told of is off.
 */
bool     act__case_unregister(act_select_case *one);
/*
 * Until told, or until a time of act__channel_clock (INT64_MAX: forever); `in_place`: for a
 * moment without sleep, which saves its selector a system call. Returns: the state, never LOOKING;
 * if it is CHOSEN, it was told.
 */
uint32_t act__waiter_sleep(struct act__waiter *waiter, int64_t until, bool in_place);
/* The same without waiting. */
uint32_t act__waiter_give_up(struct act__waiter *waiter);

/*
 * What runs handlers on this thread (a struct act__worker); NULL: an ordinary thread, which may
 * wait.
 */
extern _Thread_local void *act__runs_here;

/* A handler only without waiting. */
static inline bool act__may_wait(act_millis timeout)
{
    return timeout == 0 || (timeout >= ACT_FOREVER && act__runs_here == NULL);
}

/*
 * What a select of this thread draws from; a simulation sets it, so that its handlers draw the same
 * every time.
 */
extern _Thread_local uint64_t act__select_random;

/* Nanoseconds on the monotonic clock. */
int64_t act__channel_clock(void);

/* ---------------------------------------------------------------------------------------- kinds */

/* Without waiting. ACT_FULL or ACT_EMPTY: not now. */
act_result act__buffered_send(struct act_channel *channel, const void *value);
act_result act__buffered_receive(struct act_channel *channel, void *value);
act_result act__rendezvous_send(struct act_channel *channel, const void *value);
act_result act__rendezvous_receive(struct act_channel *channel, void *value);
act_result act__timer_receive(struct act_channel *channel, void *value);

/* act_channel_send and act_channel_receive where it is not over at once. */
act_result act__send_else(act_sender *sender, const void *value, act_millis timeout);
act_result act__receive_else(act_receiver *receiver, void *value, act_millis timeout);

/* Whether it could happen, or cannot any more; `waiter` does not count as the other side. */
bool act__buffered_is_ready(struct act_channel *channel, const act_select_case *one);
bool act__rendezvous_is_ready(struct act_channel *channel, const act_select_case *one,
                              struct act__waiter *waiter);

/* Releases what waits. No receiver is left. */
void act__buffered_clear(struct act_channel *channel);
/* Frees the blocks. No handle is left. */
void act__buffered_free(struct act_channel *channel);

/* Without handles; NULL: no memory. */
struct act_channel *act__channel_make(enum act__channel_kind kind, size_t value_bytes);

static inline void act__value_copy(void *to, const void *from, size_t bytes)
{
    if (act__likely(bytes == 8))
        __builtin_memcpy(to, from, 8);
    else if (bytes != 0)
        __builtin_memcpy(to, from, bytes);
}

static inline act_result act__send_now(act_sender *sender, const void *value)
{
    struct act_channel *channel = act__channel_of_sender(sender);
    return act__likely(channel->kind == ACT__CHANNEL_BUFFERED)
               ? act__buffered_send(channel, value)
               : act__rendezvous_send(channel, value);
}

static inline act_result act__receive_now(act_receiver *receiver, void *value)
{
    struct act_channel *channel = act__channel_of_receiver(receiver);
    if (act__likely(channel->kind == ACT__CHANNEL_BUFFERED))
        return act__buffered_receive(channel, value);
    return channel->kind == ACT__CHANNEL_TIMER ? act__timer_receive(channel, value)
                                               : act__rendezvous_receive(channel, value);
}

static inline struct act_channel *act__case_channel(const act_select_case *one)
{
    return one->sender != NULL ? act__channel_of_sender(one->sender)
                               : act__channel_of_receiver(one->receiver);
}

#endif
