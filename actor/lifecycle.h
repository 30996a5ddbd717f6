/*
 * What an actor needs that looks after others, besides links, monitors and handovers: for authors
 * of supervisors. Public.
 */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_LIFECYCLE_H
#define ACT_ACTOR_LIFECYCLE_H

#include "system.h"

ACT_BEGIN_DECLS

/**
 * Lets a kill reach this actor as a message: ACT_MESSAGE_EXIT of kind ACT_EXIT_KILL, from none. It
 * comes once, needs no memory, and the actor is then to end what it looks after and itself, with
 * ACT_EXIT_KILLED: so that whoever hears of its end meets none of these. Further kills do nothing;
 * one that does not end so ends never.
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
