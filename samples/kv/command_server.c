/* The commands about the server: COMMAND, CONFIG, INFO and DEBUG. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/command_run.h>

/* ---- COMMAND ---- */

static void reply_flags(struct kv_buffer *reply, unsigned flags)
{
    static const char *const names[] = {"write", "readonly", "denyoom", "fast", "admin"};
    flags &= ~(unsigned)KV_COMMAND_AT_ONCE; /* it is not for clients */
    kv_resp_array(reply, (size_t)__builtin_popcount(flags));
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((flags & 1u << i) != 0)
            kv_resp_simple(reply, names[i]);
    }
}

/*
 * The last four arrays are groups for access control, tips, key specifications and subcommands:
 * none told.
 */
static void reply_description(struct kv_buffer *reply, const struct kv_command *command)
{
    kv_resp_array(reply, 10);
    kv_resp_bulk_text(reply, command->name);
    kv_resp_integer(reply, command->arity);
    reply_flags(reply, command->flags);
    kv_resp_integer(reply, command->first_key);
    kv_resp_integer(reply, command->last_key);
    kv_resp_integer(reply, command->key_step);
    for (int i = 0; i < 4; i++)
        kv_resp_array(reply, 0);
}

static bool describe_all(const struct kv_call *call)
{
    kv_resp_array(call->reply, kv_commands_count);
    for (size_t i = 0; i < kv_commands_count; i++)
        reply_description(call->reply, &kv_commands[i]);
    return true;
}

static bool command_info(const struct kv_call *call)
{
    if (call->argc == 2)
        return describe_all(call);
    kv_resp_array(call->reply, call->argc - 2);
    for (size_t i = 2; i < call->argc; i++) {
        const struct kv_command *command = kv_command_find(call->argv[i]);
        if (command != NULL)
            reply_description(call->reply, command);
        else
            kv_resp_nil(call->reply);
    }
    return true;
}

static bool command_count(const struct kv_call *call)
{
    kv_resp_integer(call->reply, (int64_t)kv_commands_count);
    return true;
}

static bool command_list(const struct kv_call *call)
{
    kv_resp_array(call->reply, kv_commands_count);
    for (size_t i = 0; i < kv_commands_count; i++)
        kv_resp_bulk_text(call->reply, kv_commands[i].name);
    return true;
}

static void reply_docs(struct kv_buffer *reply, const struct kv_command *command)
{
    kv_resp_bulk_text(reply, command->name);
    kv_resp_array(reply, 4);
    kv_resp_bulk_text(reply, "summary");
    kv_resp_bulk_text(reply, command->summary);
    kv_resp_bulk_text(reply, "group");
    kv_resp_bulk_text(reply, command->group);
}

/* Unknown names are left out. */
static bool command_docs(const struct kv_call *call)
{
    size_t found = 0;
    for (size_t i = 2; i < call->argc; i++)
        found += kv_command_find(call->argv[i]) != NULL;
    if (call->argc == 2)
        found = kv_commands_count;
    kv_resp_array(call->reply, found * 2);
    for (size_t i = 0; call->argc == 2 && i < kv_commands_count; i++)
        reply_docs(call->reply, &kv_commands[i]);
    for (size_t i = 2; i < call->argc; i++) {
        const struct kv_command *command = kv_command_find(call->argv[i]);
        if (command != NULL)
            reply_docs(call->reply, command);
    }
    return true;
}

static const struct kv_subcommand command_subcommands[] = {
    {"count", 2, 2, command_count, "COUNT: how many commands there are"},
    {"docs", 2, SIZE_MAX, command_docs, "DOCS [<name> ...]: what commands do"},
    {"info", 2, SIZE_MAX, command_info, "INFO [<name> ...]: arity, flags and keys of commands"},
    {"list", 2, 2, command_list, "LIST: the names of all commands"},
};

bool kv_run_command(const struct kv_call *call)
{
    if (call->argc == 1)
        return describe_all(call);
    return kv_run_subcommand(call, "COMMAND", command_subcommands,
                             sizeof command_subcommands / sizeof command_subcommands[0]);
}

/* ---- CONFIG ---- */

/* What redis calls these settings; a text, or a number when the text is NULL. */
struct setting {
    const char *name, *text;
    uint64_t    number;
};

static bool is_asked_for(const struct kv_call *call, const char *name)
{
    for (size_t i = 2; i < call->argc; i++) {
        if (kv_bytes_match_word(call->argv[i], name))
            return true;
    }
    return false;
}

static void reply_setting(struct kv_buffer *reply, const struct setting *setting)
{
    unsigned char    digits[24];
    struct kv_buffer number = {.data = digits, .capacity = sizeof digits};
    kv_resp_bulk_text(reply, setting->name);
    if (setting->text != NULL) {
        kv_resp_bulk_text(reply, setting->text);
        return;
    }
    kv_buffer_append_unsigned(&number, setting->number);
    kv_resp_bulk(reply, kv_buffer_bytes(&number));
}

static bool config_get(const struct kv_call *call)
{
    const struct setting settings[] = {
        {"appendonly", "no", 0},
        {"client-query-buffer-limit", NULL, call->limits.backlog_bytes_max},
        {"databases", NULL, 1},
        {"maxmemory", NULL, 0},
        {"maxmemory-policy", "noeviction", 0},
        {"port", NULL, call->info != NULL ? call->info->port : 0},
        {"proto-max-bulk-len", NULL, call->limits.bulk_bytes_max},
        {"save", "", 0},
        {"timeout", NULL, 0},
    };
    const size_t count = sizeof settings / sizeof settings[0];
    size_t       found = 0;
    for (size_t i = 0; i < count; i++)
        found += is_asked_for(call, settings[i].name);
    kv_resp_array(call->reply, found * 2);
    for (size_t i = 0; i < count; i++) {
        if (is_asked_for(call, settings[i].name))
            reply_setting(call->reply, &settings[i]);
    }
    return true;
}

/* Nothing can be changed while it runs, so each name is as good as unknown. */
static bool config_set(const struct kv_call *call)
{
    kv_resp_error_about(call->reply, "ERR Unknown option or number of arguments for CONFIG SET - '",
                        call->argv[2], "'");
    return true;
}

static const struct kv_subcommand config_subcommands[] = {
    {"get", 3, SIZE_MAX, config_get, "GET <pattern> ...: settings whose names match"},
    {"set", 4, SIZE_MAX, config_set, "SET <name> <value>: refused, settings are fixed at start"},
};

bool kv_run_config(const struct kv_call *call)
{
    return kv_run_subcommand(call, "CONFIG", config_subcommands,
                             sizeof config_subcommands / sizeof config_subcommands[0]);
}

/* ---- INFO ---- */

static void text_field(struct kv_buffer *text, const char *name, const char *value)
{
    kv_buffer_append_text(text, name);
    kv_buffer_append_byte(text, ':');
    kv_buffer_append_text(text, value);
    kv_buffer_append_text(text, "\r\n");
}

static void field(struct kv_buffer *text, const char *name, uint64_t value)
{
    kv_buffer_append_text(text, name);
    kv_buffer_append_byte(text, ':');
    kv_buffer_append_unsigned(text, value);
    kv_buffer_append_text(text, "\r\n");
}

static void info_server(struct kv_buffer *text, const struct kv_info *info)
{
    text_field(text, "server_name", KV_SERVER_NAME);
    text_field(text, "kv_version", KV_VERSION);
    text_field(text, "redis_version", KV_REDIS_VERSION);
    text_field(text, "redis_mode", "standalone");
    field(text, "process_id", (uint64_t)info->process_id);
    field(text, "tcp_port", info->port);
    field(text, "uptime_in_seconds", (uint64_t)info->uptime_seconds);
    field(text, "uptime_in_days", (uint64_t)info->uptime_seconds / 86400);
    field(text, "workers", info->workers_count);
    field(text, "shards", info->shards_count);
    field(text, "shard_restarts", info->shard_restarts);
}

static void info_clients(struct kv_buffer *text, const struct kv_info *info)
{
    field(text, "connected_clients", info->connections_now);
    field(text, "blocked_clients", 0);
}

static void info_memory(struct kv_buffer *text, const struct kv_info *info)
{
    field(text, "used_memory", info->memory_bytes);
    field(text, "maxmemory", 0);
    text_field(text, "maxmemory_policy", "noeviction");
}

static void info_stats(struct kv_buffer *text, const struct kv_info *info)
{
    field(text, "total_connections_received", info->connections_total);
    field(text, "total_commands_processed", info->commands_total);
    field(text, "total_net_input_bytes", info->bytes_in_total);
    field(text, "total_net_output_bytes", info->bytes_out_total);
    field(text, "expired_keys", info->expired);
    field(text, "evicted_keys", 0);
    field(text, "keyspace_hits", info->hits);
    field(text, "keyspace_misses", info->misses);
}

static void info_replication(struct kv_buffer *text, const struct kv_info *info)
{
    (void)info;
    text_field(text, "role", "master");
    field(text, "connected_slaves", 0);
}

static void info_keyspace(struct kv_buffer *text, const struct kv_info *info)
{
    if (info->keys_count == 0)
        return;
    kv_buffer_append_text(text, "db0:keys=");
    kv_buffer_append_unsigned(text, info->keys_count);
    kv_buffer_append_text(text, ",expires=");
    kv_buffer_append_unsigned(text, info->expiring_count);
    kv_buffer_append_text(text, ",avg_ttl=0\r\n");
}

static const struct section {
    const char *name, *title;
    void (*append)(struct kv_buffer *text, const struct kv_info *info);
} sections[] = {
    {"server", "# Server\r\n", info_server},
    {"clients", "# Clients\r\n", info_clients},
    {"memory", "# Memory\r\n", info_memory},
    {"stats", "# Stats\r\n", info_stats},
    {"replication", "# Replication\r\n", info_replication},
    {"keyspace", "# Keyspace\r\n", info_keyspace},
};

static bool wants_section(const struct kv_call *call, const char *name)
{
    for (size_t i = 1; i < call->argc; i++) {
        if (kv_bytes_is_word(call->argv[i], name) || kv_bytes_is_word(call->argv[i], "all") ||
            kv_bytes_is_word(call->argv[i], "default") ||
            kv_bytes_is_word(call->argv[i], "everything"))
            return true;
    }
    return call->argc == 1;
}

bool kv_run_info(const struct kv_call *call)
{
    const struct kv_info none = {0};
    struct kv_buffer     text = {0};
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        if (!wants_section(call, sections[i].name))
            continue;
        kv_buffer_append_text(&text, text.count > 0 ? "\r\n" : "");
        kv_buffer_append_text(&text, sections[i].title);
        sections[i].append(&text, call->info != NULL ? call->info : &none);
    }
    bool failed = text.failed;
    kv_resp_bulk(call->reply, kv_buffer_bytes(&text));
    kv_buffer_release(&text);
    return !failed;
}

/* ---- TIME ---- */

static void reply_digits(struct kv_buffer *reply, int64_t value)
{
    unsigned char    digits[24];
    struct kv_buffer text = {.data = digits, .capacity = sizeof digits};
    kv_buffer_append_integer(&text, value);
    kv_resp_bulk(reply, kv_buffer_bytes(&text));
}

bool kv_run_time(const struct kv_call *call)
{
    kv_resp_array(call->reply, 2);
    reply_digits(call->reply, call->now_ms / 1000);
    reply_digits(call->reply, call->now_ms % 1000 * 1000);
    return true;
}

/* ---- DEBUG ---- */

/* Reads seconds with a fraction as milliseconds; what is no number is 0, as redis has it. */
static int64_t seconds_to_ms(struct kv_bytes text)
{
    size_t  at = 0;
    int64_t sum = 0;
    for (; at < text.count && text.data[at] >= '0' && text.data[at] <= '9' && sum < INT32_MAX; at++)
        sum = sum * 10 + (text.data[at] - '0');
    sum *= 1000;
    if (at >= text.count || text.data[at] != '.')
        return sum;
    at++;
    for (int64_t unit = 100; unit > 0 && at < text.count; unit /= 10, at++) {
        if (text.data[at] < '0' || text.data[at] > '9')
            break;
        sum += (text.data[at] - '0') * unit;
    }
    return sum;
}

static void refuse_debug(struct kv_request request, struct kv_buffer *reply)
{
    struct kv_bytes word = request.argv[1];
    kv_resp_error_about(reply, "ERR unknown subcommand or wrong number of arguments for '",
                        kv_bytes_of(word.data, word.count < 128 ? word.count : 128),
                        "'. Try DEBUG HELP.");
}

static void reply_debug_help(struct kv_buffer *reply)
{
    kv_resp_array(reply, 4);
    kv_resp_simple(reply, "DEBUG <subcommand> [<arg> ...]. Subcommands are:");
    kv_resp_simple(reply, "SLEEP <seconds>: answer after that time");
    kv_resp_simple(reply, "PANIC <key>: crash the shard that owns the key");
    kv_resp_simple(reply, "TREE: show the supervision tree");
}

bool kv_debug_parse(struct kv_request request, struct kv_debug *debug, struct kv_buffer *reply)
{
    if (request.argc == 3 && kv_bytes_is_word(request.argv[1], "sleep")) {
        *debug =
            (struct kv_debug){.kind = KV_DEBUG_SLEEP, .sleep_ms = seconds_to_ms(request.argv[2])};
        return true;
    }
    if (request.argc == 3 && kv_bytes_is_word(request.argv[1], "panic")) {
        *debug = (struct kv_debug){.kind = KV_DEBUG_PANIC, .key = request.argv[2]};
        return true;
    }
    if (request.argc == 2 && kv_bytes_is_word(request.argv[1], "tree")) {
        *debug = (struct kv_debug){.kind = KV_DEBUG_TREE};
        return true;
    }
    if (request.argc == 2 && kv_bytes_is_word(request.argv[1], "help"))
        reply_debug_help(reply);
    else
        refuse_debug(request, reply);
    return false;
}

bool kv_run_debug(const struct kv_call *call)
{
    struct kv_debug debug;
    if (kv_debug_parse((struct kv_request){.argc = call->argc, .argv = call->argv}, &debug,
                       call->reply))
        kv_resp_simple(call->reply, "OK");
    return true;
}
