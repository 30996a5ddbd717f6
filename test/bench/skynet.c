/*
 * A tree of actors, ten to each, whose leaves send numbers that are added up on their way to the
 * root. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

enum { SUM = 1, CHILDREN = 10 };

/* ---- a node of the tree ---- */

struct part {
    int64_t ordinal, size; /* of leaves */
};

struct node {
    int64_t sum;
    int     answers;
};

static act_result node_begin(act_self *self, void *state, const void *args);

static void node_receive(act_self *self, void *state, const act_message *message)
{
    struct node *node = state;
    node->sum += message->as.int64;
    if (++node->answers < CHILDREN)
        return;
    act_tell_value(self, act_self_parent(self), SUM, act_int64(node->sum));
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static const act_behavior node = {
    .name = "node",
    .state_bytes = sizeof(struct node),
    .args_bytes = sizeof(struct part),
    .init = node_begin,
    .receive = node_receive,
};

/* A leaf has nothing to wait for: it does not begin to receive. */
static act_result node_begin(act_self *self, void *state, const void *args)
{
    const struct part *part = args;
    struct part        child = {part->ordinal, part->size / CHILDREN};
    act_pid            pid;
    (void)state;
    if (part->size == 1) {
        act_tell_value(self, act_self_parent(self), SUM, act_int64(part->ordinal));
        return ACT_IGNORE;
    }
    for (int i = 0; i < CHILDREN; i++, child.ordinal += child.size)
        bench_must(act_spawn(self, &pid, &node, &child, NULL));
    return ACT_OK;
}

/* ---- the director ---- */

struct skynet {
    int64_t leaves, began;
};

static act_result begin(act_self *self, void *state, const void *args)
{
    struct skynet *skynet = state;
    act_pid        pid;
    skynet->leaves = *(const int64_t *)args;
    skynet->began = bench_clock();
    bench_must(act_spawn(self, &pid, &node, &(struct part){0, skynet->leaves}, NULL));
    return ACT_OK;
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct skynet *skynet = state;
    int64_t        elapsed = bench_clock() - skynet->began, actors = 0;
    bench_check(message->as.int64 == bench_sum_below(skynet->leaves),
                "every leaf's number is in the sum");
    for (int64_t level = skynet->leaves; level > 0; level /= CHILDREN)
        actors += level;
    bench_end_with(self, elapsed, actors, " total_ms=%.2f", (double)elapsed / 1e6);
}

static const act_behavior director = {
    .name = "skynet",
    .state_bytes = sizeof(struct skynet),
    .args_bytes = sizeof(int64_t),
    .init = begin,
    .receive = receive,
};

void bench_skynet(void)
{
    int64_t leaves = bench_number("leaves", 1, 100000000), left = leaves;
    while (left % CHILDREN == 0)
        left /= CHILDREN;
    bench_demand(left == 1, "leaves: not a power of ten");
    bench_run(&director, &leaves, NULL);
}
