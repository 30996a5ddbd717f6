#!/bin/sh
# Builds the README's program and one in C++ against an installed copy, with pkg-config alone, and runs them: TAP.
# SPDX-License-Identifier: MIT
# Runs in a built tree: `make check-installed`.
# shellcheck disable=SC2154 # top_srcdir, MAKE, CC and prefix come from there
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
tap_end
