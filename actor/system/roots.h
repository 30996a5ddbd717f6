/* The actors that threads have spawned, and the order in which they are stopped. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_ROOTS_H
#define ACT_ACTOR_SYSTEM_ROOTS_H

#include <pthread.h>

#include <actor/process/attachment.h>
#include <actor/process/worker.h>
#include <actor/system.h>

/* Actors that ordinary threads spawned. */
struct act__roots {
    pthread_mutex_t  mutex; /* of all below */
    pthread_cond_t   ended; /* the last of them, or the last of all actors while `closing` */
    struct act__list list;  /* not yet told to end, oldest first */
    uint32_t         told;  /* and have not ended; see roots.c */
    bool             tells;
};

struct act__root {
    struct act__attachment attachment;
    struct act__list       place; /* in the list */
    act_system            *system;
    uint64_t               local;
    bool                   is_told;
    _Atomic bool           has_last_words; /* runs code when it ends: the order matters */
};

/* Tells the newest root to end, and then the others, as they end; `worker` may be NULL. */
void act__roots_tell(act_system *system, struct act__worker *worker);
/* Whether none is left. With the mutex, unless nothing runs. */
bool act__roots_are_gone(const act_system *system);
/* One that was told has wholly ended. */
void act__root_has_ended(act_system *system, struct act__worker *worker);

/*
 * This actor will run code of its own when it ends: if it is a root, it is told to end
 * alone.
 */
void act__root_will_speak(act_self *self);

#endif
