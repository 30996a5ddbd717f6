/* What of the library stays behind when the process forks. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/fork.h>

#include <pthread.h>

#include <mailbox/base/atomics.h>

uint32_t act__forks;

static void (*_Atomic parts[ACT__FORK_PARTS])(void);
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void in_child(void)
{
    act__forks += 2;
    for (unsigned part = 0; part < ACT__FORK_PARTS; part++) {
        void (*mend)(void) = act__load(&parts[part]);
        if (mend != NULL)
            mend();
    }
}

/* Without memory for it a child is not told from its parent. */
static void watch(void)
{
    (void)pthread_atfork(NULL, NULL, in_child);
}

void act__fork_watch(enum act__fork_part part, void (*mend)(void))
{
    if (mend != NULL)
        act__store(&parts[part], mend);
    pthread_once(&once, watch);
}
