/* A record of the log as a line. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_LOG_FORMAT_H
#define ACT_ACTOR_SYSTEM_LOG_FORMAT_H

#include <actor/system/log_record.h>

/* A pipe takes so many bytes whole, whatever other processes write. */
enum { ACT__LOG_LINE_MAX = 4096 };

/*
 * Writes a record as a line, or as a datagram of the journal. Returns: its bytes, the final newline
 * included.
 */
size_t act__log_line(char line[ACT__LOG_LINE_MAX], const struct act__log_record *record,
                     act_log_format format);

#endif
