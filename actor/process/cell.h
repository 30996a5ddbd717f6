/* The actor's own record, and what the parts of actor/ do to it. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_CELL_H
#define ACT_ACTOR_PROCESS_CELL_H

#include <actor/scheduler/executor.h>
#include <mailbox/base/list.h>
#include <mailbox/inbox/inbox.h>

/*
 * A cell is a slot that actors live in, one after the other. Its memory stays a cell as long as the
 * system lives, so a pid can be followed without asking whether the actor is still there.
 *
 *      free ---- spawn: fields are set, generation becomes odd, START is pushed ---> born
 *       ^                                                                       | START is fetched
 *       |                                                                       v
 *      dead <--- exit.c: generation becomes even, everything is released --------- living
 *       |                                                                       ^
 *       +--- its inbox sleeps: the cell may be taken again                      | messages, signals
 *
 * Who touches what: the first line all threads, atomically; the second and third the holder of the
 * inbox's token, but for free_link, which is the slab's. A stale message can start a run of a cell
 * at any time, also while it is free or being born: such a run finds it not LIVING and touches the
 * inbox, flags and worker only, which the spawner leaves alone.
 */
struct act_self {
    struct act__gate gate;
    _Atomic uint64_t generation;  /* odd: somebody lives here. Written by the spawner and at the
                                     end. */
    act_self        *run_next;    /* in a run queue; the holder of the token */
    _Atomic uint64_t control;     /* ACT__CONTROL_* and, above, the generation they are meant
                                     for; written by all */
    _Atomic uint32_t muted;       /* ACT__CALM, the first cell that is muted until this actor has
                                     caught up, or, while it is muted itself, by whom: ACT__MUTED_BY
                                     */
    uint32_t         muted_next;  /* the next in another actor's list; 0: the last */
    _Atomic uint32_t parent_hint; /* the low half of the parent's pid; written by the spawner */
    uint32_t         index;       /* of this cell; never changes */
    _Atomic uint16_t route;       /* ACT__ROUTE_*; written by the spawner and by an actor that
                                     opens a socket */
    _Atomic uint8_t  policy;      /* act_inbox_policy; written by the spawner */
    _Atomic uint8_t  mute_state;  /* ACT__MUTE_*, see backpressure.c */
    _Atomic uint32_t pressure;    /* while overloaded: messages to handle until those it holds
                                     have a turn; while muted: messages that wait, or have come
                                     since; else: that have come since it looked. See backpressure.c
                                     */

    struct act__inbox inbox ACT__ALIGNED;
    uint16_t                flags;       /* ACT__CELL_* */
    uint8_t                 state_class; /* pool class of the state block; written by the spawner */
    _Atomic uint8_t         batch_shift; /* its batch is the worker's batch_max halved so often:
                                            worker_pool.c */
    _Atomic uint32_t        due;         /* in a run queue: see worker_pool.c */
    struct act__worker     *worker;      /* that runs it now */
    const act_behavior     *behavior;
    void                   *state;

    struct act__set   bonds;       /* links, monitors and asks: bond.h */
    struct act__set   timers;      /* timers.h */
    struct act__set   attachments; /* names, sockets: released at the end */
    struct act__arena arena;
    act_on_end       *defers; /* newest first */
    union {
        struct {
            uint64_t parent; /* local part of its pid; 0: nobody */
            void    *kept;
        };
        struct act__slab_link free_link;
    };
    act_message *spare; /* until init: START. While trapping: for an EXIT that must not need
                           memory. */
};

enum {
    ACT__CELL_LIVING = 1, /* START was fetched and the end is not done */
    ACT__CELL_READY = 2,  /* init has returned ACT_OK; until then START is the spare */
    ACT__CELL_TRAPPING = 4,
    ACT__CELL_ENDING = 8,    /* worker->exit_reason says why */
    ACT__CELL_ANNOUNCE = 16, /* the parent waits to hear how init went */
    ACT__CELL_OVERLOADED = 32,
    ACT__CELL_REFUSED = 64, /* init did not answer ACT_OK */
    ACT__CELL_DIED = 128,   /* alone: to be given back once its inbox sleeps */
    ACT__CELL_ENDS_WITH_PARENT = 256,
    ACT__CELL_HAS_LINKED = 512,  /* has called act_link: a LINK that comes in may cross one of
                                    its own */
    ACT__CELL_MUTED = 1024,      /* gave its token up into a receiver's list: see backpressure.c */
    ACT__CELL_HANDS_OVER = 2048, /* leaves a handover when it ends: see handover.c; that is ... */
    ACT__CELL_KEEPS = 4096,      /* ... one in which the messages stay ... */
    ACT__CELL_REDELIVERS = 8192, /* ... and also the one whose handler has panicked */
    ACT__CELL_SUCCEEDS = 16384,  /* has the messages of those before it, inbox.before_count, also
                                    the ones that are still on their way to these */
    ACT__CELL_HANDOVER = 32768   /* nobody lives here, but somebody will: what comes waits */
};

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

#define ACT__BATCH_SHIFT_NEW 2 /* of an actor of whose handlers nothing is known yet */

#define ACT__CALM UINT32_MAX
/* In `muted`, with the cell that this actor waits for; CALM has this bit, too */
#define ACT__MUTED_BY (1u << 31)

/* The test build looks whether another thread has the token of an actor that is to be run. */
static inline void act__token_got(act_self *self)
{
#ifdef ACT_TESTING
    act__check(!self->inbox.token_is_held);
    self->inbox.token_is_held = true;
#endif
    (void)self;
}

/* Before it can be another's. */
static inline void act__token_gives(act_self *self)
{
#ifdef ACT_TESTING
    self->inbox.token_is_held = false;
#endif
    (void)self;
}

/* Something that belongs to an actor and is released when it ends. */
struct act__attachment {
    struct act__member member; /* of cell->attachments */
    void (*release)(struct act__attachment *attachment);
};

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

#define ACT__SLOT_BITS 27
#define ACT__SLOT_MASK ((UINT64_C(1) << ACT__SLOT_BITS) - 1)

static inline uint64_t act__local_of(const act_self *self)
{
    return act__load(&self->generation) << ACT__SLOT_BITS | self->index;
}

static inline uint64_t act__generation_of(uint64_t local)
{
    return local >> ACT__SLOT_BITS;
}

static inline act_pid act__pid_of(uint64_t local)
{
    act_pid pid = {0, local};
    return pid;
}

/* spawn.c */
struct act__spawning {
    const act_behavior      *behavior;
    const void              *args;
    const act_spawn_options *options; /* may be NULL */
    uint64_t                 parent;
    struct act__attachment  *attachment;
};
/* How a new actor is tied to its spawner. */
enum act__tie { ACT__TIE_NONE, ACT__TIE_LINK, ACT__TIE_MONITOR };
act_result act__spawn(struct act__worker *worker, act_pid *pid, act_ref *monitor,
                      const struct act__spawning *what, enum act__tie tie, act_self *self);
/* A cell that was just taken gets its gate, if it never had one. */
void       act__cell_prepare(struct act_system *system, act_self *cell);
/* START was fetched: the cell lives. */
void       act__spawn_begin(act_self *self, act_message *start);
/*
 * Tells the parent how init went, with the envelope that START came in: it is there, so this cannot
 * fail.
 */
void       act__spawn_announce(struct act__worker *worker, act_self *self, act_result result);
/* Calls init; START is freed, or kept as the spare. */
void       act__spawn_init(struct act__worker *worker, act_self *self);

/* typed.c */
enum { ACT__MESSAGE_TEXT_MAX = 200 }; /* of a log line */

/* A message as its actor's logs show it: act_message_print by the schema of its behavior. */
void act__message_show(const act_self *self, const act_message *message, char *text,
                       size_t text_bytes);

/* send.c */
/*
 * A user's message to a living actor, or a result that says why not; the message is then unchanged.
 */
act_result act__deliver(struct act_system *system, struct act__worker *worker, uint64_t from,
                        act_pid to, act_message *message);
/*
 * The same, but a message for which there is no room stays the caller's: `*drops`, false before, is
 * set if the receiver's policy is that it is dropped. That is the program's code, which is not to
 * run under a lock.
 */
act_result act__deliver_or_full(struct act_system *system, struct act__worker *worker,
                                uint64_t from, act_pid to, act_message *message, bool *drops);
/* The same as act__deliver; without a result: the message is gone, if need be as a dead letter. */
void act__deliver_or_drop(struct act_system *system, struct act__worker *worker, uint64_t from,
                          act_pid to, act_message *message);
/* What a timer of `self` brings to it; right into its inbox, whose token the caller holds. */
void act__deliver_own(struct act__worker *worker, act_self *self, act_message *message);
/* Nobody received it: counts and tells the hook; the caller frees it. `worker` may be NULL. */
void act__dead_letter(struct act_system *system, struct act__worker *worker, act_pid to,
                      const act_message *message, act_result why);
/*
 * The same for a message of `from` that has not come into an inbox: counts it as sent, too, and
 * frees it.
 */
void act__undelivered(struct act_system *system, struct act__worker *worker, uint64_t from,
                      act_pid to, act_message *message, act_result why);
/* Pushes what is in the worker's outbox. */
void act__outbox_push(struct act__worker *worker);
/*
 * Before anything else is sent, and after each call of user code, so that order is kept. `worker`
 * may be NULL.
 */
static inline void act__outbox_end(struct act__worker *worker)
{
    if (act__likely(worker == NULL || worker->outbox.to == 0))
        return;
    if (worker->outbox.count != 0)
        act__outbox_push(worker);
    worker->outbox.to = 0;
}

/* Gives a token to the executor; `worker` may be NULL. */
void act__schedule_elsewhere(struct act_system *system, struct act__worker *worker, act_self *self);
static inline void act__schedule(struct act_system *system, struct act__worker *worker,
                                 act_self *self)
{
    if (act__likely(worker != NULL && act__load(&worker->lifo_slot) == NULL &&
                    act__load(&self->route) == ACT__ROUTE_ANY))
        act__store_release(&worker->lifo_slot, self); /* pairs with the monitor's taking it: see
                                                         station.h */
    else
        act__schedule_elsewhere(system, worker, self);
}

/*
 * Any envelope, into the inbox of any cell; `worker` may be NULL. Returns: whether that has woken
 * the receiver.
 */
static inline bool act__cell_push(struct act_system *system, struct act__worker *worker,
                                  act_self *cell, act_message *message)
{
    bool wakes = act__mpsc_push(&cell->gate.queue, message);
    act__gap("inbox.pushed");
    if (wakes)
        act__schedule(system, worker, cell);
    return wakes;
}

/* Frees any envelope, wherever it lives, when nobody needs it any more. */
void               act__release_elsewhere(struct act__worker *worker, act_message *message);
static inline void act__release(struct act__worker *worker, act_message *message)
{
    if (act__likely(act__message_is_plain(message)))
        act__pool_give(message, 0);
    else if (act__message_is_pooled(message))
        act__message_free(message);
    else
        act__release_elsewhere(worker, message);
}

/*
 * The same for one popped from, or met in, the inbox of `self`: later, if it still is the boundary.
 */
static inline void act__finish(struct act__worker *worker, act_self *self, act_message *message)
{
    if (!act__inbox_retire(&self->inbox, message))
        return;
    act__release(worker, message);
}

/* signal.c */
enum {
    ACT__SIGNAL_START = 1, /* tags of signals on their way */
    ACT__SIGNAL_LINK,
    ACT__SIGNAL_MONITOR,
    ACT__SIGNAL_END,  /* unlink or demonitor */
    ACT__SIGNAL_EXIT, /* through a link, or sent */
    ACT__SIGNAL_DOWN,
    ACT__SIGNAL_TIMER,
    ACT__SIGNAL_OUTBOX /* carries messages: see send.c */
};

/* An outbox's envelope has 256 bytes, a place for each message, and is full with so many. */
#define ACT__OUTBOX_MAX 26u
static inline act_message **act__outbox_messages(act_message *signal)
{
    return (act_message **)(void *)signal->as.bytes;
}

/* Pushes a signal, waking a receiver that is muted. `worker` may be NULL. */
void act__signal_push(struct act_system *system, struct act__worker *worker, uint64_t to,
                      act_message *signal);
/* Pushes an event of an object to its owner, as a message. */
void act__event_push(struct act__worker *worker, uint64_t to, struct act__event *event);
/*
 * Asks something of the actor `to`, without an envelope; never fails. A dead actor: nothing
 * happens.
 */
void act__control_set(struct act_system *system, struct act__worker *worker, uint64_t to,
                      uint8_t control);
/* Fetches; applies signals and takes messages in, or refuses them if nobody lives here. */
void act__take_in(struct act__worker *worker, act_self *self);
/* The same for a list that was fetched already. */
void act__take_in_list(struct act__worker *worker, act_self *self, act_message *list);
/*
 * A message that was popped or fetched and that no one will handle becomes a dead letter and is
 * freed.
 */
void act__refuse(struct act__worker *worker, act_self *self, act_message *message, act_result why);
/*
 * What a kill needs to reach an actor as a message: see act_trap_kill. It belongs to the actor, so
 * only a kill has to look for it.
 */
struct act__kill_letter {
    struct act__attachment attachment;
    act_message           *message; /* NULL: it has been told */
};
/* NULL: a kill just ends this actor. */
struct act__kill_letter *act__kill_letter_of(act_self *self);
/* Applies and clears `control`. */
void                     act__control_apply(struct act__worker *worker, act_self *self);
static inline void       act__control_take(struct act__worker *worker, act_self *self)
{
    /*
     * One that is not born yet finds its bits when START has been fetched: a stale run must not
     * clear them.
     */
    if (act__unlikely(act__load(&self->control) != 0) && (self->flags & ACT__CELL_LIVING) != 0)
        act__control_apply(worker, self);
}

/*
 * supervisor/task.c: the state of an actor of this behavior begins with the ask that it works for,
 * an act_ref.
 */
extern const act_behavior act__task_behavior;

/* handover.c */
/*
 * Whether the actor, which is HANDS_OVER and ends now, leaves a handover. Others can give it up
 * from here on.
 */
bool      act__handover_hold(act_self *self);
/*
 * Its messages and its name (NULL: none), which are under its own pid till then, pass to the
 * handover's.
 */
void      act__handover_pass_on(struct act__worker *worker, act_self *self,
                                struct act__attachment *name);
/*
 * Others can take it from here on, and another actor's fields be written; or it was given up, and
 * is abandoned.
 */
void      act__handover_park(act_self *self);
/* Whether nobody will come. Then the holder of the token makes it a dead cell: */
bool      act__handover_is_abandoned(const act_self *self);
void      act__handover_clear(struct act__worker *worker, act_self *self);
/* The cell of a handover, for a spawn; NULL: there is no such handover. */
act_self *act__handover_take(struct act_system *system, act_pid handover);
/* The spawn has failed. */
void      act__handover_put_back(struct act_system *system, act_self *self);
/* All that are left, when no actor lives. */
void      act__handovers_clear(struct act_system *system);
/* The message whose handler has panicked. Returns: whether it waits for the next who sits here. */
bool      act__handover_redeliver(struct act__worker *worker, act_self *self, act_message *message);
/* That one is there: how often such a message may be tried again. */
void      act__handover_begin(act_self *self, uint32_t redeliver_max);

/* exit.c */
void act__attachments_release(act_self *self);
/*
 * Tells all that are bonded to the actor whose bonds these were. keeps: what waited is for its next
 * instance.
 */
void act__bonds_end(struct act__worker *worker, struct act__set *bonds,
                    const struct act__reason *reason, bool keeps);
/* What waits becomes dead letters. */
void act__drop_waiting(struct act__worker *worker, act_self *self);
/*
 * Decides the end of the current actor, unless it is decided already. Takes over one hold of
 * reason.text.
 */
void act__end_decide(struct act__worker *worker, act_self *self, struct act__reason reason);
/* Makes sure that a worker has all its spare texts. Returns: false without memory. */
bool act__spares_fill(struct act__worker *worker);
/*
 * A text to end an actor with: that of the EXIT or DOWN which is being handled is held, another is
 * copied into one of the worker's spares. NULL: no text, or no memory when the spares were due.
 */
struct act__reason_text *act__reason_copy(struct act__worker *worker, const char *text);
/* The same for an actor that goes on: the spares are not touched, so another copy needs memory. */
struct act__reason_text *act__reason_copy_new(const struct act__worker *worker, const char *text);
/* Ends the actor; called again if the actor's own code panics on the way. */
void                     act__end_run(struct act__worker *worker, act_self *self);
/* Ends one that runs no code of its own: a thread's, see foreign.c. */
void                     act__end_quietly(struct act__worker *worker, act_self *self);

/* backpressure.c */
/* Whether its list is open: it is overloaded, or a sender has found it so. */
static inline bool act__mutes_senders(const act_self *self)
{
    /*
     * relaxed: a sender may open it at any time; it asks it to look after that: see
     * act__control_apply.
     */
    return (act__load(&self->muted) & ACT__MUTED_BY) == 0;
}
/*
 * After a fetch, and while overloaded after each message: says whether this actor is far behind,
 * and frees those it muted when it no longer is.
 */
void               act__backpressure_update(struct act__worker *worker, act_self *self);
/* More than backlog_max have come to one that is calm since it last looked. By a sender. */
void               act__backpressure_flooded(struct act__worker *worker, act_self *receiver);
/* The receiver looks, after a fetch, as it may have been asked to. */
void               act__backpressure_look(struct act__worker *worker, act_self *self);
/* It ends: holds nobody any more. */
void               act__backpressure_become_calm(struct act__worker *worker, act_self *self);
static inline void act__backpressure_end(struct act__worker *worker, act_self *self)
{
    if (act__unlikely(act__mutes_senders(self)))
        act__backpressure_become_calm(worker, self);
}
/* At the end of a turn: true if the actor is now muted and its token gone. */
bool act__backpressure_mute(struct act__worker *worker, act_self *self);
/*
 * At the beginning of a turn of one that was muted: signals take effect. Returns: false if it
 * was freed meanwhile; else *by is for act__backpressure_stay.
 */
bool act__backpressure_wake(struct act__worker *worker, act_self *self, uint32_t *by);
/*
 * Puts what one that is muted has to handle next in front of all that waits: an EXIT, a DOWN, a
 * timer's message or the time-out of an ask. Returns: false if there is none.
 */
bool act__backpressure_hears(act_self *self);
/* After that. Returns: true if it is muted again and its token gone. */
bool act__backpressure_stay(struct act__worker *worker, act_self *self, uint32_t by);
/* The watch of an overloaded receiver has fired. */
void act__backpressure_watch(struct act__worker *worker, struct act__timer *timer);

/*
 * roots.c. This actor will run code of its own when it ends: if it is a root, it is told to end
 * alone.
 */
void act__root_will_speak(act_self *self);

/* arena.c */
/*
 * Aligned to 16, not zeroed; NULL: no memory, or at the limit, unless it is the framework that
 * asks.
 */
void *act__arena_take(struct act__arena *arena, size_t bytes, bool framework);
void  act__arena_clear(struct act__arena *arena); /* gives everything back */
void  act__arena_reset(struct act__arena *arena); /* keeps one chunk for the next use */
bool  act__arena_limit(struct act__arena *arena, size_t bytes_max); /* before the first take */

/* names.c */
struct act__names;
act_result act__names_create(struct act__names **names);
void       act__names_destroy(struct act__names *names);
/* Who waits for this lock sees the actors that were named meanwhile as ones that can be sent to. */
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

/* timers.c */
/*
 * A timer of `self`; message NULL: the timeout of the ask `ref`. `self` NULL: it watches the
 * receiver at cell `to`, see backpressure.c. NULL: no memory.
 */
struct act__timer *act__timer_arm(struct act__worker *worker, act_self *self, uint64_t to,
                                  act_message *message, act_ref ref, act_millis delay);
/* Takes it from its owner. Returns: whether it had not fired; it and its message are then gone. */
bool               act__timer_cancel(struct act__worker *worker, struct act__timer *timer);
void               act__timer_cancel_all(struct act__worker *worker, act_self *self);
/* Puts a watch that has fired into the wheel again. */
void    act__timer_again(struct act__worker *worker, struct act__timer *timer, act_millis delay);
/* Frees a timer that is in no wheel and no set, with its message. */
void    act__timer_drop(struct act__worker *worker, struct act__timer *timer);
/* Of one that is in use. */
act_ref act__timer_ref(struct act_system *system, const struct act__timer *timer);
/* Fires what is due on a wheel that nobody else uses now. */
void    act__timers_run(struct act__worker *worker, struct act__timer_wheel *wheel, act_millis now);

#endif
