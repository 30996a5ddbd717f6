/*
 * What an actor can do: spawn, send, ask, link, monitor, exit, name itself, keep time and memory.
 * Public.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_ACTOR_H
#define ACT_ACTOR_ACTOR_H

#include "../mailbox/message/message.h"

ACT_BEGIN_DECLS

typedef struct act_system act_system;

/* The running actor. Valid only inside its own callbacks, on the thread that runs them. */
typedef struct act_self act_self;

struct act_type; /* <mailbox/schema/schema.h> */

/*
 * What an actor does. Static and constant: the runtime keeps the pointer. Callbacks of one actor
 * never run at the same time; what one wrote the next one sees. They must not block (see .blocking
 * below). With types of its own for state and args: <actor/typed_actor.h>.
 *
 * A callback returns, or panics. pthread_exit in it, and pthread_cancel of its thread, end the
 * process with a message that names the actor. Leaving it by longjmp is as wrong and cannot be
 * noticed when it happens, only when the thread next calls act_system_run, _destroy, _ask or _join
 * on main's stack or that of the thread in act_system_run, or runs the simulation that it has left:
 * the process then ends in the same way. A longjmp within the callback is fine where nothing of act
 * is between the two places.
 *
 * After fork() the child has no actors. In it, every call that is given something made before
 * answers ACT_FORKED, or does nothing if it has no result; of a callback that has forked the child
 * calls exec or _exit: when it returns there the process ends with a message. What the child makes
 * itself works. daemon(3) forks: call it before act_system_create.
 */
typedef struct act_behavior {
    const char *name;        /* for people: logs, trees; not NULL */
    size_t      state_bytes; /* of the state block, zeroed, aligned to 16, owned by the runtime;
                                may be 0 */
    size_t      args_bytes;  /* of what spawn copies from its args; pointers inside must stay
                                valid until init */

    /*
     * First callback; may be NULL. ACT_OK: the actor runs. ACT_IGNORE: it ends with
     * ACT_EXIT_NORMAL. Any other result: it ends with ACT_EXIT_ERROR and that result as code. args
     * is NULL if spawn was given NULL.
     */
    act_result (*init)(act_self *self, void *state, const void *args);

    /*
     * One message. The runtime frees it afterwards unless act_take was called. Not NULL.
     */
    void (*receive)(act_self *self, void *state, const act_message *message);

    /*
     * Last callback, before names, timers, I/O and memory are released; may be NULL. Called for
     * every end of an actor whose init had returned ACT_OK, except ACT_EXIT_KILLED. After a panic
     * the state is as the panic left it.
     */
    void (*terminate)(act_self *self, void *state, act_exit_reason reason);

    /*
     * Of what it receives, for people: what is logged of a panic shows the message by it
     * (act_message_print). Or NULL, or one that answers NULL. Of several schemas: ACT_SCHEMAS.
     */
    const struct act_type *(*schema)(void); /* counter_schema */

    /*
     * Of args that own something, as an accepted socket: called with the actor's copy of args if
     * its init is never called, as it was killed or the system stopped before. From the call of
     * init on they are init's, whatever becomes of it; what could not be spawned stays the
     * spawner's, and so does what was spawned with .announce and has not begun
     * (act_started_has_begun). act_supervisor_start_child_args uses it, too, if its template has no
     * args_release. Any thread; must not panic, send or spawn. Or NULL; it needs an init.
     */
    void (*args_release)(void *args);

    void (*act_reserved[3])(void); /* NULL: leave them out. See mailbox/base/types.h. */
} act_behavior;

/*
 * What happens to a message for an actor whose inbox holds inbox_max. Replies and signals are never
 * counted, refused or dropped: as many replies can wait as the actor has asked for.
 */
typedef enum act_inbox_policy {
    ACT_INBOX_REFUSE,      /* act_send answers ACT_FULL; act_tell_value makes it a dead letter */
    ACT_INBOX_DROP_NEWEST, /* the message becomes a dead letter; the sender is not told, an asker
                              is: ACT_FULL */
    ACT_INBOX_DROP_OLDEST  /* the oldest waiting become dead letters when the receiver next
                              looks, an ask with a DOWN, see act_ask; while it does not look, at
                              most 2 * inbox_max wait and the newest are dropped */
} act_inbox_policy;

struct act_lifecycle_options; /* <actor/lifecycle.h> */

/* Copied, as all options are. */
typedef struct act_spawn_options {
    size_t                              size;            /* sizeof(act_spawn_options); set by
                                                            ACT_SPAWN_OPTIONS */
    const char                         *name;            /* registered before init; NULL: none */
    uint32_t                            inbox_max;       /* 0: no bound; fast senders are then
                                                            muted (see act_send) */
    act_inbox_policy                    inbox_policy;    /* only with inbox_max */
    size_t                              arena_bytes_max; /* of act_alloc; 0: no bound */
    uint32_t                            worker;          /* 1 to workers_count: always runs
                                                            there; 0: anywhere. That worker may go
                                                            on as another thread while a handler on
                                                            it is stuck: see <actor/system.h>. */
    bool                                blocking;        /* its callbacks may block: it gets a
                                                            thread of its own while it runs, if one
                                                            of the system's blocking_max is free,
                                                            else it waits for one */
    bool                                announce;        /* the parent gets exactly one
                                                            ACT_MESSAGE_STARTED */
    void                               *kept;            /* what act_kept returns; NULL: none.
                                                            Not owned by the actor. */
    const struct act_lifecycle_options *lifecycle;       /* for authors of supervisors; NULL:
                                                            none */
} act_spawn_options;

/*
 * ACT_SPAWN_OPTIONS(.name = "clock", .inbox_max = 100): a pointer to pass to a spawn. Inside a
 * function it lives as long as the block it stands in: do not return it in a spec.
 */
#define ACT_SPAWN_OPTIONS(...)                                                                     \
    (&(act_spawn_options){.size = sizeof(act_spawn_options), __VA_ARGS__})

/* ---------------------------------------------------------------------------------------- birth */

/**
 * Makes an actor; its init runs soon, as the first thing it does.
 *
 * pid      Set on ACT_OK; may be used at once.
 * args     behavior->args_bytes bytes, copied; may be NULL.
 * options  May be NULL: the defaults.
 *
 * Owns:    the system owns the actor. This actor is its parent.
 * Threads: handler.
 * Order:   what you send to it afterwards arrives after init. If init does not answer ACT_OK those
 *          messages become dead letters.
 * Waits:   never.
 * Returns: ACT_OK; ACT_NO_MEMORY (memory, actors_max or threads); ACT_INVALID (no receive, no name,
 *          args_bytes above 2^29, a worker that is not there, blocking together with worker,
 *          options that this version of act does not know, or a name of a length that act_register
 *          refuses; and see <actor/lifecycle.h>); ACT_EXISTS (the name is taken); ACT_CLOSED (the
 *          system is stopping and this actor is not being stopped in order).
 * See:     samples/01_hello.c
 */
ACT_API ACT_MUST_CHECK act_result act_spawn(act_self *self, act_pid *pid,
                                            const act_behavior *behavior, const void *args,
                                            const act_spawn_options *options) ACT_NONNULL(1, 2, 3);

/**
 * Spawns and links in one step: there is no moment at which the child runs unlinked.
 *
 * As act_spawn otherwise.
 * See:     samples/03_links_and_exits.c
 */
ACT_API ACT_MUST_CHECK act_result act_spawn_link(act_self *self, act_pid *pid,
                                                 const act_behavior *behavior, const void *args,
                                                 const act_spawn_options *options)
    ACT_NONNULL(1, 2, 3);

/**
 * Spawns and monitors in one step.
 *
 * monitor  Set on ACT_OK.
 *
 * As act_spawn otherwise.
 */
ACT_API ACT_MUST_CHECK act_result act_spawn_monitor(act_self *self, act_pid *pid, act_ref *monitor,
                                                    const act_behavior *behavior, const void *args,
                                                    const act_spawn_options *options)
    ACT_NONNULL(1, 2, 3, 4);

/** The actor's own pid. */
ACT_API act_pid act_self_pid(const act_self *self) ACT_NONNULL_ALL;

/** The actor that has spawned it; none if an ordinary thread did. */
ACT_API act_pid act_self_parent(const act_self *self) ACT_NONNULL_ALL;

/** The system it lives in. */
ACT_API act_system *act_self_system(const act_self *self) ACT_NONNULL_ALL;

/**
 * What the spawner gave as .kept, NULL if nothing. For a supervised child: its kept block
 * (supervisor.h).
 */
ACT_API void *act_kept(const act_self *self) ACT_NONNULL_ALL;

/* ------------------------------------------------------------------------------------- messages */

/**
 * Puts a message into another actor's inbox.
 *
 * to       A pid whose actor has exited is allowed and answered with ACT_NO_ACTOR.
 * message  *message is one that you own (from act_message_create or act_take). Not an ask whose
 *          asker still waits, which would not hear of it again: act_forward sends that on, and
 *          act_reply_message answers with it. An asker waits until it has taken a reply in.
 *
 * Owns:    on ACT_OK the receiver owns it and *message is NULL; otherwise it is still yours,
 *          unchanged.
 * Threads: handler.
 * Order:   messages from this actor to `to` arrive in the order sent, or not at all; what you wrote
 *          before sending is visible to the receiver's handler.
 * When:    at once. From the second on in a row to the same actor: before this handler sends,
 *          spawns or signals anything else, and at the latest when it returns. From a blocking
 *          actor: always at once.
 * Waits:   never. If `to` has no inbox_max and is far behind (backlog_max; twice that while its
 *          init or a handler does not return), this actor is muted after its turn, unless it is far
 *          behind itself: its messages wait until `to` has caught up, replies to its asks, too. It
 *          still handles what its own timers send it, ACT_MESSAGE_TIMED_OUT, ACT_MESSAGE_EXIT and
 *          ACT_MESSAGE_DOWN, these two after what the same actor, or one whose handover it has
 *          taken, had sent before; and signals take effect. A sender to an actor that is muted is
 *          muted with it only once more than half of backlog_max wait there; a reply mutes no
 *          sender, nor does what is sent to a thread that waits in act_system_ask or _join. If `to`
 *          handles nothing for 100 ms, because a handler of its is stuck or it waits for its
 *          restart, those it mutes have a turn, and then one each half second at the latest: so
 *          what waits there grows at most by what each sender sends in a turn each half second.
 *          inbox_max bounds it in all.
 * Returns: ACT_OK        queued. No promise that it will be handled: monitor `to` for that.
 *          ACT_FULL      the inbox is at inbox_max and its policy is ACT_INBOX_REFUSE.
 *          ACT_NO_ACTOR  there is no receiver, now or ever again.
 *          ACT_NO_NODE   the receiver's node is not connected.
 *          ACT_INVALID   an ask that waits for its answer.
 * See:     test/actor/delivery/send_test.c, test/actor/delivery/inbox_bound_test.c
 */
ACT_API ACT_MUST_CHECK act_result act_send(act_self *self, act_pid to,
                                           act_message **message) ACT_NONNULL_ALL;

/**
 * Sends a scalar. Nothing to check: what cannot be delivered becomes a dead letter with its reason.
 *
 * tag      1 to ACT_TAG_MAX.
 *
 * Owns:    a resource is moved, or released.
 * Threads: handler.
 * Order:   as act_send.
 */
static inline void act_tell_value(act_self *self, act_pid to, uint32_t tag, act_value value);

/**
 * What act_tell_value calls, and act_tell for what refers to nothing, owns nothing and has up to 16
 * bytes. All of it is in registers, as many as a call passes there on x86-64: the payload is two
 * words, and `head` is act__head_of(tag, kind, bytes_count).
 */
ACT_API void act__tell_words(act_self *self, act_pid to, uint64_t head, uint64_t first,
                             uint64_t second) ACT_NONNULL(1);

static inline uint64_t act__head_of(uint32_t tag, act_value_kind kind, uint32_t bytes_count)
{
    return tag | (uint64_t)kind << 32 | (uint64_t)bytes_count << 40;
}

static inline void act_tell_value(act_self *self, act_pid to, uint32_t tag, act_value value)
{
    act__tell_words(self, to, act__head_of(tag, value.kind, 0), value.as.act_words[0],
                    value.as.act_words[1]);
}

/**
 * Sends a copy of bytes. Nothing to check, as act_tell_value.
 *
 * bytes    bytes_count bytes; may be NULL when that is 0.
 */
ACT_API void act_tell_bytes(act_self *self, act_pid to, uint32_t tag, const void *bytes,
                            size_t bytes_count) ACT_NONNULL(1);

/**
 * Keeps the message that the handler was given, beyond the handler's return. An ask still waits for
 * its answer: keep act_message_asker for act_reply_message, or act_forward it.
 *
 * Owns:    it is yours to send or free. Where the handler may panic meanwhile, keep it in a
 *          variable with __attribute__((cleanup(act_message_free))), which sending sets to NULL; in
 *          the state, free it in an act_defer.
 * Threads: handler; only inside `receive`.
 * Returns: the message, or NULL if it was taken already or is a signal's (EXIT, DOWN, TIMED_OUT,
 *          STARTED, and I/O events belong to the framework: copy what you need). Of a message that
 *          others receive, too (act_tell_all), a copy, with which lives what the handler was given;
 *          NULL if there is no memory for it.
 */
ACT_API act_message *act_take(act_self *self) ACT_NONNULL_ALL;

/**
 * Sends a request and arranges that exactly one answer with this reference comes back: the reply,
 * ACT_MESSAGE_DOWN or ACT_MESSAGE_TIMED_OUT. A request that was taken may be asked on: its own
 * asker is still this actor's to answer, by the act_message_asker that it has kept before.
 *
 * ask      Set on ACT_OK; unique within the life of the system. The answer's `ref`.
 * timeout  1 ms or more, or ACT_FOREVER; from now, on the system's clock.
 *
 * Owns:    as act_send.
 * Threads: handler.
 * Waits:   never; the answer is a later message. A reply after the timeout is dropped and counted.
 *          While this actor is muted, see act_send, a reply waits like other messages: one that has
 *          come in time is handled once it is muted no longer, and no ACT_MESSAGE_TIMED_OUT comes
 *          for it.
 * Retry:   DOWN does not mean "not done": the handler may have ended in the middle, or after the
 *          work and before the reply. act_message_fate says whether it had the request: after
 *          ACT_FATE_UNBEGUN nothing of it was done, nor ever will be, so it may be asked again;
 *          after ACT_FATE_BEGUN, and after TIMED_OUT, only if doing it twice does no harm. A
 *          restart changes nothing in this: an ask is never handed to the next instance. One that
 *          an inbox with ACT_INBOX_DROP_OLDEST drops is answered by a DOWN with ACT_EXIT_ERROR,
 *          code ACT_FULL and ACT_FATE_UNBEGUN.
 * Returns: ACT_OK, also when `to` is gone: ACT_MESSAGE_DOWN then follows; ACT_INVALID (timeout);
 *          ACT_NO_MEMORY; ACT_FULL (the inbox is full, whatever its policy).
 * See:     samples/02_ask_reply.c
 */
ACT_API ACT_MUST_CHECK act_result act_ask_message(act_self *self, act_ref *ask, act_pid to,
                                                  act_message **message,
                                                  act_millis    timeout) ACT_NONNULL_ALL;

/** Asks with a scalar; as act_ask_message, but on failure a resource is still yours. */
ACT_API ACT_MUST_CHECK act_result act_ask_value(act_self *self, act_ref *ask, act_pid to,
                                                uint32_t tag, act_value value,
                                                act_millis timeout) ACT_NONNULL_ALL;

/**
 * Takes an ask back: no answer to it comes any more, one that waits here already is dropped, and a
 * function that was to be called with it (actor/continuation.h) is not. What was asked may be done
 * all the same; act_should_end tells a task that works for it.
 *
 * Threads: handler.
 * Returns: ACT_OK; ACT_NOT_FOUND (its answer has been handled, or it is none of this actor's asks).
 */
ACT_API act_result act_cancel_ask(act_self *self, act_ref ask) ACT_NONNULL_ALL;

/**
 * Sends on a message that was taken, as its sender would have sent it: the receiver sees that
 * sender; none, if it was made here (act_message_create) and never sent. If it is an ask, the
 * receiver's answer goes to the asker, and so does the DOWN when the receiver ends without: this
 * actor has nothing more to do with it, and may end. The asker's timeout goes on. An ask that is
 * over, or a reply, is no ask any more for the receiver.
 *
 * Owns:    as act_send.
 * Threads: handler.
 * Order:   as if this actor had sent it: see act_send.
 * Retry:   the DOWN of an ask that was forwarded never says ACT_FATE_UNBEGUN.
 * Returns: as act_send, without ACT_INVALID; ACT_FULL whatever the receiver's policy is. If it is
 *          not ACT_OK the ask still waits for this actor.
 * See:     test/actor/signal/forward_test.c
 */
ACT_API ACT_MUST_CHECK act_result act_forward(act_self *self, act_pid to,
                                              act_message **message) ACT_NONNULL_ALL;

/* An asker that waits for its answer: copy it to reply after the handler has returned. */
typedef struct act_asker {
    act_pid pid;
    act_ref ask; /* 0: the message was no ask; a reply to it is then refused */
} act_asker;

/** The asker whose message this is. */
static inline act_asker act_message_asker(const act_message *message)
{
    act_asker asker = {act_message_sender(message), message->ref};
    if ((message->ref.value & 1) != 0) /* a timer's, not an ask's */
        asker.ask.value = 0;
    return asker;
}

/**
 * Answers an ask with a message of one's own. Only the first answer counts; the asker drops and
 * counts others.
 *
 * Owns:    as act_send.
 * Threads: handler; any actor may answer, not only the one that was asked.
 * Returns: as act_send, but never ACT_FULL: a reply needs no place; ACT_INVALID if the asker's ask
 *          is 0.
 */
ACT_API ACT_MUST_CHECK act_result act_reply_message(act_self *self, act_asker asker,
                                                    act_message **message) ACT_NONNULL_ALL;

/**
 * Answers an ask without a message: the asker gets the DOWN that it would get if this actor ended
 * now. Needs no memory except for a text, which is lost without; that of the EXIT or DOWN in hand
 * is passed on without any.
 *
 * Threads: handler.
 * Returns: ACT_OK; ACT_NOT_FOUND (it was not this actor that was asked, or the ask is over).
 */
ACT_API act_result act_refuse(act_self *self, act_asker asker, act_exit_reason reason)
    ACT_NONNULL(1);

/**
 * Answers an ask with a scalar, also later and from any actor. Nothing to check, as act_tell_value;
 * an asker whose ask is 0 gets no answer, and is counted: `unasked`.
 *
 * Without memory for the answer the asker hears ACT_MESSAGE_DOWN with ACT_EXIT_ERROR and code
 * ACT_NO_MEMORY, if it is this actor that was asked.
 *
 * Owns:    a resource is moved, or released.
 * Threads: handler.
 */
ACT_API void act_reply_value(act_self *self, act_asker asker, uint32_t tag, act_value value)
    ACT_NONNULL(1);

/** Answers the request in hand: act_reply_value to its asker. */
ACT_API void act_answer_value(act_self *self, const act_message *request, uint32_t tag,
                              act_value value) ACT_NONNULL_ALL;

/* ----------------------------------------------------------------------- links, monitors, exits */

/**
 * Ties the fates of two actors: when one ends the other gets an exit signal. Idempotent.
 *
 * other    If it is gone already an exit signal ACT_EXIT_NO_ACTOR comes from it. Oneself: nothing
 *          happens.
 *
 * Threads: handler.
 * Returns: ACT_OK, ACT_NO_MEMORY.
 * See:     samples/03_links_and_exits.c; the rules of exit signals: README, "Links, monitors and
 *          exits".
 */
ACT_API ACT_MUST_CHECK act_result act_link(act_self *self, act_pid other) ACT_NONNULL_ALL;

/**
 * Unties them: no exit signal of that link takes effect afterwards. Not linked: nothing happens.
 * Never fails.
 */
ACT_API void act_unlink(act_self *self, act_pid other) ACT_NONNULL_ALL;

/**
 * Asks to be told once when `other` ends, whatever the reason. Each call is a monitor of its own.
 *
 * Owns:    the monitor ends with its ACT_MESSAGE_DOWN, at act_demonitor, or with this actor.
 * Retry:   DOWN does not mean that what was sent before is not done, or will not be: it may have
 *          been handled, and what waited may be kept for the next instance, by its supervisor's
 *          .mailbox. act_message_fate says which.
 * Threads: handler.
 * Order:   DOWN arrives after every message `other` had sent to this actor.
 * Returns: ACT_OK, even if `other` is gone: DOWN then follows with ACT_EXIT_NO_ACTOR.
 *          ACT_NO_MEMORY.
 */
ACT_API ACT_MUST_CHECK act_result act_monitor(act_self *self, act_ref *monitor,
                                              act_pid other) ACT_NONNULL_ALL;

/**
 * Ends a monitor or an ask: no DOWN, reply or TIMED_OUT with this reference is received afterwards.
 *
 * monitor  One that has ended already, or was never there: nothing happens.
 *
 * Threads: handler. Never fails.
 */
ACT_API void act_demonitor(act_self *self, act_ref monitor) ACT_NONNULL_ALL;

/**
 * Says whether exit signals reach this actor as messages ACT_MESSAGE_EXIT instead of ending it.
 *
 * Threads: handler.
 * Returns: ACT_OK; ACT_NO_MEMORY (only when turned on).
 */
ACT_API ACT_MUST_CHECK act_result act_trap_exits(act_self *self, bool trap) ACT_NONNULL_ALL;

/**
 * Ends this actor when the running callback returns: the call itself returns, and what stands
 * behind it is still done. To leave the callback here: act_exit_now.
 *
 * Nothing after this call can revoke it; what the callback sends later still goes out. Linked
 * actors get an exit signal, monitors a DOWN, a supervisor applies its restart rule. Of two calls
 * the first wins.
 *
 * reason   The text is copied, up to ACT_EXIT_TEXT_MAX. ACT_EXIT_KILL counts as ACT_EXIT_KILLED.
 * Threads: handler.
 */
ACT_API void act_exit(act_self *self, act_exit_reason reason) ACT_NONNULL_ALL;

/**
 * Ends this actor, as act_exit with ACT_EXIT_NORMAL: its work is done.
 *
 * Threads: handler.
 */
static inline void act_stop(act_self *self)
{
    act_exit(self, act_exit_reason_make(ACT_EXIT_NORMAL, 0, NULL));
}

/**
 * Ends this actor and leaves the running callback: does not return (Erlang's exit/1). Unwinds the
 * callback, running its __attribute__((cleanup)) handlers, as act_panic does; but the actor ends
 * for this reason, which is logged only if that of an act_exit would be, and the message in hand
 * counts as handled. In init: no ACT_MESSAGE_STARTED with its result comes, but one with
 * ACT_CLOSED. In terminate: the callback is left, the reason stays. In a release that comes after
 * the last callback it ends the process, as act_panic does.
 *
 * reason   As of act_exit, of which the first wins; in a clean-up handler that a panic runs, the
 *          panic.
 * Threads: handler.
 */
ACT_API ACT_NORETURN void act_exit_now(act_self *self, act_exit_reason reason) ACT_NONNULL_ALL;

/**
 * Whether the end of this actor is decided: it comes when the running callback returns. True once
 * act_exit or act_stop was called, or act_should_end has found an exit signal; in terminate.
 *
 * Threads: handler.
 */
ACT_API bool act_is_ending(const act_self *self) ACT_NONNULL_ALL;

/**
 * Says whether this actor has been asked to end: what its callbacks have begun is of no use any
 * more, and it ends when this one returns. A callback that takes long, that of a blocking actor or
 * a task above all, asks now and then.
 *
 * True once act_exit was called, or an exit signal has come that ends this actor: from its
 * supervisor, the system's stop when it is this actor's turn, a link, act_exit_other. Of an actor
 * that traps exits: once an ACT_MESSAGE_EXIT of its parent waits for it. Of one that works for an
 * ask, as a task does (act_work_for_ask): soon after that was answered or has timed out, or the
 * asker has ended.
 *
 * Threads: handler; in any callback.
 * Waits:   never. A relaxed load, unless signals have come since.
 * See:     test/actor/signal/should_end_test.c
 */
ACT_API bool act_should_end(act_self *self) ACT_NONNULL_ALL;

/**
 * Sends an exit signal, as if a linked actor had ended so, except: ACT_EXIT_KILL cannot be trapped,
 * and ACT_EXIT_NORMAL sent to oneself ends one that does not trap.
 *
 * Threads: handler.
 * Order:   as act_send; but the two that never fail for lack of memory, below, may arrive before
 *          messages that were sent before them (a kill) and after messages that were sent after
 *          them (both).
 * Returns: ACT_OK, also when `other` is gone. ACT_NO_MEMORY; never for ACT_EXIT_KILL without code
 *          and text, nor for a parent that sends its child ACT_EXIT_SHUTDOWN without code and text.
 */
ACT_API ACT_MUST_CHECK act_result act_exit_other(act_self *self, act_pid other,
                                                 act_exit_reason reason) ACT_NONNULL_ALL;

/**
 * Fails at once: does not return. Unwinds the callback, running its __attribute__((cleanup))
 * handlers, and ends this actor with ACT_EXIT_PANIC and the text "file:line: ...".
 *
 * Code between the callback and the panic must be compiled with -fexceptions (act.pc sets it). In
 * C++ destructors run, too, and a `catch (...)` is entered, but left only by unwinding further.
 * Threads: handler.
 */
#define act_panic(self, ...) act__panic_at((self), __FILE__, __LINE__, __VA_ARGS__)
ACT_API ACT_NORETURN void act__panic_at(act_self *self, const char *file, int line,
                                        const char *format, ...) ACT_PRINTF(4, 5)
    ACT_NONNULL(1, 2, 4);

/* ---------------------------------------------------------------------------------------- names */

/* The longest name, its final NUL included. */
#define ACT_NAME_MAX 64

/**
 * Gives this actor a name, for as long as it lives. An actor may have several. (One from .name
 * stays with its handover.)
 *
 * name     1 to ACT_NAME_MAX - 1 bytes; copied.
 *
 * Threads: handler.
 * Order:   released before links and monitors hear of the end: after a DOWN the name can be taken.
 * Returns: ACT_OK, ACT_EXISTS, ACT_INVALID (length), ACT_NO_MEMORY.
 */
ACT_API ACT_MUST_CHECK act_result act_register(act_self *self, const char *name) ACT_NONNULL_ALL;

/**
 * Gives up a name of this actor.
 *
 * Threads: handler.
 * Returns: ACT_OK, ACT_NOT_FOUND (not a name of this actor).
 */
ACT_API act_result act_unregister(act_self *self, const char *name) ACT_NONNULL_ALL;

/**
 * Looks a name up.
 *
 * Threads: any.
 * Returns: ACT_OK (the actor may still end before you use the pid), ACT_NOT_FOUND.
 */
ACT_API ACT_MUST_CHECK act_result act_whereis(act_system *system, act_pid *pid,
                                              const char *name) ACT_NONNULL_ALL;

/**
 * Sends to the actor that has a name. A name that stays while its actor is restarted (see
 * act_handover) is never without one to send to, so nothing is lost between the two.
 *
 * Owns, Threads, Order, Waits: as act_send.
 * Returns: ACT_NOT_FOUND (no actor has it), and all of act_send.
 */
ACT_API ACT_MUST_CHECK act_result act_send_name(act_self *self, const char *name,
                                                act_message **message) ACT_NONNULL_ALL;

/**
 * Asks the actor that has a name, as act_ask_message. One that is restarted answers once it runs;
 * if its init fails there is a DOWN, with ACT_FATE_UNBEGUN.
 *
 * Returns: ACT_NOT_FOUND (no actor has it), and all of act_ask_message.
 */
ACT_API ACT_MUST_CHECK act_result act_ask_name_message(act_self *self, act_ref *ask,
                                                       const char *name, act_message **message,
                                                       act_millis timeout) ACT_NONNULL_ALL;

/* ----------------------------------------------------------------------------- time, randomness */

/**
 * The system's monotonic clock in milliseconds; virtual in a simulation. Stands still in a
 * callback. Threads: handler.
 */
ACT_API act_millis act_now(const act_self *self) ACT_NONNULL_ALL;

/** 64 random bits; from the seed in a simulation. Not for secrets. Threads: handler. */
ACT_API uint64_t act_random(act_self *self) ACT_NONNULL_ALL;

/**
 * Sends a message later. The timer ends with this actor.
 *
 * timer    Set on ACT_OK; the `ref` of the message if it goes to this actor itself.
 * delay    0 to 2^40 ms. Never early; late by at most 1 ms plus what the workers are busy.
 *
 * Owns:    as act_send; the message is freed if the timer is cancelled or this actor ends.
 * Threads: handler.
 * Order:   timers of one actor that are due in the same millisecond fire in the order they were
 *          armed, unless it was moved to another worker in between: each worker has its own
 *          clockwork.
 * Returns: ACT_OK, ACT_NO_MEMORY, ACT_INVALID (delay), ACT_NO_NODE (as act_send). Whether `to`
 *          lives is decided when it fires: what is not received then is a dead letter.
 */
ACT_API ACT_MUST_CHECK act_result act_send_after(act_self *self, act_ref *timer, act_pid to,
                                                 act_message **message,
                                                 act_millis    delay) ACT_NONNULL_ALL;

/** Sends a scalar later; as act_send_after, but on failure a resource is still yours. */
ACT_API ACT_MUST_CHECK act_result act_tell_after_value(act_self *self, act_ref *timer, act_pid to,
                                                       uint32_t tag, act_value value,
                                                       act_millis delay) ACT_NONNULL_ALL;

/**
 * Sends a scalar again and again: a tick each `period`, until the timer is cancelled or this actor
 * ends.
 *
 * It does not drift: ticks are due at whole multiples of `period` after this call. At most one to
 * this actor itself waits at a time: those that fall due before it was handled are left out, and so
 * is what a worker was too busy for; act_now tells how many. A tick to itself takes no room under
 * inbox_max, needs no memory, and cannot be lost or taken (act_take answers NULL). To another actor
 * each is a message of its own, sent as by act_tell_value: what cannot be sent, for want of memory
 * too, is a dead letter, and the next comes all the same.
 *
 * timer    Set on ACT_OK; the `ref` of each tick if it goes to this actor itself.
 * value    No resource.
 * period   1 ms to 2^40 ms. Each is as punctual as act_send_after.
 *
 * Threads: handler.
 * Returns: ACT_OK, ACT_NO_MEMORY, ACT_INVALID (period, tag, or a resource), ACT_NO_NODE (as
 *          act_send).
 * See:     samples/11_timers.c
 */
ACT_API ACT_MUST_CHECK act_result act_every_value(act_self *self, act_ref *timer, act_pid to,
                                                  uint32_t tag, act_value value,
                                                  act_millis period) ACT_NONNULL_ALL;

/**
 * Stops a timer of this actor. Of one that sends again and again also a tick that waits here: none
 * is received afterwards.
 *
 * Threads: handler.
 * Returns: ACT_OK (its message will not be sent), ACT_NOT_FOUND (fired, cancelled, or not this
 *          actor's).
 */
ACT_API act_result act_cancel_timer(act_self *self, act_ref timer) ACT_NONNULL_ALL;

/* --------------------------------------------------------------------------------------- memory */

/**
 * Memory until this actor ends, zeroed, aligned to 16. It cannot be given back before.
 *
 * Threads: handler.
 * Returns: NULL if there is none, or at arena_bytes_max.
 */
ACT_API void *act_alloc(act_self *self, size_t bytes) ACT_NONNULL_ALL;

/**
 * Memory until the callback returns, not zeroed, aligned to 16.
 *
 * Threads: handler.
 * Returns: NULL if there is none.
 */
ACT_API void *act_scratch(act_self *self, size_t bytes) ACT_NONNULL_ALL;

/**
 * Registers a clean-up that runs when this actor ends, however it ends; last registered, first run.
 *
 * clean_up  Must not panic, send or spawn. Runs after terminate, before links and monitors hear of
 *           the end.
 *
 * Threads: handler.
 * Returns: ACT_OK, ACT_NO_MEMORY (then it is not registered).
 */
ACT_API ACT_MUST_CHECK act_result act_defer(act_self *self, void (*clean_up)(void *argument),
                                            void     *argument) ACT_NONNULL(1, 2);

ACT_END_DECLS

#endif
