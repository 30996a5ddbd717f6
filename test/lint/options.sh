#!/bin/sh
# A struct of options can grow (mailbox/base/types.h): it begins with its size, and has no gap whose
# bytes a program of another version could have set to anything.
# SPDX-License-Identifier: MIT
. "${top_srcdir:-$(dirname "$0")/../..}/test/lint/lint.sh"

# STRUCT MEMBER: gaps before a member that each version of act has known. No later one comes here.
known='
act_spawn_options kept
act_lifecycle_options handover
act_lifecycle_options takes_over
act_system_options stuck_after
act_system_options stop_timeout
act_system_options dead_letter
act_tcp_options idle_timeout
act_listen_options backlog
act_decode_options unknown_count
act_child_spec shutdown
act_child_spec options
act_supervisor_spec backoff
act_partition_spec child
act_partition_spec intensity'

# gaps TREE: "STRUCT MEMBER", or "STRUCT end", for each gap in a struct of the public headers.
gaps() {
    {
        for header in $(public_headers "$1"); do echo "#include \"$(cd "$1" && pwd)/$header\""; done
        sed 's/.*/extern int size_of_&[sizeof(&)];/' "$work/grown" # Clang lays out what is used
    } >"$work/all.c"
    ${CC:-cc} -std=c11 -Wpadded -fsyntax-only "$work/all.c" 2>&1 |
        sed -n 's/^\([^ :]*\):\([0-9]*\):[0-9]*: warning: .*padd.*/\1 \2/p' | sort -u |
        while read -r file line; do
            tail -n "+$line" "$file" | awk '
                NR == 1 { member = $0 }
                /^} act_[a-z_]*;/ {
                    sub(/\/\*.*/, "", member)
                    if (member ~ /^(\}|(typedef )?struct [a-z_]* \{)/) member = "end"
                    sub(/\)\(.*/, "", member); sub(/(\[[^]]*\])?;.*/, "", member)
                    sub(/.*[ *(]/, "", member)
                    name = $2; sub(/;/, "", name); print name, member; exit
                }'
        done
}

# grown TREE: the structs that grow, or have room for it.
grown() {
    for header in $(public_headers "$1"); do
        sed -n 's/^} \(act_[a-z_]*_\(options\|spec\)\|act_behavior\);.*/\1/p' "$1/$header"
    done
}

complaints() {
    grown "$1" | sort -u >"$work/grown"
    gaps "$1" | awk -v known="$known" '
        BEGIN { split(known, lines, "\n"); for (i in lines) excused[lines[i]] = 1 }
        FNR == NR { grows[$1] = 1; next }
        $1 in grows && !($0 in excused) { print $1 " has a gap: " $2 }' "$work/grown" -
    for header in $(public_headers "$1"); do
        awk '
            /^typedef struct/ { first = "" }
            first == "" && /;/ { first = $0 }
            /^} act_[a-z_]*_options;/ && first !~ /^ *size_t +size;/ { print $2 " does not begin with its size" }
            /^} act_(behavior|[a-z_]*_spec);/ && last !~ /act_reserved\[/ { print $2 " does not end with act_reserved" }
            /;/ { last = $0 }' "$1/$header"
    done
}

# header MEMBER...: act_x_options has these behind its size.
header() {
    echo 'act_public_headers += %D%/x.h' | write mailbox/parts.am
    {
        printf '#include <stddef.h>\ntypedef struct act_x_options {\n    size_t size; /* set */\n'
        printf '    %s;\n' "$@"
        echo '} act_x_options;'
    } | write mailbox/x.h
}

header 'char first' 'void (*second)(int)'
red "a gap between two options" "act_x_options has a gap: second"
header 'void *first' 'char second[3]'
red "a gap behind the last" "act_x_options has a gap: end"
header 'void *first' 'char second[8]'
calm "options without a gap"
echo 'act_public_headers += %D%/x.h' | write mailbox/parts.am
printf 'typedef struct act_x_options {\n    long first;\n} act_x_options;\n' | write mailbox/x.h
red "options without a size" "act_x_options; does not begin with its size"
echo 'act_public_headers += %D%/x.h' | write mailbox/parts.am
printf 'typedef struct act_x_spec {\n    long first;\n} act_x_spec;\n' | write mailbox/x.h
red "a spec without room" "act_x_spec; does not end with act_reserved"
green "options begin with their size and have no gap"
