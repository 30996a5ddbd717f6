/*
 * Ping-pong with typed messages, beside pingpong's untyped; and what they take as bytes. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <msgpack.h>
#include <stdio.h>
#include <string.h>

#include <mailbox/schema/codec.h>
#include <test/bench/pingpong.h>

#define TYPED_BALL(FIELD)  FIELD(1, INT64, number)
#define TYPED_SMALL(FIELD) FIELD(1, INT64, a) FIELD(2, UINT32, b) FIELD(3, INT32, c)
#define TYPED_MEDIUM(FIELD)                                                                        \
    FIELD(1, UINT64, id)                                                                           \
    FIELD(2, TEXT, name)                                                                           \
    FIELD(3, DOUBLE, price)                                                                        \
    FIELD(4, BOOL, express)                                                                        \
    FIELD(5, INT32, amount)                                                                        \
    FIELD(6, TEXT, note)                                                                           \
    FIELD(7, PID, from)                                                                            \
    FIELD(8, LIST(INT32), parts)                                                                   \
    FIELD(9, BYTES, key)                                                                           \
    FIELD(10, FLOAT, weight)
#define TYPED_LARGE(FIELD) FIELD(1, BYTES, bytes)
#define TYPED_MESSAGES(MESSAGE)                                                                    \
    MESSAGE(typed_ball, TYPED_BALL)                                                                \
    MESSAGE(typed_small, TYPED_SMALL)                                                              \
    MESSAGE(typed_medium, TYPED_MEDIUM)                                                            \
    MESSAGE(typed_large, TYPED_LARGE)
ACT_SCHEMA(typed, TYPED_MESSAGES);

/* ---------------------------------------------------------------- the same as pingpong.c, typed */

static void pong_receive(act_self *self, void *state, const act_message *message)
{
    (void)state;
    bench_check(typed_tag_of(message) == typed_ball_tag, "a ball");
    act_tell(self, act_message_sender(message), typed_ball,
             .number = act_view(typed_ball, message)->number + 1);
}

static const act_behavior pong = {.name = "pong", .receive = pong_receive};

static act_result ping_begin(act_self *self, void *state, const void *args)
{
    struct ping *ping = state;
    ping_open(self, ping, args, &pong);
    act_tell(self, ping->pong, typed_ball, .number = 0);
    return ACT_OK;
}

static void ping_receive(act_self *self, void *state, const act_message *message)
{
    struct ping *ping = state;
    if (ping_goes_on(self, ping, act_view(typed_ball, message)->number))
        act_tell(self, ping->pong, typed_ball, .number = ping->sent);
}

void bench_typed(void)
{
    ping_run(ping_begin, ping_receive);
}

/* ------------------------------------------------------- as bytes, and msgpack-c called by hand */

enum { LARGE_BYTES = 64 * 1024, ROOM = LARGE_BYTES + 1000 };

static const int32_t       parts[] = {1, 20, 300, 4000, -5};
static const unsigned char large[LARGE_BYTES];
static unsigned char       room[ROOM];

static void head_by_hand(msgpack_packer *packer, uint32_t tag, size_t fields)
{
    msgpack_pack_array(packer, 2);
    msgpack_pack_uint32(packer, tag);
    msgpack_pack_map(packer, fields);
}

static void pack_small(msgpack_packer *packer, const void *fields)
{
    const struct typed_small *small = fields;
    head_by_hand(packer, typed_small_tag, 3);
    msgpack_pack_int(packer, 1), msgpack_pack_int64(packer, small->a);
    msgpack_pack_int(packer, 2), msgpack_pack_uint32(packer, small->b);
    msgpack_pack_int(packer, 3), msgpack_pack_int32(packer, small->c);
}

static void pack_medium(msgpack_packer *packer, const void *fields)
{
    const struct typed_medium *medium = fields;
    head_by_hand(packer, typed_medium_tag, 10);
    msgpack_pack_int(packer, 1), msgpack_pack_uint64(packer, medium->id);
    msgpack_pack_int(packer, 2),
        msgpack_pack_str_with_body(packer, medium->name, strlen(medium->name));
    msgpack_pack_int(packer, 3), msgpack_pack_double(packer, medium->price);
    msgpack_pack_int(packer, 4),
        medium->express ? msgpack_pack_true(packer) : msgpack_pack_false(packer);
    msgpack_pack_int(packer, 5), msgpack_pack_int32(packer, medium->amount);
    msgpack_pack_int(packer, 6),
        msgpack_pack_str_with_body(packer, medium->note, strlen(medium->note));
    msgpack_pack_int(packer, 7), msgpack_pack_array(packer, 2);
    msgpack_pack_uint64(packer, medium->from.node), msgpack_pack_uint64(packer, medium->from.local);
    msgpack_pack_int(packer, 8), msgpack_pack_array(packer, medium->parts.count);
    for (size_t i = 0; i < medium->parts.count; i++)
        msgpack_pack_int32(packer, medium->parts.items[i]);
    msgpack_pack_int(packer, 9),
        msgpack_pack_bin_with_body(packer, medium->key.data, medium->key.bytes_count);
    msgpack_pack_int(packer, 10), msgpack_pack_float(packer, medium->weight);
}

static void pack_large(msgpack_packer *packer, const void *fields)
{
    const struct typed_large *it = fields;
    head_by_hand(packer, typed_large_tag, 1);
    msgpack_pack_int(packer, 1),
        msgpack_pack_bin_with_body(packer, it->bytes.data, it->bytes.bytes_count);
}

/* What a user would do at least: unpack, and look whether it is a tag and a map of so many. */
static bool unpack_by_hand(const void *bytes, size_t count, uint32_t fields)
{
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    bool good = msgpack_unpack_next(&unpacked, bytes, count, NULL) == MSGPACK_UNPACK_SUCCESS &&
                unpacked.data.type == MSGPACK_OBJECT_ARRAY && unpacked.data.via.array.size == 2 &&
                unpacked.data.via.array.ptr[1].type == MSGPACK_OBJECT_MAP &&
                unpacked.data.via.array.ptr[1].via.map.size == fields;
    msgpack_unpacked_destroy(&unpacked);
    return good;
}

/* Nanoseconds each of n takes. */
struct costs {
    double encode, decode, encode_by_hand, decode_by_hand;
};

typedef void pack_by_hand(msgpack_packer *packer, const void *fields);

static struct costs measure(int64_t n, const act_message *message, pack_by_hand *pack,
                            size_t bytes_count)
{
    msgpack_sbuffer by_hand;
    msgpack_packer  packer;
    act_message    *decoded;
    size_t          count = 0;
    uint32_t        fields = act_schema_find(typed_schema(), message->tag)->parts_count;
    int64_t         began[5];
    msgpack_sbuffer_init(&by_hand);
    msgpack_packer_init(&packer, &by_hand, msgpack_sbuffer_write);
    began[0] = bench_clock();
    for (int64_t i = 0; i < n; i++)
        bench_must(act_message_encode(message, typed_schema(), room, sizeof room, &count));
    began[1] = bench_clock();
    for (int64_t i = 0; i < n; i++) {
        bench_must(act_message_decode(&decoded, typed_schema(), room, count, 0, NULL, 0));
        act_message_free(&decoded);
    }
    began[2] = bench_clock();
    for (int64_t i = 0; i < n; i++) {
        msgpack_sbuffer_clear(&by_hand);
        pack(&packer, message->as.bytes);
    }
    began[3] = bench_clock();
    for (int64_t i = 0; i < n; i++)
        bench_check(unpack_by_hand(by_hand.data, by_hand.size, fields), "it is unpacked");
    began[4] = bench_clock();
    bench_check(count == bytes_count && by_hand.size == count &&
                    memcmp(by_hand.data, room, count) == 0,
                "by hand it is the same bytes");
    msgpack_sbuffer_destroy(&by_hand);
    return (struct costs){(double)(began[1] - began[0]) / (double)n,
                          (double)(began[2] - began[1]) / (double)n,
                          (double)(began[3] - began[2]) / (double)n,
                          (double)(began[4] - began[3]) / (double)n};
}

static void make(act_message **message, const char *size,
                 void (**pack)(msgpack_packer *, const void *))
{
    if (strcmp(size, "small") == 0) {
        *pack = pack_small;
        bench_must(act_message_make(message, typed_small, .a = -100000, .b = 7, .c = 1000));
    } else if (strcmp(size, "medium") == 0) {
        *pack = pack_medium;
        bench_must(act_message_make(
            message, typed_medium, .id = 123456789, .name = "a name", .price = 12.5,
            .express = true, .amount = -3, .note = "forty letters of what there is to note it",
            .from = {0, 0x8000001}, .parts = {parts, 5}, .key = {large, 16}, .weight = 0.5f));
    } else {
        *pack = pack_large;
        bench_must(act_message_make(message, typed_large, .bytes = {large, sizeof large}));
    }
}

void bench_codec(void)
{
    int64_t       n = bench_number("n", 1, INT32_MAX);
    act_message  *message;
    size_t        bytes_count;
    pack_by_hand *pack;
    make(&message, bench_word("size", "small"), &pack);
    bench_must(act_message_encode(message, typed_schema(), room, sizeof room, &bytes_count));
    struct costs costs = measure(n, message, pack, bytes_count);
    printf("ns_per_op=%.2f ops=%" PRId64
           " bytes=%zu decode_ns=%.1f encode_by_hand_ns=%.1f decode_by_hand_ns=%.1f\n",
           costs.encode, n, bytes_count, costs.decode, costs.encode_by_hand, costs.decode_by_hand);
    act_message_free(&message);
}
