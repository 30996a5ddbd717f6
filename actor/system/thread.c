/* Threads that may panic, and are joined. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/thread.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unwind.h>

#include <mailbox/base/fork.h>
#include <mailbox/base/list.h>
#include <mailbox/base/memory.h>
#include <mailbox/channel/channel_record.h>

struct deferred {
    struct deferred *next;
    void (*clean_up)(void *argument);
    void *argument;
};

/* Of the thread itself until it has ended, then of who joins it. */
struct act_thread {
    pthread_t id;
    void (*run)(act_thread *self, void *argument);
    void                    *argument;
    struct deferred         *deferred;    /* newest first */
    char                    *stack_floor; /* a panic unwinds up to here */
    jmp_buf                  recover;
    bool                     panicked;
    bool                     unwinding; /* a panic, up to `recover` */
    uint32_t                 forks;     /* act__forks when it was made */
    struct _Unwind_Exception panic;
    act_exit_report          report;
};

static void run_deferred(act_thread *self);

static void run_rest(act_thread **self)
{
    if (*self != NULL && !(*self)->unwinding)
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
    self->stack_floor = __builtin_frame_address(0);
    (void)setjmp(self->recover);
    self->unwinding = false;
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
    self->stack_floor = __builtin_frame_address(0);
    if (setjmp(self->recover) == 0)
        self->run(self, self->argument);
}

static void *thread_main(void *thread)
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
    if (pthread_create(&made->id, NULL, thread_main, made) == 0)
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

/* As in exit.c: up to the thread's own frame. */
static _Unwind_Reason_Code unwind_step(int version, _Unwind_Action actions,
                                       _Unwind_Exception_Class class,
                                       struct _Unwind_Exception *exception,
                                       struct _Unwind_Context *context, void *argument)
{
    act_thread *self = argument;
    (void)version;
    (void)class;
    (void)exception;
    if ((actions & _UA_END_OF_STACK) != 0 || (char *)_Unwind_GetCFA(context) >= self->stack_floor)
        longjmp(self->recover, 1);
    return _URC_NO_REASON;
}

static ACT_NORETURN void unwind(act_thread *self);

/* A C++ `catch (...)` is left by unwinding further. */
static void go_on_unwinding(_Unwind_Reason_Code reason, struct _Unwind_Exception *exception)
{
    (void)reason;
    unwind(act__container(exception, act_thread, panic));
}

static ACT_NORETURN void unwind(act_thread *self)
{
    memset(&self->panic, 0, sizeof self->panic);
    self->panic.exception_cleanup = go_on_unwinding;
    _Unwind_ForcedUnwind(&self->panic, unwind_step, self);
    longjmp(self->recover, 1); /* the stack could not be walked: skip the clean-up handlers */
}

void act_thread_panic_at(act_thread *self, const char *file, int line, const char *format, ...)
{
    const char *slash = strrchr(file, '/');
    char       *text = self->report.text;
    va_list     values;
    if (!self->panicked) { /* a second one, while the first unwinds, adds nothing */
        self->report.kind = ACT_EXIT_PANIC;
        int used = snprintf(text, sizeof self->report.text,
                            "%s:%d: ", slash != NULL ? slash + 1 : file, line);
        if (used < 0 || (size_t)used >= sizeof self->report.text)
            used = 0;
        va_start(values, format);
        vsnprintf(text + used, sizeof self->report.text - (size_t)used, format, values);
        va_end(values);
    }
    self->panicked = self->unwinding = true;
    unwind(self);
}
