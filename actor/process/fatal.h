/* What cannot be gone on from, said before the process ends. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_FATAL_H
#define ACT_ACTOR_PROCESS_FATAL_H

#include <actor/scheduler/runner.h>

struct act__worker;

/*
 * Says what has happened, and to which actor, if the runner is in a turn; on standard error,
 * whatever the log is.
 */
ACT_NORETURN void act__fatal(const struct act__runner *runner, const char *what);

/* Of a thread, from `lowest` up to `end`; empty if it could not be told. That may have ended. */
struct act__stack {
    const char *lowest, *end;
};
struct act__stack act__stack_here(void);

/* The thread makes a system: if it is main's, where its stack is is remembered. */
void act__know_thread(void);
/*
 * In a call that a callback may make: whether this thread has left the callback by longjmp, onto
 * another thread's stack.
 */
void act__check_stack(const struct act__worker *worker);

#endif
