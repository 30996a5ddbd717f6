/* Arguments, the clock, and a run from its first actor to its line of figures. Internal. */
/* SPDX-License-Identifier: MIT */
#include <test/bench/bench.h>

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char **arguments;
static int    arguments_count;

/* At once, from whatever thread: nothing is worth freeing. */
static ACT_NORETURN void fail(int status, const char *key, const char *sentence)
{
    fprintf(stderr, "act-bench: %s%s%s\n", key, *key != '\0' ? ": " : "", sentence);
    _exit(status);
}

void bench_arguments(int count, char **given)
{
    arguments = given;
    arguments_count = count;
}

const char *bench_word(const char *key, const char *otherwise)
{
    size_t      length = strlen(key);
    const char *word = otherwise;
    for (int i = 0; i < arguments_count; i++)
        if (strncmp(arguments[i], key, length) == 0 && arguments[i][length] == '=')
            word = arguments[i] + length + 1;
    return word;
}

int64_t bench_number(const char *key, int64_t min, int64_t max)
{
    const char *word = bench_word(key, NULL);
    char       *end, sentence[100];
    if (word == NULL)
        fail(BENCH_REFUSED, key, "missing");
    errno = 0;
    int64_t number = strtoll(word, &end, 10);
    snprintf(sentence, sizeof sentence, "not a number from %" PRId64 " to %" PRId64, min, max);
    if (end == word || *end != '\0' || errno != 0 || number < min || number > max)
        fail(BENCH_REFUSED, key, sentence);
    return number;
}

void bench_demand(bool holds, const char *sentence)
{
    if (!holds)
        fail(BENCH_REFUSED, "", sentence);
}

void bench_fail(const char *sentence)
{
    fail(BENCH_WRONG, "wrong", sentence);
}

void *bench_alloc(act_self *self, size_t bytes)
{
    void *memory = act_alloc(self, bytes);
    if (memory == NULL)
        bench_must(ACT_NO_MEMORY);
    return memory;
}

int64_t bench_clock(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * INT64_C(1000000000) + at.tv_nsec;
}

int64_t bench_resident_bytes(void)
{
    long  pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    bench_check(file != NULL && fscanf(file, "%*d %ld", &pages) == 1,
                "the resident size can be read");
    fclose(file);
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

int bench_compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Written by the handler that ends the run, read when the system has stopped. */
static char line[300];

void bench_end(act_self *self, int64_t elapsed, int64_t operations)
{
    bench_end_with(self, elapsed, operations, "%s", "");
}

void bench_end_with(act_self *self, int64_t elapsed, int64_t operations, const char *format, ...)
{
    va_list figures;
    int     length = snprintf(line, sizeof line, "ns_per_op=%.3f ops=%" PRId64,
                              (double)elapsed / (double)operations, operations);
    va_start(figures, format);
    vsnprintf(line + length, sizeof line - (size_t)length, format, figures);
    va_end(figures);
    act_system_stop(act_self_system(self));
}

void bench_run(const act_behavior *director, const void *args,
               void (*log)(void *context, act_log_level level, const char *text))
{
    act_system *system;
    act_pid     pid;
    uint32_t    threads = (uint32_t)bench_number("threads", 1, 256);
    act_millis  stuck_after = strcmp(bench_word("watched", "1"), "0") == 0 ? ACT_FOREVER : 0;
    /* Ten million actors may take longer to stop than others are given. */
    bench_must(act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = threads, .log = log,
                                                             .stuck_after = stuck_after,
                                                             .stop_timeout = ACT_FOREVER)));
    bench_must(act_system_spawn(system, &pid, director, args, NULL));
    bench_must(act_system_run(system));
    puts(line);
    act_system_destroy(&system);
}
