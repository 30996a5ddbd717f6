/* A chat server, for telnet and nc: names, rooms, and lines that all in a room get; see README. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 24, LINE_BYTES = 1000, MEMBERS_MAX = 4000 };

#define CHAT_TEXT(FIELD) FIELD(1, TEXT, text)
#define CHAT_SAY(FIELD)  FIELD(1, TEXT, name) FIELD(2, TEXT, text)
#define CHAT_MESSAGES(MESSAGE)                                                                     \
    MESSAGE(chat_join, CHAT_TEXT) /* asked of a room, by a client of this name; the answer: */     \
    MESSAGE(chat_joined, ACT_NO_FIELDS)                                                            \
    MESSAGE(chat_who, ACT_NO_FIELDS)                                                               \
    MESSAGE(chat_say, CHAT_SAY)                                                                    \
    MESSAGE(chat_part, ACT_NO_FIELDS)                                                              \
    MESSAGE(chat_line, CHAT_TEXT) /* what a client is to show */
ACT_SCHEMA(chat, CHAT_MESSAGES);

static bool has_chaos;

/* ---- a room: its members are kept memory, which the next instance gets when it fails ---- */

struct room {
    size_t  count;
    act_pid pids[MEMBERS_MAX];
    act_ref monitors[MEMBERS_MAX];
    char    names[MEMBERS_MAX][NAME_BYTES];
};

static act_result room_open(act_self *self, act_none *state, const act_none *args)
{
    struct room *room = act_kept(self);
    act_result   result = ACT_OK;
    (void)state, (void)args;
    for (size_t i = 0; result == ACT_OK && i < room->count; i++)
        result = act_monitor(self, &room->monitors[i], room->pids[i]);
    return result;
}

static void room_tell(act_self *self, const struct room *room, const char *name, const char *text)
{
    char line[NAME_BYTES + 2 + LINE_BYTES]; /* "NAME: " and a line */
    snprintf(line, sizeof line, "%s%s", name, text);
    act_tell_all(self, room->pids, room->count, chat_line, .text = line);
}

/* Its place; count if it is no member. */
static size_t room_find(const struct room *room, act_pid pid)
{
    size_t i = 0;
    while (i < room->count && !act_pid_equal(room->pids[i], pid))
        i++;
    return i;
}

static void room_join(act_self *self, struct room *room, const act_message *message)
{
    act_pid pid = act_message_sender(message);
    size_t  i = room_find(room, pid);
    if (i < room->count) { /* it asks again, as the answer came too late for it */
        act_answer(self, message, chat_joined);
        return;
    }
    if (i == MEMBERS_MAX || act_monitor(self, &room->monitors[i], pid) != ACT_OK) {
        act_refuse(self, act_message_asker(message), act_exit_reason_make(ACT_EXIT_ERROR, 0, ""));
        return;
    }
    room->count++;
    room->pids[i] = pid;
    snprintf(room->names[i], NAME_BYTES, "%s", act_view(chat_join, message)->text);
    act_answer(self, message, chat_joined);
    room_tell(self, room, room->names[i], " has joined");
}

static void room_part(act_self *self, struct room *room, act_pid pid)
{
    size_t i = room_find(room, pid), last = room->count - 1;
    if (i == room->count)
        return;
    room_tell(self, room, room->names[i], " has left");
    act_demonitor(self, room->monitors[i]);
    room->pids[i] = room->pids[last];
    room->monitors[i] = room->monitors[last];
    memmove(room->names[i], room->names[last], NAME_BYTES);
    if (--room->count == 0)
        act_stop(self); /* one that asks to join now is told, and opens it again */
}

static void room_who(act_self *self, const struct room *room, act_pid pid)
{
    size_t used = 0, bytes = sizeof "* here: " + room->count * (NAME_BYTES + 2); /* ", NAME" */
    char  *names = act_scratch(self, bytes);
    for (size_t i = 0; names != NULL && i < room->count; i++)
        used += (size_t)snprintf(names + used, bytes - used, "%s%s", i == 0 ? "* here: " : ", ",
                                 room->names[i]);
    act_tell(self, pid, chat_line, .text = names);
}

static void room_receive(act_self *self, act_none *state, const act_message *message)
{
    struct room           *room = act_kept(self);
    const struct chat_say *said;
    (void)state;
    switch (message->tag) {
    case chat_join_tag: room_join(self, room, message); break;
    case chat_who_tag: room_who(self, room, act_message_sender(message)); break;
    case chat_say_tag:
        said = act_view(chat_say, message);
        room_tell(self, room, said->name, said->text);
        break;
    case chat_part_tag:
    case ACT_MESSAGE_DOWN: room_part(self, room, act_message_sender(message)); break;
    default: act_unknown(self, message);
    }
}

ACT_ACTOR(room, act_none, act_none, .init = room_open, .receive = room_receive,
          .schema = chat_schema);

/* ---- a client: reads commands, and is shown what it is told ---- */

struct client {
    act_tcp   *tcp;
    act_frames frames;
    char       name[NAME_BYTES], room[ACT_NAME_MAX]; /* "" before /nick; "room/ROOM", or "" */
    bool       is_joining;                           /* commands wait until it has joined */
};

/* One that does not read what it is told is disconnected. */
#define SHOW(self, client, ...)                                                                    \
    (act_tcp_print((client)->tcp, __VA_ARGS__) == ACT_OK ? (void)0 : act_stop(self))

static void client_read(act_self *self, struct client *client);
ACT_CONTINUATION(client_opened, struct client, int); /* these know how often it was tried */
ACT_CONTINUATION(client_joined, struct client, int);

static void client_part(act_self *self, struct client *client)
{
    if (client->room[0] != '\0')
        act_tell_name(self, client->room, chat_part);
    client->room[0] = '\0';
}

static void client_stays_out(act_self *self, struct client *client, const char *why)
{
    client_part(self, client); /* an answer that came too late may have let it in */
    client->is_joining = false;
    SHOW(self, client, "! it cannot be joined: %s\r\n", why);
}

static void client_join(act_self *self, struct client *client, int tries)
{
    act_ref              ask;
    act_pid              rooms;
    const act_child_spec spec = {.behavior = &room_behavior,
                                 .options = ACT_SPAWN_OPTIONS(.name = client->room),
                                 .restart = ACT_RESTART_TRANSIENT,
                                 .kept_bytes = sizeof(struct room)};
    client->is_joining = true;
    if (tries > 10 || act_whereis(act_self_system(self), &rooms, "rooms") != ACT_OK ||
        act_supervisor_start_child(self, &ask, rooms, &spec, ACT_SECONDS(5)) != ACT_OK ||
        act_then(self, ask, client_opened, tries) != ACT_OK)
        client_stays_out(self, client, "it does not open");
}

static void client_opened(act_self *self, struct client *client, const act_message *answer,
                          const int *tries)
{
    act_supervisor_answer opened;
    if (act_supervisor_answer_read(answer, &opened) != ACT_OK || opened.result == ACT_FULL)
        client_stays_out(self, client, "there are too many rooms");
    else if (act_ask_name_then(self, NULL, client->room, ACT_SECONDS(5), chat_join,
                               (.text = client->name), client_joined, *tries) != ACT_OK)
        client_join(self, client, *tries + 1); /* it was there already, and has just ended */
    client_read(self, client);
}

static void client_joined(act_self *self, struct client *client, const act_message *answer,
                          const int *tries)
{
    client->is_joining = false;
    if (answer->tag != chat_joined_tag) /* it has ended or failed before it came to this */
        client_join(self, client, *tries + 1);
    client_read(self, client);
}

static bool is_name(const char *name)
{
    size_t count = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    return count > 0 && count < NAME_BYTES && name[count] == '\0';
}

static void client_nick(act_self *self, struct client *client, const char *name)
{
    char registered[ACT_NAME_MAX];
    snprintf(registered, sizeof registered, "nick/%s", name);
    if (client->name[0] != '\0' || act_register(self, registered) != ACT_OK) {
        SHOW(self, client, "! it is taken, or you have a name\r\n");
        return;
    }
    snprintf(client->name, NAME_BYTES, "%s", name);
    SHOW(self, client, "* you are %s\r\n", name);
}

static void client_command(act_self *self, struct client *client, const char *line)
{
    char        text[LINE_BYTES + 2];
    act_pid     pid;
    const char *name = strchr(line, ' ');
    bool        is_in = client->room[0] != '\0', names = name != NULL && is_name(++name);
    if (strncmp(line, "/nick ", 6) == 0 && names) {
        client_nick(self, client, name);
    } else if (strncmp(line, "/join ", 6) == 0 && names && client->name[0] != '\0') {
        client_part(self, client);
        snprintf(client->room, sizeof client->room, "room/%s", name);
        client_join(self, client, 0);
    } else if (strcmp(line, "/part") == 0 && is_in) {
        client_part(self, client);
    } else if (strcmp(line, "/who") == 0 && is_in) {
        act_tell_name(self, client->room, chat_who);
    } else if (strcmp(line, "/kill") == 0 && is_in && has_chaos) {
        if (act_whereis(act_self_system(self), &pid, client->room) == ACT_OK)
            (void)!act_exit_other(self, pid, act_exit_reason_make(ACT_EXIT_KILL, 0, NULL));
    } else if (strcmp(line, "/quit") == 0) {
        act_stop(self);
    } else if (line[0] != '/' && is_in) {
        snprintf(text, sizeof text, ": %s", line);
        act_tell_name(self, client->room, chat_say, .name = client->name, .text = text);
    } else {
        SHOW(self, client, "! /nick NAME, /join ROOM; there /part, /who; /quit\r\n");
    }
}

static void client_read(act_self *self, struct client *client)
{
    char       line[LINE_BYTES];
    act_result result = ACT_EMPTY;
    while (!client->is_joining && !act_is_ending(self) &&
           (result = act_tcp_next_line(client->tcp, &client->frames, line, sizeof line)) == ACT_OK)
        client_command(self, client, line);
    if (result == ACT_FULL)
        SHOW(self, client, "! a line has less than %d bytes\r\n", LINE_BYTES);
    if (result != ACT_OK && result != ACT_EMPTY)
        act_stop(self);
}

static act_result client_begin(act_self *self, struct client *client,
                               const act_tcp_server_args *args)
{
    client->tcp = args->tcp;
    SHOW(self, client, "* welcome: /nick NAME, then /join ROOM\r\n");
    return ACT_OK;
}

static void client_receive(act_self *self, struct client *client, const act_message *message)
{
    switch (message->tag) {
    case chat_line_tag: SHOW(self, client, "%s\r\n", act_view(chat_line, message)->text); break;
    case ACT_MESSAGE_TCP_READABLE: client_read(self, client); break;
    case ACT_MESSAGE_TCP_IDLE:
        SHOW(self, client, "* you have said nothing for long\r\n"); /* fall through */
    case ACT_MESSAGE_TCP_CLOSED: act_stop(self); break;
    default: act_unknown(self, message);
    }
}

static void client_end(act_self *self, struct client *client, act_exit_reason reason)
{
    (void)reason;
    SHOW(self, client, "* goodbye\r\n");
    act_tcp_finish(&client->tcp, ACT_MS(500));
}

ACT_ACTOR(client, struct client, act_tcp_server_args, .init = client_begin,
          .receive = client_receive, .terminate = client_end, .schema = chat_schema);

int main(int argc, char **argv)
{
    unsigned long    port = argc > 1 ? strtoul(argv[1], NULL, 10) : 7000;
    unsigned long    idle = argc > 2 ? strtoul(argv[2], NULL, 10) : 600;
    act_tcp_options *tcp = ACT_TCP_OPTIONS(.idle_timeout = ACT_SECONDS((act_millis)idle));
    act_tcp_server   server = {
          .port = (uint16_t)port, .connection = &client_behavior, .tcp_options = tcp};
    act_supervisor_spec rooms = {
        .strategy = ACT_STRATEGY_DYNAMIC, .children_max = 1000, .intensity = 1000};
    act_child_spec children[] = {act_supervisor_child("rooms", &rooms),
                                 act_tcp_server_child("chat", &server)};
    children[0].options = ACT_SPAWN_OPTIONS(.name = "rooms");
    has_chaos = argc > 3 && strcmp(argv[3], "chaos") == 0;
    if (argc > 4 || (argc > 1 && argv[1][strspn(argv[1], "0123456789")] != '\0') ||
        port > UINT16_MAX || idle == 0 || idle > 1000000 || (argc > 3 && !has_chaos)) {
        fprintf(stderr, "usage: chat [PORT [IDLE_SECONDS [chaos]]]\n");
        return 2;
    }
    return act_system_main(&(act_supervisor_spec){.children = children, .children_count = 2}, NULL);
}
