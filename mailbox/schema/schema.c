/* Copies typed structs with all they refer to into one block, and tells schemas apart. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/schema/schema.h>

#include <string.h>

#include <mailbox/base/lock.h>
#include <mailbox/message/envelope.h>
#include <mailbox/schema/schema_walk.h>

const act_type *act_schema_find(const act_type *schema, uint32_t tag)
{
    for (uint32_t i = 0; i < schema->parts_count; i++) {
        const act_type *type = schema->messages[i]();
        if (type->tag == tag)
            return type;
    }
    return NULL;
}

bool act_enum_is_known(const act_type *type, int32_t value)
{
    for (uint32_t i = 0; i < type->parts_count; i++)
        if (type->values[i].value == value)
            return true;
    return false;
}

bool act__union_look(const act_type *schema, const void *at, const act_type **type,
                     const void **fields)
{
    uint32_t tag;
    memcpy(&tag, at, sizeof tag);
    *type = tag != 0 ? act_schema_find(schema, tag) : NULL;
    *fields = (const char *)at + schema->as_offset;
    return tag == 0 || *type != NULL;
}

struct act__items act__items_of(const act_field *field, const void *fields)
{
    const void *at = (const char *)fields + field->offset;
    if ((field->flags & ACT_FIELD_LIST) == 0)
        return (struct act__items){at, field->length};
    const struct act_list *list = at;
    return (struct act__items){list->items, list->count};
}

static bool struct_is_empty(const act_type *type, const void *fields)
{
    for (uint32_t i = 0; i < type->parts_count; i++)
        if (!act__field_is_empty(&type->fields[i], fields))
            return false;
    return true;
}

static bool is_zero(const void *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (((const char *)bytes)[i] != 0)
            return false;
    return true;
}

static bool item_is_empty(const act_field *field, const void *item)
{
    uint32_t tag;
    switch (field->kind) {
    case ACT_FIELD_TEXT: {
        const char *text = *(const char *const *)item;
        return text == NULL || *text == '\0';
    }
    case ACT_FIELD_BYTES: return ((const act_bytes *)item)->bytes_count == 0;
    case ACT_FIELD_STRUCT: return struct_is_empty(field->type(), item);
    case ACT_FIELD_UNION: memcpy(&tag, item, sizeof tag); return tag == 0;
    default: return is_zero(item, field->item_bytes); /* -0.0 is not */
    }
}

bool act__field_is_empty(const act_field *field, const void *fields)
{
    struct act__items items = act__items_of(field, fields);
    if ((field->flags & ACT_FIELD_LIST) != 0)
        return items.count == 0;
    for (size_t i = 0; i < items.count; i++)
        if (!item_is_empty(field, (const char *)items.first + i * field->item_bytes))
            return false;
    return true;
}

/* ------------------------------------------------------------------------------------ measuring */

/*
 * More than any message has stays more: sums cannot overflow. Returns: false where it is too much.
 */
static bool add(size_t *total, size_t bytes)
{
    if (bytes > ACT_MESSAGE_BYTES_MAX ||
        *total + act__outside_aligned(bytes) > ACT_MESSAGE_BYTES_MAX)
        return false;
    *total += act__outside_aligned(bytes);
    return true;
}

static bool measure_item(const act_field *field, const void *item, size_t *total)
{
    const act_type *type;
    switch (field->kind) { /* of the others nothing is to be done */
    case ACT_FIELD_TEXT: {
        const char *text = *(const char *const *)item;
        return text == NULL || add(total, strlen(text) + 1);
    }
    case ACT_FIELD_BYTES: {
        const act_bytes *bytes = item;
        return (bytes->data != NULL || bytes->bytes_count == 0) && add(total, bytes->bytes_count);
    }
    case ACT_FIELD_STRUCT: return act__outside_bytes(field->type(), item, total);
    case ACT_FIELD_UNION:
        return act__union_look(field->type(), item, &type, &item) &&
               (type == NULL || act__outside_bytes(type, item, total));
    default: return true;
    }
}

/* Whether its items can refer to something, or be wrong. */
static bool is_deep(const act_field *field)
{
    return field->kind == ACT_FIELD_TEXT || field->kind == ACT_FIELD_BYTES ||
           field->kind == ACT_FIELD_STRUCT || field->kind == ACT_FIELD_UNION;
}

static bool measure_field(const act_field *field, const void *fields, size_t *total)
{
    struct act__items items = act__items_of(field, fields);
    size_t            bytes;
    if ((field->flags & ACT_FIELD_LIST) != 0 &&
        ((items.first == NULL && items.count != 0) ||
         __builtin_mul_overflow(items.count, (size_t)field->item_bytes, &bytes) ||
         !add(total, bytes)))
        return false;
    if (is_deep(field))
        for (size_t i = 0; i < items.count; i++)
            if (!measure_item(field, (const char *)items.first + i * field->item_bytes, total))
                return false;
    return true;
}

bool act__outside_bytes(const act_type *type, const void *fields, size_t *total)
{
    for (uint32_t i = 0; i < type->parts_count; i++)
        if (!measure_field(&type->fields[i], fields, total))
            return false;
    return true;
}

/* ------------------------------------------------------------------------------------- emptying */

void act__item_clear(const act_field *field, void *item)
{
    if (field->kind == ACT_FIELD_STRUCT)
        act__struct_clear(field->type(), item);
    else if (field->kind == ACT_FIELD_TEXT)
        *(const char **)item = "";
    else
        memset(item, 0, field->item_bytes);
}

void act__struct_clear(const act_type *type, void *fields)
{
    memset(fields, 0, type->bytes);
    for (uint32_t i = 0; i < type->parts_count; i++) {
        const act_field *field = &type->fields[i];
        for (uint32_t j = 0; j < field->length && (field->flags & ACT_FIELD_LIST) == 0; j++)
            act__item_clear(field, (char *)fields + field->offset + j * field->item_bytes);
    }
}

/* -------------------------------------------------------------------------------------- copying */

static void copy_outside(const act_type *type, void *fields, char **tail);

/* Moves `bytes` to the tail, or leaves room for them. */
static void *copy(char **tail, const void *from, size_t bytes)
{
    void *to = *tail;
    if (bytes != 0 && from != ACT_ROOM)
        memcpy(to, from, bytes);
    *tail += act__outside_aligned(bytes);
    return to;
}

static void copy_item(const act_field *field, void *item, char **tail)
{
    const act_type *type;
    const void     *inside;
    switch (field->kind) { /* of the others nothing is to be done */
    case ACT_FIELD_TEXT: {
        const char **text = item;
        *text = *text != NULL ? copy(tail, *text, strlen(*text) + 1) : "";
        break;
    }
    case ACT_FIELD_BYTES: {
        act_bytes *bytes = item;
        bytes->data = bytes->bytes_count != 0 ? copy(tail, bytes->data, bytes->bytes_count) : NULL;
        break;
    }
    case ACT_FIELD_STRUCT: copy_outside(field->type(), item, tail); break;
    case ACT_FIELD_UNION:
        if (act__union_look(field->type(), item, &type, &inside) && type != NULL)
            copy_outside(type, (char *)item + field->type()->as_offset, tail);
        break;
    default: break;
    }
}

/* The fields have been copied, with pointers to what is now copied behind them. */
static void copy_outside(const act_type *type, void *fields, char **tail)
{
    for (uint32_t i = 0; i < type->parts_count; i++) {
        const act_field  *field = &type->fields[i];
        struct act__items items = act__items_of(field, fields);
        if ((field->flags & ACT_FIELD_OUTSIDE) == 0)
            continue;
        if ((field->flags & ACT_FIELD_LIST) != 0) {
            items.first =
                items.count != 0 ? copy(tail, items.first, items.count * field->item_bytes) : NULL;
            ((struct act_list *)(void *)((char *)fields + field->offset))->items = items.first;
        }
        for (size_t j = 0; j < items.count && is_deep(field); j++)
            copy_item(field, (char *)(uintptr_t)items.first + j * field->item_bytes, tail);
    }
}

/* ------------------------------------------------------------------------------------ resources */

static void release_item(const act_field *field, const void *item)
{
    const act_resource *resource = item;
    const act_type     *type;
    if (field->kind == ACT_FIELD_STRUCT)
        act__resources_release(field->type(), item);
    else if (field->kind == ACT_FIELD_UNION && act__union_look(field->type(), item, &type, &item) &&
             type != NULL)
        act__resources_release(type, item);
    else if (field->kind == ACT_FIELD_RESOURCE && resource->release != NULL)
        act__user_code_call(resource->release, resource->pointer);
}

void act__resources_release(const act_type *type, const void *fields)
{
    for (uint32_t i = 0; i < type->parts_count && (type->flags & ACT_FIELD_LOCAL) != 0; i++) {
        const act_field  *field = &type->fields[i];
        struct act__items items = act__items_of(field, fields);
        if ((field->flags & ACT_FIELD_LOCAL) == 0 || items.first == NULL)
            continue; /* what could not be sent may have a list that is counted and not there */
        for (size_t j = 0; j < items.count; j++)
            release_item(field, (const char *)items.first + j * field->item_bytes);
    }
}

static void release_resources(act_message *message)
{
    act__resources_release(act__extension_of(message)->type, message->as.bytes);
}

static void fill_in(act_message *made, const act_type *type, const void *fields)
{
    if (type->bytes != 0)
        memcpy(made->as.bytes, fields, type->bytes);
    if ((type->flags & ACT_FIELD_OUTSIDE) != 0) {
        char *tail = (char *)made->as.bytes + act__outside_aligned(type->bytes);
        copy_outside(type, made->as.bytes, &tail);
    }
}

/* Returns: ACT_INVALID: there can be no such message. */
static act_result measure_message(const act_type *type, const void *fields, size_t *bytes)
{
    *bytes = act__outside_aligned(type->bytes);
    return type->tag != 0 && act__outside_bytes(type, fields, bytes) ? ACT_OK : ACT_INVALID;
}

act_result act_message_create_typed(act_message **message, const act_type *type, const void *fields)
{
    size_t     bytes;
    act_result result = measure_message(type, fields, &bytes);
    if (result != ACT_OK)
        return result;
    act_message *made = act__likely((type->flags & ACT_FIELD_LOCAL) == 0)
                            ? act__message_make(type->tag, ACT_VALUE_TYPED, bytes)
                            : act__extended_make(type, type->tag, bytes, release_resources);
    if (made == NULL)
        return ACT_NO_MEMORY;
    fill_in(made, type, fields);
    *message = made;
    return ACT_OK;
}

/* --------------------------------------------------------------------------------------- shared */

act_result act__shared_create(act_message **message, const act_type *type, const void *fields)
{
    size_t     bytes;
    act_result result = measure_message(type, fields, &bytes);
    if (result != ACT_OK || (type->flags & ACT_FIELD_LOCAL) != 0)
        return result != ACT_OK ? result : ACT_LOCAL;
    if ((*message = act__extended_make(type, type->tag, bytes, NULL)) == NULL)
        return ACT_NO_MEMORY;
    fill_in(*message, type, fields);
    return ACT_OK;
}

/*
 * What a handler has already looked at lies in the shared one, and has to live as long as what it
 * has taken: so the copy keeps it.
 */
act_message *act__shared_take(act_message *shared)
{
    struct act__extension *extension = act__extension_of(shared);
    /* acquire: pairs with the release in act__extended_let_go: the others have read it. */
    if (act__load_acquire(&extension->holders) == 1)
        return shared; /* and none can join */
    const act_type *type = extension->type;
    act_message    *made = act__extended_make(type, shared->tag, shared->bytes_count, NULL);
    if (made == NULL)
        return NULL;
    fill_in(made, type, shared->as.bytes);
    act__extension_of(made)->keeps = shared;
    made->act_sender = shared->act_sender;
    return made;
}

/* ---------------------------------------------------------------------------------- fingerprint */

static uint64_t mix(uint64_t hash, const void *bytes, size_t count)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
    return hash;
}

static uint64_t mix_name(uint64_t hash, const char *name)
{
    return mix(hash, name, strlen(name) + 1);
}

/* Little-endian, so that it is the same everywhere. */
static uint64_t mix_number(uint64_t hash, uint64_t number)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(number >> 8 * i);
    return mix(hash, bytes, sizeof bytes);
}

static uint64_t mix_type(uint64_t hash, const act_type *type)
{
    hash = mix_number(mix_name(hash, type->name), type->parts_count);
    for (uint32_t i = 0; i < type->parts_count; i++) {
        if (type->values != NULL) {
            hash =
                mix_number(mix_name(hash, type->values[i].name), (uint64_t)type->values[i].value);
        } else if (type->messages != NULL) {
            hash = mix_type(hash, type->messages[i]());
        } else {
            const act_field *field = &type->fields[i];
            hash = mix_number(mix_number(mix_name(hash, field->name), field->number), field->kind);
            hash = mix_number(mix_number(hash, field->flags & ~(unsigned)ACT_FIELD_SECRET),
                              field->length);
            hash = field->type != NULL ? mix_type(hash, field->type()) : hash;
        }
    }
    return hash;
}

uint64_t act_schema_fingerprint(const act_type *schema)
{
    return mix_type(UINT64_C(0xcbf29ce484222325), schema);
}
