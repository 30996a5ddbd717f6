/*
 * The thread that writes what waits in the log's ring; a thread that logs never does, except
 * in a simulation. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/system/log_writer.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <actor/scheduler/runner.h>
#include <actor/system/log.h>
#include <actor/system/log_format.h>
#include <actor/system/log_record.h>
#include <actor/system/log_ring.h>
#include <actor/system/log_sink.h>
#include <actor/time/clock.h>
#include <mailbox/base/lock.h>
#include <mailbox/base/memory.h>

/*
 *     any thread --- act__log_ring_push, then a wake-up if `idle` ---> run_writer
 *                                                           --- log_sink.c ---> the world
 *
 * The writer sets `idle` and looks at the ring once more before it sleeps; a thread that logs
 * makes its record visible and then reads `idle`. All four accesses are sequentially consistent:
 * either the writer sees the record, or it is woken.
 *
 * A file on a server that does not answer can hold the writer in write(2) for ever:
 * act__log_destroy then leaves it alone, and the writer frees the log when it comes back.
 */

#define FLUSH_TIME  ACT_SECONDS(1) /* of a destroy, of exit(), and of a line in a simulation */
#define GRACE_TIME  ACT_MS(100)    /* for the writer to end, when it has given up */
#define RETRY_TIME  ACT_SECONDS(1)
#define STACK_BYTES ((size_t)256 << 10)
enum { TELL_AFTER = 64 }; /* so many records, and those that wait for a flush hear of it */

struct act__log {
    struct act__log_ring ring;
    struct act__log_sink sink;
    _Atomic uint64_t     dropped; /* records that the sink has refused; the writer's */
    uint64_t             told;    /* how many lost ones the log has told of; the writer's */
    pid_t                owner;
    bool                 has_thread;
    int                  wake_fd; /* an eventfd; -1: none */
    _Atomic bool         idle;
    _Atomic bool         ending;
    struct timespec      deadline; /* set before `ending` */
    pthread_t            thread;
    pthread_mutex_t      mutex; /* guards the next four; no thread that logs ever takes it */
    pthread_cond_t       moved;
    uint64_t             written; /* up to which position of the ring */
    bool                 has_ended;
    _Atomic bool         is_orphan; /* the user's descriptor may be another file by now */
    struct act__log     *next;      /* in `logs` */
    char                 line[1 + ACT__LOG_LINE_MAX];
};

/* All that have a thread: exit() waits for them. */
static pthread_mutex_t  logs_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct act__log *logs;

/* -------------------------------------------------------------------------------------- writing */

typedef bool (*log_wait)(struct act__log *log, enum act__log_fate fate);

/* Returns: whether all of it is written. */
static bool put_record(struct act__log *log, const struct act__log_record *record, log_wait wait)
{
    size_t done = 1, count = 1 + act__log_line(log->line + 1, record, log->sink.format);
    for (;;) {
        enum act__log_fate fate = act__log_sink_put(&log->sink, log->line, count, &done);
        if (fate == ACT__LOG_WRITTEN)
            return true;
        if (fate == ACT__LOG_REFUSED || !wait(log, fate)) {
            act__log_sink_give_up(&log->sink, done);
            return false;
        }
    }
}

static int64_t read_microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* Where the gap is: before a record that came after so many had been lost. */
static void tell_of_lost(struct act__log *log, uint64_t lost, int64_t at, log_wait wait)
{
    struct act__log_record record;
    lost += act__load(&log->dropped);
    if (lost <= log->told)
        return;
    record.at = at;
    record.local = 0;
    record.worker = ACT__NO_WORKER;
    record.level = ACT_LOG_WARNING;
    record.actor[0] = record.behavior[0] = '\0';
    snprintf(record.text, sizeof record.text, "%llu records of the log were lost here",
             (unsigned long long)(lost - log->told));
    if (put_record(log, &record, wait))
        log->told = lost;
}

static void put_and_count(struct act__log *log, const struct act__log_record *record, log_wait wait)
{
    tell_of_lost(log, record->lost, record->at, wait);
    if (!put_record(log, record, wait))
        act__count(&log->dropped);
}

/* -------------------------------------------------------------------------------------- waiting */

static int count_millis_until(const struct timespec *until)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!act__clock_is_before(&now, until))
        return 0;
    int64_t left =
        (until->tv_sec - now.tv_sec) * INT64_C(1000) + (until->tv_nsec - now.tv_nsec) / 1000000 + 1;
    return left < INT_MAX ? (int)left : INT_MAX;
}

static void wait_for_wake(struct act__log *log, int fd, int millis)
{
    uint64_t      wakes;
    struct pollfd ready[2] = {{.fd = log->wake_fd, .events = POLLIN},
                              {.fd = fd, .events = POLLOUT}};
    if (poll(ready, 2, millis) > 0 && ready[0].revents != 0 &&
        read(log->wake_fd, &wakes, sizeof wakes) < 0) {
        /* Only EAGAIN is possible; the eventfd was read before. */
    }
}

/* The writer's. Returns: false if the line is to be given up. */
static bool wait_for_sink(struct act__log *log, enum act__log_fate fate)
{
    /* acquire: pairs with act__log_destroy, for the deadline. */
    bool ending = act__load_acquire(&log->ending);
    int  millis = ending                  ? count_millis_until(&log->deadline)
                  : fate == ACT__LOG_FULL ? -1
                                          : RETRY_TIME;
    if (ending && (millis == 0 || fate == ACT__LOG_FAILED))
        return false;
    wait_for_wake(log, fate == ACT__LOG_FULL ? act__log_sink_fd(&log->sink) : -1, millis);
    return true;
}

/* A simulation's. */
static bool wait_here(struct act__log *log, enum act__log_fate fate)
{
    struct pollfd ready = {.fd = act__log_sink_fd(&log->sink), .events = POLLOUT};
    return fate == ACT__LOG_FULL && poll(&ready, 1, FLUSH_TIME) > 0;
}

/* --------------------------------------------------------------------------------------- writer */

static void publish(struct act__log *log)
{
    act__lock(&log->mutex);
    log->written = log->ring.head;
    pthread_cond_broadcast(&log->moved);
    act__unlock(&log->mutex);
}

static void write_all(struct act__log *log)
{
    const struct act__log_record *record;
    if (act__load(&log->is_orphan)) /* relaxed: nothing of the user's is read after it */
        return;
    act__log_sink_begin(&log->sink);
    while ((record = act__log_ring_first(&log->ring)) != NULL) {
        put_and_count(log, record, wait_for_sink);
        act__log_ring_drop_first(&log->ring);
        if (log->ring.head % TELL_AFTER == 0)
            publish(log);
    }
    tell_of_lost(log, act__load(&log->ring.lost), read_microseconds(), wait_for_sink);
    act__log_sink_end(&log->sink);
    publish(log);
}

static void sleep_until_woken(struct act__log *log)
{
    /* seq_cst: see the top; the ring's first is, too. */
    atomic_store_explicit(&log->idle, true, memory_order_seq_cst);
    if (act__log_ring_first(&log->ring) == NULL &&
        !atomic_load_explicit(&log->ending, memory_order_seq_cst))
        wait_for_wake(log, -1, -1);
    act__store(&log->idle, false); /* relaxed: at worst one more wake-up */
}

static void free_log(struct act__log *log)
{
    act__log_sink_close(&log->sink);
    act__log_ring_destroy(&log->ring);
    if (log->wake_fd >= 0)
        close(log->wake_fd);
    pthread_cond_destroy(&log->moved);
    pthread_mutex_destroy(&log->mutex);
    act__free(log);
}

static void *run_writer(void *argument)
{
    struct act__log *log = argument;
    bool             ending;
    do {
        ending = act__load_acquire(&log->ending); /* before the last look: nothing is logged
                                                     after it was set */
        write_all(log);
        if (!ending)
            sleep_until_woken(log);
    } while (!ending);
    act__lock(&log->mutex);
    log->has_ended = true;
    bool is_orphan = act__load(&log->is_orphan);
    pthread_cond_broadcast(&log->moved);
    act__unlock(&log->mutex);
    if (is_orphan)
        free_log(log);
    return NULL;
}

static void wake_writer(struct act__log *log)
{
    uint64_t one = 1;
    if (write(log->wake_fd, &one, sizeof one) < 0) {
        /* Only EAGAIN is possible: 2^64 wake-ups. */
    }
}

/* ----------------------------------------------------------------------------- from all threads */

/* SIGPIPE or SIGXFSZ of these writes must not end the process, nor be seen by it. */
static void write_here(struct act__log *log, const struct act__log_record *record)
{
    const struct timespec at_once = {0};
    sigset_t              ours, before, pending;
    sigemptyset(&ours);
    sigaddset(&ours, SIGPIPE);
    sigaddset(&ours, SIGXFSZ);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &ours, &before);
    if (sigismember(&pending, SIGPIPE))
        sigdelset(&ours, SIGPIPE);
    if (sigismember(&pending, SIGXFSZ))
        sigdelset(&ours, SIGXFSZ);
    act__log_sink_begin(&log->sink);
    put_and_count(log, record, wait_here);
    act__log_sink_end(&log->sink);
    while (sigtimedwait(&ours, NULL, &at_once) > 0) {
        /* taken */
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void act__log_write(struct act__log *log, const struct act__log_record *record)
{
    if (!log->has_thread) {
        write_here(log, record);
        return;
    }
    if (getpid() != log->owner)
        return; /* a child of fork(): no thread is there that writes, and the pipe's reader is
                   not meant */
    act__log_ring_push(&log->ring, record);
    /* seq_cst, both: see the top. */
    if (atomic_load_explicit(&log->idle, memory_order_seq_cst) &&
        atomic_exchange_explicit(&log->idle, false, memory_order_seq_cst))
        wake_writer(log);
}

act_result act__log_wait(struct act__log *log, act_millis timeout)
{
    if (!log->has_thread)
        return ACT_OK;
    if (getpid() != log->owner)
        return ACT_CLOSED;
    struct timespec until = act__clock_after(timeout == ACT_FOREVER ? 0 : timeout);
    uint64_t        target = act__load(&log->ring.tail);
    int             error = 0;
    wake_writer(log); /* a full disk may have room again */
    act__lock(&log->mutex);
    while (log->written < target && error != ETIMEDOUT)
        error = timeout == ACT_FOREVER ? pthread_cond_wait(&log->moved, &log->mutex)
                                       : pthread_cond_timedwait(&log->moved, &log->mutex, &until);
    bool done = log->written >= target;
    act__unlock(&log->mutex);
    return done ? ACT_OK : ACT_TIMED_OUT;
}

uint64_t act__log_lost(const struct act__log *log)
{
    return act__load(&log->ring.lost) + act__load(&log->dropped);
}

/*
 * At exit(), and if the library is unloaded. In a child of fork() the mutex may be held by a thread
 * that is not there.
 */
static __attribute__((destructor)) void flush_all(void)
{
    struct timespec until = act__clock_after(FLUSH_TIME);
    if (pthread_mutex_trylock(&logs_mutex) != 0)
        return;
    for (struct act__log *log = logs; log != NULL; log = log->next)
        (void)act__log_wait(log, count_millis_until(&until));
    pthread_mutex_unlock(&logs_mutex);
}

/* --------------------------------------------------------------------------------------- making */

struct act__log *act__log_create(const act_system_options *options)
{
    struct act__log *log = act__allocate(sizeof *log);
    if (log == NULL)
        return NULL;
    log->wake_fd = -1;
    log->owner = getpid();
    pthread_mutex_init(&log->mutex, NULL);
    act__condition_init(&log->moved);
    act__log_sink_open(&log->sink, options->log_descriptor, options->log_format);
    return log;
}

/*
 * With all signals blocked: they are the program's, and a handler of the program's must not run in
 * this thread.
 */
static int create_thread(struct act__log *log)
{
    sigset_t       all, before;
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return ENOMEM;
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&log->thread, &attributes, run_writer, log);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

act_result act__log_start(struct act__log *log)
{
    if (!act__log_ring_create(&log->ring))
        return ACT_NO_MEMORY;
    log->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (log->wake_fd < 0 || create_thread(log) != 0)
        return ACT_OS;
    pthread_setname_np(log->thread, "act-log");
    log->has_thread = true;
    act__lock(&logs_mutex);
    log->next = logs;
    logs = log;
    act__unlock(&logs_mutex);
    return ACT_OK;
}

static void forget(struct act__log *log)
{
    struct act__log **here = &logs;
    act__lock(&logs_mutex);
    while (*here != log)
        here = &(*here)->next;
    *here = log->next;
    act__unlock(&logs_mutex);
}

/* Returns: whether the writer has ended; else it will free the log. */
static bool end_writer(struct act__log *log)
{
    log->deadline = act__clock_after(FLUSH_TIME);
    struct timespec last = act__clock_after(FLUSH_TIME + GRACE_TIME);
    int             error = 0;
    /* seq_cst: pairs with sleep_until_woken; and with the acquires, for the deadline. */
    atomic_store_explicit(&log->ending, true, memory_order_seq_cst);
    wake_writer(log);
    act__lock(&log->mutex);
    while (!log->has_ended && error != ETIMEDOUT)
        error = pthread_cond_timedwait(&log->moved, &log->mutex, &last);
    bool      ended = log->has_ended;
    pthread_t thread = log->thread;      /* it may be gone, with the log, after the mutex */
    act__store(&log->is_orphan, !ended); /* under the mutex, as it decides which of the two frees
                                            the log */
    act__unlock(&log->mutex);
    if (ended)
        pthread_join(thread, NULL);
    else
        pthread_detach(thread);
    return ended;
}

void act__log_destroy(struct act__log *log)
{
    if (log == NULL)
        return;
    if (log->has_thread) {
        forget(log);
        if (getpid() == log->owner && !end_writer(log))
            return;
    }
    free_log(log);
}
