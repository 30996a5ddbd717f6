/* Supervisors: actors that start, watch, restart and stop other actors. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_SUPERVISOR_SUPERVISOR_H
#define ACT_SUPERVISOR_SUPERVISOR_H

#include "../actor/lifecycle.h"

ACT_BEGIN_DECLS

/*
 * The rules are those of Erlang/OTP's supervisor; where this page is silent, OTP's manual holds.
 *
 * A supervisor takes one step for each message it gets and never waits inside one: while a child
 * starts or stops it still hears all others. It is told to stop by an exit signal from its parent,
 * or from none (act_system_exit_actor, act_system_stop), also while it is starting; exit signals
 * from others are ignored, and messages that are none of its calls are counted and logged
 * (act_unknown).
 *
 * Its end, whatever the way: told to stop, it stops its children in reverse order and ends with the
 * reason it was given. Killed, it kills its workers, those that trap exits too, and makes the
 * supervisors below it stop their children in order; all that at the same time, and it ends when
 * they have: as late as the last of their handlers returns. In no case is a child left behind,
 * except one that has unlinked itself from its supervisor.
 *
 * A new instance of a child never meets the old one, nor any of those that were below that: when a
 * supervisor is started again, or its DOWN or the end of act_system_join has come, the names,
 * sockets and kept blocks of its whole tree are free. (A child that has unlinked itself excepted,
 * again.)
 */

/* What is restarted when a child ends that has to be restarted. */
typedef enum act_strategy {
    ACT_STRATEGY_ONE_FOR_ONE,        /* that child */
    ACT_STRATEGY_ONE_FOR_ALL,        /* all children */
    ACT_STRATEGY_REST_FOR_ONE,       /* that child and those after it in start order */
    ACT_STRATEGY_SIMPLE_ONE_FOR_ONE, /* that child; all children are made from one template, see
                                        start_child_args */
    ACT_STRATEGY_DYNAMIC             /* that child; all children come at run time, each with a spec
                                        of its own, see start_child */
} act_strategy;

/*
 * With dynamic, as with Elixir's DynamicSupervisor, no spec is kept of a child that is gone for
 * good: one that has ended and is not restarted, could not be started, or was terminated. There can
 * be any number, or children_max; starting, finding and removing one takes constant time. When the
 * supervisor stops they are all told to at once, and each is killed when its own .shutdown is over.
 */

/*
 * Where several are restarted, the others of them are stopped first, in reverse start order, as
 * when the supervisor stops; then all are started in start order, each when init of the one before
 * has returned. Those that were not running are started, too; temporary ones are stopped and
 * dropped. It counts as one restart. If one cannot be started, that is tried again through a
 * message of the supervisor to itself, and counts as the next restart: of that child, by the same
 * rule. Meanwhile start_child and its like wait; being told to stop does not.
 */

/*
 * Whether the supervisor ends, with ACT_EXIT_SHUTDOWN, when significant children have ended by
 * themselves.
 */
typedef enum act_auto_shutdown {
    ACT_AUTO_SHUTDOWN_NEVER,           /* significant children are refused */
    ACT_AUTO_SHUTDOWN_ANY_SIGNIFICANT, /* with the first of them */
    ACT_AUTO_SHUTDOWN_ALL_SIGNIFICANT  /* with the last */
} act_auto_shutdown;

/*
 * How long a restart waits: min, then twice as long each time, up to max. A child that has run for
 * reset_after, or longer, begins with min again. With one_for_one each child has its own delay;
 * with the other strategies there is one for the supervisor: the group is stopped at once, and
 * started when the delay is over. Failed attempts wait, too. Restarts count towards the intensity
 * as they happen, so an intensity that is to be reached needs a period longer than its delays.
 * Without memory for the timer the restart does not wait.
 */
typedef struct act_backoff {
    act_millis min, max;    /* 0 and 0: no delay, as in OTP; else from 1 ms on, and max at least
                               min */
    double     jitter;      /* 0 to 1: the part of each delay that is random, so that not all try
                               at the same moment */
    act_millis reset_after; /* 0: (min + max) / 2 */
} act_backoff;

/* Whether a child that has ended is started again. */
typedef enum act_restart {
    ACT_RESTART_PERMANENT, /* always */
    ACT_RESTART_TRANSIENT, /* only after a failure: anything but ACT_EXIT_NORMAL and
                              ACT_EXIT_SHUTDOWN */
    ACT_RESTART_TEMPORARY  /* never; its spec is dropped when it ends */
} act_restart;

/*
 * What becomes of the messages that wait for a child while it is restarted, alone or with its
 * group. Its name, if options gives it one, stays with it: what is sent to that meanwhile waits in
 * any case, within inbox_max, and so does what is sent to the pid that the name then leads to,
 * which will be the new instance's. Asks that waited have been answered with DOWN. So with KEEP and
 * REDELIVER a DOWN does not mean "not done": a message that is no ask may be handled after it, by
 * the next instance (act_message_fate tells a monitor of that: ACT_FATE_KEPT), and of an ask the
 * handler may have ended in the middle (ACT_FATE_BEGUN). What the child had sent to itself, its
 * timers' messages included, has ended with it. Not for a supervisor: it comes back with an empty
 * inbox.
 */
typedef enum act_mailbox {
    ACT_MAILBOX_KEEP,     /* they are the new instance's, in their order. One whose handler has
                             panicked is not: it becomes a dead letter, with ACT_PANICKED. */
    ACT_MAILBOX_DROP,     /* they become dead letters */
    ACT_MAILBOX_REDELIVER /* as KEEP, but the one whose handler has panicked comes first, up to
                             redeliver_max times */
} act_mailbox;

typedef enum act_child_type {
    ACT_CHILD_WORKER,
    ACT_CHILD_SUPERVISOR /* start a supervisor with act_supervisor_child, which sets this */
} act_child_type;

/* .shutdown values besides a time of 1 ms or more. */
#define ACT_SHUTDOWN_DEFAULT ((act_millis)0)  /* 5 s for a worker, ACT_FOREVER for a supervisor */
#define ACT_SHUTDOWN_KILL    ((act_millis)-2) /* kill at once */

/* The longest child id, its final NUL included. */
#define ACT_CHILD_ID_MAX 64

/*
 * One child. Copied, with its id, its args (behavior->args_bytes) and its options, when the
 * supervisor takes it; behavior and what args point to must stay valid as long as the supervisor
 * keeps the spec, and until the last instance has ended.
 */
typedef struct act_child_spec {
    /*
     * 1 to ACT_CHILD_ID_MAX - 1 bytes, unique among the supervisor's children. NULL, only in
     * start_child: the name that options give it; without one it has no id, which only dynamic
     * allows.
     */
    const char         *id;
    const act_behavior *behavior;
    const void         *args; /* may be NULL */
    /*
     * May be NULL. Called once when the spec has been dropped and its last instance has ended: the
     * place to free what args refer to. With the supervisor's copy of args, or with args itself if
     * none could be made; never if args is NULL. Of a template also with args of
     * act_supervisor_start_child_args that no init was called with: see there. Any thread. Must not
     * panic, send, spawn or take an act_tree.
     */
    void (*args_release)(void *args);
    act_restart              restart;
    bool                     significant; /* see act_auto_shutdown; not with permanent */
    act_millis               shutdown;    /* how long a child may take to end when told to,
                                             before it is killed */
    act_child_type           type;
    /*
     * Spawn options of the child; NULL: the defaults. announce, kept and lifecycle are the
     * supervisor's and ignored, except that lifecycle's on_end must be NULL.
     */
    const act_spawn_options *options;
    act_mailbox              mailbox;
    uint32_t                 redeliver_max; /* with ACT_MAILBOX_REDELIVER 1 to ACT_REDELIVER_MAX,
                                               else 0 */

    /*
     * A kept block: memory that belongs to the supervisor and outlives the child's instances.
     * Zeroed when the spec is taken; every instance gets the same block from act_kept().
     * kept_release, if any, is called with it once, as args_release and before it; also if no
     * instance ever ran: all is zero then.
     *
     * Promised: no two instances have it at the same time; a new instance sees all that the old one
     * wrote; it survives any exit of the child, a panic or kill included. Not promised: that what
     * is in it is consistent. A panic leaves it as it was at that instruction, so change it in a
     * last, short step that cannot fail, or repair it in init. It does not survive the supervisor,
     * except for an instance that is still ending: that one has it to its last clean-up.
     */
    size_t kept_bytes; /* 0: none */
    void (*kept_release)(void *kept);

    const void *act_reserved[6]; /* NULL: leave them out. See mailbox/base/types.h. */
} act_child_spec;

typedef struct act_supervisor_spec {
    act_strategy          strategy;
    uint32_t              intensity; /* more restarts than this within period: stop all children,
                                        then itself */
    act_millis            period;    /* 1 ms or more; 0 stands for 5 s */
    /*
     * Started in this order, stopped in reverse. With simple_one_for_one one, the template, which
     * is not started; with dynamic none.
     */
    const act_child_spec *children;
    size_t                children_count;
    act_auto_shutdown     auto_shutdown;
    act_backoff           backoff;
    size_t                children_max;    /* of children, and tasks, at the same time: one more is
                                              answered ACT_FULL; 0: no limit */
    const void           *act_reserved[5]; /* NULL: leave them out. See mailbox/base/types.h. */
} act_supervisor_spec;

/*
 * What OTP uses by default is intensity 1 in 5 s. A zeroed spec has intensity 0: the first failure
 * escalates.
 */
#define ACT_INTENSITY_DEFAULT 1

/**
 * Tells whether a specification could be started, without starting anything.
 *
 * complaint      May be NULL. Where an English sentence naming the field and the child is written
 *                on ACT_INVALID; "" otherwise. Cut at complaint_bytes.
 *
 * Threads: any; pure.
 * Returns: ACT_OK, ACT_INVALID.
 */
ACT_API act_result act_supervisor_check(const act_supervisor_spec *spec, char *complaint,
                                        size_t complaint_bytes) ACT_NONNULL(1);

/**
 * Starts a supervisor linked to this actor. It traps exits and starts its children one after the
 * other, each when the one before has returned from init.
 *
 * options  May be NULL. With .announce this actor gets ACT_MESSAGE_STARTED when all children run;
 *          its value is ACT_OK, or the reason's code if one could not be started (those started
 *          before are then stopped in reverse, and the supervisor ends with that reason), or
 *          ACT_CLOSED if the reason has no code or the supervisor was told to stop. inbox_max must
 *          be 0; of its lifecycle on_end must be NULL, and handover, if any, ACT_HANDOVER_DROP.
 *          kept is ignored.
 *
 * Owns:    the spec is copied; on failure no args_release or kept_release is called.
 * Threads: handler.
 * Order:   which_children and count_children are answered at once; start_child and terminate_child
 *          when all children run.
 * Returns: ACT_OK, ACT_INVALID (the options, or see act_supervisor_check), and all of act_spawn.
 */
ACT_API ACT_MUST_CHECK act_result act_supervisor_spawn_link(act_self *self, act_pid *supervisor,
                                                            const act_supervisor_spec *spec,
                                                            const act_spawn_options   *options)
    ACT_NONNULL(1, 2, 3);

/** Starts a supervisor from an ordinary thread: the root of a tree. As above, linked to none. */
ACT_API ACT_MUST_CHECK act_result act_system_spawn_supervisor(act_system                *system,
                                                              act_pid                   *supervisor,
                                                              const act_supervisor_spec *spec,
                                                              const act_spawn_options   *options)
    ACT_NONNULL(1, 2, 3);

/**
 * Makes a child spec that starts a supervisor, for trees: restart permanent, shutdown ACT_FOREVER,
 * type supervisor; change what you want afterwards, except behavior and args.
 *
 * Owns:    args are *spec itself. The struct is copied when the parent takes the child spec; its
 *          children, and what these point to, must stay valid as long as the parent keeps the
 *          child. args_release, if you set it, gets the parent's copy, an act_supervisor_spec, and
 *          not `spec`: what its .children point to is the place to begin.
 * Threads: any.
 */
ACT_API act_child_spec act_supervisor_child(const char                *id,
                                            const act_supervisor_spec *spec) ACT_NONNULL_ALL;

/* -------------------------------------------------------------------------- asking a supervisor */

/*
 * The calls below are asks: they return at once, and the answer is a message with the ask's ref:
 * tag ACT_MESSAGE_SUPERVISOR_ANSWER, read with act_supervisor_answer_read, or DOWN or TIMED_OUT.
 * All are for handlers and return ACT_OK, ACT_INVALID, ACT_NO_MEMORY. A supervisor needs no memory
 * to answer. One that is stopping answers those that change something with ACT_CLOSED. Calls for a
 * child that is just being stopped wait until that is done. One whose strategy is
 * simple_one_for_one answers ACT_INVALID to calls with an id or a spec: its children have no ids.
 */
#define ACT_MESSAGE_SUPERVISOR_ANSWER UINT32_C(0xFFFFFF10)

typedef struct act_supervisor_answer {
    act_result result; /* of the call, listed at each */
    act_pid    child;  /* start_child, restart_child: the new child; of ACT_EXISTS: the one that
                          runs, or has the name */
    uint32_t   specs_count, active_count, supervisors_count, workers_count; /* count_children */
    /* count_children: since the supervisor started, failed attempts included */
    uint32_t   restarts_count;
} act_supervisor_answer;

/* One row of which_children. */
typedef struct act_child_info {
    char           id[ACT_CHILD_ID_MAX]; /* "": it has none */
    act_pid        pid;                  /* none: not running */
    act_child_type type;
    act_restart    restart;
    bool           significant;
    bool           is_restarting; /* or waits to be */
    act_millis     shutdown;      /* what holds: never ACT_SHUTDOWN_DEFAULT */
    uint32_t       restarts_count;
    const char    *behavior_name;
} act_child_info;

/**
 * Adds a child and starts it.
 *
 * Owns:    spec and its args are copied. args_release is called in each case, once: when the child
 *          is gone for good, and also if it is not taken, the supervisor has ended, or this call
 *          fails.
 * Order:   children start beside each other; one whose id is just being stopped starts when that is
 *          done.
 * Answer:  ACT_OK (child set); ACT_IGNORE (init ignored; the spec is kept, unless temporary or
 *          dynamic); ACT_EXISTS (already started: child is its pid; already present, or about to be
 *          restarted: child is none; another actor has the name: child is its pid); ACT_FULL
 *          (children_max); or what init or the spawn answered, or ACT_CLOSED if it ended before
 *          answering: the spec is then dropped. ACT_INVALID: significant, where auto_shutdown is
 *          never; without an id, where the strategy is not dynamic.
 * Returns: ACT_INVALID: the timeout, or the spec (act_supervisor_check says why).
 * See:     samples/07_dynamic_children.c
 */
ACT_API ACT_MUST_CHECK act_result act_supervisor_start_child(act_self *self, act_ref *ask,
                                                             act_pid               supervisor,
                                                             const act_child_spec *spec,
                                                             act_millis timeout) ACT_NONNULL_ALL;

/**
 * Adds a child to a supervisor whose strategy is simple_one_for_one: one made from its template,
 * without an id. There can be any number; starting, finding and removing one takes constant time.
 * When the supervisor stops they are all told to at once, and killed when the template's .shutdown
 * is over.
 *
 * args       Copied; args_bytes must be args_bytes of the template's behaviour. NULL, with 0: the
 *            template's args.
 *
 * Owns:    what args refer to belongs, after ACT_OK, to the child as soon as its init is called,
 *          whatever init does: it frees it, in an act_defer. If init is never called, as the child
 *          could not be spawned, was stopped before, or the supervisor stops or is full
 *          (ACT_NO_MEMORY, ACT_CLOSED, ACT_FULL), the template's args_release, or its behavior's if
 *          that is NULL, is called with the supervisor's copy of args.
 *          It stays the caller's where this call does not return ACT_OK, where the answer is
 *          ACT_INVALID, and where it is an ACT_MESSAGE_DOWN with ACT_FATE_UNBEGUN: the supervisor
 *          has never seen it. So give ACT_FOREVER if args own something: after
 *          ACT_MESSAGE_TIMED_OUT this is not told. The template's own args are for all:
 *          args_release is called with them when the supervisor and all these children are gone.
 * Answer:  as start_child, but never ACT_EXISTS unless for a name; ACT_INVALID: another strategy,
 *          or args_bytes; ACT_NO_MEMORY; ACT_FULL (children_max). ACT_IGNORE: the child is dropped.
 * Returns: ACT_INVALID: the timeout, args_bytes above 2^29, or either of args and args_bytes
 *          without the other.
 */
ACT_API ACT_MUST_CHECK act_result
act_supervisor_start_child_args(act_self *self, act_ref *ask, act_pid supervisor, const void *args,
                                size_t args_bytes, act_millis timeout) ACT_NONNULL(1, 2);

/**
 * Stops and drops a child of a supervisor whose strategy is simple_one_for_one or dynamic.
 *
 * child  That of its last instance, if it waits to be restarted.
 *
 * Answer:  ACT_OK when it is gone; ACT_NOT_FOUND; ACT_INVALID: another strategy.
 */
ACT_API ACT_MUST_CHECK act_result act_supervisor_terminate_child_pid(act_self *self, act_ref *ask,
                                                                     act_pid    supervisor,
                                                                     act_pid    child,
                                                                     act_millis timeout)
    ACT_NONNULL(1, 2);

/**
 * Stops a child and keeps its spec (drops a temporary one, and with dynamic any). One that is still
 * starting is stopped too; its start_child is answered with ACT_CLOSED if init had not run. One
 * that waits to be restarted is not; where others have been stopped for its sake they are started
 * without it.
 *
 * Answer:  ACT_OK when it is gone, also if it was not running; ACT_NOT_FOUND.
 */
ACT_API ACT_MUST_CHECK act_result
act_supervisor_terminate_child(act_self *self, act_ref *ask, act_pid supervisor, const char *id,
                               act_millis timeout) ACT_NONNULL_ALL;

/**
 * Starts a child again that was stopped with terminate_child, or has ended and is not restarted by
 * itself.
 *
 * Answer:  ACT_OK (child set); ACT_IGNORE (init ignored); ACT_NOT_FOUND; ACT_EXISTS (it runs: child
 *          is its pid; it is about to be restarted: child is none); or what init or the spawn
 *          answered, or ACT_CLOSED if it ended before answering. In each case the spec is kept.
 */
ACT_API ACT_MUST_CHECK act_result act_supervisor_restart_child(act_self *self, act_ref *ask,
                                                               act_pid supervisor, const char *id,
                                                               act_millis timeout) ACT_NONNULL_ALL;

/**
 * Drops the spec of a child that does not run.
 *
 * Answer:  ACT_OK; ACT_NOT_FOUND; ACT_EXISTS (it runs: child is its pid; it is about to be
 *          restarted: child is none).
 */
ACT_API ACT_MUST_CHECK act_result act_supervisor_delete_child(act_self *self, act_ref *ask,
                                                              act_pid supervisor, const char *id,
                                                              act_millis timeout) ACT_NONNULL_ALL;

/**
 * Asks for one child.
 *
 * Answer:  ACT_OK and its row, read with act_supervisor_children_read; ACT_NOT_FOUND; ACT_NO_MEMORY
 *          (for the row).
 */
ACT_API ACT_MUST_CHECK act_result act_supervisor_get_childspec(act_self *self, act_ref *ask,
                                                               act_pid supervisor, const char *id,
                                                               act_millis timeout) ACT_NONNULL_ALL;

/** Asks how many children there are. Answer: ACT_OK and the counts. */
ACT_API ACT_MUST_CHECK act_result act_supervisor_count_children(act_self *self, act_ref *ask,
                                                                act_pid    supervisor,
                                                                act_millis timeout) ACT_NONNULL_ALL;

/**
 * Asks for the children, in start order.
 *
 * Answer:  ACT_OK and rows, read with act_supervisor_children_read; ACT_NO_MEMORY (for the rows).
 */
ACT_API ACT_MUST_CHECK act_result act_supervisor_which_children(act_self *self, act_ref *ask,
                                                                act_pid    supervisor,
                                                                act_millis timeout) ACT_NONNULL_ALL;

/* --------------------------------------------------------------------------------------- events */

/* What a supervisor tells its subscribers, in the order in which it happens. */
#define ACT_MESSAGE_SUPERVISION_EVENT UINT32_C(0xFFFFFF1F)

typedef enum act_supervision {
    ACT_SUPERVISION_STARTED, /* a child's init has returned ACT_OK */
    ACT_SUPERVISION_ENDED,   /* a child has ended, or could not start, whatever the reason */
    ACT_SUPERVISION_WAITS,   /* a child's restart, or its group's, waits */
    ACT_SUPERVISION_STOPS    /* the supervisor stops its children and then itself: the last but
                                for their ends */
} act_supervision;

typedef struct act_supervision_event {
    act_supervision what;
    char            id[ACT_CHILD_ID_MAX]; /* of the child; "" if it has none, and of STOPS */
    act_pid         child;                /* of STARTED and ENDED; none if it could not be
                                             spawned */
    act_exit_kind   kind;                 /* of ENDED and STOPS: why; too many restarts are a
                                             shutdown */
    int32_t         code;
    act_millis      delay;          /* of WAITS */
    act_millis      at;             /* on the system's clock */
    uint32_t        restarts_count; /* of the child, so far; of STOPS: of all */
    uint32_t        missed_count;   /* since the last: not told for want of memory, or of room in
                                       the inbox */
} act_supervision_event;

/**
 * Subscribes this actor to the events of a supervisor, until it unsubscribes or one of both ends.
 *
 * It should keep up: a supervisor is a sender like others, so an actor without inbox_max that is
 * far behind mutes it.
 *
 * Answer:  ACT_OK; ACT_EXISTS (it has already); ACT_NO_MEMORY.
 */
ACT_API ACT_MUST_CHECK act_result act_supervisor_subscribe(act_self *self, act_ref *ask,
                                                           act_pid    supervisor,
                                                           act_millis timeout) ACT_NONNULL_ALL;

/** Ends that. Answer: ACT_OK: no event comes after it; ACT_NOT_FOUND. */
ACT_API ACT_MUST_CHECK act_result act_supervisor_unsubscribe(act_self *self, act_ref *ask,
                                                             act_pid    supervisor,
                                                             act_millis timeout) ACT_NONNULL_ALL;

/** Reads an ACT_MESSAGE_SUPERVISION_EVENT. Returns: ACT_OK, ACT_MALFORMED (another message). */
ACT_API ACT_MUST_CHECK act_result act_supervision_event_read(
    const act_message *message, act_supervision_event *event) ACT_NONNULL_ALL;

/* -------------------------------------------------------------------------------------- answers */

/** Reads an ACT_MESSAGE_SUPERVISOR_ANSWER. Returns: ACT_OK, ACT_MALFORMED (another message). */
ACT_API ACT_MUST_CHECK act_result act_supervisor_answer_read(
    const act_message *message, act_supervisor_answer *answer) ACT_NONNULL_ALL;

/**
 * The rows in an answer to which_children or get_childspec, valid as long as it. Returns: NULL if
 * it has none.
 */
ACT_API const act_child_info *act_supervisor_children_read(const act_message *message,
                                                           size_t *count) ACT_NONNULL_ALL;

ACT_END_DECLS

#endif
