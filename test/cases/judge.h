/* What some cases share besides the verdict: a verdict in numbers, and what the log has said. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_CASES_JUDGE_H
#define ACT_TEST_CASES_JUDGE_H

#include <pthread.h>

#include <test/cases/verdict.h>

/* Prints what was seen, in one line. Returns: the exit status, which says whether it is right. */
ACT_PRINTF(2, 3) static inline int judge(bool is_right, const char *format, ...)
{
    va_list args;
    fputs(is_right ? "right: " : "wrong: ", stdout);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    return is_right ? VERDICT_RIGHT : VERDICT_WRONG;
}

/* Whole milliseconds. */
static inline int64_t clock_ms(void)
{
    return (int64_t)now_ms();
}

static pthread_mutex_t judge_log_mutex = PTHREAD_MUTEX_INITIALIZER;
static char            judge_log_text[1 << 16];
static size_t          judge_log_length;

/* For .log of a system: keeps the lines, as many as there is room for. */
static inline void keep_log(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level;
    pthread_mutex_lock(&judge_log_mutex);
    size_t room = sizeof judge_log_text - judge_log_length;
    int    length = snprintf(judge_log_text + judge_log_length, room, "%s\n", text);
    if (length > 0 && (size_t)length < room)
        judge_log_length += (size_t)length;
    pthread_mutex_unlock(&judge_log_mutex);
}

/* How many times the log has said this. */
static inline int logged(const char *part)
{
    int count = 0;
    pthread_mutex_lock(&judge_log_mutex);
    for (const char *at = judge_log_text; (at = strstr(at, part)) != NULL; at++)
        count++;
    pthread_mutex_unlock(&judge_log_mutex);
    return count;
}

static inline act_exit_reason an_error(const char *text)
{
    return act_exit_reason_make(ACT_EXIT_ERROR, 1, text);
}

#endif
