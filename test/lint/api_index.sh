#!/bin/sh
# Each public function has a first sentence, and is in the index that `make api-index` writes.
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # the index has a mark in its lines that is the shell's, too
. "${top_srcdir:-$(dirname "$0")/../..}/test/lint/lint.sh"
script=$(cd "$top" && pwd)/doc/api_index.awk

# index_of TREE OPTION...: what the script says of the tree's public headers.
index_of() {
    # shellcheck disable=SC2046 # no header has a space in its name
    (cd "$1" && shift && awk "$@" -f "$script" $(public_headers . | sed 's|^\./||'))
}
complaints() { index_of "$1" -v lint=1; }

header() {
    echo 'act_public_headers += %D%/x.h' | write mailbox/parts.am
    write mailbox/x.h
}

header <<'END'
/* A header. Public. */

ACT_API int act_one(void);
END
red "a function without a comment" "mailbox/x.h:3: act_one has no first sentence"
header <<'END'
/** Adds one
 *
 * Threads: any.
 */
static inline int act_one(void)
END
red "a comment without the end of a sentence" "mailbox/x.h:5: act_one has no first sentence"
header <<'END'
ACT_API ACT_MUST_CHECK struct act_much *
    (*act_one)(void);
END
red "a name that the index does not find" "mailbox/x.h:2: a declaration without a name"
header <<'END'
/* What it does. */
ACT_API ACT_MUST_CHECK struct act_much *
act_one(void);
END
calm "a name on the next line"
header <<'END'
/** One. More of it. */
ACT_API int act_one(void);
ACT_API int act_two(int (*act_too)(void));
/*
 * Three, in more
 * words.
 */
#define act_three(x) (x)
static inline int act__four(void)
#define ACT_FIVE(x) (x)
END
index_of "$bad" | sed -n 's/^| `/`/p' >"$work/index"
calm "functions that share a comment, macros, and what is not public"
cat >"$work/expected" <<'END'
`act_one` | mailbox/x.h:2 | One. |
`act_two` | mailbox/x.h:3 | One. |
`act_three` | mailbox/x.h:8 | Three, in more words. |
END
diff -u "$work/expected" "$work/index" >"$work/why"
tap $? "a line has name, place and first sentence" "$work/why"

name="what the library exports is in the index"
if [ -e "$build/.libs/libact.so" ]; then
    index_of "$top" | sed -n 's/^| `\(.*\)` |.*|.*/\1/p' | LC_ALL=C sort >"$work/index"
    # T: functions; the rest is data. What begins with act__ is what the headers' macros are made of.
    ${NM:-nm} -D --defined-only "$build/.libs/libact.so" | awk '$2 == "T" && $3 !~ /^act__/ { print $3 }' | LC_ALL=C sort |
        LC_ALL=C comm -13 "$work/index" - >"$work/why"
    [ ! -s "$work/why" ]
    tap $? "$name" "$work/why"
else
    tap_skip "$name" "needs the shared library"
fi
green "each public function has a first sentence"
