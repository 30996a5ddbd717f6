/* How messages reach an inbox, and what becomes of those that do not. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/delivery/send.h>

#include <string.h>

#include <actor/delivery/backpressure.h>
#include <actor/delivery/dead_letter.h>
#include <actor/delivery/outbox.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/exit.h>
#include <actor/process/fork.h>
#include <actor/process/pid.h>
#include <actor/process/shared.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <actor/scheduler/runner.h>
#include <actor/signal/bond.h>
#include <actor/signal/every.h>
#include <actor/signal/signal.h>
#include <actor/time/wheel.h>
#include <actor/typed.h>
#include <mailbox/base/gap.h>
#include <mailbox/base/lock.h>
#include <mailbox/schema/schema_walk.h>

void act__schedule_elsewhere(struct act_system *system, struct act__worker *worker, act_self *self)
{
    system->executor->operations->schedule(system->executor, act__runner_of(worker), &self->task);
}

static void count_sent(struct act_system *system, struct act__worker *worker)
{
    if (act__likely(worker != NULL))
        act__count(&worker->sent);
    else
        act__add(&system->outside_sent, 1);
}

/* Whether there is a place under the bound. An ask has made sure that its reply is awaited. */
static bool admit(act_self *cell, act_message *message)
{
    if (act__message_is_reply(message))
        return true;
    message->act_bits |= ACT__BIT_BOUNDED;
    if (act__inbox_admit(&cell->inbox_shared, act__load(&cell->policy) == ACT_INBOX_DROP_OLDEST))
        return true;
    message->act_bits &= (uint8_t)~ACT__BIT_BOUNDED;
    return false;
}

void act__undelivered(struct act_system *system, struct act__worker *worker, uint64_t from,
                      act_pid to, act_message *message, act_result why)
{
    message->act_sender = from;
    message->act_sender_node = 0;
    count_sent(system, worker);
    act__dead_letter(system, worker, to, message, why);
    act_message_free(&message);
}

/*
 * `count` messages as one envelope. `is_flood`: they are counted, to mute their sender. Not under a
 * bound; nor replies, which were asked for: the server of a slow client goes on for others.
 */
static inline __attribute__((always_inline)) void enqueue(struct act_system  *system,
                                                          struct act__worker *worker,
                                                          act_self *cell, act_message *envelope,
                                                          bool is_flood, uint32_t count)
{
    if (!act__cell_push(system, worker, cell, envelope) && is_flood)
        act__backpressure_came(worker, cell, count);
}

/*
 * An outbox of messages from one handler to one receiver costs one exchange on the receiver's
 * inbox, not one each. The first is pushed at once, so that the receiver can begin. The others are
 * listed in an envelope of their own, a signal that is replaced by them when it is fetched, and
 * pushed with it, at the latest when the handler returns. Whatever else the handler sends ends the
 * outbox, so others see its sends in their order. A list, because the receiver can then ask for all
 * their cache lines at once: linked, it would have to wait for one after the other.
 */
void act__outbox_push(struct act__worker *worker)
{
    if (act__has_forked(worker->system))
        act__fork_returned(worker);
    struct act__outbox *outbox = &worker->outbox;
    act_message        *envelope = outbox->envelope, *only = act__outbox_messages(envelope)[0];
    if (outbox->count == 1) { /* by itself; the envelope is for the next outbox */
        envelope = only;
    } else {
        envelope->bytes_count = outbox->count;
        envelope->act_generation = only->act_generation;
        outbox->envelope = NULL;
    }
    /* It counts as handled: a flood has shorter turns, and what waits stays in the cache. */
    uint32_t  count = outbox->count;
    act_self *cell = act__cell_at(worker->system, outbox->to);
    bool      is_flood = !act__message_is_reply(only);
    worker->run.batch -= count < worker->run.batch ? count : worker->run.batch;
    outbox->count = 0;
    if (is_flood)
        act__backpressure_sent(worker, cell, count);
    enqueue(worker->system, worker, cell, envelope, is_flood, count);
}

/* Into an outbox that has no envelope yet; without memory the message goes by itself. */
static __attribute__((noinline)) void begin_outbox(struct act__worker *worker, act_message *message)
{
    struct act__outbox *outbox = &worker->outbox;
    if (worker->outbox.max != 0)
        outbox->envelope = act__message_make(ACT__SIGNAL_OUTBOX, ACT_VALUE_BYTES,
                                             ACT__OUTBOX_MAX * sizeof message);
    if (outbox->envelope == NULL) {
        act_self *cell = act__cell_at(worker->system, outbox->to);
        bool      is_flood = !act__message_is_reply(message);
        if (is_flood)
            act__backpressure_sent(worker, cell, 1); /* as act__outbox_push */
        enqueue(worker->system, worker, cell, message, is_flood, 1);
        return;
    }
    outbox->envelope->act_bits |= ACT__BIT_SIGNAL;
    act__outbox_messages(outbox->envelope)[outbox->count++] = message;
}

/* Into the outbox, which goes to the same actor. */
static inline __attribute__((always_inline)) void collect(struct act__worker *worker,
                                                          act_message        *message)
{
    struct act__outbox *outbox = &worker->outbox;
    if (outbox->envelope == NULL) {
        begin_outbox(worker, message);
        return;
    }
    act__outbox_messages(outbox->envelope)[outbox->count] = message;
    if (act__unlikely(++outbox->count >= outbox->max))
        act__outbox_push(worker);
}

/*
 * What is done with each message that its receiver has a place for, before it is enqueued. `bits`:
 * its act_bits, which the compiler knows where the message was just made, until an atomic is read.
 */
static inline __attribute__((always_inline)) void accept(struct act_system  *system,
                                                         struct act__worker *worker, uint64_t from,
                                                         uint64_t to, act_message *message,
                                                         uint8_t bits)
{
    message->act_sender = from;
    message->act_sender_node = 0;
    message->act_generation = (uint32_t)act__generation_of(to);
    message->act_bits = bits | ACT__BIT_COUNTED;
    count_sent(system, worker);
}

/* The outbox is empty. */
static void deliver_admitted(struct act_system *system, struct act__worker *worker, uint64_t from,
                             act_self *cell, act_pid to, act_message *message)
{
    bool is_flood = worker != NULL && !act__message_is_reply(message);
    bool is_bounded = act__load(&cell->inbox_shared.max) != 0;
    if (is_flood)
        act__backpressure_sent(worker, cell, 1);
    accept(system, worker, from, to.local, message, message->act_bits);
    act__gap("send.admitted");
    enqueue(system, worker, cell, message, is_flood && !is_bounded, 1);
}

act_result act__deliver_or_full(struct act_system *system, struct act__worker *worker,
                                uint64_t from, act_pid to, act_message *message, bool *drops)
{
    if (act__has_forked(system))
        return ACT_FORKED;
    act_self  *cell;
    act_result result = act__pid_resolve(&cell, system, to, memory_order_relaxed);
    if (result != ACT_OK)
        return result;
    if (act__load(&cell->inbox_shared.max) != 0 && !admit(cell, message)) {
        *drops = act__load(&cell->policy) != ACT_INBOX_REFUSE;
        return ACT_FULL;
    }
    act__outbox_end(worker);
    deliver_admitted(system, worker, from, cell, to, message);
    return ACT_OK;
}

act_result act__deliver(struct act_system *system, struct act__worker *worker, uint64_t from,
                        act_pid to, act_message *message)
{
    bool       drops = false;
    act_result result = act__deliver_or_full(system, worker, from, to, message, &drops);
    if (!drops)
        return result;
    act__undelivered(system, worker, from, to, message, result);
    return ACT_OK;
}

void act__deliver_or_drop(struct act_system *system, struct act__worker *worker, uint64_t from,
                          act_pid to, act_message *message)
{
    act_result result = act__deliver(system, worker, from, to, message);
    if (result != ACT_OK)
        act__undelivered(system, worker, from, to, message, result);
}

void act__deliver_own(struct act__worker *worker, act_self *self, act_message *message)
{
    act_pid me = act__pid_of(act__local_of(self));
    if (act__load(&self->inbox_shared.max) != 0 && !admit(self, message)) {
        act__undelivered(worker->system, worker, me.local, me, message, ACT_FULL);
        return;
    }
    accept(worker->system, worker, me.local, me.local, message, message->act_bits);
    act__inbox_append(&self->inbox_owned, message);
    self->inbox_owned.has_priority = true;
}

/* The first of a row; the outbox is empty. */
static inline __attribute__((always_inline)) void enqueue_first(struct act__worker *worker,
                                                                act_self *cell, uint64_t to,
                                                                act_message *message, bool is_flood)
{
    worker->outbox.to = to;
    act__gap("send.admitted");
    enqueue(worker->system, worker, cell, message, is_flood, 1);
}

/*
 * The usual case, short: from a handler to a living actor without a bound. Returns: false if in
 * doubt, nothing is done then; see act__deliver.
 */
static inline __attribute__((always_inline)) bool deliver_shortly(act_self *self, act_pid to,
                                                                  act_message *message,
                                                                  bool         is_reply)
{
    struct act__worker *worker = self->worker;
    act_self           *cell;
    bool                joins = worker->outbox.to == to.local;
    uint8_t bits = message->act_bits; /* often a constant, so long as no atomic was read */
    /* All that is read of the receiver is read before the push takes its cache line away. */
    if (act__unlikely(act__pid_resolve(&cell, worker->system, to, memory_order_relaxed) != ACT_OK ||
                      act__load(&cell->inbox_shared.max) != 0 ||
                      (!joins && worker->outbox.count != 0)))
        return false;
    accept(worker->system, worker, act__local_of(self), to.local, message, bits);
    if (joins) {
        collect(worker, message);
        return true;
    }
    if (!is_reply)
        act__backpressure_sent(worker, cell, 1);
    enqueue_first(worker, cell, to.local, message, !is_reply);
    return true;
}

void act__release_elsewhere(struct act__worker *worker, act_message *message)
{
    unsigned home = act__message_home(message), end;
    if (message->kind == ACT_VALUE_REASON)
        act__reason_text_let_go(act__message_reason_of(message)->text);
    if (home == ACT__HOME_BOND_0 || home == ACT__HOME_BOND_1) {
        act__bond_let_go(worker, act__bond_of_end(message, &end));
    } else if (home == ACT__HOME_TIMER) {
        act__timer_drop(&worker->run, act__container(message, struct act__timer, event));
    } else if (home == ACT__HOME_OWNED) {
        struct act__event *event = act__container(message, struct act__event, message);
        event->retired(worker, event);
    } else if (home == ACT__HOME_TICK) {
        act__every_retired(worker, message);
    }
}

/* ----------------------------------------------------------------------------- what actors call */

/* One that was taken may have come as an ask, and still is one if it could not be sent on. */
static inline act_result send_under(act_ref ref, act_self *self, act_pid to, act_message **message)
{
    act_ref before = (*message)->ref;
    (*message)->ref = ref;
    if (act__unlikely(!deliver_shortly(self, to, *message, act__message_is_reply(*message)))) {
        act_result result =
            act__deliver(self->worker->system, self->worker, act__local_of(self), to, *message);
        if (result != ACT_OK) {
            (*message)->ref = before;
            return result;
        }
    }
    *message = NULL;
    return ACT_OK;
}

act_result act_send(act_self *self, act_pid to, act_message **message)
{
    ACT__HANDLER_ONLY(self);
    if (act__unlikely((*message)->ref.value != 0) &&
        act__ask_waits(self->worker->system, (*message)->ref))
        return ACT_INVALID;
    return send_under((act_ref){0}, self, to, message);
}

act_result act_forward(act_self *self, act_pid to, act_message **message)
{
    ACT__HANDLER_ONLY(self);
    struct act__worker *worker = self->worker;
    act_self           *cell;
    if (act__has_forked(worker->system))
        return ACT_FORKED;
    act_result result = act__pid_resolve(&cell, worker->system, to, memory_order_acquire);
    if (result != ACT_OK)
        return result;
    if (act__load(&cell->inbox_shared.max) != 0 && !admit(cell, *message))
        return ACT_FULL;
    act__outbox_end(worker);
    if (!act__ask_waits(worker->system, (*message)->ref)) /* a reply, or an ask that is over */
        (*message)->ref.value = 0;
    act__ask_pass_on(worker, self, (*message)->ref, to.local);
    deliver_admitted(worker->system, worker, (*message)->act_sender, cell, to, *message);
    *message = NULL;
    return ACT_OK;
}

static void release_resource(const act_value *value)
{
    if (value->kind == ACT_VALUE_RESOURCE && value->as.resource.release != NULL)
        act__user_code_call(value->as.resource.release, value->as.resource.pointer);
}

/* What could not even be made is shown to the hook from the stack. */
static void report_lost_for(act_system *system, struct act__worker *worker, uint64_t from,
                            act_pid to, uint32_t tag, const act_value *value, act_result why)
{
    act_message shown = {.tag = tag, .act_sender = from, .act_bits = ACT__HOME_BORROWED};
    shown.kind = (uint8_t)value->kind;
    memcpy(&shown.as, &value->as, sizeof value->as);
    count_sent(system, worker);
    act__dead_letter(system, worker, to, &shown, why);
    release_resource(value);
}

static void report_lost(act_system *system, struct act__worker *worker, uint64_t from, act_pid to,
                        uint32_t tag, const act_value *value)
{
    report_lost_for(system, worker, from, to, tag, value, ACT_NO_MEMORY);
}

void act__report_lost_typed(act_system *system, act_self *self, act_pid to, const act_type *type,
                            const void *fields, act_result why)
{
    act_value nothing = act_nothing();
    report_lost_for(system, self != NULL ? self->worker : NULL,
                    self != NULL ? act__local_of(self) : 0, to, type->tag, &nothing, why);
    act__resources_release(type, fields);
}

/* Where deliver_shortly was in doubt. */
static __attribute__((noinline)) void deliver_or_drop(act_self *self, act_pid to,
                                                      act_message *message)
{
    act__deliver_or_drop(self->worker->system, self->worker, act__local_of(self), to, message);
}

/* ------------------------------------------------------------------------ up to two words, told */

/* What act__head_of has put together. */
static inline act_value_kind kind_of(uint64_t head)
{
    return (act_value_kind)(uint8_t)(head >> 32);
}

static inline uint32_t bytes_of(uint64_t head)
{
    return (uint32_t)(head >> 40);
}

/* Where the receiver is not open (find_open), or no envelope is at hand. */
static __attribute__((noinline)) void tell_anyhow(act_self *self, act_pid to, uint64_t head,
                                                  uint64_t first, uint64_t second)
{
    act_value    value = {.kind = kind_of(head), .as.act_words = {first, second}};
    act_message *message = act__message_make((uint32_t)head, value.kind, bytes_of(head));
    if (message == NULL) {
        report_lost(self->worker->system, self->worker, act__local_of(self), to, (uint32_t)head,
                    &value);
        return;
    }
    act__message_set(message, &value);
    if (!deliver_shortly(self, to, message, false))
        deliver_or_drop(self, to, message);
}

/*
 * Whether this is a living actor without a bound that mutes none and is not muted. All that is read
 * of the receiver is read here, before the push takes its cache line away.
 */
static inline __attribute__((always_inline)) bool find_open(const struct act__worker *worker,
                                                            act_pid to, act_self **cell)
{
    return act__pid_resolve(cell, worker->system, to, memory_order_relaxed) == ACT_OK &&
           act__load(&(*cell)->inbox_shared.max) == 0 && act__load(&(*cell)->muted) == ACT__CALM;
}

/* All but what a push writes. */
static inline __attribute__((always_inline)) void fill(act_message *message, const act_self *self,
                                                       act_pid to, uint64_t head, uint64_t first,
                                                       uint64_t second)
{
    message->act_sender = act__local_of(self);
    message->act_generation = (uint32_t)act__generation_of(to.local);
    message->act_sender_node = 0;
    message->act_bits = ACT__BIT_COUNTED;
    message->kind = (uint8_t)kind_of(head);
    message->tag = (uint32_t)head;
    message->bytes_count = bytes_of(head);
    message->ref.value = 0;
    message->as.act_words[0] = first;
    message->as.act_words[1] = second;
}

static __attribute__((noinline)) void enqueue_next(struct act__worker *worker, act_self *cell,
                                                   uint64_t to, act_message *message)
{
    act__outbox_push(worker); /* to another actor */
    enqueue_first(worker, cell, to, message, true);
}

/*
 * One more to the same. Of an actor of this system it is known that it lived; the row is looked at
 * when it is pushed.
 */
static __attribute__((noinline)) void tell_again(act_self *self, act_pid to, uint64_t head,
                                                 uint64_t first, uint64_t second)
{
    act_message *message;
    if (act__unlikely(to.local == 0 || to.node != 0 ||
                      (message = act__pool_take_at_hand(0)) == NULL)) {
        tell_anyhow(self, to, head, first, second);
        return;
    }
    fill(message, self, to, head, first, second);
    act__count(&self->worker->sent);
    collect(self->worker, message);
}

/* Every call in here is the last thing that is done: nothing has to be kept across one. */
void act__tell_words(act_self *self, act_pid to, uint64_t head, uint64_t first, uint64_t second)
{
    ACT__HANDLER_ONLY(self);
    struct act__worker *worker = self->worker;
    act_self           *cell;
    act_message        *message;
    if (worker->outbox.to == to.local) {
        tell_again(self, to, head, first, second);
        return;
    }
    if (act__unlikely(!find_open(worker, to, &cell) ||
                      (message = act__pool_take_at_hand(0)) == NULL)) {
        tell_anyhow(self, to, head, first, second);
        return;
    }
    fill(message, self, to, head, first, second);
    act__count(&worker->sent);
    if (act__unlikely(worker->outbox.count != 0)) {
        enqueue_next(worker, cell, to.local, message);
        return;
    }
    enqueue_first(worker, cell, to.local, message, true);
}

void act_tell_bytes(act_self *self, act_pid to, uint32_t tag, const void *bytes, size_t bytes_count)
{
    ACT__HANDLER_ONLY(self);
    act_message *message = NULL;
    if (bytes_count <= ACT_MESSAGE_BYTES_MAX)
        message = act__message_make(tag, ACT_VALUE_BYTES, bytes_count);
    if (message == NULL) {
        act_value nothing = act_nothing();
        report_lost(self->worker->system, self->worker, act__local_of(self), to, tag, &nothing);
        return;
    }
    if (bytes_count != 0)
        memcpy(message->as.bytes, bytes, bytes_count);
    if (act__unlikely(!deliver_shortly(self, to, message, false)))
        deliver_or_drop(self, to, message);
}

void act_tell_typed(act_self *self, act_pid to, const act_type *type, const void *fields)
{
    ACT__HANDLER_ONLY(self);
    act_message *message;
    act_result   result = act_message_create_typed(&message, type, fields);
    if (result != ACT_OK)
        act__report_lost_typed(self->worker->system, self, to, type, fields, result);
    else if (act__unlikely(!deliver_shortly(self, to, message, false)))
        deliver_or_drop(self, to, message);
}

/* Nothing was made for so many of them. */
static void report_lost_for_all(act_self *self, const act_pid *pids, size_t pids_count,
                                const act_type *type, act_result why)
{
    act_value nothing = act_nothing();
    for (size_t i = 0; i < pids_count; i++)
        report_lost_for(self->worker->system, self->worker, act__local_of(self), pids[i], type->tag,
                        &nothing, why);
}

/* The payload is made once; the sender is a holder of it, too, until the last is sent. */
static void tell_all_shared(act_self *self, const act_pid *pids, size_t pids_count,
                            const act_type *type, const void *fields)
{
    act_message *shared, *envelope;
    uint64_t     left = 1;
    act_result   result = act__shared_create(&shared, type, fields);
    if (result != ACT_OK) {
        report_lost_for_all(self, pids, pids_count, type, result);
        act__resources_release(type, fields);
        return;
    }
    shared->act_sender = act__local_of(self);
    act__extension_of(shared)->holders = 1 + (uint64_t)pids_count; /* it is not published yet */
    for (size_t i = 0; i < pids_count; i++) {
        if (act__unlikely((envelope = act__sharing_make(shared)) == NULL)) {
            report_lost_for_all(self, pids + i, 1, type, ACT_NO_MEMORY);
            left++;
        } else if (act__unlikely(!deliver_shortly(self, pids[i], envelope, false))) {
            deliver_or_drop(self, pids[i], envelope);
        }
    }
    act__extended_let_go(shared, left);
}

void act_tell_all_typed(act_self *self, const act_pid *pids, size_t pids_count,
                        const act_type *type, const void *fields)
{
    ACT__HANDLER_ONLY(self);
    uint64_t words[2] = {0, 0};
    if (type->flags != 0 || type->bytes > sizeof words) {
        tell_all_shared(self, pids, pids_count, type, fields);
        return;
    }
    if (type->bytes != 0)
        memcpy(words, fields, type->bytes);
    for (size_t i = 0; i < pids_count; i++)
        act__tell_words(self, pids[i], act__head_of(type->tag, ACT_VALUE_TYPED, type->bytes),
                        words[0], words[1]);
}

void act_system_tell_typed(act_system *system, act_pid to, const act_type *type, const void *fields)
{
    act_message *message;
    act_result   result = act_message_create_typed(&message, type, fields);
    if (result != ACT_OK)
        act__report_lost_typed(system, NULL, to, type, fields, result);
    else
        act__deliver_or_drop(system, NULL, 0, to, message);
}

act_message *act_take(act_self *self)
{
    ACT__HANDLER_ONLY(self);
    struct act__worker *worker = self->worker;
    act_message        *message = (act_message *)(uintptr_t)worker->message, *mine = message;
    if (message == NULL || !act__message_is_counted(message))
        return NULL;
    if (act__unlikely(act__message_is_sharing(message)) &&
        (mine = act__shared_take(act__sharing_of(message)->shared)) == NULL)
        return NULL;
    __atomic_store_n(&worker->message, NULL, __ATOMIC_RELAXED);
    worker->unusual = true;
    message->act_bits &= (uint8_t)~ACT__BIT_REPLY; /* sent on, it answers nothing */
    act_message *list = act__inbox_detach(&self->inbox_shared, &self->inbox_owned, message);
    if (list != NULL)
        act__take_in_list(worker, self, list);
    if (act__unlikely(mine != message))
        act__sharing_drop(message);
    return mine;
}

act_result act_reply_message(act_self *self, act_asker asker, act_message **message)
{
    ACT__HANDLER_ONLY(self);
    if (asker.ask.value == 0)
        return ACT_INVALID;
    (*message)->act_bits |= ACT__BIT_REPLY;
    act_result result = send_under(asker.ask, self, asker.pid, message);
    if (result != ACT_OK)
        (*message)->act_bits &= (uint8_t)~ACT__BIT_REPLY;
    return result;
}

static void answer_with(act_self *self, act_asker asker, act_message *message)
{
    message->ref = asker.ask;
    message->act_bits |= ACT__BIT_REPLY;
    if (act__unlikely(!deliver_shortly(self, asker.pid, message, true)))
        deliver_or_drop(self, asker.pid, message);
}

void act_reply_value(act_self *self, act_asker asker, uint32_t tag, act_value value)
{
    ACT__HANDLER_ONLY(self);
    struct act__worker *worker = self->worker;
    struct act__reason  no_memory = {.kind = ACT_EXIT_ERROR, .code = ACT_NO_MEMORY};
    act_message        *message;
    if (asker.ask.value == 0) {
        act__count(&worker->unasked);
        release_resource(&value);
        return;
    }
    if ((message = act__message_make_value(tag, &value)) == NULL) {
        if (act__ask_fail(worker, self, asker.ask, &no_memory))
            release_resource(&value);
        else
            report_lost(worker->system, worker, act__local_of(self), asker.pid, tag, &value);
        return;
    }
    answer_with(self, asker, message);
}

void act_answer_value(act_self *self, const act_message *request, uint32_t tag, act_value value)
{
    act_reply_value(self, act_message_asker(request), tag, value);
}

void act_reply_typed(act_self *self, act_asker asker, const act_type *type, const void *fields)
{
    ACT__HANDLER_ONLY(self);
    act_message *message;
    if (asker.ask.value == 0) {
        act__count(&self->worker->unasked);
        act__resources_release(type, fields);
        return;
    }
    act_result         result = act_message_create_typed(&message, type, fields);
    struct act__reason why = {.kind = ACT_EXIT_ERROR, .code = (int32_t)result};
    if (result == ACT_OK)
        answer_with(self, asker, message);
    else if (act__ask_fail(self->worker, self, asker.ask, &why))
        act__resources_release(type, fields);
    else
        act__report_lost_typed(self->worker->system, self, asker.pid, type, fields, result);
}

void act_answer_typed(act_self *self, const act_message *request, const act_type *type,
                      const void *fields)
{
    act_reply_typed(self, act_message_asker(request), type, fields);
}

act_result act_refuse(act_self *self, act_asker asker, act_exit_reason reason)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    struct act__reason mine = {.kind = reason.kind, .code = reason.code};
    mine.text = act__reason_copy_new(self->worker, reason.text);
    act__outbox_end(self->worker);
    bool is_told = act__ask_fail(self->worker, self, asker.ask, &mine);
    act__reason_text_let_go(mine.text);
    return is_told ? ACT_OK : ACT_NOT_FOUND;
}

uint32_t act_inbox_length(act_system *system, act_pid pid)
{
    act_self *cell;
    if (act__pid_resolve(&cell, system, pid, memory_order_acquire) != ACT_OK)
        return 0;
    return act__load(&cell->inbox_shared.max) != 0 ? act__load(&cell->inbox_shared.waiting)
                                                   : act__load(&cell->inbox_owned.count);
}

/* ------------------------------------------------------------------- what ordinary threads call */

act_result act_system_send(act_system *system, act_pid to, act_message **message)
{
    act_ref before = (*message)->ref; /* as in send_under: it may be an act_system_ask's answer */
    if (before.value != 0 && act__ask_waits(system, before))
        return ACT_INVALID;
    (*message)->ref.value = 0;
    act_result result = act__deliver(system, NULL, 0, to, *message);
    if (result == ACT_OK)
        *message = NULL;
    else
        (*message)->ref = before;
    return result;
}

void act_system_tell_value(act_system *system, act_pid to, uint32_t tag, act_value value)
{
    act_message *message = act__message_make_value(tag, &value);
    if (message == NULL)
        report_lost(system, NULL, 0, to, tag, &value);
    else
        act__deliver_or_drop(system, NULL, 0, to, message);
}
