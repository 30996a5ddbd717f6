/* The service's shared part: how it begins, and what INFO tells of it. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/service.h>

#include <unistd.h>

#include <samples/kv/service/host.h>

/* What one connection may make us hold while a request comes in. */
enum { BULK_BYTES_MAX = 64 * 1024 * 1024, REQUEST_BYTES_MAX = 128 * 1024 * 1024 };

void kv_service_init(struct kv_service *service, const struct kv_options *options)
{
    service->options = *options;
    service->limits = KV_LIMITS_DEFAULT;
    service->limits.bulk_bytes_max = BULK_BYTES_MAX;
    service->limits.request_bytes_max = REQUEST_BYTES_MAX;
    service->limits.backlog_bytes_max = (size_t)options->backlog_megabytes << 20;
    service->seed = kv_host_seed();
    service->started_at_ms = kv_host_time_ms();
    atomic_store(&service->port, options->port);
}

static void add_shard(struct kv_info *info, const struct kv_shard_numbers *numbers)
{
    info->shard_restarts += kv_read(&numbers->restarts);
    info->keys_count += kv_read(&numbers->keys);
    info->expiring_count += kv_read(&numbers->expiring);
    info->memory_bytes += kv_read(&numbers->memory_bytes);
    info->hits += kv_read(&numbers->hits);
    info->misses += kv_read(&numbers->misses);
    info->expired += kv_read(&numbers->expired);
}

void kv_service_info(const struct kv_service *service, struct kv_info *info)
{
    *info = (struct kv_info){
        .port = (uint16_t)atomic_load(&service->port),
        .process_id = getpid(),
        .uptime_seconds = (kv_host_time_ms() - service->started_at_ms) / 1000,
        .workers_count = service->options.workers_count,
        .shards_count = service->options.shards_count,
        .connections_now = kv_read(&service->traffic.connections_now),
        .connections_total = kv_read(&service->traffic.connections_total),
        .commands_total = kv_read(&service->traffic.commands),
        .bytes_in_total = kv_read(&service->traffic.bytes_in),
        .bytes_out_total = kv_read(&service->traffic.bytes_out),
    };
    for (uint32_t i = 0; i < service->options.shards_count; i++)
        add_shard(info, &service->shards[i]);
}
