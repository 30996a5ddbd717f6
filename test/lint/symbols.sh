#!/bin/sh
# The shared library exports exactly what the public headers declare with ACT_API; what its files
# share among themselves begins with act__.
# SPDX-License-Identifier: MIT
. "${top_srcdir:-$(dirname "$0")/../..}/test/lint/lint.sh"

# HEADER REASON: public headers that promise more than is built. A header with nothing missing must
# leave this list.
promised='
'

# declared TREE HEADER...: the names with default visibility that the headers declare themselves or
# through what they include; the compiler's view, so names made by macros count.
declared() {
    tree=$1
    shift
    for header; do echo "#include <$header>"; done >"$work/all.c"
    # What only a debug build declares and exports, in one.
    ${CC:-cc} ${ACT_DEBUG_FLAGS:+"$ACT_DEBUG_FLAGS"} -E -P -I"$tree" "$work/all.c" | tr '\n' ' ' | tr ';{}' '\n' | awk '
        !/__attribute__ *\( *\(visibility *\( *"default"/ { next }
        {
            gsub(/__attribute__ *\( *\(([^()]|\([^()]*\))*\) *\)/, " ")
            if (match($0, /[A-Za-z_][A-Za-z0-9_]* *\(/)) name = substr($0, RSTART, RLENGTH)
            else { name = $0; sub(/ *[\[=].*/, "", name); sub(/ +$/, "", name); sub(/.*[ *]/, "", name) }
            sub(/ *\(.*/, "", name); print name
        }' | LC_ALL=C sort -u
}

exported() { ${NM:-nm} -D --defined-only "$1" | awk '{ print $NF }' | sed 's/@.*//' | LC_ALL=C sort -u; }
# DW.ref.*: what the compiler makes for the unwinding of a function with clean-ups.
shared_among_files() {
    ${NM:-nm} --extern-only --defined-only "$1" 2>/dev/null | awk 'NF == 3 && $3 !~ /^DW\.ref\./ { print $3 }' |
        LC_ALL=C sort -u
}

# complaints TREE [LIBRARIES]: about the headers of the tree and its libact.so and libact.a.
complaints() {
    libraries=${2-$1}
    # shellcheck disable=SC2046 # no header has a space in its name
    declared "$1" $(public_headers "$1") >"$work/declared"
    exported "$libraries/libact.so" >"$work/exported"
    shared_among_files "$libraries/libact.a" | comm -23 - "$work/declared" | grep -v '^act__' |
        sed 's/$/ is shared among files and does not begin with act__/'
    comm -13 "$work/declared" "$work/exported" | sed 's/$/ is exported and in no public header/'
    comm -23 "$work/declared" "$work/exported" >"$work/missing"
    excuse "$1" | LC_ALL=C comm -23 "$work/missing" - | sed 's/$/ is declared and not exported/'
}

# excuse TREE: the missing names that listed headers promise; a header listed in vain is told on stderr.
excuse() {
    for header in $(echo "$promised" | awk 'NF > 1 { print $1 }'); do
        [ -e "$1/$header" ] || continue
        # Only its own names: what it includes is promised by the header that declares it.
        grep -v '^# *include' "$1/$header" | own_names | LC_ALL=C comm -12 - "$work/missing" >"$work/excused"
        [ -s "$work/excused" ] || echo "$header keeps its promise: take it off the list in symbols.sh" >&2
        cat "$work/excused"
    done | LC_ALL=C sort -u
}
own_names() { grep -o 'act_[a-z0-9_]*' | LC_ALL=C sort -u; }

# library CODE: builds it as the bad tree's libraries.
library() {
    echo "$1" >"$work/lib.c"
    (
        cd "$bad" &&
            ${CC:-cc} -fPIC -fvisibility=hidden -I. -shared -o libact.so "$work/lib.c" &&
            ${CC:-cc} -fvisibility=hidden -I. -c -o lib.o "$work/lib.c" && ar rc libact.a lib.o
    )
}
header() {
    echo 'act_public_headers += %D%/x.h' | write mailbox/parts.am
    write mailbox/x.h <<'END'
#define ACT_API __attribute__((visibility("default")))
ACT_API __attribute__((nonnull(1), format(printf, 1, 2))) int act_one(const char *,
    ...) __attribute__((warn_unused_result));
#define MAKE(name) ACT_API int name(void);
MAKE(act_two)
extern ACT_API const int act_three[2];
static inline int act_four(void) { return 4; }
END
}

header
library '#include <mailbox/x.h>
int act_one(const char *x, ...) { return !x; } int act_two(void) { return 2; } const int act_three[2];
int act__shared(void) { return 1; }'
calm "functions, macros that declare, data and act__"

header
library '#include <mailbox/x.h>
int act_one(const char *x, ...) { return !x; } const int act_three[2];'
red "a function that is declared and not there" "act_two is declared and not exported"

header
library '#include <mailbox/x.h>
int act_one(const char *x, ...) { return !x; } int act_two(void) { return 2; } const int act_three[2];
ACT_API int act_five(void) { return 5; }'
red "a function that is there and not declared" "act_five is exported and in no public header"

header
library '#include <mailbox/x.h>
int act_one(const char *x, ...) { return !x; } int act_two(void) { return 2; } const int act_three[2];
int queue_push(void) { return 5; }'
red "an internal name without act__" "queue_push is shared among files"

name="the library exports what the public headers declare, and nothing else"
if [ -e "$build/.libs/libact.so" ] && [ -e "$build/.libs/libact.a" ]; then
    complaints "$top" "$build/.libs" >"$work/why" 2>&1
    [ ! -s "$work/why" ]
    tap $? "$name" "$work/why"
else
    tap_skip "$name" "needs the shared and the static library"
fi
tap_end
