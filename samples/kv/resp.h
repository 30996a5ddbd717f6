/* Reads RESP2 requests from bytes as they come in, and writes RESP2 replies. */
/* SPDX-License-Identifier: MIT */
#ifndef KV_RESP_H
#define KV_RESP_H

#include <samples/kv/buffer.h>

/* What one client may ask us to hold. */
struct kv_limits {
    size_t args_max;          /* arguments of one request */
    size_t bulk_bytes_max;    /* one argument; also the longest value */
    size_t request_bytes_max; /* all of one request */
    size_t backlog_bytes_max; /* unread requests of a client that does not read its replies */
};

#define KV_LIMITS_DEFAULT                                                                          \
    ((struct kv_limits){.args_max = 1024 * 1024,                                                   \
                        .bulk_bytes_max = 64u * 1024 * 1024,                                       \
                        .request_bytes_max = 1u << 30,                                             \
                        .backlog_bytes_max = 64u * 1024 * 1024})

enum kv_parse {
    KV_PARSE_COMPLETE,  /* *request is filled */
    KV_PARSE_MORE,      /* the bytes end inside a request */
    KV_PARSE_ERROR,     /* parser->error says why; answer with it and close the connection */
    KV_PARSE_NO_MEMORY, /* close the connection */
};

/*
 * argv[0] is the command's name. The views end with the next call or with the bytes they look at.
 */
struct kv_request {
    size_t                 argc;
    const struct kv_bytes *argv;
};

/**
 * Where the parser stands inside the request at the front of the bytes.
 *
 * All places are offsets from the first byte of the current request, so the bytes may move between
 * calls. Memory grows with what arrived, never by a length the client merely announced.
 */
struct kv_resp_parser {
    struct kv_limits limits;
    size_t           position;      /* first byte not yet understood */
    size_t           searched;      /* no line end before this */
    size_t           wanted_count;  /* a call with fewer bytes than this gives MORE at once: no
                                       need to make them contiguous */
    size_t           args_expected; /* 0: not inside an array */
    size_t           bulk_count;
    bool             in_bulk; /* its header is read, bulk_count bytes are to come */
    size_t           argc;
    size_t           args_capacity;
    struct kv_bytes *argv;
    size_t          *offsets;   /* of each argument; becomes argv[i].data when the request is
                                   complete */
    struct kv_buffer text;      /* arguments of an inline request, unquoted */
    char             error[80]; /* an error reply's text, without '-' and line end */
};

void kv_resp_parser_init(struct kv_resp_parser *parser, struct kv_limits limits);
void kv_resp_parser_release(struct kv_resp_parser *parser);

/**
 * Reads the next request of a connection.
 *
 * bytes, count: everything received and not yet used: each call must start with the same byte as
 * the call before, plus its *used. used: how many bytes at the front are done with and may be
 * dropped (once *request is no longer needed); with MORE these are blank lines and empty arrays,
 * mostly 0. Each byte is looked at a bounded number of times, however small the pieces.
 */
enum kv_parse kv_resp_parse(struct kv_resp_parser *parser, const void *bytes, size_t count,
                            struct kv_request *request, size_t *used);

/* Reply writers. A text may be anything: line ends inside it become spaces. */
void kv_resp_simple(struct kv_buffer *reply, const char *text);
void kv_resp_error(struct kv_buffer *reply, const char *text);
void kv_resp_error_bytes(struct kv_buffer *reply, struct kv_bytes text);
void kv_resp_error_about(struct kv_buffer *reply, const char *before, struct kv_bytes about,
                         const char *after);
void kv_resp_integer(struct kv_buffer *reply, int64_t value);
void kv_resp_bulk(struct kv_buffer *reply, struct kv_bytes bytes);
void kv_resp_bulk_text(struct kv_buffer *reply, const char *text);
void kv_resp_nil(struct kv_buffer *reply);
void kv_resp_nil_array(struct kv_buffer *reply);
void kv_resp_array(struct kv_buffer *reply, size_t elements_count);

#endif
