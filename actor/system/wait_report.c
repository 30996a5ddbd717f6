/* That blocking actors wait for a thread, and which actor has had one for longest. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/process/actor_text.h>
#include <actor/process/names.h>
#include <actor/process/shared.h>
#include <actor/scheduler/report.h>
#include <actor/system/log.h>

_Static_assert(ACT__REPORT_NAME_MAX >= ACT_NAME_MAX, "a name has room");

void act__wait_report_log(struct act_system *system, const struct act__wait_report *report)
{
    char name[ACT_NAME_MAX], actor[ACT__ACTOR_TEXT_MAX];

    act__names_name_of(system->names, report->local, name);
    act__actor_text(actor, report->local, report->behavior, name);
    act__log(
        system, ACT_LOG_WARNING,
        "%u blocking actors wait for a thread, for %.1f s and more: all %u of blocking_max are in "
        "use, that of %s for %.1f s",
        report->waiting_count, (double)report->waited / 1000, report->living_max, actor,
        (double)report->longest_run / 1000);
}
