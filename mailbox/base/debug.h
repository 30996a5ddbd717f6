/* What a library that was configured with --enable-debug says of a broken rule. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_BASE_DEBUG_H
#define ACT_MAILBOX_BASE_DEBUG_H

#include "api.h"

/*
 * With ACT_DEBUG, which act.pc of such a library sets, act_view and act_edit look whether the
 * message is one of that name, and calls that only a handler may make whether a handler makes
 * them (actor/debug.h, in act.h). The process ends by abort(), with the file and the line of the
 * call on standard error. Where the linker does not find a name that begins with act_debug_ the
 * library is one without.
 */
#ifdef ACT_DEBUG

ACT_BEGIN_DECLS

/** Ends the process with "act: file:line: ..." on standard error; file NULL: not known. */
ACT_API ACT_NORETURN void act_debug_failed(const char *file, int line, const char *format, ...)
    ACT_PRINTF(3, 4) ACT_NONNULL(3);

ACT_END_DECLS

#endif

#endif
