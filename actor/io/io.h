/* Sockets, other libraries' descriptors, and OS signals as actors see them. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_IO_IO_H
#define ACT_ACTOR_IO_IO_H

#include "../actor.h"

ACT_BEGIN_DECLS

/*
 * A socket belongs to one actor, which is bound to one worker from the moment it opens its first:
 * the worker that hears of readiness is the one that runs the actor. Connections are spread over
 * the workers, whichever actor has spawned their owners: the owner goes to the worker with the
 * fewest connections (and stays if there are no fewer elsewhere) when the handler that has opened
 * the first one returns; what it is told meanwhile it handles there. One that was spawned for a
 * worker stays there, and one that listens stays where it is. When the actor ends, however it ends,
 * its sockets are closed as act_tcp_close would; what it has given to act_tcp_finish is not its own
 * any more. Events about a socket are messages that never allocate and are
 * never lost: they are repeated only after the actor has handled the one before. In a simulation,
 * and in blocking actors, every call that opens something returns ACT_INVALID.
 *
 * What has an act_listener or an act_tcp for its argument is called by the owner's handlers only,
 * and never waits. Where a handler has called fork(), all of it answers ACT_FORKED in the child, or
 * does nothing: the sockets are the parent's.
 */
typedef struct act_listener act_listener; /* a listening socket */
typedef struct act_tcp      act_tcp;      /* a connection */
typedef struct act_socket   act_socket;   /* an accepted connection that no actor has opened yet */

/*
 * Events. as.pointer is the act_listener or act_tcp. That a connection has broken is noticed by
 * reading or writing it: while reading is stopped (act_tcp_pause, the marks, the end of input) and
 * nothing waits to be sent, only idle_timeout or the next write tells.
 */
/* Call act_tcp_accept until it answers ACT_EMPTY */
#define ACT_MESSAGE_TCP_ACCEPTABLE UINT32_C(0xFFFFFF20)
#define ACT_MESSAGE_TCP_CONNECTED  UINT32_C(0xFFFFFF21) /* act_tcp_connect has succeeded */
/* There is new input, or end of input: act_tcp_input */
#define ACT_MESSAGE_TCP_READABLE UINT32_C(0xFFFFFF22)
/*
 * After ACT_FULL: what waits is at or below write_low. And, once the other side has ended its
 * stream: all is sent.
 */
#define ACT_MESSAGE_TCP_WRITABLE UINT32_C(0xFFFFFF23)
/* Broken, reset, refused or timed out: act_tcp_error */
#define ACT_MESSAGE_TCP_CLOSED UINT32_C(0xFFFFFF24)
/* idle_timeout passed without a byte in either direction */
#define ACT_MESSAGE_TCP_IDLE UINT32_C(0xFFFFFF25)
/*
 * as.int64 = the signal's number. Signals that come faster than they are handled are one message.
 */
#define ACT_MESSAGE_OS_SIGNAL UINT32_C(0xFFFFFF26)

typedef struct act_tcp_options {
    size_t     size;             /* sizeof(act_tcp_options); set by ACT_TCP_OPTIONS */
    size_t     read_high_bytes;  /* stop reading from the network at this much unread input; 0:
                                    64 KiB */
    size_t     read_low_bytes;   /* read again at or below; 0: half of high */
    size_t     write_high_bytes; /* act_tcp_write answers ACT_FULL from this much unsent output
                                    on; 0: 256 KiB */
    size_t     write_low_bytes;  /* ACT_MESSAGE_TCP_WRITABLE at or below; 0: a quarter of high */
    bool       delay;            /* leave Nagle's algorithm on; off (TCP_NODELAY) by default */
    act_millis idle_timeout;     /* 0: none */
    void      *context;          /* yours, for act_tcp_context */
} act_tcp_options;

#define ACT_TCP_OPTIONS(...) (&(act_tcp_options){.size = sizeof(act_tcp_options), __VA_ARGS__})

typedef struct act_listen_options {
    size_t   size;       /* sizeof(act_listen_options); set by ACT_LISTEN_OPTIONS */
    bool     reuse_port; /* several actors listen on one port and the kernel shares connections
                            out */
    uint32_t backlog;    /* 0: 511 */
} act_listen_options;

#define ACT_LISTEN_OPTIONS(...)                                                                    \
    (&(act_listen_options){.size = sizeof(act_listen_options), __VA_ARGS__})

/**
 * Listens. ACT_MESSAGE_TCP_ACCEPTABLE follows when a peer connects.
 *
 * listener  Set on ACT_OK; this actor's until act_listener_close or its end.
 * host      A numeric IPv4 or IPv6 address, of which one connects by that protocol alone: "::" is
 *           all of IPv6 and "0.0.0.0" all of IPv4. NULL: all addresses of both; of IPv4, where
 *           there is no IPv6.
 * port      0: a free one; act_listener_port tells which.
 * options   May be NULL.
 *
 * Threads: handler.
 * Returns: ACT_OK, ACT_INVALID (host, options, or no I/O here), ACT_NO_MEMORY, ACT_OS (errno says
 *          why: EADDRINUSE, EACCES, ...).
 */
ACT_API ACT_MUST_CHECK act_result act_tcp_listen(act_self *self, act_listener **listener,
                                                 const char *host, uint16_t port,
                                                 const act_listen_options *options)
    ACT_NONNULL(1, 2);

/** The port listened on. */
ACT_API uint16_t act_listener_port(const act_listener *listener) ACT_NONNULL_ALL;

/** Stops listening. *listener may be NULL and becomes NULL. Threads: the owner's handler. */
ACT_API void act_listener_close(act_listener **listener) ACT_NONNULL_ALL;

/**
 * Accepts one connection, to be opened by an actor of its own. See supervisor/tcp_server.h, which
 * does all of that.
 *
 * socket   Set on ACT_OK; yours to hand to an actor's args (which calls act_tcp_open) or to close.
 *
 * Threads: the owner's handler. Never waits.
 * Returns: ACT_OK; ACT_EMPTY (none waits); ACT_OS (errno: EMFILE, ENFILE, ENOBUFS, ENOMEM: out of
 *          something) and ACT_NO_MEMORY (the connection was closed): ACT_MESSAGE_TCP_ACCEPTABLE
 *          comes again in 100 ms.
 */
ACT_API ACT_MUST_CHECK act_result act_tcp_accept(act_listener *listener,
                                                 act_socket  **socket) ACT_NONNULL_ALL;

/**
 * Closes an accepted connection that was not opened. *socket may be NULL and becomes NULL. Threads:
 * any.
 */
ACT_API void act_socket_close(act_socket **socket) ACT_NONNULL_ALL;

/**
 * The same for a socket that travels in a message: act_resource_value(socket, act_socket_release),
 * or a field of a typed one: .socket = {socket, act_socket_release}. Threads: any.
 */
ACT_API void act_socket_release(void *socket);

/**
 * The same for a socket in args, of an actor whose args are one act_socket pointer: its behavior's
 * .args_release. So it is closed whatever refuses the actor or ends it before it has begun.
 *
 * args     An act_socket **.
 *
 * Threads: any.
 * See:     samples/10_echo_server.c
 */
ACT_API void act_socket_args_release(void *args) ACT_NONNULL_ALL;

/**
 * Makes this actor the owner of an accepted connection.
 *
 * socket   *socket becomes NULL on ACT_OK, otherwise it is still yours.
 * options  May be NULL.
 *
 * Threads: handler.
 * Returns: ACT_OK, ACT_INVALID (options, no I/O here, or *socket is NULL), ACT_NO_MEMORY.
 */
ACT_API ACT_MUST_CHECK act_result act_tcp_open(act_self *self, act_tcp **tcp, act_socket **socket,
                                               const act_tcp_options *options) ACT_NONNULL(1, 2, 3);

/**
 * Connects. ACT_MESSAGE_TCP_CONNECTED or ACT_MESSAGE_TCP_CLOSED follows, also if it is refused at
 * once. What is written meanwhile waits.
 *
 * host     A numeric IPv4 or IPv6 address, or "localhost". Look other names up in a blocking actor.
 * timeout  1 ms or more, or ACT_FOREVER (the kernel's own limit).
 *
 * Threads: handler.
 * Returns: ACT_OK, ACT_INVALID (host, timeout, options, or no I/O here), ACT_NO_MEMORY, ACT_OS (no
 *          socket; errno).
 */
ACT_API ACT_MUST_CHECK act_result act_tcp_connect(act_self *self, act_tcp **tcp, const char *host,
                                                  uint16_t port, act_millis timeout,
                                                  const act_tcp_options *options)
    ACT_NONNULL(1, 2, 3);

/**
 * Shows all unread input as one piece. Lines and other frames are found in it by framing.h.
 *
 * bytes    Set to the first byte; valid until the next act_tcp_ call on this connection or the
 *          handler's return.
 *
 * Threads: the owner's handler.
 * Returns: how many bytes; 0 if there are none.
 */
ACT_API size_t act_tcp_input(act_tcp *tcp, const uint8_t **bytes) ACT_NONNULL_ALL;

/**
 * Shows the first bytes of unread input as one piece: where much may wait, to join all of it for
 * each piece that is used would cost more than the use. As act_tcp_input.
 *
 * count_max  1 or more.
 *
 * Returns: how many bytes: count_max, or all there are if that is less.
 */
ACT_API size_t act_tcp_input_front(act_tcp *tcp, const uint8_t **bytes,
                                   size_t count_max) ACT_NONNULL_ALL;

/** How many bytes of input are unread; unlike act_tcp_input it does not make them one piece. */
ACT_API size_t act_tcp_unread(const act_tcp *tcp) ACT_NONNULL_ALL;

/** Drops the first `count` bytes of unread input (all, if there are fewer). */
ACT_API void act_tcp_consume(act_tcp *tcp, size_t count) ACT_NONNULL_ALL;

/**
 * Lets unread input grow to this much before reading stops: for a request larger than
 * read_high_bytes. Until the next act_tcp_consume of something. Ask for more than the next piece if
 * others may follow it, or each is read alone.
 */
ACT_API void act_tcp_want(act_tcp *tcp, size_t bytes) ACT_NONNULL_ALL;

/** Whether the other side has ended its stream: what act_tcp_input shows is the last. */
ACT_API bool act_tcp_input_ended(const act_tcp *tcp) ACT_NONNULL_ALL;

/** Stops and resumes reading from the network, on top of the marks. */
ACT_API void act_tcp_pause(act_tcp *tcp, bool pause) ACT_NONNULL_ALL;

/**
 * Sends a copy of bytes. They leave together with all else that is written before the actor's turn
 * is over (it has no more messages, or has handled system.h's batch_max), or when write_high_bytes
 * wait.
 *
 * Threads: the owner's handler; others send the owner a message.
 * Order:   bytes leave in the order written.
 * Returns: ACT_OK (all of it is queued), ACT_FULL (nothing is; ACT_MESSAGE_TCP_WRITABLE will come),
 *          ACT_CLOSED (broken, or our side was ended), ACT_NO_MEMORY (nothing is).
 */
ACT_API ACT_MUST_CHECK act_result act_tcp_write(act_tcp *tcp, const void *bytes, size_t count)
    ACT_NONNULL(1);

/** Sends a text, as printf writes it. As act_tcp_write. */
ACT_API ACT_MUST_CHECK act_result act_tcp_print(act_tcp *tcp, const char *format, ...)
    ACT_PRINTF(2, 3) ACT_NONNULL(1, 2);

/**
 * Sends bytes without copying them. As act_tcp_write.
 *
 * Owns:    on ACT_OK the bytes are the connection's; release(argument) is called when they have
 *          been sent or the connection is gone, on the owner's worker; it must not panic, send or
 *          spawn.
 */
ACT_API ACT_MUST_CHECK act_result act_tcp_write_moved(act_tcp *tcp, const void *bytes, size_t count,
                                                      void (*release)(void *argument),
                                                      void *argument) ACT_NONNULL(1, 2, 4);

/** How many bytes wait to be sent. */
ACT_API size_t act_tcp_unsent(const act_tcp *tcp) ACT_NONNULL_ALL;

/**
 * Ends our side once all that was written is sent; the other may go on sending. The end of its
 * input is told; if it has ended before, one ACT_MESSAGE_TCP_WRITABLE says that all is sent. See:
 * act_tcp_finish, for an owner that needs not know.
 */
ACT_API void act_tcp_shutdown(act_tcp *tcp) ACT_NONNULL_ALL;

/** After ACT_MESSAGE_TCP_CLOSED: the errno; 0 while it stands. */
ACT_API int act_tcp_error(const act_tcp *tcp) ACT_NONNULL_ALL;

/**
 * Closes, at once. What was written and fits the kernel's buffer is sent first. If that is not all
 * the connection is reset (and counted: cut_off), so that the other side finds an error instead of
 * an end that looks whole; act_tcp_finish sends all of it. Input that was not read makes the
 * kernel reset it, too. No event of this connection is received afterwards.
 *
 * tcp      *tcp may be NULL: nothing happens. It becomes NULL.
 *
 * Threads: the owner's handler.
 */
ACT_API void act_tcp_close(act_tcp **tcp) ACT_NONNULL_ALL;

/**
 * Sends all that was written, ends our side, waits until the other has ended its own, and closes:
 * in the background, also when this actor ends right away, or crashes. No event of this connection
 * is received afterwards, and input is dropped. A connect that is under way goes on first.
 *
 * What the kernel has not taken in time, or before act_system_destroy, is dropped and the
 * connection reset (counted: cut_off): the other side gets all of it and then the end, or an error,
 * and never an end after a part, however this process ends. If only the other side's end is
 * missing, it is closed then, as act_tcp_close would. An orderly stop waits for it, within
 * stop_timeout, after the last actor; act_system_run answers ACT_TIMED_OUT if that was too short.
 * Meanwhile it has what was written, no input, and a descriptor.
 *
 * tcp      *tcp may be NULL: nothing happens. It becomes NULL.
 * timeout  For all of it, from now on. 0 or less: as act_tcp_close. ACT_FOREVER: as long as the
 *          other side keeps it open, which may be for ever.
 *
 * A connection that is broken already is closed. Without memory for its timer it is reset.
 *
 * Threads: the owner's handler. Never waits.
 * See:     samples/10_echo_server.c, test/actor/io/tcp_finish_test.c
 */
ACT_API void act_tcp_finish(act_tcp **tcp, act_millis timeout) ACT_NONNULL(1);

/**
 * What its options have given: which of several connections an event is about. Threads: the
 * owner's handler.
 */
ACT_API void *act_tcp_context(const act_tcp *tcp) ACT_NONNULL_ALL;

/** Writes "address:port" of the other side, cut at text_bytes. */
ACT_API void act_tcp_peer(const act_tcp *tcp, char *text, size_t text_bytes) ACT_NONNULL_ALL;

/**
 * Asks for an OS signal as messages ACT_MESSAGE_OS_SIGNAL, until this actor ends. Does not bind it
 * to a worker; a blocking actor may ask too. When none asks any more the signal is treated as
 * before.
 *
 * signal   As in <signal.h>; not SIGKILL, SIGSTOP or a fault (SIGSEGV ...). Its default action is
 *          off while any actor of any system has asked for it. One system of a process at a time
 *          can ask.
 *
 * Threads: handler.
 * Returns: ACT_OK (also when asked before), ACT_INVALID (signal, or a simulation), ACT_EXISTS
 *          (another system of this process asks for signals), ACT_NO_MEMORY, ACT_OS.
 */
ACT_API ACT_MUST_CHECK act_result act_os_signal(act_self *self, int signal) ACT_NONNULL_ALL;

/* --------------------------------------------------------------- descriptors of other libraries */

/*
 * A library that does its own reading and writing (libpq, c-ares, libcurl), or a pipe, needs to be
 * told when its descriptor is ready. A watch belongs to one actor, as a connection does, and is
 * placed like one; all that is said of sockets at the top of this page holds.
 *
 * Level-triggered, as poll() is: while a descriptor is ready in a wanted way, the owner gets one
 * message, and the next after it has handled that one. So a library need not read all there is, and
 * what it has left is told again. So, too, ACT_FD_WRITABLE of a descriptor that is mostly writable
 * is message after message: want it only while something waits to be written. The end of a stream
 * and errors are both readable and writable.
 *
 *     case ACT_MESSAGE_FD_READABLE: // of libpq
 *         if (!PQconsumeInput(connection)) { act_fd_close(&watch); PQfinish(connection); ... }
 *         while (!PQisBusy(connection) && (result = PQgetResult(connection)) != NULL) ...
 *         break;
 *     ... after PQsendQuery, and for each ACT_MESSAGE_FD_WRITABLE:
 *         act_fd_want(watch, PQflush(connection) > 0 ? ACT_FD_READABLE | ACT_FD_WRITABLE
 *                                                    : ACT_FD_READABLE);
 *
 * While libpq connects PQsocket may change: compare it after each PQconnectPoll, and if it has,
 * close the watch and open another.
 *
 * libcurl's socket callback opens a watch for a new socket, calls act_fd_want for CURL_POLL_IN and
 * CURL_POLL_OUT, and act_fd_close for CURL_POLL_REMOVE; each message is a curl_multi_socket_action
 * with act_fd_number; and its timer callback is an act_tell_after_value.
 */
typedef struct act_fd act_fd;

#define ACT_FD_READABLE 1u
#define ACT_FD_WRITABLE 2u

/* as.pointer is the act_fd. */
#define ACT_MESSAGE_FD_READABLE UINT32_C(0xFFFFFF2A) /* reading would not block, or would fail */
#define ACT_MESSAGE_FD_WRITABLE UINT32_C(0xFFFFFF2B) /* the same of writing */

typedef struct act_fd_options {
    size_t   size;            /* sizeof(act_fd_options); set by ACT_FD_OPTIONS */
    uint32_t wants;           /* as act_fd_want, from the beginning */
    bool     owned;           /* the descriptor is the watch's: closed with it */
    uint8_t  act_reserved[3]; /* 0: leave them out */
} act_fd_options;

#define ACT_FD_OPTIONS(...) (&(act_fd_options){.size = sizeof(act_fd_options), __VA_ARGS__})

/**
 * Watches a descriptor, until act_fd_close or the end of this actor, however it ends.
 *
 * watch    Set on ACT_OK.
 * fd       Should not block. Not a regular file, nor another that is always ready and so cannot be
 *          watched.
 * options  May be NULL: nothing is wanted yet.
 *
 * Owns:    fd stays the caller's, and a duplicate of it is watched: so if its library closes it
 *          first, which is an error of the program's, no other descriptor is harmed that gets its
 *          number, but the connection stays open until the watch ends. With .owned it is the
 *          watch's after ACT_OK.
 * Threads: handler.
 * Returns: ACT_OK, ACT_INVALID (fd cannot be watched or is not open, options, or no I/O here),
 *          ACT_NO_MEMORY, ACT_OS (errno: EMFILE, ENFILE, ...).
 * See:     samples/41_a_pipe.c
 */
ACT_API ACT_MUST_CHECK act_result act_fd_open(act_self *self, act_fd **watch, int fd,
                                              const act_fd_options *options) ACT_NONNULL(1, 2);

/**
 * Says what to be told of, from now on: ACT_FD_READABLE, ACT_FD_WRITABLE, both with |, or 0. What
 * is not wanted any more is not received afterwards, also if its message waits already. Never lacks
 * memory: where the system has none to watch with, messages come as if it were ready.
 *
 * Threads: the owner's handler.
 * Returns: ACT_OK, ACT_INVALID (another bit), ACT_FORKED.
 */
ACT_API act_result act_fd_want(act_fd *watch, unsigned what) ACT_NONNULL_ALL;

/** The descriptor that was given to act_fd_open. Threads: the owner's handler. */
ACT_API int act_fd_number(const act_fd *watch) ACT_NONNULL_ALL;

/**
 * Ends a watch; no message of it is received afterwards. Before the library closes the descriptor.
 *
 * watch    *watch may be NULL: nothing happens. It becomes NULL.
 *
 * Threads: the owner's handler.
 */
ACT_API void act_fd_close(act_fd **watch) ACT_NONNULL_ALL;

ACT_END_DECLS

#endif
