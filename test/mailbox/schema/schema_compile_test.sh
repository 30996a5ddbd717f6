#!/bin/sh
# What does not fit a schema does not compile, in C and C++; what fits does, without a warning.
# SPDX-License-Identifier: MIT
top=${top_srcdir:-$(dirname "$0")/../../..}
build=${top_builddir:-$top}
# shellcheck source=test/lint/tap.sh
. "$top/test/lint/tap.sh"

# compile COMPILER STANDARD SUFFIX <FUNCTION: FUNCTION is the body of a handler.
compile() {
    {
        echo '#include <actor/typed.h>'
        cat "$work/list"
        echo 'void handle(act_self *self, act_pid to, const act_message *message);'
        echo 'void handle(act_self *self, act_pid to, const act_message *message)'
        echo '{ (void)self, (void)to, (void)message;'
        cat
        echo '}'
    } >"$work/one.$3"
    "$1" "-std=$2" -Wall -Wextra -Werror=switch-enum -Werror=float-conversion -fsyntax-only -I"$top" -I"$build/generated" "$work/one.$3" >"$work/why" 2>&1
}

the_list() {
    cat >"$work/list" <<'EOF'
#define COUNTER_ADD(FIELD)   FIELD(1, INT64, amount) FIELD(2, OPTIONAL(TEXT), note)
#define COUNTER_READ(FIELD)
#define COUNTER_VALUE(FIELD) FIELD(1, INT64, total)
#define COUNTER_MESSAGES(MESSAGE) \
    MESSAGE(counter_add, COUNTER_ADD) MESSAGE(counter_read, COUNTER_READ) MESSAGE(counter_value, COUNTER_VALUE)
ACT_SCHEMA(counter, COUNTER_MESSAGES);
EOF
}

# good NAME <FUNCTION and bad NAME WHAT-IT-SAYS <FUNCTION, both in C and in C++
good() {
    cat >"$work/body"
    compile "${CC:-cc}" gnu11 c <"$work/body" && [ ! -s "$work/why" ]
    tap $? "c: $1" "$work/why"
    compile "${CXX:-c++}" gnu++17 cc <"$work/body" && [ ! -s "$work/why" ]
    tap $? "c++: $1" "$work/why"
    compile "${CXX:-c++}" gnu++20 cc <"$work/body" && [ ! -s "$work/why" ]
    tap $? "c++20: $1" "$work/why"
}
bad_in() {
    if compile "$1" "$2" "$3" <"$work/body"; then
        echo "it compiles" >"$work/why"
        tap 1 "$3: $4" "$work/why"
    else
        grep -Eq "$5" "$work/why"
        tap $? "$3: $4" "$work/why"
    fi
}
bad() {
    cat >"$work/body"
    bad_in "${CC:-cc}" gnu11 c "$1" "$2"
    bad_in "${CXX:-c++}" gnu++17 cc "$1" "$2"
}

the_list
good "a message is told, asked, answered and handled" <<'EOF'
    act_ref ref;
    act_tell(self, to, counter_add, .amount = 5, .note = "five");
    act_tell_all(self, &to, 1, counter_add, .amount = 5);
    act_tell_all(self, &to, 1, counter_read);
    if (act_ask(self, &ref, to, ACT_MS(5), counter_read) != ACT_OK || act_tell_after(self, &ref, to, 1, counter_read) != ACT_OK)
        return;
    switch (counter_tag_of(message)) {
    case counter_add_tag: act_answer(self, message, counter_value, .total = act_view(counter_add, message)->amount); break;
    case counter_read_tag: case counter_value_tag: break;
    default: act_unknown(self, message);
    }
EOF
bad "a double for an integer's field" 'float-conversion|narrowing' <<'EOF'
    volatile double half = 0.5;
    act_tell(self, to, counter_add, .amount = half);
EOF
for number in 2.5 2.5f 2.5L; do
    echo "    act_tell_value(self, to, 1, act_int64($number)); act_tell_value(self, to, 1, act_uint64($number));" >"$work/body"
    bad_in "${CC:-cc}" gnu11 c "$number for an integer" 'floating_number_is_no_integer'
done
good "integers of all sizes for an integer" <<'EOF'
    const char c = 1; const unsigned long u = 2; const bool b = true;
    act_tell_value(self, to, 1, act_int64(c + b)); act_tell_value(self, to, 1, act_uint64(u));
EOF
bad "a misspelt field" 'amuont' <<'EOF'
    act_tell(self, to, counter_add, .amuont = 5);
EOF
bad "a text for a number" 'int64_t|long' <<'EOF'
    act_tell(self, to, counter_add, .amount = "five");
EOF
bad "a number for a text" 'char' <<'EOF'
    act_tell(self, to, counter_add, .note = 5);
EOF
bad "a message that is in no schema" 'counter_sub' <<'EOF'
    act_tell(self, to, counter_sub, .amount = 5);
EOF
bad "a field that is read and is not there" 'total' <<'EOF'
    (void)act_view(counter_add, message)->total;
EOF
bad "a switch without one of the messages" 'counter_value_tag' <<'EOF'
    switch (counter_tag_of(message)) {
    case counter_add_tag: case counter_read_tag: break;
    default: break;
    }
EOF

cat >"$work/list" <<'EOF'
#define NET_ACCEPTED(FIELD) FIELD(1, RESOURCE, socket) FIELD(2, OPTIONAL(LIST(RESOURCE)), others)
#define NET_MESSAGES(MESSAGE) MESSAGE(net_accepted, NET_ACCEPTED)
ACT_SCHEMA(net, NET_MESSAGES);
void release(void *pointer);
EOF
good "a resource is told and taken" <<'EOF'
    act_tell(self, to, net_accepted, .socket = {self, release});
    if (net_tag_of(message) == net_accepted_tag && act_resource_take(&act_view(net_accepted, message)->socket) == self)
        act_unknown(self, message);
EOF
bad "a resource for many receivers" 'negative|array bound' <<'EOF'
    act_tell_all(self, &to, 1, net_accepted, .socket = {self, release});
EOF
bad "a release that is no function" 'int-conversion|makes pointer|invalid conversion|cannot initialize' <<'EOF'
    act_tell(self, to, net_accepted, .socket = {self, 5});
EOF

echo '#define A(FIELD) FIELD(1, INT32, x) FIELD(1, INT32, y)
ACT_STRUCT(a, A);' >"$work/list"
bad "two fields with one number" 'duplicate case' </dev/null
for number in 0 65536; do
    echo "#define A(FIELD) FIELD($number, INT32, x)
ACT_STRUCT(a, A);" >"$work/list"
    bad "a field with number $number" 'negative|array bound|narrowing' </dev/null
done
echo '#define SIZES(VALUE) VALUE(size_small, 1) VALUE(size_large, 2147483648)
ACT_ENUM(size, SIZES);' >"$work/list"
bad "a constant that no int32_t has" 'negative|array bound|narrowing' </dev/null
echo '#define A(FIELD) FIELD(1, INT33, x)
ACT_STRUCT(a, A);' >"$work/list"
bad "a kind that there is not" 'INT33' </dev/null
echo '#define A(FIELD)
#define B(MESSAGE) MESSAGE(aA, A) MESSAGE(aB, A)
ACT_SCHEMA(b, B);' >"$work/list" # large letters count the same
bad "two messages with one tag" 'duplicate case' </dev/null

# An actor that is spoken to in two protocols.
two_schemas() {
    cat >"$work/list" <<'EOF'
#define ROOM_ENTER(FIELD) FIELD(1, TEXT, name)
#define ROOM_MESSAGES(MESSAGE) MESSAGE(room_enter, ROOM_ENTER) MESSAGE(room_leave, ACT_NO_FIELDS)
ACT_SCHEMA(room, ROOM_MESSAGES);
#define NET_OPEN(FIELD) FIELD(1, INT32, port)
#define NET_MESSAGES(MESSAGE) MESSAGE(net_open, NET_OPEN) MESSAGE(net_shut, ACT_NO_FIELDS)
ACT_SCHEMA(net, NET_MESSAGES);
#define DESK_MESSAGES(MESSAGE) ROOM_MESSAGES(MESSAGE) NET_MESSAGES(MESSAGE)
ACT_SCHEMAS(desk, DESK_MESSAGES);
EOF
}
two_schemas
{
    echo '#define CELLAR(FIELD) FIELD(1, INT32, depth)'
    echo '#define CELLAR_MESSAGES(MESSAGE) MESSAGE(cellar_dig, CELLAR)'
    echo 'ACT_SCHEMA(cellar, CELLAR_MESSAGES);'
    echo '#define HOUSE_MESSAGES(MESSAGE) CELLAR_MESSAGES(MESSAGE) DESK_MESSAGES(MESSAGE)'
    echo 'ACT_SCHEMAS(house, HOUSE_MESSAGES);' # of a set and a schema; each message is in two sets now
} >>"$work/list"
good "a switch over the messages of two schemas, and of three" <<'EOF'
    switch (desk_tag_of(message)) {
    case room_enter_tag: act_tell(self, to, room_enter, .name = act_view(room_enter, message)->name); break;
    case room_leave_tag: case net_open_tag: case net_shut_tag: break;
    default: act_unknown(self, message);
    }
    switch (house_tag_of(message)) {
    case room_enter_tag: case room_leave_tag: case net_open_tag: case net_shut_tag: case cellar_dig_tag: break;
    default: act_unknown(self, message);
    }
    struct act_union_of_house one = {};
    one.as.net_open.port = 80;
    act_tell(self, to, net_open, .port = one.as.net_open.port);
EOF
for forgotten in room_enter room_leave net_open net_shut; do
    {
        echo 'switch (desk_tag_of(message)) {'
        for other in room_enter room_leave net_open net_shut; do
            [ "$other" = "$forgotten" ] || echo "case ${other}_tag:"
        done
        echo 'break; default: break; }'
    } >"$work/switch"
    bad "a switch over two schemas without $forgotten" "${forgotten}_tag_[0-9]+.* not (explicitly )?handled" <"$work/switch"
done
echo 'ACT_SCHEMAS(twice, TWICE_MESSAGES);' >>"$work/list"
sed -i '$i #define TWICE_MESSAGES(MESSAGE) DESK_MESSAGES(MESSAGE) NET_MESSAGES(MESSAGE)' "$work/list"
bad "a schema that is in a set twice" 'duplicate case' </dev/null
echo '#define A(FIELD)
#define B(MESSAGE) MESSAGE(aA, A)
ACT_SCHEMA(b, B);
#define C(MESSAGE) MESSAGE(aB, A)
ACT_SCHEMA(c, C);
#define D(MESSAGE) B(MESSAGE) C(MESSAGE)
ACT_SCHEMAS(d, D);' >"$work/list"
bad "two messages with one tag in two schemas of a set" 'duplicate case' </dev/null

# The same with a function that gets the answer.
the_list
{
    echo '#include <actor/continuation.h>'
    cat "$work/list"
    echo 'struct place { int row, column; };'
    echo 'ACT_CONTINUATION(on_value, int, struct place);'
    echo 'static void on_value(act_self *self, int *state, const act_message *answer, const struct place *place)'
    echo '{ (void)self, (void)state, (void)answer, (void)place; }'
} >"$work/with"
mv "$work/with" "$work/list"
good "a function gets an answer and its context" <<'EOF'
    act_ref ref;
    struct place place = {3, 4};
    act_tell_all(self, &to, 1, counter_add, .amount = 5);
    if (act_ask_then(self, &ref, to, 5, counter_add, (.amount = 5, .note = "five"), on_value, .row = 1, .column = 2) != ACT_OK ||
        act_ask_then(self, NULL, to, 5, counter_read, (), on_value, .row = 1, .column = 2) != ACT_OK ||
        act_then(self, ref, on_value, .row = 1, .column = 2) != ACT_OK || act_then_with(self, ref, on_value, &place) != ACT_OK)
        act_unknown(self, message);
EOF
compile "${CXX:-c++}" gnu++20 cc <"$work/body" && [ ! -s "$work/why" ]
tap $? "gnu++20: a function gets an answer and its context" "$work/why"
bad "another context" 'incompatible pointer|cannot convert|no matching|invalid .static_cast.' <<'EOF'
    act_ref ref = {0};
    if (act_then_with(self, ref, on_value, &ref) != ACT_OK)
        act_unknown(self, message);
EOF

# Names that the library's own could meet: a schema's, a struct's or another message's with an ending.
cat >"$work/list" <<'EOF'
#define COLORS(VALUE) VALUE(color_none, 0) VALUE(color_red, 1)
ACT_ENUM(color, COLORS);
#define ITEM(FIELD) FIELD(1, INT32, x) FIELD(2, LIST(ENUM(color)), colors)
ACT_STRUCT(item, ITEM);
#define PART_ONE(FIELD) FIELD(1, LIST(STRUCT(item)), items)
#define PART_MESSAGES(MESSAGE) MESSAGE(part_list, PART_ONE) MESSAGE(part_tag, PART_ONE)
ACT_SCHEMA(part, PART_MESSAGES);
#define ANY(FIELD) FIELD(1, INT32, x) FIELD(2, OPTIONAL(LIST(UNION(part))), parts) FIELD(3, OPTIONAL(UNION(part)), part)
#define KV_MESSAGES(MESSAGE) MESSAGE(kv_list, ANY) MESSAGE(kv_tag, ANY) MESSAGE(kv_get, ANY) MESSAGE(kv_get_tag, ANY) \
    MESSAGE(kv_get_type, ANY) MESSAGE(kv_get_list, ANY) MESSAGE(kv_type, ANY) MESSAGE(kv_schema, ANY) \
    MESSAGE(kv_tag_of, ANY) MESSAGE(kv_act_flags, ANY) MESSAGE(kv_act_fields, ANY) MESSAGE(kv_act_tags, ANY) \
    MESSAGE(kv_flags, ANY) MESSAGE(item_list, ANY) MESSAGE(color_list, ANY) MESSAGE(item_tag, ANY) MESSAGE(tag, ANY) \
    MESSAGE(kv, ANY) MESSAGE(as, ANY) MESSAGE(type, ANY) MESSAGE(message, ANY) MESSAGE(fields, ANY) MESSAGE(x, ANY) MESSAGE(K, ANY)
ACT_SCHEMA(kv, KV_MESSAGES);
EOF
good "messages of any name" <<'EOF'
#define TELL(name, fields) act_tell(self, to, name, .x = act_view(name, message)->x);
    KV_MESSAGES(TELL)
    struct act_union_of_kv one;
    struct kv_get_tag *two = act_edit(kv_get_tag, (act_message *)(uintptr_t)message);
    enum act_tags_of_kv tag = kv_tag_of(message);
    one.tag = kv_get_tag_tag;
    one.as.kv_get_tag = *two;
    if (tag == kv_tag_tag || tag == one.tag || kv_schema() == kv_tag_type() || kv_get_tag_type() == NULL)
        act_unknown(self, message);
EOF
for standard in gnu99 c99 gnu17 gnu2x; do
    compile "${CC:-cc}" "$standard" c <"$work/body" && [ ! -s "$work/why" ]
    tap $? "$standard: messages of any name" "$work/why"
done
for standard in c++17 gnu++20; do
    compile "${CXX:-c++}" "$standard" cc <"$work/body" && [ ! -s "$work/why" ]
    tap $? "$standard: messages of any name" "$work/why"
done

# What is the user's stays so: a schema takes no name but those that begin with its own.
cat >"$work/list" <<'EOF'
typedef struct room { int beds; } room;
#define SIZE(FIELD) FIELD(1, INT32, x)
ACT_STRUCT(house, SIZE);
#define ROOM_MESSAGES(MESSAGE) MESSAGE(room_list, SIZE) MESSAGE(room_enter, SIZE)
ACT_SCHEMA(room, ROOM_MESSAGES);
#define HOUSE(FIELD) FIELD(1, UNION(room), one) FIELD(2, LIST(UNION(room)), all) FIELD(3, LIST(STRUCT(house)), houses) FIELD(4, ARRAY(STRUCT(house), 2), two)
#define HOUSE_MESSAGES(MESSAGE) MESSAGE(house_list, HOUSE)
ACT_SCHEMA(house, HOUSE_MESSAGES);
EOF
good "a schema with the name of a struct" <<'EOF'
    room                     mine = {2};
    struct house             built;
    struct act_union_of_room first;
    built.x = ((struct room *)&mine)->beds;
    first.tag = room_list_tag;
    first.as.room_list.x = 1;
    struct act_list_of_house  houses = {&built, 1};
    struct act_unions_of_room rooms = {&first, 1};
    act_tell(self, to, house_list, .one = first, .all = rooms, .houses = houses);
    act_tell(self, to, room_list, .x = 1);
    if (house_tag_of(message) == house_list_tag && act_view(house_list, message)->one.tag == room_enter_tag)
        act_unknown(self, message);
EOF

# object COMPILER STANDARD SUFFIX NAME FIELDS: a file of a program with the message pair_two, as NAME.o
object() {
    {
        echo '#include <actor/typed.h>'
        echo "#define ONE(FIELD) $5"
        echo '#define PAIR(MESSAGE) MESSAGE(pair_one, ONE) MESSAGE(pair_two, ACT_NO_FIELDS)'
        echo 'ACT_SCHEMA(pair, PAIR);'
        [ "$4" != main ] || echo 'int main(void) { return 0; }'
    } >"$work/$4.$3"
    # Without optimisation the compiler folds the least.
    "$1" "-std=$2" -O0 -Wall -Wextra -Werror -I"$top" -I"$build/generated" -c "$work/$4.$3" -o "$work/$4.o" >"$work/why" 2>&1
}
fields='FIELD(1, INT32, x) FIELD(2, OPTIONAL(LIST(TEXT)), y)'
links() {
    "${CC:-cc}" "$work/main.o" "$work/$1.o" -o "$work/program" >"$work/why" 2>&1
}
object "${CC:-cc}" gnu11 c main "$fields" && object "${CXX:-c++}" gnu++17 cc same "$fields" && links same
tap $? "one message in two files of a program, C and C++, links" "$work/why"
differs() {
    object "${CC:-cc}" gnu11 c other "$2" && ! links other && grep -q 'act_message_with_tag_' "$work/why"
    tap $? "two messages of one name do not link: $1" "$work/why"
}
differs "one has other fields" 'FIELD(1, INT32, x)'
differs "a field is of another kind" 'FIELD(1, UINT32, x) FIELD(2, OPTIONAL(LIST(TEXT)), y)'
differs "a field has another number" 'FIELD(1, INT32, x) FIELD(3, OPTIONAL(LIST(TEXT)), y)'
differs "a field is not optional" 'FIELD(1, INT32, x) FIELD(2, LIST(TEXT), y)'
tap_end
