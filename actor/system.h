/*
 * The system that actors live in, and how ordinary threads reach them. Public.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_H
#define ACT_ACTOR_SYSTEM_H

#include "log.h"

ACT_BEGIN_DECLS

/*
 * Whether this system is the one of its process that a service manager, as systemd, has started and
 * watches.
 */
typedef enum act_service {
    ACT_SERVICE_NONE,         /* it is told nothing */
    ACT_SERVICE_READY_AT_RUN, /* READY when act_system_run begins */
    ACT_SERVICE_READY_BY_CALL /* READY by act_system_ready */
} act_service;

typedef struct act_system_options {
    size_t     size;             /* sizeof(act_system_options); set by ACT_SYSTEM_OPTIONS */
    uint32_t   workers_count;    /* 1 to 256 threads; 0: one per CPU this process may use. Each
                                    has 5 descriptors, and a system has up to 4 more. */
    uint32_t   actors_max;       /* at once, up to 2^27; 0: 2^27. Memory is used only as actors
                                    are, but addresses are reserved for all (80 GB for 2^27): set
                                    fewer where these are limited, as by ulimit -v or under
                                    valgrind, which has room for one such system. Workers that spawn
                                    at the same moment may each make one more. mlockall makes about
                                    7 MB of it resident, and the whole stack of each thread (8 MB
                                    unless ulimit -s says otherwise); with MCL_ONFAULT only what is
                                    used. But all of it counts: it needs CAP_IPC_LOCK, or no limit
                                    on locked memory. */
    uint32_t   batch_max;        /* messages an actor handles at most before others have a turn;
                                    0: 256. A new actor begins with a quarter; it is fewer for one
                                    whose handlers are slow, and more for one that is quick and has
                                    as many waiting. */
    uint32_t   blocking_max;     /* threads for blocking actors; 0: 256. More of these that have
                                    something to do at the same time wait for a thread, in their
                                    order; they are counted (thread_waits), and from 0.2 s on the
                                    log says so, every 12 s at most. */
    uint32_t   backlog_max;      /* from how many waiting messages on senders are muted: see
                                    act_send; 0: 1024. At an actor whose handler does not return
                                    meanwhile, twice as many; at one that waits for its restart, 16
                                    times. */
    act_millis stuck_after;      /* a handler that takes longer is stuck: it is logged with a
                                    backtrace, and another thread takes its worker's queue, timers
                                    and sockets over; 10 ms or more; 0: 100 ms; ACT_FOREVER:
                                    handlers are not watched. See "Stuck handlers" below. */
    uint32_t   spares_max;       /* threads that may stand in for stuck workers at once, up to
                                    1024; 0: 16. They are started when they are needed. */
    act_millis stop_timeout;     /* for an orderly stop before the rest is killed; 0: 10 s;
                                    ACT_FOREVER */
    act_millis destroy_timeout;  /* how long act_system_destroy waits, after the stop, for
                                    callbacks that have not returned; 0: 5 s; ACT_FOREVER */
    bool       log_normal_exits; /* also log ends that are clean */

    /*
     * Called for every message that no one received, before it is freed. Any thread, several at
     * once; must not block, keep the message or call into the system. The result says why:
     * ACT_NO_ACTOR, ACT_FULL, ACT_NO_MEMORY (the message could not be made), ACT_NOT_FOUND (a reply
     * to an ask that had ended). Also for one that was received, but whose handler has panicked
     * before it took it: ACT_PANICKED; or did not know it, or for a typed one that could not be
     * one: ACT_INVALID. act_message_print shows it. NULL: the first in a minute is logged, as
     * act_message_print shows it, with its sender, the reason, and how many there were since the
     * last that was; not while the system stops, and not what an actor has sent to itself.
     */
    void (*dead_letter)(void *context, act_pid to, const act_message *message, act_result why);
    /*
     * Called instead of writing a line, for what people should know and for act_log: the text,
     * beginning with the actor that it is about, if any: worker "room/7" <0.5.3> ended: killed. On
     * the thread that logs, and that waits for it; as dead_letter otherwise. NULL: see
     * <actor/log.h>.
     */
    void (*log)(void *context, act_log_level level, const char *text);
    void *context;

    act_log_level  log_level;      /* the least urgent that is logged; 0: ACT_LOG_INFO */
    act_log_format log_format;     /* of the lines; with .log there are none */
    int            log_descriptor; /* where they go, open for as long as the system lives; 0:
                                      standard error */

    /*
     * The manager is the one whose socket $NOTIFY_SOCKET names; without it nothing is told, and
     * nothing fails. It is told STOPPING when an orderly stop begins, and WATCHDOG in half of
     * $WATCHDOG_USEC ($WATCHDOG_PID is heeded), if each worker has gone on since the last time. A
     * simulation tells nothing.
     */
    act_service service;
} act_system_options;

/* ACT_SYSTEM_OPTIONS(.workers_count = 2): a pointer to pass to act_system_create. */
#define ACT_SYSTEM_OPTIONS(...)                                                                    \
    (&(act_system_options){.size = sizeof(act_system_options), __VA_ARGS__})

/*
 * Stuck handlers. A thread of the system's own watches how long turns take. Of one that lasts 5 to
 * 10 ms the actor that it has woken last is run by another worker, and the timers of its worker are
 * fired; of one longer than stuck_after, a spare thread takes over all that its worker has: actors
 * that wait there or are bound there (`worker`), timers and time-outs, sockets. So other actors go
 * on whatever one handler does, also with a single worker; then, for as long as that handler lasts,
 * two handlers may run at the same time, and what is bound to one worker may run on another thread.
 * What the stuck actor's own sockets have to say waits for it. A call of its handler that uses one
 * of them may have to wait until the actor that is running there has returned. It is counted
 * (`stuck`) and logged, with a backtrace, when it has lasted stuck_after, and again each time it is
 * ten times that; at most five times a minute, with the number of those left out. For the backtrace
 * its thread gets SIGURG, unless the program has a handler for that: a system call that is not
 * restarted (nanosleep, poll: see signal(7)) then returns EINTR. Blocking actors are not watched.
 * See: doc/decisions/015, test/actor/scheduler/stuck_test.c.
 */

/**
 * Makes a system and starts its workers. A child of fork() does not have it: all calls for it
 * answer ACT_FORKED there, or do nothing. So a program that becomes a daemon calls daemon(3), which
 * forks, before this.
 *
 * options  May be NULL: the defaults. Copied.
 *
 * Owns:    you own it: act_system_destroy.
 * Threads: any; a process may have several systems.
 * Returns: ACT_OK, ACT_INVALID (an option outside its range), ACT_NO_MEMORY, ACT_OS (no thread or
 *          no descriptor).
 */
ACT_API ACT_MUST_CHECK act_result act_system_create(act_system              **system,
                                                    const act_system_options *options)
    ACT_NONNULL(1);

/**
 * Waits until act_system_stop is called, or a root supervisor (act_system_spawn_supervisor) has
 * ended by itself: has given up, could not start, was killed; or, if it was the last, had
 * auto_shutdown. Then stops in order: what threads spawned gets an exit signal ACT_EXIT_SHUTDOWN,
 * last spawned first, each only when the one before has ended; supervisors stop their children in
 * reverse. (Those that run no code of their own when they end, as they have neither init nor
 * terminate nor act_defer and do not trap exits, go together with their like beside them.) Then all
 * that are left get it at once. What is left after stop_timeout is killed. Connections that
 * act_tcp_finish sends out have as long.
 *
 * Threads: any thread that may block, one caller; a callback of a blocking actor only of another
 *          system.
 * Returns: ACT_OK (all actors ended when they were told to); ACT_TIMED_OUT (some were killed: after
 *          stop_timeout, after the .shutdown of a supervised child, unless that is
 *          ACT_SHUTDOWN_KILL, or by another actor; or an act_tcp_finish was not done by then; one
 *          that never returns from its handler keeps its thread until it does); ACT_GAVE_UP (a root
 *          supervisor has given up, could not start or was killed; the log says which and why);
 *          ACT_INVALID (called in a callback as above, it has run before, or this is a simulation's
 *          system).
 */
ACT_API ACT_MUST_CHECK act_result act_system_run(act_system *system) ACT_NONNULL_ALL;

/**
 * Asks for an orderly stop. act_system_run does the work; without it act_system_destroy does.
 *
 * Threads: any, handlers included; async-signal-safe. Never waits. Calling it twice is once. In a
 * simulation nothing
 *          happens: act_simulation_destroy stops it.
 */
ACT_API void act_system_stop(act_system *system) ACT_NONNULL_ALL;

/**
 * Asks for a stop that waits for no actor: what is told to end, or has been, and has not ended is
 * killed, as when stop_timeout is over; act_system_run then answers ACT_TIMED_OUT. After
 * act_system_stop, too.
 *
 * Threads: as act_system_stop. Never waits; it is heeded within 20 ms.
 */
ACT_API void act_system_kill(act_system *system) ACT_NONNULL_ALL;

/**
 * Tells the service manager READY, once: what it starts after this one can begin.
 *
 * Threads: any, handlers included. Never waits.
 * Returns: ACT_OK (told, now or before, or there is no service manager), ACT_INVALID (.service is
 *          ACT_SERVICE_NONE), ACT_FULL (its socket is full), ACT_OS (it is not there), ACT_FORKED.
 */
ACT_API ACT_MUST_CHECK act_result act_system_ready(act_system *system) ACT_NONNULL_ALL;

/* The longest status, its final NUL included; longer ones are cut. */
#define ACT_STATUS_TEXT_MAX 256

/**
 * Tells it a line of text about how things are (systemctl status shows it); format as printf's. As
 * act_system_ready.
 */
ACT_API ACT_MUST_CHECK act_result act_system_status(act_system *system, const char *format, ...)
    ACT_PRINTF(2, 3) ACT_NONNULL(1, 2);

/**
 * Stops if that has not happened, ends all threads and frees everything.
 *
 * A callback that has not returned destroy_timeout after the stop is left behind: the log names the
 * actor, its behavior and how long it has run. Its thread goes on, and all memory of the system
 * stays for it, for the rest of the process. When it returns, its actor ends and the thread with
 * it; clean-ups of the actor still run, hooks are not called any more (but one may be running):
 * what they use must stay.
 *
 * system   *system may be NULL: nothing happens. It becomes NULL.
 *
 * Threads: any thread that may block, as act_system_run; no thread may use the system any more.
 * Waits:   as act_system_run if the system has not been stopped yet, which takes up to stop_timeout
 *          and a second; then up to destroy_timeout for callbacks that run to return; up to 5 s for
 *          threads that run none to end, which takes long on a very busy machine only; up to a
 *          second for the hook to return that is told of a stuck handler; and up to a second and
 *          0.1 s for the log to be written.
 * Returns: ACT_OK (also for NULL); ACT_TIMED_OUT (something was left behind); ACT_INVALID (called
 *          in a callback, or this is a simulation's system: nothing happens); ACT_FORKED (in a
 *          child of fork(): nothing happens, as the memory may be locked by threads that are not
 *          there).
 * See:     test/actor/system/destroy_test.c
 */
ACT_API act_result act_system_destroy(act_system **system) ACT_NONNULL_ALL;

/**
 * Spawns from an ordinary thread; as act_spawn. The actor has no parent; `announce` is ignored.
 *
 * Threads: any.
 * Returns: as act_spawn; ACT_CLOSED when the system is stopping.
 */
ACT_API ACT_MUST_CHECK act_result act_system_spawn(act_system *system, act_pid *pid,
                                                   const act_behavior *behavior, const void *args,
                                                   const act_spawn_options *options)
    ACT_NONNULL(1, 2, 3);

/**
 * Sends from an ordinary thread; the sender is none. As act_send; the thread is never muted.
 *
 * Threads: any. Handlers use act_send, which is cheaper.
 * Order:   as act_send, among what this thread sends so. From a handler it may overtake what that
 *          has sent by act_send.
 */
ACT_API ACT_MUST_CHECK act_result act_system_send(act_system *system, act_pid to,
                                                  act_message **message) ACT_NONNULL_ALL;

/** Sends a scalar from an ordinary thread; as act_tell_value. */
ACT_API void act_system_tell_value(act_system *system, act_pid to, uint32_t tag,
                                   act_value value) ACT_NONNULL_ALL;

/**
 * Asks from an ordinary thread and waits for the answer.
 *
 * reply    Set on ACT_OK; yours to free.
 * timeout  1 ms or more, or ACT_FOREVER.
 *
 * Owns:    the request: as act_send. On ACT_NO_ACTOR and ACT_TIMED_OUT it may have been delivered
 *          and is then gone (*message is NULL).
 * Threads: any thread that may block: ordinary ones and callbacks of blocking actors; not in a
 *          simulation.
 * Returns: ACT_OK, ACT_NO_ACTOR (it ended before answering, had no memory for the answer or dropped
 *          the request; see act_ask_message: it may be done all the same), ACT_TIMED_OUT, ACT_FULL,
 *          ACT_NO_MEMORY, ACT_INVALID (timeout, a callback that must not block, a blocking actor's
 *          that asks itself, or a simulation).
 */
ACT_API ACT_MUST_CHECK act_result act_system_ask_message(act_system *system, act_pid to,
                                                         act_message **message, act_message **reply,
                                                         act_millis timeout) ACT_NONNULL_ALL;

/* An exit reason that owns its text. */
typedef struct act_exit_report {
    act_exit_kind kind;
    int32_t       code;
    char          text[ACT_EXIT_TEXT_MAX]; /* "" if there is none */
} act_exit_report;

/**
 * Waits until an actor has ended.
 *
 * report   May be NULL. Set on ACT_OK: why it ended; ACT_EXIT_NO_ACTOR if it was gone before the
 *          call.
 * timeout  0 or more, or ACT_FOREVER.
 *
 * Threads: as act_system_ask_message.
 * Returns: ACT_OK, ACT_TIMED_OUT, ACT_NO_MEMORY, ACT_INVALID (timeout, a callback that must not
 *          block, a blocking actor's that waits for itself, or a simulation).
 */
ACT_API ACT_MUST_CHECK act_result act_system_join(act_system *system, act_pid pid,
                                                  act_exit_report *report, act_millis timeout)
    ACT_NONNULL(1);

/**
 * Sends an exit signal from an ordinary thread; as act_exit_other, from none, which counts as the
 * parent of what threads have spawned.
 *
 * Threads: any.
 * Returns: as act_exit_other.
 */
ACT_API ACT_MUST_CHECK act_result act_system_exit_actor(act_system *system, act_pid pid,
                                                        act_exit_reason reason) ACT_NONNULL_ALL;

/**
 * Says how many messages wait for an actor. Of one with inbox_max all that count under it. Of
 * another those that it has fetched: it fetches all there are when it has handled the last, so what
 * came since then is missing.
 *
 * Threads: any.
 * Returns: 0 also for a pid whose actor has ended.
 */
ACT_API uint32_t act_inbox_length(act_system *system, act_pid pid) ACT_NONNULL_ALL;

/**
 * How many threads run actors, those for blocking ones not counted: 1 to 256; 1 in a simulation.
 * Threads: any.
 */
ACT_API uint32_t act_system_workers_count(const act_system *system) ACT_NONNULL_ALL;

/*
 * X(name, text): counted since the system was made. New ones come at the end. sent = received +
 * dead_letters + those that wait.
 */
#define ACT_COUNTERS(X)                                                                            \
    X(spawned, "actors spawned")                                                                   \
    X(exited, "actors ended")                                                                      \
    X(panicked, "actors ended by a panic")                                                         \
    X(sent, "messages sent, those not delivered and those sent again included")                    \
    X(received, "messages given to a handler")                                                     \
    X(dead_letters, "messages that no one received")                                               \
    X(unknown, "messages whose handler did not know them (act_unknown)")                           \
    X(late_replies, "replies to asks that had ended; also counted as dead letters")                \
    X(thread_waits, "times a blocking actor waited because all threads were in use")               \
    X(muted, "times a sender was muted because its receiver was far behind")                       \
    X(cut_off, "connections closed before all that was written was sent")                          \
    X(stuck, "turns in which one message took longer than stuck_after")                            \
    X(stolen, "actors taken over from another worker")                                             \
    X(parked, "times a worker went to sleep")                                                      \
    X(log_lost, "records of the log that could not be written")                                    \
    X(unasked, "answers to messages that were no asks, which went to none")

typedef struct act_counters {
#define X(name, text) uint64_t name;
    ACT_COUNTERS(X)
#undef X
} act_counters;

ACT_API void act__system_counters(act_system *system, act_counters *counters,
                                  size_t bytes) ACT_NONNULL_ALL;

/**
 * Reads the counters. Each is exact when nothing runs, and never goes back. One that the library
 * does not know, as it is older than the program, is 0.
 *
 * Threads: any.
 */
static inline void act_system_counters(act_system *system, act_counters *counters)
{
    act__system_counters(system, counters, sizeof *counters);
}

ACT_END_DECLS

#endif
