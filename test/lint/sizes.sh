#!/bin/sh
# Functions and files stay short, and each source file begins by saying what it is.
# SPDX-License-Identifier: MIT
. "${top_srcdir:-$(dirname "$0")/../..}/test/lint/lint.sh"

function_lines_max=70
file_lines_max=800

# FILE REASON, or FILE:FUNCTION REASON
excused='
'

# complaints TREE: a function begins at its first line without indentation and ends at "}" in column 1.
complaints() {
    # shellcheck disable=SC2046 # no file of the tree has a space in its name
    set -- "$1" $(sources "$1" mailbox actor supervisor samples test)
    code "$@" | excused=$excused function_max=$function_lines_max file_max=$file_lines_max awk '
        BEGIN {
            for (i = split(ENVIRON["excused"], l, "\n"); i > 0; i--)
                if (split(l[i], f, " ") > 1) fine[f[1]] = 1
        }
        function end_of_file() {
            if (lines > ENVIRON["file_max"] && !(path in fine))
                print path ": " lines " lines, over " ENVIRON["file_max"]
        }
        {
            file = $0; sub(/:.*/, "", file)
            text = $0; sub(/^[^:]*:[^:]*:/, "", text); sub(/[ \t]+$/, "", text)
            if (file != path) { end_of_file(); path = file; lines = 0; begin = 0; open = 0 }
            lines++
        }
        text ~ /^}/ {
            if (open && text == "}" && lines - begin + 1 > ENVIRON["function_max"] && !(path ":" name in fine))
                print path ":" begin ": " name " has " lines - begin + 1 " lines, over " ENVIRON["function_max"]
            begin = 0; open = 0
        }
        !open && text ~ /^[A-Za-z_]/ {
            if (!begin) begin = lines
            if (match(text, /[A-Za-z_][A-Za-z0-9_]*\(/)) name = substr(text, RSTART, RLENGTH - 1)
        }
        begin && text ~ /\{$/ { open = 1 }
        !open && (text ~ /;$/ || text == "") { begin = 0 }
        END { end_of_file() }'
    say_what_they_are "$@"
}

# The first comment tells, the line below it is the licence; what is called public is what is installed.
say_what_they_are() {
    tree=$1
    shift
    [ "$#" -eq 0 ] || (cd "$tree" && public="$(public_headers .)" awk '
        BEGIN { for (i = split(ENVIRON["public"], l, "\n"); i > 0; i--) { sub(/^\.\//, "", l[i]); public[l[i]] = 1 } }
        FNR == 1 { first = ""; licence = 0; in_first = 1 }
        in_first { sub(/^ \*($| )/, " "); first = first $0 }
        in_first && (/\*\/$/ || FNR == 5 || !/^[\/ ]/) {
            in_first = 0; licence = FNR + 1
            told = first ~ /^\/\* +[^ ].*\. *\*\/$/ || first ~ /^\/\* +[^ ].*\.  *\/$/
            if (!told) print FILENAME ":1: is not a comment of one sentence"
            if (FILENAME ~ /^(mailbox|actor|supervisor)\//) {
                claims = first ~ / Public\. *\*?\/$/
                if (!claims && first !~ / Internal\. *\*?\/$/) print FILENAME ":1: does not end in Public. or Internal."
                else if (claims && !(FILENAME in public)) print FILENAME ":1: says Public. and is not in act_public_headers"
                else if (!claims && FILENAME in public) print FILENAME ":1: is in act_public_headers and does not say Public."
            }
        }
        FNR == licence && $0 != "/* SPDX-License-Identifier: MIT */" { print FILENAME ":" FNR ": is not the licence line" }' "$@")
}

head='/* A file. Internal. */
/* SPDX-License-Identifier: MIT */'
many() { awk -v n="$1" 'BEGIN { while (n-- > 0) print "    x++;" }'; }

{ echo "$head"; echo 'static int f(void)'; echo '{'; many 68; echo '}'; } | write actor/x.c
red "a function of 71 lines" "actor/x.c:3: f has 71 lines"
{ echo "$head"; echo 'struct x {'; echo '};'; echo 'int f(int a,'; echo '      int b) {'; many 68; echo '}'; } | write actor/x.c
red "a function whose brace closes its line" "actor/x.c:5: f has 71 lines"
{ echo "$head"; for i in 1 2; do echo "int f$i(void)"; echo '{'; many 67; echo '}'; done; } | write actor/x.c
calm "functions of 70 lines"
{ echo "$head"; awk 'BEGIN { while (n++ < 799) print "" }'; } | write actor/x.c
red "a file of 801 lines" "actor/x.c: 801 lines"

echo '#include <x.h>' | write samples/01-x.c
red "a file that does not say what it is" "samples/01-x.c:1: is not a comment"
echo '/* A file. */' | write mailbox/x.c
red "a source that does not say whether it is public" "does not end in Public. or Internal."
echo '/* A file. Public. */' | write mailbox/x.h
red "a header that calls itself public and is not installed" "not in act_public_headers"
echo 'act_public_headers += %D%/x.h' | write mailbox/parts.am
echo '/* A file. Internal. */' | write mailbox/x.h
red "an installed header that calls itself internal" "does not say Public."
printf '/* A file. Internal. */\nint x;\n' | write mailbox/x.c
red "a file without a licence" "mailbox/x.c:2: is not the licence line"
printf '/*\n * A file that takes two lines\n * to say so. Internal.\n */\n/* SPDX-License-Identifier: MIT */\n' | write mailbox/x.c
calm "a first sentence on two lines"
printf '/*\n * A file that takes two lines\n * to say so. Internal.\n */\nint x;\n' | write mailbox/x.c
red "such a file without a licence" "mailbox/x.c:5: is not the licence line"

green "functions and files are short and say what they are"
