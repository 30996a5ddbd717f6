/* What tests do in the gaps. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/base/gap.h>

#ifdef ACT_TESTING
_Atomic(act__gap_hook *) act__gap_here;
#endif
