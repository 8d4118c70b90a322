/* Tables of names in which no two are the same to a reader (SPEC 4). */
#include <stdlib.h>
#include <utlist.h>

#include "base/memory.h"
#include "core/house.h"

struct named *
names_find(const struct names *names, const struct name *name)
{
	struct named *named;
	HASH_FIND(hh, names->by_folded, name->folded.at, name->folded.len, named);
	if (named)
		return named;
	struct alike *alike;
	HASH_FIND(hh, names->by_likeness, name->likeness.at, name->likeness.len, alike);
	if (!alike)
		return NULL;
	/* Plain names are told apart by case alone; where one is not plain, it stands alone. */
	return name->plain && alike->names->name->plain ? NULL : alike->names;
}

void
names_add(struct names *names, struct named *named)
{
	const struct name *name = named->name;
	HASH_ADD_KEYPTR(hh, names->by_folded, name->folded.at, name->folded.len, named);
	struct alike *alike;
	HASH_FIND(hh, names->by_likeness, name->likeness.at, name->likeness.len, alike);
	if (!alike) {
		alike = memory_new(sizeof *alike);
		HASH_ADD_KEYPTR(
			hh, names->by_likeness, name->likeness.at, name->likeness.len, alike);
	}
	DL_APPEND(alike->names, named);
	named->alike = alike;
}

void
names_remove(struct names *names, struct named *named)
{
	HASH_DELETE(hh, names->by_folded, named);
	struct alike *alike = named->alike;
	/* The key is borrowed from a name that may be the one that goes. */
	HASH_DELETE(hh, names->by_likeness, alike);
	DL_DELETE(alike->names, named);
	named->alike = NULL;
	if (!alike->names) {
		free(alike);
		return;
	}
	struct text key = alike->names->name->likeness;
	HASH_ADD_KEYPTR(hh, names->by_likeness, key.at, key.len, alike);
}
