/* Tables of names in which no two are the same to a reader (SPEC 4). */
#include <stdlib.h>
#include <utlist.h>

#include "base/alloc.h"
#include "core/core_internal.h"

struct named *
names_find(const struct names *names, const struct name *name)
{
	struct named *named;
	HASH_FIND(hh, names->by_folded, name->casefolded.ptr, name->casefolded.len, named);
	if (named)
		return named;
	struct confusables *confusables;
	HASH_FIND(hh, names->by_likeness, name->skeleton.ptr, name->skeleton.len, confusables);
	if (!confusables)
		return NULL;
	/* Plain names are told apart by case alone; where one is not plain, it stands alone. */
	return name->ascii && confusables->names->name->ascii ? NULL : confusables->names;
}

void
names_add(struct names *names, struct named *named)
{
	const struct name *name = named->name;
	HASH_ADD_KEYPTR(hh, names->by_folded, name->casefolded.ptr, name->casefolded.len, named);
	struct confusables *confusables;
	HASH_FIND(hh, names->by_likeness, name->skeleton.ptr, name->skeleton.len, confusables);
	if (!confusables) {
		confusables = xcalloc(sizeof *confusables);
		HASH_ADD_KEYPTR(hh, names->by_likeness, name->skeleton.ptr, name->skeleton.len,
			confusables);
	}
	DL_APPEND(confusables->names, named);
	named->confusables = confusables;
}

void
names_remove(struct names *names, struct named *named)
{
	HASH_DELETE(hh, names->by_folded, named);
	struct confusables *confusables = named->confusables;
	/* The key is borrowed from a name that may be the one that goes. */
	HASH_DELETE(hh, names->by_likeness, confusables);
	DL_DELETE(confusables->names, named);
	named->confusables = NULL;
	if (!confusables->names) {
		free(confusables);
		return;
	}
	struct text key = confusables->names->name->skeleton;
	HASH_ADD_KEYPTR(hh, names->by_likeness, key.ptr, key.len, confusables);
}
