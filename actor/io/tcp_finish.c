/*
 * Connections whose owners are done with them: what was written is sent, then they are closed.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/socket.h>

#include <actor/io/handle.h>
#include <actor/io/loop_record.h>
#include <actor/io/placement.h>
#include <actor/io/tcp_record.h>
#include <actor/process/fork.h>
#include <actor/process/shared.h>
#include <actor/process/worker.h>
#include <mailbox/channel/channel_record.h>

#define DISCARD_BYTES ((size_t)16 << 10)

/*
 *      act_tcp_finish ---> sending: input is dropped
 *                             |
 *                             |--- it is time, act_system_destroy ---> reset
 *                             v all is the kernel's, with the end of our side
 *                          waiting: a close now, with input on its way, could take back what the
 *                             |     other side has not read
 *                             v its end has come, it is time, act_system_destroy
 *                          closed
 *
 * The owner's handle is closed from the first; what is left belongs to the loop, in whose list it
 * is. While it is sending, its socket is one that is reset when its descriptor is closed, so that
 * the other side is not told of an end of stream however this process ends.
 */

static void set_reset(const act_tcp *tcp, bool resets)
{
    struct linger linger = {.l_onoff = resets};
    setsockopt(tcp->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

void act__tcp_cut_off(const act_tcp *tcp)
{
    struct act__worker *worker = act__runs_here;
    set_reset(tcp, true);
    act__count(&worker->cut_off);
}

static void leave_loop(act_tcp *tcp)
{
    struct act__loop *loop = tcp->handle.loop;
    *tcp->finishing_place = tcp->finishing_next;
    if (tcp->finishing_next != NULL)
        tcp->finishing_next->finishing_place = tcp->finishing_place;
    loop->used_count--;
    act__tcp_drop(tcp);
    act__handle_let_go(&tcp->handle);
}

static void end_finishing(act_tcp *tcp)
{
    struct act_system *system = tcp->handle.loop->system;
    if (!tcp->shut)
        act__tcp_cut_off(tcp);
    leave_loop(tcp);
    act__sub(&system->finishing_count, 1);
    if (act__load(&system->closing)) /* an orderly stop may be waiting for it */
        system->operations->actor_ended(system);
}

void act__tcp_finish_go_on(act_tcp *tcp)
{
    bool resets = !tcp->shut;
    if (tcp->resets != resets) {
        tcp->resets = resets;
        set_reset(tcp, resets);
    }
    if (tcp->error != 0 || (tcp->shut && tcp->ended))
        end_finishing(tcp);
}

void act__tcp_finish_readable(act_tcp *tcp)
{
    char    input[DISCARD_BYTES];
    ssize_t got = recv(tcp->fd, input, sizeof input, 0);
    if (got == 0) {
        tcp->ended = true;
        act__tcp_update_reading(tcp);
    } else if (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        act__tcp_break(tcp, errno);
    }
    act__tcp_finish_go_on(tcp);
}

void act__tcp_finish_timed_out(act_tcp *tcp)
{
    if (!act__tcp_is_due(tcp))
        act__tcp_finish_go_on(tcp); /* it came early, and could be set again or not */
    else
        end_finishing(tcp);
}

void act__tcp_finish_all(struct act__loop *loop)
{
    act_tcp *tcp;
    while ((tcp = loop->finishing) != NULL) { /* nothing waits for them or counts them any more */
        if (!tcp->shut)
            set_reset(tcp, true);
        leave_loop(tcp);
    }
}

/* ----------------------------------------------------------------------------- what actors call */

/* From the owner to the loop. */
static void take_over(act_tcp *tcp)
{
    struct act__loop *loop = tcp->handle.loop;
    act__add(&loop->system->finishing_count, 1);
    tcp->finishing = tcp->ending = true;
    tcp->finishing_place = &loop->finishing;
    tcp->finishing_next = loop->finishing;
    if (loop->finishing != NULL)
        loop->finishing->finishing_place = &tcp->finishing_next;
    loop->finishing = tcp;
    loop->used_count++;
    act__handle_hold(&tcp->handle);
    act__handle_close(&tcp->handle);
}

static void stop_keeping_input(act_tcp *tcp)
{
    evbuffer_drain(tcp->input, evbuffer_get_length(tcp->input));
    tcp->read_limit = tcp->read_high = SIZE_MAX;
    tcp->paused = tcp->wants_writable = false;
    tcp->idle_timeout = 0;
    act__tcp_update_reading(tcp);
}

void act_tcp_finish(act_tcp **tcp, act_millis timeout)
{
    ACT__AT_STATION;
    act_tcp *mine = *tcp;
    if (mine == NULL)
        return;
    *tcp = NULL;
    if (act__has_forked(mine->handle.loop->system))
        return; /* it is the parent's */
    if (mine->error != 0 || (timeout <= 0 && timeout != ACT_FOREVER)) {
        act__tcp_end(&mine->handle);
        return;
    }
    if (mine->handle.away)
        act__tcp_stay(mine);
    take_over(mine);
    act__tcp_set_due(mine, timeout);
    stop_keeping_input(mine);
    if (mine->error == 0 && !mine->connecting && !mine->blocked)
        act__tcp_flush(mine);
    act__tcp_finish_go_on(mine);
}
