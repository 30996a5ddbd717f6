/* The whole service without actors or sockets. */
/* SPDX-License-Identifier: MIT */
#include <test/samples/kv/service.h>

#include <stdlib.h>

void service_init(struct service *service, uint32_t shards_count)
{
    *service = (struct service){
        .seed = {0x0706050403020100u, 0x0f0e0d0c0b0a0908u},
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
    kv_buffer_release(&service->session.name);
    kv_buffer_release(&service->session.library_name);
    kv_buffer_release(&service->session.library_version);
}

static struct kv_call call_of(
    struct service *service, const struct kv_command *command, struct kv_request request, struct kv_buffer *reply)
{
    return (struct kv_call){
        .command = command,
        .argc = request.argc,
        .argv = request.argv,
        .reply = reply,
        .limits = service->limits,
        .now_ms = service->now_ms};
}

static void execute(const struct kv_call *call)
{
    if (!kv_command_execute(call))
        abort();
}

static void execute_on_shard(
    struct service *service, const struct kv_command *command, struct kv_request request, uint32_t shard,
    struct kv_buffer *reply)
{
    struct kv_call call = call_of(service, command, request, reply);
    call.store = &service->stores[shard];
    call.shard = shard;
    call.shards_count = service->shards_count;
    execute(&call);
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

static void execute_on_connection(
    struct service *service, const struct kv_command *command, struct kv_request request, struct kv_buffer *reply)
{
    struct kv_info info = {0};
    for (uint32_t i = 0; i < service->shards_count; i++)
        add_store(&info, &service->stores[i]);
    struct kv_call call = call_of(service, command, request, reply);
    call.session = &service->session;
    call.info = &info;
    execute(&call);
}

static void execute_on_many(
    struct service *service, const struct kv_command *command, struct kv_request request, struct kv_buffer *reply)
{
    struct kv_buffer parts[SERVICE_SHARDS_MAX] = {0};
    struct kv_bytes replies[SERVICE_SHARDS_MAX];
    size_t keys_count = kv_route_keys_count(command, request);
    uint32_t *shard_of_key = malloc((keys_count + 1) * sizeof *shard_of_key);
    struct kv_bytes *argv = malloc(request.argc * sizeof *argv);
    kv_route_keys(command, request, service->seed, service->shards_count, shard_of_key);
    for (uint32_t i = 0; i < service->shards_count; i++) {
        struct kv_request part = request;
        if (command->place == KV_PLACE_SPLIT)
            part = (struct kv_request){kv_route_part(command, request, shard_of_key, i, argv), argv};
        if (part.argc > 0)
            execute_on_shard(service, command, part, i, &parts[i]);
        replies[i] = kv_buffer_bytes(&parts[i]);
    }
    kv_merge_replies(command->merge, replies, service->shards_count, shard_of_key, keys_count, reply);
    for (uint32_t i = 0; i < service->shards_count; i++)
        kv_buffer_release(&parts[i]);
    free(shard_of_key);
    free(argv);
}

void service_answer(struct service *service, struct kv_request request, struct kv_buffer *reply)
{
    const struct kv_command *command = kv_command_of(request, reply);
    if (command == NULL)
        return;
    switch (command->place) {
    case KV_PLACE_CONNECTION:
    case KV_PLACE_ACTOR:
        execute_on_connection(service, command, request, reply);
        break;
    case KV_PLACE_SHARD:
    case KV_PLACE_CURSOR:
        execute_on_shard(
            service, command, request, kv_route_one(command, request, service->seed, service->shards_count), reply);
        break;
    case KV_PLACE_SPLIT:
    case KV_PLACE_EVERY_SHARD:
        execute_on_many(service, command, request, reply);
        break;
    }
}

size_t service_feed(struct service *service, const void *bytes, size_t count, struct kv_buffer *reply)
{
    size_t total = 0;
    while (!service->closed) {
        struct kv_request request;
        size_t used;
        enum kv_parse parsed =
            kv_resp_parse(&service->parser, (const char *)bytes + total, count - total, &request, &used);
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
    static char said[65536];
    struct kv_buffer reply = {0};
    service_feed(service, requests, strlen(requests), &reply);
    size_t count = reply.count < sizeof said - 1 ? reply.count : sizeof said - 1;
    if (count > 0)
        memcpy(said, reply.data, count);
    said[count] = '\0';
    kv_buffer_release(&reply);
    return said;
}
