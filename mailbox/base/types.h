/* Time, identities and exit reasons: the words every public header speaks. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_BASE_TYPES_H
#define ACT_MAILBOX_BASE_TYPES_H

#include "result.h"

ACT_BEGIN_DECLS

/*
 * A time span, or a point on the system's monotonic clock, in milliseconds; the only unit of time
 * in the API.
 */
typedef int64_t act_millis;
#define ACT_MS(n)      ((act_millis)(n))
#define ACT_SECONDS(n) ((act_millis)(n)*1000)
#define ACT_FOREVER    ((act_millis)-1)

/*
 * Names an actor, living or dead, for as long as its system lives: never reused within 2^36
 * generations of a cell. Passed and compared by value. All zero is the pid of no actor.
 */
typedef struct act_pid {
    uint64_t node;  /* 0: this system */
    uint64_t local; /* slot in the low 27 bits, the generation it is in above; 0: none */
} act_pid;

/* Names an ask, a monitor or a timer within its system. Zero names none. */
typedef struct act_ref {
    uint64_t value;
} act_ref;

/* The pid of no actor. */
static inline act_pid act_pid_none(void)
{
    act_pid none = {0, 0};
    return none;
}

/* Whether a pid is that of no actor, as a zeroed one is. */
static inline bool act_pid_is_none(act_pid pid)
{
    return pid.local == 0;
}

/* Whether two pids are those of the same actor. */
static inline bool act_pid_equal(act_pid a, act_pid b)
{
    return a.local == b.local && a.node == b.node;
}

/* The longest text of a pid, its final NUL included. */
#define ACT_PID_TEXT_MAX 48

/**
 * Writes a pid as logs, trees and messages show it: <node.index.generation>, as <0.12.3>; <none>
 * for the pid of no actor. Node 0 is this system, the index says where in it the actor lives, the
 * generation which of those that live there, one after the other, it is.
 *
 * text     Room for text_bytes; may be NULL if that is 0. Ends with a NUL, cut if need be: with
 *          ACT_PID_TEXT_MAX bytes no pid is.
 *
 * Threads: any; async-signal-safe. Allocates nothing, and no locale changes it.
 * Returns: how long the whole text is, without the NUL, as snprintf.
 */
ACT_API size_t act_pid_text(char *text, size_t text_bytes, act_pid pid);

/**
 * Reads a pid from the text that act_pid_text writes for it, and from no other: without blanks,
 * signs, leading zeros or anything behind it.
 *
 * pid      Set on ACT_OK. What it names is a claim, as that of any pid that comes from outside: one
 *          of an actor that has ended, or of a system that was here before, is answered as a dead
 *          actor's, one of another node with ACT_NO_NODE; and one that was guessed leads to that
 *          actor.
 * text     Ends with a NUL. Read up to the first letter that does not belong there,
 *          ACT_PID_TEXT_MAX bytes at most.
 *
 * Threads: any; async-signal-safe.
 * Returns: ACT_OK; ACT_INVALID.
 * See:     test/mailbox/base/pid_test.c
 */
ACT_API ACT_MUST_CHECK act_result act_pid_parse(act_pid *pid, const char *text) ACT_NONNULL_ALL;

/* Whether two references name the same ask, monitor or timer. */
static inline bool act_ref_equal(act_ref a, act_ref b)
{
    return a.value == b.value;
}

/*
 * Structs of options begin with their size, which their macro sets, so that they can grow while a
 * program and the library that it finds are of different versions: what the program's struct ends
 * before counts as zero, which is the default; what the library does not know must be zero. An
 * option that is set is not passed over in silence: the call answers ACT_INVALID. That is how Linux
 * reads the structs of its newer calls (copy_struct_from_user; openat2(2), "Extensibility"). For
 * this new options come at the end, and neither they nor the end leave a gap, whose bytes would be
 * anything: test/lint/options.sh.
 *
 * Structs that lie in arrays or in one another, are returned by value, or are constants that the
 * library keeps pointers to, do not grow: programs have their size built in. What comes takes the
 * place of act_reserved, which is zero until then, and must be for a library that does not know it.
 * These are act_behavior, act_child_spec, act_supervisor_spec, act_partition_spec and
 * act_tcp_server; what is embedded in them, as act_backoff, stays as it is.
 *
 * The library is told the size of act_counters, so that grows, too. All other structs change only
 * together with the library's soname: test/abi.sh.
 */

/*
 * Why an actor ended. X(name, value, text). NORMAL and SHUTDOWN are clean, everything else is a
 * failure. KILL is only ever sent: its victim cannot trap it and ends with KILLED (Erlang's rule).
 */
#define ACT_EXIT_KINDS(X)                                                                          \
    X(NORMAL, 0, "normal")                                                                         \
    X(SHUTDOWN, 1, "shutdown")                                                                     \
    X(KILL, 2, "kill")                                                                             \
    X(KILLED, 3, "killed")                                                                         \
    X(ERROR, 4, "error")       /* the actor said so itself */                                      \
    X(PANIC, 5, "panic")       /* act_panic */                                                     \
    X(NO_ACTOR, 6, "no actor") /* it was gone already */                                           \
    X(NO_NODE, 7, "no node")

typedef enum act_exit_kind {
#define X(name, value, text) ACT_EXIT_##name = value,
    ACT_EXIT_KINDS(X)
#undef X
} act_exit_kind;

/* The longest text of an exit reason, its final NUL included; longer ones are cut. */
#define ACT_EXIT_TEXT_MAX 200

typedef struct act_exit_reason {
    act_exit_kind kind;
    int32_t       code; /* the actor's own; an act_result when init refused */
    const char   *text; /* may be NULL */
} act_exit_reason;

/**
 * Says a kind of exit in one or two English words.
 *
 * Threads: any; async-signal-safe.
 * Returns: a static text, never NULL; "unknown" for a value outside the list.
 */
ACT_API const char *act_exit_kind_text(act_exit_kind kind);

/* A reason to pass on; its text is not copied here, and may be NULL. */
static inline act_exit_reason act_exit_reason_make(act_exit_kind kind, int32_t code,
                                                   const char *text)
{
    act_exit_reason reason = {kind, code, text};
    return reason;
}

/*
 * Whether an actor that ended so ended as it was meant to: a transient child is then not restarted.
 */
static inline bool act_exit_is_clean(act_exit_reason reason)
{
    return reason.kind == ACT_EXIT_NORMAL || reason.kind == ACT_EXIT_SHUTDOWN;
}

ACT_END_DECLS

#endif
