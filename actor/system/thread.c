/* Threads that may panic, and are joined. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/thread.h>

#include <pthread.h>
#include <stdarg.h>

#include <actor/scheduler/panic.h>
#include <mailbox/base/fork.h>
#include <mailbox/base/list.h>
#include <mailbox/base/memory.h>
#include <mailbox/channel/channel_record.h>

struct deferred {
    struct deferred *next;
    void (*clean_up)(void *argument);
    void *argument;
};

/* Of the thread itself until it has ended, then of the thread that joins it. */
struct act_thread {
    pthread_t id;
    void (*run)(act_thread *self, void *argument);
    void             *argument;
    struct deferred  *deferred; /* newest first */
    struct act__panic panic;
    bool              panicked;
    uint32_t          forks; /* act__forks when it was made */
    act_exit_report   report;
};

static void run_deferred(act_thread *self);

static void run_rest(act_thread **self)
{
    if (*self != NULL && !(*self)->panic.unwinding)
        run_deferred(*self);
}

/* If it calls pthread_exit, or is cancelled, the others are called all the same. */
static void run_first_deferred(act_thread *self)
{
    act_thread     *left __attribute__((cleanup(run_rest))) = self;
    struct deferred one = *self->deferred;
    act__free(self->deferred);
    self->deferred = one.next;
    one.clean_up(one.argument);
    left = NULL;
}

/* One that panics ends there, and the next is called. Not inlined: as run_all below. */
static __attribute__((noinline)) void run_deferred(act_thread *self)
{
    self->panic.stack_floor = __builtin_frame_address(0);
    (void)setjmp(self->panic.recover);
    self->panic.unwinding = false;
    while (self->deferred != NULL)
        run_first_deferred(self);
}

/* However the thread is left: by returning, a panic, pthread_exit or pthread_cancel. */
static void leave(act_thread **self)
{
    run_deferred(*self);
}

/* Not inlined: what the caller has to clean up would be unwound by a panic. */
static __attribute__((noinline)) void run_all(act_thread *self)
{
    self->panic.stack_floor = __builtin_frame_address(0);
    if (setjmp(self->panic.recover) == 0)
        self->run(self, self->argument);
}

static void *run_thread(void *thread)
{
    act_thread *self __attribute__((cleanup(leave))) = thread;

    run_all(self);
    return NULL;
}

act_result act_thread_spawn(act_thread **thread, void (*run)(act_thread *self, void *argument),
                            void        *argument)
{
    act_thread *made = act__allocate(sizeof *made);
    if (made == NULL)
        return ACT_NO_MEMORY;
    act__fork_watch(ACT__FORK_ACTORS, NULL);
    made->forks = act__forks;
    made->run = run;
    made->argument = argument;
    made->report.kind = ACT_EXIT_NORMAL;
    *thread = made;
    if (pthread_create(&made->id, NULL, run_thread, made) == 0)
        return ACT_OK;
    *thread = NULL;
    act__free(made);
    return ACT_OS;
}

act_result act_thread_join(act_thread **thread, act_exit_report *report)
{
    if ((*thread)->forks != act__forks)
        return ACT_FORKED;
    if (act__runs_here != NULL || pthread_join((*thread)->id, NULL) != 0)
        return ACT_INVALID;
    if (report != NULL)
        *report = (*thread)->report;
    act__free(*thread);
    *thread = NULL;
    return ACT_OK;
}

act_result act_thread_defer(act_thread *self, void (*clean_up)(void *argument), void *argument)
{
    struct deferred *one = act__allocate(sizeof *one);
    if (one == NULL)
        return ACT_NO_MEMORY;
    *one = (struct deferred){self->deferred, clean_up, argument};
    self->deferred = one;
    return ACT_OK;
}

void act__thread_panic_at(act_thread *self, const char *file, int line, const char *format, ...)
{
    va_list values;
    if (!self->panicked) { /* a second one, while the first unwinds, adds nothing */
        self->report.kind = ACT_EXIT_PANIC;
        va_start(values, format);
        act__panic_text(self->report.text, sizeof self->report.text, file, line, format, values);
        va_end(values);
    }
    self->panicked = true;
    act__panic_unwind(&self->panic);
}
