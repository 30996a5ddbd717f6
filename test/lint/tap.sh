# The TAP voice of the shell tests, and a place to work; sourced, never run. SPDX-License-Identifier: MIT
# shellcheck shell=sh

# A place for scratch files, gone at the end; dash runs an EXIT trap on a signal only if told to.
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The C++ compiler that there is now; configure may have been asked before it was there.
[ -n "${CXX-}" ] || CXX=$(command -v g++ || command -v clang++ || echo c++)
export CXX

tap_told=0
tap_failed=0

# tap STATUS NAME [FILE-WITH-THE-REASON]: tells one test.
tap() {
    tap_told=$((tap_told + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $tap_told - $2"
        return 0
    fi
    tap_failed=$((tap_failed + 1))
    echo "not ok $tap_told - $2"
    if [ -n "${3-}" ]; then sed 's/^/# /' "$3"; fi
    if [ -n "${HARNESS_ACTIVE-}" ]; then
        echo "# again: make -C $PWD check TESTS=${0#"$top_srcdir"/}"
    else
        echo "# again: $0"
    fi
}

tap_skip() {
    tap_told=$((tap_told + 1))
    echo "ok $tap_told - $1 # SKIP $2"
}

# Ends the script. The harness has read each "not ok": a failing status would tell it twice.
tap_end() {
    echo "1..$tap_told"
    [ "$tap_failed" -eq 0 ] || [ -n "${HARNESS_ACTIVE-}" ]
    exit
}
