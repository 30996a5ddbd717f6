/* The whole main of a service: a system, one tree, and the signals that stop it. Internal. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/system_main.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

/*
 *     catch_signals -> act_system_create -> aim -> act_system_run -> forget_system -> destroy
 *                                                                              -> restore_signals
 *
 * A handler and not sigwait: threads of the program that have not blocked the signals get them,
 * too. What comes before aim is only noted, and aim looks for it.
 */

enum { STATUS_OK, STATUS_FAILED, STATUS_NOT_STARTED };
enum { COMPLAINT_BYTES = 512 };

static const int signals[] = {SIGTERM, SIGINT};
enum { SIGNALS = sizeof signals / sizeof signals[0] };

enum asked { ASKED_NOTHING, ASKED_STOP, ASKED_KILL };

/* Signals belong to the process, so this does too. Written by the owner, before it catches. */
static struct sigaction previous[SIGNALS];

/* Shared with the handler. */
static _Atomic pid_t         owner; /* the process that is in the call; 0: none */
static _Atomic(act_system *) target;
static _Atomic uint32_t      handlers; /* that are running now */
static _Atomic int           asked;    /* an enum asked */

_Static_assert(ATOMIC_POINTER_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2,
               "a handler must not wait for a lock");

/* ---------------------------------------------------------------------------------- the handler */

/* As if it were not caught: the signal is blocked here, and comes when the handler has returned. */
static void raise_again(int number, const struct sigaction *action)
{
    sigaction(number, action, NULL);
    raise(number);
}

static void note_signal(int number)
{
    static const struct sigaction by_default = {.sa_handler = SIG_DFL};
    int                           before = ASKED_NOTHING;
    /* seq_cst: before the load of target; pairs with aim, which stores that first. */
    if (atomic_compare_exchange_strong(&asked, &before, ASKED_STOP) || number != SIGINT)
        return;
    if (atomic_exchange(&asked, ASKED_KILL) == ASKED_KILL)
        raise_again(number, &by_default);
}

/* Telling it twice is once. */
static void tell_system(act_system *system)
{
    int what = atomic_load(&asked);
    if (what == ASKED_KILL)
        act_system_kill(system);
    else if (what == ASKED_STOP)
        act_system_stop(system);
}

static void raise_in_forked(int number)
{
    for (int i = 0; i < SIGNALS; i++) {
        if (signals[i] == number)
            raise_again(number, &previous[i]);
    }
}

static void handle_stop_signal(int number)
{
    int saved = errno;
    /*
     * seq_cst, both: pairs with forget_system. Either it sees this handler running, or this one
     * sees NULL.
     */
    atomic_fetch_add(&handlers, 1);
    if (atomic_load(&owner) == getpid()) {
        note_signal(number);
        act_system *system = atomic_load(&target);
        if (system != NULL)
            tell_system(system);
    } else {
        raise_in_forked(number);
    }
    /* release: pairs with the load in forget_system: the system is not used any more. */
    atomic_fetch_sub_explicit(&handlers, 1, memory_order_release);
    errno = saved;
}

/* ------------------------------------------------------------------------------------- the call */

/* What has come before is told now. seq_cst: see note_signal. */
static void aim(act_system *system)
{
    atomic_store(&target, system);
    tell_system(system);
}

static void forget_system(void)
{
    atomic_store(&target, NULL); /* seq_cst, and the load: see handle_stop_signal */
    while (atomic_load(&handlers) != 0)
        sched_yield();
}

/* Returns: false: another thread is in the call. */
static bool become_owner(void)
{
    pid_t mine = getpid(), before = 0;
    while (!atomic_compare_exchange_strong(&owner, &before, mine)) {
        if (before == mine)
            return false;
    }
    if (before != 0) { /* a child of fork() has what its parent had, but not its threads */
        atomic_store(&target, NULL);
        atomic_store(&handlers, 0);
    }
    atomic_store(&asked, ASKED_NOTHING);
    return true;
}

static void catch_signals(sigset_t *mask)
{
    struct sigaction action = {.sa_handler = handle_stop_signal, .sa_flags = SA_RESTART}, before;
    sigset_t         ours;
    sigemptyset(&ours);
    sigfillset(&action.sa_mask);
    for (int i = 0; i < SIGNALS; i++) {
        sigaddset(&ours, signals[i]);
        sigaction(signals[i], NULL, &before);
        if (before.sa_handler != handle_stop_signal) /* else the parent of this process has it */
            previous[i] = before;
        if (signals[i] != SIGINT || before.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
    pthread_sigmask(SIG_UNBLOCK, &ours, mask);
}

static void restore_signals(const sigset_t *mask)
{
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &previous[i], NULL);
    pthread_sigmask(SIG_SETMASK, mask, NULL);
}

static bool start_tree(act_system *system, const act_supervisor_spec *tree)
{
    char    complaint[COMPLAINT_BYTES];
    act_pid root;
    if (act_supervisor_check(tree, complaint, sizeof complaint) != ACT_OK) {
        act_system_log(system, ACT_LOG_ERROR, "the tree is wrong: %s", complaint);
        return false;
    }
    act_result result = act_system_spawn_supervisor(system, &root, tree, NULL);
    if (result != ACT_OK)
        act_system_log(system, ACT_LOG_ERROR, "the tree cannot be started: %s",
                       act_result_text(result));
    return result == ACT_OK;
}

static int run_tree(const act_supervisor_spec *tree, const act_system_options *options)
{
    act_system *system;
    int         status = STATUS_NOT_STARTED;
    act_result  result = act_system_create(&system, options);
    if (result != ACT_OK) {
        fprintf(stderr, "act: error: the system cannot be made: %s\n", act_result_text(result));
        return STATUS_NOT_STARTED;
    }
    aim(system);
    if (start_tree(system, tree))
        status = act_system_run(system) == ACT_OK ? STATUS_OK : STATUS_FAILED;
    forget_system();
    if (act_system_destroy(&system) != ACT_OK && status == STATUS_OK)
        status = STATUS_FAILED;
    return status;
}

int act_system_main(const act_supervisor_spec *tree, const act_system_options *options)
{
    sigset_t mask;
    if (!become_owner()) {
        fprintf(stderr, "act: error: another thread is in act_system_main\n");
        return STATUS_NOT_STARTED;
    }
    catch_signals(&mask);
    int status = run_tree(tree, options);
    restore_signals(&mask);
    atomic_store(&owner, 0);
    return status;
}
