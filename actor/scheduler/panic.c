/* How a panic leaves the program's code. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/scheduler/panic.h>

#include <stdio.h>
#include <string.h>

#include <actor/scheduler/task.h>
#include <mailbox/base/list.h>

__attribute__((noinline)) char *act__panic_floor(void)
{
    return __builtin_frame_address(0);
}

/*
 * One more frame is about to be unwound: at the bottom of the thread's loop the panic is over. An
 * actor's turn, from which its callbacks come, is above that by a frame that need not be walked;
 * where the compiler has made it a part of the loop it is not met.
 */
_Unwind_Reason_Code act__panic_step(int version, _Unwind_Action actions,
                                    _Unwind_Exception_Class class,
                                    struct _Unwind_Exception *exception,
                                    struct _Unwind_Context *context, void *argument)
{
    struct act__panic *panic = argument;
    (void)version;
    (void)class;
    (void)exception;
    if ((actions & _UA_END_OF_STACK) != 0 || (char *)_Unwind_GetCFA(context) > panic->stack_floor ||
        _Unwind_GetRegionStart(context) == (_Unwind_Ptr)act__turn_run)
        longjmp(panic->recover, 1);
    return _URC_NO_REASON;
}

/*
 * Called where a C++ `catch (...)` has caught the panic and not thrown it on: then it goes on from
 * there.
 */
void act__panic_caught(_Unwind_Reason_Code reason, struct _Unwind_Exception *exception)
{
    (void)reason;
    act__panic_unwind(act__container(exception, struct act__panic, exception));
}

/* "program.c:12: ". By hand, as act__actor_text. Returns: its length; 0: there is no room. */
static size_t put_place(char *text, size_t text_bytes, const char *file, int line)
{
    char        digits[16], *first = digits + sizeof digits;
    const char *slash = strrchr(file, '/'), *name = slash != NULL ? slash + 1 : file;
    unsigned    left = (unsigned)line;
    do
        *--first = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    size_t name_bytes = strlen(name), digits_bytes = (size_t)(digits + sizeof digits - first);
    if (name_bytes + digits_bytes + sizeof ":: " > text_bytes)
        return 0;
    memcpy(text, name, name_bytes);
    text[name_bytes] = ':';
    memcpy(text + name_bytes + 1, first, digits_bytes);
    memcpy(text + name_bytes + 1 + digits_bytes, ": ", sizeof ": ");
    return name_bytes + digits_bytes + strlen(":: ");
}

void act__panic_text(char *text, size_t text_bytes, const char *file, int line, const char *format,
                     va_list values)
{
    size_t used = put_place(text, text_bytes, file, line);
    vsnprintf(text + used, text_bytes - used, format, values);
}
