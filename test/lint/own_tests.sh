#!/bin/sh
# Each C file of the library has a test of its own name, or a row of test/tested_elsewhere that says
# which test it has instead, and why.
# SPDX-License-Identifier: MIT
. "${top_srcdir:-$(dirname "$0")/../..}/test/lint/lint.sh"

# rows TREE: "FILE TEST REASON", a line each.
rows() {
    [ ! -e "$1/test/tested_elsewhere" ] || grep -v -e '^#' -e '^$' "$1/test/tested_elsewhere"
}

# without TREE: the C files that have no test of their own.
without() {
    sources "$1" mailbox actor supervisor | grep '\.c$' | while read -r file; do
        [ -e "$1/test/${file%.c}_test.c" ] || echo "$file"
    done
}

complaints() {
    rows "$1" >"$work/rows"
    cut -d ' ' -f 1 "$work/rows" >"$work/excused"
    without "$1" >"$work/without"
    LC_ALL=C sort -u "$work/excused" | LC_ALL=C comm -13 - "$work/without" |
        sed 's/$/ has neither a test of its own nor a row/'
    LC_ALL=C sort "$work/excused" | LC_ALL=C comm -23 - "$work/without" |
        sed 's/$/ has a row and needs none: it has a test, or a row before, or is gone/'
    LC_ALL=C sort -c "$work/excused" 2>/dev/null || echo "the rows are not sorted"
    while read -r file test reason; do
        [ -e "$1/$test" ] || echo "$file: there is no $test"
        [ -n "$reason" ] || echo "$file: why it is tested elsewhere is not said"
    done <"$work/rows"
}

# a_tree: one file with a test, and one that is tested elsewhere.
a_tree() {
    for file in actor/io/x.c actor/io/y.c test/actor/io/x_test.c; do echo 'int x;' | write "$file"; done
    printf '# FILE TEST REASON\n\nactor/io/y.c test/actor/io/x_test.c both ways at once\n' | write test/tested_elsewhere
}

a_tree
echo 'int x;' | write mailbox/z.c
red "a file without a test" "mailbox/z.c has neither a test of its own nor a row"
a_tree
echo 'int x;' | write test/actor/io/y_test.c
red "a row of a file that has a test by now" "actor/io/y.c has a row and needs none"
a_tree
rm "$bad/actor/io/y.c"
red "a row of a file that is gone" "actor/io/y.c has a row and needs none"
a_tree
echo 'actor/io/y.c test/actor/io/x_test.c once more' >>"$bad/test/tested_elsewhere"
red "two rows of one file" "actor/io/y.c has a row and needs none"
a_tree
echo 'actor/io/y.c test/actor/io/w_test.c both ways at once' | write test/tested_elsewhere
red "a test that is gone" "actor/io/y.c: there is no test/actor/io/w_test.c"
a_tree
echo 'actor/io/y.c test/actor/io/x_test.c' | write test/tested_elsewhere
red "a row without a reason" "actor/io/y.c: why it is tested elsewhere is not said"
a_tree
echo 'int x;' | write actor/a.c
echo 'actor/a.c test/actor/io/x_test.c both ways at once' >>"$bad/test/tested_elsewhere"
red "rows out of order" "the rows are not sorted"
a_tree
calm "a file with its test and one with a row"

green "each C file of the library has its own test, or a reason"
