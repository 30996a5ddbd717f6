/* Ordinary threads wait for actors: ask and join. Internal. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>

#include <actor/delivery/send.h>
#include <actor/process/cell.h>
#include <actor/process/exit.h>
#include <actor/process/fork.h>
#include <actor/process/shared.h>
#include <actor/process/slab.h>
#include <actor/process/spawn.h>
#include <actor/process/worker.h>
#include <actor/scheduler/task.h>
#include <actor/signal/bond.h>
#include <actor/signal/signal.h>
#include <actor/system/system.h>
#include <actor/system/system_record.h>
#include <actor/time/clock.h>
#include <mailbox/base/gap.h>
#include <mailbox/base/lock.h>

/*
 * While it waits a thread lives in a cell like an actor's: it has a pid, bonds end in it, messages
 * are pushed to it. But scheduling it means ringing this bell instead of entering a run queue. The
 * thread looks at its inbox only while it holds the token: after the bell, or after taking it back
 * with act__mpsc_wake.
 *
 * run_next leads from the cell to the bell: it belongs to the holder of the token, which the ringer
 * is.
 */
struct foreign {
    act_self       *cell;
    pthread_mutex_t mutex;
    pthread_cond_t  bell;
    bool            rung;
    act_ref         awaited; /* the ask or the monitor */
};

void act__foreign_ring(struct act__task *task)
{
    struct foreign *foreign = (struct foreign *)(void *)task->run_next;
    act__lock(&foreign->mutex);
    foreign->rung = true;
    pthread_cond_signal(&foreign->bell);
    act__unlock(&foreign->mutex);
}

enum { BUSY_MAX = 8 };

/* A free cell and its token; NULL: no memory. */
static act_self *take_cell(act_system *system)
{
    struct act__system_record *record = act__record_of(system);
    act_self                  *busy[BUSY_MAX], *cell;
    unsigned                   busy_count = 0, rounds = 0;
    /*
     * A stale message may have put a free cell into the queue of a worker that has much to do: take
     * another one.
     */
    while ((cell = act__slab_take(&system->cells, &record->foreign_worker.cells)) != NULL) {
        act__cell_prepare(system, cell);
        if (act__mpsc_wake(&cell->inbox_shared.queue))
            break;
        if (busy_count == BUSY_MAX) {
            while (!act__mpsc_wake(&cell->inbox_shared.queue))
                act__wait_a_moment(&rounds);
            break;
        }
        busy[busy_count++] = cell;
    }
    while (busy_count > 0)
        act__slab_give(&system->cells, &record->foreign_worker.cells, busy[--busy_count]);
    return cell;
}

static act_result open_foreign(act_system *system, struct foreign *foreign)
{
    act_self *cell = take_cell(system);
    if (cell == NULL)
        return ACT_NO_MEMORY;
    act__condition_init(&foreign->bell);
    pthread_mutex_init(&foreign->mutex, NULL);
    foreign->cell = cell;
    foreign->rung = false;
    cell->task.run_next = (struct act__task *)(void *)foreign;
    act__store(&cell->inbox_shared.max, 0);
    act__store(&cell->task.route, ACT__ROUTE_FOREIGN);
    cell->flags |= ACT__CELL_READY | ACT__CELL_TRAPPING;
    cell->worker = &act__record_of(system)->foreign_worker;
    cell->parent = 0;
    /* release: pairs with the acquire in bond.c and act__control_set_all, as in spawn.c. */
    act__store_release(&cell->generation, act__load(&cell->generation) + 1);
    act__phase_enter(cell, ACT__PHASE_STARTING);
    act__phase_enter(cell, ACT__PHASE_RUNNING);
    return ACT_OK;
}

/* With the token and the foreign worker's mutex. Gives the token up for good. */
static void close_foreign(act_system *system, struct foreign *foreign)
{
    act_self           *cell = foreign->cell;
    struct act__worker *worker = &act__record_of(system)->foreign_worker;
    act__store(&cell->task.route, ACT__ROUTE_ANY);
    act__end_quietly(worker, cell);
    act_message *freed;
    do {
        act__take_in(worker, cell);
    } while (!act__inbox_sleep(&cell->inbox_shared, &cell->inbox_owned, &freed));
    if (freed != NULL)
        act__release(worker, freed);
    act__slab_give(&system->cells, &worker->cells, cell);
    pthread_cond_destroy(&foreign->bell);
    pthread_mutex_destroy(&foreign->mutex);
}

/* Without the token. Returns: whether the bell has rung, and the token with it. */
static bool wait_for_bell(struct foreign *foreign, const struct timespec *until)
{
    int error = 0;
    act__lock(&foreign->mutex);
    while (!foreign->rung && error != ETIMEDOUT)
        error = until != NULL ? pthread_cond_timedwait(&foreign->bell, &foreign->mutex, until)
                              : pthread_cond_wait(&foreign->bell, &foreign->mutex);
    bool rung = foreign->rung;
    foreign->rung = false;
    act__unlock(&foreign->mutex);
    return rung;
}

/* Its own request is none, which may have been forwarded to it. */
static bool is_awaited(const struct foreign *foreign, const act_message *message)
{
    return act_ref_equal(message->ref, foreign->awaited) &&
           (act__message_is_reply(message) || !act__message_is_counted(message));
}

/*
 * The answer that the thread waits for, or NULL: whatever else is sent to its pid is not received,
 * and an ask is answered with that, as the thread may wait for this very answer. With the token.
 */
static act_message *look(act_system *system, struct foreign *foreign)
{
    static const struct act__reason gone = {.kind = ACT_EXIT_NO_ACTOR};
    struct act__worker             *worker = &act__record_of(system)->foreign_worker;
    act_message                    *message;
    act__take_in(worker, foreign->cell);
    while ((message = act__inbox_pop(&foreign->cell->inbox_owned)) != NULL &&
           !is_awaited(foreign, message)) {
        act_ref ref = message->ref;
        act__refuse(worker, foreign->cell, message, ACT_NO_ACTOR);
        (void)act__ask_fail(worker, foreign->cell, ref, &gone);
    }
    return message;
}

/*
 * Waits until a message is there; NULL: the timeout has passed. With the token and the foreign
 * worker's mutex before and after, without both while it waits.
 */
static act_message *wait_for_message(act_system *system, struct foreign *foreign,
                                     act_millis timeout)
{
    struct act__system_record *record = act__record_of(system);
    act_self                  *cell = foreign->cell;
    act_message               *message, *freed;
    struct timespec            until =
        timeout == ACT_FOREVER ? (struct timespec){0} : act__clock_after(timeout);
    bool in_time = timeout != 0;
    while ((message = look(system, foreign)) == NULL && in_time) {
        if (!act__inbox_sleep(&cell->inbox_shared, &cell->inbox_owned, &freed))
            continue;
        if (freed != NULL)
            act__release(&record->foreign_worker, freed);
        act__unlock_leavable(&record->foreign_mutex);
        act__gap("foreign.asleep");
        in_time = wait_for_bell(foreign, timeout == ACT_FOREVER ? NULL : &until);
        if (!in_time && !act__mpsc_wake(&cell->inbox_shared.queue))
            wait_for_bell(foreign, NULL); /* a thread has the token and is about to ring */
        act__lock_leavable(&record->foreign_mutex);
    }
    return message;
}

/* The request has been sent; exactly one answer will come, or the timeout. */
static act_result wait_for_reply(act_system *system, struct foreign *foreign, act_message **reply,
                                 act_millis timeout)
{
    struct act__system_record *record = act__record_of(system);
    act_message               *message = wait_for_message(system, foreign, timeout);
    if (message == NULL)
        return ACT_TIMED_OUT;
    if (message->tag == ACT_MESSAGE_DOWN && !act__message_is_counted(message)) {
        act__finish(&record->foreign_worker, foreign->cell, message);
        return ACT_NO_ACTOR;
    }
    act__count(&record->foreign_worker.received);
    act_message *list =
        act__inbox_detach(&foreign->cell->inbox_shared, &foreign->cell->inbox_owned, message);
    if (list != NULL)
        act__take_in_list(&record->foreign_worker, foreign->cell, list);
    message->act_bits &= (uint8_t) ~(ACT__BIT_COUNTED | ACT__BIT_REPLY);
    *reply = message;
    return ACT_OK;
}

act_result act_system_ask_message(act_system *system, act_pid to, act_message **message,
                                  act_message **reply, act_millis timeout)
{
    struct act__system_record *record = act__record_of(system);
    if (act__has_forked(system))
        return ACT_FORKED;
    struct foreign foreign;
    if (timeout == 0 || timeout < ACT_FOREVER || !act__may_wait_for(system, to))
        return ACT_INVALID;
    act__lock_leavable(&record->foreign_mutex);
    act_result result = open_foreign(system, &foreign);
    if (result == ACT_OK) {
        result = act_ask_message(foreign.cell, &foreign.awaited, to, message, ACT_FOREVER);
        if (result == ACT_OK)
            result = wait_for_reply(system, &foreign, reply, timeout);
        close_foreign(system, &foreign);
    }
    act__unlock_leavable(&record->foreign_mutex);
    return result;
}

static void report_end(const act_message *down, act_exit_report *report)
{
    act_exit_reason reason = act_message_reason(down);
    if (report == NULL)
        return;
    report->kind = reason.kind;
    report->code = reason.code;
    snprintf(report->text, sizeof report->text, "%s", reason.text != NULL ? reason.text : "");
}

act_result act_system_join(act_system *system, act_pid pid, act_exit_report *report,
                           act_millis timeout)
{
    struct act__system_record *record = act__record_of(system);
    if (act__has_forked(system))
        return ACT_FORKED;
    struct foreign foreign;
    if (timeout < ACT_FOREVER || !act__may_wait_for(system, pid))
        return ACT_INVALID;
    act__lock_leavable(&record->foreign_mutex);
    act_result result = open_foreign(system, &foreign);
    if (result == ACT_OK) {
        result = act_monitor(foreign.cell, &foreign.awaited, pid);
        if (result == ACT_OK) {
            act_message *down = wait_for_message(system, &foreign, timeout);
            result = down != NULL ? ACT_OK : ACT_TIMED_OUT;
            if (down != NULL) {
                report_end(down, report);
                act__finish(&record->foreign_worker, foreign.cell, down);
            }
        }
        close_foreign(system, &foreign);
    }
    act__unlock_leavable(&record->foreign_mutex);
    return result;
}
