/*
 * The whole service while any request for memory may fail: errors, ends and restarts, and every
 * other client is served.
 */
/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mailbox/base/memory.h>
#include <mailbox/message/pool.h>
#include <test/stress/kv_stress.h>

enum {
    PATIENCE_MS = 20000,
    PIPELINE = 40,
    KEYS = 6,
    REQUESTS_MAX = 5000,
    TRIES_MAX = 100,
    WITHOUT_MS = 5
};

static act_system *act;
static size_t      outstanding; /* messages, before the service was there */
static int         descriptors;

/* ---- The service ---- */

static bool refuse_with_the_framework(enum kv_memory_event event)
{
    return event != KV_MEMORY_ALLOCATE || !act__memory_fails();
}

static void start(void)
{
    outstanding = act__pool_outstanding();
    descriptors = kit_entries_of("/proc/self/fd");
    act__memory_fail_at(0, false);
    kv_memory_hook = refuse_with_the_framework;
    act = start_service();
}

static void stop(void)
{
    stop_service(act);
    ck_assert_uint_eq(kv_read(&service.traffic.connections_now), 0);
    act__pool_flush();
    ck_assert_uint_eq(act__pool_outstanding(), outstanding);
    ck_assert_int_eq(kit_entries_of("/proc/self/fd"), descriptors);
}

/* ---- A client ---- */

/* What it knows of the service. Its keys are its own. */
struct client {
    int  fd;
    char name;
    bool strict; /* there is memory: nothing but a crash is an excuse */
    bool excused;
    bool lost;  /* its connection, and with it perhaps answers */
    long value; /* of all its keys, if sure */
    bool is_sure;
    long counted;
    char reply[4096];
};

static void leave(struct client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
}

/* Its connection may end at any time, but not for no reason. */
static void lose(struct client *client)
{
    ck_assert_msg(!client->strict, "client %c was left", client->name);
    client->lost = true;
    leave(client);
}

static void say(struct client *client, const char *text)
{
    if (client->fd >= 0 && send(client->fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        lose(client);
}

static size_t take(struct client *client, char *bytes, size_t count)
{
    struct pollfd readable = {.fd = client->fd, .events = POLLIN};
    ck_assert_msg(poll(&readable, 1, PATIENCE_MS) == 1, "client %c waits in vain", client->name);
    ssize_t got = recv(client->fd, bytes, count, MSG_WAITALL);
    return got > 0 ? (size_t)got : 0;
}

/* Returns: the line's length with its end, 0 when the connection has ended. */
static size_t take_line(struct client *client, char *line)
{
    size_t count = 0;
    do {
        if (take(client, line + count, 1) == 0)
            return 0;
    } while (line[count++] != '\n');
    return count;
}

/* Reads one reply, to the byte, into client->reply. Returns: false when there is none. */
static bool hear(struct client *client)
{
    char *at = client->reply;
    for (long parts = 1; client->fd >= 0 && parts > 0; parts--) {
        char  *line = at;
        size_t count = take_line(client, line);
        long   length = strtol(line + 1, NULL, 10);
        at += count;
        if (count > 0 && *line == '*')
            parts += length;
        if (count > 0 && *line == '$' && length >= 0) {
            count =
                take(client, at, (size_t)length + 2) == (size_t)length + 2 ? (size_t)length + 2 : 0;
            at += count;
        }
        if (count == 0)
            lose(client);
    }
    *at = '\0';
    return client->fd >= 0;
}

/* Whether the reply tells that the command was not executed. */
static bool is_excuse(struct client *client)
{
    bool lacks = strncmp(client->reply, "-OOM ", 5) == 0;
    ck_assert_msg(!lacks || !client->strict, "client %c got %s", client->name, client->reply);
    bool is = lacks || strncmp(client->reply, "-TRYAGAIN ", 10) == 0;
    client->excused |= is;
    return is;
}

/* Says one request. Returns: whether it was answered without an excuse. */
static bool ask(struct client *client, const char *request)
{
    if (client->fd < 0)
        return false;
    say(client, request);
    return hear(client) && !is_excuse(client);
}

/* ---- What clients do ---- */

static void assert_reply(const struct client *client, const char *expected)
{
    ck_assert_msg(strcmp(client->reply, expected) == 0, "client %c: '%s', not '%s'", client->name,
                  client->reply, expected);
}

/* The same value for keys on several shards. */
static void write_keys(struct client *client, long value)
{
    char request[256] = "MSET";
    for (int k = 0; k < KEYS; k++)
        snprintf(request + strlen(request), sizeof request - strlen(request), " %c%d %ld",
                 client->name, k, value);
    strcat(request, "\r\n");
    client->is_sure = ask(client, request);
    client->value = value;
    if (client->is_sure)
        assert_reply(client, "+OK\r\n");
}

static void read_keys(struct client *client)
{
    char request[128] = "MGET", expected[256], digits[24];
    int  length = snprintf(digits, sizeof digits, "%ld", client->value);
    snprintf(expected, sizeof expected, "*%d\r\n", KEYS);
    for (int k = 0; k < KEYS; k++) {
        snprintf(request + strlen(request), sizeof request - strlen(request), " %c%d", client->name,
                 k);
        snprintf(expected + strlen(expected), sizeof expected - strlen(expected), "$%d\r\n%s\r\n",
                 length, digits);
    }
    strcat(request, "\r\n");
    if (ask(client, request) && client->is_sure)
        assert_reply(client, expected);
}

static void write_and_read_one(struct client *client, long value)
{
    char request[64], expected[64];
    int  length = snprintf(request, sizeof request, "%ld", value);
    snprintf(expected, sizeof expected, "$%d\r\n%ld\r\n", length, value);
    snprintf(request, sizeof request, "SET %c %ld\r\n", client->name, value);
    bool is_set = ask(client, request);
    if (is_set)
        assert_reply(client, "+OK\r\n");
    snprintf(request, sizeof request, "GET %c\r\n", client->name);
    if (ask(client, request) && is_set)
        assert_reply(client, expected);
}

/* A pipeline. No number is given twice, and none is missing: what is excused was not executed. */
static void count_on(struct client *client)
{
    char request[PIPELINE * 16] = "";
    for (int i = 0; i < PIPELINE; i++)
        snprintf(request + strlen(request), sizeof request - strlen(request), "INCR n%c\r\n",
                 client->name);
    say(client, request);
    for (int i = 0; i < PIPELINE && hear(client); i++) {
        if (is_excuse(client))
            continue;
        ck_assert_int_eq(client->reply[0], ':');
        long number = strtol(client->reply + 1, NULL, 10);
        ck_assert_int_gt(number, client->counted);
        ck_assert(client->lost || number == client->counted + 1);
        client->counted = number;
        client->lost = false;
    }
}

static void crash_one(struct client *client)
{
    bool excused = client->excused;
    bool answered = ask(client, "DEBUG PANIC k\r\n");
    ck_assert_msg(!answered, "a crash was answered with %s", client->reply);
    client->excused = excused;
}

static void look_at_the_tree(struct client *client)
{
    if (ask(client, "DEBUG TREE\r\n"))
        ck_assert_int_eq(client->reply[0], '$');
}

static void do_all(struct client *client, long value)
{
    if (client->fd < 0)
        client->fd = dial();
    ck_assert_int_ge(client->fd, 0);
    write_and_read_one(client, value);
    write_keys(client, value);
    read_keys(client);
    count_on(client);
    crash_one(client);
    read_keys(client);
    look_at_the_tree(client);
}

static void quit(struct client *client)
{
    if (ask(client, "QUIT\r\n"))
        assert_reply(client, "+OK\r\n");
    leave(client);
}

/* ---- Cases ---- */

/* With memory again all is right; what has not yet heard of a crash may excuse itself. */
static void play_strictly(struct client *client, long value)
{
    int tries = 0;
    (void)ask(client, "PING\r\n"); /* the end of the connection may be on its way */
    client->strict = true;
    do {
        client->excused = false;
        do_all(client, value);
    } while (client->excused && ++tries < TRIES_MAX);
    ck_assert_int_lt(tries, TRIES_MAX);
    client->strict = false;
}

/* One that comes and goes, and one that stays. Returns: how often memory was asked for. */
static uint64_t play(uint64_t n, struct client *resident, struct client *visitor)
{
    act__memory_fail_at(n, false);
    do_all(visitor, (long)n);
    do_all(resident, (long)n);
    quit(visitor);
    uint64_t requests = act__memory_requests();
    act__memory_fail_at(0, false);
    play_strictly(visitor, (long)n + 1);
    play_strictly(resident, (long)n + 1);
    leave(visitor);
    return requests;
}

static void any_one_request_may_fail(void)
{
    struct client resident = {.fd = -1, .name = 'r'}, visitor = {.fd = -1, .name = 'v'};
    uint64_t      n = 1;
    start();
    play_strictly(&resident, 0);
    while (play(n, &resident, &visitor) >= n && n < REQUESTS_MAX)
        n++;
    printf("# %d requests for memory\n", (int)n);
    ck_assert_uint_gt(n, 100);
    leave(&resident);
    stop();
}

static void *give_memory_back(void *unused)
{
    usleep(WITHOUT_MS * 1000);
    act__memory_fail_at(0, false);
    return unused;
}

static void all_requests_may_fail_for_a_while(void)
{
    struct client resident = {.fd = -1, .name = 'r'}, visitor = {.fd = -1, .name = 'v'};
    start();
    for (uint64_t n = 1; n < 300; n += 3) {
        pthread_t giver;
        play_strictly(&resident, (long)n);
        act__memory_fail_at(n, true);
        ck_assert_int_eq(pthread_create(&giver, NULL, give_memory_back, NULL), 0);
        do_all(&visitor, (long)n);
        do_all(&resident, (long)n + 1);
        quit(&visitor);
        pthread_join(giver, NULL);
    }
    play_strictly(&resident, 0);
    leave(&resident);
    stop();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(any_one_request_may_fail),
    TEST_CASE(all_requests_may_fail_for_a_while),
    END_OF_CASES,
};
