/* One turn of an actor. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_TURN_H
#define ACT_ACTOR_PROCESS_TURN_H

#include <actor/process/worker.h>

/* The rest of the turn of the actor that has panicked. */
void act__turn_go_on(struct act__worker *worker);

#endif
