/* Marks what the library exports and what its callers must heed. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_BASE_API_H
#define ACT_MAILBOX_BASE_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if __SIZEOF_POINTER__ < 8
#error "act is for 64-bit machines: it reserves more addresses than others have"
#endif

#define ACT_VERSION_MAJOR 0
#define ACT_VERSION_MINOR 1

#ifdef __cplusplus
#define ACT_BEGIN_DECLS extern "C" {
#define ACT_END_DECLS   }
#else
#define ACT_BEGIN_DECLS
#define ACT_END_DECLS
#endif

/* The library is compiled with -fvisibility=hidden; only what carries this mark leaves it. */
#define ACT_API __attribute__((visibility("default")))

/* Ignoring the result is a compiler warning. */
#define ACT_MUST_CHECK __attribute__((warn_unused_result))

/*
 * The numbered pointer parameters, counted from 1, must not be NULL; without numbers: none may be.
 */
#define ACT_NONNULL(...) __attribute__((nonnull(__VA_ARGS__)))
#define ACT_NONNULL_ALL  __attribute__((nonnull))

#define ACT_PRINTF(text, first) __attribute__((format(printf, text, first)))
#define ACT_NORETURN            __attribute__((noreturn))

#endif
