/* What cannot be gone on from, said before the process ends. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/fatal.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <actor/system_record.h>
#include <mailbox/base/sanitize.h>

void act__fatal(const struct act__worker *worker, const char *what)
{
    const act_self *self = worker->current;
    char            text[512];
    int             bytes;

    if (self != NULL)
        bytes = snprintf(text, sizeof text, "act: error: actor %u.%llu (%s): %s\n", self->index,
                         (unsigned long long)act__load(&self->life), self->behavior->name, what);
    else
        bytes = snprintf(text, sizeof text, "act: error: between two callbacks: %s\n", what);
    if (bytes > 0 && write(STDERR_FILENO, text, (size_t)bytes < sizeof text ? (size_t)bytes : sizeof text - 1) < 0) {
        /* there is nothing left to do about it */
    }
    abort();
}

void act__loop_left(struct act__worker **worker)
{
    act__frames_were_left();
    if (*worker != NULL)
        act__fatal(*worker, "its thread was left by pthread_exit or pthread_cancel; a callback returns, or panics");
}

/* ---------------------------------------------------------------------------------------- longjmp out */

static _Atomic(pthread_t) main_thread;
static _Atomic bool       main_is_known;

void act__know_thread(void)
{
    if (gettid() != getpid())
        return;
    act__store(&main_thread, pthread_self());
    act__store_release(&main_is_known, true); /* pairs with the acquire in act__check_stack */
}

/* The thread lives. */
static bool is_on_stack_of(pthread_t thread, const char *at)
{
    pthread_attr_t attributes;
    void          *lowest = NULL;
    size_t         bytes = 0;

    if (pthread_getattr_np(thread, &attributes) != 0)
        return false;
    (void)pthread_attr_getstack(&attributes, &lowest, &bytes);
    pthread_attr_destroy(&attributes);
    return at >= (const char *)lowest && at < (const char *)lowest + bytes;
}

/* Not on its own stack is not enough: a callback may have stacks of its own making, or be in a signal's handler. */
void act__check_stack(const struct act__worker *worker)
{
    const char       *here = __builtin_frame_address(0);
    struct act_system *system = worker->system;

    if (worker->executor->simulated || is_on_stack_of(pthread_self(), here))
        return;
    /* acquire, both: the thread was written before; pairs with act__know_thread, and with run in system.c */
    if ((act__load_acquire(&main_is_known) && is_on_stack_of(act__load(&main_thread), here)) ||
        (act__load_acquire(&system->is_run) && is_on_stack_of(system->runner, here)))
        act__fatal(worker, "its callback was left by longjmp, and its thread runs on another one's stack");
}
