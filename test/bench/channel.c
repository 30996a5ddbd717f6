/*
 * Channels between threads, or with actors=1 between actors: one to one, many to one, many to many;
 * select. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <test/bench/channel.h>

enum { LANES = 4 };

struct pipe {
    act_sender   *sender;
    act_receiver *receiver;
};

/*
 * One thread's part of the work: `count` values, over one channel or by select over LANES of them.
 */
struct part {
    void (*run)(struct part *part);
    struct pipe *pipes;
    int64_t      count, sum;
    pthread_t    thread;
};

static int64_t total(void)
{
    return bench_number("n", 1, INT64_C(1) << 40);
}

static int64_t capacity(void)
{
    return bench_number("cap", -1, INT32_MAX);
}

static struct pipe make(void)
{
    struct pipe pipe;
    int64_t     cap = capacity();
    bench_must(act_channel_create(&pipe.sender, &pipe.receiver, sizeof(int64_t),
                                  cap < 0 ? ACT_CHANNEL_UNBOUNDED : (size_t)cap));
    return pipe;
}

static void drop(struct pipe *pipe)
{
    act_sender_drop(&pipe->sender);
    act_receiver_drop(&pipe->receiver);
}

static void sends(struct part *part)
{
    for (int64_t value = 0; value < part->count; value++)
        bench_must(act_channel_send(part->pipes->sender, &value, ACT_FOREVER));
}

static void receives(struct part *part)
{
    for (int64_t i = 0, value = 0; i < part->count; i++, part->sum += value)
        bench_must(act_channel_receive(part->pipes->receiver, &value, ACT_FOREVER));
}

static void selects_sends(struct part *part)
{
    int64_t         value = 0;
    size_t          chosen;
    act_select_case cases[LANES];
    for (int i = 0; i < LANES; i++)
        cases[i] = (act_select_case)ACT_SELECT_SEND(part->pipes[i].sender, &value);
    for (; value < part->count; value++)
        bench_must(act_select(&chosen, cases, LANES, ACT_FOREVER));
}

static void selects_receives(struct part *part)
{
    int64_t         value = 0;
    size_t          chosen;
    act_select_case cases[LANES];
    for (int i = 0; i < LANES; i++)
        cases[i] = (act_select_case)ACT_SELECT_RECEIVE(part->pipes[i].receiver, &value);
    for (int64_t i = 0; i < part->count; i++, part->sum += value)
        bench_must(act_select(&chosen, cases, LANES, ACT_FOREVER));
}

static void *thread_main(void *part)
{
    ((struct part *)part)->run(part);
    return NULL;
}

static void tell(int64_t elapsed, int64_t operations)
{
    printf("ns_per_op=%.2f ops=%" PRId64 "\n", (double)elapsed / (double)operations, operations);
}

/* Each part in a thread of its own; `senders` of them send 0 to each - 1. */
static void run(struct part *parts, int count, int senders, int64_t each)
{
    int64_t sum = 0, began = bench_clock();
    for (int i = 0; i < count; i++)
        bench_check(pthread_create(&parts[i].thread, NULL, thread_main, &parts[i]) == 0,
                    "there is a thread");
    for (int i = 0; i < count; i++) {
        pthread_join(parts[i].thread, NULL);
        sum += parts[i].sum;
    }
    int64_t elapsed = bench_clock() - began;
    bench_check(sum == senders * bench_sum_below(each), "what was received is what was sent");
    tell(elapsed, senders * each);
}

static void many_to_many(int senders, int receivers)
{
    struct part parts[2 * LANES];
    struct pipe pipe = make();
    int64_t     each = total() / senders;
    if (strcmp(bench_word("actors", "0"), "0") != 0) {
        channel_between_actors(
            &(struct channel_actors){pipe.sender, pipe.receiver, senders, receivers, each});
        drop(&pipe);
        return;
    }
    for (int i = 0; i < senders; i++)
        parts[i] = (struct part){.run = sends, .pipes = &pipe, .count = each};
    for (int i = 0; i < receivers; i++)
        parts[senders + i] =
            (struct part){.run = receives, .pipes = &pipe, .count = senders * each / receivers};
    run(parts, senders + receivers, senders, each);
    drop(&pipe);
}

void bench_chan_spsc(void)
{
    many_to_many(1, 1);
}

void bench_chan_mpsc(void)
{
    many_to_many(LANES, 1);
}

void bench_chan_mpmc(void)
{
    many_to_many(LANES, LANES);
}

void bench_chan_seq(void)
{
    struct pipe pipe = make();
    int64_t     n = total(), batch = capacity() < 0 ? n : capacity(), sum = 0, value;
    bench_demand(batch != 0, "cap is not 0");
    int64_t began = bench_clock();
    for (int64_t first = 0; first < n; first += batch) {
        int64_t end = first + batch < n ? first + batch : n;
        for (value = first; value < end; value++)
            bench_must(act_channel_send(pipe.sender, &value, ACT_FOREVER));
        for (int64_t i = first; i < end; i++, sum += value)
            bench_must(act_channel_receive(pipe.receiver, &value, ACT_FOREVER));
    }
    int64_t elapsed = bench_clock() - began;
    bench_check(sum == bench_sum_below(n), "what was received is what was sent");
    drop(&pipe);
    tell(elapsed, n);
}

/* LANES channels; a sender for each, or senders that select over all. */
static void select_over(void (*send)(struct part *part), int receivers)
{
    struct part parts[2 * LANES];
    struct pipe pipes[LANES];
    int64_t     each = total() / LANES;
    for (int i = 0; i < LANES; i++) {
        pipes[i] = make();
        parts[i] =
            (struct part){.run = send, .pipes = send == sends ? &pipes[i] : pipes, .count = each};
    }
    for (int i = 0; i < receivers; i++)
        parts[LANES + i] = (struct part){
            .run = selects_receives, .pipes = pipes, .count = LANES * each / receivers};
    run(parts, LANES + receivers, LANES, each);
    for (int i = 0; i < LANES; i++)
        drop(&pipes[i]);
}

void bench_select_rx(void)
{
    select_over(sends, 1);
}

void bench_select_both(void)
{
    select_over(selects_sends, LANES);
}
