/* How an actor comes to be. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_SPAWN_H
#define ACT_ACTOR_PROCESS_SPAWN_H

#include <actor/process/cell.h>
#include <actor/process/spawn_options.h>
#include <actor/process/worker.h>

struct act__spawning {
    const act_behavior      *behavior;
    const void              *args;
    const act_spawn_options *options; /* of a struct act__spawn_options; NULL: none */
    uint64_t                 parent;
    struct act__attachment  *attachment;
};
/* How a new actor is tied to its spawner. */
enum act__tie { ACT__TIE_NONE, ACT__TIE_LINK, ACT__TIE_MONITOR };
act_result act__spawn(struct act__worker *worker, act_pid *pid, act_ref *monitor,
                      const struct act__spawning *what, enum act__tie tie, act_self *self);
/* A cell that was just taken gets its inbox, if it never had one. */
void       act__cell_prepare(struct act_system *system, act_self *cell);
/* START was fetched, in a cell that was awake or is a handover: it lives. */
void       act__spawn_begin(act_self *self, act_message *start);
/*
 * Tells the parent how init went, with the envelope that START came in: it is there, so this cannot
 * fail.
 */
void       act__spawn_announce(struct act__worker *worker, act_self *self, act_result result);
/* At the end: frees the spare, and releases args that no init was called with. */
void       act__spawn_drop_spare(act_self *self);
/* Calls init, if there is one; START is freed, or kept as the spare. */
void       act__spawn_init(struct act__worker *worker, act_self *self);

#endif
