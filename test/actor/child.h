/* What a child process has said on standard error, and how it has ended. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_TEST_ACTOR_CHILD_H
#define ACT_TEST_ACTOR_CHILD_H

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <test/kit/kit.h>

enum { CHILD_SECONDS_MAX = 100 };

static int  child_status;
static char child_said[1000];

/* Waits for the child and reads what it has said on standard error. */
static inline void await(pid_t child, int from)
{
    size_t  used = 0;
    ssize_t count;
    while (used < sizeof child_said - 1 &&
           (count = read(from, child_said + used, sizeof child_said - 1 - used)) > 0)
        used += (size_t)count;
    child_said[used] = '\0';
    close(from);
    waitpid(child, &child_status, 0);
}

/* Returns: whether this is the child. */
static inline bool forks(void)
{
    int ends[2];
    if (pipe(ends) != 0)
        abort();
    pid_t child = fork();
    if (child == 0) {
        alarm(CHILD_SECONDS_MAX);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]), close(ends[1]);
        return true;
    }
    close(ends[1]);
    await(child, ends[0]);
    return false;
}

static inline void child_was_content(void)
{
    ck_assert_msg(WIFEXITED(child_status) && WEXITSTATUS(child_status) == 0, "%s", child_said);
}

static inline void child_has_aborted(const char *saying)
{
    ck_assert_msg(WIFSIGNALED(child_status) && WTERMSIG(child_status) == SIGABRT, "%x %s",
                  child_status, child_said);
    ck_assert_msg(strstr(child_said, saying) != NULL, "%s", child_said);
}

#endif
