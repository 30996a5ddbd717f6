/* Starts the load and chaos, reports once a second, stops them and says how it went. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/demo/demo.h>

#include <inttypes.h>
#include <stdio.h>

/*
 * STARTING -- kv listens --> DRIVING -- time is up --> CHECKING -- all have finished --> SHOWING
 * the tree
 */
enum phase { STARTING, DRIVING, CHECKING, SHOWING };

enum { TICK_MS = 1000, PATIENCE_TICKS = 15, CONNECT_MS = 5000 };

struct director {
    struct demo *demo;
    enum phase   phase;
    uint32_t     ticks; /* in this phase */
    uint32_t     running_count, crashed_count;
    act_pid     *running; /* the load, then chaos */
    act_tcp     *tcp;     /* to ask for the tree */
    uint64_t     answered_before;
};

/* ---- The end ---- */

static void end(act_self *self)
{
    act_system_stop(act_self_system(self));
}

static void fail(act_self *self, struct director *director, const char *why)
{
    printf("\nFAILED: %s\n", why);
    director->demo->failed = true;
    end(self);
}

static void judge(act_self *self, struct director *director)
{
    const struct demo_numbers *numbers = &director->demo->numbers;
    uint64_t                   unanswered = kv_read(&numbers->sent) - kv_read(&numbers->answered);
    bool good = kv_read(&numbers->lost) == 0 && kv_read(&numbers->wrong) == 0 && unanswered == 0 &&
                director->crashed_count == 0 && kv_read(&numbers->answered) > 0;
    director->demo->failed = !good;
    printf("\n%s\n",
           good ? "OK: no connection was lost, no value was wrong, every request got an answer."
                : "FAILED: see the summary above.");
    fflush(stdout);
    end(self);
}

static void summarise(struct director *director)
{
    const struct demo_numbers *numbers = &director->demo->numbers;
    struct kv_info             info;
    kv_service_info(&director->demo->service, &info);
    printf("\nSummary\n");
    printf("  requests         %" PRIu64 ", answered %" PRIu64 "\n", kv_read(&numbers->sent),
           kv_read(&numbers->answered));
    printf("  TRYAGAIN         %" PRIu64 " (looked up, and not done)\n",
           kv_read(&numbers->try_agains));
    printf("  wrong values     %" PRIu64 "\n", kv_read(&numbers->wrong));
    printf("  connections      %" PRIu32 ", lost %" PRIu64 "\n", director->demo->connections_count,
           kv_read(&numbers->lost));
    printf("  shards crashed   %" PRIu64 ", restarted %" PRIu64 ", crash logs %" PRIu64
           " (not shown)\n",
           kv_read(&numbers->panics), info.shard_restarts,
           atomic_load(&director->demo->crashes_logged));
}

/* ---- Driving ---- */

static void start_one(act_self *self, struct director *director, const act_behavior *behavior,
                      const void *args)
{
    act_ref monitor;
    if (act_spawn_monitor(self, &director->running[director->running_count], &monitor, behavior,
                          args, NULL) != ACT_OK)
        act_panic(self, "cannot start the load");
    director->running_count++;
}

static void start_all(act_self *self, struct director *director)
{
    struct demo *demo = director->demo;
    director->running = act_alloc(self, (demo->connections_count + 1) * sizeof *director->running);
    if (director->running == NULL)
        act_panic(self, "no memory for the load");
    for (uint32_t i = 0; i < demo->connections_count; i++)
        start_one(self, director, &demo_load, &(struct demo_load_args){demo, i});
    start_one(self, director, &demo_chaos, &demo);
    printf(
        "kv listens on 127.0.0.1 port %u: %u shards, %u workers.\n%u connections ask for GET, SET "
        "and INCR and check "
        "every value,\nwhile a random shard is crashed ten times a second.\n\n",
        demo->port, demo->service.options.shards_count, demo->service.options.workers_count,
        demo->connections_count);
    fflush(stdout);
    director->phase = DRIVING;
    director->ticks = 0;
}

static void stop_all(act_self *self, struct director *director)
{
    for (uint32_t i = 0; i <= director->demo->connections_count; i++)
        act_tell(self, director->running[i], demo_stop);
    director->phase = CHECKING;
    director->ticks = 0;
}

/* ---- Once a second ---- */

static void report(struct director *director)
{
    struct demo          *demo = director->demo;
    struct demo_latencies latencies = demo_take_latencies(&demo->numbers);
    uint64_t              answered = kv_read(&demo->numbers.answered);
    struct kv_info        info;
    kv_service_info(&demo->service, &info);
    if (director->ticks == 1)
        printf("%s  time   requests/s    p50 ms    p99 ms    TRYAGAIN    restarts    connections "
               "lost%s\n",
               demo->is_terminal ? "\033[1m" : "", demo->is_terminal ? "\033[0m" : "");
    printf("%4" PRIu32 " s %12" PRIu64 " %9.2f %9.2f %11" PRIu64 " %11" PRIu64 " %19" PRIu64 "\n",
           director->ticks, answered - director->answered_before, latencies.p50, latencies.p99,
           kv_read(&demo->numbers.try_agains), info.shard_restarts, kv_read(&demo->numbers.lost));
    fflush(stdout);
    director->answered_before = answered;
}

static void fail_to_listen(act_self *self, struct director *director, int error)
{
    char why[128];
    snprintf(why, sizeof why, "kv cannot listen on port %u: %s",
             director->demo->service.options.port, strerror(error));
    fail(self, director, why);
}

/* It is told why at once; a kv that says nothing is waited for. */
static void await_start(act_self *self, struct director *director)
{
    int error = atomic_load(&director->demo->service.listen_errno);
    if (error != 0)
        fail_to_listen(self, director, error);
    else if (director->ticks > PATIENCE_TICKS)
        fail(self, director, "kv does not start");
}

static void tick(act_self *self, struct director *director)
{
    act_ref timer;
    if (act_tell_after(self, &timer, act_self_pid(self), TICK_MS, demo_tick) != ACT_OK)
        act_panic(self, "no memory for a timer");
    director->ticks++;
    if (director->phase == STARTING) {
        await_start(self, director);
    } else if (director->phase == DRIVING) {
        report(director);
        if (director->ticks >= director->demo->seconds)
            stop_all(self, director);
    } else if (director->ticks > PATIENCE_TICKS) {
        summarise(director);
        fail(self, director, "not every request got an answer");
    }
}

/* ---- The tree ---- */

static void ask_for_tree(act_self *self, struct director *director)
{
    static const char request[] = "DEBUG TREE\r\n";
    director->phase = SHOWING;
    director->ticks = 0;
    summarise(director);
    if (act_tcp_connect(self, &director->tcp, "127.0.0.1", director->demo->port, CONNECT_MS,
                        NULL) != ACT_OK ||
        act_tcp_write(director->tcp, request, sizeof request - 1) != ACT_OK)
        fail(self, director, "cannot ask for the supervision tree");
}

static void show_tree(act_self *self, struct director *director)
{
    const uint8_t    *bytes;
    struct demo_reply reply;
    size_t            count = act_tcp_input(director->tcp, &bytes);
    size_t            used = demo_reply_read(&reply, bytes, count);
    if (used == 0 && !act_tcp_input_ended(director->tcp))
        return;
    if (used == 0 || used == SIZE_MAX || reply.type != '$') {
        fail(self, director, "no supervision tree");
        return;
    }
    printf("\nThe supervision tree, as 'DEBUG TREE' shows it\n%.*s", (int)reply.bytes.count,
           reply.bytes.data);
    act_tcp_close(&director->tcp);
    judge(self, director);
}

/* ---- Messages ---- */

static void one_is_down(act_self *self, struct director *director, const act_message *message)
{
    director->crashed_count += !act_exit_is_clean(act_message_reason(message));
    if (--director->running_count == 0)
        ask_for_tree(self, director);
}

static void receive(act_self *self, void *state, const act_message *message)
{
    struct director *director = state;
    switch (message->tag) {
    case demo_port_tag:
        director->demo->port = act_view(demo_port, message)->port;
        start_all(self, director);
        break;
    case demo_tick_tag: tick(self, director); break;
    case ACT_MESSAGE_DOWN: one_is_down(self, director, message); break;
    case ACT_MESSAGE_TCP_READABLE: show_tree(self, director); break;
    case ACT_MESSAGE_TCP_CLOSED:
        fail(self, director, "the connection for the supervision tree was lost");
        break;
    }
}

static act_result init(act_self *self, void *state, const void *args)
{
    struct director *director = state;
    act_ref          timer;
    director->demo = *(struct demo *const *)args;
    return act_tell_after(self, &timer, act_self_pid(self), TICK_MS, demo_tick);
}

const act_behavior demo_director = {
    .name = "director",
    .state_bytes = sizeof(struct director),
    .args_bytes = sizeof(struct demo *),
    .init = init,
    .receive = receive,
};
