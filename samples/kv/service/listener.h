/* The actor that accepts clients. */
/* SPDX-License-Identifier: MIT */
#ifndef KV_LISTENER_H
#define KV_LISTENER_H

#include <act.h>

/* Args: a pointer to the struct kv_service. */
extern const act_behavior kv_listener;

#endif
