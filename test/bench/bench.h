/*
 * What the workloads share: arguments, a clock, and a run from its first actor to its line of
 * figures. Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_BENCH_BENCH_H
#define ACT_TEST_BENCH_BENCH_H

#include <act.h>

/*
 * How the program ends, besides 0: a wrong result or an error, wrong arguments, nothing to measure
 * here.
 */
enum { BENCH_WRONG = 1, BENCH_REFUSED = 2, BENCH_NOT_HERE = 77 };

/*
 * ---- what the command line says: key=value; what is missing or wrong ends the program with status
 * 2 ----
 */

void bench_arguments(int count, char **arguments);

/* Returns: a number from min to max. */
int64_t bench_number(const char *key, int64_t min, int64_t max);

/* Returns: the text, or `otherwise` if the key is missing. */
const char *bench_word(const char *key, const char *otherwise);

/* The arguments do not go together: the sentence must hold. */
void bench_demand(bool holds, const char *sentence);

/* ---- a run ---- */

/*
 * A system with `threads` workers and otherwise the defaults; in it one actor, the director, which
 * spawns the others in its init. Waits for bench_end, stops the system and prints the line.
 *
 * log  As in act_system_options.
 */
void bench_run(const act_behavior *director, const void *args,
               void (*log)(void *context, act_log_level level, const char *text));

/* The result, from a handler. */
void bench_end(act_self *self, int64_t elapsed, int64_t operations);

/* The same, with figures of the workload's own: " key=value" for each. */
void bench_end_with(act_self *self, int64_t elapsed, int64_t operations, const char *format, ...)
    ACT_PRINTF(4, 5);

/* Nanoseconds. act_now counts milliseconds and stands still in a handler. */
int64_t bench_clock(void);

/* What the process has in memory. */
int64_t bench_resident_bytes(void);

/* Ends the program with BENCH_WRONG, at once and from whatever thread. */
ACT_NORETURN void bench_fail(const char *sentence);

/* The result is wrong unless this holds. */
static inline void bench_check(bool holds, const char *sentence)
{
    if (!holds)
        bench_fail(sentence);
}

/* Spawns and the like that have no reason to fail. */
static inline void bench_must(act_result result)
{
    if (result != ACT_OK)
        bench_fail(act_result_text(result));
}

/* As act_alloc, and never NULL. */
void *bench_alloc(act_self *self, size_t bytes);

/* ---- the arithmetic of all workloads ---- */

static inline uint32_t bench_seed(uint32_t index)
{
    return (index + 1) * UINT32_C(2654435761);
}

#define BENCH_FACTOR UINT32_C(1664525)
#define BENCH_ADDEND UINT32_C(1013904223)

static inline uint32_t bench_next(uint32_t x)
{
    return BENCH_FACTOR * x + BENCH_ADDEND;
}

/* What a generator gives out: its low bits are poor. */
static inline uint32_t bench_out(uint32_t x)
{
    return x >> 8;
}

/* 0 + 1 + ... + (count - 1). */
static inline int64_t bench_sum_below(int64_t count)
{
    return count * (count - 1) / 2;
}

/* For qsort. */
int bench_compare(const void *a, const void *b);

/* ---- the workloads ---- */

void bench_ask(void);
void bench_big(void);
void bench_chameneos(void);
void bench_chan_bytes(void);
void bench_chan_mpmc(void);
void bench_chan_mpsc(void);
void bench_chan_seq(void);
void bench_chan_spsc(void);
void bench_children(void);
void bench_codec(void);
void bench_connections(void);
void bench_fairness(void);
void bench_fanin(void);
void bench_fanin_bounded(void);
void bench_forkjoin(void);
void bench_handover(void);
void bench_idle(void);
void bench_long_handler(void);
void bench_members(void);
void bench_overload(void);
void bench_pingpong(void);
void bench_quiet(void);
void bench_restart(void);
void bench_ring(void);
void bench_select_both(void);
void bench_select_rx(void);
void bench_skynet(void);
void bench_spawn(void);
void bench_tell_all(void);
void bench_timers(void);
void bench_typed(void);
void bench_wakeup(void);

#endif
