/* The options of a spawn, as this version knows them. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/process/spawn_options.h>

bool act__spawn_options_read(struct act__spawn_options *ours, const act_spawn_options *theirs)
{
    if (theirs != NULL && theirs->size == sizeof *theirs && theirs->lifecycle != NULL &&
        theirs->lifecycle->size == sizeof *theirs->lifecycle) { /* a supervisor's, or new */
        ours->spawn = *theirs;
        ours->lifecycle = *theirs->lifecycle;
        ours->spawn.lifecycle = &ours->lifecycle;
        return true;
    }
    if (!act__options_read(&ours->spawn, sizeof ours->spawn, theirs) ||
        !act__options_read(&ours->lifecycle, sizeof ours->lifecycle, ours->spawn.lifecycle))
        return false;
    ours->spawn.lifecycle = &ours->lifecycle;
    return true;
}
