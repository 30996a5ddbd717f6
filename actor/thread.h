/* Ordinary threads that may panic: a join tells why they ended. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_THREAD_H
#define ACT_ACTOR_THREAD_H

#include "system.h"

ACT_BEGIN_DECLS

/* A thread that act_thread_spawn has started. It may wait, on channels and everything else. */
typedef struct act_thread act_thread;

/**
 * Starts a thread.
 *
 * thread    Set on ACT_OK, before `run` begins; `run` is given the same pointer.
 * argument  Given to `run`; may be NULL.
 *
 * Owns:    act_thread_join must be called once.
 * Threads: any.
 * Returns: ACT_OK, ACT_NO_MEMORY, ACT_OS (no more threads).
 * See:     samples/37_panic_at_join.c
 */
ACT_API ACT_MUST_CHECK act_result act_thread_spawn(act_thread **thread,
                                                   void (*run)(act_thread *self, void *argument),
                                                   void *argument) ACT_NONNULL(1, 2);

/**
 * Waits until a thread has ended.
 *
 * *thread  Becomes NULL on ACT_OK.
 * report   May be NULL. Set on ACT_OK: ACT_EXIT_NORMAL (also after pthread_exit or pthread_cancel),
 *          or ACT_EXIT_PANIC with the panic's text.
 *
 * Threads: any that may block: ordinary ones and callbacks of blocking actors; not the thread
 * itself.
 * Waits:   until the thread has ended and its clean-ups have run.
 * Returns: ACT_OK, ACT_INVALID (the thread itself, or a callback that must not block), ACT_FORKED
 *          (made before fork(): the parent has it).
 */
ACT_API ACT_MUST_CHECK act_result act_thread_join(act_thread **thread, act_exit_report *report)
    ACT_NONNULL(1);

/**
 * Registers a clean-up that runs when the thread ends, however it ends; last registered, first run.
 *
 * clean_up  If it panics, calls pthread_exit or is cancelled, it ends there, and the others are
 *           called all the same. act_thread_join tells the text of a panic, unless the thread had
 *           panicked before.
 *
 * Threads: the thread itself.
 * Returns: ACT_OK, ACT_NO_MEMORY (then it is not registered).
 */
ACT_API ACT_MUST_CHECK act_result act_thread_defer(act_thread *self,
                                                   void (*clean_up)(void *argument), void *argument)
    ACT_NONNULL(1, 2);

/**
 * Fails at once: does not return. Unwinds the thread, running its __attribute__((cleanup))
 * handlers, then what it has deferred; act_thread_join tells the text, "file:line: ...". The other
 * threads go on.
 *
 * As act_panic otherwise.
 * Threads: the thread itself.
 */
#define act_thread_panic(self, ...) act__thread_panic_at((self), __FILE__, __LINE__, __VA_ARGS__)
ACT_API ACT_NORETURN void act__thread_panic_at(act_thread *self, const char *file, int line,
                                               const char *format, ...) ACT_PRINTF(4, 5)
    ACT_NONNULL(1, 2, 4);

ACT_END_DECLS

#endif
