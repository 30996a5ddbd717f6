/* Typed structs: what the lists make of themselves, and how they are copied into messages. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <mailbox/message/pool.h>
#include <mailbox/schema/codec.h>
#include <mailbox/schema/print.h>
#include <test/kit/kit.h>
#include <test/mailbox/schema/protocol.h>

static act_message *message;

static void done(void)
{
    act_message_free(&message);
    ck_assert_uint_eq(act__pool_outstanding(), 0);
}

/* --------------------------------------------------------------------------------------- tables */

static void a_tag_is_a_known_function_of_the_name(void)
{
    /* FNV-1a over places in the alphabet, computed apart from the library. */
    const char *alphabet = "0123456789_abcdefghijklmnopqrstuvwxyz", *name = "zoo_small";
    uint32_t    hash = 2166136261u;
    for (int i = 0; i < ACT_NAME_LETTERS; i++) {
        uint32_t place =
            i < (int)strlen(name) ? (uint32_t)(strchr(alphabet, name[i]) - alphabet) + 1 : 0;
        hash = (hash ^ place) * 16777619u;
    }
    ck_assert_uint_eq(zoo_small_tag, hash >> 2 | 0x40000000u);
    ck_assert_uint_eq(zoo_small_type()->tag, zoo_small_tag);
    ck_assert_uint_eq(zoo_small_tag >> 30, 1);
}

static void a_table_tells_of_each_field(void)
{
    const act_type *type = zoo_outside_type();
    ck_assert_str_eq(type->name, "zoo_outside");
    ck_assert_uint_eq(type->bytes, sizeof(struct zoo_outside));
    ck_assert_uint_eq(type->parts_count, 12);
    const act_field *field = &type->fields[2];
    ck_assert_str_eq(field->name, "numbers");
    ck_assert_uint_eq(field->number, 3);
    ck_assert_uint_eq(field->offset, offsetof(struct zoo_outside, numbers));
    ck_assert_uint_eq(field->kind, ACT_FIELD_UINT16);
    ck_assert_uint_eq(field->flags, ACT_FIELD_ARRAY);
    ck_assert_uint_eq(field->length, 3);
    ck_assert_uint_eq(field->item_bytes, 2);
    field = &type->fields[8];
    ck_assert_uint_eq(field->flags, ACT_FIELD_LIST | ACT_FIELD_OUTSIDE);
    ck_assert_ptr_eq(field->type(), person_type());
    ck_assert_uint_eq(zoo_optional_type()->fields[11].flags,
                      ACT_FIELD_OPTIONAL | ACT_FIELD_SECRET | ACT_FIELD_OUTSIDE);
    ck_assert_uint_eq(zoo_scalars_type()->flags, 0);
    ck_assert_uint_eq(zoo_nothing_type()->bytes, 0);
    ck_assert_uint_eq(color_type()->parts_count, 4);
    ck_assert_int_eq(color_type()->values[3].value, -3);
}

static void a_schema_finds_its_messages_by_tag(void)
{
    ck_assert_ptr_eq(act_schema_find(zoo_schema(), zoo_three_tag), zoo_three_type());
    ck_assert_ptr_null(act_schema_find(zoo_schema(), shape_circle_tag));
    ck_assert_ptr_null(act_schema_find(zoo_schema(), 0));
}

/* ----------------------------------------------------------------------------- several as one */

#define YARD_MESSAGES(MESSAGE) ZOO_MESSAGES(MESSAGE) SHAPE_MESSAGES(MESSAGE)
ACT_SCHEMAS(yard, YARD_MESSAGES);

#define CART_LOAD(FIELD)       FIELD(1, UNION(yard), load)
#define CART_MESSAGES(MESSAGE) MESSAGE(cart_load, CART_LOAD)
ACT_SCHEMA(cart, CART_MESSAGES);

static void several_schemas_are_one(void)
{
    ck_assert_uint_eq(yard_schema()->parts_count,
                      zoo_schema()->parts_count + shape_schema()->parts_count);
    ck_assert_ptr_eq(act_schema_find(yard_schema(), zoo_three_tag), zoo_three_type());
    ck_assert_ptr_eq(act_schema_find(yard_schema(), shape_circle_tag), shape_circle_type());
    ck_assert_ptr_null(act_schema_find(zoo_schema(), shape_circle_tag));
    ck_assert_int_eq(act_message_make(&message, shape_circle, .radius = 2), ACT_OK);
    ck_assert_int_eq(yard_tag_of(message), shape_circle_tag);
    ck_assert_int_eq(zoo_tag_of(message), shape_circle_tag); /* which is no case of zoo's */
    done();
    ck_assert_int_eq(act_message_make(&message, zoo_small, .amount = 2), ACT_OK);
    ck_assert_int_eq(yard_tag_of(message), zoo_small_tag);
    done();
}

static void several_schemas_are_printed_and_coded_as_one(void)
{
    unsigned char bytes[100];
    char          text[100];
    size_t        count;
    ck_assert_int_eq(act_message_make(&message, shape_circle, .centre = {1, 2}, .radius = 2),
                     ACT_OK);
    act_message_print(text, sizeof text, message, yard_schema());
    ck_assert_str_eq(text, "shape_circle {centre: {x: 1, y: 2}, radius: 2}");
    ck_assert_int_eq(act_message_encode(message, yard_schema(), bytes, sizeof bytes, &count),
                     ACT_OK);
    act_message_free(&message);
    ck_assert_int_eq(act_message_decode(&message, yard_schema(), bytes, count, 0, NULL, 0), ACT_OK);
    ck_assert_int_eq(act_view(shape_circle, message)->centre.y, 2);
    done();
}

static void several_schemas_are_a_union_too(void)
{
    char text[100];
    ck_assert_int_eq(act_message_make(&message, cart_load,
                                      .load = {.tag = (enum act_tags_of_yard)zoo_optional_tag,
                                               .as.zoo_optional = {.text = "a text"}}),
                     ACT_OK);
    act_message_print(text, sizeof text, message, cart_schema());
    ck_assert_str_eq(text, "cart_load {load: zoo_optional {text: \"a text\"}}");
    done();
}

/* --------------------------------------------------------------------------------------- copies */

static void a_message_carries_its_struct(void)
{
    ck_assert_int_eq(act_message_make(&message, zoo_three, .a = 1, .b = -2, .c = 3), ACT_OK);
    ck_assert_int_eq(zoo_tag_of(message), zoo_three_tag);
    const struct zoo_three *three = act_view(zoo_three, message);
    ck_assert(three->a == 1 && three->b == -2 && three->c == 3);
    done();
}

static void one_without_fields_is_only_its_tag(void)
{
    ck_assert_int_eq(act_message_make(&message, zoo_nothing), ACT_OK);
    ck_assert_int_eq(zoo_tag_of(message), zoo_nothing_tag);
    ck_assert_uint_eq(message->bytes_count, 0);
    done();
}

static void a_message_that_is_not_typed_has_no_such_tag(void)
{
    ck_assert_int_eq(act_message_create(&message, zoo_small_tag, 8), ACT_OK);
    ck_assert_int_eq(zoo_tag_of(message), 0);
    done();
}

/* All that a zoo_outside can refer to, on a stack that is overwritten afterwards. */
static __attribute__((noinline)) void make_outside(void)
{
    char text[] = "a text", one[] = "one", two[] = "", sir[] = "Sir", ada[] = "Ada",
         secret[] = "xyz";
    const char               *titles[] = {sir, NULL}, *names[] = {one, two, ada};
    int32_t                   list[] = {1, -2, 3};
    unsigned char             bytes[] = {0, 1, 2};
    act_bytes                 blobs[] = {{bytes, 3}, {NULL, 0}};
    enum color                colors[] = {color_green, color_odd};
    struct person             people[] = {{.name = ada, .titles = {titles, 2}},
                                          {.name = one, .password = secret}};
    struct point              corners[] = {{1, 2}, {3, 4}, {5, 6}};
    struct act_union_of_shape shapes[] = {
        {.tag = shape_polygon_tag, .as.shape_polygon.corners = {corners, 3}},
        {.tag = shape_circle_tag, .as.shape_circle = {{7, 8}, 9.5}},
        {.tag = (enum act_tags_of_shape)0}};
    ck_assert_int_eq(act_message_make(&message, zoo_outside, .text = text, .bytes = {bytes, 3},
                                      .numbers = {1, 2, 3}, .texts = {one, NULL}, .list = {list, 3},
                                      .names = {names, 3}, .blobs = {blobs, 2},
                                      .colors = {colors, 2}, .people = {people, 2},
                                      .shape = shapes[0], .shapes = {shapes, 3},
                                      .ends = {{1, 1}, {2, 2}}),
                     ACT_OK);
}

static __attribute__((noinline)) void overwrite_the_stack(void)
{
    volatile char much[8192];
    for (size_t i = 0; i < sizeof much; i++)
        much[i] = 'x';
}

static void check_outside(const struct zoo_outside *o)
{
    ck_assert_str_eq(o->text, "a text");
    ck_assert(o->bytes.bytes_count == 3 && memcmp(o->bytes.data, "\0\1\2", 3) == 0);
    ck_assert(o->numbers[0] == 1 && o->numbers[2] == 3);
    ck_assert_str_eq(o->texts[0], "one");
    ck_assert_str_eq(o->texts[1], ""); /* was NULL */
    ck_assert(o->list.count == 3 && o->list.items[1] == -2);
    ck_assert(o->names.count == 3 && strcmp(o->names.items[2], "Ada") == 0);
    ck_assert(o->blobs.count == 2 && o->blobs.items[0].bytes_count == 3 &&
              o->blobs.items[1].data == NULL);
    ck_assert(o->colors.items[1] == color_odd);
    ck_assert_str_eq(o->people.items[0].titles.items[0], "Sir");
    ck_assert_str_eq(o->people.items[0].titles.items[1], "");
    ck_assert_str_eq(o->people.items[1].password, "xyz");
    ck_assert_int_eq(o->shape.as.shape_polygon.corners.items[2].y, 6);
    ck_assert_ptr_ne(o->shape.as.shape_polygon.corners.items,
                     o->shapes.items[0].as.shape_polygon.corners.items);
    ck_assert(o->shapes.items[1].tag == shape_circle_tag &&
              o->shapes.items[1].as.shape_circle.centre.y == 8);
    ck_assert(o->shapes.items[2].tag == 0 && o->ends[1].y == 2);
}

static void all_that_it_refers_to_is_in_the_message(void)
{
    make_outside();
    overwrite_the_stack();
    check_outside(act_view(zoo_outside, message));
    const char *begin = (const char *)message->as.bytes, *end = begin + message->bytes_count;
    const char *name = act_view(zoo_outside, message)->names.items[2];
    ck_assert(name >= begin && name < end);
    ck_assert_uint_eq((uintptr_t)act_view(zoo_outside, message)->people.items % 8, 0);
    done();
}

static void what_cannot_be_is_refused(void)
{
    static const char big[1];
    ck_assert_int_eq(act_message_make(&message, zoo_outside, .list = {NULL, 1}), ACT_INVALID);
    ck_assert_int_eq(act_message_make(&message, zoo_outside, .bytes = {NULL, 1}), ACT_INVALID);
    ck_assert_int_eq(act_message_make(&message, zoo_outside, .bytes = {big, SIZE_MAX}),
                     ACT_INVALID);
    ck_assert_int_eq(act_message_make(&message, zoo_outside, .bytes = {big, ACT_MESSAGE_BYTES_MAX}),
                     ACT_INVALID);
    ck_assert_int_eq(act_message_make(&message, zoo_outside,
                                      .list = {(const int32_t *)big, SIZE_MAX / 2}),
                     ACT_INVALID);
    ck_assert_int_eq(act_message_make(&message, zoo_outside,
                                      .shape.tag = (enum act_tags_of_shape)5),
                     ACT_INVALID);
    ck_assert_int_eq(act_message_create_typed(&message, point_type(), &(struct point){1, 2}),
                     ACT_INVALID);
    done();
}

/* --------------------------------------------------------------------------------- fingerprints */

#define A_ONE(FIELD)          FIELD(1, INT32, x)
#define A_OTHER_NAME(FIELD)   FIELD(1, INT32, y)
#define A_OTHER_NUMBER(FIELD) FIELD(2, INT32, x)
#define A_OTHER_KIND(FIELD)   FIELD(1, INT64, x)
#define A_OPTIONAL(FIELD)     FIELD(1, OPTIONAL(INT32), x)
#define A_SECRET(FIELD)       FIELD(1, SECRET(INT32), x)
#define A_MORE(FIELD)         FIELD(1, INT32, x) FIELD(2, OPTIONAL(INT32), y)
ACT_STRUCT(a_one, A_ONE);
ACT_STRUCT(a_other_name, A_OTHER_NAME);
ACT_STRUCT(a_other_number, A_OTHER_NUMBER);
ACT_STRUCT(a_other_kind, A_OTHER_KIND);
ACT_STRUCT(a_optional, A_OPTIONAL);
ACT_STRUCT(a_secret, A_SECRET);
ACT_STRUCT(a_more, A_MORE);

static uint64_t print_of(const act_type *type)
{
    act_type named = *type;
    named.name = "a";
    return act_schema_fingerprint(&named);
}

static void a_fingerprint_changes_with_the_schema(void)
{
    uint64_t one = print_of(a_one_type());
    ck_assert_uint_eq(one, print_of(a_one_type()));
    ck_assert_uint_ne(one, print_of(a_other_name_type()));
    ck_assert_uint_ne(one, print_of(a_other_number_type()));
    ck_assert_uint_ne(one, print_of(a_other_kind_type()));
    ck_assert_uint_ne(one, print_of(a_optional_type()));
    ck_assert_uint_ne(one, print_of(a_more_type()));
    ck_assert_uint_eq(one, print_of(a_secret_type())); /* it is only not printed */
    ck_assert_uint_ne(act_schema_fingerprint(zoo_schema()), act_schema_fingerprint(shape_schema()));
}

/* It is kept beside what is stored: a kind that is added changes none that is without it. */
static void a_fingerprint_stays_what_it_was(void)
{
    ck_assert_uint_eq(act_schema_fingerprint(zoo_schema()), UINT64_C(0x26f2bb1e889a9480));
    ck_assert_uint_eq(act_schema_fingerprint(shape_schema()), UINT64_C(0x1ce44d34a3e082dd));
}

static void bytes_can_be_written_where_they_stay(void)
{
    for (size_t count = 0; count < 5000; count = count * 3 + 1) {
        ck_assert_int_eq(act_message_make(&message, zoo_outside, .text = "before",
                                          .bytes = act_room(count),
                                          .names = {(const char *[]){"behind"}, 1}),
                         ACT_OK);
        if (count != 0)
            memset(act_room_of(&act_view(zoo_outside, message)->bytes), 'x', count);
        act_edit(zoo_outside, message)->numbers[1] = 7;
        const struct zoo_outside *view = act_view(zoo_outside, message);
        ck_assert_uint_eq(view->bytes.bytes_count, count);
        for (size_t i = 0; i < count; i++)
            ck_assert_int_eq(((const char *)view->bytes.data)[i], 'x');
        ck_assert_str_eq(view->text, "before");
        ck_assert_str_eq(view->names.items[0], "behind");
        ck_assert_uint_eq(view->numbers[1], 7);
        act_message_free(&message);
    }
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_tag_is_a_known_function_of_the_name),
    TEST_CASE(a_table_tells_of_each_field),
    TEST_CASE(a_schema_finds_its_messages_by_tag),
    TEST_CASE(several_schemas_are_one),
    TEST_CASE(several_schemas_are_printed_and_coded_as_one),
    TEST_CASE(several_schemas_are_a_union_too),
    TEST_CASE(a_message_carries_its_struct),
    TEST_CASE(one_without_fields_is_only_its_tag),
    TEST_CASE(a_message_that_is_not_typed_has_no_such_tag),
    TEST_CASE(all_that_it_refers_to_is_in_the_message),
    TEST_CASE(what_cannot_be_is_refused),
    TEST_CASE(a_fingerprint_changes_with_the_schema),
    TEST_CASE(a_fingerprint_stays_what_it_was),
    TEST_CASE(bytes_can_be_written_where_they_stay),
    END_OF_CASES,
};
