/* The commands over four shards: replies, routing, merging, lack of memory and crashes. */
/* SPDX-License-Identifier: MIT */
#include <test/kit/kit.h>
#include <test/samples/kv/fault.h>
#include <test/samples/kv/invariants.h>
#include <test/samples/kv/service.h>

#include <samples/kv/command_run.h>

#include <stdio.h>

static struct service service;

static void begin(void)
{
    service_init(&service, 4);
}

static void finish(void)
{
    for (uint32_t i = 0; i < service.shards_count; i++)
        assert_sound(&service.stores[i]);
    service_release(&service);
}

/*
 * Says each line of a script, "request > reply", where a reply's line ends are written as commas.
 */
static void assert_script(const char *const *lines)
{
    begin();
    for (; *lines != NULL; lines++) {
        char        request[256], reply[256];
        const char *arrow = strstr(*lines, " > ");
        snprintf(request, sizeof request, "%.*s\r\n", (int)(arrow - *lines), *lines);
        size_t count = 0;
        for (const char *at = service_say(&service, request);
             *at != '\0' && count < sizeof reply - 1; at++) {
            if (*at == '\r')
                reply[count++] = ',';
            else if (*at != '\n')
                reply[count++] = *at;
        }
        reply[count - (count > 0)] = '\0';
        ck_assert_msg(strcmp(reply, arrow + 3) == 0, "%s\n  said %s", *lines, reply);
    }
    finish();
}

#define SCRIPT(...) assert_script((const char *const[]){__VA_ARGS__, NULL})

static void the_table_is_sorted_by_name(void)
{
    for (size_t i = 1; i < kv_commands_count; i++)
        ck_assert_str_lt(kv_commands[i - 1].name, kv_commands[i].name);
}

static void each_command_is_found_in_any_case(void)
{
    for (size_t i = 0; i < kv_commands_count; i++) {
        char   name[32];
        size_t count = strlen(kv_commands[i].name);
        for (size_t j = 0; j <= count; j++)
            name[j] = (char)(kv_commands[i].name[j] - (j % 2 == 0 && j < count ? 'a' - 'A' : 0));
        ck_assert_ptr_eq(kv_command_find(kv_bytes_text(name)), &kv_commands[i]);
    }
    ck_assert_ptr_null(kv_command_find(kv_bytes_text("")));
    ck_assert_ptr_null(kv_command_find(kv_bytes_of("get\0", 4)));
}

static void an_unknown_command_is_quoted_with_its_arguments(void)
{
    SCRIPT("foo > -ERR unknown command 'foo', with args beginning with: ",
           "foo 'b c' d > -ERR unknown command 'foo', with args beginning with: 'b c' 'd' ",
           "\"f\\r\\nx\" > -ERR unknown command 'f  x', with args beginning with: ");
}

static void a_wrong_number_of_arguments_is_refused(void)
{
    SCRIPT("get > -ERR wrong number of arguments for 'get' command",
           "GET a b > -ERR wrong number of arguments for 'get' command",
           "mset a 1 b > -ERR wrong number of arguments for 'mset' command",
           "ping a b > -ERR wrong number of arguments for 'ping' command",
           "client id x > -ERR wrong number of arguments for 'client|id' command",
           "client foo > -ERR unknown subcommand 'foo'. Try CLIENT HELP.");
}

static void set_takes_its_options(void)
{
    SCRIPT("set a 1 > +OK", "get a > $1,1", "set a 2 nx > $-1", "set b 2 xx > $-1",
           "set a 2 xx > +OK", "set a 3 get > $1,2", "set c 1 get > $-1", "set a 4 nx get > $1,3",
           "get a > $1,3", "set a 5 EX 10 > +OK", "ttl a > :10", "set a 6 KeepTTL > +OK",
           "ttl a > :10", "set a 7 > +OK", "ttl a > :-1", "set a 8 px 1500 > +OK", "pttl a > :1500",
           "set a 9 pxat 1000005 > +OK", "pttl a > :5", "set a 9 exat 1 > +OK", "get a > $-1");
}

static void set_refuses_what_makes_no_sense(void)
{
    SCRIPT("set a 1 nx xx > -ERR syntax error", "set a 1 foo > -ERR syntax error",
           "set a 1 ex > -ERR syntax error", "set a 1 ex 1 px 1 > -ERR syntax error",
           "set a 1 ex 1 keepttl > -ERR syntax error",
           "set a 1 ex abc > -ERR value is not an integer or out of range", "get a > $-1");
}

static void set_with_px_zero_is_an_invalid_expire_time(void)
{
    SCRIPT("set a 1 px 0 > -ERR invalid expire time in 'set' command",
           "set a 1 ex -1 > -ERR invalid expire time in 'set' command",
           "set a 1 ex 9223372036854775807 > -ERR invalid expire time in 'set' command",
           "set a 1 px 9223372036854775807 > -ERR invalid expire time in 'set' command",
           "get a > $-1");
}

static void strings_are_read_and_changed(void)
{
    SCRIPT("append a x > :1", "append a yz > :3", "get a > $3,xyz", "strlen a > :3",
           "strlen b > :0", "setnx a 1 > :0", "setnx b 1 > :1", "getset b 2 > $1,1",
           "getset c 1 > $-1", "getdel b > $1,2", "getdel b > $-1", "type a > +string",
           "type b > +none");
}

static void counting_stops_at_64_bits(void)
{
    SCRIPT("incr n > :1", "incrby n 41 > :42", "decrby n 40 > :2", "decr n > :1",
           "set n 9223372036854775807 > +OK", "incr n > -ERR increment or decrement would overflow",
           "decrby n -1 > -ERR increment or decrement would overflow",
           "decrby n -9223372036854775808 > -ERR decrement would overflow",
           "incrby n x > -ERR value is not an integer or out of range", "set n ' 1' > +OK",
           "incr n > -ERR value is not an integer or out of range", "set m 5 px 100 > +OK",
           "incr m > :6", "pttl m > :100");
}

static void a_value_does_not_grow_over_the_limit(void)
{
    begin();
    service.limits.bulk_bytes_max = 5;
    ck_assert_str_eq(service_say(&service, "append a 12345\r\n"), ":5\r\n");
    ck_assert_str_eq(service_say(&service, "append a 6\r\n"),
                     "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n");
    ck_assert_str_eq(service_say(&service, "strlen a\r\n"), ":5\r\n");
    finish();
}

static void many_keys_are_merged_in_their_order(void)
{
    SCRIPT("mset a 1 b 2 c 3 d 4 e 5 a 6 > +OK",
           "mget a b x c d e a > *7,$1,6,$1,2,$-1,$1,3,$1,4,$1,5,$1,6", "dbsize > :5",
           "exists a b x a > :3", "del a b x a > :2", "unlink c > :1", "dbsize > :2",
           "keys [e] > *1,$1,e", "keys x > *0", "flushall foo > -ERR syntax error",
           "flushall async > +OK", "dbsize > :0", "mget a > *1,$-1");
}

static void expiry_is_set_by_its_conditions(void)
{
    SCRIPT("expire a 10 > :0", "set a 1 > +OK", "expire a 10 gt > :0", "expire a 10 xx > :0",
           "expire a 100 lt > :1", "expire a 50 gt > :0", "expire a 200 gt > :1",
           "expire a 300 lt > :0", "expire a 10 nx > :0", "ttl a > :200", "persist a > :1",
           "persist a > :0", "ttl a > :-1", "ttl b > :-2",
           "expire a 10 nx gt > "
           "-ERR NX and XX, GT or LT options at the same time are not compatible",
           "expire a 10 gt lt > -ERR GT and LT options at the same time are not compatible",
           "expire a 10 foo > -ERR Unsupported option foo",
           "expire a x > -ERR value is not an integer or out of range",
           "expire a 9223372036854775807 > -ERR invalid expire time in 'expire' command",
           "pexpire a 9223372036854775807 > -ERR invalid expire time in 'pexpire' command",
           "pexpireat a 1000001 > :1", "pttl a > :1", "expireat a -1 > :1", "exists a > :0");
}

static void time_takes_keys_away(void)
{
    begin();
    ck_assert_str_eq(service_say(&service, "set a 1 px 100\r\nset b 1\r\n"), "+OK\r\n+OK\r\n");
    service.now_ms += 99;
    ck_assert_str_eq(service_say(&service, "get a\r\n"), "$1\r\n1\r\n");
    service.now_ms += 1;
    ck_assert_str_eq(service_say(&service, "get a\r\nget b\r\nttl a\r\n"),
                     "$-1\r\n$1\r\n1\r\n:-2\r\n");
    finish();
}

/* Walks the keyspace with SCAN and its options. Returns: how many keys it told. */
static size_t scan_all(const char *options)
{
    char   cursor[32] = "0";
    size_t keys = 0;
    do {
        char request[128];
        snprintf(request, sizeof request, "scan %s %s\r\n", cursor, options);
        const char *reply = service_say(&service, request);
        ck_assert_int_eq(sscanf(reply, "*2\r\n$%*d\r\n%31[0-9]", cursor), 1);
        const char *array = strstr(reply + 1, "\r\n*");
        int         count;
        ck_assert_int_eq(sscanf(array, "\r\n*%d", &count), 1);
        keys += (size_t)count;
    } while (strcmp(cursor, "0") != 0);
    return keys;
}

static void a_scan_walks_from_shard_to_shard(void)
{
    begin();
    for (int i = 0; i < 500; i++) {
        char request[32];
        snprintf(request, sizeof request, "set key%d x\r\n", i);
        ck_assert_str_eq(service_say(&service, request), "+OK\r\n");
    }
    for (int i = 0; i < 500; i++) /* until no table is between two sizes, where a key may be told
                                     twice */
        (void)service_say(&service, "exists a b c d e f g h\r\n");
    ck_assert_uint_eq(scan_all(""), 500);
    ck_assert_uint_eq(scan_all("count 1000"), 500);
    ck_assert_uint_eq(scan_all("match key1?"), 10);
    ck_assert_uint_eq(scan_all("type hash"), 0);
    ck_assert_uint_eq(scan_all("type STRING count 7"), 500);
    finish();
}

/* However few there are: the shards in front of them are passed over, and the buckets. */
static void a_page_of_a_scan_is_not_empty_while_there_are_keys(void)
{
    char request[32], expected[64];
    begin();
    for (int i = 0; i < 20000; i++) {
        snprintf(request, sizeof request, "set key%d v\r\n", i);
        service_say(&service, request);
    }
    for (int i = 0; i < 20000; i++) {
        snprintf(request, sizeof request, "del key%d\r\n", i);
        service_say(&service, request);
    }
    for (int i = 0; i < 100; i++) {
        snprintf(request, sizeof request, "set one%02d v\r\n", i);
        service_say(&service, request);
        snprintf(expected, sizeof expected, "*1\r\n$5\r\none%02d\r\n", i);
        ck_assert_ptr_nonnull(strstr(service_say(&service, "scan 0 count 1\r\n"), expected));
        ck_assert_ptr_nonnull(strstr(service_say(&service, "scan 0 match o*\r\n"), expected));
        service_say(&service, "flushall\r\n");
    }
    ck_assert_str_eq(service_say(&service, "scan 0\r\n"), "*2\r\n$1\r\n0\r\n*0\r\n");
    finish();
}

static void a_scan_refuses_malformed_options(void)
{
    SCRIPT("scan x > -ERR invalid cursor", "scan 0 foo > -ERR syntax error",
           "scan 0 count > -ERR syntax error", "scan 0 count 0 > -ERR syntax error",
           "scan 0 count x > -ERR value is not an integer or out of range",
           "scan 18446744073709551615 > *2,$1,0,*0");
}

static void a_connection_answers_for_itself(void)
{
    SCRIPT("ping > +PONG", "ping a > $1,a", "echo a > $1,a", "select 0 > +OK",
           "select 1 > -ERR DB index is out of range",
           "select x > -ERR value is not an integer or out of range", "client id > :1",
           "client getname > $-1",
           "client setname 'a b' > -ERR Client names cannot contain spaces, newlines or special "
           "characters.",
           "client setname joe > +OK", "client getname > $3,joe", "client setinfo lib-name x > +OK",
           "client setinfo foo x > -ERR Unrecognized option 'foo'", "reset > +RESET",
           "client getname > $-1", "hello 3 > -NOPROTO unsupported protocol version",
           "hello x > -ERR Protocol version is not an integer or out of range",
           "hello 2 foo > -ERR Syntax error in HELLO option 'foo'", "quit > +OK", "ping > ");
}

static void config_tells_what_benchmarks_ask(void)
{
    SCRIPT("config get save > *2,$4,save,$0,", "config get append* > *2,$10,appendonly,$2,no",
           "config get x > *0",
           "config get PROTO-max-bulk-len > *2,$18,proto-max-bulk-len,$8,67108864",
           "config set a b > -ERR Unknown option or number of arguments for CONFIG SET - 'a'");
}

static void info_tells_the_sections_asked_for(void)
{
    begin();
    service_say(&service, "set a 1 ex 10\r\nset b 1\r\n");
    ck_assert_str_eq(service_say(&service, "info keyspace\r\n"),
                     "$44\r\n# Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=0\r\n\r\n");
    ck_assert_str_eq(service_say(&service, "info foo\r\n"), "$0\r\n\r\n");
    ck_assert_ptr_nonnull(strstr(service_say(&service, "info\r\n"), "\r\nredis_version:"));
    finish();
}

static void debug_is_parsed_and_left_to_the_actors(void)
{
    struct kv_buffer  reply = {0};
    struct kv_debug   debug;
    struct kv_bytes   argv[] = {kv_bytes_text("debug"), kv_bytes_text("SLEEP"),
                                kv_bytes_text("1.25")};
    struct kv_request request = {3, argv};
    ck_assert(kv_debug_parse(request, &debug, &reply));
    ck_assert_int_eq(debug.kind, KV_DEBUG_SLEEP);
    ck_assert_int_eq(debug.sleep_ms, 1250);
    argv[1] = kv_bytes_text("panic");
    ck_assert(kv_debug_parse(request, &debug, &reply));
    ck_assert_int_eq(debug.kind, KV_DEBUG_PANIC);
    ck_assert(kv_bytes_equal(debug.key, argv[2]));
    ck_assert_uint_eq(reply.count, 0);
    argv[1] = kv_bytes_text("foo");
    ck_assert(!kv_debug_parse(request, &debug, &reply));
    ck_assert(kv_bytes_equal(kv_buffer_bytes(&reply),
                             kv_bytes_text(
                                 "-ERR unknown subcommand or wrong number of arguments for 'foo'. "
                                 "Try DEBUG HELP.\r\n")));
    kv_buffer_release(&reply);
}

/* ---- Transactions ---- */

static void a_transaction_is_executed_as_one(void)
{
    SCRIPT("multi > +OK", "set a 1 > +QUEUED", "incr a > +QUEUED", "mset b 2 c 3 d 4 > +QUEUED",
           "mget d c b a e > +QUEUED", "dbsize > +QUEUED", "ping > +QUEUED",
           "exec > *6,+OK,:2,+OK,*5,$1,4,$1,3,$1,2,$1,2,$-1,:4,+PONG",
           "exec > -ERR EXEC without MULTI");
}

static void a_transaction_with_a_refused_command_is_not_executed(void)
{
    SCRIPT("multi > +OK", "set a 1 > +QUEUED",
           "get > -ERR wrong number of arguments for 'get' command",
           "exec > -EXECABORT Transaction discarded because of previous errors.", "get a > $-1",
           "multi > +OK", "debug panic a > -ERR Command not allowed inside a transaction",
           "exec > -EXECABORT Transaction discarded because of previous errors.", "multi > +OK",
           "set a 2 > +QUEUED", "discard > +OK", "get a > $-1",
           "discard > -ERR DISCARD without MULTI");
}

static void a_watched_key_that_was_changed_keeps_a_transaction_from_being_executed(void)
{
    SCRIPT("watch a b c d > +OK", "set c 1 > +OK", "multi > +OK", "set a 1 > +QUEUED", "exec > *-1",
           "get a > $-1", "watch a > +OK", "set c 2 > +OK", "multi > +OK", "set a 1 > +QUEUED",
           "exec > *1,+OK", "watch a > +OK", "del a > :1", "unwatch > +OK", "multi > +OK",
           "get a > +QUEUED", "exec > *1,$-1", "set a 1 px 1 > +OK", "watch a > +OK",
           "flushall > +OK", "multi > +OK", "ping > +QUEUED", "exec > *-1");
}

static void a_watched_key_that_has_expired_was_changed(void)
{
    begin();
    service_say(&service, "set a 1 px 10\r\nwatch a\r\nmulti\r\nping\r\n");
    service.now_ms += 20;
    ck_assert_str_eq(service_say(&service, "exec\r\n"), "*-1\r\n");
    finish();
}

static void what_is_watched_no_more_takes_no_memory(void)
{
    char request[64];
    begin();
    for (int i = 0; i < 20000; i++) {
        snprintf(request, sizeof request, "watch key%d\r\nunwatch\r\n", i);
        service_say(&service, request);
    }
    for (uint32_t i = 0; i < service.shards_count; i++)
        ck_assert_uint_le(service.stores[i].watches.count, 100);
    finish();
}

static void keys_of_several_shards_change_together(void)
{
    SCRIPT("msetnx a 1 b 2 c 3 > :1", "msetnx d 4 a 5 > :0", "get d > $-1", "rename a d > +OK",
           "get d > $1,1", "get a > $-1", "rename a d > -ERR no such key", "renamenx b c > :0",
           "renamenx b e > :1", "get e > $1,2", "copy e f > :1", "copy d f > :0",
           "copy d f replace > :1", "get f > $1,1", "set t 1 ex 100 > +OK", "rename t u > +OK",
           "ttl u > :100", "copy u v > :1", "ttl v > :100");
}

static void what_is_meant_for_a_web_server_ends_the_session(void)
{
    begin();
    ck_assert_str_eq(service_say(&service, "multi\r\nset a 1\r\nPOST / HTTP/1.1\r\nexec\r\n"),
                     "+OK\r\n+QUEUED\r\n");
    ck_assert(service.closed && service.session.is_http);
    finish();
}

/* ---- Merging ---- */

static void assert_merged(enum kv_merge merge, const char *one, const char *other,
                          const char *expected)
{
    const uint32_t   shard_of_key[] = {1, 0, 1};
    struct kv_bytes  replies[] = {kv_bytes_text(one), kv_bytes_text(other)};
    struct kv_buffer out = {0};
    kv_merge_replies(merge, replies, 2, shard_of_key, 3, &out);
    ck_assert_msg(kv_bytes_equal(kv_buffer_bytes(&out), kv_bytes_text(expected)), "%.*s",
                  (int)out.count, (char *)out.data);
    kv_buffer_release(&out);
}

static void an_error_of_one_shard_is_the_whole_reply(void)
{
    for (int merge = KV_MERGE_ORDERED; merge <= KV_MERGE_SAME; merge++)
        assert_merged((enum kv_merge)merge, "*0\r\n", "-TRYAGAIN shard restarted\r\n",
                      "-TRYAGAIN shard restarted\r\n");
}

static void replies_are_merged_as_the_command_says(void)
{
    assert_merged(KV_MERGE_SUM, ":2\r\n", ":3\r\n", ":5\r\n");
    assert_merged(KV_MERGE_SUM, "", ":3\r\n", ":3\r\n");
    assert_merged(KV_MERGE_SAME, "", "+OK\r\n", "+OK\r\n");
    assert_merged(KV_MERGE_CONCATENATE, "*1\r\n$1\r\na\r\n", "*1\r\n$1\r\nb\r\n",
                  "*2\r\n$1\r\na\r\n$1\r\nb\r\n");
    assert_merged(KV_MERGE_ORDERED, "*1\r\n$2\r\n\r\n\r\n", "*2\r\n$-1\r\n$1\r\nb\r\n",
                  "*3\r\n$-1\r\n$2\r\n\r\n\r\n$1\r\nb\r\n");
}

static void a_malformed_reply_of_a_shard_is_an_error(void)
{
    const char *expected = "-ERR a shard's reply is missing or malformed\r\n";
    assert_merged(KV_MERGE_SUM, ":2\r\n", "*3\r\n", expected);
    assert_merged(KV_MERGE_SAME, "", "", expected);
    assert_merged(KV_MERGE_CONCATENATE, "*1\r\n$1\r\na\r\n", "+OK\r\n", expected);
    assert_merged(KV_MERGE_ORDERED, "*1\r\n$5\r\nab\r\n", "*2\r\n$-1\r\n$1\r\nb\r\n", expected);
    assert_merged(KV_MERGE_ORDERED, "*0\r\n", "*2\r\n$-1\r\n$1\r\nb\r\n", expected);
}

/* ---- Faults ---- */

static const char *const mutations[] = {"set a new",
                                        "set b new",
                                        "set a new get px 50",
                                        "getset a new",
                                        "getdel a",
                                        "append a new",
                                        "append b new",
                                        "incr n",
                                        "incr b",
                                        "mset a new b new c new n new",
                                        "del a n",
                                        "expire a 5",
                                        "persist a",
                                        "flushall",
                                        "keys *",
                                        "scan 0",
                                        "mget a b n",
                                        "setex a 10 new",
                                        "psetex b 10 new",
                                        "getex a ex 10",
                                        "setrange a 5 new",
                                        "setrange b 1 new"};
enum { MUTATIONS_COUNT = sizeof mutations / sizeof mutations[0] };

/* One shard's request, as its actor would execute it. */
struct execution {
    const char           *line;
    struct kv_resp_parser parser;
    struct kv_buffer      reply;
    bool                  answered;
};

static void execute(void *context)
{
    struct execution *execution = context;
    struct kv_request request;
    size_t            used;
    const char       *bytes = execution->line;
    if (kv_resp_parse(&execution->parser, bytes, strlen(bytes), &request, &used) !=
        KV_PARSE_COMPLETE)
        return;
    struct kv_call call = {.command = kv_command_of(request, &execution->reply),
                           .argc = request.argc,
                           .argv = request.argv,
                           .reply = &execution->reply,
                           .limits = KV_LIMITS_DEFAULT,
                           .now_ms = service.now_ms,
                           .store = service.stores,
                           .shards_count = 1};
    execution->answered = call.command != NULL && kv_command_execute(&call);
}

static void begin_execution(struct execution *execution, char *line, size_t size,
                            const char *request)
{
    snprintf(line, size, "%s\r\n", request);
    *execution = (struct execution){.line = line};
    kv_resp_parser_init(&execution->parser, KV_LIMITS_DEFAULT);
    service_init(&service, 1);
    service_say(&service, "mset a old n 5\r\n");
}

static void end_execution(struct execution *execution)
{
    kv_resp_parser_release(&execution->parser);
    kv_buffer_release(&execution->reply);
    assert_sound(&service.stores[0]);
}

static void without_memory_a_command_answers_oom_and_changes_nothing(void)
{
    const char *oom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
    for (size_t i = 0; i < MUTATIONS_COUNT; i++) {
        bool more = true;
        for (size_t nth = 0; more; nth++) {
            struct execution execution;
            char             line[64];
            begin_execution(&execution, line, sizeof line, mutations[i]);
            more = fault_refuse(nth, execute, &execution);
            bool failed = !execution.answered ||
                          kv_bytes_equal(kv_buffer_bytes(&execution.reply), kv_bytes_text(oom));
            ck_assert(more || !failed);
            ck_assert_msg(!failed || strcmp(service_say(&service, "mget a b n\r\n"),
                                            "*3\r\n$3\r\nold\r\n$-1\r\n$1\r\n5\r\n") == 0,
                          "%s changed something at %zu", mutations[i], nth);
            end_execution(&execution);
            service_release(&service);
        }
    }
}

static void a_command_that_crashes_can_be_followed_by_any_other(void)
{
    for (size_t i = 0; i < MUTATIONS_COUNT; i++) {
        bool more = true;
        for (size_t nth = 0; more; nth++) {
            struct execution execution;
            char             line[64];
            begin_execution(&execution, line, sizeof line, mutations[i]);
            more = fault_crash(nth, execute, &execution);
            assert_sound(&service.stores[0]);
            kv_store_recover(&service.stores[0]);
            end_execution(&execution);
            ck_assert_str_eq(service_say(&service, "mset a x b y\r\nmget a b\r\n"),
                             "+OK\r\n*2\r\n$1\r\nx\r\n$1\r\ny\r\n");
            service_release(&service);
        }
    }
}

const struct kit_case kit_cases[] = {
    TEST_CASE(the_table_is_sorted_by_name),
    TEST_CASE(each_command_is_found_in_any_case),
    TEST_CASE(an_unknown_command_is_quoted_with_its_arguments),
    TEST_CASE(a_wrong_number_of_arguments_is_refused),
    TEST_CASE(set_takes_its_options),
    TEST_CASE(set_refuses_what_makes_no_sense),
    TEST_CASE(set_with_px_zero_is_an_invalid_expire_time),
    TEST_CASE(strings_are_read_and_changed),
    TEST_CASE(counting_stops_at_64_bits),
    TEST_CASE(a_value_does_not_grow_over_the_limit),
    TEST_CASE(many_keys_are_merged_in_their_order),
    TEST_CASE(expiry_is_set_by_its_conditions),
    TEST_CASE(time_takes_keys_away),
    TEST_CASE(a_scan_walks_from_shard_to_shard),
    TEST_CASE(a_page_of_a_scan_is_not_empty_while_there_are_keys),
    TEST_CASE(a_scan_refuses_malformed_options),
    TEST_CASE(a_connection_answers_for_itself),
    TEST_CASE(config_tells_what_benchmarks_ask),
    TEST_CASE(info_tells_the_sections_asked_for),
    TEST_CASE(debug_is_parsed_and_left_to_the_actors),
    TEST_CASE(a_transaction_is_executed_as_one),
    TEST_CASE(a_transaction_with_a_refused_command_is_not_executed),
    TEST_CASE(a_watched_key_that_was_changed_keeps_a_transaction_from_being_executed),
    TEST_CASE(a_watched_key_that_has_expired_was_changed),
    TEST_CASE(what_is_watched_no_more_takes_no_memory),
    TEST_CASE(keys_of_several_shards_change_together),
    TEST_CASE(what_is_meant_for_a_web_server_ends_the_session),
    TEST_CASE(an_error_of_one_shard_is_the_whole_reply),
    TEST_CASE(replies_are_merged_as_the_command_says),
    TEST_CASE(a_malformed_reply_of_a_shard_is_an_error),
    TEST_CASE(without_memory_a_command_answers_oom_and_changes_nothing, .timeout_seconds = 60),
    TEST_CASE(a_command_that_crashes_can_be_followed_by_any_other, .timeout_seconds = 60),
    END_OF_CASES,
};
