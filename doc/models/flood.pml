/*
 * Two actors that flood each other: each may open the other's list of muted senders, and none
 * mutes the other for ever.
 * SPDX-License-Identifier: MIT
 *
 * Models    actor/delivery/backpressure.c    open_list, ask_to_look, mute_senders_of, look, enter_list,
 *                           pass_on, give_token_up, mute, unmute_list
 *           actor/process/turn.c    turn_run, give_way, rest_from_work, fall_asleep, wake_if_asked
 * Left out  as in backpressure.pml; signals, so that one that is muted runs again only when it is unmuted; the
 *           watch. That it finds itself overloaded: a look says so as it likes.
 * Asserted  a token is in one place: a worker, the run queue, the other's list, or nowhere while
 *           its actor sleeps. Ends well only if both sleep, muted by none, with no message left.
 */
#define MESSAGES 2 /* that each sends, one in a handler */
#define CALM     255
#define MUTED_BY  128
mtype = { NO, LISTED, YES };

byte  muted[2] = CALM; /* CALM, MUTED_BY, or a list: 0, or the other as 1 + its number */
mtype mute[2] = NO;
bool  is_asked[2];      /* `control` */
bool  is_overloaded[2]; /* ACT__CELL_OVERLOADED */
bool  asleep[2];
byte  waits[2];         /* messages */
byte  left[2];          /* messages to send */
bool  queued[2];
byte  running[2];

#define OTHER(a) (1 - a)

inline schedule(a)
{
    d_step {
        assert(!queued[a] && running[a] == 0 && !asleep[a] && mute[a] != YES);
        queued[a] = true
    }
}

/* A push to it, or act__mpsc_wake. */
inline wake(a)
{
    atomic { if :: asleep[a] -> asleep[a] = false; schedule(a) :: else fi }
}

/* unmute_all and unmute_list; there is at most the other in it. */
inline unmute_all(a, then)
{
    d_step { first = muted[a]; assert(first != MUTED_BY); muted[a] = then }
    if
    :: first != 0 && first != CALM -> atomic {
        was = mute[OTHER(a)];
        mute[OTHER(a)] = NO;
        if :: was == YES -> schedule(OTHER(a)) :: else fi;
        was = NO
    }
    :: else
    fi;
    first = 0
}

inline backpressure_look(a)
{
    if
    :: is_asked[a] ->
        is_asked[a] = false;
        if
        :: muted[a] != CALM && muted[a] != MUTED_BY ->
            if
            :: waits[a] > 0 -> is_overloaded[a] = true
            :: true -> is_overloaded[a] = false; unmute_all(a, CALM)
            fi
        :: else
        fi
    :: else
    fi
}

/* To the other; it may not have looked for long. */
inline send(a)
{
    if
    :: left[a] > 0 ->
        d_step {
            left[a]--; waits[OTHER(a)]++;
            floods = (muted[OTHER(a)] != CALM && muted[OTHER(a)] != MUTED_BY)
        }
        wake(OTHER(a));
        if
        :: !floods -> /* mute_senders_of */
            d_step {
                floods = (muted[OTHER(a)] == CALM);
                if :: floods -> muted[OTHER(a)] = 0 :: else fi
            }
            if
            :: floods -> is_asked[OTHER(a)] = true; wake(OTHER(a))
            :: else
            fi
        :: true
        fi
    :: else
    fi
}

/* `lets_go`: the token is gone. */
inline give_token_up(a)
{
#ifdef BREAK_PASS_ON
    muted[a] = MUTED_BY; changed = true;
#else
    d_step { changed = (muted[a] == CALM); if :: changed -> muted[a] = MUTED_BY :: else fi }
#endif
    if
    :: changed -> atomic {
        if
        :: mute[a] == LISTED -> mute[a] = YES; running[a]--; lets_go = true
        :: else -> muted[a] = CALM
        fi
    }
    :: else
    fi;
    changed = false
}

inline backpressure_mute(a)
{
    if
    :: floods && !is_overloaded[a] && (muted[a] == CALM || muted[a] == MUTED_BY) ->
        if
        :: mute[a] != NO -> give_token_up(a)
        :: else ->
            mute[a] = LISTED;
            d_step {
                changed = (muted[OTHER(a)] != CALM && muted[OTHER(a)] != MUTED_BY);
                if :: changed -> muted[OTHER(a)] = 1 + a :: else fi
            }
            if
            :: changed -> give_token_up(a)
            :: else -> mute[a] = NO
            fi
        fi
    :: else
    fi
}

/* One that is overloaded and has handled all is so no longer. */
inline backpressure_update(a)
{
    if
    :: is_overloaded[a] && waits[a] == 0 -> is_overloaded[a] = false; unmute_all(a, CALM)
    :: else
    fi
}

proctype worker()
{
    byte  a, first;
    mtype was = NO;
    bool  floods, changed, lets_go;
end_idle:
    atomic {
        if
        :: queued[0] -> a = 0
        :: queued[1] -> a = 1
        fi;
        floods = false; lets_go = false;
        queued[a] = false; running[a]++;
        assert(running[a] == 1);
        if :: muted[a] == MUTED_BY -> muted[a] = CALM :: else fi /* wake */
    }
look:
    backpressure_look(a);
    if
    :: waits[a] > 0 ->
        waits[a]--;
        send(a);
        backpressure_update(a);
        if
        :: goto spent
        :: goto look
        fi
    :: else
    fi;
    backpressure_mute(a);
    if
    :: lets_go -> goto end_idle
    :: else
    fi;
    atomic {
        if
        :: waits[a] > 0 -> goto look
        :: else -> asleep[a] = true; running[a]--
        fi
    }
    if
    :: is_asked[a] -> atomic {
        if
        :: asleep[a] -> asleep[a] = false; schedule(a); goto end_idle
        :: else -> goto end_idle
        fi
    }
    :: else -> goto end_idle
    fi;
spent:
    backpressure_mute(a);
    if
    :: lets_go
    :: else -> atomic { running[a]--; schedule(a) }
    fi;
    goto end_idle
}

#define RESTS(a) (asleep[a] && waits[a] == 0 && mute[a] == NO && !queued[a] && muted[a] == CALM)

/* Never over before all is handled: else this is an invalid end. */
proctype watcher()
{
    RESTS(0) && RESTS(1)
}

init
{
    atomic {
        left[0] = MESSAGES; left[1] = MESSAGES; waits[0] = 1; waits[1] = 1;
        queued[0] = true; queued[1] = true;
        run worker(); run worker(); run watcher()
    }
}
