#!/bin/sh
# Each C file is named in exactly one list of a parts.am, and the lists are sorted.
# SPDX-License-Identifier: MIT
. "${top_srcdir:-$(dirname "$0")/../..}/test/lint/lint.sh"

# named TREE: the files that the parts.am files name, one a line, a test or sample by its source.
named() {
    for folder in mailbox actor supervisor samples test; do
        [ -e "$1/$folder/parts.am" ] || continue
        sed -n '/^#/d; s|%D%|'"$folder"'|g; p' "$1/$folder/parts.am" | awk '
            { last = $0 !~ /\\$/; sub(/\\$/, "") }
            { for (i = 1; i <= NF; i++) {
                if ($i == "=" || $i == "+=") list = $(i - 1)
                else if ($i ~ /\.[ch]$/) print $i
                else if (list ~ /^act_(tests|stress|samples|cases)$/ && $i ~ /\//) print $i ".c"
            } }'
    done | LC_ALL=C sort
}

# unsorted TREE: each of the one-a-line lists whose order is not LC_ALL=C's.
unsorted() {
    for parts in "$1"/*/parts.am; do
        [ -e "$parts" ] || continue
        sed -n 's/^\(act_[a-z_]*\) += .*/\1/p' "$parts" | sort -u | while read -r list; do
            sed -n "s/^$list += //p" "$parts" | LC_ALL=C sort -c 2>/dev/null ||
                echo "${parts#"$1"/}: $list is not sorted"
        done
    done
}

complaints() {
    named "$1" >"$work/named"
    sources "$1" mailbox actor supervisor samples test >"$work/there"
    uniq -d "$work/named" | sed 's/$/ is in two lists/'
    LC_ALL=C sort -u "$work/named" | LC_ALL=C comm -13 - "$work/there" | sed 's/$/ is in no parts.am/'
    unsorted "$1"
}

echo 'int x;' | write actor/io/x.c
red "a source that is not built" "actor/io/x.c is in no parts.am"
printf 'act_sources += %%D%%/b.c\nact_sources += %%D%%/a.c\n' | write actor/parts.am
red "a list out of order" "actor/parts.am: act_sources is not sorted"
printf 'act_sources += %%D%%/a.c\nact_sources += %%D%%/a.c\n' | write actor/parts.am
red "a source built twice" "actor/a.c is in two lists"
printf 'act_samples += %%D%%/01-a\nact_programs += %%D%%/kv/kv\nsamples_kv_kv_SOURCES = %%D%%/kv/a.c \\\n\t%%D%%/kv/b.c\n' |
    write samples/parts.am
for file in 01-a kv/a kv/b; do echo | write "samples/$file.c"; done
calm "samples by their name and programs by their sources"

green "each C file is in one list"
