/* What the files of commands share: the functions the table names, and their usual errors. */
/* SPDX-License-Identifier: MIT */
#ifndef KV_COMMAND_RUN_H
#define KV_COMMAND_RUN_H

#include <samples/kv/command.h>

#define KV_ERROR_SYNTAX      "ERR syntax error"
#define KV_ERROR_NOT_INTEGER "ERR value is not an integer or out of range"
#define KV_ERROR_OVERFLOW    "ERR increment or decrement would overflow"

/* Writes an error that is the whole answer. Returns: true. */
static inline bool kv_refuse(const struct kv_call *call, const char *text)
{
    kv_resp_error(call->reply, text);
    return true;
}

/* The same: that a time is none. */
bool kv_refuse_expire_time(const struct kv_call *call);

/* Each writes its reply; false without memory. */
bool kv_run_append(const struct kv_call *call);
bool kv_run_decr(const struct kv_call *call);
bool kv_run_decrby(const struct kv_call *call);
bool kv_run_get(const struct kv_call *call);
bool kv_run_getdel(const struct kv_call *call);
bool kv_run_getex(const struct kv_call *call);
bool kv_run_getrange(const struct kv_call *call);
bool kv_run_getset(const struct kv_call *call);
bool kv_run_incr(const struct kv_call *call);
bool kv_run_incrby(const struct kv_call *call);
bool kv_run_mget(const struct kv_call *call);
bool kv_run_mset(const struct kv_call *call);
bool kv_run_psetex(const struct kv_call *call);
bool kv_run_set(const struct kv_call *call);
bool kv_run_setex(const struct kv_call *call);
bool kv_run_setnx(const struct kv_call *call);
bool kv_run_setrange(const struct kv_call *call);
bool kv_run_strlen(const struct kv_call *call);

bool kv_run_del(const struct kv_call *call);
bool kv_run_dbsize(const struct kv_call *call);
bool kv_run_exists(const struct kv_call *call);
bool kv_run_expire(const struct kv_call *call);
bool kv_run_expireat(const struct kv_call *call);
bool kv_run_expiretime(const struct kv_call *call);
bool kv_run_flush(const struct kv_call *call);
bool kv_run_keys(const struct kv_call *call);
bool kv_run_persist(const struct kv_call *call);
bool kv_run_pexpire(const struct kv_call *call);
bool kv_run_pexpireat(const struct kv_call *call);
bool kv_run_pexpiretime(const struct kv_call *call);
bool kv_run_pttl(const struct kv_call *call);
bool kv_run_scan(const struct kv_call *call);
bool kv_run_ttl(const struct kv_call *call);
bool kv_run_type(const struct kv_call *call);

bool kv_run_copy(const struct kv_call *call);
bool kv_run_exec(const struct kv_call *call);
bool kv_run_msetnx(const struct kv_call *call);
bool kv_run_rename(const struct kv_call *call);
bool kv_run_renamenx(const struct kv_call *call);
bool kv_run_watch(const struct kv_call *call);

bool kv_run_client(const struct kv_call *call);
bool kv_run_command(const struct kv_call *call);
bool kv_run_config(const struct kv_call *call);
bool kv_run_debug(const struct kv_call *call);
bool kv_run_discard(const struct kv_call *call);
bool kv_run_echo(const struct kv_call *call);
bool kv_run_hello(const struct kv_call *call);
bool kv_run_info(const struct kv_call *call);
bool kv_run_multi(const struct kv_call *call);
bool kv_run_ping(const struct kv_call *call);
bool kv_run_quit(const struct kv_call *call);
bool kv_run_reset(const struct kv_call *call);
bool kv_run_select(const struct kv_call *call);
bool kv_run_time(const struct kv_call *call);
bool kv_run_unwatch(const struct kv_call *call);

/* All commands, sorted by name. */
extern const struct kv_command kv_commands[];
extern const size_t            kv_commands_count;

/* Returns: NULL when there is none of that name. */
const struct kv_command *kv_command_find(struct kv_bytes name);

/*
 * Returns: false when it is NULL or the number of arguments is wrong; then the error reply is
 * written.
 */
bool kv_command_check(const struct kv_command *command, struct kv_request request,
                      struct kv_buffer *reply);

/* One word behind a command's name, as in CLIENT ID. */
struct kv_subcommand {
    const char *name; /* lower case */
    size_t      argc_min, argc_max;
    bool (*run)(const struct kv_call *call);
    const char *help; /* how it is called and what it does */
};

/*
 * Finds argv[1] in the table, checks the number of arguments and runs it; answers HELP. name: in
 * capitals.
 */
bool kv_run_subcommand(const struct kv_call *call, const char *name,
                       const struct kv_subcommand *table, size_t count);

/* Writes "ERR wrong number of arguments for 'command|sub' command"; sub may be NULL. */
void kv_refuse_arity(struct kv_buffer *reply, const char *command, const char *sub);

/*
 * What INFO says clients that ask for the version of a redis. None has only these commands, so it
 * is one that is older than all: a client that adapts expects nothing, one that needs a certain
 * version says so. What is there COMMAND tells.
 */
#define KV_REDIS_VERSION "0.0.0"

#define KV_SERVER_NAME "act-kv"
#define KV_VERSION     "0.1"

#endif
