/*
 * Muted senders: an overloaded receiver keeps the tokens of those that flood it; signals reach them
 * all the same, what those bring is handled, and a watch unmutes them if the receiver stands still.
 * The list of a receiver that does not look whether it is overloaded is opened by a sender.
 * SPDX-License-Identifier: MIT
 *
 * Models    actor/delivery/backpressure.c    update, unmute_all, begin_watch, watch, unmute_some, enter_list, give_token_up, mute,
 *                           wake, stay; with OPENED also open_list, ask_to_look,
 *                           mute_senders_of, look
 *           actor/signal/signal.h, .c  signal_push, set_control, wake_muted, take_in, control_take
 *           actor/process/turn.c    turn_run, turn_go_on, give_way, rest_from_work, fall_asleep, wake_if_asked
 * Left out  how an inbox works, which is inbox.pml: here it is a count of signals, and whether its owner sleeps. How
 *           far behind the receiver is: it becomes overloaded and calm when it likes, and unmutes its senders. That cells are used again.
 *           Whose list a sender to a muted actor enters: any list will do. Time: the watch looks when it
 *           likes. That each signal brings a message to handle: some bring none. With OPENED:
 *           the watch, whose work is in STUCK; and that a sender may be a receiver: flood.pml.
 * Asserted  a sender's token is in one place: a worker, the run queue, the receiver's list, or nowhere while the
 *           sender sleeps. The receiver is calm at the last only after what the signals bring was handled: that does
 *           not wait for it. If it is STUCK, it never becomes calm. Ends well only if all senders sleep, with no signal left and none muted: a sender that is muted
 *           for ever is an invalid end state. (A bit may be left, of a signal that was taken in before it was set.)
 * Order     `mute_state` against `control` is two sequentially consistent accesses on each side, as here. The token and
 *           `muted_next` go through acquire and release pairs; test/stress/actors_test tests those, under
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

#define NONE   255
#define CALM   255  /* senders in a list are 1 to SENDERS; 0 ends it */
mtype = { NO, LISTED, YES };

byte muted[RECEIVERS] = CALM;
byte muted_next[SENDERS + 1];
mtype mute[SENDERS + 1] = NO;
bool control[SENDERS + 1];
bool is_muted[SENDERS + 1]; /* ACT__CELL_MUTED */

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
bool is_asked; /* the receiver's `control` */
bool sleeps;   /* the receiver; else its handler runs, or it looks */
#endif
byte receivers_done;
bool signaller_done;

inline schedule(a)
{
    d_step { assert(!queued[a] && running[a] == 0 && !asleep[a] && mute[a] != YES); queued[a] = true }
}

#ifdef HEARS
#define NONE_WAITS(a) (waiting[a] == 0)
#else
#define NONE_WAITS(a) true
#endif

/* Compare-exchange of `mute_state`. */
inline change(a, from, to)
{
    d_step { changed = (mute[a] == from); if :: changed -> mute[a] = to :: else fi }
}

/* ---- the receiver */

inline unmute_list()
{
    do
    :: cursor != 0 && cursor != CALM ->
        sender = cursor;
        walked++;
        assert(walked <= SENDERS); /* else it is in the list twice */
#ifdef BREAK_NEXT
        d_step { was = mute[sender]; mute[sender] = NO }
        if
        :: was == YES -> schedule(sender)
        :: else
        fi;
        cursor = muted_next[sender]
#else
        cursor = muted_next[sender];
        atomic {
            was = mute[sender];
            mute[sender] = NO;
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

inline unmute_all(then)
{
    d_step { cursor = muted[me]; muted[me] = then; walked = 0 }
    unmute_list()
}

inline begin_watch()
{
    d_step { was_watched = watched[me]; watched[me] = true; if :: !was_watched -> watches[me]++ :: else fi }
}

#ifdef OPENED
/* act__backpressure_look; whether it then is overloaded for a while is open. */
inline backpressure_look()
{
    if
    :: muted[me] != CALM ->
        if
        :: unmute_all(0)
        :: true
        fi;
        unmute_all(CALM)
    :: else
    fi
}

/* Between two handlers it looks if it was asked to, and sleeps if not. */
proctype looker(byte me)
{
    byte cursor, sender, walked;
    mtype was = NO;
awake:
    if
    :: is_asked -> is_asked = false; backpressure_look(); goto awake
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
inline set_control()
{
    is_asked = true;
    sleeps = false /* it is scheduled if it slept */
}

inline mute_senders_of()
{
#ifdef BREAK_OPEN_ORDER
    set_control();
    d_step { opened = (muted[0] == CALM); if :: opened -> muted[0] = 0; flooded = 0 :: else fi }
#else
    d_step { opened = (muted[0] == CALM); if :: opened -> muted[0] = 0; flooded = 0 :: else fi }
    if
    :: opened -> set_control()
    :: else
    fi;
#endif
    opened = false
}
#endif

proctype receiver(byte me)
{
    byte cursor, sender, walked, floods;
    bool was_watched;
    mtype was = NO;
    do
    :: floods < FLOODS ->
        atomic { assert(muted[me] == CALM); muted[me] = 0; floods++ }
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
        :: RECEIVERS == 1 && floods == FLOODS -> unmute_all(0) /* it never catches up: those it mutes have a turn */
        :: true
        fi;
        unmute_all(CALM)
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
    is_calm = (muted[me] == CALM);
    watched[me] = false;
#else
    watched[me] = false;
    is_calm = (muted[me] == CALM);
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

inline unmute_some()
{
    walked = 0;
#ifdef BREAK_FREE_SOME
    d_step { cursor = muted[me]; muted[me] = 0 }
    unmute_list()
#else
    atomic { cursor = muted[me]; if :: cursor != CALM -> muted[me] = 0 :: else fi }
    unmute_list()
#endif
}

proctype watch(byte me)
{
    byte cursor, sender, walked;
    mtype was = NO;
    bool is_calm;
end_idle:
    atomic { watches[me] > 0; is_calm = false; cursor = 0; sender = 0; walked = 0 }
#ifndef BREAK_WATCH
    end_watch();
    unmute_some();
    goto end_idle;
#else
    watches[me]--;
#endif
over:
    goto end_idle
}
#endif

/* ---- the sender of a signal */

inline wake_muted(a)
{
#ifndef BREAK_WAKE_MUTED
    if
    :: mute[a] == YES ->
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
        control[a] = true;
        wake_muted(a)
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

inline control_take(a)
{
    if
    :: control[a] ->
        control[a] = false;
#ifndef BREAK_LOOK
        take_in(a)
#endif
    :: else
    fi
}

/* To either receiver; worker->flooded remembers it if it is muted. */
inline send(a)
{
    atomic {
        turns[a]--;
        if
        :: muted[0] != CALM -> flooded = 0
        :: muted[RECEIVERS - 1] != CALM -> flooded = RECEIVERS - 1
        :: else
        fi
    }
#ifdef OPENED
    if
    :: flooded == NONE -> mute_senders_of()
    :: true
    fi
#endif
}

inline enter_list(a)
{
    atomic { mute[a] = LISTED; first = muted[flooded] }
    do
    :: first == CALM -> break
    :: else -> atomic {
        muted_next[a] = first;
#ifndef BREAK_ENTER
        if
        :: muted[flooded] != first -> first = muted[flooded]
        :: else -> muted[flooded] = a; break
        fi
#else
        muted[flooded] = a; break
#endif
    }
    od
}

/* What the signals have brought, while the sender is muted or not. */
inline handle(a)
{
#ifdef HEARS
    d_step { handled = handled + waiting[a]; waiting[a] = 0 }
#else
    skip
#endif
}

/* `lets_go`: the token is gone. */
inline give_token_up(a)
{
    atomic {
        is_muted[a] = true;
#ifdef HEARS
        hears = (waiting[a] > 0);
#endif
#ifdef BREAK_LAY_DOWN
        mute[a] = YES; changed = true;
#else
        change(a, LISTED, YES);
#endif
        if :: changed -> running[a]--; lets_go = true :: else -> is_muted[a] = false fi
    }
#ifndef BREAK_RECHECK
    if
#if defined(HEARS) && !defined(BREAK_HEARS)
    :: changed && (control[a] || hears) ->
#else
    :: changed && control[a] ->
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

inline backpressure_mute(a)
{
    if
    :: flooded == NONE
#ifndef BREAK_ONCE
    :: flooded != NONE && mute[a] != NO -> give_token_up(a)
    :: flooded != NONE && mute[a] == NO ->
#else
    :: else ->
#endif
        enter_list(a);
        if
        :: first == CALM -> mute[a] = NO
        :: else -> give_token_up(a)
        fi;
        first = 0
    fi
}

/* wake, and stay_muted in turn.c. One that has become overloaded goes on. */
inline backpressure_stay(a)
{
    is_muted[a] = false;
    if
    :: mute[a] == LISTED ->
        take_in(a);
        control_take(a);
        if
        :: handle(a); give_token_up(a)
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
    :: lets_go && control[a] -> atomic {
        if
        :: asleep[a] ->
            asleep[a] = false; schedule(a)
        :: else
        fi
    }
    :: else
    fi
}

#define RESTS(a) (asleep[a] && signals[a] == 0 && NONE_WAITS(a) && mute[a] == NO && turns[a] == 0)
#define FINISHED (receivers_done == RECEIVERS && signaller_done && RESTS(1) && RESTS(2))

proctype worker()
{
    byte a, first;
    byte flooded = NONE;
    bool changed, lets_go;
#ifdef HEARS
    bool hears;
#endif
#ifdef OPENED
    bool opened;
#endif
idle:
    atomic {
        a = 0; flooded = NONE; lets_go = false;
        if
        :: queued[1] -> a = 1
        :: queued[2] -> a = 2
        :: FINISHED -> goto over
        fi;
        queued[a] = false; running[a]++;
        assert(running[a] == 1);
    }
    if
    :: is_muted[a] -> backpressure_stay(a)
    :: else
    fi;
    if
    :: lets_go -> goto idle
    :: else -> take_in(a)
    fi;
look:
    control_take(a);
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
        :: turns[a] == 0 -> take_in(a); control_take(a)
        :: goto spent /* messages of others keep it busy */
        fi
    :: else
    fi;
    /* rest_from_work */
    backpressure_mute(a);
    if
    :: lets_go -> goto idle
    :: else -> sleep_now(a)
    fi;
    if
    :: lets_go -> goto idle
    :: else -> take_in(a); goto look
    fi;
spent: /* give_way */
    backpressure_mute(a);
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
