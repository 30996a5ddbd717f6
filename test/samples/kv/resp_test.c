/* The request parser: whole, in pieces, malformed, over its limits. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/resp.h>
#include <test/kit/kit.h>
#include <test/samples/kv/dice.h>

#include <stdlib.h>

static const struct kv_limits small_limits = {
    .args_max = 100, .bulk_bytes_max = 1000, .request_bytes_max = 5000};

/*
 * Writes what the parser says of each request, "[arg|arg]" or "!error", so that two runs can be
 * compared.
 */
static void tell(struct kv_buffer *told, enum kv_parse parsed, const struct kv_request *request,
                 const char *error)
{
    if (parsed == KV_PARSE_ERROR) {
        kv_buffer_append_text(told, "!");
        kv_buffer_append_text(told, error);
        return;
    }
    kv_buffer_append_text(told, "[");
    for (size_t i = 0; i < request->argc; i++) {
        kv_buffer_append_text(told, i > 0 ? "|" : "");
        kv_buffer_append(told, request->argv[i].data, request->argv[i].count);
    }
    kv_buffer_append_text(told, "]");
}

/*
 * Feeds the bytes in pieces of piece_count, each time copied elsewhere, so that a stale pointer is
 * a crash.
 */
static void parse_in_pieces(struct kv_bytes bytes, size_t piece_count, struct kv_limits limits,
                            struct kv_buffer *told)
{
    struct kv_resp_parser parser;
    size_t                dropped = 0, fed = 0;
    enum kv_parse         parsed = KV_PARSE_MORE;
    kv_resp_parser_init(&parser, limits);
    while (parsed != KV_PARSE_ERROR && (parsed == KV_PARSE_COMPLETE || fed < bytes.count)) {
        if (parsed == KV_PARSE_MORE)
            fed = bytes.count - fed < piece_count ? bytes.count : fed + piece_count;
        struct kv_request request;
        size_t            used, count = fed - dropped;
        unsigned char    *copy = malloc(count + (count == 0));
        if (count > 0)
            memcpy(copy, bytes.data + dropped, count);
        parsed = kv_resp_parse(&parser, copy, count, &request, &used);
        ck_assert_uint_le(used, count);
        if (parsed != KV_PARSE_MORE)
            tell(told, parsed, &request, parser.error);
        free(copy);
        dropped += used;
    }
    kv_resp_parser_release(&parser);
}

static void assert_told(struct kv_bytes bytes, const char *expected)
{
    struct kv_buffer told = {0};
    parse_in_pieces(bytes, bytes.count, small_limits, &told);
    ck_assert_msg(kv_bytes_equal(kv_buffer_bytes(&told), kv_bytes_text(expected)), "%.*s is not %s",
                  (int)told.count, (const char *)told.data, expected);
    kv_buffer_release(&told);
}

/* Raw requests and what they are. */
static const struct {
    const char *bytes, *told;
} cases[] = {
    {"*1\r\n$4\r\nPING\r\n", "[PING]"},
    {"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$0\r\n\r\n*1\r\n$4\r\nPING\r\n", "[SET|a|][PING]"},
    {"*0\r\n*-1\r\n\r\n  \r\nPING\r\n", "[PING]"},
    {"PING\n", "[PING]"},
    {"PING\r\r\n", "[PING]"},
    {"set \"a b\" 'c\\'d' \"\\x41\\n\\q\"\r\n", "[set|a b|c'd|A\nq]"},
    {"a \"\" ''\r\n", "[a||]"},
    {"a\"b c\" d\r\n", "[ab c|d]"},
    {"\"\\x4\"\r\n", "[x4]"},
    {"*1\r\n$3\r\na\r\n\r\n", "[a\r\n]"},
    {"*1\r\n$4\r\nPINGxx*1\r\n$1\r\na\r\n", "[PING][a]"},
    {"PING \"a b\r\n", "!ERR Protocol error: unbalanced quotes in request"},
    {"PING 'a'b\r\n", "!ERR Protocol error: unbalanced quotes in request"},
    {"*a\r\n", "!ERR Protocol error: invalid multibulk length"},
    {"*+1\r\n", "!ERR Protocol error: invalid multibulk length"},
    {"*\r\n", "!ERR Protocol error: invalid multibulk length"},
    {"*101\r\n", "!ERR Protocol error: invalid multibulk length"},
    {"*99999999999999999999\r\n", "!ERR Protocol error: invalid multibulk length"},
    {"*1\r\nx1\r\n", "!ERR Protocol error: expected '$', got 'x'"},
    {"*1\r\n$-1\r\n", "!ERR Protocol error: invalid bulk length"},
    {"*1\r\n$1001\r\n", "!ERR Protocol error: invalid bulk length"},
    {"*1\r\n$a\r\n", "!ERR Protocol error: invalid bulk length"},
    {"*2\r\n$1\r\na\r\n$99999999999999999999\r\n", "!ERR Protocol error: invalid bulk length"},
};

static void requests_are_read_as_redis_reads_them(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_told(kv_bytes_text(cases[i].bytes), cases[i].told);
}

static void a_request_may_hold_nul_bytes(void)
{
    static const char bytes[] = "*1\r\n$3\r\na\0b\r\n*1\r\n$1\r\n\0\r\n";
    struct kv_buffer  told = {0};
    parse_in_pieces(kv_bytes_of(bytes, sizeof bytes - 1), 1, small_limits, &told);
    ck_assert(kv_bytes_equal(kv_buffer_bytes(&told), kv_bytes_of("[a\0b][\0]", 8)));
    kv_buffer_release(&told);
}

static void assert_same_in_pieces(struct kv_bytes bytes, size_t piece_count,
                                  struct kv_limits limits)
{
    struct kv_buffer whole = {0}, pieces = {0};
    parse_in_pieces(bytes, bytes.count, limits, &whole);
    parse_in_pieces(bytes, piece_count, limits, &pieces);
    ck_assert(kv_bytes_equal(kv_buffer_bytes(&whole), kv_buffer_bytes(&pieces)));
    kv_buffer_release(&whole);
    kv_buffer_release(&pieces);
}

static void byte_by_byte_is_the_same_as_whole(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t piece = 1; piece < 6; piece++)
            assert_same_in_pieces(kv_bytes_text(cases[i].bytes), piece, small_limits);
    }
}

/* Text that is likely to look like requests. */
static size_t random_bytes(uint64_t *seed, unsigned char *bytes, size_t max)
{
    static const char *const words[] = {"*",    "$",    "\r\n",   "\r",     "\n",
                                        "1",    "2",    "3",      "0",      "-",
                                        "\"",   "'",    "\\",     "x",      "4",
                                        " ",    "PING", "*1\r\n", "$4\r\n", "*2\r\n$1\r\na\r\n",
                                        "\xff", "99999"};
    size_t                   count = 0, wanted = dice_roll(seed, 30);
    for (size_t i = 0; i < wanted; i++) {
        const char *word = words[dice_roll(seed, sizeof words / sizeof words[0])];
        if (count + strlen(word) > max)
            break;
        memcpy(bytes + count, word, strlen(word));
        count += strlen(word);
    }
    return count;
}

static void random_bytes_are_read_alike_in_any_pieces(void)
{
    unsigned char bytes[300];
    uint64_t      seed = 2;
    for (int i = 0; i < kit_many(30000); i++) {
        size_t count = random_bytes(&seed, bytes, sizeof bytes);
        assert_same_in_pieces(kv_bytes_of(bytes, count), 1 + dice_roll(&seed, 4), small_limits);
    }
}

/* A line of count letters that does not end, behind a first letter. */
static void assert_line_too_long(char first, size_t count, const char *expected)
{
    char *line = malloc(count);
    memset(line, '1', count);
    line[0] = first;
    struct kv_buffer told = {0};
    parse_in_pieces(kv_bytes_of(line, count), count / 7, small_limits, &told);
    ck_assert(kv_bytes_equal(kv_buffer_bytes(&told), kv_bytes_text(expected)));
    kv_buffer_release(&told);
    free(line);
}

static void a_line_without_end_is_refused(void)
{
    assert_line_too_long('*', 70000, "!ERR Protocol error: too big mbulk count string");
    assert_line_too_long('x', 70000, "!ERR Protocol error: too big inline request");
    assert_line_too_long('*', 65536, "");
    assert_line_too_long('x', 65536, "");
}

static void a_bulk_header_without_end_is_refused(void)
{
    char bytes[70000] = "*1\r\n$";
    memset(bytes + 5, '1', sizeof bytes - 5);
    struct kv_buffer told = {0};
    parse_in_pieces(kv_bytes_of(bytes, sizeof bytes), 1000, small_limits, &told);
    ck_assert(kv_bytes_equal(kv_buffer_bytes(&told),
                             kv_bytes_text("!ERR Protocol error: too big bulk count string")));
    kv_buffer_release(&told);
}

static void all_arguments_together_have_a_limit(void)
{
    struct kv_buffer bytes = {0}, told = {0};
    kv_resp_array(&bytes, 10);
    for (int i = 0; i < 10; i++)
        kv_resp_bulk(&bytes, kv_bytes_of((char[900]){0}, 900));
    parse_in_pieces(kv_buffer_bytes(&bytes), 1000, small_limits, &told);
    ck_assert(kv_bytes_equal(kv_buffer_bytes(&told),
                             kv_bytes_text("!ERR Protocol error: too big request")));
    kv_buffer_release(&bytes);
    kv_buffer_release(&told);
}

static size_t allocations_count;

static bool count_allocations(enum kv_memory_event event)
{
    allocations_count += event == KV_MEMORY_ALLOCATE;
    return true;
}

static void an_announced_length_allocates_nothing(void)
{
    static const char     bytes[] = "*1000000\r\n$60000000\r\nabc";
    struct kv_resp_parser parser;
    struct kv_request     request;
    size_t                used;
    kv_resp_parser_init(&parser, KV_LIMITS_DEFAULT);
    kv_memory_hook = count_allocations;
    ck_assert_int_eq(kv_resp_parse(&parser, bytes, sizeof bytes - 1, &request, &used),
                     KV_PARSE_MORE);
    kv_memory_hook = NULL;
    ck_assert_uint_eq(allocations_count, 0);
    ck_assert_uint_eq(parser.wanted_count, 10 + 11 + 60000000 + 2);
    kv_resp_parser_release(&parser);
}

/* One byte a call, 2 million calls: looking at everything again each time would take hours. */
static void a_big_argument_in_small_pieces_takes_linear_time(void)
{
    struct kv_buffer bytes = {0};
    size_t           size = (size_t)kit_many(2000000);
    char            *value = calloc(1, size);
    kv_resp_array(&bytes, 2);
    kv_resp_bulk(&bytes, kv_bytes_of(value, size));
    kv_resp_bulk(&bytes, kv_bytes_text("x"));
    struct kv_resp_parser parser;
    struct kv_request     request;
    size_t                used = 0;
    kv_resp_parser_init(&parser, KV_LIMITS_DEFAULT);
    for (size_t count = 0; count < bytes.count; count++)
        ck_assert_int_eq(kv_resp_parse(&parser, bytes.data, count, &request, &used), KV_PARSE_MORE);
    ck_assert_int_eq(kv_resp_parse(&parser, bytes.data, bytes.count, &request, &used),
                     KV_PARSE_COMPLETE);
    ck_assert_uint_eq(request.argc, 2);
    ck_assert_uint_eq(request.argv[0].count, size);
    ck_assert_uint_eq(used, bytes.count);
    kv_resp_parser_release(&parser);
    kv_buffer_release(&bytes);
    free(value);
}

static bool refuse(enum kv_memory_event event)
{
    return event != KV_MEMORY_ALLOCATE;
}

static void no_memory_for_arguments_is_a_result(void)
{
    static const char *const requests[] = {"*1\r\n$4\r\nPING\r\n", "PING\r\n"};
    for (int i = 0; i < 2; i++) {
        struct kv_resp_parser parser;
        struct kv_request     request;
        size_t                used;
        kv_resp_parser_init(&parser, small_limits);
        kv_memory_hook = refuse;
        ck_assert_int_eq(kv_resp_parse(&parser, requests[i], strlen(requests[i]), &request, &used),
                         KV_PARSE_NO_MEMORY);
        kv_memory_hook = NULL;
        kv_resp_parser_release(&parser);
    }
}

static void an_error_reply_stays_one_line(void)
{
    struct kv_buffer reply = {0};
    kv_resp_error_about(&reply, "ERR no ", kv_bytes_text("a\r\nb"), "!");
    kv_resp_simple(&reply, "x\ny");
    kv_resp_integer(&reply, -5);
    kv_resp_bulk(&reply, kv_bytes_text("\r\n"));
    kv_resp_nil(&reply);
    kv_resp_array(&reply, 2);
    ck_assert(kv_bytes_equal(
        kv_buffer_bytes(&reply),
        kv_bytes_text("-ERR no a  b!\r\n+x y\r\n:-5\r\n$2\r\n\r\n\r\n$-1\r\n*2\r\n")));
    kv_buffer_release(&reply);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(requests_are_read_as_redis_reads_them),
    TEST_CASE(a_request_may_hold_nul_bytes),
    TEST_CASE(byte_by_byte_is_the_same_as_whole),
    TEST_CASE(random_bytes_are_read_alike_in_any_pieces, .timeout_seconds = 60),
    TEST_CASE(a_line_without_end_is_refused),
    TEST_CASE(a_bulk_header_without_end_is_refused),
    TEST_CASE(all_arguments_together_have_a_limit),
    TEST_CASE(an_announced_length_allocates_nothing),
    TEST_CASE(a_big_argument_in_small_pieces_takes_linear_time, .timeout_seconds = 60),
    TEST_CASE(no_memory_for_arguments_is_a_result),
    TEST_CASE(an_error_reply_stays_one_line),
    END_OF_CASES,
};
