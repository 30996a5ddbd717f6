/*
 * Says the same requests to a redis-server and to the service, and tells in TAP where the replies
 * differ.
 */
/* SPDX-License-Identifier: MIT */
#include <test/samples/kv/dice.h>
#include <test/samples/kv/service.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { RANDOM_COMMANDS = 20000, SHOWN_MAX = 5, DUETS = 100, DUET_STEPS = 40, PATIENCE_MS = 5000 };

/* Raw bytes, each on a connection of its own that is closed for writing behind them. */
static const char *const conversations[] = {
    "*-1\r\n*0\r\nPING\r\n",
    "*a\r\n",
    "*2147483648\r\n",
    "*1\r\nx1\r\n",
    "*1\r\n$-1\r\n",
    "*1\r\n$a\r\n",
    "*1\r\n$536870913\r\n",
    "*1\r\n$+4\r\nPING\r\n",
    "*1\r\n$04\r\nPING\r\n",
    "*+1\r\n$4\r\nPING\r\n",
    "*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n",
    "*1\n$4\nPING\r\n",
    "*1\r\n$0\r\n\r\n",
    "PING \"a b\r\n",
    "PING \"a b\"c\r\n",
    "PING 'a\\'b'\r\n",
    "PING \"\\x41\\n\\q\"\r\n",
    "PING 'a'b\r\n",
    "  \r\nPING\r\n",
    "\r\n\r\nPING\n",
    "PING\r\r\n",
    "ping a b c\r\n",
    "foo 'bar baz' qux\r\n",
    "\"fo\\x00o\" \"a\\x00b\" c\r\n",
    "*3\r\n$3\r\nFO\r\r\n$2\r\n\r\n\r\n$3\r\nabc\r\n",
    "\"\"\r\n",
    "*0\r\nquit a b\r\nping\r\n",
    "PING\r\nQUIT\r\nPING\r\n",
    "select a\r\nselect 2147483648\r\nselect -1\r\nselect 0\r\n",
    "hello 4\r\n",
    "hello a\r\n",
    "hello 2 foo\r\n",
    "hello 2 setname 'a b'\r\n",
    "hello 2 auth a b\r\n",
    "client\r\n",
    "client foo\r\n",
    "client id 1\r\n",
    "client setname\r\n",
    "client setname 'a b'\r\n",
    "client getname\r\nclient setname joe\r\nclient getname\r\n",
    "client setname joe\r\nclient setname ''\r\nclient getname\r\n",
    "reset\r\n",
    "reset a\r\n",
    "config\r\n",
    "config get\r\n",
    "config get save\r\n",
    "config get nosuch\r\n",
    "config foo\r\n",
    "config set a b\r\n",
    "command foo\r\n",
    "command count a\r\n",
    "command docs nosuch\r\n",
    "info nosuch\r\n",
    "echo\r\n",
    "echo a b\r\n",
    "mset a\r\nmset a b c\r\nmget\r\n",
    "flushall foo\r\nflushall sync a\r\nflushdb x\r\n",
    "scan a\r\n",
    "scan 0 foo\r\n",
    "scan 0 count\r\n",
    "scan 0 count 0\r\n",
    "scan 0 count a\r\n",
    "scan 18446744073709551616\r\n",
    "setex a 0 x\r\n",
    "setex a -1 x\r\n",
    "setex a x y\r\n",
    "setex a 9223372036854775807 x\r\n",
    "psetex a 0 x\r\n",
    "setex a 10\r\npsetex a 10 x y\r\n",
    "set a b\r\ngetex a ex 0\r\n",
    "getex a ex 10 px 10\r\ngetex a persist ex 10\r\n",
    "getex a nx\r\ngetex a keepttl\r\ngetex a ex\r\n",
    "setrange a -1 x\r\nsetrange a 536870912 x\r\nsetrange a x y\r\n",
    "getrange a 0\r\nsubstr a 0 x\r\n",
    "time a\r\n",
    "copy a\r\ncopy a a\r\ncopy a b foo\r\n",
    "rename a\r\n",
    "rename nosuch b\r\nrenamenx nosuch b\r\nrename nosuch nosuch\r\n",
    "msetnx a\r\nmsetnx a b c\r\n",
    "multi\r\nset tx 1\r\nincr tx\r\nget tx\r\nexec\r\nget tx\r\n",
    "exec\r\ndiscard\r\nunwatch\r\n",
    "multi\r\nmulti\r\nwatch a\r\nping\r\nexec\r\n",
    "multi\r\nnosuch\r\nset tx 3\r\nexec\r\nget tx\r\n",
    "multi\r\nget\r\nexec\r\nexec\r\n",
    "multi\r\nset tx a\r\nincr tx\r\nset tx b\r\nexec\r\nget tx\r\n",
    "multi\r\nset tx c\r\ndiscard\r\nget tx\r\nexec\r\n",
    "multi\r\nexec\r\n",
    "multi a\r\nexec a\r\ndiscard a\r\nwatch\r\n",
    "multi\r\nexec a\r\nget tx\r\nexec\r\n",
    "set a b pxat 99999999999500\r\nexpiretime a\r\npexpiretime a\r\nexpiretime nosuch\r\n",
    "multi\r\nset tx d\r\nreset\r\nget tx\r\nexec\r\n",
    "multi\r\nset tx e\r\nquit\r\nexec\r\n",
    "multi\r\nset tx f\r\n",
    "multi\r\nmset ta 1 tb 2 tc 3\r\nmget ta tb tc td\r\ndel ta tb td\r\nexists ta tb tc\r\n"
    "exec\r\n",
    "multi\r\nhello 2 foo\r\nselect 0\r\nclient getname\r\necho a\r\nexec\r\n",
    "multi\r\nunwatch\r\nexec\r\n",
    "multi\r\nrename tc ta\r\nmsetnx tb 1 td 2\r\ncopy tb tc\r\nmget ta tb tc td\r\nexec\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\n\r\nset pwned 1\r\n",
    "post\r\nset pwned 1\r\n",
    "host: a\r\nset pwned 1\r\n",
    "*1\r\n$5\r\nHOST:\r\n*3\r\n$3\r\nset\r\n$5\r\npwned\r\n$1\r\n1\r\n",
    "get pwned\r\n",
    "debug\r\n",
    "debug foo\r\n",
    "debug sleep\r\n",
    "debug sleep 0\r\n",
    "debug sleep a\r\n"};
enum { CONVERSATIONS_COUNT = sizeof conversations / sizeof conversations[0] };

/*
 * What may stand behind a key. Nothing here depends on how fast the clock runs: a relative time is
 * long, past or refused, and only absolute times are compared with each other. No DBSIZE: redis
 * counts a key set with a past expiry.
 */
static const char *const texts[] = {"a",
                                    "b",
                                    "c",
                                    "A",
                                    "1",
                                    "2",
                                    "10",
                                    "-1",
                                    "0",
                                    "-0",
                                    "007",
                                    "100",
                                    "99999999999999",
                                    "x y",
                                    "9223372036854775807",
                                    "-9223372036854775808",
                                    "9223372036854775808",
                                    "",
                                    "nosuch",
                                    NULL};
static const char *const options[] = {"EX",
                                      "px",
                                      "EXAT",
                                      "pxat",
                                      "NX",
                                      "xx",
                                      "GET",
                                      "KeepTTL",
                                      "1000000",
                                      "5000000",
                                      "0",
                                      "-1",
                                      "nosuch",
                                      "9223372036854775807",
                                      "99999999999999",
                                      NULL};
static const char *const spans[] = {"1000000",
                                    "5000000",
                                    "0",
                                    "-1",
                                    "x",
                                    "NX",
                                    "xx",
                                    "99999999999999",
                                    "9223372036854775807",
                                    "-9223372036854775808",
                                    NULL};
static const char *const ranges[] = {"0",
                                     "1",
                                     "2",
                                     "5",
                                     "-1",
                                     "-2",
                                     "-5",
                                     "-100",
                                     "100",
                                     "x",
                                     "",
                                     "9223372036854775807",
                                     "-9223372036854775808",
                                     NULL};
static const char *const offsets[] = {
    "0", "1", "2", "7", "-1", "x", "536870912", "9223372036854775807", NULL};
static const char *const instants[] = {"99999999999999",
                                       "88888888888888",
                                       "1",
                                       "0",
                                       "-1",
                                       "x",
                                       "NX",
                                       "xx",
                                       "GT",
                                       "lt",
                                       "9223372036854775807",
                                       NULL};
static const char *const keys[] = {"a", "b", "c", "d", "e", "A", "", NULL};

/* The name, and how many words behind it: first a key, then words of a list. */
static const struct {
    const char        *name;
    int                least, most;
    const char *const *words;
} commands[] = {
    {"GET", 1, 1, texts},         {"SET", 2, 6, options},        {"SET", 2, 2, texts},
    {"SET", 2, 4, options},       {"SETNX", 2, 2, texts},        {"GETSET", 2, 2, texts},
    {"GETDEL", 1, 1, texts},      {"APPEND", 2, 2, texts},       {"STRLEN", 1, 1, texts},
    {"INCR", 1, 1, texts},        {"DECR", 1, 1, texts},         {"INCRBY", 2, 2, texts},
    {"DECRBY", 2, 2, texts},      {"MGET", 1, 5, keys},          {"MSET", 1, 8, keys},
    {"DEL", 1, 3, keys},          {"UNLINK", 1, 2, keys},        {"EXISTS", 1, 4, keys},
    {"TYPE", 1, 1, texts},        {"EXPIRE", 2, 4, spans},       {"PEXPIRE", 2, 3, spans},
    {"EXPIREAT", 2, 4, instants}, {"PEXPIREAT", 2, 4, instants}, {"PERSIST", 1, 1, texts},
    {"ECHO", 0, 2, texts},        {"SETEX", 3, 3, spans},        {"PSETEX", 3, 3, spans},
    {"GETEX", 1, 3, options},     {"GETEX", 1, 1, texts},        {"GETRANGE", 3, 3, ranges},
    {"SUBSTR", 3, 3, ranges},     {"SETRANGE", 3, 3, offsets},   {"TOUCH", 1, 3, keys},
    {"RENAME", 2, 2, keys},       {"RENAMENX", 2, 2, keys},      {"COPY", 2, 2, keys},
    {"MSETNX", 1, 8, keys},       {"nosuch", 0, 3, texts},       {"PING", 0, 2, texts}};

static struct service service;
static int            told, failed;

static void tell(bool same, const char *name)
{
    printf("%s %d - %s\n", same ? "ok" : "not ok", ++told, name);
    failed += !same;
}

static void show(const char *label, struct kv_bytes bytes)
{
    printf("# %s ", label);
    for (size_t i = 0; i < bytes.count && i < 300; i++) {
        if (bytes.data[i] >= ' ' && bytes.data[i] <= '~')
            putchar(bytes.data[i]);
        else
            printf("\\x%02x", bytes.data[i]);
    }
    printf("\n");
}

static int open_connection(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int connection = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof address) != 0) {
        perror(path);
        exit(1);
    }
    return connection;
}

static void write_all(int connection, struct kv_bytes bytes)
{
    size_t at = 0;
    while (at < bytes.count) {
        ssize_t count = send(connection, bytes.data + at, bytes.count - at, MSG_NOSIGNAL);
        if (count <= 0)
            return;
        at += (size_t)count;
    }
}

static void read_to_end(int connection, struct kv_buffer *reply)
{
    char    piece[65536];
    ssize_t count;
    while ((count = read(connection, piece, sizeof piece)) > 0)
        kv_buffer_append(reply, piece, (size_t)count);
}

static void ask_redis(const char *path, struct kv_bytes bytes, struct kv_buffer *reply)
{
    int connection = open_connection(path);
    write_all(connection, bytes);
    shutdown(connection, SHUT_WR);
    read_to_end(connection, reply);
    close(connection);
}

static void ask_service(struct kv_bytes bytes, struct kv_buffer *reply)
{
    kv_resp_parser_release(&service.parser);
    kv_resp_parser_init(&service.parser, service.limits);
    kv_session_release(&service.session);
    service.session = (struct kv_session){.id = 1};
    service.closed = false;
    service_feed(&service, bytes.data, bytes.count, reply);
}

static bool same_replies(const char *path, struct kv_bytes bytes)
{
    struct kv_buffer theirs = {0}, ours = {0};
    ask_redis(path, bytes, &theirs);
    ask_service(bytes, &ours);
    bool same = kv_bytes_equal(kv_buffer_bytes(&theirs), kv_buffer_bytes(&ours));
    if (!same) {
        show("asked", bytes);
        show("redis", kv_buffer_bytes(&theirs));
        show("ours ", kv_buffer_bytes(&ours));
    }
    kv_buffer_release(&theirs);
    kv_buffer_release(&ours);
    return same;
}

static const char *random_word(uint64_t *seed, const char *const *words)
{
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    return words[dice_roll(seed, count)];
}

static void add_random_command(struct kv_buffer *bytes, uint64_t *seed)
{
    size_t i = dice_roll(seed, sizeof commands / sizeof commands[0]);
    size_t args = (size_t)commands[i].least +
                  dice_roll(seed, (size_t)(commands[i].most - commands[i].least) + 1);
    kv_resp_array(bytes, args + 1);
    kv_resp_bulk_text(bytes, commands[i].name);
    for (size_t j = 0; j < args; j++)
        kv_resp_bulk_text(bytes, random_word(seed, j == 0 ? keys : commands[i].words));
}

/* The clock of redis is ours. */
static void take_time_from(const char *path)
{
    struct kv_buffer reply = {0};
    long long        seconds, micros;
    ask_redis(path, kv_bytes_text("TIME\r\n"), &reply);
    kv_buffer_append_byte(&reply, '\0');
    if (sscanf((const char *)reply.data, "*2\r\n$%*d\r\n%lld\r\n$%*d\r\n%lld", &seconds, &micros) ==
        2)
        service.now_ms = seconds * 1000 + micros / 1000;
    kv_buffer_release(&reply);
}

static void compare_random_commands(const char *path)
{
    uint64_t seed = 7;
    size_t   different = 0;
    take_time_from(path);
    for (int i = 0; i < RANDOM_COMMANDS && different < SHOWN_MAX; i++) {
        struct kv_buffer bytes = {0};
        add_random_command(&bytes, &seed);
        different += !same_replies(path, kv_buffer_bytes(&bytes));
        kv_buffer_release(&bytes);
    }
    tell(different == 0, "random commands get the same replies");
}

static void random_text(uint64_t *seed, char *text, size_t least)
{
    static const char letters[] = "*?[]^-\\abc";
    size_t            count = least + dice_roll(seed, 8 - least);
    for (size_t i = 0; i < count; i++)
        text[i] = letters[dice_roll(seed, sizeof letters - 1)];
    text[count] = '\0';
}

static void add_command(struct kv_buffer *bytes, const char *name, const char *one,
                        const char *other)
{
    kv_resp_array(bytes, 1 + (one != NULL) + (other != NULL));
    kv_resp_bulk_text(bytes, name);
    if (one != NULL)
        kv_resp_bulk_text(bytes, one);
    if (other != NULL)
        kv_resp_bulk_text(bytes, other);
}

/*
 * One key at a time, so that the order of KEYS is no matter. It is not empty: redis lets "**" not
 * match an empty one.
 */
static void compare_patterns(const char *path)
{
    uint64_t seed = 9;
    size_t   different = 0;
    for (int i = 0; i < RANDOM_COMMANDS / 4 && different < SHOWN_MAX; i++) {
        char             key[8], pattern[8];
        struct kv_buffer bytes = {0};
        random_text(&seed, key, 1);
        random_text(&seed, pattern, 0);
        add_command(&bytes, "FLUSHALL", NULL, NULL);
        add_command(&bytes, "SET", key, "v");
        add_command(&bytes, "KEYS", pattern, NULL);
        different += !same_replies(path, kv_buffer_bytes(&bytes));
        kv_buffer_release(&bytes);
    }
    tell(different == 0, "random patterns match the same keys");
}

/* ---- Two clients ---- */

/* Each line is what one of them says, and waits for; both are new in each conversation. */
static const char *const duets[][12] = {
    {"1 watch a", "1 multi", "1 set a 1", "1 exec", "1 get a"},
    {"1 watch a", "2 set a 2", "1 multi", "1 set a 3", "1 exec", "1 get a", "1 multi", "1 set a 4",
     "1 exec"},
    {"1 watch a b", "1 watch c", "2 append c x", "1 multi", "1 ping", "1 exec"},
    {"1 watch a", "1 set a 5", "1 multi", "1 ping", "1 exec"},
    {"1 watch a", "2 set a 6", "1 unwatch", "1 multi", "1 ping", "1 exec"},
    {"1 watch a", "2 set a 7", "1 multi", "1 discard", "1 multi", "1 ping", "1 exec"},
    {"2 del a", "1 watch a", "2 set a 8", "2 del a", "1 multi", "1 ping", "1 exec"},
    {"2 del a", "1 watch a", "2 del a", "2 flushall", "1 multi", "1 ping", "1 exec"},
    {"2 set a 9", "1 watch a", "2 flushall", "1 multi", "1 ping", "1 exec"},
    {"2 set a 1", "1 watch a", "2 get a", "2 setnx a 2", "2 incrby a x", "1 multi", "1 get a",
     "1 exec"},
    {"2 set a 1", "1 watch a", "2 expire a 1000", "1 multi", "1 get a", "1 exec"},
    {"2 set a 1", "1 watch a", "2 persist a", "2 getex a persist", "1 multi", "1 get a", "1 exec"},
    {"2 set a 1 ex 100", "1 watch a", "2 getex a persist", "1 multi", "1 get a", "1 exec"},
    {"2 mset a 1 b 2 c 3", "1 watch a b c", "2 rename a z", "1 multi", "1 get a", "1 exec"},
    {"1 watch a", "2 multi", "2 set a 1", "1 multi", "1 get a", "1 exec", "2 exec", "1 get a"},
    {"1 watch a", "2 multi", "2 set a 1", "1 multi", "1 get a", "2 exec", "1 exec"},
    {"1 watch a", "2 set a 1", "1 reset", "1 multi", "1 get a", "1 exec"},
    {"1 watch a", "2 set a 1", "1 multi", "1 nosuch", "1 exec", "1 multi", "1 ping", "1 exec"}};

struct duet {
    int               connections[2];
    struct kv_session sessions[2];
};

static void begin_duet(struct duet *duet, const char *path)
{
    *duet = (struct duet){.connections = {open_connection(path), open_connection(path)}};
}

static void end_duet(struct duet *duet)
{
    for (int i = 0; i < 2; i++) {
        kv_session_release(&duet->sessions[i]);
        close(duet->connections[i]);
    }
}

/* As many bytes as ours are, as far as they come. */
static void read_as_many(int connection, size_t count, struct kv_buffer *reply)
{
    char piece[4096];
    while (reply->count < count) {
        struct pollfd readable = {.fd = connection, .events = POLLIN};
        size_t        left = count - reply->count;
        ssize_t       got = poll(&readable, 1, PATIENCE_MS) == 1
                                ? read(connection, piece, left < sizeof piece ? left : sizeof piece)
                                : 0;
        if (got <= 0)
            return;
        kv_buffer_append(reply, piece, (size_t)got);
    }
}

static bool same_reply_in_duet(struct duet *duet, const char *line)
{
    struct kv_buffer theirs = {0}, ours = {0}, bytes = {0};
    int              i = line[0] - '1';
    kv_buffer_append_text(&bytes, line + 2);
    kv_buffer_append_text(&bytes, "\r\n");
    struct kv_session own = service.session;
    service.session = duet->sessions[i];
    service.closed = false;
    service_feed(&service, bytes.data, bytes.count, &ours);
    duet->sessions[i] = service.session;
    service.session = own;
    write_all(duet->connections[i], kv_buffer_bytes(&bytes));
    read_as_many(duet->connections[i], ours.count, &theirs);
    bool same = kv_bytes_equal(kv_buffer_bytes(&theirs), kv_buffer_bytes(&ours));
    if (!same) {
        show("asked", kv_bytes_text(line));
        show("redis", kv_buffer_bytes(&theirs));
        show("ours ", kv_buffer_bytes(&ours));
    }
    kv_buffer_release(&theirs);
    kv_buffer_release(&ours);
    kv_buffer_release(&bytes);
    return same;
}

static void compare_duets(const char *path)
{
    size_t different = 0;
    for (size_t i = 0; i < sizeof duets / sizeof duets[0]; i++) {
        struct duet duet;
        begin_duet(&duet, path);
        for (const char *const *line = duets[i]; *line != NULL; line++)
            different += !same_reply_in_duet(&duet, *line);
        end_duet(&duet);
    }
    tell(different == 0, "transactions of two clients get the same replies");
}

static void compare_random_duets(const char *path)
{
    static const char *const says[] = {"multi",
                                       "multi",
                                       "exec",
                                       "exec",
                                       "exec",
                                       "discard",
                                       "watch a",
                                       "watch a b",
                                       "watch c d e",
                                       "unwatch",
                                       "set a 1",
                                       "set b 2",
                                       "incr c",
                                       "get a",
                                       "mget a b c d e",
                                       "del a b",
                                       "mset a 1 d 4 e 5",
                                       "append e x",
                                       "nosuch",
                                       "get",
                                       "expire a 1000000",
                                       "persist a",
                                       "rename a b",
                                       "renamenx c d",
                                       "copy d e",
                                       "msetnx a 1 b 2",
                                       "flushall",
                                       "setnx a 7",
                                       "exists a b c d e",
                                       "getdel b",
                                       "multi a",
                                       "ping",
                                       "dbsize",
                                       "setrange a 2 x",
                                       "getex a persist"};
    uint64_t                 seed = 11;
    size_t                   different = 0;
    for (int i = 0; i < DUETS && different < SHOWN_MAX; i++) {
        struct duet duet;
        begin_duet(&duet, path);
        for (int step = 0; step < DUET_STEPS; step++) {
            char line[64];
            snprintf(line, sizeof line, "%zu %s", 1 + dice_roll(&seed, 2),
                     says[dice_roll(&seed, sizeof says / sizeof says[0])]);
            different += !same_reply_in_duet(&duet, line);
        }
        end_duet(&duet);
    }
    tell(different == 0, "random transactions of two clients get the same replies");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s unix-socket-of-redis\n", argv[0]);
        return 1;
    }
    service_init(&service, 4);
    size_t different = 0;
    for (size_t i = 0; i < CONVERSATIONS_COUNT; i++)
        different += !same_replies(argv[1], kv_bytes_text(conversations[i]));
    tell(different == 0, "raw conversations get the same replies");
    compare_random_commands(argv[1]);
    compare_patterns(argv[1]);
    compare_duets(argv[1]);
    compare_random_duets(argv[1]);
    service_release(&service);
    printf("1..%d\n", told);
    return failed > 0 && getenv("HARNESS_ACTIVE") == NULL;
}
