/* Numbers as text that reads the same in every locale. Internal. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_BASE_NUMBER_H
#define ACT_MAILBOX_BASE_NUMBER_H

#include <mailbox/base/api.h>

/* Of a text that act__number_text writes. */
#define ACT__NUMBER_BYTES 40

/*
 * Writes a number with at most so many digits (1 to 17): as %g does, but with a point whatever the
 * locale has, which may be several bytes; one that is not finite as inf, -inf or nan. Returns:
 * text.
 */
const char *act__number_text(char text[ACT__NUMBER_BYTES], double number, int digits);

#endif
