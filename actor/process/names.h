/* Names of actors. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_NAMES_H
#define ACT_ACTOR_PROCESS_NAMES_H

#include <actor/process/attachment.h>
#include <actor/process/cell.h>

struct act__names;
act_result act__names_create(struct act__names **names);
void       act__names_destroy(struct act__names *names);
/*
 * A thread that waits for this lock sees the actors that were named meanwhile as ones that can be
 * sent to.
 */
void       act__names_lock(struct act__names *names);
void       act__names_unlock(struct act__names *names);
/*
 * Reserves the name for `local`; *attachment becomes one for it. `stays`: where its actor leaves a
 * handover. Under the lock.
 */
act_result act__names_add(struct act__names *names, struct act__attachment **attachment,
                          const char *name, uint64_t local, bool stays);
/* Takes a name that stays out of the actor's attachments; NULL: it has none. */
struct act__attachment *act__names_take_staying(act_self *self);
/* It leads to `local` from now on. Under the lock. */
void                    act__names_pass_on(struct act__attachment *attachment, uint64_t local);
/* A name that the actor has; NULL: none, or one behind many sockets. On its own thread. */
const char             *act__names_text_of(const act_self *self);
/* A name that leads to `local`; "" if there is none. Slow: looks at all. */
void       act__names_name_of(struct act__names *names, uint64_t local, char name[ACT_NAME_MAX]);
act_result act__names_find(struct act__names *names, uint64_t *local, const char *name);

#endif
