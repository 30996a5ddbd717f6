/* Specs and names for many equal children, and which of them a key belongs to. Internal. */
/* SPDX-License-Identifier: MIT */
#include <supervisor/partition.h>

#include <stdio.h>
#include <string.h>

#include <actor/system.h>
#include <supervisor/memory.h>
#include <supervisor/spec_check.h>

#define NAME_BYTES_MAX 50 /* with "/65535" it is no longer than ACT_NAME_MAX */

struct part {
    struct act__spawn_options options;
    char                      id[12];
    char                      name[ACT_NAME_MAX];
};

/* One block: behind it the children, then the parts that they point to. */
struct act_partition {
    act_supervisor_spec supervisor;
    uint32_t            count;
    act_child_spec     *children;
    struct part        *parts;
};

static void make_part(act_partition *partition, const act_partition_spec *spec, uint32_t number)
{
    act_child_spec *child = &partition->children[number];
    struct part    *part = &partition->parts[number];

    (void)act__spawn_options_read(&part->options, spec->child.options); /* they are good */
    snprintf(part->id, sizeof part->id, "%u", (unsigned)number);
    snprintf(part->name, sizeof part->name, "%.*s/%u", NAME_BYTES_MAX, spec->name,
             (unsigned)number);
    part->options.spawn.name = part->name;
    *child = spec->child;
    child->id = part->id;
    child->options = &part->options.spawn;
    if (spec->args_each && spec->child.args != NULL)
        child->args = (const char *)spec->child.args + number * spec->child.behavior->args_bytes;
}

static bool is_good(const act_partition_spec *spec)
{
    struct act__spawn_options options;
    act_child_spec            child = spec->child;
    size_t length = spec->name != NULL ? strnlen(spec->name, NAME_BYTES_MAX + 1) : 0;

    child.id = "0";
    return length >= 1 && length <= NAME_BYTES_MAX && spec->count >= 1 &&
           spec->count <= ACT_PARTITIONS_MAX && ACT__IS_KNOWN(spec) &&
           act__spawn_options_read(&options, child.options) && options.spawn.name == NULL &&
           act__child_spec_is_good(&child);
}

act_result act_partition_create(act_partition **partition, const act_partition_spec *spec)
{
    size_t         count = spec->count;
    act_partition *made;

    if (!is_good(spec))
        return ACT_INVALID;
    made = act__supervisor_allocate(sizeof *made +
                                    count * (sizeof made->children[0] + sizeof made->parts[0]));
    if (made == NULL)
        return ACT_NO_MEMORY;
    made->count = spec->count;
    made->children = (act_child_spec *)(made + 1);
    made->parts = (struct part *)(made->children + count);
    for (uint32_t i = 0; i < spec->count; i++)
        make_part(made, spec, i);
    made->supervisor = (act_supervisor_spec){.intensity = spec->intensity,
                                             .period = spec->period,
                                             .backoff = spec->backoff,
                                             .children = made->children,
                                             .children_count = count};
    if (act_supervisor_check(&made->supervisor, NULL, 0) != ACT_OK)
        act_partition_destroy(&made);
    *partition = made;
    return made != NULL ? ACT_OK : ACT_INVALID;
}

void act_partition_destroy(act_partition **partition)
{
    act__supervisor_free(*partition);
    *partition = NULL;
}

const act_supervisor_spec *act_partition_supervisor(const act_partition *partition)
{
    return &partition->supervisor;
}

uint32_t act_partition_of(const act_partition *partition, uint64_t key)
{
    uint64_t hash = (key ^ key >> 32) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)((hash >> 32) * partition->count >> 32);
}

uint64_t act_partition_key(const void *bytes, size_t bytes_count)
{
    const unsigned char *byte = bytes;
    uint64_t             hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (size_t i = 0; i < bytes_count; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static const char *name_of(const act_partition *partition, uint64_t key)
{
    return partition->parts[act_partition_of(partition, key)].name;
}

act_result act_partition_find(const act_partition *partition, act_system *system, act_pid *pid,
                              uint64_t key)
{
    return act_whereis(system, pid, name_of(partition, key));
}

act_result act_partition_send(act_self *self, const act_partition *partition, uint64_t key,
                              act_message **message)
{
    return act_send_name(self, name_of(partition, key), message);
}

void act_partition_tell_typed(act_self *self, const act_partition *partition, uint64_t key,
                              const act_type *type, const void *fields)
{
    act_tell_name_typed(self, name_of(partition, key), type, fields);
}

act_result act_partition_ask_typed(act_self *self, act_ref *ask, const act_partition *partition,
                                   uint64_t key, act_millis timeout, const act_type *type,
                                   const void *fields)
{
    return act_ask_name_typed(self, ask, name_of(partition, key), timeout, type, fields);
}

act_result act_partition_ask_message(act_self *self, act_ref *ask, const act_partition *partition,
                                     uint64_t key, act_message **message, act_millis timeout)
{
    return act_ask_name_message(self, ask, name_of(partition, key), message, timeout);
}
