# What the benches beside others share; sourced, never run. SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# Reads [-r REPS] [WORKLOAD,...]. $reps is changed by -r, and $picked is changed by the workloads if any are named;
# $bench is there. The script has both, and `usage`.
# shellcheck disable=SC2034,SC2154 # these are the script's
while getopts r: option; do
    [ "$option" = r ] || usage
    reps=$OPTARG
done
shift $((OPTIND - 1))
case $reps in '' | *[!0-9]* | 0) usage ;; esac
[ "$#" -le 1 ] || usage
picked=${1-$picked}
[ -x "$bench" ] || { echo "${0##*/}: no $bench: ./quickstart build" >&2; exit 1; }
