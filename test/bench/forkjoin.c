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
 * The same: 100 steps of the generator, each with its output added. Four are computed from one: gcc
 * would else wait for each multiplication before the next, 113 ns a task on the reference machine,
 * where LLVM, which compiles the Rust peers, finds this by itself: 46 against its 48 ns. The row is
 * to compare the messages, not the compilers.
 */
static int64_t work(uint32_t x)
{
    const uint32_t a = BENCH_FACTOR, c = BENCH_ADDEND, a2 = a * a, c2 = a * c + c;
    int64_t        sum = 0;
    for (int i = 0; i < 100; i += 4) {
        uint32_t x1 = a * x + c, x2 = a2 * x + c2, x3 = a * a2 * x + (a * c2 + c),
                 x4 = a2 * a2 * x + (a2 * c2 + c2);
        sum += (int64_t)bench_out(x1) + bench_out(x2) + bench_out(x3) + bench_out(x4);
        x = x4;
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
