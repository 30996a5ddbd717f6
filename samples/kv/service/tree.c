/* The supervision tree of the service. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/service.h>

#include <stdio.h>

#include <samples/kv/service/listener.h>
#include <samples/kv/service/observer.h>
#include <samples/kv/service/shard.h>

/*
 *     kv                   the root
 *     |- shards            a supervisor; each shard's table is its kept block, so it outlives the shard
 *     |  |- shard-0 ...
 *     |- observer          tells what this tree looks like
 *     |- connections       a supervisor; a temporary child for each client
 *     |  |- client-1 ...
 *     |- listener          accepts, and adds children to connections
 *
 * Stopped in reverse: nobody comes in any more, clients get what they are owed, then the shards go.
 */

/*
 * A client can crash shards as fast as it can send DEBUG PANIC, some 20,000 times a second, and the others are served all
 * the same; a shard that cannot even start fails 400,000 times a second.
 */
enum { SHARD_RESTARTS_MAX = 500000, RESTARTS_MAX = 5 };

/* Clients add themselves; none is restarted, since its socket is gone. */
static const act_supervisor_spec connections_supervisor = {.strategy = ACT_STRATEGY_ONE_FOR_ONE};

static void specify_shard(struct kv_service *service, uint32_t i)
{
    service->shard_args[i] = (struct kv_shard_args){service, i};
    service->shard_options[i] = *ACT_SPAWN_OPTIONS(.name = service->lane_names[i]);
    service->shard_specs[i] = (act_child_spec){
        .id = service->lane_names[i],
        .behavior = &kv_shard,
        .args = &service->shard_args[i],
        .options = &service->shard_options[i],
        .kept_bytes = sizeof(struct kv_shard_kept),
        .kept_release = kv_shard_kept_release,
    };
}

static void specify_shards(struct kv_service *service)
{
    uint32_t count = service->options.shards_count;
    for (uint32_t i = 0; i < count; i++) {
        snprintf(service->lane_names[i], sizeof service->lane_names[i], "shard-%u", i);
        specify_shard(service, i);
    }
    snprintf(service->lane_names[count], sizeof service->lane_names[count], "observer");
    service->shards_supervisor = (act_supervisor_spec){
        .strategy = ACT_STRATEGY_ONE_FOR_ONE,
        .intensity = SHARD_RESTARTS_MAX,
        .period = ACT_SECONDS(5),
        .children = service->shard_specs,
        .children_count = count,
    };
}

act_result kv_service_start(struct kv_service *service, act_system *system, act_pid *root)
{
    specify_shards(service);
    act_child_spec children[] = {
        act_supervisor_child("shards", &service->shards_supervisor),
        {.id = "observer", .behavior = &kv_observer, .options = ACT_SPAWN_OPTIONS(.name = "observer")},
        act_supervisor_child("connections", &connections_supervisor),
        {.id = "listener", .behavior = &kv_listener, .args = &service, .options = ACT_SPAWN_OPTIONS(.name = KV_NAME_LISTENER)},
    };
    children[2].options = ACT_SPAWN_OPTIONS(.name = KV_NAME_CONNECTIONS);
    const act_supervisor_spec spec = {
        .strategy = ACT_STRATEGY_ONE_FOR_ONE,
        .intensity = RESTARTS_MAX,
        .period = ACT_SECONDS(60),
        .children = children,
        .children_count = sizeof children / sizeof children[0],
    };
    return act_system_spawn_supervisor(system, root, &spec, ACT_SPAWN_OPTIONS(.name = KV_NAME_ROOT));
}
