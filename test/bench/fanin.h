/*
 * Many producers and one consumer: what they share, whatever kind of producers they are. Internal.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_BENCH_FANIN_H
#define ACT_TEST_BENCH_FANIN_H

#include <test/bench/bench.h>

/*
 * GO      to a producer: begin, and from itself: go on.
 * VALUE   to the consumer.
 * MARKED  the same, and its producer gets an ANSWER.
 * SUM     from the consumer to the director.
 */
enum { FANIN_GO = 1, FANIN_VALUE, FANIN_MARKED, FANIN_ANSWER, FANIN_SUM };

/* The args of a producer, to send 0 to each - 1. */
struct fanin_args {
    act_pid  consumer;
    int64_t  each, producers;
    uint32_t cap; /* of the consumer's inbox; 0: none */
};

/* Runs with as many producers of this kind as the command line says. */
void fanin_run(const act_behavior *producer, uint32_t cap);

#endif
