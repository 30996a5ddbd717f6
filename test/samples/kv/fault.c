/* Makes the n-th call of the allocator fail, or crash where it stands. */
/* SPDX-License-Identifier: MIT */
#include <test/samples/kv/fault.h>

#include <setjmp.h>

static size_t  calls_left;
static bool    happened;
static jmp_buf crash_exit;

static bool refuse_when_due(enum kv_memory_event event)
{
    if (event != KV_MEMORY_ALLOCATE || calls_left-- > 0)
        return true;
    happened = true;
    return false;
}

static bool crash_when_due(enum kv_memory_event event)
{
    (void)event;
    if (calls_left-- > 0)
        return true;
    happened = true;
    kv_memory_hook = NULL;
    longjmp(crash_exit, 1);
}

static void arm(size_t nth, bool (*hook)(enum kv_memory_event event))
{
    calls_left = nth;
    happened = false;
    kv_memory_hook = hook;
}

bool fault_refuse(size_t nth, void (*work)(void *context), void *context)
{
    arm(nth, refuse_when_due);
    work(context);
    kv_memory_hook = NULL;
    return happened;
}

bool fault_crash(size_t nth, void (*work)(void *context), void *context)
{
    arm(nth, crash_when_due);
    if (setjmp(crash_exit) == 0)
        work(context);
    kv_memory_hook = NULL;
    return happened;
}
