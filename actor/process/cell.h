/* The actor's own record. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_CELL_H
#define ACT_ACTOR_PROCESS_CELL_H

#include <actor/lifecycle.h>
#include <actor/process/arena.h>
#include <actor/process/phase.h>
#include <actor/process/slab.h>
#include <actor/scheduler/task.h>
#include <actor/system.h>
#include <mailbox/base/check.h>
#include <mailbox/base/list.h>
#include <mailbox/base/pid.h>
#include <mailbox/inbox/inbox.h>

/*
 * A cell is a slot that actors live in, one after the other. Its memory stays a cell as long as the
 * system lives, so a pid can be followed without asking whether the actor is still there.
 *
 * Where its actor is in its life: phase.h.
 *
 * Touched by: the first line, all threads, atomically; the second and third, the holder of the
 * inbox's token, except policy, which senders read, and free_link, which is the slab's. A stale
 * message can start a run of a cell at any time while it is free: such a run finds it FREE and
 * touches the inbox, flags and worker only. A spawner takes the token of a cell that is asleep;
 * where a stale run has it the spawner leaves those alone.
 */
struct act_self {
    struct act__task         task; /* what the scheduler knows of it */
    struct act__inbox_shared inbox_shared;
    _Atomic uint64_t generation;  /* odd: an actor lives here. Written by the spawner and at the
                                     end. */
    _Atomic uint64_t control;     /* ACT__CONTROL_* and, above, the generation they are meant
                                     for; written by all */
    _Atomic uint32_t muted;       /* ACT__CALM, the first cell that is muted until this actor has
                                     caught up, or, while it is muted itself, by which:
                                     ACT__MUTED_BY */
    _Atomic uint32_t pressure;    /* while overloaded: messages to handle until those it mutes
                                     have a turn; while muted: messages that wait, or have come
                                     since; else: that have come since it looked. See backpressure.c
                                     */
    uint32_t         index;       /* of this cell; never changes */
    _Atomic uint32_t parent_hint; /* the low half of the parent's pid; written by the spawner */

    struct act__inbox_owned inbox_owned ACT__ALIGNED;
    uint16_t                            flags; /* ACT__CELL_*, its phase among them */
    uint8_t             state_class; /* pool class of the state block; written by the spawner */
    _Atomic uint8_t     policy;      /* act_inbox_policy; written by the spawner */
    uint32_t            muted_next;  /* the next in another actor's list; 0: the last */
    struct act__worker *worker;      /* that runs it now */
    const act_behavior *behavior;
    void               *state;

    struct act__set   bonds;       /* links, monitors and asks: bond.h */
    struct act__set   timers;      /* wheel.h */
    struct act__set   attachments; /* names, sockets: released at the end */
    struct act__arena arena;
    act_on_end       *defers; /* newest first */
    union {
        struct {
            uint64_t parent; /* local part of its pid; 0: none */
            void    *kept;
        };
        struct act__slab_link free_link;
    };
    act_message *spare; /* until init: START, if there is one. While trapping: for an EXIT that
                           must not need memory. */
};

_Static_assert(offsetof(act_self, task) == 0, "a task leads to its actor");
_Static_assert(sizeof(act_self) == 192, "an idle actor costs three cache lines");

/* The actor of a task; NULL: NULL. */
static inline act_self *act__self_of(const struct act__task *task)
{
    return (act_self *)(uintptr_t)task;
}

enum {
    ACT__CELL_PHASE = 7, /* these bits: its enum act__phase */
    ACT__CELL_READY = 8, /* init has returned ACT_OK, so terminate will be called */
    ACT__CELL_TRAPPING = 16,
    ACT__CELL_ANNOUNCE = 32, /* the parent waits to hear how init went */
    ACT__CELL_OVERLOADED = 64,
    ACT__CELL_ENDS_WITH_PARENT = 128,
    ACT__CELL_HAS_LINKED = 256,  /* has called act_link: a LINK that comes in may cross one of
                                    its own */
    ACT__CELL_MUTED = 512,       /* gave its token up into a receiver's list: see backpressure.c */
    ACT__CELL_HANDS_OVER = 1024, /* leaves a handover when it ends: see handover.c; that is ... */
    ACT__CELL_KEEPS = 2048,      /* ... one in which the messages stay ... */
    ACT__CELL_REDELIVERS = 4096, /* ... and also the one whose handler has panicked */
    ACT__CELL_SUCCEEDS =
        8192, /* has the messages of those before it, inbox_owned.before_count, also
                                    the ones that are still on their way to these */
    ACT__CELL_WORKS_FOR_ASK = 16384, /* its state begins with the ask, an act_ref */
    ACT__CELL_CONTINUES = 32768      /* functions wait for answers: continuation.h */
};

static inline enum act__phase act__phase_of(const act_self *self)
{
    return (enum act__phase)(self->flags & ACT__CELL_PHASE);
}

/* Whether an actor lives here, with its pid and all it owns. */
static inline bool act__phase_is_living(const act_self *self)
{
    return act__phase_of(self) >= ACT__PHASE_STARTING;
}

/*
 * A step of phase.h's drawing, with the token; the flags stay. Another step ends the process: what
 * it owns would be freed twice, or never.
 */
static inline void act__phase_enter(act_self *self, enum act__phase next)
{
    act__check(act__phase_can_follow(act__phase_of(self), next));
    self->flags = (uint16_t)((self->flags & ~ACT__CELL_PHASE) | next);
}

/* Requests that need no envelope and so cannot fail: see act__control_set. */
enum {
    ACT__CONTROL_KILL = 1,
    ACT__CONTROL_SHUTDOWN = 2,    /* from the parent, or from the system to an actor without one */
    ACT__CONTROL_LOOK = 4,        /* a signal was pushed to an actor that may be muted */
    ACT__CONTROL_NO_HANDOVER = 8, /* no handover, please; this and the next three: see handover.c */
    ACT__CONTROL_HOLDING = 16,
    ACT__CONTROL_PARKED = 32,
    ACT__CONTROL_ABANDON = 64,
    ACT__CONTROL_AGREED = 128, /* with KILL: neither logged nor counted */
    ACT__CONTROL_BITS = 8      /* how many bits are kept for these */
};

/* Whether this actor is muted by an overloaded receiver; see backpressure.c. */
enum {
    ACT__MUTE_NO,
    ACT__MUTE_LISTED, /* runs again, but is still in the receiver's list */
    ACT__MUTE_YES     /* the token waits in the receiver's list */
};

#define ACT__CALM UINT32_MAX
/* In `muted`, with the cell that this actor waits for; CALM has this bit, too */
#define ACT__MUTED_BY (1u << 31)

/*
 * An event that lives in an object of its receiver's: retired is called when it may be pushed again
 * or freed.
 */
struct act__event {
    act_message message;
    void (*retired)(struct act__worker *worker, struct act__event *event);
};

/* An event with this tag has lost its meaning on its way: it is passed over and only retired. */
#define ACT__TAG_VOID 0

static inline uint64_t act__local_of(const act_self *self)
{
    uint64_t generation = act__load(&self->generation);
    return act__local_make(generation, self->index);
}

/* What its messages are of; NULL: nothing is known of them. `behavior` may be NULL. */
static inline const struct act_type *act__schema_of(const act_behavior *behavior)
{
    return behavior != NULL && behavior->schema != NULL ? behavior->schema() : NULL;
}

#endif
