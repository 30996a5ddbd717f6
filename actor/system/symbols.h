/* The names of the functions at addresses of this process. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYSTEM_SYMBOLS_H
#define ACT_ACTOR_SYSTEM_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct act__symbol {
    char   name[96]; /* cut if it is longer; where no function is known, that of the file; "": no
                        file is mapped there */
    size_t offset;   /* from the function's beginning; from the file's load address */
};

/*
 * Reads the symbol tables of the files that are mapped there: static functions, too, unless they
 * were stripped; then the exported ones. Opens each file once: not for a signal handler.
 *
 * symbols  Set, `count` of them.
 */
void act__symbols_find(struct act__symbol *symbols, const uintptr_t *addresses, size_t count);

#ifdef ACT_TESTING
extern unsigned act__symbols_files; /* how many were opened */
#endif

#endif
