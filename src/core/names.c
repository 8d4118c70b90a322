/* Tables of names in which no two are the same to a reader (SPEC 4). */
#include <stdlib.h>
#include <utlist.h>

#include "base/alloc.h"
#include "core/core_internal.h"

struct named *
names_find(const struct names *names, const struct name *name)
{
	struct named *named;
	HASH_FIND(hh, names->by_casefolded, name->casefolded.ptr, name->casefolded.len, named);
	if (named)
		return named;
	struct confusables *confusables;
	HASH_FIND(hh, names->by_skeleton, name->skeleton.ptr, name->skeleton.len, confusables);
	if (!confusables)
		return NULL;
	/* ASCII names are told apart by case alone; one that is not ASCII has no confusables. */
	return name->ascii && confusables->names->name->ascii ? NULL : confusables->names;
}

void
names_add(struct names *names, struct named *named)
{
	const struct name *name = named->name;
	HASH_ADD_KEYPTR(
		hh, names->by_casefolded, name->casefolded.ptr, name->casefolded.len, named);
	struct confusables *confusables;
	HASH_FIND(hh, names->by_skeleton, name->skeleton.ptr, name->skeleton.len, confusables);
	if (!confusables) {
		confusables = xcalloc(sizeof *confusables);
		HASH_ADD_KEYPTR(hh, names->by_skeleton, name->skeleton.ptr, name->skeleton.len,
			confusables);
	}
	DL_APPEND(confusables->names, named);
	named->confusables = confusables;
}

void
names_remove(struct names *names, struct named *named)
{
	HASH_DELETE(hh, names->by_casefolded, named);
	struct confusables *confusables = named->confusables;
	/* The key is borrowed from a name, which may be the one that is removed. */
	HASH_DELETE(hh, names->by_skeleton, confusables);
	DL_DELETE(confusables->names, named);
	named->confusables = NULL;
	if (!confusables->names) {
		free(confusables);
		return;
	}
	struct text key = confusables->names->name->skeleton;
	HASH_ADD_KEYPTR(hh, names->by_skeleton, key.ptr, key.len, confusables);
}

struct name *
name_copy(const struct name *name)
{
	size_t bytes = name->shown.len + name->casefolded.len + name->skeleton.len + 3;
	struct name *copy = xcalloc(sizeof *copy + bytes);
	memcpy(copy, name, sizeof *copy + bytes);
	copy->shown.ptr = copy->bytes + (name->shown.ptr - name->bytes);
	copy->casefolded.ptr = copy->bytes + (name->casefolded.ptr - name->bytes);
	copy->skeleton.ptr = copy->bytes + (name->skeleton.ptr - name->bytes);
	return copy;
}
