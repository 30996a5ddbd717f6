#!/bin/sh
# Callbacks, states, args and what a continuation is to know, of other types than they are said to be,
# do not compile, in C and C++; what fits does.
# SPDX-License-Identifier: MIT
top=${top_srcdir:-$(dirname "$0")/../..}
build=${top_builddir:-$top}
# shellcheck source=test/lint/tap.sh
. "$top/test/lint/tap.sh"

# compile COMPILER STANDARD SUFFIX <FUNCTION: FUNCTION is the body of a handler.
compile() {
    {
        echo '#include <actor/continuation.h>'
        echo '#include <actor/typed_actor.h>'
        echo '#include <supervisor/supervisor.h>'
        cat "$work/actor"
        echo 'void handle(act_self *self, act_system *system);'
        echo 'void handle(act_self *self, act_system *system)'
        echo '{ (void)self, (void)system;'
        cat
        echo '}'
    } >"$work/one.$3"
    # shellcheck disable=SC2086 # the options are words
    "$1" "-std=$2" -Wall -Wextra ${less-} -fsyntax-only -I"$top" -I"$build/generated" "$work/one.$3" >"$work/why" 2>&1
}

# the_actor CALLBACKS
the_actor() {
    cat >"$work/actor" <<EOF
struct tally { int64_t total; };
struct start { int64_t first; };
struct other { int64_t first; };
__attribute__((unused)) static act_result tally_init(act_self *self, struct tally *state, const struct start *args)
{
    (void)self;
    state->total = args != NULL ? args->first : 0;
    return ACT_OK;
}
__attribute__((unused)) static void tally_receive(act_self *self, struct tally *state, const act_message *message)
{
    state->total++;
    act_unknown(self, message);
}
__attribute__((unused)) static void other_receive(act_self *self, struct other *state, const act_message *message)
{
    state->first++;
    act_unknown(self, message);
}
__attribute__((unused)) static act_result other_init(act_self *self, struct tally *state, const struct other *args)
{
    (void)self, (void)state, (void)args;
    return ACT_OK;
}
ACT_ACTOR(tally, struct tally, struct start, $1);
EOF
}

# good NAME <FUNCTION and bad NAME WHAT-IT-SAYS <FUNCTION, both in C and in C++
good_in() {
    compile "$1" "$2" "$3" <"$work/body" && [ ! -s "$work/why" ]
    tap $? "$2: $4" "$work/why"
}
good() {
    cat >"$work/body"
    good_in "${CC:-cc}" gnu11 c "$1"
    good_in "${CC:-cc}" gnu17 c "$1"
    good_in "${CXX:-c++}" gnu++17 cc "$1"
    good_in "${CXX:-c++}" gnu++20 cc "$1"
}
bad_in() {
    if compile "$1" "$2" "$3" <"$work/body"; then
        echo "it compiles" >"$work/why"
        tap 1 "$2: $4" "$work/why"
    else
        grep -Eq "$5" "$work/why"
        tap $? "$2: $4" "$work/why"
    fi
}
bad() {
    cat >"$work/body"
    bad_in "${CC:-cc}" gnu11 c "$1" "$2"
    bad_in "${CXX:-c++}" gnu++17 cc "$1" "$2"
}

wrong='incompatible|invalid conversion|cannot convert|cannot initialize|no matching function|_Generic|static_cast'

the_actor '.init = tally_init, .receive = tally_receive'
good "an actor of its own types is spawned" <<'EOF'
    act_pid      pid;
    act_ref      monitor;
    struct start args = {5};
    if (tally_spawn(self, &pid, &args, NULL) != ACT_OK || tally_spawn_link(self, &pid, NULL, NULL) != ACT_OK)
        return;
    if (tally_spawn_monitor(self, &pid, &monitor, &args, NULL) != ACT_OK || tally_system_spawn(system, &pid, &args, NULL) != ACT_OK)
        return;
EOF
less=-Wno-missing-field-initializers # of C++, as with each child's spec
good "it is a child" <<'EOF'
    static const struct start   args = {5};
    static const act_child_spec children[] = {ACT_CHILD(tally, "one", &args, .significant = true),
                                              ACT_CHILD(tally, "two", NULL, .restart = ACT_RESTART_PERMANENT)};
    const struct start *same = ACT_ACTOR_ARGS(tally, &args);
    if (children[0].args != same)
        act_stop(self);
EOF
less=
bad "args of another type to spawn" "$wrong" <<'EOF'
    act_pid      pid;
    struct other args = {5};
    if (tally_spawn(self, &pid, &args, NULL) != ACT_OK)
        return;
EOF
bad "args of another type, from a thread" "$wrong" <<'EOF'
    act_pid pid;
    if (tally_system_spawn(system, &pid, &pid, NULL) != ACT_OK)
        return;
EOF
bad "a child with args of another type" "$wrong" <<'EOF'
    static const struct other   args = {5};
    static const act_child_spec child = ACT_CHILD(tally, "one", &args, .significant = true);
    (void)child;
EOF

the_actor '.init = tally_init, .receive = other_receive'
bad "a receive with another state" "$wrong" </dev/null
the_actor '.init = other_init, .receive = tally_receive'
bad "an init with other args" "$wrong" </dev/null
the_actor '.receive = tally_receive, .terminate = tally_receive'
bad "a callback of another kind" "$wrong" </dev/null
the_actor '.recieve = tally_receive'
bad "a callback that there is not" 'recieve' </dev/null

# Declared in a header with other args than it is defined with.
cat >"$work/actor" <<'EOF'
struct start { int64_t first; };
ACT_ACTOR_DECLARE(tally, struct start);
ACT_ACTOR_DEFINE(tally, act_none, act_pid, .init = NULL);
EOF
bad "another declaration" 'conflicting|redefinition' </dev/null

# the_continuation STATE CONTEXT [DECLARED]: of a function declared with a struct tally and a struct line, or DECLARED.
the_continuation() {
    cat >"$work/actor" <<EOF
struct tally { int64_t total; };
struct line { int64_t order, count; };
struct wide { int64_t order; } __attribute__((aligned(32)));
#define STOCK_LOOK(FIELD)       FIELD(1, INT64, item)
#define STOCK_MESSAGES(MESSAGE) MESSAGE(stock_look, STOCK_LOOK)
ACT_SCHEMA(stock, STOCK_MESSAGES);
ACT_CONTINUATION(on_price, struct tally, ${3-struct line});
static void on_price(act_self *self, $1 *state, const act_message *answer, const $2 *line)
{
    (void)self, (void)state, (void)answer, (void)line;
}
EOF
}
the_continuation 'struct tally' 'struct line'
good "a function gets what it is to know" <<'EOF'
    act_ref     ask = {0};
    struct line line = {7, 3};
    (void)system;
    if (act_then(self, ask, on_price, .order = 7, .count = 3) != ACT_OK || act_then_with(self, ask, on_price, &line) != ACT_OK)
        return;
    if (act_ask_then(self, NULL, act_pid_none(), 5, stock_look, (.item = 5), on_price, .order = 7, .count = 3) != ACT_OK)
        return;
EOF
bad "it is told what it does not know" 'amount' <<'EOF'
    act_ref ask = {0};
    if (act_then(self, ask, on_price, .amount = 3) != ACT_OK)
        return;
EOF
bad "it is told something of another type" "$wrong" <<'EOF'
    act_ref ask = {0};
    if (act_then_with(self, ask, on_price, &ask) != ACT_OK)
        return;
EOF
the_continuation 'struct line' 'struct line'
bad_in "${CC:-cc}" gnu11 c "a function with another state" 'conflicting' </dev/null # in C++ another function
the_continuation 'struct tally' 'struct wide' 'struct wide'
bad "what is aligned to more than it is copied to" 'negative' </dev/null
tap_end
