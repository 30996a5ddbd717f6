/* The bonds of an actor, and its links by the other actor. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SIGNAL_LINK_INDEX_H
#define ACT_ACTOR_SIGNAL_LINK_INDEX_H

#include <actor/signal/bond.h>

/* Puts this side's half into its actor's set. */
void              act__bond_add(act_self *self, struct act__bond *bond, unsigned side);
/* Before the set is gone through; see link_index.c. */
void              act__link_index_drop(act_self *self);
/* This actor's half of its link with `other`; NULL: not linked. */
struct act__bond *act__link_find(act_self *self, uint64_t other, unsigned *side);

#endif
