/* act-bench WORKLOAD key=value... threads=T: one workload, and one line of figures. Internal. */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

#include <stdio.h>
#include <string.h>

/*
 * What each workload is, what it checks and what it prints was agreed with the same programs for
 * other runtimes, so that one driver can run them side by side. The last line of output is
 * "ns_per_op=<decimal> ops=<integer>" and the workload's own " key=<decimal>". watched=0: no thread
 * looks for handlers that are stuck.
 */
static const struct workload {
    const char *name, *arguments;
    void (*run)(void);
} workloads[] = {
    {"ask", "n context", bench_ask},
    {"big", "actors rounds", bench_big},
    {"chameneos", "chameneos meetings", bench_chameneos},
    {"chan_bytes", "n", bench_chan_bytes},
    {"chan_mpmc", "n cap [actors=1]", bench_chan_mpmc},
    {"chan_mpsc", "n cap [actors=1]", bench_chan_mpsc},
    {"chan_seq", "n cap", bench_chan_seq},
    {"chan_spsc", "n cap [actors=1]", bench_chan_spsc},
    {"children", "n", bench_children},
    {"codec", "n [size=small|medium|large]", bench_codec},
    {"connections", "connections rounds work_us at_once", bench_connections},
    {"fairness", "actors n", bench_fairness},
    {"fanin", "producers n", bench_fanin},
    {"fanin_bounded", "producers n cap", bench_fanin_bounded},
    {"forkjoin", "n workers window", bench_forkjoin},
    {"handover", "n", bench_handover},
    {"idle", "n", bench_idle},
    {"long_handler", "actors n", bench_long_handler},
    {"members", "n", bench_members},
    {"overload", "seconds", bench_overload},
    {"pingpong", "n", bench_pingpong},
    {"quiet", "actors timers seconds", bench_quiet},
    {"restart", "n", bench_restart},
    {"ring", "actors tokens hops", bench_ring},
    {"select_both", "n cap", bench_select_both},
    {"select_rx", "n cap", bench_select_rx},
    {"skynet", "leaves", bench_skynet},
    {"spawn", "n", bench_spawn},
    {"tell_all", "receivers n size [how=all|each]", bench_tell_all},
    {"timers", "n", bench_timers},
    {"typed", "n", bench_typed},
    {"wakeup", "n", bench_wakeup},
};
enum { WORKLOADS = sizeof workloads / sizeof *workloads };

static int usage(void)
{
    fprintf(stderr, "usage: act-bench WORKLOAD key=value... threads=T [watched=0]\n");
    for (int i = 0; i < WORKLOADS; i++)
        fprintf(stderr, "  %-14s %s\n", workloads[i].name, workloads[i].arguments);
    return BENCH_REFUSED;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    for (int i = 0; i < WORKLOADS; i++) {
        if (strcmp(name, workloads[i].name) == 0) {
            bench_arguments(argc - 2, argv + 2);
            workloads[i].run();
            return 0;
        }
    }
    if (argc > 1)
        fprintf(stderr, "act-bench: no such workload: %s\n", name);
    return usage();
}
