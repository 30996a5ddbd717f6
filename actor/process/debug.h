/* Checks of callers and of the library's own state, in a debug build. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_DEBUG_H
#define ACT_ACTOR_PROCESS_DEBUG_H

#include <actor/process/cell.h>
#include <actor/process/worker.h>

/*
 * What a library that was configured with --enable-debug makes sure of, in debug.c; in any other
 * these do nothing. A breach ends the process.
 */
#ifdef ACT_DEBUG
/* In a public call: its actor is the one whose callback runs on this thread. */
#define ACT__HANDLER_ONLY(self) act__handler_only(self, __func__, NULL, 0)
void act__handler_only(const act_self *self, const char *call, const char *file, int line);
/* The actor is to be run: the token is this thread's, no other has it. */
void act__token_got(act_self *self);
/* Before it can be another's: the inbox holds what it counts. */
void act__token_gives(act_self *self);
/* This worker has it still. */
void act__token_held(const struct act__worker *worker, const act_self *self);
/* All actors have ended: so has every link, monitor and ask, at both sides. */
void act__bonds_have_ended(struct act_system *system);
#else
#define ACT__HANDLER_ONLY(self) ((void)(self))
static inline void act__token_got(act_self *self)
{
    (void)self;
}
static inline void act__token_gives(act_self *self)
{
    (void)self;
}
static inline void act__token_held(const struct act__worker *worker, const act_self *self)
{
    (void)worker, (void)self;
}
static inline void act__bonds_have_ended(struct act_system *system)
{
    (void)system;
}
#endif

#endif
