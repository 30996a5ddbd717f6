/* Names: a hash table behind one mutex. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/process/names.h>

#include <pthread.h>
#include <string.h>

#include <actor/delivery/send.h>
#include <actor/process/attachment.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/fork.h>
#include <actor/process/shared.h>
#include <actor/process/worker.h>
#include <actor/signal/bond.h>
#include <mailbox/base/lock.h>

struct name {
    struct act__attachment attachment; /* of the actor that has it */
    struct name           *next;       /* in its bucket; guarded by the mutex, as all below */
    struct act__names     *names;
    uint64_t               local;
    bool                   stays; /* where its actor leaves a handover */
    char                   text[ACT_NAME_MAX];
};

/*
 * Named actors are few and looked up seldom: what sends often keeps the pid. So one lock is enough.
 */
struct act__names {
    pthread_mutex_t mutex;
    size_t          count, buckets_count; /* a power of two */
    struct name   **buckets;
};

#define BUCKETS_MIN ((size_t)64)

static size_t hash_of(const char *text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a, then mixed */
    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return (size_t)(h ^ h >> 32);
}

static struct name **bucket_of(struct act__names *names, const char *text)
{
    return &names->buckets[hash_of(text) & (names->buckets_count - 1)];
}

static struct name *look_up(struct act__names *names, const char *text)
{
    struct name *name = *bucket_of(names, text);
    while (name != NULL && strcmp(name->text, text) != 0)
        name = name->next;
    return name;
}

/* Twice the buckets; without memory the chains just grow longer. */
static void grow(struct act__names *names)
{
    struct act__names larger = {.buckets_count = 2 * names->buckets_count};
    larger.buckets = act__allocate(larger.buckets_count * sizeof *larger.buckets);
    if (larger.buckets == NULL)
        return;
    for (size_t b = 0; b < names->buckets_count; b++) {
        for (struct name *name = names->buckets[b], *next; name != NULL; name = next) {
            struct name **place = bucket_of(&larger, name->text);
            next = name->next;
            name->next = *place;
            *place = name;
        }
    }
    act__free(names->buckets);
    names->buckets = larger.buckets;
    names->buckets_count = larger.buckets_count;
}

act_result act__names_create(struct act__names **names)
{
    struct act__names *made = act__allocate(sizeof *made);
    if (made == NULL)
        return ACT_NO_MEMORY;
    made->buckets = act__allocate(BUCKETS_MIN * sizeof *made->buckets);
    if (made->buckets == NULL) {
        act__free(made);
        return ACT_NO_MEMORY;
    }
    made->buckets_count = BUCKETS_MIN;
    pthread_mutex_init(&made->mutex, NULL);
    *names = made;
    return ACT_OK;
}

void act__names_destroy(struct act__names *names)
{
    if (names == NULL)
        return;
    pthread_mutex_destroy(&names->mutex);
    act__free(names->buckets);
    act__free(names);
}

static void take_out(struct name *name)
{
    struct name **place = bucket_of(name->names, name->text);
    while (*place != name)
        place = &(*place)->next;
    *place = name->next;
    name->names->count--;
}

static void release(struct act__attachment *attachment)
{
    struct name       *name = act__container(attachment, struct name, attachment);
    struct act__names *names = name->names;
    act__lock(&names->mutex);
    take_out(name);
    act__unlock(&names->mutex);
    act__free(name);
}

void act__names_lock(struct act__names *names)
{
    act__lock(&names->mutex);
}

void act__names_unlock(struct act__names *names)
{
    act__unlock(&names->mutex);
}

act_result act__names_add(struct act__names *names, struct act__attachment **attachment,
                          const char *text, uint64_t local, bool stays)
{
    size_t length = strnlen(text, ACT_NAME_MAX);
    if (length == 0 || length == ACT_NAME_MAX)
        return ACT_INVALID;
    struct name *name = act__allocate(sizeof *name);
    if (name == NULL)
        return ACT_NO_MEMORY;
    name->attachment.release = release;
    name->names = names;
    name->local = local;
    name->stays = stays;
    memcpy(name->text, text, length + 1);
    if (look_up(names, text) != NULL) {
        act__free(name);
        return ACT_EXISTS;
    }
    if (++names->count > names->buckets_count)
        grow(names);
    struct name **place = bucket_of(names, text);
    name->next = *place;
    *place = name;
    *attachment = &name->attachment;
    return ACT_OK;
}

struct act__attachment *act__names_take_staying(act_self *self)
{
    for (struct act__member *member = self->attachments.first; member != NULL;
         member = member->next) {
        struct act__attachment *attachment = act__container(member, struct act__attachment, member);
        if (attachment->release == release &&
            act__container(attachment, struct name, attachment)->stays) {
            act__set_remove(member);
            return attachment;
        }
    }
    return NULL;
}

void act__names_pass_on(struct act__attachment *attachment, uint64_t local)
{
    act__container(attachment, struct name, attachment)->local = local;
}

const char *act__names_text_of(const act_self *self)
{
    int looked_at = 0; /* an actor may have thousands of sockets, and a line in the log is not
                          worth that */
    for (struct act__member *member = self->attachments.first; member != NULL && looked_at < 64;
         member = member->next) {
        struct act__attachment *attachment = act__container(member, struct act__attachment, member);
        if (attachment->release == release)
            return act__container(attachment, struct name, attachment)->text;
        looked_at++;
    }
    return NULL;
}

act_result act__names_find(struct act__names *names, uint64_t *local, const char *text)
{
    act__lock(&names->mutex);
    struct name *name = look_up(names, text);
    if (name != NULL)
        *local = name->local;
    act__unlock(&names->mutex);
    return name != NULL ? ACT_OK : ACT_NOT_FOUND;
}

void act__names_name_of(struct act__names *names, uint64_t local, char text[ACT_NAME_MAX])
{
    text[0] = '\0';
    act__lock(&names->mutex);
    for (size_t b = 0; b < names->buckets_count; b++)
        for (struct name *name = names->buckets[b]; name != NULL; name = name->next)
            if (name->local == local)
                memcpy(text, name->text, ACT_NAME_MAX);
    act__unlock(&names->mutex);
}

act_result act_register(act_self *self, const char *name)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    struct act__names      *names = self->worker->system->names;
    struct act__attachment *attachment;
    act__names_lock(names);
    act_result result = act__names_add(names, &attachment, name, act__local_of(self), false);
    act__names_unlock(names);
    if (result == ACT_OK)
        act__set_add(&self->attachments, &attachment->member);
    return result;
}

act_result act_unregister(act_self *self, const char *text)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    struct act__names *names = self->worker->system->names;
    act__lock(&names->mutex);
    struct name *name = look_up(names, text);
    if (name != NULL && name->local != act__local_of(self))
        name = NULL;
    if (name != NULL)
        take_out(name);
    act__unlock(&names->mutex);
    if (name == NULL)
        return ACT_NOT_FOUND;
    act__set_remove(&name->attachment.member);
    act__free(name);
    return ACT_OK;
}

act_result act_send_name(act_self *self, const char *name, act_message **message)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    struct act__worker *worker = self->worker;
    struct act__names  *names = worker->system->names;
    uint64_t            from = act__local_of(self);
    act_ref             before = (*message)->ref;
    if (before.value != 0 && act__ask_waits(worker->system, before))
        return ACT_INVALID;
    act__outbox_end(worker);
    (*message)->ref.value = 0;
    act__lock(&names->mutex);
    struct name *found = look_up(names, name);
    act_pid      to = act__pid_of(found != NULL ? found->local : 0);
    bool         drops = false;
    act_result   result = ACT_NOT_FOUND;
    if (found != NULL)
        result = act__deliver_or_full(worker->system, worker, from, to, *message, &drops);
    act__unlock(&names->mutex);
    if (drops) { /* now: what the program does then may need the lock */
        act__undelivered(worker->system, worker, from, to, *message, result);
        result = ACT_OK;
    }
    if (result == ACT_OK)
        *message = NULL;
    else
        (*message)->ref = before;
    return result;
}

act_result act_whereis(act_system *system, act_pid *pid, const char *name)
{
    if (act__has_forked(system))
        return ACT_FORKED;
    uint64_t   local;
    act_result result = act__names_find(system->names, &local, name);
    if (result == ACT_OK)
        *pid = act__pid_of(local);
    return result;
}
