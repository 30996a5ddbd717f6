#!/bin/sh
# What programs were built against is still there: the library beside that of the last tag, by abidiff.
# ACT_ABI_BASE=COMMIT make check-abi: beside that one.
# SPDX-License-Identifier: MIT
#
# A change of the ABI is no error where the library has another soname (-version-info in
# Makefile.am); nor is what mailbox/base/types.h says of structs that grow.
# shellcheck disable=SC2154 # top, build and work come from lint.sh
. "${top_srcdir:-$(dirname "$0")/..}/test/lint/lint.sh"

diff=${ABIDIFF:-abidiff}

# A side is a folder: libact.so with what a debugger knows of it, and the public headers, which tell
# abidiff what is none of a program's business.

# soname TREE: C - A of libtool's C:R:A.
soname() { awk -F'[ :]' '{ for (i = 1; i < NF; i++) if ($i == "-version-info") print "libact.so." $(i + 1) - $(i + 3) }' "$1/Makefile.am"; }

# headers TREE SIDE
headers() {
    for header in $(public_headers "$1"); do
        mkdir -p "$2/headers/$(dirname "$header")" && cp "$1/$header" "$2/headers/$header" || return
    done
}

# library TREE SIDE: quickly; as neither autotools nor the optimiser have a say in an ABI.
# shellcheck disable=SC2016,SC2086 # what xargs runs has its own $1; a compiler and flags are words
library() {
    mkdir -p "$2/objects" && headers "$1" "$2" &&
        flags=$(pkg-config --cflags libevent_core "$(pkg-config --exists msgpack-c && echo msgpack-c || echo msgpack)") &&
        (
            cd "$1" && for folder in mailbox actor supervisor; do
                sed -n "s|^act_sources += %D%|$folder|p" "$folder/parts.am"
            done | xargs -P "$(nproc)" -I '{}' sh -c '
                set -e; source=$1 side=$2; shift 2
                "$@" -c "$source" -o "$side/objects/$(echo "$source" | tr / -).o"' one '{}' "$2" \
                ${CC:-cc} -std=gnu11 -g -O0 -w -fPIC -pthread -fexceptions -fvisibility=hidden -D_GNU_SOURCE -I. $flags
        ) && ${CC:-cc} -shared -Wl,-soname,"$(soname "$1")" -o "$2/libact.so" "$2"/objects/*.o
}

# judged: what abidiff has said, less what programs need not care for. What it says otherwise than
# expected stays.
judged() {
    awk '
        # Options grow at their end.
        function has_grown(    i, end) {
            for (i = 1; i <= count; i++) {
                if (block[i] ~ /^  type size changed from [0-9]+ to [0-9]+ /) {
                    end = block[i]; sub(/.* from /, "", end); end += 0
                } else if (block[i] ~ /^    .*, at offset [0-9]+ \(in bits\)/) {
                    if (end == "" || offset(block[i]) < end) return 0
                } else if (block[i] !~ /^  [0-9]+ data member insertions?:$/) return 0
            }
            return end != ""
        }
        # Others take of what is reserved.
        function takes_room(    i, begin, least) {
            least = begin = ""
            for (i = 1; i <= count; i++) {
                if (block[i] ~ /^    .* at offset [0-9]+ \(in bits\) at /) {
                    if (least == "" || offset(block[i]) < least) least = offset(block[i])
                } else if (block[i] ~ /^    type .*::act_reserved\047 changed:$/) inside = i
                else if (block[i] ~ /^    and offset changed from [0-9]+ to / && inside) {
                    begin = block[i]; sub(/.* from /, "", begin); begin += 0
                } else if (block[i] !~ /^      (type name|array type size|array type subrange [0-9]+) changed/ &&
                    block[i] !~ /^  (type size hasn.t changed|[0-9]+ data member insertions?:|there are data member changes:)$/)
                    return 0
            }
            return begin != "" && least != "" && least >= begin
        }
        function offset(text) { sub(/.*, at offset /, "", text); return text + 0 }
        function close_block(    i) {
            if (head == "") return
            inside = 0
            if (!(head ~ /^\047struct act_[a-z_]*_options at / && has_grown()) &&
                !(head ~ /^\047struct (act_behavior|act_[a-z_]*_spec) at / && takes_room())) {
                print head
                for (i = 1; i <= count; i++) print block[i]
            }
            head = ""
        }
        /^\047.*\047 changed:$/ { close_block(); head = $0; count = 0; next }
        /^$/ { close_block(); next }
        head != "" { block[++count] = $0; next }
        /summary: / { next }
        { print }
        END { close_block() }'
}

# changes OLD NEW: what a program that was built with the old side would miss in the new one.
changes() {
    [ "$(soname_of "$1")" = "$(soname_of "$2")" ] || return 0
    "$diff" --leaf-changes-only --no-added-syms --headers-dir1 "$1/headers" --headers-dir2 "$2/headers" \
        "$1/libact.so" "$2/libact.so" >"$work/said" 2>&1
    status=$?
    judged <"$work/said"
    # 4 and 8 are changes; 1 and 2 failures.
    [ $((status & 3)) -eq 0 ] || { echo "$diff fails:"; cat "$work/said"; }
}
soname_of() { LC_ALL=C readelf -d "$1/libact.so" | sed -n 's/.*soname: //p'; }

# ------------------------------------------------------------------ it sees what it should see

cat >"$work/small.c" <<'END'
#include <actor/system.h>
#include <supervisor/supervisor.h>
act_result act_system_create(act_system **system, const act_system_options *options)
{
    *system = NULL;
    return options == NULL ? ACT_OK : ACT_INVALID;
}
act_result act_spawn(act_self *self, act_pid *pid, const act_behavior *behavior, const void *args,
                     const act_spawn_options *options)
{
    return self == NULL || pid == NULL || behavior == args || options == NULL ? ACT_OK : ACT_INVALID;
}
act_result act_supervisor_check(const act_supervisor_spec *spec, char *complaint, size_t bytes)
{
    return spec == NULL || complaint == NULL || bytes == 0 ? ACT_OK : ACT_INVALID;
}
void act_message_free(act_message **message)
{
    *message = NULL;
}
END

# small SIDE SONAME [FILE SED-SCRIPT]: some of the library's functions, by the headers changed so.
small() {
    rm -rf "$1" && mkdir "$1" && headers "$top" "$1" && cp "$work/small.c" "$1/headers/small.c" || return
    if [ -n "${3-}" ]; then
        cp "$1/headers/$3" "$work/before" && sed -i "$4" "$1/headers/$3" &&
            ! cmp -s "$work/before" "$1/headers/$3" || return
    fi
    ${CC:-cc} -std=gnu11 -g -O0 -fPIC -shared -Wl,-soname,"$2" -I"$1/headers" -o "$1/libact.so" "$1/headers/small.c"
}

# sees NAME TEXT FILE SED-SCRIPT: a complaint has the text; none may be there if it is empty.
sees() {
    small "$work/new" libact.so.0 "$3" "$4" >"$work/why" 2>&1 && changes "$work/old" "$work/new" >"$work/why" 2>&1 &&
        if [ -n "$2" ]; then grep -qF -- "$2" "$work/why"; else [ ! -s "$work/why" ]; fi
    tap $? "$1" "$work/why"
}

small "$work/old" libact.so.0
tap $? "a small library builds with the public headers"
sees "goes red: an option between others" "'struct act_spawn_options at " \
    actor/actor.h 's|^    uint32_t  *inbox_max;|    void *more;\n&|'
sees "goes red: an option that is gone" "'struct act_spawn_options at " actor/actor.h 's/^    bool  *announce;//'
sees "goes red: an option of another size" "'struct act_system_options at " actor/system.h 's/^    bool  *log_normal_exits;/    uint64_t log_normal_exits;/'
sees "goes red: more in a message" "'struct act_message at " mailbox/message/message.h 's/^    uint32_t  *bytes_count;/    uint32_t more;\n&/'
sees "goes red: more in a behavior" "'struct act_behavior at " actor/actor.h 's/^} act_behavior;/    void *more;\n&/'
sees "goes red: more between what a child's spec has" "'struct act_child_spec at " \
    supervisor/supervisor.h 's/^    act_restart  *restart;/    void *more;\n&/'
sees "goes red: a supervisor's spec with less" "'struct act_supervisor_spec at " \
    supervisor/supervisor.h 's/^    act_strategy  *strategy;//'
sees "goes red: a result with another number" "'enum act_result at " mailbox/base/result.h 's/X(FULL, 3,/X(FULL, 33,/'
sees "goes red: a function that is gone" "act_message_free" small.c '/^void act_message_free/,/^}/d'
sees "goes red: a pid of another kind" "'struct act_pid at " mailbox/base/types.h 's/^    uint64_t node; .*/    uint32_t node;/'
sees "stays green: an option behind the others" "" actor/actor.h 's/^} act_spawn_options;/    void *more;\n&/'
sees "stays green: what takes the place of what was reserved" "" \
    actor/actor.h 's/^    void (\*act_reserved\[3\])(void);/    void (*more)(void); void (*act_reserved[2])(void);/'
sees "stays green: another result" "" mailbox/base/result.h 's/X(FORKED, 18,/X(MORE, 19, "more") &/'
sees "stays green: another function" "" small.c 's/^void act_message_free/void act_more(void);\nvoid act_more(void) {}\n&/'
small "$work/new" libact.so.1 small.c '/^void act_message_free/,/^}/d' && changes "$work/old" "$work/new" >"$work/why" 2>&1 && [ ! -s "$work/why" ]
tap $? "stays green: any change with another soname" "$work/why"

# ------------------------------------------------------------------------------- the library

name="the library is compared as it is built"
library "$top" "$work/now" >"$work/why" 2>&1
tap $? "the library builds as the last tag's does" "$work/why"
if [ -e "$build/.libs/libact.so" ]; then
    mkdir -p "$work/built" && headers "$top" "$work/built" && cp -L "$build/.libs/libact.so" "$work/built" &&
        { changes "$work/now" "$work/built" && changes "$work/built" "$work/now"; } >"$work/why" 2>&1 &&
        [ "$(soname_of "$work/now")" = "$(soname_of "$work/built")" ] && [ ! -s "$work/why" ]
    tap $? "$name" "$work/why"
else
    tap_skip "$name" "needs the shared library"
fi

# Nothing is fetched: what is not in this clone is not compared.
name="programs of the last tag find all they need"
is_shallow() { [ "$(git -C "$top" rev-parse --is-shallow-repository 2>/dev/null)" = true ]; }
if [ ! -e "$top/.git" ] || ! command -v git >/dev/null; then
    tap_skip "$name" "there is no history here"
elif ! base=${ACT_ABI_BASE:-$(git -C "$top" describe --tags --abbrev=0 2>/dev/null)} || [ -z "$base" ]; then
    if is_shallow; then
        tap_skip "$name" "no tag in this clone, which is shallow: git fetch --unshallow --tags"
    else
        tap_skip "$name" "no tag yet: nothing is promised"
    fi
elif ! mkdir "$work/tree" || ! git -C "$top" archive "$base" >"$work/tree.tar" 2>"$work/why"; then
    if is_shallow; then
        tap_skip "$name" "$base is not in this clone, which is shallow: git fetch --unshallow --tags"
    else
        tap 1 "$name ($base)" "$work/why"
    fi
else
    tar -xf "$work/tree.tar" -C "$work/tree" && library "$work/tree" "$work/then" >"$work/why" 2>&1 &&
        changes "$work/then" "$work/now" >"$work/why" 2>&1 && [ ! -s "$work/why" ]
    tap $? "$name ($base)" "$work/why"
fi
tap_end
