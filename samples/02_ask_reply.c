/* A client asks a server; exactly one answer comes back to each ask: the reply, DOWN, or TIMED_OUT. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <inttypes.h>
#include <stdio.h>

enum { SQUARE = 1, SLEEP, CRASH, RESULT };

/* ---- the server: squares numbers, never answers SLEEP, and dies of CRASH ---- */

static void serve(act_self *self, void *state, const act_message *message)
{
    (void)state;
    switch (message->tag) {
    case SQUARE:
        act_answer_value(self, message, RESULT, act_int64(message->as.int64 * message->as.int64));
        break;
    case CRASH:
        act_panic(self, "told to crash");
    default:
        break;
    }
}

static const act_behavior server = {.name = "server", .receive = serve};

/* ---- the client: one ask after the other ---- */

struct client {
    act_pid server;
    int     step;
};

static act_result ask_next(act_self *self, struct client *client)
{
    static const uint32_t asks[] = {SQUARE, SLEEP, CRASH, SQUARE};
    act_ref               ask;
    if (client->step == sizeof asks / sizeof *asks) {
        act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
        return ACT_OK;
    }
    return act_ask_value(self, &ask, client->server, asks[client->step++], act_int64(12), ACT_MS(50));
}

static act_result begin(act_self *self, void *state, const void *args)
{
    struct client *client = state;
    client->server = *(const act_pid *)args;
    return ask_next(self, client);
}

static void answer(act_self *self, void *state, const act_message *message)
{
    act_exit_reason reason = act_message_reason(message);
    switch (message->tag) {
    case RESULT:
        printf("the square is %" PRId64 "\n", message->as.int64);
        break;
    case ACT_MESSAGE_TIMED_OUT:
        printf("no answer in time\n");
        break;
    case ACT_MESSAGE_DOWN:
        printf("the server is down: %s%s%s\n", act_exit_kind_text(reason.kind), reason.text != NULL ? ", " : "",
               reason.text != NULL ? reason.text : "");
        break;
    }
    if (ask_next(self, state) != ACT_OK)
        act_panic(self, "cannot ask");
}

static const act_behavior client = {
    .name = "client",
    .state_bytes = sizeof(struct client),
    .args_bytes = sizeof(act_pid),
    .init = begin,
    .receive = answer,
};

/* Crashes are part of the show: nobody needs to read of them on standard error. */
static void quiet(void *context, act_log_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

int main(void)
{
    act_system *system;
    act_pid     server_pid, client_pid;
    if (act_system_create(&system, ACT_SYSTEM_OPTIONS(.log = quiet)) != ACT_OK)
        return 1;
    act_result result = act_system_spawn(system, &server_pid, &server, NULL, NULL);
    if (result == ACT_OK)
        result = act_system_spawn(system, &client_pid, &client, &server_pid, NULL);
    if (result == ACT_OK)
        result = act_system_join(system, client_pid, NULL, ACT_FOREVER);
    if (result != ACT_OK)
        fprintf(stderr, "ask_reply: %s\n", act_result_text(result));
    act_system_destroy(&system);
    return result != ACT_OK;
}
