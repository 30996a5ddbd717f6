/*
 * An ask that is forwarded: actor 0 asks actor 1, and each that has the request may give it on, answer it, or end.
 * SPDX-License-Identifier: MIT
 *
 * Models    actor/signal/bond.c    bond_begin, bond_end, let_go, find_at_side, ask_pass_on, ask_arrives, ask_end_follows,
 *                           ask_answered, ask_fail, ask_timed_out
 *           actor/signal/signal.c  apply_request, end_bond_side, apply_down, refuse_signal, accept_reply
 *           actor/delivery/send.c  act_forward; actor/process/exit.c  bonds_end
 * Left out  inboxes: inbox.pml has shown that they are channels. The timer: bond.pml; here the asker gives up when it likes.
 *           The record is not made anew: a look-up of a ref finds by its generation whether it is the same. An asked one
 *           that never was: all for it goes where the first has gone.
 * Asserted  an end that is sent is not on its way already; the record is free once, when no end is on its way or kept and
 *           it lies in no set, and nothing touches it then; what belongs to side 1 is touched by one actor at a time. The
 *           asker has at most one answer, none after it has taken the ask back, and one in the end if it did not and lives.
 *           The one in whose set the ask lies finds it; none has it any more when its end is told.
 * Order     `passage` and the pid in end[1] are acquired and released: test/actor/signal/forward_test and
 *           test/stress/forward_stress, under ThreadSanitizer.
 */
mtype = { REQUEST, END, DOWN, ASKED, REPLY };
mtype = { SETTLED, UNDER_WAY, OVER };
#ifndef ASKED_ONES
#define ASKED_ONES 2
#endif
#ifndef FORWARDS
#define FORWARDS 2 /* at most, in all */
#endif
#define ACTORS (ASKED_ONES + 1)
#define NONE   255
/* -DRING: each forwards to the next; else to any, and to itself. */
#ifndef REPLIES
#define REPLIES 1 /* of any that goes on with the request after that, in all */
#endif
#ifdef TO_ASKER
#define FIRST  0 /* that it may be forwarded to */
#else
#define FIRST  1
#endif

chan inbox[ACTORS] = [8] of { mtype };

/* The record. */
byte  holders = 2, freed;
bool  out[2];       /* this end is not at home: on its way, or a message */
bool  ended[2];
bool  in_set_0;
byte  in_set_1 = NONE; /* whose */
byte  asked = 1;    /* the sender in end[1] */
mtype passage = SETTLED;
byte  toucher = NONE; /* of what is side 1's */

bool alive[ACTORS] = true;
bool has_request[ACTORS]; /* the message, which its handler has taken */
bool busy[ACTORS];
bool begun, taken_back;
byte answers, forwards, replies;

#define TOUCH()   assert(freed == 0)

inline side_1_begin() { d_step { TOUCH(); assert(toucher == NONE); toucher = me } }
inline side_1_end()   { d_step { assert(toucher == me); toucher = NONE } }

inline let_go()
{
    d_step {
        TOUCH();
        assert(holders > 0);
        holders--;
        if
        :: holders == 0 ->
            freed++;
            assert(!out[0] && !out[1] && !in_set_0 && in_set_1 == NONE && toucher == NONE)
        :: else
        fi
    }
}

/* An envelope of the bond's is done with. */
inline release(e)
{
    d_step { assert(out[e]); out[e] = false }
    let_go()
}

inline push_end(e, to, what)
{
    d_step { TOUCH(); assert(!out[e]); out[e] = true }
    inbox[to] ! what
}

/* act__bond_end of either side */
inline end_side_0()
{
    d_step { TOUCH(); in_set_0 = false; ended[0] = true }
    d_step { TOUCH(); target = asked }
    push_end(0, target, END)
}

inline end_side_1()
{
    side_1_begin();
    in_set_1 = NONE;
    ended[1] = true;
    side_1_end();
    push_end(1, 0, DOWN)
}

/* find_at_side: `found` */
inline find_at_side_1()
{
    d_step { found = freed == 0 && asked == me }
    d_step { found = found && in_set_1 != NONE }
    d_step { found = found && freed == 0; assert(found || in_set_1 != me) }
}

/* ---- what an actor calls */

inline pass_on(to)
{
    find_at_side_1();
    if
    :: found ->
        side_1_begin();
        in_set_1 = NONE;
#ifdef BREAK_OVER
        asked = to;
#else
#ifdef BREAK_PASSAGE_ORDER
        asked = to;
        side_1_end();
        passage = UNDER_WAY;
        side_1_begin();
#else
        passage = UNDER_WAY;
#ifndef BREAK_PID
        asked = to;
#endif
#endif
#endif
        side_1_end();
        push_end(1, to, REQUEST);
#ifdef BREAK_PID
        d_step { TOUCH(); asked = to }
#endif
    :: else
    fi;
    found = false
}

inline handle()
{
    if
    :: inbox[0] ! REPLY; has_request[me] = false
    :: replies < REPLIES -> replies++; inbox[0] ! REPLY /* and may do so again, or forward it */
    :: find_at_side_1(); /* act__ask_fail */
        if
        :: found -> end_side_1()
        :: else
        fi;
        d_step { found = false; has_request[me] = false }
    :: forwards < FORWARDS ->
        forwards++;
#ifdef RING
        target = me % ASKED_ONES + 1;
#else
        select (target : FIRST .. ASKED_ONES);
#endif
        pass_on(target);
        has_request[me] = false;
        inbox[target] ! ASKED
    :: has_request[me] = false /* freed: who ends answers it */
    fi;
    target = 0
}

inline begin()
{
    d_step { begun = true; in_set_0 = true }
    push_end(1, 1, REQUEST);
    inbox[1] ! ASKED
}

inline die()
{
    d_step { alive[me] = false; has_request[me] = false }
    if
    :: in_set_1 == me -> end_side_1()
    :: else
    fi;
    if
    :: me == 0 && in_set_0 -> end_side_0(); target = 0
    :: else
    fi
}

/* ---- what comes in */

/* ask_arrives: `found`, whether there is still an ask */
inline arrives()
{
    d_step { TOUCH(); out[1] = false; found = passage == SETTLED }
#ifdef BREAK_ARRIVES
    d_step { passage = SETTLED; found = true }
#else
    if
    :: found
    :: else ->
        d_step {
            TOUCH();
            if
            :: passage == UNDER_WAY -> passage = SETTLED; found = true
            :: else
            fi
        }
#endif
#ifndef BREAK_ARRIVES
        if
        :: !found -> let_go()
        :: else
        fi
    fi
#endif
}

/* ask_end_follows: `found`, whether it ends here */
inline end_follows()
{
#ifdef BREAK_FOLLOW
    found = true;
#else
    do
    :: atomic { TOUCH(); seen = passage }
        if
        :: seen == UNDER_WAY ->
            atomic {
                TOUCH();
                if
                :: passage == UNDER_WAY -> passage = OVER; seen = OVER
                :: else -> seen = SETTLED
                fi
            }
        :: else -> seen = SETTLED
        fi;
        if
        :: seen == OVER -> atomic { assert(out[0]); out[0] = false } let_go(); break
        :: else
        fi;
        atomic { TOUCH(); target = asked }
        if
        :: target != me -> inbox[target] ! END; break
        :: else
        fi;
#ifdef BREAK_AGAIN
        found = true; break
#else
        if
        :: atomic { passage != UNDER_WAY -> TOUCH(); found = true } break
        :: else
        fi
#endif
    od;
    atomic { seen = SETTLED; target = 0 }
#endif
}

/* The end of side 0 has come to side 1. */
inline end_bond_side_1()
{
    side_1_begin();
    if
    :: ended[1] -> side_1_end()
    :: else ->
        in_set_1 = NONE;
        ended[1] = true;
        side_1_end();
        let_go()
    fi
}

inline answer()
{
    d_step { answers++; assert(answers == 1 && !taken_back) }
}

inline take_in()
{
    if
    :: tag == REQUEST ->
        arrives();
        if
        :: found && alive[me] -> side_1_begin(); in_set_1 = me; side_1_end()
        :: found && !alive[me] -> end_side_1()
        :: else
        fi
    :: tag == END ->
        end_follows();
        if
        :: found ->
            if
            :: alive[me] -> end_bond_side_1()
            :: else
            fi;
            release(0)
        :: else
        fi
    :: tag == ASKED -> d_step { has_request[me] = alive[me] }
    :: tag == DOWN ->
        if
        :: alive[me] && !ended[0] ->
            d_step { TOUCH(); in_set_0 = false; ended[0] = true }
            let_go();
            answer()
        :: else
        fi;
        release(1)
    :: tag == REPLY ->
        if
        :: alive[me] && freed == 0 && !ended[0] -> end_side_0(); target = 0; answer()
        :: else
        fi
    fi;
    found = false
}

#ifdef TO_ASKER
#define NONE_ASKED_LIVES (!alive[1] && (ASKED_ONES == 1 || !alive[ASKED_ONES]) && (ASKED_ONES < 3 || !alive[2]) && !has_request[0] && in_set_1 != 0)
#else
#define NONE_ASKED_LIVES (!alive[1] && (ASKED_ONES == 1 || !alive[ASKED_ONES]) && (ASKED_ONES < 3 || !alive[2]))
#endif
#define IDLE(a) (empty(inbox[a]) && !busy[a])
#define QUIET   (IDLE(0) && IDLE(1) && IDLE(ASKED_ONES) && (ASKED_ONES < 3 || IDLE(2)))

proctype actor(byte me)
{
    mtype tag, seen = SETTLED;
    byte  target;
    bool  found;
    do
    :: atomic { inbox[me] ? tag -> busy[me] = true }
        take_in();
        atomic { tag = 0; busy[me] = false }
    :: atomic { alive[me] && has_request[me] -> busy[me] = true }
        handle();
        busy[me] = false
    :: atomic { me == 0 && alive[0] && !begun -> busy[me] = true }
        begin();
        busy[me] = false
    :: atomic { me == 0 && alive[0] && begun && !ended[0] -> busy[me] = true }
        end_side_0();
        target = 0;
        if
        :: answer() /* TIMED_OUT */
        :: taken_back = true
        fi;
        busy[me] = false
    :: atomic { alive[me] && (me != 0 || begun) -> busy[me] = true }
        die();
        busy[me] = false
    :: atomic { QUIET && ended[0] && in_set_1 != NONE -> assert(false) } /* none would ever tell it */
    :: atomic { begun && NONE_ASKED_LIVES && QUIET -> break }
    od
}

init
{
    atomic {
        run actor(0);
        run actor(1);
        if
        :: ASKED_ONES >= 2 -> run actor(2)
        :: else
        fi;
        if
        :: ASKED_ONES >= 3 -> run actor(3)
        :: else
        fi
    }
    _nr_pr == 1;
    assert(freed == 1 && holders == 0);
    assert(!alive[0] || taken_back || answers == 1)
}
