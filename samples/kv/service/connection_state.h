/*
 * One client's state, and the parts its actor consists of: upstreams to the shards, reading,
 * writing.
 */
/* SPDX-License-Identifier: MIT */
#ifndef KV_CONNECTION_STATE_H
#define KV_CONNECTION_STATE_H

#include <samples/kv/service/connection.h>
#include <samples/kv/service/pending.h>
#include <samples/kv/session.h>

/*
 *     socket -> read: parse, route -> upstreams -> shards
 *     socket <- write: in order <- pending <- replies
 *
 * At most one batch is under way to a shard, a *flight*; what is read meanwhile makes the next. So
 * a fast client is served in few messages, and what a connection can make others hold is bounded.
 * When a shard crashes the flight is its next instance's, which goes on with it (shard.h). Should
 * it have got lost all the same (the shards' supervisor is a new one, there was no memory to keep
 * it) nothing would ever come: so a DOWN makes the upstream send a probe behind it, which that
 * instance answers when it has answered all before. A flight that is still unanswered then was not
 * executed.
 *
 * A probe is an ask: it ends with the instance that has it, and the next is sent only then. So a
 * shard that crashes again and again has one of each connection, not one for each crash.
 *
 * What a connection holds is bounded, too: no more is executed while too much is pending, and while
 * the client does not read its replies. Then its requests wait unread, up to a bound; behind that
 * the connection ends.
 */

/*
 * OPEN -- end of input, QUIT, a protocol error, the service stops --> ANSWERING -- nothing is owed
 * --> LINGERING
 */
enum kv_phase {
    KV_PHASE_OPEN,
    KV_PHASE_ANSWERING, /* no more is read, what is owed is sent */
    KV_PHASE_LINGERING, /* our side is ended; closing before the client has all would cost it the
                           last replies */
    KV_PHASE_ENDED,     /* act_exit was called */
};

/* The way to one shard, or to the observer. */
struct kv_upstream {
    act_pid      pid; /* none: look it up */
    act_ref      monitor;
    act_message *rest;       /* of a batch that came back */
    act_message *next;       /* what to send behind that */
    uint32_t     next_first; /* the slot of its first command */
    size_t       next_bytes, flight_bytes;
    uint32_t     flight;    /* the number of the last one */
    bool         in_flight; /* a batch is there and not yet answered to its end */
    act_ref      probe;     /* the ask that is under way; 0: none */
    act_message *lent;      /* the shard's table, ours until this is sent back */
    bool         is_gone;   /* its end is known, DOWN is still to come */
};

/*
 * A request that needs the tables of several shards: it is executed when all are here, and nothing
 * is read meanwhile.
 */
struct kv_loan {
    const struct kv_command *command; /* NULL: none */
    struct kv_buffer         request; /* as session.h has it */
    uint32_t                 slot;
    uint64_t                 wanted, lent; /* sets of upstreams */
    bool                     is_borrowing; /* what was read before is answered, and the first
                                              table asked for */
};

struct kv_connection {
    struct kv_service    *service;
    act_tcp              *tcp;
    struct kv_resp_parser parser;
    struct kv_session     session;
    struct kv_pending     pending;
    struct kv_buffer      out; /* replies on their way to the socket */
    struct kv_upstream   *upstreams;
    uint32_t              upstreams_count;
    uint64_t              to_send;   /* upstreams that have something to send and nothing in
                                        flight, or a probe behind that */
    uint64_t              to_return; /* upstreams whose table is to be sent back */
    struct kv_loan        loan;
    size_t                request_bytes; /* of commands in all upstreams, sent ones included */
    act_ref               listener_monitor;
    enum kv_phase         phase;
    bool                  blocked;  /* the client does not read: ACT_MESSAGE_TCP_WRITABLE comes */
    bool                  draining; /* the service stops: what has been read is the last */
    bool                  retrying; /* its timer runs, as does the next one's */
    bool                  linger_armed;
    size_t                linger_unsent;
    uint32_t              linger_rounds;
};

static inline uint64_t kv_upstream_bit(uint32_t upstream)
{
    return UINT64_C(1) << upstream;
}

/* Ends the actor after this message. why: what is logged of an ACT_EXIT_ERROR. */
void kv_connection_end(act_self *self, struct kv_connection *connection, act_exit_kind kind,
                       const char *why);

#define KV_END_NO_MEMORY "no memory to serve a client"

/* ---- upstreams.c ---- */

/*
 * Puts a command into an upstream's next batch; without memory its part is answered with an error.
 */
void kv_upstream_add(struct kv_connection *connection, uint32_t upstream,
                     const struct kv_command *command, uint32_t slot, struct kv_request request);

/* Sends what can be sent. */
void kv_upstreams_send(act_self *self, struct kv_connection *connection);

/* Asks for the shard's table; the upstream has nothing to do. Returns: false without memory. */
KV_MUST_CHECK bool kv_upstream_borrow(struct kv_connection *connection, uint32_t upstream);

/* Whether it has something to do, or a table to give back. */
bool kv_upstream_is_busy(const struct kv_connection *connection, uint32_t upstream);

/* Sends the tables back that were lent and are needed no more, as far as their shards are there. */
void kv_upstreams_give_back(act_self *self, struct kv_connection *connection);

/* A KV_TAG_LENT. */
void kv_upstream_lent(act_self *self, struct kv_connection *connection, const act_message *message);

/* A kv_replies, or a kv_batch that came back. */
void kv_upstream_replies(act_self *self, struct kv_connection *connection,
                         const act_message *message);
void kv_upstream_rest(act_self *self, struct kv_connection *connection, const act_message *message);

/* A DOWN; one that is no upstream's is ignored. */
void kv_upstream_down(struct kv_connection *connection, act_ref monitor);

/* Calls itself again through a timer, soon: an executor is being restarted. */
void kv_connection_retry(act_self *self, struct kv_connection *connection);

/* ---- loan.c ---- */

/* Takes a request of a KV_PLACE_TOGETHER command, which is answered later. */
void kv_loan_begin(act_self *self, struct kv_connection *connection,
                   const struct kv_command *command, struct kv_request request);

/*
 * Asks for the next table, or executes the request when all are here. To be called before more is
 * read.
 */
void kv_loan_go_on(act_self *self, struct kv_connection *connection);

/* ---- reading.c ---- */

/*
 * Parses and routes what has come. Returns: true when there may be more to read once replies are
 * written.
 */
KV_MUST_CHECK bool kv_connection_read(act_self *self, struct kv_connection *connection);

/*
 * While the client does not read: lets its requests come all the same, or ends the actor when there
 * are too many.
 */
void kv_connection_take_in(act_self *self, struct kv_connection *connection);

/* ---- writing.c ---- */

/* Sends replies, in order, as far as they are there and the client takes them. */
void kv_connection_write(act_self *self, struct kv_connection *connection);

/* After act_tcp_shutdown: ends the actor when the client has everything, or makes no use of it. */
void kv_connection_linger(act_self *self, struct kv_connection *connection);
void kv_connection_linger_on(act_self *self, struct kv_connection *connection);

#endif
