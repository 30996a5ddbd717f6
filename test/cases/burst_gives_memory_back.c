/* A flood by actors is held back, and of a burst by a thread most memory is given back. */
/* SPDX-License-Identifier: MIT */
#include <test/cases/verdict.h>

enum { PIECE = 1, GO, FLOODERS = 8, BURST = 400000, BURST_BYTES = 500, FLOOD_MIB_MAX = 64 };

static act_system  *sys;
static act_pid      sink;
static _Atomic int  handled;
static _Atomic bool flood_is_over;

static void sink_slowly(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    for (volatile int i = 0; i < 300; i++)
        ;
    handled++;
}

static void flood(act_self *self, void *state, const act_message *message)
{
    char piece[200] = {0};
    (void)state, (void)message;
    for (int i = 0; i < 100; i++)
        act_tell_bytes(self, sink, PIECE, piece, sizeof piece);
    if (!flood_is_over)
        act_tell_value(self, act_self_pid(self), GO, act_nothing());
}

static const act_behavior sinks = {.name = "sink", .receive = sink_slowly};
static const act_behavior floods = {.name = "flooder", .receive = flood};

static void is_held_back(void)
{
    long before = resident_kib(), most = before;
    for (int i = 0; i < FLOODERS; i++) {
        act_pid flooder;
        must(act_system_spawn(sys, &flooder, &floods, NULL, NULL));
        act_system_tell_value(sys, flooder, GO, act_nothing());
    }
    for (int i = 0; i < 30; i++) {
        sleep_ms(50);
        long now = resident_kib();
        most = now > most ? now : most;
    }
    flood_is_over = true;
    if (most - before >= FLOOD_MIB_MAX * 1024)
        judge_wrong("flooded by actors it grew by %ld MiB", (most - before) / 1024);
}

/* Until the number stands still. */
static void let_it_handle_all(void)
{
    for (int seen = -1; seen != handled;) {
        seen = handled;
        sleep_ms(300);
    }
}

static long burst(void)
{
    int first = handled;
    for (int i = 0; i < BURST; i++) {
        act_message *message;
        must(act_message_create(&message, PIECE, BURST_BYTES));
        memset(message->as.bytes, 1, BURST_BYTES);
        must(act_system_send(sys, sink, &message));
    }
    long peak = resident_kib();
    if (!comes_to(&handled, first + BURST, 40000))
        judge_wrong("of the burst %d of %d were handled", handled - first, BURST);
    return peak;
}

static void is_given_back(void)
{
    long before = resident_kib(), peak = burst() - before, kept = peak;
    if (peak < 50 * 1024)
        return; /* it was handled as fast as it came */
    for (int i = 0; i < 100 && kept >= peak / 4; i++) {
        sleep_ms(100);
        kept = resident_kib() - before;
    }
    if (kept >= peak / 4)
        judge_wrong("of a burst's %ld MiB %ld are kept", peak / 1024, kept / 1024);
}

/* A sanitizer keeps what is freed, and needs more beside it. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_IS_NOT_OURS true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MEMORY_IS_NOT_OURS true
#endif
#endif
#ifndef MEMORY_IS_NOT_OURS
#define MEMORY_IS_NOT_OURS false
#endif

int main(void)
{
    if (MEMORY_IS_NOT_OURS) {
        puts("memory in use says nothing with a sanitizer");
        return VERDICT_SKIPPED;
    }
    must(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 2, .log = no_log)));
    must(act_system_spawn(sys, &sink, &sinks, NULL, NULL));
    is_held_back();
    let_it_handle_all();
    is_given_back();
    must(act_system_destroy(&sys));
    return judge_right("floods are held back, and a burst's memory is given back");
}
