/* Reads RESP2 requests from bytes as they come in. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/resp.h>

#include <stdio.h>

/*
 * A header or inline line longer than this is an error, as redis has it. ARGS_KEPT stay allocated
 * between requests.
 */
enum { LINE_BYTES_MAX = 64 * 1024, ARGS_FIRST = 8, ARGS_KEPT = 1024, TEXT_KEPT = 4096 };

/* The bytes from the start of the current request on. */
struct input {
    const unsigned char *data;
    size_t               count;
};

void kv_resp_parser_init(struct kv_resp_parser *parser, struct kv_limits limits)
{
    *parser = (struct kv_resp_parser){.limits = limits};
}

static void release_args(struct kv_resp_parser *parser)
{
    kv_memory_release(&parser->argv);
    kv_memory_release(&parser->offsets);
    parser->args_capacity = 0;
}

void kv_resp_parser_release(struct kv_resp_parser *parser)
{
    release_args(parser);
    kv_buffer_release(&parser->text);
}

/* Forgets the request that was read; one exceptionally big request does not keep its memory. */
static void begin_request(struct kv_resp_parser *parser)
{
    parser->position = 0;
    parser->searched = 0;
    parser->wanted_count = 1;
    parser->args_expected = 0;
    parser->in_bulk = false;
    parser->argc = 0;
    if (parser->args_capacity > ARGS_KEPT)
        release_args(parser);
    if (parser->text.capacity > TEXT_KEPT)
        kv_buffer_release(&parser->text);
    kv_buffer_truncate(&parser->text, 0);
}

static enum kv_parse protocol_error(struct kv_resp_parser *parser, const char *text)
{
    snprintf(parser->error, sizeof parser->error, "ERR Protocol error: %s", text);
    return KV_PARSE_ERROR;
}

static enum kv_parse want(struct kv_resp_parser *parser, size_t count)
{
    parser->wanted_count = count;
    return KV_PARSE_MORE;
}

static bool grow_args(struct kv_resp_parser *parser)
{
    size_t           capacity = parser->args_capacity == 0 ? ARGS_FIRST : parser->args_capacity * 2;
    struct kv_bytes *argv = kv_memory_resize(parser->argv, capacity * sizeof *argv);
    if (argv == NULL)
        return false;
    parser->argv = argv;
    size_t *offsets = kv_memory_resize(parser->offsets, capacity * sizeof *offsets);
    if (offsets == NULL)
        return false;
    parser->offsets = offsets;
    parser->args_capacity = capacity;
    return true;
}

static bool add_arg(struct kv_resp_parser *parser, size_t offset, size_t count)
{
    if (parser->argc == parser->args_capacity && !grow_args(parser))
        return false;
    parser->offsets[parser->argc] = offset;
    parser->argv[parser->argc].count = count;
    parser->argc++;
    return true;
}

static void place_args(struct kv_resp_parser *parser, const unsigned char *base)
{
    for (size_t i = 0; i < parser->argc; i++)
        parser->argv[i].data = base + parser->offsets[i];
}

/*
 * Finds `end` from the position on, continuing where the last call stopped; too_long is the error
 * past the limit.
 */
static enum kv_parse find_line_end(struct kv_resp_parser *parser, struct input input, char end,
                                   const char *too_long, size_t *found)
{
    size_t from = parser->searched > parser->position ? parser->searched : parser->position;
    size_t limit = parser->position + LINE_BYTES_MAX + 1;
    size_t until = input.count < limit ? input.count : limit;
    const unsigned char *at = from < until ? memchr(input.data + from, end, until - from) : NULL;
    if (at != NULL) {
        *found = (size_t)(at - input.data);
        return KV_PARSE_COMPLETE;
    }
    if (input.count >= limit)
        return protocol_error(parser, too_long);
    parser->searched = until;
    return want(parser, input.count + 1);
}

/* Reads "<type><integer>\r\n". The byte after '\r' is taken for '\n' unseen, as redis does. */
static enum kv_parse read_header(struct kv_resp_parser *parser, struct input input,
                                 const char *too_long, const char *invalid, int64_t *value)
{
    size_t        end;
    enum kv_parse found = find_line_end(parser, input, '\r', too_long, &end);
    if (found != KV_PARSE_COMPLETE)
        return found;
    if (end + 2 > input.count) {
        parser->searched = end;
        return want(parser, end + 2);
    }
    size_t start = parser->position + 1;
    if (end < start || !kv_bytes_to_integer(kv_bytes_of(input.data + start, end - start), value))
        return protocol_error(parser, invalid);
    parser->position = end + 2;
    return KV_PARSE_COMPLETE;
}

static enum kv_parse read_array_header(struct kv_resp_parser *parser, struct input input)
{
    int64_t       count;
    enum kv_parse read = read_header(parser, input, "too big mbulk count string",
                                     "invalid multibulk length", &count);
    if (read != KV_PARSE_COMPLETE)
        return read;
    if (count > 0 && (uint64_t)count > parser->limits.args_max)
        return protocol_error(parser, "invalid multibulk length");
    parser->args_expected = count > 0 ? (size_t)count : 0;
    return KV_PARSE_COMPLETE;
}

static enum kv_parse unexpected_type(struct kv_resp_parser *parser, unsigned char got)
{
    char text[sizeof "expected '$', got 'x'"];
    if (got == '\0' || got == '\r' || got == '\n')
        got = ' ';
    snprintf(text, sizeof text, "expected '$', got '%c'", got);
    return protocol_error(parser, text);
}

static enum kv_parse read_bulk_header(struct kv_resp_parser *parser, struct input input)
{
    int64_t count;
    if (parser->position >= input.count)
        return want(parser, parser->position + 1);
    if (input.data[parser->position] != '$')
        return unexpected_type(parser, input.data[parser->position]);
    enum kv_parse read =
        read_header(parser, input, "too big bulk count string", "invalid bulk length", &count);
    if (read != KV_PARSE_COMPLETE)
        return read;
    if (count < 0 || (uint64_t)count > parser->limits.bulk_bytes_max)
        return protocol_error(parser, "invalid bulk length");
    if ((size_t)count > parser->limits.request_bytes_max ||
        parser->position > parser->limits.request_bytes_max - (size_t)count)
        return protocol_error(parser, "too big request");
    parser->bulk_count = (size_t)count;
    parser->in_bulk = true;
    return KV_PARSE_COMPLETE;
}

static enum kv_parse read_bulk(struct kv_resp_parser *parser, struct input input)
{
    if (!parser->in_bulk) {
        enum kv_parse read = read_bulk_header(parser, input);
        if (read != KV_PARSE_COMPLETE)
            return read;
    }
    size_t end = parser->position + parser->bulk_count + 2;
    if (end > input.count)
        return want(parser, end);
    if (!add_arg(parser, parser->position, parser->bulk_count))
        return KV_PARSE_NO_MEMORY;
    parser->position = end;
    parser->in_bulk = false;
    return KV_PARSE_COMPLETE;
}

static enum kv_parse read_array(struct kv_resp_parser *parser, struct input input)
{
    if (parser->args_expected == 0) {
        enum kv_parse read = read_array_header(parser, input);
        if (read != KV_PARSE_COMPLETE)
            return read;
    }
    while (parser->argc < parser->args_expected) {
        enum kv_parse read = read_bulk(parser, input);
        if (read != KV_PARSE_COMPLETE)
            return read;
    }
    place_args(parser, input.data);
    return KV_PARSE_COMPLETE;
}

static bool is_blank(unsigned char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static int hex_digit(unsigned char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static unsigned char escaped(unsigned char letter)
{
    switch (letter) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'b': return '\b';
    case 'a': return '\a';
    default: return letter;
    }
}

/*
 * Takes one byte inside double quotes, where a backslash says how to read what follows. Returns:
 * how many it took.
 */
static size_t take_double_quoted(struct kv_buffer *text, struct kv_bytes left)
{
    const unsigned char *at = left.data;
    if (left.count >= 4 && at[0] == '\\' && at[1] == 'x' && hex_digit(at[2]) >= 0 &&
        hex_digit(at[3]) >= 0) {
        kv_buffer_append_byte(text, (unsigned char)(hex_digit(at[2]) * 16 + hex_digit(at[3])));
        return 4;
    }
    if (left.count >= 2 && at[0] == '\\') {
        kv_buffer_append_byte(text, escaped(at[1]));
        return 2;
    }
    kv_buffer_append_byte(text, at[0]);
    return 1;
}

/* Takes one byte inside single quotes, where only a quote can be escaped. */
static size_t take_single_quoted(struct kv_buffer *text, struct kv_bytes left)
{
    bool quote = left.count >= 2 && left.data[0] == '\\' && left.data[1] == '\'';
    kv_buffer_append_byte(text, left.data[quote]);
    return 1 + quote;
}

/*
 * Reads up to the closing quote, which a blank or the end must follow. Returns: what it took, 0
 * when unbalanced.
 */
static size_t take_quoted(struct kv_buffer *text, struct kv_bytes left)
{
    unsigned char quote = left.data[0];
    size_t        at = 1;
    while (at < left.count && left.data[at] != quote) {
        struct kv_bytes rest = kv_bytes_of(left.data + at, left.count - at);
        at += quote == '"' ? take_double_quoted(text, rest) : take_single_quoted(text, rest);
    }
    if (at >= left.count || (at + 1 < left.count && !is_blank(left.data[at + 1])))
        return 0;
    return at + 1;
}

/*
 * Reads one argument of an inline request into the text. Returns: what it took, 0 when quotes are
 * unbalanced.
 */
static size_t take_inline_arg(struct kv_buffer *text, struct kv_bytes left)
{
    size_t at = 0;
    while (at < left.count && !is_blank(left.data[at])) {
        if (left.data[at] == '"' || left.data[at] == '\'') {
            size_t taken = take_quoted(text, kv_bytes_of(left.data + at, left.count - at));
            return taken == 0 ? 0 : at + taken;
        }
        kv_buffer_append_byte(text, left.data[at++]);
    }
    return at;
}

/*
 * The text is reserved before, so that it neither moves nor fails: unquoted text is never longer
 * than its source.
 */
static enum kv_parse split_inline(struct kv_resp_parser *parser, struct kv_bytes line)
{
    size_t at = 0;
    while (at < line.count) {
        if (is_blank(line.data[at])) {
            at++;
            continue;
        }
        size_t start = parser->text.count;
        size_t taken = take_inline_arg(&parser->text, kv_bytes_of(line.data + at, line.count - at));
        if (taken == 0)
            return protocol_error(parser, "unbalanced quotes in request");
        if (!add_arg(parser, start, parser->text.count - start))
            return KV_PARSE_NO_MEMORY;
        at += taken;
    }
    place_args(parser, parser->text.data);
    return KV_PARSE_COMPLETE;
}

static enum kv_parse read_inline(struct kv_resp_parser *parser, struct input input)
{
    size_t        end;
    enum kv_parse found = find_line_end(parser, input, '\n', "too big inline request", &end);
    if (found != KV_PARSE_COMPLETE)
        return found;
    if (!kv_buffer_reserve(&parser->text, end + 1))
        return KV_PARSE_NO_MEMORY;
    parser->position = end + 1;
    return split_inline(parser, kv_bytes_of(input.data, end));
}

static enum kv_parse read_request(struct kv_resp_parser *parser, struct input input)
{
    if (input.count == 0)
        return want(parser, 1);
    return input.data[0] == '*' ? read_array(parser, input) : read_inline(parser, input);
}

enum kv_parse kv_resp_parse(struct kv_resp_parser *parser, const void *bytes, size_t count,
                            struct kv_request *request, size_t *used)
{
    struct input input = {.data = (const unsigned char *)bytes, .count = count};
    *used = 0;
    if (count < parser->wanted_count)
        return KV_PARSE_MORE;
    for (;;) {
        if (parser->position == 0 && parser->searched == 0)
            begin_request(parser);
        enum kv_parse read = read_request(parser, input);
        if (read != KV_PARSE_COMPLETE)
            return read;
        size_t taken = parser->position;
        *used += taken;
        parser->position = parser->searched = 0;
        parser->wanted_count = 1;
        if (parser->argc > 0)
            break;
        input.data += taken;
        input.count -= taken;
    }
    *request = (struct kv_request){.argc = parser->argc, .argv = parser->argv};
    return KV_PARSE_COMPLETE;
}
