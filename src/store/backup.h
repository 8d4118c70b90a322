/* A copy of the file that another process asks for: what the writer and that process share. */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "store/db.h"

/* What the file of a request has, once the server has seen it. Of one machine. */
enum backup_state { BACKUP_COPIES = 1, BACKUP_DONE, BACKUP_FAILED };

struct backup_answer {
	int state;
	int left, all; /* pages */
	char why[256];
};

/* The paths of the request and of the copy under way, with a NUL. */
void backup_paths(const char *file, struct strbuf *request, struct strbuf *part);

struct backup *backup_open(const char *file);

/* Copies the next piece, if a copy is asked for. Returns whether there is more. */
bool backup_step(struct backup *backup, struct db *db, int64_t now);
void backup_close(struct backup *backup);

#endif
