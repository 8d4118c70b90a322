/* What may have been meant by an unknown section or key, or by a value in a common wrong form. */
#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

#include "config/settings.h"

/*
 * Appends that the section has no such key, and what may be meant. Returns the setting
 * whose key is nearly the same, or NULL.
 */
const struct setting *suggest_key(struct strbuf *out, const char *section, const char *key);

/* Appends the sections that there may be. */
void sections_list(struct strbuf *out);

/* Appends that there is no such section. True: it tells which one may be meant. */
bool suggest_section(struct strbuf *out, const char *section);

/* What is wrong with a value that misunderstands the file's format, or NULL. */
const char *common_mistake(const char *value);

#endif
