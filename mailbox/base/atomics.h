/* Shorthands for C11 atomics, cache lines and waiting in place. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_BASE_ATOMICS_H
#define ACT_MAILBOX_BASE_ATOMICS_H

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define ACT__CACHE_LINE 64
#define ACT__ALIGNED    __attribute__((aligned(ACT__CACHE_LINE)))

/*
 * Of a function that writes a value to its caller: where gcc sees a whole program (-flto), and the
 * caller's variable has 4 bytes, it would warn of the case in which they are 8.
 */
#define ACT__NOT_INTO_CALLER __attribute__((noinline))

#define act__likely(x)   __builtin_expect(!!(x), 1)
#define act__unlikely(x) __builtin_expect(!!(x), 0)

/* The memory order is in the name so that a call reads as one phrase. */
#define act__load(p)                atomic_load_explicit((p), memory_order_relaxed)
#define act__load_acquire(p)        atomic_load_explicit((p), memory_order_acquire)
#define act__store(p, v)            atomic_store_explicit((p), (v), memory_order_relaxed)
#define act__store_release(p, v)    atomic_store_explicit((p), (v), memory_order_release)
#define act__exchange_acq_rel(p, v) atomic_exchange_explicit((p), (v), memory_order_acq_rel)
#define act__add(p, v)              atomic_fetch_add_explicit((p), (v), memory_order_relaxed)
#define act__sub(p, v)              atomic_fetch_sub_explicit((p), (v), memory_order_relaxed)

#if defined(__SANITIZE_THREAD__)
#define ACT__THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ACT__THREAD_SANITIZER 1
#endif
#endif

/*
 * A counter with one writer that others may read at any time: no locked instruction needed. On
 * x86-64 one instruction, which gcc does not make of the two atomic ones. ThreadSanitizer is shown
 * those.
 */
typedef _Atomic uint64_t act__counter;
static inline void       act__count_more(act__counter *counter, uint64_t more)
{
#if defined(__x86_64__) && !defined(ACT__THREAD_SANITIZER)
    __asm__("addq %1, %0" : "+m"(*(uint64_t *)(void *)counter) : "er"(more) : "cc");
#else
    act__store(counter, act__load(counter) + more);
#endif
}
static inline void act__count(act__counter *counter)
{
    act__count_more(counter, 1);
}

/* Tells the processor that this thread only waits. */
static inline void act__pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/*
 * One step of waiting for another thread that is between two instructions; it may have been
 * preempted there.
 */
static inline void act__wait_a_moment(unsigned *rounds)
{
    if (++*rounds % 64 == 0)
        sched_yield();
    else
        act__pause();
}

#endif
