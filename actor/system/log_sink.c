/*
 * Where the lines of the log go: a descriptor or systemd's journal, written without ever waiting.
 * Internal.
 */
/* SPDX-License-Identifier: MIT */
#include <actor/system/log_sink.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define JOURNAL_PATH "/run/systemd/journal/socket"

#ifdef ACT_TESTING
const char *act__journal_path = JOURNAL_PATH;
void (*act__log_sink_hook)(void);
#else
static const char *const act__journal_path = JOURNAL_PATH;
#endif

/* -------------------------------------------------------------------------------------- journal */

/* -1: it is not there, or there is no descriptor. */
static int connect_journal(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int                fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    snprintf(address.sun_path, sizeof address.sun_path, "%s", act__journal_path);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

/* Whether `fd` is what systemd has connected with the journal: see systemd.exec(5). */
static bool is_journal(int fd)
{
    const char        *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat        file;
    return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
           fstat(fd, &file) == 0 && file.st_dev == device && file.st_ino == inode;
}

static enum act__log_fate put_journal(struct act__log_sink *sink, const char *line, size_t count)
{
    if (sink->journal < 0 && (sink->journal = connect_journal()) < 0)
        return ACT__LOG_FAILED;
    if (send(sink->journal, line, count, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
        return ACT__LOG_WRITTEN;
    if (errno == EAGAIN || errno == EINTR)
        return ACT__LOG_FULL;
    if (errno == EMSGSIZE)
        return ACT__LOG_REFUSED;
    close(sink->journal); /* it was started again: there is another socket under this name */
    sink->journal = -1;
    return ACT__LOG_FAILED;
}

/* ----------------------------------------------------------------------------------- descriptor */

static mode_t type_of(int fd)
{
    struct stat file;
    return fstat(fd, &file) == 0 ? file.st_mode & S_IFMT : 0;
}

/*
 * The same pipe or terminal with a non-blocking mode of its own. A regular file is written as it
 * is: it never blocks for long, and its position is shared with whatever else is written there. -1:
 * cannot be; poll has to do.
 */
static int open_again(int fd, mode_t type)
{
    char path[32];
    if (type != S_IFIFO && type != S_IFCHR)
        return -1;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/*
 * As write; never waits, unless another process fills a pipe that could not be opened again between
 * poll and write.
 */
static ssize_t write_now(const struct act__log_sink *sink, const char *bytes, size_t count)
{
    struct pollfd ready = {.fd = act__log_sink_fd(sink), .events = POLLOUT};
#ifdef ACT_TESTING
    if (act__log_sink_hook != NULL)
        act__log_sink_hook();
#endif
    if (sink->type == S_IFSOCK)
        return send(ready.fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (!sink->is_ours && sink->type != S_IFREG && poll(&ready, 1, 0) == 0) {
        errno = EAGAIN;
        return -1;
    }
    return write(ready.fd, bytes, count);
}

static enum act__log_fate fate_of(int error)
{
    switch (error) {
    case EAGAIN:
    case EINTR: return ACT__LOG_FULL;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EIO:
    case ENOBUFS:
    case ENOMEM: return ACT__LOG_FAILED;
    default: return ACT__LOG_REFUSED;
    }
}

/* ---------------------------------------------------------------------------------------- sinks */

void act__log_sink_open(struct act__log_sink *sink, int fd, act_log_format format)
{
    *sink = (struct act__log_sink){
        .fd = fd, .own = -1, .journal = -1, .format = format, .is_closed = type_of(fd) == 0};
    if (format == ACT_LOG_FORMAT_JOURNAL || (format == ACT_LOG_FORMAT_AUTO && is_journal(fd))) {
        sink->journal = connect_journal();
        sink->format = sink->journal >= 0 ? ACT_LOG_FORMAT_JOURNAL : ACT_LOG_FORMAT_TEXT;
    } else if (format == ACT_LOG_FORMAT_AUTO) {
        sink->format = ACT_LOG_FORMAT_TEXT;
    }
}

void act__log_sink_close(struct act__log_sink *sink)
{
    act__log_sink_end(sink);
    if (sink->journal >= 0)
        close(sink->journal);
    sink->journal = -1;
}

/*
 * Each time anew: a program may put another file under the number, and a pipe is to end when it
 * closes its own end.
 */
void act__log_sink_begin(struct act__log_sink *sink)
{
    if (sink->format == ACT_LOG_FORMAT_JOURNAL)
        return;
    sink->type = sink->is_closed ? 0 : type_of(sink->fd);
    if (sink->type == 0)
        return;
    sink->own = open_again(sink->fd, sink->type);
    sink->is_ours = sink->own >= 0;
    if (!sink->is_ours) /* a writer that is left behind must not come back to a number that has
                           another file since */
        sink->own = fcntl(sink->fd, F_DUPFD_CLOEXEC, 3);
}

void act__log_sink_end(struct act__log_sink *sink)
{
    if (sink->own >= 0)
        close(sink->own);
    sink->own = -1;
}

enum act__log_fate act__log_sink_put(struct act__log_sink *sink, char *line, size_t count,
                                     size_t *done)
{
    if (sink->format == ACT_LOG_FORMAT_JOURNAL)
        return put_journal(sink, line + 1, count - 1);
    if (sink->type == 0)
        return ACT__LOG_REFUSED;
    if (sink->is_torn) {
        sink->is_torn = false;
        line[0] = '\n';
        *done = 0;
    }
    while (*done < count) {
        ssize_t now = write_now(sink, line + *done, count - *done);
        if (now < 0)
            return fate_of(errno);
        *done += (size_t)now;
    }
    return ACT__LOG_WRITTEN;
}

void act__log_sink_give_up(struct act__log_sink *sink, size_t done)
{
    sink->is_torn = sink->is_torn || done != 1; /* 0: not even the newline that ends the torn one
                                                   before */
}

int act__log_sink_fd(const struct act__log_sink *sink)
{
    if (sink->format == ACT_LOG_FORMAT_JOURNAL)
        return sink->journal;
    return sink->own >= 0 ? sink->own : sink->fd;
}
