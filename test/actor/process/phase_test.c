/* The steps of an actor's life: those of phase.h's drawing, and no other. */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <actor/process/cell.h>
#include <test/kit/kit.h>

#define PHASES (ACT__PHASE_ENDING + 1)

static const struct {
    enum act__phase from, to;
} steps[] = {
    {ACT__PHASE_FREE, ACT__PHASE_STARTING},
    {ACT__PHASE_FREE, ACT__PHASE_DEAD}, /* more came while it was to sleep */
    {ACT__PHASE_STARTING, ACT__PHASE_RUNNING},
    {ACT__PHASE_STARTING, ACT__PHASE_ENDING},
    {ACT__PHASE_RUNNING, ACT__PHASE_ENDING},
    {ACT__PHASE_ENDING, ACT__PHASE_DEAD},
    {ACT__PHASE_ENDING, ACT__PHASE_HANDOVER},
    {ACT__PHASE_HANDOVER, ACT__PHASE_STARTING},
    {ACT__PHASE_HANDOVER, ACT__PHASE_DEAD},
    {ACT__PHASE_DEAD, ACT__PHASE_FREE},
};

static bool is_drawn(enum act__phase from, enum act__phase to)
{
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (steps[i].from == from && steps[i].to == to)
            return true;
    return false;
}

static void the_steps_of_the_drawing_can_be_taken_and_no_others(void)
{
    for (int from = 0; from < PHASES; from++)
        for (int to = 0; to < PHASES; to++)
            ck_assert_msg(act__phase_can_follow(from, to) == is_drawn(from, to), "%d -> %d", from,
                          to);
}

static void a_step_leaves_the_flags(void)
{
    act_self self = {.flags = ACT__CELL_OVERLOADED | ACT__CELL_SUCCEEDS | ACT__PHASE_HANDOVER};

    act__phase_enter(&self, ACT__PHASE_STARTING);
    ck_assert_int_eq(act__phase_of(&self), ACT__PHASE_STARTING);
    ck_assert(act__phase_is_living(&self));
    act__phase_enter(&self, ACT__PHASE_RUNNING);
    act__phase_enter(&self, ACT__PHASE_ENDING);
    ck_assert(act__phase_is_living(&self));
    act__phase_enter(&self, ACT__PHASE_DEAD);
    ck_assert(!act__phase_is_living(&self));
    ck_assert_uint_eq(self.flags,
                      ACT__CELL_OVERLOADED | ACT__CELL_SUCCEEDS | (unsigned)ACT__PHASE_DEAD);
}

/* In a process of its own. Returns: the signal that has ended it; 0: none. */
static int signal_of_step(enum act__phase from, enum act__phase to)
{
    int   status;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        act_self self = {.flags = (uint16_t)from};
        fclose(stderr);
        act__phase_enter(&self, to);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void a_step_that_is_not_drawn_ends_the_process(void)
{
    for (int from = 0; from < PHASES; from++)
        for (int to = 0; to < PHASES; to++)
            ck_assert_int_eq(signal_of_step(from, to), is_drawn(from, to) ? 0 : SIGABRT);
}

const struct kit_case kit_cases[] = {
    TEST_CASE(the_steps_of_the_drawing_can_be_taken_and_no_others),
    TEST_CASE(a_step_leaves_the_flags),
    TEST_CASE(a_step_that_is_not_drawn_ends_the_process, .timeout_seconds = 30),
    END_OF_CASES,
};
