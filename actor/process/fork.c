/* A child of fork() has none of its parent's actors. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/process/fork.h>

#include <actor/process/fatal.h>
#include <actor/process/shared.h>
#include <actor/process/worker.h>
#include <actor/scheduler/runner.h>
#include <mailbox/channel/channel_record.h>

/*
 * One that forks in a callback: the child is in the middle of a turn that the parent goes on with.
 * Where sends take the short way they look whether there is such a cell, and after each callback
 * whether there is an outbox to push: so neither costs anything to be sent the long way from here
 * on, where it is seen what has happened.
 */
static void leave_turn(struct act__worker *worker)
{
    struct act_system *system = worker->system;

    act__store(&system->cells.region.used_bytes, 0);
    act__store(&system->killing, true);
    worker->outbox.to = worker->outbox.count = 1;
}

static void in_child(void)
{
    if (act__callbacks_here != NULL && !act__callbacks_here->executor->simulated)
        leave_turn(act__worker_of(act__callbacks_here));
    act__callbacks_here = NULL;
    act__runs_here = NULL;
}

void act__fork_prepare(struct act_system *system)
{
    act__fork_watch(ACT__FORK_ACTORS, in_child);
    system->forks = act__forks;
}

void act__fork_returned(struct act__worker *worker)
{
    act__fatal(
        &worker->run,
        "a callback has returned in a child of fork(), where no actor runs: call exec or _exit");
}
