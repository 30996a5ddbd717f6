/*
 * A spawn: its cell is asleep, and the spawner takes the token; or a message that comes late has woken it.
 * SPDX-License-Identifier: MIT
 *
 * Models    actor/process/spawn.c     find_cell, bear, come_to_life, rest_newborn, give_cell_back
 *           actor/process/turn.c      sleep_without_actor, fall_asleep, wake_if_asked
 *           actor/signal/signal.h, .c act__control_set, act__control_take, take_in_one
 * Left out  the queue's order and boundary: inbox.pml. What an actor owns; its end. The run queue is one bit.
 * Asserted  one at most has the token; the late message is refused, the one for the newborn is handled, by one that
 *           lives; what is asked of the newborn is taken. Ends well only then: a lost wake-up is an invalid end state.
 */
#ifndef FAILS
#define FAILS false /* the name is taken: the cell is given back */
#endif
#ifndef RESTS
#define RESTS false /* the newborn is put to sleep, not run */
#endif

bool idle = true;                  /* the word */
bool late, start, hello;           /* in the inbox */
bool control;
bool generation;                   /* it is odd: others may ask something of the cell */
bool told;                         /* its pid is known: others may send to it */
bool lives;                        /* its phase; the token's holder only */
bool queued;
byte holders;                      /* of the token */
byte sent, refused, handled, taken, ends; /* ends: of those that are not workers */

inline schedule()
{
    d_step { assert(!queued); holders--; queued = true }
}

/* `got`: the caller has the token. */
inline wake()
{
    d_step {
        got = idle;
        if
        :: got -> idle = false; holders++; assert(holders == 1 && !queued)
        :: else
        fi
    }
}

inline push(what)
{
    d_step {
        what = true;
        got = idle;
        if
        :: got -> idle = false; holders++; assert(holders == 1 && !queued)
        :: else
        fi
    }
}

/* `slept`: the caller has the token no more. */
inline sleep()
{
    d_step {
        slept = !late && !start && !hello;
        if
        :: slept -> idle = true; holders--
        :: else
        fi
    }
}

proctype late_sender()
{
    bool got;
    push(late);
    if
    :: got -> schedule()
    :: else
    fi;
    ends++
}

proctype sender()
{
    bool got;
    told;
    if
    :: sent++;
        push(hello);
        if
        :: got -> schedule()
        :: else
        fi
    :: skip /* it may never hear of anything else */
    fi;
    ends++
}

/* As act__control_set_all, which looks at all cells. */
proctype asker()
{
    bool got;
    generation;
    control = true;
    wake();
    if
    :: got -> schedule()
    :: else
    fi;
    ends++
}

proctype spawner()
{
    bool got, slept;
    wake();
#ifdef BREAK_TOKEN
    got = true;
#endif
    if
    :: FAILS && got ->
        sleep();
#ifndef BREAK_GIVE_BACK
        if
        :: !slept -> schedule()
        :: else
        fi
#endif
    :: FAILS && !got
    :: else ->
        generation = true;
        if
        :: got ->
            assert(holders == 1 && !queued);
            lives = true;
            told = true;
            if
            :: RESTS ->
                sleep();
                if
                :: !slept -> schedule()
#ifndef BREAK_RECHECK
                :: slept && control ->
                    wake();
                    if
                    :: got -> schedule()
                    :: else
                    fi
                :: slept && !control
#else
                :: else
#endif
                fi
            :: else -> schedule()
            fi
        :: else ->
            push(start);
            told = true; /* by what is done from here on; START is there */
            if
            :: got -> schedule()
            :: else
            fi
        fi
    fi;
    ends++
}

#define ALL_DONE (FAILS -> refused == 1 && ends == 2 : refused == 1 && handled == sent && taken == 1 && ends == 4)

proctype worker()
{
    bool slept, got;
idle_worker:
    atomic {
        if
        :: queued -> queued = false; holders++; assert(holders == 1)
        :: ALL_DONE && !queued && holders == 0 -> goto over
        fi
    }
look:
    skip;
    d_step {
        if
        :: late -> late = false; refused++
        :: else
        fi;
        if
        :: start -> start = false; lives = true
        :: else
        fi;
        if
        :: hello -> hello = false; assert(lives); handled++
        :: else
        fi
    }
    d_step {
        if
        :: lives && control -> control = false; taken++
        :: else
        fi
    }
    sleep();
    if
    :: !slept -> goto look
    :: slept && lives && control ->
        wake();
        if
        :: got -> schedule()
        :: else
        fi
    :: else
    fi;
    goto idle_worker;
over:
    skip
}

init
{
    atomic {
        run late_sender();
        run spawner();
        run worker();
        run worker();
        if
        :: FAILS
        :: else -> run sender(); run asker()
        fi
    }
    _nr_pr == 1;
    assert(idle && !late && !start && !hello && !control && holders == 0)
}
