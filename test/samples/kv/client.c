/* A client that behaves well or badly, as its first argument says; for the scripts that test kv. */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <test/samples/kv/dice.h>

enum { PATIENCE_MS = 20000, CHUNK_BYTES = 65536 };

static uint16_t port;

/* ---- Sockets ---- */

static void fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static int dial(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        fail("connect");
    return fd;
}

static bool is_ready(int fd, short events, int milliseconds)
{
    struct pollfd poll_fd = {.fd = fd, .events = events};
    return poll(&poll_fd, 1, milliseconds) == 1;
}

static void say(int fd, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
        if (sent < 0)
            fail("send");
        bytes += sent;
        count -= (size_t)sent;
    }
}

/* Reads until `count` bytes are there or the other side has ended. Returns: how many. */
static size_t hear(int fd, char *bytes, size_t count)
{
    size_t heard = 0;
    while (heard < count) {
        if (!is_ready(fd, POLLIN, PATIENCE_MS)) {
            errno = ETIMEDOUT;
            fail("no answer");
        }
        ssize_t got = recv(fd, bytes + heard, count - heard, 0);
        if (got < 0 && errno != ECONNRESET)
            fail("recv");
        if (got <= 0)
            break;
        heard += (size_t)got;
    }
    return heard;
}

/* What comes must be this, to the byte. */
static void expect(int fd, const char *text)
{
    static char heard[CHUNK_BYTES];
    size_t      count = strlen(text), got = hear(fd, heard, count);
    if (got == count && memcmp(heard, text, count) == 0)
        return;
    fprintf(stderr, "expected: %s\n     got: %.*s\n", text, (int)got, heard);
    exit(1);
}

/* An answer that is a number. Returns: 1; whichever number it is. */
static int hear_number(int fd)
{
    char byte = 0;
    expect(fd, ":");
    while (byte != '\n') {
        if (hear(fd, &byte, 1) != 1)
            fail("half a number");
    }
    return 1;
}

static void expect_end(int fd)
{
    char more;
    if (hear(fd, &more, 1) != 0) {
        fprintf(stderr, "expected the end, got '%c'\n", more);
        exit(1);
    }
    close(fd);
}

static void say_text(int fd, const char *text)
{
    say(fd, text, strlen(text));
}

/* Others are served all the same. */
static void expect_service(void)
{
    int fd = dial();
    say_text(fd, "SET served yes\r\nGET served\r\nPING\r\nQUIT\r\n");
    expect(fd, "+OK\r\n$3\r\nyes\r\n+PONG\r\n+OK\r\n");
    expect_end(fd);
}

/* ---- Well-behaved ---- */

/*
 * One long pipeline over all shards, with commands of every kind of place in between: the replies
 * keep their order.
 */
static int order(int count)
{
    char request[300], reply[300];
    int  fd = dial();
    for (int from = 0; from < count; from += 100) {
        for (int i = from; i < from + 100; i++) {
            int n = snprintf(
                request, sizeof request,
                "SET order:%d %d\r\nPING\r\nINCR order:%d\r\nMSET a:%d 1 b:%d 2 c:%d 3\r\nMGET "
                "c:%d order:%d none\r\n"
                "NOSUCH\r\nGET order:%d\r\nECHO e%d\r\nDEL order:%d a:%d b:%d c:%d\r\n",
                i, i, i, i, i, i, i, i, i, i, i, i, i, i);
            say(fd, request, (size_t)n);
        }
        for (int i = from; i < from + 100; i++) {
            int  digits = snprintf(request, sizeof request, "%d", i + 1);
            char echo[32];
            int  length = snprintf(echo, sizeof echo, "e%d", i);
            snprintf(
                reply, sizeof reply,
                "+OK\r\n+PONG\r\n:%d\r\n+OK\r\n*3\r\n$1\r\n3\r\n$%d\r\n%d\r\n$-1\r\n"
                "-ERR unknown command 'NOSUCH', with args beginning with: \r\n$%d\r\n%d\r\n$%d\r\n"
                "%s\r\n:4\r\n",
                i + 1, digits, i + 1, digits, i + 1, length, echo);
            expect(fd, reply);
        }
    }
    close(fd);
    return 0;
}

/* A value of 40 MB goes in and comes back. */
static int big(void)
{
    enum { BYTES = 40 * 1024 * 1024 };
    char    *value = malloc(BYTES), *heard = malloc(BYTES), header[64];
    uint64_t seed = 1;
    int      fd = dial();
    if (value == NULL || heard == NULL)
        fail("malloc");
    for (size_t i = 0; i < BYTES; i += 1 + i / 64)
        value[i] = (char)dice_roll(&seed, 256);
    say(fd, header,
        (size_t)snprintf(header, sizeof header, "*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$%d\r\n", BYTES));
    say(fd, value, BYTES);
    say_text(fd, "\r\nGET big\r\nDEL big\r\nQUIT\r\n");
    snprintf(header, sizeof header, "+OK\r\n$%d\r\n", BYTES);
    expect(fd, header);
    bool same = hear(fd, heard, BYTES) == BYTES && memcmp(value, heard, BYTES) == 0;
    expect(fd, "\r\n:1\r\n+OK\r\n");
    expect_end(fd);
    free(value);
    free(heard);
    return !same;
}

/* A million short words, so many to a request. */
static int million(int count)
{
    enum { WORDS = 1000000 };
    static const char word[] = "$1\r\na\r\n";
    enum { WORD_BYTES = sizeof word - 1 };
    char *request = malloc(64 + (size_t)count * WORD_BYTES), reply[32];
    int   fd = dial();
    if (request == NULL)
        fail("malloc");
    say_text(fd, "SET a 1\r\n");
    expect(fd, "+OK\r\n");
    size_t size = (size_t)sprintf(request, "*%d\r\n$6\r\nEXISTS\r\n", count + 1);
    for (int i = 0; i < count; i++, size += WORD_BYTES)
        memcpy(request + size, word, WORD_BYTES);
    snprintf(reply, sizeof reply, ":%d\r\n", count);
    for (int i = 0; i < WORDS / count; i++) {
        say(fd, request, size);
        expect(fd, reply);
    }
    close(fd);
    free(request);
    return 0;
}

/*
 * When PONG is here the shard has the command behind it in its inbox, before all that comes later.
 */
static int put_to_sleep(const char *seconds)
{
    char text[64];
    int  fd = dial();
    say(fd, text, (size_t)snprintf(text, sizeof text, "PING\r\nDEBUG SLEEP %s\r\n", seconds));
    expect(fd, "+PONG\r\n");
    return fd;
}

/* The time a sleeping shard needs is no other's: keys of other shards answer meanwhile. */
static int asleep(void)
{
    char key[16];
    int  sleeper = put_to_sleep("0.4"), answered = 0, fds[64];
    for (int i = 0; i < 64; i++) {
        fds[i] = dial();
        say(fds[i], key, (size_t)snprintf(key, sizeof key, "GET k%d\r\n", i));
    }
    for (int i = 0; i < 64; i++)
        answered += is_ready(fds[i], POLLIN, 10);
    for (int i = 0; i < 64; i++) {
        expect(fds[i], "$-1\r\n");
        close(fds[i]);
    }
    expect(sleeper, "+OK\r\n");
    close(sleeper);
    printf("%d of 64 were answered while one shard slept\n", answered);
    return answered == 0 || answered == 64;
}

/*
 * Each command that crashes a shard gets TRYAGAIN, once, and no other does: not those that wait for
 * it meanwhile.
 */
static int crash(void)
{
    char heard[4096] = "";
    int  fd = dial(), sleeper = put_to_sleep("0.2"), again = 0, done = 0;
    for (int i = 0; i < 40; i++)
        say(fd, heard,
            (size_t)snprintf(heard, sizeof heard, "DEBUG PANIC k%d\r\nGET k%d\r\nPING\r\n", i, i));
    say_text(fd, "QUIT\r\n");
    size_t count = hear(fd, heard, sizeof heard - 1);
    heard[count] = '\0';
    for (char *at = heard; *at != '\0'; at = strchr(at, '\n') + 1) {
        again += strncmp(at, "-TRYAGAIN shard restarted\r\n", 27) == 0;
        done += strncmp(at, "+PONG\r\n", 7) == 0 || strncmp(at, "$-1\r\n", 5) == 0;
    }
    printf("%d TRYAGAIN, %d done\n", again, done);
    expect(sleeper, "+OK\r\n");
    close(fd);
    close(sleeper);
    return again != 40 || done != 80;
}

/*
 * Crashes one shard again and again, as fast as it comes back: that neither ends the service nor
 * costs a key.
 */
static int panics(int count)
{
    int fd = dial();
    say_text(fd, "SET survivor 1\r\n");
    expect(fd, "+OK\r\n");
    for (int i = 0; i < count; i++) {
        say_text(fd, "DEBUG PANIC survivor\r\n");
        expect(fd, "-TRYAGAIN shard restarted\r\n");
    }
    say_text(fd, "GET survivor\r\nDEL survivor\r\n");
    expect(fd, "$1\r\n1\r\n:1\r\n");
    close(fd);
    return 0;
}

/*
 * Others count while two crash the counter's shard: each is answered, and what is answered is what
 * was done.
 */
static int lost(int rounds)
{
    enum { CRASHERS = 2, COUNTERS_MAX = 6, CLIENTS = CRASHERS + COUNTERS_MAX };
    int  fds[CLIENTS];
    char value[32], header[64];
    long counted = 0;
    for (int i = 0; i < CLIENTS; i++)
        fds[i] = dial();
    for (int n = 0; n < rounds; n++) {
        for (int i = 0; i < CLIENTS; i++)
            say_text(fds[i], i < CRASHERS ? "DEBUG PANIC lost\r\n" : "INCR lost\r\nINCR lost\r\n");
        for (int i = 0; i < CRASHERS; i++)
            expect(fds[i], "-TRYAGAIN shard restarted\r\n");
        for (int i = CRASHERS; i < CLIENTS; i++)
            counted += hear_number(fds[i]) + hear_number(fds[i]);
    }
    int digits = snprintf(value, sizeof value, "%ld", counted);
    snprintf(header, sizeof header, "$%d\r\n%s\r\n:1\r\n", digits, value);
    say_text(fds[0], "GET lost\r\nDEL lost\r\n");
    expect(fds[0], header);
    for (int i = 0; i < CLIENTS; i++)
        close(fds[i]);
    return 0;
}

/*
 * New clients, eight at a time with five crashes under way each: every one is told of all five, and
 * of nothing else.
 */
static int calls(int count)
{
    enum { CALLERS = 8, CRASHES = 5 };
    for (int done = 0; done < count; done += CALLERS) {
        int fds[CALLERS];
        for (int i = 0; i < CALLERS; i++) {
            fds[i] = dial();
            for (int k = 0; k < CRASHES; k++) {
                char text[64];
                say(fds[i], text,
                    (size_t)snprintf(text, sizeof text, "DEBUG PANIC k%d\r\n", done + i * k));
            }
            shutdown(fds[i], SHUT_WR);
        }
        for (int i = 0; i < CALLERS; i++) {
            for (int k = 0; k < CRASHES; k++)
                expect(fds[i], "-TRYAGAIN shard restarted\r\n");
            expect_end(fds[i]);
        }
    }
    return 0;
}

/* ---- Badly behaved ---- */

/* Closes with a reset instead of a farewell. */
static void slam(int fd)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
}

/*
 * Opens and drops connections, WAVE at a time: silent, in the middle of a command, and with replies
 * under way.
 */
static int flood(int count)
{
    enum { WAVE = 1000 };
    static const char *const words[] = {"", "*2\r\n$3\r\nGET\r\n$",
                                        "SET flood 1\r\nGET flood\r\nMGET a b c d\r\n"};
    static int               fds[WAVE];
    for (int done = 0; done < count; done += WAVE) {
        for (int i = 0; i < WAVE; i++) {
            fds[i] = dial();
            say_text(fds[i], words[i % 3]);
        }
        for (int i = 0; i < WAVE; i++) {
            if (i % 2 == 0)
                slam(fds[i]);
            else
                close(fds[i]);
        }
    }
    expect_service();
    return 0;
}

/* Bytes that are partly what the protocol has. */
static size_t noise(uint64_t *seed, char *bytes, size_t most)
{
    static const char *const words[] = {
        "*3\r\n",       "$3\r\n",       "SET\r\n",           "\r\n",
        "*-1\r\n",      "$-5\r\n",      "*99999999999\r\n",  "GET k\r\n",
        "$1000000\r\n", "MGET a b\r\n", "DEBUG SLEEP 0\r\n", "'\"\\x"};
    size_t count = 0;
    while (count + 32 < most) {
        const char *word = words[dice_roll(seed, sizeof words / sizeof words[0])];
        if (dice_roll(seed, 3) == 0)
            bytes[count++] = (char)dice_roll(seed, 256);
        else if (dice_roll(seed, 20) == 0)
            break;
        else
            count += (size_t)snprintf(bytes + count, most - count, "%s", word);
    }
    return count;
}

static int random_bytes(int rounds)
{
    static char bytes[4096], heard[CHUNK_BYTES];
    for (int i = 0; i < rounds; i++) {
        uint64_t seed = (uint64_t)i;
        int      fd = dial();
        size_t   count = noise(&seed, bytes, sizeof bytes);
        if (send(fd, bytes, count, MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET)
            fail("send");
        shutdown(fd, SHUT_WR);
        while (hear(fd, heard, sizeof heard) > 0)
            continue;
        close(fd);
    }
    expect_service();
    return 0;
}

/* Writes all its requests before it reads a reply, as many a client library does. */
static int before(int count)
{
    enum { VALUE_BYTES = 100, REPLY_BYTES = 6 + VALUE_BYTES + 2 };
    static const char ask[] = "*2\r\n$3\r\nGET\r\n$6\r\nbefore\r\n";
    char              request[256], *asks = malloc((size_t)count * (sizeof ask - 1)),
                       *heard = malloc((size_t)count * REPLY_BYTES);
    int fd = dial(), same = 0;
    if (asks == NULL || heard == NULL)
        fail("malloc");
    say(fd, request,
        (size_t)snprintf(request, sizeof request, "SET before %0*d\r\n", VALUE_BYTES, 7));
    expect(fd, "+OK\r\n");
    for (int i = 0; i < count; i++)
        memcpy(asks + (size_t)i * (sizeof ask - 1), ask, sizeof ask - 1);
    say(fd, asks, (size_t)count * (sizeof ask - 1));
    snprintf(request, sizeof request, "$%d\r\n%0*d\r\n", VALUE_BYTES, VALUE_BYTES, 7);
    if (hear(fd, heard, (size_t)count * REPLY_BYTES) == (size_t)count * REPLY_BYTES) {
        for (int i = 0; i < count; i++)
            same += memcmp(heard + (size_t)i * REPLY_BYTES, request, REPLY_BYTES) == 0;
    }
    say_text(fd, "QUIT\r\n");
    expect(fd, "+OK\r\n");
    expect_end(fd);
    free(asks);
    free(heard);
    printf("%d of %d replies are right\n", same, count);
    return same != count;
}

/*
 * What a web page can make a browser say: nothing behind the first line that tells so is executed.
 */
static int http(void)
{
    static const char *const requests[] = {
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\nSET http yes\r\nQUIT\r\n",
        "GET /x HTTP/1.1\r\nUser-Agent: a\r\nhOst: x\r\n\r\nSET http yes\r\nQUIT\r\n",
        "*1\r\n$4\r\npost\r\nSET http yes\r\nQUIT\r\n",
        "MULTI\r\nHOST: x\r\nSET http yes\r\nEXEC\r\nQUIT\r\n"};
    char heard[4096];
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        int fd = dial();
        say_text(fd, requests[i]);
        while (hear(fd, heard, sizeof heard) > 0)
            continue;
        close(fd);
    }
    int fd = dial();
    say_text(fd, "GET http\r\nQUIT\r\n");
    expect(fd, "$-1\r\n+OK\r\n");
    expect_end(fd);
    return 0;
}

/*
 * Transactions over all shards by several at once, while these crash: each is done as one, once, or
 * told not to be.
 */
static int transactions(int rounds)
{
    enum { CLIENTS = 4, KEYS = 8 };
    int  fds[CLIENTS], crasher = dial();
    char text[512], line[32];
    for (int i = 0; i < CLIENTS; i++)
        fds[i] = dial();
    for (int n = 0; n < rounds; n++) {
        say(crasher, text, (size_t)snprintf(text, sizeof text, "DEBUG PANIC t%d\r\n", n % KEYS));
        for (int i = 0; i < CLIENTS; i++) {
            size_t count = (size_t)snprintf(text, sizeof text, "MULTI\r\n");
            for (int k = 0; k < KEYS; k++)
                count += (size_t)snprintf(text + count, sizeof text - count, "INCR t%d\r\n",
                                          (k + i) % KEYS);
            count += (size_t)snprintf(text + count, sizeof text - count, "EXEC\r\n");
            say(fds[i], text, count);
        }
        for (int i = 0; i < CLIENTS; i++) {
            expect(fds[i], "+OK\r\n");
            for (int k = 0; k < KEYS; k++)
                expect(fds[i], "+QUEUED\r\n");
            expect(fds[i], "*8\r\n");
            for (int k = 0; k < KEYS; k++)
                hear_number(fds[i]);
        }
        expect(crasher, "-TRYAGAIN shard restarted\r\n");
    }
    size_t digits = (size_t)snprintf(line, sizeof line, "%d", rounds * CLIENTS);
    for (int k = 0; k < KEYS; k++) {
        say(crasher, text, (size_t)snprintf(text, sizeof text, "GET t%d\r\nDEL t%d\r\n", k, k));
        snprintf(text, sizeof text, "$%zu\r\n%s\r\n:1\r\n", digits, line);
        expect(crasher, text);
    }
    for (int i = 0; i < CLIENTS; i++)
        close(fds[i]);
    close(crasher);
    return 0;
}

/* Clients that have borrowed tables and leave, or only watch, keep none from the others. */
static int leavers(int count)
{
    for (int i = 0; i < count; i++) {
        int fd = dial();
        say_text(
            fd,
            "WATCH l0 l1 l2 l3\r\nMULTI\r\nSET l0 1\r\nSET l1 1\r\nSET l2 1\r\nMGET l0 l1 l2 l3\r\n"
            "EXEC\r\n");
        slam(fd);
    }
    expect_service();
    return 0;
}

/* Listening on "::" is listening on both. */
static int dual(void)
{
    struct sockaddr_in6 address = {
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    expect_service();
    if (fd < 0 ||
        (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 && errno != ECONNREFUSED))
        return 77; /* there is no IPv6 here */
    say_text(fd, "PING\r\n");
    expect(fd, "+PONG\r\n");
    close(fd);
    return 0;
}

/* Asks for much and never reads, until kv ends the connection. The script looks at kv's memory. */
static int deaf(void)
{
    enum { VALUE_BYTES = 100 * 1024, ASKS = 100 };
    static char value[VALUE_BYTES], asks[ASKS * 16];
    size_t      count = 0, said = 0;
    int         fd = dial(), small = 4096;
    memset(value, 'v', sizeof value);
    for (int k = 0; k < 4; k++) {
        say(fd, asks,
            (size_t)snprintf(asks, sizeof asks, "*3\r\n$3\r\nSET\r\n$2\r\nd%d\r\n$%d\r\n", k,
                             VALUE_BYTES));
        say(fd, value, sizeof value);
        say_text(fd, "\r\n");
        expect(fd, "+OK\r\n");
    }
    for (int i = 0; i < ASKS; i++)
        count += (size_t)snprintf(asks + count, sizeof asks - count, "GET d%d\r\n", i % 4);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    ssize_t sent = 0;
    while (sent >= 0 && is_ready(fd, POLLOUT, PATIENCE_MS)) {
        sent = send(fd, asks, count, MSG_NOSIGNAL | MSG_DONTWAIT);
        said += sent > 0 ? (size_t)sent : 0;
    }
    if (sent >= 0)
        fail("kv takes no more, and does not say so");
    expect_service();
    printf("kv took %zu requests for 100 KB\n", said / 8);
    fflush(stdout);
    getchar(); /* the script has looked */
    slam(fd);
    expect_service();
    return 0;
}

/* A length that no server should believe, and one that is just allowed but never filled. */
static int header(void)
{
    int patient[100];
    int fd = dial();
    say_text(fd, "*2\r\n$3\r\nGET\r\n$536870912\r\n");
    expect(fd, "-ERR Protocol error: invalid bulk length\r\n");
    expect_end(fd);
    for (int i = 0; i < 100; i++) {
        patient[i] = dial();
        say_text(patient[i], "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$67108864\r\nsome");
    }
    expect_service();
    for (int i = 0; i < 100; i++)
        close(patient[i]);
    expect_service();
    return 0;
}

/* Ends of input in all places: what was whole is answered, the rest is forgotten. */
static int half(void)
{
    int fd = dial();
    say_text(fd, "*3\r\n$3\r\nSET\r\n$4\r\nhalf\r\n$10\r\nabc");
    shutdown(fd, SHUT_WR);
    expect_end(fd);
    fd = dial();
    say_text(fd, "DEL half\r\nSET half 1\r\nMGET half half\r\nGET half\r\nGET ha");
    shutdown(fd, SHUT_WR);
    expect(fd, ":0\r\n+OK\r\n*2\r\n$1\r\n1\r\n$1\r\n1\r\n$1\r\n1\r\n");
    expect_end(fd);
    fd = dial();
    say_text(fd, "GET half\r\n)(\r\nGET half\r\n*1\r\n+what?\r\nGET half\r\n");
    expect(fd, "$1\r\n1\r\n-ERR unknown command ')(', with args beginning with: \r\n$1\r\n1\r\n"
               "-ERR Protocol error: expected '$', got '+'\r\n");
    expect_end(fd);
    expect_service();
    return 0;
}

/* More clients than --maxclients 10 allows; there is room again when some have gone. */
static int crowd(void)
{
    int fds[10];
    for (int i = 0; i < 10; i++) {
        fds[i] = dial();
        say_text(fds[i], "PING\r\n");
        expect(fds[i], "+PONG\r\n");
    }
    int fd = dial();
    expect(fd, "-ERR max number of clients reached\r\n");
    expect_end(fd);
    for (int i = 0; i < 10; i++) {
        say_text(fds[i], "QUIT\r\n");
        expect(fds[i], "+OK\r\n");
        expect_end(fds[i]);
    }
    return 0;
}

enum { COUNTERS = 20, PIPELINE = 50 };

/* One connection, which owns its counter. */
struct counter {
    int  fd, id;
    long count;
};

static void ask_for_more(const struct counter *counter)
{
    char   text[4096];
    size_t count = 0;
    for (int n = 0; n < PIPELINE; n++)
        count +=
            (size_t)snprintf(text + count, sizeof text - count, "INCR count:%d\r\n", counter->id);
    if (send(counter->fd, text, count, MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET)
        fail("send");
}

/* Each reply must be the next number, up to the end. Returns: false then. */
static bool hear_more(struct counter *counter)
{
    char text[64], line[64];
    for (int n = 0; n < PIPELINE; n++) {
        size_t length = (size_t)snprintf(line, sizeof line, ":%ld\r\n", counter->count + 1);
        size_t got = hear(counter->fd, text, length);
        if (got == 0)
            return false;
        if (got != length || memcmp(text, line, length) != 0) {
            fprintf(stderr, "expected %s got %.*s\n", line, (int)got, text);
            exit(1);
        }
        counter->count++;
    }
    return true;
}

/* Counts up with pipelines on several connections until kv ends. */
static int count_up(void)
{
    struct counter counters[COUNTERS] = {0};
    int            open_count = COUNTERS;
    long           total = 0;
    for (int i = 0; i < COUNTERS; i++)
        counters[i] = (struct counter){.fd = dial(), .id = i};
    for (bool told = false; open_count > 0; told = true) {
        for (int i = 0; i < COUNTERS; i++) {
            if (counters[i].fd >= 0)
                ask_for_more(&counters[i]);
        }
        for (int i = 0; i < COUNTERS; i++) {
            if (counters[i].fd < 0 || hear_more(&counters[i]))
                continue;
            close(counters[i].fd);
            counters[i].fd = -1;
            open_count--;
            total += counters[i].count;
        }
        if (!told) { /* all have been answered: from here on the end may come */
            puts("counting");
            fflush(stdout);
        }
    }
    printf("%ld counted\n", total);
    return total == 0;
}

/* ---- The words ---- */

static const struct {
    const char *name;
    int (*run)(void);
    int (*run_counted)(int count);
} words[] = {
    {"asleep", asleep, NULL},   {"before", NULL, before},
    {"big", big, NULL},         {"calls", NULL, calls},
    {"count", count_up, NULL},  {"crash", crash, NULL},
    {"dual", dual, NULL},       {"http", http, NULL},
    {"leavers", NULL, leavers}, {"transactions", NULL, transactions},
    {"crowd", crowd, NULL},     {"deaf", deaf, NULL},
    {"flood", NULL, flood},     {"half", half, NULL},
    {"header", header, NULL},   {"lost", NULL, lost},
    {"million", NULL, million}, {"order", NULL, order},
    {"panics", NULL, panics},   {"random", NULL, random_bytes},
};

int main(int argc, char **argv)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    for (size_t i = 0; argc >= 3 && i < sizeof words / sizeof words[0]; i++) {
        port = (uint16_t)atoi(argv[1]);
        if (strcmp(argv[2], words[i].name) == 0)
            return words[i].run != NULL ? words[i].run()
                                        : words[i].run_counted(argc > 3 ? atoi(argv[3]) : 1000);
    }
    fprintf(stderr, "usage: client PORT WORD [COUNT]\n");
    return 2;
}
