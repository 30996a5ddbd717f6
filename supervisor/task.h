/*
 * Tasks: a function that runs once, in an actor of its own, and answers its asker. Public.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_SUPERVISOR_TASK_H
#define ACT_SUPERVISOR_TASK_H

#include "supervisor.h"

ACT_BEGIN_DECLS

/*
 * Tasks run under a supervisor: one whose strategy is simple_one_for_one and whose template is this
 * spec:
 *
 *     const act_child_spec      task = act_task_child(ACT_SPAWN_OPTIONS(.blocking = true));
 *     const act_supervisor_spec tasks = {
 *         .strategy = ACT_STRATEGY_SIMPLE_ONE_FOR_ONE, .children = &task, .children_count = 1};
 *
 * A task that fails hurts no other: neither its siblings, nor the supervisor, whose intensity it
 * does not count towards, nor the asker, which is not linked to it. When the supervisor stops, its
 * tasks are told to, and killed when .shutdown is over; when it is killed they end.
 */

/**
 * What a task does: its callback. It may do all that an actor may, act_panic and act_exit included;
 * it gets no messages.
 *
 * args     A copy of what act_task_run was given, aligned to 8, until the function has returned;
 *          NULL if there was none.
 *
 * Returns: the answer, which is moved; NULL: the asker gets a DOWN instead, with the reason that
 *          act_exit was given, or ACT_EXIT_NORMAL.
 */
typedef act_message *(*act_task_function)(act_self *self, const void *args);

/**
 * Makes the template of a supervisor of tasks: temporary, shutdown 5 s. With .blocking the
 * functions may block. Change what you want afterwards, but not restart, args and behavior.
 *
 * options  May be NULL: the defaults. Must stay valid until a supervisor has taken the spec.
 *
 * Threads: any.
 */
ACT_API act_child_spec act_task_child(const act_spawn_options *options);

/**
 * Runs a function once, in an actor of its own: an ask. The answer is the message that the function
 * returns, or a DOWN with the reason why there is none: the function has panicked, the task was
 * ended, ACT_EXIT_ERROR with the result as code if it could not be spawned (ACT_FULL: the
 * supervisor's children_max), or the supervisor has ended. That the ask times out does not end the
 * task: a function that may take long looks at act_should_end, which then says so, and returns.
 * act_task_cancel ends it.
 *
 * supervisor  One of tasks. Another answers ACT_INVALID (act_supervisor_answer_read).
 * args        Copied; may be NULL when args_bytes is 0. What they point to must stay valid as long
 *             as the task may run, and stays yours: the function may never be called.
 *
 * Threads: handler.
 * Returns: ACT_OK; ACT_INVALID (the timeout, args_bytes above 2^29, or args without args_bytes or
 *          the other way round); ACT_NO_MEMORY.
 * See:     test/supervisor/task_test.c
 */
ACT_API ACT_MUST_CHECK act_result act_task_run(act_self *self, act_ref *ask, act_pid supervisor,
                                               act_task_function function, const void *args,
                                               size_t args_bytes, act_millis timeout)
    ACT_NONNULL(1, 2, 4);

/**
 * Ends a task, also one whose ask has timed out: an ask. As act_supervisor_terminate_child_pid:
 * it is told to end, and killed when .shutdown of the template is over. A function that runs is not
 * interrupted: it looks at act_should_end, which is true from now on, or the task ends when it
 * returns.
 *
 * cancel      Set on ACT_OK: the answer's ref.
 * supervisor  That the task runs under.
 * task        The ask of its act_task_run. If that still waits, its answer is what the function
 *             returns, if it still does, or else a DOWN: ACT_EXIT_SHUTDOWN or ACT_EXIT_KILLED.
 *
 * Threads: handler.
 * Answer:  ACT_OK when it has ended, ACT_NOT_FOUND if it had already; see
 *          act_supervisor_answer_read.
 * Returns: ACT_OK; ACT_INVALID (the timeout); ACT_NO_MEMORY.
 */
ACT_API ACT_MUST_CHECK act_result act_task_cancel(act_self *self, act_ref *cancel,
                                                  act_pid supervisor, act_ref task,
                                                  act_millis timeout) ACT_NONNULL_ALL;

ACT_END_DECLS

#endif
