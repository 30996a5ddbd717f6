/* The supervision tree of the service. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/service.h>

#include <stdio.h>

#include <samples/kv/service/listener.h>
#include <samples/kv/service/observer.h>
#include <samples/kv/service/shard.h>

/*
 *     kv                   the root
 *     |- upstreams             a supervisor of those that execute commands
 *     |  |- shard-0 ...    each shard's table is its kept block, so it outlives the shard
 *     |  |- observer       tells what this tree looks like
 *     |- connections       a supervisor; a temporary child for each client
 *     |  |- client-1 ...
 *     |- listener          accepts, and adds children to connections
 *
 * Stopped in reverse: no client comes in any more, clients get what they are owed, then the shards
 * go.
 */

/*
 * A client can crash shards as fast as it can send DEBUG PANIC, and the others are served all the
 * same. Only for lack of memory a shard cannot start, some 400,000 times a second: to give up then
 * would cost its table and free nothing else.
 */
static const uint32_t UPSTREAM_RESTARTS_MAX = UINT32_MAX;

enum { RESTARTS_MAX = 5 };

/* Clients add themselves; none is restarted, since its socket is gone. */
static const act_supervisor_spec connections_supervisor = {.strategy = ACT_STRATEGY_ONE_FOR_ONE};

static void specify_shard(struct kv_service *service, uint32_t i)
{
    service->shard_args[i] = (struct kv_shard_args){service, i};
    service->executor_specs[i] = (act_child_spec){
        .id = service->executor_names[i],
        .behavior = &kv_shard,
        .args = &service->shard_args[i],
        .options = &service->executor_options[i],
        .kept_bytes = sizeof(struct kv_shard_kept),
        .kept_release = kv_shard_kept_release,
    };
}

static void specify_observer(struct kv_service *service, uint32_t i)
{
    service->executor_specs[i] = (act_child_spec){
        .id = service->executor_names[i],
        .behavior = &kv_observer,
        .options = &service->executor_options[i],
    };
}

static void specify_upstreams(struct kv_service *service)
{
    uint32_t shards_count = service->options.shards_count;
    for (uint32_t i = 0; i < shards_count; i++) {
        snprintf(service->executor_names[i], sizeof service->executor_names[i], "shard-%u", i);
        specify_shard(service, i);
    }
    snprintf(service->executor_names[shards_count], sizeof service->executor_names[shards_count],
             "observer");
    specify_observer(service, shards_count);
    for (uint32_t i = 0; i <= shards_count; i++)
        service->executor_options[i] = *ACT_SPAWN_OPTIONS(.name = service->executor_names[i]);
    service->upstreams_supervisor = (act_supervisor_spec){
        .strategy = ACT_STRATEGY_ONE_FOR_ONE,
        .intensity = UPSTREAM_RESTARTS_MAX,
        .period = ACT_SECONDS(5),
        .children = service->executor_specs,
        .children_count = shards_count + 1,
    };
}

act_result kv_service_start(struct kv_service *service, act_system *system, act_pid *root)
{
    specify_upstreams(service);
    act_child_spec children[] = {
        act_supervisor_child("upstreams", &service->upstreams_supervisor),
        act_supervisor_child("connections", &connections_supervisor),
        {.id = "listener",
         .behavior = &kv_listener,
         .args = &service,
         .options = ACT_SPAWN_OPTIONS(.name = KV_NAME_LISTENER)},
    };
    children[1].options = ACT_SPAWN_OPTIONS(.name = KV_NAME_CONNECTIONS);
    const act_supervisor_spec spec = {
        .strategy = ACT_STRATEGY_ONE_FOR_ONE,
        .intensity = RESTARTS_MAX,
        .period = ACT_SECONDS(60),
        .children = children,
        .children_count = sizeof children / sizeof children[0],
    };
    return act_system_spawn_supervisor(system, root, &spec,
                                       ACT_SPAWN_OPTIONS(.name = KV_NAME_ROOT));
}
