/*
 * What an actor needs that looks after others, besides links and monitors: for authors of
 * supervisors. Public.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_LIFECYCLE_H
#define ACT_ACTOR_LIFECYCLE_H

#include "system.h"

ACT_BEGIN_DECLS

/*
 * Whether an actor leaves its handover to another when it ends: its inbox and its name. The
 * handover has the pid of the actor that will take it (.takes_over). Until then whatever is sent to
 * that pid, or to the name, waits, within inbox_max; asks, links and monitors wait, too. For
 * what restarts actors; supervisors do this for their children.
 */
typedef enum act_handover {
    ACT_HANDOVER_NONE,     /* what waits becomes dead letters, and the name is free */
    ACT_HANDOVER_KEEP,     /* what waits is for the actor that takes over, in its order and before
                              what comes later */
    ACT_HANDOVER_DROP,     /* what waits becomes dead letters; what comes later is for the actor
                              that takes over */
    ACT_HANDOVER_REDELIVER /* as KEEP, and first the message whose handler has panicked, up to
                              redeliver_max times; then it becomes a dead letter, with ACT_PANICKED
                              */
} act_handover;
/*
 * What cannot be meant for another is not kept: replies, what came of signals, what the actor had
 * sent to itself (the messages of its timers included), and asks, whose askers get the DOWN of the
 * actor that has ended. A message that its handler had taken is not redelivered.
 *
 * To others those that take over one from the other are as one sender: what one of them has
 * sent arrives before what the next sends.
 */

#define ACT_REDELIVER_MAX 1000000u

/*
 * What is to be called when an actor has ended. In memory of yours, which must be there until it
 * has been called.
 */
typedef struct act_on_end {
    struct act_on_end *act_next;
    void (*run)(void *context);
    void       *context;
    const char *label; /* of an on_end: what logs call an actor that has no name; valid until run
                          returns. NULL: nothing. */
} act_on_end;

/* What else a spawn can say, for ACT_SPAWN_OPTIONS(.lifecycle = ACT_LIFECYCLE_OPTIONS(...)). */
typedef struct act_lifecycle_options {
    size_t       size;             /* sizeof(act_lifecycle_options); set by ACT_LIFECYCLE_OPTIONS */
    bool         ends_with_parent; /* an exit signal of the link to its parent ends it, even if
                                      it traps exits */
    act_handover handover;         /* that it leaves */
    uint32_t     redeliver_max;    /* with ACT_HANDOVER_REDELIVER 1 to ACT_REDELIVER_MAX, else 0 */
    act_pid      takes_over;       /* from act_handover_of: *pid will be this; none: no
                                      handover. Name, bound and policies should be those of the
                                      actor that has left it. */
    /*
     * May be NULL. Called once for an actor that could be spawned, when it has ended: as an
     * act_defer registered before init, so after all others, and also if init never came to run. It
     * may free its own memory.
     */
    act_on_end  *on_end;
    bool         rests; /* with neither init nor terminate, args nor .announce it has no first turn:
                           it runs when something is sent to it. Else nothing. */
    uint8_t      act_unused[7]; /* zero */
} act_lifecycle_options;

/*
 * Where they are wrong, or not known to this version of act, the spawn answers ACT_INVALID; where
 * the handover is no more, ACT_NO_ACTOR.
 */
#define ACT_LIFECYCLE_OPTIONS(...)                                                                 \
    (&(act_lifecycle_options){.size = sizeof(act_lifecycle_options), __VA_ARGS__})

/**
 * Finds the handover that an actor has left.
 *
 * Threads: any.
 * Order:   it is there before links and monitors hear of the end.
 * Returns: ACT_OK; ACT_EXISTS (the actor has not ended yet); ACT_NO_ACTOR (it has left none, or it
 *          is taken or given up).
 */
ACT_API ACT_MUST_CHECK act_result act_handover_of(act_system *system, act_pid ended,
                                                  act_pid *handover) ACT_NONNULL_ALL;

/**
 * Abandons a handover: what waits in it becomes dead letters, and its name is free. A caller
 * that has had ACT_OK from act_handover_of must come to this or to a spawn: until then the
 * handover takes memory.
 *
 * pid      The handover, or the actor that leaves it: one that still lives will leave none.
 *          Another: nothing happens.
 *
 * Threads: any.
 */
ACT_API void act_handover_abandon(act_system *system, act_pid pid) ACT_NONNULL_ALL;

/**
 * Lets a kill reach this actor as a message: ACT_MESSAGE_EXIT of kind ACT_EXIT_KILL, from none. It
 * comes once, needs no memory, and the actor is then to end what it looks after and itself, with
 * ACT_EXIT_KILLED: so that an actor that hears of its end meets none of these. Further kills do
 * nothing; one that does not end so ends never.
 *
 * Threads: handler.
 * Returns: ACT_OK, also when called again; ACT_NO_MEMORY.
 */
ACT_API ACT_MUST_CHECK act_result act_trap_kill(act_self *self) ACT_NONNULL_ALL;

/**
 * Kills an actor whose end so is agreed, or already told of: it is not logged, and act_system_run
 * does not count it among those that were killed. Otherwise as act_exit_other with ACT_EXIT_KILL.
 *
 * Threads: handler. Never fails.
 */
ACT_API void act_kill_agreed(act_self *self, act_pid other) ACT_NONNULL_ALL;

/**
 * Says that this actor works for an ask of another's: soon after that has its answer or has timed
 * out, or its asker has ended, act_should_end answers true.
 *
 * self     Its state begins with the ask, an act_ref, which may be changed; all zero: one that is
 *          over. A state without room for it ends the process.
 *
 * Threads: handler.
 * See:     supervisor/task.c
 */
ACT_API void act_work_for_ask(act_self *self) ACT_NONNULL_ALL;

/**
 * Whether init was called in the actor that an ACT_MESSAGE_STARTED tells of. It may have had its
 * args then.
 */
static inline bool act_started_has_begun(const act_message *started)
{
    return started->as.act_words[1] != 0;
}

/**
 * Calls visit for each actor that this one is linked with.
 *
 * visit    Must not link, unlink, ask, monitor or spawn.
 *
 * Threads: handler.
 */
ACT_API void act_each_link(act_self *self,
                           void (*visit)(act_self *self, void *context, act_pid linked),
                           void *context) ACT_NONNULL(1, 2);

/**
 * Tells the system that an actor had to be killed because its time to end was over. If the system
 * is being stopped, act_system_run answers ACT_TIMED_OUT.
 *
 * Threads: any.
 */
ACT_API void act_system_overdue(act_system *system) ACT_NONNULL_ALL;

/* How the root of a tree has ended. */
typedef enum act_tree_end {
    ACT_TREE_END_TOLD,    /* it was told to, or never came to be */
    ACT_TREE_END_DONE,    /* by itself, as it was meant to */
    ACT_TREE_END_GAVE_UP, /* by itself, and not as it was meant to */
    ACT_TREE_END_EARLY    /* before its init has run: it was told to, unless it was killed. Only
                             in its on_end. */
} act_tree_end;

/** A thread spawns the root of a tree: act_system_tree_ended will be called once. Threads: any. */
ACT_API void act_system_tree_begins(act_system *system) ACT_NONNULL_ALL;

/**
 * The root of a tree ends. After ACT_TREE_END_GAVE_UP the system stops and act_system_run answers
 * ACT_GAVE_UP; after ACT_TREE_END_DONE it stops if that was the last tree. Not if it is being
 * stopped already; not in a simulation.
 *
 * Threads: any.
 */
ACT_API void act_system_tree_ended(act_system *system, act_tree_end how) ACT_NONNULL_ALL;

ACT_END_DECLS

#endif
