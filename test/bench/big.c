/* Many actors that ping each other at random, Savina's "big". Internal. */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

/* BALL: a ping carries its round, and comes back as a pong, the same below zero. */
enum { START = 1, BALL, REPORT, STOP, SERVED };

struct crowd {
    int64_t  actors, rounds;
    act_pid *members; /* written before any is told to start, read by all */
};

/* ---- one of the crowd ---- */

struct member_args {
    const struct crowd *crowd;
    int64_t             index;
};

struct member {
    struct member_args is;
    int64_t            round, served, sum;
    uint32_t           x;
};

static act_result member_begin(act_self *self, void *state, const void *args)
{
    struct member *member = state;
    (void)self;
    member->is = *(const struct member_args *)args;
    member->x = bench_seed((uint32_t)member->is.index);
    return ACT_OK;
}

static int64_t target(struct member *member)
{
    int64_t actors = member->is.crowd->actors;
    member->x = bench_next(member->x);
    int64_t other = bench_out(member->x) % actors;
    return other != member->is.index ? other : (other + 1) % actors;
}

static void answer(act_self *self, struct member *member, const act_message *ball)
{
    member->served++;
    member->sum += ball->as.int64;
    act_tell_value(self, act_message_sender(ball), BALL, act_int64(-ball->as.int64));
}

static void next_round(act_self *self, struct member *member, const act_message *ball)
{
    bench_check(-ball->as.int64 == member->round, "a pong carries the current round");
    if (member->round == member->is.crowd->rounds) {
        act_tell_value(self, act_self_parent(self), REPORT, act_nothing());
        return;
    }
    act_tell_value(self, member->is.crowd->members[target(member)], BALL,
                   act_int64(++member->round));
}

static void member_receive(act_self *self, void *state, const act_message *message)
{
    struct member *member = state;
    if (message->tag == START) {
        member->round = 1;
        act_tell_value(self, member->is.crowd->members[target(member)], BALL, act_int64(1));
    } else if (message->tag == BALL && message->as.int64 > 0) {
        answer(self, member, message);
    } else if (message->tag == BALL) {
        next_round(self, member, message);
    } else {
        int64_t served[] = {member->served, member->sum};
        act_tell_bytes(self, act_self_parent(self), SERVED, served, sizeof served);
    }
}

static const act_behavior member = {
    .name = "member",
    .state_bytes = sizeof(struct member),
    .args_bytes = sizeof(struct member_args),
    .init = member_begin,
    .receive = member_receive,
};

/* ---- the director ---- */

struct big {
    struct crowd crowd;
    int64_t      ready, reports, answers, served, sum, began, elapsed;
};

static act_result begin(act_self *self, void *state, const void *args)
{
    struct big *big = state;
    big->crowd = *(const struct crowd *)args;
    big->crowd.members = bench_alloc(self, (size_t)big->crowd.actors * sizeof *big->crowd.members);
    for (int64_t i = 0; i < big->crowd.actors; i++) {
        struct member_args args_of = {&big->crowd, i};
        bench_must(act_spawn(self, &big->crowd.members[i], &member, &args_of,
                             ACT_SPAWN_OPTIONS(.announce = true)));
    }
    return ACT_OK;
}

static void tell_all(act_self *self, const struct crowd *crowd, uint32_t tag)
{
    for (int64_t i = 0; i < crowd->actors; i++)
        act_tell_value(self, crowd->members[i], tag, act_nothing());
}

static void add_up(act_self *self, struct big *big, const act_message *message)
{
    int64_t served[2], actors = big->crowd.actors, rounds = big->crowd.rounds;
    bench_must(act_message_read(message, served, sizeof served));
    big->served += served[0];
    big->sum += served[1];
    if (++big->answers < actors)
        return;
    bench_check(big->served == actors * rounds, "every ping is served");
    bench_check(big->sum == actors * bench_sum_below(rounds + 1),
                "every ping is served with its round");
    bench_end(self, big->elapsed, 2 * actors * rounds);
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct big *big = state;
    if (message->tag == ACT_MESSAGE_STARTED && ++big->ready == big->crowd.actors) {
        big->began = bench_clock();
        tell_all(self, &big->crowd, START);
    } else if (message->tag == REPORT && ++big->reports == big->crowd.actors) {
        big->elapsed = bench_clock() - big->began;
        tell_all(self, &big->crowd, STOP);
    } else if (message->tag == SERVED) {
        add_up(self, big, message);
    }
}

static const act_behavior director = {
    .name = "big",
    .state_bytes = sizeof(struct big),
    .args_bytes = sizeof(struct crowd),
    .init = begin,
    .receive = receive,
};

void bench_big(void)
{
    struct crowd crowd = {.actors = bench_number("actors", 2, 10000000),
                          .rounds = bench_number("rounds", 1, 1000000)};
    bench_run(&director, &crowd, NULL);
}
