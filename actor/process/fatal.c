/* What cannot be gone on from, said before the process ends. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/process/fatal.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <actor/process/actor_text.h>
#include <actor/process/cell.h>
#include <actor/process/shared.h>
#include <actor/process/worker.h>
#include <actor/scheduler/runner.h>
#include <mailbox/base/sanitize.h>

void act__fatal(const struct act__runner *runner, const char *what)
{
    const act_self *self = act__self_of(runner->current);
    char            text[512], actor[ACT__ACTOR_TEXT_MAX] = "between two callbacks";

    if (self != NULL && self->behavior != NULL) /* else a cell that only threads have waited in */
        act__actor_text(actor, act__local_of(self), self->behavior->name, act__actor_name(self));
    int bytes = snprintf(text, sizeof text, "act: error: %s: %s\n", actor, what);
    if (bytes > 0 && write(STDERR_FILENO, text,
                           (size_t)bytes < sizeof text ? (size_t)bytes : sizeof text - 1) < 0) {
        /* there is nothing left to do about it */
    }
    abort();
}

void act__loop_left(struct act__runner **runner)
{
    act__frames_were_left();
    if (*runner != NULL)
        act__fatal(
            *runner,
            "its thread was left by pthread_exit or pthread_cancel; a callback returns, or panics");
}

/* ---------------------------------------------------------------------------------- longjmp out */

static struct act__stack main_stack; /* written once, by main's thread */
static _Atomic bool      main_is_known;

struct act__stack act__stack_here(void)
{
    pthread_attr_t attributes;
    void          *lowest = NULL;
    size_t         bytes = 0;

    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return (struct act__stack){NULL, NULL};
    (void)pthread_attr_getstack(&attributes, &lowest, &bytes);
    pthread_attr_destroy(&attributes);
    return (struct act__stack){lowest, (const char *)lowest + bytes};
}

void act__know_thread(void)
{
    if (gettid() != getpid() || act__load(&main_is_known))
        return;
    main_stack = act__stack_here();
    act__store_release(&main_is_known, true); /* pairs with the acquire in act__check_stack */
}

static bool is_on(const struct act__stack *stack, const char *at)
{
    return at >= stack->lowest && at < stack->end;
}

/*
 * Not on its own stack is not enough: a callback may have stacks of its own making, or be in a
 * signal's handler.
 */
void act__check_stack(const struct act__worker *worker)
{
    const char        *here = __builtin_frame_address(0);
    struct act_system *system = worker->system;
    struct act__stack  own = act__stack_here();

    if (worker->run.executor->simulated || own.end == NULL || is_on(&own, here))
        return;
    /*
     * acquire, both: the stack was written before; pair with act__know_thread, and system.c's run
     */
    if ((act__load_acquire(&main_is_known) && is_on(&main_stack, here)) ||
        (act__load_acquire(&system->is_run) && is_on(&system->runner, here)))
        act__fatal(&worker->run,
                   "its callback was left by longjmp, and its thread runs on another one's stack");
}
