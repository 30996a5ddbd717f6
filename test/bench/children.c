/*
 * Children made from a template: how long they take to start and to stop in order, and what each
 * costs. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

enum { WINDOW = 1000 }; /* asked for and not yet answered */

static void member_receive(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

static const act_behavior member = {.name = "member", .receive = member_receive};

struct children {
    int64_t n, asked, answered;
    int64_t began, started, resident_at_first, resident;
    act_pid supervisor;
};

static void ask_for_one(act_self *self, struct children *children)
{
    act_ref ask;
    bench_must(
        act_supervisor_start_child_args(self, &ask, children->supervisor, NULL, 0, ACT_FOREVER));
    children->asked++;
}

static act_result begin(act_self *self, void *state, const void *args)
{
    static const act_child_spec template = {.id = "member", .behavior = &member};
    static const act_supervisor_spec spec = {
        .strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE, .children = &template, .children_count = 1};
    struct children *children = state;
    *children = *(const struct children *)args;
    bench_must(act_trap_exits(self, true));
    bench_must(act_supervisor_spawn_link(self, &children->supervisor, &spec, NULL));
    children->resident_at_first = bench_resident_bytes();
    children->began = bench_clock();
    while (children->asked < children->n && children->asked < WINDOW)
        ask_for_one(self, children);
    return ACT_OK;
}

static void has_started(act_self *self, struct children *children, const act_message *message)
{
    act_supervisor_answer answer;
    bench_must(act_supervisor_answer_read(message, &answer));
    bench_must(answer.result);
    if (children->asked < children->n)
        ask_for_one(self, children);
    if (++children->answered < children->n)
        return;
    children->started = bench_clock();
    children->resident = bench_resident_bytes();
    bench_must(act_exit_other(self, children->supervisor,
                              act_exit_reason_make(ACT_EXIT_SHUTDOWN, 0, NULL)));
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct children *children = state;
    double           n = (double)children->n;
    if (message->tag == ACT_MESSAGE_SUPERVISOR_ANSWER) {
        has_started(self, children, message);
        return;
    }
    bench_check(message->tag == ACT_MESSAGE_EXIT && children->answered == children->n,
                "it ends when told to");
    bench_end_with(self, children->started - children->began, children->n,
                   " stop_ns=%.1f bytes_per_child=%.1f",
                   (double)(bench_clock() - children->started) / n,
                   (double)(children->resident - children->resident_at_first) / n);
    /* it traps the signal that stops the others */
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static const act_behavior director = {
    .name = "children",
    .state_bytes = sizeof(struct children),
    .args_bytes = sizeof(struct children),
    .init = begin,
    .receive = receive,
};

void bench_children(void)
{
    struct children args = {.n = bench_number("n", 1, 10000000)};
    bench_run(&director, &args, NULL);
}
