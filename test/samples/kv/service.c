/* The whole service without actors or sockets. */
/* SPDX-License-Identifier: MIT */
#include <test/samples/kv/service.h>

#include <stdlib.h>

void service_init(struct service *service, uint32_t shards_count)
{
    *service = (struct service){.seed = {0x0706050403020100u, 0x0f0e0d0c0b0a0908u},
                                .shards_count = shards_count,
                                .limits = KV_LIMITS_DEFAULT,
                                .session = {.id = 1},
                                .now_ms = 1000000};
    kv_resp_parser_init(&service->parser, service->limits);
    for (uint32_t i = 0; i < shards_count; i++)
        kv_store_set_seed(&service->stores[i], service->seed);
}

void service_release(struct service *service)
{
    for (uint32_t i = 0; i < service->shards_count; i++)
        kv_store_release(&service->stores[i]);
    kv_resp_parser_release(&service->parser);
    kv_session_release(&service->session);
}

static void add_store(struct kv_info *info, const struct kv_store *store)
{
    info->keys_count += kv_store_count(store);
    info->expiring_count += store->expiring_count;
    info->memory_bytes += kv_store_memory_bytes(store);
    info->hits += store->hits;
    info->misses += store->misses;
    info->expired += store->expired;
}

void service_answer(struct service *service, struct kv_request request, struct kv_buffer *reply)
{
    struct kv_store         *stores[SERVICE_SHARDS_MAX];
    struct kv_info           info = {0};
    const struct kv_command *command =
        kv_session_take(&service->session, request, service->seed, service->shards_count, reply);
    for (uint32_t i = 0; i < service->shards_count; i++) {
        add_store(&info, &service->stores[i]);
        stores[i] = &service->stores[i];
    }
    const struct kv_together together = {.stores = stores,
                                         .shards_count = service->shards_count,
                                         .seed = service->seed,
                                         .limits = service->limits,
                                         .now_ms = service->now_ms,
                                         .session = &service->session,
                                         .info = &info};
    if (command != NULL && !kv_together_execute(&together, command, request, reply))
        abort();
}

size_t service_feed(struct service *service, const void *bytes, size_t count,
                    struct kv_buffer *reply)
{
    size_t total = 0;
    while (!service->closed) {
        struct kv_request request;
        size_t            used;
        enum kv_parse     parsed = kv_resp_parse(&service->parser, (const char *)bytes + total,
                                                 count - total, &request, &used);
        if (parsed == KV_PARSE_COMPLETE)
            service_answer(service, request, reply);
        total += used;
        if (parsed == KV_PARSE_ERROR)
            kv_resp_error(reply, service->parser.error);
        if (parsed == KV_PARSE_MORE)
            break;
        service->closed = parsed != KV_PARSE_COMPLETE || service->session.closing;
    }
    return total;
}

const char *service_say(struct service *service, const char *requests)
{
    static char      said[65536];
    struct kv_buffer reply = {0};
    service_feed(service, requests, strlen(requests), &reply);
    size_t count = reply.count < sizeof said - 1 ? reply.count : sizeof said - 1;
    if (count > 0)
        memcpy(said, reply.data, count);
    said[count] = '\0';
    kv_buffer_release(&reply);
    return said;
}
