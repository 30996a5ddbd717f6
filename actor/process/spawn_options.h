/* The options of a spawn, as this version knows them. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_SPAWN_OPTIONS_H
#define ACT_ACTOR_PROCESS_SPAWN_OPTIONS_H

#include <actor/lifecycle.h>
#include <mailbox/base/options.h>

/* spawn.lifecycle is never NULL: it is this one. */
struct act__spawn_options {
    act_spawn_options     spawn;
    act_lifecycle_options lifecycle;
};

/*
 * Reads what a spawner has given, NULL included. Only the sizes are judged.
 *
 * Returns: false: see act__options_read.
 */
bool act__spawn_options_read(struct act__spawn_options *ours, const act_spawn_options *theirs);

#endif
