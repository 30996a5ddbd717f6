/*
 * What other languages write for our messages is read as what they mean, and what is wrong with it
 * is told.
 */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mailbox/schema/codec.h>
#include <mailbox/message/pool.h>
#include <mailbox/schema/print.h>
#include <test/kit/kit.h>
#include <test/mailbox/schema/cross.h>

static act_message  *message;
static unsigned char bytes[4096], again[4096];
static size_t        bytes_count;
static char          text[1024];

static void set_hex(const char *hex)
{
    unsigned byte;
    for (bytes_count = 0; sscanf(hex + 2 * bytes_count, "%2x", &byte) == 1; bytes_count++)
        bytes[bytes_count] = (unsigned char)byte;
    ck_assert_uint_eq(2 * bytes_count, strlen(hex));
}

/* Of a message with this body. */
static void set_body(const act_type *type, const char *body)
{
    char hex[1024];
    snprintf(hex, sizeof hex, "92ce%08x%s", (unsigned)type->tag, body);
    set_hex(hex);
}

static act_result decode(bool strict)
{
    message = NULL;
    text[0] = '\0';
    return act_message_decode_with(&message, x_schema(), bytes, bytes_count,
                                   ACT_DECODE_OPTIONS(.strict = strict), text, sizeof text);
}

static void is_good(bool strict, const char *printed)
{
    act_result result = decode(strict);
    ck_assert_msg(result == ACT_OK, "%s, not %s: %s", act_result_text(result), printed, text);
    act_message_print(text, sizeof text, message, x_schema());
    ck_assert_str_eq(text, printed);
    size_t count;
    ck_assert_int_eq(act_message_encode(message, x_schema(), again, sizeof again, &count), ACT_OK);
    act_message_free(&message);
    ck_assert_int_eq(act_message_decode(&message, x_schema(), again, count, 0, NULL, 0), ACT_OK);
    act_message_free(&message);
    ck_assert_uint_eq(act__pool_outstanding(), 0);
}

static void is_wrong(bool strict, const char *why)
{
    ck_assert_int_eq(decode(strict), ACT_MALFORMED);
    ck_assert_str_eq(text, why);
    ck_assert_ptr_null(message);
}

/* Read as `printed`, and by those that are strict refused for that reason. */
#define READS(name, body, printed, strictly)                                                       \
    (set_body(name##_type(), body), is_good(false, printed), is_wrong(true, strictly))
#define READS_ALWAYS(name, body, printed)                                                          \
    (set_body(name##_type(), body), is_good(false, printed), is_good(true, printed))
#define REFUSES(name, body, why)                                                                   \
    (set_body(name##_type(), body), is_wrong(false, why), is_wrong(true, why))
#define REFUSES_UNLESS_STRICT(name, body, why) (set_body(name##_type(), body), is_wrong(false, why))

/* ----------------------------------------------------------------------------------------- keys */

static void a_text_or_bin_that_is_a_number_is_that_field(void)
{
    set_hex("92ce61f21c8d81a13105");
    is_good(false, "x_opt {i64: 5}");
    set_hex("92ce61f21c8d81c4013105");
    is_good(false, "x_opt {i64: 5}");
    READS(x_opt, "81a13105", "x_opt {i64: 5}", "x_opt: its keys are no field numbers");
    READS(x_opt, "81d9013105", "x_opt {i64: 5}", "x_opt: its keys are no field numbers");
    READS(x_opt, "81da00013105", "x_opt {i64: 5}", "x_opt: its keys are no field numbers");
    READS(x_opt, "82a2313001a13105", "x_opt {i64: 5, color: color_red}",
          "x_opt: its keys are no field numbers");
    READS(order, "82a13190a333303007", "order {lines: [], count: 7}",
          "order: its keys are no field numbers");
    READS(x_small, "82a13105a132cb3ff8000000000000", "x_small {amount: 5, price: 1.5}",
          "x_small: its keys are no field numbers");
    READS(x_opt,
          "8106"
          "82a13101a13202",
          "x_opt {point: {x: 1, y: 2}}", "x_opt.point: its keys are no field numbers");
}

static void a_float_that_is_a_number_is_that_field(void)
{
    READS(x_opt, "81cb3ff000000000000005", "x_opt {i64: 5}",
          "x_opt: its keys are no field numbers");
    REFUSES(x_opt, "81cb3ff800000000000005", "x_opt: its keys are no field numbers");
}

static void a_field_is_not_there_twice_however_its_number_is_written(void)
{
    REFUSES_UNLESS_STRICT(x_opt, "820105a13105", "x_opt.i64: is there twice");
    REFUSES_UNLESS_STRICT(x_opt, "82a131050105", "x_opt.i64: is there twice");
    REFUSES_UNLESS_STRICT(x_opt, "82a13105c4013105", "x_opt.i64: is there twice");
    REFUSES_UNLESS_STRICT(x_opt, "82a131c0a131c0", "x_opt.i64: is there twice");
    REFUSES(x_opt, "8201050105", "x_opt.i64: is there twice");
    REFUSES(x_opt, "820105cd000105", "x_opt.i64: is there twice");
}

static void what_only_looks_like_a_number_is_none(void)
{
    static const char *const keys[] = {"a0",
                                       "a130",
                                       "a23031",
                                       "a22b31",
                                       "a22d31",
                                       "a22031",
                                       "a23120",
                                       "a23178",
                                       "a3312e30",
                                       "a53635353336",
                                       "a6303030303031",
                                       "ac313030303030303030303031",
                                       "a3efbc91",
                                       "c400",
                                       "00",
                                       "ff",
                                       "cd0000",
                                       "ce00010000",
                                       "cf0000000100000001",
                                       "c3",
                                       "91c0",
                                       "81c0c0",
                                       "d40131"};
    char                     body[100];
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        snprintf(body, sizeof body, "81%s05", keys[i]);
        REFUSES(x_opt, body, "x_opt: its keys are no field numbers");
        snprintf(body, sizeof body, "82%s050107", keys[i]);
        READS_ALWAYS(x_opt, body, "x_opt {i64: 7}");
        snprintf(body, sizeof body, "820107%s05", keys[i]);
        READS_ALWAYS(x_opt, body, "x_opt {i64: 7}");
        snprintf(body, sizeof body, "81%s05", keys[i]);
        READS_ALWAYS(x_nothing, body, "x_nothing {}");
    }
}

static void names_of_fields_are_refused_and_not_passed_over(void)
{
    REFUSES(x_opt, "81a369363405", "x_opt: its keys are no field numbers");
    REFUSES(x_small, "82a6616d6f756e7405a57072696365cb3ff8000000000000",
            "x_small: its keys are no field numbers");
    REFUSES(x_opt, "810682a17801a17902", "x_opt.point: its keys are no field numbers");
    REFUSES(order, "81019182a5707269636501a16e02", "order.lines[0]: its keys are no field numbers");
    REFUSES(x_opt, "810b92ce6bf6481381a672616469757301",
            "x_opt.shape.shape_circle: its keys are no field numbers");
}

static void fields_of_newer_versions_are_passed_over(void)
{
    READS_ALWAYS(x_opt, "816305", "x_opt {}");
    READS_ALWAYS(x_opt, "81cdffff93c0c201", "x_opt {}");
    READS(x_opt, "81a2393905", "x_opt {}", "x_opt: its keys are no field numbers");
    READS_ALWAYS(x_opt, "81c005", "x_opt {}"); /* what PHP makes of an object without members */
    READS_ALWAYS(x_opt, "80", "x_opt {}");
}

/* ------------------------------------------------------------------------------------------ nil */

static void nil_is_nothing_where_there_may_be_nothing(void)
{
    set_hex("92ce61f21c8d8101c0");
    is_good(false, "x_opt {}");
    set_hex("92ce7c1105f78101c0");
    is_good(false, "x_ints {ints: []}");
    READS(x_ints, "8101c0", "x_ints {ints: []}", "x_ints.ints: found nil, expected an array");
    READS(x_text, "8101c0", "x_text {text: \"\"}", "x_text.text: found nil, expected text");
    READS(x_bytes, "8101c0", "x_bytes {bytes: <>}", "x_bytes.bytes: found nil, expected bytes");
    for (int i = 1; i <= 13; i++) {
        char body[20];
        snprintf(body, sizeof body, "81%02xc0", i);
        set_body(x_opt_type(), body);
        is_good(false, "x_opt {}");
    }
    READS(order,
          "81019182"
          "01cb3ff00000000000000292c0a161",
          "order {lines: [{price: 1, notes: [\"\", \"a\"]}]}",
          "order.lines[0].notes[0]: found nil, expected text");
}

static void nil_is_refused_where_something_must_be(void)
{
    REFUSES(x_int, "8101c0", "x_int.n: found nil, expected an integer");
    REFUSES(x_double, "8101c0", "x_double.d: found nil, expected a float");
    REFUSES(x_bool, "8101c0", "x_bool.b: found nil, expected a bool");
    REFUSES(x_pid, "8101c0", "x_pid.pid: found nil, expected an array");
    REFUSES(x_ints, "810191c0", "x_ints.ints[0]: found nil, expected an integer");
    REFUSES(order, "810191c0", "order.lines[0]: found nil, expected a map");
    REFUSES(x_nothing, "c0", "x_nothing: found nil, expected a map");
}

/* ------------------------------------------------------------------------------ texts and bytes */

static void bin_is_read_for_text_and_str_for_bytes(void)
{
    set_hex("92ce61a3ab9b8101c40161");
    is_good(false, "x_text {text: \"a\"}");
    READS(x_text, "8101c40161", "x_text {text: \"a\"}", "x_text.text: found bytes, expected text");
    READS(x_text, "8101c5000161", "x_text {text: \"a\"}",
          "x_text.text: found bytes, expected text");
    READS(x_text, "8101c400", "x_text {text: \"\"}", "x_text.text: found bytes, expected text");
    READS_ALWAYS(x_bytes, "8101a161", "x_bytes {bytes: <61>}");
    READS_ALWAYS(x_bytes, "8101c40100", "x_bytes {bytes: <00>}");
    REFUSES(x_text, "8101a3610062", "x_text.text: a NUL in the text");
    REFUSES_UNLESS_STRICT(x_text, "8101c403610062", "x_text.text: a NUL in the text");
    REFUSES(x_text, "81010a", "x_text.text: found an integer, expected text");
    REFUSES(x_bytes, "81019101", "x_bytes.bytes: found an array, expected bytes");
}

static void bin_is_read_for_small_numbers(void)
{
    READS(x_octets, "8101c40401020304", "x_octets {address: [1, 2, 3, 4]}",
          "x_octets.address: found bytes, expected an array");
    READS(x_octets, "8102c403ff0001", "x_octets {key: [255, 0, 1]}",
          "x_octets.key: found bytes, expected an array");
    READS(x_octets, "8102c400", "x_octets {}", "x_octets.key: found bytes, expected an array");
    READS_ALWAYS(x_octets, "82019401020304029107", "x_octets {address: [1, 2, 3, 4], key: [7]}");
    REFUSES_UNLESS_STRICT(x_octets, "8101c403010203",
                          "x_octets.address: found 3 items, expected 4");
    REFUSES_UNLESS_STRICT(x_octets, "8101c400", "x_octets.address: found 0 items, expected 4");
    REFUSES(x_octets, "810193010203", "x_octets.address: found 3 items, expected 4");
    REFUSES(x_octets, "8101a401020304", "x_octets.address: found text, expected an array");
    REFUSES(x_opt, "810dc403010203", "x_opt.arr: found bytes, expected an array");
    REFUSES(x_ints, "8101c403010203", "x_ints.ints: found bytes, expected an array");
}

/* --------------------------------------------------------------------------------------- places */

static void an_array_in_place_of_a_map_is_its_fields_in_order(void)
{
    set_hex("92ce69a40fd390");
    is_good(false, "x_nothing {}");
    set_hex("92ce68a468a6920502");
    is_good(false, "x_small {amount: 5, price: 2}");
    READS(x_nothing, "90", "x_nothing {}", "x_nothing: found an array, expected a map");
    READS(x_nothing, "9301c0a161", "x_nothing {}", "x_nothing: found an array, expected a map");
    READS(x_opt, "90", "x_opt {}", "x_opt: found an array, expected a map");
    READS(x_opt, "9105", "x_opt {i64: 5}", "x_opt: found an array, expected a map");
    READS(x_opt, "93c0c0a161", "x_opt {text: \"a\"}", "x_opt: found an array, expected a map");
    READS(x_opt, "96c0c0c0c0c0920102", "x_opt {point: {x: 1, y: 2}}",
          "x_opt: found an array, expected a map");
    READS(x_opt, "8106920102", "x_opt {point: {x: 1, y: 2}}",
          "x_opt.point: found an array, expected a map");
    READS(x_opt, "810b92ce6bf6481392920102cb3fe0000000000000",
          "x_opt {shape: shape_circle {centre: {x: 1, y: 2}, radius: 0.5}}",
          "x_opt.shape.shape_circle: found an array, expected a map");
    READS(x_opt, "810b92ce4aa09ac690", "x_opt {shape: shape_none {}}",
          "x_opt.shape.shape_none: found an array, expected a map");
    READS(x_small, "93050207", "x_small {amount: 5, price: 2}",
          "x_small: found an array, expected a map");
    READS(x_text, "91c0", "x_text {text: \"\"}", "x_text: found an array, expected a map");
    READS(order,
          "91929101"
          "920292a161c0",
          "order {lines: [{price: 1}, {price: 2, notes: [\"a\", \"\"]}]}",
          "order: found an array, expected a map");
    REFUSES_UNLESS_STRICT(x_small, "90", "x_small.amount: missing");
    REFUSES_UNLESS_STRICT(x_small, "92c002", "x_small.amount: missing");
    REFUSES_UNLESS_STRICT(x_small, "9105", "x_small.price: missing");
    REFUSES_UNLESS_STRICT(x_small, "92a16102", "x_small.amount: found text, expected an integer");
}

static void a_place_can_be_of_no_field(void)
{
    char body[1000] = "dc012c90"; /* 300 places; the last is order.count */
    for (int i = 2; i < 300; i++)
        strcat(body, "c0");
    strcat(body, "07");
    READS(order, body, "order {lines: [], count: 7}", "order: found an array, expected a map");
}

/* -------------------------------------------------------------------------------------- numbers */

static void a_float_without_a_fraction_is_read_for_an_integer_that_has_room(void)
{
    set_hex("92ce48034d308101cb4278bcfe56800000");
    is_good(false, "x_int {n: 1700000000000}");
    READS(x_int, "8101cb4340000000000000", "x_int {n: 9007199254740992}",
          "x_int.n: found a float, expected an integer");
    READS(x_int, "8101cbc340000000000000", "x_int {n: -9007199254740992}",
          "x_int.n: found a float, expected an integer");
    READS(x_uint, "8101cb41f0000000000000", "x_uint {n: 4294967296}",
          "x_uint.n: found a float, expected an integer");
    READS(x_int, "8101cb8000000000000000", "x_int {n: 0}",
          "x_int.n: found a float, expected an integer");
    READS(x_int, "8101ca40a00000", "x_int {n: 5}", "x_int.n: found a float, expected an integer");
    READS(x_ints, "810192cb4000000000000000cbc000000000000000", "x_ints {ints: [2, -2]}",
          "x_ints.ints[0]: found a float, expected an integer");
    READS(x_pid,
          "810192"
          "00cb41a0000002000000",
          "x_pid {pid: <0.1.1>}", "x_pid.pid: found a float, expected an integer");
    READS(x_opt, "810acbc008000000000000", "x_opt {color: color_odd}",
          "x_opt.color: found a float, expected an integer");
    REFUSES_UNLESS_STRICT(
        x_int, "8101cb4340000000000001",
        "x_int.n: 9007199254740994 is out of range: a float is read as an integer up to 2^53");
    REFUSES_UNLESS_STRICT(x_int, "8101cb7ff0000000000000",
                          "x_int.n: inf is out of range: a float is read as an integer up to 2^53");
    REFUSES_UNLESS_STRICT(x_int, "8101cb7ff8000000000000",
                          "x_int.n: nan is out of range: a float is read as an integer up to 2^53");
    REFUSES_UNLESS_STRICT(x_int, "8101cb3ff8000000000000",
                          "x_int.n: found a float with a fraction, expected an integer");
    REFUSES_UNLESS_STRICT(x_uint, "8101cbbff0000000000000",
                          "x_uint.n: -1 is out of range, expected 0 to 18446744073709551615");
    REFUSES_UNLESS_STRICT(
        x_ints, "810191cb41e0000000000000",
        "x_ints.ints[0]: 2147483648 is out of range, expected -2147483648 to 2147483647");
    REFUSES_UNLESS_STRICT(order, "820190cd012ccb4070000000000000",
                          "order.count: 256 is out of range, expected 0 to 255");
}

static void a_tag_can_be_a_float(void)
{
    set_hex("92cb41da6903f4c0000080");
    is_good(false, "x_nothing {}");
    is_wrong(true, "x: found a float, expected an integer");
}

static void an_integer_is_read_for_a_float(void)
{
    READS_ALWAYS(x_double, "810105", "x_double {d: 5}");
    READS_ALWAYS(x_double, "8101fb", "x_double {d: -5}");
    READS_ALWAYS(x_float, "8101cb3fe0000000000000", "x_float {d: 0.5}");
    READS_ALWAYS(x_double, "8101ca3f000000", "x_double {d: 0.5}");
    REFUSES(x_float, "8101cb47f0000000000000",
            "x_float.d: 3.4028236692093846e+38 is out of range, expected a float of 32 bits");
    REFUSES(x_double, "8101a135", "x_double.d: found text, expected a float");
}

/* ---------------------------------------------------------------------------------- newer peers */

static void a_constant_that_is_not_known_is_kept(void)
{
    set_body(x_opt_type(), "810a07");
    ck_assert_int_eq(decode(false), ACT_OK);
    int32_t color = (int32_t)act_view(x_opt, message)->color;
    ck_assert_int_eq(color, 7);
    ck_assert(!act_enum_is_known(color_type(), color));
    ck_assert(act_enum_is_known(color_type(), color_odd) && act_enum_is_known(color_type(), 0));
    ck_assert_int_eq(act_message_encode(message, x_schema(), again, sizeof again, &bytes_count),
                     ACT_OK);
    ck_assert_int_eq(memcmp(again, bytes, bytes_count), 0);
    act_message_print_json(text, sizeof text, message, x_schema());
    ck_assert_str_eq(text, "{\"x_opt\":{\"color\":7}}");
    act_message_free(&message);
    READS(x_opt, "810a07", "x_opt {color: 7}", "x_opt.color: 7 is no constant of color");
    READS(x_opt, "810afe", "x_opt {color: -2}", "x_opt.color: -2 is no constant of color");
    REFUSES(x_opt, "810ace80000000",
            "x_opt.color: 2147483648 is out of range, expected -2147483648 to 2147483647");
    REFUSES(x_opt, "810aa3726564", "x_opt.color: found text, expected an integer");
}

#define HUES(VALUE) VALUE(hue_red, 1) VALUE(hue_green, 2)
ACT_ENUM(hue, HUES);
#define PAINT(FIELD)            FIELD(1, INT32, id) FIELD(2, ENUM(hue), hue)
#define PAINT_MESSAGES(MESSAGE) MESSAGE(paint, PAINT)
ACT_SCHEMA(paints, PAINT_MESSAGES);

/* What was never set is 0, whether there is such a constant or not: what is written can be read. */
static void an_enum_comes_back_whatever_it_is(void)
{
    static const int32_t numbers[] = {0, 1, 77, -1, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        ck_assert_int_eq(act_message_make(&message, paint, .id = 5, .hue = (enum hue)numbers[i]),
                         ACT_OK);
        ck_assert_int_eq(act_message_encode(message, paints_schema(), bytes, sizeof bytes,
                                            &bytes_count),
                         ACT_OK);
        act_message_free(&message);
        ck_assert_int_eq(
            act_message_decode(&message, paints_schema(), bytes, bytes_count, 0, NULL, 0), ACT_OK);
        ck_assert_int_eq((int32_t)act_view(paint, message)->hue, numbers[i]);
        ck_assert_int_eq(act_enum_is_known(hue_type(), (int32_t)act_view(paint, message)->hue),
                         numbers[i] == 1);
        act_message_free(&message);
    }
    ck_assert_uint_eq(act__pool_outstanding(), 0);
}

#define EMPTY_LISTED(FIELD)     FIELD(1, LIST(STRUCT(empty)), list)
#define EMPTY_MESSAGES(MESSAGE) MESSAGE(empties_listed, EMPTY_LISTED)
ACT_STRUCT(empty, ACT_NO_FIELDS);
ACT_SCHEMA(empties, EMPTY_MESSAGES);

/* A struct without fields takes no bytes in C. */
static void a_list_of_what_has_no_size_comes_back(void)
{
    static const struct empty some[3];
    ck_assert_int_eq(act_message_make(&message, empties_listed, .list = {some, 3}), ACT_OK);
    ck_assert_int_eq(
        act_message_encode(message, empties_schema(), bytes, sizeof bytes, &bytes_count), ACT_OK);
    act_message_free(&message);
    ck_assert_int_eq(act_message_decode(&message, empties_schema(), bytes, bytes_count, 0, NULL, 0),
                     ACT_OK);
    ck_assert_uint_eq(act_view(empties_listed, message)->list.count, 3);
    act_message_free(&message);
}

static void a_member_that_is_not_known_is_none_and_counted(void)
{
    uint64_t before = act_decode_unknown_members();
    size_t   unknown = 99;
    READS(x_opt, "820b9207820193c001a16103c00105", "x_opt {i64: 5}",
          "x_opt.shape: 7 is the tag of no message of shape");
    READS(x_opt, "810b9207c0", "x_opt {}", "x_opt.shape: 7 is the tag of no message of shape");
    READS(order,
          "8201900293920780"
          "c0"
          "92ce4aa09ac680",
          "order {lines: [], shapes: [nothing, nothing, shape_none {}]}",
          "order.shapes[0]: 7 is the tag of no message of shape");
    ck_assert_uint_eq(act_decode_unknown_members(), before + 3);
    set_body(order_type(), "82019002929207809208c0");
    ck_assert_int_eq(act_message_decode_with(&message, x_schema(), bytes, bytes_count,
                                             ACT_DECODE_OPTIONS(.unknown_count = &unknown), NULL,
                                             0),
                     ACT_OK);
    ck_assert_uint_eq(unknown, 2);
    act_message_free(&message);
    set_body(x_nothing_type(), "80");
    ck_assert_int_eq(act_message_decode_with(&message, x_schema(), bytes, bytes_count,
                                             ACT_DECODE_OPTIONS(.unknown_count = &unknown), NULL,
                                             0),
                     ACT_OK);
    ck_assert_uint_eq(unknown, 0);
    act_message_free(&message);
    REFUSES(x_opt, "810b9307c0c0", "x_opt.shape: found 3 items, expected 2");
    REFUSES(x_opt, "810b8107c0", "x_opt.shape: found a map, expected an array of a tag and a map");
}

/* ----------------------------------------------------------------------------------- complaints */

static void a_complaint_says_the_whole_way(void)
{
    REFUSES(order,
            "810194"
            "810101"
            "810101"
            "810101"
            "8101a178",
            "order.lines[3].price: found text, expected a float");
    REFUSES(order,
            "82019003"
            "928201010202"
            "820101"
            "02c3",
            "order.ends[1].y: found a bool, expected an integer");
    REFUSES(order,
            "8201900291"
            "92ce6bf64813820182010102a1780203",
            "order.shapes[0].shape_circle.centre.y: found text, expected an integer");
    REFUSES(order,
            "8101918102"
            "90",
            "order.lines[0].price: missing");
    REFUSES(order, "820190cd012ccd012c", "order.count: 300 is out of range, expected 0 to 255");
    REFUSES(order, "820190cd012cff", "order.count: -1 is out of range, expected 0 to 255");
    REFUSES(x_opt, "810d920102", "x_opt.arr: found 2 items, expected 3");
    REFUSES(x_pid, "810193010203", "x_pid.pid: found 3 items, expected 2");
    REFUSES(x_nothing, "8000", "x_nothing: something is behind it");
    REFUSES(x_opt, "8101c1", "x_opt.i64: found a byte that is no msgpack, expected an integer");
    REFUSES(x_opt, "8163c1", "x_opt: found a byte that is no msgpack, expected a value");
    REFUSES(x_opt, "81c1", "x_opt: found a byte that is no msgpack, expected a value");
    REFUSES(x_opt, "8101d4ff00",
            "x_opt.i64: found an extension, expected an integer"); /* a timestamp is one, too */
    set_hex("9207"
            "80");
    is_wrong(false, "x: 7 is the tag of none of its messages");
    set_hex("93ce69a40fd38000");
    is_wrong(false, "x: found 3 items, expected 2");
    set_hex("80");
    is_wrong(false, "x: found a map, expected an array of a tag and a map");
    set_hex("92a13180");
    is_wrong(false, "x: found text, expected an integer");
}

static void a_complaint_is_cut_at_its_room(void)
{
    char room[20];
    set_body(order_type(), "8101918101a178");
    for (size_t count = 1; count < sizeof room; count++) {
        memset(room, '#', sizeof room);
        ck_assert_int_eq(act_message_decode(&message, x_schema(), bytes, bytes_count, 0, room,
                                            count),
                         ACT_MALFORMED);
        ck_assert_uint_eq(strlen(room), count - 1);
        ck_assert_int_eq(strncmp(room, "order.lines[0].price", count - 1), 0);
    }
    room[0] = 'x';
    ck_assert_int_eq(act_message_decode(&message, x_schema(), bytes, bytes_count, 0, room, 0),
                     ACT_MALFORMED);
    ck_assert_int_eq(room[0], 'x');
}

static void options_of_another_version_are_taken_as_far_as_they_go(void)
{
    struct {
        act_decode_options options;
        char               newer[64];
    } grown = {.options = {.size = sizeof grown, .strict = true}};
    act_decode_options older = {.size = offsetof(act_decode_options, strict),
                                .message_max = 1,
                                .strict = true},
                       none = {0};
    set_body(x_nothing_type(), "90");
    ck_assert_int_eq(act_message_decode_with(&message, x_schema(), bytes, bytes_count,
                                             &grown.options, NULL, 0),
                     ACT_MALFORMED);
    ck_assert_int_eq(
        act_message_decode_with(&message, x_schema(), bytes, bytes_count, &older, NULL, 0), ACT_OK);
    act_message_free(&message);
    ck_assert_int_eq(act_message_decode_with(&message, x_schema(), bytes, bytes_count, &none, NULL,
                                             0),
                     ACT_INVALID);
    set_body(x_text_type(), "8101a161");
    ck_assert_int_eq(act_message_decode_with(&message, x_schema(), bytes, bytes_count, &older, text,
                                             sizeof text),
                     ACT_MALFORMED);
    ck_assert_str_eq(text, "x_text.text: too large: the message may have 1 bytes");
}

const struct kit_case kit_cases[] = {
    TEST_CASE(a_text_or_bin_that_is_a_number_is_that_field),
    TEST_CASE(a_float_that_is_a_number_is_that_field),
    TEST_CASE(a_field_is_not_there_twice_however_its_number_is_written),
    TEST_CASE(what_only_looks_like_a_number_is_none),
    TEST_CASE(names_of_fields_are_refused_and_not_passed_over),
    TEST_CASE(fields_of_newer_versions_are_passed_over),
    TEST_CASE(nil_is_nothing_where_there_may_be_nothing),
    TEST_CASE(nil_is_refused_where_something_must_be),
    TEST_CASE(bin_is_read_for_text_and_str_for_bytes),
    TEST_CASE(bin_is_read_for_small_numbers),
    TEST_CASE(an_array_in_place_of_a_map_is_its_fields_in_order),
    TEST_CASE(a_place_can_be_of_no_field),
    TEST_CASE(a_float_without_a_fraction_is_read_for_an_integer_that_has_room),
    TEST_CASE(a_tag_can_be_a_float),
    TEST_CASE(an_integer_is_read_for_a_float),
    TEST_CASE(a_constant_that_is_not_known_is_kept),
    TEST_CASE(an_enum_comes_back_whatever_it_is),
    TEST_CASE(a_list_of_what_has_no_size_comes_back),
    TEST_CASE(a_member_that_is_not_known_is_none_and_counted),
    TEST_CASE(a_complaint_says_the_whole_way),
    TEST_CASE(a_complaint_is_cut_at_its_room),
    TEST_CASE(options_of_another_version_are_taken_as_far_as_they_go),
    END_OF_CASES,
};
