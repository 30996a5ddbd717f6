/* Tells actors that a channel has something for them. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/delivery/send.h>
#include <actor/notify.h>
#include <actor/process/attachment.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/fork.h>
#include <actor/process/worker.h>
#include <mailbox/base/gap.h>
#include <mailbox/base/lock.h>
#include <mailbox/base/memory.h>
#include <mailbox/channel/channel_record.h>

/*
 *            act_channel_notify            a selection, on any thread: fire
 *      idle --------------------> listed -------------------------------> event in the inbox
 *       ^                                                                          |
 *       +-------------------- retired: the event was handled ---------------------+
 *
 * A case that takes part may be selected only to try again, and is then listed once more. `fired`
 * is false from act_channel_notify until the thread that fires is wholly done: the event was pushed
 * and the actor scheduled, and neither the notifier nor the system is touched any more. That thread
 * may know nothing of the system, so nothing else keeps the system until then: an actor that ends
 * waits for it, a few instructions. Meanwhile the event may have been handled: then the handle is
 * gone, and no list is to be looked at. `holders` are the actor, and the event until it has left
 * the inbox, which may be just after the actor's turn and on another thread: the last one frees it.
 * So that the handle is not dropped while the ending actor looks at it, ENDING and DROPPING are set
 * before either does so, and where ENDING was first the last one drops it. See
 * doc/models/notify.pml.
 */
enum { HELD_BY_ACTOR = 1, HELD_BY_EVENT = 2, ENDING = 4, DROPPING = 8 };

/* Found again in front of all attachments, unless there have come others since. */
struct notifiers {
    struct act__attachment attachment;
    struct act__list       all; /* those that were looked at last are the last */
};

/*
 * How many are looked at for one that is idle before a new one is made: so there is at most about
 * an eighth too many.
 */
#define LOOKS_MAX 8

struct notifier {
    struct act__list   place; /* in the actor's */
    struct act__event  event;
    struct act__waiter waiter;
    act_select_case    one; /* its handle is a clone; of the actor, or of the event once that is
                               pushed */
    act_system        *system;
    act_self          *self;
    uint64_t           owner;
    _Atomic uint32_t   holders;
    _Atomic bool       fired;
};

static void drop_handle(struct notifier *notifier)
{
    if (notifier->one.sender != NULL)
        act_sender_drop(&notifier->one.sender);
    if (notifier->one.receiver != NULL)
        act_receiver_drop(&notifier->one.receiver);
}

static void let_go(struct notifier *notifier, uint32_t holder)
{
    /*
     * release, acquire: pairs with itself and with the acquire load in is_idle; what one did the
     * next one sees.
     */
    uint32_t before =
        atomic_fetch_and_explicit(&notifier->holders, ~(holder | DROPPING), memory_order_acq_rel);
    if ((before & (HELD_BY_ACTOR | HELD_BY_EVENT)) != holder)
        return;
    drop_handle(notifier);
    act__free(notifier);
}

/* The event has left the inbox; a value that it still carries was not taken. */
static void retired(struct act__worker *worker, struct act__event *event)
{
    struct notifier    *notifier = act__container(event, struct notifier, event);
    struct act_channel *channel = act__case_channel(&notifier->one);
    (void)worker;
    if (event->message.kind == ACT_VALUE_BYTES && channel->release != NULL)
        act__user_code_call(channel->release, event->message.as.bytes);
    /*
     * An actor that goes on is to have no handle any more. One that ends may be looking at it: then
     * the last one drops it. relaxed: the handle was made before the event was pushed, and is
     * dropped before let_go.
     */
    uint32_t both = HELD_BY_ACTOR | HELD_BY_EVENT;
    if (atomic_compare_exchange_strong_explicit(&notifier->holders, &both, both | DROPPING,
                                                memory_order_relaxed, memory_order_relaxed))
        drop_handle(notifier);
    let_go(notifier, HELD_BY_EVENT);
}

static void push(struct notifier *notifier)
{
    act_system  *system = notifier->system;
    act_self    *cell = notifier->self;
    act_message *message = &notifier->event.message;
    message->act_generation = (uint32_t)act__generation_of(notifier->owner);
    bool wakes = act__mpsc_push(&cell->inbox_shared.queue, message);
    act__gap("notify.pushed");
    if (wakes)
        act__schedule(system, act__worker_here(system), cell);
    act__gap("notify.scheduled");
    act__store_release(&notifier->fired, true); /* pairs with the acquire in has_fired: nothing
                                                   is touched any more */
}

/*
 * What the message says in the end: it carries the value that was received, or that could not be
 * sent.
 */
static void settle(struct notifier *notifier, act_result result)
{
    act_message     *message = &notifier->event.message;
    act_select_case *one = &notifier->one;
    if (!one->act_watches && (one->receiver != NULL) == (result == ACT_OK)) {
        message->kind = ACT_VALUE_BYTES;
        message->bytes_count = act__case_channel(one)->value_bytes;
    } else {
        message->kind = ACT_VALUE_POINTER;
        message->as.pointer = one->sender != NULL ? (void *)one->sender : (void *)one->receiver;
    }
    push(notifier);
}

static act_result try_now(struct notifier *notifier)
{
    act_select_case *one = &notifier->one;
    if (one->act_watches)
        return ACT_OK;
    return one->sender != NULL ? act__send_now(one->sender, one->value)
                               : act__receive_now(one->receiver, one->value);
}

/* Lists it, or pushes the event if there is nothing to wait for. Once listed it may be gone. */
static void begin(struct notifier *notifier)
{
    act_result result;
    do {
        act__store(&notifier->waiter.state, ACT__WAITER_LOOKING);
        if (act__case_register(&notifier->one, &notifier->waiter))
            return;
        result = try_now(notifier);
    } while (result == ACT_EMPTY || result == ACT_FULL);
    settle(notifier, result);
}

/* It was selected. Any thread. */
static void fire(struct act__waiter *waiter)
{
    struct notifier *notifier = act__container(waiter, struct notifier, waiter);
    act__gap("notify.selected");
    if (notifier->one.act_done || notifier->one.act_watches)
        settle(notifier, ACT_OK);
    else
        begin(notifier);
}

static bool has_fired(const struct notifier *notifier)
{
    return act__load_acquire(&notifier->fired); /* pairs with the release in push */
}

static bool is_idle(const struct notifier *notifier)
{
    return has_fired(notifier) &&
           act__load_acquire(&notifier->holders) == HELD_BY_ACTOR; /* with that in let_go */
}

/* Taken off its list, as neither side is interested any more. */
static void cancel(struct notifier *notifier)
{
    struct act_channel *channel = act__case_channel(&notifier->one);
    if (notifier->one.sender != NULL && !notifier->one.act_watches && channel->release != NULL)
        act__user_code_call(channel->release, notifier->one.value);
    drop_handle(notifier);
    let_go(notifier, HELD_BY_EVENT | HELD_BY_ACTOR);
}

/*
 * The actor ends. A thread that has selected the case lists it again or pushes the event. The
 * handle is looked at only if the event was not about to drop it: it may leave the inbox just
 * after a turn, on another thread.
 */
static void release(struct notifier *notifier)
{
    unsigned rounds = 0;
    /* relaxed: decides only which side drops the handle. */
    bool has_handle = atomic_fetch_or_explicit(&notifier->holders, ENDING, memory_order_relaxed) ==
                      (HELD_BY_ACTOR | HELD_BY_EVENT);
    while (!has_fired(notifier)) {
        if (has_handle && act__case_unregister(&notifier->one)) {
            cancel(notifier);
            return;
        }
        act__wait_a_moment(&rounds);
    }
    let_go(notifier, HELD_BY_ACTOR);
}

static void release_all(struct act__attachment *attachment)
{
    struct notifiers *mine = act__container(attachment, struct notifiers, attachment);
    while (!act__list_is_empty(&mine->all)) {
        struct notifier *notifier = act__container(mine->all.next, struct notifier, place);
        act__list_remove(&notifier->place);
        release(notifier);
    }
    act__free(mine);
}

/* This actor's; NULL: no memory. */
static struct notifiers *notifiers_of(act_self *self)
{
    struct act__member *member = self->attachments.first;
    struct notifiers   *mine;
    while (member != NULL &&
           act__container(member, struct act__attachment, member)->release != release_all)
        member = member->next;
    if (member != NULL) {
        act__set_remove(member);
        mine = act__container(act__container(member, struct act__attachment, member),
                              struct notifiers, attachment);
    } else if ((mine = act__allocate(sizeof *mine)) != NULL) {
        mine->attachment.release = release_all;
        act__list_init(&mine->all);
    } else {
        return NULL;
    }
    act__set_add(&self->attachments, &mine->attachment.member);
    return mine;
}

static struct notifier *make(act_self *self, struct notifiers *mine)
{
    struct notifier *made = act__allocate(sizeof *made);
    if (made == NULL)
        return NULL;
    made->event.retired = retired;
    made->event.message.act_bits = ACT__HOME_OWNED;
    made->waiter.woken = fire;
    made->system = self->worker->system;
    made->self = self;
    made->owner = act__local_of(self);
    atomic_init(&made->holders, HELD_BY_ACTOR);
    act__list_append(&mine->all, &made->place);
    return made;
}

/* One of this actor's that is idle, or a new one. NULL: no memory. */
static struct notifier *take(act_self *self)
{
    struct notifiers *mine = notifiers_of(self);
    if (mine == NULL)
        return NULL;
    for (int looks = 0; looks < LOOKS_MAX && !act__list_is_empty(&mine->all); looks++) {
        struct notifier *notifier = act__container(mine->all.next, struct notifier, place);
        act__list_remove(&notifier->place);
        act__list_append(&mine->all, &notifier->place);
        if (is_idle(notifier))
            return notifier;
    }
    return make(self, mine);
}

/* A message's bytes have room for it. */
static bool fits(const struct act_channel *channel)
{
    return channel->value_bytes <= ACT_MESSAGE_INLINE_BYTES;
}

/* `one` without a value, which is copied. */
static act_result notify(act_self *self, act_select_case one, const void *value, uint32_t tag)
{
    if (act__has_forked(self->worker->system) || act__channel_has_forked(act__case_channel(&one)))
        return ACT_FORKED;
    struct act_channel *channel = act__case_channel(&one);
    if (tag == 0 || tag > ACT_TAG_MAX || channel->kind == ACT__CHANNEL_TIMER ||
        (!one.act_watches && !fits(channel)))
        return ACT_INVALID;
    struct notifier *notifier = take(self);
    if (notifier == NULL)
        return ACT_NO_MEMORY;
    act_message *message = &notifier->event.message;
    message->tag = tag;
    message->bytes_count = 0;
    if (value != NULL)
        act__value_copy(message->as.bytes, value, channel->value_bytes);
    one.value = message->as.bytes;
    if (one.sender != NULL)
        one.sender = act_sender_clone(one.sender);
    else
        one.receiver = act_receiver_clone(one.receiver);
    notifier->one = one;
    act__store(&notifier->holders, HELD_BY_ACTOR | HELD_BY_EVENT);
    act__store(&notifier->fired, false);
    begin(notifier);
    return ACT_OK;
}

act_result act_channel_notify(act_self *self, act_receiver *receiver, uint32_t tag)
{
    ACT__HANDLER_ONLY(self);
    bool            meets = act__channel_of_receiver(receiver)->kind == ACT__CHANNEL_RENDEZVOUS;
    act_select_case one = {.receiver = receiver, .act_watches = !meets};
    return notify(self, one, NULL, tag);
}

act_result act_channel_notify_room(act_self *self, act_sender *sender, uint32_t tag)
{
    ACT__HANDLER_ONLY(self);
    act_select_case one = {.sender = sender, .act_watches = true};
    return notify(self, one, NULL, tag);
}

act_result act_channel_receive_later(act_self *self, act_receiver *receiver, uint32_t tag)
{
    ACT__HANDLER_ONLY(self);
    act_select_case one = {.receiver = receiver};
    return notify(self, one, NULL, tag);
}

act_result act_channel_send_later(act_self *self, act_sender *sender, const void *value,
                                  uint32_t tag)
{
    ACT__HANDLER_ONLY(self);
    act_select_case one = {.sender = sender};
    if (value == NULL && act__channel_of_sender(sender)->value_bytes != 0)
        return ACT_INVALID;
    return notify(self, one, value, tag);
}

ACT__NOT_INTO_CALLER act_result act_channel_take(const act_message *message, void *value)
{
    act_message *mine = (act_message *)(uintptr_t)message;
    if (act__message_home(message) != ACT__HOME_OWNED || message->kind != ACT_VALUE_BYTES)
        return ACT_EMPTY;
    act__value_copy(value, message->as.bytes, message->bytes_count);
    mine->kind = ACT_VALUE_NOTHING; /* retired sees that it is gone */
    return ACT_OK;
}
