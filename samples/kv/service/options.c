/* Reads kv's command line. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/service/options.h>

#include <arpa/inet.h>
#include <stdio.h>

static const char usage[] =
    "usage: kv [--port PORT] [--bind ADDRESS] [--shards COUNT] [--workers COUNT] [--maxclients "
    "COUNT]\n"
    "          [--backlog MEGABYTES]\n"
    "\n"
    "A key-value service that speaks RESP2: talk to it with redis-cli -p PORT.\n"
    "\n"
    "  --port PORT         where to listen; 0: a free port, which is printed (6380)\n"
    "  --bind ADDRESS      a numeric IPv4 or IPv6 address; ::, all of both (127.0.0.1)\n"
    "  --shards COUNT      parts of the key space, 1 to 63, each an actor of its own (4)\n"
    "  --workers COUNT     threads, 1 to 256; 0: one for each CPU (0)\n"
    "  --maxclients COUNT  connections at the same time (10000)\n"
    "  --backlog MEGABYTES requests that are taken from a client that does not read the\n"
    "                      replies, 1 to 1024; behind that its connection is closed (64)\n"
    "\n"
    "SIGTERM and SIGINT stop it in order. Keys live in memory only.\n";

bool kv_option_read(const char *program, const struct kv_option *option, const char *text)
{
    int64_t value;
    if (kv_bytes_to_integer(kv_bytes_text(text), &value) && value >= option->min &&
        value <= option->max) {
        *option->value = (uint32_t)value;
        return true;
    }
    fprintf(stderr, "%s: %s: '%s' is not a number from %u to %u\n", program, option->name, text,
            option->min, option->max);
    return false;
}

static bool is_address(const char *text)
{
    unsigned char address[sizeof(struct in6_addr)];
    if (inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1)
        return true;
    fprintf(stderr, "kv: --bind: '%s' is not a numeric address, such as 127.0.0.1 or ::1\n", text);
    return false;
}

/* Returns: false after a complaint. */
static bool read_one(struct kv_options *options, uint32_t *port, const char *name,
                     const char *value)
{
    const struct kv_option numbers[] = {
        {"--port", 0, UINT16_MAX, port},
        {"--shards", 1, KV_SHARDS_MAX, &options->shards_count},
        {"--workers", 0, 256, &options->workers_count},
        {"--maxclients", 1, 1000000, &options->clients_max},
        {"--backlog", 1, 1024, &options->backlog_megabytes},
    };
    if (strcmp(name, "--bind") == 0) {
        options->bind = value;
        return is_address(value);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(name, numbers[i].name) == 0)
            return kv_option_read("kv", &numbers[i], value);
    }
    fprintf(stderr, "kv: no such option: %s (try --help)\n", name);
    return false;
}

static bool is_known(const char *name)
{
    static const char *const names[] = {"--port",    "--bind",       "--shards",
                                        "--workers", "--maxclients", "--backlog"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

int kv_options_read(struct kv_options *options, int argc, char **argv)
{
    uint32_t port = options->port;
    for (int i = 1; i < argc; i += 2) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(usage, stdout);
            return 0;
        }
        if (i + 1 == argc && is_known(argv[i])) {
            fprintf(stderr, "kv: %s needs a value\n", argv[i]);
            return 2;
        }
        if (!read_one(options, &port, argv[i], argv[i + 1]))
            return 2;
    }
    options->port = (uint16_t)port;
    return -1;
}
