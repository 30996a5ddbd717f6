/* Ordinary threads that wait for actors. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_FOREIGN_H
#define ACT_ACTOR_SYSTEM_FOREIGN_H

#include <actor/process/cell.h>

/*
 * A cell that a waiting thread lives in has been pushed to while it slept: the caller hands over
 * its token.
 */
void act__foreign_ring(act_self *self);

#endif
