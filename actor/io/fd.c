/* Descriptors that other libraries read and write: watched for them. Internal. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>

#include <event2/event_struct.h>

#include <actor/io/address.h>
#include <actor/io/handle.h>
#include <actor/io/placement.h>
#include <actor/process/cell.h>
#include <actor/process/debug.h>
#include <actor/process/fork.h>
#include <actor/process/worker.h>
#include <mailbox/base/options.h>

/*
 *     wanted, and its event added ---- ready ----> told: pending, in the inbox, or being handled
 *          ^                                           |
 *          +------------------ handled ----------------+
 *
 * The loop's events are level-triggered and stay added while one message is handled soon, which
 * costs no system call. One that is found ready again before that is taken out until then.
 *
 * What is watched is a duplicate: the library may close its own descriptor, or the number may be
 * used again, while libevent still has the old one for added; that would swallow the new one, which
 * could be any socket of the process.
 */
#define KINDS (ACT_FD_READABLE | ACT_FD_WRITABLE)
_Static_assert(ACT_MESSAGE_FD_WRITABLE == ACT_MESSAGE_FD_READABLE + 1, "tags follow the bits");

struct act_fd {
    struct act__handle handle;
    struct event       readable, writable;
    int                fd;     /* that is watched, and is closed with this */
    int                number; /* the caller's */
    uint8_t            wants;
    uint8_t            added; /* events that the loop has */
    uint8_t            told;  /* messages that are on their way, or being handled */
};

static struct event *event_of(act_fd *watch, unsigned kind)
{
    return kind == ACT_FD_READABLE ? &watch->readable : &watch->writable;
}

static void tell_ready(act_fd *watch, unsigned kind)
{
    watch->told |= (uint8_t)kind;
    act__handle_tell(&watch->handle, kind);
}

static void take_event_out(act_fd *watch, unsigned kind)
{
    event_del(event_of(watch, kind));
    watch->added &= (uint8_t)~kind;
}

/*
 * Makes the loop hear of what is wanted and not told. Without memory for that the owner is told all
 * the same: the library then finds nothing ready, and so it goes on until there is memory.
 */
static void update_events(act_fd *watch)
{
    if (watch->handle.away)
        return;
    for (unsigned kind = ACT_FD_READABLE; kind <= ACT_FD_WRITABLE; kind <<= 1) {
        bool is_wanted = (watch->wants & kind) != 0, is_added = (watch->added & kind) != 0;
        if (!is_wanted && is_added)
            take_event_out(watch, kind);
        else if (!is_wanted || is_added || (watch->told & kind) != 0)
            continue;
        else if (event_add(event_of(watch, kind), NULL) == 0)
            watch->added |= (uint8_t)kind;
        else
            tell_ready(watch, kind);
    }
}

static void handle_ready(act_fd *watch, unsigned kind, short what)
{
    if (act__handle_defers(&watch->handle, event_of(watch, kind), what))
        return;
    if (what == 0) /* it was put off, and could not be added again */
        watch->added &= (uint8_t)~kind;
    if ((watch->told & kind) != 0)
        take_event_out(watch, kind);
    else
        tell_ready(watch, kind);
}

static void became_readable(evutil_socket_t fd, short what, void *argument)
{
    (void)fd;
    handle_ready(argument, ACT_FD_READABLE, what);
}

static void became_writable(evutil_socket_t fd, short what, void *argument)
{
    (void)fd;
    handle_ready(argument, ACT_FD_WRITABLE, what);
}

/* ------------------------------------------------------------------------- what the handle asks */

static bool wants(struct act__handle *handle, struct event *event)
{
    act_fd *watch = act__container(handle, act_fd, handle);
    return (watch->added & (event == &watch->readable ? ACT_FD_READABLE : ACT_FD_WRITABLE)) != 0;
}

/* A message was handled, or passed over; what is pending is told still. */
static void handled(struct act__handle *handle)
{
    act_fd *watch = act__container(handle, act_fd, handle);
    watch->told = handle->pending;
    update_events(watch);
}

static void assign_events(act_fd *watch)
{
    struct event_base *base = watch->handle.loop->base;
    event_assign(&watch->readable, base, watch->fd, EV_READ | EV_PERSIST, became_readable, watch);
    event_assign(&watch->writable, base, watch->fd, EV_WRITE | EV_PERSIST, became_writable, watch);
}

/* handled() comes next, and adds what is wanted. */
static void arrive(struct act__handle *handle)
{
    (void)handle;
}

static void stay(struct act__handle *handle, struct act__loop *loop)
{
    act_fd *watch = act__container(handle, act_fd, handle);
    act__placement_move(handle->loop, loop);
    handle->loop = loop;
    assign_events(watch);
}

static void end_watch(struct act__handle *handle)
{
    act_fd *watch = act__container(handle, act_fd, handle);
    watch->wants = 0;
    update_events(watch);
    act__descriptor_close(watch->fd);
    act__placement_end(handle->loop);
    act__handle_close(handle);
}

/* ----------------------------------------------------------------------------- what actors call */

/* Asked of another epoll, as libevent would write to standard error that this is none to watch. */
static act_result check_descriptor(int fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    act_result         result = ACT_OK;
    int                epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        return ACT_OS;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        result = errno == EPERM || errno == EBADF ? ACT_INVALID : ACT_OS;
    act__descriptor_close(epoll);
    return result;
}

static bool read_options(act_fd_options *ours, const act_fd_options *theirs)
{
    return act__options_read(ours, sizeof *ours, theirs) && (ours->wants & ~(unsigned)KINDS) == 0 &&
           ours->act_reserved[0] + ours->act_reserved[1] + ours->act_reserved[2] == 0;
}

/* Takes `watched` over if it returns ACT_OK. */
static act_result begin_watch(act_self *self, act_fd **watch, int fd, int watched, unsigned what)
{
    act_fd *made = act__allocate(sizeof *made);
    if (made == NULL)
        return ACT_NO_MEMORY;
    made->fd = watched;
    made->number = fd;
    made->wants = (uint8_t)what;
    made->handle.arrive = arrive;
    made->handle.stay = stay;
    act__handle_open(&made->handle, self, act__placement_begin(self), end_watch, wants);
    made->handle.handled = handled;
    made->handle.first_tag = ACT_MESSAGE_FD_READABLE;
    assign_events(made);
    update_events(made);
    *watch = made;
    return ACT_OK;
}

act_result act_fd_open(act_self *self, act_fd **watch, int fd, const act_fd_options *options)
{
    ACT__HANDLER_ONLY(self);
    if (act__has_forked(self->worker->system))
        return ACT_FORKED;
    ACT__AT_STATION;
    act_fd_options ours;
    if (!act__handle_may_open(self) || !read_options(&ours, options))
        return ACT_INVALID;
    act_result result = check_descriptor(fd);
    if (result != ACT_OK)
        return result;
    int watched = ours.owned ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (watched < 0)
        return ACT_OS;
    result = begin_watch(self, watch, fd, watched, ours.wants);
    if (result != ACT_OK && !ours.owned)
        act__descriptor_close(watched);
    return result;
}

/* A message that waits is passed over; the one that is being handled stays as it is. */
static void take_tell_back(act_fd *watch, const struct act__worker *worker, unsigned kind)
{
    act_message *message = &watch->handle.event.message;
    watch->handle.pending &= (uint8_t)~kind;
    if (watch->handle.in_flight && worker->message != message &&
        message->tag == ACT_MESSAGE_FD_READABLE + (kind >> 1))
        message->tag = ACT__TAG_VOID;
}

act_result act_fd_want(act_fd *watch, unsigned what)
{
    ACT__AT_STATION;
    if (act__has_forked(watch->handle.loop->system))
        return ACT_FORKED;
    if ((what & ~(unsigned)KINDS) != 0)
        return ACT_INVALID;
    for (unsigned kind = ACT_FD_READABLE; kind <= ACT_FD_WRITABLE; kind <<= 1)
        if ((watch->wants & ~what & kind) != 0)
            take_tell_back(watch, act__here, kind);
    watch->wants = (uint8_t)what;
    update_events(watch);
    return ACT_OK;
}

int act_fd_number(const act_fd *watch)
{
    return watch->number;
}

void act_fd_close(act_fd **watch)
{
    ACT__AT_STATION;
    act_fd *mine = *watch;
    if (mine == NULL)
        return;
    *watch = NULL;
    if (!act__has_forked(mine->handle.loop->system)) /* else it is the parent's */
        end_watch(&mine->handle);
}
