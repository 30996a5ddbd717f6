#!/bin/sh
# C is laid out as .clang-format says, and no line of it is longer than 100 columns.
# SPDX-License-Identifier: MIT
. "${top_srcdir:-$(dirname "$0")/../..}/test/lint/lint.sh"

# Each version of clang-format has a taste of its own; this is Debian 12's. Without it only the columns are counted.
format=$(command -v clang-format-14 || command -v clang-format)
case $("${format:-false}" --version 2>/dev/null) in
*"version 14."*) ;;
*) format= ;;
esac

# complaints TREE: comments are not its business, their width is ours.
complaints() {
    # shellcheck disable=SC2046 # no file of the tree has a space in its name
    set -- "$1" $(sources "$1" mailbox actor supervisor samples test)
    [ "$#" -gt 1 ] || return
    (
        cd "$1" || exit
        shift
        # shellcheck disable=SC2016 # awk's
        [ -z "$format" ] || printf '%s\n' "$@" | xargs "$format" --style=file --dry-run 2>&1 |
            sed -n 's/: warning: code should be clang-formatted.*/: not as clang-format -i would have it/p'
        awk 'length > 100 { print FILENAME ":" FNR ": " length " columns, over 100" }' "$@"
    )
}

style() { cp "$top/.clang-format" "$bad/"; }

if [ -n "$format" ]; then
    printf 'int f(void)\n{\n        return 1;\n}\n' | write actor/x.c
    style
    red "an indentation of eight" "actor/x.c:2:2: not as clang-format -i would have it"
else
    tap_skip "goes red: an indentation of eight" "clang-format 14 is not here"
fi
printf 'int f(void)\n{\n    return 1;\n}\n' | write actor/x.c
style
calm "an indentation of four"
printf '/* %0100d */\n' 0 | write mailbox/x.c
style
red "a comment of more than a line" "mailbox/x.c:1: 106 columns, over 100"

green "C is laid out as .clang-format says"
