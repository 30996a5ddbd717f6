# What the lints share; sourced, never run. SPDX-License-Identifier: MIT
# shellcheck shell=sh
# shellcheck disable=SC2034 # its variables are for the lints
#
# A lint defines `complaints TREE`, which prints one line for each breach. It shows first that it goes
# red (`red`, on a small bad tree made with `write`) and then judges the real tree (`green`).

set -u
top=${top_srcdir:-$(dirname "$0")/../..}
build=${top_builddir:-$top/build}
# shellcheck source=test/lint/tap.sh
. "$top/test/lint/tap.sh"
bad=$work/bad

# public_headers TREE: the list the build installs.
public_headers() {
    for list in mailbox actor supervisor; do
        [ ! -e "$1/$list/parts.am" ] || sed -n "s|^act_public_headers += %D%|$list|p" "$1/$list/parts.am"
    done
}

# sources TREE FOLDER...: the C files below the folders, relative to the tree.
sources() {
    (
        cd "$1" || exit
        shift
        for folder; do [ ! -d "$folder" ] || find "$folder" -name '*.[ch]'; done | LC_ALL=C sort
    )
}

# code TREE FILE...: "file:line:text" of each line, comments and the insides of strings blanked.
code() {
    (
        cd "$1" || exit
        shift
        [ "$#" -eq 0 ] || awk '
            FNR == 1 { inside = 0 }
            {
                rest = $0; text = ""
                while (rest != "") {
                    if (inside) {
                        end = index(rest, "*/")
                        if (!end) break
                        rest = substr(rest, end + 2); inside = 0; text = text " "
                    } else if (rest ~ /^[ \t]*#[ \t]*include/ || !match(rest, /\/\*|\/\/|"|\047/)) {
                        sub(/\/[*\/].*/, "", rest); text = text rest; break
                    } else {
                        mark = substr(rest, RSTART, RLENGTH)
                        text = text substr(rest, 1, RSTART - 1); rest = substr(rest, RSTART + RLENGTH)
                        if (mark == "//") break
                        if (mark == "/*") { inside = 1; continue }
                        while (rest != "" && substr(rest, 1, 1) != mark)
                            rest = substr(rest, substr(rest, 1, 1) == "\\" ? 3 : 2)
                        text = text mark mark; rest = substr(rest, 2)
                    }
                }
                print FILENAME ":" FNR ":" text
            }' "$@"
    )
}

# write FILE: standard input becomes that file of the bad tree.
write() {
    mkdir -p "$bad/$(dirname "$1")"
    cat >"$bad/$1"
}

# red NAME TEXT: a complaint about the bad tree contains the text. The next bad tree begins empty.
red() {
    mkdir -p "$bad"
    complaints "$bad" >"$work/why" 2>&1
    grep -qF -- "$2" "$work/why"
    tap $? "goes red: $1" "$work/why"
    rm -rf "$bad"
}

# calm NAME: no complaint about this bad tree, which only looks like one.
calm() {
    mkdir -p "$bad"
    complaints "$bad" >"$work/why" 2>&1
    [ ! -s "$work/why" ]
    tap $? "stays green: $1" "$work/why"
    rm -rf "$bad"
}

# green NAME: no complaint about the real tree. Ends the lint.
green() {
    complaints "$top" >"$work/why" 2>&1
    [ ! -s "$work/why" ]
    tap $? "$1" "$work/why"
    tap_end
}
