/*
 * kv-demo: runs kv, drives it over TCP while its shards are crashed, and says whether a client
 * noticed.
 */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/demo/demo.h>

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <samples/kv/service/options.h>
#include <samples/kv/service/shutdown.h>

static const char usage[] =
    "usage: kv-demo [--seconds N] [--connections N] [--port PORT] [--shards N] [--workers N] "
    "[--stay]\n"
    "\n"
    "  --seconds N      how long to drive it (10)\n"
    "  --connections N  how many connections ask (50)\n"
    "  --port PORT      where kv listens (a free port; with --stay 6380)\n"
    "  --shards N       parts of the key space (4)\n"
    "  --workers N      threads of kv; 0: one for each CPU (0)\n"
    "  --stay           keep serving afterwards, until Ctrl-C\n"
    "\n"
    "Exits 0 only if no connection was lost, no value was wrong and every request got an answer.\n";

/* ---- Hooks ---- */

/* A crash a tenth of a second would hide everything else. */
static void count_crash(void *context, act_log_level level, const char *text)
{
    struct demo *demo = context;
    if (strstr(text, "DEBUG PANIC") != NULL)
        atomic_fetch_add(&demo->crashes_logged, 1);
    else
        fprintf(stderr, "kv: %s%s\n", level == ACT_LOG_ERROR ? "error: " : "", text);
}

static void tell_port(void *context, const char *bind, uint16_t port)
{
    struct demo *demo = context;
    (void)bind;
    if (demo->load_system != NULL)
        act_system_tell(demo->load_system, demo->director, demo_port, .port = (uint16_t)port);
}

/* ---- Options ---- */

/* Returns: the option, or NULL after a complaint. */
static const struct kv_option *find_option(const struct kv_option *options, size_t count,
                                           const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(options[i].name, name) == 0)
            return &options[i];
    }
    fprintf(stderr, "kv-demo: no such option: %s (try --help)\n", name);
    return NULL;
}

/* Returns: -1 to go on, or what to exit with. */
static int read_options(struct demo *demo, struct kv_options *options, int argc, char **argv)
{
    const uint32_t         not_given = UINT32_MAX;
    uint32_t               port = not_given;
    const struct kv_option numbers[] = {
        {"--seconds", 1, 86400, &demo->seconds},
        {"--connections", 1, 5000, &demo->connections_count},
        {"--port", 0, UINT16_MAX, &port},
        {"--shards", 1, KV_SHARDS_MAX, &options->shards_count},
        {"--workers", 0, 256, &options->workers_count},
    };
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(usage, stdout);
            return 0;
        }
        if (strcmp(argv[i], "--stay") == 0) {
            demo->stays = true;
            continue;
        }
        const struct kv_option *option =
            find_option(numbers, sizeof numbers / sizeof numbers[0], argv[i]);
        if (option != NULL && i + 1 == argc)
            fprintf(stderr, "kv-demo: %s needs a value\n", argv[i]);
        if (option == NULL || i + 1 == argc || !kv_option_read("kv-demo", option, argv[++i]))
            return 2;
    }
    if (port == not_given)
        port = demo->stays ? options->port : 0;
    options->port = (uint16_t)port;
    return -1;
}

/* ---- Running ---- */

static bool complain(const char *what, act_result result)
{
    fprintf(stderr, "kv-demo: %s: %s\n", what, act_result_text(result));
    return false;
}

/* The load lives in a system of its own: it knows kv through the network alone. */
static bool drive(struct demo *demo, act_system *kv_system, act_pid *root)
{
    act_system *system;
    act_result  result = act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = 1));
    if (result != ACT_OK)
        return complain("cannot create the load", result);
    result = act_system_spawn(system, &demo->director, &demo_director, &demo, NULL);
    demo->load_system = system;
    if (result == ACT_OK)
        result = kv_service_start(&demo->service, kv_system, root);
    if (result == ACT_OK)
        result = act_system_run(system);
    demo->load_system = NULL;
    act_system_destroy(&system);
    return result == ACT_OK ? !demo->failed : complain("cannot run the load", result);
}

static bool stay(struct demo *demo, act_system *kv_system, act_pid root)
{
    static act_exit_report        report;
    const struct kv_shutdown_args args = {root, &report};
    act_pid                       shutdown;
    kv_shutdown_catch_sigterm();
    act_result result = act_system_spawn(kv_system, &shutdown, &kv_shutdown, &args, NULL);
    if (result != ACT_OK)
        return complain("cannot stay", result);
    printf("\nkv keeps serving. Try in another terminal:\n\n"
           "  redis-cli -p %u GET demo:0:0\n"
           "  redis-cli -p %u DEBUG PANIC demo:0:0\n"
           "  redis-cli -p %u DEBUG TREE\n"
           "  redis-benchmark -p %u -t ping,set,get,incr -n 100000 -P 16\n\nCtrl-C ends it.\n",
           demo->port, demo->port, demo->port, demo->port);
    fflush(stdout);
    result = act_system_run(kv_system);
    if (report.text[0] != '\0')
        fprintf(stderr, "kv-demo: kv has ended by itself: %s\n", report.text);
    return result == ACT_OK ? report.text[0] == '\0' : complain("kv did not stop in order", result);
}

static bool stop(act_system *kv_system)
{
    act_system_stop(kv_system);
    act_result result = act_system_run(kv_system);
    return result == ACT_OK ? true : complain("kv did not stop in order", result);
}

static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            perror("kv-demo: the limit of open files stays");
    }
}

int main(int argc, char **argv)
{
    static struct demo demo = {.seconds = 10, .connections_count = 50};
    struct kv_options  options = KV_OPTIONS_DEFAULT;
    act_system        *kv_system;
    act_pid            root;
    int                status = read_options(&demo, &options, argc, argv);
    if (status >= 0)
        return status;
    raise_descriptors();
    demo.is_terminal = isatty(STDOUT_FILENO);
    act_result result =
        act_system_create(&kv_system, ACT_SYSTEM_OPTIONS(.workers_count = options.workers_count,
                                                         .log = count_crash, .context = &demo));
    if (result != ACT_OK)
        return !complain("cannot create the system", result);
    options.workers_count = act_system_workers_count(kv_system);
    kv_service_init(&demo.service, &options);
    demo.service.listening = tell_port;
    demo.service.context = &demo;
    bool good = drive(&demo, kv_system, &root);
    good = (demo.stays && demo.port != 0 ? stay(&demo, kv_system, root) : stop(kv_system)) && good;
    act_system_destroy(&kv_system);
    return good ? 0 : 1;
}
