/* How messages reach an inbox, and what becomes of those that do not. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_DELIVERY_SEND_H
#define ACT_ACTOR_DELIVERY_SEND_H

#include <actor/process/cell.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/task.h>
#include <mailbox/schema/schema.h>

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
/* A message of `from` that has not come into an inbox: sent, a dead letter, and freed. */
void act__undelivered(struct act_system *system, struct act__worker *worker, uint64_t from,
                      act_pid to, act_message *message, act_result why);
/*
 * A typed message that could not even be made: the hook is shown its tag, and its resources are
 * released. `self`: NULL if a thread has sent it.
 */
void act__report_lost_typed(act_system *system, act_self *self, act_pid to, const act_type *type,
                            const void *fields, act_result why);
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
    if (act__likely(worker != NULL && act__load(&worker->run.lifo_slot) == NULL &&
                    act__load(&self->task.route) == ACT__ROUTE_ANY))
        act__store_release(&worker->run.lifo_slot,
                           &self->task); /* pairs with the monitor's taking it: see
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
    bool wakes = act__mpsc_push(&cell->inbox_shared.queue, message);
    act__gap("inbox.pushed");
    if (wakes)
        act__schedule(system, worker, cell);
    return wakes;
}

/* Frees any envelope, wherever it lives, when it is not needed any more. */
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

/* The same for a user's message that takes one block of the pool's smallest, and shares nothing. */
static inline void act__release_small(act_message *message)
{
    if (act__unlikely(message->kind == ACT_VALUE_RESOURCE))
        act__message_empty(message);
    act__pool_give(message, 0);
}

/*
 * The same for one popped from, or met in, the inbox of `self`: later, if it still is the boundary.
 */
static inline void act__finish(struct act__worker *worker, act_self *self, act_message *message)
{
    if (!act__inbox_retire(&self->inbox_owned, message))
        return;
    act__release(worker, message);
}

#endif
