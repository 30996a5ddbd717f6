#!/bin/sh
# No script here gives shellcheck anything to say.
# SPDX-License-Identifier: MIT
. "${top_srcdir:-$(dirname "$0")/../..}/test/lint/lint.sh"

# -x -P: follow what a script sources, from the top of the tree.
complaints() {
    (
        cd "$1" || exit
        for script in quickstart .ci/run $(find test -name '*.sh' | LC_ALL=C sort); do
            [ ! -e "$script" ] || shellcheck -x -P "$PWD" "$script"
        done
    )
}

if ! command -v shellcheck >/dev/null 2>&1; then
    tap_skip "shellcheck is content" "shellcheck is missing (Debian package: shellcheck)"
    tap_end
fi
printf '#!/bin/sh\nrm -r %s1\n' '$' | write quickstart
red "an unquoted word" "SC2086"
green "shellcheck is content"
