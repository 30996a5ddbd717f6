/* What ties two actors: a link, a monitor or an ask. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SIGNAL_BOND_H
#define ACT_ACTOR_SIGNAL_BOND_H

#include <actor/process/cell.h>

/*
 * One record for both sides, made by the side that asks for the bond (0, the initiator); the other
 * is side 1. All signals the bond will ever need are in it, so nothing about ending needs memory:
 *
 *     end[0]  from side 0 to side 1: side 0 has ended the bond (unlink, demonitor, or it has
 *             ended itself)
 *     end[1]  first LINK or MONITOR from side 0 to side 1, which keeps it and sends it back as
 *             its own end: EXIT, DOWN, or END for an unlink
 *
 *     side s:   (made) -- half[s] in cell->bonds --> ended[s]: end[s] sent, or the other's end
 *                                                    was taken in
 *
 * half[s] and ended[s] belong to side s, whose cell's token guards them. The record is free when
 * both ends have been taken in, or will never be sent: `holders` counts them. The pids are the
 * senders in the envelopes.
 *
 * Forwarded. The actor that is asked can give its side to another: it takes half[1] out, writes the
 * other's pid into end[1] and sends that to it as it once came, as MONITOR. Side 0 knows nothing of
 * this, so its end[0] may reach one that is not at side 1 any more, or not yet:
 *
 *     passage:   settled --- side 1 forwards ---> under way --- MONITOR is taken in ---> settled
 *                                                    |
 *                                                    +--- end[0] is taken in, anywhere ---> over
 *
 * While it is settled end[0] goes after it, to the actor that end[1] names. When it is over, the
 * one that takes MONITOR in lets it go. doc/models/forward.pml goes through all of it.
 */
struct act__bond {
    act_message        end[2];
    struct act__member half[2];
    _Atomic uint64_t   generation; /* odd while in use: makes the ref */
    struct act__timer *timer;      /* of an ask; only side 0 */
    _Atomic uint8_t    holders;
    _Atomic uint8_t    passage; /* of an ask: ACT__PASSAGE_* */
    uint8_t            kind;
    _Atomic bool       ended[2];      /* strangers look, too: act__ask_waits */
    bool               is_forwarded;  /* of an ask: one that was asked has had it; side 1's */
    bool               is_unbegun;    /* of an ask: no handler has had the request; of a monitor:
                                         nothing that waited is kept */
    bool               has_no_target; /* side 1 was no actor at the beginning: all for it goes
                                         where the first has gone */
};

/*
 * Where a free record has its link: in a payload. A late reply, or a ref that is long over, leads
 * to a record that may be free, and looks at its senders, halves and generation: nothing but these
 * may be written there, and atomically.
 */
#define ACT__BOND_FREE_LINK offsetof(struct act__bond, end[0].as)
_Static_assert(sizeof(struct act__slab_link) <= sizeof(((act_message *)0)->as),
               "a link has room in a payload");

enum { ACT__BOND_LINK, ACT__BOND_MONITOR, ACT__BOND_ASK };
enum { ACT__PASSAGE_SETTLED, ACT__PASSAGE_UNDER_WAY, ACT__PASSAGE_OVER };

/* A bond between the cells of two pids; side 0's half is not yet in its set. NULL: no memory. */
struct act__bond *act__bond_make(struct act__worker *worker, uint8_t kind, uint64_t initiator,
                                 act_pid other);
/* Gives one back that no other has heard of yet. */
void              act__bond_unmake(struct act__worker *worker, struct act__bond *bond);
/* Puts side 0's half into its set and sends LINK or MONITOR to side 1. */
void act__bond_begin(struct act__worker *worker, act_self *self, struct act__bond *bond);
/*
 * Ends the bond from `side`, whose actor is `self`: takes the half out and sends the other the end.
 * A DOWN to a monitor says that what waited is kept, unless is_unbegun says otherwise.
 */
void act__bond_end(struct act__worker *worker, struct act__bond *bond, unsigned side, uint32_t tag,
                   const struct act__reason *reason);
/* One of `holders` is done with. */
void act__bond_let_go(struct act__worker *worker, struct act__bond *bond);

act_ref           act__bond_ref(struct act_system *system, const struct act__bond *bond);
/* The bond with this ref if `self` made it and has not ended it; else NULL. Any number is safe. */
struct act__bond *act__bond_find(act_self *self, act_ref ref);
/* The reply to an ask has come: the ask is over. Returns: whether there was one. */
bool              act__ask_answered(struct act__worker *worker, act_self *self, act_ref ask);
/*
 * The answer to an ask cannot even be made: DOWN is the answer, and needs no memory. Returns: false
 * if it was not `self` that was asked, or it is answered.
 */
bool              act__ask_fail(struct act__worker *worker, act_self *self, act_ref ask,
                                const struct act__reason *reason);
/*
 * A message of another's leaves the inbox of `self`, and no handler has had it: if it is an ask,
 * DOWN will say so.
 */
void act__ask_unbegun(struct act__worker *worker, act_self *self, const act_message *message);
/*
 * Whether the asker still waits, or the one that was asked has not heard yet that it does not. Any
 * thread.
 */
bool act__ask_is_open(struct act_system *system, act_ref ask);
/*
 * Whether a message with this ref is an ask whose asker still waits. Any thread; a hint. In a
 * child of fork() none does: that it is one is said by what would have been done with it.
 */
bool act__ask_waits(struct act_system *system, act_ref ask);
/* If it is `self` that was asked: gives side 1 to the actor `to`, which is one or was. */
void act__ask_pass_on(struct act__worker *worker, act_self *self, act_ref ask, uint64_t to);
/*
 * The request of a bond has come to its side 1. Returns: false if it was forwarded and is over: it
 * is let go then.
 */
bool act__ask_arrives(struct act__worker *worker, struct act__bond *bond);
/*
 * side 0's END of any bond has come to `self`. Returns: false if `self` is its side 1, or was when
 * it ended; else it has gone after its bond, or was let go with it.
 */
bool act__ask_end_follows(struct act__worker *worker, act_self *self, act_message *signal);
/* The timeout of an ask has come. Returns: whether there was one. */
bool act__ask_timed_out(struct act__worker *worker, act_self *self, act_ref ask);

/*
 * The bond that a member of a cell's set is a half of, and which: bonds are aligned to a cache
 * line.
 */
static inline struct act__bond *act__bond_of_half(struct act__member *half, unsigned *side)
{
    *side = ((uintptr_t)half - offsetof(struct act__bond, half)) % ACT__CACHE_LINE != 0;
    return act__container(half - *side, struct act__bond, half);
}

/* The bond an envelope lives in, and which end of it the envelope is. */
static inline struct act__bond *act__bond_of_end(act_message *message, unsigned *end)
{
    *end = act__message_home(message) == ACT__HOME_BOND_1;
    return act__container(message - *end, struct act__bond, end);
}

#endif
