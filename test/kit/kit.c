/*
 * Runs a table of cases under Check, tells each in TAP as it ends and how to run a failed one
 * again.
 */
/* SPDX-License-Identifier: MIT */
#include <test/kit/kit.h>

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Without a fork Check has no time limit; a hang must still end. */
#define UNFORKED_SECONDS_MAX 600

/* Check hands a test one int: the case's place in the table and its round share it. */
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

int kit_entries_of(const char *folder)
{
    int  count = 0;
    DIR *entries = opendir(folder);
    ck_assert_ptr_nonnull(entries);
    while (readdir(entries) != NULL)
        count++;
    closedir(entries);
    return count;
}

static void run_case(int place_and_round)
{
    round_now = place_and_round % ROUNDS_MAX;
    kit_cases[place_and_round / ROUNDS_MAX].run();
}

/* A suite of this one case: run alone, its result is told at once. CK_RUN_CASE picks it by name. */
static SRunner *runner_of(size_t place, const TTest *test)
{
    const struct kit_case *test_case = &kit_cases[place];
    Suite                 *suite = suite_create(test_case->file);
    TCase                 *tcase = tcase_create(test_case->name);
    int                    first = (int)place * ROUNDS_MAX;
    int                    rounds = test_case->rounds > 0 ? test_case->rounds : 1;
    /* where everything takes thirty times as long */
    const char            *rounds_max = getenv("KIT_ROUNDS_MAX");
    const char *rounds_times = getenv("KIT_ROUNDS_TIMES"); /* where a night's time is given */
    if (rounds > 1 && rounds_times != NULL)
        rounds *=
            atoi(rounds_times) < ROUNDS_MAX / rounds ? atoi(rounds_times) : ROUNDS_MAX / rounds;
    if (rounds_max != NULL && rounds > atoi(rounds_max))
        rounds = atoi(rounds_max);

    /*
     * Only against what hangs: a slow machine, a sanitizer or valgrind must not turn a case false.
     */
    tcase_set_timeout(tcase, test_case->timeout_seconds > 0 ? test_case->timeout_seconds : 120);
    _tcase_add_test(tcase, test, test_case->signal, test_case->status, first, first + rounds);
    suite_add_tcase(suite, tcase);
    return srunner_create(suite);
}

/* A line to paste anywhere: the harness calls the program by a path relative to the build tree. */
static void tell_again(SRunner *runner, const char *test_case, const char *program)
{
    char *path = realpath(program, NULL);

    printf("# again: %sCK_RUN_CASE=%s %s\n",
           srunner_fork_status(runner) == CK_FORK ? "" : "CK_FORK=no ", test_case,
           path != NULL ? path : program);
    free(path);
}

static void tell_failures(SRunner *runner, const char *test_case, const char *program)
{
    int          count = srunner_ntests_failed(runner);
    TestResult **failures = srunner_failures(runner);

    for (int i = 0; i < count; i++) {
        TestResult *failure = failures[i];
        printf("# %s:%d: %s\n", tr_lfile(failure), tr_lno(failure), tr_msg(failure));
    }
    free(failures);
    tell_again(runner, test_case, program);
}

/* Seconds, where a case that hangs would take the whole program along. */
static unsigned patience_for(const struct kit_case *test_case)
{
    const char *rounds_times = getenv("KIT_ROUNDS_TIMES");
    double seconds = test_case->timeout_seconds > UNFORKED_SECONDS_MAX ? test_case->timeout_seconds
                                                                       : UNFORKED_SECONDS_MAX;
    return (unsigned)(rounds_times != NULL ? seconds * atoi(rounds_times) : seconds);
}

/* True when the case holds. */
static bool tell_case(size_t place, int number, const char *program)
{
    const struct kit_case *test_case = &kit_cases[place];
    const TTest            test = {test_case->name, run_case, test_case->file, test_case->line};
    SRunner               *runner = runner_of(place, &test);
    bool                   own_process = srunner_fork_status(runner) == CK_FORK;
    bool                   holds = true;

    if (!own_process && (test_case->signal != 0 || test_case->status != 0)) {
        printf("ok %d - %s # SKIP dies by design, which takes a process of its own\n", number,
               test_case->name);
    } else {
        if (!own_process) {
            tell_again(runner, test_case->name, program); /* a crash takes the teller along */
            alarm(patience_for(test_case));
        }
        fflush(stdout);
        srunner_run_all(runner, CK_SILENT);
        holds = srunner_ntests_failed(runner) == 0;
        printf("%s %d - %s\n", holds ? "ok" : "not ok", number, test_case->name);
        if (!holds)
            tell_failures(runner, test_case->name, program);
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
    for (size_t place = 0; kit_cases[place].name != NULL; place++) {
        if (wanted != NULL && strcmp(wanted, kit_cases[place].name) != 0)
            continue;
        if (!tell_case(place, ++told, argv[0]))
            failed++;
    }
    printf("1..%d\n", told);
    /* The harness has read every "not ok"; a failing status would count the same failure twice. */
    return failed > 0 && getenv("HARNESS_ACTIVE") == NULL ? EXIT_FAILURE : EXIT_SUCCESS;
}
