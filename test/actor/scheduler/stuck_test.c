/*
 * A handler that does not return holds only itself: each waits, in its handler, for what others
 * must do meanwhile.
 */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <actor/scheduler/worker_pool.h>
#include <actor/system/system_record.h>
#include <mailbox/base/gap.h>
#include <test/kit/kit.h>

enum { GO = 1, TICK, ASKED, DEADLINE_SECONDS = 60, SPARES = 2 };

static act_system *sys;
static act_pid     other_pid, stuck_pid;
static sem_t       others, stuck_ones, log_lines;

static struct {
    pthread_mutex_t mutex;
    char            text[8192];
    unsigned        count;
} logged = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void keep_log(void *context, act_log_level level, const char *text)
{
    (void)context, (void)level;
    pthread_mutex_lock(&logged.mutex);
    size_t used = strlen(logged.text);
    snprintf(logged.text + used, sizeof logged.text - used, "%s\n", text);
    logged.count++;
    pthread_mutex_unlock(&logged.mutex);
    sem_post(&log_lines);
}

/* Only when something is broken does it not come: then the test's time is up. */
static void wait_for(sem_t *event)
{
    while (sem_wait(event) != 0)
        ck_assert_int_eq(errno, EINTR);
}

static void wait_for_line(const char *part)
{
    for (bool found = false; !found;) {
        pthread_mutex_lock(&logged.mutex);
        found = strstr(logged.text, part) != NULL;
        pthread_mutex_unlock(&logged.mutex);
        if (!found)
            wait_for(&log_lines);
    }
}

static void start(uint32_t workers, uint32_t spares)
{
    sem_init(&others, 0, 0);
    sem_init(&stuck_ones, 0, 0);
    sem_init(&log_lines, 0, 0);
    logged.text[0] = '\0';
    logged.count = 0;
    ck_assert_int_eq(act_system_create(
                         &sys, ACT_SYSTEM_OPTIONS(.workers_count = workers, .log = keep_log,
                                                  .stuck_after = ACT_MS(10), .spares_max = spares)),
                     ACT_OK);
}

static void stop(void)
{
    act_system_destroy(&sys);
    sem_destroy(&others);
    sem_destroy(&stuck_ones);
    sem_destroy(&log_lines);
}

static act_pid spawn_on(const act_behavior *behavior, uint32_t worker)
{
    act_pid pid;
    ck_assert_int_eq(
        act_system_spawn(sys, &pid, behavior, NULL, ACT_SPAWN_OPTIONS(.worker = worker)), ACT_OK);
    return pid;
}

/* Says to the test that it has run. */
static void runs(act_self *self, void *state, const act_message *message)
{
    (void)self, (void)state, (void)message;
    sem_post(&others);
}

static const act_behavior other = {.name = "other", .receive = runs};

/* ----------------------------------------------------------------------------------- others run */

static void wakes_and_waits(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    act_tell_value(self, other_pid, GO, act_nothing());
    wait_for(&others);
    sem_post(&stuck_ones);
}

static const act_behavior waker = {.name = "waker", .receive = wakes_and_waits};

static void others_run(uint32_t workers, uint32_t worker)
{
    start(workers, 0);
    other_pid = spawn_on(&other, worker);
    stuck_pid = spawn_on(&waker, worker);
    for (int i = 0; i < 3; i++) {
        act_system_tell_value(sys, stuck_pid, GO, act_nothing());
        wait_for(&stuck_ones);
    }
    stop();
}

static void one_that_was_just_woken_runs_on_another_worker(void)
{
    others_run(2, 0);
}

static void one_that_was_just_woken_runs_though_there_is_one_worker(void)
{
    others_run(1, 0);
}

static void one_that_is_bound_to_the_same_worker_runs(void)
{
    others_run(2, 1);
}

static void wakes_the_next(act_self *self, void *state, const act_message *message);

static const act_behavior next_one = {.name = "next", .receive = wakes_the_next};

/* Each is woken by the one before, all on the one worker: as many spare threads. */
static void wakes_the_next(act_self *self, void *state, const act_message *message)
{
    int      left = (int)message->as.int64;
    act_pid  next;
    sigset_t mask;
    (void)state;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    ck_assert_int_eq(sigismember(&mask, SIGTERM), 0); /* a spare thread is started with the
                                                         workers' mask */
    if (left == 0) {
        sem_post(&others);
        return;
    }
    ck_assert_int_eq(act_spawn(self, &next, &next_one, NULL, NULL), ACT_OK);
    act_tell_value(self, next, GO, act_int64(left - 1));
    wait_for(&others);
    sem_post(&others);
    sem_post(&stuck_ones);
}

static void as_many_may_be_stuck_as_there_are_spares(void)
{
    start(1, 8);
    stuck_pid = spawn_on(&next_one, 0);
    act_system_tell_value(sys, stuck_pid, GO, act_int64(8));
    for (int i = 0; i < 8; i++)
        wait_for(&stuck_ones);
    act_counters counters;
    act_system_counters(sys, &counters);
    ck_assert_uint_ge(counters.stuck, 8);
    stop();
}

/* --------------------------------------------------------------------------------------- timers */

/* Ticks, and asks one that never answers, ten times; then it says so. */
static void ticks(act_self *self, void *state, const act_message *message)
{
    int    *count = state;
    act_ref ref;
    switch (message->tag) {
    case GO:
    case TICK:
        ck_assert_int_eq(act_ask_value(self, &ref, stuck_pid, ASKED, act_nothing(), ACT_MS(1)),
                         ACT_OK);
        return;
    case ACT_MESSAGE_TIMED_OUT:
        if (++*count == 10)
            sem_post(&others);
        else
            ck_assert_int_eq(act_tell_after_value(self, &ref, act_self_pid(self), TICK,
                                                  act_nothing(), ACT_MS(1)),
                             ACT_OK);
        return;
    default: ck_abort_msg("tag %u", message->tag);
    }
}

static const act_behavior ticker = {.name = "ticker", .state_bytes = sizeof(int), .receive = ticks};

/* A timer armed by a stuck handler fires, too, and one that it cancels does not. */
static void arms_and_waits(act_self *self, void *state, const act_message *message)
{
    act_ref kept, cancelled;
    (void)state;
    if (message->tag != GO)
        return; /* it answers no ask */
    act_tell_value(self, other_pid, GO, act_nothing());
    wait_for(&others); /* by now it has lost its station */
    ck_assert_int_eq(act_tell_after_value(self, &kept, other_pid, GO, act_nothing(), 0), ACT_OK);
    ck_assert_int_eq(act_tell_after_value(self, &cancelled, other_pid, ASKED, act_nothing(),
                                          ACT_SECONDS(1000)),
                     ACT_OK);
    ck_assert_int_eq(act_cancel_timer(self, cancelled), ACT_OK);
    sem_post(&stuck_ones);
}

static const act_behavior armer = {.name = "armer", .receive = arms_and_waits};

static void timers_and_time_outs_come_while_a_handler_is_stuck(void)
{
    start(1, 0);
    other_pid = spawn_on(&ticker, 1);
    stuck_pid = spawn_on(&armer, 1);
    act_system_tell_value(sys, stuck_pid, GO, act_nothing());
    wait_for(&stuck_ones);
    stop();
}

/* -------------------------------------------------------------------------------------- reports */

static sem_t let_go;

static __attribute__((noinline)) void is_stuck_here(act_self *self, void *state,
                                                    const act_message *message)
{
    (void)self, (void)state, (void)message;
    sem_post(&stuck_ones);
    wait_for(&let_go);
    sem_post(&others);
}

static const act_behavior stuck = {.name = "stubborn", .receive = is_stuck_here};

static void a_report_names_actor_message_and_function(void)
{
    sem_init(&let_go, 0, 0);
    start(1, 0);
    stuck_pid = spawn_on(&stuck, 0);
    act_system_tell_value(sys, stuck_pid, 77, act_nothing());
    wait_for_line("stubborn <0.1.1> is stuck at a message of tag 77 for ");
    wait_for_line(" ms; at ");
    wait_for_line("is_stuck_here");
    pthread_mutex_lock(&logged.mutex);
    char *frame = strstr(logged.text, "is_stuck_here");
    ck_assert_str_eq(strsep(&frame, "+"), "is_stuck_here");
    ck_assert_ptr_null(strpbrk(strsep(&frame, "\n"), "<")); /* none of the library's own */
    pthread_mutex_unlock(&logged.mutex);
    sem_post(&let_go);
    wait_for(&others);
    stop();
}

/* As all that is said of an actor. */
static void a_line_of_a_report_has_the_actors_name(void)
{
    int  ends[2];
    char text[4096] = "";
    sem_init(&let_go, 0, 0);
    sem_init(&stuck_ones, 0, 0);
    sem_init(&others, 0, 0);
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.workers_count = 1,
                                                                .log_descriptor = ends[1],
                                                                .stuck_after = ACT_MS(10))),
                     ACT_OK);
    ck_assert_int_eq(
        act_system_spawn(sys, &stuck_pid, &stuck, NULL, ACT_SPAWN_OPTIONS(.name = "mary")), ACT_OK);
    act_system_tell_value(sys, stuck_pid, 77, act_nothing());
    for (size_t used = 0; strchr(text, '\n') == NULL;) {
        ssize_t got = read(ends[0], text + used, sizeof text - 1 - used);
        ck_assert_int_gt(got, 0);
        used += (size_t)got;
        text[used] = '\0';
    }
    const char *part = " stubborn \"mary\" <0.1.1> is stuck at a message of tag 77 for ";
    ck_assert_msg(strstr(text, part) != NULL, "%s", text);
    sem_post(&let_go);
    wait_for(&others);
    stop();
    close(ends[0]);
    close(ends[1]);
}

static _Atomic int  probes;
static _Atomic bool first_may_go, first_has_gone, first_is_past;

/* The first thread that is asked where it is stops when it has seen so, until the second one is. */
static void stop_the_first(const char *place)
{
    if (strcmp(place, "probe.looked") != 0)
        return;
    int number = probes++;
    if (number == 0) {
        while (!first_may_go)
            sched_yield();
        first_has_gone = true;
    } else if (number == 1) {
        first_may_go = true;
        while (!first_is_past)
            sched_yield();
    }
}

static __attribute__((noinline)) void waits_first(act_self *self, void *state,
                                                  const act_message *message)
{
    (void)self, (void)state, (void)message;
    sem_post(&stuck_ones);
    while (!first_has_gone)
        (void)sem_trywait(&let_go); /* signals come here under ThreadSanitizer, too */
    first_is_past = true;
    wait_for(&let_go);
}

static void a_thread_that_answers_late_does_not_answer_for_another(void)
{
    static const act_behavior first = {.name = "first", .receive = waits_first};
    sem_init(&let_go, 0, 0);
    start(1, 0);
    act__gap_with(stop_the_first);
    act_system_tell_value(sys, spawn_on(&first, 0), 1, act_nothing());
    wait_for_line("its thread does not answer");
    act_system_tell_value(sys, spawn_on(&stuck, 0), 2, act_nothing());
    wait_for_line("is_stuck_here");
    act__gap_with(NULL);
    pthread_mutex_lock(&logged.mutex);
    char *rest = logged.text, *line;
    while ((line = strsep(&rest, "\n")) != NULL)
        if (strncmp(line, "actor 2", 7) == 0)
            ck_assert_msg(strstr(line, "waits_first") == NULL, "%s", line);
    pthread_mutex_unlock(&logged.mutex);
    sem_post(&let_go);
    sem_post(&let_go);
    wait_for(&others);
    stop();
}

static void a_lack_of_spares_is_reported_and_no_end(void)
{
    sem_init(&let_go, 0, 0);
    start(1, SPARES);
    for (int i = 0; i < SPARES + 1; i++) {
        act_system_tell_value(sys, spawn_on(&stuck, 0), 77, act_nothing());
        wait_for(&stuck_ones);
    }
    other_pid = spawn_on(&other, 0);
    act_system_tell_value(sys, other_pid, GO, act_nothing());
    wait_for_line("its worker waits: all 2 spares are in use");
    for (int i = 0; i < SPARES + 1; i++)
        sem_post(&let_go);
    for (int i = 0; i < SPARES + 2; i++)
        wait_for(&others);
    stop();
}

/* As if the minute in which the last reports were made were over. */
static void end_the_minute(void)
{
    struct act__worker_pool *pool = act__pool_of(sys->executor);
    pthread_mutex_lock(&pool->monitor.mutex);
    pool->monitor.minute -= ACT_SECONDS(60);
    pthread_mutex_unlock(&pool->monitor.mutex);
}

static void how_many_were_not_reported_is_told_with_the_next(void)
{
    enum { STUCK = 7 };
    sem_init(&let_go, 0, 0);
    start(1, STUCK + 1);
    for (int i = 0; i < STUCK; i++) {
        act_system_tell_value(sys, spawn_on(&stuck, 0), 77, act_nothing());
        wait_for(&stuck_ones);
    }
    for (act_counters counters = {0}; counters.stuck < STUCK;)
        act_system_counters(sys, &counters);
    end_the_minute();
    act_system_tell_value(sys, spawn_on(&stuck, 0), 77, act_nothing());
    wait_for_line(" more were not reported");
    for (int i = 0; i < STUCK + 1; i++)
        sem_post(&let_go);
    for (int i = 0; i < STUCK + 1; i++)
        wait_for(&others);
    stop();
}

static void only_five_a_minute_are_reported(void)
{
    enum { STUCK = 12 };
    sem_init(&let_go, 0, 0);
    start(1, STUCK);
    for (int i = 0; i < STUCK; i++) {
        act_system_tell_value(sys, spawn_on(&stuck, 0), 77, act_nothing());
        wait_for(&stuck_ones);
    }
    for (act_counters counters = {0}; counters.stuck < STUCK;)
        act_system_counters(sys, &counters);
    for (int i = 0; i < STUCK; i++)
        sem_post(&let_go);
    for (int i = 0; i < STUCK; i++)
        wait_for(&others);
    stop();
    ck_assert_uint_le(logged.count, 5);
    ck_assert_uint_ge(logged.count, 1);
}

static void handlers_are_not_watched_if_so_asked(void)
{
    act_counters counters;
    sem_init(&let_go, 0, 0);
    ck_assert_int_eq(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.stuck_after = ACT_FOREVER)),
                     ACT_OK);
    sem_init(&stuck_ones, 0, 0);
    sem_init(&others, 0, 0);
    stuck_pid = spawn_on(&stuck, 0);
    act_system_tell_value(sys, stuck_pid, 77, act_nothing());
    wait_for(&stuck_ones);
    sem_post(&let_go);
    wait_for(&others);
    act_system_counters(sys, &counters);
    ck_assert_uint_eq(counters.stuck, 0);
    act_system_destroy(&sys);
}

static void bad_options_are_refused(void)
{
    ck_assert_int_eq(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.stuck_after = ACT_MS(9))),
                     ACT_INVALID);
    ck_assert_int_eq(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.stuck_after = -2)), ACT_INVALID);
    ck_assert_int_eq(act_system_create(&sys, ACT_SYSTEM_OPTIONS(.spares_max = 1025)), ACT_INVALID);
}

/* ------------------------------------------------------------------------------ panics and ends */

static void waits_and_panics(act_self *self, void *state, const act_message *message)
{
    (void)state, (void)message;
    act_tell_value(self, other_pid, GO, act_nothing());
    wait_for(&others);
    act_panic(self, "after all");
}

static const act_behavior panicking = {.name = "panicking", .receive = waits_and_panics};

static void a_stuck_handler_may_panic(void)
{
    act_counters counters = {0};
    start(1, 1);
    other_pid = spawn_on(&other, 1);
    for (int i = 0; i < 5; i++) {
        stuck_pid = spawn_on(&panicking, 1);
        act_system_tell_value(sys, stuck_pid, GO, act_nothing());
        act_result joined = act_system_join(sys, stuck_pid, NULL, ACT_SECONDS(DEADLINE_SECONDS));
        ck_assert_int_eq(joined, ACT_OK);
    }
    act_system_counters(sys, &counters);
    ck_assert_uint_eq(counters.panicked, 5);
    stop();
}

static void one_that_was_woken_can_be_killed(void)
{
    act_exit_report report;
    sem_init(&let_go, 0, 0);
    start(1, 0);
    other_pid = spawn_on(&other, 1);
    stuck_pid = spawn_on(&stuck, 1);
    act_system_tell_value(sys, stuck_pid, 77, act_nothing());
    wait_for(&stuck_ones);
    ck_assert_int_eq(act_system_exit_actor(sys, other_pid,
                                           act_exit_reason_make(ACT_EXIT_KILL, 0, NULL)),
                     ACT_OK);
    ck_assert_int_eq(act_system_join(sys, other_pid, &report, ACT_SECONDS(DEADLINE_SECONDS)),
                     ACT_OK);
    ck_assert_int_eq(report.kind, ACT_EXIT_KILLED);
    sem_post(&let_go);
    stop();
}

const struct kit_case kit_cases[] = {
    TEST_CASE(one_that_was_just_woken_runs_on_another_worker),
    TEST_CASE(one_that_was_just_woken_runs_though_there_is_one_worker),
    TEST_CASE(one_that_is_bound_to_the_same_worker_runs),
    TEST_CASE(as_many_may_be_stuck_as_there_are_spares),
    TEST_CASE(timers_and_time_outs_come_while_a_handler_is_stuck),
    TEST_CASE(a_report_names_actor_message_and_function),
    TEST_CASE(a_line_of_a_report_has_the_actors_name),
    TEST_CASE(a_thread_that_answers_late_does_not_answer_for_another),
    TEST_CASE(a_lack_of_spares_is_reported_and_no_end),
    TEST_CASE(only_five_a_minute_are_reported),
    TEST_CASE(how_many_were_not_reported_is_told_with_the_next),
    TEST_CASE(handlers_are_not_watched_if_so_asked),
    TEST_CASE(bad_options_are_refused),
    TEST_CASE(a_stuck_handler_may_panic),
    TEST_CASE(one_that_was_woken_can_be_killed),
    END_OF_CASES,
};
