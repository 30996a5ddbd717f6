/*
 * A handover: the actor that ends, the one that takes its handover and the one that abandons it meet in one word.
 * SPDX-License-Identifier: MIT
 *
 * Models    actor/delivery/handover.c    hold, pass_on, park, clear, take, put_back, abandon, handover_of
 *           actor/process/turn.c    do_the_rest, run_handover, sleep_without_actor, rest_from_work
 *           actor/signal/signal.h, .c  control_set, control_take
 * Left out  the queue: inbox.pml. Here it is a number, and START; sleeping and waking are one step each. What the cell
 *           is used for after it was given back: its generation is another, and each step of the word looks at the generation.
 * Asserted  what writes what belongs to the cell (the name, the birth of the next) is alone; the name is released
 *           once; START finds a handover, and the name there; each message is handled or a dead letter; the cell is given
 *           back, once. Ends well only if it is: a handover that is not taken in the end, an abandonment that is not seen or a kill that
 *           is lost is an invalid end state.
 * Order     sequentially consistent here. That the acquire and release at PARKED are enough is tested by
 *           test/stress/supervisor_stress, under ThreadSanitizer.
 */
#define FIRST    1 /* the generation of the actor that ends */
#define NEXT     3 /* the handover's, and of the actor that takes it */
#define MESSAGES 2

mtype = {LIVING, HANDOVER, DIED, GONE};
mtype state = LIVING; /* the token's holder only */
byte  generation = FIRST;

/* cell->control */
byte word_of; /* the generation that the word is of */
bool leave, holding, parked, abandoned, killed;

byte coming; /* messages in the queue */
bool start;  /* also in the queue */
byte inbox;  /* messages that were fetched */
bool asleep;
bool queued = true; /* the token is in the run queue */

bool writing; /* a process writes what belongs to the cell */
bool name = true;
byte handled, dead, sent, freed;
byte others; /* processes that have not finished */

inline begin_writing() { d_step { assert(!writing); writing = true } }
inline end_writing() { writing = false }
inline release_name() { d_step { assert(name); name = false } }

inline schedule() { d_step { assert(!queued); queued = true } }
inline wake() { atomic { if :: asleep -> asleep = false; schedule() :: else fi } }

/* ---- the word: each a compare-exchange */

inline clear_word(generation_)
{
    word_of = generation_; leave = false; holding = false; parked = false; abandoned = false; killed = false
}

/* act__control_set */
inline set_control(generation_, what)
{
    d_step {
        if
        :: word_of < generation_ -> clear_word(generation_); what = true
        :: word_of == generation_ -> what = true
        :: else
        fi
    }
    wake()
}

inline hold()
{
    d_step {
        stays = true;
        if
#ifndef BREAK_HOLD
        :: word_of == generation && leave -> stays = false
#endif
        :: else ->
            if
            :: word_of <= generation -> clear_word(NEXT)
            :: else
            fi;
            holding = true
        fi
    }
}

/* `is_parked` tells. */
inline park()
{
    d_step {
#ifdef BREAK_PARK
        is_parked = true;
#else
        is_parked = !leave;
#endif
        if
        :: is_parked -> holding = false; parked = true
        :: else
        fi
    }
}

inline abandon()
{
    begin_writing();
    release_name();
    end_writing();
    set_control(NEXT, abandoned)
}

/* `has` tells. */
inline take()
{
#ifdef BREAK_TAKE
    has = (word_of == NEXT && parked);
    if
    :: has -> parked = false
    :: else
    fi
#else
    d_step { has = (word_of == NEXT && parked); if :: has -> parked = false :: else fi }
#endif
}

inline put_back()
{
    park();
    if
    :: !is_parked -> abandon()
    :: else
    fi
}

/* act_handover_abandon; `has` tells whether the handover was parked. */
inline give_up(generation_)
{
    d_step {
        has = false;
        if
        :: word_of > generation_ && !holding && !parked
        :: else ->
            if
            :: parked -> has = true; parked = false
            :: else ->
                if
                :: word_of < generation_ -> clear_word(generation_)
                :: else
                fi;
                leave = true
            fi
        fi
    }
    if
    :: has -> abandon()
    :: else
    fi
}

/* ---- the token's holder */

inline take_in()
{
    atomic {
        if
        :: state == GONE || state == DIED -> dead = dead + coming
        :: else -> inbox = inbox + coming
        fi;
        coming = 0;
        if
        :: start -> assert(state == HANDOVER && name && generation == NEXT); start = false; state = LIVING
        :: else
        fi
    }
}

/* `slept` tells. */
inline fall_asleep()
{
    d_step { slept = (coming == 0 && !start); if :: slept -> asleep = true :: else fi }
}

/* A living one that is not to leave a handover, or a handover that will not be taken. */
inline become_dead()
{
    take_in();
    generation++;
    d_step { dead = dead + inbox; inbox = 0; state = DIED }
}

/* exit.c; instance NEXT leaves no handover. */
inline end_generation()
{
    stays = false;
    if
    :: generation == FIRST -> hold()
    :: else
    fi;
    begin_writing();
    if
    :: stays ->
#ifdef BREAK_ORDER
        park();
#endif
        take_in();
        generation = NEXT;
        state = HANDOVER;
        end_writing();
#ifndef BREAK_ORDER
        park();
#endif
        if
        :: !is_parked ->
            begin_writing();
            release_name();
            end_writing();
            d_step {
#ifndef BREAK_HELD
                holding = false;
#endif
                abandoned = true
            }
        :: else
        fi
    :: else ->
        release_name();
        end_writing();
        become_dead()
    fi
}

inline handle_some()
{
    do
    :: inbox > 0 -> d_step { inbox--; handled++ }
    :: break
    od
}

/* Returns with `over` if the turn is. */
inline live()
{
    take_in();
#ifdef KILLED
    if
    :: generation == FIRST -> handle_some(); end_generation()
    :: else -> /* until it is killed */
        d_step { is_killed = (word_of == generation && killed); clear_word(0) }
        if
        :: is_killed -> end_generation()
        :: else ->
            handle_some();
            fall_asleep();
            if
            :: slept ->
                atomic { if :: word_of != 0 && asleep -> asleep = false; schedule() :: else fi; over = true }
            :: else
            fi
        fi
    fi
#else
    handle_some();
    end_generation()
#endif
}

inline run_handover()
{
#ifdef BREAK_STALE
    clear_word(0);
#endif
    if
    :: abandoned -> begin_writing(); end_writing(); become_dead()
    :: else -> take_in()
    fi;
    if
    :: state == HANDOVER ->
        over = true;
        fall_asleep();
        atomic {
            if
#ifdef BREAK_ABANDONED
            :: slept
#else
            :: slept && !(abandoned && asleep)
#endif
            :: else -> asleep = false; schedule()
            fi
        }
    :: else
    fi
}

inline sleep_without_actor()
{
    was = state;
    state = GONE;
    fall_asleep();
    if
    :: slept ->
        over = true;
        if
        :: was == DIED -> d_step { freed++; assert(freed == 1 && !name) }
        :: else
        fi
    :: else -> state = was
    fi
}

proctype worker()
{
    bool  over, slept, stays, is_parked, is_killed;
    mtype was;
    do
    :: atomic { queued -> queued = false; over = false };
        do
        :: over -> break
        :: !over && state == LIVING -> live()
        :: !over && state == HANDOVER -> run_handover()
        :: !over && (state == DIED || state == GONE) -> take_in(); sleep_without_actor()
        od
    :: atomic { !queued && freed == 1 && others == 0 && asleep -> break }
    od
}

/* ---- others */

proctype sender()
{
    do
    :: sent < MESSAGES -> atomic { sent++; coming++; wake() }
    :: else -> break
    od;
    others--
}

/* A supervisor: it asks until the handover is there, then takes it, or gives it up if it cannot start a child. */
proctype spawner()
{
    bool has, is_parked, lives;
    do
    :: /* act_handover_of */
#ifdef BREAK_LOOK
        lives = (word_of == NEXT && holding);
        has = (word_of == NEXT && parked);
        lives = lives || (!has && generation == FIRST);
#else
        lives = (generation == FIRST);
        if
        :: lives
        :: else -> d_step { lives = (word_of == NEXT && holding); has = (word_of == NEXT && parked) }
        fi;
#endif
        if
        :: lives -> (generation != FIRST && !holding) /* asks again later */
        :: else -> break
        fi
    od;
    if
    :: has -> take()
    :: else
    fi;
    if
    :: has ->
        begin_writing();
        if
        :: end_writing(); atomic { start = true; wake() }
        :: end_writing(); put_back(); give_up(FIRST)
        fi
    :: else
    fi;
    others--
}

/* A supervisor that is ending, or the system: at any moment, by the old pid or by the handover's. */
proctype leaver()
{
    bool has;
    if
    :: give_up(FIRST)
    :: generation != FIRST -> give_up(NEXT)
    fi;
    others--
}

proctype killer()
{
    (generation != FIRST);
    set_control(NEXT, killed);
    others--
}

init {
    atomic {
        run worker();
        run worker();
        others++; run sender();
#ifdef KILLED
        others++; run killer();
        others++; run spawner()
#else
        if
        :: others++; run spawner()
        :: others++; run leaver()
        :: others = others + 2; run spawner(); run leaver()
        fi
#endif
    };
    (_nr_pr == 1);
    assert(handled + dead == MESSAGES && coming == 0 && inbox == 0)
}
