#!/bin/sh
# What a comment, a page or a model names is there: functions, macros, files; and in the file that a
# model says it is of. doc/decisions and NEWS may name what is gone.
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # a page has marks that are the shell's, too
. "${top_srcdir:-$(dirname "$0")/../..}/test/lint/lint.sh"
script=$(cd "$top" && pwd)/test/lint/drift.awk

# Names and files that are others': of C11, Erlang, Go and crossbeam, Linux, other languages' codecs;
# programs of a reader's own; and what only a build makes.
foreign='
seq_cst acq_rel
spawn_link spawn_monitor gen_server send_after brutal_kill infinity count_children check_childspecs
max_children send_interval CURL_POLL_IN CURL_POLL_OUT CURL_POLL_REMOVE curl_multi_socket_action
AUTO_SHUTDOWN
unbounded send_timeout try_recv recv_timeout force_send try_iter test/chan test/ken
mlockall CAP_IPC_LOCK MCL_CURRENT MCL_FUTURE MCL_ONFAULT _dl_find_object sd_notify copy_struct_from_user
__asan_handle_no_return
pack_array pack_uint32 pack_map prefer_integer serde_bytes
program.c divider.c act_union_of_counter act_union_of_s act_unions_of_s
act.h act.pc doc/api-index.md'

# These speak of cases and programs of others, by their names: only what begins with act is looked at.
others='
doc/channel_cases.md doc/channels.md doc/otp_cases.md
test/mailbox/channel/channel_timer_test.c test/mailbox/channel/crossbeam_test.c
test/mailbox/channel/golang_test.c test/mailbox/channel/select_test.c'

parts='mailbox actor supervisor samples test doc'

# files TREE: all that is there but what a build or a version control keeps.
files() {
    (
        cd "$1" || exit
        for part in .ci $parts; do [ ! -d "$part" ] || find "$part" -type f; done
        find . -maxdepth 1 -type f | sed 's|^\./||'
    ) | LC_ALL=C sort
}

# complaints TREE: the lints' own bad trees say nothing of what there is.
complaints() {
    files "$1" >"$work/files"
    known=$(grep -E '\.(c|h|pml|am|ac|in|sh|py|awk|go|rs|cc|escript|md)$|^(README|quickstart|\.ci/run)$' "$work/files" |
        grep -vE '^test/lint/([a-k]|[m-s]|[u-z])')
    told=$(grep -E '\.(c|h|pml|md)$|^(README|CONTRIBUTING)$|/README$' "$work/files" | grep -v '^doc/decisions/')
    # shellcheck disable=SC2086 # no file of the tree has a space in its name
    (cd "$1" && awk -v foreign="$foreign" -v others="$others" -f "$script" \
        mode=files "$work/files" mode=known $known mode=told $told)
}

# a_tree: a function, a file and a test to speak of.
a_tree() {
    printf 'int act__wake(void);\n#define ACT__HELD_YES 1\nstatic int find_place(void);\n' | write actor/signal/bond.c
    echo 'int x;' | write test/actor/signal/link_test.c
}

a_tree
echo '/* As act__wake_up does. */' | write actor/x.c
red "a function that is gone" "actor/x.c:1: there is no act__wake_up"
a_tree
printf 'int x; /* see\n * find_places */\n' | write actor/x.c
red "a function of one file, in a longer comment" "actor/x.c:2: there is no find_places"
a_tree
echo '/* ACT__HOLD_YES, as wakes() says. */' | write actor/x.c
red "a constant" "actor/x.c:1: there is no ACT__HOLD_YES"
a_tree
echo '/* It wakes() it. */' | write actor/x.c
red "a call" "actor/x.c:1: there is no wakes"
a_tree
echo '/* See links.c. */' | write actor/x.c
red "a file" "actor/x.c:1: there is no file links.c"
a_tree
echo '/* See act__wake, x.c. */' | write actor/x.c
red "a function that is in another file" "actor/x.c:1: act__wake is not in x.c"
a_tree
echo 'The word `waker` and `test/actor/signal/`.' | write doc/x.md
red "a name in back-ticks" "doc/x.md:1: there is no waker"
a_tree
printf 'As in\n```c\nact_wake();\n```\n' | write README
red "our name in a program of a page" "README:3: there is no act_wake"
a_tree
printf '/*\n * Models   actor/signal/bonds.c\n */\nint x;\n' | write doc/models/x.pml
red "a file in a model" "doc/models/x.pml:2: there is no file actor/signal/bonds.c"
a_tree
echo 'static int find_room(void);' | write actor/x.c
printf '/*\n * Models   actor/signal/bond.c  find_place,\n *           find_room\n */\nint x;\n' | write doc/models/x.pml
red "a function in a model that is in another file" "doc/models/x.pml:3: find_room is no function of actor/signal/bond.c"
a_tree
echo 'Run test/actor/signal/bond_test.' | write CONTRIBUTING
red "a program" "CONTRIBUTING:1: there is no file test/actor/signal/bond_test"

a_tree
cat <<'END' | write actor/x.c
/*
 * act__wake, _wake, wake, find_place() in bond.c; ACT__HELD_* of actor/signal/bond.c or signal/bond.c,
 * test/actor/signal/link_test, with seq_cst, as NN_name.c; ACT_CHANNEL(job_channel, x), job_channel.
 */
const char *text = "act_gone gone.c";
END
cat <<'END' | write doc/models/x.pml
/*
 * Models   actor/signal/bond.c  find_place, _wake; also what is said in words, find_room of actor/y.c,
 *           actor/signal/bond.c, actor/y.c  wake and find_room
 * Left out a name, place
 */
END
echo 'static int find_room(void);' | write actor/y.c
printf 'The act_word of another day.\n' | write doc/decisions/001-x.md
printf 'See `actor/signal/`, `find_place` and doc/decisions/001.\n```c\nint my_own(void);\n```\n' | write doc/x.md
calm "what is there, in whole or by its end, and what is others'"

green "what comments, pages and models name is there"
