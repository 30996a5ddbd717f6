/* Connections: how they begin, break and end, and how long they may be idle. Internal. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netinet/tcp.h>

#include <actor/io/address.h>
#include <actor/io/handle.h>
#include <actor/io/loop_record.h>
#include <actor/io/placement.h>
#include <actor/io/tcp_record.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/fork.h>
#include <actor/process/worker.h>
#include <actor/scheduler/executor.h>
#include <mailbox/base/options.h>
#include <mailbox/channel/channel_record.h>

#define READ_HIGH  ((size_t)64 << 10)
#define WRITE_HIGH ((size_t)256 << 10)
#define WAIT_MAX   ((act_millis)1 << 40) /* 35 years: as good as any time beyond */
#define READ_STEP  ((size_t)4096 - 128)  /* with what libevent and the allocator add: a page */

/* --------------------------------------------------------------------------------------- making */

bool act__tcp_options_read(act_tcp_options *ours, const act_tcp_options *theirs)
{
    if (!act__options_read(ours, sizeof *ours, theirs))
        return false;
    if (ours->read_high_bytes == 0)
        ours->read_high_bytes = READ_HIGH;
    if (ours->read_low_bytes == 0)
        ours->read_low_bytes = ours->read_high_bytes / 2;
    if (ours->write_high_bytes == 0)
        ours->write_high_bytes = WRITE_HIGH;
    if (ours->write_low_bytes == 0)
        ours->write_low_bytes = ours->write_high_bytes / 4;
    return ours->read_low_bytes <= ours->read_high_bytes &&
           ours->write_low_bytes <= ours->write_high_bytes && ours->idle_timeout >= 0;
}

static void set_marks(act_tcp *tcp, const act_tcp_options *options)
{
    tcp->read_high = options->read_high_bytes;
    tcp->read_low = options->read_low_bytes;
    tcp->write_high = options->write_high_bytes;
    tcp->write_low = options->write_low_bytes;
    tcp->read_limit = tcp->read_high;
    tcp->read_step = READ_STEP;
    tcp->idle_timeout = options->idle_timeout;
    tcp->context = options->context;
}

static void timed_out(evutil_socket_t fd, short what, void *argument);

static void free_buffers(act_tcp *tcp)
{
    if (tcp->input != NULL)
        evbuffer_free(tcp->input);
    if (tcp->output != NULL)
        evbuffer_free(tcp->output);
    tcp->input = tcp->output = NULL;
}

static bool wants(struct act__handle *handle, struct event *event)
{
    act_tcp *tcp = act__container(handle, act_tcp, handle);
    if (event == &tcp->readable)
        return tcp->reading;
    if (event == &tcp->writable)
        return tcp->blocked;
    return tcp->error == 0 && (tcp->connecting || tcp->idle_timeout != 0);
}

static void assign_events(act_tcp *tcp, struct event_base *base)
{
    event_assign(&tcp->readable, base, tcp->fd, EV_READ | EV_PERSIST, act__tcp_readable, tcp);
    event_assign(&tcp->writable, base, tcp->fd, EV_WRITE | EV_PERSIST, act__tcp_writable, tcp);
    event_assign(&tcp->timer, base, -1, EV_TIMEOUT, timed_out, tcp);
}

static void arrive(struct act__handle *handle);
static void stay(struct act__handle *handle, struct act__loop *loop);

act_tcp *act__tcp_make(act_self *self, int fd, const union act__address *peer,
                       const act_tcp_options *options)
{
    act_tcp *tcp = act__allocate(sizeof *tcp);
    int      yes = 1;
    if (tcp == NULL)
        return NULL;
    tcp->input = evbuffer_new();
    tcp->output = evbuffer_new();
    if (tcp->input == NULL || tcp->output == NULL) {
        free_buffers(tcp);
        act__free(tcp);
        return NULL;
    }
    tcp->fd = fd;
    tcp->peer = *peer;
    tcp->after_turn.run = act__tcp_flush_after_turn;
    set_marks(tcp, options);
    struct act__loop *loop = act__placement_begin(self);
    assign_events(tcp, loop->base);
    tcp->handle.arrive = arrive;
    tcp->handle.stay = stay;
    act__handle_open(&tcp->handle, self, loop, act__tcp_end, wants);
    if (!options->delay)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes); /* only slower if it fails */
    return tcp;
}

/* Nothing is heard of it any more. */
static void unwatch(act_tcp *tcp)
{
    if (tcp->handle.away)
        return; /* nothing was added, and the loop is another thread's */
    event_del(&tcp->readable);
    event_del(&tcp->writable);
    event_del(&tcp->timer);
}

/* ----------------------------------------------------------------------------------------- time */

static act_millis now(const act_tcp *tcp)
{
    struct act__executor *executor = tcp->handle.loop->system->executor;
    return executor->operations->now(executor);
}

void act__tcp_touch(act_tcp *tcp)
{
    if (tcp->idle_timeout != 0)
        tcp->active_at = now(tcp);
}

/*
 * libevent's timers go by a clock that ticks every 4 ms, and from when it was last read: up to so
 * much they are early. So the time is looked at when one fires. The clock is cut to whole
 * milliseconds: a time is over when one more is.
 */
static bool arm(act_tcp *tcp, act_millis delay)
{
    struct timeval after = {.tv_sec = (time_t)(delay / 1000),
                            .tv_usec = (suseconds_t)(delay % 1000 * 1000)};
    return event_add(&tcp->timer, &after) == 0;
}

static void set_timer(act_tcp *tcp)
{
    act_millis left = tcp->due - now(tcp);
    if (tcp->due != ACT_FOREVER && !arm(tcp, left > 0 ? left : 0))
        act__tcp_break(tcp, ENOMEM);
}

static void note_due(act_tcp *tcp, act_millis timeout)
{
    tcp->due = timeout == ACT_FOREVER ? ACT_FOREVER
                                      : now(tcp) + (timeout < WAIT_MAX ? timeout + 1 : WAIT_MAX);
}

void act__tcp_set_due(act_tcp *tcp, act_millis timeout)
{
    event_del(&tcp->timer);
    note_due(tcp, timeout);
    set_timer(tcp);
}

bool act__tcp_is_due(act_tcp *tcp)
{
    if (tcp->due != ACT_FOREVER && tcp->due <= now(tcp))
        return true;
    set_timer(tcp);
    return false;
}

static void watch_connect(act_tcp *tcp)
{
    tcp->blocked = true;
    if (event_add(&tcp->writable, NULL) != 0)
        act__tcp_break(tcp, ENOMEM);
    else
        set_timer(tcp);
}

void act__tcp_await_connect(act_tcp *tcp, act_millis timeout)
{
    note_due(tcp, timeout);
    if (!tcp->handle.away)
        watch_connect(tcp);
}

/*
 * A busy connection only notes when it was: the timer finds out, and comes again when it could be
 * due.
 */
static void idle(act_tcp *tcp)
{
    act_millis quiet = now(tcp) - tcp->active_at;
    if (quiet > tcp->idle_timeout) {
        tcp->active_at += quiet;
        quiet = 0;
        act__handle_tell(&tcp->handle, ACT__TELL_IDLE);
    }
    if (!arm(tcp, tcp->idle_timeout - quiet + 1))
        act__tcp_break(tcp, ENOMEM);
}

static void timed_out(evutil_socket_t fd, short what, void *argument)
{
    ACT__AT_STATION;
    act_tcp *tcp = argument;
    (void)fd;
    if (act__handle_defers(&tcp->handle, &tcp->timer, what))
        return;
    if (act__unlikely(tcp->finishing))
        act__tcp_finish_timed_out(tcp);
    else if (!tcp->connecting)
        idle(tcp);
    else if (act__tcp_is_due(tcp))
        act__tcp_break(tcp, ETIMEDOUT);
}

/* -------------------------------------------------------------------------------- begin and end */

void act__tcp_established(act_tcp *tcp)
{
    tcp->connecting = false;
    act__tcp_touch(tcp);
    if (tcp->handle.away)
        return;          /* the rest is done when it arrives */
    if (!tcp->finishing) /* else the timer goes on */
        event_del(&tcp->timer);
    if (tcp->idle_timeout != 0 && !arm(tcp, tcp->idle_timeout))
        act__tcp_break(tcp, ENOMEM);
    act__tcp_update_reading(tcp);
}

/* The owner has come to its worker: see handle.h. */
static void arrive(struct act__handle *handle)
{
    act_tcp *tcp = act__container(handle, act_tcp, handle);
    if (tcp->error != 0)
        return;
    if (tcp->connecting) {
        watch_connect(tcp);
        return;
    }
    act__tcp_established(tcp);
    if (tcp->error == 0)
        act__tcp_flush(tcp);
}

void act__tcp_break(act_tcp *tcp, int error)
{
    if (tcp->error != 0)
        return;
    tcp->error = error;
    tcp->reading = tcp->blocked = tcp->connecting = false;
    unwatch(tcp);
    evbuffer_drain(tcp->output, evbuffer_get_length(tcp->output));
    tcp->handle.pending &= (uint8_t) ~(ACT__TELL_WRITABLE | ACT__TELL_IDLE);
    act__handle_tell(&tcp->handle, ACT__TELL_CLOSED);
}

void act__tcp_end(struct act__handle *handle)
{
    act_tcp *tcp = act__container(handle, act_tcp, handle);
    if (tcp->error == 0 && !tcp->connecting && !tcp->blocked)
        act__tcp_flush(tcp);
    if (tcp->error == 0 && evbuffer_get_length(tcp->output) != 0)
        act__tcp_cut_off(tcp);
    act__tcp_drop(tcp);
    act__handle_close(handle);
}

void act__tcp_drop(act_tcp *tcp)
{
    unwatch(tcp);
    act__descriptor_close(tcp->fd);
    free_buffers(tcp);
    act__placement_end(tcp->handle.loop);
}

/* It is away still, until its event is handled: here, now. */
static void stay(struct act__handle *handle, struct act__loop *loop)
{
    act_tcp *tcp = act__container(handle, act_tcp, handle);
    act__placement_move(handle->loop, loop);
    handle->loop = loop;
    assign_events(tcp, loop->base);
}

void act__tcp_stay(act_tcp *tcp)
{
    struct act__worker *worker = act__runs_here;
    stay(&tcp->handle, worker->run.loop);
    tcp->handle.away = false;
    tcp->handle.loop->used_count++;
    if (tcp->connecting)
        watch_connect(tcp);
}

act_result act_tcp_open(act_self *self, act_tcp **tcp, act_socket **accepted,
                        const act_tcp_options *options)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    ACT__AT_STATION;
    act_socket     *from = *accepted;
    act_tcp_options ours;
    if (!act__handle_may_open(self) || from == NULL || !act__tcp_options_read(&ours, options))
        return ACT_INVALID;
    act_tcp *made = act__tcp_make(self, from->fd, &from->peer, &ours);
    if (made == NULL)
        return ACT_NO_MEMORY;
    act__tcp_established(made);
    if (made->error != 0) { /* the socket stays the caller's */
        made->fd = -1;
        act__tcp_end(&made->handle);
        return ACT_NO_MEMORY;
    }
    act__free(from);
    *accepted = NULL;
    *tcp = made;
    return ACT_OK;
}

void act_tcp_close(act_tcp **tcp)
{
    ACT__AT_STATION;
    act_tcp *mine = *tcp;
    if (mine == NULL)
        return;
    *tcp = NULL;
    if (!act__has_forked(mine->handle.loop->system)) /* else it is the parent's */
        act__tcp_end(&mine->handle);
}

int act_tcp_error(const act_tcp *tcp)
{
    return tcp->error;
}

void *act_tcp_context(const act_tcp *tcp)
{
    return tcp->context;
}

void act_tcp_peer(const act_tcp *tcp, char *text, size_t text_bytes)
{
    act__address_write(&tcp->peer, text, text_bytes);
}
