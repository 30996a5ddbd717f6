/* How a unit test is written: facts in a table, told in TAP by kit.c's main. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_KIT_KIT_H
#define ACT_TEST_KIT_KIT_H

#include <check.h>
#include <stddef.h>

/* One fact. Check runs each in a process of its own, unless CK_FORK=no. */
struct kit_fact {
    const char *name;
    void (*run)(void);
    const char *file;
    int         line;
    int         rounds;          /* how often it runs, see kit_round; 0 means once */
    int         signal;          /* the signal it must die of; 0 means none */
    int         status;          /* the exit status it must leave with; 0 means none */
    double      timeout_seconds; /* until a fact counts as hanging; 0 means 120 */
};

/* FACT(function) or FACT(function, .signal = SIGABRT): the function's name is the fact. */
#define FACT(function, ...)                                                                        \
    {                                                                                              \
        .name = #function, .run = (function), .file = __FILE__, .line = __LINE__, ##__VA_ARGS__    \
    }

/*
 * Each test program defines this table once: const struct kit_fact kit_facts[] = { FACT(…),
 * END_OF_FACTS };
 */
extern const struct kit_fact kit_facts[];
#define END_OF_FACTS                                                                               \
    {                                                                                              \
        .name = NULL                                                                               \
    }

/*
 * So many repetitions: a twentieth where everything takes thirty times as long (KIT_ROUNDS_MAX is
 * set). For those that only show that time stays in proportion.
 */
int kit_many(int count);

/* Which round of its fact is running, from 0. */
int kit_round(void);

#endif
