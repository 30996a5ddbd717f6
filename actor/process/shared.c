/* What actors tell the system that they are of. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/process/shared.h>

#include <actor/lifecycle.h>
#include <actor/process/cell.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>

void act__log_of(act_self *self, act_log_level level, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    self->worker->system->operations->log(self, level, format, values);
    va_end(values);
}

void act_system_overdue(act_system *system)
{
    if (act__load(&system->closing))
        act__store(&system->overdue, true); /* relaxed, as all here: act_system_run reads it when
                                               all have ended */
}
