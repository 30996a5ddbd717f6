/* A load for the job queue: clients that know the outcomes of what they submit; see README. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOAD_DONE(FIELD) FIELD(1, UINT32, good)
#define LOAD_LOST(FIELD) FIELD(1, TEXT, what)
#define LOAD_MESSAGES(MESSAGE)                                                                     \
    MESSAGE(load_done, LOAD_DONE)                                                                  \
    MESSAGE(load_lost, LOAD_LOST)                                                                  \
    MESSAGE(load_crash, ACT_NO_FIELDS) /* to a client */                                           \
    MESSAGE(load_tick, ACT_NO_FIELDS)                                                              \
    MESSAGE(load_too_late, ACT_NO_FIELDS)
ACT_SCHEMA(load, LOAD_MESSAGES);

static struct {
    uint32_t port, clients, jobs, crash_ms;
} plan;

/* Job i of a client is the i-th of these, over and over; only its first hangs. */
static const struct {
    const char *submit, *outcome;
} kinds[] = {{"hang 0", "failed timed out"}, {"fib 15", "done 610"},  {"flaky 2", "done 2"},
             {"sleep 5", "done 5"},          {"fib 20", "done 6765"}, {"crash 0", "failed panic"}};
enum { KINDS = sizeof kinds / sizeof *kinds };

static uint32_t kind_of(uint32_t i)
{
    return i == 0 ? 0 : 1 + i % (KINDS - 1);
}

/* ---- a client ---- */

struct client {
    act_tcp   *tcp;
    act_frames frames;
    act_pid    director;
    uint32_t   taken, good;
    uint64_t  *numbers; /* of the jobs, in the order submitted */
};

static void lose(act_self *self, const struct client *client, const char *what)
{
    act_tell(self, client->director, load_lost, .what = what);
    act_stop(self);
}

static act_result begin(act_self *self, void *state, const void *args)
{
    struct client *client = state;
    client->director = *(const act_pid *)args;
    client->numbers = act_alloc(self, plan.jobs * sizeof *client->numbers);
    if (client->numbers == NULL)
        return ACT_NO_MEMORY;
    act_result result = act_tcp_connect(self, &client->tcp, "127.0.0.1", (uint16_t)plan.port,
                                        ACT_SECONDS(30), NULL);
    for (uint32_t i = 0; result == ACT_OK && i < plan.jobs; i++)
        result = act_tcp_print(client->tcp, "submit %s\n", kinds[kind_of(i)].submit);
    return result;
}

static void hear_outcome(act_self *self, struct client *client, uint64_t number,
                         const char *outcome)
{
    uint32_t i = 0;
    while (i < client->taken && client->numbers[i] != number)
        i++;
    if (i == client->taken || strcmp(outcome, kinds[kind_of(i)].outcome) != 0)
        lose(self, client, outcome);
    else if (++client->good == plan.jobs)
        act_tell(self, client->director, load_done, .good = client->good);
}

static void hear_line(act_self *self, struct client *client, const char *line)
{
    uint64_t number;
    int      end = 0;
    if (sscanf(line, "job %" SCNu64, &number) == 1 && client->taken < plan.jobs) {
        client->numbers[client->taken++] = number;
        if (act_tcp_print(client->tcp, "result %" PRIu64 "\n", number) != ACT_OK)
            lose(self, client, "a connection takes nothing more");
    } else if (sscanf(line, "%" SCNu64 " %n", &number, &end) == 1 && end > 0) {
        hear_outcome(self, client, number, line + end);
    } else {
        lose(self, client, line);
    }
}

static void hear(act_self *self, void *state, const act_message *message)
{
    struct client *client = state;
    char           line[200];
    act_result     result = ACT_EMPTY;
    if (message->tag == load_crash_tag) {
        if (act_tcp_print(client->tcp, "crash\n") != ACT_OK)
            lose(self, client, "a connection takes nothing more");
        return;
    }
    while (!act_is_ending(self) &&
           (result = act_tcp_next_line(client->tcp, &client->frames, line, sizeof line)) == ACT_OK)
        hear_line(self, client, line);
    if (result != ACT_EMPTY && !act_is_ending(self))
        lose(self, client, "a connection has ended");
}

static const act_behavior client = {.name = "client",
                                    .state_bytes = sizeof(struct client),
                                    .args_bytes = sizeof(act_pid),
                                    .init = begin,
                                    .receive = hear};

/* ---- the director ---- */

struct director {
    act_pid    first;
    uint32_t   ended, lost, crashes;
    uint64_t   good;
    act_millis began;
};

static act_result direct(act_self *self, void *state, const void *args)
{
    struct director *director = state;
    act_pid          me = act_self_pid(self);
    act_ref          timer;
    (void)args;
    director->began = act_now(self);
    act_result result = act_tell_after(self, &timer, me, ACT_SECONDS(120), load_too_late);
    if (result == ACT_OK && plan.crash_ms != 0)
        result = act_every(self, &timer, me, plan.crash_ms, load_tick);
    for (uint32_t i = 0; result == ACT_OK && i < plan.clients; i++)
        result = act_spawn_link(self, &director->first, &client, &me, NULL);
    return result;
}

static void direct_on(act_self *self, void *state, const act_message *message)
{
    struct director *director = state;
    switch (load_tag_of(message)) {
    case load_tick_tag:
        director->crashes++;
        act_tell(self, director->first, load_crash);
        return;
    case load_done_tag:
        director->good += act_view(load_done, message)->good;
        director->ended++;
        break;
    case load_lost_tag:
        fprintf(stderr, "lost: %s\n", act_view(load_lost, message)->what);
        director->lost++;
        director->ended++;
        break;
    case load_too_late_tag: director->ended = plan.clients; break;
    case load_crash_tag:
    default: act_unknown(self, message);
    }
    if (director->ended < plan.clients)
        return;
    uint64_t jobs = (uint64_t)plan.clients * plan.jobs;
    printf("clients=%u jobs=%" PRIu64 " good=%" PRIu64 " lost=%u crashes=%u ms=%" PRId64 "\n",
           plan.clients, jobs, director->good, director->lost, director->crashes,
           act_now(self) - director->began);
    act_exit(self, act_exit_reason_make(director->good == jobs ? ACT_EXIT_NORMAL : ACT_EXIT_ERROR,
                                        0, ""));
}

static const act_behavior director = {.name = "director",
                                      .state_bytes = sizeof(struct director),
                                      .init = direct,
                                      .receive = direct_on};

int main(int argc, char **argv)
{
    uint32_t *const numbers[] = {&plan.port, &plan.clients, &plan.jobs, &plan.crash_ms};
    act_system     *system;
    act_pid         pid;
    act_exit_report report = {.kind = ACT_EXIT_ERROR};
    for (int i = 1; i < argc && i <= 4; i++)
        *numbers[i - 1] = (uint32_t)strtoul(argv[i], NULL, 10);
    if (argc < 4 || argc > 5 || plan.clients == 0 || plan.jobs == 0) {
        fprintf(stderr, "usage: jobs-load PORT CLIENTS JOBS [CRASH_MS]\n");
        return 2;
    }
    if (act_system_create(&system, NULL) != ACT_OK)
        return 1;
    act_result result = act_system_spawn(system, &pid, &director, NULL, NULL);
    if (result == ACT_OK)
        result = act_system_join(system, pid, &report, ACT_FOREVER);
    (void)act_system_destroy(&system);
    return result != ACT_OK || report.kind != ACT_EXIT_NORMAL;
}
