/*
 * A client asks a server; exactly one answer comes back to each ask: the reply, DOWN, or TIMED_OUT.
 */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <inttypes.h>
#include <stdio.h>

#define MATH_SQUARE(FIELD) FIELD(1, INT64, number)
#define MATH_RESULT(FIELD) FIELD(1, INT64, number)
#define MATH_MESSAGES(MESSAGE)                                                                     \
    MESSAGE(math_square, MATH_SQUARE)                                                              \
    MESSAGE(math_sleep, ACT_NO_FIELDS)                                                             \
    MESSAGE(math_crash, ACT_NO_FIELDS)                                                             \
    MESSAGE(math_result, MATH_RESULT)
ACT_SCHEMA(math, MATH_MESSAGES);

/* ---- the server: squares numbers, never answers sleep, and dies of crash ---- */

static void serve(act_self *self, act_none *state, const act_message *message)
{
    int64_t number;
    (void)state;
    switch (math_tag_of(message)) {
    case math_square_tag:
        number = act_view(math_square, message)->number;
        act_answer(self, message, math_result, .number = number * number);
        break;
    case math_sleep_tag: break;
    case math_crash_tag: act_panic(self, "told to crash");
    case math_result_tag:
    default: act_unknown(self, message);
    }
}

ACT_ACTOR(server, act_none, act_none, .receive = serve);

/* ---- the client: one ask after the other ---- */

struct client {
    act_pid server;
    int     step;
};

static act_result ask_next(act_self *self, struct client *client)
{
    act_ref ask;
    switch (client->step++) {
    case 0:
    case 3: return act_ask(self, &ask, client->server, ACT_MS(50), math_square, .number = 12);
    case 1: return act_ask(self, &ask, client->server, ACT_MS(50), math_sleep);
    case 2: return act_ask(self, &ask, client->server, ACT_MS(50), math_crash);
    default: act_stop(self); return ACT_OK;
    }
}

static act_result begin(act_self *self, struct client *client, const act_pid *server)
{
    client->server = *server;
    return ask_next(self, client);
}

static void answer(act_self *self, struct client *client, const act_message *message)
{
    act_exit_reason reason = act_message_reason(message);
    switch (message->tag) {
    case math_result_tag:
        printf("the square is %" PRId64 "\n", act_view(math_result, message)->number);
        break;
    case ACT_MESSAGE_TIMED_OUT: printf("no answer in time\n"); break;
    case ACT_MESSAGE_DOWN:
        printf("the server is down: %s%s%s\n", act_exit_kind_text(reason.kind),
               reason.text != NULL ? ", " : "", reason.text != NULL ? reason.text : "");
        break;
    }
    if (ask_next(self, client) != ACT_OK)
        act_panic(self, "cannot ask");
}

/* Its state, and what it is given: a callback or a spawn with other types does not compile. */
ACT_ACTOR(client, struct client, act_pid, .init = begin, .receive = answer);

/* Crashes are part of the show: they need not be on standard error, too. */
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
    act_result result = server_system_spawn(system, &server_pid, NULL, NULL);
    if (result == ACT_OK)
        result = client_system_spawn(system, &client_pid, &server_pid, NULL);
    if (result == ACT_OK)
        result = act_system_join(system, client_pid, NULL, ACT_FOREVER);
    if (result != ACT_OK)
        fprintf(stderr, "ask_reply: %s\n", act_result_text(result));
    act_system_destroy(&system);
    return result != ACT_OK;
}
