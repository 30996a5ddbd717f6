/*
 * A master that keeps its workers busy with small tasks, a few at a time in each inbox. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

enum { TASK = 1 }; /* and its answer */

/* What a task is, and what the total is checked against. */
static int64_t work_step_by_step(uint32_t x)
{
    int64_t sum = 0;
    for (int i = 0; i < 100; i++) {
        x = bench_next(x);
        sum += bench_out(x);
    }
    return sum;
}

/*
 * The same: 100 steps of the generator, each with its output added. Five are computed from one, and
 * the last of them first, as the next five wait for it: gcc would otherwise wait for each
 * multiplication before the next, while LLVM, which compiles the Rust peers, does not. The row is
 * to compare the messages, not the compilers.
 */
static int64_t work(uint32_t x)
{
    const uint32_t a = BENCH_FACTOR, c = BENCH_ADDEND, a2 = a * a, c2 = a * c + c, a3 = a * a2,
                   c3 = a * c2 + c, a4 = a * a3, c4 = a * c3 + c, a5 = a * a4, c5 = a * c4 + c;
    int64_t sum = 0;
    for (int i = 0; i < 100; i += 5) {
        uint32_t x5 = a5 * x + c5;
        sum += (int64_t)bench_out(a * x + c) + bench_out(a2 * x + c2) + bench_out(a3 * x + c3) +
               bench_out(a4 * x + c4) + bench_out(x5);
        x = x5;
    }
    return sum;
}

static void worker_receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    act_tell_value(self, act_message_sender(message), TASK,
                   act_int64(work((uint32_t)message->as.int64)));
}

static const act_behavior worker = {.name = "worker", .receive = worker_receive};

/* ---- the master ---- */

struct master {
    int64_t tasks, workers, window;
    int64_t expected, next, answers, sum, began;
};

static int64_t next_task(struct master *master)
{
    return bench_seed((uint32_t)master->next++);
}

static act_result begin(act_self *self, void *state, const void *args)
{
    struct master *master = state;
    *master = *(const struct master *)args;
    act_pid *pids = bench_alloc(self, (size_t)master->workers * sizeof *pids);
    for (int64_t i = 0; i < master->workers; i++)
        bench_must(act_spawn(self, &pids[i], &worker, NULL, NULL));
    master->began = bench_clock();
    for (int64_t i = 0; i < master->workers * master->window && i < master->tasks; i++)
        act_tell_value(self, pids[i % master->workers], TASK, act_int64(next_task(master)));
    return ACT_OK;
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct master *master = state;
    master->sum += message->as.int64;
    if (master->next < master->tasks)
        act_tell_value(self, act_message_sender(message), TASK, act_int64(next_task(master)));
    if (++master->answers < master->tasks)
        return;
    int64_t elapsed = bench_clock() - master->began;
    bench_check(master->sum == master->expected, "the total is what one alone computes");
    bench_end(self, elapsed, master->tasks);
}

static const act_behavior master = {
    .name = "master",
    .state_bytes = sizeof(struct master),
    .args_bytes = sizeof(struct master),
    .init = begin,
    .receive = receive,
};

void bench_forkjoin(void)
{
    struct master args = {.tasks = bench_number("n", 1, INT32_MAX),
                          .workers = bench_number("workers", 1, 100000),
                          .window = bench_number("window", 1, 100000)};
    for (int64_t i = 0; i < args.tasks; i++)
        args.expected += work_step_by_step(bench_seed((uint32_t)i));
    bench_run(&master, &args, NULL);
}
