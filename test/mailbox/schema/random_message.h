/* Random messages of any schema, for tests and benchmarks. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_MAILBOX_SCHEMA_RANDOM_MESSAGE_H
#define TEST_MAILBOX_SCHEMA_RANDOM_MESSAGE_H

#include <string.h>

#include <mailbox/base/random.h>
#include <mailbox/schema/schema.h>

/* What random fields refer to; enough for any of them. */
static struct {
    _Alignas(16) char bytes[1 << 20];
    size_t used;
} scatter;

static inline void *scatter_take(size_t bytes)
{
    void *taken = scatter.bytes + scatter.used;
    scatter.used += (bytes + 15) & ~(size_t)15;
    if (scatter.used > sizeof scatter.bytes)
        __builtin_trap();
    return memset(taken, 0, bytes);
}

static inline uint64_t random_bits(struct act__random *random)
{
    uint64_t bits = act__random_next(random);
    switch (act__random_below(random, 4)) { /* the edges of all widths, more often than chance
                                               would have them */
    case 0: return bits >> act__random_below(random, 64);
    case 1: return (UINT64_C(1) << act__random_below(random, 64)) - act__random_below(random, 2);
    case 2: return (uint64_t) - (int64_t)act__random_below(random, 200);
    default: return bits;
    }
}

static inline void random_struct(struct act__random *random, const act_type *type, void *fields);

static inline void random_item(struct act__random *random, const act_field *field, void *item)
{
    uint64_t        bits = random_bits(random);
    size_t          count = act__random_below(random, 4) == 0 ? act__random_below(random, 300)
                                                              : act__random_below(random, 8);
    const act_type *type = field->type != NULL ? field->type() : NULL;
    char           *text;
    switch ((act_field_kind)field->kind) {
    case ACT_FIELD_BOOL: *(bool *)item = bits & 1; break;
    case ACT_FIELD_FLOAT: *(float *)item = (float)(int64_t)bits / 8; break;
    case ACT_FIELD_DOUBLE: *(double *)item = (double)(int64_t)bits / 8; break;
    case ACT_FIELD_PID: *(act_pid *)item = (act_pid){act__random_below(random, 3), bits}; break;
    case ACT_FIELD_TEXT:
        text = scatter_take(count + 1);
        for (size_t i = 0; i < count; i++)
            text[i] = (char)(1 + act__random_below(random, 255));
        *(const char **)item = text;
        break;
    case ACT_FIELD_BYTES:
        text = scatter_take(count);
        for (size_t i = 0; i < count; i++)
            text[i] = (char)act__random_below(random, 256);
        *(act_bytes *)item = (act_bytes){text, count};
        break;
    case ACT_FIELD_ENUM:
        *(int32_t *)item =
            (int32_t)type->values[act__random_below(random, type->parts_count)].value;
        break;
    case ACT_FIELD_STRUCT: random_struct(random, type, item); break;
    case ACT_FIELD_UNION: {
        uint32_t        which = act__random_below(random, type->parts_count + 1);
        const act_type *inside = which < type->parts_count ? type->messages[which]() : NULL;
        *(uint32_t *)item = inside != NULL ? inside->tag : 0;
        if (inside != NULL)
            random_struct(random, inside, (char *)item + type->as_offset);
        break;
    }
    case ACT_FIELD_RESOURCE: *(act_resource *)item = (act_resource){NULL, NULL}; break;
    case ACT_FIELD_INT8:
    case ACT_FIELD_INT16:
    case ACT_FIELD_INT32:
    case ACT_FIELD_INT64:
    case ACT_FIELD_UINT8:
    case ACT_FIELD_UINT16:
    case ACT_FIELD_UINT32:
    case ACT_FIELD_UINT64:
    case ACT_FIELD_REF:
        memcpy(item, &bits, field->item_bytes); /* on a little-endian machine; on others just as
                                                   random */
        break;
    }
}

static inline void random_struct(struct act__random *random, const act_type *type, void *fields)
{
    for (uint32_t i = 0; i < type->parts_count; i++) {
        const act_field *field = &type->fields[i];
        char            *item = (char *)fields + field->offset;
        size_t           count = field->length;
        if ((field->flags & ACT_FIELD_OPTIONAL) != 0 && act__random_below(random, 2) == 0)
            continue;
        if ((field->flags & ACT_FIELD_LIST) != 0) {
            struct act_list *list = (struct act_list *)(void *)item;
            count = act__random_below(random, 8) == 0 ? act__random_below(random, 20)
                                                      : act__random_below(random, 4);
            list->items = item = scatter_take(count * field->item_bytes);
            list->count = count;
        }
        for (size_t j = 0; j < count; j++)
            random_item(random, field, item + j * field->item_bytes);
    }
}

/* One of the schema's, to send with act_message_create_typed. */
static inline const act_type *random_message(struct act__random *random, const act_type *schema,
                                             const void **fields)
{
    const act_type *type = schema->messages[act__random_below(random, schema->parts_count)]();
    scatter.used = 0;
    void *made = scatter_take(type->bytes);
    random_struct(random, type, made);
    *fields = made;
    return type;
}

#endif
