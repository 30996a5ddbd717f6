/* A load for the chat: clients that talk in their rooms and count what they hear; see README. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "a-longest-name-" /* and 8 digits: 23 bytes, as long as one can be */

#define LOAD_CLIENT(FIELD) FIELD(1, UINT32, number)
#define LOAD_DONE(FIELD)   FIELD(1, UINT64, heard)
#define LOAD_LOST(FIELD)   FIELD(1, TEXT, what)
#define LOAD_MESSAGES(MESSAGE)                                                                     \
    MESSAGE(load_joined, LOAD_CLIENT)                                                              \
    MESSAGE(load_talk, ACT_NO_FIELDS) /* to a client: all are there */                             \
    MESSAGE(load_kill, ACT_NO_FIELDS) /* to a client: let your room be killed */                   \
    MESSAGE(load_done, LOAD_DONE)                                                                  \
    MESSAGE(load_lost, LOAD_LOST)                                                                  \
    MESSAGE(load_tick, ACT_NO_FIELDS)                                                              \
    MESSAGE(load_too_late, ACT_NO_FIELDS)
ACT_SCHEMA(load, LOAD_MESSAGES);

static struct {
    uint32_t port, clients, rooms, lines, kill_ms;
} plan;

/* ---- a client: number n is in room n % rooms ---- */

struct client {
    act_tcp   *tcp;
    act_frames frames;
    act_pid    director;
    uint32_t   number, said;
    uint64_t   heard, to_hear;
    uint32_t  *next; /* line of each in the room */
    bool       is_in;
};

struct client_args {
    act_pid  director;
    uint32_t number;
};

static void lose(act_self *self, const struct client *client, const char *what)
{
    act_tell(self, client->director, load_lost, .what = what);
    act_stop(self);
}

static void write_text(act_self *self, struct client *client, const char *text)
{
    if (act_tcp_write(client->tcp, text, strlen(text)) != ACT_OK)
        lose(self, client, "a connection takes nothing more");
}

static void say_next(act_self *self, struct client *client)
{
    char text[64];
    snprintf(text, sizeof text, "%u\n", client->said++);
    write_text(self, client, text);
}

static act_result begin(act_self *self, void *state, const void *args)
{
    struct client            *client = state;
    const struct client_args *given = args;
    char                      text[100];
    uint32_t                  room = given->number % plan.rooms;
    uint32_t members = plan.clients / plan.rooms + (room < plan.clients % plan.rooms);
    client->director = given->director;
    client->number = given->number;
    client->to_hear = (uint64_t)members * plan.lines;
    client->next = act_alloc(self, members * sizeof *client->next);
    if (client->next == NULL)
        return ACT_NO_MEMORY;
    act_result result = act_tcp_connect(self, &client->tcp, "127.0.0.1", (uint16_t)plan.port,
                                        ACT_SECONDS(30), NULL);
    snprintf(text, sizeof text, "/nick " NAME "%08u\n/join r%u\n", client->number, room);
    if (result == ACT_OK)
        write_text(self, client, text);
    return result;
}

/* What /who is answered with has the names of all in the room. */
static bool lacks_names(const struct client *client, act_bytes line)
{
    size_t members = (size_t)(client->to_hear / plan.lines);
    return line.bytes_count >= 7 && memcmp(line.data, "* here:", 7) == 0 &&
           line.bytes_count != 8 + members * 23 + (members - 1) * 2;
}

static void hear_line(act_self *self, struct client *client, const char *line)
{
    unsigned number, text;
    int      end = 0;
    if (sscanf(line, NAME "%u: %u%n", &number, &text, &end) == 2 && line[end] == '\0') {
        if (number >= plan.clients || number % plan.rooms != client->number % plan.rooms ||
            text != client->next[number / plan.rooms]++) {
            lose(self, client, line);
            return;
        }
        client->heard++;
        if (number == client->number && client->said < plan.lines)
            say_next(self, client);
        if (client->heard == client->to_hear)
            act_tell(self, client->director, load_done, .heard = client->heard);
    } else if (sscanf(line, NAME "%u has joined%n", &number, &end) == 1 && end > 0 &&
               number == client->number) {
        client->is_in = true;
        act_tell(self, client->director, load_joined, .number = client->number);
    } else if (line[0] == '!') {
        lose(self, client, line);
    }
}

static void hear(act_self *self, void *state, const act_message *message)
{
    static const act_framing lines = {.kind = ACT_FRAMING_LINE, .bytes_max = 1 << 20};
    struct client           *client = state;
    char                     line[2000];
    act_bytes                frame;
    act_result               result = ACT_EMPTY;
    if (message->tag == load_talk_tag) {
        write_text(self, client, "/who\n");
        say_next(self, client);
    } else if (message->tag == load_kill_tag) {
        write_text(self, client, "/kill\n");
    } else {
        while (!act_is_ending(self) && (result = act_tcp_next_frame(client->tcp, &client->frames,
                                                                    &lines, &frame)) == ACT_OK) {
            snprintf(line, sizeof line, "%.*s", (int)frame.bytes_count, (const char *)frame.data);
            if (lacks_names(client, frame))
                lose(self, client, line);
            else
                hear_line(self, client, line);
        }
    }
    if (result != ACT_EMPTY && !act_is_ending(self))
        lose(self, client, "a connection has ended");
}

static const act_behavior client = {.name = "client",
                                    .state_bytes = sizeof(struct client),
                                    .args_bytes = sizeof(struct client_args),
                                    .init = begin,
                                    .receive = hear};

/* ---- the director ---- */

struct director {
    act_pid   *pids;
    bool      *is_in;
    uint32_t   joined, done, lost, kills;
    uint64_t   heard;
    act_millis began;
};

static act_result direct(act_self *self, void *state, const void *args)
{
    struct director *director = state;
    act_ref          timer;
    (void)args;
    director->began = act_now(self);
    director->pids = act_alloc(self, plan.clients * sizeof *director->pids);
    director->is_in = act_alloc(self, plan.clients * sizeof *director->is_in);
    if (director->pids == NULL || director->is_in == NULL)
        return ACT_NO_MEMORY;
    act_result result =
        act_tell_after(self, &timer, act_self_pid(self), ACT_SECONDS(120), load_too_late);
    if (result == ACT_OK && plan.kill_ms != 0)
        result = act_every(self, &timer, act_self_pid(self), plan.kill_ms, load_tick);
    for (uint32_t i = 0; result == ACT_OK && i < plan.clients; i++)
        result = act_spawn_link(self, &director->pids[i], &client,
                                &(struct client_args){act_self_pid(self), i}, NULL);
    return result;
}

static void end(act_self *self, struct director *director)
{
    uint64_t to_hear = 0;
    for (uint32_t i = 0; i < plan.clients; i++)
        to_hear += (uint64_t)plan.lines *
                   (plan.clients / plan.rooms + (i % plan.rooms < plan.clients % plan.rooms));
    printf("clients=%u rooms=%u said=%" PRIu64 " heard=%" PRIu64 " to_hear=%" PRIu64
           " lost=%u kills=%u ms=%" PRId64 "\n",
           plan.clients, plan.rooms, (uint64_t)plan.clients * plan.lines, director->heard, to_hear,
           director->lost, director->kills, act_now(self) - director->began);
    act_exit(self, act_exit_reason_make(director->heard == to_hear && director->lost == 0
                                            ? ACT_EXIT_NORMAL
                                            : ACT_EXIT_ERROR,
                                        0, "something was lost"));
}

static void direct_on(act_self *self, void *state, const act_message *message)
{
    struct director *director = state;
    uint32_t         one = (uint32_t)(act_random(self) % plan.clients);
    switch (load_tag_of(message)) {
    case load_joined_tag:
        director->is_in[act_view(load_joined, message)->number] = true;
        if (++director->joined == plan.clients)
            act_tell_all(self, director->pids, plan.clients, load_talk);
        break;
    case load_tick_tag:
        if (!director->is_in[one])
            break;
        director->kills++;
        act_tell(self, director->pids[one], load_kill);
        break;
    case load_done_tag:
        director->heard += act_view(load_done, message)->heard;
        if (++director->done == plan.clients)
            end(self, director);
        break;
    case load_lost_tag:
        fprintf(stderr, "lost: %s\n", act_view(load_lost, message)->what);
        director->lost++;
        break;
    case load_too_late_tag: end(self, director); break;
    case load_talk_tag:
    case load_kill_tag:
    default: act_unknown(self, message);
    }
}

static const act_behavior director = {.name = "director",
                                      .state_bytes = sizeof(struct director),
                                      .init = direct,
                                      .receive = direct_on};

int main(int argc, char **argv)
{
    uint32_t *const numbers[] = {&plan.port, &plan.clients, &plan.rooms, &plan.lines,
                                 &plan.kill_ms};
    act_system     *system;
    act_pid         pid;
    act_exit_report report;
    for (int i = 1; i < argc && i <= 5; i++)
        *numbers[i - 1] = (uint32_t)strtoul(argv[i], NULL, 10);
    if (argc < 5 || argc > 6 || plan.rooms == 0 || plan.clients < plan.rooms || plan.lines == 0) {
        fprintf(stderr, "usage: chat-load PORT CLIENTS ROOMS LINES [KILL_MS]\n");
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
