/* Tokens that go round a ring of actors, and report where they come to rest. Internal. */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

enum { NEXT = 1, READY, TOKEN, REPORT };

/* ---- one actor of the ring ---- */

struct member {
    int64_t index;
    act_pid next;
};

static act_result member_begin(act_self *self, void *state, const void *args)
{
    struct member *member = state;
    (void)self;
    member->index = *(const int64_t *)args;
    return ACT_OK;
}

static void member_receive(act_self *self, void *state, const act_message *message)
{
    struct member *member = state;
    if (message->tag == NEXT) {
        member->next = message->as.pid;
        act_tell_value(self, act_self_parent(self), READY, act_nothing());
    } else if (message->as.int64 > 0) {
        act_tell_value(self, member->next, message->tag, act_int64(message->as.int64 - 1));
    } else {
        act_tell_value(self, act_self_parent(self), REPORT, act_int64(member->index));
    }
}

static const act_behavior member = {
    .name = "member",
    .state_bytes = sizeof(struct member),
    .args_bytes = sizeof(int64_t),
    .init = member_begin,
    .receive = member_receive,
};

/* ---- the director ---- */

struct ring {
    int64_t  actors, tokens, hops; /* hops: of each token */
    int64_t  ready, reports, sum, began;
    act_pid *members;
};

static act_result begin(act_self *self, void *state, const void *args)
{
    struct ring *ring = state;
    *ring = *(const struct ring *)args;
    ring->members = bench_alloc(self, (size_t)ring->actors * sizeof *ring->members);
    for (int64_t i = 0; i < ring->actors; i++)
        bench_must(act_spawn(self, &ring->members[i], &member, &i, NULL));
    for (int64_t i = 0; i < ring->actors; i++)
        act_tell_value(self, ring->members[i], NEXT,
                       act_pid_value(ring->members[(i + 1) % ring->actors]));
    return ACT_OK;
}

static int64_t start_of(const struct ring *ring, int64_t token)
{
    return token * (ring->actors / ring->tokens);
}

static void check(const struct ring *ring)
{
    int64_t sum = 0;
    for (int64_t t = 0; t < ring->tokens; t++)
        sum += (start_of(ring, t) + ring->hops) % ring->actors;
    bench_check(ring->sum == sum, "every token rests where its hops lead");
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct ring *ring = state;
    if (message->tag == READY && ++ring->ready == ring->actors) {
        ring->began = bench_clock();
        for (int64_t t = 0; t < ring->tokens; t++)
            act_tell_value(self, ring->members[start_of(ring, t)], TOKEN, act_int64(ring->hops));
    } else if (message->tag == REPORT) {
        ring->sum += message->as.int64;
        if (++ring->reports < ring->tokens)
            return;
        int64_t elapsed = bench_clock() - ring->began;
        check(ring);
        bench_end(self, elapsed, ring->hops * ring->tokens);
    }
}

static const act_behavior director = {
    .name = "ring",
    .state_bytes = sizeof(struct ring),
    .args_bytes = sizeof(struct ring),
    .init = begin,
    .receive = receive,
};

void bench_ring(void)
{
    struct ring ring = {.actors = bench_number("actors", 1, 100000000)};
    ring.tokens = bench_number("tokens", 1, ring.actors);
    ring.hops = bench_number("hops", ring.tokens, INT32_MAX) / ring.tokens;
    bench_run(&director, &ring, NULL);
}
