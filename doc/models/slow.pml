/*
 * Held senders: an overloaded receiver keeps the tokens of those who flood it; signals reach them
 * all the same, what those bring is handled, and a watch frees them if the receiver stands still.
 * The list of a receiver that does not look whether it is overloaded is opened by a sender. SPDX-
 * License-Identifier: MIT
 *
 * Models    actor/delivery/slow.c    slow_update, free_held, begin_watch, slow_watch, free_some, enter_list, lay_down, slow_hold,
 *                           slow_wake, slow_stay; with OPENED also open_list, ask_to_look,
 *                           hold_senders_of, slow_look
 *           actor/signal/signal.c  signal_push, set_urgent, wake_held, take_in, take_urgent
 *           actor/process/turn.c    turn_run, turn_go_on, give_way, rest, fall_asleep, wake_if_asked
 * Left out  how an inbox works, which is inbox.pml: here it is a count of signals, and whether its owner sleeps. How
 *           far behind the receiver is: it becomes overloaded and calm when it likes, and relieves its senders. Lives.
 *           Whose list one enters who sends to an actor that is held: any list will do. Time: the watch looks when it
 *           likes. That each signal brings a message to handle: some bring none. With OPENED:
 *           the watch, whose work is in STUCK; and that a sender may be a receiver: flood.pml.
 * Asserted  a sender's token is in one place: a worker, the run queue, the receiver's list, or nowhere while the
 *           sender sleeps. The receiver is calm at the last only after what the signals bring was handled: that does
 *           not wait for it. If it is STUCK, it never becomes calm. Ends well only if all senders sleep, with no signal or hold left: a sender that is held
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
#elif defined(STUCK)
#define RECEIVERS 1
#define FLOODS    2 /* the last never ends */
#define SIGNALS   0
#elif defined(OPENED)
#define RECEIVERS 1
#define FLOODS    0 /* it finds nothing by itself: senders open its list, and ask it to look */
#define SIGNALS   0
#elif defined(HEARS)
#define RECEIVERS 1
#define FLOODS    1
#define SIGNALS   1 /* which brings something for the sender to handle; else it is handled as it is taken in */
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
byte signals_sent;
byte handled; /* of what signals bring */
#ifdef HEARS
byte waiting[SENDERS + 1]; /* brought by signals that were taken in, for the sender to handle */
#endif
#ifdef STUCK
bool watched[RECEIVERS];
byte watches[RECEIVERS]; /* timers that are armed */
#endif
#ifdef OPENED
bool is_asked; /* the receiver's `urgent` */
bool sleeps;   /* the receiver; else its handler runs, or it looks */
#endif
byte receivers_done;
bool signaller_done;

inline schedule(a)
{
    d_step { assert(!queued[a] && running[a] == 0 && !asleep[a] && held[a] != YES); queued[a] = true }
}

#ifdef HEARS
#define NONE_WAITS(a) (waiting[a] == 0)
#else
#define NONE_WAITS(a) true
#endif

/* Compare-exchange of `held`. */
inline change(a, from, to)
{
    d_step { changed = (held[a] == from); if :: changed -> held[a] = to :: else fi }
}

/* ---- the receiver */

inline free_list()
{
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

inline free_held(then)
{
    d_step { who = slowed[me]; slowed[me] = then; walked = 0 }
    free_list()
}

inline begin_watch()
{
    d_step { was_watched = watched[me]; watched[me] = true; if :: !was_watched -> watches[me]++ :: else fi }
}

#ifdef OPENED
/* act__slow_look; whether it then is overloaded for a while is open. */
inline slow_look()
{
    if
    :: slowed[me] != CALM ->
        if
        :: free_held(0)
        :: true
        fi;
        free_held(CALM)
    :: else
    fi
}

/* Between two handlers it looks if it was asked to, and sleeps if not. */
proctype looker(byte me)
{
    byte who, sender, walked;
    mtype was = NO;
awake:
    if
    :: is_asked -> is_asked = false; slow_look(); goto awake
    :: true -> sleeps = true
    fi;
#ifndef BREAK_MUST_WAKE
    if
    :: is_asked -> atomic { if :: sleeps -> sleeps = false; goto awake :: else fi }
    :: else
    fi;
#endif
end_asleep:
    !sleeps;
    goto awake
}

/* By a sender. */
inline poke()
{
    is_asked = true;
    sleeps = false /* it is scheduled if it slept */
}

inline hold_senders_of()
{
#ifdef BREAK_OPEN_ORDER
    poke();
    d_step { opened = (slowed[0] == CALM); if :: opened -> slowed[0] = 0; slow_for = 0 :: else fi }
#else
    d_step { opened = (slowed[0] == CALM); if :: opened -> slowed[0] = 0; slow_for = 0 :: else fi }
    if
    :: opened -> poke()
    :: else
    fi;
#endif
    opened = false
}
#endif

proctype receiver(byte me)
{
    byte who, sender, walked, floods;
    bool was_watched;
    mtype was = NO;
    do
    :: floods < FLOODS ->
        atomic { assert(slowed[me] == CALM); slowed[me] = 0; floods++ }
#ifdef STUCK
        begin_watch();
        if
        :: floods == FLOODS -> break
        :: else
        fi;
#endif
        if
        :: floods == FLOODS -> handled == SIGNALS
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

/* ---- its watch: as many timers as are armed, each on any thread */

#ifdef STUCK
/* One that is calm is not looked after. */
inline end_watch()
{
#ifdef BREAK_WATCH_ORDER
    is_calm = (slowed[me] == CALM);
    watched[me] = false;
#else
    watched[me] = false;
    is_calm = (slowed[me] == CALM);
#endif
    if
    :: is_calm -> watches[me]--; goto over
    :: else -> atomic {
        if
        :: watched[me] -> watches[me]--; goto over
        :: else -> watched[me] = true
        fi
    }
    fi
}

inline free_some()
{
    walked = 0;
#ifdef BREAK_FREE_SOME
    d_step { who = slowed[me]; slowed[me] = 0 }
    free_list()
#else
    atomic { who = slowed[me]; if :: who != CALM -> slowed[me] = 0 :: else fi }
    free_list()
#endif
}

proctype watch(byte me)
{
    byte who, sender, walked;
    mtype was = NO;
    bool is_calm;
end_idle:
    atomic { watches[me] > 0; is_calm = false; who = 0; sender = 0; walked = 0 }
#ifndef BREAK_WATCH
    end_watch();
    free_some();
    goto end_idle;
#else
    watches[me]--;
#endif
over:
    goto end_idle
}
#endif

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
#ifdef HEARS
    d_step { waiting[a] = waiting[a] + signals[a]; signals[a] = 0 }
#else
    d_step { handled = handled + signals[a]; signals[a] = 0 }
#endif
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
#ifdef OPENED
    if
    :: slow_for == NOBODY -> hold_senders_of()
    :: true
    fi
#endif
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

/* What the signals have brought, while the sender is held or not. */
inline handle(a)
{
#ifdef HEARS
    d_step { handled = handled + waiting[a]; waiting[a] = 0 }
#else
    skip
#endif
}

/* `lets_go`: the token is gone. */
inline lay_down(a)
{
    atomic {
        is_held[a] = true;
#ifdef HEARS
        hears = (waiting[a] > 0);
#endif
#ifdef BREAK_LAY_DOWN
        held[a] = YES; changed = true;
#else
        change(a, LISTED, YES);
#endif
        if :: changed -> running[a]--; lets_go = true :: else -> is_held[a] = false fi
    }
#ifndef BREAK_RECHECK
    if
#if defined(HEARS) && !defined(BREAK_HEARS)
    :: changed && (urgent[a] || hears) ->
#else
    :: changed && urgent[a] ->
#endif
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

inline slow_hold(a)
{
    if
    :: slow_for == NOBODY
#ifndef BREAK_ONCE
    :: slow_for != NOBODY && held[a] != NO -> lay_down(a)
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

/* slow_wake, and stay_held in turn.c. One that has become overloaded goes on. */
inline slow_stay(a)
{
    is_held[a] = false;
    if
    :: held[a] == LISTED ->
        take_in(a);
        take_urgent(a);
        if
        :: handle(a); lay_down(a)
        :: true
        fi
    :: else
    fi
}

/* Sleeps if there is neither message nor signal. */
inline sleep_now(a)
{
    atomic {
        lets_go = (signals[a] == 0 && turns[a] == 0 && NONE_WAITS(a));
        if
        :: lets_go -> asleep[a] = true; running[a]--
        :: else
        fi
    }
    if
    :: lets_go && urgent[a] -> atomic {
        if
        :: asleep[a] ->
            asleep[a] = false; schedule(a)
        :: else
        fi
    }
    :: else
    fi
}

#define RESTS(a) (asleep[a] && signals[a] == 0 && NONE_WAITS(a) && held[a] == NO && turns[a] == 0)
#define FINISHED (receivers_done == RECEIVERS && signaller_done && RESTS(1) && RESTS(2))

proctype worker()
{
    byte a, first;
    byte slow_for = NOBODY;
    bool changed, lets_go;
#ifdef HEARS
    bool hears;
#endif
#ifdef OPENED
    bool opened;
#endif
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
#ifdef HEARS
    if
    :: handle(a)
    :: waiting[a] > 0 -> goto spent
    fi;
#endif
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
#ifdef OPENED
        run looker(0);
#endif
        if
        :: RECEIVERS == 2 -> run receiver(1)
        :: else
        fi;
#ifdef STUCK
        turns[1] = 1;
        run watch(0);
        signaller_done = true;
#else
        run signaller(1);
#endif
        run worker(); run worker()
    }
}
