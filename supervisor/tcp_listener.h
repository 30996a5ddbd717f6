/* The behavior by which a check knows the listener of a TCP server. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_SUPERVISOR_TCP_LISTENER_H
#define ACT_SUPERVISOR_TCP_LISTENER_H

#include <supervisor/tcp_server.h>

/* Args: an act_tcp_server *. */
extern const act_behavior act__tcp_listener;

#endif
