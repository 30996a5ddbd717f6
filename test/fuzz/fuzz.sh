#!/bin/sh
# Lets libFuzzer look for bytes that the decoder does not bear: FUZZ_SECONDS (60), from the corpus beside this.
# SPDX-License-Identifier: MIT
set -u
top=${top_srcdir:-$(dirname "$0")/../..}
# shellcheck source=test/lint/tap.sh
. "$top/test/lint/tap.sh"
seconds=${FUZZ_SECONDS:-60}

clang=
for candidate in clang clang-19 clang-18 clang-17 clang-16 clang-15 clang-14; do
    [ -n "$clang" ] && break
    echo 'int LLVMFuzzerTestOneInput(const char *b, unsigned long n); int LLVMFuzzerTestOneInput(const char *b, unsigned long n) { return !b && !n; }' >"$work/try.c"
    "$candidate" -fsanitize=fuzzer "$work/try.c" -o "$work/try" 2>/dev/null && clang=$candidate
done
if [ -z "$clang" ]; then
    tap_skip "no bytes harm the decoder" "clang with libFuzzer is missing (Debian package: clang)"
    tap_end
fi

"$clang" -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -I"$top" -I"$PWD/generated" \
    "$top"/test/fuzz/codec_fuzz.c "$top"/mailbox/base/*.c "$top"/mailbox/message/*.c \
    "$top"/mailbox/schema/*.c -lmsgpackc -lpthread -o "$work/codec_fuzz" >"$work/why" 2>&1
status=$?
tap $status "the decoder is built for libFuzzer" "$work/why"
[ "$status" -eq 0 ] || tap_end

mkdir "$work/found"
cp "$top"/test/fuzz/corpus/codec/* "$work/found"
(cd "$work" && timeout $((seconds + 60)) ./codec_fuzz -max_total_time="$seconds" -max_len=4096 -timeout=10 \
    -print_final_stats=1 found) >"$work/why" 2>&1
status=$?
grep -E 'stat::number_of_executed_units|^#.*(DONE|INITED)' "$work/why" | sed 's/^/# /'
if [ "$status" -ne 0 ]; then
    for crash in "$work"/crash-* "$work"/leak-* "$work"/oom-* "$work"/timeout-*; do
        [ ! -e "$crash" ] || { echo "the bytes:"; od -An -tx1 "$crash"; } >>"$work/why"
    done
fi
tail -n 60 "$work/why" >"$work/end"
tap $status "no bytes harm the decoder" "$work/end"
tap_end
