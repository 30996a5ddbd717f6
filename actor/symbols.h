/* The name of the function at an address of this process. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_ACTOR_SYMBOLS_H
#define ACT_ACTOR_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct act__symbol {
    char   name[96]; /* cut if it is longer; where no function is known, that of the file */
    size_t offset;   /* from the function's beginning; from the file's load address */
};

/*
 * Reads the symbol table of the file that is mapped there: static functions, too, unless it was stripped; then the
 * exported ones. Opens that file: not for a signal handler. Returns: false if nothing is mapped there from a file.
 */
bool act__symbol_find(struct act__symbol *symbol, uintptr_t address);

#endif
