/* Partitions: one child many times, each for its share of the keys. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_SUPERVISOR_PARTITION_H
#define ACT_SUPERVISOR_PARTITION_H

#include "supervisor.h"
#include "../actor/typed.h"

ACT_BEGIN_DECLS

/*
 * What one actor would be too slow for, or what should not all fail at once: `count` equal children
 * under one supervisor. Each key belongs to one of them, always the same. They have names:
 * "NAME/0", "NAME/1" and so on, which stay with them when they are restarted. Made once and then
 * only read: any thread may use it.
 */
typedef struct act_partition act_partition;

/* The most partitions of one act_partition. */
#define ACT_PARTITIONS_MAX 65536u

typedef struct act_partition_spec {
    const char    *name;      /* 1 to 50 bytes; in one system, one act_partition has it */
    uint32_t       count;     /* 1 to ACT_PARTITIONS_MAX */
    act_child_spec child;     /* copied with its options, whose name must be NULL; id is ignored:
                                 it is the number */
    bool           args_each; /* child.args is an array, of which each child gets its element;
                                 else all get the same */
    uint32_t       intensity; /* these three as in act_supervisor_spec; the strategy is
                                 one_for_one */
    act_millis     period;
    act_backoff    backoff;
    const void    *act_reserved[4]; /* NULL: leave them out. See mailbox/base/types.h. */
} act_partition_spec;

/**
 * Makes the specs and names of partitions; starts nothing.
 *
 * Owns:    *partition is yours: act_partition_destroy. What spec points to must stay valid as for
 *          act_child_spec.
 * Threads: any.
 * Returns: ACT_OK; ACT_INVALID (name, count, or the rest: act_supervisor_check says why of a
 *          supervisor with these three and that child); ACT_NO_MEMORY.
 * See:     test/supervisor/partition_test.c
 */
ACT_API ACT_MUST_CHECK act_result
act_partition_create(act_partition **partition, const act_partition_spec *spec) ACT_NONNULL_ALL;

/**
 * Frees it and sets *partition to NULL; NULL is allowed. It must not be in use any more, nor its
 * supervisor be started again.
 */
ACT_API void act_partition_destroy(act_partition **partition) ACT_NONNULL_ALL;

/**
 * The supervisor to start: with act_supervisor_spawn_link, act_system_spawn_supervisor, or below
 * another with act_supervisor_child. Once per system. Valid as long as the partition. Threads: any.
 */
ACT_API const act_supervisor_spec *act_partition_supervisor(const act_partition *partition)
    ACT_NONNULL_ALL;

/**
 * The number of the child that a key belongs to: 0 to count - 1. Neighbouring keys are spread.
 * Threads: any.
 */
ACT_API uint32_t act_partition_of(const act_partition *partition, uint64_t key) ACT_NONNULL_ALL;

/**
 * A key for a text or other bytes. A client that chooses the bytes can choose where they go.
 * Threads: any.
 */
ACT_API uint64_t act_partition_key(const void *bytes, size_t bytes_count);

/**
 * Looks up the child that a key belongs to.
 *
 * Threads: any.
 * Returns: ACT_OK; ACT_NOT_FOUND (its supervisor does not run).
 */
ACT_API ACT_MUST_CHECK act_result act_partition_find(const act_partition *partition,
                                                     act_system *system, act_pid *pid,
                                                     uint64_t key) ACT_NONNULL_ALL;

/**
 * Sends to the child that a key belongs to; as act_send_name: nothing is lost while that one is
 * restarted. Threads: handler.
 */
ACT_API ACT_MUST_CHECK act_result act_partition_send(act_self *self, const act_partition *partition,
                                                     uint64_t      key,
                                                     act_message **message) ACT_NONNULL_ALL;

/**
 * act_partition_tell(self, partition, key, counter_add, .amount = 5). As act_tell_name: to the
 * child that a key belongs to. Threads: handler.
 */
#define act_partition_tell(self, partition, key, name, ...)                                        \
    act_partition_tell_typed(self, partition, key, name##_type(), ACT__FIELDS(name, __VA_ARGS__))
/** The same for a type chosen at run time. */
ACT_API void act_partition_tell_typed(act_self *self, const act_partition *partition, uint64_t key,
                                      const act_type *type, const void *fields) ACT_NONNULL_ALL;

/**
 * act_partition_ask(self, &ask, partition, key, ACT_SECONDS(1), counter_read). As act_ask_name.
 */
#define act_partition_ask(self, ask, partition, key, timeout, name, ...)                           \
    act_partition_ask_typed(self, ask, partition, key, timeout, name##_type(),                     \
                            ACT__FIELDS(name, __VA_ARGS__))
/** The same for a type chosen at run time. */
ACT_API ACT_MUST_CHECK act_result act_partition_ask_typed(act_self *self, act_ref *ask,
                                                          const act_partition *partition,
                                                          uint64_t key, act_millis timeout,
                                                          const act_type *type, const void *fields)
    ACT_NONNULL(1, 2, 3, 6, 7);
/** The same with a message of one's own. As act_ask_name_message. */
ACT_API ACT_MUST_CHECK act_result act_partition_ask_message(act_self *self, act_ref *ask,
                                                            const act_partition *partition,
                                                            uint64_t key, act_message **message,
                                                            act_millis timeout) ACT_NONNULL_ALL;

ACT_END_DECLS

#endif
