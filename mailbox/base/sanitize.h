/* Tells AddressSanitizer and valgrind which pooled memory is in use; nothing otherwise. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_BASE_SANITIZE_H
#define ACT_MAILBOX_BASE_SANITIZE_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define ACT__ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ACT__ADDRESS_SANITIZER 1
#endif
#endif

#ifdef ACT__ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
static inline void act__poison(const void *memory, size_t bytes)
{
    __asan_poison_memory_region(memory, bytes);
}
static inline void act__unpoison(const void *memory, size_t bytes)
{
    __asan_unpoison_memory_region(memory, bytes);
}
#else
static inline void act__poison(const void *memory, size_t bytes)
{
    (void)memory;
    (void)bytes;
}
static inline void act__unpoison(const void *memory, size_t bytes)
{
    (void)memory;
    (void)bytes;
}
#endif

#endif
