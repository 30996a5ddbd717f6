/* How an actor ends. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_PROCESS_EXIT_H
#define ACT_ACTOR_PROCESS_EXIT_H

#include <actor/process/attachment.h>
#include <actor/process/cell.h>

/* One turn can need three texts: of act_exit, of a panic after it, and of a panic in terminate. */
#define ACT__SPARES 3

/* What a worker knows of the end of its current actor. */
struct act__ending {
    struct act__reason       reason;              /* once the end is decided */
    uint8_t                  stage;               /* how far it has got; see exit.c */
    bool                     agreed;              /* it is a kill that is told to none */
    bool                     leaves;              /* act_exit_now is on its way: no panic */
    bool                     was_root;            /* one that was told to end */
    char                     label[ACT_NAME_MAX]; /* of an on_end that was called; "": none */
    struct act__reason_text *panic_text;          /* of a panic that is on its way */
    struct act__reason_text *spares[ACT__SPARES]; /* so that a failure never has to ask for
                                                           memory */
    uint32_t                 spares_count;
};

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

#endif
