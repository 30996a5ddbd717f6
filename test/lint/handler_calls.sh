#!/bin/sh
# Each public call that takes an act_self is one that a debug build checks with its file and line.
# SPDX-License-Identifier: MIT
. "${top_srcdir:-$(dirname "$0")/../..}/test/lint/lint.sh"

# calls TREE: "header name" of each function whose first parameter is the running actor.
calls() {
    # shellcheck disable=SC2046 # no header has a space in its name
    code "$1" $(public_headers "$1" | grep -v '^actor/debug\.h$') | awk '
        {
            file = $0; sub(/:.*/, "", file)
            text = $0; sub(/^[^:]*:[^:]*:/, "", text)
            if (file != path) { path = file; rest = "" }
            if (text ~ /^[ \t]*#/) next
            rest = rest " " text
            while (match(rest, /act_[a-z0-9_]+ *\( *(const )?act_self \*self *[,)]/)) {
                name = substr(rest, RSTART, RLENGTH); rest = substr(rest, RSTART + RLENGTH)
                sub(/ *\(.*/, "", name)
                print file, name
            }
            if (rest ~ /[;}]/) sub(/.*[;}]/, "", rest)
        }' | LC_ALL=C sort -u
}

complaints() {
    cat "$1/actor/debug.h" "$1/supervisor/debug.h" 2>/dev/null |
        sed -n 's/^#define \(act_[a-z0-9_]*\)(self.*/\1/p' >"$work/checked"
    calls "$1" | while read -r header name; do
        grep -qx "$name" "$work/checked" || echo "$header: $name has no line in a debug.h"
    done
}

a_header() {
    echo 'act_public_headers += %D%/x.h' | write actor/parts.am
    write actor/x.h
}

echo 'ACT_API void act_one(act_self *self, int x);' | a_header
red "a call that is not in the list" "actor/x.h: act_one has no line in a debug.h"
printf 'ACT_API act_result\nact_one(const act_self *self) ACT_NONNULL_ALL;\n' | a_header
red "one on two lines" "actor/x.h: act_one has no line in a debug.h"
printf 'ACT_API void act_one(act_self *self);\nACT_API void act_two(int x, void (*act_do)(act_self *me));\n' | a_header
echo '#define act_one(self) act_one(ACT__IN_HANDLER(self, act_one))' | write actor/debug.h
calm "one that is, and one that any thread may make"

green "each call of handlers only is checked in a debug build"
