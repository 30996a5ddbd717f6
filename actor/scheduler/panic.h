/* How a panic, or act_exit_now, leaves the program's code: for actors and threads. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SCHEDULER_PANIC_H
#define ACT_ACTOR_SCHEDULER_PANIC_H

#include <setjmp.h>
#include <stdarg.h>
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
 * where setjmp returns once more. That is in a function which is not inlined: what its caller has
 * to clean up would be unwound, too.
 */
struct act__panic {
    jmp_buf                  recover;
    char                    *stack_floor; /* that frame: a panic unwinds up to it */
    bool                     unwinding;   /* a callback is being left, for `recover` */
    struct _Unwind_Exception exception;
};

/* Leaves the callback. */
ACT_NORETURN void act__panic_unwind(struct act__panic *panic);

/* "program.c:12: text" */
__attribute__((format(printf, 5, 0))) void act__panic_text(char *text, size_t text_bytes,
                                                           const char *file, int line,
                                                           const char *format, va_list values);

#endif
