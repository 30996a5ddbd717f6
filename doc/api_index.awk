# Writes the index of the public functions and macros: name, place, first sentence; from headers.
# SPDX-License-Identifier: MIT
#
# awk -f doc/api_index.awk HEADER...        the index
# awk -v lint=1 -f doc/api_index.awk ...    only what lacks a sentence, a line each
#
# A declaration has the comment that ends right before it; those that follow it without an empty
# line have the same. Macros with names like functions count as such, others if their comment
# begins with two stars. What begins with act__ is not for users.

# The text of a comment, without its marks.
function plain(line) {
    sub(/^[ \t]*\/\*\*?/, "", line)
    sub(/\*\/[ \t]*$/, "", line)
    sub(/^[ \t]*\*/, "", line)
    gsub(/^[ \t]+|[ \t]+$/, "", line)
    return line
}

# The first sentence; where that is an example of the call, the one after it, too.
function first_sentence(text, name,    start, count) {
    count = index(text, name "(") == 1 ? 2 : 1
    start = 1
    while (count-- > 0 && match(substr(text, start), /[.!?]( |$)/)) start += RSTART
    if (start == 1) return ""
    return substr(text, 1, start - 2) "."
}

function tell(name,    said) {
    if (name ~ /^act__/ || name in told) return
    told[name] = 1
    said = first_sentence(comment, name)
    if (lint) {
        if (said == "") print FILENAME ":" FNR ": " name " has no first sentence"
        return
    }
    gsub(/\|/, "\\|", said)
    if (FILENAME != header)
        printf "\n## %s\n\n| name | place | first sentence |\n|---|---|---|\n", FILENAME
    header = FILENAME
    printf "| `%s` | %s:%d | %s |\n", name, FILENAME, FNR, said
}

BEGIN {
    if (!lint) {
        print "# Functions of act\n"
        print "Written by `make api-index` from the public headers, which are the reference."
    }
}

FNR == 1 { inside = 0; comment = ""; is_doc = 0 }

# A comment begins, or goes on: an empty line in it ends what is of interest.
!inside && /^\/\*/ { comment = ""; is_doc = /^\/\*\*/; inside = 1; whole = 0 }
inside {
    line = plain($0)
    if (line == "" && comment != "") whole = 1
    if (!whole && line != "") comment = comment (comment == "" ? "" : " ") line
    if (/\*\//) inside = 0
    next
}

/^$/ { comment = ""; is_doc = 0; next }

# Of a declaration, the first name that has a parenthesis; attributes are in capitals.
/^ACT_API |^static inline / {
    if (/^ACT_API extern/ || /^ACT_API const [a-z_ ]*\[/) next
    goes_on = !match($0, /[a-z_][a-z0-9_]*\(/) # the name is on the next line
    if (!goes_on) tell(substr($0, RSTART, RLENGTH - 1))
    next
}
goes_on {
    goes_on = 0
    if (match($0, /^[a-z_][a-z0-9_]*\(/)) tell(substr($0, RSTART, RLENGTH - 1))
    else if (lint) print FILENAME ":" FNR ": a declaration without a name"
    next
}
FILENAME ~ /\/debug\.h$/ { next } # its macros are functions' own names
/^# *define act_[a-z0-9_]*\(/ || (is_doc && /^# *define ACT_[A-Z0-9_]*\(/) {
    name = $0
    sub(/^# *define /, "", name)
    sub(/\(.*/, "", name)
    tell(name)
}
