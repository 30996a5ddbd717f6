/*
 * A supervisor that may be killed at any moment, and the handover that its child leaves it: the links between both.
 * SPDX-License-Identifier: MIT
 *
 * Models    actor/delivery/handover.c    hold, pass_on, park, clear, take, abandon, handover_of
 *           actor/process/exit.c    end, bonds_end; actor/process/spawn.c  bear, for one that takes a handover
 *           actor/signal/bond.c    bond_begin, bond_end, let_go; actor/signal/signal.c  take_in_one, apply_exit, refuse_signal
 *           supervisor/     what it does when a child is gone, and what is done when it is gone itself (destroy)
 * Left out  the queue and sleeping: inbox.pml, handover.pml. Messages and names: handover.pml. Links that cross, unlink: bond.pml.
 *           More children: they share nothing. Bond b is the link with instance b, whose generation it is, too.
 * Asserted  a link brings its EXIT to the supervisor once, and has brought it whenever all is quiet; where it has come the
 *           handover can be taken. A record is free once, when it is in no set and on no way. Ends well only if the child has
 *           ended after its supervisor, and no handover is left.
 * Order     as in bond.pml and handover.pml.
 */
#define INSTANCES 3 /* the last leaves no handover */

mtype = { LINK, EXIT, START, LIVING, HANDOVER, DEAD };

/* The child's cell. */
mtype state = LIVING;
byte  generation;
chan  cell = [8] of { mtype, byte };
bool  is_busy;

/* cell->control */
byte word_of; /* the generation that the word is of */
bool leave, holding, parked, abandoned;

/* The supervisor. */
bool is_alive = true;
byte current; /* the instance that it knows */
chan inbox = [8] of { byte }; /* an EXIT, by its bond */

/* Bonds. side 0: the supervisor */
bool made[INSTANCES], half_0[INSTANCES], half_1[INSTANCES], ended_0[INSTANCES], ended_1[INSTANCES];
byte holders[INSTANCES], freed[INSTANCES], told[INSTANCES];

inline let_go(b)
{
    atomic {
        assert(freed[b] == 0 && holders[b] > 0);
        holders[b]--;
        if
        :: holders[b] == 0 -> freed[b]++; assert(!half_0[b] && !half_1[b])
        :: else
        fi
    }
}

inline end_0(b) { atomic { half_0[b] = false; ended_0[b] = true }; cell ! EXIT, b }
inline end_1(b) { atomic { half_1[b] = false; ended_1[b] = true }; inbox ! b }

/* ---- the word: each a compare-exchange */

#define CLEAR_WORD leave = false; holding = false; parked = false; abandoned = false

inline hold()
{
    atomic {
        stays = (generation < INSTANCES - 1) && !(word_of == generation && leave);
        if
        :: stays ->
            if
            :: word_of <= generation -> CLEAR_WORD; word_of = generation + 1
            :: else
            fi;
            holding = true
        :: else
        fi
    }
}

inline park()
{
    atomic {
        holding = false;
        if
        :: leave -> abandoned = true
        :: else -> parked = true
        fi
    }
}

/* act_handover_abandon, by a pid of generation l */
inline give_up(l)
{
    atomic {
        if
        :: word_of <= l + 1 && word_of >= l && parked -> parked = false; abandoned = true
        :: word_of <= l + 1 && word_of >= l && !parked && (holding || word_of == l) -> leave = true
        :: word_of < l -> CLEAR_WORD; word_of = l; leave = true
        :: else
        fi
    }
}

/* ---- the child, where its token is held */

inline end_all()
{
    i = 0;
    do
    :: i < INSTANCES ->
        if
        :: half_1[i] -> end_1(i)
        :: else
        fi;
        i++
    :: else -> break
    od
}

inline end_generation()
{
    hold();
    if
    :: stays ->
        b = generation;
        had = half_1[b];
#ifndef BREAK_SET
        half_1[b] = false; /* moved to a set of its own: the cell's is the next one's */
#endif
        atomic { generation++; state = HANDOVER };
#ifdef BREAK_PARK
        if
        :: had -> end_1(b)
        :: else
        fi;
        park()
#else
        park();
#ifdef BREAK_SET
        end_all()
#else
        if
        :: had -> end_1(b)
        :: else
        fi
#endif
#endif
    :: else ->
        state = DEAD;
        end_all()
    fi
}

inline take_exit()
{
    in_force = !ended_1[b];
    if
    :: in_force -> atomic { half_1[b] = false; ended_1[b] = true }; let_go(b)
    :: else
    fi;
    let_go(b);
    if
    :: in_force && state == LIVING -> end_generation() /* it ends with its parent */
    :: else
    fi
}

proctype child()
{
    mtype what;
    byte  b, i;
    bool  stays, had, in_force;
    do
    :: atomic { cell ? what, b -> is_busy = true }
        if
        :: b == generation && state != DEAD && what == LINK -> half_1[b] = true
        :: b == generation && what == START -> assert(state == HANDOVER && !parked && !abandoned); state = LIVING
        :: b == generation && state != DEAD && what == EXIT -> take_exit()
        :: (b != generation || state == DEAD) && what == LINK -> end_1(b)
        :: (b != generation || state == DEAD) && what == EXIT -> let_go(b)
        fi;
        atomic { b = 0; i = 0; in_force = false; had = false; stays = false; is_busy = false }
    :: atomic { state == LIVING -> is_busy = true }
        end_generation();
        atomic { b = 0; i = 0; had = false; stays = false; is_busy = false }
    :: atomic { state == HANDOVER && abandoned -> is_busy = true; state = DEAD }
        end_all();
        atomic { i = 0; is_busy = false }
    :: atomic { !is_alive && state == DEAD && empty(cell) && empty(inbox) -> break }
    od
}

/* ---- the supervisor */

#define IS_TOLD(n) (!ended_1[n] || told[n] == 1 || ended_0[n])

inline handle_child_gone()
{
    told[b]++;
    assert(told[b] == 1 && !(word_of == b + 1 && holding));
    atomic { has = (word_of == b + 1 && parked); if :: has -> parked = false :: else fi } /* handover_of, take */
    if
    :: has ->
        current = b + 1;
        atomic { made[current] = true; holders[current] = 2; half_0[current] = true };
#ifdef BREAK_SET
        half_1[current] = true;
#else
        cell ! LINK, current;
#endif
        cell ! START, current
    :: has -> atomic { parked = true }; give_up(b + 1); current = INSTANCES /* it is not to be started again */
    :: else -> current = INSTANCES
    fi
}

proctype supervisor()
{
    byte b;
    bool has;
    do
    :: atomic { is_alive && inbox ? [b] -> inbox ? b }
        if
        :: ended_0[b] -> let_go(b)
        :: else ->
            atomic { half_0[b] = false; ended_0[b] = true };
            let_go(b);
            let_go(b);
            handle_child_gone()
        fi;
        has = false
    :: atomic { is_alive -> is_alive = false }
        assert(is_busy || nempty(cell) || nempty(inbox) || abandoned || (IS_TOLD(0) && IS_TOLD(1) && IS_TOLD(2)));
#ifndef BREAK_LEAVE
        if
        :: current < INSTANCES -> give_up(current)
        :: else
        fi;
#endif
        b = 0;
        do
        :: b < INSTANCES ->
            if
            :: half_0[b] -> end_0(b)
            :: else
            fi;
            b++
        :: else -> break
        od
    :: atomic { !is_alive && nempty(inbox) -> inbox ? b }
        let_go(b)
    :: atomic { !is_alive && state == DEAD && empty(cell) && empty(inbox) && !is_busy -> break }
    od
}

#define ENDED_WELL(n) (!made[n] || (freed[n] == 1 && holders[n] == 0))

init
{
    atomic {
        made[0] = true; holders[0] = 2; half_0[0] = true; half_1[0] = true;
        run child();
        run supervisor()
    }
    _nr_pr == 1;
    assert(!parked && !holding && ENDED_WELL(0) && ENDED_WELL(1) && ENDED_WELL(2))
}
