/* The whole service without actors or sockets: bytes in, replies out, over several stores. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_SAMPLES_KV_SERVICE_H
#define TEST_SAMPLES_KV_SERVICE_H

#include <samples/kv/session.h>

enum { SERVICE_SHARDS_MAX = 8 };

struct service {
    struct kv_seed        seed;
    uint32_t              shards_count;
    struct kv_store       stores[SERVICE_SHARDS_MAX];
    struct kv_resp_parser parser;
    struct kv_session     session;
    struct kv_limits      limits;
    int64_t               now_ms;
    bool                  closed; /* after a protocol error or QUIT */
};

void service_init(struct service *service, uint32_t shards_count);
void service_release(struct service *service);

/* Executes one request and appends its reply. */
void service_answer(struct service *service, struct kv_request request, struct kv_buffer *reply);

/*
 * Executes all complete requests in the bytes and appends their replies. Returns: how many bytes
 * were used.
 */
size_t service_feed(struct service *service, const void *bytes, size_t count,
                    struct kv_buffer *reply);

/* Feeds a whole text and returns the replies as text, which the next call overwrites. */
const char *service_say(struct service *service, const char *requests);

#endif
