/*
 * OS signals as messages: caught by a handler, carried by the first worker, told to the askers.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/io/os_signal.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include <actor/io/io.h>
#include <actor/io/loop_record.h>
#include <actor/process/attachment.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/fork.h>
#include <actor/process/shared.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/loop.h>
#include <actor/scheduler/runner.h>
#include <actor/signal/signal.h>
#include <mailbox/base/lock.h>

/*
 *      caught() --- `caught_bits`, then a wake-up ---> act__os_signals_deliver() on worker 0
 *                                                          --- event ---> actor
 *
 * libevent takes signals in one event base of a process only, and by one thread of it; so this is
 * our own. The handler must not use a loop that is being destroyed: the last subscription to end
 * takes `target` away first, and then waits until no handler is running that may have seen it.
 */

#define SIGNALS 65

struct subscription {
    struct act__attachment attachment; /* of the actor */
    struct act__event      event;
    struct subscription   *next; /* this and all below: guarded by the mutex */
    uint64_t               owner;
    int                    signal;
    bool                   raised;    /* again, while the event was in flight */
    bool                   in_flight; /* the event is in an inbox, or being handled */
    bool                   ended;     /* only the event still keeps this here */
};

/* Signals belong to the process, so this does too. Guarded by the mutex. */
static pthread_mutex_t      mutex = PTHREAD_MUTEX_INITIALIZER;
static struct act_system   *asking_system;
static struct subscription *subscriptions;
static uint32_t             counts[SIGNALS];
static struct sigaction     previous[SIGNALS]; /* disposition, where the count is not 0 */

/* Shared with the handler. */
static _Atomic(struct act__loop *) target;      /* written with the mutex */
static _Atomic uint64_t            caught_bits; /* bit n - 1: signal n; set by handlers, cleared
                                                   by worker 0 */
static _Atomic uint32_t            handlers;    /* that are running now */

_Static_assert(ATOMIC_POINTER_LOCK_FREE == 2 && ATOMIC_LLONG_LOCK_FREE == 2,
               "a handler must not wait for a lock");

/* ------------------------------------------------------------------------------------- catching */

static void caught(int signal)
{
    int saved = errno;
    /*
     * seq_cst, both: pairs with forget_target. Either it sees this handler running, or this one
     * sees NULL.
     */
    atomic_fetch_add_explicit(&handlers, 1, memory_order_seq_cst);
    struct act__loop *loop = atomic_load_explicit(&target, memory_order_seq_cst);
    if (loop != NULL) {
        /*
         * seq_cst: before the wake-up; pairs with the exchange in act__os_signals_deliver after it.
         */
        atomic_fetch_or_explicit(&caught_bits, UINT64_C(1) << (signal - 1), memory_order_seq_cst);
        act__loop_wake(loop);
    }
    /* release: pairs with the acquire in forget_target: the loop is not used any more. */
    atomic_fetch_sub_explicit(&handlers, 1, memory_order_release);
    errno = saved;
}

static void forget_target(void)
{
    unsigned rounds = 0;
    atomic_store_explicit(&target, NULL, memory_order_seq_cst); /* see caught() */
    while (atomic_load_explicit(&handlers, memory_order_seq_cst) != 0)
        act__wait_a_moment(&rounds);
    act__store(&caught_bits, 0);
}

void act__os_signals_deliver(struct act__loop *loop)
{
    /* seq_cst: pairs with caught(); what is set after this is followed by a wake-up of its own. */
    uint64_t bits = atomic_exchange_explicit(&caught_bits, 0, memory_order_seq_cst);
    if (bits == 0)
        return;
    act__lock(&mutex);
    for (struct subscription *each = subscriptions; each != NULL; each = each->next) {
        if ((bits >> (each->signal - 1) & 1) == 0)
            continue;
        each->raised = each->in_flight;
        if (!each->in_flight) {
            each->in_flight = true;
            act__event_push(loop->worker, each->owner, &each->event);
        }
    }
    act__unlock(&mutex);
}

static void retired(struct act__worker *worker, struct act__event *event)
{
    struct subscription *mine = act__container(event, struct subscription, event);
    act__lock(&mutex);
    bool ended = mine->ended;
    mine->in_flight = mine->raised && !ended;
    mine->raised = false;
    if (mine->in_flight)
        act__event_push(worker, mine->owner, event);
    act__unlock(&mutex);
    if (ended)
        act__free(mine);
}

/* --------------------------------------------------------------------------------------- asking */

static bool can_be_asked_for(int signal)
{
    switch (signal) {
    case SIGKILL:
    case SIGSTOP:
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
    case SIGABRT:
    case SIGSYS: return false;
    default: return signal > 0 && signal < SIGNALS;
    }
}

static struct subscription *find(uint64_t owner, int signal)
{
    struct subscription *each = subscriptions;
    while (each != NULL && (each->owner != owner || each->signal != signal))
        each = each->next;
    return each;
}

/* With the mutex. */
static void stop_if_last(void)
{
    if (subscriptions != NULL)
        return;
    act__store(&act__load(&target)->signals_asked, false);
    forget_target();
    asking_system = NULL;
}

static void unsubscribe(struct act__attachment *attachment)
{
    struct subscription *mine = act__container(attachment, struct subscription, attachment),
                        **place = &subscriptions;
    act__lock(&mutex);
    while (*place != mine)
        place = &(*place)->next;
    *place = mine->next;
    if (--counts[mine->signal] == 0)
        sigaction(mine->signal, &previous[mine->signal], NULL);
    stop_if_last();
    bool in_flight = mine->ended = mine->in_flight;
    act__unlock(&mutex);
    if (!in_flight)
        act__free(mine);
}

static void find_first(struct act__runner *runner, void *context)
{
    if (runner->index == 0)
        *(struct act__loop **)context = runner->loop;
}

/* The first subscription makes the first worker listen. With the mutex. */
static void aim(struct act_system *system)
{
    struct act__loop *loop = NULL;
    if (asking_system != NULL)
        return;
    system->executor->operations->each_worker(system->executor, find_first, &loop);
    asking_system = system;
    /* relaxed: a hint whether to poll; if it sleeps the wake-up wakes it */
    act__store(&loop->signals_asked, true);
    atomic_store_explicit(&target, loop, memory_order_seq_cst); /* pairs with caught() */
}

static act_result start_catching(struct act_system *system, int signal)
{
    struct sigaction action = {.sa_handler = caught, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    aim(system); /* first: what is caught must not be lost */
    if (counts[signal] == 0 && sigaction(signal, &action, &previous[signal]) != 0) {
        stop_if_last();
        return ACT_OS;
    }
    counts[signal]++;
    return ACT_OK;
}

/* With the mutex. */
static act_result subscribe(act_self *self, int signal)
{
    if (asking_system != NULL && asking_system != self->worker->system)
        return ACT_EXISTS;
    if (find(act__local_of(self), signal) != NULL)
        return ACT_OK;
    struct subscription *made = act__allocate(sizeof *made);
    if (made == NULL)
        return ACT_NO_MEMORY;
    act_result result = start_catching(self->worker->system, signal);
    if (result != ACT_OK) {
        act__free(made);
        return result;
    }
    made->attachment.release = unsubscribe;
    made->event.retired = retired;
    made->event.message.act_bits = ACT__HOME_OWNED;
    made->event.message.tag = ACT_MESSAGE_OS_SIGNAL;
    made->event.message.kind = ACT_VALUE_INT64;
    made->event.message.as.int64 = signal;
    made->owner = act__local_of(self);
    made->signal = signal;
    made->next = subscriptions;
    subscriptions = made;
    act__set_add(&self->attachments, &made->attachment.member);
    return ACT_OK;
}

act_result act_os_signal(act_self *self, int signal)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    if (self->worker->run.executor->simulated || !can_be_asked_for(signal))
        return ACT_INVALID;
    act__lock(&mutex);
    act_result result = subscribe(self, signal);
    act__unlock(&mutex);
    return result;
}
