/* How a unit test is written: cases in a table, told in TAP by kit.c's main. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_KIT_KIT_H
#define ACT_TEST_KIT_KIT_H

#include <check.h>
#include <stddef.h>

/* One case. Check runs each in a process of its own, unless CK_FORK=no. */
struct kit_case {
    const char *name;
    void (*run)(void);
    const char *file;
    int         line;
    int         rounds;          /* how often it runs, see kit_round; 0 means once */
    int         signal;          /* the signal it must die of; 0 means none */
    int         status;          /* the exit status it must leave with; 0 means none */
    double      timeout_seconds; /* until a case counts as hanging; 0 means 120 */
};

/*
 * TEST_CASE(function) or TEST_CASE(function, .signal = SIGABRT): the function's name is the case.
 */
#define TEST_CASE(function, ...)                                                                   \
    {                                                                                              \
        .name = #function, .run = (function), .file = __FILE__, .line = __LINE__, ##__VA_ARGS__    \
    }

/*
 * Each test program defines this table once: const struct kit_case kit_cases[] = { TEST_CASE(…),
 * END_OF_CASES };
 */
extern const struct kit_case kit_cases[];
#define END_OF_CASES                                                                               \
    {                                                                                              \
        .name = NULL                                                                               \
    }

/*
 * So many repetitions: a twentieth where everything takes thirty times as long (KIT_ROUNDS_MAX is
 * set). For those that only show that time stays in proportion.
 */
int kit_many(int count);

/* How many entries a folder has: descriptors in /proc/self/fd, threads in /proc/self/task. */
int kit_entries_of(const char *folder);

/* Which round of its case is running, from 0. */
int kit_round(void);

#endif
