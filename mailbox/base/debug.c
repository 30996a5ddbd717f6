/* What a library that was configured with --enable-debug says of a broken rule. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/debug.h>

#ifdef ACT_DEBUG

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void act_debug_failed(const char *file, int line, const char *format, ...)
{
    char    text[512];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    if (file != NULL)
        fprintf(stderr, "act: %s:%d: %s\n", file, line, text);
    else
        fprintf(stderr, "act: %s\n", text);
    abort();
}

#endif
