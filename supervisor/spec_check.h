/* Finds what is wrong with a specification before anything is started. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_SUPERVISOR_SPEC_CHECK_H
#define ACT_SUPERVISOR_SPEC_CHECK_H

#include <actor/process/spawn_options.h>
#include <supervisor/supervisor.h>

/* As act_supervisor_check, for one child by itself. */
bool act__child_spec_is_good(const act_child_spec *spec);

#endif
