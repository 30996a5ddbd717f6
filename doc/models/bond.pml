/*
 * Bonds: a link, a monitor or an ask between two actors that may end it, or end themselves, at any moment.
 * SPDX-License-Identifier: MIT
 *
 * Models    actor/signal/bond.c    bond_make, bond_begin, bond_end, let_go, ask_answered, ask_fail, ask_timed_out
 *           actor/signal/link.c    link, unlink, monitor, demonitor, ask_message, drop_waiting
 *           actor/signal/signal.c  end_bond_side, apply_exit, apply_down, apply_timer, apply_request, links_cross, refuse_signal,
 *                           accept_reply
 *           actor/process/exit.c    cancel_timers, drop_waiting, bonds_end; actor/signal/timers.c  fire, timer_cancel
 * Left out  inboxes: inbox.pml has shown that they are channels. Both actors trap exits, so that an EXIT is a message.
 *           The record is not made anew: a look-up of a ref finds by its generation whether it is the same. The order in
 *           which ends are told.
 * Asserted  an end that is sent is not on its way already; the record is free once, when no end is on its way or kept,
 *           and nothing touches it then; a monitor or an ask brings at most one answer, none after it was taken back,
 *           and one in the end unless it was taken back or the asker has ended; a link brings each side at most one
 *           EXIT, none after unlink has returned. Links that cross leave both sides with the same one, or with none.
 * Order     `holders` is counted by read-modify-writes, so what this model does not know is only that the record's
 *           other fields go with it: test/actor/signal/link_test and test/stress/actors_test, under ThreadSanitizer.
 */
mtype = { REQUEST, END, EXIT, DOWN, TIMER, ASKED, REPLY, TIMED_OUT };
#define LINK    0
#define MONITOR 1
#define ASK     2
#ifndef KIND
#define KIND    LINK /* of bond 0, which actor 0 makes */
#endif
#ifdef CROSS
#define BONDS   2    /* actor 1 makes bond 1, a link too */
#else
#define BONDS   1
#endif

/* Actor a is side 0 of bond a and side 1 of the other one. */
#define SIDE(b)  (me != (b))
#define OTHER    (1 - me)
#define AT(b, s) ((b) * 2 + (s)) /* side or end s of bond b */

chan inbox[2] = [8] of { mtype, byte };
chan waits[2] = [4] of { mtype, byte }; /* taken in, not yet handled */

bool made[2];
byte holders[2], freed[2];
bool out[4];       /* this end is not at home: on its way, or a message */
bool in_set[4], ended[4];
bool timer;        /* bond 0 has one */
bool armed, fired; /* the timer itself; neither: cancelled */

bool alive[2] = true;
bool busy[3]; /* the actors and the wheel */
bool begun[2], taken_back[2];
bool unlinked[4];  /* unlink has returned, and the bond is ended at this side */
byte answers, exits[2];
bool again[2];     /* has linked after the other's link had ended: there may be an EXIT of each */
bool was_full;

#define TOUCH(b)       assert(freed[b] == 0)
#define IN_FORCE(b, s) (made[b] && freed[b] == 0 && !ended[AT(b, s)]) /* find_at_side */

inline let_go(b)
{
    d_step {
        TOUCH(b);
        assert(holders[b] > 0);
        holders[b]--;
        if
        :: holders[b] == 0 ->
            freed[b]++;
            assert(!out[AT(b, 0)] && !out[AT(b, 1)] && !in_set[AT(b, 0)] && !in_set[AT(b, 1)])
        :: else
        fi
    }
}

/* An envelope of the bond's is done with. */
inline release(b, e)
{
    d_step { assert(out[AT(b, e)]); out[AT(b, e)] = false }
    let_go(b)
}

inline push_end(b, e, what)
{
    d_step { TOUCH(b); assert(!out[AT(b, e)]); out[AT(b, e)] = true }
    inbox[OTHER] ! what, b
}

inline cancel_timer()
{
    d_step { if :: timer -> timer = false; armed = false :: else fi }
}

/* act__bond_end */
inline bond_end(b, s, what)
{
    atomic {
        TOUCH(b);
        in_set[AT(b, s)] = false;
        ended[AT(b, s)] = true;
        if
        :: s == 0 -> cancel_timer()
        :: else
        fi
    }
    push_end(b, s, what)
}

/* The other side's end has come in; `in_force` tells. */
inline end_bond_side(b, s)
{
    atomic {
        TOUCH(b);
#ifdef BREAK_ENDED
        in_force = true;
#else
        in_force = !ended[AT(b, s)];
#endif
        in_set[AT(b, s)] = false;
        ended[AT(b, s)] = true
    }
    if
    :: in_force ->
        if
        :: s == 0 -> cancel_timer()
        :: else
        fi;
#ifndef BREAK_LET_GO
        let_go(b)
#endif
    :: else
    fi
}

/* ---- what an actor calls */

inline begin()
{
    begun[me] = true;
    if
    :: KIND == LINK && (in_set[AT(0, me != 0)] || in_set[AT(1, me != 1)])
    :: else ->
        d_step {
            made[me] = true; holders[me] = 2; in_set[AT(me, 0)] = true;
            again[me] = ended[AT(OTHER, 1)]
        }
        if
        :: KIND == ASK -> d_step { timer = true; armed = true }
        :: else
        fi;
        push_end(me, 1, REQUEST);
        if
        :: KIND == ASK -> inbox[OTHER] ! ASKED, me
        :: KIND == ASK -> bond_end(me, 0, END); was_full = true
        :: KIND != ASK
        fi
    fi
}

/* Messages that wait and must not be received. */
inline drop(what)
{
#ifndef BREAK_DROP
    do
    :: waits[me] ?? [what, 0] -> waits[me] ?? what, 0; drop_one(what, 0)
    :: waits[me] ?? [what, 1] -> waits[me] ?? what, 1; drop_one(what, 1)
    :: else -> break
    od
#else
    skip
#endif
}

inline drop_one(what, b)
{
    if
    :: what == EXIT || what == DOWN -> release(b, OTHER != b)
    :: else
    fi
}

inline unlink()
{
    if
    :: in_set[AT(0, SIDE(0))] -> bond_end(0, SIDE(0), END); found = true
    :: in_set[AT(1, SIDE(1))] -> bond_end(1, SIDE(1), END); found = true
    :: else
    fi;
    if
    :: !found || begun[me] -> drop(EXIT)
    :: else
    fi;
    atomic {
        unlinked[AT(0, SIDE(0))] = ended[AT(0, SIDE(0))];
        unlinked[AT(1, SIDE(1))] = ended[AT(1, SIDE(1))];
        taken_back[me] = true;
        found = false
    }
}

inline demonitor()
{
    if
    :: IN_FORCE(me, 0) -> bond_end(me, 0, END)
    :: else -> drop(DOWN); drop(REPLY); drop(TIMED_OUT)
    fi;
    taken_back[me] = true
}

/* act__end: the rest of exit.c has nothing to do with bonds. */
inline end_one(b)
{
    if
    :: in_set[AT(b, SIDE(b))] ->
        if
        :: KIND == LINK -> bond_end(b, SIDE(b), EXIT)
        :: KIND != LINK && SIDE(b) == 1 -> bond_end(b, SIDE(b), DOWN)
        :: KIND != LINK && SIDE(b) == 0 -> bond_end(b, SIDE(b), END)
        fi
    :: else
    fi
}

inline die()
{
    atomic {
        alive[me] = false;
        if
        :: me == 0 -> cancel_timer()
        :: else
        fi
    }
    do
    :: waits[me] ? tag, b -> drop_one(tag, b)
    :: empty(waits[me]) -> break
    od;
    end_one(0);
    end_one(1)
}

/* ---- what comes in */

inline answer_ends_ask(what)
{
    if
#ifdef BREAK_TIMER
    :: what == TIMED_OUT && freed[b] == 0 && ended[AT(b, 0)] -> waits[me] ! what, b
#endif
    :: IN_FORCE(b, 0) ->
        if
        :: what == TIMED_OUT -> timer = false
        :: else
        fi;
        bond_end(b, 0, END);
        waits[me] ! what, b
    :: else
    fi
}

/* Both sides end the one of the initiator with the greater pid, which is actor 1. */
inline apply_request()
{
    d_step { TOUCH(b); out[AT(b, 1)] = false }
    if
#ifndef BREAK_CROSS
    :: KIND == LINK && begun[me] && in_set[AT(me, 0)] ->
        if
        :: me == 0 -> bond_end(b, 1, END)
        :: else -> bond_end(me, 0, END); in_set[AT(b, 1)] = true
        fi
#endif
    :: else -> in_set[AT(b, 1)] = true
    fi
}

inline take_in()
{
    if
    :: tag == REQUEST -> apply_request()
    :: tag == END -> end_bond_side(b, SIDE(b)); release(b, OTHER != b)
    :: tag == EXIT || tag == DOWN ->
        end_bond_side(b, SIDE(b));
        if
        :: in_force -> waits[me] ! tag, b
        :: else -> release(b, OTHER != b)
        fi
    :: tag == TIMER -> answer_ends_ask(TIMED_OUT)
    :: tag == REPLY -> answer_ends_ask(REPLY)
    :: tag == ASKED -> waits[me] ! tag, b
    fi;
    in_force = false
}

/* No actor lives here any more. */
inline refuse()
{
    if
#ifdef BREAK_REFUSE
    :: tag == REQUEST -> release(b, 1)
#else
    :: tag == REQUEST ->
        out[AT(b, 1)] = false;
        if
        :: KIND == LINK -> bond_end(b, 1, EXIT)
        :: else -> bond_end(b, 1, DOWN)
        fi
#endif
    :: tag == END || tag == EXIT || tag == DOWN -> release(b, OTHER != b)
    :: else
    fi
}

inline handle()
{
    if
    :: tag == ASKED ->
        if
        :: inbox[OTHER] ! REPLY, b
        :: IN_FORCE(b, 1) -> bond_end(b, 1, DOWN) /* act__ask_fail */
        :: skip
        fi
    :: tag == EXIT ->
        d_step { exits[me]++; assert((exits[me] == 1 || again[me]) && !unlinked[AT(b, SIDE(b))]) }
        release(b, OTHER != b)
    :: else ->
        d_step { answers++; assert(answers == 1 && !taken_back[me]) }
        if
        :: tag == DOWN -> release(b, 1)
        :: else
        fi
    fi
}

#define QUIET (empty(inbox[0]) && empty(inbox[1]) && empty(waits[0]) && !busy[0] && !busy[1] && !busy[2])

proctype actor(byte me)
{
    byte b;
    mtype tag;
    bool in_force, found;
    do
    :: atomic { inbox[me] ? tag, b -> busy[me] = true }
        if
        :: alive[me] -> take_in()
        :: else -> refuse()
        fi;
        atomic { tag = 0; b = 0; busy[me] = false }
    :: atomic { alive[me] && nempty(waits[me]) -> busy[me] = true; waits[me] ? tag, b }
        handle();
        atomic { tag = 0; b = 0; busy[me] = false }
    :: atomic { alive[me] && !begun[me] && me < BONDS -> busy[me] = true }
        begin();
        busy[me] = false
    :: atomic { alive[me] && !taken_back[me] && (KIND == LINK || (begun[me] && me == 0)) -> busy[me] = true }
        if
        :: KIND == LINK -> unlink()
        :: else -> demonitor()
        fi;
        busy[me] = false
    :: atomic { alive[me] -> busy[me] = true }
        die();
        atomic { tag = 0; b = 0; busy[me] = false }
    :: atomic { !alive[1] && QUIET && (!alive[0] || begun[0]) && !armed -> break }
    od
}

/* The worker whose wheel has the timer. */
proctype wheel()
{
    do
    :: atomic { armed -> armed = false; fired = true; busy[2] = true }
        atomic { inbox[0] ! TIMER, 0; busy[2] = false; break }
    :: !alive[1] && QUIET && !armed && (begun[0] || !alive[0]) -> break
    od
}

#define ENDED_WELL(b) (!made[b] || (freed[b] == 1 && holders[b] == 0))

init
{
    atomic {
        run actor(0);
        run actor(1);
        if
        :: KIND == ASK -> run wheel()
        :: else
        fi
    }
    _nr_pr == 1;
    assert(ENDED_WELL(0) && ENDED_WELL(1));
    assert(KIND == LINK || !alive[0] || taken_back[0] || was_full || answers == 1);
    assert(KIND != LINK || !alive[0] || taken_back[0] || taken_back[1] || exits[0] == 1 + again[0])
}
