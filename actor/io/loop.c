/* The event loop of one worker, over libevent. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/io/loop_record.h>

#include <sys/eventfd.h>
#include <unistd.h>

#include <actor/io/os_signal.h>

static void woken(evutil_socket_t fd, short what, void *argument)
{
    struct act__loop *loop = argument;
    uint64_t          ignored;
    (void)what;
    if (read(fd, &ignored, sizeof ignored) < 0)
        return; /* somebody's wake-up was read with an earlier one */
    if (act__load(&loop->signals_asked))
        act__os_signals_deliver(loop);
}

static void timed_out(evutil_socket_t fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    (void)argument;
}

act_result act__loop_create(struct act__loop **loop, struct act__worker *worker)
{
    struct act__loop *made = act__allocate(sizeof *made);
    if (made == NULL)
        return ACT_NO_MEMORY;
    *loop = made; /* what follows may fail half-way: act__loop_destroy takes what is there */
    made->worker = worker;
    made->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct event_config *config = event_config_new();
    if (config == NULL)
        return ACT_NO_MEMORY;
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK); /* one thread only */
    made->base = event_base_new_with_config(config);
    event_config_free(config);
    if (made->base == NULL || made->wake_fd < 0)
        return ACT_OS;
    made->timeout = event_new(made->base, -1, EV_TIMEOUT, timed_out, NULL);
    made->wake = event_new(made->base, made->wake_fd, EV_READ | EV_PERSIST, woken, made);
    return made->wake != NULL && made->timeout != NULL && event_add(made->wake, NULL) == 0 ? ACT_OK : ACT_NO_MEMORY;
}

void act__loop_destroy(struct act__loop *loop)
{
    if (loop->wake != NULL)
        event_free(loop->wake);
    if (loop->timeout != NULL)
        event_free(loop->timeout);
    if (loop->base != NULL)
        event_base_free(loop->base);
    if (loop->wake_fd >= 0)
        close(loop->wake_fd);
    act__free(loop);
}

void act__loop_poll(struct act__loop *loop, act_millis timeout)
{
    struct timeval after = {.tv_sec = (time_t)(timeout / 1000), .tv_usec = (suseconds_t)(timeout % 1000 * 1000)};
    bool           may_wait = timeout != 0;
    if (timeout > 0) /* without memory for the timeout: look, and come back at once */
        may_wait = event_add(loop->timeout, &after) == 0;
    event_base_loop(loop->base, may_wait ? EVLOOP_ONCE : EVLOOP_NONBLOCK);
    if (timeout > 0)
        event_del(loop->timeout);
}

void act__loop_wake(struct act__loop *loop)
{
    uint64_t one = 1;
    if (write(loop->wake_fd, &one, sizeof one) < 0)
        return; /* EAGAIN: 2^64 wake-ups wait already */
}

bool act__loop_is_used(const struct act__loop *loop)
{
    return loop->used_count != 0 || act__load(&loop->signals_asked);
}
