/*
 * Runs a table of facts under Check, tells each in TAP as it ends and how to run a failed one
 * again.
 */
/* SPDX-License-Identifier: MIT */
#include <test/kit/kit.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Without a fork Check has no time limit; a hang must still end. */
#define UNFORKED_SECONDS_MAX 600

/* Check hands a test one int: the fact's place in the table and its round share it. */
#define ROUNDS_MAX 65536

static int round_now;

int kit_round(void)
{
    return round_now;
}

int kit_many(int count)
{
    return getenv("KIT_ROUNDS_MAX") != NULL ? count / 20 : count;
}

static void run_fact(int place_and_round)
{
    round_now = place_and_round % ROUNDS_MAX;
    kit_facts[place_and_round / ROUNDS_MAX].run();
}

/* A suite of this one fact: run alone, its result is told at once. CK_RUN_CASE picks it by name. */
static SRunner *runner_of(size_t place, const TTest *test)
{
    const struct kit_fact *fact = &kit_facts[place];
    Suite                 *suite = suite_create(fact->file);
    TCase                 *tcase = tcase_create(fact->name);
    int                    first = (int)place * ROUNDS_MAX;
    int                    rounds = fact->rounds > 0 ? fact->rounds : 1;
    /* where everything takes thirty times as long */
    const char            *rounds_max = getenv("KIT_ROUNDS_MAX");
    const char *rounds_times = getenv("KIT_ROUNDS_TIMES"); /* where a night's time is given */
    if (rounds > 1 && rounds_times != NULL)
        rounds *=
            atoi(rounds_times) < ROUNDS_MAX / rounds ? atoi(rounds_times) : ROUNDS_MAX / rounds;
    if (rounds_max != NULL && rounds > atoi(rounds_max))
        rounds = atoi(rounds_max);

    /*
     * Only against what hangs: a slow machine, a sanitizer or valgrind must not turn a fact false.
     */
    tcase_set_timeout(tcase, fact->timeout_seconds > 0 ? fact->timeout_seconds : 120);
    _tcase_add_test(tcase, test, fact->signal, fact->status, first, first + rounds);
    suite_add_tcase(suite, tcase);
    return srunner_create(suite);
}

/* A line to paste anywhere: the harness calls the program by a path relative to the build tree. */
static void tell_again(SRunner *runner, const char *fact, const char *program)
{
    char *path = realpath(program, NULL);

    printf("# again: %sCK_RUN_CASE=%s %s\n",
           srunner_fork_status(runner) == CK_FORK ? "" : "CK_FORK=no ", fact,
           path != NULL ? path : program);
    free(path);
}

static void tell_failures(SRunner *runner, const char *fact, const char *program)
{
    int          count = srunner_ntests_failed(runner);
    TestResult **failures = srunner_failures(runner);

    for (int i = 0; i < count; i++) {
        TestResult *failure = failures[i];
        printf("# %s:%d: %s\n", tr_lfile(failure), tr_lno(failure), tr_msg(failure));
    }
    free(failures);
    tell_again(runner, fact, program);
}

/* Seconds, where a fact that hangs would take the whole program along. */
static unsigned patience_for(const struct kit_fact *fact)
{
    const char *rounds_times = getenv("KIT_ROUNDS_TIMES");
    double      seconds =
        fact->timeout_seconds > UNFORKED_SECONDS_MAX ? fact->timeout_seconds : UNFORKED_SECONDS_MAX;
    return (unsigned)(rounds_times != NULL ? seconds * atoi(rounds_times) : seconds);
}

/* True when the fact holds. */
static bool tell_fact(size_t place, int number, const char *program)
{
    const struct kit_fact *fact = &kit_facts[place];
    const TTest            test = {fact->name, run_fact, fact->file, fact->line};
    SRunner               *runner = runner_of(place, &test);
    bool                   own_process = srunner_fork_status(runner) == CK_FORK;
    bool                   holds = true;

    if (!own_process && (fact->signal != 0 || fact->status != 0)) {
        printf("ok %d - %s # SKIP dies by design, which takes a process of its own\n", number,
               fact->name);
    } else {
        if (!own_process) {
            tell_again(runner, fact->name, program); /* a crash takes the teller along */
            alarm(patience_for(fact));
        }
        fflush(stdout);
        srunner_run_all(runner, CK_SILENT);
        holds = srunner_ntests_failed(runner) == 0;
        printf("%s %d - %s\n", holds ? "ok" : "not ok", number, fact->name);
        if (!holds)
            tell_failures(runner, fact->name, program);
    }
    fflush(stdout);
    srunner_free(runner);
    return holds;
}

int main(int argc, char **argv)
{
    const char *wanted = getenv("CK_RUN_CASE");
    int         told = 0;
    int         failed = 0;

    (void)argc;
    for (size_t place = 0; kit_facts[place].name != NULL; place++) {
        if (wanted != NULL && strcmp(wanted, kit_facts[place].name) != 0)
            continue;
        if (!tell_fact(place, ++told, argv[0]))
            failed++;
    }
    printf("1..%d\n", told);
    /* The harness has read every "not ok"; a failing status would count the same failure twice. */
    return failed > 0 && getenv("HARNESS_ACTIVE") == NULL ? EXIT_FAILURE : EXIT_SUCCESS;
}
