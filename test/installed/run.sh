#!/bin/sh
# Builds the README's program and one in C++ against an installed copy, with pkg-config alone, and runs them: TAP.
# Then quickstart installs another; and an uninstall leaves nothing.
# And quickstart installs another, which says what a program needs; an uninstall leaves nothing.
# SPDX-License-Identifier: MIT
# Runs in a built tree: `make check-installed`.
# shellcheck disable=SC2154 # top_srcdir, MAKE, CC, prefix and PACKAGE_VERSION come from there
set -u
top=$top_srcdir
unset MAKEFLAGS MAKELEVEL
. "$top/test/lint/tap.sh"

# The first ```c block of the README is the program, the first ```output block what it prints.
block() { awk -v kind="$1" '$0 == "```" kind { on = 1; next } /^```/ && on { exit } on' "$top/README"; }
block c >"$work/program.c"
block output >"$work/expected"
[ -s "$work/program.c" ] && [ -s "$work/expected" ]
tap $? "the README has a program and what it prints" "$work/expected"

"$MAKE" install DESTDIR="$work/root" >"$work/log" 2>&1
tap $? "make install" "$work/log"
root=$work/root$prefix
# The copy lies elsewhere than where it was configured for; only this line knows.
find "$work/root" -name act.pc -exec sed -i "s|^prefix=.*|prefix=$root|" {} +
PKG_CONFIG_PATH=$(dirname "$(find "$work/root" -name act.pc)")
LD_LIBRARY_PATH=$(dirname "$(find "$work/root" -name libact.a)")
export PKG_CONFIG_PATH LD_LIBRARY_PATH

# try NAME PKG-CONFIG-FLAGS
try() {
    # shellcheck disable=SC2046,SC2086 # the flags are words
    $CC -Wall -Wextra -Werror -o "$work/program" "$work/program.c" $(pkg-config $2 --cflags --libs act) >"$work/log" 2>&1
    tap $? "the program compiles against the $1 library" "$work/log"
    timeout 60 "$work/program" >"$work/said" 2>"$work/log"
    diff -u "$work/expected" "$work/said" >>"$work/log"
    tap $? "the program with the $1 library prints what the README says" "$work/log"
    rm -f "$work/program"
}
try shared ''

# The service of the README, in its section's c block, and clients of it.
awk '/^## /{ here = $0 == "## A service" } here && $0 == "```c" { on = 1; next } /^```/ && on { exit } on' \
    "$top/README" >"$work/service.c"
# await FILE PATTERN
await() {
    tries=0
    until grep -q "$2" "$1" || [ $((tries += 1)) -gt 200 ]; do sleep 0.1; done
}
# says NAME EXPECTED: of a client that has sent what it read.
says() {
    "$work/talk" "$port" >"$work/said"
    printf '%b' "$2" | diff -u - "$work/said" >"$work/log"
    tap $? "$1" "$work/log"
}
# shellcheck disable=SC2046 # the flags are words
$CC -Wall -Werror -o "$work/talk" "$top/test/installed/talk.c" >"$work/log" 2>&1 &&
    $CC -Wall -Wextra -Werror -o "$work/service" "$work/service.c" \
        $(pkg-config --cflags --libs act) >"$work/log" 2>&1 && [ "$(wc -l <"$work/service.c")" -le 60 ]
tap $? "the README's service compiles" "$work/log"
"$work/service" 0 2>"$work/logged" &
service=$!
await "$work/logged" 'listens on'
port=$(sed -n 's/.*listens on .*:\([0-9]*\)$/\1/p' "$work/logged")
printf '5\n-2\r\n' >"$work/sent"
says "the service adds up lines" 'hello\n5\n3\n' <"$work/sent"
printf '\n5\n\n' >"$work/sent"
says "an empty line is a line of its own" 'hello\n0\n5\n5\n' <"$work/sent"
head -c 2000 /dev/zero | tr '\0' 1 >"$work/sent"
says "a line that is too long is refused" 'hello\ntoo long\n' <"$work/sent"
{
    echo 7
    exec sleep 20
} | "$work/talk" "$port" >"$work/said" &
talk=$!
await "$work/said" 7
kill -TERM $service
wait $service
status=$?
wait $talk
printf 'hello\n7\nbye\n' | diff -u - "$work/said" >"$work/log" && [ "$status" = 0 ]
tap $? "it says goodbye when it is stopped, and exits with status 0" "$work/log"

# A program has folders and headers of its own with the names of ours, and its compiler finds those first.
(
    cd "$root/include/act-${PACKAGE_VERSION%%.*}" && find . -mindepth 2 -name '*.h'
) | sed 's|^\./||' >"$work/ours"
while read -r header; do
    mkdir -p "$work/theirs/$(dirname "$header")"
    echo "enum { their_$(echo "$header" | tr -c 'a-z\n' _) = 1 };" >"$work/theirs/$header"
done <"$work/ours"
{
    echo '#include <actor/actor.h>'
    sed '/^int main/,$d' "$work/program.c"
    echo '#include <mailbox/message/message.h>'
    sed -n '/^int main/,$p' "$work/program.c"
    echo '_Static_assert(their_actor_actor_h && their_mailbox_message_message_h, "the program has its own");'
} >"$work/beside.c"
# shellcheck disable=SC2046 # the flags are words
$CC -Wall -Wextra -Werror -I"$work/theirs" -o "$work/program" "$work/beside.c" $(pkg-config --cflags --libs act) \
    >"$work/log" 2>&1 && timeout 60 "$work/program" 2>>"$work/log" | diff -u "$work/expected" - >>"$work/log"
tap $? "act.h is whole beside headers of the program that have the same names" "$work/log"
printf '#include <actor/typed.h>\n#include <act.h>\nint main() { return ACT_OK; }\n' >"$work/beside.cc"
# shellcheck disable=SC2046 # the flags are words
${CXX:-c++} -Wall -Wextra -Werror -I"$work/theirs" -fsyntax-only "$work/beside.cc" $(pkg-config --cflags act) >"$work/log" 2>&1
tap $? "and in C++" "$work/log"

# shellcheck disable=SC2046 # the flags are words
${CXX:-c++} -Wall -Wextra -Werror -o "$work/panic" "$top/test/installed/panic.cc" $(pkg-config --cflags --libs act) >"$work/log" 2>&1
tap $? "a C++ program compiles against it" "$work/log"
timeout 60 "$work/panic" >"$work/said" 2>"$work/log"
printf '%s\n' "inner destroyed" caught "outer destroyed" ended | diff -u - "$work/said" >>"$work/log"
tap $? "a panic in C++ runs destructors and is not stopped by a catch" "$work/log"

# shellcheck disable=SC2046 # the flags are words
$CC -Wall -Wextra -Werror -o "$work/unload" "$top/test/installed/unload.c" $(pkg-config --cflags act) -pthread -ldl \
    >"$work/log" 2>&1 && timeout 60 "$work/unload" >>"$work/log" 2>&1
tap $? "a thread that has used it may end after a dlclose" "$work/log"

ls "$LD_LIBRARY_PATH"/libact.so* >"$work/log" 2>&1
tap $? "the shared library was there to be used" "$work/log"
rm -f "$LD_LIBRARY_PATH"/libact.so*
try static --static
unset PKG_CONFIG_PATH LD_LIBRARY_PATH

# bare FOLDER: there is nothing in it.
bare() { find "$1" -mindepth 1 >"$work/left" && [ ! -s "$work/left" ]; }

"$MAKE" uninstall DESTDIR="$work/root" >"$work/log" 2>&1 && bare "$root"
tap $? "make uninstall leaves no file and no folder" "$work/left"

# In a copy of the tree: build/install may be that of an installation, which only it can undo.
mkdir "$work/copy" "$work/prefix"
(
    cd "$top" &&
        find . -mindepth 1 -maxdepth 1 ! -name 'build*' ! -name .git \
            -exec cp -a -t "$work/copy" {} +
)
(cd "$work" && copy/quickstart install prefix) >"$work/said" 2>&1 </dev/null
tap $? "quickstart installs below the folder that it is given" "$work/said"
grep '^export ' "$work/said" >"$work/needed"
grep -qF "PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig" "$work/needed" &&
    grep -qF "LD_LIBRARY_PATH=$work/prefix/lib" "$work/needed"
tap $? "it says what a program needs" "$work/said"
# shellcheck disable=SC1091,SC2046 # lines that were said just now; the flags are words
(
    . "$work/needed" && [ "$(pkg-config --modversion act)" = "$PACKAGE_VERSION" ] &&
        $CC -o "$work/program" "$work/program.c" $(pkg-config --cflags --libs act) &&
        timeout 60 "$work/program" 2>/dev/null | diff -u "$work/expected" -
) >"$work/log" 2>&1
tap $? "with that the README's program builds and prints what it should" "$work/log"
find "$work/copy/build/install" -name '*_test' -o -name '0*_*.o' -o -name 'kv*.o' >"$work/left"
find "$work/prefix" -path "$work/prefix/*sample*" >>"$work/left"
docs=$work/prefix/share/doc/act
[ ! -s "$work/left" ] && [ -e "$docs/README" ] && [ -e "$docs/doc/reliability.md" ] &&
    grep -q act_spawn "$docs/doc/api-index.md"
tap $? "documents are installed, and no sample or test is built" "$work/left"

(cd "$work" && "$MAKE" -C copy/build/install uninstall) >"$work/log" 2>&1 && bare "$work/prefix"
tap $? "its uninstall leaves nothing" "$work/left"
(
    cd "$work" && mkdir -p prefix/lib prefix/share/doc/act &&
        echo >prefix/lib/other && echo >prefix/share/doc/act/note &&
        "$MAKE" -C copy/build/install install-exec install-data uninstall &&
        find prefix -type f | LC_ALL=C sort >left &&
        printf '%s\n' prefix/lib/other prefix/share/doc/act/note | diff -u - left
) >"$work/log" 2>&1
tap $? "nor takes it what is not act's" "$work/log"
tap_end
