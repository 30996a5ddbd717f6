#!/bin/sh
# Which may include which, and which may ask for the time or for random numbers. The rules are data.
# SPDX-License-Identifier: MIT
. "${top_srcdir:-$(dirname "$0")/../..}/test/lint/lint.sh"

# PART: the parts it may include besides itself. A file belongs to the longest part that its folder
# begins with. "public" is every public header, "any" is everything. The order is strict, top uses
# below:
#
#     supervisor
#     system, io, simulation, and later parts beside them      of these only simulation uses system
#     process, signal, delivery                                one layer in three rooms
#     scheduler                                                knows task.h, and no actor
#     time
#     mailbox
#
# What is called upwards is declared below, in the headers of `seams`. "actor" is the public headers
# that lie there: the words that all users have; the scheduler and time have none of them.
mailbox='mailbox/base mailbox/message mailbox/schema mailbox/inbox mailbox/channel'
actors="$mailbox actor actor/time actor/scheduler actor/process actor/signal actor/delivery"
parts="
mailbox/base:
mailbox/message: mailbox/base
mailbox/schema: mailbox/base mailbox/message
mailbox/inbox: mailbox/base mailbox/message
mailbox/channel: mailbox/base
actor: mailbox/message mailbox/schema mailbox/channel
actor/time: mailbox/base mailbox/message
actor/scheduler: $mailbox actor/time
actor/process: $actors
actor/signal: $actors
actor/delivery: $actors
actor/system: $actors
actor/io: $actors
actor/simulation: $actors actor/system
actor/node: $actors
actor/observe: $actors
actor/journal: $actors
supervisor: public
samples: public
test: any
test/bench: public
test/cases: public"

# FILE HEADER REASON: single includes that the tables above and below forbid.
excused='
supervisor/spec_check.c mailbox/base/number.h so that numbers have a point in every locale
supervisor/record.h mailbox/base/lock.h so that code of a program never runs under the mutex of a supervisor
supervisor/spec_check.h actor/process/spawn_options.h so that the options of a spawn are read in one place
supervisor/memory.c mailbox/base/memory.h so that tests can let any request for memory fail
actor/debug.h actor/io/io.h so that all calls that a debug build checks are in one list
test/bench/typed.c msgpack.h to measure it called by hand
'

# HEADER REASON: headers of actor/ with prototypes of functions that another file defines. All other
# internal ones have those of the file of their own name.
seams='
actor/scheduler/task.h what the scheduler calls of an actor
actor/scheduler/runner.h what it calls for a thread that runs actors
actor/scheduler/report.h what it has to say
actor/scheduler/loop.h what it calls of libevent
actor/scheduler/station.h the rest, in stuck.c, of what is inlined there
actor/io/tcp_record.h one object in four files'

# HEADER OWNER: headers of other libraries, and the only file or folder/, with its tests, that may include them.
owners='
msgpack.h mailbox/schema/codec_msgpack.c
msgpack/ mailbox/schema/codec_msgpack.c
event2/ actor/io/
check.h test/kit/'

# Calls that would escape the simulation: time and randomness come through the executor seam only.
calls='act__clock_after clock_gettime clock_nanosleep time gettimeofday timespec_get ftime
sleep usleep nanosleep thrd_sleep
rand srand rand_r random srandom drand48 lrand48 getrandom getentropy arc4random'

# FILE-OR-FOLDER/ REASON
callers='
actor/scheduler/ is the seam itself
actor/time/clock.h is for those that follow
actor/system/log.c people read at what time of day something was
actor/system/log_writer.c writes in real time what a system with real workers logs
actor/system/stuck_report.c asks a thread that is stuck, so in real time
actor/system/foreign.c ordinary threads wait in real time, and never in a simulation
actor/system/stop.c as foreign.c: the thread that stops the system waits
actor/system/system.c as foreign.c: so does the thread that destroys it
actor/io/ hands the clock of its event loop to the executor
mailbox/channel/channel_waiting.c ordinary threads wait in real time; a handler never waits
samples/kv/service/host.c keys expire at a time of day, latencies are in microseconds, and clients must not guess the seed of the hash
test/stress/ runs in real time on purpose
test/bench/ measures real time
test/cases/ does what a program of a user does, in real time'

complaints() {
    # shellcheck disable=SC2046 # no file of the tree has a space in its name
    code "$1" $(sources "$1" mailbox actor supervisor samples test) |
        public="$(public_headers "$1")" there="$(sources "$1" mailbox actor supervisor samples test)" \
            parts=$parts excused=$excused seams=$seams owners=$owners calls=$calls callers=$callers awk '
        function lines(name, list) { return split(ENVIRON[name], list, "\n") }
        function begins(text, start) { return substr(text, 1, length(start)) == start }
        function complain(text) { print file ":" line ": " text }
        # Whether the entry names the path itself or, ending in a slash, a folder above it.
        function covers(entry, path) { return entry == path || entry ~ /\/$/ && begins(path, entry) }
        function part_of(path) {
            while (sub(/\/[^\/]*$/, "", path)) if (path in may) return path
            return ""
        }
        BEGIN {
            for (i = lines("parts", l); i > 0; i--)
                if (split(l[i], f, ": *") > 0 && f[1] != "") may[f[1]] = " " f[2] " "
            for (i = lines("public", l); i > 0; i--) public[l[i]] = 1
            for (i = lines("there", l); i > 0; i--) there[l[i]] = 1
            for (i = lines("excused", l); i > 0; i--) if (split(l[i], f, " ") > 2) excused[f[1] " " f[2]] = 1
            for (i = lines("owners", l); i > 0; i--) if (split(l[i], f, " ") == 2) owner[f[1]] = f[2]
            for (i = lines("callers", l); i > 0; i--) if (split(l[i], f, " ") > 1) caller[f[1]] = 1
            for (i = lines("seams", l); i > 0; i--) if (split(l[i], f, " ") > 1) seam[f[1]] = 1
            n = split(ENVIRON["calls"], f, /[ \n]+/)
            for (i = 1; i <= n; i++) forbidden[f[i]] = 1
        }
        function check_ours(header,    part, other) {
            part = part_of(file); other = part_of(header)
            if (file ~ /\.h$/) uses[file] = uses[file] " " header
            if (file " " header in excused) return
            if (file in public && !(header in public)) complain("public header includes private " header)
            if (part == other || may[part] ~ / any /) return
            if (may[part] ~ / public /) {
                if (!(header in public)) complain(part " may include public headers only, not " header)
            } else if (index(may[part], " " other " ") == 0)
                complain(part " may not include " other " (" header ")")
        }
        function check_foreign(header,    h) {
            if (file " " header in excused) return
            for (h in owner)
                if (covers(h, header) && !covers(owner[h], file) && !covers("test/" owner[h], file))
                    complain("only " owner[h] " may include " header)
        }
        function check_include(text,    quoted, header, beside) {
            quoted = text ~ /"/
            sub(/^[^<"]*[<"]/, "", text); sub(/[>"].*/, "", text); header = text
            beside = file; sub(/[^\/]*$/, "", beside); beside = beside header
            while (sub(/[^\/]+\/\.\.\//, "", beside));
            if (quoted && beside in there) header = beside
            if (header in there) check_ours(header)
            else if (header == "act.h") {
                if (file !~ /^(samples|test)\//) complain("act.h is for users, not for the library")
            } else check_foreign(header)
        }
        function check_calls(text,    c, name) {
            for (c in caller) if (covers(c, file)) return
            while (match(text, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
                name = substr(text, RSTART, RLENGTH); sub(/[ \t]*\($/, "", name)
                before = RSTART > 1 ? substr(text, RSTART - 1, 1) : ""
                if (name in forbidden && before !~ /[.>]/) complain("calls " name ", which only the executor and io may")
                text = substr(text, RSTART + RLENGTH)
            }
        }
        # Whether a header leads back to one that is being looked at; each is looked at once.
        function leads_back(header,    all, n, i) {
            state[header] = 1
            n = split(uses[header], all, " ")
            for (i = 1; i <= n; i++) {
                if (!(all[i] in state)) leads_back(all[i])
                else if (state[all[i]] == 1) print header ":1: is in a cycle of headers with " all[i]
            }
            state[header] = 2
        }
        # A prototype or a definition at the left margin, perhaps of several lines, of a function that
        # other files see.
        function check_function(text,    name) {
            if (file !~ /^actor\//) return
            if (text ~ /^[A-Za-z_]/ && text !~ /^(static|typedef|extern|struct [a-z_]+ \{|_Static)/) begun = text
            else if (begun != "" && text ~ /^[{ \t]/) begun = begun text
            else if (text !~ /^[ \t]*$/) begun = ""
            if (begun !~ /[;{]/) return
            if (match(begun, /act__[a-z0-9_]+\(/)) {
                name = substr(begun, RSTART, RLENGTH - 1)
                if (begun ~ /\{/) { defined_in[name] = file }
                else if (file ~ /\.h$/) { declared_in[name] = file; declared_at[name] = line }
            }
            begun = ""
        }
        END {
            for (header in uses) if (!(header in state)) leads_back(header)
            for (called in declared_in) {
                header = declared_in[called]; sub(/\.h$/, "", header)
                by = defined_in[called]; sub(/\.c$/, "", by)
                if (by != "" && by != header && !(declared_in[called] in seam) && !(declared_in[called] in public))
                    print declared_in[called] ":" declared_at[called] ": has the prototype of " called \
                        ", which " by ".c defines"
            }
        }
        {
            file = $0; sub(/:.*/, "", file)
            line = substr($0, length(file) + 2); sub(/:.*/, "", line)
            text = substr($0, length(file) + length(line) + 3)
            if (part_of(file) == "") complain("its folder has no rule in layers.sh")
            if (text ~ /^[ \t]*#[ \t]*include/) check_include(text); else { check_calls(text); check_function(text) }
        }' | LC_ALL=C sort -u
}

write actor/slots.h </dev/null
echo '#include <actor/slots.h>' | write mailbox/inbox/inbox.c
red "an inbox includes actor" "mailbox/inbox/inbox.c:1: mailbox/inbox may not include actor"
echo '#include <mailbox/message/message.h>' | write mailbox/channel/channel.c
echo '/* A message. */' | write mailbox/message/message.h
red "a channel knows messages" "mailbox/channel/channel.c:1: mailbox/channel may not include mailbox/message"

write actor/node/frame.h </dev/null
echo '#include <actor/node/frame.h>' | write actor/io/udp.c
red "io includes node, its neighbour" "actor/io/udp.c:1: actor/io may not include actor/node"

write actor/node/frame.h </dev/null
echo '#include "../node/frame.h"' | write actor/io/tcp.c
red "io includes node from where it lies" "actor/io/tcp.c:1: actor/io may not include actor/node"

write actor/process/cell.h </dev/null
echo '#include <actor/process/cell.h>' | write actor/scheduler/parking.c
red "the scheduler knows an actor" "actor/scheduler/parking.c:1: actor/scheduler may not include actor/process"

write actor/system/log.h </dev/null
echo '#include <actor/system/log.h>' | write actor/process/exit.c
red "an actor's end knows the system" "actor/process/exit.c:1: actor/process may not include actor/system"

echo '#include <actor/process/b.h>' | write actor/signal/a.h
echo '#include <actor/delivery/c.h>' | write actor/process/b.h
echo '#include <actor/signal/a.h>' | write actor/delivery/c.h
red "three headers in a ring" "is in a cycle of headers with"

printf 'struct act__x *act__end(int a,\n                        int b);\n' | write actor/process/cell.h
printf 'struct act__x *act__end(int a,\n                        int b)\n{\n    return act__y(a);\n}\n' | write actor/process/exit.c
red "a prototype in another file's header" \
    "actor/process/cell.h:2: has the prototype of act__end, which actor/process/exit.c defines"

write actor/slots.h </dev/null
echo '#include "slots.h"' | write actor/actor.h
echo 'act_public_headers += %D%/actor.h' | write actor/parts.am
red "a public header includes a private one" "actor/actor.h:1: public header includes private actor/slots.h"

write actor/slots.h </dev/null
echo '#include <actor/slots.h>' | write supervisor/children.c
red "the supervisor looks inside actor" "supervisor may include public headers only, not actor/slots.h"

echo '#include <act.h>' | write supervisor/children.c
red "the library includes act.h" "act.h is for users"

echo '#include <msgpack.h>' | write mailbox/message/pool.c
red "msgpack outside its codec" "only mailbox/schema/codec_msgpack.c may include msgpack.h"

echo '  #  include <event2/event.h>' | write actor/scheduler/parking.c
red "libevent outside io" "only actor/io/ may include event2/event.h"

echo 'int now = time (NULL);' | write mailbox/inbox/inbox.c
red "a clock outside the executor" "mailbox/inbox/inbox.c:1: calls time"




write mailbox/base/list.h </dev/null
write actor/scheduler/worker_pool.c <<'END'
#include <mailbox/base/list.h> /* and <actor/actor.h> is not meant */
// time(0)
/* rand() in a comment
   that goes on: sleep(1) */ int a = clock_gettime(0, &b);
END
write mailbox/inbox/inbox.c <<'END'
#include <mailbox/base/list.h>
const char *text = "time(0) \" rand()";
int next = options.time(1) + self->random() + act_time(2) + run_time(3);
END
calm "comments, strings, members and the seam itself"

green "every include and every clock is where it may be"
