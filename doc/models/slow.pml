/*
 * Held senders: an overloaded receiver keeps the tokens of those who flood it; signals reach them all the same.
 * SPDX-License-Identifier: MIT
 *
 * Models    actor/slow.c    slow_update, free_held, enter_list, lay_down, slow_hold, slow_stay
 *           actor/signal.c  signal_push, set_urgent, wake_held, take_in, take_urgent
 *           actor/turn.c    turn_run, turn_go_on, give_way, rest, sleep_now
 * Left out  how an inbox works, which is inbox.pml: here it is a count of signals, and whether its owner sleeps. How
 *           far behind the receiver is: it becomes overloaded and calm when it likes, and relieves its senders. Lives.
 *           Whose list one enters who sends to an actor that is held: any list will do.
 * Asserted  a sender's token is in one place: a worker, the run queue, the receiver's list, or nowhere while the
 *           sender sleeps. The receiver is calm at the last only after the signals have been taken in: a signal does
 *           not wait for it. Ends well only if all senders sleep, with no signal or hold left: a sender that is held
 *           for ever is an invalid end state. (A bit may be left, of a signal that was taken in before it was set.)
 * Order     `held` against `urgent` is two sequentially consistent accesses on each side, as here. The token and
 *           `slowed_next` go through acquire and release pairs; test/stress/actors_test tests those, under
 *           ThreadSanitizer.
 */
#define SENDERS 2
#ifdef TWO_RECEIVERS
#define RECEIVERS 2
#define FLOODS    1 /* times a receiver is overloaded */
#define SIGNALS   0 /* to sender 1 */
#else
#define RECEIVERS 1
#define FLOODS    2
#define SIGNALS   1
#endif

#define NOBODY 255
#define CALM   255  /* senders in a list are 1 to SENDERS; 0 ends it */
mtype = { NO, LISTED, YES };

byte slowed[RECEIVERS] = CALM;
byte slowed_next[SENDERS + 1];
mtype held[SENDERS + 1] = NO;
bool urgent[SENDERS + 1];
bool is_held[SENDERS + 1]; /* ACT__CELL_HELD */

byte signals[SENDERS + 1]; /* in the inbox */
bool asleep[SENDERS + 1];
byte turns[SENDERS + 1];   /* messages that are left for it to handle, each of which makes it send one */

bool queued[SENDERS + 1];
byte running[SENDERS + 1];
byte signals_sent, signals_taken;
byte receivers_done;
bool signaller_done;

inline schedule(a)
{
    d_step { assert(!queued[a] && running[a] == 0 && !asleep[a] && held[a] != YES); queued[a] = true }
}

/* Compare-exchange of `held`. */
inline change(a, from, to)
{
    d_step { changed = (held[a] == from); if :: changed -> held[a] = to :: else fi }
}

/* ---- the receiver */

inline free_held(then)
{
    d_step { who = slowed[me]; slowed[me] = then; walked = 0 }
    do
    :: who != 0 && who != CALM ->
        sender = who;
        walked++;
        assert(walked <= SENDERS); /* else it is in the list twice */
#ifdef BREAK_NEXT
        d_step { was = held[sender]; held[sender] = NO }
        if
        :: was == YES -> schedule(sender)
        :: else
        fi;
        who = slowed_next[sender]
#else
        who = slowed_next[sender];
        atomic {
            was = held[sender];
            held[sender] = NO;
            if
            :: was == YES -> schedule(sender)
            :: else
            fi;
            was = NO; sender = 0
        }
#endif
    :: else -> break
    od
}

proctype receiver(byte me)
{
    byte who, sender, walked, floods;
    mtype was = NO;
    do
    :: floods < FLOODS ->
        atomic { slowed[me] = 0; floods++ }
        if
        :: floods == FLOODS -> signals_taken == SIGNALS
        :: else
        fi;
        if
        :: RECEIVERS == 1 && floods == FLOODS -> free_held(0) /* it never catches up: those it holds have a turn */
        :: true
        fi;
        free_held(CALM)
    :: else -> break
    od;
    receivers_done++
}

/* ---- who sends a signal */

inline wake_held(a)
{
#ifndef BREAK_WAKE_HELD
    if
    :: held[a] == YES ->
        change(a, YES, LISTED);
        if
        :: changed -> schedule(a)
        :: else
        fi
    :: else
    fi
#else
    skip
#endif
}

/* act__signal_push */
proctype signaller(byte a)
{
    bool was_asleep, changed;
    do
    :: signals_sent < SIGNALS ->
        signals_sent++;
        d_step { was_asleep = asleep[a]; asleep[a] = false; signals[a]++ }
        if
        :: was_asleep -> schedule(a)
        :: else
        fi;
        urgent[a] = true;
        wake_held(a)
    :: else -> break
    od;
    signaller_done = true
}

/* ---- a sender's turn, on any worker */

inline take_in(a)
{
    d_step { signals_taken = signals_taken + signals[a]; signals[a] = 0 }
}

inline take_urgent(a)
{
    if
    :: urgent[a] ->
        urgent[a] = false;
#ifndef BREAK_LOOK
        take_in(a)
#endif
    :: else
    fi
}

/* To either receiver; worker->slow_for remembers it if it is slowed. */
inline send(a)
{
    atomic {
        turns[a]--;
        if
        :: slowed[0] != CALM -> slow_for = 0
        :: slowed[RECEIVERS - 1] != CALM -> slow_for = RECEIVERS - 1
        :: else
        fi
    }
}

inline enter_list(a)
{
    atomic { held[a] = LISTED; first = slowed[slow_for] }
    do
    :: first == CALM -> break
    :: else -> atomic {
        slowed_next[a] = first;
#ifndef BREAK_ENTER
        if
        :: slowed[slow_for] != first -> first = slowed[slow_for]
        :: else -> slowed[slow_for] = a; break
        fi
#else
        slowed[slow_for] = a; break
#endif
    }
    od
}

/* `lets_go`: the token is gone. */
inline lay_down(a)
{
    is_held[a] = true;
#ifdef BREAK_LAY_DOWN
    atomic { held[a] = YES; running[a]--; lets_go = true; changed = true }
#else
    atomic { change(a, LISTED, YES); if :: changed -> running[a]--; lets_go = true :: else -> is_held[a] = false fi }
#endif
#ifndef BREAK_RECHECK
    if
    :: changed && urgent[a] ->
        change(a, YES, LISTED);
        if
        :: changed -> schedule(a)
        :: else
        fi
    :: else
    fi;
#endif
    changed = false
}

/* One who is in a list already may have an EXIT that waits: then it goes on. */
inline slow_hold(a)
{
    if
    :: slow_for == NOBODY
#ifndef BREAK_ONCE
    :: slow_for != NOBODY && held[a] != NO ->
        if
        :: lay_down(a)
        :: true
        fi
    :: slow_for != NOBODY && held[a] == NO ->
#else
    :: else ->
#endif
        enter_list(a);
        if
        :: first == CALM -> held[a] = NO
        :: else -> lay_down(a)
        fi;
        first = 0
    fi
}

/* The same. */
inline slow_stay(a)
{
    is_held[a] = false;
    if
    :: held[a] == LISTED ->
        take_in(a);
        take_urgent(a);
        if
        :: lay_down(a)
        :: true
        fi
    :: else
    fi
}

/* Sleeps if there is neither message nor signal. */
inline sleep_now(a)
{
    atomic {
        lets_go = (signals[a] == 0 && turns[a] == 0);
        if
        :: lets_go -> asleep[a] = true; running[a]--
        :: else
        fi
    }
    if
    :: lets_go && urgent[a] -> atomic {
        if
        :: asleep[a] ->
            assert(!queued[a] && running[a] == 0);
            asleep[a] = false; running[a]++; lets_go = false
        :: else
        fi
    }
    :: else
    fi
}

#define RESTS(a) (asleep[a] && signals[a] == 0 && held[a] == NO && turns[a] == 0)
#define FINISHED (receivers_done == RECEIVERS && signaller_done && RESTS(1) && RESTS(2))

proctype worker()
{
    byte a, first;
    byte slow_for = NOBODY;
    bool changed, lets_go;
idle:
    atomic {
        a = 0; slow_for = NOBODY; lets_go = false;
        if
        :: queued[1] -> a = 1
        :: queued[2] -> a = 2
        :: FINISHED -> goto over
        fi;
        queued[a] = false; running[a]++;
        assert(running[a] == 1);
    }
    if
    :: is_held[a] -> slow_stay(a)
    :: else
    fi;
    if
    :: lets_go -> goto idle
    :: else -> take_in(a)
    fi;
look:
    take_urgent(a);
    if
    :: turns[a] > 0 ->
        send(a);
        if
        :: turns[a] > 0 -> goto spent
        :: turns[a] == 0 -> take_in(a); take_urgent(a)
        :: goto spent /* messages of others keep it busy */
        fi
    :: else
    fi;
    /* rest */
    slow_hold(a);
    if
    :: lets_go -> goto idle
    :: else -> sleep_now(a)
    fi;
    if
    :: lets_go -> goto idle
    :: else -> take_in(a); goto look
    fi;
spent: /* give_way */
    slow_hold(a);
    if
    :: lets_go -> goto idle
    :: else -> atomic { running[a]--; schedule(a); goto idle }
    fi;
over:
    skip
}

init
{
    atomic {
        turns[1] = 2; turns[2] = 1; queued[1] = true; queued[2] = true;
        run receiver(0);
        if
        :: RECEIVERS == 2 -> run receiver(1)
        :: else
        fi;
        run signaller(1); run worker(); run worker()
    }
}
