/* The actor that tells what the supervision tree looks like. */
/* SPDX-License-Identifier: MIT */
#ifndef KV_OBSERVER_H
#define KV_OBSERVER_H

#include <act.h>

/* It is asked as a shard is, with batches (batch.h), and answers DEBUG TREE. */
extern const act_behavior kv_observer;

#endif
