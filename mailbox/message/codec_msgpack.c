/* Writes typed structs with msgpack-c, and reads them with a reader that allocates nothing. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/message/codec.h>

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <msgpack/pack.h>
#include <stdio.h>
#include <string.h>

#include <mailbox/message/envelope.h>
#include <mailbox/message/msgpack_reader.h>
#include <mailbox/message/schema_walk.h>

/* --------------------------------------------------------------------------------------------- writing */

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
    return msgpack_pack_str_with_body(packer, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
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
    case ACT_FIELD_BOOL: return *(const bool *)item ? msgpack_pack_true(packer) : msgpack_pack_false(packer);
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
    case ACT_FIELD_BYTES: return msgpack_pack_bin_with_body(packer, bytes->data, bytes->bytes_count);
    case ACT_FIELD_ENUM: return msgpack_pack_int32(packer, *(const int32_t *)item);
    case ACT_FIELD_STRUCT: return pack_struct(packer, field->type(), item);
    case ACT_FIELD_UNION: return pack_union(packer, field->type(), item);
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

static act_result pack(const act_message *message, const act_type *schema, msgpack_packer_write write, void *context)
{
    const act_type *type = message->kind == ACT_VALUE_TYPED ? act_schema_find(schema, message->tag) : NULL;
    msgpack_packer  packer;
    if (type == NULL)
        return ACT_NOT_FOUND;
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
                                 int (*write)(void *context, const void *bytes, size_t count), void *context)
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

act_result act_message_encode(const act_message *message, const act_type *schema, void *bytes, size_t room,
                              size_t *bytes_count)
{
    struct room to = {bytes, room, 0};
    act_result  result = pack(message, schema, write_room, &to);
    if (result != ACT_OK)
        return result;
    *bytes_count = to.used;
    return to.used <= room ? ACT_OK : ACT_FULL;
}

/* --------------------------------------------------------------------------------------------- reading */

/*
 * Everything is read twice: first to see whether it is good and how much room it takes, with `tail` NULL; then to write
 * it, when nothing can be wrong any more.
 */
struct decoder {
    struct act__reader reader;
    size_t             outside, outside_max;
    char              *tail;
    char              *complaint;
    size_t             complaint_bytes;
};

/* Where it is wrong. Returns: false, for its callers to return. */
static bool complain(struct decoder *decoder, const act_type *type, const act_field *field, const char *what)
{
    if (decoder->complaint_bytes != 0 && decoder->complaint[0] == '\0')
        (void)snprintf(decoder->complaint, decoder->complaint_bytes, "%s%s%s: %s", type != NULL ? type->name : "bytes",
                       field != NULL ? "." : "", field != NULL ? field->name : "", what);
    return false;
}

/* Room behind the struct; *place is set when it is written. */
static bool take_room(struct decoder *decoder, size_t bytes, void **place)
{
    size_t taken = act__outside_aligned(bytes);
    if (bytes > decoder->outside_max || decoder->outside + taken > decoder->outside_max)
        return false;
    *place = decoder->tail != NULL ? decoder->tail + decoder->outside : NULL;
    decoder->outside += taken;
    return true;
}

static bool read_struct(struct decoder *decoder, const act_type *type, void *fields);

static bool read_signed(struct decoder *decoder, int64_t low, int64_t high, int64_t *number)
{
    struct act__token token;
    if (!act__read(&decoder->reader, &token))
        return false;
    if (token.kind == ACT__TOKEN_NEGATIVE)
        *number = token.negative;
    else if (token.kind == ACT__TOKEN_UNSIGNED && token.number <= INT64_MAX)
        *number = (int64_t)token.number;
    else
        return false;
    return *number >= low && *number <= high;
}

static bool read_unsigned(struct decoder *decoder, uint64_t high, uint64_t *number)
{
    struct act__token token;
    if (!act__read(&decoder->reader, &token) || token.kind != ACT__TOKEN_UNSIGNED)
        return false;
    *number = token.number;
    return token.number <= high;
}

static bool read_double(struct decoder *decoder, double *number)
{
    struct act__token token;
    if (!act__read(&decoder->reader, &token))
        return false;
    *number = token.kind == ACT__TOKEN_UNSIGNED   ? (double)token.number
              : token.kind == ACT__TOKEN_NEGATIVE ? (double)token.negative
                                                  : token.real;
    return token.kind == ACT__TOKEN_UNSIGNED || token.kind == ACT__TOKEN_NEGATIVE || token.kind == ACT__TOKEN_REAL;
}

/* One that is finite stays so. */
static bool read_float(struct decoder *decoder, double *number)
{
    return read_double(decoder, number) && (!isfinite(*number) || fabs(*number) <= (double)FLT_MAX);
}

static bool read_text(struct decoder *decoder, const char **text)
{
    struct act__token token;
    void             *place;
    if (!act__read(&decoder->reader, &token) || token.kind != ACT__TOKEN_STR
        || memchr(token.bytes, '\0', token.count) != NULL || !take_room(decoder, token.count + 1, &place))
        return false;
    if (place != NULL) {
        memcpy(place, token.bytes, token.count);
        ((char *)place)[token.count] = '\0';
        *text = place;
    }
    return true;
}

static bool read_bytes(struct decoder *decoder, act_bytes *bytes)
{
    struct act__token token;
    void             *place;
    if (!act__read(&decoder->reader, &token) || (token.kind != ACT__TOKEN_BIN && token.kind != ACT__TOKEN_STR)
        || !take_room(decoder, token.count, &place))
        return false;
    if (place != NULL && token.count != 0) {
        memcpy(place, token.bytes, token.count);
        *bytes = (act_bytes){place, token.count};
    }
    return true;
}

static bool read_pid(struct decoder *decoder, act_pid *pid)
{
    struct act__token token;
    return act__read(&decoder->reader, &token) && token.kind == ACT__TOKEN_ARRAY && token.count == 2
           && read_unsigned(decoder, UINT64_MAX, &pid->node) && read_unsigned(decoder, UINT64_MAX, &pid->local);
}

static bool read_enum(struct decoder *decoder, const act_type *type, int32_t *value)
{
    int64_t number;
    if (!read_signed(decoder, INT32_MIN, INT32_MAX, &number))
        return false;
    *value = (int32_t)number;
    for (uint32_t i = 0; i < type->parts_count; i++)
        if (type->values[i].value == number)
            return true;
    return false;
}

/* Behind the array's header. `at`: a union, its tag and then the struct; NULL: it is not written. */
static bool read_tagged(struct decoder *decoder, const act_type *schema, void *at)
{
    uint64_t        tag;
    const act_type *type;
    if (!read_unsigned(decoder, UINT32_MAX, &tag) || (type = act_schema_find(schema, (uint32_t)tag)) == NULL)
        return complain(decoder, schema, NULL, "a tag that is none of its messages'");
    if (at != NULL)
        memcpy(at, &type->tag, sizeof type->tag);
    return read_struct(decoder, type, at != NULL ? (char *)at + schema->as_offset : NULL);
}

static bool read_union(struct decoder *decoder, const act_type *schema, void *at)
{
    struct act__token token;
    if (!act__read(&decoder->reader, &token))
        return false;
    if (token.kind == ACT__TOKEN_NIL)
        return true;
    return token.kind == ACT__TOKEN_ARRAY && token.count == 2 && read_tagged(decoder, schema, at);
}

/* `to` is NULL while nothing is written: the value then goes nowhere. */
#define READ_INTO(type, reading, value) \
    if (!(reading))                     \
        return false;                   \
    if (to != NULL)                     \
        *(type *)to = (type)(value);    \
    return true

static bool read_item(struct decoder *decoder, const act_field *field, void *to)
{
    struct act__token token;
    int64_t           signed_number;
    uint64_t          number;
    double            real;
    act_pid           pid;
    int32_t           value;
    const char       *text;
    act_bytes         bytes;
    switch ((act_field_kind)field->kind) {
    case ACT_FIELD_BOOL:
        READ_INTO(bool, act__read(&decoder->reader, &token) && token.kind == ACT__TOKEN_BOOL, token.number != 0);
    case ACT_FIELD_INT8: READ_INTO(int8_t, read_signed(decoder, INT8_MIN, INT8_MAX, &signed_number), signed_number);
    case ACT_FIELD_INT16: READ_INTO(int16_t, read_signed(decoder, INT16_MIN, INT16_MAX, &signed_number), signed_number);
    case ACT_FIELD_INT32: READ_INTO(int32_t, read_signed(decoder, INT32_MIN, INT32_MAX, &signed_number), signed_number);
    case ACT_FIELD_INT64: READ_INTO(int64_t, read_signed(decoder, INT64_MIN, INT64_MAX, &signed_number), signed_number);
    case ACT_FIELD_UINT8: READ_INTO(uint8_t, read_unsigned(decoder, UINT8_MAX, &number), number);
    case ACT_FIELD_UINT16: READ_INTO(uint16_t, read_unsigned(decoder, UINT16_MAX, &number), number);
    case ACT_FIELD_UINT32: READ_INTO(uint32_t, read_unsigned(decoder, UINT32_MAX, &number), number);
    case ACT_FIELD_UINT64: READ_INTO(uint64_t, read_unsigned(decoder, UINT64_MAX, &number), number);
    case ACT_FIELD_REF: READ_INTO(uint64_t, read_unsigned(decoder, UINT64_MAX, &number), number);
    case ACT_FIELD_FLOAT: READ_INTO(float, read_float(decoder, &real), real);
    case ACT_FIELD_DOUBLE: READ_INTO(double, read_double(decoder, &real), real);
    case ACT_FIELD_PID: return read_pid(decoder, to != NULL ? to : &pid);
    case ACT_FIELD_TEXT: return read_text(decoder, to != NULL ? to : &text);
    case ACT_FIELD_BYTES: return read_bytes(decoder, to != NULL ? to : &bytes);
    case ACT_FIELD_ENUM: return read_enum(decoder, field->type(), to != NULL ? to : &value);
    case ACT_FIELD_STRUCT: return read_struct(decoder, field->type(), to);
    case ACT_FIELD_UNION: return read_union(decoder, field->type(), to);
    }
    return false;
}

/* Where the items of an array or list go, and how many they are. */
static bool begin_items(struct decoder *decoder, const act_field *field, char **to, size_t *count)
{
    struct act__token token;
    void             *place;
    if (!act__read(&decoder->reader, &token) || token.kind != ACT__TOKEN_ARRAY)
        return false;
    *count = token.count; /* no more than there are bytes left */
    if ((field->flags & ACT_FIELD_ARRAY) != 0)
        return token.count == field->length;
    if (token.count > decoder->outside_max / field->item_bytes
        || !take_room(decoder, token.count * field->item_bytes, &place))
        return false;
    if (place != NULL) {
        *(struct act_list *)(void *)*to = (struct act_list){token.count != 0 ? place : NULL, token.count};
        for (size_t i = 0; i < token.count; i++)
            act__item_clear(field, (char *)place + i * field->item_bytes);
    }
    *to = place;
    return true;
}

static bool read_field(struct decoder *decoder, const act_field *field, void *fields)
{
    char  *to = fields != NULL ? (char *)fields + field->offset : NULL;
    size_t count = 1;
    if ((field->flags & (ACT_FIELD_ARRAY | ACT_FIELD_LIST)) != 0 && !begin_items(decoder, field, &to, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!read_item(decoder, field, to != NULL ? to + i * field->item_bytes : NULL))
            return false;
    return true;
}

/* The field with this number. They come in order, mostly: *next is where to look first. */
static const act_field *find_field(const act_type *type, uint64_t number, uint32_t *next)
{
    for (uint32_t i = 0; i < type->parts_count; i++) {
        const act_field *field = &type->fields[(*next + i) % type->parts_count];
        if (field->number == number) {
            *next = (uint32_t)(field - type->fields) + 1;
            return field;
        }
    }
    return NULL;
}

static bool nothing_is_missing(struct decoder *decoder, const act_type *type, const uint64_t *seen)
{
    for (uint32_t i = 0; i < type->parts_count; i++)
        if ((seen[i / 64] >> i % 64 & 1) == 0 && (type->fields[i].flags & ACT_FIELD_OPTIONAL) == 0)
            return complain(decoder, type, &type->fields[i], "missing");
    return true;
}

/* One key and its value. */
static bool read_entry(struct decoder *decoder, const act_type *type, void *fields, uint32_t *next, uint64_t *seen)
{
    struct act__token token;
    const act_field  *field = NULL;
    struct act__reader before = decoder->reader;
    if (!act__read(&decoder->reader, &token))
        return false;
    if (token.kind == ACT__TOKEN_UNSIGNED)
        field = find_field(type, token.number, next);
    if (field == NULL) {
        decoder->reader = before; /* the key may be anything */
        return (act__skip(&decoder->reader) && act__skip(&decoder->reader)) || complain(decoder, type, NULL, "is cut off");
    }
    size_t place = (size_t)(field - type->fields);
    if ((seen[place / 64] >> place % 64 & 1) != 0)
        return complain(decoder, type, field, "is there twice");
    seen[place / 64] |= UINT64_C(1) << place % 64;
    return read_field(decoder, field, fields) || complain(decoder, type, field, "not of its kind, or too large");
}

/* `fields`: NULL while nothing is written. */
static bool read_struct(struct decoder *decoder, const act_type *type, void *fields)
{
    struct act__token token;
    uint64_t          seen[ACT_FIELDS_MAX / 64] = {0};
    uint32_t          next = 0;
    if (!act__read(&decoder->reader, &token) || token.kind != ACT__TOKEN_MAP)
        return complain(decoder, type, NULL, "no map");
    if (fields != NULL)
        act__struct_clear(type, fields);
    for (size_t i = 0; i < token.count; i++)
        if (!read_entry(decoder, type, fields, &next, seen))
            return false;
    return nothing_is_missing(decoder, type, seen);
}

/* Reads what the message is of. */
static const act_type *read_head(struct decoder *decoder, const act_type *schema)
{
    struct act__token token;
    uint64_t          tag;
    const act_type   *type = NULL;
    if (!act__read(&decoder->reader, &token) || token.kind != ACT__TOKEN_ARRAY || token.count != 2
        || !read_unsigned(decoder, UINT32_MAX, &tag))
        complain(decoder, schema, NULL, "no array of a tag and a map");
    else if ((type = act_schema_find(schema, (uint32_t)tag)) == NULL)
        complain(decoder, schema, NULL, "a tag that is none of its messages'");
    return type;
}

static bool measure(struct decoder *decoder, const act_type *type)
{
    if (type == NULL || !read_struct(decoder, type, NULL))
        return false;
    return decoder->reader.at == decoder->reader.end || complain(decoder, type, NULL, "something is behind it");
}

act_result act_message_decode(act_message **message, const act_type *schema, const void *bytes, size_t bytes_count,
                              size_t message_max, char *complaint, size_t complaint_bytes)
{
    struct decoder decoder = {.complaint = complaint, .complaint_bytes = complaint != NULL ? complaint_bytes : 0};
    if (decoder.complaint_bytes != 0)
        complaint[0] = '\0';
    decoder.outside_max = message_max == 0 || message_max > ACT_MESSAGE_BYTES_MAX ? ACT_MESSAGE_BYTES_MAX : message_max;
    act__reader_init(&decoder.reader, bytes, bytes_count);
    const act_type    *type = read_head(&decoder, schema);
    struct act__reader body = decoder.reader;
    decoder.outside = type != NULL ? act__outside_aligned(type->bytes) : 0;
    if (!measure(&decoder, type) || decoder.outside > decoder.outside_max) {
        complain(&decoder, type, NULL, "too large");
        return ACT_MALFORMED;
    }
    act_message *made = act__message_make(type->tag, ACT_VALUE_TYPED, decoder.outside);
    if (made == NULL)
        return ACT_NO_MEMORY;
    decoder.reader = body;
    decoder.outside = act__outside_aligned(type->bytes);
    decoder.tail = (char *)made->as.bytes;
    (void)read_struct(&decoder, type, made->as.bytes);
    *message = made;
    return ACT_OK;
}
