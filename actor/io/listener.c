/* Listening sockets. Internal. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <event2/event_struct.h>

#include <actor/io/address.h>
#include <actor/io/handle.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/fork.h>
#include <actor/process/worker.h>
#include <mailbox/base/options.h>

#define BACKLOG 511

struct act_listener {
    struct act__handle handle;
    struct event       arrival; /* edge-triggered: the owner accepts until there is nothing more */
    struct event       retry;   /* out of descriptors or the like: look again later */
    int                fd;
    uint16_t           port;
};

/* -------------------------------------------------------------------------------------- opening */

static bool read_options(act_listen_options *ours, const act_listen_options *theirs)
{
    return act__options_read(ours, sizeof *ours, theirs) && ours->backlog <= INT32_MAX;
}

/* A non-blocking socket that listens at `address`; -1 and errno. */
static int listen_at(const union act__address *address, socklen_t length, bool only_v6,
                     const act_listen_options *options)
{
    int yes = 1, only = only_v6, backlog = options->backlog != 0 ? (int)options->backlog : BACKLOG;
    int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        (!options->reuse_port || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) == 0) &&
        (address->any.sa_family != AF_INET6 ||
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) == 0) &&
        bind(fd, &address->any, length) == 0 && listen(fd, backlog) == 0)
        return fd;
    act__descriptor_close(fd);
    return -1;
}

/* All addresses of both families; of the one, on a machine without the other. */
static int listen_everywhere(uint16_t port, const act_listen_options *options)
{
    union act__address address;
    socklen_t          length = act__address_parse(&address, "::", port);
    int                fd = listen_at(&address, length, false, options);
    if (fd >= 0 || (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL))
        return fd;
    length = act__address_parse(&address, "0.0.0.0", port);
    return listen_at(&address, length, false, options);
}

static void close_listener(struct act__handle *handle)
{
    act_listener *listener = act__container(handle, act_listener, handle);
    event_del(&listener->arrival);
    event_del(&listener->retry);
    act__descriptor_close(listener->fd);
    act__handle_close(handle);
}

static void tell(evutil_socket_t fd, short what, void *argument)
{
    act_listener *listener = argument;
    struct event *event = (what & EV_TIMEOUT) != 0 ? &listener->retry : &listener->arrival;
    (void)fd;
    if (!act__handle_defers(&listener->handle, event, what))
        act__handle_tell(&listener->handle, ACT__TELL_ACCEPTABLE);
}

static bool wants_always(struct act__handle *handle, struct event *event)
{
    (void)handle, (void)event;
    return true;
}

/* Takes fd over if it returns ACT_OK. */
static act_result start(act_self *self, act_listener **listener, int fd)
{
    struct event_base *base = self->worker->run.loop->base;
    union act__address name = {.any.sa_family = AF_UNSPEC};
    socklen_t          length = sizeof name;
    act_listener      *made = act__allocate(sizeof *made);
    if (made == NULL)
        return ACT_NO_MEMORY;
    made->fd = fd;
    event_assign(&made->arrival, base, fd, EV_READ | EV_PERSIST | EV_ET, tell, made);
    event_assign(&made->retry, base, -1, EV_TIMEOUT, tell, made);
    act_result result = getsockname(fd, &name.any, &length) == 0 ? ACT_OK : ACT_OS;
    if (result == ACT_OK && event_add(&made->arrival, NULL) != 0)
        result = ACT_NO_MEMORY;
    if (result != ACT_OK) {
        act__free(made);
        return result;
    }
    made->port = act__address_port(&name);
    act__handles_stay(self);
    act__handle_open(&made->handle, self, self->worker->run.loop, close_listener, wants_always);
    *listener = made;
    return ACT_OK;
}

act_result act_tcp_listen(act_self *self, act_listener **listener, const char *host, uint16_t port,
                          const act_listen_options *options)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    ACT__AT_STATION;
    union act__address address;
    act_listen_options ours;
    socklen_t          length = host != NULL ? act__address_parse(&address, host, port) : 0;
    if (!act__handle_may_open(self) || !read_options(&ours, options) ||
        (host != NULL && length == 0))
        return ACT_INVALID;
    int fd =
        host != NULL ? listen_at(&address, length, true, &ours) : listen_everywhere(port, &ours);
    if (fd < 0)
        return ACT_OS;
    act_result result = start(self, listener, fd);
    if (result != ACT_OK)
        act__descriptor_close(fd);
    return result;
}

uint16_t act_listener_port(const act_listener *listener)
{
    return listener->port;
}

void act_listener_close(act_listener **listener)
{
    ACT__AT_STATION;
    act_listener *mine = *listener;
    if (mine == NULL)
        return;
    *listener = NULL;
    if (!act__has_forked(mine->handle.loop->system)) /* else it is the parent's */
        close_listener(&mine->handle);
}

/* ------------------------------------------------------------------------------------ accepting */

/*
 * The connection had gone again, or its network with it: the next one may be fine. See accept(2).
 */
static bool is_passing(int error)
{
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH: return true;
    default: return false;
    }
}

/* Connections may be waiting that no event will tell of again. */
static void look_again_later(act_listener *listener)
{
    struct timeval later = {.tv_usec = 100000};
    int            error = errno;
    if (event_add(&listener->retry, &later) != 0) /* not even memory for that: at once, then */
        act__handle_tell(&listener->handle, ACT__TELL_ACCEPTABLE);
    errno = error;
}

act_result act_tcp_accept(act_listener *listener, act_socket **accepted)
{
    ACT__AT_STATION;
    union act__address peer = {.any.sa_family = AF_UNSPEC};
    socklen_t          length;
    int                fd;
    if (act__has_forked(listener->handle.loop->system))
        return ACT_FORKED;
    listener->handle.pending &= (uint8_t)~ACT__TELL_ACCEPTABLE; /* the owner looks now */
    do {
        length = sizeof peer;
        fd = accept4(listener->fd, &peer.any, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
    } while (fd < 0 && is_passing(errno));
    if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return ACT_EMPTY;
    act_socket *made = fd < 0 ? NULL : act__allocate(sizeof *made);
    if (made == NULL) {
        look_again_later(listener);
        if (fd < 0)
            return ACT_OS;
        act__descriptor_close(fd);
        return ACT_NO_MEMORY;
    }
    made->fd = fd;
    made->peer = peer;
    *accepted = made;
    return ACT_OK;
}
