/* kv: a key-value service that speaks RESP2, to be talked to with redis-cli. */
/* SPDX-License-Identifier: MIT */
#include <act.h>

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <samples/kv/service/options.h>
#include <samples/kv/service/service.h>
#include <samples/kv/service/shutdown.h>

static void say_listening(void *context, const char *bind, uint16_t port)
{
    const struct kv_service *service = context;
    printf("kv: listening on %s port %u, %u shards, %u workers\n", bind, port,
           service->options.shards_count, service->options.workers_count);
    fflush(stdout);
}

/* Each client needs a descriptor; the usual soft limit is 1024. */
static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        perror("kv: the limit of open files stays");
}

static int complain(const char *what, act_result result)
{
    fprintf(stderr, "kv: %s: %s\n", what, act_result_text(result));
    return 1;
}

/* The service ended by itself. */
static int explain(const struct kv_service *service, const act_exit_report *report)
{
    int error = atomic_load(&service->listen_errno);
    if (error != 0)
        fprintf(stderr, "kv: cannot listen on %s port %u: %s\n", service->options.bind,
                service->options.port, strerror(error));
    else if (report->text[0] != '\0')
        fprintf(stderr, "kv: the service has ended (%s): %s\n", act_exit_kind_text(report->kind),
                report->text);
    else /* the system has stopped it before it heard of that */
        fprintf(
            stderr,
            "kv: the service has ended: a part could not be started, or restarts did not help\n");
    return 1;
}

static int run(act_system *system, struct kv_service *service)
{
    act_exit_report report = {.kind = ACT_EXIT_NORMAL};
    act_pid         root, shutdown;
    service->options.workers_count = act_system_workers_count(system);
    act_result result = kv_service_start(service, system, &root);
    if (result != ACT_OK)
        return complain("cannot start", result);
    const struct kv_shutdown_args args = {root, &report};
    kv_shutdown_catch_sigterm();
    result = act_system_spawn(system, &shutdown, &kv_shutdown, &args, NULL);
    if (result != ACT_OK)
        return complain("cannot start", result);
    result = act_system_run(system);
    if (report.text[0] != '\0' || result == ACT_GAVE_UP)
        return explain(service, &report);
    return result == ACT_OK ? 0 : complain("some actors had to be killed", result);
}

int main(int argc, char **argv)
{
    static struct kv_service service;
    struct kv_options        options = KV_OPTIONS_DEFAULT;
    act_system              *system;
    int                      status = kv_options_read(&options, argc, argv);
    if (status >= 0)
        return status;
    raise_descriptors();
    kv_service_init(&service, &options);
    service.listening = say_listening;
    service.context = &service;
    act_result result =
        act_system_create(&system, ACT_SYSTEM_OPTIONS(.workers_count = options.workers_count));
    if (result != ACT_OK)
        return complain("cannot create the system", result);
    status = run(system, &service);
    act_system_destroy(&system);
    return status;
}
