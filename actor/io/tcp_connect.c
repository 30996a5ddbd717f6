/* Connections that this side begins. Internal. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <actor/io/address.h>
#include <actor/io/handle.h>
#include <actor/io/tcp_record.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/fork.h>
#include <actor/process/worker.h>

void act__tcp_connect_done(act_tcp *tcp)
{
    int       error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(tcp->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
        error = errno;
    if (error != 0) {
        act__tcp_break(tcp, error);
        return;
    }
    tcp->blocked = false;
    if (!tcp->handle.away)
        event_del(&tcp->writable);
    act__handle_tell(&tcp->handle, ACT__TELL_CONNECTED);
    act__tcp_established(tcp);
    if (tcp->error == 0)
        act__tcp_flush(tcp);
}

/* The handshake goes on by itself; what the network says arrives as an event. */
static void begin(act_tcp *tcp, socklen_t length, act_millis timeout)
{
    int result;
    tcp->connecting = true;
    do
        result = connect(tcp->fd, &tcp->peer.any, length);
    while (result < 0 && errno == EINTR);
    if (result == 0) {
        act__tcp_connect_done(tcp);
    } else if (errno != EINPROGRESS && errno != EALREADY) {
        act__tcp_break(tcp, errno);
    } else {
        act__tcp_await_connect(tcp, timeout);
    }
}

act_result act_tcp_connect(act_self *self, act_tcp **tcp, const char *host, uint16_t port,
                           act_millis timeout, const act_tcp_options *options)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    ACT__AT_STATION;
    union act__address peer;
    act_tcp_options    ours;
    socklen_t          length =
        act__address_parse(&peer, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, port);
    if (!act__handle_may_open(self) || !act__tcp_options_read(&ours, options) || length == 0 ||
        timeout == 0 || timeout < ACT_FOREVER)
        return ACT_INVALID;
    int fd = socket(peer.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return ACT_OS;
    act_tcp *made = act__tcp_make(self, fd, &peer, &ours);
    if (made == NULL) {
        act__descriptor_close(fd);
        return ACT_NO_MEMORY;
    }
    begin(made, length, timeout);
    *tcp = made;
    return ACT_OK;
}
