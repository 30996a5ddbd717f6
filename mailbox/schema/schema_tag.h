/* The tag of a message, computed from its name by the compiler. Included by schema.h. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_SCHEMA_SCHEMA_TAG_H
#define ACT_MAILBOX_SCHEMA_SCHEMA_TAG_H

#include "../base/api.h"

/*
 * FNV-1a over the places of the name's letters in the alphabet below, ended by zeros up to
 * ACT_NAME_LETTERS. C has no constant that is a letter of a string, but both GCC and Clang fold
 * __builtin_memcmp into one: a letter's place is how many letters of the alphabet it is not below.
 * Large letters all count the same.
 *
 * ACT__SUM tells apart most names that have the same tag, for little: the length, and four classes
 * of letters, weighed by their place. See ACT__TAG_SYMBOL.
 *
 * The two highest bits are 01, so that no such tag is one of the framework's or a small number of
 * a program's own.
 */
#define ACT_NAME_LETTERS 40

#ifdef __cplusplus

constexpr uint32_t act__letter(char letter)
{
    const char alphabet[] = "0123456789_abcdefghijklmnopqrstuvwxyz";
    uint32_t   place = 0;
    for (char other : alphabet)
        place += other != 0 && letter >= other;
    return place;
}

template <size_t bytes_count> constexpr uint32_t act__tag_of(const char (&name)[bytes_count])
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < ACT_NAME_LETTERS; i++)
        hash = (hash ^ (i < bytes_count ? act__letter(name[i]) : 0)) * 16777619u;
    return hash >> 2 | 0x40000000u;
}

template <size_t bytes_count> constexpr uint32_t act__sum_of(const char (&name)[bytes_count])
{
    uint32_t sum = bytes_count;
    for (size_t i = 0; i < ACT_NAME_LETTERS; i++) {
        char letter = name[i < bytes_count ? i : bytes_count - 1];
        sum += ((letter >= 'd') + (letter >= 'k') + (letter >= 'q')) * (uint32_t)(i + 1) * 40503u;
    }
    return sum & 0x3fffffff;
}

#define ACT__TAG(name) act__tag_of(name)
#define ACT__SUM(name) act__sum_of(name)

#else

#define ACT__GE(at, letter) (__builtin_memcmp(at, letter, 1) >= 0)
#define ACT__PLACE(at)                                                                             \
    (ACT__GE(at, "0") + ACT__GE(at, "1") + ACT__GE(at, "2") + ACT__GE(at, "3") +                   \
     ACT__GE(at, "4") + ACT__GE(at, "5") + ACT__GE(at, "6") + ACT__GE(at, "7") +                   \
     ACT__GE(at, "8") + ACT__GE(at, "9") + ACT__GE(at, "_") + ACT__GE(at, "a") +                   \
     ACT__GE(at, "b") + ACT__GE(at, "c") + ACT__GE(at, "d") + ACT__GE(at, "e") +                   \
     ACT__GE(at, "f") + ACT__GE(at, "g") + ACT__GE(at, "h") + ACT__GE(at, "i") +                   \
     ACT__GE(at, "j") + ACT__GE(at, "k") + ACT__GE(at, "l") + ACT__GE(at, "m") +                   \
     ACT__GE(at, "n") + ACT__GE(at, "o") + ACT__GE(at, "p") + ACT__GE(at, "q") +                   \
     ACT__GE(at, "r") + ACT__GE(at, "s") + ACT__GE(at, "t") + ACT__GE(at, "u") +                   \
     ACT__GE(at, "v") + ACT__GE(at, "w") + ACT__GE(at, "x") + ACT__GE(at, "y") + ACT__GE(at, "z"))
#define ACT__LETTER(s, i)                                                                          \
    (unsigned)ACT__PLACE((s) + ((i) < sizeof(s) ? (i) : sizeof(s) - 1))) * 16777619u
#define ACT__LETTERS_8(s, i)                                                                       \
    ^ACT__LETTER(s, i) ^ ACT__LETTER(s, i + 1) ^ ACT__LETTER(s, i + 2) ^ ACT__LETTER(s, i + 3) ^   \
        ACT__LETTER(s, i + 4) ^ ACT__LETTER(s, i + 5) ^ ACT__LETTER(s, i + 6) ^                    \
        ACT__LETTER(s, i + 7)
#define ACT__OPEN_8 ((((((((
#define ACT__TAG(s)                                                                                \
    ((ACT__OPEN_8 ACT__OPEN_8 ACT__OPEN_8 ACT__OPEN_8 ACT__OPEN_8 2166136261u ACT__LETTERS_8(s, 0) \
          ACT__LETTERS_8(s, 8) ACT__LETTERS_8(s, 16) ACT__LETTERS_8(s, 24)                         \
              ACT__LETTERS_8(s, 32)) >>                                                            \
         2 |                                                                                       \
     0x40000000u)

#define ACT__CLASS(at) (unsigned)(ACT__GE(at, "d") + ACT__GE(at, "k") + ACT__GE(at, "q"))
#define ACT__WEIGHED(s, i)                                                                         \
    ACT__CLASS((s) + ((i) < sizeof(s) ? (i) : sizeof(s) - 1)) * ((i) + 1u) * 40503u
#define ACT__WEIGHED_8(s, i)                                                                       \
    ACT__WEIGHED(s, i) + ACT__WEIGHED(s, i + 1) + ACT__WEIGHED(s, i + 2) +                         \
        ACT__WEIGHED(s, i + 3) + ACT__WEIGHED(s, i + 4) + ACT__WEIGHED(s, i + 5) +                 \
        ACT__WEIGHED(s, i + 6) + ACT__WEIGHED(s, i + 7)
#define ACT__SUM(s)                                                                                \
    (((unsigned)sizeof(s) + ACT__WEIGHED_8(s, 0) + ACT__WEIGHED_8(s, 8) + ACT__WEIGHED_8(s, 16) +  \
      ACT__WEIGHED_8(s, 24) + ACT__WEIGHED_8(s, 32)) &                                             \
     0x3fffffffu)

#endif

#endif
