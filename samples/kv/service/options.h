/* Reads kv's command line. */
/* SPDX-License-Identifier: MIT */
#ifndef KV_OPTIONS_H
#define KV_OPTIONS_H

#include <samples/kv/service/service.h>

/* One option with a number. */
struct kv_option {
    const char *name; /* "--port" */
    uint32_t    min, max;
    uint32_t   *value;
};

/* Returns: false, after a complaint on standard error, when it is no number from min to max. */
bool kv_option_read(const char *program, const struct kv_option *option, const char *text);

/* Returns: -1 to go on, or what to exit with at once (after --help, or a complaint). */
int kv_options_read(struct kv_options *options, int argc, char **argv);

#endif
