/*
 * A worker that crashes when told to, and its supervisor; how soon the replacement answers.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { UP = 1, CRASH, PING, PONG };

/* ---- the worker ---- */

static act_result worker_begin(act_self *self, void *state, const void *args)
{
    const act_pid *client = args;
    (void)state;
    act_tell_value(self, *client, UP, act_nothing());
    return ACT_OK;
}

static void worker_receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    if (message->tag == CRASH)
        act_panic(self, "told to crash");
    act_answer_value(self, message, PONG, act_nothing());
}

static const act_behavior worker = {
    .name = "worker",
    .args_bytes = sizeof(act_pid),
    .init = worker_begin,
    .receive = worker_receive,
};

/* ---- the client, which starts the supervisor too ---- */

struct client {
    int64_t  n, rounds, began, crashed_at; /* rounds: begun */
    int64_t *took;
    act_pid  worker;
};

static act_result begin(act_self *self, void *state, const void *args)
{
    struct client      *client = state;
    act_pid             me = act_self_pid(self), supervisor;
    act_child_spec      child = {.id = "worker", .behavior = &worker, .args = &me};
    act_supervisor_spec spec = {.intensity = UINT32_MAX, /* never gives up */
                                .period = ACT_SECONDS(1),
                                .children = &child,
                                .children_count = 1};
    client->n = *(const int64_t *)args;
    client->took = bench_alloc(self, (size_t)client->n * sizeof *client->took);
    bench_must(act_supervisor_spawn_link(self, &supervisor, &spec, NULL));
    return ACT_OK;
}

static void crash(act_self *self, struct client *client, int64_t now)
{
    client->rounds++;
    client->crashed_at = now;
    act_tell_value(self, client->worker, CRASH, act_nothing());
}

static void end(act_self *self, struct client *client, int64_t elapsed)
{
    int64_t n = client->n;
    qsort(client->took, (size_t)n, sizeof *client->took, bench_compare);
    bench_end_with(self, elapsed, n, " restarts_per_s=%.1f p50_ns=%" PRId64 " p99_ns=%" PRId64,
                   (double)n * 1e9 / (double)elapsed, client->took[n / 2],
                   client->took[n * 99 / 100]);
}

/* A worker has come up: the first is crashed at once, its replacements are called before. */
static void up(act_self *self, struct client *client, act_pid worker_pid)
{
    act_ref ask;
    bench_check(!act_pid_equal(client->worker, worker_pid), "a replacement is another actor");
    client->worker = worker_pid;
    if (client->rounds > 0) {
        bench_must(act_ask_value(self, &ask, client->worker, PING, act_nothing(), ACT_SECONDS(5)));
        return;
    }
    client->began = bench_clock();
    crash(self, client, client->began);
}

static void answered(act_self *self, struct client *client)
{
    int64_t now = bench_clock();
    client->took[client->rounds - 1] = now - client->crashed_at;
    if (client->rounds == client->n)
        end(self, client, now - client->began);
    else
        crash(self, client, now);
}

static void receive(act_self *self, void *state, const act_message *message)
{
    bench_check(message->tag == UP || message->tag == PONG, "a replacement comes up and answers");
    if (message->tag == UP)
        up(self, state, act_message_sender(message));
    else
        answered(self, state);
}

static const act_behavior client = {
    .name = "client",
    .state_bytes = sizeof(struct client),
    .args_bytes = sizeof(int64_t),
    .init = begin,
    .receive = receive,
};

/* A line for each crash would be most of the work. */
static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

void bench_restart(void)
{
    int64_t     n = bench_number("n", 1, 100000000);
    const char *supervisor = bench_word("sup", "otp");
    if (strcmp(supervisor, "raw") == 0) /* a hand-written one, for comparison */
        exit(BENCH_NOT_HERE);
    bench_demand(strcmp(supervisor, "otp") == 0, "sup: neither otp nor raw");
    bench_run(&client, &n, quiet);
}
