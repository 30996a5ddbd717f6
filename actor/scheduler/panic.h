/* How a panic, or act_exit_now, leaves the program's code: for actors and threads. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_PANIC_H
#define ACT_ACTOR_SCHEDULER_PANIC_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unwind.h>

#include <mailbox/base/api.h>
#include <mailbox/base/types.h>

/*
 * Of a thread that calls the program's code. The frames of a callback that panics are unwound one
 * by one, so that their clean-ups run, up to the one that has
 *
 *     panic->stack_floor = __builtin_frame_address(0);
 *     if (setjmp(panic->recover) != 0) ...
 *
 * or a lower floor, where setjmp returns once more. That is in a function which is not inlined:
 * what its caller has to clean up would be unwound, too.
 */
struct act__panic {
    jmp_buf                  recover;
    char                    *stack_floor; /* a panic unwinds what is below */
    bool                     unwinding;   /* a callback is being left, for `recover` */
    struct _Unwind_Exception exception;
};

/*
 * The frame of whatever its caller calls, for stack_floor: where callbacks come from there the
 * frames below need not be walked: each costs 1,600 instructions.
 */
char *act__panic_floor(void);

/* For act__panic_unwind. */
_Unwind_Reason_Code act__panic_step(int version, _Unwind_Action actions,
                                    _Unwind_Exception_Class class,
                                    struct _Unwind_Exception *exception,
                                    struct _Unwind_Context *context, void *panic);
void act__panic_caught(_Unwind_Reason_Code reason, struct _Unwind_Exception *exception);

/* Leaves the callback. Inlined, as its frame would be walked, too. */
ACT_NORETURN static inline __attribute__((always_inline)) void act__panic_unwind(
    struct act__panic *panic)
{
    panic->unwinding = true;
    memset(&panic->exception, 0, sizeof panic->exception);
    panic->exception.exception_cleanup = act__panic_caught;
    _Unwind_ForcedUnwind(&panic->exception, act__panic_step, panic);
    longjmp(panic->recover, 1); /* the stack could not be walked: skip the clean-up handlers */
}

/* "program.c:12: text" */
__attribute__((format(printf, 5, 0))) void act__panic_text(char *text, size_t text_bytes,
                                                           const char *file, int line,
                                                           const char *format, va_list values);

#endif
