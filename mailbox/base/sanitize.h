/*
 * Tells AddressSanitizer and valgrind which memory is in use, and how; nothing otherwise. Internal.
 */
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
#include <sanitizer/lsan_interface.h>
static inline void act__poison(const void *memory, size_t bytes)
{
    __asan_poison_memory_region(memory, bytes);
}
static inline void act__unpoison(const void *memory, size_t bytes)
{
    __asan_unpoison_memory_region(memory, bytes);
}
/* What these bytes point to, until the end of the process, is no leak. */
static inline void act__is_kept(const void *memory, size_t bytes)
{
    __lsan_register_root_region(memory, bytes);
}
/*
 * After pthread_cancel, which leaves frames without their knowing: their marks would be taken for
 * those of the frames that come next. __asan_handle_no_return is made for this, but looks into such
 * a frame itself.
 */
static inline void act__frames_were_left(void)
{
    enum { BELOW_BYTES = 64 << 10 };
    __asan_unpoison_memory_region((char *)__builtin_frame_address(0) - BELOW_BYTES, BELOW_BYTES);
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
static inline void act__is_kept(const void *memory, size_t bytes)
{
    (void)memory;
    (void)bytes;
}
static inline void act__frames_were_left(void)
{
}
#endif

#endif
