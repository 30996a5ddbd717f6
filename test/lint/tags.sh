#!/bin/sh
# The tags of the framework's own messages are all in mailbox/message/reserved_tags.h, with the value
# that they are defined with, and no two have the same.
# SPDX-License-Identifier: MIT
. "${top_srcdir:-$(dirname "$0")/../..}/test/lint/lint.sh"

list=mailbox/message/reserved_tags.h

complaints() {
    # shellcheck disable=SC2046 # no file of the tree has a space in its name
    code "$1" $(sources "$1" mailbox actor supervisor) | list=$list awk '
        {
            file = $0; sub(/:.*/, "", file)
            line = substr($0, length(file) + 2); sub(/:.*/, "", line)
            text = substr($0, length(file) + length(line) + 3)
        }
        file == ENVIRON["list"] && text ~ /^ *X\(/ {
            gsub(/[^A-Za-z0-9_]+/, " ", text); split(text, f, " ")
            if (f[3] in name_of) print file ":" line ": " f[2] " has the number of " name_of[f[3]]
            name_of[f[3]] = f[2]; listed[f[2]] = f[3]
            next
        }
        text ~ /0xFFFFFF[0-9A-F][0-9A-F]/ {
            if (text !~ /^[ \t]*#[ \t]*define[ \t]+[A-Z_]+[ \t]+UINT32_C\(/) {
                print file ":" line ": a reserved tag without a name"
                next
            }
            number = text; sub(/.*0xFFFFFF/, "", number); number = substr(number, 1, 2)
            sub(/^[ \t]*#[ \t]*define[ \t]+/, "", text); sub(/[ \t].*/, "", text)
            defined[text] = number; at[text] = file ":" line
        }
        END {
            for (name in defined)
                if (listed[name] != defined[name])
                    print at[name] ": " name " is " defined[name] ", but in " ENVIRON["list"] " " \
                        (listed[name] != "" ? listed[name] : "it is not")
            for (name in listed)
                if (!(name in defined) && listed[name] != "")
                    print ENVIRON["list"] ": " name " is defined nowhere"
        }' | LC_ALL=C sort
}

printf '#define ACT__TAG_A UINT32_C(0xFFFFFF40)\n' | write supervisor/a.h
printf '    X(ACT__TAG_B, 41)\n' | write "$list"
red "a tag that is not listed" "supervisor/a.h:1: ACT__TAG_A is 40, but in $list it is not"

printf '#define ACT__TAG_A UINT32_C(0xFFFFFF40)\n' | write supervisor/a.h
printf '    X(ACT__TAG_A, 41) \\\n' | write "$list"
red "a tag with another number" "supervisor/a.h:1: ACT__TAG_A is 40, but in $list 41"

printf '    X(ACT__TAG_A, 41) \\\n    X(ACT__TAG_B, 41)\n' | write "$list"
red "two with one number" "$list:2: ACT__TAG_B has the number of ACT__TAG_A"

printf '    X(ACT__TAG_A, 41)\n' | write "$list"
red "a number that is given to nothing" "$list: ACT__TAG_A is defined nowhere"

printf 'bool is_mine = tag == 0xFFFFFF40;\n' | write actor/io/a.c
red "a number in the code" "actor/io/a.c:1: a reserved tag without a name"

green "each reserved tag is in the list"
