/* How the log tells of an actor. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_ACTOR_TEXT_H
#define ACT_ACTOR_PROCESS_ACTOR_TEXT_H

#include <actor/actor.h>

/* worker "room/7" <0.12.3>, and worker <0.12.3> without a name. */
#define ACT__ACTOR_TEXT_MAX (2 * ACT_NAME_MAX + ACT_PID_TEXT_MAX + 4)
/* Writes that, the names cut at ACT_NAME_MAX; name "": none. Returns: its length. */
size_t      act__actor_text(char text[ACT__ACTOR_TEXT_MAX], uint64_t local, const char *behavior,
                            const char *name);
/* Its registered name, or the id that its supervisor has for it, else "". On its own thread. */
const char *act__actor_name(const act_self *self);

#endif
