/*
 * Reads typed structs from msgpack of others, without allocating before all was found good.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <mailbox/schema/codec.h>

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include <mailbox/base/atomics.h>
#include <mailbox/base/number.h>
#include <mailbox/base/options.h>
#include <mailbox/schema/complaint.h>
#include <mailbox/message/envelope.h>
#include <mailbox/schema/msgpack_reader.h>
#include <mailbox/schema/schema_walk.h>

/*
 * Everything is read twice: first to see whether it is good and how much room it takes, with `tail`
 * NULL; then to write it, when nothing can be wrong any more. What C writes is read on the short
 * way; other spellings of it, unless the caller is strict, and faults are left to functions that
 * are not inlined.
 */
struct decoder {
    struct act__reader     reader;
    size_t                 outside, outside_max;
    char                  *tail;
    struct act__complaint *complaint;
    size_t                 unknown_count; /* members of unions */
    bool                   is_strict;
};

/* ------------------------------------------------------------------------------------- refusals */

#define KIND(kind) (1u << ACT__TOKEN_##kind)

struct expected {
    const char *words;
    unsigned    kinds, kinds_unless_strict; /* of tokens */
};

static const struct expected a_bool = {"a bool", KIND(BOOL), 0};
static const struct expected an_integer = {"an integer", KIND(UNSIGNED) | KIND(NEGATIVE),
                                           KIND(REAL)};
static const struct expected a_float = {"a float", KIND(UNSIGNED) | KIND(NEGATIVE) | KIND(REAL), 0};
static const struct expected a_text = {"text", KIND(STR), KIND(BIN)};
static const struct expected bytes_of_any_kind = {"bytes", KIND(BIN) | KIND(STR), 0};
static const struct expected an_array = {"an array", KIND(ARRAY), 0};
static const struct expected an_array_of_bytes = {"an array", KIND(ARRAY), KIND(BIN)};
static const struct expected a_map = {"a map", KIND(MAP), KIND(ARRAY)};
static const struct expected a_message = {"an array of a tag and a map", KIND(ARRAY), 0};

static const char *const token_words[] = {
    [ACT__TOKEN_NIL] = "nil",
    [ACT__TOKEN_BOOL] = "a bool",
    [ACT__TOKEN_UNSIGNED] = "an integer",
    [ACT__TOKEN_NEGATIVE] = "an integer",
    [ACT__TOKEN_REAL] = "a float",
    [ACT__TOKEN_STR] = "text",
    [ACT__TOKEN_BIN] = "bytes",
    [ACT__TOKEN_EXT] = "an extension",
    [ACT__TOKEN_ARRAY] = "an array",
    [ACT__TOKEN_MAP] = "a map",
    [ACT__TOKEN_CUT_OFF] = "nothing",
    [ACT__TOKEN_UNUSED] = "a byte that is no msgpack",
};

/* Of a token that is of another kind, or would be right and is not whole. */
ACT__COLD static bool refuse(struct decoder *decoder, const struct act__token *token,
                             const struct expected *expected)
{
    unsigned kinds =
        KIND(CUT_OFF) | expected->kinds | (decoder->is_strict ? 0 : expected->kinds_unless_strict);
    if ((kinds >> token->kind & 1) != 0)
        return act__complain_cut_off(decoder->complaint);
    return act__complain(decoder->complaint, "found %s, expected %s", token_words[token->kind],
                         expected->words);
}

ACT__COLD static bool refuse_count(struct decoder *decoder, size_t found, uint32_t expected)
{
    return act__complain(decoder->complaint, "found %zu items, expected %" PRIu32, found, expected);
}

ACT__COLD static bool refuse_size(struct decoder *decoder)
{
    return act__complain(decoder->complaint, "too large: the message may have %zu bytes",
                         decoder->outside_max);
}

/* Passes over a value that is not known. */
static bool skip(struct decoder *decoder)
{
    struct act__token token;
    if (act__likely(act__skip(&decoder->reader, &token)))
        return true;
    return token.kind == ACT__TOKEN_UNUSED
               ? refuse(decoder, &token, &(const struct expected){"a value", 0, 0})
               : act__complain_cut_off(decoder->complaint);
}

/* Whether nil is next, for those that take it as not there; it is passed over. */
static bool skip_nil(struct decoder *decoder)
{
    struct act__reader *reader = &decoder->reader;
    if (reader->at == reader->end || *reader->at != ACT__NIL_BYTE || decoder->is_strict)
        return false;
    reader->at++;
    return true;
}

/* Room behind the struct; *place is set when it is written. */
static bool take_room(struct decoder *decoder, size_t bytes, void **place)
{
    size_t taken = act__outside_aligned(bytes);
    if (bytes > decoder->outside_max || decoder->outside + taken > decoder->outside_max) {
        refuse_size(decoder);
        return false; /* which tells the compiler that *place is set otherwise */
    }
    *place = decoder->tail != NULL ? decoder->tail + decoder->outside : NULL;
    decoder->outside += taken;
    return true;
}

/* -------------------------------------------------------------------------------------- scalars */

/* From here on a double does not tell neighbouring integers apart. */
#define EXACT_MAX 9007199254740992.0

/* Makes an integer of a float that is one. */
ACT__COLD static bool convert_real(struct decoder *decoder, struct act__token *token)
{
    char   text[ACT__NUMBER_BYTES];
    double real = token->real;
    if (!(fabs(real) <= EXACT_MAX)) /* so that NaN is refused, too */
        return act__complain(decoder->complaint,
                             "%s is out of range: a float is read as an integer up to 2^53",
                             act__number_text(text, real, 17));
    if ((double)(int64_t)real != real)
        return act__complain(decoder->complaint,
                             "found a float with a fraction, expected an integer");
    token->kind = real < 0 ? ACT__TOKEN_NEGATIVE : ACT__TOKEN_UNSIGNED;
    token->negative = (int64_t)real;
    token->number = (uint64_t)(int64_t)real;
    return true;
}

static bool read_integer(struct decoder *decoder, struct act__token *token)
{
    bool is_whole = act__read(&decoder->reader, token);
    if (act__likely(is_whole &&
                    (token->kind == ACT__TOKEN_UNSIGNED || token->kind == ACT__TOKEN_NEGATIVE)))
        return true;
    if (is_whole && token->kind == ACT__TOKEN_REAL && !decoder->is_strict)
        return convert_real(decoder, token);
    return refuse(decoder, token, &an_integer);
}

ACT__COLD static bool refuse_number(struct decoder *decoder, const struct act__token *token,
                                    int64_t low, uint64_t high)
{
    if (token->kind == ACT__TOKEN_NEGATIVE)
        return act__complain(decoder->complaint,
                             "%" PRId64 " is out of range, expected %" PRId64 " to %" PRIu64,
                             token->negative, low, high);
    return act__complain(decoder->complaint,
                         "%" PRIu64 " is out of range, expected %" PRId64 " to %" PRIu64,
                         token->number, low, high);
}

static bool read_signed(struct decoder *decoder, int64_t low, int64_t high, int64_t *number)
{
    struct act__token token;
    if (!read_integer(decoder, &token))
        return false;
    bool is_negative = token.kind == ACT__TOKEN_NEGATIVE;
    *number = is_negative ? token.negative : (int64_t)token.number;
    if (is_negative ? token.negative < low : token.number > (uint64_t)high)
        return refuse_number(decoder, &token, low, (uint64_t)high);
    return true;
}

static bool read_unsigned(struct decoder *decoder, uint64_t high, uint64_t *number)
{
    struct act__token token;
    if (!read_integer(decoder, &token))
        return false;
    *number = token.number;
    if (token.kind == ACT__TOKEN_NEGATIVE || token.number > high)
        return refuse_number(decoder, &token, 0, high);
    return true;
}

static bool read_double(struct decoder *decoder, double *number)
{
    struct act__token token;
    if (!act__read(&decoder->reader, &token))
        return refuse(decoder, &token, &a_float);
    *number = token.kind == ACT__TOKEN_UNSIGNED   ? (double)token.number
              : token.kind == ACT__TOKEN_NEGATIVE ? (double)token.negative
                                                  : token.real;
    if (token.kind != ACT__TOKEN_REAL && token.kind != ACT__TOKEN_UNSIGNED &&
        token.kind != ACT__TOKEN_NEGATIVE)
        return refuse(decoder, &token, &a_float);
    return true;
}

/* One that is finite stays so. */
static bool read_float(struct decoder *decoder, double *number)
{
    char text[ACT__NUMBER_BYTES];
    if (!read_double(decoder, number))
        return false;
    if (isfinite(*number) && fabs(*number) > (double)FLT_MAX)
        return act__complain(decoder->complaint, "%s is out of range, expected a float of 32 bits",
                             act__number_text(text, *number, 17));
    return true;
}

static bool read_bool(struct decoder *decoder, bool *yes)
{
    struct act__token token;
    if (!act__read(&decoder->reader, &token) || token.kind != ACT__TOKEN_BOOL)
        return refuse(decoder, &token, &a_bool);
    *yes = token.number != 0;
    return true;
}

static bool read_pid(struct decoder *decoder, act_pid *pid)
{
    struct act__token token;
    if (!act__read(&decoder->reader, &token) || token.kind != ACT__TOKEN_ARRAY)
        return refuse(decoder, &token, &an_array);
    if (token.count != 2)
        return refuse_count(decoder, token.count, 2);
    return read_unsigned(decoder, UINT64_MAX, &pid->node) &&
           read_unsigned(decoder, UINT64_MAX, &pid->local);
}

/* Constants that are not known stay what they are: a peer may be newer. */
static bool read_enum(struct decoder *decoder, const act_type *type, int32_t *value)
{
    int64_t number;
    if (!read_signed(decoder, INT32_MIN, INT32_MAX, &number))
        return false;
    *value = (int32_t)number;
    if (decoder->is_strict && !act_enum_is_known(type, *value))
        return act__complain(decoder->complaint, "%" PRId64 " is no constant of %s", number,
                             type->name);
    return true;
}

/* ------------------------------------------------------------------------------ texts and bytes */

/*
 * `bytes`: what of it is there, even where it is cut off: what cannot become right is refused, and
 * not waited for.
 */
static bool read_text(struct decoder *decoder, const char **text)
{
    struct act__token token;
    void             *place;
    if (skip_nil(decoder))
        return true;
    bool is_whole = act__read(&decoder->reader, &token);
    if (token.kind != ACT__TOKEN_STR && (token.kind != ACT__TOKEN_BIN || decoder->is_strict))
        return refuse(decoder, &token, &a_text);
    size_t left = (size_t)(decoder->reader.end - token.bytes);
    if (memchr(token.bytes, '\0', token.count < left ? token.count : left) != NULL)
        return act__complain(decoder->complaint, "a NUL in the text");
    if (!take_room(decoder, token.count + 1, &place))
        return false;
    if (!is_whole)
        return refuse(decoder, &token, &a_text);
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
    if (skip_nil(decoder))
        return true;
    bool is_whole = act__read(&decoder->reader, &token);
    if (token.kind != ACT__TOKEN_BIN && token.kind != ACT__TOKEN_STR)
        return refuse(decoder, &token, &bytes_of_any_kind);
    if (!take_room(decoder, token.count, &place))
        return false;
    if (!is_whole)
        return refuse(decoder, &token, &bytes_of_any_kind);
    if (place != NULL && token.count != 0) {
        memcpy(place, token.bytes, token.count);
        *bytes = (act_bytes){place, token.count};
    }
    return true;
}

/* --------------------------------------------------------------------------------------- unions */

static bool read_struct(struct decoder *decoder, const act_type *type, void *fields);

/* A peer that is newer may have more of them: none is read. */
ACT__COLD static bool read_unknown_member(struct decoder *decoder, const act_type *schema,
                                          uint64_t tag)
{
    if (decoder->is_strict)
        return act__complain(decoder->complaint, "%" PRIu64 " is the tag of no message of %s", tag,
                             schema->name);
    decoder->unknown_count++;
    return skip(decoder);
}

/*
 * Behind the array's header. `at`: a union, its tag and then the struct; NULL: it is not written.
 */
static bool read_member(struct decoder *decoder, const act_type *schema, void *at)
{
    uint64_t        tag;
    const act_type *type;
    if (!read_unsigned(decoder, UINT32_MAX, &tag))
        return false;
    if ((type = act_schema_find(schema, (uint32_t)tag)) == NULL)
        return read_unknown_member(decoder, schema, tag);
    if (at != NULL)
        memcpy(at, &type->tag, sizeof type->tag);
    return read_struct(decoder, type, at != NULL ? (char *)at + schema->as_offset : NULL) ||
           act__complain_of_field(decoder->complaint, type->name);
}

static bool read_union(struct decoder *decoder, const act_type *schema, void *at)
{
    struct act__token token;
    bool              is_whole = act__read(&decoder->reader, &token);
    if (is_whole && token.kind == ACT__TOKEN_NIL)
        return true;
    if (!is_whole || token.kind != ACT__TOKEN_ARRAY)
        return refuse(decoder, &token, &a_message);
    return token.count == 2 ? read_member(decoder, schema, at)
                            : refuse_count(decoder, token.count, 2);
}

/* ----------------------------------------------------------------------------- items and fields */

/* `to` is NULL while nothing is written: the value then goes nowhere. */
#define READ_INTO(type, reading, value)                                                            \
    if (!(reading))                                                                                \
        return false;                                                                              \
    if (to != NULL)                                                                                \
        *(type *)to = (type)(value);                                                               \
    return true

static bool read_item(struct decoder *decoder, const act_field *field, void *to)
{
    int64_t     signed_number;
    uint64_t    number;
    double      real;
    bool        yes;
    act_pid     pid;
    int32_t     value;
    const char *text;
    act_bytes   bytes;
    switch ((act_field_kind)field->kind) {
    case ACT_FIELD_BOOL: return read_bool(decoder, to != NULL ? to : &yes);
    case ACT_FIELD_INT8:
        READ_INTO(int8_t, read_signed(decoder, INT8_MIN, INT8_MAX, &signed_number), signed_number);
    case ACT_FIELD_INT16:
        READ_INTO(int16_t, read_signed(decoder, INT16_MIN, INT16_MAX, &signed_number),
                  signed_number);
    case ACT_FIELD_INT32:
        READ_INTO(int32_t, read_signed(decoder, INT32_MIN, INT32_MAX, &signed_number),
                  signed_number);
    case ACT_FIELD_INT64:
        READ_INTO(int64_t, read_signed(decoder, INT64_MIN, INT64_MAX, &signed_number),
                  signed_number);
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
    case ACT_FIELD_RESOURCE: break; /* measure has refused its message */
    }
    return false;
}

/*
 * Room for a list of so many. `list` becomes where its items go; both are NULL while nothing is
 * written.
 */
static bool begin_list(struct decoder *decoder, const act_field *field, size_t count, char **list)
{
    size_t bytes;
    void  *place;
    if (__builtin_mul_overflow(count, (size_t)field->item_bytes, &bytes))
        return refuse_size(decoder);
    if (!take_room(decoder, bytes, &place))
        return false;
    if (place != NULL)
        *(struct act_list *)(void *)*list = (struct act_list){count != 0 ? place : NULL, count};
    *list = place;
    return true;
}

/* The same number of bytes is an array of small numbers. */
static bool read_bytes_as_items(struct decoder *decoder, const act_field *field,
                                const struct act__token *token, bool is_whole, char *to)
{
    bool is_list = (field->flags & ACT_FIELD_LIST) != 0;
    if (!is_list && token->count != field->length && (is_whole || token->count != 0))
        return refuse_count(decoder, token->count, field->length);
    if (is_list && !begin_list(decoder, field, token->count, &to))
        return false;
    if (!is_whole)
        return act__complain_cut_off(decoder->complaint);
    if (to != NULL)
        memcpy(to, token->bytes, token->count);
    return true;
}

/* What else than an array may stand for one; *count 0: nothing more is to be read. */
ACT__COLD static bool read_no_array(struct decoder *decoder, const act_field *field,
                                    const struct act__token *token, bool is_whole, char *to)
{
    bool is_nil = token->kind == ACT__TOKEN_NIL && (field->flags & ACT_FIELD_LIST) != 0;
    if (is_nil && !decoder->is_strict)
        return true;
    if (field->kind != ACT_FIELD_UINT8)
        return refuse(decoder, token, &an_array);
    if (token->kind != ACT__TOKEN_BIN || decoder->is_strict)
        return refuse(decoder, token, &an_array_of_bytes);
    return read_bytes_as_items(decoder, field, token, is_whole, to);
}

/* Where the items of an array or list go, and how many are to be read. */
static bool begin_items(struct decoder *decoder, const act_field *field, char **to, size_t *count)
{
    struct act__token token;
    bool              is_whole = act__read(&decoder->reader, &token);
    *count = 0;
    if (act__unlikely(!is_whole || token.kind != ACT__TOKEN_ARRAY))
        return read_no_array(decoder, field, &token, is_whole, *to);
    *count = token.count;
    if ((field->flags & ACT_FIELD_ARRAY) != 0)
        return token.count == field->length || refuse_count(decoder, token.count, field->length);
    if (!begin_list(decoder, field, token.count, to))
        return false;
    for (size_t i = 0; *to != NULL && i < token.count; i++)
        act__item_clear(field, *to + i * field->item_bytes);
    return true;
}

static bool read_field(struct decoder *decoder, const act_field *field, void *fields)
{
    char  *to = fields != NULL ? (char *)fields + field->offset : NULL;
    bool   has_items = (field->flags & (ACT_FIELD_ARRAY | ACT_FIELD_LIST)) != 0;
    size_t count = 1;
    if ((field->flags & ACT_FIELD_OPTIONAL) != 0 && skip_nil(decoder))
        return true;
    if (has_items && !begin_items(decoder, field, &to, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!read_item(decoder, field, to != NULL ? to + i * field->item_bytes : NULL))
            return has_items && act__complain_of_item(decoder->complaint, i);
    return true;
}

/* -------------------------------------------------------------------------------------- structs */

/* Of the map that is being read. */
struct entries {
    uint64_t seen[ACT_FIELDS_MAX / 64]; /* by the fields' places */
    uint32_t next;                      /* the place of the field that is expected next */
    bool     has_number, has_other;     /* keys that are not known: what could be a field's
                                           number, what could not */
};

/* A number without sign and leading zero. Returns: 0 if it is none that a field may have. */
static uint64_t number_of_text(const uint8_t *text, size_t count)
{
    uint64_t number = 0;
    if (count == 0 || count > 5 || text[0] == '0')
        return 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return 0;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

/* What a key has for a field's number, 1 to ACT_FIELD_NUMBER_MAX. Returns: 0: it is none. */
static uint64_t number_of_key(const struct decoder *decoder, const struct act__token *key)
{
    uint64_t number = 0;
    if (key->kind == ACT__TOKEN_UNSIGNED)
        number = key->number;
    else if (decoder->is_strict)
        return 0;
    else if (key->kind == ACT__TOKEN_STR || key->kind == ACT__TOKEN_BIN)
        number = number_of_text(key->bytes, key->count);
    else if (key->kind == ACT__TOKEN_REAL && key->real >= 1 && key->real <= ACT_FIELD_NUMBER_MAX &&
             (double)(uint64_t)key->real == key->real)
        number = (uint64_t)key->real;
    return number <= ACT_FIELD_NUMBER_MAX ? number : 0;
}

/* What an entry is of: the place of a field that is known, or one of these. */
enum { ENTRY_SKIPPED = -1, ENTRY_WRONG = -2 };

static int skip_entry(struct decoder *decoder)
{
    return skip(decoder) ? ENTRY_SKIPPED : ENTRY_WRONG;
}

/*
 * The place of the field with this number; they come in order, mostly. Returns: ENTRY_SKIPPED:
 * there is none.
 */
static int find_field(const act_type *type, uint64_t number, uint32_t *next)
{
    for (uint32_t i = 0; i < type->parts_count; i++) {
        uint32_t place = *next + i < type->parts_count ? *next + i : *next + i - type->parts_count;
        if (type->fields[place].number == number) {
            *next = place + 1;
            return (int)place;
        }
    }
    return ENTRY_SKIPPED;
}

/* Its key may be anything. */
static __attribute__((noinline)) int find_entry_of_key(struct decoder *decoder,
                                                       const act_type *type,
                                                       struct entries *entries)
{
    struct act__token  key;
    struct act__reader behind = decoder->reader;
    if (!act__read(&behind, &key) || key.kind == ACT__TOKEN_ARRAY || key.kind == ACT__TOKEN_MAP) {
        entries->has_other = true;
        return skip(decoder) ? skip_entry(decoder) : ENTRY_WRONG;
    }
    decoder->reader = behind;
    uint64_t number = number_of_key(decoder, &key);
    int      place = number != 0 ? find_field(type, number, &entries->next) : ENTRY_SKIPPED;
    if (place != ENTRY_SKIPPED)
        return place;
    entries->has_number |= number != 0;
    /* PHP writes nil for a key that is empty */
    entries->has_other |= number == 0 && key.kind != ACT__TOKEN_NIL;
    return skip_entry(decoder);
}

/* Whether nil says of it that it is empty; of the others it says that they are not there. */
static bool takes_nil(const act_field *field)
{
    bool is_single = (field->flags & ACT_FIELD_ARRAY) == 0;
    return (field->flags & (ACT_FIELD_OPTIONAL | ACT_FIELD_LIST)) != 0 ||
           (is_single && (field->kind == ACT_FIELD_TEXT || field->kind == ACT_FIELD_BYTES ||
                          field->kind == ACT_FIELD_UNION));
}

/* An array for a map: what stands at place i, from 0, is the field with the number i + 1. */
static __attribute__((noinline)) int find_entry_of_index(struct decoder *decoder,
                                                         const act_type *type, size_t index,
                                                         struct entries *entries)
{
    int place =
        index < ACT_FIELD_NUMBER_MAX ? find_field(type, index + 1, &entries->next) : ENTRY_SKIPPED;
    if (place == ENTRY_SKIPPED)
        return skip_entry(decoder);
    return !takes_nil(&type->fields[place]) && skip_nil(decoder) ? ENTRY_SKIPPED : place;
}

/* The short way: a small number as the key, and the field that is expected. */
static int find_entry(struct decoder *decoder, const act_type *type, struct entries *entries)
{
    struct act__reader *reader = &decoder->reader;
    uint32_t            place = entries->next;
    if (act__unlikely(place >= type->parts_count || reader->at == reader->end ||
                      *reader->at != type->fields[place].number || *reader->at >= ACT__NUMBERS_END))
        return find_entry_of_key(decoder, type, entries);
    reader->at++;
    entries->next++;
    return (int)place;
}

static bool read_entry(struct decoder *decoder, const act_type *type, uint32_t place, void *fields,
                       struct entries *entries)
{
    const act_field *field = &type->fields[place];
    uint64_t        *seen = &entries->seen[place / 64], bit = UINT64_C(1) << place % 64;
    if (act__unlikely((*seen & bit) != 0)) {
        act__complain(decoder->complaint, "is there twice");
        return act__complain_of_field(decoder->complaint, field->name);
    }
    *seen |= bit;
    return read_field(decoder, field, fields) ||
           act__complain_of_field(decoder->complaint, field->name);
}

static bool keys_are_numbers(struct decoder *decoder, const act_type *type,
                             const struct entries *entries)
{
    if (act__likely(!entries->has_other) || entries->has_number || type->parts_count == 0)
        return true;
    for (size_t i = 0; i < sizeof entries->seen / sizeof *entries->seen; i++)
        if (entries->seen[i] != 0)
            return true;
    return act__complain(decoder->complaint, "its keys are no field numbers");
}

static bool nothing_is_missing(struct decoder *decoder, const act_type *type, const uint64_t *seen)
{
    for (uint32_t i = 0; i < type->parts_count; i++)
        if ((seen[i / 64] >> i % 64 & 1) == 0 &&
            (type->fields[i].flags & ACT_FIELD_OPTIONAL) == 0) {
            act__complain(decoder->complaint, "missing");
            return act__complain_of_field(decoder->complaint, type->fields[i].name);
        }
    return true;
}

/* `fields`: NULL while nothing is written. */
static bool read_struct(struct decoder *decoder, const act_type *type, void *fields)
{
    struct act__token token;
    struct entries    entries = {.next = 0};
    bool is_whole = act__read(&decoder->reader, &token), is_map = token.kind == ACT__TOKEN_MAP;
    if (fields != NULL)
        act__struct_clear(type, fields);
    if (act__unlikely(!is_whole ||
                      (!is_map && (token.kind != ACT__TOKEN_ARRAY || decoder->is_strict))))
        return refuse(decoder, &token, &a_map);
    for (size_t i = 0; i < token.count; i++) {
        int place = act__likely(is_map) ? find_entry(decoder, type, &entries)
                                        : find_entry_of_index(decoder, type, i, &entries);
        if (place == ENTRY_WRONG)
            return false;
        if (place != ENTRY_SKIPPED && !read_entry(decoder, type, (uint32_t)place, fields, &entries))
            return false;
    }
    return keys_are_numbers(decoder, type, &entries) &&
           nothing_is_missing(decoder, type, entries.seen);
}

/* ------------------------------------------------------------------------------------- messages */

/* Reads what the message is of. Returns: NULL: of none. */
static const act_type *read_head(struct decoder *decoder, const act_type *schema)
{
    struct act__token token;
    uint64_t          tag;
    const act_type   *type = NULL;
    if (!act__read(&decoder->reader, &token) || token.kind != ACT__TOKEN_ARRAY)
        refuse(decoder, &token, &a_message);
    else if (token.count != 2)
        refuse_count(decoder, token.count, 2);
    else if (read_unsigned(decoder, UINT32_MAX, &tag) &&
             (type = act_schema_find(schema, (uint32_t)tag)) == NULL)
        act__complain(decoder->complaint, "%" PRIu64 " is the tag of none of its messages", tag);
    return type;
}

static bool measure(struct decoder *decoder, const act_type *type)
{
    decoder->outside = act__outside_aligned(type->bytes);
    if ((type->flags & ACT_FIELD_LOCAL) != 0)
        return act__complain(decoder->complaint, "has a resource, which no bytes can bring");
    if (!read_struct(decoder, type, NULL))
        return false;
    if (decoder->reader.at != decoder->reader.end)
        return act__complain(decoder->complaint, "something is behind it");
    return decoder->outside <= decoder->outside_max || refuse_size(decoder);
}

/* Behind the head, after all was found good. */
static act_result make(struct decoder *decoder, const act_type *type, act_message **message)
{
    act_message *made = act__message_make(type->tag, ACT_VALUE_TYPED, decoder->outside);
    if (made == NULL)
        return ACT_NO_MEMORY;
    decoder->outside = act__outside_aligned(type->bytes);
    decoder->tail = (char *)made->as.bytes;
    (void)read_struct(decoder, type, made->as.bytes);
    *message = made;
    return ACT_OK;
}

static _Atomic uint64_t unknown_members;

uint64_t act_decode_unknown_members(void)
{
    return atomic_load_explicit(&unknown_members, memory_order_relaxed); /* a count, no more */
}

static act_result decode(struct decoder *decoder, act_message **message, const act_type *schema,
                         char *complaint, size_t complaint_bytes)
{
    const act_type    *type = read_head(decoder, schema);
    struct act__reader body = decoder->reader;
    if (type == NULL || !measure(decoder, type)) {
        if (complaint_bytes != 0)
            act__complaint_write(decoder->complaint, (type != NULL ? type : schema)->name,
                                 complaint, complaint_bytes);
        return decoder->complaint->is_cut_off ? ACT_TRUNCATED : ACT_MALFORMED;
    }
    decoder->reader = body;
    size_t     unknown_count = decoder->unknown_count;
    act_result result = make(decoder, type, message);
    if (act__unlikely(unknown_count != 0) && result == ACT_OK)
        atomic_fetch_add_explicit(&unknown_members, unknown_count,
                                  memory_order_relaxed); /* a count, no more */
    decoder->unknown_count = unknown_count;
    return result;
}

static act_result decode_with(const act_decode_options *options, act_message **message,
                              const act_type *schema, const void *bytes, size_t bytes_count,
                              char *complaint, size_t complaint_bytes)
{
    struct act__complaint why;
    struct decoder        decoder = {.complaint = &why, .is_strict = options->strict};
    size_t                max = options->message_max;
    if (complaint == NULL)
        complaint_bytes = 0;
    if (complaint_bytes != 0)
        complaint[0] = '\0';
    act__complaint_init(&why, complaint_bytes != 0);
    decoder.outside_max = max == 0 || max > ACT_MESSAGE_BYTES_MAX ? ACT_MESSAGE_BYTES_MAX : max;
    act__reader_init(&decoder.reader, bytes, bytes_count);
    act_result result = decode(&decoder, message, schema, complaint, complaint_bytes);
    if (result == ACT_OK && options->unknown_count != NULL)
        *options->unknown_count = decoder.unknown_count;
    return result;
}

act_result act_message_decode(act_message **message, const act_type *schema, const void *bytes,
                              size_t bytes_count, size_t message_max, char *complaint,
                              size_t complaint_bytes)
{
    const act_decode_options options = {.size = sizeof options, .message_max = message_max};
    return decode_with(&options, message, schema, bytes, bytes_count, complaint, complaint_bytes);
}

act_result act_message_decode_with(act_message **message, const act_type *schema, const void *bytes,
                                   size_t bytes_count, const act_decode_options *options,
                                   char *complaint, size_t complaint_bytes)
{
    act_decode_options ours;
    if (!act__options_read(&ours, sizeof ours, options))
        return ACT_INVALID;
    return decode_with(&ours, message, schema, bytes, bytes_count, complaint, complaint_bytes);
}
