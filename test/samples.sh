#!/bin/sh
# Runs each sample and compares what it prints with NN-name.expected beside its source.
# SPDX-License-Identifier: MIT
set -u
top=${top_srcdir:-$(dirname "$0")/..}
build=${top_builddir:-$top/build}
. "$top/test/lint/tap.sh"

sed -n 's|^act_samples += %D%|samples|p' "$top/samples/parts.am" >"$work/samples"
while read -r sample; do
    timeout 60 "$build/$sample" >"$work/said" 2>"$work/errors" </dev/null
    status=$?
    {
        [ "$status" -eq 0 ] || echo "exit status $status"
        diff -u "$top/$sample.expected" "$work/said" || cat "$work/errors"
    } >"$work/why" 2>&1
    [ ! -s "$work/why" ]
    tap $? "$sample prints what it should" "$work/why"
done <"$work/samples"
tap_end
