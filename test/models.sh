#!/bin/sh
# Spin goes through every course of events of doc/models/*.pml; and finds the error where a step is left out.
# SPDX-License-Identifier: MIT
set -u
top=${top_srcdir:-$(dirname "$0")/..}
TMPDIR=$PWD # pan is made and run in the build directory
export TMPDIR
# shellcheck source=test/lint/tap.sh
. "$top/test/lint/tap.sh"

spin=${SPIN:-spin}
models=$(cd "$top/doc/models" && pwd) || exit 99
memory_mib=1800 # two run at a time
depth=100000

# MODEL, what it shows, and what it is told: a model as it is has no error.
holds='
bond           tells_both_sides_of_a_link                               -DKIND=LINK
bond           leaves_one_of_two_links_that_cross                       -DKIND=LINK -DCROSS
bond           brings_one_down_to_a_monitor                             -DKIND=MONITOR
bond           brings_one_answer_to_an_ask                              -DKIND=ASK
channel        wakes_a_select_for_each_value_and_for_the_end
channel        loses_nothing_at_a_deadline                              -DTIMEOUTS
channel        wakes_each_of_two_receivers                              -DTWO
channel        wakes_each_of_two_senders                                -DTWO_SENDERS
channel        of_no_room_hands_each_value_to_one_select                -DRENDEZVOUS
channel        of_no_room_loses_nothing_at_a_deadline                   -DRENDEZVOUS -DTIMEOUTS
channel        of_no_room_meets_each_of_two_receivers                   -DRENDEZVOUS -DTWO
channel        of_no_room_meets_each_of_two_senders                     -DRENDEZVOUS -DTWO_SENDERS
flood          of_two_actors_by_each_other_ends_for_both
forward        gives_the_asker_one_answer_and_is_let_go_once
forward        goes_round_among_three                                   -DASKED_ONES=3 -DRING -DREPLIES=0
forward        may_go_to_the_asker                                      -DTO_ASKER
handover_links tells_a_supervisor_of_each_end_and_leaves_none_behind_it
inbox          hands_each_message_over_once_and_loses_no_wakeup
inbox          reuses_envelopes_at_once                                 -DTIGHT
log_ring       hands_each_record_over_whole_and_wakes_the_reader
log_ring       of_one_slot_loses_and_counts                             -DSLOTS=1
notify         ends_with_its_actor_or_before_and_with_its_system
handover       is_taken_or_abandoned_once_and_loses_nothing
handover       keeps_a_kill_for_the_one_that_takes_it                   -DKILLED
backpressure   frees_each_sender_and_lets_signals_through
backpressure   frees_the_senders_of_two_receivers                       -DTWO_RECEIVERS
backpressure   lets_a_muted_sender_handle_what_signals_bring            -DHEARS
backpressure   frees_the_senders_of_one_that_stands_still               -DSTUCK
backpressure   frees_senders_that_found_the_receiver_overloaded         -DOPENED
parking        wakes_a_worker_for_what_is_injected                      -DINJECTS=2 -DDUE=1
parking        wakes_one_more_while_there_is_more                       -DINJECTS=2 -DLONGS=1
parking        wakes_a_thief_for_what_a_worker_made                     -DINJECTS=1 -DNESTS=1
parking        wakes_the_worker_that_is_meant                           -DINJECTS=0 -DPOSTS=1 -DCALLS=1
parking        wakes_a_thief_again_once_its_sentry_has_nothing_to_do    -DBEGUN=1 -DINJECTS=1 -DCHORES=1 -DNESTS=1
parking        has_a_sentry_again_when_that_finds_work                  -DBEGUN=1 -DINJECTS=0 -DNESTS=1 -DTWINS
steal_deque    runs_each_actor_once
spawn          takes_the_token_of_a_cell_that_sleeps_and_no_other
spawn          may_leave_its_actor_asleep                               -DRESTS=true
spawn          that_fails_leaves_a_late_message_to_the_cell             -DFAILS=true
station        is_used_by_one_and_leaves_no_actor_waiting
station        is_used_by_one_of_three_threads                          -DTHREADS=3
station        is_left_by_all_threads_at_the_end                        -DENDS -DTHREADS=3
run_queue      runs_each_actor_once
'

# The same with a step left out, and the error that shows it.
breaks='
bond           without_the_hold_of_an_unsent_end_is_never_free          assertion  -DKIND=MONITOR -DBREAK_LET_GO
bond           that_forgets_its_end_is_free_too_early                   assertion  -DKIND=MONITOR -DBREAK_ENDED
bond           taken_back_with_its_down_waiting_brings_it               assertion  -DKIND=MONITOR -DBREAK_DROP
bond           unlinked_with_its_exit_waiting_brings_it                 assertion  -DKIND=LINK -DBREAK_DROP
bond           that_does_not_see_links_cross_brings_two_exits           assertion  -DKIND=LINK -DCROSS -DBREAK_CROSS
bond           whose_request_the_dead_let_go_brings_no_down             end        -DKIND=MONITOR -DBREAK_REFUSE
bond           of_an_ask_that_timed_out_late_brings_two_answers         assertion  -DKIND=ASK -DBREAK_TIMER
channel        listed_without_a_second_look_sleeps_on                   end        -DBREAK_LOOK_AGAIN
channel        whose_free_place_is_given_to_none_sleeps_on              end        -DBREAK_REFILL
channel        looked_at_before_the_lock_sleeps_on                      end        -DBREAK_LOCK
channel        that_ends_for_one_receiver_leaves_the_other              end        -DTWO -DBREAK_ALL
channel        that_selects_what_another_has_loses_a_value              assertion  -DRENDEZVOUS -DBREAK_SELECT
channel        left_before_it_is_told_loses_a_value                     assertion  -DRENDEZVOUS -DBREAK_PASS
channel        told_before_the_value_has_moved_loses_it                 assertion  -DRENDEZVOUS -DBREAK_EARLY
channel        told_by_a_look_and_a_store_sleeps_on                     end        -DBREAK_TELL
flood          of_one_that_is_muted_with_a_list_loses_the_other         end        -DBREAK_PASS_ON
forward        whose_end_is_not_remembered_is_freed_on_its_way          assertion  -DBREAK_OVER
forward        whose_end_does_not_follow_it_is_freed_too_early          assertion  -DBREAK_FOLLOW
forward        whose_end_does_not_look_again_is_freed_on_its_way_back   assertion  -DBREAK_AGAIN
forward        named_after_it_was_sent_is_written_when_it_is_free       assertion  -DBREAK_PID
forward        named_before_it_is_under_way_is_freed_too_early          assertion  -DBREAK_PASSAGE_ORDER
forward        that_arrives_though_it_is_over_is_never_let_go           assertion  -DBREAK_ARRIVES
handover_links that_links_in_the_cell_itself_loses_an_exit              any        -DBREAK_SET
handover_links told_of_before_it_is_parked_is_not_found                 assertion  -DBREAK_PARK
handover_links that_a_killed_supervisor_does_not_leave_is_never_over    end        -DBREAK_LEAVE
inbox          without_the_recheck_loses_a_wakeup                       end        -DBREAK_RECHECK
inbox          asked_before_the_bit_is_set_loses_it                     end        -DBREAK_CONTROL_ORDER
inbox          whose_turn_goes_on_after_it_slept_is_on_two_workers      assertion  -DBREAK_GO_ON
inbox          that_frees_its_boundary_loses_a_message                  any        -DBREAK_RETIRE
inbox          that_frees_a_signal_at_its_boundary_loses_a_message      any        -DBREAK_SIGNAL_DETACH
inbox          that_gives_its_boundary_away_loses_a_message             any        -DBREAK_TAKE_DETACH
inbox          without_the_mark_of_a_push_follows_a_stale_link          any        -DBREAK_PENDING
inbox          pushed_to_without_an_exchange_loses_a_message            any        -DBREAK_EXCHANGE
inbox          changed_after_it_sleeps_is_anothers                      assertion  -DBREAK_SLEEP_FIELDS
log_ring       whose_slot_is_taken_unasked_is_written_by_two            any        -DBREAK_TAKE
log_ring       whose_record_is_shown_first_is_read_too_early            assertion  -DBREAK_PUBLISH
log_ring       whose_record_is_dropped_first_is_read_too_late           assertion  -DBREAK_DROP
log_ring       whose_reader_looks_before_it_is_idle_sleeps_on           end        -DBREAK_IDLE
notify         that_says_it_is_done_too_early_outlives_the_system       assertion  -DBREAK_EARLY
notify         that_was_handled_and_looks_at_its_list_has_no_handle     assertion  -DBREAK_RETIRED
notify         that_looks_while_its_handle_is_dropped_has_none          assertion  -DBREAK_DROPPING
notify         dropped_while_its_actor_looks_at_it_has_no_handle        assertion  -DBREAK_ENDING
handover       held_whatever_was_asked_has_no_owner                     end        -DBREAK_HOLD
handover       parked_whatever_was_asked_has_no_owner                   end        -DBREAK_PARK
handover       taken_in_two_steps_is_taken_twice                        assertion  -DBREAK_TAKE
handover       parked_too_early_is_written_by_two                       assertion  -DBREAK_ORDER
handover       that_sleeps_unasked_is_never_abandoned                   end        -DBREAK_ABANDONED
handover       abandoned_while_it_is_held_is_waited_for                 end        -DBREAK_HELD
handover       that_clears_the_word_loses_a_kill                        end        -DKILLED -DBREAK_STALE
handover       looked_for_in_the_word_first_is_not_found                end        -DBREAK_LOOK
backpressure   with_the_look_before_the_fetch_holds_back_a_signal       end        -DBREAK_LOOK
backpressure   without_the_recheck_holds_back_a_signal                  end        -DBREAK_RECHECK
backpressure   without_wake_muted_holds_back_a_signal                   end        -DBREAK_WAKE_MUTED
backpressure   entered_without_an_exchange_loses_a_sender               any        -DBREAK_ENTER
backpressure   entered_twice_goes_in_circles                            assertion  -DBREAK_ONCE
backpressure   that_lays_the_token_down_unasked_loses_it                end        -DBREAK_LAY_DOWN
backpressure   that_follows_a_freed_sender_loses_the_others             end        -DTWO_RECEIVERS -DBREAK_NEXT
backpressure   that_holds_one_with_something_to_hear_hears_nothing      end        -DHEARS -DBREAK_HEARS
backpressure   without_a_watch_holds_the_senders_for_ever               end        -DSTUCK -DBREAK_WATCH
backpressure   whose_watch_looks_before_it_lets_go_is_not_watched       end        -DSTUCK -DBREAK_WATCH_ORDER
backpressure   freed_by_its_watch_when_it_is_calm_loses_a_sender        assertion  -DSTUCK -DBREAK_FREE_SOME
backpressure   opened_after_the_receiver_was_asked_stays_open           end        -DOPENED -DBREAK_OPEN_ORDER
backpressure   of_a_receiver_that_sleeps_though_asked_stays_open        end        -DOPENED -DBREAK_MUST_WAKE
parking        without_a_second_look_sleeps_on_work                     end        -DINJECTS=2 -DBREAK_LOOK_ONCE_MORE
parking        that_gives_up_a_failed_search_loses_a_wakeup             end        -DINJECTS=2 -DBREAK_AGAIN
parking        without_a_word_of_the_finder_lets_work_wait              end        -DINJECTS=2 -DLONGS=1 -DBREAK_FOUND
parking        whose_sleeper_does_not_watch_leaves_work_waiting         end        -DINJECTS=1 -DNESTS=1 -DBREAK_WATCH
parking        whose_sentry_looks_before_it_is_none_sleeps_on_work      end        -DBEGUN=1 -DINJECTS=1 -DCHORES=1 -DNESTS=1 -DBREAK_SENTRY_ORDER
parking        whose_sentry_tells_none_that_it_works_lets_work_wait     end        -DBEGUN=1 -DINJECTS=0 -DNESTS=1 -DTWINS -DBREAK_RELIEVE
steal_deque    whose_last_is_taken_unasked_runs_an_actor_twice          assertion  -DBREAK_LAST
steal_deque    that_look_at_the_head_first_run_an_actor_twice           assertion  -DBREAK_CLAIM
steal_deque    whose_thief_looks_at_the_tail_first_run_one_twice        assertion  -DBREAK_ORDER
steal_deque    read_after_they_were_won_are_others                      assertion  -DBREAK_READ
station        asked_for_before_its_use_is_told_is_used_by_two          assertion  -DBREAK_ORDER
station        wanted_back_by_a_thread_that_still_wakes_is_used_by_two  assertion  -DBREAK_USES
station        that_is_not_given_back_is_waited_for_for_ever            end        -DBREAK_GIVE
station        left_with_an_actor_woken_late_leaves_it_waiting          end        -DBREAK_SWEEP
station        given_to_a_thread_that_missed_the_end_is_never_left      end        -DENDS -DBREAK_ENDING
spawn          of_a_cell_that_is_awake_takes_anothers_token             assertion  -DBREAK_TOKEN
spawn          without_the_recheck_loses_what_is_asked                  end        -DRESTS=true -DBREAK_RECHECK
spawn          that_fails_and_does_not_look_back_loses_a_message        end        -DFAILS=true -DBREAK_GIVE_BACK
run_queue      with_a_head_that_is_stored_runs_an_actor_twice           assertion  -DBREAK_ADVANCE
run_queue      that_is_never_full_loses_an_actor                        any        -DBREAK_FULL
run_queue      with_a_tail_before_its_place_runs_no_actor               assertion  -DBREAK_PUSH_ORDER
run_queue      copied_after_the_head_has_moved_runs_another             any        -DBREAK_COPY
'

# explore NAME OPTIMISATION MODEL FLAG...: what pan has to say about it, in $work/NAME. Whichever of
# the two that go through the list comes first does it.
explore() {
    mkdir "$work/$1.taken" 2>/dev/null || return 0
    (
        why=$work/$1 optimisation=$2 model=$3
        shift 3
        mkdir "$why.d" && cd "$why.d" &&
            "$spin" -P"${CC:-cc} -E -x c" -a "$@" "$models/$model.pml" &&
            ${CC:-cc} "$optimisation" -w -DSAFETY -DNOFAIR "-DMEMLIM=$memory_mib" -o pan pan.c && ./pan "-m$depth" -n
        rm -rf "$why.d"
    ) >"$work/$1" 2>&1 </dev/null
}

# is_whole FILE: every state was seen, and no error. pan's status does not tell.
is_whole() { grep -q 'errors: 0$' "$1" && ! grep -Eq 'MEMLIM|max search depth|out of memory' "$1"; }

# has_error KIND FILE
has_error() {
    case $1 in
    end) grep -q '^pan:1: invalid end state' "$2" ;;
    assertion) grep -q '^pan:1: assertion violated' "$2" ;;
    any) grep -Eq '^pan:1: (invalid end state|assertion violated)' "$2" ;;
    esac
}

# shellcheck disable=SC2086 # flags are words
explore_holds() {
    while read -r model case flags; do explore "$model.$case" -O2 "$model" $flags; done
}
# shellcheck disable=SC2086
explore_breaks() {
    while read -r model case _ flags; do explore "$model.$case" -O0 "$model" $flags; done
}
explore_all() {
    explore_holds <"$work/holds"
    explore_breaks <"$work/breaks"
}

tell_holds() {
    while read -r model case _; do
        is_whole "$work/$model.$case"
        tap $? "${model}_$case" "$work/$model.$case"
    done
}
tell_breaks() {
    while read -r model case kind _; do
        has_error "$kind" "$work/$model.$case"
        tap $? "${model}_$case" "$work/$model.$case"
    done
}

if ! command -v "$spin" >/dev/null 2>&1; then
    tap_skip "models" "spin is missing (Debian package: spin)"
    tap_end
fi
echo "$holds" | sed '/^$/d' >"$work/holds"
echo "$breaks" | sed '/^$/d' >"$work/breaks"
explore_all &
explore_all
wait
tell_holds <"$work/holds"
tell_breaks <"$work/breaks"
tap_end
