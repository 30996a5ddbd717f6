/*
 * The main of a service, in a process of its own that gets real signals: what it does, and with
 * what status it exits.
 */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <actor/io/io.h>
#include <mailbox/base/sanitize.h>
#include <supervisor/system_main.h>
#include <test/kit/kit.h>

/* ------------------------------------------------------------------------- the process, outside */

enum { SECONDS_MAX = 100, SAID_MAX = 4000 };

struct process {
    pid_t pid;
    FILE *out, *err;
    char  line[200];
    char  said[SAID_MAX]; /* on standard error, when it has ended */
    int   status;
};

/* What a service does in a process of its own; its exit status. */
typedef int service(void);

static void become_service(const int *out, const int *err, service *run)
{
    alarm(SECONDS_MAX);
    signal(SIGINT, SIG_DFL); /* a test may have been started in the background */
    signal(SIGTERM, SIG_DFL);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    close(out[0]), close(out[1]), close(err[0]), close(err[1]);
    _exit(run());
}

static void start(struct process *process, service *run)
{
    int out[2], err[2];
    ck_assert_int_eq(pipe(out), 0);
    ck_assert_int_eq(pipe(err), 0);
    process->pid = fork();
    if (process->pid == 0)
        become_service(out, err, run);
    ck_assert_int_gt(process->pid, 0);
    close(out[1]), close(err[1]);
    process->out = fdopen(out[0], "r");
    process->err = fdopen(err[0], "r");
}

static const char *read_line(struct process *process)
{
    if (fgets(process->line, sizeof process->line, process->out) == NULL)
        return "(no more)";
    process->line[strcspn(process->line, "\n")] = '\0';
    return process->line;
}

static void expect(struct process *process, const char *line)
{
    ck_assert_str_eq(read_line(process), line);
}

static void send_signal(const struct process *process, int number)
{
    ck_assert_int_eq(kill(process->pid, number), 0);
}

static void finish(struct process *process)
{
    expect(process, "(no more)");
    size_t count = fread(process->said, 1, sizeof process->said - 1, process->err);
    process->said[count] = '\0';
    waitpid(process->pid, &process->status, 0);
    fclose(process->out), fclose(process->err);
}

static void exits_with(struct process *process, int status)
{
    finish(process);
    ck_assert_msg(WIFEXITED(process->status) && WEXITSTATUS(process->status) == status, "%x %s",
                  process->status, process->said);
}

static void has_logged(const struct process *process, const char *text)
{
    ck_assert_msg(strstr(process->said, text) != NULL, "%s", process->said);
}

/* ---------------------------------------------------------------------------- the tree, inside */

static void say(const char *line)
{
    dprintf(STDOUT_FILENO, "%s\n", line);
}

static void end_normally(act_self *self)
{
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

static act_result begin_part(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    say("begins");
    return ACT_OK;
}

static void hear_nothing(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
}

static void end_part(act_self *self, void *state, act_exit_reason reason)
{
    (void)self, (void)state;
    dprintf(STDOUT_FILENO, "ends: %s\n", act_exit_kind_text(reason.kind));
}

static const act_behavior part = {
    .name = "part", .init = begin_part, .receive = hear_nothing, .terminate = end_part};

/* Ends when it gets SIGUSR1, and not when it is told to. */
static act_result begin_stubborn(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    if (act_trap_exits(self, true) != ACT_OK || act_os_signal(self, SIGUSR1) != ACT_OK)
        return ACT_NO_MEMORY;
    say("begins");
    return ACT_OK;
}

/* Its supervisor tells it, and later the system. */
static void be_stubborn(act_self *self, void *state, const act_message *message)
{
    bool *was_told = state;
    if (message->tag == ACT_MESSAGE_OS_SIGNAL) {
        end_normally(self);
    } else if (message->tag == ACT_MESSAGE_EXIT && !*was_told) {
        *was_told = true;
        say("is told");
    }
}

static const act_behavior stubborn = {.name = "stubborn",
                                      .state_bytes = sizeof(bool),
                                      .init = begin_stubborn,
                                      .receive = be_stubborn,
                                      .terminate = end_part};

/* Never returns from its handler once it is told. */
static void hang(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state;
    if (message->tag != ACT_MESSAGE_EXIT)
        return;
    say("hangs");
    for (;;)
        pause();
}

static const act_behavior hanger = {.name = "hanger", .init = begin_stubborn, .receive = hang};

static int run_child(const act_behavior *behavior, const act_system_options *options)
{
    const act_child_spec      child = {.id = "it", .behavior = behavior, .shutdown = ACT_FOREVER};
    const act_supervisor_spec tree = {.children = &child, .children_count = 1};
    return act_system_main(&tree, options);
}

#define OPTIONS(...) ACT_SYSTEM_OPTIONS(.workers_count = 2, .actors_max = 1 << 16, __VA_ARGS__)

/* ------------------------------------------------------------------------------- what stops it */

static int run_part(void)
{
    return run_child(&part, NULL);
}

static void each_of_both_signals_stops_the_tree_in_order(void)
{
    struct process process;
    start(&process, run_part);
    expect(&process, "begins");
    send_signal(&process, kit_round() == 0 ? SIGTERM : SIGINT);
    expect(&process, "ends: shutdown");
    exits_with(&process, 0);
    ck_assert_str_eq(process.said, "");
}

/* It waits, blocked, and comes as soon as the call unblocks it: the system is not there yet. */
static int run_stopped_before(void)
{
    sigset_t mask;
    sigfillset(&mask);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    kill(getpid(), kit_round() == 0 ? SIGTERM : SIGINT);
    return run_child(&part, NULL);
}

static void a_signal_before_the_system_is_there_is_not_lost(void)
{
    struct process process;
    start(&process, run_stopped_before);
    const char *line = read_line(&process); /* whether the child has begun is not said */
    if (strcmp(line, "begins") == 0)
        expect(&process, "ends: shutdown");
    else
        ck_assert_str_eq(line, "(no more)");
    exits_with(&process, 0);
}

static act_result begin_and_end(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    end_normally(self);
    return ACT_OK;
}

static act_result begin_and_fail(act_self *self, void *state, const void *args)
{
    (void)state, (void)args;
    act_exit(self, act_exit_reason_make(ACT_EXIT_ERROR, 7, "bad luck"));
    return ACT_OK;
}

static act_result begin_not(act_self *self, void *state, const void *args)
{
    (void)self, (void)state, (void)args;
    return ACT_OS;
}

static const act_behavior
    short_lived = {.name = "short", .init = begin_and_end, .receive = hear_nothing},
    unlucky = {.name = "unlucky", .init = begin_and_fail, .receive = hear_nothing},
    refusing = {.name = "refusing", .init = begin_not, .receive = hear_nothing};

static int run_short_lived(void)
{
    const act_child_spec      child = {.id = "it",
                                       .behavior = &short_lived,
                                       .restart = ACT_RESTART_TRANSIENT,
                                       .significant = true};
    const act_supervisor_spec tree = {.children = &child,
                                      .children_count = 1,
                                      .auto_shutdown = ACT_AUTO_SHUTDOWN_ANY_SIGNIFICANT};
    return act_system_main(&tree, OPTIONS());
}

static void a_tree_that_is_done_is_0(void)
{
    struct process process;
    start(&process, run_short_lived);
    exits_with(&process, 0);
}

static int run_unlucky(void)
{
    return run_child(&unlucky, OPTIONS());
}

static int run_refusing(void)
{
    return run_child(&refusing, OPTIONS());
}

static void a_tree_that_gives_up_or_cannot_start_is_1(void)
{
    struct process process;
    start(&process, kit_round() == 0 ? run_unlucky : run_refusing);
    exits_with(&process, 1);
    has_logged(&process, kit_round() == 0 ? "bad luck" : "refusing");
}

/* ---------------------------------------------------------------------------- what does not end */

static int run_stubborn_for_a_while(void)
{
    return run_child(&stubborn, OPTIONS(.stop_timeout = ACT_MS(20)));
}

static void a_stop_that_is_not_in_time_is_1(void)
{
    struct process process;
    start(&process, run_stubborn_for_a_while);
    expect(&process, "begins");
    send_signal(&process, SIGTERM);
    expect(&process, "is told");
    exits_with(&process, 1);
    has_logged(&process, "not ended within stop_timeout, is killed:");
}

static int run_stubborn(void)
{
    return run_child(&stubborn, OPTIONS(.stop_timeout = ACT_FOREVER));
}

static void sigint_while_it_stops_kills_what_is_left(void)
{
    struct process process;
    start(&process, run_stubborn);
    expect(&process, "begins");
    send_signal(&process, kit_round() == 0 ? SIGTERM : SIGINT);
    expect(&process, "is told");
    send_signal(&process, SIGINT);
    exits_with(&process, 1);
    has_logged(&process, "not ended before act_system_kill, is killed:");
}

static void sigterm_while_it_stops_changes_nothing(void)
{
    struct process process;
    start(&process, run_stubborn);
    expect(&process, "begins");
    send_signal(&process, kit_round() == 0 ? SIGTERM : SIGINT);
    expect(&process, "is told");
    send_signal(&process, SIGTERM);
    send_signal(&process, SIGUSR1);
    expect(&process, "ends: normal");
    exits_with(&process, 0);
}

static int run_hanger(void)
{
    return run_child(&hanger, OPTIONS(.stop_timeout = ACT_FOREVER, .destroy_timeout = ACT_MS(20),
                                      .stuck_after = ACT_FOREVER));
}

static void sigint_while_a_handler_hangs_leaves_it_behind(void)
{
    struct process process;
    start(&process, run_hanger);
    expect(&process, "begins");
    send_signal(&process, SIGTERM);
    expect(&process, "hangs");
    send_signal(&process, SIGINT);
    exits_with(&process, 1);
    has_logged(&process, "hanger");
}

static int run_hanger_for_ever(void)
{
    return run_child(&hanger, OPTIONS(.stop_timeout = ACT_FOREVER, .destroy_timeout = ACT_FOREVER,
                                      .stuck_after = ACT_FOREVER));
}

/* Two that come while the first is still to be handled are one, so there are some more. */
static void sigint_once_more_ends_the_process(void)
{
    struct process process;
    start(&process, run_hanger_for_ever);
    expect(&process, "begins");
    send_signal(&process, SIGINT);
    expect(&process, "hangs");
    while (waitpid(process.pid, &process.status, WNOHANG) == 0) {
        send_signal(&process, SIGINT);
        sched_yield();
    }
    ck_assert(WIFSIGNALED(process.status));
    ck_assert_int_eq(WTERMSIG(process.status), SIGINT);
    fclose(process.out), fclose(process.err);
}

/* ----------------------------------------------------------------------- signals of the others */

static int run_in_background(void)
{
    signal(SIGINT, SIG_IGN);
    return run_stubborn();
}

static void sigint_that_was_ignored_stays_so(void)
{
    struct process process;
    start(&process, run_in_background);
    expect(&process, "begins");
    send_signal(&process, SIGTERM);
    expect(&process, "is told");
    send_signal(&process, SIGINT);
    send_signal(&process, SIGUSR1);
    expect(&process, "ends: normal");
    exits_with(&process, 0);
}

static void handle_before(int number)
{
    static const char text[] = "as before\n";
    (void)number;
    if (write(STDOUT_FILENO, text, sizeof text - 1) < 0)
        abort();
}

static bool is_as_before(const sigset_t *mask)
{
    struct sigaction now[2];
    sigset_t         masked;
    sigaction(SIGTERM, NULL, &now[0]);
    sigaction(SIGINT, NULL, &now[1]);
    pthread_sigmask(SIG_SETMASK, NULL, &masked);
    for (int number = 1; number <= SIGRTMAX; number++) {
        if (sigismember(&masked, number) != sigismember(mask, number))
            return false;
    }
    return now[0].sa_handler == handle_before && now[1].sa_handler == SIG_IGN;
}

static int run_twice(void)
{
    sigset_t mask;
    signal(SIGTERM, handle_before);
    signal(SIGINT, SIG_IGN);
    sigemptyset(&mask);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGHUP);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    for (int i = 0; i < 2; i++) {
        int status = run_part();
        if (status != 0 || !is_as_before(&mask))
            return 90 + i;
        raise(SIGTERM);
    }
    return 0;
}

static void what_was_done_with_signals_before_is_done_again_and_it_can_be_called_again(void)
{
    struct process process;
    start(&process, run_twice);
    for (int i = 0; i < 2; i++) {
        expect(&process, "begins");
        send_signal(&process, SIGTERM);
        expect(&process, "ends: shutdown");
        expect(&process, "as before");
    }
    exits_with(&process, 0);
}

static act_result ask_for_sigterm(act_self *self, void *state, const void *args)
{
    act_result result = act_os_signal(self, SIGTERM);
    return result == ACT_OK ? begin_part(self, state, args) : result;
}

static void hear_sigterm(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state;
    if (message->tag == ACT_MESSAGE_OS_SIGNAL)
        say("SIGTERM");
}

static const act_behavior asking = {
    .name = "asking", .init = ask_for_sigterm, .receive = hear_sigterm, .terminate = end_part};

static int run_asking(void)
{
    return run_child(&asking, OPTIONS());
}

static void an_actor_that_asks_for_a_signal_gets_it_instead(void)
{
    struct process process;
    start(&process, run_asking);
    expect(&process, "begins");
    send_signal(&process, SIGTERM);
    expect(&process, "SIGTERM");
    send_signal(&process, SIGINT);
    expect(&process, "ends: shutdown");
    exits_with(&process, 0);
}

/* ----------------------------------------------------------------------------- others beside it */

static void *wait_unblocked(void *argument)
{
    (void)argument;
    for (;;)
        pause();
    return NULL;
}

/* Only a thread that is older than the call is left for the signal. */
static int run_beside_a_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, wait_unblocked, NULL) != 0)
        return 99;
    return run_part();
}

static void a_thread_that_was_there_may_get_the_signal(void)
{
    struct process process;
    start(&process, run_beside_a_thread);
    expect(&process, "begins");
    send_signal(&process, SIGTERM);
    expect(&process, "ends: shutdown");
    exits_with(&process, 0);
}

static act_result call_it_again(act_self *self, void *state, const void *args)
{
    dprintf(STDOUT_FILENO, "status %d\n", run_child(&part, NULL));
    return begin_part(self, state, args);
}

static const act_behavior calling = {
    .name = "calling", .init = call_it_again, .receive = hear_nothing, .terminate = end_part};

static int run_calling(void)
{
    return run_child(&calling, OPTIONS());
}

static void a_second_call_beside_the_first_is_2(void)
{
    struct process process;
    start(&process, run_calling);
    expect(&process, "status 2");
    expect(&process, "begins");
    send_signal(&process, SIGTERM);
    expect(&process, "ends: shutdown");
    exits_with(&process, 0);
    has_logged(&process, "act: error: another thread is in act_system_main");
}

/*
 * ThreadSanitizer loses a signal that its own handler has raised again, and makes no threads in a
 * child of a process with several. In such a child AddressSanitizer's allocator may be locked for
 * ever.
 */
#ifndef __SANITIZE_THREAD__
/* A child of fork() dies of the signal as one of a program without this call. */
static act_result fork_and_wait(act_self *self, void *state, const void *args)
{
    int   status;
    pid_t forked = fork();
    if (forked == 0) {
        raise(kit_round() == 0 ? SIGTERM : SIGINT);
        _exit(0);
    }
    if (waitpid(forked, &status, 0) == forked && WIFSIGNALED(status))
        say(strsignal(WTERMSIG(status)));
    return begin_part(self, state, args);
}

static const act_behavior forking = {
    .name = "forking", .init = fork_and_wait, .receive = hear_nothing, .terminate = end_part};

static int run_forking(void)
{
    return run_child(&forking, OPTIONS(.stuck_after = ACT_FOREVER));
}

static void a_child_of_fork_dies_of_the_signal(void)
{
    struct process process;
    start(&process, run_forking);
    expect(&process, kit_round() == 0 ? "Terminated" : "Interrupt");
    expect(&process, "begins");
    send_signal(&process, SIGTERM);
    expect(&process, "ends: shutdown");
    exits_with(&process, 0);
}

#define FORKED_CASE TEST_CASE(a_child_of_fork_dies_of_the_signal, .rounds = 2),
#else
#define FORKED_CASE
#endif

#if !defined __SANITIZE_THREAD__ && !defined ACT__ADDRESS_SANITIZER
/* It has the disposition, and is to find again what was there before its parent's call. */
static act_result fork_and_run(act_self *self, void *state, const void *args)
{
    int   status;
    pid_t forked = fork();
    if (forked == 0) {
        struct sigaction now;
        status = run_short_lived();
        sigaction(SIGTERM, NULL, &now);
        _exit(now.sa_handler == SIG_DFL ? 40 + status : 99);
    }
    if (waitpid(forked, &status, 0) == forked && WIFEXITED(status))
        dprintf(STDOUT_FILENO, "status %d\n", WEXITSTATUS(status));
    return begin_part(self, state, args);
}

static const act_behavior family = {
    .name = "family", .init = fork_and_run, .receive = hear_nothing, .terminate = end_part};

static int run_family(void)
{
    const act_child_spec      child = {.id = "it",
                                       .behavior = &family,
                                       .shutdown = ACT_FOREVER,
                                       .options = ACT_SPAWN_OPTIONS(.blocking = true)};
    const act_supervisor_spec tree = {.children = &child, .children_count = 1};
    return act_system_main(&tree, OPTIONS());
}

static void a_child_of_fork_may_have_a_service_of_its_own(void)
{
    struct process process;
    start(&process, run_family);
    expect(&process, "status 40");
    expect(&process, "begins");
    send_signal(&process, SIGTERM);
    expect(&process, "ends: shutdown");
    exits_with(&process, 0);
}
#define FAMILY_CASE TEST_CASE(a_child_of_fork_may_have_a_service_of_its_own),
#else
#define FAMILY_CASE
#endif

/* -------------------------------------------------------------------------------- what is wrong */

static int run_wrong_tree(void)
{
    const act_child_spec child = {.id = "it", .behavior = &part, .shutdown = -7};
    return act_system_main(&(act_supervisor_spec){.children = &child, .children_count = 1},
                           OPTIONS(.log_format = ACT_LOG_FORMAT_JSON));
}

static void a_wrong_tree_is_2_and_the_log_says_what(void)
{
    struct process process;
    start(&process, run_wrong_tree);
    exits_with(&process, 2);
    ck_assert_msg(strncmp(process.said, "{\"time\":\"", 9) == 0, "%s", process.said);
    has_logged(&process, "the tree is wrong: ");
    has_logged(&process, "shutdown");
}

static int run_wrong_options(void)
{
    return run_child(&part, ACT_SYSTEM_OPTIONS(.workers_count = 1000));
}

static void wrong_options_are_2_and_standard_error_says_so(void)
{
    struct process process;
    start(&process, run_wrong_options);
    exits_with(&process, 2);
    has_logged(&process, "act: error: the system cannot be made: ");
}

const struct kit_case kit_cases[] = {
    TEST_CASE(each_of_both_signals_stops_the_tree_in_order, .rounds = 2),
    TEST_CASE(a_signal_before_the_system_is_there_is_not_lost, .rounds = 2),
    TEST_CASE(a_tree_that_is_done_is_0),
    TEST_CASE(a_tree_that_gives_up_or_cannot_start_is_1, .rounds = 2),
    TEST_CASE(a_stop_that_is_not_in_time_is_1),
    TEST_CASE(sigint_while_it_stops_kills_what_is_left, .rounds = 2),
    TEST_CASE(sigterm_while_it_stops_changes_nothing, .rounds = 2),
    TEST_CASE(sigint_while_a_handler_hangs_leaves_it_behind),
    TEST_CASE(sigint_once_more_ends_the_process),
    TEST_CASE(sigint_that_was_ignored_stays_so),
    TEST_CASE(what_was_done_with_signals_before_is_done_again_and_it_can_be_called_again),
    TEST_CASE(an_actor_that_asks_for_a_signal_gets_it_instead),
    TEST_CASE(a_thread_that_was_there_may_get_the_signal),
    TEST_CASE(a_second_call_beside_the_first_is_2),
    FORKED_CASE FAMILY_CASE TEST_CASE(a_wrong_tree_is_2_and_the_log_says_what),
    TEST_CASE(wrong_options_are_2_and_standard_error_says_so),
    END_OF_CASES,
};
