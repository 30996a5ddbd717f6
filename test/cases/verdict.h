/* What the cases share: a verdict of one line, a clock, and memory in use. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_CASES_VERDICT_H
#define ACT_TEST_CASES_VERDICT_H
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <act.h>

enum { VERDICT_RIGHT, VERDICT_WRONG, VERDICT_SKIPPED = 77 };

/* Ends the program: one line that says what was seen, and whether it is right. */
ACT_PRINTF(1, 2) static inline _Noreturn void judge_wrong(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    fflush(stdout);
    _exit(VERDICT_WRONG);
}

static inline int judge_right(const char *seen)
{
    puts(seen);
    return VERDICT_RIGHT;
}

static inline void must_at(act_result result, const char *call)
{
    if (result != ACT_OK)
        judge_wrong("%s: %s", call, act_result_text(result));
}
#define must(call) must_at((call), #call)

static inline double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static inline void sleep_ms(long ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0)
        ;
}

/* Whether the number comes to be at least so much in the time. */
static inline bool comes_to(_Atomic int *number, int least, long ms)
{
    for (double end = now_ms() + (double)ms; *number < least && now_ms() < end;)
        sleep_ms(1);
    return *number >= least;
}

static inline long resident_kib(void)
{
    long  pages = -1;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1)
        judge_wrong("/proc/self/statm is missing");
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static inline void no_log(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

static inline void hears_nothing(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

#endif
