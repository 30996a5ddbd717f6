#!/bin/sh
# In a locale with a decimal comma, all that is printed of numbers has a point.
# SPDX-License-Identifier: MIT
top=${top_srcdir:-$(dirname "$0")/../../..}
# shellcheck source=test/lint/tap.sh
. "$top/test/lint/tap.sh"
name="numbers have a point in every locale"
us=$PWD/test/mailbox/schema/numbers

# A locale of our own, so that none needs to be installed.
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
localedef -c -i "$work/comma" "$work/xx_XX" >"$work/why" 2>&1
[ "$(LOCPATH=$work LC_ALL='' LC_NUMERIC=xx_XX "$us" | head -n 1)" = 1,5 ] || {
    tap_skip "$name" "localedef makes no locale with a comma (Debian packages: libc-bin locales)"
    tap_end
}
LC_ALL=C "$us" | tail -n +2 >"$work/expected"
LOCPATH=$work LC_ALL='' LC_NUMERIC=xx_XX "$us" | tail -n +2 >"$work/got"
diff "$work/expected" "$work/got" >"$work/why" && grep -q '1\.5' "$work/expected" && grep -q 'jitter is 1\.5' "$work/got"
tap $? "$name" "$work/why"
tap_end
