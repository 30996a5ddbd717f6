/* Writes typed structs with msgpack-c. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/schema/codec.h>

#include <msgpack/pack.h>
#include <string.h>

#include <mailbox/schema/schema_walk.h>

/* A union that is none of its schema's; the packer's callbacks answer -1. */
enum { WRITTEN, REFUSED = -1, WRONG = -2 };

static int pack_struct(msgpack_packer *packer, const act_type *type, const void *fields);

static int pack_message(msgpack_packer *packer, const act_type *type, const void *fields)
{
    int result = msgpack_pack_array(packer, 2);
    if (result == WRITTEN)
        result = msgpack_pack_uint32(packer, type->tag);
    return result != WRITTEN ? result : pack_struct(packer, type, fields);
}

static int pack_union(msgpack_packer *packer, const act_type *schema, const void *at)
{
    const act_type *type;
    const void     *fields;
    if (!act__union_look(schema, at, &type, &fields))
        return WRONG;
    return type == NULL ? msgpack_pack_nil(packer) : pack_message(packer, type, fields);
}

static int pack_text(msgpack_packer *packer, const char *text)
{
    return msgpack_pack_str_with_body(packer, text != NULL ? text : "",
                                      text != NULL ? strlen(text) : 0);
}

static int pack_pid(msgpack_packer *packer, const act_pid *pid)
{
    int result = msgpack_pack_array(packer, 2);
    if (result == WRITTEN)
        result = msgpack_pack_uint64(packer, pid->node);
    return result != WRITTEN ? result : msgpack_pack_uint64(packer, pid->local);
}

static int pack_item(msgpack_packer *packer, const act_field *field, const void *item)
{
    const act_bytes *bytes = item;
    switch ((act_field_kind)field->kind) {
    case ACT_FIELD_BOOL:
        return *(const bool *)item ? msgpack_pack_true(packer) : msgpack_pack_false(packer);
    case ACT_FIELD_INT8: return msgpack_pack_int8(packer, *(const int8_t *)item);
    case ACT_FIELD_INT16: return msgpack_pack_int16(packer, *(const int16_t *)item);
    case ACT_FIELD_INT32: return msgpack_pack_int32(packer, *(const int32_t *)item);
    case ACT_FIELD_INT64: return msgpack_pack_int64(packer, *(const int64_t *)item);
    case ACT_FIELD_UINT8: return msgpack_pack_uint8(packer, *(const uint8_t *)item);
    case ACT_FIELD_UINT16: return msgpack_pack_uint16(packer, *(const uint16_t *)item);
    case ACT_FIELD_UINT32: return msgpack_pack_uint32(packer, *(const uint32_t *)item);
    case ACT_FIELD_UINT64: return msgpack_pack_uint64(packer, *(const uint64_t *)item);
    case ACT_FIELD_FLOAT: return msgpack_pack_float(packer, *(const float *)item);
    case ACT_FIELD_DOUBLE: return msgpack_pack_double(packer, *(const double *)item);
    case ACT_FIELD_PID: return pack_pid(packer, item);
    case ACT_FIELD_REF: return msgpack_pack_uint64(packer, ((const act_ref *)item)->value);
    case ACT_FIELD_TEXT: return pack_text(packer, *(const char *const *)item);
    case ACT_FIELD_BYTES:
        return msgpack_pack_bin_with_body(packer, bytes->data, bytes->bytes_count);
    case ACT_FIELD_ENUM: return msgpack_pack_int32(packer, *(const int32_t *)item);
    case ACT_FIELD_STRUCT: return pack_struct(packer, field->type(), item);
    case ACT_FIELD_UNION: return pack_union(packer, field->type(), item);
    case ACT_FIELD_RESOURCE: break; /* pack has refused its message */
    }
    return WRONG;
}

static int pack_field(msgpack_packer *packer, const act_field *field, const void *fields)
{
    struct act__items items = act__items_of(field, fields);
    int               result = msgpack_pack_uint32(packer, field->number);
    if (result == WRITTEN && (field->flags & (ACT_FIELD_ARRAY | ACT_FIELD_LIST)) != 0)
        result = msgpack_pack_array(packer, items.count);
    for (size_t i = 0; i < items.count && result == WRITTEN; i++)
        result = pack_item(packer, field, (const char *)items.first + i * field->item_bytes);
    return result;
}

static bool is_written(const act_field *field, const void *fields)
{
    return (field->flags & ACT_FIELD_OPTIONAL) == 0 || !act__field_is_empty(field, fields);
}

static int pack_struct(msgpack_packer *packer, const act_type *type, const void *fields)
{
    size_t count = 0;
    for (uint32_t i = 0; i < type->parts_count; i++)
        count += is_written(&type->fields[i], fields);
    int result = msgpack_pack_map(packer, count);
    for (uint32_t i = 0; i < type->parts_count && result == WRITTEN; i++)
        if (is_written(&type->fields[i], fields))
            result = pack_field(packer, &type->fields[i], fields);
    return result;
}

static act_result pack(const act_message *message, const act_type *schema,
                       msgpack_packer_write write, void *context)
{
    const act_type *type =
        message->kind == ACT_VALUE_TYPED ? act_schema_find(schema, message->tag) : NULL;
    msgpack_packer packer;
    if (type == NULL)
        return ACT_NOT_FOUND;
    if ((type->flags & ACT_FIELD_LOCAL) != 0)
        return ACT_LOCAL;
    msgpack_packer_init(&packer, context, write);
    int result = pack_message(&packer, type, message->as.bytes);
    return result == WRITTEN ? ACT_OK : result == WRONG ? ACT_INVALID : ACT_OS;
}

struct sink {
    int (*write)(void *context, const void *bytes, size_t count);
    void *context;
};

static int pass_on(void *context, const char *bytes, size_t count)
{
    struct sink *sink = context;
    return count == 0 || sink->write(sink->context, bytes, count) == 0 ? WRITTEN : REFUSED;
}

act_result act_message_encode_to(const act_message *message, const act_type *schema,
                                 act_encode_write *write, void *context)
{
    return pack(message, schema, pass_on, &(struct sink){write, context});
}

/* A caller's room; goes on counting when it is full. */
struct room {
    char  *bytes;
    size_t room, used;
};

static int write_room(void *context, const char *bytes, size_t count)
{
    struct room *room = context;
    if (count != 0 && room->used <= room->room && count <= room->room - room->used)
        memcpy(room->bytes + room->used, bytes, count);
    room->used += count;
    return WRITTEN;
}

act_result act_message_encode(const act_message *message, const act_type *schema, void *bytes,
                              size_t room, size_t *bytes_count)
{
    struct room to = {bytes, room, 0};
    act_result  result = pack(message, schema, write_room, &to);
    if (result != ACT_OK)
        return result;
    *bytes_count = to.used;
    return to.used <= room ? ACT_OK : ACT_FULL;
}
