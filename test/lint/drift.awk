# Which names and files a comment or a page speaks of that are not there: see drift.sh.
# SPDX-License-Identifier: MIT
#
# Variables: `foreign`, names and files that are others'; `others`, files that speak of others' cases.
# Arguments: mode=files LIST, a list of all files; mode=known FILE..., which say what there is; mode=told
# FILE..., which speak of it.

function learn(text,    word) {
    while (match(text, /[A-Za-z_][A-Za-z0-9_]*/)) {
        word = substr(text, RSTART, RLENGTH); text = substr(text, RSTART + RLENGTH)
        holds[base, word] = 1
        if (!(word in known)) { known[word] = 1; learn_stems(word) }
    }
}
# The beginnings of a name that end in an underscore, so that ACT__HELD_* is one that exists.
function learn_stems(word,    at, stem) {
    stem = word
    while (match(stem, /_[^_]*$/)) {
        stems[substr(word, 1, RSTART)] = 1; stem = substr(stem, 1, RSTART - 1)
    }
    stem = word
    while (sub(/^[^_]*_+/, "", stem)) tails["_" stem] = 1
}
# The folders of a file, and each way to name it from one of them.
function learn_file(path,    rest) {
    rest = path
    paths[rest] = 1
    while (sub(/^[^\/]*\//, "", rest)) paths[rest] = 1
    rest = path
    while (sub(/\/[^\/]*$/, "", rest)) {
        if (rest in folders) break
        learn_folder(rest)
    }
    # A program by its source, a test by what it mirrors, a page of doc/decisions by its number.
    rest = path
    if (sub(/\.(c|sh)$/, "", rest)) {
        learn_bare(rest)
        if (sub(/^test\//, "", rest) && sub(/_test$/, "", rest)) paths[rest] = 1
    }
    else if (rest ~ /^doc\/decisions\//) { sub(/-.*/, "", rest); paths[rest] = 1 }
}
function learn_bare(path) { do paths[path] = 1; while (sub(/^[^\/]*\//, "", path)) }
function learn_folder(path) { folders[path] = 1; learn_bare(path) }

# Splits a line of C: `said` is what it has of comments, `code` the rest, with what is in strings.
function split_line(line,    at, mark, end) {
    code = said = ""
    while (line != "") {
        if (inside) {
            end = index(line, "*/")
            if (!end) { said = said line; return }
            said = said substr(line, 1, end - 1) " "; line = substr(line, end + 2); inside = 0
        } else if (!match(line, /\/\*|\/\/|"|\047/)) {
            code = code line; return
        } else {
            mark = substr(line, RSTART, RLENGTH)
            code = code substr(line, 1, RSTART - 1) " "; line = substr(line, RSTART + RLENGTH)
            if (mark == "//") { said = said line; return }
            if (mark == "/*") { inside = 1; continue }
            while (line != "" && substr(line, 1, 1) != mark) {
                at = substr(line, 1, 1) == "\\" ? 2 : 1
                code = code substr(line, 1, at); line = substr(line, at + 1)
            }
            code = code " "; line = substr(line, 2)
        }
    }
}

# Of a test or a page that speaks of the cases of others, only what cannot be theirs is looked at.
function is_retold() { return FILENAME in retold }

function complain(what) { print FILENAME ":" FNR ": " what }

# Names without their beginning, and those that a macro makes: of "name##_tag" the tail is known.
function is_made(word,    stem) {
    if (("act_" word) in known || ("act__" word) in known || ("_" word) in known) return 1
    if (sub(/^act_(tags|list)_of_/, "", word)) return word in known
    stem = word
    while (match(stem, /_[^_]*$/)) {
        stem = substr(stem, 1, RSTART - 1)
        if (stem in known && substr(word, RSTART) in known) return 1
    }
    return 0
}
function is_there(word) {
    return word in known || word in paths || word in theirs || word in tails ||
        word ~ /_$/ && word in stems || is_made(word)
}
function look_at_name(word) {
    if (word ~ /[a-z]/ && word ~ /[A-Z]/ && word !~ /^[Aa][Cc][Tt]_/) return # no name of ours looks so
    if (!is_there(word)) complain("there is no " word)
}
# Names in running text: those with an underscore, and those that are called.
function look_at_names(text,    word, after) {
    while (match(text, /[A-Za-z_][A-Za-z0-9_]*/)) {
        word = substr(text, RSTART, RLENGTH); after = substr(text, RSTART + RLENGTH)
        if (word ~ /[A-Za-z0-9]_[A-Za-z0-9]/ || substr(after, 1, 2) == "()") look_at_name(word)
        text = after
    }
}
# Names that cannot be another's.
function look_at_ours(text,    word) {
    while (match(text, /(act|ACT)_[A-Za-z0-9_]+/)) {
        word = substr(text, RSTART, RLENGTH); text = substr(text, RSTART + RLENGTH)
        look_at_name(word)
    }
}
# What stands in back-ticks is a name if it looks like one.
function look_at_quoted(text,    n, i, parts) {
    n = split(text, parts, "`")
    for (i = 2; i < n; i += 2)
        if (parts[i] ~ /^[A-Za-z_][A-Za-z0-9_]*$/) { look_at_name(parts[i]); parts[i] = "" }
    text = parts[1]
    for (i = 2; i <= n; i++) text = text " " parts[i]
    return text
}
function is_file(word) {
    return word in paths || word in theirs ||
        word ~ /(^|[\/_])(N+|NAME|FOLDER|name)[._\/-]/ || word ~ /^\.[a-z]+$/
}
function look_at_files(text,    word, before, rest) {
    while (match(text, /[A-Za-z0-9_.\/-]*[A-Za-z0-9_\/]/)) {
        before = RSTART > 1 ? substr(text, RSTART - 1, 1) : " "
        word = substr(text, RSTART, RLENGTH); rest = substr(text, RSTART + RLENGTH)
        sub(/\/+$/, "", word); sub(/^(\.\.?\/)+/, "", word)
        sub(/^build\/((asan|tsan|debug)\/)?/, "", word)
        text = rest
        if (before ~ /[<$*{~@:]/ || rest ~ /^[*{<]/) continue
        if (word ~ /\.(c|h|md|sh|pml|awk|am|ac|expected|cc|py)$/ ||
            word ~ /^(mailbox|actor|supervisor|samples|test|doc)\/[a-z]/)
            if (!is_file(word)) complain("there is no file " word)
    }
}
# "find_at_side in bond.c", "act__spawn, spawn.c": it is in that file.
function look_at_places(text,    place, name, file) {
    while (match(text, /[A-Za-z_][A-Za-z0-9_]*`?(\(\))?(,| in) `?[a-z0-9_\/]+\.[ch]/)) {
        place = substr(text, RSTART, RLENGTH); text = substr(text, RSTART + RLENGTH)
        name = place; sub(/[^A-Za-z0-9_].*/, "", name)
        file = place; sub(/.*[ `\/]/, "", file)
        if (name ~ /_/ && (file in bases) && !((file, name) in holds)) complain(name " is not in " file)
    }
}
# Which functions a file has, each also without the beginning that all of them share.
function learn_functions(text,    word) {
    while (match(text, /[A-Za-z_][A-Za-z0-9_]*\(/)) {
        word = substr(text, RSTART, RLENGTH - 1); text = substr(text, RSTART + RLENGTH)
        functions[FILENAME, word] = 1
        if (word ~ /^act_/) while (sub(/^[^_]*_+/, "", word)) functions[FILENAME, word] = 1
    }
}
# "FILE, FILE  name, name" in the head of a model: each name is a function of one of these files, or of
# both. What has more words is prose. Returns: the item without a file that it begins with.
function take_file(item,    file) {
    if (match(item, / of [a-z_\/]+\.[ch]$/)) item = substr(item, RSTART + 4) " " substr(item, 1, RSTART - 1)
    if (!match(item, /^[a-z_\/]*\.[ch]/)) return item
    file = substr(item, 1, RLENGTH); item = substr(item, RLENGTH + 1); sub(/^ +/, "", item)
    if (file ~ /^\./) file = substr(last_file, 1, length(last_file) - 2) file # "inbox.h, .c"
    modelled = is_open ? modelled " " file : file
    last_file = file; is_open = item == ""
    return item
}
function look_at_model(text,    n, i, j, items, item, files, found) {
    if (text ~ /^ \* [A-Z]/) { in_models = text ~ /^ \* Models /; modelled = ""; is_open = 0 }
    if (!in_models) return
    sub(/^ \* (Models)?/, "", text); gsub(/ and /, ",", text)
    n = split(text, items, /[,;]/)
    for (i = 1; i <= n; i++) {
        item = items[i]; gsub(/^ +| +$/, "", item)
        item = take_file(item)
        if (item != "") is_open = 0
        if (modelled == "" || item !~ /^_?[a-z][a-z0-9_]*$/) continue
        sub(/^_/, "", item)
        found = 0
        for (j = split(modelled, files, " "); j > 0; j--) if ((files[j], item) in functions) found = 1
        if (!found) complain(item " is no function of " modelled)
    }
}
# What a comment declares in its example: ACT_CHANNEL(job_channel, ...).
function learn_examples(text,    example) {
    while (match(text, /(ACT_[A-Z_]+\(|#define )[A-Za-z0-9_]+/)) {
        example = substr(text, RSTART, RLENGTH); text = substr(text, RSTART + RLENGTH)
        learn(example)
    }
}
function look_at(text) {
    learn_examples(text)
    look_at_places(text)
    look_at_files(text)
    gsub(/[A-Za-z0-9_.\/-]*\/[A-Za-z0-9_.\/-]*/, " ", text) # files are done
    gsub(/[A-Za-z0-9_-]+\.(c|h|md|sh|pml|awk|am|ac|expected|cc|py)/, " ", text)
    look_at_names(look_at_quoted(text))
}

BEGIN { for (i = split(foreign, list, /[ \n]+/); i > 0; i--) theirs[list[i]] = 1
    for (i = split(others, list, /[ \n]+/); i > 0; i--) retold[list[i]] = 1
}
FNR == 1 { base = FILENAME; sub(/.*\//, "", base); bases[base] = 1 }
FNR == 1 { inside = fenced = 0; is_c = FILENAME ~ /\.(c|h|pml)$/ }
mode == "files" { learn_file($0); next }
mode == "known" && FILENAME ~ /parts\.am$/ {
    folder = FILENAME; sub(/\/[^\/]*$/, "", folder)
    if (match($0, /%D%\/[A-Za-z0-9_.\/-]+/)) learn_bare(folder substr($0, RSTART + 3, RLENGTH - 3))
}
mode == "known" && FILENAME ~ /\.md$|^README$/ { # programs in a page
    if ($0 ~ /^ *```/) fenced = $0 ~ /```c$/
    else if (fenced) { gsub(/(act|ACT)_[A-Za-z0-9_]*/, " "); learn($0) }
    next
}
mode == "known" {
    if (!is_c) { learn($0); next }
    split_line($0); learn(code)
    if (code ~ /^[A-Za-z_]/) learn_functions(code)
    next
}
is_c {
    split_line($0)
    if (said != "" && is_retold()) look_at_ours(said)
    else if (said != "") { look_at(said); if (FILENAME ~ /\.pml$/) look_at_model(said) }
    next
}
/^ *```/ { fenced = !fenced; next }
fenced { look_at_ours($0); next } # a program of the reader's own
is_retold() { look_at_files($0); look_at_ours($0); next } # the cases of others
{ look_at($0) }
