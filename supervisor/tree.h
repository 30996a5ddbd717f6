/* The supervision tree as data: supervisors, their children, and how they are. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_SUPERVISOR_TREE_H
#define ACT_SUPERVISOR_TREE_H

#include <stdio.h>

#include "supervisor.h"

ACT_BEGIN_DECLS

typedef enum act_tree_state {
    ACT_TREE_DOWN,       /* no instance, and none to come by itself */
    ACT_TREE_RESTARTING, /* none; the supervisor starts one as soon as it gets to it */
    ACT_TREE_WAITING,    /* none; a back-off delays the restart */
    ACT_TREE_STARTING,   /* init has not returned; of a supervisor: not all its children run */
    ACT_TREE_RUNNING,
    ACT_TREE_STOPPING /* was told to end */
} act_tree_state;

/* A supervisor or one of its children. */
typedef struct act_tree_row {
    size_t         parent;               /* the row of its supervisor; SIZE_MAX: none, a root */
    uint32_t       depth;                /* of a root 0 */
    char           id[ACT_CHILD_ID_MAX]; /* "": a root, or it has none */
    char           name[ACT_NAME_MAX];   /* that it was spawned with; "": none */
    act_pid        pid;                  /* none: not running */
    const char    *behavior_name;
    act_child_type type;
    act_strategy   strategy; /* of a supervisor that runs; else ACT_STRATEGY_ONE_FOR_ONE */
    act_tree_state state;
    act_millis     since;          /* when it came into that state, on the system's clock; of a
                                      root: its start */
    uint32_t       restarts_count; /* of this child; of a root: of its children */
    uint32_t       inbox_length;   /* as act_inbox_length */
} act_tree_row;

/* Each row stands behind its supervisor's, children in start order, with all that is below them. */
typedef struct act_tree {
    size_t        rows_count;
    act_tree_row *rows;
} act_tree;

/**
 * Takes a picture of all supervisors of a system and their children, as they were at one moment:
 * that at which each supervisor was between two messages, or had called the program: a
 * kept_release, an args_release, the hook of dead letters or the log. Actors without a supervisor
 * are not in it. Only inbox_length is read a little later, one after the other.
 *
 * tree     Set on ACT_OK; yours: act_tree_free.
 *
 * Threads: any, also handlers, and whatever the library calls.
 * Waits:   for each supervisor to have handled the message it is handling. Meanwhile the others
 *          wait.
 * Returns: ACT_OK, ACT_NO_MEMORY.
 * See:     samples/06_supervision_tree.c
 */
ACT_API ACT_MUST_CHECK act_result act_tree_take(act_system *system,
                                                act_tree  **tree) ACT_NONNULL_ALL;

/** Frees a picture and sets *tree to NULL; NULL is allowed. Threads: any. */
ACT_API void act_tree_free(act_tree **tree) ACT_NONNULL_ALL;

/**
 * Prints a picture, a line for each row, indented by depth: id or name; behavior, name in quotes
 * and pid, as in the log; state; restarts and inbox if not 0. Times are left out.
 *
 * Threads: any. Errors are those of `file`: see ferror.
 */
ACT_API void act_tree_print(const act_tree *tree, FILE *file) ACT_NONNULL_ALL;

/** A state in a word, never NULL. Threads: any. */
ACT_API const char *act_tree_state_text(act_tree_state state);

ACT_END_DECLS

#endif
