/* The table of commands, finding one in it and executing it. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/command_run.h>

#define W KV_COMMAND_WRITE
#define R KV_COMMAND_READONLY
#define M KV_COMMAND_DENYOOM
#define F KV_COMMAND_FAST
#define A KV_COMMAND_ADMIN
#define O KV_COMMAND_AT_ONCE

/*
 * X(name, function, arity, flags, first key, last key, step, place, merge, group, summary), sorted
 * by name.
 */
#define COMMANDS(X)                                                                                \
    X("append", append, 3, W | M | F, 1, 1, 1, SHARD, NONE, "string", "Append a value to a key")   \
    X("client", client, -2, 0, 0, 0, 0, CONNECTION, NONE, "connection",                            \
      "Name and list connections")                                                                 \
    X("command", command, -1, 0, 0, 0, 0, CONNECTION, NONE, "server", "Describe the commands")     \
    X("config", config, -2, A, 0, 0, 0, CONNECTION, NONE, "server", "Read the configuration")      \
    X("copy", copy, -3, W | M, 1, 2, 1, TOGETHER, NONE, "generic",                                 \
      "Copy a key's value to another key")                                                         \
    X("dbsize", dbsize, 1, R | F, 0, 0, 0, EVERY_SHARD, SUM, "server", "Count the keys")           \
    X("debug", debug, -2, A, 0, 0, 0, ACTOR, NONE, "server",                                       \
      "Sleep, crash a shard, show the tree")                                                       \
    X("decr", decr, 2, W | M | F, 1, 1, 1, SHARD, NONE, "string",                                  \
      "Decrement a key's integer by one")                                                          \
    X("decrby", decrby, 3, W | M | F, 1, 1, 1, SHARD, NONE, "string", "Decrement a key's integer") \
    X("del", del, -2, W, 1, -1, 1, SPLIT, SUM, "generic", "Delete keys")                           \
    X("discard", discard, 1, F | O, 0, 0, 0, CONNECTION, NONE, "transactions",                     \
      "Drop what MULTI has put aside")                                                             \
    X("echo", echo, 2, F, 0, 0, 0, CONNECTION, NONE, "connection", "Echo the given text")          \
    X("exec", exec, 1, O, 0, 0, 0, TOGETHER, NONE, "transactions",                                 \
      "Execute what MULTI has put aside, as one")                                                  \
    X("exists", exists, -2, R | F, 1, -1, 1, SPLIT, SUM, "generic",                                \
      "Count which of the keys exist")                                                             \
    X("expire", expire, -3, W | F, 1, 1, 1, SHARD, NONE, "generic", "Let a key expire in seconds") \
    X("expireat", expireat, -3, W | F, 1, 1, 1, SHARD, NONE, "generic",                            \
      "Let a key expire at a UNIX time")                                                           \
    X("expiretime", expiretime, 2, R | F, 1, 1, 1, SHARD, NONE, "generic",                         \
      "Tell at which UNIX time a key expires")                                                     \
    X("flushall", flush, -1, W, 0, 0, 0, EVERY_SHARD, SAME, "server", "Remove all keys")           \
    X("flushdb", flush, -1, W, 0, 0, 0, EVERY_SHARD, SAME, "server", "Remove all keys")            \
    X("get", get, 2, R | F, 1, 1, 1, SHARD, NONE, "string", "Get the value of a key")              \
    X("getdel", getdel, 2, W | F, 1, 1, 1, SHARD, NONE, "string",                                  \
      "Get the value of a key and delete it")                                                      \
    X("getex", getex, -2, W | F, 1, 1, 1, SHARD, NONE, "string",                                   \
      "Get the value of a key and change its expiry")                                              \
    X("getrange", getrange, 4, R, 1, 1, 1, SHARD, NONE, "string",                                  \
      "Get a part of the value of a key")                                                          \
    X("getset", getset, 3, W | M | F, 1, 1, 1, SHARD, NONE, "string",                              \
      "Set a key and return its old value")                                                        \
    X("hello", hello, -1, F, 0, 0, 0, CONNECTION, NONE, "connection", "Greet the server")          \
    X("incr", incr, 2, W | M | F, 1, 1, 1, SHARD, NONE, "string",                                  \
      "Increment a key's integer by one")                                                          \
    X("incrby", incrby, 3, W | M | F, 1, 1, 1, SHARD, NONE, "string", "Increment a key's integer") \
    X("info", info, -1, 0, 0, 0, 0, CONNECTION, NONE, "server", "Tell numbers about the server")   \
    X("keys", keys, 2, R, 0, 0, 0, EVERY_SHARD, CONCATENATE, "generic",                            \
      "Find all keys that match a pattern")                                                        \
    X("mget", mget, -2, R | F, 1, -1, 1, SPLIT, ORDERED, "string",                                 \
      "Get the values of several keys")                                                            \
    X("mset", mset, -3, W | M, 1, -1, 2, SPLIT, SAME, "string", "Set several keys")                \
    X("msetnx", msetnx, -3, W | M, 1, -1, 2, TOGETHER, NONE, "string",                             \
      "Set several keys if none of them exists")                                                   \
    X("multi", multi, 1, F | O, 0, 0, 0, CONNECTION, NONE, "transactions",                         \
      "Put the next commands aside, for EXEC")                                                     \
    X("persist", persist, 2, W | F, 1, 1, 1, SHARD, NONE, "generic", "Let a key not expire")       \
    X("pexpire", pexpire, -3, W | F, 1, 1, 1, SHARD, NONE, "generic",                              \
      "Let a key expire in milliseconds")                                                          \
    X("pexpireat", pexpireat, -3, W | F, 1, 1, 1, SHARD, NONE, "generic",                          \
      "Let a key expire at a UNIX time in ms")                                                     \
    X("pexpiretime", pexpiretime, 2, R | F, 1, 1, 1, SHARD, NONE, "generic",                       \
      "The same in milliseconds")                                                                  \
    X("ping", ping, -1, F, 0, 0, 0, CONNECTION, NONE, "connection", "Ask for a sign of life")      \
    X("psetex", psetex, 4, W | M, 1, 1, 1, SHARD, NONE, "string",                                  \
      "Set a key that expires in milliseconds")                                                    \
    X("pttl", pttl, 2, R | F, 1, 1, 1, SHARD, NONE, "generic",                                     \
      "Tell in how many milliseconds a key expires")                                               \
    X("quit", quit, -1, F | O, 0, 0, 0, CONNECTION, NONE, "connection", "Close the connection")    \
    X("rename", rename, 3, W, 1, 2, 1, TOGETHER, NONE, "generic",                                  \
      "Give a key's value to another key")                                                         \
    X("renamenx", renamenx, 3, W | F, 1, 2, 1, TOGETHER, NONE, "generic",                          \
      "The same, if that does not exist")                                                          \
    X("reset", reset, 1, F | O, 0, 0, 0, CONNECTION, NONE, "connection",                           \
      "Make the connection as new")                                                                \
    X("scan", scan, -2, R, 0, 0, 0, CURSOR, FIRST_PAGE, "generic",                                 \
      "Walk over the keys in small steps")                                                         \
    X("select", select, 2, F, 0, 0, 0, CONNECTION, NONE, "connection",                             \
      "Select the database, of which there is one")                                                \
    X("set", set, -3, W | M, 1, 1, 1, SHARD, NONE, "string", "Set the value of a key")             \
    X("setex", setex, 4, W | M, 1, 1, 1, SHARD, NONE, "string",                                    \
      "Set a key that expires in seconds")                                                         \
    X("setnx", setnx, 3, W | M | F, 1, 1, 1, SHARD, NONE, "string",                                \
      "Set a key that does not exist")                                                             \
    X("setrange", setrange, 4, W | M, 1, 1, 1, SHARD, NONE, "string",                              \
      "Write over a part of the value of a key")                                                   \
    X("strlen", strlen, 2, R | F, 1, 1, 1, SHARD, NONE, "string",                                  \
      "Tell the length of a key's value")                                                          \
    X("substr", getrange, 4, R, 1, 1, 1, SHARD, NONE, "string",                                    \
      "Get a part of the value of a key")                                                          \
    X("time", time, 1, F, 0, 0, 0, CONNECTION, NONE, "server", "Tell the time")                    \
    X("touch", exists, -2, R | F, 1, -1, 1, SPLIT, SUM, "generic",                                 \
      "Count which of the keys exist")                                                             \
    X("ttl", ttl, 2, R | F, 1, 1, 1, SHARD, NONE, "generic",                                       \
      "Tell in how many seconds a key expires")                                                    \
    X("type", type, 2, R | F, 1, 1, 1, SHARD, NONE, "generic", "Tell the type of a key's value")   \
    X("unlink", del, -2, W | F, 1, -1, 1, SPLIT, SUM, "generic", "Delete keys")                    \
    X("unwatch", unwatch, 1, F, 0, 0, 0, CONNECTION, NONE, "transactions",                         \
      "Watch no keys any more")                                                                    \
    X("watch", watch, -2, F, 1, -1, 1, TOGETHER, NONE, "transactions",                             \
      "Let EXEC do nothing if a key was changed")

#define ROW(name_, run_, arity_, flags_, first_, last_, step_, place_, merge_, group_, summary_)   \
    {                                                                                              \
        .name = name_,                                                                             \
        .arity = arity_,                                                                           \
        .flags = flags_,                                                                           \
        .first_key = first_,                                                                       \
        .last_key = last_,                                                                         \
        .key_step = step_,                                                                         \
        .place = KV_PLACE_##place_,                                                                \
        .merge = KV_MERGE_##merge_,                                                                \
        .run = kv_run_##run_,                                                                      \
        .group = group_,                                                                           \
        .summary = summary_,                                                                       \
    },

const struct kv_command kv_commands[] = {COMMANDS(ROW)};
const size_t            kv_commands_count = sizeof kv_commands / sizeof kv_commands[0];

/*
 * An -OOM reply always fits; so does every short answer to a change, which is therefore never lost
 * after the commit.
 */
enum { SHORT_REPLY_BYTES = 128, QUOTED_NAME_MAX = 128 };

const struct kv_command *kv_command_find(struct kv_bytes name)
{
    size_t low = 0, high = kv_commands_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int    order = kv_bytes_compare_word(name, kv_commands[middle].name);
        if (order == 0)
            return &kv_commands[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* Appends at most limit bytes in quotes, up to the first NUL: the text is for people. */
static void append_quoted(struct kv_buffer *text, struct kv_bytes bytes, size_t limit)
{
    size_t               count = bytes.count < limit ? bytes.count : limit;
    const unsigned char *nul = count > 0 ? memchr(bytes.data, '\0', count) : NULL;
    kv_buffer_append_byte(text, '\'');
    kv_buffer_append(text, bytes.data, nul != NULL ? (size_t)(nul - bytes.data) : count);
    kv_buffer_append_byte(text, '\'');
}

static void refuse_unknown(struct kv_request request, struct kv_buffer *reply)
{
    struct kv_buffer text = {0};
    kv_buffer_append_text(&text, "ERR unknown command ");
    append_quoted(&text, request.argv[0], QUOTED_NAME_MAX);
    kv_buffer_append_text(&text, ", with args beginning with: ");
    size_t start = text.count;
    for (size_t i = 1; i < request.argc && text.count - start < QUOTED_NAME_MAX && !text.failed;
         i++) {
        append_quoted(&text, request.argv[i], QUOTED_NAME_MAX - (text.count - start));
        kv_buffer_append_byte(&text, ' ');
    }
    kv_resp_error_bytes(reply, kv_buffer_bytes(&text));
    kv_buffer_release(&text);
}

void kv_refuse_arity(struct kv_buffer *reply, const char *command, const char *sub)
{
    kv_buffer_append_text(reply, "-ERR wrong number of arguments for '");
    kv_buffer_append_text(reply, command);
    if (sub != NULL) {
        kv_buffer_append_byte(reply, '|');
        kv_buffer_append_text(reply, sub);
    }
    kv_buffer_append_text(reply, "' command\r\n");
}

static void refuse_subcommand(struct kv_buffer *reply, const char *command, struct kv_bytes sub)
{
    struct kv_buffer text = {0};
    append_quoted(&text, sub, QUOTED_NAME_MAX);
    kv_buffer_append_text(&text, ". Try ");
    kv_buffer_append_text(&text, command);
    kv_resp_error_about(reply, "ERR unknown subcommand ", kv_buffer_bytes(&text), " HELP.");
    kv_buffer_release(&text);
}

static bool reply_help(const struct kv_call *call, const char *name,
                       const struct kv_subcommand *table, size_t count)
{
    kv_resp_array(call->reply, count + 1);
    kv_buffer_append_byte(call->reply, '+');
    kv_buffer_append_text(call->reply, name);
    kv_buffer_append_text(call->reply, " <subcommand> [<arg> ...]. Subcommands are:\r\n");
    for (size_t i = 0; i < count; i++)
        kv_resp_simple(call->reply, table[i].help);
    return true;
}

bool kv_run_subcommand(const struct kv_call *call, const char *name,
                       const struct kv_subcommand *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!kv_bytes_is_word(call->argv[1], table[i].name))
            continue;
        if (call->argc >= table[i].argc_min && call->argc <= table[i].argc_max)
            return table[i].run(call);
        kv_refuse_arity(call->reply, call->command->name, table[i].name);
        return true;
    }
    if (kv_bytes_is_word(call->argv[1], "help"))
        return reply_help(call, name, table, count);
    refuse_subcommand(call->reply, name, call->argv[1]);
    return true;
}

bool kv_refuse_expire_time(const struct kv_call *call)
{
    kv_buffer_append_text(call->reply, "-ERR invalid expire time in '");
    kv_buffer_append_text(call->reply, call->command->name);
    kv_buffer_append_text(call->reply, "' command\r\n");
    return true;
}

static bool arity_fits(const struct kv_command *command, size_t argc)
{
    size_t least = (size_t)(command->arity < 0 ? -command->arity : command->arity);
    if (command->arity < 0 ? argc < least : argc != least)
        return false;
    return command->key_step != 2 || argc % 2 == 1; /* a value for each key */
}

bool kv_command_check(const struct kv_command *command, struct kv_request request,
                      struct kv_buffer *reply)
{
    if (command == NULL) {
        refuse_unknown(request, reply);
        return false;
    }
    if (!arity_fits(command, request.argc)) {
        kv_refuse_arity(reply, command->name, NULL);
        return false;
    }
    return true;
}

const struct kv_command *kv_command_of(struct kv_request request, struct kv_buffer *reply)
{
    const struct kv_command *command = kv_command_find(request.argv[0]);
    return kv_command_check(command, request, reply) ? command : NULL;
}

bool kv_command_execute(const struct kv_call *call)
{
    struct kv_buffer *reply = call->reply;
    size_t            start = reply->count;
    if (reply->failed || !kv_buffer_reserve(reply, SHORT_REPLY_BYTES))
        return false;
    if (!call->command->run(call) || reply->failed) {
        kv_buffer_truncate(reply, start);
        kv_resp_error(reply, KV_ERROR_NO_MEMORY);
    }
    return true;
}
