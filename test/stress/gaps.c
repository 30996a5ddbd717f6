/* How tests widen the library's gaps. */
/* SPDX-License-Identifier: MIT */
#include <test/stress/gaps.h>

#include <sched.h>
#include <string.h>
#include <time.h>

#include <mailbox/base/gap.h>
#include <mailbox/base/random.h>

/* Atomic: they may change while threads are in the gaps. */
static _Atomic(const char *) widened;
static _Atomic uint32_t      random, longest;
static _Atomic uint64_t      seed_of_all, threads, delays;
static _Atomic bool          is_holding;

static _Thread_local uint64_t state;

static uint64_t draw(void)
{
    if (state == 0)
        state = (act__load(&seed_of_all) + act__add(&threads, 1)) << 1 | 1;
    return act__mix(&state);
}

static int64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void spin(uint32_t nanos)
{
    for (int64_t end = nanoseconds() + nanos; nanoseconds() < end;)
        act__pause();
}

static void widen(const char *place)
{
    const char *where = act__load(&widened);
    if (strncmp(place, where, strlen(where)) != 0 || draw() % act__load(&random) != 0)
        return;
    act__add(&delays, 1);
    uint32_t nanos = (uint32_t)(draw() % act__load(&longest));
    switch (draw() % 4) {
    case 0: nanosleep(&(struct timespec){.tv_nsec = nanos}, NULL); break;
    case 1: spin(nanos / 8); break;
    default: /* the cheapest where there are more threads than processors */ sched_yield(); break;
    }
}

static void hold(const char *place)
{
    if (strcmp(place, act__load(&widened)) != 0)
        return;
    act__add(&delays, 1);
    while (act__load(&is_holding))
        sched_yield();
}

static void prepare(const char *place)
{
    act__store(&widened, place);
    act__store(&delays, 0);
}

void gaps_widen(const char *place, uint32_t one_in, uint32_t nanos_max, uint64_t seed)
{
    gaps_close();
    prepare(place);
    act__store(&random, one_in);
    act__store(&longest, nanos_max);
    act__store(&seed_of_all, seed);
    act__gap_with(widen);
}

void gaps_hold(const char *place)
{
    gaps_close();
    prepare(place);
    act__store(&is_holding, true);
    act__gap_with(hold);
}

void gaps_await(void)
{
    while (act__load(&delays) == 0)
        sched_yield();
}

void gaps_close(void)
{
    act__gap_with(NULL);
    act__store(&is_holding, false);
}

uint64_t gaps_count(void)
{
    return act__load(&delays);
}
