#!/bin/sh
# How long an idle system takes to run an actor that is told something, beside Go and Tokio where they are installed;
# prints, judges nothing.
# SPDX-License-Identifier: MIT
#
# usage: wakeup.sh [ROUNDS]      3 rounds unless said otherwise, of 2,000 calls each, a millisecond apart
set -u

rounds=${1-3}
case $rounds in '' | *[!0-9]* | 0) echo "wakeup.sh: ROUNDS is a number from 1 on" >&2; exit 2 ;; esac
source=$(cd "${top_srcdir:-.}" && pwd)/test/bench/wakeup
bench=${top_builddir:-build}/test/bench/act-bench
[ -x "$bench" ] || { echo "wakeup.sh: no $bench: ./quickstart build" >&2; exit 1; }

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

if command -v go >/dev/null; then
    GO111MODULE=off GOCACHE=$work/go go build -o "$work/in_go" "$source/wakeup.go" 2>"$work/why" ||
        { echo "the program in Go cannot be built here:" && cat "$work/why"; } >&2
else
    echo "no Go (Debian package: golang-go)" >&2
fi
crates=$(dpkg -L librust-tokio-dev 2>/dev/null | grep -m1 '/cargo/registry$')
if command -v cargo >/dev/null && [ -n "$crates" ]; then
    mkdir "$work/rust" && cp "$source/Cargo.toml" "$source/wakeup.rs" "$work/rust"
    if (cd "$work/rust" && cargo build --quiet --release --offline --config 'source.crates-io.replace-with="debian"' \
        --config "source.debian.directory=\"$crates\"") 2>"$work/why"; then
        ln -s rust/target/release/wakeup "$work/on_tokio"
    else
        { echo "the program on Tokio cannot be built here:" && cat "$work/why"; } >&2
    fi
else
    echo "no Tokio (Debian packages: cargo librust-tokio-dev)" >&2
fi

echo "microseconds from the call until the actor runs, round by round"
round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    for threads in 1 2; do
        [ "$threads" -le "$(nproc)" ] || continue
        echo "act threads=$threads $("$bench" wakeup n=2000 threads="$threads" | sed 's/.* p50/p50/')"
        [ ! -x "$work/in_go" ] || echo "Go threads=$threads $("$work/in_go" 2000 "$threads")"
        [ ! -x "$work/on_tokio" ] || echo "Tokio threads=$threads $("$work/on_tokio" 2000 "$threads")"
    done
done
