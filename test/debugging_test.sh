#!/bin/sh
# What doc/debugging.md shows happens, and each file and function that it names is there; what
# CONTRIBUTING names, too: TAP.
# SPDX-License-Identifier: MIT
#
# A `console` block is run, line by line: after "$ " a command of the shell, after "(gdb) " one of
# gdb's. What the page prints below must come in that order; "..." stands for anything.
# shellcheck disable=SC2016 # the page marks names with what is a quote to the shell
set -u
top=$(cd "${top_srcdir:-$(dirname "$0")/..}" && pwd) || exit 99
build=$(cd "${top_builddir:-$top/build}" && pwd) || exit 99
# shellcheck source=test/lint/tap.sh
. "$top/test/lint/tap.sh"
page=$top/doc/debugging.md
unset CK_FORK CK_RUN_CASE KIT_ROUNDS_MAX KIT_ROUNDS_TIMES ACT_SEED
sanitized=$(sed -n 's/^ACT_SANITIZER = -fsanitize=\([a-z,]*\).*/\1/p' "$build/Makefile")

# A place where build/, or the tree of its sanitizer, is this build tree, wherever that is. Others
# are not looked at: what they hold may be old.
mkdir "$work/tree"
for name in "$top"/*; do
    [ "$name" = "$top/build" ] || ln -s "$name" "$work/tree/"
done
[ -z "$sanitized" ] || mkdir "$work/tree/build"
case $sanitized in
'') ln -s "$build" "$work/tree/build" ;;
thread) ln -s "$build" "$work/tree/build/tsan" ;;
*) ln -s "$build" "$work/tree/build/asan" ;;
esac

# ---- What is shown ----

# shows EXPECTED ACTUAL: each line of the first is in the second, in order. Of a frame of gdb's only
# the function counts: compilers differ in the rest.
shows() {
    awk '
        function pattern(line) {
            if (line ~ /^#[0-9]/) {
                sub(/^#[0-9]+ */, "", line); sub(/^0x\.\.\. in /, "", line); sub(/ \(.*/, "", line)
                return "^#[0-9]+ +(0x[0-9a-f]+ in )?" line " \\("
            }
            gsub(/[][\\.*^$+?(){}|]/, "\\\\&", line)
            gsub(/\\\.\\\.\\\./, ".*", line)
            return "^" line "$"
        }
        NR == FNR { if ($0 != "") wanted[++count] = $0; next }
        at < count && $0 ~ pattern(wanted[at + 1]) { at++ }
        END {
            if (at == count) exit 0
            print "not seen: " wanted[at + 1]
            exit 1
        }' "$1" "$2"
}

# One folder a command: what is typed, what gdb is told, what is to be seen.
mkdir "$work/steps"
awk -v to="$work/steps" '
    $0 == "```console" { on = 1; next }
    /^```/ { on = 0 }
    !on { next }
    /^\$ / { n++; print substr($0, 3) >(to "/" n ".command"); next }
    /^\(gdb\) / { print substr($0, 7) >(to "/" n ".gdb"); next }
    { print >(to "/" n ".wanted") }' "$page"

# missing COMMAND: what this machine or tree has not got for it.
missing() {
    for word in $1; do
        case $word in
        gdb | setarch) command -v "$word" >/dev/null || echo "$word" ;;
        build/asan/* | build/tsan/*)
            [ -n "$sanitized" ] && [ -x "$work/tree/$word" ] || echo "$word"
            ;;
        build/*) [ -x "$work/tree/$word" ] || echo "$word" ;;
        esac
    done
}

# traced: gdb may look into processes here.
traced() { gdb -q -batch -ex run -ex 'info program' --args true 2>&1 | grep -q 'exited normally'; }

step=0
while step=$((step + 1)) && [ -e "$work/steps/$step.command" ]; do
    command=$(cat "$work/steps/$step.command")
    name="shows what it prints: $command"
    lacks=$(missing "$command" | tr '\n' ' ')
    if [ -n "$lacks" ]; then
        tap_skip "$name" "not here: $lacks"
        continue
    fi
    : >>"$work/steps/$step.wanted"
    if [ -e "$work/steps/$step.gdb" ]; then
        if ! traced; then
            tap_skip "$name" "gdb cannot look into processes here"
            continue
        fi
        command=$(echo "$command" | sed 's/gdb -q/gdb -q -nx -batch -x "$script"/')
        printf 'set %s\n' 'pagination off' 'confirm off' 'width 0' >"$work/script"
        cat "$work/steps/$step.gdb" >>"$work/script"
    fi
    (cd "$work/tree" && script=$work/script timeout 120 sh -c "$command") \
        >"$work/said" 2>&1 </dev/null
    shows "$work/steps/$step.wanted" "$work/said" >"$work/why"
    status=$?
    cat "$work/said" >>"$work/why"
    tap "$status" "$name" "$work/why"
done
[ "$step" -gt 8 ]
tap $? "the page has commands"

# ---- The stuck handler ----

block() { awk -v kind="$1" '$0 == "```" kind { on = 1; next } /^```/ && on { exit } on' "$page"; }
block c >"$work/program.c"
# One of the two: a busy machine may report late, and the thread may be too late to answer.
block output | sed '1!d; s/ for [0-9.]* m*s/ for .../' >"$work/wanted"
if [ -n "$sanitized" ] || [ ! -e "$build/.libs/libact.so" ]; then
    tap_skip "the program with a stuck handler is reported" "needs a shared library, not sanitized"
else
    # shellcheck disable=SC2046 # the flags are words
    ${CC:-cc} -g -fexceptions -pthread -I"$top" -I"$build/generated" \
        -o "$work/program" "$work/program.c" \
        -L"$build/.libs" -lact >"$work/why" 2>&1 &&
        LD_LIBRARY_PATH=$build/.libs timeout 60 "$work/program" >"$work/said" 2>&1 &&
        shows "$work/wanted" "$work/said" >>"$work/why"
    status=$?
    cat "$work/said" >>"$work/why"
    tap "$status" "the program with a stuck handler is reported" "$work/why"
fi

# ---- What is named ----

grep -o '`[^`]*`' "$page" | tr -d '`' >"$work/named"

# Files and folders; an ending or a slash makes one.
grep -E '^(actor|mailbox|supervisor|doc|test)/[a-z0-9_/.-]+$' "$work/named" | sort -u |
    while read -r file; do
        [ -e "$top/$file" ] || echo "$file is not there"
    done >"$work/why"
[ ! -s "$work/why" ]
tap $? "the files that it names are there" "$work/why"

# is_there NAME: in the code, as a word.
is_there() {
    (
        cd "$top" &&
            grep -rqw --include='*.[ch]' --include='*.sh' --include=quickstart --include='*.am' \
                -e "$1" actor mailbox supervisor test quickstart Makefile.am
    )
}
{
    grep -Ex '[A-Za-z_]+' "$work/named" | grep -E '_|^[a-z]+$'
    sed -n 's/^\([A-Z_]*\)=.*/\1/p' "$work/named"
    sed -n 's/^\.\([a-z_]*\)\( =.*\)*$/\1/p' "$work/named"
    sed -n 's/^self->\([a-z_]*\).*/\1/p' "$work/named"
} | grep -vxE 'librarian.*|console|disassemble|CFLAGS|ASAN_OPTIONS|WATCHDOG_.*' | sort -u |
    while read -r word; do is_there "$word" || echo "$word is not in the code"; done >"$work/why"
[ ! -s "$work/why" ]
tap $? "the functions, fields and variables that it names are there" "$work/why"

# CONTRIBUTING names places, too, and the verbs and steps of quickstart. A part in capitals, or that
# is called "name", stands for another.
{
    grep -oE '(build/)?(actor|mailbox|supervisor|samples|doc|test)/[A-Za-z0-9_/.-]*' \
        "$top/CONTRIBUTING" | grep -vE '^build/|NN|FOLDER|/name|[.]$' | sort -u |
        while read -r file; do
            [ -e "$top/$file" ] || [ -e "$top/$file.c" ] || echo "CONTRIBUTING: $file is not there"
        done
    sed -n "s/^steps='\(.*\)'/\1/p" "$top/quickstart" | tr ' ' '\n' | while read -r one; do
        grep -qw "$one" "$top/CONTRIBUTING" || echo "CONTRIBUTING: the step $one is missing"
    done
    sed -n 's/^  \([a-z]*\) .*/\1/p' "$top/quickstart" | sort -u | while read -r verb; do
        grep -q "quickstart $verb" "$top/CONTRIBUTING" ||
            echo "CONTRIBUTING: the verb $verb is missing"
    done
} >"$work/why"
[ ! -s "$work/why" ]
tap $? "what CONTRIBUTING names is there" "$work/why"

# function FILE pairs of the walk: the function is defined in that file.
while read -r function file; do
    grep -qE "^[a-z_].*[ *]$function\(" "$top/$file" && grep -q "\`$function\`" "$page" &&
        grep -q "$file" "$page" || echo "$function is not in $file, or not on the page"
done >"$work/why" <<'END'
end actor/process/exit.c
act__handover_hold actor/delivery/handover.c
act__handover_pass_on actor/delivery/handover.c
sift actor/delivery/handover.c
act__handover_park actor/delivery/handover.c
act_handover_of actor/delivery/handover.c
do_the_rest actor/process/turn.c
run_handover actor/process/turn.c
act__take_in actor/signal/signal.c
act__spawn actor/process/spawn.c
act__handover_take actor/delivery/handover.c
act__spawn_begin actor/process/spawn.c
write_report actor/system/stuck_report.c
END
[ ! -s "$work/why" ]
tap $? "the functions are where it says" "$work/why"
tap_end
