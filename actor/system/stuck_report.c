/* Which actor is stuck, and where: its own thread is asked by a signal, another tells. Internal. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unwind.h>

#include <actor/process/cell.h>
#include <actor/process/worker.h>
#include <actor/scheduler/monitor.h>
#include <actor/scheduler/report.h>
#include <actor/scheduler/runner.h>
#include <actor/scheduler/worker_pool.h>
#include <actor/system/log.h>
#include <actor/system/service_manager.h>
#include <actor/system/symbols.h>
#include <actor/time/clock.h>
#include <mailbox/base/gap.h>
#include <mailbox/base/lock.h>
#include <mailbox/channel/channel_record.h>
#include <mailbox/schema/schema.h>

/*
 * SIGURG, as Go uses to interrupt its threads: by default it is ignored, libraries do not use it,
 * and debuggers pass it on. A program that has a handler for it keeps that, and its reports have no
 * backtrace. The handler neither allocates nor locks: libgcc 12 walks the frames with a table of
 * the C library's that is read without a lock (_dl_find_object).
 */
#define PROBE_SIGNAL SIGURG
#define FRAMES_MAX   24
/* Milliseconds for the thread to answer: it may block the signal, or sleep too deep for it */
#define PROBE_PATIENCE 100
#define REPORTS_MAX    5 /* in a minute */
#define MINUTE         ACT_SECONDS(60)
#define WRITING_TIME   ACT_SECONDS(1) /* for a report that is being written when the system ends */
#define TEXT_MAX       900

/*
 * One for the process, as the handler is. Filled by the thread that is looked at. `state` is a step
 * and, above, the number of the question: a thread that was stopped in its handler may go on when
 * another is asked.
 */
enum { PROBE_IDLE, PROBE_ASKED, PROBE_FILLING, PROBE_FILLED, PROBE_STEPS };
struct probe {
    _Atomic uint32_t              state;
    _Atomic(struct act__runner *) runner; /* the only one that may fill it; written before ASKED */
    uint32_t                      turn;   /* in which it is, or was last */
    uint64_t                      actor;  /* 0: it is in no turn */
    const char                   *behavior;
    const act_type *(*schema)(void);
    bool      has_message;
    uint32_t  tag;
    uint32_t  frames_count;
    uintptr_t frames[FRAMES_MAX];
};
static struct probe    probe;
static pthread_mutex_t probe_mutex = PTHREAD_MUTEX_INITIALIZER; /* of the one that asks */

/* --------------------------------------------------------------- in the thread's signal handler */

struct walk {
    const act_behavior *behavior; /* NULL: none has been called */
    bool                begun;    /* before the interrupted frame come those of the signal */
};

/* Whether the framework has called this function: what comes after it is the framework's own. */
static bool is_callback(const act_behavior *behavior, uintptr_t function)
{
    return behavior != NULL && function != 0 &&
           (function == (uintptr_t)behavior->receive || function == (uintptr_t)behavior->init ||
            function == (uintptr_t)behavior->terminate);
}

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *argument)
{
    int          interrupted = 0; /* the place is that of the instruction itself, not the one
                                     after a call */
    uintptr_t    place = _Unwind_GetIPInfo(context, &interrupted);
    struct walk *walk = argument;
    if (place == 0 || probe.frames_count == FRAMES_MAX)
        return _URC_END_OF_STACK;
    walk->begun = walk->begun || interrupted != 0;
    if (!walk->begun)
        return _URC_NO_REASON;
    probe.frames[probe.frames_count++] = interrupted != 0 ? place : place - 1;
    bool is_last = is_callback(walk->behavior, _Unwind_GetRegionStart(context));
    return is_last ? _URC_END_OF_STACK : _URC_NO_REASON;
}

static void fill_probe(const struct act__worker *worker)
{
    act_self           *self = act__current_of(worker);
    const act_message  *message = worker->message;
    const act_behavior *behavior = NULL;
    if (self != NULL) /* relaxed: in the last steps of a turn it may be another's already, see
                         make_birth in spawn.c */
        behavior = __atomic_load_n(&self->behavior, __ATOMIC_RELAXED);
    struct walk walk = {.behavior = behavior};
    probe.turn = act__load(&worker->run.turn);
    probe.actor = self != NULL ? act__local_of(self) : 0;
    probe.behavior = behavior != NULL ? behavior->name : NULL;
    probe.schema = behavior != NULL ? behavior->schema : NULL;
    probe.has_message = message != NULL;
    probe.tag = message != NULL ? message->tag : 0;
    probe.frames_count = 0;
    _Unwind_Backtrace(add_frame, &walk);
}

/* relaxed: only which of the two sides was first. */
static bool go_from(uint32_t state, uint32_t to)
{
    return atomic_compare_exchange_strong_explicit(&probe.state, &state, to, memory_order_relaxed,
                                                   memory_order_relaxed);
}

static void answer_probe(int signal)
{
    struct act__runner *here = act__runs_here;
    (void)signal;
    /* acquire: pairs with the release in ask_thread: `runner` is there. */
    uint32_t asked = act__load_acquire(&probe.state), question = asked - asked % PROBE_STEPS;
    if (asked != question + PROBE_ASKED || act__load(&probe.runner) != here || here == NULL)
        return;
    act__gap("probe.looked");
    if (!go_from(asked, question + PROBE_FILLING))
        return;
    fill_probe(act__worker_of(here));
    /* release: pairs with the acquire in has_answered */
    act__store_release(&probe.state, question + PROBE_FILLED);
}

void act__stuck_report_init(void)
{
    struct sigaction present, ours = {.sa_handler = answer_probe, .sa_flags = SA_RESTART};
    sigfillset(&ours.sa_mask);
    act__lock(&probe_mutex);
    if (sigaction(PROBE_SIGNAL, NULL, &present) == 0 && (present.sa_flags & SA_SIGINFO) == 0 &&
        present.sa_handler == SIG_DFL)
        (void)sigaction(PROBE_SIGNAL, &ours, NULL);
    act__unlock(&probe_mutex);
}

/* ---------------------------------------------------------------------------------- asking it */

static bool handler_is_ours(void)
{
    struct sigaction present;
    return sigaction(PROBE_SIGNAL, NULL, &present) == 0 && (present.sa_flags & SA_SIGINFO) == 0 &&
           present.sa_handler == answer_probe;
}

static bool has_answered(uint32_t question)
{
    /* acquire: pairs with the release in answer_probe */
    return act__load_acquire(&probe.state) == question + PROBE_FILLED;
}

/* With probe_mutex. Returns: whether the probe is filled. */
static bool ask_thread(struct act__pool_thread *thread)
{
    struct timespec moment = {.tv_nsec = 1000000};
    uint32_t        before = act__load(&probe.state);
    uint32_t        question = before - before % PROBE_STEPS + PROBE_STEPS;
    act__store(&probe.runner, &thread->base);
    /* release: pairs with the acquire in answer_probe */
    act__store_release(&probe.state, question + PROBE_ASKED);
    if (!handler_is_ours() || pthread_kill(thread->id, PROBE_SIGNAL) != 0) {
        act__store(&probe.state, question + PROBE_IDLE);
        return false;
    }
    for (unsigned waited = 0; waited < PROBE_PATIENCE; waited++) {
        if (has_answered(question))
            return true;
        nanosleep(&moment, NULL);
    }
    if (go_from(question + PROBE_ASKED, question + PROBE_IDLE))
        return false;
    while (!has_answered(question)) /* it has begun: it will not take long */
        nanosleep(&moment, NULL);
    return true;
}

/* Returns: whether the thread has answered; *answer is then a copy of what it said. */
static bool look_at(struct act__pool_thread *thread, struct probe *answer)
{
    act__lock(&probe_mutex);
    bool filled = ask_thread(thread);
    if (filled)
        *answer = probe;
    act__unlock(&probe_mutex);
    return filled;
}

/* ---------------------------------------------------------------------------------- its words */

static size_t append(char *text, size_t used, const char *format, ...) ACT_PRINTF(3, 4);
static size_t append(char *text, size_t used, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    int more = vsnprintf(text + used, TEXT_MAX - used, format, values);
    va_end(values);
    return more < 0 || used + (size_t)more >= TEXT_MAX ? TEXT_MAX - 1 : used + (size_t)more;
}

/* From the innermost frame to the callback; further if that is gone, as it ended with a call. */
static void append_frames(char *text, size_t used, const struct probe *answer)
{
    struct act__symbol symbols[FRAMES_MAX];
    const char        *before = "; at ";
    act__symbols_find(symbols, answer->frames, answer->frames_count);
    for (uint32_t i = 0; i < answer->frames_count && used < TEXT_MAX - 1; i++) {
        if (symbols[i].name[0] == '\0')
            continue;
        if (strcmp(symbols[i].name, "act__turn_run") == 0)
            break;
        used = append(text, used, "%s%s+0x%zx", before, symbols[i].name, symbols[i].offset);
        before = " < ";
    }
}

/* What is said of the actor; the log adds its pid and name. answer NULL: the thread is silent. */
static size_t append_what(char *text, const struct act__reporter *what, const struct probe *answer)
{
    if (answer == NULL)
        return append(text, 0, "is stuck (its thread does not answer)");
    if (answer->turn != what->turn || answer->actor != what->actor)
        return append(text, 0, "was stuck (it has returned since)");
    if (!answer->has_message)
        return append(text, 0, "is stuck");
    const act_type *schema = answer->schema != NULL ? answer->schema() : NULL;
    const act_type *type = schema != NULL ? act_schema_find(schema, answer->tag) : NULL;
    return type != NULL ? append(text, 0, "is stuck at a message %s", type->name)
                        : append(text, 0, "is stuck at a message of tag %u", (unsigned)answer->tag);
}

static size_t append_time(char *text, size_t used, act_millis lasted)
{
    if (lasted < 1000)
        return append(text, used, " for %d ms", (int)lasted);
    return append(text, used, " for %lld.%lld s", (long long)(lasted / 1000),
                  (long long)(lasted % 1000 / 100));
}

/* `what` is a copy. answer NULL: the thread has not answered. */
static void write_report(struct act__worker_pool *pool, const struct act__reporter *what,
                         const struct probe *answer)
{
    const struct act__monitor *monitor = &pool->monitor;
    char                       text[TEXT_MAX] = "";
    size_t used = append_time(text, append_what(text, what, answer), what->lasted);
    if (what->suppressed != 0)
        used = append(text, used, "; %u more were not reported", (unsigned)what->suppressed);
    if (!monitor->may_hold)
        used = append(text, used, "; its worker waits: the kernel has no membarrier");
    else if (what->no_spare)
        used = append(text, used, "; its worker waits: all %u spares are in use",
                      (unsigned)monitor->spares_max);
    if (answer != NULL && answer->turn == what->turn && answer->actor == what->actor)
        append_frames(text, used, answer);
    act__log_about(pool->system, what->actor, what->behavior, ACT_LOG_WARNING, "%s", text);
}

/* ---------------------------------------------------------------------- the reporter's thread */

/* With the mutex, without it meanwhile. */
static void make_report(struct act__worker_pool *pool, struct act__reporter *reporter)
{
    struct act__reporter what = *reporter;
    struct probe         answer;
    bool                 filled = false;
    act__unlock(&pool->monitor.mutex);
    if (what.thread != NULL)
        filled = look_at(what.thread, &answer);
    act__lock(&pool->monitor.mutex);
    reporter->looks = false;
    pthread_cond_broadcast(&pool->thread_ended);
    act__unlock(&pool->monitor.mutex);
    if (what.thread != NULL)
        write_report(pool, &what, filled ? &answer : NULL);
    else
        act__watchdog_log_unfed(pool->system, what.unfed);
    act__lock(&pool->monitor.mutex);
    reporter->is_busy = false;
}

static void *run_reporter(void *argument)
{
    struct act__worker_pool *pool = argument;
    struct act__reporter    *reporter = &pool->monitor.reporter;
    act__lock(&pool->monitor.mutex);
    while (!pool->monitor.ending)
        if (reporter->is_busy)
            make_report(pool, reporter);
        else
            pthread_cond_wait(&reporter->work, &pool->monitor.mutex);
    reporter->is_busy = reporter->looks = false; /* what has not begun is left */
    reporter->has_ended = true;
    pthread_cond_broadcast(&pool->thread_ended);
    act__unlock(&pool->monitor.mutex);
    return NULL;
}

/* With the mutex. By the monitor, whose mask it gets: no signals. Returns: whether there is one. */
static bool start_reporter(struct act__worker_pool *pool)
{
    struct act__reporter *reporter = &pool->monitor.reporter;
    if (!reporter->started)
        reporter->started = pthread_create(&reporter->id, NULL, run_reporter, pool) == 0;
    return reporter->started;
}

/* Returns: false if the turn is over by now. acquire: so that the turn is looked at last. */
static bool note_actor(struct act__reporter *reporter, struct act__pool_thread *thread)
{
    const act_self *self = act__self_of(act__load_acquire(&thread->base.current));
    if (self == NULL)
        return false;
    reporter->turn = thread->watched.turn;
    reporter->actor = act__local_of(self);
    const act_behavior *behavior = __atomic_load_n(&self->behavior, __ATOMIC_ACQUIRE);
    reporter->behavior = behavior != NULL ? behavior->name : NULL;
    return behavior != NULL && act__load(&thread->base.turn) == reporter->turn;
}

bool act__stuck_report(struct act__worker_pool *pool, struct act__pool_thread *thread,
                       act_millis lasted)
{
    struct act__monitor  *monitor = &pool->monitor;
    struct act__reporter *reporter = &monitor->reporter;
    act_millis            now = act__pool_now(pool);
    if (now - monitor->minute >= MINUTE) {
        monitor->minute = now;
        monitor->reports = 0;
    }
    if (monitor->reports >= REPORTS_MAX || !start_reporter(pool)) {
        monitor->suppressed++;
        return true;
    }
    if (reporter->is_busy)
        return false;
    if (!note_actor(reporter, thread)) {
        monitor->suppressed++;
        return true;
    }
    monitor->reports++;
    reporter->is_busy = reporter->looks = true;
    reporter->thread = thread;
    reporter->lasted = lasted;
    reporter->no_spare = thread->watched.no_spare;
    reporter->suppressed = monitor->suppressed;
    monitor->suppressed = 0;
    pthread_cond_signal(&reporter->work);
    return true;
}

void act__stuck_report_unfed(struct act__worker_pool *pool, act_result why)
{
    struct act__reporter *reporter = &pool->monitor.reporter;
    if (reporter->is_busy || !start_reporter(pool))
        return;
    reporter->is_busy = true;
    reporter->thread = NULL;
    reporter->unfed = why;
    pthread_cond_signal(&reporter->work);
}

void act__stuck_report_stop(struct act__worker_pool *pool)
{
    struct act__monitor *monitor = &pool->monitor;
    act__lock(&monitor->mutex);
    pthread_cond_signal(&monitor->reporter.work);
    while (monitor->reporter.started && monitor->reporter.looks) /* PROBE_PATIENCE at most */
        pthread_cond_wait(&pool->thread_ended, &monitor->mutex);
    act__unlock(&monitor->mutex);
}

bool act__stuck_report_join(struct act__worker_pool *pool, const struct timespec *until)
{
    struct act__reporter *reporter = &pool->monitor.reporter;
    struct timespec       soon = act__clock_after(WRITING_TIME);
    if (!reporter->started)
        return true;
    act__lock(&pool->monitor.mutex);
    if (until != NULL && act__clock_is_before(until, &soon))
        until = &soon;
    while (!reporter->has_ended &&
           act__clock_wait(&pool->thread_ended, &pool->monitor.mutex, until))
        ;
    bool has_ended = reporter->has_ended;
    act__unlock(&pool->monitor.mutex);
    if (has_ended)
        pthread_join(reporter->id, NULL);
    else
        pthread_detach(reporter->id);
    return has_ended;
}
