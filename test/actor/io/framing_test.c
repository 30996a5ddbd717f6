/*
 * Frames: found however their bytes come, refused when they are too long, and written so that they
 * are found again. Most cases put bytes into the input of a connection, in its owner's handler: so
 * they decide how they are cut.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/io/framing.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>

#include <actor/io/tcp_record.h>
#include <mailbox/base/memory.h>
#include <mailbox/base/random.h>
#include <test/actor/io/net.h>
#include <test/kit/kit.h>
#include <test/mailbox/schema/protocol.h>

enum { STREAM_MAX = 1 << 16, FRAMES_MAX = 1000 };

/* ----------------------------------------------------------------------------- within a handler */

typedef void job(act_tcp *tcp, int fd);

static job *current_job;
static int  client_fd;

static void do_job(act_self *self, void *state, const act_message *message)
{
    struct net_connection *mine = state;
    if (message->tag != NET_DO)
        return;
    current_job(mine->tcp, client_fd);
    act_answer_value(self, message, NET_DO, act_int64(0));
    net_leave(self);
}

static const act_behavior worker = NET_BEHAVIOR(struct net_connection, net_pid_init, do_job);

/* Runs it once for a connection of its own, whose other side is fd. */
static void run_job(job *run)
{
    struct net net = {0};
    current_job = run;
    client_fd = net_open(&net, &worker);
    net_ask(&net, net_hear_pid(&net));
    net_close(&net, client_fd);
}

static void forget(const void *bytes, size_t count, void *copy)
{
    (void)bytes, (void)count;
    free(copy);
}

/* In a chain of its own, as if each piece came with a call of its own. */
static void feed(act_tcp *tcp, const void *bytes, size_t count)
{
    if (count == 0)
        return;
    void *copy = memcpy(malloc(count), bytes, count);
    if (evbuffer_add_reference(tcp->input, copy, count, forget, copy) != 0)
        ck_abort_msg("no memory");
}

static void empty(act_tcp *tcp)
{
    tcp->ended = false;
    act_tcp_consume(tcp, SIZE_MAX);
}

/* Check notes each assertion in a file: too slow for every frame of many. */
static void must(bool good, const char *what, size_t where)
{
    if (!good)
        ck_abort_msg("%s: at %zu", what, where);
}

static act_result next(act_tcp *tcp, act_frames *frames, const act_framing *framing,
                       const char *expected)
{
    act_bytes  frame = {"", 0};
    act_result result = act_tcp_next_frame(tcp, frames, framing, &frame);
    if (result == ACT_OK && (frame.bytes_count != strlen(expected) ||
                             memcmp(frame.data, expected, frame.bytes_count) != 0))
        ck_abort_msg("\"%.*s\" instead of \"%s\"", (int)frame.bytes_count, (const char *)frame.data,
                     expected);
    return result;
}

/* --------------------------------------------------------------------------------- all framings */

#define MAX 20

static const act_framing lines = {.kind = ACT_FRAMING_LINE, .bytes_max = MAX};
static const act_framing framings[] = {
    {.kind = ACT_FRAMING_LINE, .bytes_max = MAX},
    {.kind = ACT_FRAMING_DELIMITER, .bytes_max = MAX, .delimiter = "--|"},
    {.kind = ACT_FRAMING_DELIMITER, .bytes_max = MAX, .delimiter = "\0", .delimiter_bytes = 1},
    {.kind = ACT_FRAMING_LENGTH, .bytes_max = MAX, .length_bytes = 1},
    {.kind = ACT_FRAMING_LENGTH, .bytes_max = MAX, .length_bytes = 2, .little_endian = true},
    {.kind = ACT_FRAMING_LENGTH, .bytes_max = MAX, .length_bytes = 2, .length_counts_itself = true},
    {.kind = ACT_FRAMING_LENGTH, .bytes_max = MAX, .length_bytes = 4},
    {.kind = ACT_FRAMING_LENGTH, .bytes_max = MAX, .length_bytes = 8, .little_endian = true},
    {.kind = ACT_FRAMING_LENGTH, .bytes_max = MAX, .length_bytes = 8, .length_counts_itself = true},
};
enum { FRAMINGS = sizeof framings / sizeof framings[0] };

static struct {
    uint8_t bytes[STREAM_MAX];
    size_t  count;
} stream;

/* Takes what was written to the connection for what comes next. */
static void take_output(act_tcp *tcp)
{
    int count = evbuffer_remove(tcp->output, stream.bytes + stream.count,
                                sizeof stream.bytes - stream.count);
    must(count >= 0, "evbuffer_remove", 0);
    stream.count += (size_t)count;
}

static void write_one(act_tcp *tcp, const act_framing *framing, const void *bytes, size_t count)
{
    must(act_tcp_write_frame(tcp, framing, bytes, count) == ACT_OK, "write", count);
    take_output(tcp);
}

static const char *const words[] = {"",     "a",  "- -|x\r", "twenty letters, yes!",
                                    "\r\r", "--", "end"};
enum { WORDS = sizeof words / sizeof words[0] };

/* Reads the words from a stream of which two pieces have come, and then the third. */
static void read_words(act_tcp *tcp, const act_framing *framing, const size_t cut[2])
{
    act_frames frames = {0};
    act_result result;
    size_t     count = 0, ends[] = {cut[0], cut[1], stream.count}, at = 0;
    for (int piece = 0; piece < 3; piece++) {
        feed(tcp, stream.bytes + at, ends[piece] - at);
        at = ends[piece];
        while ((result = next(tcp, &frames, framing, words[count % WORDS])) == ACT_OK)
            count++;
        must(result == ACT_EMPTY, "more is to come", at);
        must(tcp->read_limit == tcp->read_high, "no more is wanted than there may be", at);
    }
    must(count == WORDS, "all words", count);
    tcp->ended = true;
    must(next(tcp, &frames, framing, "") == ACT_CLOSED, "the end", at);
    must(next(tcp, &frames, framing, "") == ACT_CLOSED, "still the end", at);
    empty(tcp);
}

static void split_everywhere(act_tcp *tcp, int fd)
{
    (void)fd;
    for (size_t i = 0; i < FRAMINGS; i++) {
        stream.count = 0;
        for (size_t word = 0; word < WORDS; word++)
            write_one(tcp, &framings[i], words[word], strlen(words[word]));
        /* A CR at the end of a line is the line's end, so these words come without. */
        if (framings[i].kind == ACT_FRAMING_LINE)
            continue;
        for (size_t first = 0; first <= stream.count; first++)
            for (size_t second = first; second <= stream.count; second++)
                read_words(tcp, &framings[i], (size_t[]){first, second});
    }
}

static void frames_are_found_wherever_their_bytes_are_cut(void)
{
    run_job(split_everywhere);
}

/* Both ends of a line, mixed, and a CR within. */
static void split_lines(act_tcp *tcp, int fd)
{
    static const char        text[] = "one\ntwo\r\n\r\n\nwith\rin\r\n\r\r\nend\n";
    static const char *const expected[] = {"one", "two", "", "", "with\rin", "\r", "end"};
    (void)fd;
    for (size_t first = 0; first < sizeof text; first++)
        for (size_t second = first; second < sizeof text; second++) {
            act_frames frames = {0};
            size_t     count = 0, ends[] = {first, second, sizeof text - 1}, at = 0;
            for (int piece = 0; piece < 3; piece++) {
                feed(tcp, text + at, ends[piece] - at);
                at = ends[piece];
                while (next(tcp, &frames, &lines, expected[count % 7]) == ACT_OK)
                    count++;
            }
            must(count == 7, "all lines", first);
        }
}

static void lines_end_in_lf_or_crlf(void)
{
    run_job(split_lines);
}

/* --------------------------------------------------------------------------------------- limits */

static void try_limits(act_tcp *tcp, int fd)
{
    static const uint8_t letters[MAX + 1] = "abcdefghijklmnopqrstu";
    static const char    exactly[] = "abcdefghijklmnopqrst";
    (void)fd;
    for (size_t i = 0; i < FRAMINGS; i++) {
        act_framing wide = framings[i];
        act_frames  frames = {0};
        wide.bytes_max = MAX + 1;
        stream.count = 0;
        write_one(tcp, &framings[i], letters, MAX);
        write_one(tcp, &wide, letters, MAX + 1);
        must(act_tcp_write_frame(tcp, &framings[i], letters, MAX + 1) == ACT_INVALID, "wrote", i);
        for (size_t at = 0; at < stream.count; at++) { /* byte by byte, and then again as a whole */
            feed(tcp, stream.bytes + at, 1);
            act_result result = next(tcp, &frames, &framings[i], exactly);
            must(result == ACT_OK || result == ACT_EMPTY || result == ACT_FULL, "a limit", i);
            must(act_tcp_unread(tcp) <= MAX + 8 || result == ACT_FULL, "stops in time", i);
        }
        must(next(tcp, &frames, &framings[i], "") == ACT_FULL, "one too many", i);
        must(next(tcp, &frames, &framings[i], "") == ACT_FULL, "that does not change", i);
        empty(tcp);
        frames = (act_frames){0};
        feed(tcp, stream.bytes, stream.count);
        must(next(tcp, &frames, &framings[i], exactly) == ACT_OK, "exactly", i);
        must(next(tcp, &frames, &framings[i], "") == ACT_FULL, "one too many at once", i);
        empty(tcp);
    }
}

static void a_frame_of_the_most_bytes_is_given_and_one_more_is_refused(void)
{
    run_job(try_limits);
}

static void try_crlf_limits(act_tcp *tcp, int fd)
{
    act_frames frames = {0};
    (void)fd;
    feed(tcp, "abcdefghijklmnopqrst\r", MAX + 1);
    must(next(tcp, &frames, &lines, "") == ACT_EMPTY, "it may be the end", 0);
    feed(tcp, "\n", 1);
    must(next(tcp, &frames, &lines, "abcdefghijklmnopqrst") == ACT_OK, "it is", 0);
    feed(tcp, "abcdefghijklmnopqrst\rx", MAX + 2);
    must(next(tcp, &frames, &lines, "") == ACT_FULL, "it is not", 0);
    empty(tcp);
}

static void the_end_of_a_line_does_not_count(void)
{
    run_job(try_crlf_limits);
}

/* ------------------------------------------------------------------------------ ends and errors */

static void cut_off(act_tcp *tcp, int fd)
{
    (void)fd;
    for (size_t i = 0; i < FRAMINGS; i++) {
        stream.count = 0;
        write_one(tcp, &framings[i], "word", 4);
        for (size_t at = 1; at < stream.count; at++) {
            act_frames frames = {0};
            feed(tcp, stream.bytes, at);
            must(next(tcp, &frames, &framings[i], "") == ACT_EMPTY, "more", at);
            tcp->ended = true;
            must(next(tcp, &frames, &framings[i], "") == ACT_TRUNCATED, "the end", at);
            must(act_tcp_unread(tcp) == at, "what there is is there", at);
            empty(tcp);
        }
    }
}

static void an_end_within_a_frame_is_told(void)
{
    run_job(cut_off);
}

static void try_bad_framings(act_tcp *tcp, int fd)
{
    static const act_framing bad[] = {
        {.kind = (act_framing_kind)9},
        {.kind = ACT_FRAMING_DELIMITER},
        {.kind = ACT_FRAMING_DELIMITER, .delimiter = ""},
        {.kind = ACT_FRAMING_DELIMITER, .delimiter = "seventeen letters"},
        {.kind = ACT_FRAMING_LENGTH},
        {.kind = ACT_FRAMING_LENGTH, .length_bytes = 3},
        {.kind = ACT_FRAMING_LINE, .bytes_max = SIZE_MAX},
        {.kind = ACT_FRAMING_LINE, .act_reserved = {"x"}},
    };
    static const act_framing counting = {
        .kind = ACT_FRAMING_LENGTH, .length_bytes = 2, .length_counts_itself = true};
    static const act_framing byte = {
        .kind = ACT_FRAMING_LENGTH, .length_bytes = 1, .length_counts_itself = true};
    static const uint8_t much[255];
    act_frames           frames = {0};
    (void)fd;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        must(next(tcp, &frames, &bad[i], "") == ACT_INVALID, "read", i);
        must(act_tcp_write_frame(tcp, &bad[i], "x", 1) == ACT_INVALID, "written", i);
    }
    feed(tcp, "\0\1", 2);
    must(next(tcp, &frames, &counting, "") == ACT_MALFORMED, "less than itself", 0);
    must(act_tcp_write_frame(tcp, &byte, much, 255) == ACT_INVALID, "no room in the length", 0);
    must(act_tcp_write_frame(tcp, &byte, much, 254) == ACT_OK, "just room", 0);
    must(act_tcp_write_frame(tcp, &lines, "a\nb", 3) == ACT_INVALID, "two lines", 0);
    must(act_tcp_write_frame(tcp, &framings[1], "a--|b", 5) == ACT_INVALID, "two", 0);
    empty(tcp);
}

static void what_cannot_be_is_refused(void)
{
    run_job(try_bad_framings);
}

static void keep_frames(act_tcp *tcp, int fd)
{
    act_frames frames = {0};
    (void)fd;
    feed(tcp, "one\ntwo\n", 8);
    for (int i = 0; i < 3; i++) {
        must(next(tcp, &frames, &lines, "one") == ACT_OK, "again", 0);
        act_frames_keep(&frames);
    }
    must(next(tcp, &frames, &lines, "one") == ACT_OK, "the last time", 0);
    must(next(tcp, &frames, &lines, "two") == ACT_OK, "the next", 0);
    must(next(tcp, &frames, &lines, "") == ACT_EMPTY, "no more", 0);
}

static void a_frame_that_is_kept_is_given_again(void)
{
    run_job(keep_frames);
}

static void change_framing(act_tcp *tcp, int fd)
{
    act_frames frames = {0};
    (void)fd;
    feed(tcp, "SEND 5\r\n\0\5hello", 15);
    must(next(tcp, &frames, &lines, "SEND 5") == ACT_OK, "a line", 0);
    must(next(tcp, &frames, &(act_framing){.kind = ACT_FRAMING_LENGTH, .length_bytes = 2},
              "hello") == ACT_OK,
         "then bytes", 0);
    must(next(tcp, &frames, &lines, "") == ACT_EMPTY, "no more", 0);
}

static void the_framing_may_change_between_frames(void)
{
    run_job(change_framing);
}

/* ----------------------------------------------------------------------------------------- cost */

/*
 * What was looked at is noted, and a look begins there; and what is asked for of the network
 * doubles, so that not each byte beyond the mark is read alone.
 */
static void drip_in(act_tcp *tcp, int fd)
{
    enum { LONG = 300000 };
    static const act_framing long_lines = {.kind = ACT_FRAMING_LINE, .bytes_max = LONG};
    act_frames               frames = {0};
    act_bytes                frame;
    size_t                   joins = 0;
    const void              *first = NULL;
    (void)fd;
    for (size_t i = 1; i <= LONG; i++) {
        const uint8_t *bytes;
        feed(tcp, "x", 1);
        must(act_tcp_next_frame(tcp, &frames, &long_lines, &frame) == ACT_EMPTY, "more", i);
        must(frames.act_seen == i, "all was seen", i);
        must(tcp->read_limit > i && tcp->read_limit <= LONG + 2, "as much as it may be", i);
        must(tcp->read_limit == tcp->read_high || tcp->read_limit >= 2 * i ||
                 tcp->read_limit == LONG + 2,
             "twice as much", i);
        act_tcp_input_front(tcp, &bytes, 1);
        joins += bytes != first; /* it was copied to another place, which has room for more */
        first = bytes;
    }
    must(joins < 30, "it is not copied for each byte", joins);
    feed(tcp, "\n", 1);
    must(act_tcp_next_frame(tcp, &frames, &long_lines, &frame) == ACT_OK, "whole", 0);
    must(frame.bytes_count == LONG, "all of it", frame.bytes_count);
}

static void each_byte_is_looked_at_once(void)
{
    run_job(drip_in);
}

/* Of many frames that wait none but the first is joined or looked at. */
static void look_at_one(act_tcp *tcp, int fd)
{
    act_frames frames = {0};
    (void)fd;
    for (int i = 0; i < 1000; i++)
        feed(tcp, "0123456789\n", 11);
    must(next(tcp, &frames, &lines, "0123456789") == ACT_OK, "the first", 0);
    must(evbuffer_get_contiguous_space(tcp->input) == 11, "joined", 0);
    empty(tcp);
    frames = (act_frames){0};
    for (int i = 0; i < 1000; i++)
        feed(tcp, "\n012345678", 10), feed(tcp, "9", 1);
    must(next(tcp, &frames, &framings[3], "0123456789") == ACT_OK, "the first", 0);
    must(evbuffer_get_contiguous_space(tcp->input) <= 1024, "joined", 0);
    empty(tcp);
}

static void what_waits_behind_a_frame_is_left_alone(void)
{
    run_job(look_at_one);
}

/* -------------------------------------------------------------------------------- random frames */

static struct {
    size_t at, count;
} sent[FRAMES_MAX];

static uint8_t material[STREAM_MAX];

/* So that none of them ends a frame, nor is the CR before one. */
static void make_material(struct act__random *random, const act_framing *framing)
{
    bool any = framing->kind == ACT_FRAMING_LENGTH;
    for (size_t i = 0; i < sizeof material; i++)
        material[i] = any ? (uint8_t)act__random_next(random)
                          : (uint8_t)('a' + act__random_below(random, 26));
}

static void read_random_pieces(act_tcp *tcp, const act_framing *framing, struct act__random *random,
                               size_t count)
{
    act_frames frames = {0};
    act_bytes  frame;
    size_t     got = 0;
    for (size_t at = 0; at < stream.count;) {
        size_t piece = act__random_below(random, 4) == 0 ? act__random_below(random, 3000)
                                                         : act__random_below(random, 9);
        piece = piece < stream.count - at ? piece : stream.count - at;
        feed(tcp, stream.bytes + at, piece);
        at += piece;
        act_result result;
        while ((result = act_tcp_next_frame(tcp, &frames, framing, &frame)) == ACT_OK) {
            must(frame.bytes_count == sent[got].count &&
                     memcmp(frame.data, material + sent[got].at, frame.bytes_count) == 0,
                 "as it was sent", got);
            got++;
        }
        must(result == ACT_EMPTY, "more", at);
    }
    must(got == count, "all", got);
    must(act_tcp_unread(tcp) == 0, "nothing is left", 0);
}

static void send_random(act_tcp *tcp, int fd)
{
    struct act__random random;
    (void)fd;
    for (uint64_t seed = 1; seed <= (uint64_t)kit_many(40); seed++) {
        act_framing framing = framings[seed % FRAMINGS];
        size_t      count = 0;
        act__random_seed(&random, seed);
        framing.bytes_max = framing.length_bytes == 1 ? 255 : 4000;
        make_material(&random, &framing);
        stream.count = 0;
        while (count < FRAMES_MAX && stream.count + 5000 < STREAM_MAX) {
            uint32_t most = act__random_below(&random, 5) == 0 ? (uint32_t)framing.bytes_max : 40;
            sent[count].count = act__random_below(&random, most + 1);
            sent[count].at = act__random_below(&random, (uint32_t)(STREAM_MAX - 5000));
            write_one(tcp, &framing, material + sent[count].at, sent[count].count);
            count++;
        }
        read_random_pieces(tcp, &framing, &random, count);
    }
}

static void random_frames_in_random_pieces_come_whole(void)
{
    run_job(send_random);
}

/* What is seen of bytes: lengths and the result after the last frame, as one number. */
static uint64_t digest(act_tcp *tcp, const act_framing *framing, size_t piece)
{
    act_frames frames = {0};
    act_bytes  frame;
    act_result result = ACT_EMPTY;
    uint64_t   seen = 1;
    for (size_t at = 0; at <= stream.count && result == ACT_EMPTY; at += piece) {
        size_t left = stream.count - at;
        feed(tcp, stream.bytes + at, left < piece ? left : piece);
        tcp->ended = left <= piece;
        while ((result = act_tcp_next_frame(tcp, &frames, framing, &frame)) == ACT_OK)
            seen = seen * 31 + frame.bytes_count + 1;
    }
    must(result == ACT_CLOSED || result == ACT_TRUNCATED || result == ACT_FULL ||
             result == ACT_MALFORMED,
         "an end", (size_t)result);
    empty(tcp);
    return seen * 31 + (uint64_t)result;
}

static void send_nonsense(act_tcp *tcp, int fd)
{
    static const act_framing messages = {.kind = ACT_FRAMING_MESSAGE, .bytes_max = 300};
    struct act__random       random;
    (void)fd;
    for (uint64_t seed = 1; seed <= (uint64_t)kit_many(400); seed++) {
        act__random_seed(&random, seed);
        stream.count = act__random_below(&random, 300);
        for (size_t i = 0; i < stream.count; i++)
            stream.bytes[i] = (uint8_t)act__random_below(&random, seed % 2 == 0 ? 256 : 12);
        if (seed % 4 == 0 && stream.count > 3) /* what begins a message */
            memcpy(stream.bytes, "\x92\x01\x82", 3);
        for (size_t i = 0; i <= FRAMINGS; i++) {
            const act_framing *framing = i < FRAMINGS ? &framings[i] : &messages;
            uint64_t           whole = digest(tcp, framing, 1000);
            must(digest(tcp, framing, 1) == whole, "byte by byte the same", seed);
            must(digest(tcp, framing, 7) == whole, "in pieces the same", seed);
        }
    }
}

static void any_bytes_come_to_the_same_end_however_they_are_cut(void)
{
    run_job(send_nonsense);
}

/* ------------------------------------------------------------------------------------- messages */

static const act_framing messages = {.kind = ACT_FRAMING_MESSAGE};

static void expect_messages(act_tcp *tcp, size_t first, size_t second)
{
    act_frames   frames = {0};
    act_message *message;
    char         complaint[100];
    size_t       ends[] = {first, second, stream.count}, at = 0;
    int64_t      expected = 1;
    for (int piece = 0; piece < 3; piece++) {
        feed(tcp, stream.bytes + at, ends[piece] - at);
        at = ends[piece];
        act_result result;
        while ((result = act_tcp_next_message(tcp, &frames, &messages, zoo_schema(), &message,
                                              complaint, sizeof complaint)) == ACT_OK) {
            if (expected < 3)
                must(act_view(zoo_small, message)->amount == expected, "amount", at);
            else
                must(strcmp(act_view(zoo_outside, message)->text, "a text") == 0, "text", at);
            expected++;
            act_message_free(&message);
        }
        must(result == ACT_EMPTY, "more", at);
    }
    must(expected == 4, "all", (size_t)expected);
}

static void send_messages(act_tcp *tcp, int fd)
{
    act_message *message;
    (void)fd;
    stream.count = 0;
    must(act_tcp_write_message(tcp, zoo_small, .amount = 1) == ACT_OK, "typed", 1);
    must(act_tcp_write_typed(tcp, zoo_small_type, &(struct zoo_small){2}) == ACT_OK, "typed", 2);
    must(act_message_make(&message, zoo_outside, .text = "a text") == ACT_OK, "made", 0);
    must(act_tcp_write_encoded(tcp, message, zoo_schema()) == ACT_OK, "encoded", 3);
    must(act_tcp_write_encoded(tcp, message, shape_schema()) == ACT_NOT_FOUND, "of another", 0);
    act_message_free(&message);
    must(act_tcp_write_message(tcp, zoo_outside, .list = {NULL, 3}) == ACT_INVALID, "no list", 0);
    take_output(tcp);
    for (size_t first = 0; first <= stream.count; first++)
        for (size_t second = first; second <= stream.count; second += 3)
            expect_messages(tcp, first, second);
}

static void messages_are_written_and_found_wherever_they_are_cut(void)
{
    run_job(send_messages);
}

static void send_wrong_messages(act_tcp *tcp, int fd)
{
    static const act_framing framed = {.kind = ACT_FRAMING_LENGTH, .length_bytes = 2};
    static const act_framing small = {.kind = ACT_FRAMING_MESSAGE, .bytes_max = 10};
    act_frames               frames = {0};
    act_message             *message = NULL;
    char                     complaint[100] = "x";
    (void)fd;
    stream.count = 0;
    must(act_tcp_write_message(tcp, shape_circle, .radius = 1) == ACT_OK, "another schema's", 0);
    must(act_tcp_write_message(tcp, zoo_small, .amount = 7) == ACT_OK, "good", 0);
    take_output(tcp);
    feed(tcp, stream.bytes, stream.count);
    must(act_tcp_next_message(tcp, &frames, &messages, zoo_schema(), &message, complaint,
                              sizeof complaint) == ACT_MALFORMED,
         "another schema's", 0);
    must(complaint[0] != '\0', "why", 0);
    must(act_tcp_next_message(tcp, &frames, &messages, zoo_schema(), &message, complaint,
                              sizeof complaint) == ACT_OK,
         "it goes on behind it", 0);
    must(complaint[0] == '\0', "no complaint", 0);
    must(act_view(zoo_small, message)->amount == 7, "good", 0);
    act_message_free(&message);
    must(act_tcp_next_message(tcp, &frames, &messages, zoo_schema(), &message, NULL, 0) ==
             ACT_EMPTY,
         "no more", 0);
    feed(tcp, "\0\1\x92\xc1", 4); /* a whole frame with a part of a message; then none */
    must(act_tcp_next_message(tcp, &frames, &framed, zoo_schema(), &message, NULL, 0) ==
             ACT_MALFORMED,
         "a part", 0);
    must(act_tcp_next_message(tcp, &frames, &messages, zoo_schema(), &message, NULL, 0) ==
             ACT_MALFORMED,
         "no message", 0);
    empty(tcp);
    frames = (act_frames){0};
    feed(tcp, stream.bytes, stream.count);
    must(act_tcp_next_message(tcp, &frames, &small, zoo_schema(), &message, NULL, 0) ==
             ACT_MALFORMED,
         "longer than it may be", 0);
    empty(tcp);
}

static void what_is_no_message_of_the_schema_is_refused(void)
{
    run_job(send_wrong_messages);
}

/* ------------------------------------------------------------------------------------ no memory */

static void write_without_memory(act_tcp *tcp, int fd)
{
    int failed = 0;
    (void)fd;
    for (uint64_t n = 1, requests = n; requests >= n; n++) {
        act_result written[3];
        size_t     unsent[3];
        act__memory_fail_at(n, false);
        written[0] = act_tcp_write_frame(tcp, &framings[6], "word", 4);
        unsent[0] = act_tcp_unsent(tcp);
        written[1] = act_tcp_write_message(tcp, zoo_small, .amount = 1);
        unsent[1] = act_tcp_unsent(tcp);
        written[2] = act_tcp_write_frame(tcp, &lines, "word", 4);
        unsent[2] = act_tcp_unsent(tcp);
        requests = act__memory_requests();
        act__memory_fail_at(0, false);
        for (int i = 0; i < 3; i++) {
            must(written[i] == ACT_OK || written[i] == ACT_NO_MEMORY, "a result", n);
            must((written[i] == ACT_OK) == (unsent[i] > (i > 0 ? unsent[i - 1] : 0)), "whole", n);
            failed += written[i] != ACT_OK;
        }
        evbuffer_drain(tcp->output, SIZE_MAX);
    }
    must(failed > 0, "it has failed", 0);
}

static void read_without_memory(act_tcp *tcp, int fd)
{
    act_frames   frames = {0};
    act_message *message;
    act_result   result;
    (void)fd;
    stream.count = 0;
    must(act_tcp_write_message(tcp, zoo_small, .amount = 1) == ACT_OK, "written", 0);
    take_output(tcp);
    feed(tcp, stream.bytes, stream.count);
    act__memory_fail_at(1, true);
    result = act_tcp_next_message(tcp, &frames, &messages, zoo_schema(), &message, NULL, 0);
    act__memory_fail_at(0, false);
    must(result == ACT_NO_MEMORY, "no memory", 0);
    must(act_tcp_next_message(tcp, &frames, &messages, zoo_schema(), &message, NULL, 0) == ACT_OK,
         "it was kept", 0);
    act_message_free(&message);
}

static void without_memory_nothing_is_written_or_lost(void)
{
    net_let_libevent_fail();
    act__memory_fail_at(0, false);
    run_job(write_without_memory);
    run_job(read_without_memory);
}

/* ---------------------------------------------------------------------------- through a network */

struct reader {
    struct net_connection connection;
    act_frames            frames;
};

/* Answers each line with its length, and says why it goes. */
static void read_lines(act_self *self, void *state, const act_message *message)
{
    static const act_framing long_lines = {.kind = ACT_FRAMING_LINE, .bytes_max = 1000000};
    struct reader           *reader = state;
    act_tcp                 *tcp = reader->connection.tcp;
    act_bytes                line;
    act_result               result;
    (void)message;
    while ((result = act_tcp_next_frame(tcp, &reader->frames, &long_lines, &line)) == ACT_OK) {
        char text[30];
        int  count = snprintf(text, sizeof text, "%zu", line.bytes_count);
        must(act_tcp_write_frame(tcp, &long_lines, text, (size_t)count) == ACT_OK, "write", 0);
    }
    must(act_tcp_unread(tcp) <= 1000002, "no more than a line may have", act_tcp_unread(tcp));
    if (result == ACT_EMPTY)
        return;
    net_say(reader->connection.net, "%s", act_result_text(result));
    act_tcp_finish(&reader->connection.tcp, ACT_SECONDS(20));
    net_leave(self);
}

static const act_behavior line_reader = NET_BEHAVIOR(struct reader, net_init, read_lines);

static void lines_longer_than_the_read_mark_come_in(void)
{
    static char long_line[1000001];
    struct net  net = {0};
    int         fd = net_open(&net, &line_reader);
    memset(long_line, 'x', sizeof long_line);
    net_send_text(fd, "one\r\n\n");
    net_expect(fd, "3\n0\n");
    for (int i = 0; i < 3; i++) {
        net_send(fd, long_line, 1000000);
        net_send_text(fd, "\ntwo\n");
        net_expect(fd, "1000000\n3\n");
    }
    net_send(fd, long_line, 1000001);
    net_send_text(fd, "\n");
    net_expect_line(&net, act_result_text(ACT_FULL));
    net_close(&net, fd);
}

static void a_stream_that_ends_says_whether_it_is_whole(void)
{
    struct net net = {0};
    int        fd = net_open(&net, &line_reader);
    net_send_text(fd, "one\n");
    net_expect(fd, "3\n");
    close(fd);
    net_expect_line(&net, act_result_text(ACT_CLOSED));
    fd = net_dial(&net);
    net_send_text(fd, "one\ntw");
    net_expect(fd, "3\n");
    close(fd);
    net_expect_line(&net, act_result_text(ACT_TRUNCATED));
    net_stop(&net);
}

static void take_lines_as_texts(act_tcp *tcp, int fd)
{
    static const char bytes[] = "one\r\n\nno\0text\n12345678\n123456789\n";
    act_frames        frames = {0};
    char              line[9];
    (void)fd;
    feed(tcp, bytes, sizeof bytes - 1);
    ck_assert_int_eq(act_tcp_next_line(tcp, &frames, line, 1), ACT_INVALID);
    ck_assert_int_eq(act_tcp_next_line(tcp, &frames, line, sizeof line), ACT_OK);
    ck_assert_str_eq(line, "one");
    ck_assert_int_eq(act_tcp_next_line(tcp, &frames, line, sizeof line), ACT_OK);
    ck_assert_str_eq(line, "");
    ck_assert_int_eq(act_tcp_next_line(tcp, &frames, line, sizeof line), ACT_MALFORMED);
    ck_assert_int_eq(act_tcp_next_line(tcp, &frames, line, sizeof line), ACT_OK);
    ck_assert_str_eq(line, "12345678");
    ck_assert_int_eq(act_tcp_next_line(tcp, &frames, line, sizeof line), ACT_FULL);
}

static void a_line_is_a_text(void)
{
    run_job(take_lines_as_texts);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_line_is_a_text),
    TEST_CASE(frames_are_found_wherever_their_bytes_are_cut),
    TEST_CASE(lines_end_in_lf_or_crlf),
    TEST_CASE(a_frame_of_the_most_bytes_is_given_and_one_more_is_refused),
    TEST_CASE(the_end_of_a_line_does_not_count),
    TEST_CASE(an_end_within_a_frame_is_told),
    TEST_CASE(what_cannot_be_is_refused),
    TEST_CASE(a_frame_that_is_kept_is_given_again),
    TEST_CASE(the_framing_may_change_between_frames),
    TEST_CASE(each_byte_is_looked_at_once),
    TEST_CASE(what_waits_behind_a_frame_is_left_alone),
    TEST_CASE(random_frames_in_random_pieces_come_whole),
    TEST_CASE(any_bytes_come_to_the_same_end_however_they_are_cut),
    TEST_CASE(messages_are_written_and_found_wherever_they_are_cut),
    TEST_CASE(what_is_no_message_of_the_schema_is_refused),
    TEST_CASE(without_memory_nothing_is_written_or_lost),
    TEST_CASE(lines_longer_than_the_read_mark_come_in, .rounds = 2),
    TEST_CASE(a_stream_that_ends_says_whether_it_is_whole, .rounds = 2),
    END_OF_CASES,
};
