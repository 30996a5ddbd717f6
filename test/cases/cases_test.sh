#!/bin/sh
# Runs each case: a program that does what a user's does, and judges what comes of it.
# SPDX-License-Identifier: MIT
set -u
top=$(cd "${top_srcdir:-$(dirname "$0")/../..}" && pwd) || exit 99
build=$(cd "${top_builddir:-$top/build}" && pwd) || exit 99
# shellcheck source=test/lint/tap.sh
. "$top/test/lint/tap.sh"
limit=60 # seconds, many times what each needs

# A locale with a decimal comma, xx_XX, so that none needs to be installed.
cat >"$work/comma" <<'EOF'
LC_CTYPE
copy "POSIX"
END LC_CTYPE
LC_NUMERIC
decimal_point "<U002C>"
thousands_sep ""
grouping -1
END LC_NUMERIC
EOF
localedef -c -i "$work/comma" "$work/xx_XX" >/dev/null 2>&1

# judge NAME COMMAND...: status 0 is right; 77: this machine cannot say, for the reason printed.
judge() {
    name=$1
    shift
    timeout -k 5 "$limit" "$@" >"$work/why" 2>&1 </dev/null
    status=$?
    case $status in
    0) ;;
    77)
        tap_skip "$name" "$(tail -n 1 "$work/why")"
        return
        ;;
    124 | 137) echo "it did not end in $limit s" >>"$work/why" ;;
    *) echo "exit status $status" >>"$work/why" ;;
    esac
    tap "$status" "$name" "$work/why"
}

sed -n 's|^act_cases += %D%/||p' "$top/test/parts.am" >"$work/cases"
[ -s "$work/cases" ]
tap $? "there are cases"
while read -r case; do
    judge "$case" env LOCPATH="$work" "$build/test/$case"
done <"$work/cases"

# Those that speak to a kv, which they start.
export KV="$build/samples/kv/kv" PYTHONDONTWRITEBYTECODE=1
for case in "$top"/test/cases/*.py; do
    [ -e "$case" ] || continue
    name=${case#"$top"/test/}
    if command -v python3 >/dev/null 2>&1; then
        judge "$name" python3 "$case"
    else
        tap_skip "$name" "python3 is missing (Debian package: python3)"
    fi
done
tap_end
