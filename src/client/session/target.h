/*
 * The name to log in with and the server to connect to, as users write them on the command line.
 * Knows no protocol and looks nothing up.
 */
#ifndef CLIENT_SESSION_TARGET_H
#define CLIENT_SESSION_TARGET_H

#include "teahouse/strbuf.h"

/* Each is empty if it was not given. All are NUL-terminated. */
struct target {
	struct strbuf name, host, port;
	bool has_name; /* it may be empty */
};

/*
 * Reads the arguments: [NAME] [HOST[:PORT]] [PORT], where NAME@HOST is one argument, too, and a
 * first argument is a host if it is `localhost` or has a dot, a colon or a bracket, unless another
 * host follows. False: adds a sentence about what is wrong to `why`.
 */
bool target_read(struct target *target, char *const *arguments, int n, struct strbuf *why);
void target_clear(struct target *target);

#endif
