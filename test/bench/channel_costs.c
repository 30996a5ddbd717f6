/*
 * What a channel takes in memory, and what it costs on this machine to hand over to a thread that
 * sleeps. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <linux/futex.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <test/bench/bench.h>

/* --------------------------------------------------------------------------------------- memory */

static double bytes_in_use(void)
{
    struct mallinfo2 now = mallinfo2();
    return (double)now.uordblks + (double)now.hblkhd;
}

/* Bytes of each of n empty channels. */
static double empty_bytes(int64_t n, size_t capacity)
{
    act_sender   **senders = calloc((size_t)n, sizeof *senders);
    act_receiver **receivers = calloc((size_t)n, sizeof *receivers);
    bench_check(senders != NULL && receivers != NULL, "there is memory");
    double before = bytes_in_use();
    for (int64_t i = 0; i < n; i++)
        bench_must(act_channel_create(&senders[i], &receivers[i], sizeof(int64_t), capacity));
    double bytes = (bytes_in_use() - before) / (double)n;
    for (int64_t i = 0; i < n; i++) {
        act_sender_drop(&senders[i]);
        act_receiver_drop(&receivers[i]);
    }
    free(senders);
    free(receivers);
    return bytes;
}

/* Bytes of each of n values that wait. */
static double waiting_bytes(int64_t n)
{
    act_sender   *sender;
    act_receiver *receiver;
    bench_must(act_channel_create(&sender, &receiver, sizeof(int64_t), ACT_CHANNEL_UNBOUNDED));
    double  before = bytes_in_use();
    int64_t began = bench_clock();
    for (int64_t i = 0; i < n; i++)
        bench_must(act_channel_send(sender, &i, 0));
    int64_t elapsed = bench_clock() - began;
    double  bytes = (bytes_in_use() - before) / (double)n;
    act_sender_drop(&sender);
    act_receiver_drop(&receiver);
    printf("ns_per_op=%.2f ops=%" PRId64, (double)elapsed / (double)n, n);
    return bytes;
}

void bench_chan_bytes(void)
{
    int64_t n = bench_number("n", 1, INT64_C(1) << 30);
    double  value = waiting_bytes(n);
    printf(" value_bytes=%.2f empty_unbounded_bytes=%.1f empty_rendezvous_bytes=%.1f "
           "empty_1_bytes=%.1f\n",
           value, empty_bytes(n, ACT_CHANNEL_UNBOUNDED), empty_bytes(n, ACT_CHANNEL_RENDEZVOUS),
           empty_bytes(n, 1));
}

/* ------------------------------------------------------------------------------------- handover */

static _Atomic uint32_t turn; /* 0 or 1: whose it is */
static int64_t          turns;

static void play(uint32_t mine)
{
    for (int64_t i = 0; i < turns; i++) {
        while (atomic_load(&turn) != mine)
            syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, 1 - mine, NULL, NULL, 0);
        atomic_store(&turn, 1 - mine);
        syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    }
}

static void *other(void *nothing)
{
    play(1);
    return nothing;
}

/* Two threads in turn, with nothing but the kernel between them. */
void bench_handover(void)
{
    pthread_t thread;
    turns = bench_number("n", 2, INT32_MAX) / 2;
    int64_t began = bench_clock();
    bench_check(pthread_create(&thread, NULL, other, NULL) == 0, "there is a thread");
    play(0);
    pthread_join(thread, NULL);
    printf("ns_per_op=%.2f ops=%" PRId64 "\n",
           (double)(bench_clock() - began) / (double)(2 * turns), 2 * turns);
}
