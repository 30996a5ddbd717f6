/*
 * Roots: the actors that threads have spawned, and the order in which they are stopped. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/system/roots.h>

#include <actor/lifecycle.h>
#include <actor/process/attachment.h>
#include <actor/process/cell.h>
#include <actor/process/fork.h>
#include <actor/process/pid.h>
#include <actor/process/shared.h>
#include <actor/process/spawn.h>
#include <actor/process/worker.h>
#include <actor/signal/signal.h>
#include <actor/system/system_record.h>
#include <mailbox/base/lock.h>

/*
 * The last that was spawned is told to end first, and the next when it has ended. The worker on
 * which one ends tells the next, so no thread has to be woken for each: a million take seconds.
 *
 *     system->roots ---- told ----> counted in `told` ---- has wholly ended ----> gone
 *          |                                                                           ^
 *          +-------------------------- ends by itself ---------------------------------+
 *
 * Order does not matter between roots that run no code of their own when they end: without init,
 * terminate, act_defer and trapped exits. Such ones in a row are told together, up to TOLD_MAX, and
 * end on all workers. All of it under the roots' mutex.
 */
#define TOLD_MAX 1024u

static void tell_next(act_system *system, struct act__worker *worker)
{
    struct act__roots *roots = &act__record_of(system)->roots;
    while (!act__list_is_empty(&roots->list) && roots->told < TOLD_MAX) {
        struct act__root *root = act__container(roots->list.prev, struct act__root, place);
        bool              alone = act__load(&root->has_last_words);
        if (alone && roots->told > 0)
            return;
        act__list_remove(&root->place);
        root->is_told = true;
        roots->told++;
        act__control_set(system, worker, root->local, ACT__CONTROL_SHUTDOWN);
        if (alone)
            return;
    }
}

static bool are_gone(const act_system *system)
{
    struct act__roots *roots = &act__record_of(system)->roots;
    return roots->told == 0 && act__list_is_empty(&roots->list);
}

static void go_on_telling(act_system *system, struct act__worker *worker)
{
    struct act__roots *roots = &act__record_of(system)->roots;
    if (!roots->tells)
        return;
    tell_next(system, worker);
    if (are_gone(system))
        pthread_cond_broadcast(&roots->ended);
}

void act__roots_tell(act_system *system, struct act__worker *worker)
{
    struct act__roots *roots = &act__record_of(system)->roots;
    act__lock(&roots->mutex);
    roots->tells = true;
    go_on_telling(system, worker);
    act__unlock(&roots->mutex);
}

bool act__roots_are_gone(const act_system *system)
{
    return are_gone(system);
}

void act__root_has_ended(act_system *system, struct act__worker *worker)
{
    struct act__roots *roots = &act__record_of(system)->roots;
    act__lock(&roots->mutex);
    roots->told--;
    go_on_telling(system, worker);
    act__unlock(&roots->mutex);
}

/* Before the actor has wholly ended: one that was told counts until then, see act__end_run. */
static void release_root(struct act__attachment *attachment)
{
    struct act__root  *root = act__container(attachment, struct act__root, attachment);
    act_system        *system = root->system;
    struct act__roots *roots = &act__record_of(system)->roots;
    act__lock(&roots->mutex); /* an actor may end before its spawner has written what it is
                                 called */
    struct act__worker *worker =
        act__cell_at(system, root->local)->worker; /* on which it ends, just now */
    act__list_remove(&root->place);
    if (root->is_told)
        worker->ending.was_root = true;
    else
        go_on_telling(system, worker);
    act__unlock(&roots->mutex);
    act__free(root);
}

void act__root_will_speak(act_self *self)
{
    if (self->parent != 0)
        return;
    for (struct act__member *member = self->attachments.first; member != NULL;
         member = member->next) {
        struct act__attachment *attachment = act__container(member, struct act__attachment, member);
        if (attachment->release == release_root) /* relaxed: it may be stopped meanwhile,
                                                    before or after this */
            act__store(&act__container(attachment, struct act__root, attachment)->has_last_words,
                       true);
    }
}

act_result act_system_spawn(act_system *system, act_pid *pid, const act_behavior *behavior,
                            const void *args, const act_spawn_options *options)
{
    struct act__roots *roots = &act__record_of(system)->roots;
    if (act__has_forked(system))
        return ACT_FORKED;
    struct act__spawn_options ours;
    if (!act__spawn_options_read(&ours, options))
        return ACT_INVALID;
    struct act__root *root = act__allocate(sizeof *root);
    if (root == NULL)
        return ACT_NO_MEMORY;
    root->attachment.release = release_root;
    root->system = system;
    /* What init does is not known yet: it may trap exits, or register a clean-up. */
    act__store(&root->has_last_words, behavior->init != NULL || behavior->terminate != NULL ||
                                          ours.lifecycle.on_end != NULL);
    struct act__spawning what = {behavior, args, &ours.spawn, 0, &root->attachment};
    act__lock(&act__record_of(system)->foreign_mutex);
    act__lock(&roots->mutex);
    act_result result =
        act__spawn(&act__record_of(system)->foreign_worker, pid, NULL, &what, ACT__TIE_NONE, NULL);
    if (result == ACT_OK) { /* before the mutex lets the actor end: its release waits for it */
        root->local = pid->local;
        act__list_append(&roots->list, &root->place);
    }
    act__unlock(&roots->mutex);
    act__unlock(&act__record_of(system)->foreign_mutex);
    if (result != ACT_OK)
        act__free(root);
    return result;
}
