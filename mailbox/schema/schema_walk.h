/* How the parts of mailbox/message go over the fields of typed structs. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_SCHEMA_SCHEMA_WALK_H
#define ACT_MAILBOX_SCHEMA_SCHEMA_WALK_H

#include <mailbox/schema/schema.h>

/* What a message has behind its struct begins at multiples of this. */
#define ACT__OUTSIDE_ALIGNMENT 8u

static inline size_t act__outside_aligned(size_t bytes)
{
    return (bytes + ACT__OUTSIDE_ALIGNMENT - 1) & ~(size_t)(ACT__OUTSIDE_ALIGNMENT - 1);
}

/* Makes all zero, empty or none; a text is "". */
void act__struct_clear(const act_type *type, void *fields);
void act__item_clear(const act_field *field, void *item);

/* The items of a field: one, those of an array, or those of a list. */
struct act__items {
    const void *first;
    size_t      count;
};

struct act__items act__items_of(const act_field *field, const void *fields);

/* Whether it is zero, empty or none throughout: an optional one is not written then. */
bool act__field_is_empty(const act_field *field, const void *fields);

/*
 * What lies in a union at `at`: *type NULL: nothing. Returns: false if it is no message of the
 * schema.
 */
bool act__union_look(const act_type *schema, const void *at, const act_type **type,
                     const void **fields);

/*
 * Adds what a struct refers to, as bytes behind it. Returns: false if it is wrong, or too much for
 * a message.
 */
bool act__outside_bytes(const act_type *type, const void *fields, size_t *total);

/*
 * Releases each resource of a struct, which may be one that was refused. Nothing is written: it may
 * be constant.
 */
void act__resources_release(const act_type *type, const void *fields);

/*
 * Makes a message that envelopes can share. Returns: as act_message_create_typed; ACT_LOCAL: each
 * receiver would have to be given the resource.
 */
act_result   act__shared_create(act_message **message, const act_type *type, const void *fields);
/*
 * One of its own for a holder, which then holds that instead: the shared one itself, if there is no
 * other, else a copy. NULL: no memory.
 */
act_message *act__shared_take(act_message *shared);

#endif
