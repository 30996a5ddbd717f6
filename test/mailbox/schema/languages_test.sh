#!/bin/sh
# Each language that has MessagePack makes our messages its own way, and reads and writes again what we have made.
# One that is not here is skipped, and the number of those that were is said at the end.
# SPDX-License-Identifier: MIT
top=${top_srcdir:-$(dirname "$0")/../../..}
# shellcheck source=test/lint/tap.sh
. "$top/test/lint/tap.sh"
us=$PWD/test/mailbox/schema/cross
if grep -q '^ACT_SANITIZER = .' "${top_builddir:-.}/Makefile"; then
    tap_skip "messages of other languages" "a sanitizer sees their kinds in wire_test, and nothing of other languages"
    tap_end
fi
there=$(cd "$top/test/mailbox/schema/interchange" && pwd) || exit 99

"$us" own >"$work/own" && "$us" write >"$work/hex" && "$us" ours >"$work/ours" || exit 99
spoken=0 skipped=

"$us" tags >"$work/tags"
grep -E '^[|] [a-z_]+ [|] 0x' "$top/doc/interchange.md" | diff "$work/tags" - >"$work/why"
tap $? "doc/interchange.md: its table has our tags" "$work/why"

# skip LANGUAGE REASON
skip() {
    skipped="$skipped $1,"
    tap_skip "$1: its messages and ours are the same" "$2"
}

# speak LANGUAGE COMMAND...: the command is given one word more, own or again.
speak() {
    language=$1
    shift
    spoken=$((spoken + 1))
    "$@" own >"$work/theirs" 2>"$work/why" && "$us" read <"$work/theirs" >"$work/got" &&
        diff "$work/own" "$work/got" >>"$work/why"
    tap $? "$language: we read the messages it makes" "$work/why"
    "$@" again <"$work/hex" >"$work/theirs" 2>"$work/why" && "$us" read <"$work/theirs" >"$work/got" &&
        diff "$work/ours" "$work/got" >>"$work/why"
    tap $? "$language: it reads ours, and we what it then writes" "$work/why"
}

# built LANGUAGE COMMAND...: what fails to build is a failure, and no reason to skip.
built() {
    language=$1
    shift
    "$@" >"$work/why" 2>&1 && return 0
    tap 1 "$language: its program is built" "$work/why"
    return 1
}

python=
for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c 'import msgpack' 2>/dev/null; then python=$candidate; fi
done
if [ -n "$python" ]; then
    speak Python "$python" "$there/python.py"
    sed -n '/^def tag/,/^    return/p' "$top/doc/interchange.md" >"$work/tag.py"
    echo 'import sys
for name in sys.argv[1:]: print("| %s | 0x%08x |" % (name, tag(name)))' >>"$work/tag.py"
    # shellcheck disable=SC2046 # the names are words
    "$python" "$work/tag.py" $("$us" tags | cut -d ' ' -f 2) >"$work/got" 2>"$work/why"
    "$us" tags | diff - "$work/got" >>"$work/why"
    tap $? "doc/interchange.md: its program computes our tags" "$work/why"
else
    skip Python "msgpack is missing (Debian package: python3-msgpack)"
fi

if ruby -e 'require "msgpack"' 2>/dev/null; then
    speak Ruby ruby -Ku "$there/ruby.rb"
else
    skip Ruby "msgpack is missing (Debian packages: ruby ruby-msgpack)"
fi

if php -r 'exit(function_exists("msgpack_pack") ? 0 : 1);' 2>/dev/null; then
    speak PHP php "$there/php.php"
else
    skip PHP "msgpack is missing (Debian packages: php-cli php-msgpack)"
fi

if perl -MData::MessagePack -e 1 2>/dev/null; then
    speak Perl perl "$there/perl.pl"
else
    skip Perl "Data::MessagePack is missing (Debian package: libdata-messagepack-perl)"
fi

lua=
for candidate in lua5.3 lua5.4 lua; do
    for path in '' '/usr/share/lua/5.3/?.lua;;'; do
        [ -n "$lua" ] || ! LUA_PATH=$path "$candidate" -e 'require "MessagePack"' 2>/dev/null ||
            lua=$candidate lua_path=$path
    done
done
if [ -n "$lua" ]; then
    speak Lua env LUA_PATH="$lua_path" "$lua" "$there/lua.lua"
else
    skip Lua "MessagePack is missing (Debian packages: lua5.4 lua-messagepack)"
fi

# Debian's Go packages lie in one place, and are found without modules.
for library in vmihailenco/msgpack ugorji/go; do
    name="Go, ${library%%/*}" program=$work/${library%%/*}
    if ! command -v go >/dev/null; then
        skip "$name" "go is missing (Debian package: golang-go)"
    elif [ ! -d "/usr/share/gocode/src/github.com/$library" ]; then
        skip "$name" "github.com/$library is missing (Debian packages: golang-github-vmihailenco-msgpack.v5-dev, golang-github-ugorji-go-codec-dev)"
    elif built "$name" env GO111MODULE=off GOFLAGS= GOPATH=/usr/share/gocode \
        GOCACHE="${GOCACHE:-${XDG_CACHE_HOME:-${HOME:-$work}/.cache}/go-build}" \
        go build -o "$program" "$there/${library%%/*}.go"; then
        speak "$name" "$program"
    fi
done

# Debian's crates are a registry of their own: nothing is fetched.
registry=/usr/share/cargo/registry
if ! command -v cargo >/dev/null; then
    skip Rust "cargo is missing (Debian package: cargo)"
elif ! ls "$registry"/rmp-serde-* >/dev/null 2>&1; then
    skip Rust "rmp-serde is missing (Debian package: librust-rmp-serde-dev)"
else
    mkdir -p "$work/rust/.cargo" && cp "$there"/rust/* "$work/rust" && cat >"$work/rust/.cargo/config.toml" <<END
[source.crates-io]
replace-with = "debian"
[source.debian]
directory = "$registry"
END
    if built Rust sh -c "cd '$work/rust' && CARGO_TARGET_DIR='$work/target' cargo build --offline --quiet"; then
        speak Rust "$work/target/debug/interchange"
    fi
fi

jar=/usr/share/java/msgpack-core.jar
if ! command -v java >/dev/null; then
    skip Java "java is missing (Debian package: default-jdk-headless)"
elif [ ! -e "$jar" ]; then
    skip Java "msgpack-core is missing (Debian package: libmsgpack-java)"
else
    speak Java java -cp "$jar" "$there/Interchange.java"
fi

echo '#include <msgpack.hpp>' >"$work/try.cc"
for flags in '-DMSGPACK_NO_BOOST' ''; do
    # shellcheck disable=SC2086 # the flag is a word or none
    "${CXX:-c++}" -std=c++17 $flags -fsyntax-only "$work/try.cc" 2>/dev/null && break
    flags=none
done
if [ "$flags" = none ]; then
    skip C++ "msgpack.hpp is missing (Debian package: libmsgpack-cxx-dev)"
elif built C++ "${CXX:-c++}" -std=c++17 -DMSGPACK_NO_BOOST "$there/cxx.cc" -o "$work/cxx"; then
    speak C++ "$work/cxx"
fi

# From npm, if its registry answers: these versions, into a folder that goes.
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    skip "Node, @msgpack/msgpack" "node or npm is missing (Debian packages: nodejs npm)"
    skip "Node, msgpackr" "node or npm is missing (Debian packages: nodejs npm)"
elif mkdir "$work/node" && cp "$there/node.mjs" "$work/node" &&
    ! (cd "$work/node" && timeout 60 npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts \
        --no-optional @msgpack/msgpack@3.1.3 msgpackr@2.1.4) >"$work/why" 2>&1; then
    skip "Node, @msgpack/msgpack" "npm cannot install it: $(tail -n 1 "$work/why")"
    skip "Node, msgpackr" "npm cannot install it: $(tail -n 1 "$work/why")"
else
    speak "Node, @msgpack/msgpack" node "$work/node/node.mjs" msgpack
    speak "Node, msgpackr" node "$work/node/node.mjs" msgpackr
fi

echo "# $spoken implementations were spoken with; skipped:${skipped:- none}"
tap_end
