#!/bin/sh
# The chat: what it says to a client, and that no line is lost while its rooms are killed.
# SPDX-License-Identifier: MIT
set -u
top=${top_srcdir:-$(dirname "$0")/../..}
build=${top_builddir:-$top/build}
. "$top/test/lint/tap.sh"
. "$top/test/samples/service.sh"

clients=2000 rooms=50
if service_is_sanitized; then clients=200 rooms=5; fi

"$build/samples/chat/chat" 70000 >"$work/why" 2>&1
[ $? -eq 2 ]
tap $? "a port that is none is refused" "$work/why"
"$build/samples/chat/chat" attic >"$work/why" 2>&1
[ $? -eq 2 ]
tap $? "and a word" "$work/why"

service_start chat/chat 0 600 chaos
talk_start
{
    hear '* welcome: /nick NAME, then /join ROOM' && say '/join attic' 'hello' &&
        hear '! /nick NAME, /join ROOM; there /part, /who; /quit' \
            '! /nick NAME, /join ROOM; there /part, /who; /quit' &&
        say '/nick a b' '/nick ann' '/nick ben' &&
        hear '! /nick NAME, /join ROOM; there /part, /who; /quit' '* you are ann' \
            '! it is taken, or you have a name' &&
        say '/join attic' 'hello' '/who' &&
        hear 'ann has joined' 'ann: hello' '* here: ann'
} >"$work/why" 2>&1
tap $? "names, rooms and lines" "$work/why"
{
    say '/kill' 'still there?' '/who' && hear 'ann: still there?' '* here: ann' &&
        say '/part' && hear 'ann has left' && say 'alone' &&
        hear '! /nick NAME, /join ROOM; there /part, /who; /quit' &&
        say '/join attic' && hear 'ann has joined'
} >"$work/why" 2>&1
tap $? "a room that was killed has its members" "$work/why"

"$build/samples/chat/chat-load" "$service_port" "$clients" "$rooms" 10 20 >"$work/why" 2>&1
tap $? "no line and no connection is lost while a room is killed each 20 ms" "$work/why"
grep -q ' kills=[1-9]' "$work/why"
tap $? "and rooms have been killed" "$work/why"

service_stop >"$work/why" 2>&1
tap $? "told to end it exits with 0" "$work/why"
{
    hear '* goodbye' && talk_end
} >"$work/why" 2>&1
tap $? "and has said goodbye" "$work/why"

service_start chat/chat 0 1
talk_start
{
    hear '* welcome: /nick NAME, then /join ROOM' '* you have said nothing for long' '* goodbye' &&
        talk_end
} >"$work/why" 2>&1
tap $? "one that is idle is disconnected" "$work/why"
talk_start
{
    hear '* welcome: /nick NAME, then /join ROOM' && say "$(printf '%1000s' x)" &&
        hear '! a line has less than 1000 bytes' '* goodbye' && talk_end
} >"$work/why" 2>&1
tap $? "and one whose line is too long" "$work/why"
service_stop >"$work/why" 2>&1
tap $? "it exits with 0" "$work/why"
tap_end
