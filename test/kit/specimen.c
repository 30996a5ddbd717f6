/*
 * Cases that hold, fail, crash, hang and leave: kit_test.sh checks that each is told as what it is.
 */
/* SPDX-License-Identifier: MIT */
#include <test/kit/kit.h>

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void holds(void)
{
    ck_assert_int_eq(1 + 1, 2);
}

static void fails(void)
{
    ck_assert_int_eq(1 + 1, 3);
}

static void crashes(void)
{
    raise(SIGSEGV);
}

static void hangs(void)
{
    pause();
}

static void leaves(void)
{
    exit(3);
}

static void leaves_by_design(void)
{
    exit(3);
}

static void aborts_by_design(void)
{
    abort();
}

static void holds_in_every_round(void)
{
    ck_assert_int_lt(kit_round(), 3);
}

static void fails_in_the_last_round(void)
{
    ck_assert_int_lt(kit_round(), 2);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(holds),
    TEST_CASE(fails),
    TEST_CASE(crashes),
    TEST_CASE(hangs, .timeout_seconds = 0.2),
    TEST_CASE(leaves),
    TEST_CASE(leaves_by_design, .status = 3),
    TEST_CASE(aborts_by_design, .signal = SIGABRT),
    TEST_CASE(holds_in_every_round, .rounds = 3),
    TEST_CASE(fails_in_the_last_round, .rounds = 3),
    END_OF_CASES,
};
