/*
 * The run queue: its owner pushes and pops, two thieves take half of it.
 * SPDX-License-Identifier: MIT
 *
 * Models    actor/scheduler/run_queue.c  push, advance, pop, steal, shed
 * Left out  head and tail going round 2^32: between reading a head and moving it a thread would have to sleep for as
 *           many actors. The inject queue, where shed ones go: they are run at once. The thieves' own queues are
 *           popped by them and stolen from by the other thief, as any worker's.
 * Asserted  every actor that is pushed runs, and runs once.
 * Order     sequentially consistent here. That the release of `tail`, and the acquire and release of `head`, are
 *           enough is tested by test/actor/scheduler/run_queue_test and test/stress/actors_test, under ThreadSanitizer.
 */
#define SIZE    4
#define ACTORS  5 /* numbered from 1 */
#define OWNER   0
#define THIEVES 2
#define TRIES   1 /* of each thief */

typedef queue {
    byte head;
    byte tail;
    byte ring[SIZE]
}
queue deque[THIEVES + 1];
byte ran[ACTORS + 1];
byte total;

#define PLACE(q, i) deque[q].ring[(i) % SIZE]

inline run_actor(a)
{
    d_step { ran[a]++; assert(a != 0 && ran[a] == 1); total++; a = 0 }
}

/* Compare-exchange of a head. */
inline advance(q, from, count)
{
#ifdef BREAK_ADVANCE
    moved = (deque[q].head == from);
    if
    :: moved -> deque[q].head = from + count
    :: else
    fi
#else
    d_step { moved = (deque[q].head == from); if :: moved -> deque[q].head = from + count :: else fi }
#endif
}

/* `is_full` tells. */
inline push(q, a)
{
#ifndef BREAK_FULL
    is_full = (deque[q].tail - deque[q].head == SIZE);
#endif
    if
    :: is_full
    :: else ->
#ifdef BREAK_PUSH_ORDER
        deque[q].tail++;
        PLACE(q, deque[q].tail - 1) = a
#else
        PLACE(q, deque[q].tail) = a;
        deque[q].tail++
#endif
    fi
}

/* `got` is the actor; 0: empty. */
inline pop(q)
{
    do
    :: first = deque[q].head;
        if
        :: first == deque[q].tail -> first = 0; break
        :: else -> got = PLACE(q, first)
        fi;
        advance(q, first, 1);
        if
        :: moved -> atomic { moved = false; first = 0 } break
        :: else -> got = 0
        fi
    od
}

/* Half of `victim` into `q`, which is empty; `got` is one of them. */
inline steal(q, victim)
{
    do
    :: first = deque[victim].head;
        atomic { many = deque[victim].tail - first; many = many - many / 2 }
        if
        :: many == 0 -> break
        :: many > SIZE / 2 /* they do not belong together */
        :: else ->
#ifndef BREAK_COPY
            copy(q, victim);
#endif
            advance(victim, first, many);
            if
            :: moved -> break
            :: else
            fi
        fi
    od;
    if
    :: moved ->
#ifdef BREAK_COPY
        copy(q, victim);
#endif
        atomic { got = PLACE(q, deque[q].tail + many - 1); deque[q].tail = deque[q].tail + many - 1 }
    :: else
    fi;
    atomic { moved = false; many = 0; first = 0 }
}

inline copy(q, victim)
{
    do
    :: i < many -> atomic { PLACE(q, deque[q].tail + i) = PLACE(victim, first + i); i++ }
    :: else -> i = 0; break
    od
}

/* The older half of a full queue is taken out, and here run at once. */
inline shed(q)
{
    first = deque[q].head;
    many = (deque[q].tail - first) / 2;
    do
    :: i < many -> taken[i] = PLACE(q, first + i); i++
    :: else -> i = 0; break
    od;
    if
    :: many > 0 -> advance(q, first, many)
    :: else
    fi;
    do
    :: moved && i < many -> got = taken[i]; i++; run_actor(got)
    :: else -> break
    od;
    atomic { moved = false; many = 0; first = 0; i = 0; taken[0] = 0; taken[1] = 0 }
}

proctype owner()
{
    byte next = 1, got, first, many, i;
    byte taken[2];
    bool is_full, moved;
    do
    :: next <= ACTORS ->
        push(OWNER, next);
        if
        :: is_full -> is_full = false; shed(OWNER)
        :: else -> next++
        fi
    :: else -> break
    od;
    do
    :: pop(OWNER);
        if
        :: got != 0 -> run_actor(got)
        :: else -> break
        fi
    od
}

/* Tries so often, and runs whatever is in its own queue before each try. */
proctype thief(byte me; byte tries)
{
    byte got, first, many, i;
    bool moved;
    do
    :: pop(me);
        if
        :: got != 0 -> run_actor(got)
        :: got == 0 && tries > 0 ->
            tries--;
            if
            :: steal(me, OWNER)
            :: steal(me, 3 - me)
            fi;
            if
            :: got != 0 -> run_actor(got)
            :: else
            fi
        :: else -> break
        fi
    od
}

init
{
    atomic { run owner(); run thief(1, TRIES); run thief(2, TRIES) }
    _nr_pr == 1;
    assert(total == ACTORS)
}
