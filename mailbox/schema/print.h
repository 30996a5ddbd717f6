/* Messages as text, for logs, and as JSON. Public. */
/* SPDX-License-Identifier: MIT */
#ifndef ACT_MAILBOX_SCHEMA_PRINT_H
#define ACT_MAILBOX_SCHEMA_PRINT_H

#include "schema.h"

ACT_BEGIN_DECLS

/**
 * Writes a message as a line of text: counter_value {total: 7, unit: "pieces"}.
 *
 * Fields marked SECRET are written as ***, optional ones that are zero or empty not at all. Of
 * texts and bytes the first ACT_PRINT_BYTES_MAX are shown, of lists and arrays the first
 * ACT_PRINT_ITEMS_MAX; "..." says that there is more. A resource is written as that word, one that
 * was taken as "nothing". What is no printable ASCII is escaped, so the line is one line whatever
 * was sent.
 *
 * text     Room for text_bytes; may be NULL if that is 0. Ends with a NUL, cut if need be.
 * schema   Where the message is looked for: counter_schema(). NULL, or not found: its tag and
 *          scalar, how long it is, or the reason.
 *
 * Threads: any that may read the message.
 * Returns: how long the whole line is, without the NUL, as snprintf.
 */
ACT_API size_t act_message_print(char *text, size_t text_bytes, const act_message *message,
                                 const act_type *schema) ACT_NONNULL(3);

/**
 * Writes a message as JSON (RFC 8259): {"counter_value":{"total":7,"unit":"pieces"}}.
 *
 * As act_message_print, but nothing is omitted. Integers beyond 2^53 and numbers that are not
 * finite are strings, as JSON's readers would change them; bytes are base64 (RFC 4648); enums are
 * their names; pids, as act_pid_text writes them, and refs are strings; resources are "resource",
 * or null once they were taken; what is no UTF-8 in a text becomes U+FFFD. A message that is not
 * found: {"tag":7}.
 */
ACT_API size_t act_message_print_json(char *text, size_t text_bytes, const act_message *message,
                                      const act_type *schema) ACT_NONNULL(3);

#define ACT_PRINT_BYTES_MAX 64
#define ACT_PRINT_ITEMS_MAX 16

ACT_END_DECLS

#endif
