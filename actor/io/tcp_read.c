/* The way in: from the network into the input buffer, as far as the marks allow. Internal. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include <actor/io/handle.h>
#include <actor/io/tcp_record.h>
#include <actor/process/fork.h>
#include <actor/process/worker.h>

#define STEP_MIN ((size_t)4096 - 128)
#define STEP_MAX ((size_t)65536 - 128)

void act__tcp_update_reading(act_tcp *tcp)
{
    size_t waiting = evbuffer_get_length(tcp->input);
    if (waiting >= tcp->read_limit)
        tcp->full = true;
    else if (waiting <= tcp->read_low || tcp->read_limit > tcp->read_high)
        tcp->full = false;
    bool should = !tcp->full && !tcp->paused && !tcp->ended && !tcp->connecting && tcp->error == 0;
    if (should == tcp->reading || tcp->handle.away)
        return;
    tcp->reading = should;
    if (!should)
        event_del(&tcp->readable);
    else if (event_add(&tcp->readable, NULL) != 0)
        act__tcp_break(tcp, ENOMEM);
}

/* The next room is as large as what seems to come. */
static void adapt(act_tcp *tcp, size_t room, size_t got)
{
    if (got == room && tcp->read_step < STEP_MAX)
        tcp->read_step = 2 * tcp->read_step < STEP_MAX ? 2 * tcp->read_step : STEP_MAX;
    else if (got < tcp->read_step / 4 && tcp->read_step > STEP_MIN)
        tcp->read_step = tcp->read_step / 2 > STEP_MIN ? tcp->read_step / 2 : STEP_MIN;
}

/* Once: what is still there is reported again, after the others have had their turn. */
void act__tcp_readable(evutil_socket_t fd, short what, void *argument)
{
    ACT__AT_STATION;
    act_tcp              *tcp = argument;
    struct evbuffer_iovec room;
    if (act__handle_defers(&tcp->handle, &tcp->readable, what))
        return;
    if (act__unlikely(tcp->finishing)) {
        act__tcp_finish_readable(tcp);
        return;
    }
    size_t waiting = evbuffer_get_length(tcp->input);
    if (waiting >= tcp->read_limit) { /* reading nothing would look like the end of the stream */
        act__tcp_update_reading(tcp);
        return;
    }
    size_t most = tcp->read_limit - waiting;
    size_t step = most < tcp->read_step ? most : tcp->read_step;
    if (what == 0 || evbuffer_reserve_space(tcp->input, (ev_ssize_t)step, &room, 1) != 1) {
        act__tcp_break(tcp, ENOMEM);
        return;
    }
    if (room.iov_len > most)
        room.iov_len = most;
    ssize_t got = recv(fd, room.iov_base, room.iov_len, 0);
    if (got > 0) {
        adapt(tcp, room.iov_len, (size_t)got);
        room.iov_len = (size_t)got;
        evbuffer_commit_space(tcp->input, &room, 1);
        act__tcp_touch(tcp);
        act__handle_tell(&tcp->handle, ACT__TELL_READABLE);
        act__tcp_update_reading(tcp);
    } else if (got == 0) {
        tcp->ended = true;
        act__handle_tell(&tcp->handle, ACT__TELL_ENDED);
        act__tcp_update_reading(tcp);
    } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        act__tcp_break(tcp, errno);
    }
}

/* ----------------------------------------------------------------------------- what actors call */

size_t act_tcp_input(act_tcp *tcp, const uint8_t **bytes)
{
    return act_tcp_input_front(tcp, bytes, SIZE_MAX);
}

size_t act_tcp_input_front(act_tcp *tcp, const uint8_t **bytes, size_t count_max)
{
    ACT__AT_STATION;
    size_t count = evbuffer_get_length(tcp->input);
    tcp->handle.pending &= (uint8_t)~ACT__TELL_READABLE; /* seen: no need to be told */
    if (count == 0)
        return 0;
    count = count < count_max ? count : count_max;
    const uint8_t *first = evbuffer_pullup(tcp->input, (ev_ssize_t)count);
    if (first == NULL) { /* it came in pieces, and there is no memory to join them */
        act__tcp_break(tcp, ENOMEM);
        return 0;
    }
    *bytes = first;
    return count;
}

size_t act_tcp_unread(const act_tcp *tcp)
{
    return evbuffer_get_length(tcp->input);
}

/*
 * Whether this is a child of fork(): what it did to the loop's epoll set would be done to its
 * parent's.
 */
static bool is_parents(const act_tcp *tcp)
{
    return act__has_forked(tcp->handle.loop->system);
}

void act_tcp_consume(act_tcp *tcp, size_t count)
{
    ACT__AT_STATION;
    if (count == 0 || is_parents(tcp))
        return;
    evbuffer_drain(tcp->input, count);
    tcp->consumed++;
    tcp->read_limit = tcp->read_high;
    act__tcp_update_reading(tcp);
}

void act_tcp_want(act_tcp *tcp, size_t bytes)
{
    ACT__AT_STATION;
    if (is_parents(tcp))
        return;
    tcp->read_limit = bytes > tcp->read_high ? bytes : tcp->read_high;
    if (bytes > evbuffer_get_length(tcp->input))
        tcp->full = false; /* between the marks too: the owner cannot use what there is */
    act__tcp_update_reading(tcp);
}

bool act_tcp_input_ended(const act_tcp *tcp)
{
    return tcp->ended;
}

void act_tcp_pause(act_tcp *tcp, bool pause)
{
    ACT__AT_STATION;
    if (is_parents(tcp))
        return;
    tcp->paused = pause;
    act__tcp_update_reading(tcp);
}
