/*
 * What an actor costs that has what one of a service has: a supervisor, a name, a timer, and
 * another that monitors it. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

#include <inttypes.h>
#include <stdio.h>

enum { NEVER = 1 };
enum { WINDOW = 1000 }; /* asked for and not yet answered */
#define LATER ACT_SECONDS(3600)

static act_result member_begin(act_self *self, void *state, const void *args)
{
    char    name[ACT_NAME_MAX];
    act_ref timer;
    (void)state;
    snprintf(name, sizeof name, "member-%" PRId64, *(const int64_t *)args);
    bench_must(act_register(self, name));
    bench_must(act_tell_after_value(self, &timer, act_self_pid(self), NEVER, act_nothing(), LATER));
    return ACT_OK;
}

static void member_receive(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    bench_fail("a member is told nothing");
}

static const act_behavior member = {.name = "member",
                                    .args_bytes = sizeof(int64_t),
                                    .init = member_begin,
                                    .receive = member_receive};

/* ---- the director, which asks for the members and monitors each ---- */

struct members {
    int64_t n, asked, answered;
    int64_t began, resident_at_first;
    act_pid supervisor;
};

static void ask_for_one(act_self *self, struct members *members)
{
    act_ref ask;
    bench_must(act_supervisor_start_child_args(self, &ask, members->supervisor, &members->asked,
                                               sizeof members->asked, ACT_FOREVER));
    members->asked++;
}

static act_result begin(act_self *self, void *state, const void *args)
{
    static const act_child_spec template = {.id = "member", .behavior = &member};
    static const act_supervisor_spec spec = {
        .strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE, .children = &template, .children_count = 1};
    struct members *members = state;
    members->n = *(const int64_t *)args;
    bench_must(act_supervisor_spawn_link(self, &members->supervisor, &spec, NULL));
    members->resident_at_first = bench_resident_bytes();
    members->began = bench_clock();
    while (members->asked < members->n && members->asked < WINDOW)
        ask_for_one(self, members);
    return ACT_OK;
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct members       *members = state;
    act_supervisor_answer answer;
    act_ref               monitor;
    bench_must(act_supervisor_answer_read(message, &answer));
    bench_must(answer.result);
    bench_must(act_monitor(self, &monitor, answer.child));
    if (members->asked < members->n)
        ask_for_one(self, members);
    if (++members->answered < members->n)
        return;
    bench_end_with(self, bench_clock() - members->began, members->n, " bytes_per_actor=%.1f",
                   (double)(bench_resident_bytes() - members->resident_at_first) /
                       (double)members->n);
}

static const act_behavior director = {
    .name = "members",
    .state_bytes = sizeof(struct members),
    .args_bytes = sizeof(int64_t),
    .init = begin,
    .receive = receive,
};

void bench_members(void)
{
    int64_t n = bench_number("n", 1, 10000000);
    bench_run(&director, &n, NULL);
}
