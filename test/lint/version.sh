#!/bin/sh
# The version is said in configure.ac; whatever repeats it says the same.
# SPDX-License-Identifier: MIT
. "${top_srcdir:-$(dirname "$0")/../..}/test/lint/lint.sh"

# FILE, and how it says the version: an expression of sed's that prints it. A file has to say it
# where it is named here.
# shellcheck disable=SC2016 # sed's own
repeated='
mailbox/base/api.h  /^#define ACT_VERSION_M/{s/.* //;H};${x;s/^\n//;s/\n/./gp}
README              s/^\*\*Versions\.\*\* \([0-9]*\.[0-9.]*\):.*/\1/p
README              s|.*Headers install under `act-\([0-9]*\)/`.*|\1|p
NEWS                s/^act \([0-9]*\.[0-9.]*[0-9]\).*/\1/p
'

complaints() {
    version=$(sed -n 's/^AC_INIT(\[act\], \[\([0-9.]*\)\]).*/\1/p' "$1/configure.ac")
    [ -n "$version" ] || { echo "configure.ac: AC_INIT has no version"; return; }
    printf '%s\n' "$repeated" | sed '/^$/d' | while read -r file expression; do
        said=$(sed -n "$expression" "$1/$file" | head -n 1)
        case $said in
        "$version" | "${version%%.*}") ;;
        *) echo "$file: the version is ${said:-not found}, and $version in configure.ac" ;;
        esac
    done
}

# good VERSION: a tree that says it everywhere.
good() {
    echo "AC_INIT([act], [$1])" | write configure.ac
    printf '#define ACT_VERSION_MAJOR %s\n#define ACT_VERSION_MINOR %s\n' "${1%.*}" "${1#*.}" |
        write mailbox/base/api.h
    # shellcheck disable=SC2016 # no commands, but marks of the README
    printf '**Versions.** %s: new. Headers install under `act-%s/`\n' "$1" "${1%.*}" | write README
    echo "act $1, not released" | write NEWS
}
good 12.3
calm "one version everywhere"
good 12.3
printf '#define ACT_VERSION_MAJOR 12\n#define ACT_VERSION_MINOR 2\n' | write mailbox/base/api.h
red "a header that lags" "mailbox/base/api.h: the version is 12.2, and 12.3 in configure.ac"
good 12.3
echo "act 12.2" | write NEWS
red "NEWS of the version before" "NEWS: the version is 12.2"
good 12.3
echo "nothing" | write README
red "a README without a version" "README: the version is not found"
green "the version is the same everywhere"
