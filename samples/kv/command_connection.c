/* The commands about the connection itself. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/command_run.h>
#include <samples/kv/session.h>

bool kv_run_ping(const struct kv_call *call)
{
    if (call->argc > 2)
        kv_refuse_arity(call->reply, "ping", NULL);
    else if (call->argc == 2)
        kv_resp_bulk(call->reply, call->argv[1]);
    else
        kv_resp_simple(call->reply, "PONG");
    return true;
}

bool kv_run_echo(const struct kv_call *call)
{
    kv_resp_bulk(call->reply, call->argv[1]);
    return true;
}

bool kv_run_quit(const struct kv_call *call)
{
    call->session->closing = true;
    kv_resp_simple(call->reply, "OK");
    return true;
}

bool kv_run_reset(const struct kv_call *call)
{
    kv_session_end_multi(call->session);
    kv_session_unwatch(call->session);
    kv_buffer_release(&call->session->name);
    kv_resp_simple(call->reply, "RESET");
    return true;
}

/* ---- Transactions ---- */

bool kv_run_multi(const struct kv_call *call)
{
    if (call->session->multi.is_open)
        return kv_refuse(call, "ERR MULTI calls can not be nested");
    call->session->multi.is_open = true;
    kv_resp_simple(call->reply, "OK");
    return true;
}

bool kv_run_discard(const struct kv_call *call)
{
    if (!call->session->multi.is_open)
        return kv_refuse(call, "ERR DISCARD without MULTI");
    kv_session_end_multi(call->session);
    kv_session_unwatch(call->session);
    kv_resp_simple(call->reply, "OK");
    return true;
}

bool kv_run_unwatch(const struct kv_call *call)
{
    kv_session_unwatch(call->session);
    kv_resp_simple(call->reply, "OK");
    return true;
}

bool kv_run_select(const struct kv_call *call)
{
    int64_t index;
    if (!kv_bytes_to_integer(call->argv[1], &index))
        return kv_refuse(call, KV_ERROR_NOT_INTEGER);
    if (index < INT32_MIN || index > INT32_MAX)
        return kv_refuse(
            call, "ERR value is out of range, value must between -2147483648 and 2147483647");
    if (index != 0)
        return kv_refuse(call, "ERR DB index is out of range");
    kv_resp_simple(call->reply, "OK");
    return true;
}

/* ---- Names ---- */

/* Names appear in lists of words and lines, so they hold neither blanks nor control characters. */
static bool is_name(struct kv_bytes name)
{
    for (size_t i = 0; i < name.count; i++) {
        if (name.data[i] < '!' || name.data[i] > '~')
            return false;
    }
    return true;
}

/* Returns: false without memory, and then the old name stands. */
static bool set_name(struct kv_buffer *slot, struct kv_bytes name)
{
    struct kv_buffer fresh = {0};
    kv_buffer_append(&fresh, name.data, name.count);
    if (fresh.failed)
        return false;
    kv_buffer_release(slot);
    *slot = fresh;
    return true;
}

static bool client_setname(const struct kv_call *call)
{
    if (!is_name(call->argv[2]))
        return kv_refuse(call,
                         "ERR Client names cannot contain spaces, newlines or special characters.");
    if (!set_name(&call->session->name, call->argv[2]))
        return false;
    kv_resp_simple(call->reply, "OK");
    return true;
}

static bool client_getname(const struct kv_call *call)
{
    if (call->session->name.count == 0)
        kv_resp_nil(call->reply);
    else
        kv_resp_bulk(call->reply, kv_buffer_bytes(&call->session->name));
    return true;
}

static bool client_id(const struct kv_call *call)
{
    kv_resp_integer(call->reply, call->session->id);
    return true;
}

static bool client_setinfo(const struct kv_call *call)
{
    struct kv_buffer *slot = NULL;
    if (kv_bytes_is_word(call->argv[2], "lib-name"))
        slot = &call->session->library_name;
    else if (kv_bytes_is_word(call->argv[2], "lib-ver"))
        slot = &call->session->library_version;
    if (slot == NULL) {
        kv_resp_error_about(call->reply, "ERR Unrecognized option '", call->argv[2], "'");
        return true;
    }
    if (!is_name(call->argv[3]))
        return kv_refuse(
            call, slot == &call->session->library_name
                      ? "ERR lib-name cannot contain spaces, newlines or special characters."
                      : "ERR lib-ver cannot contain spaces, newlines or special characters.");
    if (!set_name(slot, call->argv[3]))
        return false;
    kv_resp_simple(call->reply, "OK");
    return true;
}

static void append_field(struct kv_buffer *line, const char *label, const struct kv_buffer *value)
{
    kv_buffer_append_text(line, label);
    kv_buffer_append(line, value->data, value->count);
}

/* A connection sees itself only. */
static bool client_list(const struct kv_call *call)
{
    const struct kv_session *session = call->session;
    struct kv_buffer         line = {0};
    kv_buffer_append_text(&line, "id=");
    kv_buffer_append_integer(&line, session->id);
    append_field(&line, " name=", &session->name);
    kv_buffer_append_text(&line, " age=");
    kv_buffer_append_integer(&line, (call->now_ms - session->connected_at_ms) / 1000);
    kv_buffer_append_text(&line,
                          session->multi.is_open ? " flags=x db=0 multi=" : " flags=N db=0 multi=");
    kv_buffer_append_integer(&line, session->multi.is_open ? (int64_t)session->multi.count : -1);
    kv_buffer_append_text(&line, " user=default resp=2");
    append_field(&line, " lib-name=", &session->library_name);
    append_field(&line, " lib-ver=", &session->library_version);
    kv_buffer_append_text(&line, "\n");
    bool failed = line.failed;
    kv_resp_bulk(call->reply, kv_buffer_bytes(&line));
    kv_buffer_release(&line);
    return !failed;
}

static const struct kv_subcommand client_subcommands[] = {
    {"getname", 2, 2, client_getname, "GETNAME: the connection's name, or nil"},
    {"id", 2, 2, client_id, "ID: the connection's number"},
    {"info", 2, 2, client_list, "INFO: a line about this connection"},
    {"list", 2, 4, client_list, "LIST: a line about this connection"},
    {"setinfo", 4, 4, client_setinfo, "SETINFO LIB-NAME|LIB-VER <text>: what the client is"},
    {"setname", 3, 3, client_setname, "SETNAME <name>: names the connection"},
};

bool kv_run_client(const struct kv_call *call)
{
    return kv_run_subcommand(call, "CLIENT", client_subcommands,
                             sizeof client_subcommands / sizeof client_subcommands[0]);
}

/* ---- HELLO ---- */

static void reply_hello(const struct kv_call *call)
{
    kv_resp_array(call->reply, 14);
    kv_resp_bulk_text(call->reply, "server");
    kv_resp_bulk_text(call->reply, KV_SERVER_NAME);
    kv_resp_bulk_text(call->reply, "version");
    kv_resp_bulk_text(call->reply, KV_VERSION);
    kv_resp_bulk_text(call->reply, "proto");
    kv_resp_integer(call->reply, 2);
    kv_resp_bulk_text(call->reply, "id");
    kv_resp_integer(call->reply, call->session->id);
    kv_resp_bulk_text(call->reply, "mode");
    kv_resp_bulk_text(call->reply, "standalone");
    kv_resp_bulk_text(call->reply, "role");
    kv_resp_bulk_text(call->reply, "master");
    kv_resp_bulk_text(call->reply, "modules");
    kv_resp_array(call->reply, 0);
}

/* There are no passwords: any one is right for the user "default", and there is no other user. */
static bool run_hello_options(const struct kv_call *call)
{
    struct kv_bytes name = {0};
    for (size_t i = 2; i < call->argc; i++) {
        struct kv_bytes option = call->argv[i];
        size_t          more = call->argc - i - 1;
        if (kv_bytes_is_word(option, "auth") && more >= 2) {
            if (!kv_bytes_equal(call->argv[i + 1], kv_bytes_text("default")))
                return kv_refuse(call,
                                 "WRONGPASS invalid username-password pair or user is disabled.");
            i += 2;
        } else if (kv_bytes_is_word(option, "setname") && more >= 1) {
            name = call->argv[++i];
        } else {
            kv_resp_error_about(call->reply, "ERR Syntax error in HELLO option '", option, "'");
            return true;
        }
        if (!is_name(name))
            return kv_refuse(
                call, "ERR Client names cannot contain spaces, newlines or special characters.");
    }
    if (name.count > 0 && !set_name(&call->session->name, name))
        return false;
    reply_hello(call);
    return true;
}

bool kv_run_hello(const struct kv_call *call)
{
    int64_t version = 2;
    if (call->argc > 1 && !kv_bytes_to_integer(call->argv[1], &version))
        return kv_refuse(call, "ERR Protocol version is not an integer or out of range");
    if (version != 2)
        return kv_refuse(call, "NOPROTO unsupported protocol version");
    return run_hello_options(call);
}
