/*
 * The way out: what a turn has written leaves when the turn is over, the rest as the network takes
 * it. Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <sys/uio.h>

#include <actor/io/handle.h>
#include <actor/io/tcp_record.h>
#include <actor/process/fork.h>
#include <actor/process/worker.h>
#include <actor/scheduler/runner.h>

#define PIECES_MAX 64

/* Nothing waits any more, or little enough. */
static void after_progress(act_tcp *tcp)
{
    size_t unsent = evbuffer_get_length(tcp->output);
    if (unsent == 0 && tcp->ending && !tcp->shut) {
        tcp->shut = true;
        shutdown(tcp->fd, SHUT_WR); /* fails if the other side was faster: then it is not
                                       waited for */
    }
    if (unsent <= tcp->write_low && tcp->wants_writable) {
        tcp->wants_writable = false;
        act__handle_tell(&tcp->handle, ACT__TELL_WRITABLE);
    }
}

static void set_blocked(act_tcp *tcp, bool blocked)
{
    if (blocked == tcp->blocked || tcp->handle.away)
        return; /* away: it is tried again when it arrives */
    tcp->blocked = blocked;
    if (!blocked)
        event_del(&tcp->writable);
    else if (event_add(&tcp->writable, NULL) != 0)
        act__tcp_break(tcp, ENOMEM);
}

/*
 * One call. Returns: whether all that it offered was taken. Not writev: SIGPIPE must not be raised.
 */
static bool send_some(act_tcp *tcp)
{
    struct evbuffer_iovec pieces[PIECES_MAX];
    int                   count = evbuffer_peek(tcp->output, -1, NULL, pieces, PIECES_MAX);
    struct msghdr         all = {.msg_iov = pieces,
                                 .msg_iovlen = (size_t)(count < PIECES_MAX ? count : PIECES_MAX)};
    size_t                offered = 0;
    for (size_t i = 0; i < (size_t)all.msg_iovlen; i++)
        offered += pieces[i].iov_len;
    ssize_t sent;
    do /* one piece is the rule, and cheaper so */
        sent = count == 1 ? send(tcp->fd, pieces->iov_base, pieces->iov_len, MSG_NOSIGNAL)
                          : sendmsg(tcp->fd, &all, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent > 0) {
        evbuffer_drain(tcp->output, (size_t)sent);
        act__tcp_touch(tcp);
    } else if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
        act__tcp_break(tcp, errno);
    }
    return sent == (ssize_t)offered;
}

void act__tcp_flush(act_tcp *tcp)
{
    bool all = true, waited = evbuffer_get_length(tcp->output) != 0 || (tcp->ending && !tcp->shut);
    while (all && evbuffer_get_length(tcp->output) != 0)
        all = send_some(tcp);
    if (tcp->error != 0)
        return;
    set_blocked(tcp, !all);
    if (tcp->error != 0)
        return;
    after_progress(tcp);
    if (waited && tcp->ended &&
        evbuffer_get_length(tcp->output) == 0) /* nothing else would say so */
        act__handle_tell(&tcp->handle, ACT__TELL_WRITABLE);
}

void act__tcp_writable(evutil_socket_t fd, short what, void *argument)
{
    ACT__AT_STATION;
    act_tcp *tcp = argument;
    (void)fd;
    if (act__handle_defers(&tcp->handle, &tcp->writable, what))
        return;
    if (what == 0)
        act__tcp_break(tcp, ENOMEM);
    else if (tcp->connecting)
        act__tcp_connect_done(tcp);
    else
        act__tcp_flush(tcp);
    if (act__unlikely(tcp->finishing))
        act__tcp_finish_go_on(tcp);
}

void act__tcp_flush_after_turn(struct act__after_turn *work)
{
    ACT__AT_STATION;
    act_tcp *tcp = act__container(work, act_tcp, after_turn);
    tcp->flushes = false;
    if (!tcp->handle.closed && tcp->error == 0 && !tcp->connecting && !tcp->blocked)
        act__tcp_flush(tcp);
    act__handle_let_go(&tcp->handle);
}

/* ----------------------------------------------------------------------------- what actors call */

void act__tcp_flush_later(act_tcp *tcp)
{
    struct act__worker *worker;
    if (tcp->flushes || tcp->connecting || tcp->blocked || tcp->handle.away)
        return;
    worker = tcp->handle.loop->worker;
    tcp->flushes = true;
    act__handle_hold(&tcp->handle);
    tcp->after_turn.next = worker->after_turn;
    worker->after_turn = &tcp->after_turn;
    worker->unusual = true;
}

act_result act__tcp_may_write(act_tcp *tcp)
{
    if (act__has_forked(tcp->handle.loop->system))
        return ACT_FORKED;
    if (evbuffer_get_length(tcp->output) >= tcp->write_high && !tcp->connecting && !tcp->blocked)
        act__tcp_flush(tcp); /* a long turn: some of it leaves earlier */
    if (tcp->error != 0 || tcp->ending)
        return ACT_CLOSED;
    if (evbuffer_get_length(tcp->output) < tcp->write_high)
        return ACT_OK;
    tcp->wants_writable = true;
    return ACT_FULL;
}

act_result act_tcp_write(act_tcp *tcp, const void *bytes, size_t count)
{
    ACT__AT_STATION;
    act_result result = act__tcp_may_write(tcp);
    if (result != ACT_OK || count == 0)
        return result;
    if (evbuffer_add(tcp->output, bytes, count) != 0)
        return ACT_NO_MEMORY;
    act__tcp_flush_later(tcp);
    return ACT_OK;
}

act_result act_tcp_print(act_tcp *tcp, const char *format, ...)
{
    ACT__AT_STATION;
    va_list    values;
    act_result result = act__tcp_may_write(tcp);
    if (result != ACT_OK)
        return result;
    va_start(values, format);
    int count = evbuffer_add_vprintf(tcp->output, format, values);
    va_end(values);
    if (count < 0)
        return ACT_NO_MEMORY;
    act__tcp_flush_later(tcp);
    return ACT_OK;
}

/* libevent's clean-up has more arguments than ours: what it must know travels in a record. */
static void release_moved(const void *bytes, size_t count, void *call)
{
    (void)bytes;
    (void)count;
    act__call_late(call);
}

static act_result write_moved(act_tcp *tcp, const void *bytes, size_t count,
                              struct act__late_call *call)
{
    ACT__AT_STATION;
    act_result result = act__tcp_may_write(tcp);
    if (result != ACT_OK)
        return result;
    if (count == 0) {
        act__call_late(call);
        return ACT_OK;
    }
    if (evbuffer_add_reference(tcp->output, bytes, count, release_moved, call) != 0)
        return ACT_NO_MEMORY;
    act__tcp_flush_later(tcp);
    return ACT_OK;
}

act_result act_tcp_write_moved(act_tcp *tcp, const void *bytes, size_t count,
                               void (*release)(void *argument), void *argument)
{
    struct act__late_call *call = act__allocate(sizeof *call);
    if (call == NULL)
        return ACT_NO_MEMORY;
    *call = (struct act__late_call){.function = release, .argument = argument};
    act_result result = write_moved(tcp, bytes, count, call);
    if (result != ACT_OK)
        act__free(call);
    return result;
}

size_t act_tcp_unsent(const act_tcp *tcp)
{
    return evbuffer_get_length(tcp->output);
}

void act_tcp_shutdown(act_tcp *tcp)
{
    ACT__AT_STATION;
    if (tcp->error != 0 || tcp->ending || act__has_forked(tcp->handle.loop->system))
        return;
    tcp->ending = true;
    act__tcp_flush_later(tcp);
}
