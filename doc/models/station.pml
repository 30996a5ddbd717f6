/*
 * A station: a thread uses it between and in turns, the monitor takes it from a turn that does not end.
 * SPDX-License-Identifier: MIT
 *
 * Models    actor/scheduler/station.h     act__station_enter, act__station_leave, act__station_need
 *           actor/scheduler/stuck.c       all of it
 *           actor/scheduler/worker_pool.c run_turn, must_leave, run_turns; act__schedule of actor/delivery/send.h
 *           actor/process/turn.c          take_short: between two short turns, as run_turns is between others
 * Left out  time: the monitor may look at any moment, and any turn that it sees may be long. Sleep, which is
 *           parking.pml: here a thread that has nothing to do waits until it has, or is asked.
 * Asserted  no two use the station at once; each actor that is woken runs once. A turn waits in its middle for the actor
 *           that it has woken, and ends only if that runs elsewhere; whatever is not run at the end, and a thread that
 *           waits for its station for ever, is an invalid end state. With ENDS the system ends at
 *           any moment, turns that wait may then return, and a thread that does not end is an
 *           invalid end state.
 * Order     sequentially consistent, which membarrier(2) on the monitor's side makes of the two plain accesses in
 *           act__station_enter, and of those at the end of a turn.
 */
#ifndef THREADS
#define THREADS 2
#endif
#ifndef JOBS
#define JOBS    2 /* turns that wake an actor, wait for it, and need the station */
#endif
#ifndef LOOKS
#define LOOKS   3 /* of the monitor, that may displace */
#endif
#define NONE    255

mtype = { EMPTY, ACTOR, CLOSED }; /* in `lifo_slot` */

bool  mutex;
byte  at_station = 0;  /* station->thread */
bool  has[THREADS];    /* thread->station */
bool  asked[THREADS], is_in_turn[THREADS], left[THREADS], is_over[THREADS], spare[THREADS];
byte  uses[THREADS];
mtype next[THREADS] = CLOSED;
chan  wanted = [THREADS] of { byte };
byte  in_use;          /* how many use the station */
byte  jobs = JOBS, injected, woken, ran;
bool  ending;          /* pool->ending */
bool  has_ended[THREADS];
byte  ended;           /* how many of them */

inline lock()   { atomic { !mutex -> mutex = true } }
inline unlock() { mutex = false }
inline use()    { in_use++; assert(in_use == 1); in_use-- }

/* ---- stuck.c; the mutex is held */

inline close_next(t, then)
{
    d_step { if :: next[t] == ACTOR -> injected++ :: else fi; next[t] = then }
}

/* `other` is a thread whose turn it has missed. */
inline find_over()
{
    other = 0;
    do
    :: other < THREADS && !(left[other] && is_over[other]) -> other++
    :: else -> break
    od
}

inline settle()
{
    find_over();
    if
    :: other < THREADS -> left[other] = false; spare[other] = true
    :: else
    fi
}

inline ask_if_needed()
{
    find_over();
    if
    :: other < THREADS -> asked[at_station] = true
    :: other == THREADS && nempty(wanted) -> asked[at_station] = true
    :: other == THREADS && empty(wanted)
    fi
}

inline give(t)
{
    has[at_station] = false;
    left[t] = false;
    if :: next[t] == CLOSED -> next[t] = EMPTY :: else fi;
    at_station = t;
#ifdef BREAK_ENDING
    asked[t] = false;
#else
    asked[t] = ending;
#endif
    ask_if_needed();
    has[t] = true
}

/* `entered` tells whether the thread goes on. */
inline attend(t)
{
    lock();
    if
    :: !has[t] ->
        close_next(t, CLOSED);
        is_over[t] = true;
        asked[at_station] = true
    :: else ->
        settle();
        if
#ifdef BREAK_GIVE
        :: true -> asked[t] = false
#else
        :: wanted ? to ->
            give(to);
            close_next(t, CLOSED);
            spare[t] = true
        :: empty(wanted) -> asked[t] = false
#endif
        fi
    fi;
    to = NONE;
    entered = !ending;
    unlock()
}

/* act__stuck_leave */
inline leave(t)
{
    lock();
    has_ended[t] = true;
    if
    :: !has[t] || empty(wanted)
    :: has[t] && nempty(wanted) ->
        wanted ? to;
        give(to)
    fi;
    ended++;
    unlock()
}

/* `entered` tells. */
inline enter(t)
{
#ifdef BREAK_ORDER
    if
    :: asked[t] -> entered = false
    :: else -> uses[t] = 1; entered = true
    fi;
#else
    uses[t] = 1;
    entered = !asked[t];
#endif
    if
    :: entered
    :: else ->
        uses[t] = 0;
        lock();
        entered = has[t];
        if :: entered -> uses[t] = 1 :: else fi;
        unlock()
    fi
}

inline regain(t)
{
    lock();
#ifndef BREAK_USES
    uses[t] = 1;
#endif
    if
    :: has_ended[at_station] -> give(t)
    :: else ->
        wanted ! t;
        asked[at_station] = true
    fi;
    unlock();
    has[t];
#ifdef BREAK_USES
    lock();
    uses[t] = 1;
    unlock()
#endif
}

/* ---- a turn */

/* act__schedule and, where `lifo_slot` is not empty, schedule. */
inline wake_actor(t)
{
    woken++;
    if
    :: next[t] == EMPTY -> next[t] = ACTOR
    :: else ->
        enter(t);
        if
        :: entered -> use(); injected++; uses[t] = 0
        :: else -> injected++
        fi
    fi
}

inline run_turn(t)
{
    is_in_turn[t] = true;
    enter(t); /* arms a timer */
    if
    :: entered -> use(); uses[t] = 0
    :: else
    fi;
    wake_actor(t);
    (ran == woken || ending); /* it has run, elsewhere */
    enter(t);
    if
    :: entered
    :: else -> regain(t)
    fi;
    use();
    uses[t] = 0;
    is_in_turn[t] = false
}

proctype thread(byte t)
{
    byte other, to = NONE;
    bool entered;
end_none:
    do
    :: has[t] ->
        use();
end_idle:
        if
        :: next[t] == ACTOR -> next[t] = EMPTY; ran++
        :: next[t] != ACTOR && injected > 0 -> injected--; ran++
        :: next[t] != ACTOR && injected == 0 && jobs > 0 -> jobs--; run_turn(t)
        :: asked[t]
        fi;
        if
        :: asked[t] ->
            attend(t);
            if
            :: entered
            :: else -> break
            fi
        :: else
        fi;
        if
        :: has[t]
        :: else -> /* a spare, or displaced and not yet missed */
end_spare:
            if
            :: has[t] -> spare[t] = false
            :: ending -> break
            fi
        fi
    :: ending && !has[t] -> break
    od;
    leave(t)
}

/* ---- the monitor */

inline take_spare()
{
    to = 0;
    do
    :: to < THREADS && !spare[to] -> to++
    :: else -> break
    od;
    if
    :: to < THREADS -> spare[to] = false
    :: else -> to = NONE
    fi
}

inline displace(t)
{
    left[t] = true;
    is_over[t] = false;
    give(to);
    close_next(t, CLOSED)
}

inline relieve(t)
{
    asked[t] = true;
    if
    :: is_in_turn[t] && uses[t] == 0 ->
        in_use++;
        assert(in_use == 1);
        settle();
        close_next(t, EMPTY);
        in_use--;
        if
        :: wanted ? to -> displace(t)
        :: empty(wanted) ->
            take_spare();
            if
            :: to != NONE -> displace(t)
            :: else -> asked[t] = false; ask_if_needed()
            fi
        fi;
        to = NONE
    :: else -> asked[t] = false; ask_if_needed()
    fi
}

inline sweep(t)
{
    lock();
    if
    :: left[t] -> close_next(t, CLOSED)
    :: else
    fi;
    unlock()
}

proctype monitor()
{
    byte looks = LOOKS, other, to = NONE, t;
end_quiet:
    do
    :: ending -> break /* act__monitor_stop comes before act__stuck_end */
    :: looks > 0 && is_in_turn[at_station] ->
        lock();
        t = at_station;
        if
        :: is_in_turn[t] && !ending -> looks--; relieve(t)
        :: else
        fi;
        unlock();
        t = 0
#ifndef BREAK_SWEEP
    :: left[0] && next[0] == ACTOR -> sweep(0)
    :: left[1] && next[1] == ACTOR -> sweep(1)
    :: left[THREADS - 1] && next[THREADS - 1] == ACTOR -> sweep(THREADS - 1)
#endif
    :: looks == 0 && is_in_turn[at_station] && next[at_station] == ACTOR -> /* a turn goes on: so do the looks */
        looks++
    :: looks == 0 && is_in_turn[at_station] && injected > 0 -> looks++
    od
}

init
{
    byte t;
    atomic {
        has[0] = true;
        next[0] = EMPTY;
        for (t : 1 .. THREADS - 1) { spare[t] = true }
        for (t : 0 .. THREADS - 1) { run thread(t) }
        run monitor()
    }
#ifdef ENDS
    lock();
    ending = true;
    asked[at_station] = true;
    unlock();
    (ended == THREADS)
#else
    (jobs == 0 && ran == JOBS && injected == 0);
    assert(woken == JOBS)
#endif
}
