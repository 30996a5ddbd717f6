/* One channel and the actors on both sides of it. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_BENCH_CHANNEL_H
#define ACT_TEST_BENCH_CHANNEL_H

#include <test/bench/bench.h>

struct channel_actors {
    act_sender   *sender;
    act_receiver *receiver;
    int           senders, receivers;
    int64_t       each; /* values of each sender: 0 to each - 1 */
};

/* Runs them in a system and prints the line. */
void channel_between_actors(const struct channel_actors *all);

#endif
