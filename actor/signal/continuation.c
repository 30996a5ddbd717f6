/* Functions that wait for an answer. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/signal/continuation.h>

#include <string.h>

#include <actor/continuation.h>
#include <actor/process/attachment.h>
#include <actor/process/debug.h>
#include <actor/process/fork.h>
#include <actor/process/shared.h>
#include <actor/process/worker.h>
#include <actor/signal/bond.h>
#include <actor/signal/ref.h>
#include <actor/signal/timers.h>
#include <mailbox/base/memory.h>
#include <mailbox/message/pool.h>

struct continuation {
    struct continuation *next; /* in its bucket */
    act_ref              ref;
    act_continuation     function;
    uint64_t             size_class;
    _Alignas(16) unsigned char context[];
};

#define BUCKETS_MIN 8

/* Found again in front of all attachments, unless there have come others since. */
struct continuations {
    struct act__attachment attachment;
    size_t                 count, buckets_count; /* a power of two */
    struct continuation  **buckets;              /* `few`, or allocated */
    struct continuation   *running;              /* freed here if its function does not return */
    struct continuation   *few[BUCKETS_MIN];
};

static void free_continuation(struct continuation *continuation)
{
    act__pool_give(continuation, (unsigned)continuation->size_class);
}

static struct continuation **bucket_of(struct continuations *mine, act_ref ref)
{
    /* The index of a bond or timer, which are taken one after the other; both in turn. */
    size_t hash = (size_t)(ref.value ^ ref.value >> ACT__REF_INDEX_BITS);
    return &mine->buckets[hash & (mine->buckets_count - 1)];
}

/* The place of the pointer to it; there is NULL if there is none. */
static struct continuation **place_of(struct continuations *mine, act_ref ref)
{
    struct continuation **place = bucket_of(mine, ref);
    while (*place != NULL && (*place)->ref.value != ref.value)
        place = &(*place)->next;
    return place;
}

static struct continuation *take_continuation(act_self *self, struct continuations *mine,
                                              act_ref ref)
{
    struct continuation **place = place_of(mine, ref), *found = *place;
    if (found == NULL)
        return NULL;
    *place = found->next;
    if (--mine->count == 0)
        self->flags &= (uint16_t)~ACT__CELL_CONTINUES;
    return found;
}

static void release_all(struct act__attachment *attachment)
{
    struct continuations *mine = act__container(attachment, struct continuations, attachment);
    for (size_t b = 0; b < mine->buckets_count; b++) {
        for (struct continuation *one = mine->buckets[b], *next; one != NULL; one = next) {
            next = one->next;
            free_continuation(one);
        }
    }
    if (mine->running != NULL)
        free_continuation(mine->running);
    if (mine->buckets != mine->few)
        act__free(mine->buckets);
    act__free(mine);
}

/* This actor's; NULL: it has none yet. */
static struct continuations *continuations_of(act_self *self)
{
    struct act__member *member = self->attachments.first;
    while (member != NULL &&
           act__container(member, struct act__attachment, member)->release != release_all)
        member = member->next;
    if (member == NULL)
        return NULL;
    if (member != self->attachments.first) {
        act__set_remove(member);
        act__set_add(&self->attachments, member);
    }
    return act__container(act__container(member, struct act__attachment, member),
                          struct continuations, attachment);
}

static struct continuations *make_continuations(act_self *self)
{
    struct continuations *made = act__allocate(sizeof *made);
    if (made == NULL)
        return NULL;
    made->attachment.release = release_all;
    made->buckets = made->few;
    made->buckets_count = BUCKETS_MIN;
    act__set_add(&self->attachments, &made->attachment.member);
    return made;
}

/* Twice the buckets; without memory the chains just grow longer. */
static void grow_buckets(struct continuations *mine)
{
    size_t                old_count = mine->buckets_count;
    struct continuation **old = mine->buckets;
    struct continuation **larger = act__allocate(2 * old_count * sizeof *larger);
    if (larger == NULL)
        return;
    mine->buckets = larger;
    mine->buckets_count = 2 * old_count;
    for (size_t b = 0; b < old_count; b++) {
        for (struct continuation *one = old[b], *next; one != NULL; one = next) {
            struct continuation **place = bucket_of(mine, one->ref);
            next = one->next;
            one->next = *place;
            *place = one;
        }
    }
    if (old != mine->few)
        act__free(old);
}

/* NULL: no memory. */
static struct continuation *make_continuation(act_continuation function, const void *context,
                                              size_t context_bytes)
{
    size_t               bytes = sizeof(struct continuation) + context_bytes;
    unsigned             size_class = act__pool_class(bytes);
    struct continuation *made =
        context_bytes <= ACT_MESSAGE_BYTES_MAX ? act__pool_take(&size_class, bytes) : NULL;
    if (made == NULL)
        return NULL;
    made->function = function;
    made->size_class = size_class;
    if (context_bytes != 0)
        memcpy(made->context, context, context_bytes);
    return made;
}

/* One for this actor's, which are made if there were none. NULL: no memory. */
static struct continuation *prepare_continuation(act_self *self, struct continuations **mine,
                                                 act_continuation function, const void *context,
                                                 size_t context_bytes)
{
    *mine = continuations_of(self);
    if (*mine == NULL && (*mine = make_continuations(self)) == NULL)
        return NULL;
    return make_continuation(function, context, context_bytes);
}

static void add_continuation(act_self *self, struct continuations *mine, struct continuation *one,
                             act_ref ref)
{
    if (mine->count == 2 * mine->buckets_count)
        grow_buckets(mine);
    struct continuation **place = bucket_of(mine, ref);
    one->ref = ref;
    one->next = *place;
    *place = one;
    mine->count++;
    self->flags |= ACT__CELL_CONTINUES;
}

bool act__continuation_waits(act_self *self, act_ref ref)
{
    return act__has_continuations(self) && *place_of(continuations_of(self), ref) != NULL;
}

void act__continuation_forget(act_self *self, act_ref ref)
{
    if (!act__has_continuations(self))
        return;
    struct continuation *mine = take_continuation(self, continuations_of(self), ref);
    if (mine != NULL)
        free_continuation(mine);
}

bool act__continuation_begin(act_self *self, act_ref ref)
{
    struct continuations *mine = continuations_of(self);
    return (mine->running = take_continuation(self, mine, ref)) != NULL;
}

void act__continuation_run(act_self *self, void *state, const act_message *answer)
{
    struct continuations *mine = continuations_of(self);
    mine->running->function(self, state, answer, mine->running->context);
    free_continuation(mine->running);
    mine->running = NULL;
}

act_result act_then_call(act_self *self, act_ref ref, act_continuation function,
                         const void *context, size_t context_bytes)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    if (act__bond_find(self, ref) == NULL && !act__timer_is_to_self(self, ref))
        return ACT_NOT_FOUND;
    if (act__continuation_waits(self, ref))
        return ACT_EXISTS;
    struct continuations *mine;
    struct continuation  *one = prepare_continuation(self, &mine, function, context, context_bytes);
    if (one == NULL)
        return ACT_NO_MEMORY;
    add_continuation(self, mine, one, ref);
    return ACT_OK;
}

act_result act_ask_name_then_typed(act_self *self, act_ref *ask, const char *actor_name,
                                   act_millis timeout, const act_type *type, const void *fields,
                                   act_continuation function, const void *context,
                                   size_t context_bytes)
{
    ACT__HANDLER_ONLY(self);
    act_pid    to;
    act_result result = act_whereis(self->worker->system, &to, actor_name);
    return result == ACT_OK ? act_ask_then_typed(self, ask, to, timeout, type, fields, function,
                                                 context, context_bytes)
                            : result;
}

act_result act_ask_then_typed(act_self *self, act_ref *ask, act_pid to, act_millis timeout,
                              const act_type *type, const void *fields, act_continuation function,
                              const void *context, size_t context_bytes)
{
    ACT__HANDLER_ONLY(self);
    act_ref               ref;
    struct continuations *mine;
    struct continuation  *one = prepare_continuation(self, &mine, function, context, context_bytes);
    if (one == NULL)
        return ACT_NO_MEMORY;
    act_result result = act_ask_typed(self, &ref, to, timeout, type, fields);
    if (result != ACT_OK) {
        free_continuation(one);
        return result;
    }
    add_continuation(self, mine, one, ref);
    if (ask != NULL)
        *ask = ref;
    return ACT_OK;
}
