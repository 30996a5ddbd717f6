/* What is always true of a store between two commands, crashed or not. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_SAMPLES_KV_INVARIANTS_H
#define TEST_SAMPLES_KV_INVARIANTS_H

#include <samples/kv/store.h>

/* Fails the running test when the store's chains, counts and sizes do not agree. */
void assert_sound(const struct kv_store *store);

#endif
