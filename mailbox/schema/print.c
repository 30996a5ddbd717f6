/* Goes over a typed struct and writes it, as text or as JSON. Internal. */
/* SPDX-License-Identifier: MIT */
#include <mailbox/schema/print.h>

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <mailbox/base/number.h>
#include <mailbox/schema/schema_walk.h>

struct printer {
    char  *text;
    size_t room, used; /* used goes on when there is no more room */
    bool   json;
};

static void put(struct printer *printer, char letter)
{
    if (printer->used + 1 < printer->room)
        printer->text[printer->used] = letter;
    printer->used++;
}

static void put_text(struct printer *printer, const char *text)
{
    while (*text != '\0')
        put(printer, *text++);
}

ACT_PRINTF(2, 3) static void put_format(struct printer *printer, const char *format, ...)
{
    char    short_text[64];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(short_text, sizeof short_text, format, arguments);
    va_end(arguments);
    put_text(printer, short_text);
}

/* `name` and what belongs behind it. */
static void put_name(struct printer *printer, const char *name, const char *behind)
{
    put_text(printer, printer->json ? "\"" : "");
    put_text(printer, name);
    put_text(printer, printer->json ? "\":" : behind);
}

/* -------------------------------------------------------------------------------------- scalars */

/* Larger integers are not exact in a double, which is what JSON's readers use. */
#define EXACT_MAX ((uint64_t)1 << 53)

static void put_unsigned(struct printer *printer, uint64_t number)
{
    put_format(printer, printer->json && number > EXACT_MAX ? "\"%" PRIu64 "\"" : "%" PRIu64,
               number);
}

static void put_signed(struct printer *printer, int64_t number)
{
    bool is_far = number > (int64_t)EXACT_MAX || number < -(int64_t)EXACT_MAX;
    put_format(printer, printer->json && is_far ? "\"%" PRId64 "\"" : "%" PRId64, number);
}

static void put_number(struct printer *printer, double number, int digits)
{
    const char *quote = printer->json && !isfinite(number) ? "\"" : "";
    char        text[ACT__NUMBER_BYTES];
    put_format(printer, "%s%s%s", quote, act__number_text(text, number, digits), quote);
}

static void put_pid(struct printer *printer, act_pid pid)
{
    char text[ACT_PID_TEXT_MAX];
    act_pid_text(text, sizeof text, pid);
    put_format(printer, printer->json ? "\"%s\"" : "%s", text);
}

static void put_enum(struct printer *printer, const act_type *type, int32_t value)
{
    for (uint32_t i = 0; i < type->parts_count; i++) {
        if (type->values[i].value == value) {
            const char *quote = printer->json ? "\"" : "";
            put_text(printer, quote);
            put_text(printer, type->values[i].name);
            put_text(printer, quote);
            return;
        }
    }
    put_signed(printer, value);
}

/* ---------------------------------------------------------------------------------------- texts */

/* How many bytes the character at `at` has, as UTF-8 (RFC 3629); 0: it is none. */
static size_t count_utf8_bytes(const unsigned char *at, size_t left)
{
    static const struct {
        unsigned char first, last, low, high, bytes;
    } kinds[] = {{0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                 {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
                 {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
                 {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (*at < kinds[i].first || *at > kinds[i].last)
            continue;
        bool good = left >= kinds[i].bytes && at[1] >= kinds[i].low && at[1] <= kinds[i].high;
        for (size_t j = 2; good && j < kinds[i].bytes; j++)
            good = (at[j] & 0xc0) == 0x80;
        return good ? kinds[i].bytes : 0;
    }
    return 0;
}

/*
 * Puts what needs no escape as it is. Returns: how many bytes it has taken, 1 where they are no
 * character.
 */
static size_t put_letter(struct printer *printer, const unsigned char *at, size_t left)
{
    size_t bytes = 1;
    if (*at == '"' || *at == '\\')
        put_format(printer, "\\%c", *at);
    else if (*at == '\n')
        put_text(printer, "\\n");
    else if (*at >= ' ' && *at < 0x7f)
        put(printer, (char)*at);
    else if (!printer->json)
        put_format(printer, "\\x%02x", *at);
    else if (*at < 0x80)
        put_format(printer, "\\u%04x", *at);
    else if ((bytes = count_utf8_bytes(at, left)) == 0)
        put_text(printer, "\\ufffd");
    else
        put_format(printer, "%.*s", (int)bytes, (const char *)at);
    return bytes != 0 ? bytes : 1;
}

static void put_quoted(struct printer *printer, const char *text)
{
    const unsigned char *bytes = (const unsigned char *)(text != NULL ? text : "");
    size_t               count = strlen((const char *)bytes), end = count;
    if (!printer->json && end > ACT_PRINT_BYTES_MAX)
        end = ACT_PRINT_BYTES_MAX;
    put(printer, '"');
    for (size_t i = 0; i < end;)
        i += put_letter(printer, bytes + i, end - i);
    put(printer, '"');
    put_text(printer, end < count ? "..." : "");
}

static void put_base64(struct printer *printer, const unsigned char *bytes, size_t count)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    put(printer, '"');
    for (size_t i = 0; i < count; i += 3) {
        uint32_t three = (uint32_t)bytes[i] << 16;
        three |= i + 1 < count ? (uint32_t)bytes[i + 1] << 8 : 0;
        three |= i + 2 < count ? bytes[i + 2] : 0;
        put(printer, letters[three >> 18]);
        put(printer, letters[three >> 12 & 63]);
        put(printer, i + 1 < count ? letters[three >> 6 & 63] : '=');
        put(printer, i + 2 < count ? letters[three & 63] : '=');
    }
    put(printer, '"');
}

static void put_bytes(struct printer *printer, const act_bytes *bytes)
{
    if (printer->json) {
        put_base64(printer, bytes->data, bytes->bytes_count);
        return;
    }
    put(printer, '<');
    for (size_t i = 0; i < bytes->bytes_count && i < ACT_PRINT_BYTES_MAX; i++)
        put_format(printer, "%02x", ((const unsigned char *)bytes->data)[i]);
    put_text(printer, bytes->bytes_count > ACT_PRINT_BYTES_MAX ? "...>" : ">");
}

/* -------------------------------------------------------------------------------------- structs */

static void put_struct(struct printer *printer, const act_type *type, const void *fields);

static void put_message(struct printer *printer, const act_type *type, const void *fields)
{
    put_text(printer, printer->json ? "{" : "");
    put_name(printer, type->name, " ");
    put_struct(printer, type, fields);
    put_text(printer, printer->json ? "}" : "");
}

static void put_union(struct printer *printer, const act_type *schema, const void *at)
{
    const act_type *type;
    const void     *fields;
    if (!act__union_look(schema, at, &type, &fields) || type == NULL) {
        put_text(printer, printer->json ? "null" : "nothing");
        return;
    }
    put_message(printer, type, fields);
}

static void put_resource(struct printer *printer, const act_resource *resource)
{
    if (resource->pointer == NULL)
        put_text(printer, printer->json ? "null" : "nothing");
    else
        put_text(printer, printer->json ? "\"resource\"" : "resource");
}

static void put_item(struct printer *printer, const act_field *field, const void *item)
{
    switch ((act_field_kind)field->kind) {
    case ACT_FIELD_BOOL: put_text(printer, *(const bool *)item ? "true" : "false"); break;
    case ACT_FIELD_INT8: put_signed(printer, *(const int8_t *)item); break;
    case ACT_FIELD_INT16: put_signed(printer, *(const int16_t *)item); break;
    case ACT_FIELD_INT32: put_signed(printer, *(const int32_t *)item); break;
    case ACT_FIELD_INT64: put_signed(printer, *(const int64_t *)item); break;
    case ACT_FIELD_UINT8: put_unsigned(printer, *(const uint8_t *)item); break;
    case ACT_FIELD_UINT16: put_unsigned(printer, *(const uint16_t *)item); break;
    case ACT_FIELD_UINT32: put_unsigned(printer, *(const uint32_t *)item); break;
    case ACT_FIELD_UINT64: put_unsigned(printer, *(const uint64_t *)item); break;
    case ACT_FIELD_FLOAT:
        put_number(printer, (double)*(const float *)item, 9);
        break; /* digits that tell all apart */
    case ACT_FIELD_DOUBLE: put_number(printer, *(const double *)item, 17); break;
    case ACT_FIELD_PID: put_pid(printer, *(const act_pid *)item); break;
    case ACT_FIELD_REF:
        put_format(printer, printer->json ? "\"%" PRIx64 "\"" : "#%" PRIx64,
                   ((const act_ref *)item)->value);
        break;
    case ACT_FIELD_TEXT: put_quoted(printer, *(const char *const *)item); break;
    case ACT_FIELD_BYTES: put_bytes(printer, item); break;
    case ACT_FIELD_ENUM: put_enum(printer, field->type(), *(const int32_t *)item); break;
    case ACT_FIELD_STRUCT: put_struct(printer, field->type(), item); break;
    case ACT_FIELD_UNION: put_union(printer, field->type(), item); break;
    case ACT_FIELD_RESOURCE: put_resource(printer, item); break;
    }
}

static void put_field(struct printer *printer, const act_field *field, const void *fields)
{
    struct act__items items = act__items_of(field, fields);
    if ((field->flags & ACT_FIELD_SECRET) != 0) {
        put_text(printer, printer->json ? "\"***\"" : "***");
        return;
    }
    if ((field->flags & (ACT_FIELD_LIST | ACT_FIELD_ARRAY)) == 0) {
        put_item(printer, field, items.first);
        return;
    }
    put(printer, '[');
    for (size_t i = 0; i < items.count; i++) {
        put_text(printer, i == 0 ? "" : printer->json ? "," : ", ");
        if (!printer->json && i == ACT_PRINT_ITEMS_MAX) {
            put_text(printer, "...");
            break;
        }
        put_item(printer, field, (const char *)items.first + i * field->item_bytes);
    }
    put(printer, ']');
}

static void put_struct(struct printer *printer, const act_type *type, const void *fields)
{
    const char *comma = "";
    put(printer, '{');
    for (uint32_t i = 0; i < type->parts_count; i++) {
        const act_field *field = &type->fields[i];
        if ((field->flags & ACT_FIELD_OPTIONAL) != 0 && act__field_is_empty(field, fields))
            continue;
        put_text(printer, comma);
        put_name(printer, field->name, ": ");
        put_field(printer, field, fields);
        comma = printer->json ? "," : ", ";
    }
    put(printer, '}');
}

/* ------------------------------------------------------------------------------------- messages */

static void put_reason(struct printer *printer, act_exit_reason reason)
{
    put(printer, ' ');
    put_text(printer, act_exit_kind_text(reason.kind));
    if (reason.code != 0)
        put_format(printer, " %d", (int)reason.code);
    if (reason.text != NULL) {
        put(printer, ' ');
        put_quoted(printer, reason.text);
    }
}

/*
 * Those of the framework that every actor may get have names; the others are known to their own
 * parts only.
 */
static void put_tag(struct printer *printer, uint32_t tag)
{
    switch (tag) {
    case ACT_MESSAGE_EXIT: put_text(printer, "EXIT"); break;
    case ACT_MESSAGE_DOWN: put_text(printer, "DOWN"); break;
    case ACT_MESSAGE_TIMED_OUT: put_text(printer, "TIMED_OUT"); break;
    case ACT_MESSAGE_STARTED: put_text(printer, "STARTED"); break;
    default: put_format(printer, tag > ACT_TAG_MAX ? "tag 0x%" PRIx32 : "tag %" PRIu32, tag);
    }
}

static void put_untyped(struct printer *printer, const act_message *message)
{
    if (printer->json) {
        put_format(printer, "{\"tag\":%" PRIu32 "}", message->tag);
        return;
    }
    put_tag(printer, message->tag);
    switch ((act_value_kind)message->kind) {
    case ACT_VALUE_NOTHING: break;
    case ACT_VALUE_BOOL: put_text(printer, message->as.boolean ? " true" : " false"); break;
    case ACT_VALUE_INT64: put_format(printer, " %" PRId64, message->as.int64); break;
    case ACT_VALUE_UINT64: put_format(printer, " %" PRIu64, message->as.uint64); break;
    case ACT_VALUE_FLOAT64: put(printer, ' '), put_number(printer, message->as.float64, 17); break;
    case ACT_VALUE_PID: put(printer, ' '), put_pid(printer, message->as.pid); break;
    case ACT_VALUE_REF: put_format(printer, " #%" PRIx64, message->as.ref.value); break;
    case ACT_VALUE_POINTER: put_text(printer, " pointer"); break;
    case ACT_VALUE_RESOURCE: put_text(printer, " resource"); break;
    case ACT_VALUE_BYTES:
    case ACT_VALUE_TYPED: put_format(printer, " %" PRIu32 " bytes", message->bytes_count); break;
    case ACT_VALUE_REASON: put_reason(printer, act_message_reason(message)); break;
    }
}

static size_t print(struct printer printer, const act_message *message, const act_type *schema)
{
    const act_type *type = NULL;
    if (schema != NULL && message->kind == ACT_VALUE_TYPED)
        type = act_schema_find(schema, message->tag);
    if (type == NULL)
        put_untyped(&printer, message);
    else
        put_message(&printer, type, message->as.bytes);
    if (printer.room != 0)
        printer.text[printer.used < printer.room ? printer.used : printer.room - 1] = '\0';
    return printer.used;
}

size_t act_message_print(char *text, size_t text_bytes, const act_message *message,
                         const act_type *schema)
{
    return print((struct printer){.text = text, .room = text_bytes}, message, schema);
}

size_t act_message_print_json(char *text, size_t text_bytes, const act_message *message,
                              const act_type *schema)
{
    return print((struct printer){.text = text, .room = text_bytes, .json = true}, message, schema);
}
