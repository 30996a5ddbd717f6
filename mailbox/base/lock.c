/* What a thread knows of the mutexes that it holds. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/lock.h>

_Thread_local pthread_mutex_t *act__lock_to_leave;

#ifdef ACT_TESTING
_Thread_local unsigned act__locks_held;
#endif
