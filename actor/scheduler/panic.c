/* How a panic leaves the program's code. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/scheduler/panic.h>

#include <stdio.h>
#include <string.h>

#include <mailbox/base/list.h>

/* One more frame is about to be unwound: at the bottom of the thread's loop the panic is over. */
static _Unwind_Reason_Code unwind_step(int version, _Unwind_Action actions,
                                       _Unwind_Exception_Class class,
                                       struct _Unwind_Exception *exception,
                                       struct _Unwind_Context *context, void *argument)
{
    struct act__panic *panic = argument;
    (void)version;
    (void)class;
    (void)exception;
    if ((actions & _UA_END_OF_STACK) != 0 || (char *)_Unwind_GetCFA(context) >= panic->stack_floor)
        longjmp(panic->recover, 1);
    return _URC_NO_REASON;
}

/*
 * exception_cleanup is called where a C++ `catch (...)` has caught the panic and not thrown it on:
 * then it goes on from there.
 */
static void go_on_unwinding(_Unwind_Reason_Code reason, struct _Unwind_Exception *exception)
{
    (void)reason;
    act__panic_unwind(act__container(exception, struct act__panic, exception));
}

void act__panic_unwind(struct act__panic *panic)
{
    panic->unwinding = true;
    memset(&panic->exception, 0, sizeof panic->exception);
    panic->exception.exception_cleanup = go_on_unwinding;
    _Unwind_ForcedUnwind(&panic->exception, unwind_step, panic);
    longjmp(panic->recover, 1); /* the stack could not be walked: skip the clean-up handlers */
}

void act__panic_text(char *text, size_t text_bytes, const char *file, int line, const char *format,
                     va_list values)
{
    const char *slash = strrchr(file, '/');
    int used = snprintf(text, text_bytes, "%s:%d: ", slash != NULL ? slash + 1 : file, line);
    if (used < 0 || (size_t)used >= text_bytes)
        used = 0;
    vsnprintf(text + used, text_bytes - (size_t)used, format, values);
}
