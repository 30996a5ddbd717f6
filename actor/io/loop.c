/* The event loop of one worker, over libevent. Internal. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <setjmp.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <actor/io/handle.h>
#include <actor/io/loop_record.h>
#include <actor/io/os_signal.h>
#include <actor/io/tcp_record.h>
#include <actor/process/worker.h>
#include <actor/scheduler/loop.h>
#include <actor/scheduler/runner.h>

/*
 * Both descriptors are edge-triggered and never read: each wake-up, and each time the alarm goes
 * off, is reported once. That is a system call less for each wake-up.
 */

static void woken(evutil_socket_t fd, short what, void *argument)
{
    struct act__loop *loop = argument;
    (void)fd;
    (void)what;
    if (act__load(&loop->signals_asked))
        act__os_signals_deliver(loop);
}

static void alarmed(evutil_socket_t fd, short what, void *argument)
{
    struct act__loop *loop = argument;
    (void)fd;
    (void)what;
    loop->alarm_at = ACT_FOREVER;
}

/* An event for a descriptor of the loop's own; NULL: no memory, or no descriptor. */
static struct event *listen_to(struct act__loop *loop, int fd, event_callback_fn heard)
{
    struct event *event =
        fd < 0 ? NULL : event_new(loop->base, fd, EV_READ | EV_PERSIST | EV_ET, heard, loop);
    if (event == NULL || event_add(event, NULL) == 0)
        return event;
    event_free(event);
    return NULL;
}

/* -------------------------------------------------------------------------- libevent and exit() */

/*
 * libevent calls exit() where it cannot make its pipe for signals. So it is asked only when there
 * are descriptors enough; and should other threads take them meanwhile, control leaves by its
 * callback for fatal errors, which is one for the process. What libevent had made by then, a little
 * memory and a descriptor or two, is lost in that case.
 */
enum {
    BASE_DESCRIPTORS = 4
}; /* epoll, the two ends of that pipe, and a timerfd in some
                                  configurations */

static _Thread_local jmp_buf *way_out;

#ifdef ACT_TESTING
bool act__loop_reserves_nothing;
#else
static const bool act__loop_reserves_nothing = false;
#endif

static void leave_libevent(int error)
{
    (void)error;
    if (way_out != NULL)
        longjmp(*way_out, 1);
    /* An error in a base of the program's own: libevent exits, as ever. */
}

static void set_fatal_callback(void)
{
    event_set_fatal_callback(leave_libevent);
}

static bool has_descriptors(void)
{
    int fds[BASE_DESCRIPTORS], count = 0;
    while (count < BASE_DESCRIPTORS && (fds[count] = eventfd(0, EFD_CLOEXEC)) >= 0)
        count++;
    bool all = count == BASE_DESCRIPTORS;
    while (count > 0)
        close(fds[--count]);
    return all || act__loop_reserves_nothing;
}

/* NULL: no descriptors or no memory. */
static struct event_base *make_base(const struct event_config *config)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct event_base *volatile base = NULL; /* volatile: kept over the jump */
    jmp_buf out;
    if (!has_descriptors())
        return NULL;
    pthread_once(&once, set_fatal_callback);
    way_out = &out;
    if (setjmp(out) == 0)
        base = event_base_new_with_config(config);
    way_out = NULL;
    return base;
}

act_result act__loop_create(struct act__loop **loop, const struct timespec *epoch)
{
    struct act__loop *made = act__allocate(sizeof *made);
    if (made == NULL)
        return ACT_NO_MEMORY;
    *loop = made; /* what follows may fail half-way: act__loop_destroy takes what is there */
    made->epoch = *epoch;
    made->alarm_at = ACT_FOREVER;
    made->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    made->alarm_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    struct event_config *config = event_config_new();
    if (config == NULL)
        return ACT_NO_MEMORY;
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK); /* one thread only */
    event_config_require_features(config, EV_FEATURE_ET);
    made->base = make_base(config);
    event_config_free(config);
    if (made->base == NULL || made->wake_fd < 0 || made->alarm_fd < 0)
        return ACT_OS;
    made->wake = listen_to(made, made->wake_fd, woken);
    made->alarm = listen_to(made, made->alarm_fd, alarmed);
    return made->wake != NULL && made->alarm != NULL ? ACT_OK : ACT_NO_MEMORY;
}

void act__loop_destroy(struct act__loop *loop)
{
    act__tcp_finish_all(loop);
    if (loop->wake != NULL)
        event_free(loop->wake);
    if (loop->alarm != NULL)
        event_free(loop->alarm);
    if (loop->base != NULL)
        event_base_free(loop->base);
    if (loop->wake_fd >= 0)
        close(loop->wake_fd);
    if (loop->alarm_fd >= 0)
        close(loop->alarm_fd);
    act__free(loop);
}

void act__loop_give(struct act__loop *loop, struct act__runner *runner)
{
    loop->worker = act__worker_of(runner);
    if (loop->system != NULL)
        return; /* others may be reading them, and they are the same */
    loop->system = loop->worker->system;
    loop->index = runner->index;
}

void act__loop_suspend(struct act__loop *loop, struct act__suspended *suspended)
{
    suspended->next = loop->suspended;
    loop->suspended = suspended;
}

void act__loop_resume(struct act__loop *loop, struct act__suspended *suspended)
{
    struct act__suspended **place = &loop->suspended;
    while (*place != suspended)
        place = &(*place)->next;
    *place = suspended->next;
    act__handles_resume(loop, suspended->owner);
}

void act__loop_poll(struct act__loop *loop)
{
    event_base_loop(loop->base, EVLOOP_NONBLOCK);
}

/*
 * libevent's own timers go by a clock that ticks every 4 ms. The alarm is set only if it would come
 * too late: one that is not needed any more costs one idle round, setting it anew costs a system
 * call for each sleep.
 */
static void set_alarm(struct act__loop *loop, act_millis until)
{
    struct itimerspec at = {.it_value = loop->epoch};
    at.it_value.tv_sec += (time_t)(until / 1000);
    at.it_value.tv_nsec += (long)(until % 1000 * 1000000);
    if (at.it_value.tv_nsec >= 1000000000) {
        at.it_value.tv_sec++;
        at.it_value.tv_nsec -= 1000000000;
    }
    timerfd_settime(loop->alarm_fd, TFD_TIMER_ABSTIME, &at, NULL);
    loop->alarm_at = until;
}

void act__loop_sleep(struct act__loop *loop, act_millis until)
{
    if (until != ACT_FOREVER && (loop->alarm_at == ACT_FOREVER || loop->alarm_at > until))
        set_alarm(loop, until);
    event_base_loop(loop->base, EVLOOP_ONCE);
}

void act__loop_doze(struct act__loop *loop, uint32_t nanoseconds)
{
    struct itimerspec in = {.it_value.tv_nsec = nanoseconds};
    timerfd_settime(loop->alarm_fd, 0, &in, NULL);
    loop->alarm_at = 0; /* before any that may be asked for, until it goes off */
    event_base_loop(loop->base, EVLOOP_ONCE);
}

void act__loop_wake(struct act__loop *loop)
{
    uint64_t one = 1;
    if (write(loop->wake_fd, &one, sizeof one) < 0)
        return; /* EAGAIN: 2^64 wake-ups */
}

bool act__loop_is_used(const struct act__loop *loop)
{
    return loop->used_count != 0 || act__load(&loop->signals_asked);
}
