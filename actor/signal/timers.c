/*
 * Timers as actors have them: armed and cancelled by their owner, fired by a worker's wheel.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/signal/timers.h>

#include <string.h>

#include <actor/delivery/backpressure.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/fork.h>
#include <actor/process/shared.h>
#include <actor/process/slab.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/runner.h>
#include <actor/scheduler/station.h>
#include <actor/signal/bond.h>
#include <actor/signal/continuation.h>
#include <actor/signal/every.h>
#include <actor/signal/ref.h>
#include <actor/signal/signal.h>
#include <actor/time/wheel.h>
#include <mailbox/base/gap.h>

_Static_assert(sizeof(struct act__timer) <= 192, "a timer is at most three cache lines");

act_millis act__timer_now(struct act__worker *worker)
{
    return worker->run.executor->operations->now(worker->run.executor);
}

/* The wheel of the calling thread, if it has one. */
static bool is_on_own_wheel(const struct act__worker *worker, const struct act__timer *timer)
{
    return worker->run.index != ACT__NO_WORKER && timer->worker == worker->run.index;
}

act_ref act__timer_ref(struct act_system *system, const struct act__timer *timer)
{
    return act__ref_make(act__load(&timer->generation), act__slab_index(&system->timers, timer),
                         ACT__REF_IS_TIMER);
}

void act__timer_start(struct act__worker *worker, struct act__timer *timer)
{
    act__list_init(&timer->slot);
    timer->worker = worker->run.index != ACT__NO_WORKER ? (uint16_t)worker->run.index : 0;
    act__store(&timer->state, ACT__TIMER_ARMED);
    timer->by_call = !is_on_own_wheel(worker, timer) || !act__station_enter(&worker->run);
    if (!timer->by_call) {
        act__wheel_add(worker->run.wheel, timer);
        act__station_leave(&worker->run);
    } else {
        worker->run.executor->operations->call_wheel(worker->run.executor, timer, false);
    }
}

struct act__timer *act__timer_arm(struct act__worker *worker, act_self *self, uint64_t to,
                                  act_message *message, act_ref ref, act_millis delay)
{
    struct act__timer *timer = act__slab_take(&worker->system->timers, &worker->timers);
    if (timer == NULL)
        return NULL;
    act__ref_next_use(&timer->generation);
    atomic_thread_fence(memory_order_release); /* pairs with find */
    memset(&timer->event, 0, sizeof timer->event);
    timer->event.act_bits = ACT__BIT_SIGNAL | ACT__HOME_TIMER;
    timer->event.tag = ACT__SIGNAL_TIMER;
    timer->event.ref = ref;
    if (delay > ACT__DELAY_MAX) /* the timeout of an ask: 35 years are as good as any time beyond */
        delay = ACT__DELAY_MAX;
    /* The real clock is cut to whole milliseconds: one more, so that no timer is early. */
    timer->due = act__timer_now(worker) + delay + !worker->run.executor->simulated;
    timer->message = message;
    timer->to = to;
    timer->period = 0;
    timer->tick_waits = timer->is_over = false;
    act__store(&timer->owner, self != NULL ? act__local_of(self) : 0);
    if (self != NULL)
        act__set_add(&self->timers, &timer->owned);
    act__timer_start(worker, timer);
    return timer;
}

void act__timer_again(struct act__worker *worker, struct act__timer *timer, act_millis delay)
{
    timer->due = act__timer_now(worker) + delay + !worker->run.executor->simulated;
    if (is_on_own_wheel(worker, timer))
        act__wheel_add(worker->run.wheel, timer);
    else /* the monitor has fired it: see stuck.c */
        worker->run.executor->operations->call_wheel(worker->run.executor, timer, false);
}

void act__timer_drop(struct act__runner *runner, struct act__timer *timer)
{
    struct act__worker *worker = act__worker_of(runner);
    if (timer->period != 0)
        timer->message->act_bits = timer->tick_home;
    if (timer->message != NULL)
        act_message_free(&timer->message);
    act__ref_next_use(&timer->generation);
    act__slab_give(&worker->system->timers, &worker->timers, timer);
}

bool act__timer_cancel(struct act__worker *worker, struct act__timer *timer)
{
    uint32_t armed = ACT__TIMER_ARMED;
    act__set_remove(&timer->owned);
    /* relaxed: nothing but this decision is shared; the record itself goes through call_wheel. */
    if (!atomic_compare_exchange_strong_explicit(&timer->state, &armed, ACT__TIMER_CANCELLED,
                                                 memory_order_relaxed, memory_order_relaxed))
        return timer->period != 0 && act__every_end(worker, timer);
    act__gap("timers.cancelled");
    if (!timer->by_call && is_on_own_wheel(worker, timer) && act__station_enter(&worker->run)) {
        act__wheel_remove(worker->run.wheel, timer);
        act__station_leave(&worker->run);
        act__timer_drop(&worker->run, timer);
    } else {
        worker->run.executor->operations->call_wheel(worker->run.executor, timer, true);
    }
    return true;
}

void act__timer_cancel_all(struct act__worker *worker, act_self *self)
{
    while (self->timers.first != NULL)
        act__timer_cancel(worker, act__container(self->timers.first, struct act__timer, owned));
}

static void fire(struct act__worker *worker, struct act__timer *timer)
{
    uint32_t armed = ACT__TIMER_ARMED;
    act__list_remove(&timer->slot);
    if (act__unlikely(act__load(&timer->owner) == 0)) {
        act__backpressure_watch(worker, timer);
        return;
    }
    /*
     * The loser of this race is told: a cancelled timer is dropped when its owner's call arrives.
     */
    if (atomic_compare_exchange_strong_explicit(&timer->state, &armed, ACT__TIMER_FIRED,
                                                memory_order_relaxed, memory_order_relaxed)) {
        act__gap("timers.fired");
        act__signal_push(worker->system, worker, act__load(&timer->owner), &timer->event);
    }
}

void act__timers_run(struct act__runner *runner, struct act__timer_wheel *wheel, act_millis now)
{
    struct act__list due;
    act__list_init(&due);
    act__wheel_advance(wheel, now, &due);
    while (!act__list_is_empty(&due))
        fire(act__worker_of(runner), act__container(due.next, struct act__timer, slot));
    act__wheel_spread(wheel);
}

/* ----------------------------------------------------------------------------- what actors call */

act_millis act_now(const act_self *self)
{
    ACT__HANDLER_ONLY(self);
    struct act__worker *worker = self->worker;
    if (worker->now < 0)
        worker->now = act__timer_now(worker);
    return worker->now;
}

uint64_t act_random(act_self *self)
{
    ACT__HANDLER_ONLY(self);
    return act__random_next(&self->worker->run.random);
}

act_result act_send_after(act_self *self, act_ref *timer, act_pid to, act_message **message,
                          act_millis delay)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    if (delay < 0 || delay > ACT__DELAY_MAX)
        return ACT_INVALID;
    if (to.node != 0)
        return ACT_NO_NODE;
    if ((*message)->ref.value != 0 && act__ask_waits(self->worker->system, (*message)->ref))
        return ACT_INVALID;
    struct act__timer *armed =
        act__timer_arm(self->worker, self, to.local, *message, (act_ref){0}, delay);
    if (armed == NULL)
        return ACT_NO_MEMORY;
    (*message)->ref.value = 0; /* only its owner, which is running this, will send it */
    *message = NULL;
    *timer = act__timer_ref(self->worker->system, armed);
    return ACT_OK;
}

act_result act_tell_after_value(act_self *self, act_ref *timer, act_pid to, uint32_t tag,
                                act_value value, act_millis delay)
{
    ACT__HANDLER_ONLY(self);
    act_message *message = act__message_make_value(tag, &value);
    if (message == NULL)
        return ACT_NO_MEMORY;
    act_result result = act_send_after(self, timer, to, &message, delay);
    if (result != ACT_OK)
        act__message_drop(message); /* a resource in it stays the caller's */
    return result;
}

/* Whether the record is in use under this ref. */
static bool is_called(struct act_system *system, struct act__timer *timer, act_ref ref)
{
    return act__ref_is_of(ref, act__load(&timer->generation),
                          act__slab_index(&system->timers, timer), ACT__REF_IS_TIMER);
}

/*
 * The timer with this ref if it is this actor's; else NULL. Another actor's record may be used
 * again while it is looked at; one's own cannot.
 */
static struct act__timer *find(act_self *self, act_ref ref)
{
    struct act_system *system = self->worker->system;
    struct act__timer *timer =
        act__slab_at(&system->timers, act__ref_index(ref, ACT__REF_IS_TIMER));
    if (timer == NULL || !is_called(system, timer, ref))
        return NULL;
    act__gap("timers.found");
    /*
     * acquire: before the second look at generation, as act__timer_arm writes generation before the
     * owner.
     */
    bool is_mine = act__load_acquire(&timer->owner) == act__local_of(self);
    return is_mine && is_called(system, timer, ref) && timer->owned.here != NULL ? timer : NULL;
}

bool act__timer_is_to_self(act_self *self, act_ref ref)
{
    struct act__timer *timer = find(self, ref);
    return timer != NULL && timer->message != NULL && timer->period == 0 &&
           timer->to == act__local_of(self);
}

act_result act_cancel_timer(act_self *self, act_ref ref)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    struct act__timer *timer = find(self, ref);
    if (timer == NULL || !act__timer_cancel(self->worker, timer))
        return ACT_NOT_FOUND;
    act__continuation_forget(self, ref);
    return ACT_OK;
}
