/* The whole main of a service: a system, one tree, and the signals that stop it. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_SUPERVISOR_SYSTEM_MAIN_H
#define ACT_SUPERVISOR_SYSTEM_MAIN_H

#include "supervisor.h"

ACT_BEGIN_DECLS

/**
 * Makes a system, runs a tree in it until SIGTERM or SIGINT comes or the tree ends by itself, stops
 * in order, frees everything, and says with what status to exit.
 *
 *     int main(void)
 *     {
 *         return act_system_main(&tree, ACT_SYSTEM_OPTIONS(.service = ACT_SERVICE_READY_AT_RUN));
 *     }
 *
 * The first SIGTERM or SIGINT is an act_system_stop, also if it comes before the system is there.
 * A SIGINT after it, as from a user whose patience has ended, is an act_system_kill; the next one
 * ends the process as if nothing caught it. Further SIGTERMs change nothing: timeout(1) sends two,
 * and what sends them follows with SIGKILL when its own time is over. SIGINT is not caught if it is
 * ignored at the call, as in a job that a shell has started in the background. An actor that has
 * asked for one of them by act_os_signal gets it instead. No other signal is touched: SIGHUP is for
 * act_os_signal; SIGPIPE is never raised by this library.
 *
 * Both are unblocked in this thread, and so in those that the system starts. Before the call
 * returns, dispositions and mask are again as they were, so it can be called again. In a child of
 * fork() both signals do what they did before the call; it may call this itself.
 *
 * tree     The root supervisor's; its children may be supervisors (act_supervisor_child).
 * options  May be NULL: the defaults. The log's format and the service manager are said there.
 *
 * Owns:    the spec is copied, as by act_system_spawn_supervisor. Its args_release and kept_release
 *          have been called when this returns 0, or 1 with nothing left behind; never after 2.
 * Threads: as act_system_run; one of a process at a time. Other threads may be running.
 * Waits:   until the end; then as act_system_run and act_system_destroy.
 * Returns: 0  all actors ended when they were told to: a signal came, or act_system_stop was
 *             called, or the tree was done (act_auto_shutdown).
 *          1  the tree gave up or could not start; or something did not end in time, was killed, or
 *             is left behind. The log says what.
 *          2  nothing was started: the options or the tree are wrong, the system or its root could
 *             not be made, or another thread is in this call. A line says why: in the log, or on
 *             standard error if there is no system that has one.
 * See:     samples/10_echo_server.c, test/supervisor/system_main_test.c
 */
ACT_API ACT_MUST_CHECK int act_system_main(const act_supervisor_spec *tree,
                                           const act_system_options  *options) ACT_NONNULL(1);

ACT_END_DECLS

#endif
